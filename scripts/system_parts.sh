#!/bin/sh
# Check the few parts of the system that a Python package cannot bring: the venv module and the
# libraries the window toolkit loads. As root on Debian they are installed; otherwise one command
# is printed. The window's own libraries only warn: the command line works without them.
set -eu
PYTHON=${PYTHON:-python3}

missing=$("$PYTHON" - <<'PY'
import ctypes, importlib.util, sys

wanted = {
    "libEGL.so.1": "libegl1", "libGL.so.1": "libgl1", "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6", "libdbus-1.so.3": "libdbus-1-3",
    "libglib-2.0.so.0": "libglib2.0-0", "libxkbcommon.so.0": "libxkbcommon0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0", "libX11-xcb.so.1": "libx11-xcb1",
    "libxcb-cursor.so.0": "libxcb-cursor0", "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0", "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0", "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-render.so.0": "libxcb-render0", "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-shm.so.0": "libxcb-shm0", "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-util.so.1": "libxcb-util1", "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
}
parts = []
if importlib.util.find_spec("venv") is None or importlib.util.find_spec("ensurepip") is None:
    parts.append("python3-venv")
if sys.platform == "linux":
    for library, package in wanted.items():
        try:
            ctypes.CDLL(library)
        except OSError:
            parts.append(package)
print(" ".join(parts))
PY
)
[ -n "$missing" ] || exit 0

command="apt-get install -y --no-install-recommends $missing"
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "正在补齐系统部件 / installing system parts: $missing"
    if (apt-get update -qq && DEBIAN_FRONTEND=noninteractive $command -qq) >/dev/null; then
        exit 0
    fi
fi
echo "本机缺少系统部件。请运行一次： / system parts are missing, please run once:" >&2
echo "    sudo $command" >&2
case " $missing " in *" python3-venv "*) exit 3 ;; esac
