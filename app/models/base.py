"""The declarative base and the column types that mean the same on SQLite and PostgreSQL.

SQLite tables are STRICT, so every type must come out as INTEGER, TEXT or BLOB there. Points in
time are stored as whole microseconds UTC (exact, sortable, the same bytes in a hash on both),
days as ISO text on SQLite and DATE on PostgreSQL, money as integers scaled by 10,000.
"""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any, Final, TypeVar
from uuid import UUID
from weakref import WeakValueDictionary

from sqlalchemy import (
    BigInteger,
    Date,
    Dialect,
    Integer,
    LargeBinary,
    MetaData,
    Text,
    TypeDecorator,
    Uuid,
)
from sqlalchemy.orm import DeclarativeBase, mapped_column, registry
from sqlalchemy.sql import operators
from sqlalchemy.types import TypeEngine
from typing_extensions import override

from app.domain.days import ZONE
from app.domain.money import from_scaled, to_scaled

_Value = TypeVar("_Value")
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


def _compares_as(impl: type[TypeEngine[Any]]) -> Any:
    """How columns of a type kept as `impl` compare: one class for all of them.

    Without it SQLAlchemy makes a class of its own for each column, each time it is asked: 1,100
    of them, 3 MB, by the time the workbench stands.
    """
    made: Any = impl.comparator_factory
    return type(f"{impl.__name__}Comparator", (TypeDecorator.Comparator, made), {})


class _Long(TypeDecorator[_Value]):
    """A value kept as a 64-bit integer."""

    impl = BigInteger
    cache_ok = True
    comparator_factory = _compares_as(BigInteger)

    @override
    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(Integer() if dialect.name == "sqlite" else BigInteger())


class BigInt(_Long[int]):
    """A 64-bit integer."""

    cache_ok = True


class Flag(TypeDecorator[bool]):
    """True or false, stored as 1 or 0 on both databases."""

    class Comparator(TypeDecorator.Comparator[bool]):
        """``column.is_(True)`` must be ``= 1``: PostgreSQL has no ``IS 1``."""

        @override
        def is_(self, other: Any) -> Any:
            return self.operate(operators.eq, other)

    impl = Integer
    cache_ok = True
    comparator_factory = Comparator

    @override
    def process_bind_param(self, value: bool | None, dialect: Dialect) -> int | None:
        return None if value is None else int(value)

    @override
    def process_result_value(self, value: int | None, dialect: Dialect) -> bool | None:
        return None if value is None else bool(value)


class Day(TypeDecorator[date]):
    """A calendar day without a time zone: DATE on PostgreSQL, ISO text on SQLite."""

    impl = Date
    cache_ok = True
    comparator_factory = _compares_as(Date)

    @override
    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(Text() if dialect.name == "sqlite" else Date())

    @override
    def process_bind_param(self, value: date | None, dialect: Dialect) -> Any:
        if value is None or dialect.name != "sqlite":
            return value
        return value.isoformat()

    @override
    def process_result_value(self, value: Any, dialect: Dialect) -> date | None:
        return date.fromisoformat(value) if isinstance(value, str) else value


class Moment(_Long[datetime]):
    """A point in time, stored as whole microseconds since 1970-01-01 UTC."""

    cache_ok = True

    @override
    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        return None if value is None else microseconds(value)

    @override
    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        return None if value is None else moment(value)


class Money(_Long[Decimal]):
    """A Decimal with four places, stored as an integer scaled by 10,000."""

    cache_ok = True

    @override
    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        return None if value is None else to_scaled(value)

    @override
    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:
        return None if value is None else from_scaled(int(value))


class CanonicalJson(str):
    """Text that is canonical JSON already and is stored as it stands."""

    __slots__ = ()


class JsonText(TypeDecorator[Any]):
    """A JSON value kept as canonical text (sorted keys), the same bytes on both databases."""

    impl = Text
    cache_ok = True
    comparator_factory = _compares_as(Text)

    @override
    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        if value is None or isinstance(value, CanonicalJson):
            return None if value is None else str(value)
        return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    @override
    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else json.loads(value)


class Op(TypeDecorator[UUID]):
    """An operation id: UUID on PostgreSQL, 36 characters of text on SQLite."""

    impl = Uuid
    cache_ok = True
    comparator_factory = _compares_as(Uuid)

    @override
    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(Text() if dialect.name == "sqlite" else Uuid())

    @override
    def process_bind_param(self, value: UUID | None, dialect: Dialect) -> Any:
        if value is None or dialect.name != "sqlite":
            return value
        return str(value)

    @override
    def process_result_value(self, value: Any, dialect: Dialect) -> UUID | None:
        return UUID(value) if isinstance(value, str) else value


def microseconds(value: datetime) -> int:
    """Whole microseconds since 1970 UTC; the value must carry a time zone."""
    if value.tzinfo is None:
        raise ValueError("a moment needs a time zone")
    return (value - _EPOCH) // _MICROSECOND


def moment(value: int) -> datetime:
    """The point in time behind stored microseconds, in the members' zone.

    Shown anywhere it reads as the clock at the wall did, and its date is the day people lived.
    """
    return (_EPOCH + timedelta(microseconds=int(value))).astimezone(ZONE)


Key = Annotated[int, mapped_column(BigInt, primary_key=True, autoincrement=False)]
"""Part of a primary key; big tables put `org_id` first."""
Ref = Annotated[int, mapped_column(BigInt)]
"""A reference to a row of another table."""
OptRef = Annotated[int | None, mapped_column(BigInt)]
Count = Annotated[int, mapped_column(BigInt)]
"""A quantity in smallest units, or any other whole number."""
Price = Annotated[Decimal, mapped_column(Money)]
OptPrice = Annotated[Decimal | None, mapped_column(Money)]
Text_ = Annotated[str, mapped_column(Text)]
OptText = Annotated[str | None, mapped_column(Text)]
ADay = Annotated[date, mapped_column(Day)]
OptDay = Annotated[date | None, mapped_column(Day)]
AMoment = Annotated[datetime, mapped_column(Moment)]
OptMoment = Annotated[datetime | None, mapped_column(Moment)]
AFlag = Annotated[bool, mapped_column(Flag, default=False)]
AnOp = Annotated[UUID, mapped_column(Op)]
Digest = Annotated[bytes, mapped_column(LargeBinary)]
AnyJson = Annotated[Any, mapped_column(JsonText)]


STRICT: Final = {"sqlite_strict": True, "sqlite_with_rowid": True}
"""Table options: SQLite checks every value against its column's type."""


_CLASSES: Final[WeakValueDictionary[str, Any]] = WeakValueDictionary()
"""The classes by name, for all registries."""


class Base(DeclarativeBase):
    """The base of all tables."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    __table_args__: Any = STRICT

    @override
    def __init_subclass__(cls, **kw: Any) -> None:
        # Whoever asks one table makes SQLAlchemy ready all of its registry: 5 MB and 60 ms for a
        # window that uses a quarter of them. No table is related to another, so each has its own.
        cls._sa_registry = registry(metadata=Base.metadata, class_registry=_CLASSES)
        super().__init_subclass__(**kw)
