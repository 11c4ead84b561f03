"""The window when the line breaks: it waits, asks by the operation's id, goes on; no question."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import psycopg
import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from app.domain.duties import Actor
from app.domain.errors import EnvironmentProblem, UnsureProblem
from app.domain.ids import new_op
from app.models.party import Maker
from app.models.stock import Balance, Ledger
from app.services import line_watch
from app.services.clock import skew
from app.services.db import Database, postgresql_engine
from app.services.db_errors import RIVAL
from app.services.outbox import Outbox, check_attempt
from app.services.pulse import pulse
from app.ui import line as lines
from app.ui.context import PageContext, Session
from app.ui.jobs import JobRunner
from app.ui.line import Line, LineState
from app.ui.shell.window import MainWindow
from tests.databases import Databases, ServerBackend
from tests.factories import EAST, Site
from tests.faults.bookings import book
from tests.faults.proxy import Cut, SilentProxy
from tests.ui.conftest import BUSY_MS

ME = "east_store"


class BrokenLine:
    """A change whose line breaks a few times before it gets through."""

    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)
        self.tries = 0

    def __call__(self) -> str:
        self.tries += 1
        if self.errors:
            raise self.errors.pop(0)
        return "saved"


def offline() -> EnvironmentProblem:
    return EnvironmentProblem("db.offline", "连不上")


@pytest.fixture
def line(context: PageContext, jobs: JobRunner, monkeypatch: pytest.MonkeyPatch) -> Line:
    monkeypatch.setattr(lines, "_STEPS", (0.001,))
    made = Line(context.db, context.actor)
    jobs.carry = made.carry
    return made


def test_a_change_waits_for_the_line_and_is_done_once(
    context: PageContext, jobs: JobRunner, line: Line, settle: Callable[[], None]
) -> None:
    states: list[LineState] = []
    line.state_changed.connect(states.append)
    answers: list[str] = []
    work = BrokenLine(offline(), UnsureProblem("db.unsure", "?"), offline())
    jobs.write(work, answers.append)
    settle()

    assert answers == ["saved"]
    assert work.tries == 4
    assert states == [LineState.DOWN, LineState.CHECKING, LineState.GOOD]
    assert context.notices.kept == []


def test_whoever_waits_for_the_line_waits_for_a_place_too(
    context: PageContext, jobs: JobRunner, line: Line, settle: Callable[[], None]
) -> None:
    answers: list[str] = []
    full = EnvironmentProblem("db.crowded", "连接数已满")
    work = BrokenLine(UnsureProblem("db.unsure", "?"), full, full)
    jobs.write(work, answers.append)
    settle()
    assert (answers, work.tries) == (["saved"], 4)
    jobs.write(BrokenLine(full))
    settle()
    assert [one.text for one in context.notices.kept] == ["连接数已满"]


def test_a_step_that_met_a_rival_is_sent_once_more(
    context: PageContext, jobs: JobRunner, line: Line, settle: Callable[[], None]
) -> None:
    answers: list[str] = []
    rival = EnvironmentProblem(RIVAL, "数据库太忙")
    work = BrokenLine(rival, rival, offline())
    jobs.write(work, answers.append)
    settle()
    assert (answers, work.tries) == (["saved"], 4)
    endless = BrokenLine(*[rival] * 9)
    jobs.write(endless)
    settle()
    assert endless.tries == 4
    assert [one.text for one in context.notices.kept] == ["数据库太忙"]


def test_a_step_that_is_sent_once_more_has_the_number_that_it_had(
    context: PageContext, jobs: JobRunner, line: Line, settle: Callable[[], None]
) -> None:
    """With another it would be another intention, and could be done twice."""
    done: list[UUID] = []

    def work() -> None:
        number = new_op()
        check_attempt(number)
        done.append(number)
        raise EnvironmentProblem(RIVAL, "数据库太忙")

    assert jobs.carry == line.carry
    jobs.write(work)
    settle()
    assert len(done) == 1
    assert ["没有再发" in one.text for one in context.notices.kept] == [True]


def test_two_who_wait_for_each_other_both_come_through(
    postgresql_backend: ServerBackend, jobs: JobRunner, settle: Callable[[], None]
) -> None:
    """The server throws one of them out: the window sends it again."""
    db = postgresql_backend.db
    with db.write() as session:
        session.add_all(Maker(id=n, name=str(n), short_name="", aliases=[]) for n in (1, 2))
    rival = psycopg.connect(postgresql_backend.superuser().conninfo(), autocommit=True)
    rival.execute("SET deadlock_timeout = '1min'")  # so that the window's is thrown out
    busy = ThreadPoolExecutor(1)
    turned = "UPDATE app.maker SET short_name = short_name || '{}' WHERE id = {}"
    tries: list[int] = []

    def work() -> None:
        with db.write() as session:
            session.execute(text(turned.format("w", 1)))
            tries.append(0)
            if len(tries) == 1:
                rival.execute("BEGIN; " + turned.format("r", 2))
                tries[0] = 1
                both = turned.format("r", 1) + "; COMMIT"
                waits.append(busy.submit(rival.execute, both))
            session.execute(text(turned.format("w", 2)))

    waits: list[Future[object]] = []
    jobs.carry = Line(db, Actor(1, "w", "w", 1, frozenset())).carry
    answers: list[None] = []
    jobs.write(work, answers.append)
    settle()
    waits[0].result(10)
    busy.shutdown()
    rival.close()
    with db.read() as session:
        named = session.scalars(select(Maker.short_name).order_by(Maker.id)).all()
    assert (list(named), len(tries), len(answers)) == (["rw", "rw"], 2, 1)


def test_what_the_person_can_mend_is_told_at_once(
    context: PageContext, jobs: JobRunner, line: Line, settle: Callable[[], None]
) -> None:
    work = BrokenLine(EnvironmentProblem("db.full", "磁盘已满"))
    jobs.write(work)
    settle()
    assert work.tries == 1
    assert [one.text for one in context.notices.kept] == ["磁盘已满"]


def test_after_a_minute_the_person_is_told(
    context: PageContext,
    jobs: JobRunner,
    line: Line,
    settle: Callable[[], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(lines, "PATIENCE", 0.02)
    jobs.write(BrokenLine(*(offline() for _try in range(10_000))))
    settle()
    assert [one.text for one in context.notices.kept] == ["连不上"]
    assert line.state is LineState.GOOD


def test_a_second_wish_is_not_sent_twice(
    context: PageContext, jobs: JobRunner, line: Line, sqlite_site: Site, settle: Callable[[], None]
) -> None:
    """Work that would make a new id when it is repeated is refused, not booked again."""
    db, actor = sqlite_site.as_(ME)
    place = sqlite_site.world.stores[EAST]
    cuts = iter((offline(),))

    def careless() -> None:
        book(db, actor, new_op(), place, [(1, -5)])
        for cut in cuts:
            raise cut

    jobs.write(careless)
    settle()

    with sqlite_site.owner.read() as session:
        assert session.scalar(select(func.sum(Balance.qty))) == 5
    assert [one.text[:4] for one in context.notices.kept] == ["连接断过"]


@pytest.fixture
def server(
    databases: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Site, Database, Actor, SilentProxy]]:
    """A storekeeper of a server, behind a network that can fall silent."""
    for name, seconds in (("LOOK", 1), ("AGAIN", 0.5), ("EVERY", 0.2)):
        monkeypatch.setattr(line_watch, f"{name}_SECONDS", seconds)
    with databases.site("postgresql") as site:
        direct, actor = site.as_(ME)
        url = direct.engine.url
        with SilentProxy(int(url.port or 0)) as proxy:
            db = Database(postgresql_engine(url.set(port=proxy.port)))
            db.outbox = Outbox(tmp_path / "outbox", "here", ME)
            yield site, db, actor, proxy
            db.close()


@pytest.fixture
def window(
    server: tuple[Site, Database, Actor, SilentProxy],
    context: PageContext,
    settle: Callable[[], None],
    qtbot: QtBot,
) -> Iterator[MainWindow]:
    """The main window on the server."""
    _site, db, actor, _proxy = server
    before = context.session
    context.session = Session(db, actor, before.orgs, before.today, before.settings)
    made = MainWindow(context, (context.scope,))
    qtbot.addWidget(made)
    made.show()
    made.start()
    settle()
    yield made
    settle()
    context.jobs.carry = None


@pytest.mark.parametrize("cut", [Cut.BEFORE_COMMIT, Cut.AFTER_COMMIT])
def test_a_cut_in_the_commit_ends_with_one_booking_and_no_question(
    window: MainWindow,
    server: tuple[Site, Database, Actor, SilentProxy],
    settle: Callable[[], None],
    qtbot: QtBot,
    cut: Cut,
) -> None:
    site, db, actor, proxy = server
    op, place = new_op(), site.world.stores[EAST]
    answers: list[int] = []
    proxy.cut = cut
    window.context.jobs.write(lambda: book(db, actor, op, place, [(1, -7)]), answers.append)
    words = [text for _status, text in window.devices.states()]
    told: list[str] = []
    window.devices.changed.connect(lambda states: told.append(states[0][1]))
    qtbot.waitUntil(lambda: "正在核对是否已经保存…" in told)

    assert QApplication.activeModalWidget() is None
    settle()
    assert answers == [1]
    assert window.devices.states()[0][1] == words[0]
    assert [one.text for one in window.context.notices.kept] == []
    with site.owner.read() as session:
        assert session.scalar(select(func.sum(Balance.qty))) == 7


def test_what_was_left_open_is_told_when_the_window_opens(
    context: PageContext, jobs: JobRunner, settle: Callable[[], None], tmp_path: Path, qtbot: QtBot
) -> None:
    outbox = Outbox(tmp_path / "outbox", "here", ME)
    outbox.note(EAST, new_op(), "receive")
    outbox._own()._stream.close()  # as the death of the process does
    context.db.outbox = Outbox(tmp_path / "outbox", "here", ME)
    window = MainWindow(context, (context.scope,))
    qtbot.addWidget(window)
    window.show()
    window.start()
    settle()
    context.jobs.carry = None
    assert any("「收货验收」当时没等到结果：没有保存" in one.text for one in context.notices.kept)


def test_a_lost_line_is_watched_until_it_is_back(
    context: PageContext,
    jobs: JobRunner,
    settle: Callable[[], None],
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A restart of the server: pages ask again by themselves when it answers."""
    window = MainWindow(context, (context.scope,))
    qtbot.addWidget(window)
    settle()
    asked: list[object] = []
    context.changes.happened.connect(asked.append)
    gone = DBAPIError("select", {}, Exception("server closed the connection"))

    def fail(_db: Database) -> None:
        raise gone

    monkeypatch.setattr("app.ui.shell.watch.pulse", fail)
    window.watch.look()
    settle()
    assert window.devices.states()[0][1] == "连不上数据库，稍后会再试"
    assert asked == []
    monkeypatch.setattr("app.ui.shell.watch.pulse", pulse)
    with qtbot.waitSignal(window.watch.back, timeout=BUSY_MS):
        pass
    settle()
    assert window.devices.states()[0][1] == "已打开本机数据"
    assert len(asked) >= 1
    context.jobs.carry = None


