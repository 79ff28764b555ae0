"""Which column feeds which field, and what kind of things the file holds."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from otdel.interfaces.files.cells.periods import Period, periods
from otdel.interfaces.files.guess.columns import Profile
from otdel.interfaces.files.readers import Table
from otdel.interfaces.files.readers.layout import Header
from otdel.interfaces.files.targets import TARGETS, Field, Kind, Target, normal
from otdel.interfaces.files.targets.names import NEVER, telling

SIMILAR = 88.0
# What a column of companies' names weighs where no header says what the file holds.
COMPANIES = 3.0
# What the likeliest kind must weigh to be taken without asking, and how near to it another may come.
SURE, NEAR = 2.4, 0.9
WHOLE = ("integer", "id", "key", "year", "quarter", "compact_date")
FITS: dict[Kind, tuple[str, ...]] = {
    Kind.DATE: ("date", "datetime", "compact_date", "empty"),
    Kind.DATETIME: ("datetime", "date", "compact_date", "empty"),
    Kind.MONEY: ("money", "integer", "id", "key", "year", "quarter", "boolean", "phone", "empty"),
    Kind.NUMBER: ("integer", "money", "key", "quarter", "id", "year", "empty"),
    Kind.INTEGER: (*WHOLE, "empty"),
    Kind.EMAIL: ("email", "empty"),
    Kind.EMAILS: ("email", "text", "choice", "empty"),
    Kind.PHONES: ("phone", "text", "choice", "id", "integer", "money", "inn", "empty"),
    Kind.INN: ("inn", "id", "integer", "key", "money", "phone", "empty"),
    Kind.OGRN: ("id", "integer", "key", "money", "phone", "empty"),
    Kind.KPP: ("id", "integer", "key", "text", "choice", "empty"),
    Kind.PERIOD: (
        "period",
        "date",
        "datetime",
        "year",
        "quarter",
        "compact_date",
        "integer",
        "key",
        "id",
        "choice",
        "text",
        "empty",
    ),
    Kind.OUTCOME: ("choice", "text", "boolean", "id", "empty"),
    Kind.DURATION: ("time", "integer", "key", "id", "money", "text", "choice", "date", "empty"),
}
FITS_FIELD: dict[str, tuple[str, ...]] = {
    "quarter": ("quarter", "choice", "text", "empty"),
    "month": ("quarter", "integer", "key", "choice", "text", "empty"),
    "period": ("period", "date", "datetime", "compact_date", "year", "text", "choice", "empty"),
}
NUMBERS = (*WHOLE, "money")
BY_CONTENT: dict[Kind, tuple[str, ...]] = {
    Kind.DATE: ("date", "datetime", "compact_date"),
    Kind.DATETIME: ("datetime", "date", "compact_date"),
    Kind.PERIOD: ("period", "datetime", "date", "compact_date"),
    Kind.MONEY: ("money",),
    Kind.EMAIL: ("email",),
    Kind.EMAILS: ("email",),
    Kind.PHONES: ("phone",),
    Kind.INN: ("inn",),
    Kind.REFERENCE: ("key", "choice"),
    Kind.REFERENCES: ("key", "choice"),
    Kind.ID: ("id",),
    Kind.TEXT: ("text", "choice"),
}
EXACT_CONTENT = {"year": ("year",), "quarter": ("quarter",)}
"""Fields that only such a column may feed when there are no names."""


@dataclass(frozen=True)
class Use:
    """Column `position` feeds `field`; `why` is name, similar, part, prefix, period or content."""

    position: int
    field: str
    confidence: float
    why: str
    argument: str = ""


@dataclass(frozen=True)
class Match:
    """How well a file fits a kind of thing."""

    target: str
    score: float
    uses: tuple[Use, ...]
    missing: tuple[tuple[str, ...], ...]


def recognise(table: Table, profiles: Sequence[Profile], file_name: str = "") -> tuple[Match, ...]:
    """All kinds, the likeliest first."""
    matches = [match(target, table.headers, profiles, file_name) for target in TARGETS]
    return tuple(sorted(matches, key=lambda found: -found.score))


def is_sure(ranked: Sequence[Match]) -> bool:
    """Is the likeliest kind so likely that nobody need be asked? Nothing it needs is missing, and none comes near."""
    best, *others = ranked
    if best.missing or best.score < SURE:
        return False
    return all(other.missing or other.score <= best.score * NEAR for other in others)


def match(target: Target, headers: Sequence[Header], profiles: Sequence[Profile], file_name: str = "") -> Match:
    named = any(header.name for header in headers)
    candidates = list(_by_names(target, headers, profiles) if named else _by_content(target, profiles))
    uses = _assign(target, candidates)
    given = {use.field for use in uses}
    missing = tuple(group for group in target.needs if not given & set(group))
    score = _score(target, headers, uses, missing, file_name)
    if not named and target.key == "customers" and _is_list_of_companies(profiles):
        score += COMPANIES
    return Match(target.key, score, uses, missing)


def _is_list_of_companies(profiles: Sequence[Profile]) -> bool:
    """With money beside them they are whoever buys, and the file holds what they bought."""
    return any(p.companies for p in profiles) and not any(p.kind == "money" for p in profiles)


def _by_names(target: Target, headers: Sequence[Header], profiles: Sequence[Profile]) -> Iterator[Use]:
    known = [name for field in target.fields for name in field.names]
    for header, profile in zip(headers, profiles, strict=True):
        if not header.name or normal(header.name) in NEVER:
            continue
        found = list(_exact(target, header)) or list(_similar(target, header, known))
        for use, field in found:
            fit = _fit(field, profile, use.why)
            yield Use(use.position, use.field, use.confidence * fit, use.why, use.argument)


def _exact(target: Target, header: Header) -> Iterator[tuple[Use, Field]]:
    whole, parts = normal(header.name), _parts(header.name)
    for field in target.fields:
        if whole in field.names:
            yield (
                Use(header.position, field.key, 1.0 - min(field.names.index(whole), 50) / 500, "name"),
                field,
            )
        elif part := next((part for part in parts if part in field.names), None):
            yield Use(header.position, field.key, 0.8 - field.names.index(part) / 1000, "part"), field
        elif argument := _argument(field, header.name):
            yield Use(header.position, field.key, 0.9, "prefix", argument), field
        elif argument := _period(field, header.name):
            yield Use(header.position, field.key, 0.9, "period", argument), field


def _period(field: Field, name: str) -> str:
    found = periods()(name) if field.by_period else None
    return name if isinstance(found, Period) and found.grain != "day" else ""


def _parts(name: str) -> list[str]:
    """The name without what is in brackets, and its last part: `Deal - Title`, `Контакт: Имя`."""
    bare = re.sub(r"\([^)]*\)|\[[^\]]*\]", " ", name)
    return [part for part in (normal(bare), normal(re.split(r":|\s-\s", bare)[-1])) if part]


def _argument(field: Field, name: str) -> str:
    whole = normal(name)
    for prefix in field.prefix:
        if whole.startswith(prefix + " "):
            words = len(prefix.split())
            return " ".join(re.split(r"[\s_]+", name.strip())[words:]).strip("\"'«»")
    return ""


def _similar(target: Target, header: Header, known: list[str]) -> Iterator[tuple[Use, Field]]:
    name = normal(header.name)
    if len(name) < 5:
        return
    best = process.extractOne(name, known, scorer=fuzz.token_sort_ratio, score_cutoff=SIMILAR)
    if best is None:
        return
    field = next(field for field in target.fields if best[0] in field.names)
    yield Use(header.position, field.key, 0.6 * best[1] / 100, "similar"), field


def _fit(field: Field, profile: Profile, why: str) -> float:
    """A date is no text; an empty column yields to a filled one; numbers under a like name are no owners."""
    allowed = FITS_FIELD.get(field.key) or FITS.get(field.kind)
    fit = 1.0 if allowed is None or profile.kind in allowed else 0.3
    if fit < 1.0 and why == "name" and field.kind in (Kind.MONEY, Kind.NUMBER) and profile.kind in ("text", "choice"):
        fit = 0.45  # a sum by its name with some cells that are none: those rows are refused, not the column
    if why == "similar" and field.kind in (Kind.REFERENCE, Kind.REFERENCES) and profile.kind in NUMBERS:
        fit = 0.3
    return fit * (0.9 + 0.1 * min(profile.filled * 20, 1.0))


def _by_content(target: Target, profiles: Sequence[Profile]) -> Iterator[Use]:
    taken: set[int] = set()
    for field in target.fields:
        kinds = EXACT_CONTENT.get(field.key) or (() if field.key == "month" else BY_CONTENT.get(field.kind, ()))
        open_ones = [p for p in profiles if p.position not in taken]
        if (target.key, field.key) == ("customers", "name"):
            open_ones.sort(key=lambda p: not p.companies)
        found = next((p for kind in kinds for p in open_ones if p.kind == kind), None)
        if found is not None:
            taken.add(found.position)
            yield Use(found.position, field.key, 0.5, "content")


def _assign(target: Target, candidates: list[Use]) -> tuple[Use, ...]:
    """The best first; a field takes one column unless it may have many."""
    columns: set[int] = set()
    filled: set[str] = set()
    uses = []
    for use in sorted(candidates, key=lambda use: (-use.confidence, use.position)):
        field = target.field(use.field)
        taken = use.field in filled and not (field.many or use.why == "period")
        if use.position in columns or taken or use.confidence < 0.35:
            continue
        columns.add(use.position)
        filled.add(use.field)
        uses.append(use)
    return tuple(sorted(uses, key=lambda use: use.position))


def _score(
    target: Target,
    headers: Sequence[Header],
    uses: tuple[Use, ...],
    missing: tuple[tuple[str, ...], ...],
    file_name: str,
) -> float:
    names = {header.position: normal(header.name) for header in headers}
    total = sum(use.confidence * (0.3 + telling(names[use.position])) for use in uses)
    named = sum(bool(header.name) for header in headers) or len(headers)
    share = len(uses) / max(named, 1)
    low = file_name.lower()
    if any(part in low for part in target.file_names):
        total += 1.0
    return (total + 2 * share) * (0.3 if missing else 1.0)
