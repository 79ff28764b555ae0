"""Numbers of a board as people read them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from otdel.interfaces.web import formats
from otdel.interfaces.web.formats import DASH, Formats
from otdel.interfaces.web.plan_words import COUNTS


@dataclass(frozen=True)
class Numbers:
    """How the amounts of one metric are written: sums without kopecks, counts with what there is after the comma."""

    fmt: Formats
    currency: str | None

    @classmethod
    def of(cls, metric: str, currency: str) -> Numbers:
        return cls(formats.current(), None if metric in COUNTS else currency)

    def __call__(self, value: Decimal | None) -> str:
        return self.fmt.number(value) if self.currency else self.fmt.plain(value, 1)

    def full(self, value: Decimal | None) -> str:
        """With the currency, and kopecks when there are any."""
        return self.fmt.money(value, self.currency) if self.currency else self.fmt.plain(value, 2)

    def whole(self, value: Decimal | None) -> str:
        return self.fmt.money(value, self.currency, 0) if self.currency else self.fmt.plain(value, 1)

    def signed(self, value: Decimal | None) -> str:
        if value is None:
            return DASH
        return self.fmt.signed_money(value, self.currency, 0) if self.currency else self.short(value)

    def short(self, value: Decimal | None) -> str:
        """Signed, without the currency: it is in the heading."""
        if value is None or self.currency:
            return self.fmt.signed(value)
        return self.fmt.signed(value, int(round(value, 1) % 1 != 0))

    def rough(self, value: Decimal | None) -> str:
        """Three digits: an extrapolation knows no more."""
        return self.fmt.compact(value, None)

    @property
    def unit(self) -> str:
        return formats.SYMBOLS.get(self.currency, self.currency) if self.currency else ""
