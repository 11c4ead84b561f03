"""The log: one rotating file in the data folder."""

from __future__ import annotations

import logging
import logging.handlers

from app import paths


def start_logging(*, verbose: bool = False) -> logging.Handler:
    """Log to a rotating file in the data folder; the handler, for `stop_logging`.

    Both the command line and the window begin with it, and the window is opened by a command: a
    file that is open already is not opened again, or each line would stand in it twice and one
    handler would turn the file over under the other.
    """
    file = paths.logs() / "yilian.log"
    root = logging.getLogger()
    for known in root.handlers:
        if isinstance(known, logging.FileHandler) and known.baseFilename == str(file.absolute()):
            return known
    handler = logging.handlers.RotatingFileHandler(
        file, maxBytes=2_000_000, backupCount=5, encoding="utf-8"
    )
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root.setLevel(logging.DEBUG if verbose else logging.INFO)
    root.addHandler(handler)
    logging.captureWarnings(capture=True)
    return handler


def stop_logging(handler: logging.Handler) -> None:
    """Close what `start_logging` opened."""
    logging.captureWarnings(capture=False)
    logging.getLogger().removeHandler(handler)
    handler.close()
