"""The command `yilian`: one module per noun, loaded only when it is asked for.

A slice adds its commands by one line in `REGISTRY`; how to write them: docs/developer-cli.md.
Exit codes: 0 done, 1 refused (the person can mend it), 2 usage, 3 environment, 70 a bug.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Final

import typer

from app import __version__, settings
from app.cli import usage
from app.cli.errors import REFUSED, report
from app.domain.errors import UnsureProblem
from app.i18n import LANGUAGES, N_, _, use_language

if TYPE_CHECKING:
    from app.cli.context import Window


@dataclass(frozen=True, slots=True)
class Entry:
    """Where a command of the first level comes from.

    Attributes:
        module: Module below `app.cli` that has a `typer.Typer` named `app`.
        help: One line for `yilian --help`; a command of its own says the same in its module.
        alone: The command stands at the first level itself (`yilian init`, not
            `yilian platform init`).
    """

    module: str
    help: str
    alone: bool = False


REGISTRY: Final[dict[str, Entry]] = {
    "init": Entry("platform", N_("新建一个空的数据文件，登记牵头单位和管理员"), alone=True),
    "migrate": Entry("platform", N_("把数据升级到本程序的版本；先自动备份"), alone=True),
    "backup": Entry("health", N_("备份整个库，并当场验证备份能打开、对得上账"), alone=True),
    "restore": Entry(
        "health", N_("把备份恢复成一个新文件（或服务器上的新库），恢复完先验证"), alone=True
    ),
    "doctor": Entry("health", N_("体检：文件、版本、库存与台账、改动痕迹、磁盘"), alone=True),
    "reconcile": Entry("health", N_("对账：每处库存与台账逐项核对"), alone=True),
    "verify": Entry(
        "health", N_("查改动痕迹：重算台账与操作记录链；给出 PDF 文件时，验它的电子章"), alone=True
    ),
    "gui": Entry("gui", N_("打开窗口"), alone=True),
    "demo": Entry(
        "demo",
        N_("演示：建一个虚构的集团，把整个流程走一遍，单据、标签和表格放进文件夹"),
        alone=True,
    ),
    "search": Entry(
        "catalogue",
        N_("查品规：名称、拼音首字母、全拼、各种编码、批准文号，或直接扫码"),
        alone=True,
    ),
    "catalogue": Entry("versions", N_("统一目录：版本、改动、发布、按用量排序")),
    "item": Entry("item", N_("品规：查看、新增、修改、编码、附件、改动记录")),
    "import": Entry("imports", N_("导入：目录、价格、用量、送货单；撤销、列对应")),
    "export": Entry("exports", N_("导出：目录、价格")),
    "prices": Entry("prices", N_("价格：查看、登记、截止、导出、价格表")),
    "negotiate": Entry("negotiate", N_("集中议价：项目、报量、邀请、轮次、报价、开标、比价")),
    "award": Entry("award", N_("定标：优化、提交、审批、公示、质疑、生成价格表")),
    "reprice": Entry("reprice", N_("调价申请和超价提醒")),
    "savings": Entry("savings", N_("节约：合计、按月、机构、品规，明细导出，报告，算例")),
    "pledge": Entry("pledge", N_("约定量：执行率、预警、补充约定")),
    "stock": Entry("stock", N_("库存：批号、效期、流水")),
    "pack": Entry("pack", N_("定数包：定义、打包、发放、接收、打开、拆包、丢失、退回、超期")),
    "transfer": Entry("transfer", N_("调拨借用：建议、发起、确认、审核、发出、验收、归还、互抵")),
    "trace": Entry("trace", N_("追溯一个批号：从哪来、在哪里、用到哪"), alone=True),
    "recall": Entry("recall", N_("召回追溯：冻结、召回、追溯批号、近效期措施")),
    "upkeep": Entry("upkeep", N_("养护记录：温湿度、月度养护、专用账册")),
    "count": Entry("count", N_("盘点：开始、扫码、提交、审批；报损、退货、温度、专用账册")),
    "place": Entry("place", N_("库位：查看、新增、移库")),
    "consume": Entry("consume", N_("消耗：扫码登记、查看、冲销")),
    "dispense": Entry("dispense", N_("发药：导入 HIS 发药退药、记录、撤销")),
    "case": Entry("case", N_("高值登记：按病例登记耗材、退回、查看")),
    "reagent": Entry("reagent", N_("试剂：定义、开盒、测试计数、导入、用完、使用率")),
    "trigger": Entry("trigger", N_("结算时点：入库、出库、用后，按品规或类别约定")),
    "settle": Entry("settle", N_("对账单：生成、发送、确认、异议、调整、冲销、审核、打印")),
    "invoice": Entry("invoice", N_("发票：登记、导入、匹配对账单、缺票清单")),
    "payment": Entry("payment", N_("付款：应付、收款账户、付款批、付款文件、平台上报")),
    "month": Entry("month", N_("月结：关账检查、关账、开账、结算截止日")),
    "labels": Entry("labels", N_("标签：打印、补打、货位、校准、记录")),
    "plan": Entry("plan", N_("智能补货：计算建议、看每个数怎么来的"), alone=True),
    "simulate": Entry(
        "simulate", N_("补货模拟：用过去一年的真实用量重放，比较两个方案"), alone=True
    ),
    "requisition": Entry("requisition", N_("采购申请：生成、查看、提交、审批、退回、撤回、作废")),
    "consolidate": Entry(
        "orders",
        N_("统采：把成员已提交的采购申请汇总成一张统采订单，按成员和供应商拆分"),
        alone=True,
    ),
    "sign": Entry("orders", N_("分签：以 --as 的账号签署（或拒签）一张成员订单"), alone=True),
    "seal": Entry(
        "orders", N_("盖电子章：签署之后，用证书给订单和合同 PDF 盖章（PAdES）"), alone=True
    ),
    "clock": Entry("clock", N_("电脑时间：本机数据文件里，时间往回走了要确认")),
    "certificate": Entry("certificate", N_("证书：信任的签发机构、测试证书")),
    "order": Entry("order", N_("订单：列表、内容、PDF、修改、作废、催签、部分确认、余量、补单")),
    "platform": Entry("platform_export", N_("省平台：导出采购、配送、验收、发票记录，检查文件")),
    "delivery": Entry("delivery", N_("送货单：列表、内容、导入、PDF、作废")),
    "deliver": Entry("receive", N_("供应商按已签订单生成送货单"), alone=True),
    "receive": Entry("receive", N_("验收一张送货单：扫码文件，或全部照单收"), alone=True),
    "acceptance": Entry("acceptance", N_("验收单：列表、PDF、冲销")),
    "align": Entry("align", N_("目录吻合度：两份目录文件，或数据库里各成员和牵头医院"), alone=True),
    "formulary": Entry("formulary", N_("处方集：目录、规则检查、留存、清单、谁有药")),
    "committee": Entry("committee", N_("药事会：申请、会议、表决、纪要")),
    "temporary": Entry("temporary", N_("临采：登记、审批、年度计数")),
    "match": Entry(
        "match", N_("把一份清单对照到一份目录（两个文件），写出候选、分数、结论和理由"), alone=True
    ),
    "item-request": Entry("item_request", N_("新增品种申请：提出、批准、不加、撤回")),
    "mapping": Entry("mapping", N_("编码对照：导入清单、对照、采纳、驳回、撤销、进度")),
    "report": Entry("reports", N_("报表：有哪些、出一张（Excel、CSV、PDF）")),
    "org": Entry("organisation", N_("机构：成员、供应商、库位、供货与结算约定、设置清单")),
    "setting": Entry("setting", N_("业务设置：验收要求、供应商条码、采购申请审批额度")),
    "account": Entry("account", N_("本机账号：添加、职责、改密码、停用、启用")),
    "server": Entry("server", N_("集团服务器（PostgreSQL）：建库、人员、权限")),
}
_VALUE_OPTIONS: Final = {"--db", "--as", "--lang", "--op"}


_window: ContextVar[Window | None] = ContextVar("window", default=None)


def main(arguments: Sequence[str] | None = None, *, window: Window | None = None) -> None:
    """Run the command line and leave with its exit code.

    Args:
        arguments: Instead of those of the process.
        window: Opens the window for `yilian gui`.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    _window.set(window)
    try:
        use_language(_language(given))
        command = typer.main.get_command(build(_wanted(given)))
        usage.speak_ours(command)
        if any(word.partition("=")[0] == "--op" for word in given):
            from app.cli.answered import follow  # what has no number is never sent again

            follow(command)
        sys.exit(command.main(args=given, prog_name="yilian", standalone_mode=False))
    except typer.Abort:
        typer.echo(_("已停下。"), err=True)
        sys.exit(REFUSED)
    except typer.TyperException as error:
        sys.exit(usage.refuse(error, as_json="--json" in given))
    except UnsureProblem as error:
        from app.cli.context import cli

        code = report(error, as_json="--json" in given)
        cli().ask_after_cut()
        sys.exit(code)
    except Exception as error:  # noqa: BLE001 - the last line of defence says what to do
        sys.exit(report(error, as_json="--json" in given))


