"""What nobody has planned anything for: open deals and customers without a next step.

A next step is a task that is still to bring something, or a planned call, meeting or letter. The number and the list it
opens are narrowed by the same condition, so they cannot disagree.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Count, Exists, IntegerField, OuterRef, Q, Subquery
from django.utils.translation import gettext_lazy as _

from otdel.activities.models import Activity
from otdel.core.listing import Flag, Listing
from otdel.customers.access import visible_to as visible_customers
from otdel.customers.models import Customer
from otdel.deals.access import visible_to as visible_deals
from otdel.deals.models import Deal
from otdel.org.models import Person
from otdel.tasks.models import Task
from otdel.tasks.models.task import STEP


def _without(name: str) -> Q:
    mine: dict[str, Any] = {name: OuterRef("pk"), "deleted_at": None}
    planned = Activity.objects.filter(is_done=False, **mine)
    return Q(~Exists(Task.objects.filter(STEP, **mine)), ~Exists(planned))


def deal_without_step() -> Q:
    return Q(closed_on=None) & _without("deal")


def customer_without_step() -> Q:
    return _without("customer")


@dataclass(frozen=True)
class WithoutStep:
    deals: int
    customers: int


class _CountOf(Subquery):
    template = "(SELECT count(*) FROM (%(subquery)s) counted)"
    output_field = IntegerField()


def without_step(person: Person) -> WithoutStep:
    """Count the person's own. One query; its cost grows with what the person has, not with the firm."""
    own = {"owner_id": person.pk, "deleted_at": None}
    deals = Deal.objects.filter(deal_without_step(), **own).order_by().values("pk")
    customers = Customer.objects.filter(customer_without_step(), **own).order_by().values("pk")
    found = Person.objects.filter(pk=person.pk).values_list(_CountOf(deals), _CountOf(customers))
    return WithoutStep(*found.get())


def without_step_of(person: Person, ids: list[int]) -> dict[int, WithoutStep]:
    """Count those of each of these people, of what the person may see. Two queries."""
    rows = (
        visible_deals(person).filter(deal_without_step(), owner_id__in=ids),
        visible_customers(person).filter(customer_without_step(), owner_id__in=ids),
    )
    deals, customers = (
        dict(each.order_by().values("owner_id").annotate(number=Count("pk")).values_list("owner_id", "number"))
        for each in rows
    )
    return {pk: WithoutStep(deals.get(pk, 0), customers.get(pk, 0)) for pk in ids}


_NONE = _("Without a next step")
DEAL_STEP = Flag("step", _("Next step"), conditions={"none": (_NONE, lambda asking: deal_without_step())})
CUSTOMER_STEP = Flag("step", _("Next step"), conditions={"none": (_NONE, lambda asking: customer_without_step())})
# what opens exactly the counted rows
ROWS = {"step": "none", "owner": "me"}


def with_steps(listing: Listing, step: Flag) -> Listing:
    """Let a list of a lower room be narrowed by what it does not know of: tasks."""
    return replace(listing, filters=(*listing.filters, step))
