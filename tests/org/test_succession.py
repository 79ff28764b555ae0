"""A head who leaves on a later day does not leave the department without one unnoticed."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from ledger import fresh
from people import NOW, Firm, make_firm

from otdel.core.errors import Invalid
from otdel.core.models import Event
from otdel.org import actions, queries
from otdel.org.models import Person, Succession, Unit

LAST, FIRST_OFF = date(2026, 3, 31), date(2026, 4, 1)


@pytest.fixture
def firm(db: None) -> Firm:
    return make_firm()


def dismiss(firm: Firm, last_day: date = LAST, **heads: Person | None):
    units = {getattr(firm, name).pk: head.pk if head else None for name, head in heads.items()}
    return actions.dismiss(by=fresh(firm.admin), person_id=firm.boris.pk, last_day=last_day, successors=units, now=NOW)


def head(unit: Unit) -> Person | None:
    return Unit.objects.get(pk=unit.pk).head


def succeed(day: date) -> int:
    return actions.succeed(by=None, today=day, now=datetime(day.year, day.month, day.day, 1, tzinfo=UTC))


def test_the_next_head_takes_over_on_the_day_after_the_last(firm):
    dismiss(firm, north=firm.anna)
    assert head(firm.north) == firm.boris
    assert queries.next_heads() == {firm.north.pk: queries.Next(FIRST_OFF, "Abramova Anna", firm.boris.pk)}
    assert succeed(LAST) == 0
    assert head(firm.north) == firm.boris

    assert succeed(FIRST_OFF) == 1

    assert head(firm.north) == firm.anna
    event = Event.objects.get(kind="unit.headed")
    assert (event.by, event.data["before"], event.data["after"]) == (None, firm.boris.pk, firm.anna.pk)
    assert not Succession.objects.exists()
    assert succeed(FIRST_OFF) == 0


def test_without_a_choice_the_tree_says_that_nobody_heads_it_then(firm):
    dismiss(firm)
    [row] = [row for row in queries.unit_rows(fresh(firm.olga), LAST) if row.id == firm.north.pk]
    assert (row.head, row.next.head, row.next.starts_on) == ("Belov Boris", "", FIRST_OFF)
    succeed(FIRST_OFF)
    assert head(firm.north) is None


def test_on_the_last_day_already_over_the_next_head_sits_at_once(firm):
    dismiss(firm, date(2026, 3, 1), north=firm.anna)
    assert head(firm.north) == firm.anna
    assert not Succession.objects.exists()


def test_another_day_or_choice_replaces_the_former(firm):
    dismiss(firm, north=firm.anna)
    dismiss(firm, date(2026, 5, 31), north=firm.vera)
    found = Succession.objects.get()
    assert (found.head, found.starts_on) == (firm.vera, date(2026, 6, 1))


def test_who_is_made_head_in_between_stays(firm):
    dismiss(firm, north=firm.anna)
    Unit.objects.filter(pk=firm.north.pk).update(head=firm.vera)
    succeed(FIRST_OFF)
    assert head(firm.north) == firm.vera


def test_naming_a_head_by_hand_ends_the_plan(firm):
    dismiss(firm, north=firm.anna)
    values = {"name": "North", "parent_id": firm.sales.pk, "head_id": firm.vera.pk}
    actions.change_unit(by=fresh(firm.admin), unit_id=firm.north.pk, now=NOW, **values)
    assert not Succession.objects.exists()


def test_a_next_head_who_has_left_too_is_not_put_in(firm):
    dismiss(firm, north=firm.anna)
    Person.objects.filter(pk=firm.anna.pk).update(employed_to=date(2026, 3, 15))
    succeed(FIRST_OFF)
    assert head(firm.north) is None


def test_whoever_stays_after_all_stays_head(firm):
    dismiss(firm, north=firm.anna)
    actions.take_back(by=fresh(firm.admin), person_id=firm.boris.pk, unit_id=firm.north.pk, from_day=FIRST_OFF, now=NOW)
    succeed(FIRST_OFF)
    assert head(firm.north) == firm.boris


@pytest.mark.parametrize("who", ["boris", "gone"])
def test_the_next_head_must_work_here_after_that_day(firm, who):
    Person.objects.filter(pk=firm.vera.pk).update(employed_to=LAST)
    with pytest.raises(Invalid):
        dismiss(firm, north=firm.boris if who == "boris" else firm.vera)
    assert head(firm.north) == firm.boris
    assert Person.objects.get(pk=firm.boris.pk).employed_to is None


def test_the_page_asks_for_the_next_head_and_tells_when_there_is_none(firm, client):
    client.force_login(firm.admin)
    address, name = f"/people/{firm.boris.pk}/leave/", f"head_{firm.north.pk}"
    assert "Head of “North” from the day after" in client.get(address).content.decode()

    answer = client.post(address, {"last_day": "2036-03-31"}, follow=True).content.decode()
    assert "Nobody heads “North” after that day yet" in answer
    assert "leaves; nobody is chosen from" in client.get("/people/departments/").content.decode()
    assert "Choose the next head" in client.get(f"/people/departments/{firm.north.pk}/").content.decode()

    client.post(address, {"last_day": "2036-03-31", name: firm.gleb.pk})
    assert Succession.objects.get().head == firm.gleb
    assert "Gusev Gleb" in client.get("/people/departments/").content.decode()
    assert client.post(address, {"last_day": "2036-03-31", name: 999_999}).status_code == 422
