from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from ledger import fresh, make_customer
from people import NOW, Firm, make_firm

from otdel.billing.models import Payment
from otdel.core.errors import Invalid, NotAllowed, NotFound
from otdel.core.periods import Period
from otdel.customers.models import Region
from otdel.org.models import Membership, Person
from otdel.plans.actions.facts import refill
from otdel.plans.models import ChangedDay, FactDay, Plan, PlanLine
from otdel.plans.queries.board import BoardQuery, board
from otdel.plans.queries.drill import DrillQuery, drill
from otdel.plans.queries.quality import quality

MARCH = Period.parse("2026-03")
# the eleventh of March's 21 working days: ten are over
TODAY = date(2026, 3, 17)


@pytest.fixture
def firm(db) -> Iterator[Firm]:
    with translation.override("en"):
        yield make_firm()


def came(person: Person, unit, amount: str | int, day: str, **fields) -> Payment:
    return Payment.objects.create(
        owner=person, unit=unit, amount=Decimal(str(amount)), paid_on=day, created_at=NOW, updated_at=NOW, **fields
    )


def plan(firm: Firm, *lines: tuple, unit=None, period: Period = MARCH, metric: str = "payments") -> Plan:
    """Lines are (unit, person, amount) or with the fields of a segment."""
    made = Plan.objects.create(
        metric=metric, unit=unit or firm.sales, starts_on=period.start, ends_on=period.end, status="APPROVED",
        author=firm.boris, approved_by=firm.olga, approved_at=NOW, created_at=NOW,
    )  # fmt: skip
    PlanLine.objects.bulk_create(
        PlanLine(
            plan=made, metric=metric, unit=of, person=who, amount=amount, starts_on=period.start, ends_on=period.end,
            is_effective=True, **(more[0] if more else {}),
        )
        for of, who, amount, *more in lines
    )  # fmt: skip
    return made


def look(person: Person, today: date = TODAY, **said):
    return board(fresh(person), BoardQuery(**({"period": MARCH} | said)), today)


def named(shown) -> dict:
    return {row.name: row.figures for row in shown.rows}


def test_where_the_plan_stands(firm):
    plan(firm, (firm.north, firm.anna, 2100), (firm.north, firm.boris, 1050))
    came(firm.anna, firm.north, 1400, "2026-03-04")
    came(firm.boris, firm.north, 300, "2026-03-17")
    came(firm.vera, firm.south, 999, "2026-03-17")

    shown = look(firm.boris)

    rows = named(shown)
    assert shown.title == "North"
    assert (shown.course.working_days, shown.course.working_days_passed, shown.course.working_days_left) == (21, 10, 11)
    assert rows["Abramova A."].expected == Decimal("1000.00")
    assert rows["Abramova A."].deviation == Decimal("0.4")
    assert rows["Abramova A."].mark == "over"
    assert rows["Belov B."].expected == Decimal("500.00")
    assert rows["Belov B."].mark == "under"
    assert rows["Belov B."].needed == Decimal("68.18")
    assert shown.total.figures.fact == Decimal(1700)
    assert shown.total.figures.amount == Decimal(3150)
    assert shown.total.figures.mark == ""
    assert shown.today == Decimal(300)
    assert shown.outside == (1, 1)


def test_the_rhythm_is_told_step_by_step(firm):
    """There is no history to learn from here: even days."""
    plan(firm, (firm.north, firm.anna, 2100))

    shown = look(firm.boris)

    assert [str(step.day) for step in shown.steps] == [
        "2026-03-01", "2026-03-08", "2026-03-15", "2026-03-16", "2026-03-22", "2026-03-29", "2026-03-31",
    ]  # fmt: skip
    assert [step.passed for step in shown.steps] == [0, 5, 9, 10, 14, 19, 21]
    assert [step.day.day for step in shown.steps if step.now] == [16]
    assert all(abs(step.even - step.share) < Decimal("1e-9") for step in shown.steps)
    now = next(step for step in shown.steps if step.now)
    assert now.share == shown.course.weight
    assert shown.curve.weights[15] == now.share


@pytest.mark.parametrize(
    ("period", "number", "last"),
    [
        ("2026-W12", 7, "2026-03-22"), ("2026-Q1", 15, "2026-03-31"), ("2026-H1", 7, "2026-06-30"),
        ("2026", 13, "2026-12-31"), ("2026-03-16..2026-03-25", 10, "2026-03-25"), ("2026-05", 5, "2026-05-31"),
    ],
)  # fmt: skip
def test_steps_of_the_rhythm_fit_the_period(firm, period, number, last):
    shown = look(firm.boris, period=Period.parse(period))
    assert (len(shown.steps), str(shown.steps[-1].day), shown.steps[-1].share) == (number, last, 1)
    assert shown.steps[-1].even == 1
    assert [step.share for step in shown.steps] == sorted(step.share for step in shown.steps)


