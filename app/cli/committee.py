"""`yilian committee`: 药事会 from request to minutes."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from app import paths
from app.adapters import local_files
from app.cli.context import Cli, cli
from app.cli.operation import op_id
from app.cli.scope import item_id, org_id
from app.domain.days import typed_day
from app.domain.errors import DomainError
from app.domain.formulary.ballot import Choice, Share
from app.domain.formulary.requests import Kind, Status
from app.domain.money import price
from app.domain.typed import whole
from app.i18n import _
from app.services.committee.effects import CloseMeeting, close_meeting
from app.services.committee.evaluation import Evaluate, evaluate
from app.services.committee.meetings import (
    DeclareInterest,
    PlanMeeting,
    SignIn,
    declare_interest,
    plan_meeting,
    sign_in,
)
from app.services.committee.requests import (
    MakeRequest,
    StepRequest,
    Verb,
    make_request,
    step_request,
)
from app.services.committee.roster import LeaveSeat, PutSeat, committee, leave_seat, put_seat
from app.services.committee.views import (
    meeting_by_no,
    meeting_view,
    meetings,
    request_by_no,
    requests,
)
from app.services.committee.voting import (
    CastVote,
    CloseItem,
    OpenItem,
    cast_vote,
    close_item,
    open_item,
)
from app.services.db import today

app = typer.Typer()

No = Annotated[str, typer.Argument(help=_("申请单号"))]
Meeting = Annotated[str, typer.Argument(help=_("会议编号，last 为最近一次"))]
Seq = Annotated[int, typer.Argument(help=_("议程第几项"))]
Note = Annotated[str, typer.Option("--note", help=_("说明或理由"))]


@app.command("seats", help=_("委员名单"))
def seats_() -> None:
    """List the committee."""
    run = cli()
    run.emit(committee(*run.signed_in()), {"name": _("姓名"), "department": _("科室"),
                                           "role": _("职务")})  # fmt: skip


@app.command("seat", help=_("登记委员"))
def seat(
    name: Annotated[str, typer.Argument(help=_("姓名"))],
    department: Annotated[str, typer.Argument(help=_("科室"))],
    role: Annotated[
        str, typer.Option(help=_("chair 主任委员、secretary 秘书、member 委员"))
    ] = "member",
    login: Annotated[str, typer.Option(help=_("有账号的写账号，可自己投票"))] = "",
) -> None:
    """Give somebody a seat."""
    run = cli()
    run.emit(put_seat(*run.signed_in(), PutSeat(op_id(), name, department, role, login)),
             {"name": _("姓名"), "role": _("职务")})  # fmt: skip


@app.command("request", help=_("提出申请，并自动预检"))
def request(
    item: Annotated[str, typer.Argument(help=_("品规编码"))],
    reason: Annotated[str, typer.Option(help=_("理由"))],
    kind: Annotated[Kind, typer.Option(help=_("引进、替换、停用、临采追认"))] = Kind.INTRODUCE,
    qty: Annotated[int, typer.Option(help=_("估计年用量，最小单位"))] = 0,
    replaces: Annotated[str, typer.Option(help=_("替换掉哪个品规"))] = "",
    evidence: Annotated[str, typer.Option(help=_("依据：指南、文献"))] = "",
    department: Annotated[str, typer.Option(help=_("申请科室"))] = "",
    unit_price: Annotated[str, typer.Option("--price", help=_("一个包装的价格，默认现价"))] = "",
    org: Annotated[str, typer.Option("--org", help=_("机构编号，默认本机构"))] = "",
) -> None:
    """Write a request."""
    run = cli()
    command = MakeRequest(
        op_id(), org_id(run, org), kind, item_id(run, item), reason, evidence, department,
        item_id(run, replaces) if replaces else 0, qty, price(unit_price) if unit_price else None,
    )  # fmt: skip
    made = make_request(*run.signed_in(), command)
    run.say(_("申请 {no}：{status}", no=made.no, status=Status(made.status).label))
    if run.as_json:
        run.emit(made)
        return
    run.emit(made.checks, {"title": _("预检"), "short": _("结果"), "text": _("说明")})


@app.command("requests", help=_("申请列表"))
def requests_(
    status: Annotated[str, typer.Option(help=_("只看某一步，如 submitted、agreed"))] = "",
) -> None:
    """List requests."""
    run = cli()
    found = requests(*run.signed_in(), *([status] if status else []))
    run.emit(found, {
        "no": _("单号"), "org": _("机构"), "kind": _("申请"), "name": _("通用名"),
        "spec": _("规格"), "department": _("科室"), "status": _("进度"), "result": _("结果"),
        "effective_on": _("生效日期"),
    }, empty=_("没有申请。"))  # fmt: skip


@app.command("step", help=_("申请的一步：submit 提交、withdraw 撤回、agree 同意上会、return 退回"))
def step(no: No, verb: Annotated[Verb, typer.Argument(help=_("做什么"))], note: Note = "") -> None:
    """Move a request on."""
    run = cli()
    row = request_by_no(*run.signed_in(), no)
    command = StepRequest(op_id(), row.org_id, row.request_id, verb, row.version, note)
    _state(run, no, step_request(*run.signed_in(), command))


@app.command("plan", help=_("召集会议，列出上会的申请"))
def plan(
    on: Annotated[str, typer.Argument(help=_("会议日期，如 2026-10-16"))],
    no: Annotated[list[str] | None, typer.Argument(help=_("申请单号；不填为全部待上会的"))] = None,
    time: Annotated[str, typer.Option(help=_("时间"))] = "14:30",
    room: Annotated[str, typer.Option(help=_("地点"))] = "",
    hands: Annotated[bool, typer.Option("--open-ballot", help=_("记名表决，默认不记名"))] = False,
    majority: Annotated[str, typer.Option(help=_("通过比例"))] = "2/3",
    quorum: Annotated[str, typer.Option(help=_("法定人数比例"))] = "2/3",
) -> None:
    """Call a meeting."""
    run = cli()
    db, actor = run.signed_in()
    chosen = [request_by_no(db, actor, one) for one in no or []]
    rows = chosen or requests(db, actor, Status.AGREED.value)
    command = PlanMeeting(
        op_id(), typed_day(on), tuple((row.org_id, row.request_id) for row in rows),
        time_text=time, room=room, secret=not hands, quorum=_share(quorum),
        majority=_share(majority),
    )  # fmt: skip
    run.emit(plan_meeting(db, actor, command), {
        "no": _("编号"), "title": _("会议"), "seats": _("委员"), "quorum": _("法定人数"),
        "items": _("议程项数"),
    })  # fmt: skip


@app.command("meetings", help=_("会议列表"))
def meetings_() -> None:
    """List meetings."""
    run = cli()
    run.emit(meetings(*run.signed_in()), {
        "no": _("编号"), "title": _("会议"), "day": _("日期"), "room": _("地点"),
        "status": _("进度"), "items": _("议程项数"), "done": _("已表决"),
    }, empty=_("没有会议。"))  # fmt: skip


@app.command("show", help=_("一次会议：议程、票数、结果"))
def show(meeting: Meeting = "last") -> None:
    """Show a meeting."""
    run = cli()
    db, actor = run.signed_in()
    view = meeting_view(db, actor, meeting_by_no(db, actor, meeting).meeting_id)
    if run.as_json:
        run.emit(view)
        return
    run.say(_("{title}　应到 {seats}，实到 {present}，法定人数 {quorum}", title=view.row.title,
              seats=view.seats, present=view.present, quorum=view.quorum))  # fmt: skip
    run.emit(
        [
            {"seq": row.seq, "name": f"{row.request.name} {row.request.spec}",
             "kind": Kind(row.request.kind).label,
             "votes": f"{row.count.yes}:{row.count.no}:{row.count.abstain}",
             "needed": row.count.needed, "result": row.result or row.status,
             "out": [name for _member, name, _why in row.interests]}
            for row in view.agenda
        ],
        {"seq": "#", "name": _("申请品规"), "kind": _("申请"), "votes": _("赞:反:弃"),
         "needed": _("过线"), "out": _("回避"), "result": _("结果")},
    )  # fmt: skip


@app.command("sign-in", help=_("签到并签利益声明；不写姓名为全体到会"))
def sign_in_(
    meeting: Meeting,
    absent: Annotated[list[str] | None, typer.Option(help=_("谁没来，可重复"))] = None,
) -> None:
    """Keep who is present."""
    run = cli()
    db, actor = run.signed_in()
    view = meeting_view(db, actor, meeting_by_no(db, actor, meeting).meeting_id)
    names = {one.seat.name for one in view.attendees}
    unknown = set(absent or []) - names
    if unknown:
        raise DomainError("pt.stranger", _("名单里没有 {name}。", name="、".join(sorted(unknown))))
    came = tuple(
        one.seat.member_id for one in view.attendees if one.seat.name not in set(absent or [])
    )
    present = sign_in(db, actor, SignIn(op_id(), view.row.meeting_id, came, came))
    run.emit({"present": present}, {"present": _("实到")})


@app.command("interest", help=_("声明利益关系：本项回避，不投票"))
def interest(
    meeting: Meeting,
    seq: Seq,
    name: Annotated[str, typer.Argument(help=_("委员姓名"))],
    why: Annotated[str, typer.Option(help=_("什么关系"))],
) -> None:
    """Declare an interest."""
    run = cli()
    db, actor = run.signed_in()
    found = meeting_by_no(db, actor, meeting).meeting_id
    member = _member(run, found, name)
    declare_interest(db, actor, DeclareInterest(op_id(), found, seq, member, why))
    run.say(_("{name} 第 {seq} 项回避。", name=name, seq=seq))


@app.command("open", help=_("开始一项的投票"))
def open_(meeting: Meeting, seq: Seq) -> None:
    """Open a ballot."""
    run = cli()
    db, actor = run.signed_in()
    open_item(db, actor, OpenItem(op_id(), meeting_by_no(db, actor, meeting).meeting_id, seq))
    run.say(_("第 {seq} 项开始投票。", seq=seq))


@app.command("vote", help=_("投票：委员用自己的账号；记名时秘书可代记"))
def vote(
    meeting: Meeting,
    seq: Seq,
    choice: Annotated[Choice, typer.Argument(help=_("yes 赞成、no 反对、abstain 弃权"))],
    name: Annotated[str, typer.Option("--for", help=_("记名表决时代记谁的票"))] = "",
) -> None:
    """Cast a vote."""
    run = cli()
    db, actor = run.signed_in()
    found = meeting_by_no(db, actor, meeting).meeting_id
    member = _member(run, found, name)
    cast_vote(db, actor, CastVote(op_id(), found, seq, member, choice))
    run.say(_("已投票。"))


@app.command("close", help=_("结束一项：加上纸票，按过线票数定结果，或暂缓"))
def close(
    meeting: Meeting,
    seq: Seq,
    paper: Annotated[str, typer.Option(help=_("纸票 赞成:反对:弃权，如 8:2:1"))] = "0:0:0",
    defer: Annotated[bool, typer.Option("--defer", help=_("暂缓"))] = False,
    exception: Annotated[str, typer.Option(help=_("超过一品两规时的特殊诊疗需要"))] = "",
    note: Note = "",
) -> None:
    """Close a ballot."""
    run = cli()
    db, actor = run.signed_in()
    parts = [whole(part) for part in paper.split(":")]
    if len(parts) != 3 or None in parts:  # noqa: PLR2004 - 赞成:反对:弃权
        raise DomainError("pt.paper", _("纸票请写成 赞成:反对:弃权，如 8:2:1。"))
    yes, no, abstain = (part or 0 for part in parts)
    closed = close_item(db, actor, CloseItem(
        op_id(), meeting_by_no(db, actor, meeting).meeting_id, seq, (yes, no, abstain), defer,
        note, exception,
    ))  # fmt: skip
    run.emit(closed, {"seq": "#", "yes": _("赞成"), "no": _("反对"), "abstain": _("弃权"),
                      "needed": _("过线"), "result": _("结果")})  # fmt: skip


@app.command("end", help=_("结束会议，决定从生效日期起改变目录"))
def end(
    meeting: Meeting,
    on: Annotated[str, typer.Option("--on", help=_("生效日期，默认下月 1 日"))] = "",
) -> None:
    """Close a meeting."""
    run = cli()
    db, actor = run.signed_in()
    found = meeting_by_no(db, actor, meeting).meeting_id
    done = close_meeting(db, actor, CloseMeeting(op_id(), found, _effective(run, on)))
    run.emit(done, {"decided": _("改变目录的决定"), "entries": _("目录改动"),
                    "waiting": _("未议，回到待上会")})  # fmt: skip


@app.command("minutes", help=_("纪要 PDF"))
def minutes(
    meeting: Meeting = "last",
    out: Annotated[Path | None, typer.Option(help=_("保存到"))] = None,
) -> None:
    """Write the minutes."""
    from app.adapters.pdf.minutes_pdf import minutes_pdf
    from app.services.committee.minutes import minutes_of

    run = cli()
    db, actor = run.signed_in()
    row = meeting_by_no(db, actor, meeting)
    target = out or paths.output() / f"{row.no}.pdf"
    local_files.write(target, minutes_pdf(minutes_of(db, actor, row.meeting_id)))
    run.say(_("已保存 {path}", path=target))
    if run.as_json:
        run.emit({"file": str(target)})


@app.command("leave", help=_("委员离任，从今天或某天起"))
def leave(
    name: Annotated[str, typer.Argument(help=_("委员姓名"))],
    on: Annotated[str, typer.Option("--on", help=_("从哪天起，如 2026-12-31"))] = "",
) -> None:
    """End a seat."""
    run = cli()
    db, actor = run.signed_in()
    found = [one for one in committee(db, actor) if one.name == name.strip()]
    if len(found) != 1:
        raise DomainError(
            "committee.unknown", _("在任委员里没有唯一的「{name}」。请用 seats 核对。", name=name)
        )
    day = typed_day(on) if on else None
    leave_seat(db, actor, LeaveSeat(op_id(), found[0].member_id, day))
    run.say(_("{name} 已离任。", name=name))


@app.command("evaluate", help=_("引进 6 至 12 个月后的评价：keep 继续、limit 限制、stop 建议停用"))
def evaluate_(
    no: No,
    verdict: Annotated[str, typer.Argument(help=_("结论"))],
    text: Annotated[str, typer.Argument(help=_("评价"))],
) -> None:
    """Evaluate an item that came in."""
    run = cli()
    row = request_by_no(*run.signed_in(), no)
    command = Evaluate(op_id(), row.org_id, row.request_id, row.version, verdict, text)
    _state(run, no, evaluate(*run.signed_in(), command))


def _member(run: Cli, meeting_id: int, name: str) -> int:
    """The seat of a name, or of whoever is signed in."""
    db, actor = run.signed_in()
    for one in meeting_view(db, actor, meeting_id).attendees:
        mine = not name and one.seat.person_id == actor.person_id
        if mine or (name and one.seat.name == name):
            return one.seat.member_id
    raise DomainError("pt.stranger", _("名单里没有 {name}。", name=name or actor.name))


def _share(text: str) -> Share:
    part, _slash, of = text.partition("/")
    num, den = whole(part), whole(of)
    if not num or not den or num > den:
        raise DomainError("pt.share", _("比例请写成 2/3 的样子。"))
    return Share(num, den)


def _effective(run: Cli, text: str) -> date:
    if text:
        return typed_day(text)
    with run.db().read() as session:
        now = today(session)
    first_next = (now.year + now.month // 12, now.month % 12 + 1)
    return date(*first_next, 1)


def _state(run: Cli, no: str, status: Status) -> None:
    run.say(_("{no}：{state}", no=no, state=status.label))
    if run.as_json:
        run.emit({"no": no, "status": status.value})
