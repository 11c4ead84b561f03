"""The window.

PySide6 replaces Python's `import` by one that reads the source of every module loaded afterwards
and keeps it (to know who asked for its optional spelling of names, which nobody here does): a
quarter of the start and 25 MB. Python's own is put back.
"""

from __future__ import annotations

import builtins

_plain_import = builtins.__import__

import PySide6.QtCore  # noqa: E402, F401 - it puts its own `import` in place here

builtins.__import__ = _plain_import
