"""Driver errors in the person's words.

SQLSTATEs of our own functions begin with P0S: P0S01 not enough stock, P0S02 somebody was first,
P0S03 the same operation id with other content.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Final

from sqlalchemy.exc import DBAPIError

from app.domain.errors import (
    ConflictError,
    DomainError,
    EnvironmentProblem,
    NotAllowedError,
    UnsureProblem,
)
from app.domain.signs import unkept
from app.i18n import _
from app.services.stock.closed import closed_text

NO_STOCK = "P0S01"
WAS_FIRST = "P0S02"
OTHER_CONTENT = "P0S03"
MONTH_CLOSED = "P0S04"
BEYOND = "P0S05"
UNIQUE: Final = "23505"
LOCKED: Final = "55P03"
READ_ONLY: Final = "25006"
_TOO_LONG: Final = "57014"
_RIVALS: Final = frozenset({"40P01", "40001"})
"""Two waited for each other, or wrote what the other had read: the server took one back whole."""
FULL: Final = "db.full"
"""The code of the error when there is no room."""
RIVAL: Final = "db.rival"
"""The code of the error then: the same step goes through when it is sent once more."""
GIVE_UP_SECONDS: Final = 15
"""How long a step waits for what others hold, in a file and on a server."""
TOO_LARGE: Final = "22003"
_NULS: Final = frozenset({"22021", "22P05"})
_NUL: Final = "cannot contain NUL"
_DRIVERS: Final = ("pysqlite3", "psycopg")
_DRIVER: Final = "too large to convert to SQLite INTEGER"
_log = logging.getLogger(__name__)
_BROKEN: Final = "58"
"""The disk under a server could not be read or written."""
_TORN: Final = "XX"
"""A page of it is damaged; or its own tables of tables are, and it finds no words of its own."""
DAMAGED: Final = ("db.disk", "db.damaged", "db.foreign")
"""The codes of errors of which the data themselves are the cause."""
_BROKEN_FILE: Final = "disk I/O error"
_TORN_FILE: Final = (
    *("disk image is malformed", "malformed database schema"),
    "Could not decode to UTF-8",
)
_CROWDED: Final = ("too many connections", "too many clients", "connection slots", "太多的客户")
LOGIN: Final = ("authentication failed", "not permitted to log in", "认证失败")
_NOT_HERE: Final = "permission denied for database"
"""Refused at the door a server gives no state, only words: English, or Chinese on a Chinese one."""
_FOREIGN: Final = "file is not a database"


@contextmanager
def translate() -> Iterator[None]:
    """Turn driver errors that are not our bug into errors that a person can act on."""
    try:
        yield
    except DBAPIError as error:
        known = as_known(error)
        if known is None:
            raise
        raise known from error
    except UnicodeEncodeError as error:  # half a character, in what is looked for
        raise unkept_sign(unkept(str(error.object))) from error
    except (
        UnicodeDecodeError
    ) as error:  # SQLite quotes a damaged name, and the driver falls over it
        raise damaged() from error
    except OverflowError as error:
        if _DRIVER not in str(error):
            raise
        raise _too_large() from error
    except Exception as error:
        # chains and sums are read past SQLAlchemy, and meet a damaged page there
        known = as_known(DBAPIError(None, None, error)) if _of_driver(error) else None
        if known is None:
            raise
        raise known from error


def _of_driver(error: Exception) -> bool:
    return type(error).__module__.partition(".")[0] in _DRIVERS


def as_known(error: DBAPIError) -> DomainError | EnvironmentProblem | None:
    """The meaning of a driver error, or None when it is a bug of ours."""
    state = str(getattr(error.orig, "sqlstate", "") or "")
    message = str(error.orig)
    return (
        _stock(state, message)
        or _closed(state, message, error)
        or _settlement(state, message)
        or _twice(state, message, error)
        or _rights(state, message)
        or (_too_large() if state == TOO_LARGE else None)
        or (unkept_sign("") if state in _NULS or _NUL in message else None)
        or _line(message)
        or (busy() if state == LOCKED else None)
        or _room(state, message)
        or (None if is_cut(error) else _disk(state, message))
        or _door(state, message)
        or _search(message)
        or _environment(state, message, error)
    )


def is_cut(error: DBAPIError) -> bool:
    """Whether the line to the server broke, so that its last answer is not known."""
    state = str(getattr(error.orig, "sqlstate", "") or "")
    lost = error.connection_invalidated or state.startswith(("08", "57P"))
    return lost or _is_offline(error.orig, state)


def is_refused(error: DBAPIError) -> bool:
    """Whether a server itself said no: it gives a state, and has taken everything back."""
    return bool(getattr(error.orig, "sqlstate", None)) and not is_cut(error)


def unsure() -> UnsureProblem:
    """The answer to COMMIT did not come."""
    return UnsureProblem(
        "db.unsure",
        _("连接断了，还不知道有没有保存。内容还在屏幕上，连上后会自动核对，请先不要重做。"),
    )


def busy() -> EnvironmentProblem:
    """Others held what the step needs for too long; nothing of it is kept."""
    return EnvironmentProblem(
        "db.busy", _("数据库正忙，15 秒内没有轮到。内容还在屏幕上，请稍后重试。")
    )


def full() -> EnvironmentProblem:
    """No room on the disk that holds the data, or none that its owner may take."""
    words = _("没能保存：磁盘已满，或分给你的空间用完了。内容还在屏幕上，清出空间后重试。")
    return EnvironmentProblem(FULL, words)


def no_stock() -> DomainError:
    """The refusal of a posting that would take more than there is."""
    return DomainError("stock.short", _("库存不够，没有记账。请核对数量，或先看库存里哪一批还有。"))


def _stock(state: str, message: str) -> DomainError | None:
    if state == NO_STOCK or "no stock" in message:
        return no_stock()
    if state == WAS_FIRST:
        return ConflictError("document.changed", _("这张单刚被别人处理过。请刷新后再看。"))
    if state == OTHER_CONTENT:
        return ConflictError(
            "operation.reused",
            _("这次操作的编号已用于另一件事，没有重复记账。请重新打开页面再做。"),
        )
    if "price overlap" in message or state == "23P01":
        return DomainError(
            "price.overlap", _("这段日期里已有价格。请先把旧价格截止，再从截止那天起用新价格。")
        )
    if "append only" in message:
        return DomainError("ledger.fixed", _("台账不能改也不能删。要更正，请做冲销。"))
    return None


def _closed(state: str, message: str, error: DBAPIError) -> DomainError | None:
    """A closed month; the posting tells the day and until when the books are shut."""
    if state != MONTH_CLOSED and "month closed" not in message:
        return None
    diagnosis = getattr(error.orig, "diag", None)
    days = str(getattr(diagnosis, "message_detail", None) or "").split()
    if len(days) == 2:  # noqa: PLR2004 - the day and the last closed one
        day, through = map(date.fromisoformat, days)
        return DomainError("month.closed", closed_text(day, through))
    return DomainError(
        "month.closed",
        _("这个日期所在的月份已关账，没有记账。请改日期，或请结算员说明原因重新开账。"),
    )


def _settlement(state: str, message: str) -> DomainError | None:
    if state == BEYOND or "matched beyond" in message:
        return ConflictError(
            "match.beyond", _("发票或对账单剩下的金额不够，可能刚被别人匹配。请刷新后再看。")
        )
    if "uq_invoice_once" in message or "invoice.supplier_id, invoice.code" in message:
        return DomainError("invoice.twice", _("这张发票已经登记过。一张发票只登记一次。"))
    if "uq_payment_line_once" in message or "payment_line.org_id" in message:
        return ConflictError(
            "payment.twice", _("有对账单已在另一个付款批里。每张只付一次，请刷新后重选。")
        )
    return None


def _twice(state: str, message: str, error: DBAPIError) -> DomainError | None:
    """The same thing was written at the same moment from another window, and its key keeps it."""
    if state != UNIQUE and "UNIQUE constraint failed" not in message:
        return None
    diagnosis = getattr(error.orig, "diag", None)
    _log.warning("written twice: %s", getattr(diagnosis, "constraint_name", None) or message)
    return ConflictError(
        "row.twice",
        _("同样的一条刚在别处（或另一个窗口）登记过，这次没有重复登记。请刷新后再看。"),
    )


def _rights(state: str, message: str) -> DomainError | None:
    if state == "42501" or _NOT_HERE in message:
        return NotAllowedError(
            "access.denied", _("你的账号没有这项权限。可请管理员在系统设置里添加。")
        )
    return None


def _too_large() -> DomainError:
    """A number that no column can hold: no document, item or quantity has one like it."""
    return DomainError("number.large", _("数字太大，没有这样的编号或数量。请核对是否多输了几位。"))


def unkept_sign(part: str) -> DomainError:
    """A text with a sign that cannot be kept.

    Args:
        part: Where it stands, as of `unkept`; empty when that is not known.
    """
    return DomainError(
        "text.sign",
        _(
            "「{text}」里有看不见、保存不了的字符（常是从别处粘贴带来的）。"
            "请删掉这一段，重新输入。",
            text=part or "□",
        ),
    )


def _line(message: str) -> EnvironmentProblem | None:
    """A server that does not prove who it is, or does not encrypt: nothing was sent to it."""
    if "does not match host name" in message or "server certificate for" in message:
        return EnvironmentProblem(
            "tls.name",
            _(
                "服务器证书上的名字和你填的地址对不上，没有连接，密码没有发出。"
                "请用证书上的主机名，或请管理员换证书。"
            ),
        )
    if "certificate" in message:
        return EnvironmentProblem(
            "tls.certificate",
            _(
                "服务器的证书不可信或已过期，没有连接，密码没有发出。"
                "请向管理员要 CA 文件 server-ca.pem，放进本程序的数据文件夹。"
            ),
        )
    if "does not support SSL" in message or "no encryption" in message:
        return EnvironmentProblem(
            "tls.none", _("服务器没有开加密（TLS），没有连接，密码没有发出。请管理员先打开 TLS。")
        )
    return None


def _room(state: str, message: str) -> EnvironmentProblem | None:
    if state == "53300" or any(sign in message for sign in _CROWDED):
        return EnvironmentProblem(
            "db.crowded", _("服务器或你的账号的连接数已满。请关掉多开的窗口，或请管理员核对。")
        )
    if state.startswith("53") or "disk is full" in message or "No space" in message:
        return full()
    return None


def _door(state: str, message: str) -> EnvironmentProblem | None:
    """Not let in: the account, the database."""
    if state in {"28P01", "28000"} or any(sign in message for sign in LOGIN):
        return EnvironmentProblem("db.login", _("账号或密码不对，或账号已停用。请核对后重试。"))
    if 'database "' in message and "does not exist" in message:
        return EnvironmentProblem(
            "db.no_database",
            _("服务器上没有这个名字的库。请核对地址最后的库名，或请管理员先建库。"),
        )
    if "not currently accepting connections" in message:
        return EnvironmentProblem(
            "db.paused", _("管理员暂停了这个库（可能在维护）。请稍后再登录，或问管理员。")
        )
    return None


def _search(message: str) -> DomainError | None:
    """A pasted page in a search field: a file's pattern ends at 50,000 bytes."""
    if "pattern too complex" in message:
        return DomainError("search.long", _("要找的字太长。请只留几个字再找。"))
    return None


