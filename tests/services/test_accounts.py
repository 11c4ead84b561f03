"""Local accounts: who gets in, who is locked, who may add whom."""

from __future__ import annotations

from datetime import timedelta
from typing import Protocol

import pytest

from app.domain.duties import Duty
from app.domain.errors import DomainError, NotAllowedError
from app.domain.ids import new_op
from app.services.platform import accounts, directory
from app.services.platform.passwords import check_login, check_password
from app.services.stock.moving import AddPlace, add_place
from tests.factories import EAST, LEAD, WEST, Site

PASSWORD = "four quiet words"


class Clock(Protocol):
    def advance(self, **step: float) -> None: ...


@pytest.fixture
def store(sqlite_site: Site) -> Site:
    with sqlite_site.owner.write() as session:
        accounts.set_password(session, "east_store", PASSWORD)
    return sqlite_site


def test_right_password_gives_the_duties(store: Site) -> None:
    assert accounts.has_password(store.owner, "east_store")
    assert accounts.sign_in(store.owner, "east_store", PASSWORD).orgs(Duty.STORE) == {EAST}


@pytest.mark.parametrize("login", ["east_store", "nobody", "west_store"])
def test_wrong_password_and_unknown_login_sound_the_same(store: Site, login: str) -> None:
    with pytest.raises(NotAllowedError) as refusal:
        accounts.sign_in(store.owner, login, "guess")
    assert refusal.value.text == "账号或密码不对。请核对后重试。"


def test_too_many_tries_lock_for_a_while(store: Site, clock: Clock) -> None:
    for _try in range(accounts.MAX_TRIES - 1):
        with pytest.raises(NotAllowedError, match="账号或密码不对"):
            accounts.sign_in(store.owner, "east_store", "guess")
    with pytest.raises(NotAllowedError, match="锁到 10:40"):
        accounts.sign_in(store.owner, "east_store", "guess")
    with pytest.raises(NotAllowedError, match="锁到"):
        accounts.sign_in(store.owner, "east_store", PASSWORD)

    clock.advance(seconds=accounts.LOCK / timedelta(seconds=1) + 1)

    assert accounts.sign_in(store.owner, "east_store", PASSWORD).login == "east_store"


def test_a_new_password_unlocks(store: Site) -> None:
    for _try in range(accounts.MAX_TRIES):
        with pytest.raises(NotAllowedError):
            accounts.sign_in(store.owner, "east_store", "guess")
    directory.set_local_password(*store.as_("lead_admin"), "east_store", "other quiet words")

    assert accounts.sign_in(store.owner, "east_store", "other quiet words")


def test_a_closed_account_is_out(store: Site) -> None:
    directory.close_local(*store.as_("lead_admin"), "east_store")

    with pytest.raises(NotAllowedError):
        accounts.sign_in(store.owner, "east_store", PASSWORD)


def test_a_window_that_stood_open_does_nothing_for_who_was_shut_out(store: Site) -> None:
    """A server ends the sessions of a leaver; over a file the next step that saves is refused."""
    way = store.as_("east_store")
    place = AddPlace(new_op(), EAST, "KS7", "病区")
    directory.close_local(*store.as_("lead_admin"), "east_store")
    with pytest.raises(NotAllowedError, match="已被停用") as refusal:
        add_place(*way, place)
    assert refusal.value.code == "account.closed"
    directory.reopen_local(*store.as_("lead_admin"), "east_store")
    assert add_place(*way, place)


def test_a_duty_that_was_taken_is_taken_from_an_open_window(store: Site) -> None:
    way = store.as_("east_store")
    directory.set_local_duties(*store.as_("lead_admin"), "east_store", ("read", "audit"))
    with pytest.raises(NotAllowedError, match=r"少了「药房库管」.*重新登录"):
        add_place(*way, AddPlace(new_op(), EAST, "KS7", "病区"))
    directory.set_local_duties(*store.as_("lead_admin"), "east_store", ("store", "audit"))
    assert add_place(*way, AddPlace(new_op(), EAST, "KS7", "病区"))  # one more is no matter


