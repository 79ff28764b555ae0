"""Pages of tasks, each asked for in full, with the number of queries it costs."""

from __future__ import annotations

import json
from datetime import timedelta
from html import unescape

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from ledger import fresh, make_customer, make_deal

from otdel.activities.models import Activity
from otdel.tasks import actions
from otdel.tasks.models import Task
from otdel.tasks.rules import TaskValues, To


def text_of(answer) -> str:
    assert answer.status_code == 200, answer.status_code
    return unescape(answer.content.decode())


def give(by, *to, **fields) -> Task:
    now = timezone.now()
    values = TaskValues(**({"title": "Call back", "deadline": now + timedelta(days=2)} | fields))
    address = To(people=tuple(each.pk for each in to))
    return actions.create_tasks(by=fresh(by), values=values, to=address, now=now)[0]


def counters(client) -> dict:
    answer = client.get("/tasks/counters/")
    assert answer.status_code == 204
    return json.loads(answer["HX-Trigger"])["counters"]


def test_list_and_its_cost(firm, signed, django_assert_num_queries):
    give(firm.boris, firm.anna, priority=3)
    give(firm.vera, firm.vera, title="Not for Anna")
    client = signed("anna")
    with django_assert_num_queries(5):  # session, person, what is remembered; with and without a deadline
        page = text_of(client.get("/tasks/"))
    assert "Call back" in page
    assert "Not for Anna" not in page
    assert "Belov B." in page


def test_overdue_deadline_stands_out_in_the_list_until_the_task_is_done(firm, signed):
    now = timezone.now()
    task = give(firm.boris, firm.anna, deadline=now - timedelta(days=1))
    give(firm.boris, firm.anna, deadline=now + timedelta(days=1))
    page = text_of(signed("anna").get("/tasks/"))
    assert (page.count('class="nowrap is-under"'), page.count(", overdue</span>")) == (1, 1)
    actions.submit_task(by=fresh(firm.anna), task_id=task.pk, now=now)
    assert "is-under" not in text_of(signed("anna").get("/tasks/"))


def test_card_is_seen_by_opening_and_costs(firm, signed, django_assert_num_queries):
    task = give(firm.boris, firm.anna, text="See https://example.com <b>", checklist=("One",))
    client = signed("anna")
    page = client.get(f"/tasks/{task.pk}/").content.decode()
    assert '<a href="https://example.com" rel="nofollow">' in page
    assert "&lt;b&gt;</p>" in page
    assert Task.objects.get().state == "SEEN"
    with django_assert_num_queries(6):  # session, person; the task, all that hangs on it, to whom it may go, reminders
        client.get(f"/tasks/{task.pk}/")
    head = signed("boris")
    give(firm.boris, firm.anna, title="A part of it", parent_id=task.pk)
    with django_assert_num_queries(8):  # of a head also the departments and their people
        assert "A part of it" in text_of(head.get(f"/tasks/{task.pk}/"))
    assert "Abramova Anna opened it" in text_of(client.get(f"/tasks/{task.pk}/history/"))
    for name in ("gleb", "vera", "zoya", "admin"):
        assert signed(name).get(f"/tasks/{task.pk}/").status_code == 404
        assert signed(name).get(f"/tasks/{task.pk}/history/").status_code == 404
        assert signed(name).post(f"/tasks/{task.pk}/do/submit/").status_code == 404


def test_giving_from_the_dialog_comes_back_to_the_page(firm, signed):
    client = signed("anna")
    lutik = make_customer(firm.anna)
    inside = client.get(
        f"/tasks/new/?customer={lutik.pk}", headers={"HX-Request": "true", "HX-Current-URL": "http://x/customers/?q=1"}
    )
    form = text_of(inside)
    assert "<html" not in form
    assert f"Lutik #{lutik.pk}" in form
    assert 'value="/customers/?q=1"' in form
    sent = {
        "title": "Send the price",
        "to": firm.vera.pk,
        "when": "three",
        "customer": f"Lutik #{lutik.pk}",
        "next": "/customers/?q=1",
        "priority": "2",
    }
    answer = client.post("/tasks/new/", sent, headers={"HX-Request": "true"})
    assert answer["HX-Redirect"] == "/customers/?q=1"
    task = Task.objects.get()
    assert (task.assignee, task.customer, task.has_time) == (firm.vera, lutik, False)
    refused = client.post("/tasks/new/", sent | {"title": ""}, headers={"HX-Request": "true"})
    assert refused.status_code == 422
    assert client.post("/tasks/new/", sent | {"next": "https://elsewhere.example/"})["Location"].startswith("/tasks/")