@pytest.mark.parametrize(
    ("minutes", "told"), [(1, ""), (1440, "快 1440 分钟"), (-3, "慢 3 分钟"), (-2, "")]
)
def test_a_wrong_clock_is_told_and_changes_nothing(
    context: PageContext,
    settle: Callable[[], None],
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
    minutes: int,
    told: str,
) -> None:
    monkeypatch.setattr("app.ui.shell.keeper.skew", lambda _db: timedelta(minutes=minutes))
    window = MainWindow(context, (context.scope,))
    qtbot.addWidget(window)
    settle()
    context.jobs.carry = None
    texts = [one.text for one in context.notices.kept if "这台电脑的时间" in one.text]
    assert len(texts) == bool(told)
    assert all(told in text for text in texts)


def test_the_servers_clock_is_what_counts(
    server: tuple[Site, Database, Actor, SilentProxy],
) -> None:
    """A computer a day ahead books on the server's day."""
    site, db, actor, _proxy = server
    assert abs(skew(db)) < timedelta(seconds=60)
    book(db, actor, new_op(), site.world.stores[EAST], [(1, -7)])
    with site.owner.read() as session:
        at = session.scalar(select(Ledger.posted_at))
    assert at is not None
    assert abs(datetime.now(UTC) - at) < timedelta(seconds=60)
    assert skew(site.owner) < timedelta(days=99)
