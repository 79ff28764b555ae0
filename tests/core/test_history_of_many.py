from __future__ import annotations

import time

import pytest
from people import NOW, make_firm

from otdel.core.models import FieldChange
from otdel.customers.models import Customer


@pytest.mark.django_db
def test_many_rows_changed_after_single_ones_take_no_square_of_time():
    firm = make_firm()
    rows = Customer.objects.bulk_create(
        Customer(name=f"C{n}", owner=firm.anna, created_at=NOW, updated_at=NOW) for n in range(4000)
    )
    for number in range(12):
        Customer.objects.filter(pk=rows[0].pk).update(note=str(number))

    started = time.perf_counter()
    Customer.objects.update(note="all")

    # a loop within a loop takes ten seconds and more
    assert time.perf_counter() - started < 5
    assert FieldChange.objects.filter(subject_type="customers.customer").count() == 12 + 4000
    assert FieldChange.objects.filter(diff__note__1="all").count() == 4000
