"""What a row says, read from the ways in which members write it."""

from __future__ import annotations

import pytest

from app.domain.matching.entry import read
from app.domain.matching.forms import compare_forms, read_form
from app.domain.matching.makers import compare_makers, read_maker
from app.domain.matching.names import compare_salts, read_name
from app.domain.matching.pieces import pieces
from app.domain.matching.row import Entry
from app.domain.matching.strength import compare_packs, compare_strengths, read_spec
from app.domain.matching.verdict import Fit


@pytest.mark.parametrize(
    ("mine", "theirs", "fit"),
    [
        ("0.25g*24粒/盒", "0.25g*24粒/盒", Fit.SAME),
        ("500mg*10片", "0.5g*10片", Fit.WRITTEN),
        ("１００μｇ×60片", "100ug*60片", Fit.SAME),
        ("20000IU*60袋", "2万单位*60袋", Fit.WRITTEN),
        ("50WIU*100", "50万单位*100片", Fit.WRITTEN),
        ("15ml:40mg*10支", "15ml;40mg*10瓶", Fit.WRITTEN),
        ("(160mg:10ml)*10支", "10ml:160mg*10支/盒", Fit.WRITTEN),
        ("12g:300ml", "300ml:12g", Fit.WRITTEN),
        ("150mg:12.5mg*7片", "150mg/12.5mg*7片", Fit.WRITTEN),
        ("(24mg+220mg)*20s", "24mg:220mg*20片", Fit.WRITTEN),
        ("228.5mg*12片", "200mg:28.5mg*12片", Fit.WRITTEN),
        ("30g(0.1%)", "30g:30mg", Fit.WRITTEN),
        ("每10丸重1g*360丸", "0.1g*360s", Fit.WRITTEN),
        ("每袋装10g*9袋", "10g*9袋", Fit.WRITTEN),
        ("0.25g/24粒", "0.25g*24粒", Fit.WRITTEN),
        ("24粒:0.25g", "0.25g*24粒", Fit.WRITTEN),
        ("0.9%*500ml", "500ml:4.5g", Fit.WRITTEN),
        ("15g", "15g:曲安奈德15mg", Fit.LIKELY),
        ("20g", "20g(2%)", Fit.LIKELY),
        ("0.25*24粒", "0.25g*24粒", Fit.LIKELY),
        ("24粒/盒", "0.25g*24粒", Fit.UNKNOWN),
        ("25mg*60片", "100mg*60片", Fit.DIFFERENT),
        ("0.5mg*20片", "0.5g*20片", Fit.DIFFERENT),
        ("100ml:10ml", "100ml:5ml", Fit.DIFFERENT),
        ("10g(1%)", "10g(2%)", Fit.DIFFERENT),
    ],
)
def test_strengths_are_compared_as_amounts(mine: str, theirs: str, fit: Fit) -> None:
    assert compare_strengths(read_spec(mine), read_spec(theirs)) is fit
    assert compare_strengths(read_spec(theirs), read_spec(mine)) is fit


@pytest.mark.parametrize(
    ("spec", "pack"),
    [
        ("0.125g/片*8片/板*4板", 32), ("0.25g*24粒/盒", 24), ("10mg*10s*10板", 100),
        ("0.5g*20粒*10袋/盒", 200), ("25mg*20/盒", 20), ("0.2g*6#*2板", 12), ("30ml:30mg/瓶", None),
        ("20片/盒", 20), ("6cm*9cm*10贴", 10), ("每袋装2g*20", 20), ("12s*4板", 48),
        ("0.25g/24粒", 24), ("24粒:0.25g", 24), ("5mg*28's", 28),
    ],
)  # fmt: skip
def test_a_pack_is_the_product_of_its_counts(spec: str, pack: int | None) -> None:
    assert read_spec(spec).pack == pack


def test_a_bottle_without_a_count_is_one_bottle() -> None:
    assert compare_packs(read_spec("150ml"), read_spec("150ml*1瓶")).holds
    assert compare_packs(read_spec("0.1g*12片"), read_spec("0.1g*24片")) is Fit.DIFFERENT


@pytest.mark.parametrize(
    ("mine", "theirs", "fit"),
    [
        (("阿莫西林胶囊", ""), ("阿莫西林胶囊", "胶囊剂"), Fit.SAME),
        (("吲达帕胺缓释片", "片剂"), ("吲达帕胺片", "缓释片剂"), Fit.SAME),
        (("鼻渊通窍冲剂", ""), ("鼻渊通窍颗粒", "颗粒剂"), Fit.SAME),
        (("氨溴索口服液", "口服液"), ("氨溴索口服溶液", "口服溶液剂"), Fit.SAME),
        (("头孢曲松钠", "粉针"), ("注射用头孢曲松钠", "注射剂"), Fit.SAME),
        (("护肝片", "糖衣片"), ("护肝片", "薄膜衣片"), Fit.UNKNOWN),
        (("感冒颗粒", "颗粒剂(无糖型)"), ("感冒颗粒", "颗粒剂"), Fit.UNKNOWN),
        (("宫炎平胶囊", "片剂"), ("宫炎平胶囊", "胶囊剂"), Fit.UNKNOWN),
        (("阿莫西林分散片", "片剂"), ("阿莫西林片", "片剂"), Fit.DIFFERENT),
        (("阿莫西林胶囊", ""), ("阿莫西林颗粒", ""), Fit.DIFFERENT),
        (("硝苯地平控释片", ""), ("硝苯地平缓释片", ""), Fit.DIFFERENT),
        (("妇炎康丸", "大蜜丸"), ("妇炎康丸", "丸剂(水蜜丸)"), Fit.DIFFERENT),
    ],
)
def test_forms_are_families(mine: tuple[str, str], theirs: tuple[str, str], fit: Fit) -> None:
    assert compare_forms(read_form(*mine), read_form(*theirs)) is fit


