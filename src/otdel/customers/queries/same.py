"""Who may be the same: shown while a new one is being written down."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.search import TrigramSimilarity
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from otdel.core import phones
from otdel.core.listing.filters import fold
from otdel.core.models import Fold
from otdel.customers import access, rules
from otdel.customers.models import ContactPoint
from otdel.org.models import Person

SHOWN = 5
ALIKE = 0.5


@dataclass(frozen=True)
class Hint:
    id: int
    name: str
    why: str
    owner: str
    sure: bool  # by a number or an address, not by the name alone


def same_customers(
    person: Person,
    *,
    name: str = "",
    inn: str = "",
    kpp: str = "",
    contacts: Iterable[str] = (),
    but: int | None = None,
) -> list[Hint]:
    """Return visible customers with the same INN, phone or e-mail, then those called almost the same.

    At most three queries besides those of access.
    """
    found: dict[int, Hint] = {}
    rows = access.visible_to(person).exclude(pk=but)
    if inn:
        wanted = Q(inn=inn, kpp=kpp) | Q(inn=inn, kpp="") if kpp else Q(inn=inn)
        _add(found, rows.filter(wanted), _("the same INN"))
    if values := _values(contacts):
        owners = ContactPoint.objects.filter(value__in=values).values("customer_id")
        through = ContactPoint.objects.filter(value__in=values).values("contact__customer_id")
        _add(found, rows.filter(Q(pk__in=owners) | Q(pk__in=through)), _("the same phone or e-mail"))
    core = fold(rules.core_name(name))
    if len(core) >= 3:
        # the index finds names that contain nearly these words; only those alike as wholes are worth a question
        alike = rows.filter(search__trigram_word_similar=core).annotate(close=TrigramSimilarity(Fold("name"), core))
        _add(found, alike.filter(close__gte=ALIKE).order_by(F("close").desc(), "id"), _("a similar name"), False)
    return list(found.values())[:SHOWN]


def _values(contacts: Iterable[str]) -> list[str]:
    found = []
    for text in list(contacts)[:20]:
        if "@" in text:
            found.append(text.strip().lower()[:254])
        elif phone := phones.parse(text):
            found.append(phone.number)
    return found


def _add(found: dict[int, Hint], rows: QuerySet[Any], why: str, sure: bool = True) -> None:
    for pk, name, last, first in rows.values_list("id", "name", "owner__last_name", "owner__first_name")[:SHOWN]:
        found.setdefault(pk, Hint(pk, name, why, f"{last} {first}".strip(), sure))
