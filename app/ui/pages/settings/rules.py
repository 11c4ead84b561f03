"""供应商条码: how suppliers' own labels are cut into item, lot and expiry."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from typing_extensions import override

from app.domain import barcode_rules
from app.domain.duties import Duty
from app.domain.errors import DomainError
from app.domain.ids import new_op
from app.domain.scan import BarcodeRule
from app.i18n import _
from app.services import scan_rules
from app.services.scan_rules import SaveRules
from app.ui.changes import Topic
from app.ui.context import PageContext
from app.ui.pages.settings.kit import ListSection, SaveForm, line_field
from app.ui.status import Status
from app.ui.tables.cells import Row
from app.ui.tables.columns import Column, Kind
from app.ui.widgets.buttons import Kind as ButtonKind
from app.ui.widgets.fields import CodeEdit, Field, Select
from app.ui.widgets.text import Role, Text


class RulesSection(ListSection):
    """The group's rules, in the order in which they are tried."""

    def __init__(self, context: PageContext) -> None:
        texts = (
            _("供应商条码"),
            _("供应商自己的条码（不是 69 码、GS1）按规则切出品规码、批号、效期。位数从 1 数起。"),
            _("还没有规则。69 码、GS1、追溯码不用设就能扫。"),
        )
        super().__init__(context, texts, _columns())
        self.rules: tuple[BarcodeRule, ...] = ()
        if context.actor.has(Duty.ADMIN):
            self.button(_("新增规则"), self.add, ButtonKind.PRIMARY)
            self.button(_("修改"), self.change)
            self.button(_("删除"), self.remove)
            self.table.opened.connect(lambda _row: self.change())

    @override
    def refresh(self) -> None:
        """Ask for the rules."""
        db = self.context.db
        self.context.jobs.read(
            lambda: scan_rules.rules(db), self._show, channel="settings.rules", owner=self
        )

    def _show(self, rules: tuple[BarcodeRule, ...]) -> None:
        self.rules = rules
        self.model.set_rows([_row(number, rule) for number, rule in enumerate(rules)])

    def add(self) -> RuleForm:
        """Ask for a new rule."""
        return self._open(RuleForm(self, self.rules, None))

    def change(self) -> None:
        """Ask for another form of the chosen rule."""
        rule = self.record(BarcodeRule)
        if rule is not None:
            self._open(RuleForm(self, self.rules, self.rules.index(rule)))

    def remove(self) -> None:
        """Take the chosen rule away; it can be brought back."""
        rule = self.record(BarcodeRule)
        if rule is None:
            return
        before = self.rules
        left = tuple(one for one in before if one is not rule)
        self._write(left, _("规则「{title}」已删除。", title=rule.title), undo=before)

    def _open(self, form: RuleForm) -> RuleForm:
        def saved() -> None:
            self.context.notices.done(_("规则已保存，下一次扫码起生效。"))
            self.context.changes.announce({Topic.SETTINGS})
            self.refresh()

        form.saved.connect(saved)
        form.open()
        return form

    def _write(
        self, rules: tuple[BarcodeRule, ...], words: str, undo: tuple[BarcodeRule, ...]
    ) -> None:
        db, actor = self.context.db, self.context.actor
        command = SaveRules(new_op(), rules)

        def done(_nothing: object) -> None:
            self.context.notices.done(
                words,
                action=_("撤销"),
                act=lambda: self._write(undo, _("规则已恢复。"), undo=rules),
            )
            self.refresh()

        self.context.jobs.write(
            lambda: scan_rules.save_rules(db, actor, command),
            done,
            self.context.errors.take,
            owner=self,
        )