def test_administrators_who_shut_each_other_out_leave_one(store: Site) -> None:
    """Both with their windows open: the second is no administrator any more."""
    joining = directory.Joining("other_admin", "乙管", "0001", ("admin",))
    directory.add_local(*store.as_("lead_admin"), joining, PASSWORD)
    one, other = store.as_("lead_admin"), store.as_("other_admin")
    directory.close_local(*one, "other_admin")
    for closing in (directory.close_local, directory.reopen_local):
        with pytest.raises(NotAllowedError, match="已被停用"):
            closing(*other, "lead_admin")
    with pytest.raises(NotAllowedError, match="已被停用"):
        directory.reopen_local(*other, "other_admin")
    assert store.actor("lead_admin").has(Duty.ADMIN)


def test_an_administrator_adds_a_person_who_then_works(sqlite_site: Site) -> None:
    joining = directory.Joining("new_store", "钱药", "0003", ("store", "read=0002"))
    directory.add_local(*sqlite_site.as_("lead_admin"), joining, PASSWORD)

    actor = accounts.sign_in(sqlite_site.owner, "new_store", PASSWORD)

    assert actor.orgs(Duty.STORE) == {WEST}
    assert actor.can(Duty.READ, EAST)
    row = next(one for one in accounts.people(sqlite_site.owner) if one.login == "new_store")
    assert row.organisation == "城西"


@pytest.mark.parametrize("duties", [("store",), ("buy=0",)])
def test_only_administrators_add_people(sqlite_site: Site, duties: tuple[str, ...]) -> None:
    joining = directory.Joining("new_store", "钱药", "0002", duties)
    with pytest.raises(NotAllowedError):
        directory.add_local(*sqlite_site.as_("east_head"), joining, PASSWORD)


def test_a_members_administrator_gives_no_group_duties(sqlite_site: Site) -> None:
    boss = directory.Joining("east_admin", "东管", "0002", ("admin",))
    directory.add_local(*sqlite_site.as_("lead_admin"), boss, PASSWORD)
    own = directory.Joining("east_new", "东新", "0002", ("store",))
    directory.add_local(*sqlite_site.as_("east_admin"), own, PASSWORD)

    for org, duty in (("0003", "store"), ("0002", "buy=0"), ("0002", "store=0001")):
        reaching = directory.Joining("reaching", "越权", org, (duty,))
        with pytest.raises(NotAllowedError):
            directory.add_local(*sqlite_site.as_("east_admin"), reaching, PASSWORD)


@pytest.mark.parametrize(
    ("joining", "code"),
    [
        (directory.Joining("east_store", "重名", "0002"), "account.taken"),
        (directory.Joining("Postgres", "大写", "0002"), "account.login"),
        (directory.Joining("pg_me", "保留", "0002"), "account.login"),
        (directory.Joining("nowhere", "没有", "0999"), "organisation.unknown"),
        (directory.Joining("unduly", "没有", "0002", ("fly",)), "duty.unknown"),
    ],
)
def test_refusals_say_what_is_wrong(
    sqlite_site: Site, joining: directory.Joining, code: str
) -> None:
    with pytest.raises(DomainError) as refusal:
        directory.add_local(*sqlite_site.as_("lead_admin"), joining, PASSWORD)
    assert refusal.value.code == code


def test_nobody_closes_the_own_account(sqlite_site: Site) -> None:
    with pytest.raises(DomainError) as refusal:
        directory.close_local(*sqlite_site.as_("lead_admin"), "lead_admin")
    assert refusal.value.code == "account.self"


@pytest.mark.parametrize("password", ["short", "aaaaaaaaaa", "xx-east_store-xx"])
def test_weak_passwords_are_refused(password: str) -> None:
    with pytest.raises(DomainError):
        check_password(password, login="east_store")


@pytest.mark.parametrize("login", ["li", "li.yao", "east_store", "a2-b"])
def test_good_logins(login: str) -> None:
    assert check_login(login) == login


def test_the_first_person_of_a_file_is_an_administrator_of_the_group(
    sqlite_site: Site,
) -> None:
    assert sqlite_site.actor("lead_admin").can(Duty.ADMIN, LEAD)
