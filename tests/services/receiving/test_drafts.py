from __future__ import annotations

from dataclasses import replace

import pytest

from app.domain.errors import ConflictError, DomainError
from app.domain.ids import new_op
from app.domain.receiving.drafts import to_plain
from app.domain.receiving.reading import read
from app.services.receiving.commands import SaveDraft
from app.services.receiving.drafts import save_draft
from app.services.receiving.lookup import BindCode, bind_code, look_up
from tests.deliveries import AMOXICILLIN, SYRINGE, counted, gs1, note, opened, received
from tests.factories import EAST, TODAY, Site


def test_counted_work_comes_back_after_a_kill(site: Site) -> None:
    made = note(site, {AMOXICILLIN: 5, SYRINGE: 3})
    start = opened(site, made)
    work = replace(start.work, entries=counted(site, made, gs1(AMOXICILLIN, "K1", serial="S1")))
    version = save_draft(
        *site.as_("east_store"), SaveDraft(EAST, made.delivery_id, to_plain(work), start.version)
    )
    assert version == 1
    back = opened(site, made)
    assert back.work == work
    assert back.drafted_by == ""
    other = opened(site, made, "east_second")
    assert other.drafted_by == "李药"
    assert other.work == work


def test_a_second_window_does_not_write_over_the_first(site: Site) -> None:
    made = note(site, {AMOXICILLIN: 5})
    start = opened(site, made)
    draft = SaveDraft(EAST, made.delivery_id, to_plain(start.work), 0)
    for _sent_again in range(2):  # the answer was lost on the way
        assert save_draft(*site.as_("east_store"), draft) == 1
    other = replace(draft, content={**draft.content, "strangers": [101]})
    for login, content in (("east_second", draft), ("east_store", other)):
        with pytest.raises(ConflictError, match="李药 10:30 也在验收这张单"):
            save_draft(*site.as_(login), content)


def test_nothing_is_saved_over_an_accepted_note(site: Site) -> None:
    made = note(site, {AMOXICILLIN: 5})
    start = opened(site, made)
    received(site, made, f"5*{gs1(AMOXICILLIN, 'K1')}")
    with pytest.raises(ConflictError, match="李药 10:30 已验收"):
        save_draft(
            *site.as_("east_store"), SaveDraft(EAST, made.delivery_id, to_plain(start.work), 0)
        )


def test_an_unknown_code_is_bound_and_known_from_then_on(site: Site) -> None:
    reading = read("6901234567892", TODAY)
    assert look_up(*site.as_("east_store"), EAST, reading, ()).goods is None
    bind = BindCode(new_op(), EAST, SYRINGE, reading, 1)
    assert bind_code(*site.as_("east_store"), bind).item_id == SYRINGE
    found = look_up(*site.as_("east_store"), EAST, reading, ())
    assert found.goods is not None
    assert found.goods.item_id == SYRINGE
    with pytest.raises(DomainError, match="已经关联到 一次性使用无菌注射器"):
        bind_code(*site.as_("east_store"), BindCode(new_op(), EAST, AMOXICILLIN, reading, 24))


def test_an_item_code_typed_by_hand_counts_packs(site: Site) -> None:
    made = note(site, {AMOXICILLIN: 5})
    entries = counted(site, made, "yp-000101", "2*YP-000101")
    assert entries[0].accepted == 3 * 24


def test_words_find_the_line(site: Site) -> None:
    reading = read("阿莫", TODAY)
    found = look_up(*site.as_("east_store"), EAST, reading, (AMOXICILLIN, SYRINGE))
    assert found.words == (AMOXICILLIN,)
    assert look_up(*site.as_("east_store"), EAST, read("%", TODAY), (AMOXICILLIN,)).words == ()