def test_what_is_over_or_has_no_rhythm_has_no_steps(firm):
    assert look(firm.boris, period=Period.parse("2026-02")).steps == ()
    assert look(firm.boris, metric="active_clients").steps == ()


def test_a_payment_is_on_the_board_the_moment_it_commits_and_so_is_its_undoing(firm):
    came(firm.anna, firm.north, 100, "2026-03-02")
    refill()
    late = came(firm.anna, firm.north, 50, "2026-03-02")

    assert look(firm.boris).total.figures.fact == Decimal(150)
    late.delete()
    assert look(firm.boris).total.figures.fact == Decimal(100)


def test_a_refund_is_taken_off_and_the_bin_does_not_count(firm):
    came(firm.anna, firm.north, 100, "2026-03-02")
    came(firm.anna, firm.north, -30, "2026-03-03")
    came(firm.anna, firm.north, 500, "2026-03-03", deleted_at=NOW)

    assert look(firm.boris).total.figures.fact == Decimal(70)


def test_a_move_keeps_the_past_where_it_was(firm):
    came(firm.anna, firm.north, 100, "2026-03-02")
    Membership.objects.filter(person=firm.anna).update(ends_on=date(2026, 3, 10))
    Membership.objects.create(person=firm.anna, unit=firm.south, starts_on=date(2026, 3, 10))
    came(firm.anna, firm.south, 40, "2026-03-12")

    assert look(firm.boris).total.figures.fact == Decimal(100)
    assert look(firm.gleb).total.figures.fact == Decimal(40)
    assert look(firm.olga).total.figures.fact == Decimal(140)
    assert look(firm.anna).total.figures.fact == Decimal(140)


def test_the_departments_own_plan_stands_beside_what_is_given_out(firm):
    plan(firm, (firm.north, None, 1000), (firm.north, firm.anna, 400), (firm.south, firm.vera, 300))

    north, sales = look(firm.boris), look(firm.olga)

    assert north.total.figures.amount == Decimal(1000)
    assert north.own_plan.amount == Decimal(1000)
    assert north.spread_plan.amount == Decimal(400)
    assert sales.own_plan is None
    assert sales.total.figures.amount == Decimal(1300)
    assert {row.name: row.figures.amount for row in sales.rows} == {"North": Decimal(1000), "South": Decimal(300)}


def test_rows_by_department_and_by_person_add_up_alike(firm):
    came(firm.anna, firm.north, 100, "2026-03-02")
    came(firm.vera, firm.south, 200, "2026-03-02")
    came(firm.olga, firm.sales, 7, "2026-03-02")
    came(firm.zoya, None, 5, "2026-03-02")

    units, people = look(firm.olga, unit_id=firm.root.pk), look(firm.olga, unit_id=firm.root.pk, by="person")

    assert [(row.kind, row.name, row.figures.fact) for row in units.rows] == [
        ("unit", "Sales", Decimal(307)),
        ("none", "No department", Decimal(5)),
    ]
    assert sum(row.figures.fact for row in people.rows) == units.total.figures.fact == Decimal(312)
    assert {row.name: row.figures.fact for row in look(firm.olga).rows} == {
        "North": Decimal(100), "South": Decimal(200), "Orlova O.": Decimal(7),
    }  # fmt: skip


def test_rows_are_sorted_by_a_number_and_those_without_it_come_last_either_way(firm):
    plan(firm, (firm.north, firm.anna, 1000), (firm.south, firm.vera, 100))
    came(firm.anna, firm.north, 100, "2026-03-02")
    came(firm.vera, firm.south, 5, "2026-03-02")
    came(firm.olga, firm.sales, 70, "2026-03-02")

    def names(sort: str, **said) -> list[str]:
        return [row.name for row in look(firm.olga, sort=sort, **said).rows]

    assert names("") == ["North", "South", "Orlova O."]
    assert names("gap") == ["North", "South", "Orlova O."]
    assert names("-gap") == ["South", "North", "Orlova O."]
    assert names("deviation") == names("done") == ["South", "North", "Orlova O."]
    assert names("fact") == ["South", "Orlova O.", "North"]
    assert names("-share") == names("-pace") == ["North", "Orlova O.", "South"]
    # a closed period needs nothing: the rows stand as they stood
    closed = {"period": MARCH.previous, "by": "person"}
    assert names("needed", **closed) == names("", **closed)


