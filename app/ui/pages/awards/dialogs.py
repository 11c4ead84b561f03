"""What the award page asks: limits, days of publicity, objections and answers, the first day."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from PySide6.QtWidgets import QGridLayout, QPlainTextEdit, QWidget
from typing_extensions import override

from app.domain.awarding.limits import Limits, check_limits
from app.domain.days import typed_day
from app.domain.errors import DomainError
from app.domain.typed import scaled
from app.i18n import _
from app.services.awards.queries import ObjectionRow
from app.ui import theme
from app.ui.widgets.dialogs import Form
from app.ui.widgets.fields import Check, CodeEdit, Field, Select
from app.ui.widgets.text import Role, Text

_TENTHS = 10
_DAYS = (0, 1, 3, 5, 7, 10)


class LimitsForm(Form):
    """The limits of the optimiser; an empty field is no limit."""

    def __init__(
        self, projects: Sequence[tuple[int, str]], run: Callable[[int, Limits], None],
        parent: QWidget,
    ) -> None:  # fmt: skip
        super().__init__(_("优化定标"), _("开始优化"), parent, wide=640)
        self._run = run
        self.project = Select(projects)
        self.body.addWidget(Field(_("议价项目"), self.project))
        words = _("在下面的限制里找总价最低的方案，并算出每个限制多花多少钱。不填 = 不限。")
        self.body.addWidget(Text(words, Role.SECOND, wrap=True))
        self.fields: dict[str, Field] = {}
        grid = QGridLayout()
        grid.setHorizontalSpacing(14)
        entries = (
            ("in_all", _("供应商总数最多"), _("家")),
            ("per_lot", _("每包供应商最多"), _("家")),
            ("split", _("份额拆分"), _("如 70/30；不填一家独中")),
            ("share_cap", _("单家最多占金额"), "%"),
            ("small_share", _("中小企业至少占金额"), "%"),
            ("keep_incumbent", _("保留原供应商：比最低价贵不超过"), "%"),
        )
        for place, (key, label, hint) in enumerate(entries):
            field = Field(label, CodeEdit(), hint=hint)
            self.fields[key] = field
            grid.addWidget(field, place // 2, place % 2)
        self.body.addLayout(grid)
        self.cold = Check(_("冷链品规只给有冷链资质的供应商"))
        self.cold.setChecked(True)
        self.capacity = Check(_("遵守报价里写的供货能力"))
        self.capacity.setChecked(True)
        self.body.addWidget(self.cold)
        self.body.addWidget(self.capacity)

    def limits(self) -> Limits:
        """What was typed; raises `DomainError`."""
        split = self.fields["split"].text
        found = Limits(
            in_all=self._number("in_all", 1),
            per_lot=self._number("per_lot", 1),
            split=tuple(scaled(one, _TENTHS) or 0 for one in split.split("/"))
            if split
            else (1000,),
            share_cap=self._number("share_cap", _TENTHS),
            small_share=self._number("small_share", _TENTHS),
            keep_incumbent=self._number("keep_incumbent", _TENTHS),
            cold_chain=self.cold.isChecked(),
            use_capacity=self.capacity.isChecked(),
        )
        check_limits(found)
        return found

    def _number(self, key: str, scale: int) -> int | None:
        try:
            found = scaled(self.fields[key].text, scale)
        except DomainError as error:
            self.fields[key].say(error.text)
            raise
        self.fields[key].say("")
        return found

    @override
    def submit(self) -> None:
        """Check, then start."""
        project = self.project.value
        try:
            found = self.limits()
        except DomainError as error:
            if error.code != "number.form":
                self.fields["split"].say(error.text)
            return
        if isinstance(project, int):
            self._run(project, found)
            self.accept()


class SubmitForm(Form):
    """How long the award shall be public."""

    def __init__(self, ask: Callable[[int, bool], None], parent: QWidget) -> None:
        super().__init__(_("提交审批"), _("提交"), parent)
        self._ask = ask
        words = _("提交以后方案不能再改。由没有参加谈判的负责人审批，审批后开始公示。")
        self.body.addWidget(Text(words, Role.BODY, wrap=True))
        self.days = Select([(n, _("{n} 天", n=n) if n else _("不公示")) for n in _DAYS])
        self.days.choose(5)
        self.body.addWidget(Field(_("公示期"), self.days))
        self.rest = Check(_("没有中选供应商的品规宣布流标"))
        self.body.addWidget(self.rest)

    @override
    def submit(self) -> None:
        """Pass on."""
        days = self.days.value
        self._ask(days if isinstance(days, int) else 5, self.rest.isChecked())
        self.accept()


class ObjectionForm(Form):
    """An objection that came in."""

    def __init__(self, ask: Callable[[str, str], None], parent: QWidget) -> None:
        super().__init__(_("登记质疑"), _("登记"), parent)
        self._ask = ask
        self.who = Field(_("谁提的"), CodeEdit(), required=True)
        self.text = QPlainTextEdit()
        self.text.setTabChangesFocus(True)
        self.text.setFixedHeight(theme.px(90))
        self.words = Field(_("内容"), self.text, required=True)
        self.body.addWidget(self.who)
        self.body.addWidget(self.words)

    @override
    def submit(self) -> None:
        """Check, then pass on."""
        text = " ".join(self.text.toPlainText().split())
        self.who.say("" if self.who.text else _("还没填谁提的质疑。"))
        self.words.say("" if text else _("还没填质疑的内容。"))
        if self.who.text and text:
            self._ask(self.who.text, text)
            self.accept()


class AnswerForm(Form):
    """The answer to an objection: rejected, or upheld."""

    def __init__(
        self, one: ObjectionRow, ask: Callable[[str, bool], None], parent: QWidget
    ) -> None:
        super().__init__(_("答复质疑"), _("答复"), parent)
        self._ask = ask
        self.body.addWidget(Text(f"{one.who}：{one.text}", Role.BODY, wrap=True))
        self.outcome = Select(
            [(False, _("不成立，继续公示")), (True, _("成立，退回采购修改"))]
        )  # fmt: skip
        self.body.addWidget(Field(_("结论"), self.outcome))
        self.text = QPlainTextEdit()
        self.text.setTabChangesFocus(True)
        self.text.setFixedHeight(theme.px(90))
        self.words = Field(_("答复"), self.text, hint=_("至少 4 个字"))
        self.body.addWidget(self.words)

    @override
    def submit(self) -> None:
        """Check, then pass on."""
        text = " ".join(self.text.toPlainText().split())
        if len(text) < 4:  # noqa: PLR2004 - as the hint says
            self.words.say(_("请写明答复，至少 4 个字。"))
            return
        self._ask(text, self.outcome.value is True)
        self.accept()


class EnforceForm(Form):
    """From which day the prices hold, and how far orders may go beyond the pledge."""

    def __init__(
        self, first: date, ask: Callable[[date, int | None], None], parent: QWidget
    ) -> None:
        super().__init__(_("生成价格表"), _("生成并生效"), parent)
        self._ask = ask
        words = _("中选价写入新的价格表，同品规的旧价格到这天截止；各成员的约定量开始计算。")
        self.body.addWidget(Text(words, Role.BODY, wrap=True))
        self.day = Field(_("生效日期"), CodeEdit())
        editor = self.day.editor
        if isinstance(editor, CodeEdit):
            editor.setText(first.isoformat())
        self.cap = Field(_("订货最多到约定量的"), CodeEdit(), hint=_("%；不填只提醒"))
        self.body.addWidget(self.day)
        self.body.addWidget(self.cap)

    @override
    def submit(self) -> None:
        """Check, then pass on."""
        try:
            day = typed_day(self.day.text)
        except DomainError as error:
            self.day.say(error.text)
            return
        try:
            cap = scaled(self.cap.text, _TENTHS)
        except DomainError as error:
            self.cap.say(error.text)
            return
        self._ask(day, cap)
        self.accept()
