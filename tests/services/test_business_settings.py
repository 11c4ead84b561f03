"""Rules for labels, limits at the door, void labels, the daily backup, what is left to set up."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from app.domain.days import ZONE
from app.domain.errors import ConflictError, DomainError, NotAllowedError
from app.domain.ids import new_op
from app.domain.receiving.policy import Policy
from app.domain.scan import BarcodeRule, ScanKind
from app.models.item import ItemCode
from app.models.pack import Pack
from app.services import scan_rules
from app.services.catalogue.search import search
from app.services.consumption.scan import scanned
from app.services.item_lookup import find_items
from app.services.labels import candidates
from app.services.labels.commands import LabelLine, MakeLabels, Source
from app.services.labels.make import make_labels
from app.services.labels.specs import find_pack
from app.services.labels.void import VoidLabels, void_labels
from app.services.platform import checklist, door_policy, schedule
from app.services.platform.checklist import Step
from app.services.platform.door_policy import SavePolicy
from app.services.scan_rules import SaveRules
from tests.factories import EAST, WEST, Site
from tests.services.test_labels import receive

RULE = BarcodeRule("康泽条码", "KZ", 14, (2, 6), (8, 6))


def test_a_rule_is_used_by_every_scan(site: Site) -> None:
    with site.owner.write() as session:
        session.add(ItemCode(item_id=101, id=9001, system="platform", code="001234", org_id=0))
    scan_rules.save_rules(*site.as_("lead_admin"), SaveRules(new_op(), (RULE,)))

    db, actor = site.as_("east_store")
    read = scan_rules.read(db, "KZ001234B26031")
    assert (read.kind, read.lot) == (ScanKind.RULE, "B26031")
    assert [one.item_id for one in find_items(db, actor, read)] == [101]
    assert [one.id for one in search(db, actor, "KZ001234B26031")] == [101]


def test_rules_are_the_administrators_and_hold_together(site: Site) -> None:
    with pytest.raises(NotAllowedError):
        scan_rules.save_rules(*site.as_("east_store"), SaveRules(new_op(), (RULE,)))
    open_rule = BarcodeRule("什么都切", "", 0, (0, 6))
    with pytest.raises(DomainError, match="第 2 条规则"):
        scan_rules.save_rules(*site.as_("lead_admin"), SaveRules(new_op(), (RULE, open_rule)))
    assert scan_rules.rules(site.owner) == ()


def test_a_members_limits_go_before_the_groups(site: Site) -> None:
    admin = site.as_("lead_admin")
    door_policy.save_policy(*admin, SavePolicy(new_op(), 0, Policy(9, 3, 10)))
    door_policy.save_policy(*admin, SavePolicy(new_op(), EAST, Policy(4, 0, 8)))
    door_policy.save_policy(*admin, SavePolicy(new_op(), EAST, Policy(5, 0, 8)))

    assert door_policy.policy(*site.as_("east_store"), EAST) == Policy(5, 0, 8)
    assert door_policy.policy(*site.as_("west_store"), WEST) == Policy(9, 3, 10)


def test_impossible_limits_and_strangers_are_refused(site: Site) -> None:
    with pytest.raises(DomainError, match="0 到 60"):
        door_policy.save_policy(
            *site.as_("lead_admin"), SavePolicy(new_op(), EAST, Policy(61, 3, 10))
        )
    with pytest.raises(NotAllowedError):
        door_policy.save_policy(*site.as_("east_store"), SavePolicy(new_op(), EAST, Policy()))


def make_one(site: Site) -> tuple[int, str]:
    acceptance = receive(site)
    db, actor = site.as_("east_store")
    lot = candidates.from_acceptance(db, actor, EAST, acceptance)[0].lot
    command = MakeLabels(new_op(), EAST, Source.ACCEPTANCE, acceptance, (LabelLine(lot, 24, 1),))
    pack_id = make_labels(db, actor, command).pack_ids[0]
    with site.owner.read() as session:
        return pack_id, session.get_one(Pack, (EAST, pack_id)).code


def test_a_void_label_says_so_and_its_goods_can_be_labelled_again(site: Site) -> None:
    pack_id, code = make_one(site)
    db, actor = site.as_("east_store")
    command = VoidLabels(new_op(), EAST, (pack_id,), "标签撕坏了")

    assert void_labels(db, actor, command).codes == (code,)
    assert void_labels(db, actor, command).codes == (code,)
    for look in (
        lambda: scanned(db, actor, EAST, site.world.stores[EAST], code),
        lambda: find_pack(db, actor, EAST, code),
    ):
        with pytest.raises(ConflictError, match="李药 作废：标签撕坏了"):
            look()
    assert candidates.from_stock(db, actor, EAST, "")[0].labelled == 0


def test_a_label_is_voided_once_with_a_reason_by_its_own_store(site: Site) -> None:
    pack_id, _code = make_one(site)
    east = site.as_("east_store")
    with pytest.raises(DomainError, match="作废原因"):
        void_labels(*east, VoidLabels(new_op(), EAST, (pack_id,), "坏"))
    with pytest.raises(NotAllowedError):
        void_labels(*site.as_("west_store"), VoidLabels(new_op(), EAST, (pack_id,), "不是我的"))
    with pytest.raises(DomainError, match="不是本机构"):
        void_labels(*east, VoidLabels(new_op(), EAST, (1,), "没有这张"))
    void_labels(*east, VoidLabels(new_op(), EAST, (pack_id,), "标签撕坏了"))
    with pytest.raises(ConflictError, match="作废"):
        void_labels(*east, VoidLabels(new_op(), EAST, (pack_id,), "再作废一次"))


def test_the_checklist_says_what_a_group_still_lacks(site: Site) -> None:
    todo = {one.step: one for one in checklist.checklist(*site.as_("lead_admin"))}

    assert todo[Step.SUPPLIERS].done
    assert todo[Step.CATALOGUE].done
    assert todo[Step.PRICES].done
    assert not todo[Step.STOCK].done
    assert not todo[Step.TERMS].done
    assert not checklist.checklist(*site.as_("east_store"))[6].done


def at(day: date, hour: int = 8) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=ZONE)


def test_a_backup_is_due_once_a_day(sqlite_site: Site, tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    late = datetime(2026, 10, 14, 23, 59, 59, 999_000, tzinfo=ZONE)
    made = schedule.daily(sqlite_site.owner, folder, 1, now=late)

    assert made is not None
    assert Path(made.file).name == "yilian-20261014-235959-999.db", "of the day it was due on"
    assert schedule.daily(sqlite_site.owner, folder, 1, now=late) is None
    next_day = schedule.daily(sqlite_site.owner, folder, 1, now=late + timedelta(milliseconds=1))
    assert next_day is not None
    assert [file for _at, file in schedule.backups(folder)] == [Path(next_day.file)]
    newest = schedule.backups(folder)[0][0]
    assert schedule.is_due(folder, newest.date() + timedelta(days=1))


def test_the_newest_and_the_last_of_each_month_stay() -> None:
    today = date(2026, 10, 14)
    made = [at(today - timedelta(days=n)) for n in range(500)]

    gone = schedule.superfluous(made, 30, today)
    kept = sorted(set(made) - set(gone), reverse=True)

    assert kept[:30] == made[:30]
    assert at(date(2026, 8, 31)) in kept
    assert at(date(2025, 11, 30)) in kept
    assert at(date(2025, 9, 30)) not in kept
    assert len(kept) < 45


def test_foreign_files_are_no_backups(tmp_path: Path) -> None:
    for name in ("notes.txt", "yilian.db", "yilian-20261014-080000-000.part"):
        (tmp_path / name).write_text("x")
    assert schedule.backups(tmp_path) == ()
    assert schedule.backups(tmp_path / "missing") == ()
