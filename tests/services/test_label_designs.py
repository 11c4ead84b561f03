"""Label templates: kept with versions, checked, used by one print and the next."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from app.adapters import label_papers
from app.domain.errors import ConflictError, DomainError, NotAllowedError
from app.domain.ids import new_op
from app.domain.labels.design.parts import Design, TextPart
from app.domain.labels.design.samples import samples
from app.domain.labels.design.standard import copy_of
from app.services.labels import designs
from app.services.labels.designs import CloseDesign, SaveDesign
from tests.cli.runner import run
from tests.factories import EAST, WEST, Site
from tests.services.test_labels import receive


def standard(name: str = "窄标签") -> Design:
    return copy_of(label_papers.paper("60x40"), name)


def narrow(design: Design, text: str, width: int) -> Design:
    part = next(x for x in design.parts if isinstance(x, TextPart) and x.text == text)
    return design.put(replace(part, width=width))


def test_versions_are_kept_and_the_second_writer_is_told(site: Site) -> None:
    db, actor = site.as_("east_store")
    first = designs.save(db, actor, SaveDesign(new_op(), EAST, standard()))
    changed = narrow(standard(), "{place}", 300)
    command = SaveDesign(new_op(), EAST, changed, first.id, first.version, note="库位短一点")
    second = designs.save(db, actor, command)
    assert designs.save(db, actor, command) == second
    assert [row.version for row in designs.versions(db, actor, EAST, first.id)] == [2, 1]
    assert designs.load(db, actor, EAST, first.id, 1).design == standard()
    assert designs.paper_of(db, actor, EAST, "窄标签").label == changed
    assert designs.paper_of(db, actor, EAST, f"own:{first.id}@1").label == standard()
    with pytest.raises(ConflictError, match="刚被别人存过"):
        designs.save(db, actor, replace(command, op_id=new_op()))
    with pytest.raises(DomainError, match="已有模板叫「窄标签」"):
        designs.save(db, actor, SaveDesign(new_op(), EAST, standard()))
    designs.close(db, actor, CloseDesign(new_op(), EAST, first.id, 2))
    assert designs.designs(db, actor, EAST) == ()
    assert [row.closed for row in designs.designs(db, actor, EAST, closed=True)] == [True]


def test_another_house_neither_sees_nor_changes_them(site: Site) -> None:
    kept = designs.save(*site.as_("east_store"), SaveDesign(new_op(), EAST, standard()))
    with pytest.raises(NotAllowedError):
        designs.load(*site.as_("west_store"), EAST, kept.id)
    with pytest.raises(NotAllowedError):
        designs.save(*site.as_("west_store"), SaveDesign(new_op(), EAST, standard("x")))
    designs.save(*site.as_("west_store"), SaveDesign(new_op(), WEST, standard()))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda d: narrow(d, "{lot}", 20), "「批号」放不下"),
        (lambda d: narrow(d, "{lot}", 5000), "「批号」伸出了标签"),
        (lambda d: d.put(replace(d.parts[-3], width=60)), "条码 Code 128 的框太小"),
        (lambda d: d.put(TextPart(99, 60, 300, 300, 40, text="盖住")), "叠在一起"),
    ],
)
def test_what_could_not_be_read_or_does_not_fit_is_not_saved(
    sqlite_site: Site, change: object, words: str
) -> None:
    db, actor = sqlite_site.as_("east_store")
    wrong = change(standard())  # type: ignore[operator]
    with pytest.raises(DomainError, match=words):
        designs.save(db, actor, SaveDesign(new_op(), EAST, wrong))
    assert designs.designs(db, actor, EAST) == ()


def test_the_longest_data_warn_by_the_name_of_the_field(sqlite_site: Site) -> None:
    small = copy_of(label_papers.paper("50x30"), "小")
    problems = designs.check(small)
    assert {(one.column, one.blocks) for one in problems} >= {("批号", False)}
    assert "最长的批号和品名" in problems[0].text
    long = replace(samples()[1].spec)
    assert any(one.blocks for one in designs.check(small, [long]))


def test_the_command_line_carries_templates_and_prints_with_them(
    sqlite_site: Site, tmp_path: Path
) -> None:
    receive(sqlite_site)

    def yilian(*words: str) -> object:
        done = run(sqlite_site, "east_store", "labels", *words)
        assert done.code == 0, done.err
        return done

    yilian("template", "copy", "60x40", "药房")
    yilian("template", "export", "药房", str(tmp_path / "t.json"))
    yilian("template", "check", str(tmp_path / "t.json"), "--pdf", str(tmp_path / "t.pdf"))
    assert (tmp_path / "t.pdf").read_bytes().startswith(b"%PDF")
    yilian("template", "import", str(tmp_path / "t.json"), "--note", "没改")
    listed = run(sqlite_site, "east_store", "--json", "labels", "template", "list").json()
    assert [(row["name"], row["version"]) for row in listed][-1] == ("药房", 2)
    assert {"text", "code", "rule"} <= {
        row["kind"]
        for row in run(
            sqlite_site, "east_store", "--json", "labels", "template", "show", "药房"
        ).json()
    }
    yilian("print", "--paper", "药房", "--zpl", str(tmp_path / "a.zpl"), "--count", "1")
    history = run(sqlite_site, "east_store", "--json", "labels", "history").json()
    assert history[0]["template"].startswith("own:")
    assert history[0]["template"].endswith("@2")
    yilian("reprint", str(history[0]["id"]), "--pdf", str(tmp_path / "again.pdf"))
    yilian("template", "close", "药房")
    refused = run(sqlite_site, "east_store", "labels", "print", "--paper", "药房")
    assert refused.code == 1
    assert "没有标签纸 药房" in refused.err
    (tmp_path / "t.json").write_text('{"format": "yilian-label"}', encoding="utf-8")
    assert run(sqlite_site, "east_store", "labels", "template", "check",
               str(tmp_path / "t.json")).code == 1  # fmt: skip
