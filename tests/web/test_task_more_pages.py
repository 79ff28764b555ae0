"""Pages of templates, the calendar, the time line, texts; each asked for in full, with what it costs."""

from __future__ import annotations

import re
from datetime import timedelta
from html import escape, unescape
from urllib.parse import urlencode

import pytest
from django.utils import timezone
from ledger import fresh, make_customer, make_deal

from otdel.core.models import Event
from otdel.interfaces.web.task_text import rich
from otdel.tasks import actions
from otdel.tasks.actions import RepeatValues, TemplateValues
from otdel.tasks.models import Repeat, Task, Template
from otdel.tasks.rules import Rhythm, TaskValues, To


def text_of(answer) -> str:
    assert answer.status_code == 200, answer.status_code
    return unescape(answer.content.decode())


def give(by, *to, **fields) -> Task:
    now = timezone.now()
    values = TaskValues(**({"title": "Call back", "deadline": now + timedelta(days=2)} | fields))
    return actions.create_tasks(by=fresh(by), values=values, to=To(people=tuple(each.pk for each in to)), now=now)[0]


def of(moment) -> str:
    """Return its day: near midnight an hour from now is in another week or month."""
    return str(timezone.localtime(moment).date())


def template(by, **fields) -> Template:
    values = TemplateValues(**({"name": "Weekly", "title": "Report on {customer}", "due_after": 2} | fields))
    return actions.save_template(by=fresh(by), values=values, now=timezone.now())


# templates


def test_templates_and_their_cost(firm, signed, django_assert_num_queries):
    made = template(firm.boris, scope="UNIT", unit_id=firm.north.pk)
    values = RepeatValues(template_id=made.pk, rhythm=Rhythm("WEEKLY", weekdays=("MO",)))
    actions.add_repeat(by=fresh(firm.boris), values=values, now=timezone.now())
    template(firm.vera, name="Not for Boris")
    client = signed("boris")
    with django_assert_num_queries(7):  # session, person, departments, people; templates, whose, repetitions
        page = text_of(client.get("/tasks/templates/"))
    assert "every week: Monday, 9:00\u202fAM" in page
    assert "Not for Boris" not in page
    assert "Weekly" in text_of(signed("anna").get("/tasks/templates/"))
    assert "Weekly" not in text_of(signed("vera").get("/tasks/templates/"))


def test_a_template_is_made_changed_given_and_taken_away(firm, signed):
    client = signed("anna")
    sent = {"name": "Offer", "title": "Send {deal}", "assign": "OWNER", "due_after": "3", "due_in": "DAYS",
            "priority": "3", "scope": "OWN", "checklist": "One\nTwo", "tags": "a, b"}  # fmt: skip
    assert client.post("/tasks/templates/new/", sent)["Location"] == "/tasks/templates/"
    made = Template.objects.get()
    url = f"/tasks/templates/{made.pk}/"
    assert "One\nTwo" in text_of(client.get(url))
    assert client.post(url, sent | {"name": ""}).status_code == 422
    client.post(url, sent | {"name": "Offers"})
    deal = make_deal(firm.anna, make_customer(firm.anna))
    form = text_of(client.get(f"/tasks/new/?template={made.pk}&deal={deal.pk}"))
    assert f'value="Send {deal.title}"' in form
    assert "place of the braces" not in form
    assert "place of the braces" in text_of(client.get(f"/tasks/new/?template={made.pk}"))
    assert "One\nTwo" in form
    assert f'name="template" value="{made.pk}"' in form
    for name, status in (("boris", 404), ("vera", 404)):
        assert signed(name).get(url).status_code == status
        assert signed(name).get(f"/tasks/new/?template={made.pk}").status_code == 422
    client.post(f"{url}drop/")
    assert "Offers" not in text_of(client.get("/tasks/templates/"))


