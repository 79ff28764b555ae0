"""Pages by key over the list of deals: the same rows as one sorted whole, at any depth, both ways."""

from __future__ import annotations

import random
import re
from datetime import date, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from deals.making import make_customer, make_deal, make_pipeline
from django.db import connection
from people import NOW, TODAY, make_firm

from otdel.core.listing import Asking, Cursor, keyset
from otdel.deals.models import Deal
from otdel.deals.queries import DEALS
from otdel.org.models import Person

ORDERS = ["created", "-created", "title", "-title", "amount", "-amount", "expected", "-expected", "closed", "-closed"]


@pytest.fixture
def firm(db):
    return make_firm()


@pytest.fixture
def stages(firm):
    return make_pipeline()


def asking(person: Person) -> Asking:
    fresh = Person.objects.select_related("role").get(pk=person.pk)
    return Asking(fresh, NOW.astimezone(ZoneInfo("Europe/Moscow")))


def ask(person: Person, **params: str):
    state = DEALS.read({name: [value] for name, value in params.items()}, asking(person))
    return DEALS.page(state)


def fill(firm, stages, count: int = 173) -> None:
    rng = random.Random(5)
    titles = ["Ёлка", "ель", "Станок", "заря", "Яхта", "абрикос", "Абажур", "еж", "ёж"]
    for number in range(count):
        make_deal(
            firm.anna,
            stages["new"],
            rng.choice(titles),
            amount=rng.choice([None, Decimal("10.50"), Decimal(number), Decimal("7")]),
            expected_on=rng.choice([None, TODAY, TODAY + timedelta(days=rng.randrange(5))]),
            closed_on=rng.choice([None, None, date(2026, 1, 1 + number % 9)]),
            created_at=NOW + timedelta(minutes=rng.randrange(20)),
        )


@pytest.mark.parametrize("order", ORDERS)
def test_pages_there_and_back_are_the_sorted_whole(firm, stages, order):
    fill(firm, stages)
    person = asking(firm.anna)
    state = DEALS.read({"sort": [order]}, person)

    there, page = [], DEALS.page(state)
    there.append(page.ids)
    while page.next:
        page = DEALS.page(DEALS.read({"sort": [order], "at": [page.next.write()]}, person))
        there.append(page.ids)
    back = [page.ids]
    while page.previous:
        page = DEALS.page(DEALS.read({"sort": [order], "at": [page.previous.write()]}, person))
        back.append(page.ids)

    everyone = [number for ids in there for number in ids]
    assert [len(ids) for ids in there] == [50, 50, 50, 23]
    assert len(set(everyone)) == 173
    assert sorted(set(everyone)) == sorted(number for ids in back for number in ids)
    assert back[-1] == there[0]


def test_rows_without_a_value_come_last_either_way(firm, stages):
    empty = make_deal(firm.anna, stages["new"])
    small = make_deal(firm.anna, stages["new"], amount=1)
    big = make_deal(firm.anna, stages["new"], amount=2)

    assert ask(firm.anna, sort="amount").ids == [small.pk, big.pk, empty.pk]
    assert ask(firm.anna, sort="-amount").ids == [big.pk, small.pk, empty.pk]


def test_titles_stand_as_in_a_russian_dictionary(firm, stages):
    for title in ("ёж", "ель", "Еда", "жук"):
        make_deal(firm.anna, stages["new"], title)

    titles = dict(Deal.objects.values_list("id", "title"))
    assert [titles[pk] for pk in ask(firm.anna, sort="title").ids] == ["Еда", "ель", "ёж", "жук"]


@pytest.mark.parametrize("order", ORDERS)
def test_a_deep_page_reads_an_index_and_nothing_else(firm, stages, order):
    fill(firm, stages, 400)
    with connection.cursor() as cursor:
        cursor.execute("analyze deals_deal")
        cursor.execute("set local enable_seqscan = off; set local enable_sort = off; set local enable_bitmapscan = off")
    person = asking(firm.olga)
    page = DEALS.page(DEALS.read({"sort": [order]}, person))
    state = DEALS.read({"sort": [order], "at": [page.next.write()], "cols": ["title"]}, person)

    with connection.cursor() as cursor:
        rows = next(
            keyset._parts(DEALS.narrowed(state).values_list("id"), state.sort, state.falling, state.cursor, True)
        )
        sql, params = rows.order_by(*keyset.order(state.sort, state.falling))[:51].query.sql_with_params()
        cursor.execute(f"explain {sql}", params)
        plan = "\n".join(row[0] for row in cursor.fetchall())

    assert "Sort" not in plan
    assert re.search(r"Index Cond: .*ROW\(", plan)


