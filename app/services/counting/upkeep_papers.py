"""Papers of 养护记录: the month's list, a place's temperatures by day, the ledger 专用账册."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import groupby

from app.domain.duties import Actor
from app.domain.errors import DomainError
from app.domain.expiry import shown
from app.domain.papers import Signing, TableColumn, TablePaper
from app.domain.stock.doc_titles import doc_title
from app.i18n import _
from app.services.counting.climate_log import PlaceLog, Reading, place_log
from app.services.counting.controlled import controlled_ledger
from app.services.counting.upkeep import round_lines, rounds
from app.services.db import Database
from app.services.platform.places import STORAGES
from app.services.stock.papers import print_info, units_text


def upkeep_paper(db: Database, actor: Actor, org_id: int, round_id: int) -> TablePaper:
    """The month's list with what was found."""
    head = next((one for one in rounds(db, actor, (org_id,)) if one.id == round_id), None)
    if head is None:
        raise DomainError("upkeep.unknown", _("没有这张养护单。请刷新后再看。"))
    lines = round_lines(db, actor, org_id, round_id)
    with db.read() as session:
        info = print_info(session, actor, org_id)
    people = sorted({one.person for one in lines if one.person})
    return TablePaper(
        info=info,
        title=_("药品养护检查记录"),
        number=head.no,
        facts=(
            (_("月份"), f"{head.month:%Y-%m}"),
            (_("储存条件"), _(STORAGES.get(head.storage, head.storage))),
            (_("状态"), head.state.label), (_("行数"), f"{head.checked} / {head.lines}"),
        ),
        columns=(
            TableColumn(_("库位"), 12), TableColumn(_("品名 / 规格"), 26),
            TableColumn(_("批号"), 12), TableColumn(_("有效期至"), 10),
            TableColumn(_("数量"), 12, figures=True), TableColumn(_("结果"), 8),
            TableColumn(_("情况与处理"), 24), TableColumn(_("检查人"), 8),
        ),
        rows=tuple(
            (
                one.place, f"{one.name}\n{one.spec}", one.lot_no or "—", shown(one.expiry),
                units_text(one.base_unit, one.pack_unit, one.pack_factor, one.qty),
                one.finding.label if one.finding else "", "；".join(
                    part for part in (one.words, one.action) if part
                ), one.person,
            )
            for one in lines
        ),
        signing=(Signing(_("养护员"), info.member, "、".join(people)),
                 Signing(_("质量负责人"), info.member)),
        landscape=True,
    )  # fmt: skip


def climate_paper(
    db: Database, actor: Actor, where: tuple[int, int], days: tuple[date, date]
) -> TablePaper:
    """Temperature and humidity of a place, day by day, with every excursion and hole."""
    log = place_log(db, actor, where, *days)
    with db.read() as session:
        info = print_info(session, actor, where[0])
    rows = [
        _day_row(day, list(some))
        for day, some in groupby(log.readings, key=lambda one: one.at.date())
    ]
    return TablePaper(
        info=info,
        title=_("温湿度记录"),
        number="",
        facts=(
            (_("库位"), log.place), (_("储存条件"), _(STORAGES.get(log.storage, log.storage))),
            (_("应在"), _("{low}–{high} ℃，湿度 35–75%", low=log.low, high=log.high)),
            (_("日期"), f"{days[0]} – {days[1]}"),
        ),
        columns=(
            TableColumn(_("日期"), 12), TableColumn(_("次数"), 8, figures=True),
            TableColumn(_("最低 ℃"), 9, figures=True), TableColumn(_("最高 ℃"), 9, figures=True),
            TableColumn(_("湿度 %"), 12, figures=True), TableColumn(_("超限"), 8, figures=True),
            TableColumn(_("措施"), 32),
        ),
        rows=tuple(rows),
        notes=tuple(_gap_words(log)),
        signing=(Signing(_("记录人"), info.member), Signing(_("复核人"), info.member)),
    )  # fmt: skip


def controlled_paper(db: Database, actor: Actor, org_id: int, item: str = "") -> TablePaper:
    """The ledger of controlled drugs, one item (name and specification) or each after the other."""
    rows = [x for x in controlled_ledger(db, actor, org_id) if item in {"", x.item}]
    rows.sort(key=lambda x: (x.item, x.seq))
    with db.read() as session:
        info = print_info(session, actor, org_id, item)
    return TablePaper(
        info=info,
        title=_("麻醉药品、精神药品专用账册"),
        number="",
        facts=((_("品种"), item or _("全部")), (_("笔数"), str(len(rows)))),
        columns=(
            TableColumn(_("日期"), 10), TableColumn(_("凭证"), 17),
            TableColumn(_("品名 / 规格"), 24), TableColumn(_("批号 / 效期"), 12),
            TableColumn(_("来去"), 13), TableColumn(_("入"), 7, figures=True),
            TableColumn(_("出"), 7, figures=True), TableColumn(_("结存"), 8, figures=True),
            TableColumn(_("经办"), 8), TableColumn(_("复核"), 8),
        ),
        rows=tuple(
            (
                x.day.isoformat(), f"{doc_title(x.doc_kind)}\n{x.doc_no}".strip(),
                f"{x.item}\n{x.maker}".strip(), f"{x.lot_no or '—'}\n{shown(x.expiry)}",
                x.other_end, str(x.came or ""), str(x.went or ""), f"{x.balance} {x.unit}",
                x.person, x.second,
            )
            for x in rows
        ),
        notes=(_("专用账册保存到药品有效期满后不少于五年。"),),
        signing=tuple(
            Signing(role, info.member) for role in (_("双人双锁 · 甲"), _("双人双锁 · 乙"))
        ),
        landscape=True,
    )  # fmt: skip


def _day_row(day: date, some: Sequence[Reading]) -> tuple[str, ...]:
    warm = [one.celsius for one in some]
    damp = [one.humidity for one in some if one.humidity is not None]
    notes = sorted({one.note for one in some if one.note})
    outside = sum(not one.good for one in some)
    return (
        day.isoformat(), str(len(some)), str(min(warm)), str(max(warm)),
        f"{min(damp)}–{max(damp)}" if damp else "—", str(outside or ""), "；".join(notes),
    )  # fmt: skip


def _gap_words(log: PlaceLog) -> list[str]:
    words = [
        _("{start} 到 {end} 有 {n} 分钟没有记录。", start=f"{gap.start:%m-%d %H:%M}",
          end=f"{gap.end:%m-%d %H:%M}", n=gap.minutes)
        for gap in log.gaps[:20]
    ]  # fmt: skip
    if len(log.gaps) > len(words):
        words.append(_("另有 {n} 处间隔超过 30 分钟。", n=len(log.gaps) - len(words)))
    return words