def test_head_gives_a_whole_department_from_the_red_row(firm, signed):
    client = signed("olga")
    page = text_of(client.get(f"/tasks/new/?unit={firm.sales.pk}%2B&title=South is behind"))
    assert "South is behind" in page
    assert "Sales and everything under it" in page
    sent = {"title": "Why?", "to": firm.olga.pk, "unit": f"{firm.sales.pk}+", "each": "1", "when": "friday"}
    assert client.post("/tasks/new/", sent)["Location"] == "/tasks/"
    assert {task.assignee for task in Task.objects.all()} == {firm.anna, firm.boris, firm.vera, firm.gleb}
    assert "A whole department" not in text_of(signed("anna").get("/tasks/new/"))


def test_road_of_a_task_through_its_card(firm, signed):
    task = give(firm.boris, firm.anna, needs_acceptance=True)
    anna, url = signed("anna"), f"/tasks/{task.pk}/do"
    assert counters(anna)["total"] == 1
    anna.get(f"/tasks/{task.pk}/")
    assert counters(anna)["total"] == 0
    anna.post(f"{url}/comment/", {"text": "@Volkova please look"})
    anna.post(f"{url}/item/", {"text": "Find"})
    anna.post(f"{url}/check/", {"item": task.checklist.get().pk, "done": "1"})
    anna.post(f"{url}/time/", {"minutes": "20"})
    anna.post(f"{url}/attach/", {"file": SimpleUploadedFile("a.html", b"<script>")})
    file = anna.get(f"/tasks/{task.pk}/files/{task.files.get().pk}/")
    assert (file["Content-Type"], file["X-Content-Type-Options"]) == ("application/octet-stream", "nosniff")
    assert file["Content-Disposition"].startswith("attachment")
    assert b"".join(file.streaming_content) == b"<script>"
    assert anna.post(f"{url}/submit/", {"result": "Agreed"}).status_code == 302
    assert anna.post(f"{url}/accept/", {"grade": "GOOD"}).status_code == 403
    boris = signed("boris")
    assert counters(boris)["rooms"]["/tasks/"] == 1
    page = text_of(boris.get(f"/tasks/{task.pk}/"))
    assert all(words in page for words in ("Agreed", "0 h 20 min", "a.html", 'data-opens="accept"'))
    boris.post(f"{url}/return/", {"reason": "The sum?"})
    assert counters(boris)["total"] == 0
    assert "The sum?" in text_of(signed("anna").get(f"/tasks/{task.pk}/"))
    assert Task.objects.get().state == "RETURNED"
    assert signed("zoya").get(f"/tasks/{task.pk}/files/{task.files.get().pk}/").status_code == 404
    assert "Call back" in text_of(signed("vera").get(f"/tasks/{task.pk}/"))  # called in by a mention


def test_what_proves_the_work_is_logged_from_its_card(firm, signed):
    lutik = make_customer(firm.anna)
    task = give(firm.boris, firm.anna, proof="MEETING", customer_id=lutik.pk)
    anna, address = signed("anna"), f"/tasks/{task.pk}/"
    page = text_of(anna.get(address))
    link = f"/deals/activities/new/?kind=MEETING&subject=Call+back&customer={lutik.pk}&next=%2Ftasks%2F{task.pk}%2F"
    assert page.count(f'<a href="{link}">Log the meeting</a>') == 2  # where it is asked for, and where it is given
    assert anna.post(f"{address}do/submit/").status_code == 422
    assert "Log the meeting" not in text_of(signed("boris").get(address))
    anna = signed("anna")
    minute = f"{timezone.localtime():%Y-%m-%dT%H:%M}"  # by hand it is written to the minute, the task came within it
    sent = {"type": "MEETING", "at": minute, "is_done": "on", "customer": f"#{lutik.pk}", "subject": "Call back"}
    assert anna.post(link, sent)["Location"] == address
    assert anna.post(f"{address}do/submit/").status_code == 302
    task.refresh_from_db()
    assert task.state == "DONE"
    assert "Log the meeting" not in text_of(anna.get(address))


