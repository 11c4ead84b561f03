"""Machine settings: declared once as typed data with title and help, kept in one TOML file.

Business settings (thresholds, policies) are rows of the table `setting`, not here.
"""

from __future__ import annotations

import logging
import tomllib
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from app import paths
from app.adapters import durable

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Settings:
    """How this computer runs the program.

    Attributes:
        database: Path of a SQLite file or ``postgresql://host:port/name`` without a password;
            empty until the first run has chosen.
        report_database: A second, read-only address for reports; empty means the same.
        login: The account that signed in last.
        language: ``zh_CN`` or ``en``.
        theme: ``light`` or ``dark``.
        density: ``compact``, ``comfort`` or ``large``.
        printer_host: Label printer, host or address; empty for none.
        printer_port: Its raw port.
        printer_dpi: Its dots per inch: 203, 300 or 600.
        label_template: Name of the label template used last.
        scanner_gap_ms: Longest time between two keys of a scan.
        scanner_substitute: What the scanner sends for the GS1 separator; empty for the usual ones.
        sound: Whether scans make a sound.
        backup_folder: Where backups go; empty for the program's own folder.
        backup_daily: Whether a backup is made once a day while the program is open (SQLite).
        backup_keep: How many of the newest backups are kept.
    """

    database: str = ""
    report_database: str = ""
    login: str = ""
    language: str = "zh_CN"
    theme: str = "light"
    density: str = "comfort"
    printer_host: str = ""
    printer_port: int = 9100
    printer_dpi: int = 203
    label_template: str = "60x40"
    scanner_gap_ms: int = 35
    scanner_substitute: str = ""
    sound: bool = True
    backup_folder: str = ""
    backup_daily: bool = True
    backup_keep: int = 30


def load(file: Path | None = None) -> Settings:
    """The settings of this computer; unknown keys and wrong types are left at their defaults."""
    source = file or paths.settings_file()
    if not source.is_file():
        return Settings()
    try:
        values: dict[str, Any] = tomllib.loads(source.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        # a torn or foreign file must not keep the program from starting
        _log.warning("%s cannot be read: the usual settings are used", source.name)
        return Settings()
    default = Settings()
    good = {
        field.name: values[field.name]
        for field in fields(Settings)
        if type(values.get(field.name)) is type(getattr(default, field.name))
    }
    return replace(default, **good)


def save(settings: Settings, file: Path | None = None) -> None:
    """Write the settings so that a crash leaves either the old or the new file."""
    target = file or paths.settings_file()
    lines = [f"{field.name} = {_toml(getattr(settings, field.name))}" for field in fields(settings)]
    draft = target.with_suffix(".new")
    draft.write_text("\n".join(lines) + "\n", encoding="utf-8")
    durable.take_name(draft, target)


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    escaped = str(value).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
