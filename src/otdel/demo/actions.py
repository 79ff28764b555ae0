"""Making the demo company and taking it away again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from allauth.account.models import EmailAddress
from django.db import connection, models, transaction
from django.utils.translation import gettext as _

from otdel.core import journal
from otdel.core.errors import Conflict
from otdel.customers.models import Contact, ContactPoint, Customer
from otdel.demo import clients, firm, people
from otdel.demo.days import Days
from otdel.demo.targets import Targets
from otdel.demo.trade import Trade
from otdel.demo.world import World
from otdel.org import access
from otdel.org.models import Company, Person, Role
from otdel.org.rules import Right
from otdel.plans.models import Plan, PlanLine

SEED = 2026
ZONE = "Europe/Moscow"
BATCH = 2000
# What stays when the demo goes: the shape of the database, and the running worker's own rows.
KEPT_TABLES = ("django_migrations", "django_content_type", "auth_permission", "core_heartbeat")
KEPT_PREFIX = "procrastinate_"

Progress = Callable[[str], None]


class CompanyExists(Conflict):
    """There already is a company in this database."""


class NotDemo(Conflict):
    """Only a demo company can be taken away."""


@transaction.atomic
def make_demo(
    *, now: datetime, seed: int = SEED, language: str = "ru", scale: float = 1, progress: Progress | None = None
) -> Company:
    """Fill an empty database with an invented firm of 24 people and its last 18 months.

    The same for the same seed and day. Refuses with CompanyExists.
    """
    if Company.objects.exists():
        raise CompanyExists(_("There already is a company in this database; the demo needs an empty one."))
    tell = progress or (lambda _text: None)
    tell(_("Inventing the company"))
    world = draw(now=now, seed=seed, language=language, scale=scale)
    company = _write_organisation(world, now)
    tell(_("Writing customers and deals"))
    _write_records(world)
    tell(_("Writing invoices, payments and shipments"))
    _write_money(world)
    tell(_("Writing plans"))
    _write_plans(world)
    journal.record("demo.made", company, by=None, at=now, seed=seed)
    with connection.cursor() as cursor:
        cursor.execute("analyze")
    return company


def draw(*, now: datetime, seed: int, language: str, scale: float) -> World:
    """Return the whole firm as rows not yet written."""
    zone = ZoneInfo(ZONE)
    world = World(Days(now.astimezone(zone).date(), zone), seed, language, scale)
    people.found(world)
    people.stock(world)
    makes = clients.Clients(world)
    clients.make_base(world, makes)
    clients.hand_over(world)
    trade = Trade(world, makes)
    for client in world.clients:
        trade.till.sold_before(client)
    trade.live()
    clients.settle(world)
    Targets(world).set_all()
    return world


def _write(rows: Iterable[Any]) -> None:
    found: Sequence[models.Model] = list(rows)
    if found:
        type(found[0])._default_manager.bulk_create(found, batch_size=BATCH)


def _write_organisation(world: World, now: datetime) -> Company:
    company = Company.objects.create(
        id=1, name=firm.COMPANY, time_zone=ZONE, language=world.language, is_demo=True, created_at=now
    )
    world.roles = {code: _role(role) for code, role in world.roles.items()}
    for person in world.people.values():
        person.role = world.roles[person.role.code]
    _write(world.people.values())
    _write(
        EmailAddress(user=person, email=person.email, verified=True, primary=True) for person in world.people.values()
    )
    for unit in world.units.values():
        unit.parent = unit.parent  # its key is known once the department above is written
        unit.save()
    _write(world.memberships)
    return company


def _role(role: Role) -> Role:
    """Write the ready role, or take the one that is already there."""
    made, _created = Role.objects.get_or_create(
        code=role.code, defaults={"name": role.name, "rights": role.rights, "is_preset": True}
    )
    return made


def _write_records(world: World) -> None:
    for named in (world.segments, world.regions, world.channels, world.sources, world.reasons, world.pipelines):
        _write(named.values())
    _write(world.groups.values())
    _write(product for products in world.products.values() for product in products)
    _write(stage for stages in world.stages.values() for stage in stages)
    customers: list[Customer] = [client.row for client in world.clients]
    contacts: list[Contact] = world.contacts
    points: list[ContactPoint] = world.points
    for rows in (customers, contacts, points, world.leads, world.deals, world.deal_lines, world.changes):
        _write(rows)
    _write(world.activities)


def _write_money(world: World) -> None:
    for rows in (
        world.invoices,
        world.invoice_lines,
        world.payments,
        world.allocations,
        world.shipments,
        world.shipment_lines,
    ):
        _write(rows)


def _write_plans(world: World) -> None:
    """First versions before the versions that replace them; a first version is its own root."""
    first = [plan for plan in world.plans if plan.root is None]
    _write(first)
    for plan in first:
        plan.root = plan
    Plan.objects.bulk_update(first, ["root"])
    _write(plan for plan in world.plans if plan.version > 1)
    lines: list[PlanLine] = world.plan_lines
    _write(lines)


@transaction.atomic
def leave_demo(*, by: Person, now: datetime) -> None:
    """Take the demo company away with everything in it, so that first run begins again.

    Refuses with NotDemo when the company is a real one. Nothing is recorded: the journal goes too.
    """
    access.require(by, "settings", Right.CHANGE)
    company = Company.objects.select_for_update().first()
    if company is None or not company.is_demo:
        raise NotDemo(_("This is a real company, not the demo: it cannot be taken away."))
    with connection.cursor() as cursor:
        names = connection.introspection.table_names(cursor)
        doomed = [name for name in names if name not in KEPT_TABLES and not name.startswith(KEPT_PREFIX)]
        quoted = ", ".join(connection.ops.quote_name(name) for name in doomed)
        cursor.execute(f"truncate {quoted} restart identity")
        # jobs waiting for records that are gone; periodic ones come again by the clock
        cursor.execute("update procrastinate_jobs set status = 'cancelled' where status = 'todo'")
