"""Absences of one's people: who may write them down, and what is wrong with them."""

from __future__ import annotations

from datetime import date

import pytest
from ledger import fresh
from people import NOW, TODAY, Firm, make_firm

from otdel.core.errors import Conflict, Invalid, NotAllowed, NotFound
from otdel.core.models import Event
from otdel.org import actions, queries
from otdel.org.models import Absence, Person, Succession

FIRST, LAST = date(2026, 3, 9), date(2026, 3, 13)


@pytest.fixture
def firm(db: None) -> Firm:
    return make_firm()


def add(by: Person, of: Person, first: date = FIRST, last: date = LAST, instead: Person | None = None) -> Absence:
    return actions.add_absence(
        by=fresh(by), person_id=of.pk, starts_on=first, last_on=last, substitute_id=instead.pk if instead else None,
        reason="Holiday", now=NOW,
    )  # fmt: skip


def change(by: Person, absence: Absence, **fields) -> Absence:
    values = {"starts_on": FIRST, "last_on": LAST, "substitute_id": absence.substitute_id} | fields
    return actions.change_absence(by=fresh(by), absence_id=absence.pk, now=NOW, **values)


def test_a_head_keeps_the_absences_of_their_people(firm):
    made = add(firm.boris, firm.anna, instead=firm.vera)
    changed = change(firm.olga, made, last_on=date(2026, 3, 11), substitute_id=firm.boris.pk)
    assert (changed.ends_on, changed.substitute) == (date(2026, 3, 12), firm.boris)
    event = Event.objects.get(kind="absence.changed")
    assert (event.by, event.data["before"]["substitute"]) == (firm.olga, firm.vera.pk)
    actions.remove_absence(by=fresh(firm.boris), absence_id=made.pk, now=NOW)
    assert not Absence.objects.exists()


def test_others_do_not(firm):
    made = add(firm.boris, firm.anna)
    for by in (firm.vera, firm.gleb, firm.zoya):
        with pytest.raises(NotAllowed):
            add(by, firm.anna, date(2026, 5, 1), date(2026, 5, 2))
        with pytest.raises(NotAllowed):
            change(by, made)
        with pytest.raises(NotFound):
            queries.absence_row(fresh(by), made.pk)
    with pytest.raises(NotAllowed):
        add(firm.boris, firm.olga)
    assert change(firm.anna, made).pk == made.pk  # one's own
    assert change(firm.admin, made).pk == made.pk


def test_days_and_substitutes_that_cannot_be_are_refused(firm):
    made = add(firm.boris, firm.anna)
    with pytest.raises(Conflict):
        add(firm.boris, firm.anna, LAST, date(2026, 3, 20))
    with pytest.raises(Invalid):
        change(firm.boris, made, last_on=date(2026, 3, 1))
    with pytest.raises(Invalid):
        change(firm.boris, made, substitute_id=firm.anna.pk)
    with pytest.raises(NotFound):
        actions.change_absence(by=fresh(firm.boris), absence_id=9999, starts_on=FIRST, last_on=LAST, now=NOW)
    assert change(firm.boris, made, starts_on=date(2026, 3, 10)).starts_on == date(2026, 3, 10)


def test_the_list_is_of_ones_people_and_says_what_is_wrong(firm, django_assert_num_queries):
    add(firm.boris, firm.anna, instead=firm.vera)
    add(firm.gleb, firm.vera, date(2026, 3, 13), date(2026, 3, 20), instead=firm.gleb)
    add(firm.olga, firm.boris)
    Person.objects.filter(pk=firm.gleb.pk).update(employed_to=date(2026, 3, 16))
    add(firm.boris, firm.anna, date(2026, 2, 2), date(2026, 2, 3))  # over

    def rows(who):
        return [(row.person, row.unit, row.warning) for row in queries.team_absences(fresh(who), TODAY)]

    assert rows(firm.boris) == [("Abramova Anna", "North", "away")]
    assert rows(firm.olga) == [
        ("Abramova Anna", "North", "away"), ("Belov Boris", "North", "nobody"), ("Volkova Vera", "South", "left"),
    ]  # fmt: skip
    assert rows(firm.anna) == []
    names = [name for _pk, name in queries.absent_choices(fresh(firm.boris), TODAY)]
    assert names == ["Abramova Anna"]


def test_departments_that_will_have_no_head_are_known_ahead(firm):
    def found():
        return [(row.unit, row.head, row.day, row.why) for row in queries.headless(TODAY)]

    assert found() == []
    away = add(firm.olga, firm.boris)
    assert found() == [("North", "Belov Boris", FIRST, "away")]
    change(firm.olga, away, substitute_id=firm.anna.pk)
    assert found() == []
    add(firm.boris, firm.anna, LAST, LAST)
    assert found() == [("North", "Belov Boris", FIRST, "away")]
    Absence.objects.all().delete()
    last = date(2026, 4, 1)
    Person.objects.filter(pk=firm.gleb.pk).update(employed_to=last)
    assert found() == [("South", "Gusev Gleb", last, "left")]
    after = Succession.objects.create(unit=firm.south, leaving=firm.gleb, head=firm.vera, starts_on=last)
    assert found() == []
    Succession.objects.filter(pk=after.pk).update(head=None)
    assert found() == [("South", "Gusev Gleb", last, "left")]
