"""The full trail of a project: who did what when, from the chained record, quotes and needs.

Steps of the group stand in the lead's audit trail, quotes in the sheets themselves (a supplier's
own trail is its own), a member's confirmation in its need. Together they are every step there was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.adapters.sheets_out import Cell, Sheet, write
from app.domain.awarding.limits import percent
from app.domain.bidding.commitment import BidSource, SheetKind
from app.domain.bidding.scoring import Criterion
from app.domain.documents import DocKind, state_title
from app.domain.duties import Actor
from app.domain.orders.content import short
from app.i18n import N_, _
from app.models.negotiation import BidSheet, Negotiation, NegotiationMember
from app.models.party import Organisation, Person
from app.models.platform import Audit
from app.services.db import Database, local_time
from app.services.negotiation.common import find, require_reader

_TOLD: Final = ("negotiation.bid", "negotiation.confirm")
"""Told from the sheets and needs themselves, where nobody's trail is missing."""
_PREFIX: Final = "negotiation."


@dataclass(frozen=True, slots=True)
class StepRow:
    """One step: when, who, for which organisation, what, and what it was about."""

    at: datetime
    person: str
    org: str
    step: str
    detail: str


def history(db: Database, actor: Actor, negotiation_id: int) -> tuple[StepRow, ...]:
    """Every step of a project in order of time; for the lead's buyers, signers and auditors.

    Raises:
        NotAllowedError: Somebody else.
    """
    with db.read() as session:
        project = find(session, negotiation_id)
        require_reader(actor, project.org_id)
        rows = [*_audited(session, project), *_quoted(session, project)]
        rows += _confirmed(session, project)
        return tuple(sorted(rows, key=lambda row: row.at))


def export_history(db: Database, actor: Actor, negotiation_id: int, path: Path) -> int:
    """Write the trail to a sheet; how many steps."""
    with db.read() as session:
        project = find(session, negotiation_id)
        notes = (f"{project.no} {project.title} · {state_title(project.status)}",)
    return write(path, history_sheet(history(db, actor, negotiation_id), notes))


def history_sheet(rows: tuple[StepRow, ...], notes: tuple[str, ...] = ()) -> Sheet:
    """The trail as a sheet."""
    titles = [_("时间"), _("经办人"), _("机构"), _("步骤"), _("内容")]
    cells: list[list[Cell]] = [
        [local_time(one.at), one.person, one.org, one.step, one.detail] for one in rows
    ]
    return Sheet(_("项目轨迹"), titles, cells, notes)


def _audited(session: Session, project: Negotiation) -> Iterator[StepRow]:
    rows = session.execute(
        select(Audit, Person.name, Organisation.short_name)
        .outerjoin(Person, Person.id == Audit.person_id)
        .outerjoin(Organisation, Organisation.id == Person.org_id)
        .where(
            Audit.org_id == project.org_id,
            Audit.doc_kind == DocKind.NEGOTIATION.value,
            Audit.doc_id == project.id,
            Audit.action.not_in(_TOLD),
        )
        .order_by(Audit.seq)
    )
    names = _suppliers(session)
    for one, person, org in rows:
        verb = one.action.removeprefix(_PREFIX)
        detail = one.detail if isinstance(one.detail, dict) else {}
        title = _(_TITLES[verb]) if verb in _TITLES else verb
        yield StepRow(one.at, person or "", org or "", title, _words(verb, detail, names))


def _quoted(session: Session, project: Negotiation) -> Iterator[StepRow]:
    rows = session.execute(
        select(BidSheet, Organisation.short_name)
        .join(Organisation, Organisation.id == BidSheet.supplier_id)
        .where(BidSheet.org_id == project.org_id, BidSheet.negotiation_id == project.id)
    )
    sources = {
        BidSource.TYPED: N_("网上填报"),
        BidSource.TEMPLATE: N_("报价单"),
        BidSource.PAPER: N_("采购代录"),
    }
    for one, supplier in rows:
        gone = one.kind == SheetKind.WITHDRAWAL
        words = _(
            "第 {round} 轮第 {version} 次，{lines} 行，{source}，指纹 {mark}",
            round=one.round,
            version=one.version,
            lines=one.lines,
            source=_(sources[BidSource(one.source)]),
            mark=short(one.commitment),
        )
        if one.reason:
            words = f"{words}；{one.reason}"
        step = _("撤回报价") if gone else _("报价")
        yield StepRow(one.at, one.person_name, supplier, step, words)


def _confirmed(session: Session, project: Negotiation) -> Iterator[StepRow]:
    rows = session.execute(
        select(NegotiationMember.confirmed_at, Person.name, Organisation.short_name)
        .join(Organisation, Organisation.id == NegotiationMember.org_id)
        .outerjoin(Person, Person.id == NegotiationMember.confirmed_by)
        .where(
            NegotiationMember.lead_id == project.org_id,
            NegotiationMember.negotiation_id == project.id,
            NegotiationMember.confirmed_at.is_not(None),
        )
    )
    for at, person, org in rows:
        if at is not None:
            yield StepRow(at, person or "", org, _("确认报量"), "")


def _suppliers(session: Session) -> Mapping[int, str]:
    rows = session.execute(
        select(Organisation.id, Organisation.short_name).where(Organisation.kind == "supplier")
    )
    return {int(key): str(name) for key, name in rows}