def test_segments_are_sorted_too_and_the_map_keeps_the_largest(firm):
    regions = [Region.objects.create(name=name) for name in ("Ural", "Volga")]
    for region, amount in zip(regions, (10, 30), strict=True):
        came(firm.anna, firm.north, amount, "2026-03-02", customer=make_customer(firm.anna, region=region))

    shown = look(firm.olga, cut="region", sort="fact")
    assert [one.name for one in shown.sorted_segments] == ["Ural", "Volga"]
    assert [one.name for one in shown.segments] == ["Volga", "Ural"]


def test_a_cut_has_plan_and_fact_by_segment(firm):
    from otdel.customers.models import Region

    volga, ural = (Region.objects.create(name=name) for name in ("Volga", "Ural"))
    plan(firm, (firm.north, firm.anna, 210, {"region": volga}), (firm.north, firm.anna, 420, {"region": ural}))
    came(firm.anna, firm.north, 100, "2026-03-02", customer=make_customer(firm.anna, region=volga))
    came(firm.anna, firm.north, 60, "2026-03-02")

    shown = look(firm.boris, cut="region")

    found = {segment.name: (segment.figures.amount, segment.figures.fact) for segment in shown.segments}
    assert found == {
        "Volga": (Decimal(210), Decimal(100)),
        "Ural": (Decimal(420), Decimal(0)),
        "Not set": (None, Decimal(60)),
    }
    assert shown.total.figures.amount == Decimal(630)
    assert shown.rows[0].segments[volga.pk].mark == ""
    assert shown.rows[0].segments[ural.pk].mark == "under"


def test_closed_period_is_judged_by_the_whole_plan(firm):
    plan(firm, (firm.north, firm.anna, 1000))
    came(firm.anna, firm.north, 1201, "2026-03-31")

    figures = look(firm.boris, today=date(2026, 4, 1)).rows[0].figures

    assert figures.expected == Decimal(1000)
    assert figures.deviation == Decimal("0.201")
    assert figures.mark == "over"
    assert figures.needed is None
    assert figures.landing is None


def test_a_period_ahead_has_a_plan_and_no_fact(firm):
    plan(firm, (firm.north, firm.anna, 1000))

    shown = look(firm.boris, today=date(2026, 2, 20))

    assert shown.course.state == "ahead"
    assert shown.total.figures.amount == Decimal(1000)
    assert shown.total.figures.fact is None
    assert shown.total.figures.deviation is None


def test_without_a_plan_there_is_a_fact_and_no_judgement(firm):
    came(firm.anna, firm.north, 100, "2026-03-02")

    figures = look(firm.boris).rows[0].figures

    assert (figures.fact, figures.plan, figures.deviation, figures.mark) == (Decimal(100), None, None, "")


def test_the_rhythm_is_learnt_from_finished_periods(firm):
    for month in ("2025-12", "2026-01", "2026-02"):
        came(firm.anna, firm.north, 1000, str(Period.parse(month).last))
    plan(firm, (firm.north, firm.anna, 1000))

    shown = look(firm.boris)

    # everything came on the last day: three periods weigh as much as even days
    assert shown.course.periods_learnt == 3
    assert shown.course.source == "blended"
    assert shown.rows[0].figures.expected == Decimal("238.10")


def test_active_clients_are_a_level(firm):
    first, second = make_customer(firm.anna, "One"), make_customer(firm.anna, "Two")
    plan(firm, (firm.north, firm.anna, 4), metric="active_clients")
    for day in ("2026-03-02", "2026-03-09"):
        came(firm.anna, firm.north, 10, day, customer=first)
    came(firm.anna, firm.north, 10, "2025-12-18", customer=second)

    shown = look(firm.boris, metric="active_clients")

    assert shown.total.figures.fact == Decimal(2)
    assert look(firm.boris, today=TODAY + timedelta(days=1), metric="active_clients").total.figures.fact == Decimal(1)
    assert shown.total.figures.expected == Decimal(4)
    assert shown.curve is None


# who sees what


@pytest.mark.parametrize(
    ("who", "north", "south", "root"),
    [
        ("boris", True, False, False),
        ("gleb", False, True, False),
        ("olga", True, True, True),
        ("anna", None, False, False),
        ("zoya", None, None, None),
        ("admin", None, None, None),
    ],
)
def test_who_may_look_at_which_department(firm, who, north, south, root):
    came(firm.anna, firm.north, 100, "2026-03-02")
    for unit, allowed in ((firm.north, north), (firm.south, south), (firm.root, root)):
        if allowed:
            assert look(getattr(firm, who), unit_id=unit.pk).total.id == unit.pk
        elif who in ("zoya", "admin"):
            with pytest.raises(NotAllowed):
                look(getattr(firm, who), unit_id=unit.pk)
        elif allowed is False:
            with pytest.raises(NotFound):
                look(getattr(firm, who), unit_id=unit.pk)


