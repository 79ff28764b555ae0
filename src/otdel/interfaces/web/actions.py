"""What pages remember: how a person looks at a list, and that they took one away."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from otdel.core import journal
from otdel.core.act import action
from otdel.core.errors import Invalid, NotFound
from otdel.interfaces.web.models import ListView

if TYPE_CHECKING:
    from otdel.org.models import Person

MOST_VIEWS = 40


@action
def choose_columns(*, by: Person, listing: str, columns: tuple[str, ...], now: datetime) -> None:
    """Remember which columns of the list the person wants to see."""
    ListView.objects.update_or_create(
        person=by,
        listing=listing,
        name="",
        defaults={"columns": ",".join(columns)},
        create_defaults={"columns": ",".join(columns), "created_at": now},
    )


@action
def save_view(*, by: Person, listing: str, name: str, query: str, now: datetime) -> ListView:
    """Keep the list as it is now under a name; the same name is kept anew."""
    name = " ".join(name.split())[:80]
    if not name:
        raise Invalid(_("Give the view a name."), field="name")
    if ListView.objects.filter(person=by, listing=listing).exclude(name="").count() >= MOST_VIEWS:
        raise Invalid(_("A list can have forty views at most: delete one first."), field="name")
    view, _created = ListView.objects.update_or_create(
        person=by,
        listing=listing,
        name=name,
        defaults={"query": query[:4000]},
        create_defaults={"query": query[:4000], "created_at": now},
    )
    return view


@action
def forget_view(*, by: Person, view_id: int, now: datetime) -> None:
    """Delete one's own saved view."""
    if not ListView.objects.filter(pk=view_id, person=by).exclude(name="").delete()[0]:
        raise NotFound(_("There is no such view."))


@action
def record_export(*, by: Person, kind: str, count: int, form: str, query: str, now: datetime) -> None:
    """Write down who took how many rows away."""
    journal.record(f"{kind}.exported", None, by=by, at=now, count=count, form=form, query=query)
