"""`yilian align` on plain files: whatever titles, forms and salts they use."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from app.domain.alignment.answer import Answer, answer
from app.domain.alignment.compare import Lists, Question, compare
from app.domain.alignment.keys import Key
from app.domain.alignment.measure import Formula
from app.domain.errors import DomainError
from app.services.alignment.reading import read_list, read_use
from tests.cli.runner import bare

LEAD = """通用名,剂型,规格,生产企业
盐酸二甲双胍片,片剂,0.5g*20片,甲药业有限公司
苯磺酸氨氯地平片,片剂,5mg*7片,乙药业有限公司
阿托伐他汀钙片,片剂,20mg*7片,丙药业有限公司
缬沙坦胶囊,胶囊剂,80mg*7粒,丁药业有限公司
"""
MEMBER = """某某社区卫生服务中心基本用药目录,,,
序号,药品名称,规格,厂家
1,二甲双胍片（格华止）,５００mg×30片,甲药业有限公司
2,氨氯地平片,5mg,
3,复方丹参滴丸,27mg,
4,缬沙坦片,80mg,
合计,4,,
"""


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    """A lead's list in UTF-8 and a clinic's in GB18030, with a heading above its titles."""
    lead, member = tmp_path / "中心医院.csv", tmp_path / "社区.csv"
    lead.write_text(LEAD, encoding="utf-8")
    member.write_text(MEMBER, encoding="gb18030")
    return lead, member


def asked(files: tuple[Path, Path], question: Question, best: int = 3) -> Answer:
    """The answer for the two files."""
    lead, member = (read_list(path) for path in files)
    return answer(compare([Lists("中心医院", "社区", lead, member)], question), best=best)


@pytest.mark.parametrize(("key", "shared"), [(Key.GENERIC, 3), (Key.FORM, 2), (Key.STRENGTH, 2)])
def test_the_key_decides_what_counts_as_the_same(
    files: tuple[Path, Path], key: Key, shared: int
) -> None:
    (pair,) = asked(files, Question(key)).pairs
    assert (pair.lead_items, pair.member_items, pair.shared) == (4, 4, shared)


def test_every_formula_shows_what_it_is_made_of(files: tuple[Path, Path]) -> None:
    (pair,) = asked(files, Question(Key.FORM)).pairs
    shown = [
        (one.formula, int(one.numerator), int(one.denominator), one.percent) for one in pair.figures
    ]
    assert shown == [
        ("F1", 2, 4, Decimal("50.00")),
        ("F2", 2, 4, Decimal("50.00")),
        ("F3", 2, 6, Decimal("33.33")),
        ("F4", 4, 8, Decimal("50.00")),
    ]


def test_with_use_the_most_used_comes_first_and_counts_most(
    files: tuple[Path, Path], tmp_path: Path
) -> None:
    use = tmp_path / "用量.csv"
    use.write_text('通用名,年用量(盒)\n阿托伐他汀钙,"1,200"\n缬沙坦,300\n二甲双胍,500\n')
    found = asked(files, Question(Key.FORM, use=read_use(use)))
    assert [(one.name, int(one.use)) for one in found.best] == [
        ("阿托伐他汀钙片", 1200),
        ("缬沙坦胶囊", 300),
    ]
    assert found.pairs[0].weighted[0].percent == Decimal("62.50")  # 500 of 500 + 300 for 缬沙坦片


def test_a_named_list_cuts_both_lists(files: tuple[Path, Path], tmp_path: Path) -> None:
    chronic = tmp_path / "慢病.csv"
    chronic.write_text("通用名\n二甲双胍\n缬沙坦\n厄贝沙坦\n")
    (pair,) = asked(files, Question(Key.FORM, only=read_list(chronic))).pairs
    assert (pair.lead_items, pair.member_items, pair.shared) == (2, 2, 1)


def test_a_list_of_bare_names_is_compared_by_name_and_says_so(
    files: tuple[Path, Path], tmp_path: Path
) -> None:
    bare_names = tmp_path / "名单.csv"
    bare_names.write_text("二甲双胍\n氨氯地平\n阿司匹林\n")
    found = asked((files[0], bare_names), Question(Key.STRENGTH))
    assert (found.key, found.key_asked) == ("generic", "strength")
    assert found.figure(Formula.F1).numerator == 2


def test_merged_cells_take_the_name_from_above(tmp_path: Path) -> None:
    path = tmp_path / "合并.csv"
    path.write_text("通用名,剂型,规格\n缬沙坦胶囊,胶囊剂,80mg\n,,160mg\n")
    assert [(one.name, one.spec) for one in read_list(path)] == [
        ("缬沙坦胶囊", "80mg"),
        ("缬沙坦胶囊", "160mg"),
    ]


def test_a_file_without_quantities_cannot_weigh(files: tuple[Path, Path]) -> None:
    with pytest.raises(DomainError, match="年用量"):
        read_use(files[0])


class TestCommand:
    """The command line on files needs no database."""

    def test_figures_as_json_and_gaps_as_a_sheet(
        self, files: tuple[Path, Path], tmp_path: Path
    ) -> None:
        out = tmp_path / "gap.csv"
        ran = bare("--json", "align", "--lead", str(files[0]), "--member", str(files[1]),
                   "--out", str(out))  # fmt: skip
        assert ran.code == 0, ran.err
        said = ran.json()
        assert (said["key"], said["pairs"][0]["shared"], said["group"][0]["macro"]) == (
            "form", 2, "50.00",
        )  # fmt: skip
        lines = out.read_text(encoding="utf-8-sig").splitlines()
        assert len(lines) == 1 + len(said["gaps"]) == 5

    def test_pairs_that_do_not_fit_are_refused(self, files: tuple[Path, Path]) -> None:
        lead, member = map(str, files)
        ran = bare("align", "--lead", lead, "--lead", lead, "--member", member, "--member", member,
                   "--member", member)  # fmt: skip
        assert ran.code == 1
        assert "配不成对" in ran.err
