"""What a customer and a contact must be. Plain decisions: no queries, no clock."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from otdel.core import phones, requisites
from otdel.core.errors import Conflict, Invalid
from otdel.customers.models import ContactPoint, Customer

CUSTOMER_TEXTS = {
    "name": 250,
    "legal_name": 250,
    "inn": 12,
    "kpp": 9,
    "ogrn": 15,
    "bank_name": 160,
    "bik": 9,
    "account": 20,
    "address": 400,
    "note": 20_000,
}
CUSTOMER_LISTS = ("segment_id", "region_id", "channel_id", "source_id")
CONTACT_TEXTS = {"last_name": 80, "first_name": 80, "middle_name": 80, "position": 160, "note": 20_000}
# What counts towards a card's completeness, and may be made required.
CUSTOMER_COUNTED = {
    "inn": lazy("INN"),
    "phone": lazy("Phone"),
    "email": lazy("E-mail"),
    "segment_id": lazy("Segment"),
    "region_id": lazy("Region"),
    "source_id": lazy("Source"),
    "channel_id": lazy("Channel"),
    "address": lazy("Address"),
}
CONTACT_COUNTED = {
    "position": lazy("Position"),
    "phone": lazy("Phone"),
    "email": lazy("E-mail"),
    "customer_id": lazy("Customer"),
}
EMAIL = re.compile(r"[^\s@,;<>\"]+@[^\s@,;<>\"]+\.[^\s@,;<>\"]{2,}")
MOST_TAGS = 20
_SPACES = re.compile(r"[\s\u00a0]+")
# words that say the form of a company and nothing of its name
LEGAL_FORMS = re.compile(
    r"\b(ооо|оао|зао|пао|ао|ип|чп|тоо|нко|фгуп|муп|гуп|llc|ltd|inc|gmbh)\b|[\"«»'“”.,()]", re.IGNORECASE
)


class NotFilledIn(Invalid):
    """A field the company requires is empty."""


class InUse(Conflict):
    """Records refer to this entry."""


@dataclass(frozen=True)
class Point:
    """A phone, e-mail or site as it will be stored."""

    kind: str
    value: str
    extension: str = ""
    raw: str = ""
    label: str = ""


def clean_texts(given: Mapping[str, Any], lengths: Mapping[str, int]) -> dict[str, str]:
    """Return the texts among the given fields, trimmed. Refuses what does not fit."""
    found = {}
    for name, longest in lengths.items():
        if name not in given:
            continue
        text = str(given[name] or "").replace("\x00", "").strip()
        if name not in ("note",):
            text = _SPACES.sub(" ", text)
        if len(text) > longest:
            raise Invalid(_("This is longer than %(most)s characters.") % {"most": longest}, field=name)
        found[name] = text
    return found


def bare_requisites(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values with requisites as they are kept: without the spaces and dashes people put into them."""
    numbers = ("inn", "kpp", "ogrn", "bik", "account")
    return {
        name: re.sub(r"[\s\-\u00a0]", "", str(value or "")).upper() if name in numbers else value
        for name, value in given.items()
    }


def check_customer(customer: Customer) -> None:
    """Refuse a customer without a name or with requisites that fail their checksums."""
    if not customer.name:
        raise Invalid(_("Give the customer a name."), field="name")
    for name, fits, problem in REQUISITES:
        value = getattr(customer, name)
        if value and not fits(value):
            raise Invalid(str(problem), field=name)
    _check_lengths(customer)
    if customer.account and customer.bik and not requisites.check_account(customer.account, customer.bik):
        raise Invalid(_("The account does not match the bank: check both numbers."), field="account")


REQUISITES = (
    ("inn", requisites.check_inn, lazy("This is not an INN: the check digit is wrong.")),
    ("kpp", requisites.check_kpp, lazy("This is not a KPP: it has nine characters.")),
    ("ogrn", requisites.check_ogrn, lazy("This is not an OGRN: the check digit is wrong.")),
    ("bik", requisites.check_bik, lazy("This is not a BIK: it has nine digits and begins with 0.")),
)