def test_a_repetition_is_set_stopped_and_explained(firm, signed, django_assert_num_queries):
    made = template(firm.anna)
    client = signed("anna")
    assert "every working day" in text_of(client.get(f"/tasks/templates/{made.pk}/repeat/"))
    sent = {"on": "TIME", "frequency": "WORKING", "off_days": "SHIFT", "at": "10:00", "interval": "3"}
    url = client.post(f"/tasks/templates/{made.pk}/repeat/", sent)["Location"]
    repeat = Repeat.objects.get()
    assert (repeat.rule, repeat.off_days) == ("FREQ=DAILY", "SKIP")
    actions.run_repeats(now=repeat.next_at + timedelta(minutes=1))
    with django_assert_num_queries(4):  # session, person; the repetition, its times
        page = text_of(client.get(url))
    assert "every working day, 10:00\u202fAM" in page
    assert "given" in page
    client.post(f"{url}stop/")
    assert not Repeat.objects.get().is_on
    client.post(f"{url}go/")
    assert Repeat.objects.get().is_on
    assert signed("vera").get(url).status_code == 404
    assert signed("vera").post(f"{url}drop/").status_code == 404
    client.post(f"{url}drop/")
    assert client.get(url).status_code == 404


# the calendar


@pytest.mark.parametrize("view", ["", "view=week"])
def test_calendar_and_its_cost(firm, signed, django_assert_num_queries, view):
    soon = timezone.now() + timedelta(hours=1)
    task, view = give(firm.boris, firm.anna, title="Due soon", deadline=soon), f"{view}&day={of(soon)}"
    give(firm.vera, firm.vera, title="Not for Anna")
    client = signed("anna")
    with django_assert_num_queries(4):  # session, person; tasks, days off
        page = text_of(client.get(f"/tasks/calendar/?{view}"))
    assert "Due soon" in page
    assert "Not for Anna" not in page
    assert f'/tasks/calendar/{task.pk}/"' in page
    assert "Due soon" in text_of(signed("boris").get(f"/tasks/calendar/?who={firm.anna.pk}&{view}"))
    assert "Due soon" in text_of(signed("boris").get(f"/tasks/calendar/?who=given&{view}"))
    assert "Due soon" not in text_of(signed("vera").get(f"/tasks/calendar/?who={firm.anna.pk}&{view}"))


def test_a_day_keeps_the_hour_and_the_limits(firm, signed):
    deadline = timezone.now().replace(hour=12, minute=0, second=0, microsecond=0) + timedelta(days=1)
    task = give(firm.boris, firm.anna, deadline=deadline, has_time=True, most_days=2, reason_needed=False)
    client, day = signed("anna"), (deadline + timedelta(days=1)).date()
    answer = client.post(f"/tasks/calendar/{task.pk}/", {"to": str(day)}, headers={"HX-Request": "true"})
    assert answer.status_code == 204
    task.refresh_from_db()
    assert task.deadline == deadline + timedelta(days=1)
    too_far = client.post(f"/tasks/calendar/{task.pk}/", {"to": str(day + timedelta(days=9))})
    assert too_far.status_code == 403
    assert client.post(f"/tasks/calendar/{task.pk}/", {"to": "soon"}).status_code == 422
    assert signed("vera").post(f"/tasks/calendar/{task.pk}/", {"to": str(day)}).status_code == 404


@pytest.mark.parametrize("view", ["", "view=week"])
def test_tasks_ticked_in_the_calendar_are_moved_together_and_taken_back(firm, signed, view):
    soon = timezone.now() + timedelta(hours=1)
    mine, theirs = (give(by, firm.anna, deadline=soon) for by in (firm.anna, firm.boris))
    client, page = signed("anna"), f"/tasks/calendar/?q=call&day={of(soon)}{view and '&'}{view}"
    shown = text_of(client.get(page))
    assert all(f'name="ids" value="{task.pk}" form="bulk"' in shown for task in (mine, theirs))
    assert 'id="bulk" method="post" action="/tasks/bulk/"' in shown
    back = shown.partition('name="back" value="')[2].partition('"')[0]
    assert back == page
    sent = {"do": "move", "ids": [mine.pk, theirs.pk], "back": back}
    assert f'name="back" value="{escape(page)}"' in client.post("/tasks/bulk/", sent).content.decode()
    assert client.post("/tasks/bulk/", sent | {"value": "none"})["Location"] == page
    said = text_of(client.get("/tasks/"))
    assert "1 is left as it was: Say why." in said
    assert set(Task.objects.filter(deadline=None)) == {mine}
    event = Event.objects.get(kind="tasks.moved")
    assert event.data["refused"] == 1
    assert signed("vera").post("/tasks/bulk/", sent | {"value": "none"}).status_code == 404
    signed("anna").post(f"/tasks/undo/{event.pk}/")
    assert not Task.objects.filter(deadline=None).exists()