Detail = Mapping[str, Any]
_TITLES: Final[Mapping[str, str]] = {
    "create": N_("新建项目"),
    "rules": N_("改价格规则"),
    "items": N_("改品规"),
    "lots": N_("改标包"),
    "ceilings": N_("改限价"),
    "state": N_("状态"),
    "need": N_("改报量"),
    "send_back": N_("退回报量"),
    "invite": N_("邀请供应商"),
    "dismiss": N_("移出供应商"),
    "fail": N_("流标"),
    "round.start": N_("开始报价"),
    "round.extend": N_("延后截止"),
    "round.open": N_("开标"),
    "weights": N_("改评分权重"),
    "score": N_("评分"),
    "draft": N_("拟中选"),
    "propose": N_("优化定标"),
    "award_submit": N_("定标提交审批"),
    "award_approve": N_("定标审批通过"),
    "award_return": N_("定标退回"),
    "award_object": N_("登记质疑"),
    "award_answer": N_("答复质疑"),
    "award_in_force": N_("价格表生效"),
}


def _words(verb: str, detail: Detail, suppliers: Mapping[int, str]) -> str:
    """What a step was about, in the person's language; empty where nothing more is known."""
    if verb == "dismiss":
        name = suppliers.get(int(detail.get("supplier", 0)), "")
        return _("{name}：{reason}", name=name, reason=detail.get("reason", ""))
    if verb == "draft" and detail.get("choices"):
        return _chosen(detail["choices"], suppliers)
    tell = _TELL.get(verb)
    return tell(detail) if tell is not None else ""


def _items(detail: Detail) -> str:
    if "added" in detail:
        return _("添加 {n} 个品规", n=detail["added"])
    lines = "、".join(str(line) for line in detail.get("removed", ()))
    return _("移出第 {lines} 行", lines=lines)


def _lots(detail: Detail) -> str:
    titles = detail.get("titles") or {}
    named = "；".join(f"{lot} {title}" for lot, title in titles.items())
    moved = _("{n} 行换了标包", n=detail.get("lines", 0)) if detail.get("lines") else ""
    return "；".join(word for word in (named, moved) if word)


def _ceilings(detail: Detail) -> str:
    prices = detail.get("ceilings")
    if not prices:
        return _("{n} 行", n=detail.get("lines", 0))
    none = _("取消")
    return "；".join(
        _("第 {line} 行 {what}", line=line, what=price or none) for line, price in prices.items()
    )


def _state(detail: Detail) -> str:
    old, new = detail.get("from", ""), detail.get("to", "")
    return f"{state_title(old)} → {state_title(new)}" if old and new else ""


def _fail(detail: Detail) -> str:
    lines = "、".join(str(line) for line in detail.get("lines", ()))
    where = (
        _("第 {n} 包", n=detail["lot"]) if detail.get("lot") else _("第 {lines} 行", lines=lines)
    )
    return _("{where}：{reason}", where=where, reason=detail.get("reason", ""))


def _started(detail: Detail) -> str:
    at = _time(detail.get("deadline"))
    return _("第 {n} 轮，{at} 截止", n=detail.get("round", ""), at=at)


def _extended(detail: Detail) -> str:
    return _(
        "第 {n} 轮，{before} 改为 {after}：{reason}",
        n=detail.get("round", ""),
        before=_time(detail.get("from")),
        after=_time(detail.get("to")),
        reason=detail.get("reason", ""),
    )


def _opened(detail: Detail) -> str:
    mark = str(detail.get("digest", ""))[:16]
    words = _("第 {n} 轮，{m} 家报价", n=detail.get("round", ""), m=detail.get("bidders", 0))
    return _("{words}，总指纹 {mark}", words=words, mark=mark) if mark else words


def _weights(detail: Detail) -> str:
    known = {one.value: one.label for one in Criterion}
    return "，".join(f"{known[key]} {value}%" for key, value in detail.items() if key in known)


def _chosen(choices: Mapping[str, Any], suppliers: Mapping[int, str]) -> str:
    none = _("取消")
    said = []
    for line, parts in choices.items():
        names = "、".join(f"{suppliers.get(int(who), who)} {percent(part)}%" for who, part in parts)
        said.append(_("第 {line} 行 {what}", line=line, what=names or none))
    return "；".join(said)


def _count(detail: Detail) -> str:
    return _("{n} 行", n=detail.get("lines", 0))


def _in_force(detail: Detail) -> str:
    return _(
        "价格表 {code}，{n} 个价格，{m} 个旧价截止",
        code=detail.get("code", ""),
        n=detail.get("prices", 0),
        m=detail.get("closed", 0),
    )


def _approved(detail: Detail) -> str:
    return _("{no}，公示到 {day}", no=detail.get("no", ""), day=detail.get("until", ""))


def _time(value: object) -> str:
    try:
        return f"{local_time(datetime.fromisoformat(str(value))):%m-%d %H:%M}"
    except ValueError:
        return str(value or "")


def _key(name: str) -> Callable[[Detail], str]:
    return lambda detail: str(detail.get(name, "") or "")


_TELL: Final[Mapping[str, Callable[[Detail], str]]] = {
    "create": _key("no"),
    "items": _items,
    "lots": _lots,
    "ceilings": _ceilings,
    "state": _state,
    "send_back": _key("reason"),
    "invite": lambda detail: "、".join(detail.get("suppliers", ())),
    "fail": _fail,
    "round.start": _started,
    "round.extend": _extended,
    "round.open": _opened,
    "weights": _weights,
    "score": lambda detail: _("{n} 项", n=detail.get("given", 0)),
    "draft": _count,
    "propose": lambda detail: _("总价 {cost} 元", cost=detail.get("cost", "")),
    "award_submit": _key("no"),
    "award_approve": _approved,
    "award_return": _key("reason"),
    "award_object": _key("who"),
    "award_answer": lambda detail: (
        _("不成立") if detail.get("outcome") == "rejected" else _("成立")
    ),
    "award_in_force": _in_force,
}
