"""Cut the icons we use out of the Material Design Icons web font.

Run by hand when an icon is added: ``npm pack @mdi/font@6.9.96``, unpack it, then
``python scripts/cut_icons.py <unpacked folder>``. Writes `resources/icons/mdi-subset.ttf` and
`mdi-subset.json` (name to code point) for the names of `app.ui.icons.Icon`.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

from app.ui.icons import Icon

TARGET = Path(__file__).resolve().parent.parent / "resources" / "icons"


def codepoints(package: Path) -> dict[str, int]:
    """Every icon name of the package with its code point."""
    text = (package / "scss" / "_variables.scss").read_text(encoding="utf-8")
    return {name: int(code, 16) for name, code in re.findall(r'"([a-z0-9-]+)": (F[0-9A-F]+)', text)}


def mend_bearings(file: Path) -> None:
    """Set the left bearings: the package says 0 for every glyph, which would push icons left."""
    font = TTFont(file)
    for name, (advance, _) in list(font["hmtx"].metrics.items()):
        font["hmtx"].metrics[name] = (advance, getattr(font["glyf"][name], "xMin", 0))
    font.save(file)


def main(package: Path) -> None:
    """Write the subset font and its index."""
    known = codepoints(package)
    missing = sorted(icon.value for icon in Icon if icon.value not in known)
    if missing:
        sys.exit(f"not in the package: {', '.join(missing)}")
    wanted = {icon.value: known[icon.value] for icon in Icon}
    font = TTFont(package / "fonts" / "materialdesignicons-webfont.ttf")
    options = subset.Options(hinting=False, name_IDs=[0, 1, 2, 5, 13, 14], glyph_names=False)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=wanted.values())
    cutter.subset(font)
    font.save(TARGET / "mdi-subset.ttf")
    mend_bearings(TARGET / "mdi-subset.ttf")
    index = json.dumps(dict(sorted(wanted.items())), indent=1)
    (TARGET / "mdi-subset.json").write_text(index + "\n", encoding="utf-8")
    licence = (package / "LICENSE").read_text(encoding="utf-8")
    (TARGET / "LICENSE-mdi.txt").write_text(licence, encoding="utf-8")
    print(f"{len(wanted)} icons")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
