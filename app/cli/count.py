"""`yilian count`: counts by scan, write-offs, returns, temperatures, the controlled ledger."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from app import paths
from app.adapters import local_files
from app.cli.context import cli
from app.cli.operation import op_id
from app.cli.places import place_id
from app.cli.scan_file import read_scans
from app.cli.scope import item_id, org_id, org_ids
from app.domain import money
from app.domain.duties import Actor
from app.domain.errors import ConflictError, DomainError, NotAllowedError, Problem, refuse_if
from app.domain.receiving.transport import parse_temperature
from app.i18n import N_, _
from app.services.counting import (
    approving,
    count as counting,
    disposal as disposing,
    limit as limits,
    recount_rule,
    temperature as warm,
)
from app.services.counting.controlled import controlled_ledger
from app.services.counting.heads import CountDone, CountStep
from app.services.counting.listing import CountRow, count_lines, counts
from app.services.counting.photos import AddPhoto, add_photo, photos
from app.services.db import Database
from app.services.recalls.expiring import people_of
from app.services.stock.listing import PlainQuery, stock_rows

app = typer.Typer()

OrgOption = Annotated[str, typer.Option("--org", help=_("机构编号，默认本机构"))]
No = Annotated[str, typer.Argument(help=_("单号"))]
Note = Annotated[str, typer.Option(help=_("说明"))]


@app.command("start", help=_("开始盘点：对库位做快照"))
def start(
    place: Annotated[str, typer.Option(help=_("库位编码；不填为主库"))] = "",
    tolerance: Annotated[int, typer.Option(help=_("差几个包装以内不用复盘"))] = 0,
    org: OrgOption = "",
) -> None:
    """Begin a count."""
    run = cli()
    db, actor = run.signed_in()
    where = org_id(run, org)
    command = counting.StartCount(op_id(), where, place_id(where, place), tolerance)
    done = counting.start(db, actor, command)
    run.say(_("{no} 开始盘点。", no=done.no))
    if run.as_json:
        run.emit(done)


@app.command("scan", help=_("扫码盘点：依次给码，或文件里每行一个；12*码 = 12 包装"))
def scan(
    no: No,
    codes: Annotated[list[str] | None, typer.Argument(help=_("扫到的码"))] = None,
    file: Annotated[Path | None, typer.Option(help=_("每行一个码的文件"))] = None,
    lot: Annotated[str, typer.Option(help=_("批号；码里没有批号时给"))] = "",
) -> None:
    """Count by scanning."""
    run = cli()
    db, actor = run.signed_in()
    row = _row(no)
    missed: list[Problem] = []
    for line, code in read_scans(file) if file else enumerate(codes or [], 1):
        command = counting.ScanCount(op_id(), row.org_id, row.id, code, lot)
        try:
            told = counting.scan(db, actor, command)
        except (NotAllowedError, ConflictError):
            raise  # of the count as a whole, not of what was scanned
        except DomainError as error:
            missed.append(Problem(error.code, error.text, row=line))
            continue
        run.say(_("{name} {lot} 已盘 {n} {unit}", name=told.name, lot=told.lot_no,
                  n=told.counted, unit=told.base_unit))  # fmt: skip
    words = _("{n} 个扫码没有计数，其余的已经计入。请只把这几行改好再扫。", n=len(missed))
    refuse_if(missed, "count.scans", words)


@app.command("set", help=_("填一行的盘点数（最小单位）"))
def set_(
    no: No,
    item: Annotated[str, typer.Argument(help=_("统一编码"))],
    qty: Annotated[int, typer.Argument(help=_("数到多少"))],
    lot: Annotated[str, typer.Option(help=_("批号"))] = "",
) -> None:
    """Write what was found of a line."""
    run = cli()
    db, actor = run.signed_in()
    row, wanted = _row(no), item_id(run, item)
    lines = [
        x for x in count_lines(db, actor, row.org_id, row.id)
        if x.item_id == wanted and lot in {"", x.lot_no}
    ]  # fmt: skip
    if len(lines) != 1:
        raise DomainError("count.line", _("有 {n} 行符合。请用 --lot 说明批号。", n=len(lines)))
    key = counting.Key(lines[0].place_id, lines[0].item_id, lines[0].lot_id, lines[0].owner_id)
    counting.record(db, actor, counting.Record(op_id(), row.org_id, row.id, key, qty))
    run.say(_("{name} {lot} 盘到 {n}。", name=lines[0].name, lot=lines[0].lot_no, n=qty))


@app.command("submit", help=_("盘完提交：差得多的要复盘"))
def submit(
    no: No,
    zero: Annotated[bool, typer.Option("--rest-is-zero", help=_("没盘到的都是 0"))] = False,
    note: Note = "",
) -> None:
    """Submit a count."""
    run = cli()
    row = _row(no)
    command = CountStep(op_id(), row.org_id, row.id, row.version, note, zero)
    done = counting.submit(*run.signed_in(), command)
    if done.recount:
        run.say(_("{n} 行差得多，请复盘后再提交。", n=done.recount))
    else:
        run.say(_("{no} · {state}", no=done.no, state=done.state.label))


@app.command("approve", help=_("另一人审批：库管批完就入账，负责人批完由库管入账"))
def approve(no: No) -> None:
    """Approve a count."""
    _step(no, approving.approve)


@app.command("post", help=_("负责人批准后，库管把盘盈盘亏入账"))
def post(no: No) -> None:
    """Book what the head approved."""
    _step(no, approving.post_approved)


@app.command("back", help=_("退回重数：有差异的行再数一遍，要写为什么"))
def back(no: No, note: Note = "") -> None:
    """Send a count back."""
    _step(no, approving.send_back, note)


@app.command("cancel", help=_("取消盘点"))
def cancel(no: No, note: Note = "") -> None:
    """Cancel a count."""
    _step(no, approving.cancel, note)


@app.command("list", help=_("盘点一览"))
def list_(org: OrgOption = "") -> None:
    """List counts."""
    run = cli()
    run.emit(
        counts(*run.signed_in(), org_ids(run, org)),
        {
            "no": _("单号"), "place": _("库位"), "state": _("状态"), "started_at": _("开始"),
            "person": _("经办"), "lines": _("行数"), "counted": _("已盘"),
        },
        empty=_("还没有盘点。"),
    )  # fmt: skip


@app.command("show", help=_("一次盘点的行；盘点中不显示账面数"))
def show(no: No) -> None:
    """Show the lines of a count."""
    run = cli()
    row = _row(no)
    run.emit(
        count_lines(*run.signed_in(), row.org_id, row.id),
        {
            "place": _("库位"), "name": _("品名"), "lot_no": _("批号"), "counted": _("盘到"),
            "recount": _("复盘"), "book": _("账面"), "difference": _("差异"), "value": _("金额"),
            "base_unit": _("单位"),
        },
    )  # fmt: skip


@app.command("writeoff", help=_("报损或退货申请：一个库位里的一个批号"))
def writeoff(
    item: Annotated[str, typer.Argument(help=_("统一编码"))],
    qty: Annotated[int, typer.Argument(help=_("数量（最小单位）"))],
    lot: Annotated[str, typer.Option(help=_("批号"))] = "",
    place: Annotated[str, typer.Option(help=_("库位编码或名称；只在一处时可不填"))] = "",
    cause: Annotated[
        str, typer.Option(help=_("expired、damaged、recall、quality、near、wrong"))
    ] = "damaged",
    reason: Annotated[str, typer.Option(help=_("情况"))] = "",
    back: Annotated[bool, typer.Option("--return", help=_("退给货主供应商"))] = False,
    org: OrgOption = "",
) -> None:
    """Ask to write goods off or to return them."""
    run = cli()
    db, actor = run.signed_in()
    where, wanted = org_id(run, org), item_id(run, item)
    spot = place_id(where, place)
    found = [
        x for x in stock_rows(db, actor, (where,), PlainQuery())
        if x.item_id == wanted and lot in {"", x.lot_no} and spot in {0, x.place_id}
    ]  # fmt: skip
    if not found:
        raise DomainError("move.none", _("这里没有这一批货。请核对批号和库位。"))
    if len(found) > 1:
        there = "；".join(f"{x.lot_no or '—'} {x.place} {x.owner} {x.qty}" for x in found)
        raise DomainError(
            "move.lot",
            _("有 {n} 处符合：{there}。请用 --lot 和 --place 说明是哪一处。",
              n=len(found), there=there),
        )  # fmt: skip
    goods = disposing.Goods(found[0].place_id, wanted, found[0].lot_id, found[0].owner_id, qty)
    supplier = found[0].owner_id if back else 0
    disposing.ask(db, actor, disposing.Ask(op_id(), where, (goods,), cause, reason, supplier))
    run.say(_("已申请，等另一人审批。"))


@app.command("disposals", help=_("报损和退货一览"))
def disposals(org: OrgOption = "") -> None:
    """List write-offs and returns."""
    run = cli()
    run.emit(
        disposing.disposals(*run.signed_in(), org_ids(run, org)),
        {
            "no": _("单号"), "kind": _("类型"), "goods": _("货"), "cause": _("原因"),
            "amount": _("金额"), "state": _("状态"), "maker": _("申请人"), "method": _("销毁方式"),
        },
        empty=_("没有报损和退货。"),
        words={"kind": {"write_off": N_("报损"), "return": N_("退货")}},
    )  # fmt: skip


@app.command("photo", help=_("给报损或退货附照片；不给文件为列出"))
def photo(
    no: No, files: Annotated[list[Path] | None, typer.Argument(help=_("PNG、JPEG 或 PDF"))] = None
) -> None:
    """Attach photographs to a write-off, or list them."""
    run = cli()
    db, actor = run.signed_in()
    row = _disposal(no)
    for file in files or ():
        add_photo(
            db, actor, AddPhoto(op_id(), row.org_id, row.id, file.name, local_files.read(file))
        )
    run.emit(
        photos(db, actor, row.org_id, row.id),
        {"name": _("照片"), "size": _("字节"), "added_at": _("时间"), "person": _("谁附的")},
        empty=_("还没有照片。"),
    )


@app.command("pdf", help=_("盘点表（盲盘时）、盘点结果、报损销毁记录或退货单 PDF"))
def pdf(
    no: No, out: Annotated[Path | None, typer.Option(help=_("写到哪里；不填为输出目录"))] = None
) -> None:
    """Write the paper of a count, write-off or return."""
    from app.adapters.pdf.table_pdf import table_pdf
    from app.services.counting import papers

    run = cli()
    db, actor = run.signed_in()
    if no.strip().upper().startswith(("BS", "TH")):
        row = _disposal(no)
        paper = papers.disposal_paper(db, actor, row.org_id, row.id)
    else:
        head = _row(no)
        paper = papers.count_paper(db, actor, head.org_id, head.id)
    target = out or paths.output() / f"{no.strip().upper()}.pdf"
    run.emit({"file": str(local_files.write(target, table_pdf(paper)))}, {"file": _("文件")})


@app.command("limit", help=_("报损审批上限：库管能批到多少元，超过的由负责人批；no 为不限"))
def limit(
    to: Annotated[str, typer.Argument(help=_("元；不填为查看"))] = "",
    org: Annotated[str, typer.Option("--org", help=_("机构编号；0 为全集团"))] = "",
) -> None:
    """Show or set the value up to which a store keeper approves a write-off."""
    run = cli()
    db, actor = run.signed_in()
    where = 0 if org == "0" else org_id(run, org)
    if to:
        value = None if to == "no" else money.price(to)
        limits.save_limit(db, actor, limits.SaveLimit(op_id(), where, value))
    most = limits.limit(db, actor, where)
    words = _("不限") if most is None else f"¥{most:,.2f}"
    run.emit({"limit": words}, {"limit": _("库管能批到")})


@app.command("recount", help=_("复盘要不要换人：other 换人，same 可以同一人；不填为查看"))
def recount(
    to: Annotated[str, typer.Argument(help=_("other 或 same；不填为查看"))] = "",
    org: Annotated[str, typer.Option("--org", help=_("机构编号；0 为全集团"))] = "",
) -> None:
    """Show or set whether the second count is another person's."""
    run = cli()
    db, actor = run.signed_in()
    where = 0 if org == "0" else org_id(run, org)
    if to not in {"", "other", "same"}:
        raise DomainError("count.rule", _("请写 other（换人）或 same（可以同一人）。"))
    if to:
        wish = recount_rule.SaveRecountRule(op_id(), where, to == "other")
        recount_rule.save_recount_rule(db, actor, wish)
    other = recount_rule.recount_by_other(db, actor, where)
    words = _("要换人") if other else _("可以同一人")
    run.emit({"recount": words}, {"recount": _("复盘")})


