"""The two catalogues: collect texts from the program, show gaps, fill them, compile, check.

python scripts/i18n.py update            collect msgids into yilian.pot and the English .po
python scripts/i18n.py missing [FOLDER]  JSON of msgids without English, for one folder of app/
python scripts/i18n.py fill FILE.json    put {"中文": "English"} from a file into the .po
python scripts/i18n.py compile           write the .mo that the program reads
python scripts/i18n.py check             complete, placeholders equal, .mo and .pot current
"""

from __future__ import annotations

import argparse
import datetime as dt
import io
import json
import os
import re
import string
import sys
from pathlib import Path
from typing import Final

from babel.messages import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT: Final = Path(__file__).resolve().parent.parent
LOCALE: Final = ROOT / "resources" / "locale"
POT: Final = LOCALE / "yilian.pot"
PO: Final = LOCALE / "en" / "LC_MESSAGES" / "yilian.po"
MO: Final = PO.with_suffix(".mo")
KEYWORDS: Final = {"_": None, "N_": None}
BORN: Final = dt.datetime(2026, 11, 22, tzinfo=dt.UTC)
"""A fixed date in the headers: the files change only when a text changes."""
COUNTED: Final = re.compile(r"\{\w+:([^{}|]+)\|([^{}|]+)\}")
"""A word that follows a number: `{n:line|lines}`."""
LINKS: Final = "and|or|of|at|in|by|the|for|to|on|from|has|is|no|not|as|with"
"""Words that may stand between a name and a noun that does not count it."""
HAN: Final = re.compile(r"[\u3400-\u9fff]+")


def collected() -> Catalog:
    """All msgids of `app/`, with the files they stand in."""
    catalogue = Catalog(project="yilian", version="1", creation_date=BORN, charset="utf-8")
    found = extract_from_dir(ROOT / "app", [("**.py", "python")], keywords=KEYWORDS)
    for name, _line, message, _comments, context in found:
        if message:
            place = (Path("app") / name).as_posix()
            catalogue.add(message, locations=[(place, 0)], context=context)
    return catalogue


def english() -> Catalog:
    """The English catalogue as it stands, empty when there is none yet."""
    if not PO.exists():
        return Catalog(locale="en", project="yilian", version="1", charset="utf-8")
    with PO.open("rb") as file:
        return read_po(file, locale="en", domain="yilian")


def po_text(catalogue: Catalog) -> bytes:
    """The catalogue as text that depends on nothing but its messages."""
    catalogue.creation_date = catalogue.revision_date = BORN
    catalogue.header_comment = "# Texts of 医链采供; the same licence as the program."
    catalogue.msgid_bugs_address = catalogue.last_translator = catalogue.language_team = "yilian"
    catalogue.fuzzy = False
    out = io.BytesIO()
    write_po(out, catalogue, width=99, sort_output=True, ignore_obsolete=True, include_lineno=False)
    return out.getvalue()


def mo_bytes() -> bytes:
    """What the .mo must contain for the .po that lies there."""
    out = io.BytesIO()
    write_mo(out, english())
    return out.getvalue()


def keep(file: Path, content: bytes) -> None:
    """Write so that a reader sees the old file or the new one, never a half."""
    draft = file.with_suffix(f"{file.suffix}.{os.getpid()}")
    draft.write_bytes(content)
    draft.replace(file)


def placeholders(text: str) -> set[str]:
    """Names in braces; a broken format string counts as a name of its own."""
    try:
        return {name for _t, name, _s, _c in string.Formatter().parse(text) if name is not None}
    except ValueError:
        return {f"unreadable: {text}"}


def gaps(folder: str = "") -> list[str]:
    """Msgids used below `app/<folder>` that have no English text yet."""
    known = english()
    result = []
    for message in collected():
        if not message.id or not any(folder in place for place, _ in message.locations):
            continue
        translated = known.get(message.id)
        if translated is None or not translated.string or translated.fuzzy:
            result.append(str(message.id))
    return result


