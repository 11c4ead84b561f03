#!/bin/sh
# Open the window on the demo group, or say what to do where there is no display.
set -eu
cd "$(dirname "$0")/.."
if [ "$(uname)" = Linux ] && [ -z "${DISPLAY:-}${WAYLAND_DISPLAY:-}${QT_QPA_PLATFORM:-}" ]; then
    echo "本机没有显示器，窗口打不开。请运行 make demo：在终端里走完整个流程，单据、标签和表格放在 out/demo。"
    echo "There is no display, so no window can open. Run: make demo (the whole job in the terminal;"
    echo "papers, labels and tables land in out/demo)."
    exit 0
fi
exec .venv/bin/yilian gui --demo
