"""What a page is given: who works, where, on what data, and the services of the window."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from app.domain.duties import Actor, Duty
from app.settings import Settings
from app.ui.actions import Act
from app.ui.changes import Changes
from app.ui.errors import ErrorDesk
from app.ui.jobs import JobRunner
from app.ui.notices import Notices
from app.ui.scans import ScanRouter
from app.ui.settings_store import SettingsStore
from app.ui.user_state import UserState

if TYPE_CHECKING:
    from app.services.db import Database


@dataclass(frozen=True, slots=True)
class Org:
    """An organisation as the scope picker shows it.

    Attributes:
        id: Row id.
        name: Full name.
        short: Short name for tables.
        role: ``lead``, ``member`` or ``supplier``.
    """

    id: int
    name: str
    short: str
    role: str


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose data the screens show: one organisation, or all that the person may see."""

    orgs: tuple[Org, ...]
    title: str

    @property
    def ids(self) -> tuple[int, ...]:
        """Organisation ids."""
        return tuple(org.id for org in self.orgs)

    @property
    def single(self) -> Org | None:
        """The organisation, if it is one."""
        return self.orgs[0] if len(self.orgs) == 1 else None


@dataclass(slots=True)
class Session:
    """One person signed in to one database.

    Attributes:
        db: The database, reached as this person.
        actor: The person with duties.
        orgs: Organisations whose data the person may see; members first.
        today: The members' day when the session began.
        demo: Whether the data are the demonstration's.
        settings: Machine settings.
        address: File or server, for the settings page.
        fresh: The data were chosen a moment ago: 开始使用 comes first.
    """

    db: Database
    actor: Actor
    orgs: tuple[Org, ...]
    today: date
    settings: Settings
    demo: bool = False
    address: str = ""
    fresh: bool = False


@dataclass(slots=True, eq=False)
class PageContext:
    """Handed to every page.

    Attributes:
        session: Who and on what data.
        jobs: Runs work off the GUI thread.
        changes: Tell here what you changed.
        notices: Tell the person.
        errors: Takes errors nobody else took.
        scans: Where scans come from.
        state: Remembers per person and screen.
        store: Machine settings (None in tests of single pages).
        navigate: Go to a page: name, keyword arguments for `Page.arrive`.
        perform: Do an action wherever it can be done.
        open_data: Sign out and open other data: a file or server; empty asks where.
        clear_demo: Sign out, take the demonstration away, and begin with new data.
        set_look: Put another ``density``, ``theme`` or ``language`` in force.
        scope: Whose data to show now; `scope_changed` tells of another.
    """

    session: Session
    jobs: JobRunner
    changes: Changes
    notices: Notices
    errors: ErrorDesk
    scans: ScanRouter
    state: UserState
    scope: Scope
    store: SettingsStore | None = None
    navigate: Callable[..., None] = field(default=lambda *_args, **_kw: None)
    perform: Callable[[Act], None] = field(default=lambda _act: None)
    open_data: Callable[[str], None] = field(default=lambda _address: None)
    clear_demo: Callable[[], None] = field(default=lambda: None)
    set_look: Callable[[str, str], None] = field(default=lambda _name, _value: None)

    @property
    def db(self) -> Database:
        """The database."""
        return self.session.db

    @property
    def actor(self) -> Actor:
        """The person."""
        return self.session.actor

    @property
    def today(self) -> date:
        """The members' day."""
        return self.session.today

    @property
    def org(self) -> Org:
        """The one organisation to work for: that of the scope, else the person's own."""
        if self.scope.single:
            return self.scope.single
        own = (org for org in self.session.orgs if org.id == self.actor.org_id)
        return next(own, self.session.orgs[0])

    def keep(self, **values: object) -> None:
        """Change machine settings and write them."""
        if self.store is not None:
            self.store.change(**values)
            self.session.settings = self.store.now

    def may(self, duty: Duty) -> bool:
        """Whether the person has `duty` for the organisation worked for."""
        return self.actor.can(duty, self.org.id)
