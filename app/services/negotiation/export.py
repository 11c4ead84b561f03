"""The whole comparison as a workbook: the grid, every round, scores, and the trail."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import numpy as np

from app.adapters.sheets_out import Cell, Sheet, write_book
from app.domain import money
from app.domain.bidding.award import WINNER
from app.domain.bidding.compare import GIVEN_UP, NOBODY, Totals, totals
from app.domain.bidding.scoring import EXPERT, Criterion, price_points, score
from app.domain.documents import state_title
from app.domain.duties import Actor
from app.i18n import _
from app.services.db import Database, local_time
from app.services.negotiation.comparison import Comparison, comparison
from app.services.negotiation.figures import drafted_prices
from app.services.negotiation.history import history, history_sheet
from app.services.negotiation.scores import Scoring, scoring
from app.services.negotiation.trail import SheetRow, trail

_TENTH = Decimal("0.1")


def export_comparison(db: Database, actor: Actor, negotiation_id: int, path: Path) -> int:
    """Write the comparison of a project; how many rows in all sheets.

    Raises:
        NotAllowedError: The person may not read it.
        EnvironmentProblem: The file cannot be written.
    """
    found = comparison(db, actor, negotiation_id)
    scored = scoring(db, actor, negotiation_id)
    sheets = (
        _grid(found),
        _rounds(found),
        _scores(found, scored),
        _trail(trail(db, actor, negotiation_id)),
        history_sheet(history(db, actor, negotiation_id)),
    )
    return write_book(path, sheets)


def _notes(found: Comparison) -> tuple[str, ...]:
    sums = totals(found.grid, drafted_prices(found))
    return (
        f"{found.project.no} {found.project.title} · {state_title(found.project.state)}",
        _(
            "拟中选 {n} 项 {amount} 元；基准 {base} 元，加权下浮 {weighted}，简单平均 {simple}",
            n=sums.lines,
            amount=f"{sums.amount:,.2f}",
            base=f"{sums.base:,.2f}",
            weighted=_percent(sums.weighted),
            simple=_percent(sums.simple),
        ),
        _("读取时间 {at}（服务器）", at=f"{local_time(found.at):%Y-%m-%d %H:%M:%S}"),
    )


def _percent(tenths: int | None) -> str:
    return "—" if tenths is None else f"{tenths * _TENTH}%"


def _grid(found: Comparison) -> Sheet:
    titles = [
        _("行号"), _("标包"), _("统一编码"), _("品名"), _("规格"), _("生产企业"), _("单位"),
        _("约定量"), _("基准价"), _("挂网价"), _("限价"), _("成员最低价"),
    ]  # fmt: skip
    for one in found.suppliers:
        titles += [one.name, _("{name} 下浮 %", name=one.name)]
    titles += [_("最低价供应商"), _("拟中选"), _("拟中选价"), _("下浮 %"), _("理由")]
    return Sheet(_("比价"), titles, _grid_rows(found), _notes(found))


def _grid_rows(found: Comparison) -> Iterator[list[Cell]]:
    grid = found.grid
    rates = [grid.reduction(row) for row in grid.standing]
    best, names = grid.best(), {one.supplier_id: one.name for one in found.suppliers}
    drafted = drafted_prices(found)
    reduced = grid.reduction(drafted)
    for at, info in enumerate(found.lines):
        chosen = found.draft.get(info.line, ())
        cells: list[Cell] = [
            info.line, info.lot, info.code, info.name, info.spec, info.maker, info.unit,
            int(grid.volume[at]) // info.price_factor, _price(grid.base[at]),
            _price(grid.listed[at]), _price(grid.ceiling[at]), _price(grid.lowest_paid[at]),
        ]  # fmt: skip
        for place in range(len(found.suppliers)):
            stored = grid.standing[place, at]
            cells += [_price(stored), rates[place][at] * _TENTH if stored else None]
        cells += [
            found.suppliers[int(best[at])].name if best[at] != NOBODY else _("无有效报价"),
            "、".join(
                names.get(one.supplier_id, "") + ("" if one.rank == WINNER else _("（备选）"))
                for one in chosen
            ),
            _price(drafted[at]),
            int(reduced[at]) * _TENTH if drafted[at] else None,
            "；".join(one.reason for one in chosen if one.reason) or info.failed,
        ]
        yield [int(cell) if isinstance(cell, np.integer) else cell for cell in cells]


def _price(stored: int) -> Decimal | None:
    return money.from_scaled(int(stored)) if stored > 0 else None


def _rounds(found: Comparison) -> Sheet:
    titles = [_("行号"), _("统一编码"), _("品名"), _("规格"), _("供应商")]
    titles += [_("第 {n} 轮", n=number) for number in found.round_numbers]
    return Sheet(_("各轮报价"), titles, _round_rows(found))


def _round_rows(found: Comparison) -> Iterator[list[Cell]]:
    prices = found.grid.prices
    for at, info in enumerate(found.lines):
        for place, one in enumerate(found.suppliers):
            said = prices[:, place, at]
            if said.any():
                yield [
                    info.line, info.code, info.name, info.spec, one.name,
                    *(_("放弃") if value == GIVEN_UP else _price(value) for value in said),
                ]  # fmt: skip


def _scores(found: Comparison, scored: Scoring) -> Sheet:
    titles = [_("供应商")]
    titles += [f"{one.label} {scored.weights.get(one, 0)}%" for one in Criterion]
    rows: list[list[Cell]] = []
    for one, points in zip(found.suppliers, price_points(found.grid), strict=True):
        full = {Criterion.PRICE: int(points)} | dict(scored.points.get(one.supplier_id, {}))
        cells: list[Cell] = [one.name, full[Criterion.PRICE] * _TENTH]
        cells += [full.get(key, 0) * _TENTH for key in EXPERT]
        rows.append([*cells, score(full, scored.weights) * _TENTH])
    return Sheet(_("评分"), [*titles, _("综合得分")], rows)


def _trail(rows: tuple[SheetRow, ...]) -> Sheet:
    titles = [
        _("时间"), _("轮次"), _("供应商"), _("第几次"), _("内容"), _("方式"), _("行数"),
        _("提交人"), _("附件"), _("说明"), _("指纹"),
    ]  # fmt: skip
    cells: list[list[Cell]] = [
        [
            local_time(row.at), row.round, row.supplier, row.version, kind_words(row.kind),
            source_words(row.source), row.lines, row.person, row.file, row.reason, row.fingerprint,
        ]
        for row in rows
    ]  # fmt: skip
    return Sheet(_("报价轨迹"), titles, cells)


def kind_words(kind: str) -> str:
    """What a sheet says, in words."""
    return _("撤回") if kind == "withdrawal" else _("报价")


def source_words(source: str) -> str:
    """How a sheet came in, in words."""
    return {"typed": _("网上填报"), "template": _("报价单")}.get(source, _("采购代录"))


def totals_of(found: Comparison) -> Totals:
    """The figures of the hand-made draft."""
    return totals(found.grid, drafted_prices(found))
