"""Versions: what changed since, told once, as one step for each item."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from app.domain.catalogue import ItemStatus
from app.domain.codes import CodeSystem
from app.domain.errors import DomainError, NotAllowedError
from app.domain.ids import new_op
from app.services.catalogue.attachments import Attach, Detach, attach, attachments, content, detach
from app.services.catalogue.detail import item_detail, item_id_of
from app.services.catalogue.doses import LoadDoses, load_doses, read_doses, releases
from app.services.catalogue.edit import SaveItem, save_item
from app.services.catalogue.use_ranks import rank_by_use
from app.services.catalogue.versions import (
    ChangesSince,
    PublishVersion,
    changes,
    publish,
    unpublished,
    versions,
)
from tests.factories import EAST, Site
from tests.services.test_catalogue import DRAFT, saved

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 40
DAY = date(2026, 11, 1)


def change(site: Site, code: str, **facts: object) -> None:
    way = site.as_("lead_buyer")
    detail = item_detail(*way, item_id_of(*way, code))
    draft = replace(detail.draft, **facts)  # type: ignore[arg-type]
    save_item(*way, SaveItem(new_op(), draft, detail.id, detail.version))


def test_a_version_tells_each_change_once_and_as_one_step(site: Site) -> None:
    way = site.as_("lead_buyer")
    first = saved(site)
    made = publish(*way, PublishVersion(new_op(), DAY))
    assert (made.no, made.changes) == ("2026-10", 1)
    assert unpublished(*way) == 0
    with pytest.raises(DomainError, match="没有改动"):
        publish(*way, PublishVersion(new_op(), DAY))
    change(site, "YP-000101", trade_name="甲")
    change(site, "YP-000101", trade_name="乙")
    change(site, first.code, trade_name="来", storage_text="")
    change(site, first.code, trade_name=DRAFT.trade_name)
    change(site, "YP-000102", status=ItemStatus.STOPPED)
    steps = changes(*site.as_("east_store"), ChangesSince("2026-10"))
    assert [(one.code, one.kind) for one in steps] == [
        ("YP-000101", "changed"),
        ("YP-000102", "stopped"),
    ]
    assert steps[0].what["trade_name"] == (None, "乙")
    second = publish(*way, PublishVersion(new_op(), DAY, "十一月", "2026-11"))
    assert [row.no for row in versions(*way)] == ["2026-11", "2026-10"]
    assert second.changes == 3
    assert changes(*way, ChangesSince("2026-11")) == ()
    assert [one.kind for one in changes(*way, ChangesSince("", "2026-10"))] == ["added"]
    with pytest.raises(DomainError, match="没有目录版本"):
        changes(*way, ChangesSince("1999-01"))


def test_only_the_keeper_publishes_and_never_into_the_past(site: Site) -> None:
    with pytest.raises(NotAllowedError):
        publish(*site.as_("east_store"), PublishVersion(new_op(), DAY))
    change(site, "YP-000101", trade_name="甲")
    with pytest.raises(DomainError, match="已过"):
        publish(*site.as_("lead_buyer"), PublishVersion(new_op(), date(2026, 1, 1)))


def test_a_member_sees_the_changes_of_what_it_uses(site: Site) -> None:
    change(site, "YP-000101", trade_name="甲")
    assert changes(*site.as_("east_store"), ChangesSince(org_id=EAST)) == ()
    assert len(changes(*site.as_("east_store"), ChangesSince())) == 1


def test_attachments_are_known_by_content_and_kept_once(site: Site) -> None:
    way = site.as_("lead_buyer")
    item = item_id_of(*way, "YP-000101")
    key = attach(*way, Attach(new_op(), item, "..\\..\\说明书:1.exe", PNG))
    assert attach(*way, Attach(new_op(), item, "又一份.png", PNG)) == key
    row = attachments(*site.as_("east_store"), item)[0]
    assert (row.name, row.media, row.size) == ("说明书 1.png", "image/png", len(PNG))
    assert content(*site.as_("east_store"), key) == PNG
    with pytest.raises(DomainError, match="按内容识别"):
        attach(*way, Attach(new_op(), item, "图.png", b"MZ" + PNG))
    with pytest.raises(DomainError, match="最大"):
        attach(*way, Attach(new_op(), item, "图.png", PNG + bytes(6 * 1024 * 1024)))
    with pytest.raises(NotAllowedError):
        attach(*site.as_("east_store"), Attach(new_op(), item, "图.png", PNG + b"1"))
    detach(*way, Detach(new_op(), key))
    assert attachments(*way, item) == ()


def test_daily_doses_come_from_a_list_of_the_group(site: Site, tmp_path: Path) -> None:
    path = tmp_path / "ddd.csv"
    path.write_text("ATC code,DDD,U,Adm.R\n", encoding="utf-8")
    text = "ATC编码,DDD,单位,给药途径\nJ01CA04,1.5,g,O\nJ01CA04,3,g,P\nXX,1,g,O\nJ01CA04,1e3,g,R\n"
    path.write_text(text, encoding="gb18030")
    found = read_doses(path, "2026")
    assert [problem.row for problem in found.problems] == [4, 5]
    way = site.as_("lead_buyer")
    assert load_doses(*way, LoadDoses(new_op(), "2026", found)) == 2
    assert load_doses(*way, LoadDoses(new_op(), "2026", found)) == 2
    assert [(one.release, one.values) for one in releases(*site.as_("east_store"))] == [("2026", 2)]
    change(site, "YP-000101", atc="J01CA04")
    doses = item_detail(*way, item_id_of(*way, "YP-000101")).doses
    assert [(one.route, str(one.amount), one.unit) for one in doses] == [
        ("O", "1.5", "g"),
        ("P", "3", "g"),
    ]


def test_a_replaced_licence_stays_in_the_history(site: Site) -> None:
    way = site.as_("lead_buyer")
    item = saved(site)
    change(site, item.code, approval_no="国药准字S20269999")
    rows = item_detail(*way, item.item_id).codes
    numbers = [(one.code, one.valid_to) for one in rows if one.system is CodeSystem.APPROVAL]
    assert ("国药准字S20269999", None) in numbers
    assert {code for code, ended in numbers if ended} == {"国药准字S20260001"}


def test_ranks_follow_use(site: Site) -> None:
    assert rank_by_use(*site.as_("lead_buyer")) >= 0
    with pytest.raises(NotAllowedError):
        rank_by_use(*site.as_("east_store"))