def build(wanted: str = "") -> typer.Typer:
    """The command tree: the module of that first word, else only what all commands are for.

    The list of everything loads no module, so that help and typing errors are answered at once.
    """
    root = typer.Typer(
        name="yilian",
        help=_("医链采供：医共体药品耗材统采、验收、库存、结算。"),
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        callback=_root,
    )
    if wanted in REGISTRY:
        _load(root, wanted)
        return root
    for name, entry in REGISTRY.items():
        root.command(name, help=_(entry.help))(_listed)
    return root


def _load(root: typer.Typer, name: str) -> None:
    entry = REGISTRY[name]
    module = importlib.import_module(f"app.cli.{entry.module}")
    if entry.alone:
        root.add_typer(module.app)
    else:
        root.add_typer(module.app, name=name, help=_(entry.help), no_args_is_help=True)


def _listed() -> None:
    """Stands for a command in the list; never run, a known first word loads its module."""


def _wanted(arguments: Sequence[str]) -> str:
    """The first word that is no option; empty asks for the list (help)."""
    rest = iter(arguments)
    for word in rest:
        if word in _VALUE_OPTIONS:
            next(rest, None)
        elif not word.startswith("-"):
            return word
        elif word == "--help":
            return ""
        elif word == "--version":
            return word
    return ""


