"""Which lines of two lists are the same drug, by each key."""

from __future__ import annotations

import pytest

from app.domain.alignment.entries import Entry
from app.domain.alignment.gap import Side, gaps
from app.domain.alignment.keys import Key, assign
from app.domain.alignment.measure import Pair
from app.domain.alignment.names import generic_name


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("盐酸二甲双胍缓释片", "二甲双胍"),
        ("苯磺酸氨氯地平片（络活喜）", "氨氯地平片"),
        ("ＡＴＰ　片", "atp片"),
        ("注射用头孢曲松钠", "头孢曲松"),
        ("阿托伐他汀钙片", "阿托伐他汀"),
        ("琥珀酸美托洛尔缓释片", "酒石酸美托洛尔片"),
        ("硫酸氢氯吡格雷片", "氯吡格雷片"),
        ("双氯芬酸钠缓释片", "双氯芬酸缓释片"),
        ("扑热息痛片", "对乙酰氨基酚片"),
        ("乙酰水杨酸肠溶片", "阿司匹林肠溶片"),
        ("【甲】缬沙坦胶囊", "缬沙坦胶囊"),
    ],
)
def test_one_substance_under_two_names(one: str, other: str) -> None:
    assert generic_name(one) == generic_name(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("硝酸异山梨酯片", "单硝酸异山梨酯片"),
        ("左氧氟沙星片", "氧氟沙星片"),
        ("葡萄糖酸钙片", "葡萄糖酸锌口服溶液"),
        ("氯化钠注射液", "氯化钾注射液"),
        ("肝素钠注射液", "肝素钙注射液"),
        ("复方氨基酸注射液(18AA)", "复方氨基酸注射液(20AA)"),
        ("硫酸镁注射液", "硫酸亚铁片"),
        ("头孢呋辛酯片", "注射用头孢呋辛钠"),
        ("枸橼酸钾颗粒", "枸橼酸铋钾颗粒"),
        ("丙酸氟替卡松鼻喷雾剂", "糠酸氟替卡松鼻喷雾剂"),
        ("门冬胰岛素注射液", "门冬胰岛素30注射液"),
    ],
)
def test_two_substances_stay_two(one: str, other: str) -> None:
    assert generic_name(one) != generic_name(other)


def same(key: Key, one: Entry, other: Entry) -> bool:
    """Whether two lines have one key."""
    (left,), (right,) = assign(((one,), (other,)), key)
    return left == right


def test_the_form_may_stand_in_the_name_or_in_its_own_column() -> None:
    assert same(Key.FORM, Entry("二甲双胍缓释片"), Entry("盐酸二甲双胍", form="缓释片剂"))
    assert same(Key.FORM, Entry("阿司匹林肠溶片", form="片剂"), Entry("阿司匹林", form="肠溶片"))
    assert not same(Key.FORM, Entry("二甲双胍缓释片"), Entry("二甲双胍片"))
    assert same(Key.GENERIC, Entry("二甲双胍缓释片"), Entry("二甲双胍片"))


def test_strengths_are_compared_as_amounts() -> None:
    assert same(
        Key.STRENGTH,
        Entry("阿莫西林胶囊", spec="0.25g*24粒/盒"),
        Entry("阿莫西林", "硬胶囊", "250mg×36粒"),
    )
    assert not same(
        Key.STRENGTH, Entry("缬沙坦胶囊", spec="80mg"), Entry("缬沙坦胶囊", spec="160mg")
    )


def test_a_product_is_its_code_or_its_maker_with_strength() -> None:
    coded = Entry(
        "缬沙坦胶囊", spec="80mg*7粒", maker="北江药业有限公司", national="86900000000017"
    )
    plain_line = Entry("缬沙坦胶囊", spec="80mg*7粒", maker="北江药业")
    other_maker = Entry("缬沙坦胶囊", spec="80mg*7粒", maker="南湖药业")
    other_code = Entry("缬沙坦", "胶囊", "80mg", "北江药业", national="86900000000024")
    assert same(Key.PRODUCT, coded, plain_line)
    assert not same(Key.PRODUCT, coded, other_maker)
    assert not same(Key.PRODUCT, coded, other_code)


def test_a_gap_says_what_comes_near_and_what_mending_it_brings() -> None:
    lead = {"x|tablet": [Entry("甲药片")], "y|tablet": [Entry("乙药片")]}
    member = {"x|tablet": [Entry("甲药片")], "y|capsule": [Entry("乙药胶囊")]}
    pair = Pair("一", frozenset(lead), frozenset(member))
    found = gaps(0, pair, (lead, member))
    assert [(gap.side, gap.shown.name) for gap in found] == [
        (Side.EXTRA, "乙药胶囊"),
        (Side.OTHER, "乙药片"),
    ]
    assert [str(gap.effect) for gap in found] == ["1/2", "1/6"]
    assert [entry.name for entry in found[1].other] == ["乙药胶囊"]
