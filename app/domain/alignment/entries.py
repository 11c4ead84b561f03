"""What a list states about one drug."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a supply list, as it stands there.

    Attributes:
        name: Generic name, with or without the form.
        form: The form's column, empty where there is none.
        spec: Strength or whole specification.
        maker: Manufacturer.
        national: 国家药品编码本位码, empty when not stated.
        approval: 批准文号, empty when not stated.
        code: The list's own code of the line.
        use: What is used of it a year, in the list's own measure.
        item_id: The item of the unified catalogue, 0 for a line of a plain file.
    """

    name: str
    form: str = ""
    spec: str = ""
    maker: str = ""
    national: str = ""
    approval: str = ""
    code: str = ""
    use: Decimal = Decimal(0)
    item_id: int = 0

    @property
    def shown(self) -> str:
        """Name, specification and maker in one line."""
        return " ".join(part for part in (self.name, self.spec, self.maker) if part)
