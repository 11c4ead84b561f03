"""What the palette offers: actions and jumps from the registries, items and documents by search."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from app.i18n import N_, _
from app.services import palette as search
from app.ui.actions import ACTIONS, Act, Action, key_words
from app.ui.context import PageContext
from app.ui.icons import Icon
from app.ui.page import Page
from app.ui.pages.registry import BY_NAME, PageSpec
from app.ui.shell.palette import Entry, Group

_DOCUMENTS: Final = {
    "delivery": (N_("送货单 {no}"), "receiving", "delivery_id"),
    "group_order": (N_("统采订单 {no}"), "group_orders", "group_order_id"),
    "member_order": (N_("成员订单 {no}"), "group_orders", "member_order_id"),
    "statement": (N_("对账单 {no}"), "settlement", "statement_id"),
}


class Entries:
    """Makes the palette's entries for one person."""

    def __init__(
        self,
        context: PageContext,
        specs: tuple[PageSpec, ...],
        current: Callable[[], Page | None],
    ) -> None:
        self._context = context
        self._specs = specs
        self._names = {spec.name for spec in specs}
        self._current = current

    def local(self, text: str) -> list[Group]:
        """Actions and jumps, which need no database."""
        needle = text.strip()
        if needle.startswith(("?", "？")):
            return [self._help()]
        only_actions = needle.startswith(">")
        needle = needle.removeprefix(">").strip().casefold()
        acts = tuple(e for e in self._actions() if _matches(e, needle))
        if only_actions:
            return [Group(_("操作"), acts)]
        jumps = tuple(e for e in self._jumps() if _matches(e, needle))
        few = acts if needle else acts[:6]
        if needle and "stock" in self._names:
            jumps = (*jumps, self._stock_of(text.strip()))
        return [Group(_("操作"), few), Group(_("跳转"), jumps)]

    def _stock_of(self, text: str) -> Entry:
        def act() -> None:
            self._context.navigate("stock", text=text)

        return Entry(_("库存：{text} 全部批号", text=text), Icon.ARROW_RIGHT, act)

    def remote(self, text: str) -> list[Group]:
        """Items and documents; runs in a reader thread."""
        context = self._context
        found = search.find(context.db, context.actor, text, context.scope.ids)
        items = tuple(self._item(hit) for hit in found.items)
        documents = tuple(filter(None, (self._document(hit) for hit in found.documents)))
        return [Group(_("品规"), items), Group(_("单据"), documents)]

    def possible(self) -> tuple[Action, ...]:
        """The actions that the person can do from here: here, in the window, or on their page."""
        page = self._current()
        return tuple(
            action
            for action in ACTIONS.values()
            if (action.duty is None or self._context.actor.has(action.duty))
            and (
                not action.page
                or action.page in self._names
                or (page is not None and page.does(action.act))
            )
            and (action.page or _of_window(action.act) or (page and page.does(action.act)))
        )

    def _actions(self) -> list[Entry]:
        page = self._current()
        entries = []
        for action in self.possible():
            here = page is not None and page.does(action.act)
            where = "" if here or not action.page else _(BY_NAME[action.page].title)
            entries.append((not here, self._action(action, where)))
        entries.sort(key=lambda pair: pair[0])
        return [entry for _first, entry in entries]

    def _action(self, action: Action, where: str) -> Entry:
        def act() -> None:
            self._context.perform(action.act)

        return Entry(action.words, action.icon, act, where, key_words(action.key), action.act.value)

    def _jumps(self) -> list[Entry]:
        entries = []
        for number, spec in enumerate(self._specs, start=1):
            key = f"Ctrl+{number}" if number <= 9 else ""  # noqa: PLR2004 - nine number keys

            def act(name: str = spec.name) -> None:
                self._context.navigate(name)

            entries.append(Entry(_(spec.title), Icon.ARROW_RIGHT, act, "", key, spec.name))
        return entries

    def _help(self) -> Group:
        words = (
            (_("品名、拼音首字母、编码、69 码"), _("找品规，如 amxl")),
            (_("SH2026…、CG2026…、DZ2026…"), _("按单号找单据")),
            (">", _("只看操作")),
            (_("页面名"), _("跳到页面，如 库存")),
        )
        entries = tuple(Entry(a, Icon.HELP, lambda: None, b) for a, b in words)
        return Group(_("可以输入"), entries)

    def _item(self, hit: search.ItemHit) -> Entry:
        packs, loose = divmod(hit.quantity, hit.pack_factor)
        amount = f"{packs:,} {hit.pack_unit}" + ("+" if loose else "")
        target = "catalogue" if "catalogue" in self._names else "stock"

        def act() -> None:
            self._context.navigate(target, item_id=hit.item_id)

        second = _("{code} · 现存 {amount}", code=hit.code, amount=amount)
        return Entry(f"{hit.name} {hit.spec}", Icon.PILL, act, second)

    def _document(self, hit: search.DocumentHit) -> Entry | None:
        title, page, argument = _DOCUMENTS[hit.kind]
        if page not in self._names:
            return None

        arguments = {argument: hit.id, "org_id": hit.org_id, "period": hit.period}

        def act() -> None:
            self._context.navigate(page, **arguments)

        return Entry(_(title, no=hit.no), Icon.FILE, act, "")


_WINDOW: Final = frozenset(
    {
        Act.KEYS, Act.BACK, Act.FORWARD, Act.REFRESH, Act.LARGER, Act.SMALLER, Act.NORMAL,
        Act.DARK, Act.LANGUAGE, Act.NOTICES, Act.NOTICE_ACT, Act.SWITCH_USER, Act.QUIT,
        Act.PALETTE,
    }
)  # fmt: skip


def _of_window(act: Act) -> bool:
    return act in _WINDOW


def _matches(entry: Entry, needle: str) -> bool:
    words = f"{entry.title} {entry.words} {initials(entry.title)}".casefold()
    return not needle or needle in words


def initials(text: str) -> str:
    """Pinyin initials of `text`, so that kc finds 库存; loaded when the palette is first used."""
    from pypinyin import Style, lazy_pinyin

    return "".join(lazy_pinyin(text, style=Style.FIRST_LETTER, errors="ignore"))
