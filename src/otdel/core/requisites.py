"""Russian requisites by their checksums: ИНН, КПП, ОГРН, БИК, accounts. Values in, yes or no out."""

from __future__ import annotations

import re

from stdnum.ru import inn, ogrn

KPP = re.compile(r"\d{4}[0-9A-Z]{2}\d{3}")
BIK = re.compile(r"0[0-4]\d{7}")
ACCOUNT = re.compile(r"\d{20}")
WEIGHTS = (7, 1, 3)
NO_BANK_NUMBER = frozenset({"000", "001", "002"})
"""Ends of БИК of the Bank of Russia's own offices; accounts there are checked by the office's number."""


def check_inn(text: str) -> bool:
    """10 digits of a company or 12 of a person."""
    return text.isdigit() and bool(inn.is_valid(text)) and set(text) != {"0"}


def check_kpp(text: str) -> bool:
    return KPP.fullmatch(text) is not None


def check_ogrn(text: str) -> bool:
    """13 digits of a company (ОГРН) or 15 of an entrepreneur (ОГРНИП)."""
    return text.isdigit() and bool(ogrn.is_valid(text))


def check_bik(text: str) -> bool:
    return BIK.fullmatch(text) is not None


def check_account(account: str, bik: str) -> bool:
    """A settlement account is checked with the bank's number, a correspondent one with the region's."""
    if not ACCOUNT.fullmatch(account) or not check_bik(bik):
        return False
    of_region = account.startswith("301") or bik[-3:] in NO_BANK_NUMBER
    digits = ("0" + bik[4:6] if of_region else bik[-3:]) + account
    return sum(int(digit) * WEIGHTS[place % 3] for place, digit in enumerate(digits)) % 10 == 0
