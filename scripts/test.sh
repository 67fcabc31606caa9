#!/usr/bin/env bash
# Everything that CI runs: lint and types, all tests on SQLite and in a browser, all but those again on PostgreSQL.
set -euo pipefail
cd "$(dirname "$0")/.."
bin=.venv/bin

postgresql_tool() { # NAME: the newest of that name
  { command -v "$1" || find /usr/lib/postgresql -path "*/bin/$1" 2>/dev/null | sort -V; } | tail -1
}
needed=()
command -v chromium chromium-browser google-chrome >/dev/null || needed+=(chromium)
[ -n "$(postgresql_tool initdb)" ] || needed+=(postgresql)
command -v xgettext >/dev/null || needed+=(gettext)
$bin/python -c 'import weasyprint' 2>/dev/null || needed+=(libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0)
[ ${#needed[@]} -eq 0 ] || scripts/packages.sh "${needed[@]}"

# All that the tests write lies here. The name is short, since the path of a socket may not be long.
work=$(mktemp -d /tmp/hemvist-XXXXXX)
on_postgresql=
stop() {
  [ -z "$on_postgresql" ] || kill "$on_postgresql" 2>/dev/null || true
  [ ! -e "$work/pg/data/postmaster.pid" ] || postgresql pg_ctl -D "$work/pg/data" -m immediate stop || true
  rm -rf "$work"
}
trap stop EXIT
export HEMVIST_DATA_DIR=$work/data
unset HEMVIST_DATABASE_URL

# PostgreSQL refuses to run as root.
as_owner=()
mkdir "$work/pg"
if [ "$(id -u)" -eq 0 ]; then
  as_owner=(runuser -u postgres --)
  chown postgres "$work/pg"
  chmod 755 "$work"
fi
postgresql() { # TOOL ARGUMENTS: what it says is shown when it fails
  (cd "$work/pg" && "${as_owner[@]}" "$(postgresql_tool "$1")" "${@:2}" >"$work/said" 2>&1) || {
    cat "$work/said" >&2
    return 1
  }
}
postgresql initdb -D "$work/pg/data" -U hemvist --auth=trust --encoding=UTF8 --locale=C.UTF-8 --no-sync
postgresql pg_ctl -D "$work/pg/data" -w -l "$work/pg/log" \
  -o "-c listen_addresses='' -c unix_socket_directories='$work/pg' -c fsync=off -c synchronous_commit=off" start

# Beside the rest, in a folder of its own; what it says is shown when the rest has ended. What never asks a database
# is left out.
HEMVIST_DATA_DIR=$work/data-on-postgresql HEMVIST_DATABASE_URL="postgresql://hemvist@/postgres?host=$work/pg" \
  $bin/python -m pytest -q -m "not browser and not slow" -p no:cacheprovider \
  --ignore=tests/law --ignore=tests/planning --ignore=tests/test_house.py --ignore=tests/test_docs.py \
  >"$work/on-postgresql" 2>&1 &
on_postgresql=$!

echo "== Lint, types, import contract, law and municipality data"
$bin/ruff check .
$bin/ruff format --check .
$bin/djlint --lint --quiet src
$bin/mypy
$bin/lint-imports
$bin/hemvist law check
$bin/hemvist municipality check municipalities/enkoping
$bin/hemvist municipality check municipalities/exempelby

failed=0
echo "== Tests on SQLite, in a browser too"
$bin/python -m pytest -q -n "$(nproc)" --dist loadgroup --no-loadscope-reorder || failed=1

echo "== Tests on PostgreSQL"
wait "$on_postgresql" || failed=1
on_postgresql=
cat "$work/on-postgresql"

[ "$failed" -eq 0 ] || {
  echo "== Some tests failed"
  exit 1
}
echo "== All tests passed"