def test_edit_keeps_whose_it_is(firm, signed):
    task = give(firm.boris, firm.anna)
    assert signed("anna").get(f"/tasks/{task.pk}/edit/").status_code == 403
    boris = signed("boris")
    assert "Call back" in text_of(boris.get(f"/tasks/{task.pk}/edit/"))
    boris.post(f"/tasks/{task.pk}/edit/", {"title": "Call twice", "priority": "3", "tags": "a, b"})
    task.refresh_from_db()
    assert (task.title, task.priority, task.tags, task.assignee) == ("Call twice", 3, ["a", "b"], firm.anna)


def test_my_day(firm, signed, django_assert_num_queries):
    now = timezone.now()
    give(firm.boris, firm.anna, title="Late one")
    Task.objects.update(deadline=now - timedelta(days=3))
    give(firm.anna, title="Some day", deadline=None)
    client = signed("anna")
    with django_assert_num_queries(6):  # session, person, tasks, calls, all that is counted, manual control
        page = text_of(client.get("/today/"))
    assert page.index("Late one") < page.index("Some day")
    assert "overdue" in page
    assert "Who has a bottleneck" not in page
    handed = give(firm.boris, firm.anna, title="Handed in", needs_acceptance=True)
    actions.start_task(by=fresh(firm.anna), task_id=handed.pk, now=now)
    actions.submit_task(by=fresh(firm.anna), task_id=handed.pk, result="The result", now=now)
    plan_a_call(firm.boris, make_customer(firm.anna), now)
    boris = signed("boris")
    # session, person, departments, who belongs to them, everybody's numbers, tasks, calls, manual control
    with django_assert_num_queries(8):
        head = text_of(boris.get("/today/"))
    assert all(
        words in head for words in ("Who has a bottleneck", "Waiting for my decision", "The result", "Ring them")
    )
    assert f"waits=attention%3A{firm.anna.pk}" in head
    assert "All is done" in text_of(signed("zoya").get("/today/"))
    assert signed("zoya").get("/")["Location"] == "/today/"
    assert signed("boris").get("/")["Location"] == "/plan/"


def test_my_day_has_the_filters_of_the_list_and_ticks(firm, signed, django_assert_num_queries):
    lutik, now = make_customer(firm.anna), timezone.now()
    words = "**At once**:\n- [the price](https://example.com/price)"
    mine = give(firm.anna, firm.anna, title="With Lutik", customer_id=lutik.pk, text=words)
    theirs = give(firm.boris, firm.anna, title="By itself", deadline=now - timedelta(hours=1))
    give(firm.boris, firm.boris, title="Not for Anna", customer_id=lutik.pk)
    plan_a_call(firm.anna, lutik, now)
    client, narrowed = signed("anna"), f"/today/?customer={lutik.pk}"
    page = text_of(client.get("/today/"))
    assert all(words in page for words in ("With Lutik", "By itself", "Ring them"))
    assert "At once:\n• the price" in page
    assert "**" not in page
    assert page.count('class="pick-one only-screen" name="ids" form="bulk"') == 2  # a call is none of the tasks
    with django_assert_num_queries(5):  # session, person, tasks, all that is counted; the chip's name
        page = text_of(client.get(narrowed))
    assert "With Lutik" in page
    assert all(words not in page for words in ("By itself", "Ring them", "Not for Anna"))
    assert "calls and meetings are not among them" in page
    assert f'href="/tasks/?customer={lutik.pk}&role=mine&stage=open"' in page
    assert f'<input type="hidden" name="next" value="{narrowed}">' in page
    assert f'<input type="hidden" name="back" value="{narrowed}">' in page
    assert "With Lutik" not in text_of(client.get(f"/today/?creator={firm.boris.pk}"))
    assert client.get("/today/?q=&priority=3")["Location"] == "/today/?priority=3"
    assert "Show the whole day" in text_of(client.get("/today/?priority=3"))
    form = text_of(client.get("/tasks/filters/?on=today&priority=3", headers={"HX-Request": "true"}))
    assert 'action="/today/"' in form
    sent = {"do": "move", "value": "none", "ids": [mine.pk, theirs.pk], "back": narrowed}
    assert client.post("/tasks/bulk/", sent)["Location"] == narrowed
    assert set(Task.objects.filter(deadline=None)) == {mine}
    take_back(client, text_of(client.get(narrowed)))
    assert not Task.objects.filter(deadline=None).exists()
    boris = signed("boris")
    with django_assert_num_queries(7):  # of a head also the departments and their people
        head = text_of(boris.get(narrowed))
    assert "Not for Anna" in head.partition('id="waits"')[0]
    assert "With Lutik" not in head  # a head's day is their own, too
    assert "Show the whole day" in text_of(boris.get(f"/today/?assignee={firm.anna.pk}"))
    assert "With Lutik" not in text_of(signed("vera").get(narrowed))


