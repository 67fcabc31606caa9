#!/usr/bin/env bash
# install.sh runtime|dev|bench PYTHON VENV: make the environment and install what the lock file names, with hashes.
set -euo pipefail
kind=$1 python=$2 venv=$3
cd "$(dirname "$0")/.."

"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
  echo "Hemvist needs Python 3.11 or later; $python is $("$python" -V). Set PYTHON=python3.12, for instance." >&2
  exit 1
}
if [ ! -x "$venv/bin/python" ]; then
  # Debian and Ubuntu ship venv in a package of its own.
  "$python" -m venv "$venv" 2>/dev/null || {
    rm -rf "$venv"
    scripts/packages.sh python3-venv
    "$python" -m venv "$venv"
  }
fi
lock=requirements-$kind.lock
[ "$kind" = runtime ] && lock=requirements.lock
if command -v uv >/dev/null; then
  uv pip install --quiet --python "$venv/bin/python" --require-hashes -r "$lock"
  uv pip install --quiet --python "$venv/bin/python" --no-deps -e .
else
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r "$lock"
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps -e .
fi
# WeasyPrint draws PDF with the system's Pango. All else works without it, so its absence stops nothing.
if [ "$kind" != bench ] && ! "$venv/bin/python" -c 'import weasyprint' 2>/dev/null; then
  # Older releases have the last one as a part of another package.
  scripts/packages.sh libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 ||
    scripts/packages.sh libpango-1.0-0 libpangoft2-1.0-0 ||
    echo "PDF files need libpango-1.0-0, libpangoft2-1.0-0 and libharfbuzz-subset0; all else works without them." >&2
fi
touch "$venv/.$kind"
[ "$kind" = dev ] && touch "$venv/.runtime"
exit 0
