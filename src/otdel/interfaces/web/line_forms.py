"""Lines inside a form: what, how much, for how much. Without scripts there are a few empty ones at the end."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from otdel.billing.queries import LineRow
from otdel.billing.queries.pick import products_named
from otdel.billing.rules import LineValues, priced
from otdel.core.errors import Refusal
from otdel.core.listing.filters import fold
from otdel.core.listing.values import clean_text, read_amount
from otdel.interfaces.http import PersonRequest
from otdel.interfaces.web import formats

SPARE = 3
MOST = 500
# `was` is quantity, price and amount as they were kept: a sum that is not their product survives an untouched line
NAMES = ("what", "quantity", "price", "cost", "was")


@dataclass(frozen=True)
class Entry:
    """One line as typed."""

    what: str = ""
    quantity: str = ""
    price: str = ""
    cost: str = ""
    was: str = ""
    amount: Decimal | None = None
    problem: str = ""

    @property
    def empty(self) -> bool:
        return not (self.what.strip() or self.price.strip() or self.cost.strip())

    @property
    def shown_amount(self) -> str:
        return formats.current().number(self.amount, 2) if self.amount is not None else ""


@dataclass
class LinesForm:
    entries: list[Entry]
    with_cost: bool = False
    values: list[LineValues] = field(default_factory=list)
    problem: str = ""

    @property
    def rows(self) -> list[Entry]:
        return [*self.entries, *[Entry()] * SPARE]

    @property
    def blank(self) -> Entry:
        return Entry()

    @property
    def total(self) -> str:
        return formats.current().number(sum((each.amount or Decimal(0) for each in self.entries), Decimal(0)), 2)

    @property
    def is_valid(self) -> bool:
        return not self.problem and not any(each.problem for each in self.entries)


def of_rows(rows: Sequence[LineRow], with_cost: bool = False) -> LinesForm:
    return LinesForm([_entry(row) for row in rows], with_cost)


def _entry(row: LineRow) -> Entry:
    quantity, price = _plain(row.quantity), _plain(row.price)
    was = "|".join((quantity, price, str(row.amount)))
    return Entry(row.title, quantity, price, _plain(row.cost), was, row.amount)


def _plain(value: Decimal | None) -> str:
    """A number as it is typed, without trailing zeros."""
    if value is None:
        return ""
    text = f"{value:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return text.replace(".", formats.current().decimal)


def read(request: PersonRequest, kept: Sequence[LineRow] = (), with_cost: bool = False) -> LinesForm:
    """Return the lines that were sent; `kept` are those the record has, so that their products stay the same."""
    sent = _sent(request.POST)
    known = products_named(request.user, {each.what for each in sent})
    mine = {fold(row.title): row.product_id for row in kept}
    form = LinesForm([], with_cost)
    for each in sent:
        entry, values = _read(each, known, mine)
        form.entries.append(entry)
        if values is not None:
            form.values.append(values)
    if len(sent) > MOST:
        form.problem = _("No more than %(count)d lines.") % {"count": MOST}
    return form


def _sent(post: QueryDict) -> list[Entry]:
    columns = [post.getlist(f"line_{name}") for name in NAMES]
    longest = max((len(column) for column in columns), default=0)
    filled = [[*column, *[""] * (longest - len(column))] for column in columns]
    entries = [_typed(values) for values in zip(*filled, strict=True)]
    return [each for each in entries if not each.empty][: MOST + 1]


def _typed(values: Sequence[str]) -> Entry:
    what, quantity, price, cost, was = (clean_text(text, 250).strip() for text in values)
    return Entry(what, quantity, price, cost, was)


Known = Mapping[str, tuple[int, Decimal | None]]


def _read(entry: Entry, known: Known, mine: Mapping[str, int | None]) -> tuple[Entry, LineValues | None]:
    product_id, listed = known.get(fold(entry.what), (None, None))
    if fold(entry.what) in mine:
        product_id = mine[fold(entry.what)]
    try:
        values = LineValues(
            product_id=product_id,
            name=entry.what,
            quantity=_number(entry.quantity, Decimal(1)),
            price=_number(entry.price, listed or Decimal(0)),
            amount=_kept_amount(entry),
            cost=_number(entry.cost, None),
        )
        ready = priced(values)
    except Refusal as refusal:
        return replace(entry, problem=str(refusal)), None
    except ValueError:
        return replace(entry, problem=_("Enter a number.")), None
    return replace(entry, price=entry.price or _plain(ready.price), amount=ready.amount), ready


def _number(text: str, default: Any) -> Any:
    if not text.strip():
        return default
    number = read_amount(text)
    if number is None:
        raise ValueError(text)
    return number


def _kept_amount(entry: Entry) -> Decimal | None:
    """The sum as it was kept, while neither quantity nor price were touched."""
    quantity, _bar, rest = entry.was.partition("|")
    price, _bar, amount = rest.partition("|")
    same = (entry.quantity, entry.price) == (quantity, price)
    return read_amount(amount) if same and amount else None


Reader = Callable[[PersonRequest], LinesForm]
