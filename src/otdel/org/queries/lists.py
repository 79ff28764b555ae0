"""The list of people."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from otdel.core.listing import Asking, Choice, Column, Days, Flag, Kind, Listing, Search, Sort, State
from otdel.core.listing.filters import Option
from otdel.core.models import Fold
from otdel.org import access, rules
from otdel.org.listing import UnitFilter, departments
from otdel.org.models import Invitation, Membership, Person
from otdel.org.queries.roles import role_choices
from otdel.org.rules import Right

NO_PASSWORD = Q(password="") | Q(password__startswith="!")  # noqa: S106 - Django's sign of an unusable one
WAITS = Exists(Invitation.objects.filter(person=OuterRef("pk"), accepted_at=None))
NAME = pgettext_lazy("person", "Full name")
STATUS_LABELS = {
    "working": "",  # nearly everybody: said only of who differs
    "invited": _("invited"),
    "not_invited": _("not invited"),
    "closed": _("account closed"),
    "left": _("left"),
}


def left(today: date) -> Q:
    return Q(employed_to__isnull=False, employed_to__lte=today)


def _here(condition: Q) -> Any:
    return lambda asking: condition & ~left(asking.today)


STATUSES = {
    "invited": (_("Invited, not come yet"), _here(NO_PASSWORD & Q(is_active=True) & Q(WAITS))),
    "not_invited": (_("Not invited yet"), _here(NO_PASSWORD & Q(is_active=True) & ~Q(WAITS))),
    "closed": (_("Account closed"), _here(Q(is_active=False))),
    "left": (_("Left"), lambda asking: left(asking.today)),
    "all": (_("All, also who left"), lambda asking: Q()),
}


@dataclass(frozen=True)
class PeopleSearch(Search):
    """A name in any order, a part of an e-mail or of a phone."""

    def narrow(self, rows: QuerySet[Any], value: str, asking: Asking) -> QuerySet[Any]:
        return super().narrow(rows.alias(folded=Fold("name")), value, asking)

    def _word(self, word: str) -> Q:
        return Q(folded__contains=word) | Q(email__contains=word) | Q(phone__contains=word)


@dataclass(frozen=True)
class People(Listing):
    """Who left is shown only when asked for."""

    def narrowed(self, state: State, right: str = "view") -> QuerySet[Any]:
        rows = super().narrowed(state, right)
        return rows if "status" in state.values else rows.exclude(left(state.asking.today))


def _visible(person: Person, right: str = "view", binned: bool = False) -> QuerySet[Any]:
    if right == Right.VIEW:
        return access.visible_people(person)
    return access.limit(Person.objects.all(), access.reach(person, "person", Right(right)), "id")


def _roles(asking: Asking) -> Iterator[Option]:
    for pk, name in role_choices():
        yield str(pk), name


def _unit_name(today: date) -> Subquery:
    """The department of the day, else the latest one."""
    own = Membership.objects.filter(person=OuterRef("pk"), starts_on__lte=today).order_by("-starts_on")
    return Subquery(own.values("unit__name")[:1])


def _role_name() -> Case:
    """role_name() as SQL."""
    known = [
        When(role__code=code, role__name=name, then=Value(str(rules.PRESET_LABELS[code])))
        for code, (name, _rights) in rules.PRESETS.items()
    ]
    return Case(*known, default=F("role__name"), output_field=models.CharField())


def _status(today: date) -> Case:
    return Case(
        When(left(today), then=Value("left")),
        When(is_active=False, then=Value("closed")),
        When(~NO_PASSWORD, then=Value("working")),
        When(WAITS, then=Value("invited")),
        default=Value("not_invited"),
        output_field=models.CharField(),
    )


def people_on(today: date) -> Listing:
    """Return the list as of a day; people are few enough for orders without an index."""
    return People(
        key="person",
        visible=_visible,
        order="name",
        columns=(
            Column("name", NAME, Kind.LINK, also=("id",), sort=Sort.text("name"), phone="m1"),
            Column("position", _("Position"), sort=Sort.text("position"), phone="m3"),
            Column("unit", _("Department"), source=_unit_name(today), phone="m4"),
            Column("role", _("Role"), source=_role_name()),
            Column("email", _("E-mail"), sort=Sort("email", str, nullable=True)),
            Column("phone", _("Phone"), Kind.PHONE),
            Column("status", _("Status"), Kind.CHOICE, _status(today), choices=STATUS_LABELS, phone="m2"),
            Column(
                "from", _("Works from"), Kind.DATE, "employed_from", sort=Sort("employed_from", date, nullable=True),
                shown=False,
            ),
            Column(
                "to", _("Works until, not including"), Kind.DATE, "employed_to",
                sort=Sort("employed_to", date, nullable=True), shown=False,
            ),
            Column("seen", _("Last sign-in"), Kind.MOMENT, "last_login", shown=False),
            Column("external", _("External number"), source="external_id", shown=False),
        ),
        filters=(
            PeopleSearch("q", _("Search")),
            UnitFilter("unit", _("Department"), path="id", options=departments),
            Choice("role", _("Role"), path="role_id", options=_roles),
            Flag("status", _("Status"), conditions=STATUSES),
            Days("from", _("Works from"), path="employed_from", nullable=True),
        ),
    )  # fmt: skip


__all__ = ["STATUS_LABELS", "people_on"]
