"""Importing prices: every row found its item and supplier, or says why not; then all or nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain import codes, pricing
from app.domain.codes import CodeSystem
from app.domain.duties import Actor, Duty
from app.domain.errors import DomainError, NotAllowedError, Problem, Severity
from app.domain.pricing import Span
from app.i18n import N_, _
from app.models.item import Item
from app.models.party import GroupMembership, Organisation
from app.models.price import Price
from app.services import audit
from app.services.access import lead_org
from app.services.db import Database, now, today
from app.services.importing.columns import Field
from app.services.importing.finder import Finder, load_finder
from app.services.importing.plan import (
    Edit,
    Imported,
    ImportPlan,
    Outcome,
    PlanLine,
    Report,
    imported_before,
    new_batch,
    open_sheet,
    planned,
    quiet,
)
from app.services.importing.rows import SheetRow, data_rows
from app.services.importing.said_columns import known_columns
from app.services.operations import claim, finish, plain
from app.services.prices.change import CreateList, make_list
from app.services.prices.putting import NewPrice, put_all

FIELDS: Final = (
    Field("code", N_("统一编码"), ("院内统一编码", "集团编码", "编码")),
    Field("nhsa", N_("医保药品代码"), ("药品代码", "医保编码", "医保代码", "医保耗材代码")),
    Field("gtin", N_("69 码"), ("商品条码", "条形码", "条码")),
    Field("platform", N_("平台编码"), ("挂网编码", "流水号", "平台代码", "产品编码")),
    Field("name", N_("品名"), ("注册名称", "通用名", "药品名称", "产品名称", "名称")),
    Field("strength", N_("规格"), ("注册规格", "药品规格", "规格型号")),
    Field("pack_factor", N_("包装数量"), ("最小包装数量", "转换比", "转换系数", "装量")),
    Field("maker", N_("生产企业"), ("药品企业", "生产厂家", "厂家")),
    Field("supplier", N_("供应商"), ("配送企业", "配送商", "供货单位", "供应商名称", "中选供应商")),
    Field("price", N_("价格"), (
        "单价", "含税单价", "中选价", "统采价", "采购价", "成交价", "挂网价格", "谈判价",
    ), needed=True),
    Field("ceiling", N_("限价"), ("挂网价", "最高限价", "医保支付标准")),
    Field("from", N_("生效日期"), ("开始日期", "执行日期", "起始日期")),
    Field("to", N_("截止日期"), ("结束日期", "失效日期")),
    Field("org", N_("适用机构"), ("机构", "成员机构")),
    Field("rank", N_("顺位"), ("中选顺位",)),
    Field("tax", N_("税率"), ("税率%",)),
)  # fmt: skip
KIND: Final = "prices"
_STEP: Final = 200
_USUAL_TAX: Final = 1300
_JUMP: Final = 3
_CODES: Final = (
    ("nhsa", CodeSystem.NHSA),
    ("gtin", CodeSystem.GTIN),
    ("platform", CodeSystem.PLATFORM),
)
PricePlan = ImportPlan[NewPrice]


@dataclass(frozen=True, slots=True)
class PriceImport:
    """Which file, and what its rows do not say themselves.

    Attributes:
        valid_from: First day for rows without one; today when None.
        supplier_id: For rows that name no supplier; 0 refuses them.
        mapping: Field key → title in this sheet; None takes what was said before.
        encoding: What a text file is in; empty finds out.
    """

    path: Path
    valid_from: date | None = None
    supplier_id: int = 0
    mapping: Mapping[str, str] | None = None
    encoding: str = ""


@dataclass(frozen=True, slots=True)
class ApplyPrices:
    """Carry out a plan into a list: an existing one, or a new one (`new_list`)."""

    op_id: UUID
    plan: PricePlan
    list_id: int = 0
    new_list: CreateList | None = None


@dataclass(frozen=True, slots=True)
class _Kept:
    """A price that is there already."""

    span: Span
    unit_price: Decimal
    rank: int


@dataclass(slots=True)
class _World:
    """What rows are held against, read once."""

    finder: Finder
    parties: dict[str, int]
    members: dict[str, int]
    items: dict[int, tuple[str, str, int]]
    spans: Mapping[tuple[int, int, int], list[_Kept]]
    day: date


def preview(db: Database, actor: Actor, command: PriceImport, report: Report = quiet) -> PricePlan:
    """What importing the prices would do; nothing is written."""
    mapping = dict(command.mapping) if command.mapping else None
    with db.read() as session:
        _may(session, actor)
        known = known_columns(session, actor, KIND)
        opened = open_sheet(
            command.path, FIELDS, mapping, known=known, encoding=command.encoding, report=report
        )
        rows = list(data_rows(opened.table, opened.located))
        earlier = imported_before(session, KIND, opened.digest)
        world = _world(session)
    lines: list[PlanLine[NewPrice]] = []
    seen: dict[tuple[int, int, int], int] = {}
    for number, row in enumerate(rows):
        if number % _STEP == 0:
            report(number, len(rows))
        lines.append(_line(row, world, command, seen))
    report(len(rows), len(rows))
    return replace(planned(opened, FIELDS, lines), earlier=earlier)


def apply(db: Database, actor: Actor, command: ApplyPrices, report: Report = quiet) -> Imported:
    """Write the plan in one transaction; earlier prices are closed on the first day of the new."""
    plan = command.plan
    with db.write() as session:
        lead = _may(session, actor)
        earlier = claim(
            session, actor, lead, command.op_id, "import.prices", (plan.file_name, plan.digest)
        )
        if earlier is not None:
            return Imported(**earlier)
        list_id = make_list(session, command.new_list) if command.new_list else command.list_id
        wanted = [line for line in plan.lines if line.outcome in {Outcome.ADDED, Outcome.CHANGED}]
        entries: list[dict[str, object]] = []
        for start in range(0, len(wanted), _STEP):
            report(start, len(wanted))
            prices = [line.content for line in wanted[start : start + _STEP] if line.content]
            entries += _put(session, actor, list_id, prices)
        batch = new_batch(plan, "prices")
        batch.undo = {"prices": entries}
        batch.org_id, batch.at, batch.person_id = lead, now(session), actor.person_id
        session.add(batch)
        result = Imported(batch.id, batch.added, batch.changed, batch.refused)
        detail = {"file": plan.file_name, "list": list_id, "prices": len(wanted)}
        audit.record(session, actor, lead, "import.prices", ("import", batch.id), detail)
        finish(session, lead, command.op_id, plain(result))
        report(len(wanted), len(wanted))
        return result


def _put(
    session: Session, actor: Actor, list_id: int, prices: Sequence[NewPrice]
) -> list[dict[str, object]]:
    """Write prices; what is needed to take each back."""
    entries: list[dict[str, object]] = []
    for price, done in zip(prices, put_all(session, actor, list_id, prices), strict=True):
        if isinstance(done, DomainError):
            raise done
        entries.append(
            {
                "price": done.price_id,
                "closed": done.closed_id,
                "until": done.until.isoformat() if done.until else None,
                "valid_to": price.valid_to.isoformat() if price.valid_to else None,
            }
        )
    return entries


def _may(session: Session, actor: Actor) -> int:
    lead = lead_org(session, today(session))
    if not (actor.can(Duty.BUY, lead) or actor.can(Duty.CATALOGUE, lead)):
        raise NotAllowedError(
            "access.duty",
            _("你的账号没有登记价格的权限。可请集团采购或目录管理人员处理。"),
        )
    return lead


def _world(session: Session) -> _World:
    parties: dict[str, int] = {}
    members: dict[str, int] = {}
    in_group = set(session.scalars(select(GroupMembership.org_id)))
    for org in session.scalars(select(Organisation).where(Organisation.active.is_(True))):
        names = dict.fromkeys((org.name, org.short_name, org.code, org.uscc or ""), org.id)
        if org.kind == "supplier":
            parties |= names
        elif org.id in in_group:
            members |= names
    spans: dict[tuple[int, int, int], list[_Kept]] = defaultdict(list)
    for price in session.scalars(select(Price).order_by(Price.valid_from)):
        kept = _Kept(Span(price.valid_from, price.valid_to), price.unit_price, price.rank)
        spans[price.item_id, price.supplier_id, price.org_id].append(kept)
    rows = session.execute(select(Item.id, Item.code, Item.name, Item.spec, Item.pack_factor))
    items = {row.id: (row.code, f"{row.name} {row.spec}", row.pack_factor) for row in rows}
    return _World(load_finder(session), parties, members, items, spans, today(session))


def _line(
    row: SheetRow, world: _World, command: PriceImport, seen: dict[tuple[int, int, int], int]
) -> PlanLine[NewPrice]:
    item = _item(row, world.finder)
    price = _read(row, world, command, item or 0)
    code, title, _pack = world.items.get(item or 0, ("", row.text("name"), 1))
    outcome = Outcome.REFUSED
    changes: tuple[str, ...] = ()
    if price is not None and not any(problem.blocks for problem in row.problems):
        outcome, changes, found = _against(price, world.spans)
        key = (price.item_id, price.supplier_id, price.org_id)
        first = seen.setdefault(key, row.number)
        if first != row.number:
            text = _("这一行和第 {row} 行是同一个价格。请只留一行。", row=first)
            found = (*found, Problem("import.twice", text))
        row.problems += [replace(problem, row=row.number) for problem in found]
    if any(problem.blocks for problem in row.problems):
        outcome = Outcome.REFUSED
    return PlanLine(
        row.number,
        outcome,
        code or row.text("code"),
        title,
        changes,
        tuple(row.problems),
        None if outcome is Outcome.REFUSED else price,
        tuple(Edit(_("价格"), *change.split(" → ")) for change in changes),
    )


def _item(row: SheetRow, finder: Finder) -> int | None:
    """The item that the row prices; what stands against it is noted in the row."""
    code = row.text("code")
    if code:
        found = finder.by_group_code(code)
        if found is None:
            row.wrong("code", "item.unknown", _("目录里没有 {code}。请先导入目录。", code=code))
        return found
    for key, system in _CODES:
        text = row.text(key)
        if not text:
            continue
        try:
            found = finder.by_code(system, codes.validate(system, text))
        except DomainError as error:
            row.wrong(key, error.code, error.text)
            return None
        if found:
            return found
    found = finder.by_facts(
        row.text("name"), row.text("strength"), row.text("maker"), row.count("pack_factor", 1)
    )
    if found is None:
        row.wrong(
            "name",
            "item.unknown",
            _("目录里没找到这个品规。请加一列统一编码，或先导入目录。"),
        )
    return found


def _read(row: SheetRow, world: _World, command: PriceImport, item: int) -> NewPrice | None:
    """The row as a price; None when it lacks something."""
    unit_price = row.price("price")
    if unit_price is None and not row.problems:
        row.wrong("price", "price.missing", _("还没填价格。请填含税单价，如 3.86。"))
    supplier = _party(row, "supplier", world.parties, command.supplier_id)
    if not supplier and not any(p.code == "party.unknown" for p in row.problems):
        row.wrong("supplier", "price.no_supplier", _("还没填供应商。请补上，或导入时指定一家。"))
    price = NewPrice(
        item_id=item,
        supplier_id=supplier,
        unit_price=unit_price if unit_price is not None else Decimal(0),
        valid_from=row.day("from") or command.valid_from or world.day,
        valid_to=row.day("to"),
        org_id=_party(row, "org", world.members | {_("全集团"): 0}, 0),
        ceiling=row.price("ceiling"),
        rank=row.count("rank", 1) or 1,
        tax_rate=_tax(row),
    )
    row.problems += [
        replace(problem, row=row.number, column=row.located.titles.get("price", ""))
        for problem in pricing.check_new_price(price.unit_price, price.ceiling)
        if unit_price is not None
    ]
    return price if unit_price is not None and item and supplier else None


def _party(row: SheetRow, key: str, known: Mapping[str, int], default: int) -> int:
    text = row.text(key)
    if not text:
        return default
    if text not in known:
        row.wrong(
            key,
            "party.unknown",
            _("没有「{name}」。请核对名称，或先在系统设置里添加。", name=text[:30]),
        )
        return 0
    return known[text]


def _tax(row: SheetRow) -> int:
    """The tax rate in hundredths of a percent: 13, 13% and 0.13 are the same."""
    text = row.text("tax").removesuffix("%")
    if not text:
        return _USUAL_TAX
    rates = {"13": 1300, "0.13": 1300, "9": 900, "0.09": 900, "6": 600, "0.06": 600, "3": 300,
             "0.03": 300, "1": 100, "0.01": 100, "0": 0}  # fmt: skip
    if text not in rates:
        right = _("税率 {text} 不对。请填 13、9、6、3、1 或 0。", text=text[:10])
        row.wrong("tax", "import.tax", right)
    return rates.get(text, _USUAL_TAX)


def _against(
    price: NewPrice, spans: Mapping[tuple[int, int, int], list[_Kept]]
) -> tuple[Outcome, tuple[str, ...], tuple[Problem, ...]]:
    """Whether the price is new, follows another, is the same, or is in the way of a later one."""
    known = spans.get((price.item_id, price.supplier_id, price.org_id), [])
    span = Span(price.valid_from, price.valid_to)
    wanted = (price.unit_price, price.valid_to, price.rank)
    if any(
        row.span.holds(price.valid_from) and (row.unit_price, row.span.end, row.rank) == wanted
        for row in known
    ):
        return Outcome.SAME, (), ()
    place = pricing.follow([row.span for row in known], span)
    if place.blocked_by is not None:
        row = known[place.blocked_by]
        text = _(
            "这家供应商从 {day} 起已有价格 {price}。请核对生效日期。",
            day=row.span.start,
            price=pricing.plain(row.unit_price),
        )
        return Outcome.REFUSED, (), (Problem("price.overlap", text),)
    if place.closes is None:
        return Outcome.ADDED, (), ()
    old = known[place.closes].unit_price
    change = f"{pricing.plain(old)} → {pricing.plain(price.unit_price)}"
    return Outcome.CHANGED, (change,), _doubt(old, price)


def _doubt(old: Decimal, price: NewPrice) -> tuple[Problem, ...]:
    """A price far from the one before is nearly always a unit mixed up: 盒 and 粒, 元 and 分."""
    new = price.unit_price
    if not old or not new or (new <= old * _JUMP and old <= new * _JUMP):
        return ()
    text = _(
        "价格从 {old} 变为 {new}，差得太多。请核对单位是不是一样（如 盒 与 粒）。",
        old=pricing.plain(old),
        new=pricing.plain(new),
    )
    return (Problem("price.jump", text, severity=Severity.WARNING),)