def test_a_manager_sees_only_their_own_row(firm):
    plan(firm, (firm.north, None, 5000), (firm.north, firm.anna, 1000), (firm.north, firm.boris, 2000))
    came(firm.anna, firm.north, 100, "2026-03-02")
    came(firm.boris, firm.north, 900, "2026-03-02")

    shown = look(firm.anna)

    assert shown.is_own
    assert [row.name for row in shown.rows] == ["Abramova A."]
    assert shown.total.figures.fact == Decimal(100)
    assert shown.total.figures.amount == Decimal(1000)
    assert shown.own_plan is None
    assert shown.units == ()
    with pytest.raises(NotFound):
        look(firm.anna, person_id=firm.boris.pk)


def test_a_head_opens_their_people_and_no_strangers(firm):
    came(firm.anna, firm.north, 100, "2026-03-02")

    assert look(firm.boris, person_id=firm.anna.pk).total.figures.fact == Decimal(100)
    with pytest.raises(NotFound):
        look(firm.boris, person_id=firm.vera.pk)
    with pytest.raises(NotFound):
        look(firm.boris, person_id=10**9)


@pytest.mark.parametrize("wrong", [{"metric": "x"}, {"cut": "x"}, {"by": "x"}, {"sort": "x"}, {"sort": "-"}])
def test_a_damaged_address_is_refused(firm, wrong):
    with pytest.raises(Invalid):
        look(firm.boris, **wrong)


# under a number


def leafed(person: Person, query: DrillQuery, limit: int = 7):
    """Return the records of all pages, and the sum each page says."""
    seen, sums, after = [], set(), None
    while True:
        page = drill(fresh(person), query, TODAY, after, limit=limit)
        seen += page.records
        sums.add(page.total)
        after = page.after
        if after is None:
            return seen, sums


@pytest.mark.parametrize("kept", ["nothing", "some", "everything"])
@pytest.mark.parametrize("period", ["2026-03", "2026-Q1", "2026"])
def test_the_rows_under_a_number_add_up_to_it(firm, kept, period):
    """Days that are kept, days that changed since and days counted live make the same list, month by month."""
    volga = Region.objects.create(name="Volga")
    client = make_customer(firm.anna, region=volga)
    numbers = range(1, 76)
    for number in numbers:
        if kept == "some" and number == 60:
            refill()
        day = date(2026, 1, 1) + timedelta(days=number)
        who = firm.anna if number % 3 else firm.boris
        came(who, firm.north, number, day, number=f"N{number}", customer=client if number % 5 == 0 else None)
    if kept == "some":
        Payment.objects.filter(number="N10").update(amount=1000)
        Payment.objects.filter(number="N20").delete()
    if kept == "everything":
        refill()
    board_query = BoardQuery(Period.parse(period), unit_id=firm.north.pk, cut="region")
    wanted = list(Payment.objects.filter(paid_on__gte=board_query.period.start).order_by("-paid_on", "-pk"))

    records, sums = leafed(firm.boris, DrillQuery(board_query))
    of_volga, sums_of_volga = leafed(firm.boris, DrillQuery(board_query, segment=volga.pk), limit=2)
    of_anna, sums_of_anna = leafed(firm.boris, DrillQuery(replace(board_query, person_id=firm.anna.pk)))

    assert [(record.label, record.amount) for record in records] == [(each.number, each.amount) for each in wanted]
    assert sums == {sum(record.amount for record in records)}
    assert [record.label for record in of_volga] == [each.number for each in wanted if each.customer_id]
    assert sums_of_volga == {sum(record.amount for record in of_volga)}
    assert [record.label for record in of_anna] == [each.number for each in wanted if each.owner_id == firm.anna.pk]
    assert sums_of_anna == {sum(record.amount for record in of_anna)}


