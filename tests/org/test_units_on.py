from __future__ import annotations

from datetime import date

import pytest
from people import make_firm

from otdel.org.models import Membership
from otdel.org.queries import unit_on, units_on


@pytest.fixture
def firm(db):
    return make_firm()


def test_a_move_keeps_the_past_where_it_was(firm, django_assert_num_queries):
    firm.anna.memberships.update(ends_on="2026-02-01")
    Membership.objects.create(person=firm.anna, unit=firm.south, starts_on="2026-02-01")
    anna, vera = firm.anna.pk, firm.vera.pk
    before, moved = date(2026, 1, 31), date(2026, 2, 1)

    with django_assert_num_queries(1):
        found = units_on([(anna, before), (anna, moved), (vera, moved)])

    assert found == {(anna, before): firm.north.pk, (anna, moved): firm.south.pk, (vera, moved): firm.south.pk}


def test_who_worked_nowhere_that_day_is_left_out(firm, django_assert_num_queries):
    assert unit_on(firm.anna.pk, date(2019, 12, 31)) is None
    with django_assert_num_queries(0):
        assert units_on([]) == {}
