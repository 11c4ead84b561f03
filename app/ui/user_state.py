"""What the window remembers per person and screen: columns, sort, filters, scope."""

from __future__ import annotations

import json
import logging
from pathlib import Path

from app import paths

_log = logging.getLogger(__name__)


class UserState:
    """A small JSON file per login; lost state is no loss of data, so problems are only logged."""

    def __init__(self, login: str, folder: Path | None = None) -> None:
        safe = "".join(c if c.isalnum() else "_" for c in login) or "nobody"
        base = folder or paths.home() / "state"
        base.mkdir(parents=True, exist_ok=True)
        self._file = base / f"{safe}.json"
        self._screens: dict[str, dict[str, object]] = self._load()

    def _load(self) -> dict[str, dict[str, object]]:
        try:
            loaded = json.loads(self._file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return loaded if isinstance(loaded, dict) else {}

    def get(self, screen: str) -> dict[str, object]:
        """What was remembered for a screen; empty for nothing."""
        found = self._screens.get(screen)
        return dict(found) if isinstance(found, dict) else {}

    def put(self, screen: str, state: dict[str, object]) -> None:
        """Remember, and write if it is news."""
        if self._screens.get(screen) == state:
            return
        self._screens[screen] = state
        try:
            draft = self._file.with_suffix(".new")
            draft.write_text(json.dumps(self._screens, ensure_ascii=False), encoding="utf-8")
            draft.replace(self._file)
        except OSError:
            _log.warning("could not keep the state of %s", screen, exc_info=True)
