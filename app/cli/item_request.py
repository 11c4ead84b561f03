"""`yilian item-request …`: rows without counterpart that shall become items of the group."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import typer

from app.cli.context import Cli, cli
from app.cli.operation import op_id
from app.cli.scope import item_id, org_ids, signed_in_at
from app.domain.catalogue import ItemDraft
from app.domain.documents import State, state_title
from app.domain.errors import DomainError
from app.i18n import _
from app.services.mapping import queries, requests as service

app = typer.Typer()
Org = Annotated[str, typer.Option("--org", help=_("机构编号或简称，默认本机构"))]
Whose = Annotated[str, typer.Option("--org", help=_("哪一家的申请；单号重复时要写"))]
No = Annotated[str, typer.Argument(help=_("申请单号，如 PZ20261014-001"))]
Facts = Annotated[
    list[str] | None,
    typer.Option("--set", help=_("改一项再建，如 --set form=颗粒剂 --set pack_factor=6，可重复")),
]
_TITLES = {
    "no": _("单号"),
    "org": _("机构"),
    "local_code": _("本院编码"),
    "name": _("品名"),
    "spec": _("规格"),
    "maker": _("生产企业"),
    "status": _("状态"),
    "reason": _("理由"),
    "answer": _("答复"),
    "item_code": _("统一编码"),
}


@app.command("ask", help=_("给一行没有对应的本院药品申请新增品种"))
def ask(
    code: Annotated[str, typer.Argument(help=_("本院编码"))],
    reason: Annotated[str, typer.Option("--reason", help=_("为什么要新增"))],
    facts: Facts = None,
    org: Org = "",
) -> None:
    """Ask for a new item."""
    run = cli()
    db, actor, where = signed_in_at(run, org)
    wanted = queries.WorkList(where, text=code)
    found = [row for row in queries.work_list(db, actor, wanted) if row.code == code]
    if not found:
        raise DomainError(
            "mapping.unknown", _("清单里没有编码 {code}。请核对，或先导入清单。", code=code)
        )
    draft = _changed(service.suggestion(db, actor, where, found[0].id), facts)
    command = service.AskItem(op_id(), where, found[0].id, reason, draft)
    _said(run, service.ask(db, actor, command))


@app.command("list", help=_("新增品种申请：待答复的在前"))
def list_(
    org: Annotated[str, typer.Option("--org", help=_("机构编号或简称；all 为所有成员"))] = "all",
    waiting: Annotated[bool, typer.Option("--waiting", help=_("只要待答复的"))] = False,
) -> None:
    """List requests."""
    run = cli()
    rows = service.requests(*run.signed_in(), org_ids(run, org), waiting=waiting)
    run.emit([_plain(row) for row in rows], _TITLES, empty=_("没有申请。"))


@app.command("approve", help=_("批准：建新品规并对好码；--item 表示目录里已有这个品规"))
def approve(
    no: No,
    item: Annotated[str, typer.Option("--item", help=_("已有的统一编码，不新建"))] = "",
    code: Annotated[str, typer.Option("--code", help=_("新品规的统一编码；不写自动编"))] = "",
    facts: Facts = None,
    answer: Annotated[str, typer.Option("--answer", help=_("答复"))] = "",
    org: Whose = "all",
) -> None:
    """Approve a request."""
    run = cli()
    db, actor = run.signed_in()
    row = service.find_request(db, actor, org_ids(run, org), no)
    there = item_id(run, item) if item else 0
    draft = _changed(row.draft, facts)
    command = service.Approve(op_id(), row.org_id, row.id, row.version, draft, there, code, answer)
    _said(run, service.approve(db, actor, command))


@app.command("refuse", help=_("不加：写明为什么，或该对到哪个品规"))
def refuse(
    no: No, answer: Annotated[str, typer.Option("--answer", help=_("答复"))], org: Whose = "all"
) -> None:
    """Refuse a request."""
    _close(no, org, answer, withdrawn=False)


@app.command("withdraw", help=_("撤回自己的申请"))
def withdraw(no: No, org: Whose = "") -> None:
    """Take a request back."""
    _close(no, org, "", withdrawn=True)


def _close(no: str, org: str, answer: str, *, withdrawn: bool) -> None:
    run = cli()
    db, actor = run.signed_in()
    row = service.find_request(db, actor, org_ids(run, org), no)
    command = service.Close(op_id(), row.org_id, row.id, row.version, answer, withdrawn)
    _said(run, service.close(db, actor, command))


def _changed(draft: ItemDraft, facts: list[str] | None) -> ItemDraft:
    """The draft with what --set says."""
    values: dict[str, object] = {}
    for text in facts or ():
        key, equals, value = text.partition("=")
        now = getattr(draft, key.strip(), None)
        if not equals or not isinstance(now, str | int) or isinstance(now, bool):
            raise DomainError(
                "cli.set", _("「{text}」看不懂。请写成 字段=内容，如 form=颗粒剂。", text=text)
            )
        if isinstance(now, int) and not value.isdecimal():
            raise DomainError("cli.set", _("「{text}」应是整数。", text=text))
        values[key.strip()] = type(now)(value)
    return replace(draft, **values)  # type: ignore[arg-type]


def _plain(row: service.RequestRow) -> dict[str, object]:
    return {
        "no": row.no, "org": row.org, "local_code": row.local_code, "name": row.draft.name,
        "spec": row.draft.spec, "maker": row.draft.maker, "status": state_title(row.status),
        "reason": row.reason, "answer": row.answer, "item_code": row.item_code,
    }  # fmt: skip


def _said(run: Cli, done: service.Asked) -> None:
    run.emit(
        {"no": done.no, "status": state_title(State(done.status)), "item_code": done.item_code},
        {"no": _("单号"), "status": _("状态"), "item_code": _("统一编码")},
    )
