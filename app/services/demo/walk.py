"""The main job once through, at one clinic of the demo, by the people whose job it is.

Each step is a service that the window calls too; what it made is told in plain words, and papers,
labels and Excel are left in a folder.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from app.adapters import local_files
from app.domain.documents import State, state_title
from app.domain.ids import new_op
from app.domain.orders.signing import Decision
from app.i18n import _
from app.services.db import Database, today
from app.services.demo import sources
from app.services.demo.arrivals import lines_for
from app.services.demo.counter import consume_label, count_all, print_labels
from app.services.demo.desk import Desk, open_desk
from app.services.demo.order_depth import approve
from app.services.demo.work import ask
from app.services.imprints.proof import examine
from app.services.orders.candidates import CandidatesWanted, candidates
from app.services.orders.consolidate import Consolidate, Consolidated, consolidate
from app.services.orders.detail import OrderWanted
from app.services.orders.papers import PaperKind, PaperWanted, paper
from app.services.orders.queries import MemberOrderRow, OrdersWanted, member_orders
from app.services.orders.signing import Sign, sign
from app.services.orders.totals import check_totals
from app.services.platform.proofs import chains, reconcile
from app.services.receiving.commands import DeliverOrder, MadeDelivery, Received
from app.services.receiving.deliveries import deliver_order
from app.services.replenishment.run import Run, run
from app.services.replenishment.suggestions import SuggestionQuery, board
from app.services.requisition.make import FromSuggestions
from app.services.settlement import MakeStatements, Step, make_statements, step
from app.services.settlement.steps import Verb

MEMBER: Final = "songyuan"
_SHOWN: Final = 4
_ASKED: Final = 12


@dataclass(frozen=True, slots=True)
class Told:
    """One step as people hear it."""

    title: str
    lines: tuple[str, ...]
    files: tuple[Path, ...] = ()


@dataclass(slots=True)
class Walk:
    """The walk's memory between its steps."""

    desk: Desk
    out: Path
    org_id: int
    orders: list[MemberOrderRow] = field(default_factory=list)
    delivery: MadeDelivery | None = None
    received: Received | None = None
    labels: tuple[str, ...] = ()
    supplier_id: int = 0


def walk(db: Database, out: Path) -> Iterator[Told]:
    """Go the way from demand to statement; each step is told when it is done."""
    local_files.make_folder(out)
    desk = open_desk(db, sources.goods())
    going = Walk(desk, out, desk.keeper(MEMBER).org_id)
    steps: tuple[Callable[[Walk], Told], ...] = (
        _plan, _request, _consolidate, _sign, _papers, _deliver, _accept, _label, _use, _settle,
        _prove,
    )  # fmt: skip
    for one in steps:
        yield one(going)


def _plan(going: Walk) -> Told:
    keeper = going.desk.keeper(MEMBER)
    done = run(going.desk.db, keeper, Run(new_op(), going.org_id))
    rows = board(going.desk.db, keeper, SuggestionQuery(going.org_id)).rows
    lines = [_("算了 {n} 个品规，建议补 {m} 行。例如：", n=done.items, m=done.suggested)]
    for row in [row for row in rows if row.advised][:_SHOWN]:
        packs = f"{row.packs:f}"
        goods = f"{row.name} {row.spec}"
        text = _("{goods}：补 {packs} {unit}。", goods=goods, packs=packs, unit=row.pack_unit)
        lines.append(text + str(row.why.headline))
    return Told(_("松原里 {who}：补货建议", who=keeper.name), tuple(lines))


def _request(going: Walk) -> Told:
    keeper = going.desk.keeper(MEMBER)
    rows = board(going.desk.db, keeper, SuggestionQuery(going.org_id)).rows
    chosen = [row for row in rows if row.advised and row.status == "open"][:_ASKED]
    items = tuple((row.item_id, row.version) for row in chosen)
    made = ask(going.desk, keeper, FromSuggestions(new_op(), going.org_id, items=items))
    facts = {"no": made.no, "n": made.lines, "amount": f"{made.amount:,.2f}"}
    text = _("采购申请 {no}：{n} 行，{amount} 元，已提交集团。", **facts)
    if made.status == State.TO_APPROVE:
        approve(going.desk, made)
        head = going.desk.head_of(made.org_id)
        text = _(
            "采购申请 {no}：{n} 行，{amount} 元，超过库管额度，{head} 同意后提交集团。",
            head=head.name,
            **facts,
        )
    return Told(_("松原里 {who}：确认补货", who=keeper.name), (text,))


def _consolidate(going: Walk) -> Told:
    buyer = going.desk.actor("chenxy")
    rows = candidates(going.desk.db, buyer, CandidatesWanted())
    asked = tuple((row.org_id, row.id) for row in rows)
    made = consolidate(going.desk.db, buyer, Consolidate(new_op(), _("常用药第 2 包"), asked))
    wanted = OrdersWanted(group_order_id=made.group_order_id)
    going.orders = list(member_orders(going.desk.db, buyer, wanted))
    differences = check_totals(going.desk.db, buyer)
    lines = (
        _("合并 {n} 张采购申请，按有效价格表定价。", n=len(asked)),
        _split_text(made),
        _("各成员合计与统采合计相符。") if not differences else differences[0].text,
    )
    return Told(_("集团采购 {who}：统采并拆单", who=buyer.name), lines)


