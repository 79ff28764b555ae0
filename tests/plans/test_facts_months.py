"""Sums of months: moved by differences, never apart from the days, and added up anew when something was."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from importlib import import_module

import pytest
from django.core.management import call_command
from django.db import connection
from people import NOW, make_firm

from otdel.billing.models import Payment
from otdel.core.checkup import QUESTIONS
from otdel.plans.actions.facts import refill
from otdel.plans.checkup import month_sums
from otdel.plans.metrics import MONTH_CUTS
from otdel.plans.models import ChangedDay, FactCell, FactDay, FactMonth
from otdel.plans.queries.soundness import unsound_months

pytestmark = pytest.mark.django_db


def pay(firm, amount, day="2026-03-02", **fields):
    return Payment.objects.create(
        owner=firm.anna, unit=firm.north, amount=amount, paid_on=day, created_at=NOW, updated_at=NOW, **fields
    )


def settle() -> None:
    """Inside of a test's transaction nothing runs beside us: marks settle at once."""
    ChangedDay.objects.update(settles_at=0)
    refill()


def sums(**wanted) -> dict:
    rows = FactMonth.objects.filter(metric="payments", **wanted)
    return {(row.month, row.cut, row.person_id): row.amount for row in rows}


@pytest.fixture
def firm():
    firm = make_firm()
    pay(firm, 100)
    pay(firm, 50, "2026-03-31")
    pay(firm, 7, "2026-04-01")
    settle()
    return firm


def test_a_month_is_kept_whole_and_by_every_cut_of_a_person_and_of_their_department(firm):
    march, april = date(2026, 3, 1), date(2026, 4, 1)
    for cut in (FactMonth.WHOLE, *MONTH_CUTS.values()):
        for person in (firm.anna.pk, FactMonth.EVERYBODY):
            assert sums(cut=cut, person_id=person) == {
                (march, cut, person): Decimal(150), (april, cut, person): Decimal(7),
            }  # fmt: skip
    assert not unsound_months()


def test_a_payment_writes_its_own_rows_and_leaves_the_others_of_its_day(firm):
    Payment.objects.create(
        owner=firm.vera, unit=firm.south, amount=10, paid_on="2026-03-02", created_at=NOW, updated_at=NOW
    )
    settle()
    before = set(FactCell.objects.values_list("pk", flat=True)) | set(FactDay.objects.values_list("pk", flat=True))

    pay(firm, 30)
    settle()

    after = set(FactCell.objects.values_list("pk", flat=True)) | set(FactDay.objects.values_list("pk", flat=True))
    assert len(before - after) <= 2
    assert sums(cut=0, person_id=firm.anna.pk, unit_id=firm.north.pk, month=date(2026, 3, 1)) == {
        (date(2026, 3, 1), 0, firm.anna.pk): Decimal(180)
    }
    assert not unsound_months()


def test_a_month_with_nothing_left_is_gone(firm):
    Payment.objects.filter(paid_on__month=3).delete()
    settle()

    assert {month for month, _cut, _person in sums()} == {date(2026, 4, 1)}
    assert not unsound_months()


def test_the_doctor_sees_a_month_that_came_apart_and_the_command_mends_it(firm, capsys):
    assert month_sums in QUESTIONS
    assert month_sums(NOW)[1]
    FactMonth.objects.filter(metric="payments", month="2026-03-01", cut=1).update(amount=1)

    _name, is_well, found, advice = month_sums(NOW)
    assert not is_well
    assert "payments 2026-03" in found
    assert "facts --rebuild" in advice
    with pytest.raises(SystemExit):
        call_command("facts")
    call_command("facts", rebuild=True)

    said = capsys.readouterr().out
    assert "WRONG payments 2026-03" in said
    assert "2/2 payments 2026-04" in said
    assert not unsound_months()
    assert sums(cut=1, person_id=firm.anna.pk, month=date(2026, 3, 1)) == {
        (date(2026, 3, 1), 1, firm.anna.pk): Decimal(150)
    }


def test_an_upgrade_adds_up_what_is_kept_already(firm):
    kept = list(
        FactMonth.objects.order_by("month", "cut", "person_id").values_list("month", "cut", "person_id", "amount")
    )
    FactMonth.objects.filter(month="2026-03-01").delete()

    import_module("otdel.plans.migrations.0007_fill_month_sums").fill(None, connection.schema_editor())

    assert kept == list(
        FactMonth.objects.order_by("month", "cut", "person_id").values_list("month", "cut", "person_id", "amount")
    )
    assert not unsound_months()
