#!/usr/bin/env bash
# Everything that CI runs: lint and types, all tests on SQLite, all but the browser's on PostgreSQL.
set -euo pipefail
cd "$(dirname "$0")/.."
bin=.venv/bin

scripts/packages.sh postgresql chromium gettext

echo "== Lint, types, import contract, municipality data"
$bin/ruff check .
$bin/ruff format --check .
$bin/djlint --check --quiet src
$bin/mypy
$bin/lint-imports
$bin/hemvist municipality check municipalities/enkoping
$bin/hemvist municipality check municipalities/exempelby

echo "== Tests on SQLite, in a browser too"
$bin/python -m pytest -q "$@"

echo "== Tests on PostgreSQL"
cluster=$(mktemp -d)
pg=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1)
owner=()
if [ "$(id -u)" -eq 0 ]; then
  # PostgreSQL refuses to run as root.
  chown postgres "$cluster"
  owner=(runuser -u postgres --)
fi
stop() {
  "${owner[@]}" "$pg/pg_ctl" -D "$cluster/data" -m immediate stop >/dev/null 2>&1 || true
  rm -rf "$cluster"
}
trap stop EXIT
cd "$cluster"
"${owner[@]}" "$pg/initdb" -D "$cluster/data" -U hemvist --auth=trust --encoding=UTF8 --locale=C.UTF-8 >/dev/null
"${owner[@]}" "$pg/pg_ctl" -D "$cluster/data" -w -l "$cluster/log" \
  -o "-c listen_addresses='' -c unix_socket_directories='$cluster' -c fsync=off -c synchronous_commit=off" start >/dev/null
chmod 755 "$cluster"
cd - >/dev/null
HEMVIST_DATABASE_URL="postgresql://hemvist@/postgres?host=$cluster" $bin/python -m pytest -q -m "not browser" "$@"
