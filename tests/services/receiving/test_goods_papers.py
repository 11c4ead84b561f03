"""Papers of goods: kept with the note, found from the lot by the whole group, never changed."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import update

from app.domain.attachment import MAX_SIZE
from app.domain.errors import ConflictError, DomainError, NotAllowedError
from app.domain.ids import new_op
from app.domain.receiving.goods_papers import Sort
from app.models.receiving import GoodsPaper, PaperTurn
from app.services.receiving.goods_papers import (
    AddPaper,
    add_paper,
    goods_of_note,
    lot_of,
    paper_content,
    papers_of_lot,
    papers_of_note,
)
from app.services.receiving.paper_turns import WithdrawPaper, withdraw_paper
from app.services.receiving.papers import acceptance_paper
from tests.deliveries import AMLODIPINE, AMOXICILLIN, INSULIN, gs1, note, received
from tests.factories import EAST, Site

REPORT, CUSTOMS, SLIP = (b"%PDF-1.7 " + word for word in (b"report", b"customs", b"slip"))


def test_papers_go_with_the_note_and_the_lot(site: Site) -> None:
    store = site.as_("east_store")
    made = note(site, {AMOXICILLIN: 2, INSULIN: 1})
    here = (EAST, made.delivery_id)
    slip = AddPaper(new_op(), *here, Sort.OTHER, "随货单.pdf", SLIP)
    for command in (
        slip, slip,
        AddPaper(new_op(), *here, Sort.OTHER, "again.pdf", SLIP),
        AddPaper(new_op(), *here, Sort.REPORT, "../K1.exe", REPORT, AMOXICILLIN, "K1"),
        AddPaper(new_op(), *here, Sort.IMPORT, "关单.pdf", CUSTOMS, AMOXICILLIN),
    ):  # fmt: skip
        add_paper(*store, command)
    done = received(site, made, f"1*{gs1(AMOXICILLIN, 'K1')}", f"1*{gs1(AMOXICILLIN, 'K2')}",
                    gs1(INSULIN, "Z1"))  # fmt: skip
    kept = papers_of_note(*store, *here)
    assert [(one.name, one.sort, one.what) for one in kept] == [
        ("随货单.pdf", Sort.OTHER, ""),
        ("K1.pdf", Sort.REPORT, "阿莫西林胶囊 K1"),
        ("关单.pdf", Sort.IMPORT, "阿莫西林胶囊"),
    ]
    assert [(item, lot) for item, lot, _words in goods_of_note(*store, *here)] == [
        (AMOXICILLIN, "K1"), (AMOXICILLIN, "K2"), (INSULIN, "Z1"),
    ]  # fmt: skip
    names = {
        lot: [one.name for one in papers_of_lot(*store, lot_of(*store, item, lot))]
        for item, lot, _words in goods_of_note(*store, *here)
    }
    assert names == {"K1": ["随货单.pdf", "K1.pdf", "关单.pdf"],
                     "K2": ["随货单.pdf", "关单.pdf"], "Z1": ["随货单.pdf"]}  # fmt: skip
    record = acceptance_paper(*store, EAST, done.document_id)
    assert (
        "存档资料",
        "检验报告 1 份、进口注册证或通关单 1 份、其他随货资料 1 份",
    ) in record.checks
    forms = [line.goods.spec.split(" · ")[0] for line in record.lines]
    assert "胶囊剂" in forms, "the law wants the dosage form in the record"
    west = site.as_("west_store")
    report_lot = lot_of(*west, AMOXICILLIN, "K1")
    found = papers_of_lot(*west, report_lot)
    report = next(one for one in found if one.name == "K1.pdf")
    assert paper_content(*west, report) == REPORT
    seller = site.as_("kangze_sales")  # of its own goods neither: what members keep is theirs
    assert papers_of_lot(*seller, report_lot) == ()
    with pytest.raises(DomainError, match="没有这份资料"):
        paper_content(*seller, report)


def test_a_wrong_paper_is_withdrawn_and_stays_readable(site: Site) -> None:
    store, head = site.as_("east_store"), site.as_("east_head")
    made = note(site, {AMOXICILLIN: 2})
    here = (EAST, made.delivery_id)
    wrong = AddPaper(new_op(), *here, Sort.REPORT, "K2.pdf", CUSTOMS, AMOXICILLIN, "K1")
    key = add_paper(*store, wrong)
    add_paper(*store, AddPaper(new_op(), *here, Sort.REPORT, "K1.pdf", REPORT, AMOXICILLIN, "K1"))
    as_import = replace(wrong, op_id=new_op(), sort=Sort.IMPORT)
    with pytest.raises(DomainError, match="已作为「检验报告」附上"):
        add_paper(*store, as_import)
    for reason in (" ", "x" * 501):
        with pytest.raises(DomainError, match="撤回的理由"):
            withdraw_paper(*store, WithdrawPaper(new_op(), EAST, key, reason))
    with pytest.raises(DomainError, match="没有这份资料"):
        withdraw_paper(*store, WithdrawPaper(new_op(), EAST, 1, "附错了"))
    with pytest.raises(NotAllowedError):
        withdraw_paper(*site.as_("west_store"), WithdrawPaper(new_op(), EAST, key, "附错了"))

    command = WithdrawPaper(new_op(), EAST, key, "附错了批号")
    assert withdraw_paper(*store, command) == withdraw_paper(*store, command) == key
    with pytest.raises(ConflictError, match="已经撤回"):
        withdraw_paper(*store, replace(command, op_id=new_op()))

    done = received(site, made, f"2*{gs1(AMOXICILLIN, 'K1')}")
    first, second = papers_of_lot(*site.as_("west_store"), lot_of(*store, AMOXICILLIN, "K1"))
    assert ("附错了批号" in first.withdrawn, second.withdrawn) == (True, "")
    assert first.withdrawn_by == store[1].name
    assert paper_content(*store, first) == CUSTOMS
    kept = ("存档资料", "检验报告 1 份、另有 1 份已撤回")
    assert kept in acceptance_paper(*store, EAST, done.document_id).checks

    assert add_paper(*store, as_import) == key  # the same file, now as what it is
    assert [(one.sort, one.withdrawn) for one in papers_of_note(*head, *here)] == [
        (Sort.IMPORT, ""), (Sort.REPORT, ""),
    ]  # fmt: skip
    with pytest.raises(DomainError, match="不能改"), site.owner.write() as session:
        session.execute(update(PaperTurn).values(reason="other"))


def test_what_is_no_paper_of_the_note_is_refused(site: Site) -> None:
    store = site.as_("east_store")
    made = note(site, {AMOXICILLIN: 2})
    here = (EAST, made.delivery_id)
    wrong = {
        "attachment.kind": AddPaper(new_op(), *here, Sort.REPORT, "a.pdf", b"MZ"),
        "attachment.large": AddPaper(
            new_op(), *here, Sort.REPORT, "a.pdf", b"%PDF-" + bytes(MAX_SIZE)
        ),
        "goods_paper.goods": AddPaper(new_op(), *here, Sort.REPORT, "a.pdf", REPORT, AMLODIPINE),
        "delivery.unknown": AddPaper(new_op(), EAST, 1, Sort.REPORT, "a.pdf", REPORT),
    }
    for code, command in wrong.items():
        with pytest.raises(DomainError) as refused:
            add_paper(*store, command)
        assert refused.value.code == code
    good = AddPaper(new_op(), *here, Sort.REPORT, "a.pdf", REPORT)
    with pytest.raises(NotAllowedError):
        add_paper(*site.as_("west_store"), good)
    add_paper(*store, good)
    with pytest.raises(DomainError, match="不能改"), site.owner.write() as session:
        session.execute(update(GoodsPaper).values(data=b"other"))
