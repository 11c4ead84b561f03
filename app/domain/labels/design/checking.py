"""What is wrong with a design whatever is printed: places, sizes, modules, fields, the sheet."""

from __future__ import annotations

from typing import Final

from app.domain.errors import DomainError, Problem, Severity
from app.domain.labels.design.parts import (
    FIELDS,
    HIGHEST,
    LEAST_TEXT,
    LOWEST,
    NARROWEST,
    TENTHS,
    WIDEST,
    AnyPart,
    CodeKind,
    CodePart,
    Design,
    Sheet,
    TextPart,
    bound_fields,
)
from app.domain.labels.design.words import part_name, unknown_field
from app.domain.labels.spec import LabelKind
from app.i18n import _

LEAST_MODULE: Final = {
    CodeKind.MATRIX_GS1: 25,
    CodeKind.MATRIX: 25,
    CodeKind.QR: 25,
    CodeKind.BARS_GS1: 17,
    CodeKind.BARS: 16,
    CodeKind.EAN: 26,
}
"""Smallest module (0.01 mm) that hand scanners read from thermal paper; GS1-128 and EAN as the GS1
General Specifications say for small trade items."""
_MOST_PARTS: Final = 60
_LONGEST_NAME: Final = 40
_DPI: Final = (203, 300, 600)


def faults(design: Design) -> tuple[Problem, ...]:
    """Everything wrong with the design itself; `column` is the name of the part."""
    found = [*_label(design), *_sheet(design)]
    for part in design.parts:
        found += _place(design, part)
        found += _text(part) if isinstance(part, TextPart) else []
        found += _code(part) if isinstance(part, CodePart) else []
    if not any(isinstance(part, CodePart) for part in design.parts):
        found.append(
            _warn("design.no_code", _("模板上没有条码，贴好的标签扫不出来。请加一个条码。"))
        )
    elif design.kind is not LabelKind.BIN and not any(map(_says_which, design.parts)):
        words = _("没有一个条码里有标签码，扫了也不知道是哪一张。请把标签码放进一个条码。")
        found.append(_warn("design.no_own_code", words))
    return tuple(found)


def _says_which(part: AnyPart) -> bool:
    if not isinstance(part, CodePart):
        return False
    return "serial" in part.elements if part.kind.gs1 else "code" in bound_fields(part.content)


def _label(design: Design) -> list[Problem]:
    found: list[Problem] = []
    if not design.name.strip() or len(design.name) > _LONGEST_NAME:
        found.append(_bad("design.name", _("模板要有名称，最多 {n} 个字。", n=_LONGEST_NAME)))
    if not (NARROWEST <= design.wide <= WIDEST and LOWEST <= design.high <= HIGHEST):
        words = _("标签要在 15×8 到 210×297 mm 之间，现在是 {w}×{h} mm。请改尺寸。",
                  w=_mm(design.wide), h=_mm(design.high))  # fmt: skip
        found.append(_bad("design.size", words))
    if design.dpi not in _DPI:
        found.append(_bad("design.dpi", _("分辨率只能是 203、300 或 600 dpi。请看打印机铭牌。")))
    if not design.parts:
        found.append(_bad("design.empty", _("模板还是空的。请加一段文字或一个条码。")))
    if len(design.parts) > _MOST_PARTS:
        found.append(_bad("design.many", _("模板最多 {n} 个元素。请删去一些。", n=_MOST_PARTS)))
    return found


def _sheet(design: Design) -> list[Problem]:
    sheet = design.sheet
    if sheet is None:
        return []
    if sheet.columns < 1 or sheet.rows < 1:
        return [_bad("design.sheet", _("每页至少 1 列 1 行。请改正。"))]
    if sheet.pitch_x < design.wide and sheet.columns > 1:
        return [_bad("design.sheet", _("列距比标签窄，标签会叠在一起。请加大列距。"))]
    if sheet.pitch_y < design.high and sheet.rows > 1:
        return [_bad("design.sheet", _("行距比标签矮，标签会叠在一起。请加大行距。"))]
    wide, high = extent(design, sheet)
    if wide > sheet.page_width or high > sheet.page_height or min(sheet.left, sheet.top) < 0:
        words = _("{n} 个标签占 {w}×{h} mm，页面只有 {pw}×{ph} mm。请减少行列或边距。",
                  n=sheet.columns * sheet.rows, w=_mm(wide), h=_mm(high),
                  pw=_mm(sheet.page_width), ph=_mm(sheet.page_height))  # fmt: skip
        return [_bad("design.sheet", words)]
    return []


def extent(design: Design, sheet: Sheet) -> tuple[int, int]:
    """How far the labels of a sheet reach from the page's corner (0.1 mm)."""
    return (
        sheet.left + (sheet.columns - 1) * sheet.pitch_x + design.wide,
        sheet.top + (sheet.rows - 1) * sheet.pitch_y + design.high,
    )


def _place(design: Design, part: AnyPart) -> list[Problem]:
    name = part_name(part)
    if part.width < 1 or part.height < 1:
        return [_bad("design.part_size", _("「{name}」的宽和高要大于 0。", name=name), name)]
    if min(part.x, part.y) < 0 or part.right > design.wide or part.bottom > design.high:
        words = _("「{name}」伸出了标签。请移回标签以内。", name=name)
        return [_bad("design.outside", words, name)]
    return []


def _text(part: TextPart) -> list[Problem]:
    name = part_name(part)
    found = _fields(part.text, name)
    if not part.text.strip():
        found.append(_bad("design.no_text", _("有一段文字是空的。请填写或删去。"), name))
    if not LEAST_TEXT <= part.least <= part.size:
        words = _("「{name}」的字号不能小于 {least} mm，最小字号不能大于字号。",
                  name=name, least=_mm(LEAST_TEXT))  # fmt: skip
        found.append(_bad("design.text_size", words, name))
    if part.rows < 1:
        found.append(_bad("design.rows", _("「{name}」至少 1 行。", name=name), name))
    return found


def _code(part: CodePart) -> list[Problem]:
    name, least = part_name(part), LEAST_MODULE[part.kind]
    found = [] if part.kind.gs1 else _fields(part.content, name)
    if part.kind.gs1 and "item" not in part.elements:
        words = _("{name} 要以品规开头。请勾选品规。", name=name)
        found.append(_bad("design.gs1_item", words, name))
    if not part.content.strip():
        words = _("{name} 没有内容。请选要写进去的字段。", name=name)
        found.append(_bad("design.no_text", words, name))
    if part.module and part.module < least:
        words = _("{name} 的最小模块不能小于 {least} mm，再小扫码枪读不出。",
                  name=name, least=f"{least / 100:.2f}")  # fmt: skip
        found.append(_bad("design.module", words, name))
    return found


def _fields(text: str, name: str) -> list[Problem]:
    unknown = [one for one in bound_fields(text) if one not in FIELDS]
    if not unknown:
        return []
    error: DomainError = unknown_field(unknown[0])
    return [_bad(error.code, error.text, name)]


def _mm(tenths: int) -> str:
    return f"{tenths / TENTHS:g}"


def _bad(code: str, text: str, column: str = "") -> Problem:
    return Problem(code, text, 0, column)


def _warn(code: str, text: str) -> Problem:
    return Problem(code, text, 0, "", Severity.WARNING)
