"""Two worker processes and four web processes over one database: everything happens once, and every count is right."""

from __future__ import annotations

import http.client
import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import fields
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from beside import forget_jobs, started, wait_until, web, worker
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from ledger import fresh, make_customer
from live_process import free_port
from notifications.post_office import PostOffice
from outer_world import LOCAL, receiving
from people import make_firm, make_person
from running import descendants, headers
from tasks.test_counters_recount import naive
from writing import write

from otdel.automation.models import Firing
from otdel.billing.models import Invoice
from otdel.core import jobs
from otdel.core.models import Event
from otdel.deals.models import Lead
from otdel.notifications.models import Delivery, Notice, Reminder
from otdel.tasks import actions as tasks
from otdel.tasks import queries
from otdel.tasks.models import Task
from otdel.tasks.rules import TaskValues, To

pytestmark = pytest.mark.slow
REMINDERS, PEOPLE, INVOICES, LEADS, TASKS = 240, 12, 40, 16, 20
ROUNDS = (
    "otdel.notifications.jobs.sweep",
    "otdel.notifications.jobs.deliver",
    "otdel.automation.jobs.sweep",
    "otdel.automation.jobs.calls",
)


@pytest.fixture
def firm(transactional_db):
    forget_jobs()
    yield make_firm()
    forget_jobs()


@pytest.fixture
def office():
    found = PostOffice()
    found.open()
    yield found
    found.close()