class RuleForm(SaveForm):
    """One rule, tried on a scanned sample while it is made."""

    def __init__(
        self, section: RulesSection, rules: Sequence[BarcodeRule], place: int | None
    ) -> None:
        title = _("新增规则") if place is None else _("修改规则")
        super().__init__(section, title, _("保存"), wide=560)
        self._rules, self._place = rules, place
        rule = BarcodeRule("", "", 0, (0, 0)) if place is None else rules[place]
        self.title = line_field(_("是谁家的条码"), rule.title, _("如 康泽箱码"))
        self.prefix = Field(_("开头"), CodeEdit(rule.prefix), hint=_("固定不变的开头字符"))
        self.length = _number(rule.length)
        self.item = _span(rule.item)
        self.lot = _span(rule.lot)
        self.expiry = _span(rule.expiry)
        self.year = Select([(True, _("两位年（260331、2603）")), (False, _("四位年（20260331）"))])
        self.year.choose(rule.short_year)
        self.sample = Field(_("样码"), CodeEdit(), hint=_("扫一个这家的码，看切得对不对"))
        self.seen = Text("", Role.SECOND, wrap=True)
        self.add(self.title)
        self.add(self.prefix, Field(_("总长"), self.length, hint=_("0 为不限")))
        for words, (start, size) in (
            (_("品规码"), self.item), (_("批号"), self.lot), (_("效期"), self.expiry),
        ):  # fmt: skip
            self.add(
                Field(_("{part}从第几位", part=words), start),
                Field(_("{part}几位长", part=words), size, hint=_("0 为没有")),
            )
        self.add(Field(_("效期写法"), self.year))
        self.add(self.sample)
        self.add(self.seen)
        if isinstance(self.sample.editor, CodeEdit):
            self.sample.editor.textChanged.connect(lambda _text: self.try_sample())
        section.context.scans.subscribe(self, self._scanned)
        self.title.editor.setFocus()

    def _scanned(self, code: str) -> None:
        if isinstance(self.sample.editor, CodeEdit):
            self.sample.editor.setText(code)

    @property
    def rule(self) -> BarcodeRule:
        """The rule as it stands in the form."""
        return BarcodeRule(
            title=self.title.text,
            prefix=self.prefix.text,
            length=self.length.value,
            item=_read(self.item),
            lot=_read(self.lot),
            expiry=_read(self.expiry),
            short_year=bool(self.year.value),
        )

    def try_sample(self) -> None:
        """Show what the rule reads in the sample."""
        text = self.sample.text
        if not text:
            self.seen.setText("")
            return
        try:
            read = barcode_rules.attempt(self.rule, text)
        except DomainError as error:
            self.seen.set_tone(Status.BAD)
            self.seen.setText(error.text)
            return
        expiry = read.expiry.isoformat() if read.expiry else "—"
        words = _(
            "品规码 {item} · 批号 {lot} · 有效期至 {expiry}",
            item=read.code or "—",
            lot=read.lot or "—",
            expiry=expiry,
        )
        problem = " ".join(one.text for one in read.problems)
        self.seen.set_tone(Status.BAD if problem else Status.OK)
        self.seen.setText(f"{words} {problem}".strip())

    @override
    def work(self) -> Callable[[], object]:
        rule = self.rule
        for problem in barcode_rules.check(rule):
            raise DomainError(problem.code, problem.text)
        if self.sample.text:
            barcode_rules.attempt(rule, self.sample.text)
        rules = list(self._rules)
        if self._place is None:
            rules.append(rule)
        else:
            rules[self._place] = rule
        command = SaveRules(new_op(), tuple(rules))
        db, actor = self.section.context.db, self.section.context.actor
        return lambda: scan_rules.save_rules(db, actor, command)


class NumberEdit(CodeEdit):
    """A small whole number; anything else counts as none."""

    @property
    def value(self) -> int:
        """The number."""
        text = self.folded()
        return int(text) if text.isascii() and text.isdigit() else 0

    def set_value(self, value: int) -> None:
        """Show a number."""
        self.setText(str(value))


def _number(value: int) -> NumberEdit:
    made = NumberEdit()
    made.setMaxLength(3)
    made.set_value(value)
    return made


def _span(span: tuple[int, int]) -> tuple[NumberEdit, NumberEdit]:
    """Start (counted from 1 for people) and length."""
    return _number(span[0] + 1), _number(span[1])


def _read(span: tuple[NumberEdit, NumberEdit]) -> tuple[int, int]:
    size = span[1].value
    return (max(0, span[0].value - 1), size) if size else (0, 0)


def _columns() -> tuple[Column, ...]:
    return (
        Column(key="n", title=_("序"), kind=Kind.NUMBER, width=44),
        Column(key="title", title=_("条码"), width=170, stretch=True),
        Column(key="prefix", title=_("开头"), width=90),
        Column(key="length", title=_("总长"), kind=Kind.NUMBER, width=70),
        Column(key="item", title=_("品规码"), width=110),
        Column(key="lot", title=_("批号"), width=110),
        Column(key="expiry", title=_("效期"), width=150),
    )


def _row(number: int, rule: BarcodeRule) -> Row:
    year = _("两位年") if rule.short_year else _("四位年")
    expiry = f"{_words(rule.expiry)} {year}" if rule.expiry[1] else "—"
    cells = (
        str(number + 1),
        rule.title,
        rule.prefix or "—",
        str(rule.length or "—"),
        _words(rule.item),
        _words(rule.lot),
        expiry,
    )
    return Row(number, cells, rule)


def _words(span: tuple[int, int]) -> str:
    start, size = span
    return _("第 {a}–{b} 位", a=start + 1, b=start + size) if size else "—"