# the time line


def test_time_line_shows_what_is_under_and_what_it_waits_for(firm, signed, django_assert_num_queries):
    root = give(firm.boris, firm.anna, title="Fair")
    first = give(firm.boris, firm.anna, title="Rent a stand", parent_id=root.pk, checklist=("a", "b"))
    hidden = give(firm.olga, firm.vera, title="Hidden")
    needed = give(firm.boris, firm.anna, title="Budget")
    for needs, by in ((needed, firm.boris), (hidden, firm.olga)):
        actions.add_need(by=fresh(by), task_id=first.pk, needs_id=needs.pk, now=timezone.now())
    client = signed("anna")
    with django_assert_num_queries(7):  # session, person; the task, the tree, what it waits for, tasks, links
        page = text_of(client.get(f"/tasks/{root.pk}/time-line/"))
    assert all(words in page for words in ("Fair", "Rent a stand", "Budget", "0 of 2", 'class="link"'))
    assert "Hidden" not in page
    assert page.count('name="ids"') == 3
    sent = {"do": "assign", "ids": [root.pk, first.pk], "value": firm.boris.pk, "back": f"/tasks/{root.pk}/time-line/"}
    assert signed("boris").post("/tasks/bulk/", sent)["Location"] == sent["back"]
    assert set(Task.objects.filter(assignee=firm.boris)) == {root, first}
    assert signed("vera").get(f"/tasks/{root.pk}/time-line/").status_code == 404


def test_chain_on_the_card(firm, signed):
    first, second = give(firm.boris, firm.anna, title="Measure"), give(firm.boris, firm.anna, title="Cut")
    client = signed("boris")
    assert "Measure" in text_of(client.get("/pick/task/?needs=meas"))
    client.post(f"/tasks/{second.pk}/do/bind/", {"needs": f"Measure #{first.pk}"})
    page = text_of(signed("anna").get(f"/tasks/{second.pk}/"))
    assert "It is waiting" in page
    assert "Measure" in page
    assert signed("anna").post(f"/tasks/{second.pk}/do/start/").status_code == 409
    assert "Cut" in text_of(client.get(f"/tasks/{first.pk}/"))
    assert client.post(f"/tasks/{second.pk}/do/bind/", {"needs": "nothing like it"}).status_code == 422
    client.post(f"/tasks/{second.pk}/do/unbind/", {"needs": first.pk})
    assert "It is waiting:" not in text_of(client.get(f"/tasks/{second.pk}/"))


def test_quick_deadlines_are_working_time(firm, signed):
    client = signed("anna")
    sent = {"title": "Quick", "to": firm.anna.pk, "when": "hours", "answer": "tomorrow", "accept_hours": "9"}
    client.post("/tasks/new/", sent)
    task = Task.objects.get()
    assert task.has_time
    assert task.deadline > timezone.now()
    assert (task.accept_hours, task.answer_by > timezone.now()) == (9, True)


# texts


def test_names_are_offered_to_whoever_may_give(firm, signed):
    client = signed("anna")
    assert client.get("/tasks/names/?q=vol").json() == {"names": ["Volkova Vera"]}
    assert client.get("/tasks/names/?q=").json() == {"names": []}


