"""A line of the month's plan turns red: somebody's, or a department's. Nothing comes in March unless a test says so."""

from __future__ import annotations

from datetime import date

import pytest
from controlled import at, plan_march
from ledger import fresh, pay
from writing import TASK, outcomes, write

from otdel.automation import actions, queries
from otdel.automation.models import Firing, Rule
from otdel.automation.queries.matching import matching
from otdel.core.errors import Invalid, NotFound
from otdel.notifications.models import Notice
from otdel.org.models import Unit
from otdel.tasks.actions.templates import TemplateValues, save_template
from otdel.tasks.models import Task


@pytest.fixture(autouse=True)
def _planned(firm):
    plan_march(firm)


def red(by, unit=None, lines="UNITS", **more) -> Rule:
    return write(by, when="LINE_RED", metric="payments", unit=unit, lines=lines, **more)


def sweep(*days: int) -> None:
    for day in days:
        actions.sweep(now=at(day, 12))


def fired(rule) -> list[tuple[str, int, str]]:
    return sorted(rule.firings.values_list("kind", "record_id", "key"))


def given() -> dict[str, str]:
    """Who has which task."""
    return {task.title: task.assignee.first_name for task in Task.objects.select_related("assignee")}


SAY = TASK | {"title": "Measures of {record}"}


def test_departments_and_those_under_them_fire_once_for_their_heads(firm):
    rule = red(firm.olga, firm.sales, does=SAY)
    sweep(10, 10, 11)
    units = sorted([firm.sales.pk, firm.north.pk, firm.south.pk])
    assert fired(rule) == [("unit", pk, "payments:2026-03") for pk in units]
    assert outcomes(rule) == ["DONE"] * 3
    assert given() == {"Measures of North": "Boris", "Measures of South": "Gleb", "Measures of Sales": "Olga"}
    assert set(rule.firings.values_list("name", flat=True)) == {"North", "South", "Sales"}


@pytest.mark.parametrize(("to", "who"), [("HEAD", "Olga"), ("CREATOR", "Boris"), ("PERSON", "Vera")])
def test_to_the_heads_head_to_me_or_to_somebody_by_name(firm, to, who):
    red(firm.boris, firm.north, does=SAY | {"to": to, "person": firm.vera.pk})
    sweep(10)
    assert given() == {"Measures of North": who}


def test_without_a_head_of_its_own_the_one_above_answers(firm):
    Unit.objects.filter(pk=firm.north.pk).update(head=None)
    red(firm.olga, firm.north, does=SAY)
    sweep(10)
    assert given() == {"Measures of North": "Olga"}


@pytest.mark.parametrize(("assign", "who"), [("OWNER", "Boris"), ("OWNER_HEAD", "Olga"), ("GIVER", "Olga")])
def test_a_template_goes_to_the_head_or_the_heads_head(firm, assign, who):
    values = TemplateValues(name="Measures", title="Say what you will do", assign=assign)
    template = save_template(by=fresh(firm.olga), values=values, now=at(1, 12))
    red(firm.olga, firm.north, then="TEMPLATE", does={"template": template.pk})
    sweep(10)
    assert given() == {"Say what you will do": who}


def test_both_kinds_and_only_people_as_rules_were_before(firm):
    both, people = red(firm.boris, firm.north, "BOTH"), red(firm.boris, firm.north, "PEOPLE")
    sweep(10)
    line = ("person", firm.anna.pk, "payments:2026-03")
    assert fired(both) == [line, ("unit", firm.north.pk, "payments:2026-03")]
    assert fired(people) == [line]
    assert Rule._meta.get_field("lines").default == "PEOPLE"


@pytest.mark.parametrize(("lines", "kind", "who"), [("UNITS", "unit", "north"), ("PEOPLE", "person", "anna")])
def test_each_spell_of_red_fires_once(firm, lutik, lines, kind, who):
    """A million on the 4th is enough until the 19th: on the 20th thirteen days of twenty-one have passed."""
    rule, pk = red(firm.boris, firm.north, lines), getattr(firm, who).pk
    sweep(3)
    first = (kind, pk, "payments:2026-03")
    assert fired(rule) == [first]
    pay(firm, lutik, 1_000_000, "2026-03-04")
    sweep(4, 5, 12, 19)
    assert fired(rule) == [first]
    sweep(20, 20, 23, 24)
    assert fired(rule) == [first, (kind, pk, "payments:2026-03:2")]
    boris = fresh(firm.boris)
    days = [each.day for each in queries.dry_run(boris, rule, boris, at(31, 12)).rows]
    assert days == [date(2026, 3, 20), date(2026, 3, 3)]


