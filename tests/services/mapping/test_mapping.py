"""From a member's own list to confirmed codes, and back."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from app.domain.duties import Duty
from app.domain.errors import DomainError, NotAllowedError
from app.domain.ids import new_op
from app.domain.mapping import Issue, MapStatus
from app.domain.matching.verdict import Fact, Fit
from app.services.item_lookup import find_items
from app.services.mapping.decide import (
    AcceptSafe,
    ConfirmMapping,
    RejectCandidate,
    SetAside,
    accept_safe,
    confirm,
    reject,
    set_aside,
)
from app.services.mapping.export import export_mapping
from app.services.mapping.load import LoadList, preview
from app.services.mapping.queries import WorkList, compared, progress, row_view
from app.services.mapping.repoint import MergeItems, SplitItem, merge, split
from app.services.mapping.run import RunMatch, run
from app.services.mapping.undo import UndoMapping, undo
from app.services.scan_rules import read as read_scan
from tests.conftest import FixedClock
from tests.factories import EAST, WEST, Site
from tests.services.mapping.lists import ROWS, lines, load, match, write_list

AMOXICILLIN, AMLODIPINE, INSULIN = 101, 102, 103


def found_by(site: Site, login: str, code: str) -> list[int]:
    db, actor = site.as_(login)
    return [item.item_id for item in find_items(db, actor, read_scan(db, code))]


def confirm_row(
    site: Site, code: str, item: int, reason: str = "", login: str = "east_store"
) -> None:
    row = lines(site)[code]
    command = ConfirmMapping(new_op(), EAST, row.id, item, reason=reason)
    confirm(*site.as_(login), command)


def test_a_list_is_matched_accepted_in_bulk_and_found_by_its_code(
    site: Site, tmp_path: Path
) -> None:
    load(site, tmp_path)
    done = match(site)
    assert (done.rows, done.safe, done.none) == (7, 2, 1)
    rows = lines(site)
    assert next(iter(rows)) == "D001"
    assert rows["D001"].safe
    assert rows["D004"].safe
    assert not rows["D002"].safe, "a salt that is not written is for a person"
    assert not rows["D003"].safe, "another strength is never safe"
    assert rows["D006"].status is MapStatus.NONE
    accepted = accept_safe(*site.as_("east_store"), AcceptSafe(new_op(), EAST))
    assert (accepted.accepted, accepted.left) == (2, 0)
    assert found_by(site, "east_store", "D001") == [AMOXICILLIN]
    assert found_by(site, "west_store", "D001") == [], "a code of one member is nobody else's"
    assert lines(site)["D001"].item_code == "YP-000101"


def test_progress_counts_rows_and_value(site: Site, tmp_path: Path) -> None:
    load(site, tmp_path)
    match(site)
    accept_safe(*site.as_("east_store"), AcceptSafe(new_op(), EAST))
    (found,) = progress(*site.as_("east_store"), (EAST,))
    assert (found.progress.total, found.progress.confirmed) == (7, 2)
    assert found.progress.rate == Decimal("28.6")
    assert found.progress.value_rate > Decimal(60)
    assert found.progress.today == 2
    assert found.progress.missing() == 5


def test_a_candidate_says_what_differs_and_needs_a_reason(site: Site, tmp_path: Path) -> None:
    load(site, tmp_path)
    match(site)
    row = lines(site)["D003"]
    view = row_view(*site.as_("east_store"), EAST, row.id)
    assert view is not None
    best = view.candidates[0]
    assert best.item_id == AMLODIPINE
    assert best.blocked
    strength = next(one for one in best.findings if one.fact is Fact.STRENGTH)
    assert strength.fit is Fit.DIFFERENT
    assert "2 倍" in strength.text
    with pytest.raises(DomainError, match="请写明理由"):
        confirm_row(site, "D003", AMLODIPINE)
    confirm_row(site, "D003", AMLODIPINE, "已核对实物，清单写错")
    assert lines(site)["D003"].status is MapStatus.CONFIRMED


def test_an_item_picked_by_hand_is_compared_like_any_other(site: Site, tmp_path: Path) -> None:
    load(site, tmp_path)
    match(site)
    row = lines(site)["D006"]
    view = compared(*site.as_("east_store"), EAST, row.id, INSULIN)
    assert view is not None
    assert view.blocked


def test_a_pack_counts_in_its_own_units(site: Site, tmp_path: Path) -> None:
    load(site, tmp_path)
    match(site)
    with pytest.raises(DomainError, match="包装数不同"):
        confirm_row(site, "D007", AMOXICILLIN)
    row = lines(site)["D007"]
    command = ConfirmMapping(new_op(), EAST, row.id, AMOXICILLIN, 12, "小包装，按 12 粒换算")
    with pytest.raises(DomainError, match="不能是负数"):
        confirm(*site.as_("east_store"), replace(command, factor=-12))
    confirm(*site.as_("east_store"), command)
    db, actor = site.as_("east_store")
    (item,) = find_items(db, actor, read_scan(db, "D007"))
    assert item.unit_factor == 12


def test_rejecting_goes_on_to_the_next_and_ends_without_counterpart(
    site: Site, tmp_path: Path
) -> None:
    load(site, tmp_path)
    match(site)
    way, row = site.as_("east_store"), lines(site)["D002"]
    view = row_view(*way, EAST, row.id)
    assert view is not None
    for candidate in view.candidates:
        reject(*way, RejectCandidate(new_op(), EAST, row.id, candidate.item_id))
    assert lines(site)["D002"].status is MapStatus.NONE
    match(site, again=True)
    assert lines(site)["D002"].status is MapStatus.NONE, "what was rejected is not offered again"
    undo(*way, UndoMapping(new_op(), EAST, row.id))
    assert lines(site)["D002"].status is MapStatus.CANDIDATE


def test_a_decision_is_taken_back_within_thirty_days(
    site: Site, tmp_path: Path, clock: FixedClock
) -> None:
    load(site, tmp_path)
    match(site)
    way = site.as_("east_store")
    accept_safe(*way, AcceptSafe(new_op(), EAST))
    row = lines(site)["D001"]
    undo(*way, UndoMapping(new_op(), EAST, row.id))
    assert found_by(site, "east_store", "D001") == []
    again = lines(site)["D001"]
    assert (again.status, again.safe) == (MapStatus.CANDIDATE, True)
    clock.advance(days=31)
    with pytest.raises(DomainError, match="30 天"):
        undo(*way, UndoMapping(new_op(), EAST, lines(site)["D004"].id))


def test_a_whole_bulk_is_taken_back_at_once_and_one_undo_goes_one_step(
    site: Site, tmp_path: Path
) -> None:
    load(site, tmp_path)
    match(site)
    way = site.as_("east_store")
    done = accept_safe(*way, AcceptSafe(new_op(), EAST))
    undone = undo(*way, UndoMapping(new_op(), EAST, batch_id=done.batch_id))
    assert len(undone.rows) == 2
    with pytest.raises(DomainError, match="没有可撤销"):
        undo(*way, UndoMapping(new_op(), EAST))


def test_a_confirmed_row_can_be_pointed_to_another_item(site: Site, tmp_path: Path) -> None:
    load(site, tmp_path)
    match(site)
    confirm_row(site, "D002", AMLODIPINE)
    confirm_row(site, "D002", AMOXICILLIN, "试一下")
    assert found_by(site, "east_store", "D002") == [AMOXICILLIN]
    undo(*site.as_("east_store"), UndoMapping(new_op(), EAST, lines(site)["D002"].id))
    assert found_by(site, "east_store", "D002") == [AMLODIPINE]


def test_what_one_member_confirmed_helps_the_next(site: Site, tmp_path: Path) -> None:
    load(site, tmp_path)
    match(site)
    confirm_row(site, "D002", AMLODIPINE)
    way = site.as_("west_store")
    path = write_list(tmp_path, ["W9,氨氯地平片,,5mg*28片,北辰药业,盒,100,588"])
    from app.services.mapping.load import ApplyList, apply

    apply(*way, ApplyList(new_op(), WEST, preview(*way, LoadList(path, WEST))))
    run(*way, RunMatch(new_op(), WEST))
    from app.services.mapping.queries import work_list

    (line,) = work_list(*way, WorkList(WEST))
    view = row_view(*way, WEST, line.id)
    assert view is not None
    assert view.candidates[0].learned
    assert view.candidates[0].item_id == AMLODIPINE


def test_two_rows_for_one_item_are_a_conflict(site: Site, tmp_path: Path) -> None:
    load(site, tmp_path, [*ROWS, "D008,阿莫西林胶囊,,0.25g*24粒,北辰药业,盒,5,19"])
    match(site)
    assert lines(site)["D001"].issue is Issue.TAKEN
    assert lines(site)["D008"].issue is Issue.TAKEN


def test_a_changed_row_loses_nothing_but_is_looked_at_again(site: Site, tmp_path: Path) -> None:
    load(site, tmp_path)
    match(site)
    confirm_row(site, "D001", AMOXICILLIN)
    changed = ["D001,阿莫西林胶囊,,0.5g*24粒,北辰药业,盒,13600,52496", *ROWS[1:]]
    load(site, tmp_path, changed)
    row = lines(site)["D001"]
    assert (row.status, row.issue) == (MapStatus.CONFLICT, Issue.CHANGED)
    assert row.item_code == "YP-000101"


def test_loading_the_same_list_twice_changes_nothing(site: Site, tmp_path: Path) -> None:
    load(site, tmp_path)
    match(site)
    confirm_row(site, "D001", AMOXICILLIN)
    before = lines(site)
    load(site, tmp_path)
    assert lines(site) == before
    load(site, tmp_path, ROWS[:2], whole=True)
    assert lines(site)["D005"].status is MapStatus.STOPPED


def test_rows_without_code_or_twice_the_same_code_are_named(site: Site, tmp_path: Path) -> None:
    path = write_list(tmp_path, [ROWS[0], ROWS[0], ",无码片,,1mg*7片,某厂,盒,1,1"])
    plan = preview(*site.as_("east_store"), LoadList(path, EAST))
    assert [problem.code for problem in plan.problems()] == ["mapping.twice", "mapping.no_code"]


def test_only_the_member_and_the_catalogue_keeper_map(site: Site, tmp_path: Path) -> None:
    load(site, tmp_path)
    match(site)
    for login in ("west_store", "kangze_sales", "east_head"):
        with pytest.raises(NotAllowedError):
            accept_safe(*site.as_(login), AcceptSafe(new_op(), EAST))
    assert site.actor("lead_buyer").can(Duty.CATALOGUE, EAST)
    confirm_row(site, "D001", AMOXICILLIN, login="lead_buyer")
    assert lines(site)["D001"].status is MapStatus.CONFIRMED


def test_the_same_operation_twice_decides_once(site: Site, tmp_path: Path) -> None:
    load(site, tmp_path)
    match(site)
    row = lines(site)["D001"]
    command = ConfirmMapping(new_op(), EAST, row.id, AMOXICILLIN)
    first = confirm(*site.as_("east_store"), command)
    assert confirm(*site.as_("east_store"), command) == first


def test_setting_aside_and_coming_back(site: Site, tmp_path: Path) -> None:
    load(site, tmp_path)
    match(site)
    way, row = site.as_("east_store"), lines(site)["D001"]
    set_aside(*way, SetAside(new_op(), EAST, row.id, stopped=True))
    (found,) = progress(*way, (EAST,))
    assert (found.progress.total, found.progress.stopped) == (6, 1)
    undo(*way, UndoMapping(new_op(), EAST))
    assert lines(site)["D001"].status is MapStatus.CANDIDATE


def test_merged_items_take_their_codes_along_and_splitting_gives_them_back(
    site: Site, tmp_path: Path
) -> None:
    load(site, tmp_path)
    match(site)
    confirm_row(site, "D001", AMOXICILLIN)
    lead = site.as_("lead_buyer")
    done = merge(*lead, MergeItems(new_op(), AMOXICILLIN, AMLODIPINE, "重复建档"))
    assert done.moved == 1
    assert found_by(site, "east_store", "D001") == [AMLODIPINE]
    row = lines(site)["D001"]
    moved = split(*lead, SplitItem(new_op(), AMLODIPINE, AMOXICILLIN, ((EAST, row.id),), "并错了"))
    assert moved.moved == 1
    assert found_by(site, "east_store", "D001") == [AMOXICILLIN]
    with pytest.raises(DomainError, match="还没写理由"):
        merge(*lead, MergeItems(new_op(), AMOXICILLIN, AMLODIPINE, " "))


def test_the_result_is_exported(site: Site, tmp_path: Path) -> None:
    load(site, tmp_path)
    match(site)
    path = tmp_path / "out.csv"
    assert export_mapping(*site.as_("east_store"), WorkList(EAST), path) == 7
    text = path.read_text("utf-8-sig")
    assert "D001" in text
    assert "无对应" in text


def test_a_row_means_what_it_was_confirmed_as_until_that_is_rejected(
    site: Site, tmp_path: Path
) -> None:
    load(site, tmp_path)
    match(site)
    way, row = site.as_("east_store"), lines(site)["D002"]
    view = row_view(*way, EAST, row.id)
    assert view is not None
    mine = view.candidates[0].item_id
    confirm(*way, ConfirmMapping(new_op(), EAST, row.id, mine))
    decided = lines(site)["D002"]
    for item, stands in ((AMOXICILLIN, MapStatus.CONFIRMED), (mine, MapStatus.NONE)):
        done = reject(*way, RejectCandidate(new_op(), EAST, row.id, item))
        assert done.status == stands
        assert found_by(site, "east_store", "D002") == [mine] * (stands is MapStatus.CONFIRMED)
    for _step in range(2):
        undo(*way, UndoMapping(new_op(), EAST, row.id))
        assert lines(site)["D002"] == decided
        assert found_by(site, "east_store", "D002") == [mine]
