"""Texts in two languages: one and more, and what the check of the English texts finds."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from decimal import Decimal

import pytest

from app.i18n import _, sentences, use_language
from app.services.operation_words import operation_words
from scripts import i18n
from tests.structure.source import calls, functions, sources

VERB = 4
"""Which argument of `claim` says what is done."""


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "0 lines"),
        (1, "1 line"),
        ("1", "1 line"),
        (Decimal(1), "1 line"),
        ("1,204", "1,204 lines"),
    ],
)
def test_english_counts_one_line_and_two_lines(number: object, words: str) -> None:
    use_language("en")
    assert _("{n} 行", n=number) == words


def test_chinese_has_one_form_for_any_number() -> None:
    assert [_("{n} 行", n=number) for number in (0, 1, 2)] == ["0 行", "1 行", "2 行"]


def test_sentences_stand_apart_in_english_only() -> None:
    assert sentences("甲。", "", " 乙。") == "甲。乙。"
    use_language("en")
    assert sentences("One.", "", " Two.") == "One. Two."


def test_every_english_text_can_be_filled_in() -> None:
    """Each text that counts, filled with 1 and with 2, holds neither mark nor bar of its forms."""
    use_language("en")
    for message in i18n.english():
        names = {name.split(":")[0] for name in i18n.placeholders(str(message.id)) if name}
        if message.id and names and "|" in str(message.string):
            for number in (1, 2):
                text = _(str(message.id), **dict.fromkeys(names, number))
                assert not re.search(r"[{}|]", text), text


def test_the_check_finds_a_text_that_would_say_1_lines() -> None:
    good, bad = "{n} {n:line|lines} added", "{n} lines failed"
    assert i18n.uncounted([good]) == []
    assert i18n.uncounted([good, bad]) == [f"one or more? write {{n:line|lines}}: {bad}"]


def test_every_operation_has_a_name_for_the_notice_after_a_restart() -> None:
    """What is claimed under a verb can be told as 「收货验收」, never as a nameless 操作."""
    verbs = {
        str(verb.value) if isinstance(verb, ast.Constant) else ""
        for source in sources("app")
        for call in calls(source, "claim")
        if len(call.args) > VERB
        for verb in [call.args[VERB]]
    } | {"label.void", "transfer.dispatch", "requisition.approve", "replenish.succeed"}
    assert len(verbs) > 100
    assert [verb for verb in sorted(verbs - {""}) if not operation_words(verb)] == []


def test_answers_for_people_have_titles() -> None:
    """Without titles an answer of the command line is a list of our field names."""
    found = [
        source.at(call)
        for source in sources("app/cli")
        for function in functions(source)
        for call in _untitled(function, as_json=False)
    ]
    assert found == []


def _untitled(node: ast.AST, *, as_json: bool) -> Iterator[ast.Call]:
    """Calls of `emit` that give a value alone, outside of what is said as JSON."""
    for part in ast.iter_child_nodes(node):
        if isinstance(part, ast.FunctionDef):
            continue
        inside = as_json or (isinstance(part, ast.If) and "as_json" in ast.unparse(part.test))
        alone = isinstance(part, ast.Call) and getattr(part.func, "attr", "") == "emit"
        if alone and isinstance(part, ast.Call) and len(part.args) == 1 and not inside:
            value = part.args[0]
            if not (isinstance(value, ast.Call) and getattr(value.func, "id", "") == "str"):
                yield part
        yield from _untitled(part, as_json=inside)
