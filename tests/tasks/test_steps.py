"""Deals and customers without a next step: the number is a recount, and opens exactly its rows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.test import Client
from ledger import fresh, make_customer, make_deal
from people import NOW, Firm

from otdel.activities.models import Activity
from otdel.customers.models import Customer
from otdel.deals.models import Deal
from otdel.tasks import actions, queries
from otdel.tasks.rules import TaskValues, To


def task_about(firm: Firm, **about: Any) -> Any:
    values = TaskValues(title="Call", deadline=NOW + timedelta(days=1), **about)
    return actions.create_tasks(by=fresh(firm.boris), values=values, to=To(people=(firm.anna.pk,)), now=NOW)[0]


def call_about(firm: Firm, *, done: bool = False, **about: Any) -> Activity:
    return Activity.objects.create(
        kind="CALL", is_done=done, at=NOW, day=NOW.date(), subject="Call", owner=firm.anna, unit=firm.north,
        created_at=NOW, updated_at=NOW, **about,
    )  # fmt: skip


def counted(firm: Firm) -> tuple[int, int]:
    found = queries.waiting(fresh(firm.anna), NOW).steps
    return found.deals, found.customers


def test_each_way_to_have_a_next_step_and_to_lose_it(firm: Firm) -> None:
    lutik, mak = make_customer(firm.anna, "Lutik"), make_customer(firm.anna, "Mak")
    deal = make_deal(firm.anna, lutik, "Press", amount=5)
    make_deal(firm.vera, mak, "Another's", amount=5)
    assert counted(firm) == (1, 2)

    task = task_about(firm, deal_id=deal.pk)  # brings its customer along
    assert counted(firm) == (0, 1)
    actions.submit_task(by=fresh(firm.anna), task_id=task.pk, now=NOW)
    assert counted(firm) == (1, 2)

    call_about(firm, customer=mak, done=True)
    assert counted(firm) == (1, 2)
    planned = call_about(firm, customer=lutik, deal=deal)
    assert counted(firm) == (0, 1)
    Activity.objects.filter(pk=planned.pk).update(deleted_at=NOW)
    assert counted(firm) == (1, 2)

    other = task_about(firm, customer_id=mak.pk)
    assert counted(firm) == (1, 1)
    actions.bin_many(by=fresh(firm.boris), ids=[other.pk], now=NOW)
    assert counted(firm) == (1, 2)

    Deal.objects.filter(pk=deal.pk).update(closed_on=NOW.date())
    Customer.objects.filter(pk=mak.pk).update(deleted_at=NOW)
    assert counted(firm) == (0, 1)


def test_the_number_opens_exactly_its_rows(firm: Firm, client: Client) -> None:
    lutik, mak = make_customer(firm.anna, "Lutik"), make_customer(firm.anna, "Mak")
    make_deal(firm.anna, lutik, "Planned", amount=5)
    make_deal(firm.anna, mak, "Forgotten", amount=5)
    make_deal(firm.boris, mak, "Of Boris", amount=5)
    task_about(firm, deal_id=Deal.objects.get(title="Planned").pk)
    client.force_login(firm.anna)

    today = client.get("/today/").content.decode()
    for name in ("deals", "customers"):
        assert f'href="/{name}/?step=none&amp;owner=me"' in today
    deals = client.get("/deals/?step=none&owner=me").content.decode()
    assert "Forgotten" in deals
    assert "Planned" not in deals
    assert "Of Boris" not in deals
    customers = client.get("/customers/?step=none&owner=me").content.decode()
    assert "Mak" in customers
    assert "Lutik" not in customers


def test_the_count_costs_a_query(firm: Firm, django_assert_num_queries: Callable[[int], Any]) -> None:
    with django_assert_num_queries(1):
        queries.waiting(firm.anna, NOW)
