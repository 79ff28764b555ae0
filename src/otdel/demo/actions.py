"""Making the demo company and taking it away again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any
from zoneinfo import ZoneInfo

from allauth.account.models import EmailAddress
from django.db import connection, models, transaction
from django.utils.translation import gettext as _
from psycopg.types.json import Jsonb

from otdel.core import journal
from otdel.core.errors import Conflict
from otdel.core.models import Event
from otdel.demo import chores, clients, control, firm, people, told
from otdel.demo.days import Days
from otdel.demo.targets import Targets
from otdel.demo.trade import Trade
from otdel.demo.world import World
from otdel.org import access
from otdel.org.models import Company, Person, Role
from otdel.org.rules import Right

SEED = 2026
ZONE = "Europe/Moscow"
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
    if Company.objects.exists() or Person.objects.exists():
        raise CompanyExists(_("There already is a company in this database; the demo needs an empty one."))
    tell = progress or (lambda _text: None)
    tell(_("Making up the company"))
    world = draw(now=now, seed=seed, language=language, scale=scale)
    company = _write_organisation(world, now)
    tell(_("Writing customers and deals"))
    _write_records(world)
    tell(_("Writing money and plans"))
    _write_money(world)
    _write_tasks(world, now)
    control.live(world, now)
    told.live(world, now)
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


def _pour(rows: Sequence[models.Model]) -> None:
    """Write rows that already have their keys, by COPY: several times faster than INSERT."""
    if not rows:
        return
    meta = type(rows[0])._meta
    fields = [field for field in meta.local_concrete_fields if not field.generated]
    read = attrgetter(*(field.attname for field in fields))
    shape = [_shaper(field) for field in fields]
    columns = ", ".join(connection.ops.quote_name(str(field.column)) for field in fields)
    with connection.cursor() as cursor:
        with cursor.copy(f"copy {meta.db_table} ({columns}) from stdin") as copy:
            for row in rows:
                copy.write_row([form(value) if form else value for form, value in zip(shape, read(row), strict=True)])
        cursor.execute(
            "select setval(pg_get_serial_sequence(%s, 'id'), %s)", [meta.db_table, max(row.pk for row in rows)]
        )


def _shaper(field: models.Field[Any, Any]) -> Callable[[Any], Any] | None:
    """Return what turns a value of the field into one the driver can write, None when it already can."""
    if isinstance(field, models.JSONField):
        return Jsonb
    return str if field.choices else None


def _write_organisation(world: World, now: datetime) -> Company:
    company = Company.objects.create(
        id=1, name=firm.COMPANY, time_zone=ZONE, language=world.language, is_demo=True, created_at=now
    )
    roles = {code: _role(role) for code, role in world.roles.items()}
    people = list(world.people.values())
    for person in people:
        person.role = roles[person.role.code]
    _pour(people)
    EmailAddress.objects.bulk_create(
        EmailAddress(user=person, email=person.email, verified=True, primary=True) for person in people if person.email
    )
    _pour(list(world.units.values()))
    _pour(world.memberships)
    return company


def _role(role: Role) -> Role:
    """Write the ready role, or take the one that is already there."""
    made, _created = Role.objects.get_or_create(
        code=role.code, defaults={"name": role.name, "rights": role.rights, "is_preset": True}
    )
    return made


def _write_records(world: World) -> None:
    for lists in (world.segments, world.regions, world.channels, world.sources, world.reasons, world.pipelines):
        _pour(list(lists.values()))
    _pour(list(world.groups.values()))
    _pour([product for products in world.products.values() for product in products])
    _pour([stage for stages in world.stages.values() for stage in stages])
    _pour([client.row for client in world.clients])
    tables: tuple[Sequence[models.Model], ...] = (
        world.contacts,
        world.points,
        world.leads,
        world.deals,
        world.deal_lines,
        world.changes,
        world.activities,
    )
    for rows in tables:
        _pour(rows)


def _write_money(world: World) -> None:
    tables: tuple[Sequence[models.Model], ...] = (
        world.invoices,
        world.invoice_lines,
        world.payments,
        world.allocations,
        world.shipments,
        world.shipment_lines,
        world.plans,
        world.plan_lines,
    )
    for rows in tables:
        _pour(rows)


def _write_tasks(world: World, now: datetime) -> None:
    chores.live(world, now)
    events = told.draw(world, now)
    tables: tuple[Sequence[models.Model], ...] = (
        world.templates,
        world.repeats,
        world.tasks,
        world.lines_to_do,
        world.comments,
        world.moves,
        world.notices,
        world.deliveries,
    )
    for rows in tables:
        _pour(rows)
    Event.objects.bulk_create(events, batch_size=2000)


@transaction.atomic
def leave_demo(*, by: Person, now: datetime) -> None:
    """Take the demo company away with everything in it, so that first run begins again.

    Refuses with NotDemo when the company is a real one. Nothing is recorded: the journal goes too.
    """
    access.require(by, "settings", Right.CHANGE)
    company = Company.objects.select_for_update().first()
    if company is None or not company.is_demo:
        raise NotDemo(_("This is a real company, not the demo: it cannot be removed."))
    with connection.cursor() as cursor:
        names = connection.introspection.table_names(cursor)
        doomed = [name for name in names if name not in KEPT_TABLES and not name.startswith(KEPT_PREFIX)]
        quoted = ", ".join(connection.ops.quote_name(name) for name in doomed)
        # a table with deferred checks waiting cannot be truncated
        cursor.execute("set constraints all immediate")
        cursor.execute(f"truncate {quoted} restart identity")
        # jobs waiting for records that are gone; periodic ones come again by the clock
        cursor.execute("update procrastinate_jobs set status = 'cancelled' where status = 'todo'")
