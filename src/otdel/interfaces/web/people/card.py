"""The card of a person."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from otdel.core.counting import count_each
from otdel.customers import access as customers
from otdel.deals import access as deals
from otdel.interfaces.http import PersonRequest, page
from otdel.interfaces.web import formats
from otdel.interfaces.web.nav import address
from otdel.interfaces.web.people.listing import status_of
from otdel.measures import queries as measures
from otdel.org import access, queries
from otdel.org.rules import Right

DAY = timedelta(days=1)


@page
def person(request: PersonRequest, pk: int) -> HttpResponseBase:
    card = queries.person_card(request.user, pk, request.today)
    may_change = access.reach(request.user, "person", Right.CHANGE).includes(pk)
    context = {
        "card": card,
        "row": status_of(card.row),
        "facts": _facts(card),
        "guard": _guard(request, card) if may_change else None,
        "stays": [_stay(stay) for stay in card.stays],
        "records": records(request, pk),
        "may_change": may_change,
        "hands_over": hands_over(request, pk),
        "control": _control(request, card),
        "invitation": _invitation(request, card),
        "can_undo": len(card.stays) > 1 and card.row.status != "left",
        "status": card.row.status,
    }
    return render(request, "people/card.html", context)


def _control(request: PersonRequest, card: queries.PersonCard) -> str:
    """Return where this person's manual control is, or is declared; "" for whoever does neither."""
    if not measures.may_declare(request.user, card.row.id) or card.row.status == "left":
        return ""
    found = measures.of_person(request.user, card.row.id)
    return reverse("control", args=[found]) if found else f"{reverse('control_new')}?person={card.row.id}"


def _facts(card: queries.PersonCard) -> list[tuple[str, str]]:
    fmt = formats.current()
    first, last = card.row.employed_from, card.row.employed_to
    works = _("since %(day)s") % {"day": fmt.day(first)} if first else ""
    if last:
        until = _("until %(day)s") % {"day": fmt.day(last - timedelta(days=1))}
        works = f"{works} {until}".strip()
    return [
        (_("Department"), card.row.unit or formats.DASH),
        (_("Position"), card.row.position or formats.DASH),
        (_("Role"), card.row.role),
        (_("Head of"), ", ".join(card.heads) or formats.DASH),
        (_("E-mail"), card.row.email or formats.DASH),
        (_("Phone"), formats.phone(card.row.phone) if card.row.phone else formats.DASH),
        (_("Works here"), works or formats.DASH),
    ]


def _guard(request: PersonRequest, card: queries.PersonCard) -> dict[str, Any]:
    """What lets this person in: for whoever may help them when it is lost."""
    held = queries.second_factors(card.row.id)
    keys = held.count("webauthn")
    said = [_("codes from an app")] if "totp" in held else []
    said += [ngettext("%(number)d key", "%(number)d keys", keys) % {"number": keys}] if keys else []
    zone = queries.zone_of(request.user)
    seen = formats.current().moment(card.last_login.astimezone(zone), request.today) if card.last_login else ""
    return {
        "facts": [
            (_("Last sign-in"), seen or _("has not been here yet")),
            (_("In addition to the password"), ", ".join(said) or _("nothing")),
        ],
        "held": bool(held) and card.row.id != request.user.pk,
    }


def _stay(stay: queries.Stay) -> dict[str, str]:
    fmt = formats.current()
    # the last day there: the next department begins on the day after it
    till = fmt.day(stay.ends_on - DAY) if stay.ends_on else ""
    return {"unit": stay.unit, "since": fmt.day(stay.starts_on), "till": till}


def _invitation(request: PersonRequest, card: queries.PersonCard) -> str:
    if card.invitation_sent is None or card.invitation_expires is None:
        return ""
    if card.invitation_expires <= request.now:
        return _("The invitation has expired. Send a new one.")
    until = formats.current().day(card.invitation_expires.astimezone(queries.zone_of(request.user)).date())
    return _("An invitation has been sent; it is valid until %(day)s.") % {"day": until}


def hands_over(request: PersonRequest, pk: int) -> bool:
    """Tell whether who looks may give what this person has to others."""
    kinds = ("customer", "contact", "lead", "deal")
    return pk != request.user.pk and any(access.reach(request.user, kind, Right.CHANGE).includes(pk) for kind in kinds)


def records(request: PersonRequest, pk: int) -> list[dict[str, Any]]:
    """Count what is this person's and visible to whoever looks, with the way to it."""
    user = request.user
    kinds = (
        ("customer", _("Customers"), customers.customers, "customers"),
        ("contact", _("Contacts"), customers.contacts, "contacts"),
        ("lead", _("Leads"), deals.leads, "leads"),
        ("deal", _("Deals"), deals.deals, "deals"),
    )
    shown = [each for each in kinds if access.scope(user, each[0], Right.VIEW)]
    counts = count_each({kind: rows(user).filter(owner_id=pk) for kind, _label, rows, _name in shown})
    return [{"label": label, "count": counts[kind], "url": _list_of(name, pk)} for kind, label, _rows, name in shown]


def _list_of(name: str, pk: int) -> str:
    found = address(name)
    return f"{found}?owner={pk}" if found else ""
