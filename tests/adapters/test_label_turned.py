"""Turned texts and codes: the label on its side is the upright label, turned, in every painter."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pypdfium2
import pytest
from PIL import Image

from app.adapters import fonts, zpl
from app.adapters.barcode import decode
from app.adapters.label_check import verify
from app.adapters.label_pdf import labels_pdf
from app.adapters.label_raster import label_image
from app.domain.labels.design.laying import lay
from app.domain.labels.design.paper import paper_for
from app.domain.labels.design.parts import (
    AnyPart,
    CodeKind,
    CodePart,
    Design,
    FramePart,
    RulePart,
    TextPart,
)
from app.domain.labels.sheet import Page, Placed
from tests.adapters.label_samples import PLAIN

DPI = 254
"""Ten dots to the millimetre: a quarter turn is exact to the dot."""
UPRIGHT = Design(
    "横", 1000, 900, DPI,
    parts=(
        TextPart(1, 30, 30, 600, 60, text="{name}", size=48, least=30, bold=True),
        TextPart(2, 30, 110, 500, 120, text="{maker} {spec} {place}", size=30, rows=3),
        TextPart(3, 30, 250, 300, 50, text="批号 {lot}", size=36),
        CodePart(4, 720, 30, 220, 220, CodeKind.MATRIX_GS1, "item+expiry+lot+serial"),
        CodePart(5, 50, 330, 700, 120, CodeKind.BARS, "{code}"),
        CodePart(6, 40, 500, 900, 120, CodeKind.BARS_GS1, "item+lot"),
        CodePart(7, 60, 660, 450, 150, CodeKind.EAN, "{gtin}"),
        CodePart(8, 600, 660, 200, 200, CodeKind.QR, "{code} {name}"),
        RulePart(9, 20, 310, 960, 3), FramePart(10, 10, 10, 980, 880, stroke=3),
    ),
)  # fmt: skip


def quarter(design: Design) -> Design:
    """The whole label turned clockwise."""

    def one(part: AnyPart) -> AnyPart:
        moved = replace(
            part, x=design.high - part.bottom, y=part.x, width=part.height, height=part.width
        )
        if isinstance(moved, TextPart | CodePart):
            return replace(moved, turn=(moved.turn + 90) % 360)
        return moved

    return replace(design, wide=design.high, high=design.wide, parts=tuple(map(one, design.parts)))


def ink(picture: Image.Image) -> np.ndarray[tuple[int, int], np.dtype[np.bool_]]:
    return np.asarray(picture.convert("L")) < 96


def near(one: Image.Image, other: Image.Image) -> bool:
    """Whether two pictures put their ink in the same places, to a few dots at the edges."""
    first, second = ink(one), ink(other)
    return bool((first ^ second).sum() <= 0.1 * first.sum())


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_a_label_on_its_side_is_the_label_turned_and_reads(quarters: int) -> None:
    design = UPRIGHT
    for _turn in range(quarters):
        design = quarter(design)
    checked = verify([PLAIN], paper_for(design), DPI)
    assert (checked.codes, checked.problems) == (5, ())
    (laid,) = checked.layouts
    flat = lay(PLAIN, UPRIGHT, fonts.width)
    seen = decode(label_image(laid, DPI), turned=True)
    assert seen == {(code.identifier, code.expected) for code in flat.codes}
    turned = label_image(laid, DPI)
    back = turned.rotate(90 * quarters, expand=True)
    assert near(label_image(flat, DPI), back)

    (sent,) = zpl.pictures(zpl.label_zpl(turned))
    assert sent.tobytes() == turned.tobytes(), "what is sent is what is shown"
    page = Page(design.width, design.height, (Placed(0, 0, 0.0, 0.0, laid),))
    with pypdfium2.PdfDocument(labels_pdf([page], DPI, "标签")) as document:
        printed = document[0].render(scale=DPI / 72).to_pil().convert("L").resize(turned.size)
        words = document[0].get_textpage().get_text_bounded()
    assert near(turned, printed)
    assert decode(printed, turned=True) == seen
    assert "阿莫西林克拉维酸钾片" in words.replace("\r\n", "")


def test_a_turned_code_without_room_is_said() -> None:
    code = CodePart(1, 0, 0, 120, 300, CodeKind.BARS, "{code}", turn=90)
    laid = verify([PLAIN], paper_for(Design("窄", 400, 400, parts=(code,))), 203)
    assert [problem.code for problem in laid.problems] == ["label.code_room"]
