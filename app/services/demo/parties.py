"""The demo's organisations, suppliers with their papers, people with duties, and places."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import insert
from sqlalchemy.orm import Session

from app.domain.duties import Actor, Duty
from app.domain.ids import new_id
from app.models.demand import SupplyTerm
from app.models.party import (
    Dossier,
    DutyGrant,
    GroupMembership,
    Organisation,
    Person,
    SettleTerm,
)
from app.models.stock import Place
from app.services.demo.desk import KEEPERS
from app.services.stock.places import make_virtual_places

_PAPERS: Final = (
    # kind, days that it is still valid
    ("药品或医疗器械经营许可证", 700),
    ("法人授权委托书", 210),
    ("购销廉洁协议", 400),
)
_EXPIRING: Final = ("hengce", "法人授权委托书", 18)
"""One paper that runs out soon: work for the group's buyer."""


@dataclass(slots=True)
class Parties:
    """Ids of what was made, by the keys of `group.json`."""

    orgs: dict[str, int] = field(default_factory=dict)
    scales: dict[str, int] = field(default_factory=dict)
    suppliers: dict[str, int] = field(default_factory=dict)
    lead_days: dict[str, int] = field(default_factory=dict)
    weekdays: dict[str, tuple[int, ...]] = field(default_factory=dict)
    people: dict[str, int] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    places: dict[tuple[str, str], int] = field(default_factory=dict)
    """(organisation, place code) → place."""

    def days_for(self, org: str, supplier: str) -> tuple[int, ...]:
        """The weekdays on which a member orders: the lead whenever it may, clinics once a week."""
        days = self.weekdays[supplier]
        return days if org == "lead" else days[:1]

    def parent(self, org: str, entry: dict[str, Any]) -> int | None:
        """The place that an entry of `places` hangs under; the store itself comes first."""
        above = entry.get("parent")
        return self.places[org, above] if above else None

    def keeper(self, org: str) -> Actor:
        """Who makes the history of a member: its own store keeper."""
        login, where = KEEPERS[org], self.orgs[org]
        grants = frozenset({(Duty.STORE, where)})
        return Actor(self.people[login], login, self.names[login], where, grants)


def make_parties(session: Session, group: dict[str, Any], today: date) -> Parties:
    """Write organisations, people, places and terms; the lead first."""
    made = Parties()
    start = today.replace(month=1, day=1) - timedelta(days=1100)
    for entry in group["organisations"]:
        made.orgs[entry["key"]] = new_id()
        made.scales[entry["key"]] = entry["scale"]
    for entry in group["suppliers"]:
        made.suppliers[entry["key"]] = new_id()
        made.lead_days[entry["key"]] = entry["lead_days"]
        made.weekdays[entry["key"]] = tuple(int(day) for day in entry["weekdays"].split(","))
    _organisations(session, group, made, start)
    _places(session, group, made)
    _people(session, group, made)
    _terms(session, group, made, start)
    _papers(session, group, made, today)
    session.flush()
    return made


def _organisations(session: Session, group: dict[str, Any], made: Parties, start: date) -> None:
    rows = [
        _organisation(entry, made.orgs[entry["key"]], made.orgs[entry["legal"]])
        for entry in group["organisations"]
    ]
    for entry in group["suppliers"]:
        supplier = made.suppliers[entry["key"]]
        rows.append(_organisation({**entry, "kind": "supplier", "mode": None}, supplier, supplier))
    session.execute(insert(Organisation), rows)
    roles = {made.orgs[entry["key"]]: entry["role"] for entry in group["organisations"]}
    roles |= dict.fromkeys(made.suppliers.values(), "supplier")
    session.execute(
        insert(GroupMembership),
        [
            {"org_id": org, "valid_from": start, "valid_to": None, "role": role}
            for org, role in roles.items()
        ],
    )
    for org in roles:
        make_virtual_places(session, org)


def _organisation(entry: dict[str, Any], org: int, legal: int) -> dict[str, Any]:
    return {
        "id": org,
        "code": entry["code"],
        "name": entry["name"],
        "short_name": entry["short"],
        "kind": entry["kind"],
        "uscc": entry["uscc"],
        "legal_person_id": legal,
        "procurement_mode": entry["mode"],
        "address": entry["address"],
        "phone": entry["phone"],
        "contact": None,
        "active": True,
    }


def _places(session: Session, group: dict[str, Any], made: Parties) -> None:
    rows: list[dict[str, Any]] = []
    for key, org in made.orgs.items():
        for entry in group["places"]:
            place = made.places[key, entry["code"]] = new_id()
            rows.append(
                {"org_id": org, "id": place, "level": 1, "parent_id": made.parent(key, entry)}
                | {name: entry[name] for name in ("code", "name", "kind", "zone", "storage")}
                | {"holds_stock": True, "active": True}
            )
    session.execute(insert(Place), rows)


def _people(session: Session, group: dict[str, Any], made: Parties) -> None:
    everyone = made.orgs | made.suppliers
    persons, grants = [], []
    for entry in group["people"]:
        person = made.people[entry["login"]] = new_id()
        made.names[entry["login"]] = entry["name"]
        persons.append(
            {
                "id": person,
                "login": entry["login"],
                "name": entry["name"],
                "org_id": everyone[entry["org"]],
                "phone": None,
                "active": True,
            }
        )
        for text in entry["duties"]:
            duty, scope = text.split("@")
            org = 0 if scope == "*" else everyone[scope]
            grants.append({"org_id": org, "person_id": person, "duty": Duty(duty).value})
    session.execute(insert(Person), persons)
    session.execute(insert(DutyGrant), grants)


def _terms(session: Session, group: dict[str, Any], made: Parties, start: date) -> None:
    supply, settle = [], []
    for key, org in made.orgs.items():
        for entry in group["suppliers"]:
            days = ",".join(str(day) for day in made.days_for(key, entry["key"]))
            keys = {"org_id": org, "supplier_id": made.suppliers[entry["key"]], "item_id": 0}
            supply.append(
                keys
                | {"lead_days": entry["lead_days"], "lead_sd_tenths": 10}
                | {"review_weekdays": days, "order_multiple": 0, "minimum_qty": 0}
            )
            settle.append(keys | {"trigger": "consumption", "valid_from": start})
    session.execute(insert(SupplyTerm), supply)
    session.execute(insert(SettleTerm), settle)


def _papers(session: Session, group: dict[str, Any], made: Parties, today: date) -> None:
    rows: list[dict[str, Any]] = []
    for number, entry in enumerate(group["suppliers"], start=1):
        for kind, days in _PAPERS:
            soon = (entry["key"], kind) == _EXPIRING[:2]
            left = timedelta(days=_EXPIRING[2] if soon else days + 9 * number)
            rows.append(
                {
                    "org_id": made.suppliers[entry["key"]],
                    "id": new_id(),
                    "kind": kind,
                    "number": f"演示-{entry['code']}-{len(rows) + 1:02d}",
                    "valid_to": today + left,
                    "checked": True,
                }
            )
    session.execute(insert(Dossier), rows)
