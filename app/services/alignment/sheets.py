"""The gap list and the figures as a sheet."""

from __future__ import annotations

from pathlib import Path

from app.adapters.sheets_out import Sheet, write
from app.domain.alignment.answer import Answer
from app.domain.alignment.keys import Key
from app.domain.alignment.measure import Formula, Group
from app.i18n import _


def notes(answer: Answer) -> tuple[str, ...]:
    """What was counted and how: it stands above every sheet and in every report."""
    chosen = Formula(answer.chosen)
    lines = [
        _("目录吻合度　公式 {formula}（{written}，{label}）　版本 {version}",
          formula=chosen.value, written=chosen.written, label=chosen.label,
          version=answer.formula_version),
        _("匹配口径：{key}　汇总方式：{way}", key=answer.key_text,
          way=Group(answer.group_way).label),
    ]  # fmt: skip
    if answer.key_asked != answer.key:
        lines.append(
            _("有一份目录没写到「{asked}」那么细，改按「{key}」比。",
              asked=Key(answer.key_asked).label, key=answer.key_text)
        )  # fmt: skip
    figure = answer.figure(chosen)
    lines.append(
        _("集团：各对平均 {macro}%，合并 {numerator} / {denominator} = {pooled}%",
          macro=figure.macro, numerator=figure.numerator, denominator=figure.denominator,
          pooled=figure.pooled)
    )  # fmt: skip
    for pair in answer.pairs:
        one = next(found for found in pair.figures if found.formula == answer.chosen)
        lines.append(
            _("{member} 对 {lead}：{numerator} / {denominator} = {percent}%", member=pair.member,
              lead=pair.lead, numerator=one.numerator, denominator=one.denominator,
              percent=one.percent)
        )  # fmt: skip
    return tuple(lines)


def write_gaps(path: Path, answer: Answer) -> int:
    """Write the gap list as .csv or .xlsx; how many lines."""
    titles = (
        _("成员"), _("差异"), _("通用名"), _("剂型"), _("规格"), _("生产企业"), _("编码"),
        _("对方同名品规"), _("年用量"), _("影响 百分点"), _("怎么做"),
    )  # fmt: skip
    rows = [
        (gap.member, gap.side_text, gap.name, gap.form, gap.spec, gap.maker, gap.code, gap.other,
         gap.use, gap.effect, gap.todo)
        for gap in answer.gaps
    ]  # fmt: skip
    above = () if path.suffix.lower() == ".csv" else notes(answer)
    return write(path, Sheet(_("差异清单"), titles, rows, above))