@app.command("decide", help=_("审批报损或退货；--refuse 退回"))
def decide(
    no: No, refuse: Annotated[bool, typer.Option("--refuse", help=_("不同意"))] = False
) -> None:
    """Approve or refuse."""
    run = cli()
    row = _disposal(no)
    command = disposing.Decide(op_id(), row.org_id, row.id, row.version, refuse)
    disposing.decide(*run.signed_in(), command)
    run.say(_("已处理 {no}。", no=no))


@app.command("destroy", help=_("登记销毁（两名见证人）或退给供应商"))
def destroy(
    no: No,
    method: Annotated[str, typer.Option(help=_("销毁方式"))] = "",
    witness: Annotated[list[str] | None, typer.Option(help=_("见证人姓名，给两次"))] = None,
    authority: Annotated[str, typer.Option(help=_("麻精药品的监督人和单位"))] = "",
) -> None:
    """Book a destruction or a return."""
    run = cli()
    db, actor = run.signed_in()
    row = _disposal(no)
    people = {name: number for number, name in people_of(db, actor, row.org_id)}
    unknown = [name for name in witness or () if name not in people]
    if unknown:
        raise DomainError(
            "destroy.witness",
            _("{org} 没有叫 {names} 的人。可填：{known}。", org=row.org,
              names="、".join(unknown), known="、".join(people)),
        )  # fmt: skip
    one, two = [people.get(name, 0) for name in [*(witness or [])[:2], "", ""]][:2]
    command = disposing.Carry(op_id(), row.org_id, row.id, row.version, method, one, two, authority)
    disposing.carry(db, actor, command)
    run.say(_("已记账 {no}。", no=no))


