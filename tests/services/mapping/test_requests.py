"""A row without counterpart becomes an item of the group, or is answered."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from app.domain.documents import State
from app.domain.errors import ConflictError, DomainError, NotAllowedError
from app.domain.ids import new_op
from app.domain.mapping import MapStatus
from app.services.catalogue.detail import item_detail
from app.services.mapping.requests import (
    Approve,
    AskItem,
    Close,
    approve,
    ask,
    close,
    find_request,
    requests,
    suggestion,
)
from app.services.mapping.undo import UndoMapping, undo
from tests.factories import EAST, WEST, Site
from tests.services.mapping.lists import lines, load, match

ROWS = (
    "D101,小儿豉翘清热颗粒,,2g*6袋/盒,云溪药业有限公司,盒,1200,36000",
    "D102,蒲地蓝消炎口服液,,10ml*10支/盒,和光药业有限公司,盒,800,24000",
    "D103,阿莫西林胶囊,,0.25g×24粒,北辰药业,盒,10,40",
)


def test_from_a_row_without_counterpart_to_an_item_of_the_group(site: Site, tmp_path: Path) -> None:
    load(site, tmp_path, ROWS)
    match(site)
    store, keeper = site.as_("east_store"), site.as_("lead_buyer")
    row = lines(site)["D101"]
    assert suggestion(*store, EAST, row.id).spec == "2g × 6 袋/盒"
    with pytest.raises(DomainError, match="理由"):
        ask(*store, AskItem(new_op(), EAST, row.id, " "))
    command = AskItem(new_op(), EAST, row.id, "儿科常用")
    asked = ask(*store, command)
    assert ask(*store, command) == asked
    assert lines(site)["D101"].status is MapStatus.NONE
    with pytest.raises(ConflictError, match="已经申请过"):
        ask(*store, AskItem(new_op(), EAST, row.id, "再来"))
    assert requests(*site.as_("west_store"), (EAST, WEST)) == ()

    waiting = requests(*keeper, (EAST, WEST), waiting=True)
    assert [(one.no, one.org, one.local_code) for one in waiting] == [
        (asked.no, waiting[0].org, "D101")
    ]
    with pytest.raises(NotAllowedError):
        approve(*store, Approve(new_op(), EAST, asked.request_id, 1))
    wrong = replace(waiting[0].draft, base_unit="", maker="")
    with pytest.raises(DomainError) as refused:
        approve(*keeper, Approve(new_op(), EAST, asked.request_id, 1, wrong))
    assert {one.column for one in refused.value.problems if one.blocks} >= {"base_unit", "maker"}
    better = replace(waiting[0].draft, form="颗粒剂", approval_no="国药准字Z20050154")
    done = approve(*keeper, Approve(new_op(), EAST, asked.request_id, 1, better))
    assert done.status == State.APPROVED
    made = item_detail(*keeper, done.item_id)
    assert (made.draft.name, made.draft.pack_factor) == ("小儿豉翘清热颗粒", 6)
    mapped = lines(site)["D101"]
    assert (mapped.status, mapped.item_code) == (MapStatus.CONFIRMED, done.item_code)
    with pytest.raises(ConflictError):
        approve(*keeper, Approve(new_op(), EAST, asked.request_id, 1))
    undo(*store, UndoMapping(new_op(), EAST, row.id))
    assert lines(site)["D101"].status is MapStatus.NONE


def test_a_request_is_answered_by_another_item_refused_or_taken_back(
    site: Site, tmp_path: Path
) -> None:
    load(site, tmp_path, ROWS)
    store, keeper = site.as_("east_store"), site.as_("lead_buyer")
    rows = lines(site)
    there = ask(*store, AskItem(new_op(), EAST, rows["D103"].id, "常用"))
    linked = approve(*keeper, Approve(new_op(), EAST, there.request_id, 1, item_id=101))
    assert (linked.item_code, lines(site)["D103"].item_code) == ("YP-000101", "YP-000101")
    with pytest.raises(ConflictError, match="已经对好码"):
        ask(*store, AskItem(new_op(), EAST, rows["D103"].id, "常用"))

    first = ask(*store, AskItem(new_op(), EAST, rows["D102"].id, "常用"))
    with pytest.raises(DomainError, match="答复"):
        close(*keeper, Close(new_op(), EAST, first.request_id, 1, ""))
    close(*keeper, Close(new_op(), EAST, first.request_id, 1, "用蒲地蓝消炎片"))
    assert find_request(*store, (EAST,), first.no).answer == "用蒲地蓝消炎片"
    again = ask(*store, AskItem(new_op(), EAST, rows["D102"].id, "片剂小儿不能服"))
    with pytest.raises(NotAllowedError):
        close(*site.as_("west_store"), Close(new_op(), EAST, again.request_id, 1, "", True))
    taken = close(*store, Close(new_op(), EAST, again.request_id, 1, "", withdrawn=True))
    assert taken.status == State.CANCELLED
    with pytest.raises(ConflictError):
        close(*keeper, Close(new_op(), EAST, again.request_id, 2, "晚了"))
