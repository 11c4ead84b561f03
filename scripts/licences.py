"""Write THIRD-PARTY.md: every part we ship, its version and its licence, from installed metadata.

`python scripts/licences.py` writes the file, `--check` only says whether it is up to date.
"""

from __future__ import annotations

import importlib.metadata
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
TARGET: Final = ROOT / "THIRD-PARTY.md"

STATED: Final = {
    "backports-tarfile": "MIT",
    "colorama": "BSD-3-Clause",
    "jaraco-classes": "MIT",
    "justmytype-intl-cjk": "MIT; the fonts inside: OFL-1.1 (Noto Sans SC)",
    "markdown-it-py": "MIT",
    "mdurl": "MIT",
    "pypdfium2": "BSD-3-Clause AND Apache-2.0; PDFium inside: BSD-3-Clause",
    "pyside6-essentials": "LGPL-3.0-only",
    "pysqlite3": "Zlib; SQLite inside: public domain",
    "python-stdnum": "LGPL-2.1-or-later",
    "reportlab": "BSD-3-Clause",
    "shellingham": "ISC",
    "shiboken6": "LGPL-3.0-only",
}
"""Licences that the metadata leaves out, words loosely, or offers as a choice (ours is named)."""

ASSETS: Final = (
    ("Noto Sans SC (font)", "OFL-1.1", "taken from justmytype-intl-cjk, embedded in PDF"),
    ("Material Design Icons", "Apache-2.0", "resources/icons, see LICENSE-mdi.txt"),
)
COPYLEFT: Final = re.compile(r"(?<![L])A?GPL|GNU (Affero )?General Public", re.IGNORECASE)
LONGEST_NAME: Final = 60
_PIN: Final = re.compile(r"^([A-Za-z0-9._-]+)==(\S+)", re.MULTILINE)
_HEAD: Final = """# Third-party parts

Written by `make licences`; a test proves it current. 医链采供 itself is Apache-2.0 (see LICENSE).
LGPL parts (PySide6, shiboken6, psycopg, python-stdnum) are used unchanged as separate, replaceable
packages; in the frozen build they lie as ordinary files beside the program and may be exchanged.
What only the checks and the build need (requirements/dev.in, PyInstaller among it) is not shipped;
the boot loader that PyInstaller adds carries an exception that allows any licence for the result.

| part | version | licence |
|---|---|---|
"""


@dataclass(frozen=True, slots=True)
class Part:
    """One shipped package and the licence we use it under."""

    name: str
    version: str
    licence: str


def pinned(list_name: str = "run") -> dict[str, str]:
    """Name and version of everything in `requirements/<list_name>.txt`."""
    text = (ROOT / "requirements" / f"{list_name}.txt").read_text(encoding="utf-8")
    return dict(_PIN.findall(text))


def licence_of(name: str) -> str:
    """The licence of an installed package, from our statement or from its metadata."""
    if name in STATED:
        return STATED[name]
    meta = importlib.metadata.metadata(name)
    text = str((meta.get_all("License-Expression") or meta.get_all("License") or [""])[0])
    if not text or len(text) > LONGEST_NAME or "\n" in text:
        classifiers = meta.get_all("Classifier") or []
        names = [c.rsplit("::", 1)[-1].strip() for c in classifiers if c.startswith("License ::")]
        text = " / ".join(names)
    return text


def parts() -> list[Part]:
    """Every shipped part, sorted by name."""
    return [Part(name, version, licence_of(name)) for name, version in sorted(pinned().items())]


def document() -> str:
    """The whole text of THIRD-PARTY.md."""
    rows = [f"| {part.name} | {part.version} | {part.licence} |" for part in parts()]
    assets = [f"| {name} | {licence} | {why} |" for name, licence, why in ASSETS]
    tail = ["", "## Other material", "", "| what | licence | remark |", "|---|---|---|", *assets]
    return _HEAD + "\n".join([*rows, *tail]) + "\n"


def main() -> int:
    """Write the list, or with `--check` compare it."""
    text = document()
    if "--check" in sys.argv:
        current = TARGET.read_text(encoding="utf-8") if TARGET.exists() else ""
        if current != text:
            print("THIRD-PARTY.md is out of date: run make licences", file=sys.stderr)
            return 1
        return 0
    TARGET.write_text(text, encoding="utf-8")
    print(f"{TARGET.name}: {len(parts())} parts")
    return 0


if __name__ == "__main__":
    sys.exit(main())