def _environment(state: str, message: str, error: DBAPIError) -> EnvironmentProblem | None:
    if state == READ_ONLY:
        return EnvironmentProblem(
            "db.read_only",
            _(
                "服务器现在只读（正在维护，或连到了备用服务器），这一步没有保存。"
                "内容还在屏幕上，请管理员恢复后重试。"
            ),
        )
    if state in _RIVALS | {_TOO_LONG}:
        code = RIVAL if state in _RIVALS else "db.slow"
        return EnvironmentProblem(code, _("数据库太忙，这一步超时了。请稍后重试。"))
    if is_cut(error):
        return EnvironmentProblem(
            "db.offline", _("连不上集团主库。内容还在屏幕上，网络恢复后请重试。")
        )
    if "locked" in message or "readonly" in message:
        return EnvironmentProblem(
            "db.busy", _("数据库文件被占用或只读。请关掉占用它的程序后重试。")
        )
    return None


def closed() -> EnvironmentProblem:
    """A data file whose folder cannot be written: SQLite keeps files beside it even to read."""
    return EnvironmentProblem(
        "db.closed",
        _(
            "数据文件打不开：它的文件夹只读，或这个账号没有写的权限（只查看也要写）。"
            "请放开这个文件夹的权限，或把数据文件移到本机能写的文件夹。"
        ),
    )