def test_a_number_of_a_segment_and_of_one_row(firm):
    volga = Region.objects.create(name="Volga")
    came(firm.anna, firm.north, 100, "2026-03-02", customer=make_customer(firm.anna, region=volga))
    came(firm.anna, firm.north, 60, "2026-03-02")
    came(firm.olga, firm.sales, 7, "2026-03-02")
    olga = fresh(firm.olga)

    of_volga = drill(olga, DrillQuery(BoardQuery(MARCH, cut="region"), segment=volga.pk), TODAY)
    of_olga = drill(olga, DrillQuery(BoardQuery(MARCH, person_id=firm.olga.pk), only_unit=firm.sales.pk), TODAY)

    assert (of_volga.total, [record.amount for record in of_volga.records]) == (Decimal(100), [Decimal(100)])
    assert (of_olga.total, [record.person for record in of_olga.records]) == (Decimal(7), ["Orlova Olga"])


def test_a_record_of_somebody_who_moved_away_is_counted_but_not_told(firm):
    came(firm.anna, firm.north, 100, "2026-03-02", customer=make_customer(firm.anna, "Secret"), number="N1")
    Membership.objects.filter(person=firm.anna).update(ends_on=date(2026, 3, 10))
    Membership.objects.create(person=firm.anna, unit=firm.south, starts_on=date(2026, 3, 10))

    page = drill(fresh(firm.boris), DrillQuery(BoardQuery(MARCH)), TODAY)

    assert page.total == Decimal(100)
    assert [(record.visible, record.customer, record.label) for record in page.records] == [(False, "", "")]


def test_strangers_do_not_see_the_rows(firm):
    with pytest.raises(NotFound):
        drill(fresh(firm.anna), DrillQuery(BoardQuery(MARCH, unit_id=firm.south.pk)), TODAY)
    with pytest.raises(NotFound):
        drill(fresh(firm.boris), DrillQuery(BoardQuery(MARCH, person_id=firm.vera.pk)), TODAY)


@pytest.mark.parametrize(
    "metric",
    [
        "payments",
        "shipments",
        "margin",
        "won_amount",
        "deals_won",
        "new_clients",
        "active_clients",
        "calls",
        "meetings",
    ],
)
def test_every_metric_opens(firm, metric):
    page = drill(fresh(firm.boris), DrillQuery(BoardQuery(MARCH, metric=metric)), TODAY)
    assert (page.total, page.records) == (Decimal(0), ())


# planning quality


def test_closed_lines_are_judged(firm):
    for month, fact in (("2026-01", 100), ("2026-02", 150)):
        period = Period.parse(month)
        plan(firm, (firm.north, firm.anna, 100), (firm.north, None, 5000), unit=firm.north, period=period)
        came(firm.anna, firm.north, fact, str(period.start))
    plan(firm, (firm.north, firm.anna, 100), unit=firm.north)
    year = BoardQuery(Period.parse("2026"))

    live = quality(fresh(firm.boris), year, TODAY)
    refill()
    kept = quality(fresh(firm.boris), year, TODAY)

    for found in (live, kept):
        assert found.summary.judged == 2
        assert found.summary.share_within == 0.5
        assert [(line.name, line.plan, line.fact) for line in found.worst] == [
            ("Abramova Anna", Decimal(100), Decimal(150))
        ]
    assert quality(fresh(firm.gleb), year, TODAY).summary is None
    assert quality(fresh(firm.anna), year, TODAY).summary.judged == 2


# cost


def test_the_board_takes_five_queries_whoever_asks(firm):
    plan(firm, (firm.north, firm.anna, 100), (firm.south, firm.vera, 100))
    came(firm.anna, firm.north, 100, "2026-03-02")
    for who in (firm.anna, firm.boris, firm.olga):
        for cut in ("", "region"):
            person = fresh(who)
            with CaptureQueriesContext(
                connection,
            ) as queries:
                board(person, BoardQuery(MARCH, cut=cut), TODAY)
            # one more than in a request, where the company comes with the person
            assert len(queries) == 6, [query["sql"][:80] for query in queries]


def test_refilled_days_are_no_longer_counted_live(firm):
    came(firm.anna, firm.north, 100, "2026-03-02")
    assert ChangedDay.objects.filter(source="payments").count() == 1

    refill()

    assert list(FactDay.objects.values_list("metric", "day", "unit_id", "person_id", "amount")) == [
        ("payments", date(2026, 3, 2), firm.north.pk, firm.anna.pk, Decimal(100))
    ]


def test_a_departments_line_is_not_judged_beside_those_below_it(firm):
    february = Period.parse("2026-02")
    plan(firm, (firm.sales, None, 500), (firm.north, firm.anna, 100), (firm.south, None, 300), period=february)
    came(firm.vera, firm.south, 290, "2026-02-03")

    found = quality(fresh(firm.olga), BoardQuery(Period.parse("2026")), TODAY)

    assert (found.summary.judged, found.plan, found.fact) == (2, Decimal(400), Decimal(290))