def test_so_many_days_in_a_row_are_counted_for_departments_too(firm):
    rule = red(firm.boris, firm.north, days=3)
    sweep(4)
    assert not fired(rule)
    sweep(5)
    assert len(fired(rule)) == 1


def test_the_dry_run_counts_both_kinds_says_which_and_does_nothing(firm):
    rule, olga = red(firm.olga, firm.sales, "BOTH", on=False), fresh(firm.olga)
    run = queries.dry_run(olga, rule, olga, at(31, 12))
    assert (run.count, run.kinds) == (5, {"person": 2, "unit": 3})
    assert {(each.kind, each.name) for each in run.rows} == {
        ("person", "Abramova Anna"), ("person", "Volkova Vera"),
        ("unit", "North"), ("unit", "South"), ("unit", "Sales"),
    }  # fmt: skip
    assert not Firing.objects.exists()
    assert not Task.objects.exists()


def test_only_departments_whose_plan_the_owner_may_see(firm):
    rule = red(firm.olga, firm.sales)
    units = [firm.sales.pk, firm.north.pk, firm.south.pk]
    assert matching(rule, fresh(firm.boris), units, at(10, 12), "unit") == {firm.north.pk: "North"}
    assert matching(rule, fresh(firm.anna), units, at(10, 12), "unit") == {}
    with pytest.raises(NotFound):
        red(firm.gleb, firm.north)
    assert fired(red(firm.gleb, firm.south)) == []
    sweep(10)
    assert queries.seen(fresh(firm.boris), "unit", units) == {firm.north.pk}
    assert queries.seen(fresh(firm.anna), "unit", units) == set()
    run = queries.dry_run(fresh(firm.admin), rule, fresh(firm.olga), at(10, 12))
    assert {each.name for each in run.rows} == {""}


def test_closed_departments_are_left_out(firm):
    Unit.objects.filter(pk=firm.south.pk).update(closed_on=date(2026, 3, 6))
    rule = red(firm.olga, firm.sales)
    sweep(10)
    assert firm.south.pk not in {pk for _kind, pk, _key in fired(rule)}


def test_guards_hold_for_departments(firm):
    rule = red(firm.olga, firm.sales, most_per_hour=1)
    sweep(10)
    rule.refresh_from_db()
    assert (sorted(set(outcomes(rule))), rule.is_on, rule.stop) == (["DONE", "LIMIT"], False, "LIMIT")
    own = red(firm.boris, firm.north)
    again = {"record_id": firm.north.pk, "key": "payments:2026-03", "now": at(10, 12), "kind": "unit"}
    assert actions.fire(by=None, rule_id=own.pk, chain=[own.pk], **again).outcome == "LOOP"
    assert actions.fire(by=None, rule_id=own.pk, chain=[], **again) is None


def test_a_sentence_that_makes_no_sense_is_refused(firm):
    gone = firm.vera
    gone.is_active = False
    gone.save()
    for more in ({"lines": "X"}, {"does": SAY | {"to": "PERSON"}}, {"does": SAY | {"to": "PERSON", "person": gone.pk}}):
        with pytest.raises(Invalid):
            red(firm.boris, firm.north, **more)


def test_a_notice_leads_to_the_board_of_those_who_may_see_it(firm, client):
    says = {"title": "{record} is red", "to": "HEAD"}
    red(firm.boris, firm.north, then="NOTICE", does=says)
    red(firm.boris, firm.north, then="NOTICE", does=says | {"to": "PERSON", "person": firm.vera.pk})
    sweep(10)
    told = {each.person_id: (each.title, each.url) for each in Notice.objects.filter(kind="rule.said")}
    board = f"/plan/?unit={firm.north.pk}&period=2026-03&metric=payments"
    assert told == {firm.olga.pk: ("North is red", board), firm.vera.pk: ("North is red", "/today/")}
    client.force_login(firm.olga)
    assert client.get(board, follow=True).status_code == 200
