#!/bin/sh
# Make .venv from the pinned lists: `setup.sh run` for the program, `setup.sh dev` for the checks.
# Nothing is fetched but the files named, with their hashes, in requirements/*.txt.
set -eu
kind=${1:?run or dev}
cd "$(dirname "$0")/.."
PYTHON=${PYTHON:-python3}

fresh_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }
found=
for candidate in "$PYTHON" python3 python3.11 python3.12 python3.13 python3.14 python; do
    if fresh_enough "$candidate"; then found=$candidate; break; fi
done
if [ -z "$found" ]; then
    echo "需要 Python 3.11 或更新版本，本机没有找到。请先安装 python3。" >&2
    echo "Python 3.11 or newer is needed; none was found. Install python3 first." >&2
    exit 3
fi

PYTHON=$found sh scripts/system_parts.sh

if ! .venv/bin/python -c 'import pip' 2>/dev/null || ! fresh_enough .venv/bin/python; then
    rm -rf .venv
    "$found" -m venv .venv
fi
pip() { .venv/bin/python -m pip --disable-pip-version-check --no-input -q "$@"; }
echo "正在准备运行环境（只需一次）… / preparing the environment (once)…"
pip install --require-hashes -r requirements/build.txt
pip install --require-hashes -r "requirements/$kind.txt"
pip install --no-deps --no-build-isolation --no-index -e .
touch ".venv/.$kind"
if [ "$kind" = dev ]; then touch .venv/.run; fi
