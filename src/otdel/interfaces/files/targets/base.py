"""How a kind of thing to import is described: its fields, their values, the names files call them by."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise

CAMEL = re.compile(r"(?<=[a-zа-яё0-9])(?=[A-ZА-ЯЁ])")
NOT_WORDS = re.compile(r"[^0-9a-zа-я%]+")


class Kind(StrEnum):
    """Kind of value; `cells` has a parser for each."""

    TEXT = "text"
    ID = "id"
    REFERENCE = "reference"
    REFERENCES = "references"
    MONEY = "money"
    NUMBER = "number"
    INTEGER = "integer"
    CURRENCY = "currency"
    DATE = "date"
    DATETIME = "datetime"
    PERIOD = "period"
    BOOLEAN = "boolean"
    DURATION = "duration"
    PHONES = "phones"
    EMAIL = "email"
    EMAILS = "emails"
    SITE = "site"
    LIST = "list"
    PATH = "path"
    OUTCOME = "outcome"
    ACTIVITY = "activity"
    DIRECTION = "direction"
    CUSTOMER_KIND = "customer_kind"
    INVOICE_STATUS = "invoice_status"
    METRIC = "metric"
    INN = "inn"
    KPP = "kpp"
    OGRN = "ogrn"
    BIK = "bik"
    ACCOUNT = "account"


@dataclass(frozen=True)
class Field:
    key: str
    label: str | Promise
    kind: Kind
    names: tuple[str, ...]
    """Names files use, normalised, the surest first."""
    many: bool = False
    """Several columns may feed it (phones, notes)."""
    identifies: bool = False
    """May serve as the key by which the same row is known again."""
    prefix: tuple[str, ...] = ()
    """Names that begin so carry an argument: "Date entered <stage>"."""
    by_period: bool = False
    """A column headed by a period ("March 2026") may feed it, the period being the argument."""


@dataclass(frozen=True)
class Option:
    """A question the wizard asks about the whole file; the first choice is taken unless changed."""

    key: str
    label: str | Promise
    help: str | Promise
    choices: tuple[tuple[str, str | Promise], ...] = ()


@dataclass(frozen=True)
class Target:
    key: str
    label: str | Promise
    fields: tuple[Field, ...]
    needs: tuple[tuple[str, ...], ...]
    """Of each group at least one field must be given."""
    file_names: tuple[str, ...] = ()
    """Parts of a file's name that speak for this kind."""
    options: tuple[Option, ...] = ()

    def field(self, key: str) -> Field:
        return next(field for field in self.fields if field.key == key)

    @property
    def keys(self) -> tuple[Field, ...]:
        return tuple(field for field in self.fields if field.identifies)


def normal(name: str) -> str:
    """A header as its words: `Бюджет ₽` → `бюджет`, `EmployeeKey` → `employee key`."""
    spaced = CAMEL.sub(" ", name).lower().replace("ё", "е")
    return NOT_WORDS.sub(" ", spaced).strip()


def field(
    key: str,
    label: str | Promise,
    kind: Kind,
    names: str,
    *,
    many: bool = False,
    identifies: bool = False,
    prefix: str = "",
    by_period: bool = False,
) -> Field:
    return Field(key, label, kind, _split(names), many, identifies, _split(prefix), by_period)


def _split(names: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(normal(name) for name in names.split(";") if name.strip()))
