"""Every place where a file or a scan from outside comes in, each as one call.

A call ends well when it gives a value or refuses with words that say what to do; anything else is
a bug of ours.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from app import settings
from app.adapters import heads_file, label_papers, outbox_file, plan_files, platform_csv
from app.adapters.pades.check import certificate, check
from app.adapters.quote_xlsx import read_quote
from app.adapters.sheets import read_tables
from app.adapters.trace_xml import read_trace_xml
from app.cli.scan_file import scans_in
from app.domain import anchors, attachment, expiry, gs1, money, scan
from app.domain.errors import DomainError, EnvironmentProblem
from app.domain.ids import new_op
from app.domain.receiving import reading
from app.domain.reporting.checking import check_file
from app.services.alignment import reading as alignment
from app.services.awards import files as awards
from app.services.catalogue import doses
from app.services.consumption import dispense, dispense_rows, reagent_tests
from app.services.counting import climate_log
from app.services.formulary import prescription, sheets as formulary
from app.services.importing import catalogue, catalogue_rows, demand, prices
from app.services.importing.columns import Field
from app.services.labels import designs
from app.services.mapping import load, rows as mapping_rows
from app.services.receiving import importing, trace_files
from app.services.settlement import invoice_sheets
from tests.factories import EAST, TODAY, Site

REFUSALS = (DomainError, EnvironmentProblem)


@dataclass(frozen=True, slots=True)
class Sheet:
    """An import of a table.

    Attributes:
        fields: The facts that its columns may state.
        read: Reads a file and writes nothing.
    """

    fields: Sequence[Field]
    read: Callable[[Site, Path], object]


def _climate(site: Site, path: Path) -> object:
    command = climate_log.LoadLog(new_op(), EAST, site.world.stores[EAST], path)
    return climate_log.load_log(*site.as_("east_store"), command)


SHEETS: dict[str, Sheet] = {
    "catalogue": Sheet(
        catalogue_rows.FIELDS, lambda s, p: catalogue.preview(*s.as_("lead_buyer"), p)
    ),
    "prices": Sheet(
        prices.FIELDS, lambda s, p: prices.preview(*s.as_("lead_buyer"), prices.PriceImport(p))
    ),
    "demand": Sheet(
        demand.FIELDS,
        lambda s, p: demand.preview(*s.as_("east_store"), demand.DemandImport(p, EAST)),
    ),
    "delivery": Sheet(
        importing.FIELDS,
        lambda s, p: importing.preview_notes(*s.as_("east_store"), importing.NoteFile(EAST, p)),
    ),
    "dispensing": Sheet(
        dispense_rows.FIELDS,
        lambda s, p: dispense.preview(*s.as_("east_store"), dispense.DispenseImport(p, EAST)),
    ),
    "reagents": Sheet(
        reagent_tests.FIELDS, lambda s, p: reagent_tests.preview(*s.as_("east_store"), EAST, p)
    ),
    "mapping": Sheet(
        mapping_rows.FIELDS, lambda s, p: load.preview(*s.as_("east_store"), load.LoadList(p, EAST))
    ),
    "formulary": Sheet(
        formulary._FIELDS, lambda s, p: formulary.preview_import(*s.as_("east_store"), EAST, p)
    ),
    "traces": Sheet(trace_files.FIELDS, lambda _s, p: trace_files.read_links(p)),
    "invoices": Sheet(invoice_sheets._FIELDS, lambda _s, p: invoice_sheets.read_invoices(p)),
    "alignment": Sheet(alignment.FIELDS, lambda _s, p: alignment.read_list(p)),
    "climate": Sheet(climate_log.FIELDS, _climate),
    "bids": Sheet(awards.BIDS, lambda _s, p: awards.read_case(p)),
    "match": Sheet(mapping_rows.FIELDS, lambda _s, p: list(mapping_rows.read_entries(p))),
}
OTHERS = (doses.FIELDS, prescription.FIELDS)
"""Tables that are read by the same reader with other columns."""


def _on_disk(name: str, read: Callable[[Path], object]) -> Callable[[bytes, Path], object]:
    def call(content: bytes, folder: Path) -> object:
        path = folder / name
        path.write_bytes(content)
        return read(path)

    return call


def _as_text(read: Callable[[str], object]) -> Callable[[bytes, Path], object]:
    return lambda content, _folder: read(content.decode("utf-8", errors="surrogateescape"))


BYTES: dict[str, Callable[[bytes, Path], object]] = {
    "csv": _on_disk("a.csv", read_tables),
    "xls": _on_disk("a.xls", read_tables),
    "xlsx": _on_disk("a.xlsx", read_tables),
    "xlsb": _on_disk("a.xlsb", read_tables),
    "ods": _on_disk("a.ods", read_tables),
    "platform": _on_disk("a.csv", lambda path: check_file(*platform_csv.read(path))),
    "scans": _as_text(scans_in),
    "quote": _on_disk("a.xlsx", read_quote),
    "trace": _on_disk("a.xml", read_trace_xml),
    "seal": lambda content, _folder: check(content, ()),
    "certificate": lambda content, _folder: certificate(content),
    "attachment": lambda content, _folder: attachment.media_of(content),
    "settings": _on_disk("settings.toml", settings.load),
    "heads": _on_disk("heads.json", lambda path: heads_file.read(path, "x")),
    "outbox": _on_disk("a.outbox", outbox_file._read),
    "plan": _on_disk("instance.json", plan_files._settings),
    "paper": _on_disk("a4.json", lambda path: label_papers.read_paper(path, "x")),
    "design": lambda content, _folder: designs.from_file(content),
    "scan": _as_text(lambda text: scan.classify(text, today=TODAY)),
    "receiving": _as_text(lambda text: reading.read(text, TODAY)),
    "gs1": _as_text(lambda text: gs1.parse(text, today=TODAY)),
    "expiry": _as_text(expiry.parse),
    "gs1_day": _as_text(lambda text: expiry.from_gs1(text, date(2026, 10, 14))),
    "price": _as_text(money.price),
    "fingerprint": _as_text(anchors.parse),
    "name": _as_text(lambda text: attachment.clean_name(text, "application/pdf")),
}
"""Whatever takes bytes from outside; the folder is for those that want a file."""


def survives(name: str, content: bytes, folder: Path) -> bool:
    """Whether the call ends with a value or with a whole sentence."""
    try:
        BYTES[name](content, folder)
    except REFUSALS as refusal:
        return bool(refusal.text)
    return True


def read_or_words(sheet: Sheet, site: Site, path: Path) -> bool:
    """Whether a table is read or refused with a whole sentence."""
    try:
        sheet.read(site, path)
    except REFUSALS as refusal:
        return bool(refusal.text)
    return True


def as_csv(rows: Sequence[Sequence[str]]) -> bytes:
    """A table as a hospital's program writes it."""
    target = io.StringIO()
    csv.writer(target).writerows(rows)
    return target.getvalue().encode("utf-8", errors="surrogatepass")
