"""The list of people."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as lazy

from otdel.interfaces.web import lists, org_tabs
from otdel.org import queries

TONES = {"invited": "accent", "closed": "over"}
LIST = lists.ListPage(
    listing=queries.people_on(date.min),
    on_day=queries.people_on,
    name="people",
    path="people/",
    title=lazy("People"),
    empty_title=lazy("Nobody was found"),
    empty_text=lazy("Everybody who works here, with department, role and how to reach them."),
    icon="users",
    card="person",
    create="person_new",
    create_label=lazy("Add a person"),
    tones={"status": TONES},
    quick=(
        (lazy("Invited, not come yet"), {"status": "invited"}),
        (lazy("Not invited yet"), {"status": "not_invited"}),
        (lazy("Left"), {"status": "left"}),
    ),
    tabs=lambda person: org_tabs.tabs(person, "people"),
    file_name="people",
)


def status_of(row: queries.PersonRow) -> dict[str, Any]:
    """Return the words of a person's standing, and their tone."""
    return {"status": queries.STATUS_LABELS[row.status], "tone": TONES.get(row.status, "")}
