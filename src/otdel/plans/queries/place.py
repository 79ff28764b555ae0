"""Whose board it is, and whether the asker may look at it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from otdel.core.errors import Invalid, NotFound
from otdel.core.periods import Kind, Period
from otdel.org import access as org_access
from otdel.org.models import Membership, Person
from otdel.org.rules import Right, Scope, Tree
from otdel.plans import metrics
from otdel.plans.models import Metric
from otdel.plans.queries.facts import NO_UNIT, Whose
from otdel.plans.queries.order import is_sort

# What the board can be cut by, and the column of the facts it is.
CUTS: Mapping[str, str] = {
    "product_group": "product_group_id",
    "client_segment": "client_segment_id",
    "region": "region_id",
    "channel": "channel_id",
    "new": "is_new",
}
SEGMENT_TABLES: Mapping[str, str] = {
    "product_group": "billing_productgroup",
    "client_segment": "customers_clientsegment",
    "region": "customers_region",
    "channel": "customers_channel",
}


@dataclass(frozen=True)
class BoardQuery:
    """The whole state of the page, as its address says it."""

    period: Period
    metric: str = Metric.PAYMENTS
    unit_id: int | None = None
    person_id: int | None = None
    cut: str = ""
    by: str = ""
    sort: str = ""

    def __post_init__(self) -> None:
        if self.metric not in metrics.DEFINITIONS:
            raise Invalid(_("There is no such metric."), field="metric")
        if self.cut and self.cut not in CUTS:
            raise Invalid(_("There is no such breakdown."), field="cut")
        if self.by not in ("", "person", "unit"):
            raise Invalid(_("There is no such breakdown."), field="by")
        if self.sort and not is_sort(self.sort):
            raise Invalid(_("There is no such order."), field="sort")

    @classmethod
    def parse(cls, given: Mapping[str, str], today: date) -> BoardQuery:
        """Read the state from an address; what is not said is the present month of payments. Raises Invalid."""
        return cls(
            period=_period(given, today),
            metric=given.get("metric") or Metric.PAYMENTS,
            unit_id=_number(given, "unit"),
            person_id=_number(given, "person"),
            cut=given.get("cut", ""),
            by=given.get("by", ""),
            sort=given.get("sort", ""),
        )

    def address(self, **changes: object) -> str:
        """Return the address's query of this state with changes."""
        said = {
            "unit": self.unit_id, "person": self.person_id, "period": self.period, "metric": self.metric,
            "cut": self.cut, "by": self.by, "sort": self.sort,
        }  # fmt: skip
        # a page has hundreds of these, and every value was checked: there is nothing in them to quote
        return "&".join([f"{name}={value}" for name, value in (said | changes).items() if value not in (None, "")])


def _period(given: Mapping[str, str], today: date) -> Period:
    try:
        if given.get("from") and given.get("to"):
            return Period.parse(f"{given['from']}..{given['to']}")
        return Period.parse(given["period"]) if given.get("period") else Period.of(Kind.MONTH, today)
    except ValueError as error:
        raise Invalid(_("This is not a period. Choose one from the list."), field="period") from error


def _number(given: Mapping[str, str], name: str) -> int | None:
    text = given.get(name, "")
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) < 16):
        raise NotFound(_("There is no such department, or you may not see it."))
    return int(text)


@dataclass(frozen=True)
class Place:
    """What the asker may look at, settled: the departments counted and the one person, if only one."""

    tree: Tree
    unit_id: int
    unit_ids: frozenset[int]
    person_id: int | None
    is_own: bool
    choices: tuple[tuple[int, int, str], ...]

    @property
    def whose(self) -> Whose:
        return Whose(self.unit_ids, self.person_id, anywhere=self.is_own)


def place_of(person: Person, query: BoardQuery) -> Place:
    """Settle whose board is asked for. Raises NotFound for what the person may not see."""
    org_access.require(person, "plan", Right.VIEW)
    tree = org_access.tree_for(person)
    reach = org_access.unit_reach(person, "plan", Right.VIEW)
    if not reach.everyone and not reach.unit_ids:
        return _own_place(person, query, tree)
    unit_id = query.unit_id if query.unit_id is not None else _home(person, tree, reach)
    if unit_id not in tree.nodes or not reach.includes_unit(unit_id):
        raise NotFound(_("There is no such department, or you may not see it."))
    units = tree.under(unit_id)
    if reach.everyone and tree.nodes[unit_id].parent_id is None:
        units |= {NO_UNIT}
    if query.person_id is not None:
        _check_person(person, query.person_id, units)
    choices = tuple((depth, node.id, node.name) for depth, node in tree.walk() if reach.includes_unit(node.id))
    return Place(tree, unit_id, units, query.person_id, False, choices)


def _own_place(person: Person, query: BoardQuery, tree: Tree) -> Place:
    """A manager sees their own row; the department is known only to learn its rhythm from."""
    unit_id = org_access.latest_unit(person) or next(iter(tree.roots), NO_UNIT)
    if query.person_id not in (None, person.pk) or query.unit_id not in (None, unit_id):
        raise NotFound(_("There is no such department, or you may not see it."))
    return Place(tree, unit_id, tree.under(unit_id), person.pk, True, ())


def _home(person: Person, tree: Tree, reach: org_access.Reach) -> int:
    """The department one heads, the highest if several; else one's own; else the company."""
    headed = [node.id for _depth, node in tree.walk() if node.head_id == person.pk and reach.includes_unit(node.id)]
    if headed:
        return min(headed, key=lambda unit: len(tree.above(unit)))
    if org_access.scope(person, "plan", Right.VIEW) == Scope.ALL and tree.roots:
        return tree.roots[0]
    return org_access.latest_unit(person) or NO_UNIT


def _check_person(person: Person, person_id: int, units: frozenset[int]) -> None:
    belonged = Membership.objects.filter(person_id=person_id, unit_id__in=units)
    if person_id != person.pk and not belonged.exists():
        raise NotFound(_("There is no such employee, or you may not see them."))