class Site:
    """The four web processes behind one port, asked over a new connection each time."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.sessions: dict[int, str] = {}

    def sign(self, person: Any) -> None:
        client = Client()
        client.force_login(person)
        self.sessions[person.pk] = client.cookies["sessionid"].value

    def ask(self, person: Any, path: str, **sent: object) -> int:
        wire = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        try:
            wire.request("POST" if sent else "GET", path, urlencode(sent), headers(self.sessions[person.pk]) | kind)
            answer = wire.getresponse()
            answer.read()
            return answer.status
        finally:
            wire.close()

    def hears(self) -> bool:
        with suppress(OSError):
            return self.ask_bare() in (200, 302)
        return False

    def ask_bare(self) -> int:
        wire = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            wire.request("GET", "/sign-in/")
            answer = wire.getresponse()
            answer.read()
            return answer.status
        finally:
            wire.close()


def remind(firm: Any) -> None:
    people = [make_person(f"P{number}", "Petrov", firm.roles["manager"], firm.north) for number in range(PEOPLE)]
    now = timezone.now()
    Reminder.objects.bulk_create(
        Reminder(
            kind="reminder.own", person=people[number % PEOPLE], title=f"Nudge-{number:04}", made_at=now,
            due_at=now - timedelta(seconds=1), params={"text": ""},
        )
        for number in range(REMINDERS)
    )  # fmt: skip


def owe(firm: Any) -> None:
    day, now = timezone.localdate() - timedelta(days=1), timezone.now()
    customer = make_customer(firm.anna)
    Invoice.objects.bulk_create(
        Invoice(
            number=f"A-{number}", issued_on=day, due_on=day, customer=customer, owner=firm.anna, amount=100,
            created_at=now, updated_at=now,
        )
        for number in range(INVOICES)
    )  # fmt: skip


def give(firm: Any) -> list[int]:
    values = TaskValues(title="Call back", deadline=timezone.now() + timedelta(hours=3), has_time=True)
    to = To(people=(firm.anna.pk,))
    return [
        tasks.create_tasks(by=fresh(firm.boris), values=values, to=to, now=timezone.now())[0].pk for _n in range(TASKS)
    ]


def load(site: Site, firm: Any, given: list[int]) -> list[tuple[str, int]]:
    """All at once: a lead a press, each task handed in by two presses and moved by its head, pages looked at."""
    until = (timezone.localdate() + timedelta(days=3)).isoformat()

    def act(what: tuple[str, int]) -> tuple[str, int]:
        name, number = what
        match name:
            case "lead":
                return name, site.ask(firm.anna, reverse("lead_new"), title=f"Lead {number}")
            case "submit":
                return name, site.ask(firm.anna, f"/tasks/{given[number]}/do/submit/", result="Done")
            case "move":
                return name, site.ask(firm.boris, f"/tasks/{given[number]}/do/move/", day=until, reason="More")
        return name, site.ask((firm.anna, firm.boris)[number % 2], "/tasks/" if number % 3 else "/")

    asked = [("lead", number) for number in range(LEADS)]
    for number in range(TASKS):
        asked += [("submit", number), ("move", number), ("submit", number), ("look", number)]
    with ThreadPoolExecutor(8) as pool:
        return list(pool.map(act, asked))


def again() -> None:
    """Every event is told twice more, every round is begun while another may be at it."""
    connection.ensure_connection()
    from otdel.automation.jobs import happened

    for pk in Event.objects.filter(kind="lead.created").values_list("pk", flat=True):
        happened.defer(event_id=pk)
        happened.defer(event_id=pk)


def state() -> dict[str, Any]:
    told, own = Delivery.objects.filter(bunch="reminder.own"), Reminder.objects.filter(kind="reminder.own")
    return {
        "reminders": Counter(own.values_list("state", flat=True)),
        "email": Counter(told.filter(channel="email").values_list("state", flat=True)),
        "firings": Counter(Firing.objects.values_list("rule__then", "outcome")),
        "jobs": _jobs(),
    }


def _jobs() -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT task_name || ' ' || status, count(*) FROM procrastinate_jobs GROUP BY 1")
        return dict(cursor.fetchall())


def is_done(found: dict[str, Any]) -> bool:
    for name in ROUNDS:
        jobs.wake(name)
    fired = found["firings"]
    waiting = [name for name in found["jobs"] if name.startswith("otdel.automation.jobs.happened t")]
    return (
        found["reminders"] == {"FIRED": REMINDERS}
        and found["email"] == {"SENT": REMINDERS}
        and fired == {("TASK", "DONE"): LEADS + INVOICES, ("WEBHOOK", "DONE"): LEADS}
        and not waiting
    )


def test_everything_happens_once(firm, office, settings):
    settings.OUTSIDE = LOCAL
    with receiving() as receiver:
        now, url = timezone.now(), f"{receiver.url}/in"
        write(firm.boris, when="LEAD_CREATED", unit=firm.north, most_per_hour=1000, now=now)
        write(firm.boris, when="LEAD_CREATED", then="WEBHOOK", does={"url": url}, unit=firm.north, now=now)
        write(firm.boris, when="INVOICE_OVERDUE", days=1, unit=firm.north, most_per_hour=1000, now=now)
        given = give(firm)
        owe(firm)
        remind(firm)
        site = Site(free_port())
        for person in (firm.anna, firm.boris):
            site.sign(person)
        outer = {"EMAIL_URL": f"smtp://127.0.0.1:{office.port}", "OTDEL_OUTSIDE": "127.0.0.0/8"}
        with started(web(site.port, 4), worker(), worker(), **outer) as (server, *_workers):
            wait_until(site.hears, lambda: "the web server does not answer")
            answers = load(site, firm, given)
            check_answers(answers)
            again()
            wait_until(lambda: is_done(state()), state, 1.0)
            assert len([pid for pid in descendants(server.pid)]) >= 4
            check_workers()
        check_reminders(office)
        check_rules(receiver)
        check_counters()


def check_workers() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_workers")
        assert cursor.fetchone()[0] == 2


def check_answers(answers: list[tuple[str, int]]) -> None:
    found = Counter(answers)
    assert not [answer for answer in found if answer[1] >= 500 or answer[1] == 403], found
    assert found["lead", 302] == Lead.objects.count() == LEADS, found
    # of two presses one hands it in, the other is told that it is done already
    assert (found["submit", 302], found["submit", 409]) == (TASKS, TASKS)
    done = Event.objects.filter(kind__in=("task.submitted", "task.done")).values_list("subject_id", flat=True)
    assert sorted(done) == sorted(set(done))


def check_reminders(office: PostOffice) -> None:
    """Each reminder is one notice, in the list and in one letter."""
    own = Notice.objects.filter(kind="reminder.own")
    assert own.count() == own.values("title").distinct().count() == REMINDERS
    ways = Counter(Delivery.objects.filter(notice__kind="reminder.own").values_list("channel", flat=True))
    assert ways == {"app": REMINDERS, "email": REMINDERS}
    texts = [str(letter.get_body(("plain",)).get_content()) for letter in office.box.letters]
    named = Counter(name for text in texts for name in set(re.findall(r"Nudge-\d{4}", text)))
    assert (len(named), set(named.values())) == (REMINDERS, {1})
    assert len({letter["Message-ID"] for letter in office.box.letters}) == len(office.box.letters)


def check_rules(receiver: Any) -> None:
    """Each rule fired once for each record, whatever was told twice."""
    made = Task.objects.exclude(lead=None).values_list("lead_id", flat=True)
    assert (len(made), len(set(made))) == (LEADS, LEADS)
    made = Task.objects.exclude(invoice=None).values_list("invoice_id", flat=True)
    assert (len(made), len(set(made))) == (INVOICES, INVOICES)
    calls = [receiver.take() for _each in range(receiver.got.qsize())]
    assert len(calls) == len({each.headers["webhook-id"] for each in calls}) == LEADS


def check_counters() -> None:
    now = timezone.localtime()
    for pk in set(Task.objects.values_list("assignee_id", flat=True)) | set(
        Task.objects.values_list("creator_id", flat=True)
    ):
        person = fresh(Task.objects.model._meta.get_field("assignee").related_model(pk=pk))
        found = queries.counters(person, now)
        counted = Counter(name for task in Task.objects.all() for name in naive(task, pk, now))
        assert {each.name: getattr(found, each.name) for each in fields(found)} == {
            each.name: counted[each.name] for each in fields(found)
        }