def _check_lengths(customer: Customer) -> None:
    if customer.kind == Customer.Kind.COMPANY and len(customer.ogrn) == 15 and len(customer.inn) == 10:
        raise Invalid(_("A company with an INN of 10 digits has an OGRN of 13."), field="ogrn")
    if customer.kpp and len(customer.inn) == 12:
        raise Invalid(_("A person has no KPP."), field="kpp")


def wrong_fields(given: Mapping[str, Any]) -> dict[str, str]:
    """Return what is wrong with every field of a form at once: the action would name the first and then the next."""
    kept = bare_requisites(given)
    found = {name: str(problem) for name, fits, problem in REQUISITES if kept.get(name) and not fits(kept[name])}
    for name, read in (("phones", phone_points), ("emails", email_points), ("sites", site_points)):
        try:
            read(given.get(name) or ())
        except Invalid as refusal:
            found[name] = str(refusal)
    return found


def phone_points(texts: Iterable[str], region: str = "RU") -> list[Point]:
    """Return phones in E.164, each once. Refuses what is no number."""
    found: dict[tuple[str, str], Point] = {}
    for text in _given(texts):
        phone = phones.parse(text, region)
        if phone is None:
            raise Invalid(_("“%(text)s” is not a phone number.") % {"text": text[:60]}, field="phones")
        point = Point(ContactPoint.Kind.PHONE, phone.number, phone.extension, phone.raw)
        found.setdefault((phone.number, phone.extension), point)
    return list(found.values())


def email_points(texts: Iterable[str]) -> list[Point]:
    found = {}
    for text in _given(texts):
        if len(text) > 254 or not EMAIL.fullmatch(text):
            raise Invalid(_("“%(text)s” is not an e-mail address.") % {"text": text[:60]}, field="emails")
        found[text.lower()] = Point(ContactPoint.Kind.EMAIL, text.lower(), raw=text)
    return list(found.values())


def site_points(texts: Iterable[str]) -> list[Point]:
    found = {}
    for text in _given(texts):
        bare = re.sub(r"^https?://", "", text, flags=re.IGNORECASE).rstrip("/")
        if "." not in bare or " " in bare or len(bare) > 240:
            raise Invalid(_("“%(text)s” is not a website.") % {"text": text[:60]}, field="sites")
        found[bare.lower()] = Point(ContactPoint.Kind.SITE, bare.lower(), raw=text)
    return list(found.values())


def _given(texts: Iterable[str]) -> list[str]:
    return [text.strip() for text in texts if text and text.strip()][:20]


def clean_tags(tags: Iterable[str]) -> list[str]:
    found = dict.fromkeys(" ".join(tag.replace("\x00", "").split())[:60] for tag in tags)
    return [tag for tag in found if tag][:MOST_TAGS]


def missing(filled: Collection[str], required: Collection[str]) -> list[str]:
    """Return the required fields that are empty."""
    return [name for name in required if name not in filled]


def check_required(filled: Collection[str], required: Collection[str], touched: Collection[str] | None) -> None:
    """Refuse a new card with an empty required field, and a change that empties one.

    An old card lacking something else may still be changed: otherwise nobody could mend it step by step.
    """
    for name in missing(filled, required):
        if touched is None or name in touched:
            raise NotFilledIn(_("The company requires this to be filled in."), field=_field_of(name))


def _field_of(name: str) -> str:
    return {"phone": "phones", "email": "emails"}.get(name, name.removesuffix("_id"))


def completeness(filled: Collection[str], counted: Collection[str]) -> float:
    """Return the filled share of what counts; 1 when nothing counts."""
    return sum(name in filled for name in counted) / len(counted) if counted else 1.0


def core_name(name: str) -> str:
    """Return the name without the form of the company: what near-duplicates are compared by."""
    return _SPACES.sub(" ", LEGAL_FORMS.sub(" ", name)).strip()
