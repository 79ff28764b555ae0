"""Pages of automation, each asked for in full, with the number of queries it costs."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from html import unescape

import pytest
import time_machine
from controlled import at, plan_march
from ledger import fresh, make_customer, make_invoice
from outer_world import LOCAL, receiving
from people import NOW

from otdel.automation import actions
from otdel.automation import jobs as automation_jobs
from otdel.automation.models import Firing, Rule
from otdel.core.models import Event
from otdel.deals import actions as deals
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
    with django_assert_num_queries(9):
        page = text_of(client.get(f"/rules/{rule.pk}/"))
    assert "A-8" in page
    with django_assert_num_queries(4):
        page = text_of(client.get("/rules/"))
    assert "When an invoice is overdue by 3 days" in page
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


def test_the_sentence_is_drawn_anew_with_what_was_typed(firm, signed):
    """As a choice does it with scripts, and the button without."""
    client = signed("boris")
    typed = sent(firm, name="Mine", text="Details", when="LEAD_CREATED", then="NOTICE", show="1", days="")
    page = text_of(client.post("/rules/new/", typed))
    assert 'value="Mine"' in page
    assert "Details" in page
    assert "How many days" not in page
    assert 'class="error"' not in page
    assert not Rule.objects.exists()
    page = text_of(client.post("/rules/new/", typed | {"then": "FIELD", "field": "status"}))
    assert '<option value="WORK">In work</option>' in page
    page = text_of(client.post("/rules/new/", typed | {"then": "FIELD", "field": "status", "when": "TASK_RETURNED"}))
    assert "In how many working days from the firing" in page
    assert client.post("/rules/new/", sent(firm, when="LEAD_CREATED", then="FIELD", field="status", value="WORK"))
    rule = Rule.objects.get()
    assert rule.does == {"field": "status", "value": "WORK"}
    page = text_of(client.get(f"/rules/{rule.pk}/"))
    assert "then set a field: Status — In work" in re.sub("<[^>]+>", "", page)
    assert '<option value="WORK" selected>' in text_of(client.get(f"/rules/{rule.pk}/edit/"))
    text_of(client.post("/rules/new/", sent(firm, when="LEAD_CREATED", then="FIELD", field="status", value="X")), 422)


def test_a_recipe_is_one_press(firm, signed):
    client = signed("boris")
    page = text_of(client.get("/rules/"))
    assert "Ready rules" in page
    assert "Overdue invoice: call the customer" in page
    make_invoice(firm, make_customer(firm.anna), 100, number="A-7", due_on=date(2026, 2, 10), owner_id=firm.anna.pk)
    answer = client.post("/rules/recipes/debt/", follow=True)
    assert "it would have fired 1 time." in text_of(answer)
    rule = Rule.objects.get()
    assert (rule.is_on, rule.unit, rule.when) == (False, firm.north, "INVOICE_OVERDUE")
    assert "/rules/recipes/debt/" not in text_of(client.get("/rules/"))
    for code in ("lead", "silence", "stands", "step", "red"):
        assert "it would have fired" in text_of(client.post(f"/rules/recipes/{code}/", follow=True))
    assert client.post("/rules/recipes/unknown/").status_code == 404
    assert signed("admin").post("/rules/recipes/lead/").status_code == 302
    assert Rule.objects.latest("pk").unit is None


@pytest.mark.parametrize(("who", "room"), [("boris", "/plan/"), ("admin", "/settings/")])
def test_a_room_of_the_rail_is_lit(firm, signed, who, room):
    page = text_of(signed(who).get("/rules/"))
    (lit,) = re.findall(r'<a href="([^"?]*)[^>]*aria-current="page"[^>]*>', page.partition("<main")[0])
    assert lit == room


def test_every_attempt_of_a_webhook_is_in_the_log(firm, signed, settings):
    settings.OUTSIDE = LOCAL
    client = signed("boris")
    with receiving() as receiver:
        body = sent(firm, when="LEAD_CREATED", then="WEBHOOK", url=f"{receiver.url}/in")
        client.post("/rules/new/", body)
        rule = Rule.objects.get()
        client.post(f"/rules/{rule.pk}/switch/", {"on": "1"})
        deals.create_lead(by=fresh(firm.anna), values={"title": "Wants pumps"}, now=NOW)
        automation_jobs.happened(Event.objects.latest("pk").pk)
        receiver.answer(500, "out of order")
        automation_jobs.calls()
        page = text_of(client.get(f"/rules/{rule.pk}/"))
        assert "500 out of order" in page
        assert "Next attempt" in page
        firing = rule.firings.get()
        assert client.post(f"/rules/{rule.pk}/{firing.pk}/again/").status_code == 302
        automation_jobs.calls()
        page = text_of(client.get(f"/rules/{rule.pk}/"))
    assert (page.count("<time>"), "Call again" in page, rule.firings.get().outcome) == (2, False, "DONE")


def test_whoever_sees_no_deals_is_told_that_their_rule_would_find_none(firm, signed):
    words = "you do not see such records"
    assert words in text_of(signed("admin").get("/rules/new/?when=DEAL_STAGE"))
    assert words not in text_of(signed("boris").get("/rules/new/?when=DEAL_STAGE"))


def test_names_of_records_are_only_for_those_who_see_them(firm, signed):
    """An administrator keeps everybody's rules and sees no invoices: how many there are, and not which."""
    make_invoice(firm, make_customer(firm.anna), 100, number="A-7", due_on=date(2026, 2, 27), owner_id=firm.anna.pk)
    signed("boris").post(ADDRESS, sent(firm))
    rule = Rule.objects.get()
    signed("boris").post(f"/rules/{rule.pk}/switch/", {"on": "1"})
    actions.sweep(now=NOW)
    for name, is_seen in (("boris", True), ("olga", True), ("admin", False)):
        page = text_of(signed(name).get(f"/rules/{rule.pk}/?try=1"))
        assert "it would have fired 1 time." in page
        assert page.count("A-7") == (2 if is_seen else 0)
        assert page.count("or you may not see it") == (0 if is_seen else 2)


