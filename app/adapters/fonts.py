"""The bundled Chinese fonts for paper: measuring, drawing and embedding.

Two static weights lie in `resources/fonts`. A character that they lack (a rare name) is taken from
the full variable font of ``justmytype-intl-cjk``, cut per document; one that even this lacks is
drawn as a hollow square, so that it is seen rather than silently missing.
"""

from __future__ import annotations

import hashlib
import importlib.util
import io
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import escape

from fontTools.ttLib import TTFont
from PIL import ImageFont

from app import paths

if TYPE_CHECKING:
    from collections.abc import Mapping

MISSING: Final = "□"
_PDF_NAMES: Final = {False: "Yilian", True: "Yilian-Bold"}
_WEIGHTS: Final = {False: 400, True: 700}
_FULL_PACKAGE: Final = "justmytype_intl_cjk"
_FULL_PATH: Final = ("fonts", "ofl", "notosanssc", "NotoSansSC[wght].ttf")
_PLAIN: Final = str.maketrans("⁰⁴⁵⁶⁷⁸⁹⁺⁻₀₁₂₃₄₅₆₇₈₉₊₋∙✔✗✘", "0456789+-0123456789+-·✓××")
"""Signs that the font lacks, and the nearest it has: vitamin B₁₂ is printed B12, not B□□."""
_INVISIBLE: Final = frozenset("\u200b\u200c\u200d\u2060\ufeff\u00ad")


@dataclass(frozen=True, slots=True)
class Face:
    """One font file: bundled (`extra` empty), or cut for the characters in `extra`."""

    bold: bool
    extra: str = ""


def bundled(*, bold: bool) -> Path:
    """The bundled font file; the window loads the same where the system has no Chinese font."""
    return paths.resources() / "fonts" / f"NotoSansSC-{'Bold' if bold else 'Regular'}.ttf"


@lru_cache(maxsize=2)
def advances(*, bold: bool) -> Mapping[str, float]:
    """Advance of each bundled character, as a share of the em."""
    with TTFont(bundled(bold=bold), lazy=True) as font:
        metrics, em = font["hmtx"].metrics, font["head"].unitsPerEm
        return {chr(point): metrics[name][0] / em for point, name in font.getBestCmap().items()}


def clean(text: str) -> str:
    """`text` without control and invisible characters; line breaks and tabs become spaces."""
    spaced = " ".join(text.translate(_PLAIN).split())
    return "".join(sign for sign in spaced if sign >= " " and sign not in _INVISIBLE)


@lru_cache(maxsize=20_000)
def width(text: str, size: float, bold: bool) -> float:
    """Width of `text` in the unit of `size`; characters of the full font are one em wide."""
    known = advances(bold=bold)
    return size * sum(known.get(sign, 1.0) for sign in clean(text))


@lru_cache(maxsize=10_000)
def runs(text: str, *, bold: bool) -> tuple[tuple[Face, str], ...]:
    """`text` in stretches of one font each."""
    known, text = advances(bold=bold), clean(text)
    missing = {sign for sign in text if sign not in known}
    extra = "".join(sorted(sign for sign in missing if ord(sign) in _full_characters()))
    main, more = Face(bold), Face(bold, extra)
    result: list[tuple[Face, str]] = []
    for sign in text:
        face, drawn = main, sign
        if sign in extra:
            face = more
        elif sign not in known:
            drawn = MISSING
        if result and result[-1][0] == face:
            result[-1] = (face, result[-1][1] + drawn)
        else:
            result.append((face, drawn))
    return tuple(result)


@lru_cache(maxsize=256)
def pdf_name(face: Face) -> str:
    """The name of `face` for reportlab, registered on first use."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont as PdfFont

    name = _PDF_NAMES[face.bold]
    if face.extra:
        digest = hashlib.sha256(face.extra.encode()).hexdigest()[:10]
        name = f"{name}-{digest}"
    if name not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(PdfFont(name, _file(face)))
    return name


def markup(text: str, *, bold: bool = False) -> str:
    """`text` escaped for a reportlab paragraph, with the fonts it needs; lines stay lines."""
    return "<br/>".join(_line_markup(line, bold=bold) for line in text.splitlines() or [""])


def _line_markup(line: str, *, bold: bool) -> str:
    """One line of `markup`."""
    parts: list[str] = []
    for face, stretch in runs(line, bold=bold):
        safe = escape(stretch)
        parts.append(f'<font name="{pdf_name(face)}">{safe}</font>' if face.extra else safe)
    return "".join(parts)


@lru_cache(maxsize=256)
def pixel_font(face: Face, pixels: int) -> ImageFont.FreeTypeFont:
    """`face` with an em of `pixels` dots, laid out without kerning as in `width`."""
    return ImageFont.truetype(_file(face), pixels, layout_engine=ImageFont.Layout.BASIC)


def _file(face: Face) -> io.BytesIO | str:
    """What a font loader takes."""
    return (
        io.BytesIO(_cut(face.extra, bold=face.bold)) if face.extra else str(bundled(bold=face.bold))
    )


def _full_file() -> Path | None:
    """The full variable font, where its package is installed."""
    found = importlib.util.find_spec(_FULL_PACKAGE)
    if found is None or not found.submodule_search_locations:
        return None
    path = Path(found.submodule_search_locations[0]).joinpath(*_FULL_PATH)
    return path if path.is_file() else None


@lru_cache(maxsize=1)
def _full_characters() -> frozenset[int]:
    """Code points of the full font."""
    path = _full_file()
    if path is None:
        return frozenset()
    with TTFont(path, lazy=True) as font:
        return frozenset(font.getBestCmap())


@lru_cache(maxsize=64)
def _cut(characters: str, *, bold: bool) -> bytes:
    """A static font with just `characters`, cut out of the full variable font."""
    from fontTools import subset
    from fontTools.varLib import instancer

    options = subset.Options(hinting=False, layout_features=[], recalc_timestamp=False)
    options.drop_tables += ["vhea", "vmtx", "VORG", "HVAR", "VVAR", "MVAR", "BASE", "GSUB", "GPOS"]
    with TTFont(_full_file(), recalcTimestamp=False) as font:
        cutter = subset.Subsetter(options)
        cutter.populate(text=f" {characters}")
        cutter.subset(font)
        static = instancer.instantiateVariableFont(font, {"wght": _WEIGHTS[bold]})
        target = io.BytesIO()
        static.save(target)
    return target.getvalue()


def characters_of(texts: Iterable[str]) -> frozenset[str]:
    """The characters of `texts` that the bundled fonts lack (for a notice, and for tests)."""
    known = advances(bold=False)
    return frozenset(sign for text in texts for sign in clean(text) if sign not in known)
