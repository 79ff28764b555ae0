"""Pages of automation, each asked for in full, with the number of queries it costs."""

from __future__ import annotations

from datetime import date
from html import unescape

import pytest
import time_machine
from ledger import fresh, make_customer, make_invoice
from people import NOW

from otdel.automation import actions
from otdel.automation.models import Firing, Rule
from otdel.tasks.models import Task


def text_of(answer, status: int = 200) -> str:
    assert answer.status_code == status, (answer.status_code, answer.content[-1500:])
    return unescape(answer.content.decode())


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


def sent(firm, **changes):
    given = {"name": "Debtors", "days": "3", "unit": firm.north.pk, "title": "Call {customer}", "to": "OWNER"}
    return given | {"due": "1", "most_per_hour": "50"} | changes


ADDRESS = "/rules/new/?when=INVOICE_OVERDUE&then=TASK"


def test_sentence_is_written_tried_switched_on_and_fires(firm, signed, django_assert_num_queries):
    lutik = make_customer(firm.anna)
    make_invoice(firm, lutik, 100, day="2026-01-10", number="A-7", due_on=date(2026, 1, 20), owner_id=firm.anna.pk)
    fresh_one = make_invoice(firm, lutik, 100, number="A-8", due_on=date(2026, 2, 27), owner_id=firm.anna.pk)
    client = signed("boris")
    assert "How many days" in text_of(client.get(ADDRESS))
    tried = text_of(client.post(ADDRESS, sent(firm, **{"try": "1", "if-amount_from": "50"})))
    assert "it would have fired 2 times" in tried
    assert "A-7" in tried
    assert not Rule.objects.exists()
    assert "it would have fired 0 times" in text_of(
        client.post(ADDRESS, sent(firm, **{"try": "1", "if-amount_from": "500"}))
    )
    text_of(client.post(ADDRESS, sent(firm, days="0")), 422)
    assert client.post(ADDRESS, sent(firm, **{"if-amount_from": "50"})).status_code == 302
    rule = Rule.objects.get()
    page = text_of(client.get(f"/rules/{rule.pk}/?try=1"))
    assert "Amount: from 50" in page
    assert client.post(f"/rules/{rule.pk}/switch/", {"on": "1"}).status_code == 302
    actions.sweep(now=NOW)
    assert Task.objects.get().invoice_id == fresh_one.pk
    with django_assert_num_queries(6):
        page = text_of(client.get(f"/rules/{rule.pk}/"))
    assert "A-8" in page
    with django_assert_num_queries(4):
        page = text_of(client.get("/rules/"))
    assert "When an invoice is overdue by so many days (3 days)" in page
    assert client.post(f"/rules/{rule.pk}/drop/").status_code == 302
    assert Firing.objects.count() == 1


def test_every_beginning_has_its_end(firm, signed):
    client = signed("boris")
    for when in Rule.When.values:
        for then in Rule.Then.values:
            text_of(client.get(f"/rules/new/?when={when}&then={then}"))
    text_of(client.get("/rules/new/?when=X&then=Y"))


def test_editing_keeps_what_was_written(firm, signed):
    client = signed("boris")
    client.post("/rules/new/?when=DEAL_CREATED&then=TAG", sent(firm, tag="hot", **{"if-q": "pumps"}))
    rule = Rule.objects.get()
    page = text_of(client.get(f"/rules/{rule.pk}/edit/"))
    assert 'value="hot"' in page
    assert 'value="pumps"' in page
    assert client.post(f"/rules/{rule.pk}/edit/?when=DEAL_CREATED&then=TAG", sent(firm, tag="cold")).status_code == 302
    rule.refresh_from_db()
    assert (rule.does, rule.conditions) == ({"tag": "cold"}, "")


def test_strangers_do_not_see_rules(firm, signed):
    signed("boris").post(ADDRESS, sent(firm))
    rule = Rule.objects.get()
    for name, status in (("gleb", 404), ("anna", 403), ("zoya", 403)):
        client = signed(name)
        assert client.get(f"/rules/{rule.pk}/").status_code == status
        assert client.post(f"/rules/{rule.pk}/drop/").status_code == status
    assert "Debtors" in text_of(signed("admin").get("/rules/"))
    assert fresh(firm.boris).pk == rule.owner_id