@pytest.mark.parametrize(
    ("text", "core", "salt"),
    [
        ("盐酸特比萘芬片NR", "特比萘芬", "盐酸"), ("克拉霉素片[NR]", "克拉霉素", ""),
        ("吡嗪酰胺片(R)△", "吡嗪酰胺", ""), ("苯磺酸氨氯地平片", "氨氯地平", "苯磺酸"),
        ("硫酸镁注射液", "硫酸镁", ""), ("氯化钠注射液", "氯化钠", ""), ("叶酸片", "叶酸", ""),
        ("阿莫西林/克拉维酸钾片", "阿莫西林克拉维酸", "钾"), ("速尿片", "呋塞米", ""),
        ("扑热息痛片", "对乙酰氨基酚", ""), ("注射用头孢曲松钠", "头孢曲松", "钠"),
    ],
)  # fmt: skip
def test_names_are_substance_and_salt(text: str, core: str, salt: str) -> None:
    name = read_name(text)
    assert (name.core, name.salt) == (core, salt)


def test_another_salt_or_another_number_is_another_drug() -> None:
    assert (
        compare_salts(read_name("盐酸倍他司汀片"), read_name("甲磺酸倍他司汀片")) is Fit.DIFFERENT
    )
    assert compare_salts(read_name("倍他司汀片"), read_name("甲磺酸倍他司汀片")) is Fit.UNKNOWN
    one, two = read_name("口服补液盐散(Ⅱ)"), read_name("口服补液盐散(Ⅲ)")
    assert compare_salts(one, two) is Fit.DIFFERENT


@pytest.mark.parametrize(
    ("mine", "theirs", "fit"),
    [
        ("康源制药有限公司(原名：康源制药厂)", "康源制药有限公司", Fit.WRITTEN),
        ("北辰药厂", "北辰药业股份有限公司", Fit.WRITTEN),
        ("广东华宁制药厂", "广州华宁药业集团有限公司", Fit.WRITTEN),
        ("深圳致康制药有限公司", "国药集团致康(深圳)制药有限公司", Fit.WRITTEN),
        ("卫材（中国）药业有限公司", "卫材(中国)药业有限公司", Fit.SAME),
        ("瑞士诺华", "NovartisFarmaS.p.A", Fit.LIKELY),
        ("西安杨森制药", "西安杨森制药有限公司", Fit.WRITTEN),
        ("西安杨森制药有限公司", "比利时杨森(分包装：西安杨森制药有限公司)", Fit.LIKELY),
        ("赛诺菲(杭州)制药有限公司", "赛诺菲(北京)制药有限公司", Fit.LIKELY),
        ("江洲集团北京海燕药业有限公司", "江洲集团南京海陵药业有限公司", Fit.LIKELY),
        ("上海信和药厂", "上海信和万象药业股份有限公司", Fit.LIKELY),
        ("某国远方大药厂", "FarawayLaboratories", Fit.UNKNOWN),
        ("", "北辰药业", Fit.UNKNOWN),
        ("北辰制药有限公司", "北辰制药(海南)有限公司", Fit.LIKELY),
        ("石药欧意", "石药集团欧意药业有限公司", Fit.WRITTEN),
        ("北辰药业股份有限公司", "南山制药有限公司", Fit.DIFFERENT),
    ],
)
def test_makers_are_firms_not_texts(mine: str, theirs: str, fit: Fit) -> None:
    assert compare_makers(read_maker(mine), read_maker(theirs)) is fit


@pytest.mark.parametrize(
    ("name", "spec", "core", "pack"),
    [
        ("硝苯地平控释片 30mg*7片", "", "硝苯地平", 7),
        ("阿莫西林胶囊(0.25g*24粒)", "", "阿莫西林", 24),
        ("头孢曲松针1g", "1g*1支", "头孢曲松", 1),
        ("(甲)阿莫西林胶囊【集采】", "0.25g*24粒", "阿莫西林", 24),
    ],
)
def test_what_lists_write_into_the_name_is_taken_out(
    name: str, spec: str, core: str, pack: int
) -> None:
    row = read(Entry("1", name, spec, "某厂"))
    assert (row.name.core, row.name.variant, row.spec.pack) == (core, "", pack)
    assert row.spec.amounts
    assert not row.brands


def test_amino_acids_with_other_numbers_are_other_drugs() -> None:
    one, two = read_name("复方氨基酸注射液(18AA)"), read_name("复方氨基酸注射液(18AA-Ⅶ)")
    assert compare_salts(one, two) is Fit.DIFFERENT


def test_a_percentage_before_the_name_is_a_strength() -> None:
    row = read(Entry("1", "5%葡萄糖注射液", "250ml", "某厂"))
    item = read(Entry("2", "葡萄糖注射液", "250ml:12.5g", "某厂"))
    assert row.name.core == item.name.core
    assert compare_strengths(row.spec, item.spec) is Fit.WRITTEN


def test_columns_that_were_swapped_are_understood() -> None:
    row = read(Entry("1", "金健片", "0.5g*24片", "某厂", trade="双歧杆菌三联活菌片"))
    assert row.other is not None
    assert row.other.core == "双歧杆菌三联活菌"
    assert "金健" in row.brands | {row.name.core}


def test_only_what_differs_is_marked() -> None:
    found = pieces("0.25g*24粒", "0.5g×24")
    assert "".join(piece.text for piece in found) == "0.25g*24粒"
    assert [piece.text for piece in found if not piece.same] == ["2", "粒"]
