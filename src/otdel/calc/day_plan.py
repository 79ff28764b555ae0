"""What one day of a manager is worth spending on: whose silence, which deal, in which order.

The method in prose, with a worked table: docs/methods/manual-control.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

# a customer is silent once they have not bought for so many of their usual gaps
SILENT = Decimal("1.5")
ROUBLE = Decimal(1)


def is_silent(gap: Decimal, since: int) -> bool:
    """Tell whether a customer who usually buys every `gap` days and last did `since` days ago is late."""
    return gap > 0 and since > SILENT * gap


def silent_value(average: Decimal, gap: Decimal, since: int) -> Decimal:
    """Return what a call may bring back: an average purchase, less the longer the silence: average × gap ÷ since."""
    if since <= 0 or gap <= 0:
        return Decimal(0)
    return (average * min(gap / since, Decimal(1))).quantize(ROUBLE, ROUND_HALF_UP)


def expected_money(amount: Decimal, probability: int | None) -> Decimal:
    """Return the amount times the chance of its stage; without a chance set, half."""
    chance = Decimal(50 if probability is None else probability) / 100
    return (amount * chance).quantize(ROUBLE, ROUND_HALF_UP)


def money_days(expected: Decimal, days: int) -> Decimal:
    """Return how much money has stood still for how long: what deals to move are ordered by."""
    return expected * max(days, 0)


def streak(attainments: Sequence[Decimal | None], least: Decimal) -> int:
    """Return how many of the last days in a row reached the least attainment; a day without an answer breaks it."""
    count = 0
    for each in reversed(attainments):
        if each is None or each < least:
            break
        count += 1
    return count