def plan_a_call(owner, customer, now):
    Activity.objects.create(
        kind="CALL", is_done=False, subject="Ring them", at=now, day=now.date(), owner=owner, customer=customer,
        created_at=now, updated_at=now,
    )  # fmt: skip


def test_board_moves_deadlines_within_limits(firm, signed, django_assert_num_queries):
    task = give(firm.boris, firm.anna, most_moves=0)
    client = signed("anna")
    with django_assert_num_queries(5):  # session, person; how many in each lane, the first of each, what they show
        assert "Call back" in text_of(client.get("/tasks/board/"))
    drop = {"HX-Request": "true"}
    assert client.post(f"/tasks/board/{task.pk}/", {"to": "later"}, headers=drop).status_code == 422  # why?
    answer = client.post(f"/tasks/board/{task.pk}/", {"to": "later", "reason": "Ill"}, headers=drop)
    assert answer.status_code == 403
    assert client.post(f"/tasks/board/{task.pk}/", {"to": "overdue"}, headers=drop).status_code == 422
    boris = signed("boris")
    assert "Call back" in text_of(boris.get(f"/tasks/board/?who={firm.anna.pk}"))
    assert "Call back" in text_of(boris.get("/tasks/board/?who=given"))
    answer = boris.post(f"/tasks/board/{task.pk}/", {"to": "none"}, headers=drop)
    told = json.loads(answer["HX-Trigger"])
    assert (answer.status_code, told["task-changed"], told["toast"]["text"]) == (204, True, "The deadline is moved.")
    assert boris.post(told["toast"]["undo"]).status_code == 302
    assert Task.objects.get().deadline == task.deadline
    assert boris.post(f"/tasks/board/{task.pk}/", {"to": "none"}, headers=drop).status_code == 204
    assert Task.objects.get().deadline is None
    answer = boris.post(f"/tasks/board/{task.pk}/", {"to": "next", "next": "/tasks/board/?who=given"})
    assert answer["Location"] == "/tasks/board/?who=given"
    assert Task.objects.get().deadline > timezone.now()
    assert signed("vera").post(f"/tasks/board/{task.pk}/", {"to": "none"}).status_code == 404


@pytest.mark.parametrize(("lane", "day"), [("week", "2027-01-01"), ("next", "2027-01-08"), ("later", "2027-01-15")])
def test_no_lane_of_the_board_leads_into_the_past_when_nobody_works_for_a_week(firm, signed, lane, day):
    with time_machine.travel("2026-12-31T09:00:00Z", tick=False):
        task = give(firm.anna, firm.anna)
        signed("anna").post(f"/tasks/board/{task.pk}/", {"to": lane})
        task.refresh_from_db()
    assert str(timezone.localtime(task.deadline).date()) == day


def test_every_number_of_the_team_opens_its_rows(firm, signed, django_assert_num_queries):
    give(firm.boris, firm.anna)
    give(firm.anna, firm.anna, title="Private", is_private=True, deadline=timezone.now() - timedelta(hours=1))
    boris = signed("boris")
    with django_assert_num_queries(5):  # session, person, departments, who belongs to them, all that is counted
        page = text_of(boris.get("/tasks/team/"))
    assert "Abramova Anna" in page
    assert "Volkova" not in page
    assert f"waits=unopened%3A{firm.anna.pk}" in page
    assert f"waits=overdue%3A{firm.anna.pk}" not in page  # the private one is nobody else's business
    rows = text_of(boris.get(f"/tasks/?waits=unopened:{firm.anna.pk}"))
    assert "Call back" in rows
    assert "Private" not in text_of(boris.get("/tasks/"))


