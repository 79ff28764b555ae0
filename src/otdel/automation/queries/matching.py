"""Whether a record is one a rule speaks of: visible to its owner, in its department, within its conditions."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs

from django.db.models.expressions import RawSQL

from otdel.automation.models import Rule
from otdel.automation.queries.fields import RECORDS
from otdel.automation.rules import ABOUT, kinds_of
from otdel.billing.models import Invoice
from otdel.billing.queries import INVOICES
from otdel.core import custom
from otdel.core.listing import Asking, Listing, State
from otdel.customers.queries import CUSTOMERS
from otdel.deals.queries import DEALS, LEADS
from otdel.org import access as org
from otdel.org.models import Person
from otdel.org.queries import zone_of
from otdel.org.rules import Right
from otdel.tasks.queries import TASKS

LISTINGS: dict[str, Listing] = {
    "deal": DEALS,
    "lead": LEADS,
    "customer": CUSTOMERS,
    "invoice": INVOICES,
    "task": TASKS,
}
# records the company may have added fields to
OWN_FIELDS = {**RECORDS, "invoice": "billing.invoice"}
# whose a record is
OWNER = {"task": "assignee_id"}
NAME = {"deal": "title", "lead": "title", "customer": "name", "invoice": "number", "task": "title"}


def state_of(kind: str, conditions: str, person: Person, now: datetime, whole: bool = False) -> State:
    """Return the conditions as the list of such records reads them; `whole`: with the company's own fields anyhow."""
    asking = Asking(person, now.astimezone(zone_of(person)))
    params = {name: tuple(values) for name, values in parse_qs(conditions).items()}
    listing = LISTINGS[kind]
    if kind in OWN_FIELDS and (whole or any(name.startswith("c_") for name in params)):
        fields = custom.definitions(OWN_FIELDS[kind])
        listing = listing.with_custom(custom.columns(fields), custom.filters(fields))
    return listing.read(params, asking)


def matching(rule: Rule, owner: Person, ids: Sequence[int], now: datetime, kind: str = "") -> dict[int, str]:
    """Return the names of those of the records the rule speaks of. One query besides those of access."""
    if not ids:
        return {}
    kind = kind or ABOUT[rule.when]
    if kind not in kinds_of(rule.when, rule.lines):
        return {}
    if kind == "person":
        return _people(rule, owner, ids)
    if kind == "unit":
        return _units(rule, owner, ids)
    state = state_of(kind, rule.conditions, owner, now)
    rows: Any = state.listing.narrowed(state).filter(pk__in=these(ids))
    if rule.unit_id:
        people = org.people_of(org.tree_for(owner).under(rule.unit_id))
        rows = rows.filter(**{f"{OWNER.get(kind, 'owner_id')}__in": people})
    return {pk: name or f"#{pk}" for pk, name in rows.values_list("pk", NAME[kind]).distinct()}


def is_of_all(rule: Rule, owner: Person) -> bool:
    """Whether nothing narrows the rule: no conditions, no department, an owner who sees everybody's. No query."""
    kind = ABOUT[rule.when]
    return kind in LISTINGS and not rule.conditions and not rule.unit_id and org.reach(owner, kind, Right.VIEW).everyone


def with_customers(kind: str, names: dict[int, str]) -> dict[int, str]:
    """Return names that say more than a number: an invoice with whose it is. One query for invoices, none else."""
    if kind != "invoice" or not names:
        return names
    rows = Invoice.objects.filter(pk__in=these(names)).values_list("pk", "customer__name")
    return {pk: f"{names[pk]} · {customer}" if customer else names[pk] for pk, customer in rows}


def these(ids: Collection[int]) -> RawSQL:
    """Numbers as one parameter: thousands of them written out take longer to send than to find."""
    return RawSQL("SELECT unnest(%s::bigint[])", [list(ids)])


def _people(rule: Rule, owner: Person, ids: Sequence[int]) -> dict[int, str]:
    reached = org.reach(owner, "plan", Right.VIEW)
    rows = org.limit(Person.objects.filter(pk__in=these(ids), is_active=True), reached, "id")
    return dict(rows.values_list("pk", "name"))


def _units(rule: Rule, owner: Person, ids: Sequence[int]) -> dict[int, str]:
    """Departments whose plan the owner may see, within the rule's. No query besides those of access."""
    tree, reached = org.tree_for(owner), org.unit_reach(owner, "plan", Right.VIEW)
    within = tree.under(rule.unit_id) if rule.unit_id else frozenset(tree.nodes)
    return {pk: tree.nodes[pk].name for pk in ids if pk in within and reached.includes_unit(pk)}


def seen(person: Person, kind: str, ids: Collection[int]) -> set[int]:
    """Return those of the records that the person may see, whoever's rule speaks of them. One query, none for none."""
    if not ids:
        return set()
    if kind == "unit":
        tree, reached = org.tree_for(person), org.unit_reach(person, "plan", Right.VIEW)
        return {pk for pk in ids if pk in tree.nodes and reached.includes_unit(pk)}
    if kind == "person":
        rows: Any = org.limit(Person.objects.all(), org.reach(person, "person", Right.VIEW), "id")
    else:
        rows = LISTINGS[kind].visible(person, "view", False)
    return set(rows.filter(pk__in=these(ids)).values_list("pk", flat=True))
