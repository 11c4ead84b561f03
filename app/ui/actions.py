"""Every action of the window, once: button, key, menu, palette and F1 help read it from here.

A page says which actions it can do now (`Page.on`); an action that the page in front cannot do,
but that has a home page, goes there first. So each action is reached in three ways: its key, the
palette (Ctrl+K), and a button or menu entry.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from app.domain.duties import Duty
from app.i18n import N_, _
from app.ui.icons import Icon


class Act(StrEnum):
    """What a person can do; the value is stable and used in tests and saved states."""

    PALETTE = "palette"
    KEYS = "keys"
    BACK = "back"
    FORWARD = "forward"
    REFRESH = "refresh"
    LARGER = "larger"
    SMALLER = "smaller"
    NORMAL = "normal"
    DARK = "dark"
    LANGUAGE = "language"
    NOTICES = "notices"
    NOTICE_ACT = "notice_act"
    SWITCH_USER = "switch_user"
    QUIT = "quit"
    SEARCH = "search"
    NEW = "new"
    SAVE = "save"
    SUBMIT = "submit"
    UNDO = "undo"
    REDO = "redo"
    PRINT = "print"
    EXPORT = "export"
    IMPORT = "import"
    COLUMNS = "columns"
    FILTERS = "filters"
    SCAN = "scan"
    RECEIVE = "receive"
    SUGGEST = "suggest"
    EXPIRED = "expired"
    LABELS = "labels"
    DIFFERENCE = "difference"
    FINISH = "finish"
    CONSUME = "consume"
    CONSOLIDATE = "consolidate"
    SIGN = "sign"
    CHECK_SEAL = "check_seal"
    STATEMENT = "statement"
    MATCH = "match"
    CLOSE_MONTH = "close_month"
    BACKUP = "backup"


@dataclass(frozen=True, slots=True)
class Action:
    """How an action looks and where it lives.

    Attributes:
        act: Which one.
        title: What the palette and the menu call it, not translated yet.
        icon: Its icon.
        key: Its key in Qt's portable form, empty for none. Never a bare letter: a scan would
            trigger it.
        page: The page that does it; empty for the window itself or any page.
        duty: Who may; None for everybody.
    """

    act: Act
    title: str
    icon: Icon
    key: str = ""
    page: str = ""
    duty: Duty | None = None

    @property
    def goes(self) -> bool:
        """Pressed on another page it only goes to its home page: nothing is done unseen."""
        return self.act in _GOES

    @property
    def words(self) -> str:
        """The title in the language in force."""
        return _(self.title)


_GOES: Final = frozenset(
    {Act.SUGGEST, Act.DIFFERENCE, Act.SIGN, Act.STATEMENT, Act.MATCH, Act.CLOSE_MONTH}
)
_ALL: Final = (
    Action(Act.PALETTE, N_("搜索或执行命令"), Icon.MAGNIFY, "Ctrl+K"),
    Action(Act.KEYS, N_("这里能用的快捷键"), Icon.KEYBOARD, "F1"),
    Action(Act.BACK, N_("后退"), Icon.ARROW_LEFT, "Alt+Left"),
    Action(Act.FORWARD, N_("前进"), Icon.ARROW_RIGHT, "Alt+Right"),
    Action(Act.REFRESH, N_("刷新"), Icon.REFRESH, "F5"),
    Action(Act.LARGER, N_("放大文字"), Icon.FORMAT_SIZE, "Ctrl+="),
    Action(Act.SMALLER, N_("缩小文字"), Icon.FORMAT_SIZE, "Ctrl+-"),
    Action(Act.NORMAL, N_("恢复文字大小"), Icon.FORMAT_SIZE, "Ctrl+0"),
    Action(Act.DARK, N_("切换深色 / 浅色"), Icon.PALETTE, "Ctrl+Shift+D"),
    Action(Act.LANGUAGE, N_("切换语言（中文 / English）"), Icon.EARTH),
    Action(Act.NOTICES, N_("查看通知"), Icon.BELL, "Ctrl+Shift+N"),
    Action(Act.NOTICE_ACT, N_("按通知上的按钮"), Icon.BELL, "Alt+Return"),
    Action(Act.SWITCH_USER, N_("换人登录"), Icon.LOGOUT),
    Action(Act.QUIT, N_("退出程序"), Icon.CLOSE, "Ctrl+Q"),
    Action(Act.SEARCH, N_("搜索、筛选"), Icon.FILTER, "Ctrl+F"),
    Action(Act.NEW, N_("新增"), Icon.PLUS, "Ctrl+N"),
    Action(Act.SAVE, N_("保存"), Icon.CHECK, "Ctrl+S"),
    Action(Act.SUBMIT, N_("提交"), Icon.CHECK, "Ctrl+Return"),
    Action(Act.UNDO, N_("撤销"), Icon.UNDO, "Ctrl+Z"),
    Action(Act.REDO, N_("重做"), Icon.REDO, "Ctrl+Y"),
    Action(Act.PRINT, N_("打印"), Icon.PRINTER, "Ctrl+P"),
    Action(Act.EXPORT, N_("导出"), Icon.DOWNLOAD, "Ctrl+E"),
    Action(Act.IMPORT, N_("导入"), Icon.IMPORT, "Ctrl+I"),
    Action(Act.COLUMNS, N_("选择列"), Icon.COLUMNS),
    Action(Act.FILTERS, N_("清除筛选"), Icon.FILTER_OFF, "Ctrl+Shift+F"),
    Action(Act.SCAN, N_("回到扫码"), Icon.BARCODE_SCAN),
    Action(Act.RECEIVE, N_("开始验收"), Icon.BARCODE_SCAN, "F2", "receiving", Duty.STORE),
    Action(Act.SUGGEST, N_("生成补货申请"), Icon.WAND, "F4", "replenishment", Duty.STORE),
    Action(Act.EXPIRED, N_("过期清单"), Icon.CALENDAR_ALERT, "F6", "stock"),
    Action(Act.CONSUME, N_("扫码消耗"), Icon.BARCODE_SCAN, "F7", "consumption", Duty.STORE),
    Action(Act.LABELS, N_("打印标签"), Icon.PRINTER, "F8", "labels", Duty.STORE),
    Action(
        Act.DIFFERENCE,
        N_("登记差异或拒收"),
        Icon.ALERT_CIRCLE,
        "F9",
        "receiving",
        Duty.STORE,
    ),
    Action(Act.FINISH, N_("完成"), Icon.CHECK, "F10"),
    Action(Act.CONSOLIDATE, N_("汇总需求"), Icon.FILE_SIGN, "", "group_orders", Duty.BUY),
    Action(Act.SIGN, N_("签署"), Icon.FILE_SIGN, "", "group_orders"),
    Action(Act.CHECK_SEAL, N_("验电子章"), Icon.LOCK_CHECK, "", "group_orders"),
    Action(Act.STATEMENT, N_("生成对账单"), Icon.CALCULATOR, "", "settlement", Duty.SETTLE),
    Action(Act.MATCH, N_("匹配发票"), Icon.LINK, "Ctrl+M", "settlement", Duty.SETTLE),
    Action(Act.CLOSE_MONTH, N_("关账"), Icon.LOCK_CHECK, "", "settlement", Duty.SETTLE),
    Action(Act.BACKUP, N_("立即备份"), Icon.DATABASE, "", "settings", Duty.ADMIN),
)

ACTIONS: Final[dict[Act, Action]] = {action.act: action for action in _ALL}


def key_words(key: str) -> str:
    """A key as printed on buttons: Ctrl+Return reads Ctrl+Enter, Alt+Left reads Alt+←."""
    for portable, printed in (("Return", "Enter"), ("Left", "←"), ("Right", "→")):
        key = key.replace(portable, printed)
    return f"{key[:-1]}−" if key.endswith("+-") else key