@app.command("temperature", help=_("登记温度（湿度）；不给温度为查看"))
def temperature(
    place: Annotated[str, typer.Argument(help=_("库位编码"))] = "",
    celsius: Annotated[str, typer.Argument(help=_("℃"))] = "",
    humidity: Annotated[int, typer.Option(help=_("湿度 %"))] = -1,
    note: Annotated[str, typer.Option(help=_("超出范围时写措施"))] = "",
    org: OrgOption = "",
) -> None:
    """Keep or show readings."""
    run = cli()
    db, actor = run.signed_in()
    where = org_id(run, org)
    if celsius:
        command = warm.Measure(
            op_id(), where, place_id(where, place), parse_temperature(celsius),
            humidity if humidity >= 0 else None, note,
        )  # fmt: skip
        good = warm.measure(db, actor, command)
        run.say(_("已登记，在范围内。") if good else _("已登记，超出范围。"))
        return
    run.emit(
        warm.readings(db, actor, (where,)),
        {
            "at": _("时间"), "place": _("库位"), "celsius": _("℃"), "humidity": _("湿度"),
            "within": _("合格"), "person": _("登记人"), "note": _("措施"),
        },
        empty=_("还没有温度记录。"),
    )  # fmt: skip


@app.command("controlled", help=_("麻精药品专用账册"))
def controlled(org: OrgOption = "") -> None:
    """Show the ledger of controlled drugs."""
    run = cli()
    run.emit(
        controlled_ledger(*run.signed_in(), org_id(run, org)),
        {
            "day": _("日期"), "doc_no": _("凭证"), "item": _("品名"), "lot_no": _("批号"),
            "came": _("入"), "went": _("出"), "balance": _("结存"), "unit": _("单位"),
            "other_end": _("来去"), "person": _("经办"), "second": _("复核"),
        },
        empty=_("没有特殊管理药品的收发。"),
    )  # fmt: skip


def _step(no: str, verb: Callable[[Database, Actor, CountStep], CountDone], note: str = "") -> None:
    run = cli()
    row = _row(no)
    done = verb(*run.signed_in(), CountStep(op_id(), row.org_id, row.id, row.version, note))
    run.say(_("{no} · {state}", no=done.no, state=done.state.label))


def _row(no: str) -> CountRow:
    run = cli()
    for row in counts(*run.signed_in(), run.actor().orgs()):
        if row.no == no.strip().upper():
            return row
    raise DomainError("count.unknown", _("没有盘点单 {no}。用 yilian count list 查看。", no=no))


def _disposal(no: str) -> disposing.DisposalRow:
    run = cli()
    for row in disposing.disposals(*run.signed_in(), run.actor().orgs()):
        if row.no == no.strip().upper():
            return row
    raise DomainError("disposal.unknown", _("没有单号 {no}。请核对。", no=no))