def test_lines_of_departments_are_chosen_tried_and_logged(firm, signed):
    plan_march(firm)
    with time_machine.travel(at(10, 12), tick=False):
        client = signed("boris")
        address = "/rules/new/?when=LINE_RED&then=TASK"
        page = text_of(client.get(address))
        assert '<option value="BOTH" selected>of people and of departments</option>' in page
        assert "To whom by name" not in page
        typed = sent(firm, metric="payments", lines="BOTH", to="PERSON", days="3")
        assert "To whom by name" in text_of(client.post(address, typed | {"show": "1"}))
        text_of(client.post(address, typed), 422)
        typed |= {"person": firm.vera.pk}
        tried = text_of(client.post(address, typed | {"try": "1"}))
        assert "it would have fired 2 times" in tried
        assert "Lines of people: 1, of departments: 1." in tried
        assert f'href="/plan/?unit={firm.north.pk}&period=2026-03&metric=payments">department “North”</a>' in tried
        assert client.post(address, typed).status_code == 302
        rule = Rule.objects.get()
        assert (rule.lines, rule.does["person"]) == ("BOTH", firm.vera.pk)
        client.post(f"/rules/{rule.pk}/switch/", {"on": "1"})
        actions.sweep(now=at(10, 12))
        page = text_of(client.get(f"/rules/{rule.pk}/"))
        assert "somebody's or a department's line of the month's plan has been red for 3 working days in a row" in page
        assert "to whom: Volkova Vera" in page
        assert f'href="/plan/?unit={firm.north.pk}&period=2026-03&metric=payments">department “North”</a>' in page
        assert '<option value="BOTH" selected>' in text_of(client.get(f"/rules/{rule.pk}/edit/"))
        assert signed("gleb").get(f"/rules/{rule.pk}/").status_code == 404
        page = text_of(signed("admin").get(f"/rules/{rule.pk}/"))
        assert f'href="/plan/?unit={firm.north.pk}' not in page  # who may not see its plan
    with time_machine.travel(datetime(2026, 4, 14, 12, tzinfo=UTC), tick=False):
        page = text_of(signed("boris").get(f"/rules/{rule.pk}/?try=1"))
        dry, log = page.split("department “North”</a>")[:2]
        assert f'"/plan/?unit={firm.north.pk}&period=2026-03&metric=payments">' in dry[-80:]  # not April's
        assert f'"/plan/?unit={firm.north.pk}&period=2026-03&metric=payments">' in log[-80:]


def test_a_rule_turns_to_a_role_and_says_so(firm, signed):
    client, address = signed("olga"), "/rules/new/?when=LEAD_CREATED&then=TASK"
    assert "If there are several" not in text_of(client.get(address))
    typed = sent(firm, unit="", to="ROLE")
    page = text_of(client.post(address, typed | {"show": "1"}))
    assert f'<option value="{firm.roles["accountant"].pk}">Accountant</option>' in page
    assert "If there are several" in page
    text_of(client.post(address, typed), 422)
    typed |= {"role": firm.roles["accountant"].pk, "spread": "ONE"}
    deals.create_lead(by=firm.anna, values={"title": "Wants pumps"}, now=NOW)
    tried = text_of(client.post(address, typed | {"try": "1"}))
    assert 'data-label="To whom">Zueva Zoya</td>' in tried
    assert client.post(address, typed).status_code == 302
    rule = Rule.objects.get()
    page = text_of(client.get(f"/rules/{rule.pk}/"))
    assert "to whom: the nearest of the role “Accountant”, who has the fewest tasks" in page
    client.post(f"/rules/{rule.pk}/switch/", {"on": "1"})
    lead = deals.create_lead(by=firm.anna, values={"title": "Wants valves"}, now=NOW)
    actions.fire(by=None, rule_id=rule.pk, record_id=lead.pk, key="1", chain=[], now=NOW)
    assert "→ Zueva Zoya" in text_of(client.get(f"/rules/{rule.pk}/"))
    template = "/rules/new/?when=LEAD_CREATED&then=TEMPLATE"
    assert "to whom the template says" in text_of(client.get(template))