@pytest.mark.parametrize(
    ("typed", "html"),
    [
        ("One\ntwo\n\nthree", "<p>One<br>two</p><p>three</p>"),
        ("- a\n- **b**\n\n1. c", "<ul><li>a</li><li><b>b</b></li></ul><ol><li>c</li></ol>"),
        ("[price](https://a.example/?b=1&c=2)", '<a href="https://a.example/?b=1&amp;c=2" rel="nofollow">price</a>'),
        ("https://a.example", '<a href="https://a.example" rel="nofollow">https://a.example</a>'),
        ("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>"),
        ('<b onclick="x">b</b>', "&lt;b onclick="),
        ("[x](javascript:alert(1))", "[x](javascript:alert(1))"),
        ('[x](https://a.example/"onmouseover="x)', "[x](https"),
        ("2 ** 3 ** 4", "2 ** 3 ** 4"),
        ("", ""),
    ],
)
def test_texts_are_shown_safely(typed, html):
    shown = rich(typed)
    assert html in shown
    assert "<script" not in shown
    assert re.findall(r"<(?!/?(?:p|br|b|ul|ol|li)>|a href=\"https://[^\"]*\" rel=\"nofollow\">|/a>)", shown) == []


# about each chosen row


def test_a_task_about_each_chosen_row_and_its_undo(firm, signed):
    first, second = make_deal(firm.anna, title="First"), make_deal(firm.boris, title="Second")
    stranger = make_deal(firm.vera, title="Stranger")
    client = signed("boris")
    ids = [first.pk, second.pk, stranger.pk]
    page = text_of(client.post("/deals/bulk/", {"do": "task", "ids": ids, "query": "q=x"}))
    assert "About 3 records" in page
    assert f'name="ids" value="{second.pk}"' in page
    sent = {"ids": ids, "title": "Ask", "when": "three", "back": "/deals/?q=x", "priority": "2"}
    assert client.post("/tasks/new/each/deal/", sent | {"title": ""}).status_code == 422
    answer = client.post("/tasks/new/each/deal/", sent)
    assert answer["Location"] == "/deals/?q=x"
    assert {(task.deal, task.assignee) for task in Task.objects.all()} == {(first, firm.anna), (second, firm.boris)}
    undo = Event.objects.get(kind="tasks.given")
    client.post(f"/tasks/undo/{undo.pk}/")
    assert Task.objects.filter(deleted_at=None).count() == 0
    client.post("/tasks/new/each/deal/", sent | {"whom": firm.boris.pk})
    assert set(Task.objects.filter(deleted_at=None).values_list("assignee", flat=True)) == {firm.boris.pk}
    assert client.post("/tasks/new/each/song/", sent).status_code == 404
    assert signed("vera").post("/tasks/new/each/deal/", sent | {"ids": [first.pk]}).status_code == 422


# efficiency


def test_efficiency_its_rows_and_its_cost(firm, signed, django_assert_num_queries):
    task = give(firm.boris, firm.anna, title="Late one")
    late = timezone.now() - timedelta(days=3)
    Task.objects.filter(pk=task.pk).update(judged_by=late, deadline=late)
    client = signed("boris")
    period = f"{timezone.localtime(late):%Y-%m}"
    with django_assert_num_queries(8):  # session, person, departments, people; calendar, people, numbers, the year
        page = text_of(client.get(f"/tasks/efficiency/?period={period}"))
    assert "Abramova Anna" in page
    assert "Volkova" not in page
    url = f"judged=late:{firm.anna.pk}:{period}"
    assert urlencode({"judged": f"late:{firm.anna.pk}:{period}"}) in page
    assert "Late one" in text_of(client.get(f"/tasks/?{url}"))
    mine = text_of(signed("anna").get(f"/tasks/efficiency/?period={period}&person={firm.boris.pk}"))
    assert "Abramova Anna" in mine
    assert "Belov" not in mine.partition("<main")[2]


# no next step


def test_lists_open_what_has_no_next_step(firm, signed):
    busy, idle = make_deal(firm.anna, title="Busy"), make_deal(firm.anna, title="Idle")
    give(firm.anna, firm.anna, deal_id=busy.pk)
    client = signed("anna")
    page = text_of(client.get("/deals/?state=open&owner=me&step=none"))
    assert idle.title in page
    assert busy.title not in page
    assert "Without a next step" in page
    make_customer(firm.anna, "Silent")
    assert "Silent" in text_of(client.get("/customers/?owner=me&step=none"))
    team = text_of(signed("boris").get("/tasks/team/"))
    assert f"/deals/?step=none&owner={firm.anna.pk}" in team