def problems() -> list[str]:
    """Everything that keeps the English catalogue from being whole."""
    found = [f"no English text: {text}" for text in gaps()]
    for message in english():
        if not message.id or not message.string:
            continue
        if placeholders(str(message.id)) != placeholders(str(message.string)):
            found.append(f"placeholders differ: {message.id} / {message.string}")
        if _left_in_chinese(str(message.id), str(message.string)):
            found.append(f"Chinese in the English text: {message.string}")
    found += uncounted([str(message.string) for message in english() if message.id])
    if not MO.exists() or MO.read_bytes() != mo_bytes():
        found.append("yilian.mo is not compiled from yilian.po: make locale")
    if not POT.exists() or POT.read_bytes() != po_text(collected()):
        found.append("yilian.pot is not current: make locale")
    return found


def uncounted(texts: list[str]) -> list[str]:
    """Texts that would say “1 lines”: the word has two forms elsewhere, here only the second."""
    forms = {more.split()[0]: one.split()[0] for t in texts for one, more in COUNTED.findall(t)}
    words = "|".join(sorted(map(re.escape, forms), key=len, reverse=True))
    plain = re.compile(rf"\{{(\w+)\}}(?: (?!(?:{LINKS})\b)[a-z]+)? ({words})\b")
    return [
        f"one or more? write {{{name}:{forms[word]}|{word}}}: {text}"
        for text in texts
        for name, word in plain.findall(text)
        if forms and "name" not in name
    ]


def _left_in_chinese(chinese: str, english_text: str) -> bool:
    """Whether the English holds Chinese beyond an example that people type as it is (国药准字)."""
    runs = HAN.findall(english_text)
    copied = all(run in chinese for run in runs)
    return not copied or 3 * sum(map(len, runs)) > len(english_text)


def update(_arguments: argparse.Namespace) -> int:
    """Collect msgids; English texts that exist are kept, unused ones dropped."""
    template = collected()
    PO.parent.mkdir(parents=True, exist_ok=True)
    keep(POT, po_text(template))
    catalogue = english()
    catalogue.update(template, no_fuzzy_matching=True, update_header_comment=False)
    keep(PO, po_text(catalogue))
    print(f"{len(template)} texts, {len(gaps())} without English")
    return 0


def missing(arguments: argparse.Namespace) -> int:
    """Print a JSON object of texts to translate."""
    print(json.dumps(dict.fromkeys(gaps(arguments.folder), ""), ensure_ascii=False, indent=1))
    return 0


def fill(arguments: argparse.Namespace) -> int:
    """Take English texts from a JSON object; refuses differing placeholders."""
    texts = json.loads(Path(arguments.file).read_text(encoding="utf-8"))
    update(arguments)
    catalogue, refused = english(), 0
    for msgid, text in texts.items():
        message = catalogue.get(msgid)
        if message is None or not text:
            continue
        if placeholders(msgid) != placeholders(text):
            print(f"placeholders differ: {msgid} / {text}", file=sys.stderr)
            refused += 1
            continue
        message.string = text
    keep(PO, po_text(catalogue))
    return compile_catalogue(arguments) or int(refused > 0)


def compile_catalogue(_arguments: argparse.Namespace) -> int:
    """Write the .mo beside the .po."""
    keep(MO, mo_bytes())
    return 0


def check(_arguments: argparse.Namespace) -> int:
    """Say what is missing; 1 when anything is."""
    found = problems()
    for line in found[:40]:
        print(line, file=sys.stderr)
    print(f"translations: {len(found)} problems")
    return int(bool(found))


def main() -> int:
    """Run one of the commands named in the module's docstring."""
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(required=True)
    for name, action in {"update": update, "compile": compile_catalogue, "check": check}.items():
        commands.add_parser(name).set_defaults(action=action)
    asking = commands.add_parser("missing")
    asking.add_argument("folder", nargs="?", default="")
    asking.set_defaults(action=missing)
    filling = commands.add_parser("fill")
    filling.add_argument("file")
    filling.set_defaults(action=fill)
    arguments = parser.parse_args()
    return int(arguments.action(arguments))


if __name__ == "__main__":
    sys.exit(main())
