"""`yilian order …`: list, show, papers, amend, cancel, urge."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Annotated, Final

import typer

from app import paths
from app.adapters.local_files import write
from app.cli import order_rest, order_shortage
from app.cli.context import cli
from app.cli.operation import op_id
from app.cli.scope import one_of
from app.domain.documents import State, state_title
from app.domain.errors import DomainError
from app.domain.orders.amend import Change
from app.domain.orders.signing import Decision
from app.domain.typed import whole
from app.i18n import _
from app.services.db import local_time
from app.services.orders import changing, queries
from app.services.orders.changing import Amend, CancelOrder, Urge
from app.services.orders.detail import OrderDetail, OrderWanted, order_detail
from app.services.orders.papers import PaperKind, PaperWanted, papers
from app.services.orders.queries import GroupRow, GroupsWanted, MemberOrderRow, OrdersWanted
from app.services.orders.totals import check_totals

app = typer.Typer()
_GROUP_PREFIX: Final = "TC"

app.command(help=_("供应商部分确认：每行能供多少、哪天到；整单确认用 yilian sign"))(
    order_rest.answer
)
app.command(help=_("供应商部分确认或拒签的单：余量和备选供应商"))(order_rest.rest)
app.command(help=_("处理余量：转备选供应商（双方重新签），或退回约定量"))(order_rest.settle)
app.command(help=_("补单：把晚到的采购申请按原价补进一张统采订单"))(order_rest.join)
app.add_typer(
    order_shortage.app,
    name="shortage",
    help=_("缺货终止：双方签完以后供不了的余量，填报、同意、处理、补充说明 PDF"),
)


@app.command("list", help=_("统采订单，或一张统采订单的成员订单"))
def list_(
    group: Annotated[str, typer.Argument(help=_("统采订单号 TC…；不填列出统采订单"))] = "",
    view: Annotated[str, typer.Option(help="all | open | signed | mine")] = "all",
) -> None:
    """List group orders, or the member orders of one."""
    run = cli()
    db, actor = run.signed_in()
    if not group and one_of(view, "all", "open", "signed", "mine") == "all":
        groups = queries.group_orders(db, actor, GroupsWanted())
        run.emit(
            groups if run.as_json else [_group_words(row) for row in groups],
            {
                "no": _("统采订单"),
                "title": _("名称"),
                "state": _("状态"),
                "members": _("成员"),
                "signed": _("已签"),
                "amount": _("金额 元"),
                "sign_by": _("签署截止"),
            },
            empty=_("还没有统采订单。"),
        )
        return
    rows = queries.member_orders(db, actor, OrdersWanted(_group(group), view))
    run.emit(
        rows if run.as_json else [_order_words(row) for row in rows],
        {
            "no": _("成员订单"),
            "org": _("成员"),
            "supplier": _("供应商"),
            "amount": _("金额 元"),
            "state": _("状态"),
            "version": _("版本"),
            "sign_by": _("签署截止"),
            "refusal": _("拒签原因"),
        },
        empty=_("没有这样的订单。"),
    )


@app.command(help=_("一张成员订单的内容、签署和到货"))
def show(no: Annotated[str, typer.Argument(help=_("成员订单号 CG…"))]) -> None:
    """Show one order."""
    run = cli()
    detail = order_detail(*run.signed_in(), OrderWanted(no=no))
    if run.as_json:
        run.emit(detail)
        return
    for line in _lines_of(detail):
        run.say(line)
    run.emit(
        detail.content.lines,
        {
            "line": _("行"),
            "code": _("编码"),
            "name": _("品名"),
            "spec": _("规格"),
            "qty": _("数量（最小单位）"),
            "base_unit": _("单位"),
            "unit_price": _("单价"),
            "amount": _("金额 元"),
        },
    )


@app.command(help=_("把订单、合同写成 PDF，或订单写成 Excel"))
def pdf(
    no: Annotated[str, typer.Argument(help=_("成员订单号 CG…，或统采订单号 TC… 的全部"))],
    out: Annotated[Path | None, typer.Option(help=_("文件夹"))] = None,
    kind: Annotated[PaperKind, typer.Option(help="order | contract | excel")] = PaperKind.ORDER,
) -> None:
    """Write papers."""
    run = cli()
    db, actor = run.signed_in()
    folder = out or paths.output()
    wanted = [PaperWanted(OrderWanted(row.org_id, row.id), kind) for row in _orders(no)]
    files: list[str] = []
    with run.progress(_("生成文件")) as told, closing(papers(db, actor, wanted)) as made:
        for one in made:
            files.append(str(write(folder / one.name, one.data)))
            told(len(files), len(wanted))
    run.emit({"files": files}, {"files": _("文件")})


@app.command(help=_("改小数量或去掉行（数量 0），成员要重新签署"))
def amend(
    no: Annotated[str, typer.Argument(help=_("成员订单号 CG…"))],
    line: Annotated[list[str], typer.Option(help=_("行=包装数，如 1=50；0 为去掉"))],
    reason: Annotated[str, typer.Option(help=_("原因，至少 5 个字"))],
) -> None:
    """Amend an order."""
    run = cli()
    db, actor = run.signed_in()
    detail = order_detail(db, actor, OrderWanted(no=no))
    factors = {one.line: one.pack_factor for one in detail.content.lines}
    changes = tuple(_change(text, factors) for text in line)
    row = detail.row
    command = Amend(op_id(), row.org_id, row.id, row.version, changes, reason)
    run.emit(
        changing.amend(db, actor, command),
        {"no": _("订单"), "version": _("版本"), "state": _("状态")},
    )


@app.command(help=_("作废一张成员订单，或一张统采订单里还没送货的全部成员订单"))
def cancel(
    no: Annotated[str, typer.Argument(help=_("成员订单号 CG…，或统采订单号 TC…"))],
    reason: Annotated[str, typer.Option(help=_("原因，至少 5 个字"))],
    yes: Annotated[bool, typer.Option("--yes", help=_("不再询问"))] = False,
) -> None:
    """Cancel an order or all orders of a group order."""
    run = cli()
    db, actor = run.signed_in()
    numbered = [(op_id(), row) for row in _orders(no)]  # by their place, however many are left
    rows = [(op, row) for op, row in numbered if row.state is not State.CANCELLED]
    run.confirm(_("作废 {n} 张成员订单，签过的也作废？", n=len(rows)), yes=yes)
    done = [
        changing.cancel(db, actor, CancelOrder(op, row.org_id, row.id, row.version, reason))
        for op, row in rows
    ]
    run.emit(done, {"no": _("订单"), "state": _("状态")})


@app.command(help=_("催签：提醒还没签的成员和供应商"))
def urge(no: Annotated[str, typer.Argument(help=_("成员订单号 CG…，或统采订单号 TC…"))]) -> None:
    """Remind those who have not signed."""
    run = cli()
    pairs = tuple((row.org_id, row.id) for row in _orders(no))
    run.emit(changing.urge(*run.signed_in(), Urge(op_id(), pairs)), {"count": _("催了几张")})


@app.command(help=_("核对：每张统采订单的合计等于成员订单之和"))
def check() -> None:
    """Prove the group totals again; exit code 1 when they differ."""
    run = cli()
    found = check_totals(*run.signed_in())
    run.emit(found, {"text": _("问题")}, empty=_("统采合计与成员订单一致。"))
    if found:
        raise typer.Exit(1)


def _group_words(row: GroupRow) -> dict[str, str]:
    """A group order as people read it in a table."""
    return {
        "no": row.no,
        "title": row.title,
        "state": state_title(row.state),
        "members": str(row.members),
        "signed": f"{row.progress.signed} / {row.progress.total}",
        "amount": f"{row.amount:,.2f}",
        "sign_by": f"{local_time(row.sign_by):%Y-%m-%d %H:%M}" if row.sign_by else "",
    }


def _order_words(row: MemberOrderRow) -> dict[str, str]:
    """A member order as people read it in a table."""
    return {
        "no": row.no,
        "org": row.org,
        "supplier": row.supplier,
        "amount": f"{row.amount:,.2f}",
        "state": state_title(row.state),
        "version": str(row.version),
        "sign_by": f"{local_time(row.sign_by):%Y-%m-%d %H:%M}" if row.sign_by else "",
        "refusal": row.refusal,
    }


def _order(no: str) -> MemberOrderRow:
    rows = queries.member_orders(*cli().signed_in(), OrdersWanted(no=no))
    if not rows:
        raise DomainError(
            "order.missing",
            _("没有找到订单 {no}，或不归你的机构。用 yilian order list --view open 看。", no=no),
        )
    return rows[0]


def _orders(no: str) -> tuple[MemberOrderRow, ...]:
    """One member order, or all of a group order."""
    if not no.strip().upper().startswith(_GROUP_PREFIX):
        return (_order(no),)
    return queries.member_orders(*cli().signed_in(), OrdersWanted(_group(no)))


def _group(no: str) -> int:
    return order_rest.group_of(no).id if no else 0


def _change(text: str, factors: dict[int, int]) -> Change:
    line, _equals, packs = text.partition("=")
    number, wanted = whole(line), whole(packs)
    if number is None or wanted is None:
        raise DomainError(
            "order.change", _("「{text}」看不懂。写成 行=包装数，如 --line 1=50。", text=text)
        )
    return Change(number, wanted * factors.get(number, 1))


def _lines_of(detail: OrderDetail) -> list[str]:
    row, content = detail.row, detail.content
    intact = _("内容与留存一致") if detail.intact else _("内容与留存对不上，先别签")
    found = [
        f"{row.no}  {row.org} → {row.supplier}  {state_title(row.state)}  ¥{row.amount:,.2f}",
        _(
            "第 {n} 版 · 内容摘要 {digest} · {intact}",
            n=row.version,
            digest=detail.fingerprint,
            intact=intact,
        ),
        _("送到 {place} · 要求到货 {day}", place=content.place, day=content.due_on or "—"),
    ]
    for one in detail.signatures:
        verb = _("已签") if one.decision is Decision.SIGNED else _("拒签")
        found.append(
            f"{one.party.label} {one.person} {local_time(one.at):%Y-%m-%d %H:%M} {verb}"
            f"（{one.version}）{one.reason}"
        )
    found += [
        _(
            "{no} {state}：{reason}（{amount} 元）",
            no=one.no,
            state=state_title(one.state),
            reason=one.reason,
            amount=f"{one.amount:,.2f}",
        )
        for one in detail.shortages
    ]
    return found
