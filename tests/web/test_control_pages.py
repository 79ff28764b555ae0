"""Pages of manual control, each asked for in full, with the number of queries it costs."""

from __future__ import annotations

from datetime import date
from html import unescape

import pytest
import time_machine
from controlled import at, declared, plan_march
from ledger import fresh, make_customer, make_invoice, pay

from otdel.measures import actions
from otdel.measures.models import DayPlan, ManualControl, Norm
from otdel.tasks.models import Task


def text_of(answer, status: int = 200) -> str:
    assert answer.status_code == status, (answer.status_code, answer.content[:500])
    return unescape(answer.content.decode())


@pytest.fixture
def controlled(firm):
    """Anna under manual control since Tuesday; it is Wednesday evening."""
    plan_march(firm)
    debtor = make_customer(firm.anna, "Debtor")
    make_invoice(firm, debtor, 90_000, due_on=date(2026, 3, 1), owner_id=firm.anna.pk)
    declared(firm)
    actions.set_norm(
        by=fresh(firm.boris), unit_id=firm.north.pk, kind="CALL", amount=20, starts_on=at(1, 9).date(), now=at(10, 12)
    )
    actions.keep(now=at(11, 9))
    pay(firm, debtor, 90_000, day="2026-03-11", owner_id=firm.anna.pk)
    with time_machine.travel(at(11, 19), tick=False):
        yield firm


def anna_day() -> DayPlan:
    return DayPlan.objects.get(person__first_name="Anna", day="2026-03-11")


def test_declaring_from_the_red_row(firm, signed):
    plan_march(firm)
    with time_machine.travel(at(11, 12), tick=False):
        client = signed("boris")
        board = text_of(client.get("/plan/?by=person"))
        address = f"/plan/control/new/?metric=payments&period=2026-03&person={firm.anna.pk}"
        assert address in board
        page = text_of(client.get(address))
        assert "Abramova Anna" in page
        sent = {
            "until": "2026-03-31",
            "exit_share": "95",
            "exit_days": "5",
            "reviewer": firm.olga.pk,
            "reason": "Calls",
        }
        text_of(client.post(address, sent | {"until": "2027-01-01"}), 422)
        answer = client.post(address, sent)
        control = ManualControl.objects.get()
        assert answer["Location"] == f"/plan/control/{control.pk}/"
        assert "Manual control is declared here already." in text_of(client.get(address))
        assert f"/plan/control/{control.pk}/" in text_of(client.get(f"/people/{firm.anna.pk}/"))
        assert signed("anna").get(address).status_code == 404
        assert "Manual control" not in text_of(signed("vera").get("/plan/"))


def test_heads_table_and_its_cost(controlled, signed, django_assert_num_queries):
    client = signed("boris")
    client.get("/plan/control/days/")
    with django_assert_num_queries(8):
        page = text_of(client.get("/plan/control/days/"))
    assert "Abramova A." in page
    assert "₽90,000" in page
    assert signed("anna").get("/plan/control/days/").status_code == 403
    assert "Abramova" not in text_of(signed("gleb").get("/plan/control/days/"))


def test_day_from_morning_to_verdict(controlled, signed, django_assert_num_queries):
    day, client = anna_day(), signed("anna")
    address = f"/plan/control/days/{day.pk}/"
    assert address in text_of(client.get("/today/"))
    with django_assert_num_queries(7):
        page = text_of(client.get(address))
    assert "1 invoice overdue" in page
    assert "paid ₽90,000" in page
    assert client.post(f"{address}do/hand_in/", {"note": "All paid"}).status_code == 409
    assert client.post(f"{address}do/confirm/").status_code == 302
    actions.keep(now=at(11, 19))
    assert client.post(f"{address}do/hand_in/", {"note": "All paid"}).status_code == 302
    assert client.post(f"{address}do/accept/").status_code == 403

    head = signed("boris")
    assert "1 daily report is waiting" in text_of(head.get("/today/"))
    assert "All paid" in text_of(head.get("/plan/control/days/"))
    verdict = {"grade": "GOOD", "comment": "Well done", "next_title": "Sell again", "next": "/plan/control/days/"}
    assert head.post(f"{address}do/accept/", verdict)["Location"] == "/plan/control/days/"
    assert Task.objects.get().title == "Sell again"
    page = text_of(head.get(address))
    assert "Well done" in page
    assert "accepted the report" in page
    for name in ("vera", "gleb", "zoya", "admin"):
        assert signed(name).get(address).status_code == 404
        assert signed(name).post(f"{address}do/confirm/").status_code == 404


