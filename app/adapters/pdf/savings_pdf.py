"""The savings as a paper: figures with numerator and denominator, charts, members and items."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final

from reportlab.lib.colors import HexColor
from reportlab.platypus import Flowable, Spacer
from typing_extensions import override

from app.adapters import fonts
from app.adapters.pdf.blocks import Column, facts, grid, money, paragraph, title
from app.adapters.pdf.kit import MM, build, draw_text, frame_width
from app.adapters.pdf.rows import Align
from app.domain.papers import PrintInfo
from app.domain.savings import DEFINITION, Group, in_wan
from app.i18n import _

_MOST_ROWS: Final = 40
_BAR: Final = "#1557B0"
_LOSS: Final = "#B8480A"
_SMALL: Final = 7


def savings_pdf(
    info: PrintInfo,
    period: str,
    captions: Sequence[tuple[str, str]],
    tables: Sequence[tuple[str, Sequence[Group]]],
) -> bytes:
    """The paper, landscape; each table has its bar chart above it."""
    width = frame_width(landscape=True)
    story: list[Flowable] = title(_("节约分析"), period)
    story += facts(captions, width)
    for name, groups in tables:
        story.append(paragraph(name, 12, bold=True))
        story.append(_Bars(width, groups[:15]))
        story += [_table(groups, width), Spacer(0, 5 * MM)]
    story += [paragraph(_(text), 8) for text in DEFINITION.values()]
    return build(story, info, _("节约分析"), landscape=True)


def _table(groups: Sequence[Group], width: float) -> Flowable:
    columns = (
        Column(_("名称"), 34),
        Column(_("行数"), 8, Align.RIGHT),
        Column(_("基准金额 元"), 16, Align.RIGHT),
        Column(_("新金额 元"), 16, Align.RIGHT),
        Column(_("节约额 元"), 14, Align.RIGHT),
        Column(_("加权下浮率"), 10, Align.RIGHT),
        Column(_("简单下浮率"), 10, Align.RIGHT),
    )
    rows = [
        (
            group.name,
            str(group.saved.lines),
            money(group.saved.base),
            money(group.saved.new),
            money(group.saved.saving),
            rate_text(group.saved.weighted),
            rate_text(group.saved.simple),
        )
        for group in groups[:_MOST_ROWS]
    ]
    return grid(columns, rows, width)


def rate_text(rate: Decimal | None) -> str:
    """A rate in percent, or a dash."""
    return "—" if rate is None else f"{rate}%"


class _Bars(Flowable):  # type: ignore[misc]  # reportlab is untyped here
    """Savings as bars from zero, the value in 万 above, the name below."""

    def __init__(self, width: float, groups: Sequence[Group]) -> None:
        super().__init__()
        self.width, self.height = width, 42 * MM
        self._groups = groups

    @override
    def wrap(self, *_room: Any) -> tuple[float, float]:
        """The room it takes."""
        return self.width, self.height

    @override
    def draw(self) -> None:
        """Paint the bars."""
        values = [float(group.saved.saving) for group in self._groups]
        top, low = max([*values, 0.0]), min([*values, 0.0])
        span = (top - low) or 1.0
        foot, room = 8 * MM, self.height - 14 * MM
        zero = foot - low / span * room
        step = self.width / max(len(values), 1)
        for place, (group, value) in enumerate(zip(self._groups, values, strict=True)):
            left = place * step + step * 0.2
            tall = value / span * room
            self.canv.setFillColor(HexColor(_BAR if value >= 0 else _LOSS))
            self.canv.rect(left, min(zero, zero + tall), step * 0.6, abs(tall), stroke=0, fill=1)
            self.canv.setFillColor(HexColor("#16202C"))
            self._centred(
                _("{n} 万", n=f"{in_wan(group.saved.saving):,}"),
                place,
                step,
                max(zero, zero + tall) + 2,
            )
            self._centred(group.name, place, step, foot - 4 * MM)
        self.canv.line(0, zero, self.width, zero)

    def _centred(self, text: str, place: int, step: float, height: float) -> None:
        words = text
        while len(words) > 1 and fonts.width(words, _SMALL, False) > step:
            words = words[:-2] + "…" if len(words) > 2 else words[:1]  # noqa: PLR2004 - a letter and the dots
        left = place * step + (step - fonts.width(words, _SMALL, False)) / 2
        draw_text(self.canv, (left, height), words, _SMALL)