def _split_text(made: Consolidated) -> str:
    return _(
        "统采订单 {no}：{lines} 行，{amount} 元，拆成 {n} 张成员订单（成员 × 供应商）。",
        no=made.no,
        lines=made.lines,
        amount=f"{made.amount:,.2f}",
        n=made.member_orders,
    )


def _mine(going: Walk) -> list[MemberOrderRow]:
    return [order for order in going.orders if order.org_id == going.org_id]


def _sign(going: Walk) -> Told:
    lines = []
    for order in _mine(going):
        head = going.desk.head_of(order.org_id)
        for actor in (head, going.desk.seller(order.supplier_id)):
            command = Sign(new_op(), order.org_id, order.id, order.version, Decision.SIGNED)
            signed = sign(going.desk.db, actor, command)
            text = _(
                "{no} {who} 已签（{side}），内容指纹 {mark}。",
                no=signed.no,
                who=actor.name,
                side=signed.party.label,
                mark=signed.fingerprint,
            )
            lines.append(text)
    return Told(_("松原里和供应商：分别签署"), tuple(lines))


def _papers(going: Walk) -> Told:
    order = _mine(going)[0]
    head = going.desk.head_of(order.org_id)
    files = []
    for kind in PaperKind:
        wanted = PaperWanted(OrderWanted(order.org_id, order.id), kind)
        made = paper(going.desk.db, head, wanted)
        files.append(local_files.write(going.out / made.name, made.data))
    return Told(_("订单、合同和给供应商的表格"), (order.no,), tuple(files))


def _deliver(going: Walk) -> Told:
    order = max(_mine(going), key=lambda one: one.lines)
    seller = going.desk.seller(order.supplier_id)
    with going.desk.db.read() as session:
        day = today(session)
    lines = tuple(lines_for(going.desk, order, day))
    command = DeliverOrder(new_op(), order.org_id, order.id, lines, shipped_on=day)
    going.delivery = deliver_order(going.desk.db, seller, command)
    going.supplier_id = order.supplier_id
    text = _("送货单 {no}：{n} 行，带批号和效期。", no=going.delivery.no, n=going.delivery.lines)
    return Told(_("{supplier} {who}：发货", supplier=order.supplier, who=seller.name), (text,))


def _accept(going: Walk) -> Told:
    assert going.delivery is not None  # noqa: S101 - the step before made it
    keeper = going.desk.keeper(MEMBER)
    going.received, said = count_all(going.desk, keeper, going.delivery)
    lines = [
        *said,
        _(
            "验收单 {no}：入库 {amount} 元，货权属供应商，用掉才结算。",
            no=going.received.no,
            amount=f"{going.received.amount:,.2f}",
        ),
        *going.received.warnings,
        *(f"{no}：{state_title(state)}" for no, state in going.received.orders),
    ]
    return Told(_("松原里 {who}：扫码验收", who=keeper.name), tuple(lines))


def _label(going: Walk) -> Told:
    assert going.received is not None  # noqa: S101 - the step before made it
    keeper = going.desk.keeper(MEMBER)
    going.labels, files = print_labels(going.desk, keeper, going.received, going.out)
    text = _("{n} 张标签，每张打印前都读回核对过。", n=len(going.labels))
    return Told(_("松原里 {who}：打印标签", who=keeper.name), (text,), files)


def _use(going: Walk) -> Told:
    keeper = going.desk.keeper(MEMBER)
    lines = consume_label(going.desk, keeper, going.labels)
    return Told(_("松原里 {who}：扫码消耗", who=keeper.name), lines)


def _settle(going: Walk) -> Told:
    from app.adapters.pdf.statement_pdf import statement_pdf
    from app.services.settlement.papers import statement_paper

    desk, clerk = going.desk, going.desk.head_of(going.org_id)
    with desk.db.read() as session:
        period = f"{today(session):%Y-%m}"
    made = make_statements(desk.db, clerk, MakeStatements(new_op(), going.org_id, period))
    one = next(row for row in made if row.supplier_id == going.supplier_id)
    step(desk.db, clerk, Step(new_op(), going.org_id, one.statement_id, Verb.SEND, 1))
    seller = desk.seller(one.supplier_id)
    step(desk.db, seller, Step(new_op(), going.org_id, one.statement_id, Verb.CONFIRM, 2))
    sheet = statement_pdf(statement_paper(desk.db, clerk, going.org_id, one.statement_id))
    file = local_files.write(going.out / f"{one.no}_{_('对账单')}.pdf", sheet)
    text = _(
        "对账单 {no}：{n} 笔消耗，{amount} 元，{who} 已确认。",
        no=one.no,
        n=one.lines,
        amount=f"{one.amount:,.2f}",
        who=seller.name,
    )
    return Told(_("松原里 {who}：月度结算", who=clerk.name), (text,), (file,))


def _prove(going: Walk) -> Told:
    differences = reconcile(going.desk.db)
    proofs = chains(going.desk.db)
    whole = all(one.whole for one in proofs) and not examine(going.desk.db).strange
    lines = (
        _("库存余额与台账逐行相符。")
        if not differences
        else _("有 {n} 处不符。", n=len(differences)),
        _("{n} 条记录链完整，没有人改过。", n=len(proofs)) if whole else _("记录链有断点。"),
    )
    return Told(_("核对"), lines)


def files_of(told: Sequence[Told]) -> list[Path]:
    """All files that the walk left."""
    return [file for one in told for file in one.files]