def test_by_person_has_the_filters_of_the_list(firm, signed, django_assert_num_queries):
    lutik, now = make_customer(firm.anna), timezone.now()
    late = {"customer_id": lutik.pk, "deadline": now - timedelta(hours=1)}
    give(firm.boris, firm.anna, title="With Lutik", **late)
    give(firm.anna, firm.anna, title="Private", is_private=True, **late)
    give(firm.boris, firm.anna, title="By itself", deadline=now - timedelta(hours=1))
    give(firm.boris, firm.boris, title="Of the head")
    give(firm.vera, firm.vera, title="Not theirs", deadline=now - timedelta(hours=1))
    boris, narrowed = signed("boris"), f"/tasks/team/?customer={lutik.pk}"
    assert "Deals without a next step" in text_of(boris.get("/tasks/team/")).partition('id="team"')[2]
    with django_assert_num_queries(7):  # as without filters; and the chip's name
        page = text_of(boris.get(narrowed))
    table = page.partition('id="team"')[2].partition("</table>")[0]
    assert "Abramova Anna" in table
    assert all(words not in table for words in ("Volkova", "without a next step"))
    rows = f"/tasks/?waits=overdue%3A{firm.anna.pk}&customer={lutik.pk}"
    assert f'href="{rows}">1</a>' in table  # neither the private one nor the one about nobody
    opened = text_of(boris.get(rows))
    assert "With Lutik" in opened
    assert all(words not in opened for words in ("Private", "By itself", "Not theirs"))
    assert f'href="/tasks/board/?who={firm.anna.pk}&customer={lutik.pk}"' in table
    assert f'href="/tasks/board/?customer={lutik.pk}"' in page  # the other views keep the filter
    assert "No record meets" in text_of(boris.get("/tasks/team/?priority=3"))
    form = text_of(boris.get(f"/tasks/filters/?on=task_team&unit={firm.north.pk}", headers={"HX-Request": "true"}))
    assert 'action="/tasks/team/"' in form
    assert f'<input type="hidden" name="unit" value="{firm.north.pk}">' in form
    assert f"waits=overdue%3A{firm.anna.pk}" not in text_of(signed("vera").get(narrowed))
    mine = text_of(signed("anna").get(narrowed)).partition('id="team"')[2]
    assert f'href="{rows}">2</a>' in mine


def test_bulk_and_undo(firm, signed):
    mine, theirs = give(firm.anna, firm.anna), give(firm.boris, firm.anna)
    client = signed("anna")
    asked = client.post("/tasks/bulk/", {"do": "move", "ids": [mine.pk, theirs.pk]})
    assert "in 3 working days" in text_of(asked)
    both = {"ids": [mine.pk, theirs.pk], "back": "/tasks/board/?who=given"}
    assert client.post("/tasks/bulk/", both | {"do": "move", "value": "three"})["Location"] == both["back"]
    page = text_of(client.get("/tasks/"))
    assert "1 is left as it was: Say why." in page
    take_back(client, page)
    assert Task.objects.get(pk=mine.pk).deadline == mine.deadline
    moved = both | {"do": "move", "value": "day", "day": "2031-01-09", "reason": "Ill", "back": "https://else.example/"}
    assert client.post("/tasks/bulk/", moved)["Location"] == "/tasks/?"
    assert {timezone.localdate(each.deadline).isoformat() for each in Task.objects.all()} == {"2031-01-09"}
    take_back(client, text_of(client.get("/tasks/")))
    client.post("/tasks/bulk/", {"do": "bin", "ids": [mine.pk, theirs.pk]})
    assert list(Task.objects.filter(deleted_at=None)) == [theirs]
    take_back(client, text_of(client.get("/tasks/")))
    assert Task.objects.filter(deleted_at=None).count() == 2
    client.post("/tasks/bulk/", {"do": "assign", "ids": [mine.pk], "value": firm.vera.pk})
    assert Task.objects.get(pk=mine.pk).assignee == firm.vera
    take_back(client, text_of(client.get("/tasks/")))
    assert Task.objects.get(pk=mine.pk).assignee == firm.anna


def take_back(client, page):
    answer = client.post("/tasks/undo/" + page.partition('data-undo="/tasks/undo/')[2].partition('"')[0])
    assert answer.status_code == 302


def test_the_list_begins_with_what_is_not_finished(firm, signed):
    task = give(firm.anna, firm.anna, title="Over and done")
    client = signed("anna")
    actions.submit_task(by=fresh(firm.anna), task_id=task.pk, now=timezone.now())
    assert "Over and done" not in text_of(client.get("/tasks/"))
    assert "No tasks yet" in text_of(client.get("/tasks/"))
    assert "Over and done" in text_of(client.get("/tasks/?stage=all"))