def test_one_query_a_page(firm, stages, django_assert_num_queries):
    fill(firm, stages, 60)
    person = asking(firm.anna)
    with django_assert_num_queries(1):
        DEALS.page(DEALS.read({}, person))


def test_each_sees_the_deals_of_their_reach(firm, stages):
    mine = make_deal(firm.anna, stages["new"])
    other = make_deal(firm.vera, stages["new"])

    assert ask(firm.anna).ids == [mine.pk]
    assert ask(firm.boris).ids == [mine.pk]
    assert set(ask(firm.olga).ids) == {mine.pk, other.pk}
    assert ask(firm.vera).ids == [other.pk]
    assert ask(firm.admin).ids == []


def test_filters_narrow(firm, stages):
    won = make_deal(firm.anna, stages["won"], "Пресс", amount=500, closed_on=TODAY, unit=firm.north)
    late = make_deal(firm.anna, stages["offer"], "Ёлочный станок", amount=10, expected_on=TODAY - timedelta(days=1))
    rose = make_deal(firm.vera, stages["lost"], "Роза", closed_on=TODAY, customer=make_customer(firm.vera, "Бутон"))

    def found(**params: str) -> set[int]:
        return set(ask(firm.olga, **params).ids)

    assert found(q="елочный") == {late.pk}
    assert found(q="СТАНОК ёл") == {late.pk}
    assert found(q="ро") == {rose.pk}
    assert found(q="бутон") == {rose.pk}
    assert found(state="won") == {won.pk}
    assert found(state="late") == {late.pk}
    assert found(state="lost") == {rose.pk}
    assert found(owner=str(firm.anna.pk)) == {won.pk, late.pk}
    assert found(owner="me") == set()
    assert found(unit=str(firm.sales.pk)) == {won.pk, late.pk, rose.pk}
    assert found(unit=str(firm.north.pk)) == {won.pk, late.pk}
    assert found(amount_from="11", amount_to="1 000,5") == {won.pk}
    assert found(closed="month") == {won.pk, rose.pk}
    assert found(created_from=str(TODAY), created_to=str(TODAY)) == {won.pk, late.pk, rose.pk}
    assert found(created="yesterday") == set()
    assert found(stage=f"{stages['won'].pk},{stages['lost'].pk}") == {won.pk, rose.pk}
    assert found(expected="none") == {won.pk, rose.pk}


def test_the_bin_shows_what_one_may_delete(firm, stages):
    gone = make_deal(firm.anna, stages["new"], deleted_at=NOW)

    assert ask(firm.boris).ids == []
    assert ask(firm.boris, bin="1").ids == [gone.pk]
    assert ask(firm.anna, bin="1").ids == []


HOSTILE = [
    {"sort": "drop table"},
    {"sort": "-"},
    {"at": "????"},
    {"at": "bnVsbA"},
    {"at": Cursor("9" * 900, 1).write()},
    {"at": Cursor("x\x00", 1).write(), "sort": "title"},
    {"at": Cursor("1e999999", 1).write(), "sort": "amount"},
    {"at": Cursor("NaN", 1).write(), "sort": "amount"},
    {"at": Cursor("2026-13-41", 1).write(), "sort": "expected"},
    {"at": Cursor(None, 1).write()},
    {"at": Cursor("1", 2**80).write(), "sort": "amount"},
    {"q": "\x00"},
    {"q": "%_\\'\";--"},
    {"q": "\ud800"},
    {"q": "я" * 5000},
    {"owner": "99999999999999999999999"},
    {"owner": "-1"},
    {"owner": "²"},
    {"stage": ",,,"},
    {"stage": "none"},
    {"unit": "none"},
    {"unit": "7777"},
    {"amount_from": "1e500"},
    {"amount_from": "Infinity"},
    {"expected_from": "31.02.2026"},
    {"expected_from": "0001-01-01"},
    {"expected": "9999-W99"},
    {"cols": "password,title"},
    {"tag": "\x00x"},
    {"customer": "0"},
    {"bin": "1"},
]


@pytest.mark.parametrize("params", HOSTILE, ids=str)
def test_hostile_parameters_are_survived(firm, stages, params):
    make_deal(firm.anna, stages["new"], amount=3)
    page = ask(firm.anna, **params)
    assert len(page.rows) <= 1
    for each in DEALS.filters:
        if each.key in page.state.values:
            assert each.says(page.state.values[each.key], page.state.asking)
    again = DEALS.read({name: [value] for name, value in page.state.pairs()}, page.state.asking)
    assert again.pairs() == page.state.pairs()


def test_counting_stops(firm, stages):
    fill(firm, stages, 60)
    state = DEALS.read({}, asking(firm.anna))
    assert DEALS.count(state) == (60, True)
    assert DEALS.count(state, most=50) == (50, False)
    assert DEALS.estimate(state) >= 0
