from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from people import NOW, Firm, make_firm

from otdel.core.errors import Conflict, Invalid, NotAllowed, NotFound
from otdel.core.models import Event
from otdel.core.periods import Period
from otdel.org.models import Person
from otdel.plans import actions
from otdel.plans.models import Plan, PlanLine
from otdel.plans.queries.grid import grid
from otdel.plans.rules import CellChanged, LineKey, OwnPlan, PlanIsFixed, PlannedTwice

Q2 = Period.parse("2026-Q2")
APRIL = (date(2026, 4, 1), date(2026, 5, 1))
MAY = (date(2026, 5, 1), date(2026, 6, 1))


@pytest.fixture
def firm(db) -> Firm:
    return make_firm()


def fresh(person: Person) -> Person:
    return Person.objects.select_related("role").get(pk=person.pk)


def draft(firm: Firm, by: Person | None = None) -> Plan:
    """A draft of North for April and May: the department 500, Anna 200 and 250."""
    north = firm.north.pk
    return actions.create_plan(
        by=fresh(by or firm.boris),
        metric="payments",
        unit_id=north,
        period=Q2,
        amounts={
            (LineKey(north), *APRIL): Decimal(500),
            (LineKey(north, firm.anna.pk), *APRIL): Decimal(200),
            (LineKey(north, firm.anna.pk), *MAY): Decimal(250),
        },
        now=NOW,
    )


def approved(firm: Firm) -> Plan:
    plan = draft(firm)
    actions.agree_plan(by=fresh(firm.boris), plan_id=plan.pk, now=NOW)
    return actions.approve_plan(by=fresh(firm.olga), plan_id=plan.pk, now=NOW)


def change(plan: Plan, firm: Firm, seen: int | None, amount: int | None, span=APRIL) -> actions.CellChange:
    key = LineKey(firm.north.pk, firm.anna.pk)
    return actions.CellChange(
        key, *span, None if seen is None else Decimal(seen), None if amount is None else Decimal(amount)
    )


def test_head_makes_a_draft_and_it_is_recorded(firm):
    plan = draft(firm)
    assert (plan.status, plan.version, plan.lines.count()) == ("DRAFT", 1, 3)
    assert Event.objects.get(kind="plan.created").by_id == firm.boris.pk


def test_manager_may_not_make_a_plan_of_the_department(firm):
    with pytest.raises(NotAllowed):
        draft(firm, by=firm.anna)


def test_head_may_not_plan_another_department(firm):
    with pytest.raises(NotAllowed):
        draft(firm, by=firm.gleb)


def test_line_of_another_department_is_refused(firm):
    with pytest.raises(Invalid):
        actions.create_plan(
            by=fresh(firm.boris), metric="payments", unit_id=firm.north.pk, period=Q2,
            amounts={(LineKey(firm.south.pk), *APRIL): Decimal(1)}, now=NOW,
        )  # fmt: skip


@pytest.mark.parametrize("amount", [Decimal(-1), Decimal("NaN"), Decimal("1e20")])
def test_senseless_amounts_are_refused(firm, amount):
    with pytest.raises(Invalid):
        actions.create_plan(
            by=fresh(firm.boris), metric="payments", unit_id=firm.north.pk, period=Q2,
            amounts={(LineKey(firm.north.pk), *APRIL): amount}, now=NOW,
        )  # fmt: skip


def test_cells_change_appear_and_go(firm):
    plan = draft(firm)
    changes = [change(plan, firm, 200, 220), change(plan, firm, 250, None, MAY)]
    actions.change_cells(by=fresh(firm.boris), plan_id=plan.pk, changes=changes, now=NOW)
    assert list(plan.lines.filter(person=firm.anna).values_list("starts_on", "amount")) == [(APRIL[0], Decimal(220))]


def test_two_editors_of_one_cell_meet_a_conflict_and_nothing_is_written(firm):
    plan = draft(firm)
    actions.change_cells(by=fresh(firm.boris), plan_id=plan.pk, changes=[change(plan, firm, 200, 210)], now=NOW)
    with pytest.raises(CellChanged) as refused:
        actions.change_cells(
            by=fresh(firm.olga),
            plan_id=plan.pk,
            changes=[change(plan, firm, 200, 230), change(plan, firm, 250, 1, MAY)],
            now=NOW,
        )
    assert len(refused.value.details["cells"]) == 1
    assert set(plan.lines.filter(person=firm.anna).values_list("amount", flat=True)) == {Decimal(210), Decimal(250)}


def test_the_author_cannot_approve(firm):
    plan = draft(firm, by=firm.olga)
    actions.agree_plan(by=fresh(firm.boris), plan_id=plan.pk, now=NOW)
    with pytest.raises(OwnPlan):
        actions.approve_plan(by=fresh(firm.olga), plan_id=plan.pk, now=NOW)


def test_whose_line_is_inside_cannot_approve(firm):
    key = LineKey(firm.north.pk, firm.olga.pk)
    plan = actions.create_plan(
        by=fresh(firm.boris), metric="payments", unit_id=firm.north.pk, period=Q2,
        amounts={(key, *APRIL): Decimal(1)}, now=NOW,
    )  # fmt: skip
    actions.agree_plan(by=fresh(firm.boris), plan_id=plan.pk, now=NOW)
    with pytest.raises(OwnPlan):
        actions.approve_plan(by=fresh(firm.olga), plan_id=plan.pk, now=NOW)


