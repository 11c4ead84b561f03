"""养护记录: temperature and humidity, the monthly check, the ledger of controlled drugs."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from PySide6.QtWidgets import QStackedWidget
from typing_extensions import override

from app.domain.duties import Duty
from app.domain.ids import new_op
from app.domain.stock.upkeep import Finding
from app.i18n import N_, _
from app.services.counting import climate_log, upkeep
from app.services.counting.climate_log import LoadedLog
from app.services.counting.controlled import controlled_ledger
from app.services.counting.temperature import Measure, measure
from app.services.counting.upkeep import RoundRow
from app.services.counting.upkeep_papers import climate_paper, controlled_paper, upkeep_paper
from app.services.stock.places import PlaceRow, places_of
from app.ui.actions import Act
from app.ui.changes import Topic
from app.ui.context import PageContext
from app.ui.page import KeyHint, Page
from app.ui.pages.upkeep.climate_view import ClimateView, LogForm, ReadingForm, ask_log
from app.ui.pages.upkeep.ledger_view import LedgerView
from app.ui.pages.upkeep.rounds_view import FaultForm, RoundsView
from app.ui.paper import offer_paper
from app.ui.widgets.cards import page_column, toolbar
from app.ui.widgets.chips import ViewChips

_CLIMATE, _ROUNDS, _LEDGER = range(3)
_VIEWS = ((_CLIMATE, N_("温湿度")), (_ROUNDS, N_("养护单")), (_LEDGER, N_("专用账册")))
_FIRST = {"cold": 0, "frozen": 1, "cool": 2}


class UpkeepPage(Page):
    """Three views behind three chips."""

    name = "upkeep"
    topics: ClassVar[frozenset[Topic]] = frozenset({Topic.STOCK})

    def __init__(self, context: PageContext) -> None:
        super().__init__(context)
        self.climate = ClimateView()
        self.rounds = RoundsView()
        self.ledger = LedgerView()
        self.stack = QStackedWidget()
        for view in (self.climate, self.rounds, self.ledger):
            self.stack.addWidget(view)
        self.chips = ViewChips(((place, _(words)) for place, words in _VIEWS), self)
        self.chips.chosen.connect(self.show_view)
        column = page_column(self)
        column.addLayout(toolbar(*self.chips.row, None))
        column.addWidget(self.stack, 1)
        self._connect()
        self.setFocusProxy(self.climate)

    def _connect(self) -> None:
        self.climate.changed.connect(self._load_log)
        self.climate.typed.connect(self.ask_reading)
        self.climate.file_chosen.connect(lambda: ask_log(self, self.take_file))
        self.climate.printed.connect(self.print)
        self.rounds.chosen.connect(self._load_lines)
        self.rounds.found.connect(self._found)
        self.rounds.made.connect(self.make_rounds)
        self.rounds.ended.connect(self.finish)
        self.rounds.printed.connect(self.print)
        self.on(Act.NEW, self.new)
        self.on(Act.FINISH, self.finish)
        self.on(Act.PRINT, self.print)

    # What the shell asks

    @override
    def keys(self) -> tuple[KeyHint, ...]:
        if not self.context.may(Duty.STORE):
            return (self.hint(Act.PRINT, _("打印")),)
        if self.stack.currentIndex() == _ROUNDS:
            return (KeyHint("Y", _("合格")), KeyHint("N", _("有问题")),
                    self.hint(Act.FINISH, _("完成养护单")))  # fmt: skip
        if self.stack.currentIndex() == _CLIMATE:
            return (self.hint(Act.NEW, _("登记一次")), self.hint(Act.PRINT, _("打印")))
        return (self.hint(Act.PRINT, _("打印")),)

    @override
    def refresh(self) -> None:
        db, actor, org = self.context.db, self.context.actor, self.context.org.id
        climate, keeper = self.climate, self.context.may(Duty.STORE)
        for button in (climate.read_button, climate.file_button, *self.rounds.steps):
            button.setVisible(keeper)
        self.read(lambda: places_of(db, actor, org), self._show_places, channel="places")
        self.read(lambda: upkeep.rounds(db, actor, (org,)), self._show_rounds, channel="rounds")
        self._load_ledger()

    def _load_ledger(self) -> None:
        """The whole account is long: it is read only when it is in sight."""
        if self.stack.currentIndex() != _LEDGER:
            return
        db, actor, org = self.context.db, self.context.actor, self.context.org.id
        self.read(
            lambda: controlled_ledger(db, actor, org), self.ledger.show_lines, channel="ledger"
        )

    def show_view(self, number: int) -> None:
        """Bring a view to the front."""
        self.stack.setCurrentIndex(number)
        self.chips.choose(number)
        view = (self.climate, self.rounds, self.ledger)[number]
        self.setFocusProxy(view)
        view.setFocus()
        self._load_ledger()
        self.chrome_changed.emit()

    def new(self) -> None:
        """Ctrl+N: a reading, or this month's lists; who only reads is told so at once."""
        if not self.context.may(Duty.STORE):
            self.not_available()
        elif self.stack.currentIndex() == _ROUNDS:
            self.make_rounds()
        elif self.stack.currentIndex() == _CLIMATE:
            self.ask_reading()
        else:
            self.not_available()

    def print(self) -> None:
        """The paper of what is in sight."""
        db, actor, org = self.context.db, self.context.actor, self.context.org.id
        head, place = self.rounds.head, self.climate.place_id
        days = self.climate.days(self.context.today)
        if self.stack.currentIndex() == _ROUNDS and head is not None:
            offer_paper(self, lambda: upkeep_paper(db, actor, org, head.id), head.no)
        elif self.stack.currentIndex() == _CLIMATE and place:
            name = _("温湿度") + f"-{days[1]}"
            offer_paper(self, lambda: climate_paper(db, actor, (org, place), days), name)
        elif self.stack.currentIndex() == _LEDGER:
            item = self.ledger.item
            name = " ".join((_("专用账册"), item)).strip()
            offer_paper(self, lambda: controlled_paper(db, actor, org, item), name)
        else:
            self.not_available()

    # Temperatures

    def _show_places(self, found: tuple[PlaceRow, ...]) -> None:
        """Cold places first: they are looked at most."""
        places = sorted(found, key=lambda one: (_FIRST.get(one.storage, 9), one.code))
        wanted = self.climate.place_id or (places[0].id if places else 0)
        self.climate.show_places(places, wanted)
        self._load_log()

    def _load_log(self) -> None:
        place = self.climate.place_id
        if not place:
            self.overtake("log")
            return
        db, actor, org = self.context.db, self.context.actor, self.context.org.id
        days = self.climate.days(self.context.today)
        self.read(
            lambda: climate_log.place_log(db, actor, (org, place), *days),
            self.climate.show_log, channel="log",
        )  # fmt: skip

    def ask_reading(self) -> None:
        """Type one reading of the place in sight."""
        place = self.climate.place_id
        if not place:
            self.not_available()
            return
        form = ReadingForm(self.climate.place.currentText(), self)
        db, actor, org = self.context.db, self.context.actor, self.context.org.id

        def keep(celsius: object, humidity: object, note: str) -> None:
            command = Measure(new_op(), org, place, celsius, humidity, note)  # type: ignore[arg-type]
            self.write(lambda: measure(db, actor, command), kept)

        def kept(good: bool) -> None:
            if good:
                self.context.notices.done(_("已登记，在范围内。"))
            else:
                words = _("里面的货先停用，移到待验区；评估后再放行，或报损。工作台会提醒负责人。")
                self.context.notices.warn(_("已登记，超出范围。"), words)
            self._load_log()

        form.chosen.connect(keep)
        form.open()

    def take_file(self, path: Path) -> None:
        """Take in a logger's file for the place in sight."""
        place = self.climate.place_id
        form = LogForm(path, self.climate.place.currentText(), self)
        db, actor, org = self.context.db, self.context.actor, self.context.org.id

        def keep(logger: str, note: str) -> None:
            command = climate_log.LoadLog(new_op(), org, place, path, logger, note)
            self.write(lambda: climate_log.load_log(db, actor, command), kept)

        def kept(done: LoadedLog) -> None:
            words = _(
                "读入 {n} 条，{known} 条以前读过；{outside} 条超限，{gaps} 处缺记录。",
                n=done.added, known=done.known, outside=done.outside, gaps=done.gaps,
            )  # fmt: skip
            self.context.notices.done(words)
            self._load_log()

        form.chosen.connect(keep)
        form.open()

    # The monthly check

    def _show_rounds(self, found: tuple[RoundRow, ...]) -> None:
        self.rounds.show_rounds(found)
        left = sum(one.lines - one.checked for one in found)
        self.set_subtitle(_("本月养护还有 {n} 行没看", n=left) if left else "")

    def _load_lines(self, head: RoundRow | None) -> None:
        if head is None:
            self.overtake("lines")
            return
        db, actor, org, number = self.context.db, self.context.actor, head.org_id, head.id
        self.read(
            lambda: upkeep.round_lines(db, actor, org, number), self.rounds.show_lines,
            channel="lines",
        )  # fmt: skip

    def make_rounds(self) -> None:
        """Make this month's lists."""
        db, actor = self.context.db, self.context.actor
        command = upkeep.MakeRounds(new_op(), self.context.org.id)

        def made(numbers: tuple[str, ...]) -> None:
            words = _("新生成：{numbers}", numbers="、".join(numbers))
            self.context.notices.done(words if numbers else _("本月的养护单都有了。"))
            self.refresh()

        self.write(lambda: upkeep.make_rounds(db, actor, command), made)

    def _found(self, lines: tuple[int, ...], finding: Finding) -> None:
        if finding is Finding.OK:
            self._check(lines, finding, "", "")
            return
        form = FaultForm(len(lines), self)
        form.chosen.connect(lambda kind, words, act: self._check(lines, kind, words, act))
        form.open()

    def _check(self, lines: tuple[int, ...], finding: Finding, words: str, action: str) -> None:
        head = self.rounds.head
        if head is None:
            return
        db, actor = self.context.db, self.context.actor
        command = upkeep.CheckLine(new_op(), head.org_id, head.id, lines, finding, words, action)
        self.write(lambda: upkeep.check(db, actor, command), lambda _n: self.refresh())

    def finish(self) -> None:
        """Close the list in sight."""
        head = self.rounds.head
        if self.stack.currentIndex() != 1 or head is None:
            self.not_available()
            return
        db, actor = self.context.db, self.context.actor
        command = upkeep.EndRound(new_op(), head.org_id, head.id, head.version)

        def done(_none: None) -> None:
            self.context.notices.done(_("{no} 已完成。", no=head.no))
            self.refresh()

        self.write(lambda: upkeep.end(db, actor, command), done)
