#!/usr/bin/env bash
# Everything that CI runs: lint and types, all tests on SQLite and in a browser, all but the browser's on PostgreSQL.
set -euo pipefail
cd "$(dirname "$0")/.."
bin=.venv/bin

scripts/packages.sh postgresql chromium gettext

# All that the tests write lies here. The name is short, since a socket's path may not be long.
work=$(mktemp -d /tmp/hemvist-XXXXXX)
chmod 755 "$work"
export HEMVIST_DATA_DIR=$work/data
unset HEMVIST_DATABASE_URL

# PostgreSQL refuses to run as root.
as_owner=()
[ "$(id -u)" -eq 0 ] && as_owner=(runuser -u postgres --)
postgres() {
  local tool
  tool=$(find /usr/lib/postgresql/*/bin -name "$1" | sort -V | tail -1)
  (cd "$work/pg" && "${as_owner[@]}" "${tool:-$1}" "${@:2}" >"$work/pg/$1.log" 2>&1)
}
stop() {
  [ -z "${on_postgresql:-}" ] || kill "$on_postgresql" 2>/dev/null || true
  [ ! -d "$work/pg/data" ] || postgres pg_ctl -D "$work/pg/data" -m immediate stop || true
  rm -rf "$work"
}
trap stop EXIT
mkdir "$work/pg"
[ "$(id -u)" -ne 0 ] || chown postgres "$work/pg"
postgres initdb -D "$work/pg/data" -U hemvist --auth=trust --encoding=UTF8 --locale=C.UTF-8 --no-sync
postgres pg_ctl -D "$work/pg/data" -w -l "$work/pg/server.log" \
  -o "-c listen_addresses='' -c unix_socket_directories='$work/pg' -c fsync=off -c synchronous_commit=off" start

# Beside the rest, in a folder of its own; what it says is shown when it has ended.
HEMVIST_DATA_DIR=$work/data-postgresql HEMVIST_DATABASE_URL="postgresql://hemvist@/postgres?host=$work/pg" \
  $bin/python -m pytest -q -m "not browser" -p no:cacheprovider >"$work/postgresql.out" 2>&1 &
on_postgresql=$!

echo "== Lint, types, import contract, municipality data"
$bin/ruff check .
$bin/ruff format --check .
$bin/djlint --check --quiet src
$bin/mypy
$bin/lint-imports
$bin/hemvist municipality check municipalities/enkoping
$bin/hemvist municipality check municipalities/exempelby

failed=0
echo "== Tests on SQLite, in a browser too"
$bin/python -m pytest -q -n "$(nproc)" --dist loadgroup || failed=1

echo "== Tests on PostgreSQL"
wait "$on_postgresql" || failed=1
on_postgresql=
cat "$work/postgresql.out"

[ "$failed" -eq 0 ] || exit 1
echo "== All tests passed"
