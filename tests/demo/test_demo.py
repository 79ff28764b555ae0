"""The invented company: the same for a seed and day, whole, and believable."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth.hashers import check_password
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import Count, F, OuterRef, Q, Subquery, Sum
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from stdnum.ru import inn, ogrn

from otdel.activities.models import Activity
from otdel.billing.models import Invoice, Payment, Product, Shipment, ShipmentLine
from otdel.core.calendar import Calendar
from otdel.core.errors import NotAllowed
from otdel.core.models import Event, FieldChange
from otdel.core.periods import Period
from otdel.customers.models import Customer
from otdel.deals.models import Deal, Lead, Stage, StageChange
from otdel.demo import actions, firm, queries
from otdel.demo.world import World
from otdel.org.models import Company, Membership, Person, Unit
from otdel.plans.models import Metric, Plan, PlanLine
from otdel.tasks.models import Repeat, Task
from otdel.tasks.queries import Asked, efficiency

MOSCOW = ZoneInfo("Europe/Moscow")
NOW = datetime(2026, 11, 20, 8, 30, tzinfo=UTC)
TODAY = date(2026, 11, 20)
SMALL = 0.08


def draw(now: datetime, seed: int = 7, scale: float = SMALL) -> World:
    return actions.draw(now=now, seed=seed, language="ru", scale=scale)


@pytest.fixture
def company(db):
    return actions.make_demo(now=NOW, seed=7, scale=SMALL)


def facts(world: World) -> list[object]:
    deals = [(d.title, d.amount, d.opened_on, d.stage_id, d.owner_id) for d in world.deals]
    payments = [(p.paid_on, p.amount, p.owner_id, p.unit_id, p.purpose) for p in world.payments]
    calls = [(a.at, a.kind, a.owner_id, a.subject) for a in world.activities]
    plans = [(line.starts_on, line.amount, line.person_id) for line in world.plan_lines]
    return [deals, payments, calls, plans]


# the same for a seed and day


def test_the_same_seed_and_day_give_the_same_company():
    assert facts(draw(NOW)) == facts(draw(NOW + timedelta(hours=7)))


def test_another_seed_gives_another():
    assert facts(draw(NOW)) != facts(draw(NOW, seed=8))


# whole


@pytest.mark.slow
def test_full_size():
    world = draw(NOW, seed=actions.SEED, scale=1)
    assert len(world.people) == 24
    assert 550 < len(world.clients) < 900
    assert 4_000 < len(world.deals) < 6_000
    assert len(world.leads) > 800
    assert 25_000 < len(world.activities) < 45_000
    assert len(world.payments) > 2_500
    whole = [
        line
        for line in world.plan_lines
        if line.metric == Metric.PAYMENTS and line.is_effective and line.unit is world.units["company"]
    ]
    plan = sum(line.amount for line in whole if line.ends_on <= TODAY)
    paid = sum(p.amount for p in world.payments if date(2025, 5, 1) <= p.paid_on < date(2026, 11, 1))
    assert Decimal("0.9") < paid / plan < Decimal("1.1")
    overdue = [row.amount - row.paid for row in world.invoices if row.cancelled_on is None and row.due_on < TODAY]
    assert max(overdue) > 3_000_000


@pytest.mark.slow
def test_some_are_far_over_and_some_far_under_their_plan():
    world = draw(NOW, seed=actions.SEED, scale=1)
    paid = defaultdict(Decimal)
    for payment in world.payments:
        paid[payment.owner_id, payment.paid_on.replace(day=1)] += payment.amount
    lines = [li for li in world.plan_lines if li.metric == Metric.PAYMENTS and li.is_effective and li.person_id]
    closed = [li for li in lines if date(2026, 6, 1) <= li.starts_on < date(2026, 11, 1)]
    ratios = [paid[li.person_id, li.starts_on] / li.amount for li in closed]
    assert sum(ratio > Decimal("1.2") for ratio in ratios) >= 5
    assert sum(ratio < Decimal("0.8") for ratio in ratios) >= 5
    assert sum(abs(ratio - 1) <= Decimal("0.2") for ratio in ratios) > len(ratios) / 3
    fading = world.people[firm.FADING].pk
    october = next(li for li in closed if li.person_id == fading and li.starts_on == date(2026, 10, 1))
    assert paid[fading, october.starts_on] < october.amount * Decimal("0.8")


def test_three_departments_in_two_levels(company):
    root = Unit.objects.get(parent=None)
    assert root.name == company.name
    assert root.children.count() == 3
    assert Unit.objects.filter(parent__parent=root).count() == 2
    assert not Unit.objects.filter(head=None).exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("model", "day"),
    [(Payment, "paid_on"), (Shipment, "shipped_on"), (Deal, "closed_on"), (Activity, "day")],
)
def test_every_stamped_unit_is_the_owners_department_of_that_day(company, model, day):
    rows = model.objects.exclude(**{day: None})
    if model is Activity:
        rows = rows.filter(is_done=True)
    right = (
        Membership.objects.filter(person=OuterRef("owner"), starts_on__lte=OuterRef(day))
        .filter(Q(ends_on=None) | Q(ends_on__gt=OuterRef(day)))
        .values("unit")
    )
    stamped = rows.annotate(right=Subquery(right[:1]))
    assert stamped.exists()
    assert not stamped.exclude(right=F("unit")).exists()
    assert not stamped.filter(Q(right=None) | Q(unit=None)).exists()


def test_nothing_comes_from_the_future(company):
    assert not Payment.objects.filter(paid_on__gte=TODAY).exists()
    assert not Shipment.objects.filter(shipped_on__gte=TODAY).exists()
    assert not Invoice.objects.filter(issued_on__gte=TODAY).exists()
    assert not StageChange.objects.filter(at__gte=NOW).exists()
    assert not Activity.objects.filter(is_done=True, at__gte=NOW).exists()
    assert not Plan.objects.filter(Q(created_at__gte=NOW) | Q(approved_at__gte=NOW)).exists()
    for model in (Customer, Deal, Lead, Activity):
        assert not model.objects.filter(created_at__gte=NOW).exists()


def test_money_moves_on_working_days_only(company):
    calendar = Calendar("RU")
    days = {row.paid_on for row in Payment.objects.all()} | {row.shipped_on for row in Shipment.objects.all()}
    assert all(calendar.is_working_day(day) for day in days)


def test_deals_stand_where_their_history_ends(company):
    for deal in Deal.objects.select_related("stage").prefetch_related("stage_changes"):
        changes = sorted(deal.stage_changes.all(), key=lambda change: change.at)
        assert changes[0].before_id is None
        assert [c.after_id for c in changes[:-1]] == [c.before_id for c in changes[1:]]
        assert changes[-1].after_id == deal.stage_id
        assert changes[-1].at == deal.stage_since
        assert (deal.closed_on is not None) == (deal.stage.outcome != Stage.Outcome.OPEN)
        assert (deal.loss_reason_id is not None) == (deal.stage.outcome == Stage.Outcome.LOST)


def test_documents_add_up(company):
    for invoice in Invoice.objects.prefetch_related("lines", "allocations"):
        assert invoice.amount == sum(line.amount for line in invoice.lines.all())
        assert invoice.paid == sum(part.amount for part in invoice.allocations.all())
        assert invoice.paid <= invoice.amount
    for deal in Deal.objects.prefetch_related("lines"):
        assert deal.amount == sum(line.amount for line in deal.lines.all())
    lines = ShipmentLine.objects.filter(shipment=OuterRef("pk")).values("shipment").annotate(all=Sum("amount"))
    shipments = Shipment.objects.exclude(deal=None).annotate(all=Subquery(lines.values("all")))
    assert not shipments.exclude(all=F("amount")).exists()


def test_plans_are_never_approved_by_their_author_nor_by_those_planned(company):
    approved = Plan.objects.filter(status__in=[Plan.Status.APPROVED, Plan.Status.REVISED])
    assert approved.count() > 50
    assert not approved.filter(Q(approved_by=None) | Q(approved_by=F("author"))).exists()
    assert not PlanLine.objects.filter(person=F("plan__approved_by")).exists()
    assert Plan.objects.filter(status=Plan.Status.DRAFT).exists()


def test_one_plan_was_revised_with_a_reason(company):
    second = Plan.objects.get(version=2)
    assert second.reason
    assert second.status == Plan.Status.APPROVED
    assert second.root.status == Plan.Status.REVISED
    assert second.total == second.root.total
    assert not second.root.lines.filter(is_effective=True).exists()
    assert second.lines.exclude(is_effective=True).count() == 0


def test_requisites_agree_with_their_checksums(company):
    for customer in Customer.objects.exclude(inn=""):
        inn.validate(customer.inn)
        ogrn.validate(customer.ogrn)
        digits = customer.bik[-3:] + customer.account
        assert sum(int(digit) * (7, 1, 3)[place % 3] for place, digit in enumerate(digits)) % 10 == 0


def test_names_of_lists_follow_the_language(db):
    actions.make_demo(now=NOW, seed=7, scale=0.05, language="en")
    assert Stage.objects.filter(name="Proposal").exists()
    assert Unit.objects.filter(name="Active sales").exists()


def test_keys_go_on_after_those_poured_in(company):
    made = Product.objects.create(name="Новый", created_at=NOW, updated_at=NOW)
    assert made.pk == Product.objects.count()


# awkward days


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(day=st.dates(date(2022, 1, 1), date(2027, 12, 31)))
@example(day=date(2024, 2, 29))
@example(day=date(2026, 1, 1))
@example(day=date(2026, 1, 2))
@example(day=date(2026, 3, 1))
@example(day=date(2025, 12, 31))
@example(day=date(2026, 5, 9))
@pytest.mark.filterwarnings("ignore")
def test_works_on_any_day(day):
    now = datetime(day.year, day.month, day.day, 9, tzinfo=UTC)
    world = draw(now, scale=0.02)
    assert len(world.people) == 24
    assert world.deals
    assert all(payment.paid_on < day for payment in world.payments)
    assert all(plan.created_at < now for plan in world.plans)
    current = [line for line in world.plan_lines if line.is_effective and line.starts_on <= day < line.ends_on]
    assert {line.metric for line in current} >= {Metric.PAYMENTS, Metric.CALLS, Metric.SHIPMENTS}
    assert sum(plan.version == 2 for plan in world.plans) == 1
    keys = [
        (li.metric, li.unit_id, li.person_id, li.product_group_id, li.client_segment_id, li.starts_on, li.ends_on)
        for li in world.plan_lines
        if li.is_effective
    ]
    assert len(keys) == len(set(keys))


# made once, left whole


def test_a_second_company_is_refused(company):
    with pytest.raises(actions.CompanyExists):
        actions.make_demo(now=NOW, scale=SMALL)


def test_making_is_recorded(company):
    event = Event.objects.get(kind="demo.made")
    assert event.at == NOW


def test_leaving_empties_everything_and_demo_can_be_made_again(company):
    admin = Person.objects.select_related("role").get(email=firm.BY_KEY[firm.ADMINISTRATOR].email)
    Customer.objects.update(note="x")  # something for the history
    assert FieldChange.objects.exists()
    actions.leave_demo(by=admin, now=NOW)
    for model in (Company, Person, Customer, Deal, Payment, Plan, Event, FieldChange):
        assert not model.objects.exists()
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from django_migrations")
        assert cursor.fetchone()[0] > 10
    actions.make_demo(now=NOW, scale=0.05)
    assert Company.objects.get().is_demo


def test_a_real_company_is_never_taken_away(company):
    admin = Person.objects.select_related("role").get(email=firm.BY_KEY[firm.ADMINISTRATOR].email)
    Company.objects.update(is_demo=False)
    with pytest.raises(actions.NotDemo):
        actions.leave_demo(by=admin, now=NOW)
    assert Deal.objects.exists()


def test_a_manager_may_not_take_it_away(company):
    manager = Person.objects.select_related("role").get(email=firm.BY_KEY[firm.MANAGER].email)
    with pytest.raises(NotAllowed):
        actions.leave_demo(by=manager, now=NOW)


# signing in


def test_sign_ins_are_those_of_the_demo_only(company, django_assert_num_queries):
    with django_assert_num_queries(2):
        found = queries.sign_ins()
    assert len(found) == 5
    for line in found:
        person = Person.objects.get(email=line.email)
        assert person.is_active
        assert check_password(line.password, person.password)
    Company.objects.update(is_demo=False)
    assert queries.sign_ins() == []


def test_the_commands(db, monkeypatch):
    made = []
    monkeypatch.setattr(actions, "make_demo", lambda **given: made.append(given))
    call_command("demo", "--seed", "3", stdout=StringIO())
    assert made[0]["seed"] == 3

    def refuse(**given):
        raise actions.CompanyExists

    monkeypatch.setattr(actions, "make_demo", refuse)
    call_command("demo", "--if-empty", stdout=StringIO())
    with pytest.raises(CommandError):
        call_command("demo", stdout=StringIO())


def test_signin_prints_five_lines(company):
    out = StringIO()
    call_command("signin", stdout=out)
    lines = out.getvalue().splitlines()
    assert len(lines) == 6
    assert firm.BY_KEY[firm.HEAD].email in out.getvalue()
    assert "http" not in out.getvalue()


# what people asked of one another


def test_tasks_are_at_every_stage_and_keep_the_order_of_time(company):
    states = dict(Task.objects.values_list("state").annotate(count=Count("pk")))
    assert {"NEW", "SEEN", "WORK", "REVIEW", "DONE"} <= set(states)
    assert Task.objects.filter(state__in=("NEW", "SEEN", "WORK"), deadline__lt=NOW).exists()
    assert Task.objects.filter(state="DONE", grade="").exists()
    wrong = Q(created_at__gt=NOW) | Q(seen_at__lt=F("created_at")) | Q(done_at__gt=NOW) | Q(done_at__lt=F("created_at"))
    assert not Task.objects.filter(wrong).exists()
    assert not Task.objects.filter(state="DONE", done_at=None).exists()
    assert Repeat.objects.get().next_at > NOW


def test_whoever_the_story_makes_weak_has_the_lower_efficiency(company):
    by = Person.objects.select_related("role").get(email=f"{firm.HEAD}@{firm.DOMAIN}")
    asked = Asked(Period.parse("2026-H2"), NOW, MOSCOW, Calendar("RU"))
    found = {row.name.split()[0]: row.asked.score for row in efficiency(by, asked).rows if row.asked.due}
    assert found["Кузнецов"] + 0.15 < found["Морозова"]