def test_head_changes_the_day(controlled, signed):
    day, client = anna_day(), signed("boris")
    address = f"/plan/control/days/{day.pk}/do/"
    line = day.actions.get()
    assert (
        client.post(f"{address}add/", {"kind": "CALL", "text": "Ring the plant", "expected": "5000"}).status_code == 302
    )
    page = text_of(client.post(f"{address}add/", {"kind": "CALL", "text": "Ring them", "expected": "x"}), 422)
    assert 'value="Ring them"' in page
    assert "This is not a sum." in page
    change = {"action": line.pk, "text": "Go there", "expected": ""}
    assert client.post(f"{address}change/", change).status_code == 302
    assert client.post(f"{address}remove/", {"action": line.pk}).status_code == 302
    assert client.post(f"{address}restore/", {"action": line.pk}).status_code == 302
    assert client.post(f"{address}norm/", {"norm": day.norms.get().pk, "amount": "0"}).status_code == 302
    page = text_of(client.post(f"{address}norm/", {"norm": day.norms.get().pk, "amount": "900"}), 422)
    assert "Between 0 and 500 a day." in page
    assert 'value="900"' in page
    page = text_of(client.post(f"{address}change/", change | {"text": "Go by car", "expected": "x"}), 422)
    assert 'value="Go by car"' in page
    assert f'id="change-{line.pk}" hx-preserve open' in page
    assert client.post(f"{address}nothing/").status_code == 404
    page = text_of(client.get(f"/plan/control/days/{day.pk}/"))
    assert "Ring the plant" in page
    assert "changed a norm from 20 to 0" in page


def test_what_is_refused_is_not_lost(controlled, signed):
    day = anna_day()
    address = f"/plan/control/days/{day.pk}/do/"
    line, anna = day.actions.get(), signed("anna")
    assert anna.post(f"{address}confirm/").status_code == 302
    line.customer = None
    line.save()
    page = text_of(anna.post(f"{address}note/", {"action": line.pk, "done": "1", "note": ""}), 422)
    assert "There is no record of it: say how it was done." in page
    assert f'id="note-{line.pk}" hx-preserve open' in page
    actions.keep(now=at(11, 19))
    head = signed("boris")
    page = text_of(head.post(f"{address}return/", {"comment": "", "next_title": "Ask again", "grade": "BAD"}), 422)
    assert "Say why." in page
    assert 'value="Ask again"' in page
    # the day was taken away under the form: what was typed is on the page of the refusal
    assert head.post(f"{address}accept/", {"grade": "GOOD"}).status_code == 302
    anna = signed("anna")
    page = text_of(anna.post(f"{address}hand_in/", {"note": "They promised to pay on the 20th"}), 409)
    assert "They promised to pay on the 20th" in page


def test_a_form_that_stays_is_told_where_to_go_and_what_is_wrong(controlled, signed):
    day, head = anna_day(), signed("boris")
    address, kept = f"/plan/control/days/{day.pk}/do/", {"X-Kept": "1"}
    led = head.post(f"{address}norm/", {"norm": day.norms.get().pk, "amount": "7"}, headers=kept)
    assert led.status_code == 204
    assert led["X-Leads-To"] == f"/plan/control/days/{day.pk}/#norm-{day.norms.get().pk}"
    answer = text_of(head.post(f"{address}accept/", {"comment": "Too early"}, headers=kept), 409)
    assert "<main" not in answer
    assert "data-problem" in answer
    wrong = text_of(
        head.post(f"/plan/control/{ManualControl.objects.get().pk}/go-on/", {"until": ""}, headers=kept), 422
    )
    for name in ("until", "reason"):  # all that is wrong, not the first only
        assert f'<li data-field="{name}">' in wrong


def test_one_mode_and_its_cost(controlled, signed, django_assert_num_queries):
    client, control = signed("boris"), ManualControl.objects.get()
    address = f"/plan/control/{control.pk}/"
    client.get(address)
    with django_assert_num_queries(8):
        page = text_of(client.get(address))
    assert "Did it help" in page
    assert "Abramova A." in text_of(client.get("/plan/control/"))
    page = text_of(client.post(f"{address}go-on/", {"until": "2027-04-10", "reason": "Slow"}), 422)
    assert "at most three months from today" in page
    assert 'value="Slow"' in page
    assert '<dialog id="go-on" aria-labelledby="go-on-title" open>' in page
    assert signed("anna").post(f"{address}go-on/", {"until": "", "reason": ""}).status_code == 403
    assert signed("gleb").post(f"{address}go-on/", {"until": "", "reason": ""}).status_code == 404
    client = signed("boris")
    assert client.post(f"{address}go-on/", {"until": "2026-04-10", "reason": ""}).status_code == 422
    assert client.post(f"{address}go-on/", {"until": "2026-04-10", "reason": "Slow"}).status_code == 302
    assert signed("anna").post(f"{address}end/").status_code == 403
    assert signed("boris").post(f"{address}end/", {"note": "Enough"}).status_code == 302
    assert "Enough" in text_of(client.get(address))


def test_norms_page(firm, signed):
    client = signed("boris")
    sent = {"unit": firm.north.pk, "kind": "CALL", "amount": "20", "starts_on": "2026-03-01"}
    assert client.post("/plan/control/norms/", sent).status_code == 302
    text_of(client.post("/plan/control/norms/", sent | {"amount": "9000"}), 422)
    text_of(client.post("/plan/control/norms/", sent | {"unit": firm.south.pk}), 422)
    page = text_of(client.get("/plan/control/norms/"))
    assert "Boris" in page or "Belov B." in page
    assert "Belov B." in text_of(signed("anna").get("/plan/control/norms/"))
    assert "Belov B." not in text_of(signed("gleb").get("/plan/control/norms/"))
    assert signed("zoya").get("/plan/control/norms/").status_code == 403
    norm = Norm.objects.get()
    assert signed("anna").post(f"/plan/control/norms/{norm.pk}/drop/").status_code == 404
    assert signed("boris").post(f"/plan/control/norms/{norm.pk}/drop/").status_code == 302
    assert not Norm.objects.exists()