def _disk(state: str, message: str) -> EnvironmentProblem | None:
    """What lies on the disk cannot be read or written."""
    if _FOREIGN in message:
        return EnvironmentProblem(
            "db.foreign",
            _(
                "这个文件不是本程序的数据，或文件开头已损坏，没有动它。"
                "请选对数据文件；选对了还这样，请用最近的备份恢复。"
            ),
        )
    if "unable to open database file" in message:
        return closed()
    if state.startswith(_TORN) or any(sign in message for sign in _TORN_FILE):
        return damaged()
    if state.startswith(_BROKEN) or _BROKEN_FILE in message:
        return EnvironmentProblem(
            "db.disk",
            _(
                "数据库的磁盘读写出错，这一步没有保存。内容还在屏幕上。"
                "请管理员查磁盘，用 yilian verify 核对数据，必要时从备份恢复。"
            ),
        )
    return None


def damaged() -> EnvironmentProblem:
    """Something of the data is not what was written."""
    return EnvironmentProblem(
        "db.damaged",
        _(
            "数据库有损坏的地方，这一步没有做成。内容还在屏幕上。请先停止记账，"
            "请管理员运行 yilian doctor 看坏在哪里，用最近一份好备份恢复。"
        ),
    )


def is_damage(state: str | None) -> bool:
    """Whether a server's state tells of damaged data or of a failing disk."""
    return (state or "").startswith((_TORN, _BROKEN))


def _is_offline(error: BaseException | None, state: str) -> bool:
    """A server that answers gives a state; else the driver tells of the line, in any words."""
    kind = type(error)
    if not state and (kind.__module__, kind.__name__) == ("psycopg", "OperationalError"):
        return True
    signs = (
        "connection failed",
        "could not connect",
        "server closed",
        "connection is lost",
        "Connection refused",
        "consuming input failed",
        "connection timeout",
    )
    return any(sign in str(error) for sign in signs)
