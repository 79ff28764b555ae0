"""Requisites whose checksums agree and that belong to nobody: tax office and bank divisions "00" issue none."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

_INN_10 = (2, 4, 10, 3, 5, 9, 4, 6, 8)
_INN_11 = (7, 2, 4, 10, 3, 5, 9, 4, 6, 8)
_INN_12 = (3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8)
_ACCOUNT = (7, 1, 3)


@dataclass(frozen=True)
class Requisites:
    inn: str
    kpp: str
    ogrn: str
    bik: str
    account: str


def _check(digits: str, weights: tuple[int, ...]) -> str:
    return str(sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=True)) % 11 % 10)


def _account(rng: Random, bik: str) -> str:
    """Return a company's rouble account whose ninth digit agrees with the bank (control key of 1997)."""
    head, tail = "40702810", f"{rng.randrange(10**11):011}"
    digits = bik[-3:] + head + "0" + tail
    total = sum(int(digit) * _ACCOUNT[place % 3] for place, digit in enumerate(digits))
    return head + str(total % 10 * 3 % 10) + tail


def company(rng: Random, tax_code: str, number: int) -> Requisites:
    """Return the requisites of the invented company `number` (below 100 000) of the region."""
    office = f"{tax_code}00"
    body = f"{office}{number:05}"
    base = f"1{rng.randrange(5, 24):02}{office}{number:05}"
    bik = f"04{tax_code}00{rng.randrange(700, 999)}"
    return Requisites(
        inn=body + _check(body, _INN_10),
        kpp=f"{office}01001",
        ogrn=base + str(int(base) % 11 % 10),
        bik=bik,
        account=_account(rng, bik),
    )


def entrepreneur(rng: Random, tax_code: str, number: int) -> Requisites:
    office = f"{tax_code}00"
    body = f"{office}{number:06}"
    body += _check(body, _INN_11)
    bases = [f"3{year:02}{office}{number:07}" for year in range(5, 24)]
    # a remainder of two digits is checked differently by different programs
    base = rng.choice([base for base in bases if int(base) % 13 < 10])
    bik = f"04{tax_code}00{rng.randrange(700, 999)}"
    return Requisites(
        inn=body + _check(body, _INN_12),
        kpp="",
        ogrn=base + str(int(base) % 13),
        bik=bik,
        account=_account(rng, bik),
    )
