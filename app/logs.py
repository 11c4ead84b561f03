"""The log: one rotating file in the data folder."""

from __future__ import annotations

import logging
import logging.handlers

from app import paths


def start_logging(*, verbose: bool = False) -> logging.Handler:
    """Log to a rotating file in the data folder; the handler, for `stop_logging`."""
    handler = logging.handlers.RotatingFileHandler(
        paths.logs() / "yilian.log", maxBytes=2_000_000, backupCount=5, encoding="utf-8"
    )
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger()
    root.setLevel(logging.DEBUG if verbose else logging.INFO)
    root.addHandler(handler)
    logging.captureWarnings(capture=True)
    return handler


def stop_logging(handler: logging.Handler) -> None:
    """Close what `start_logging` opened."""
    logging.captureWarnings(capture=False)
    logging.getLogger().removeHandler(handler)
    handler.close()
