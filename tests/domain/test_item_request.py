"""What a member's row says becomes an item; what it does not say is left open."""

from __future__ import annotations

from app.domain.catalogue import ItemClass
from app.domain.codes import CodeSystem
from app.domain.item_request import proposed
from app.domain.matching.row import Entry


def test_a_row_states_strength_pack_and_codes() -> None:
    row = Entry(
        "1", "小儿豉翘清热颗粒", "2g*6袋/盒", "云溪药业有限公司(原名:云溪制药厂)", "", "颗粒剂",
        "国药准字Z20050154", "ZA01BAX0158010105329", "86900000000001",
    )  # fmt: skip
    draft = proposed(row, "盒")
    assert (draft.strength, draft.pack_factor, draft.base_unit, draft.pack_unit) == (
        "2g", 6, "袋", "盒",
    )  # fmt: skip
    assert draft.maker == "云溪药业有限公司"
    assert [entry.system for entry in draft.codes] == [CodeSystem.NHSA]


def test_what_the_row_does_not_say_is_left_to_the_keeper() -> None:
    assert proposed(Entry("1", "艾条", "25g*10支", ""), "支").pack_unit == ""
    plain = proposed(Entry("1", "医用检查手套", "M号", "某厂"), "只")
    assert (plain.pack_factor, plain.base_unit, plain.pack_unit) == (1, "只", "只")
    device = proposed(Entry("1", "穿刺针", "20G", "某厂", licence="国械注准20263100001"))
    assert device.item_class is ItemClass.CONSUMABLE
