"""The log: one rotating file in the data folder."""

from __future__ import annotations

import logging
import logging.handlers

from typing_extensions import override

from app import paths
from app.domain.errors import EnvironmentProblem


class _File(logging.handlers.RotatingFileHandler):
    """The log file; a line that a full disk does not take is no reason to say anything."""

    @override
    def handleError(self, record: logging.LogRecord) -> None:
        """Leave the line out: the work that it tells of goes on, and has words of its own."""


def start_logging(*, verbose: bool = False) -> logging.Handler:
    """Log to a rotating file in the data folder; the handler, for `stop_logging`.

    Both the command line and the window begin with it, and the window is opened by a command: a
    file that is open already is not opened again, or each line would stand in it twice and one
    handler would turn the file over under the other.
    """
    root = logging.getLogger()
    try:
        file = paths.logs() / "yilian.log"
        for known in root.handlers:
            if isinstance(known, _File) and known.baseFilename == str(file.absolute()):
                return known
        handler: logging.Handler = _File(file, maxBytes=2_000_000, backupCount=5, encoding="utf-8")
    except (OSError, EnvironmentProblem):
        handler = logging.NullHandler()  # whoever cannot write here may still read the books
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
