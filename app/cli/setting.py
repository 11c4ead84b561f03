"""`yilian setting …`: demands at the door, limits of approval, rules for suppliers' labels."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Annotated

import typer

from app.adapters import local_files
from app.cli.context import Cli, cli
from app.cli.operation import op_id
from app.cli.scope import org_id
from app.domain import barcode_rules, money
from app.domain.errors import DomainError
from app.domain.orders.approval import Limits
from app.domain.scan import BarcodeRule, ScanResult
from app.i18n import _
from app.services import scan_rules
from app.services.catalogue.strictness import SaveStrictness, save_strictness, strictness
from app.services.formulary.limits import SaveListLimits, list_limits, save_list_limits
from app.services.orders import modes
from app.services.orders.modes import SetMode
from app.services.platform import door_policy
from app.services.platform.door_policy import SavePolicy
from app.services.requisition.limits import SaveLimits, limits, save_limits
from app.services.scan_rules import SaveRules

app = typer.Typer()


@app.command(help=_("验收要求：近效期、剩余有效期、效期太远；给了数就保存"))
def door(
    org: Annotated[str, typer.Option(help=_("机构的四位编码；0 为全集团"))] = "",
    near_months: Annotated[int, typer.Option(help=_("近效期的月数"))] = -1,
    near_parts: Annotated[int, typer.Option(help=_("剩余有效期的几分之一，0 为不查"))] = -1,
    far_years: Annotated[int, typer.Option(help=_("效期太远的年数"))] = -1,
    every_serial: Annotated[
        int, typer.Option(help=_("高值序列号：1 一律要有入库记录，0 入库扫过的品规才核对"))
    ] = -1,
) -> None:
    """Show or set the limits at the door."""
    run = cli()
    db, actor = run.signed_in()
    where = 0 if org == "0" else org_id(run, org)
    now = door_policy.policy(db, actor, where)
    given = {
        "near_months": near_months, "near_parts": near_parts, "far_years": far_years,
        "every_serial": every_serial,
    }  # fmt: skip
    wanted = replace(now, **{key: value for key, value in given.items() if value >= 0})
    if wanted != now:
        door_policy.save_policy(db, actor, SavePolicy(op_id(), where, wanted))
        run.say(_("已保存，下一次打开送货单起生效。"))
    run.emit(
        wanted,
        {
            "near_months": _("近效期（月）"),
            "near_parts": _("剩余有效期（几分之一）"),
            "far_years": _("效期太远（年）"),
            "every_serial": _("高值序列号一律核对"),
        },
    )


@app.command(help=_("采购申请审批额度：库管、本院负责人各到多少元；给了数就保存"))
def approval(
    org: Annotated[str, typer.Option(help=_("机构的四位编码；0 为全集团"))] = "",
    store: Annotated[str, typer.Option(help=_("库管自己能提交到多少元；no 为不限"))] = "",
    member: Annotated[str, typer.Option(help=_("本院负责人能批到多少元；no 为不限"))] = "",
) -> None:
    """Show or set the amounts above which a requisition needs an approval."""
    run = cli()
    db, actor = run.signed_in()
    where = 0 if org == "0" else org_id(run, org)
    now = limits(db, actor, where)
    wanted = Limits(_limit(store, now.store), _limit(member, now.member))
    if wanted != now:
        now = save_limits(db, actor, SaveLimits(op_id(), where, wanted))
        run.say(_("已保存，之后提交的采购申请按它审批。"))
    run.emit(now, {"store": _("库管到（元）"), "member": _("本院负责人到（元）")})


@app.command(help=_("采购方式：每种方式能按哪些来源的价格统采；给了就保存"))
def procurement(
    mode: Annotated[str, typer.Option(help=_("采购方式，如 公开招标"))] = "",
    sources: Annotated[str, typer.Option(help=_("价格来源，逗号分开：vbp,gpo,listed,adhoc"))] = "",
) -> None:
    """Show or set which prices each procurement mode takes."""
    run = cli()
    db, actor = run.signed_in()
    if mode or sources:
        wanted = tuple(one.strip() for one in sources.split(",") if one.strip())
        table = modes.set_mode(db, actor, SetMode(op_id(), mode, wanted))
    else:
        table = modes.modes(db)
    run.emit(
        [{"mode": one, "sources": "、".join(sorted(table[one]))} for one in sorted(table)],
        {"mode": _("采购方式"), "sources": _("能用的价格")},
    )


def _limit(text: str, now: Decimal | None) -> Decimal | None:
    if not text:
        return now
    return None if text.strip().lower() == "no" else money.price(text)


@app.command(help=_("目录规则：少见编码收不收，供应目录按哪些数检查；给了就保存"))
def catalogue(
    codes: Annotated[str, typer.Option(help=_("少见写法的编码：warn 提醒，refuse 不收"))] = "",
    kinds: Annotated[int, typer.Option(help=_("一品两规：同名同途径最多几个品规"))] = -1,
    essential_share: Annotated[int, typer.Option(help=_("基药占比，百分数；0 为不查"))] = -1,
    warn_days: Annotated[int, typer.Option(help=_("证照到期提前多少天提醒"))] = -1,
) -> None:
    """Show or set the rules for codes and for supply lists."""
    run = cli()
    db, actor = run.signed_in()
    if codes and codes not in {"warn", "refuse"}:
        raise DomainError("setting.codes", _("--codes 只能是 warn（提醒）或 refuse（不收）。"))
    now, strict = list_limits(db), strictness(db)
    wanted = replace(
        now,
        kinds=kinds if kinds >= 0 else now.kinds,
        essential_share=essential_share if essential_share >= 0 else now.essential_share,
        warn_days=warn_days if warn_days >= 0 else now.warn_days,
    )
    limits_op, codes_op = op_id(), op_id()  # by their place, whichever is changed
    if wanted != now:
        save_list_limits(db, actor, SaveListLimits(limits_op, wanted))
    if codes and (codes == "refuse") != strict:
        strict = not strict
        save_strictness(db, actor, SaveStrictness(codes_op, strict))
    run.emit(
        {
            "codes": "refuse" if strict else "warn",
            "kinds": wanted.kinds,
            "essential_share": wanted.essential_share,
            "warn_days": wanted.warn_days,
        },
        {
            "codes": _("少见的编码"),
            "kinds": _("一品两规"),
            "essential_share": _("基药占比"),
            "warn_days": _("证照提醒（天）"),
        },
    )


@app.command(help=_("供应商条码规则：列出；--load 从 JSON 文件整套替换；--try 试一个码"))
def rules(
    load: Annotated[
        Path | None, typer.Option(help=_("规则的 JSON 文件，格式同 --json 输出"))
    ] = None,
    sample: Annotated[str, typer.Option("--try", help=_("试一个码，看读出什么"))] = "",
) -> None:
    """Show, replace or try the rules for suppliers' own labels."""
    run = cli()
    if load is not None:
        db, actor = run.signed_in()
        scan_rules.save_rules(db, actor, SaveRules(op_id(), _loaded(load)))
        run.say(_("规则已保存，下一次扫码起生效。"))
    if sample:
        _show_scan(run, scan_rules.read(run.db(), sample))
        return
    run.emit(
        barcode_rules.to_plain(scan_rules.rules(run.db())),
        {
            "title": _("条码"),
            "prefix": _("开头"),
            "length": _("总长"),
            "item": _("品规码"),
            "lot": _("批号"),
            "expiry": _("效期"),
        },
        empty=_("还没有规则。69 码、GS1、追溯码不用设就能扫。"),
    )


def _loaded(file: Path) -> tuple[BarcodeRule, ...]:
    try:
        stored = json.loads(local_files.read_text(file))
    except (ValueError, RecursionError):
        raise DomainError(
            "rules.file", _("读不了 {file}。请用 --json 导出的格式。", file=file)
        ) from None
    found = barcode_rules.from_plain(stored)
    if not isinstance(stored, list) or len(found) != len(stored):
        raise DomainError(
            "rules.rule", _("文件里有不能用的规则，没有保存。请对照 --json 的输出改正。")
        )
    return found


def _show_scan(run: Cli, found: ScanResult) -> None:
    """What a code reads as; for people with its problems in words."""
    if run.as_json:
        run.emit(found)
        return
    problems = "；".join(one.text for one in found.problems)
    run.emit(
        {"code": found.code, "lot": found.lot, "serial": found.serial, "expiry": found.expiry,
         "problems": problems},
        {"code": _("编码"), "lot": _("批号"), "serial": _("序列号"), "expiry": _("有效期至"),
         "problems": _("问题")},
    )  # fmt: skip