def test_a_head_does_not_approve_the_plan_of_the_own_department(firm):
    plan = draft(firm, by=firm.olga)
    actions.agree_plan(by=fresh(firm.boris), plan_id=plan.pk, now=NOW)
    with pytest.raises(NotAllowed):
        actions.approve_plan(by=fresh(firm.boris), plan_id=plan.pk, now=NOW)


def test_draft_is_not_approved_before_it_is_agreed(firm):
    plan = draft(firm)
    with pytest.raises(Conflict):
        actions.approve_plan(by=fresh(firm.olga), plan_id=plan.pk, now=NOW)


def test_stranger_finds_no_such_plan(firm):
    plan = approved(firm)
    for stranger in (firm.gleb, firm.vera, firm.admin):
        with pytest.raises(NotFound):
            grid(fresh(stranger), plan.pk)


def test_manager_sees_only_the_own_line_of_an_approved_plan(firm):
    plan = draft(firm)
    with pytest.raises(NotFound):
        grid(fresh(firm.anna), plan.pk)
    actions.agree_plan(by=fresh(firm.boris), plan_id=plan.pk, now=NOW)
    actions.approve_plan(by=fresh(firm.olga), plan_id=plan.pk, now=NOW)
    rows = grid(fresh(firm.anna), plan.pk).rows
    assert [(row.label, row.total) for row in rows if not row.is_unit] == [("Abramova Anna", Decimal(450))]
    assert rows[0].total == 0


def test_approved_plan_is_fixed(firm):
    plan = approved(firm)
    assert PlanLine.objects.filter(plan=plan, is_effective=True).count() == 3
    with pytest.raises(PlanIsFixed):
        actions.change_cells(by=fresh(firm.olga), plan_id=plan.pk, changes=[change(plan, firm, 200, 1)], now=NOW)


def test_new_version_replaces_the_approved_one_on_approval(firm):
    first = approved(firm)
    second = actions.revise_plan(by=fresh(firm.boris), plan_id=first.pk, reason="Anna is on leave", now=NOW)
    actions.change_cells(by=fresh(firm.boris), plan_id=second.pk, changes=[change(second, firm, 200, 100)], now=NOW)
    assert PlanLine.objects.get(is_effective=True, person=firm.anna, starts_on=APRIL[0]).amount == 200
    actions.agree_plan(by=fresh(firm.boris), plan_id=second.pk, now=NOW)
    actions.approve_plan(by=fresh(firm.olga), plan_id=second.pk, now=NOW)
    first.refresh_from_db()
    assert (first.status, second.version, second.reason) == ("REVISED", 2, "Anna is on leave")
    assert PlanLine.objects.get(is_effective=True, person=firm.anna, starts_on=APRIL[0]).amount == 100
    assert first.lines.get(person=firm.anna, starts_on=APRIL[0]).amount == 200


def test_revision_needs_a_reason_and_only_one_is_prepared_at_a_time(firm):
    plan = approved(firm)
    with pytest.raises(Invalid):
        actions.revise_plan(by=fresh(firm.boris), plan_id=plan.pk, reason=" ", now=NOW)
    actions.revise_plan(by=fresh(firm.boris), plan_id=plan.pk, reason="x", now=NOW)
    with pytest.raises(Conflict):
        actions.revise_plan(by=fresh(firm.boris), plan_id=plan.pk, reason="y", now=NOW)


def test_the_same_line_is_not_planned_twice(firm):
    approved(firm)
    rival = draft(firm)
    actions.agree_plan(by=fresh(firm.boris), plan_id=rival.pk, now=NOW)
    with pytest.raises(PlannedTwice):
        actions.approve_plan(by=fresh(firm.olga), plan_id=rival.pk, now=NOW)


def test_returned_plan_is_a_draft_again(firm):
    plan = draft(firm)
    actions.agree_plan(by=fresh(firm.boris), plan_id=plan.pk, now=NOW)
    actions.return_plan(by=fresh(firm.olga), plan_id=plan.pk, reason="too low", now=NOW)
    plan.refresh_from_db()
    assert (plan.status, plan.agreed_by) == ("DRAFT", None)


def test_draft_is_deleted_and_an_approved_plan_is_not(firm):
    plan = draft(firm)
    actions.delete_draft(by=fresh(firm.boris), plan_id=plan.pk, now=NOW)
    assert not Plan.objects.exists()
    with pytest.raises(PlanIsFixed):
        actions.delete_draft(by=fresh(firm.boris), plan_id=approved(firm).pk, now=NOW)


def test_grid_sums_both_ways_and_shows_what_is_not_distributed(firm, django_assert_max_num_queries):
    plan = draft(firm)
    boris = fresh(firm.boris)
    with django_assert_max_num_queries(6):
        shown = grid(boris, plan.pk)
    north = shown.rows[0]
    assert [str(column) for column in shown.columns] == ["2026-04", "2026-05"]
    assert north.amounts == (Decimal(500), None)
    assert north.below == (Decimal(200), Decimal(250))
    assert shown.column_totals == (Decimal(500), Decimal(250))
    assert plan.total == shown.total
    assert (shown.total, north.undistributed) == (Decimal(750), Decimal(300))
    assert [row.label for row in shown.rows] == ["North", "Abramova Anna", "Belov Boris"]


def test_key_of_a_line_survives_the_form():
    for key in (LineKey(1), LineKey(1, 2, 3, 4, 5, 6, True), LineKey(7, is_new_client=False)):
        assert LineKey.parse(str(key)) == key
    for wrong in ("", "1", "a.......", "1......2", "1.2.3.4.5.6.7.8"):
        with pytest.raises(ValueError, match="not a plan line|invalid literal"):
            LineKey.parse(wrong)