def _language(arguments: Sequence[str]) -> str:
    """The language of `--lang`, else of the settings; needed before any help text is made."""
    for before, word in zip(["", *arguments], arguments, strict=False):
        if before == "--lang":
            return word
        if word.startswith("--lang="):
            return word.removeprefix("--lang=")
    return settings.load().language


def _version(value: bool) -> None:
    if value:
        typer.echo(f"yilian {__version__}")
        raise typer.Exit


def _lang(value: str) -> str:
    if value and value not in LANGUAGES:
        raise typer.BadParameter(f"{value!r} is not one of {', '.join(LANGUAGES)}")
    return value


def _root(
    context: typer.Context,
    db: Annotated[
        str, typer.Option("--db", envvar="YILIAN_DB", help="SQLite file or postgresql://host/name")
    ] = "",
    login: Annotated[str, typer.Option("--as", envvar="YILIAN_AS", help="login / 账号")] = "",
    json: Annotated[bool, typer.Option("--json", help="JSON")] = False,
    lang: Annotated[str, typer.Option("--lang", callback=_lang, help="zh_CN | en")] = "",
    verbose: Annotated[bool, typer.Option("--verbose", help="debug log / 详细日志")] = False,
    op: Annotated[str, typer.Option("--op", help=_("操作编号（UUID）；重发同一编号只记一次"))] = "",
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="version / 版本")
    ] = False,
) -> None:
    from app.cli.context import Cli, start  # opens the way to the database; `--version` needs none
    from app.cli.operation import read_op

    del lang, version  # handled before and by their callbacks
    number = read_op(op) if op else None
    context.call_on_close(start(Cli(db, login, json, verbose, _window.get(), number)))