def test_board_and_calendar_have_the_filters_of_the_list(firm, signed):
    customer = make_customer(firm.anna)
    today = timezone.localtime()  # two days later may be in another month, which the calendar does not show
    give(firm.anna, firm.anna, title="With Lutik", customer_id=customer.pk, deadline=today)
    give(firm.anna, firm.anna, title="By itself", priority=3, deadline=today)
    give(firm.boris, firm.anna, title="Looked at", observers=(firm.boris.pk,))
    client = signed("anna")
    for view in ("board", "calendar"):
        page = text_of(client.get(f"/tasks/{view}/?customer={customer.pk}"))
        assert "With Lutik" in page
        assert "By itself" not in page
        assert f'href="/tasks/?customer={customer.pk}&role=mine&stage=open"' in page
        assert "By itself" in text_of(client.get(f"/tasks/{view}/?q=itself&priority=3"))
        assert "By itself" not in text_of(client.get(f"/tasks/{view}/?creator={firm.boris.pk}"))
        form = text_of(
            client.get(f"/tasks/filters/?on=task_{view}&who=given&priority=3", headers={"HX-Request": "true"})
        )
        assert f'action="/tasks/{view}/"' in form
        assert '<input type="hidden" name="who" value="given">' in form
    assert "Looked at" in text_of(signed("boris").get("/tasks/board/?who=watching"))
    assert "By itself" in text_of(signed("boris").get("/tasks/board/?who=all"))


def test_head_of_every_page_names_what_waits(firm, signed):
    client = signed("anna")
    for url in ("/today/", "/customers/", "/me/"):
        page = text_of(client.get(url))
        for code in ("overdue", "unopened", "today", "returned", "accept", "declined", "ungraded", "mentions"):
            assert f'data-waits="{code}"' in page
            assert f'href="/tasks/?waits={code}"' in page
        assert 'href="/deals/?step=none&owner=me"' in page
    give(firm.boris, firm.anna)
    assert counters(client)["waits"] | {"unopened": 1, "attention": 1} == counters(client)["waits"]


@pytest.mark.parametrize("kind", ["customer", "deal"])
def test_tasks_on_the_cards_of_records(firm, signed, kind):
    lutik = make_customer(firm.anna)
    deal = make_deal(firm.anna, lutik)
    record = {"customer": lutik, "deal": deal}[kind]
    give(firm.anna, firm.anna, deal_id=deal.pk)
    client = signed("anna")
    part = text_of(client.get(f"/part/{kind}/{record.pk}/tasks/", headers={"HX-Request": "true"}))
    assert "Call back" in part
    assert f"/tasks/new/?{kind}={record.pk}" in part
    assert signed("vera").get(f"/part/{kind}/{record.pk}/tasks/").status_code == 404


def test_pages_in_russian(firm, signed):
    firm.boris.language = "ru"
    firm.boris.save()
    task = give(firm.boris, firm.anna, needs_acceptance=True)
    client = signed("boris")
    pages = ("/today/", "/tasks/", "/tasks/board/", "/tasks/team/", "/tasks/new/", f"/tasks/{task.pk}/")
    for page in pages:
        words = text_of(client.get(page))
        assert "Задач" in words or "задач" in words
    assert "Ждут моей приёмки" in text_of(client.get("/today/"))


def test_every_page_asks_for_the_counters(firm, signed):
    page = text_of(signed("anna").get("/deals/"))
    assert 'hx-get="/tasks/counters/" hx-trigger="load, task-changed from:body, live:tasks from:body, ' in page
    assert "every 60s" in page
    assert '<dialog id="task"' in page
    assert 'data-key="t"' in page


def test_my_day_takes_what_waits_for_ones_word(firm, signed):
    task = give(firm.boris, firm.anna, title="Visit Lutik", needs_acceptance=True)
    actions.submit_task(by=fresh(firm.anna), task_id=task.pk, result="They sign on Friday", now=timezone.now())
    boris = signed("boris")
    page = text_of(boris.get("/today/"))
    assert 'id="to-accept"' in page
    assert "They sign on Friday" in page
    sent = {"grade": "GOOD", "next": "/today/"}
    assert boris.post(f"/tasks/{task.pk}/do/accept/", sent)["Location"] == "/today/"
    assert 'id="to-accept"' not in text_of(boris.get("/today/"))
    assert Task.objects.get().grade == "GOOD"
