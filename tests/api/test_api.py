"""The JSON door: keys, tasks and counters by program; refusals as problems; who reaches what."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from ledger import fresh, make_customer, make_deal
from people import NOW, make_firm

from otdel.core.models import Event
from otdel.interfaces.api import actions as answers
from otdel.interfaces.api.door import door
from otdel.interfaces.api.keys import Pace
from otdel.interfaces.api.models import SavedAnswer
from otdel.org import actions as org
from otdel.org.models import ApiKey
from otdel.tasks import actions
from otdel.tasks.models import Task
from otdel.tasks.rules import TaskValues, To

TASKS = "/api/v1/tasks"


@pytest.fixture
def firm(db):
    with time_machine.travel(NOW, tick=False):
        yield make_firm()


@pytest.fixture
def deal(firm):
    return make_deal(firm.anna, make_customer(firm.anna))


class Program:
    """A client that shows a key and nothing else."""

    def __init__(self, person, may_write=True, **more):
        made = org.create_key(by=fresh(person), name="robot", may_write=may_write, now=NOW, **more) if person else None
        self.secret = made.secret if made else ""
        self.id = made.id if made else 0
        self.client = Client(headers={"Authorization": f"Bearer {self.secret}"} if made else None)

    def get(self, path, **query):
        return self.client.get(path, query)

    def post(self, path, body=None, **headers):
        return self.client.post(path, json.dumps(body or {}), "application/json", headers=headers)

    def patch(self, path, body):
        return self.client.patch(path, json.dumps(body), "application/json")


def give(by, to, **fields):
    values = TaskValues(**{"title": "Call back"} | fields)
    return actions.create_tasks(by=fresh(by), values=values, to=To(people=(to.pk,)), now=NOW)[0]


# keys


def test_key_is_shown_once_and_only_its_digest_is_kept(firm):
    made = org.create_key(by=firm.anna, name=" My  robot ", may_write=True, now=NOW)

    key = ApiKey.objects.get()
    assert key.name == "My robot"
    assert made.secret not in json.dumps(list(ApiKey.objects.values()), default=str)
    assert made.secret not in json.dumps(list(Event.objects.values("data")), default=str)
    assert Event.objects.get(kind="api_key.created").by_id == firm.anna.pk


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer otdel_wrong", "Basic YTpi", "Bearer \x00"])
def test_without_an_open_key_nothing_is_answered(firm, header):
    answer = Client(headers={"Authorization": header} if header else None).get("/api/v1/me")

    assert answer.status_code == 401
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_cookie_of_a_signed_in_person_opens_nothing(firm):
    client = Client()
    client.force_login(firm.anna)

    assert client.get("/api/v1/me").status_code == 401
    assert client.post(TASKS, "{}", "application/json").status_code == 401


def test_key_of_whoever_left_is_over_or_taken_back_opens_nothing(firm):
    left, over, back = Program(firm.anna), Program(firm.boris, last_day=NOW.date()), Program(firm.vera)
    assert {each.get("/api/v1/me").status_code for each in (left, over, back)} == {200}

    firm.anna.employed_to = NOW.date()
    firm.anna.save(update_fields=["employed_to"])
    org.revoke_key(by=firm.vera, key_id=back.id, now=NOW)

    assert left.get("/api/v1/me").status_code == back.get("/api/v1/me").status_code == 401
    with time_machine.travel(NOW + timedelta(days=1), tick=False):
        assert over.get("/api/v1/me").status_code == 401


def test_key_that_only_reads_changes_nothing(firm):
    program = Program(firm.anna, may_write=False)

    assert program.get(TASKS).status_code == 200
    answer = program.post(TASKS, {"title": "Call"})
    assert (answer.status_code, Task.objects.count()) == (403, 0)
    assert answer.json()["detail"] == "This key only reads. Make one that may change things."


def test_use_of_a_key_is_remembered_to_the_minute(firm):
    program = Program(firm.anna)
    program.get("/api/v1/me")
    with time_machine.travel(NOW + timedelta(seconds=30), tick=False):
        program.get("/api/v1/me")
    assert ApiKey.objects.get().used_at == NOW


def test_page_of_keys(firm, client):
    client.force_login(firm.anna)
    refused = client.post("/me/keys/", {"name": " "})
    assert (refused.status_code, ApiKey.objects.count()) == (422, 0)

    made = client.post("/me/keys/", {"name": "1C", "may_write": "on", "last_day": "2026-12-31"})
    key = ApiKey.objects.get()
    secret = made.content.decode().split("otdel_")[1].split("<")[0]
    assert (len(secret), key.ends_on) == (43, date(2027, 1, 1))
    assert made.headers["Cache-Control"] == "no-store"
    assert secret not in client.get("/me/keys/").content.decode()

    strangers = Client()
    strangers.force_login(firm.vera)
    assert "1C" not in strangers.get("/me/keys/").content.decode()
    assert strangers.post(f"/me/keys/{key.pk}/revoke/").status_code == 404
    assert client.post(f"/me/keys/{key.pk}/revoke/").status_code == 302
    assert client.post(f"/me/keys/{key.pk}/revoke/").status_code == 404
    assert Event.objects.filter(kind="api_key.revoked").count() == 1


def test_pace_counts_each_key_apart():
    pace = Pace(2)

    class Request:
        def __init__(self, number):
            self.auth = type("Opened", (), {"key_id": number})

    assert [pace.allow_request(Request(1)) for _ in range(3)] == [True, True, False]
    assert pace.allow_request(Request(2))


def test_too_many_requests_are_told_when_to_come_back(firm, monkeypatch):
    program = Program(firm.anna)
    monkeypatch.setattr(Pace, "allow_request", lambda self, request: False)
    answer = program.get("/api/v1/me")
    assert (answer.status_code, 0 < int(answer.headers["Retry-After"]) <= 61) == (429, True)


# tasks


def test_task_given_read_and_led_to_its_end(firm, deal):
    boris, anna = Program(firm.boris), Program(firm.anna)
    body = {
        "title": "Call about the offer", "people": [firm.anna.pk], "deal": deal.pk, "deadline": "2026-03-06",
        "needs_acceptance": True, "proof": "TEXT", "priority": "high", "tags": ["offer"], "checklist": ["Ask", "Write"],
    }  # fmt: skip
    made = boris.post(TASKS, body)
    assert made.status_code == 201
    (pk,) = made.json()["ids"]
    at = f"{TASKS}/{pk}"

    seen = anna.post(f"{at}/see").json()
    assert (seen["state"], seen["priority"], seen["deadline_has_time"]) == ("SEEN", "high", False)
    assert seen["deadline"] == "2026-03-06T20:59:59Z"
    assert {"kind": "deal", "id": deal.pk, "name": str(deal)} in seen["about"]
    assert seen["may"] == {"does": True, "accepts": False, "steers": False, "works": True, "deletes": False}
    line = seen["checklist"][0]
    assert anna.post(f"{at}/checklist/{line['id']}", {"done": True}).json()["checklist"][0]["done"]
    assert anna.post(f"{at}/start").json()["state"] == "WORK"
    assert anna.post(f"{at}/submit").status_code == 422  # the result was asked for
    assert anna.post(f"{at}/submit", {"result": "They take it"}).json()["state"] == "REVIEW"
    assert anna.post(f"{at}/accept", {"grade": "GOOD"}).status_code == 403
    back = boris.post(f"{at}/return", {"reason": "By when?", "deadline": "2026-03-10T12:00:00"}).json()
    assert (back["state"], back["deadline"]) == ("RETURNED", "2026-03-10T09:00:00Z")
    anna.post(f"{at}/comments", {"text": "On Monday"})
    anna.post(f"{at}/submit", {"result": "They take it on Monday"})
    done = boris.post(f"{at}/accept", {"grade": "GOOD", "comment": "Well done"}).json()
    assert (done["state"], done["grade"], done["comments"][0]["text"]) == ("DONE", "GOOD", "On Monday")


def make_template(by, **fields):
    values = {
        "name": "Debt", "title": "Call {customer}", "text": "Ask when", "assign": "OWNER", "due_after": 1,
        "priority": 3, "proof": "TEXT", "tags": ("debt",), "checklist": ("Ring", "Write"), "needs_acceptance": True,
        "most_moves": 2,
    } | fields  # fmt: skip
    return actions.save_template(by=fresh(by), values=actions.TemplateValues(**values), now=NOW).pk


def test_task_given_from_a_template_and_what_is_sent_goes_before_it(firm, deal):
    pk, boris = make_template(firm.boris, scope="UNIT", unit_id=firm.north.pk), Program(firm.boris)
    (listed,) = boris.get(f"{TASKS}/templates").json()["items"]
    assert (listed["id"], listed["name"], listed["to"], listed["checklist"]) == (pk, "Debt", "OWNER", ["Ring", "Write"])
    plain = {"template": pk, "customer": deal.customer_id}

    made = boris.post(TASKS, plain, **{"Idempotency-Key": "a"})
    again = boris.post(TASKS, plain, **{"Idempotency-Key": "a"})
    other = boris.post(TASKS, plain | {"text": ""}, **{"Idempotency-Key": "a"})
    assert (made.status_code, again.json(), other.status_code) == (201, made.json(), 409)
    task = Task.objects.get()
    assert (task.title, task.assignee, task.customer_id) == (f"Call {deal.customer}", firm.anna, deal.customer_id)
    assert (task.text, task.priority, task.proof, task.tags, task.most_moves) == ("Ask when", 3, "TEXT", ["debt"], 2)
    assert (task.template_id, task.needs_acceptance, task.checklist.count()) == (pk, True, 2)
    assert task.deadline is not None

    sent = {"title": "Write to them", "people": [firm.boris.pk], "deadline": None, "priority": "low", "checklist": []}
    (changed,) = boris.post(TASKS, plain | sent | {"needs_acceptance": False}).json()["ids"]
    task = Task.objects.get(pk=changed)
    assert (task.title, task.assignee, task.deadline, task.priority) == ("Write to them", firm.boris, None, 1)
    assert (task.text, task.needs_acceptance, task.checklist.count()) == ("Ask when", False, 0)


def test_template_of_others_is_none_and_a_record_one_may_not_see_gives_nothing(firm, deal):
    own, shared = make_template(firm.anna), make_template(firm.olga, scope="COMPANY", assign="GIVER")
    anna, boris, vera = Program(firm.anna), Program(firm.boris), Program(firm.vera)

    def given(program, template, **more):
        answer = program.post(TASKS, {"template": template} | more)
        return answer.status_code, answer.json().get("field")

    assert [given(each, own) for each in (boris, vera)] == [(422, "template")] * 2
    assert given(boris, 2**62) == (422, "template")
    assert [len(each.get(f"{TASKS}/templates").json()["items"]) for each in (anna, boris, vera)] == [2, 1, 1]
    assert given(vera, shared, deal=deal.pk) == (422, "about")
    assert given(vera, shared, people=[firm.anna.pk])[0] == 201  # work may be asked of anybody
    assert not Task.objects.filter(assignee=firm.vera).exists()
    assert given(vera, shared)[0] == 201
    assert Task.objects.get(assignee=firm.vera).title == "Call"
    assert Program(firm.boris, may_write=False).post(TASKS, {"template": shared}).status_code == 403
    assert anna.post(TASKS, {"text": "No title"}).json()["field"] == "title"
    assert (Task.objects.count(), Event.objects.filter(kind="tasks.given").count()) == (2, 0)


def test_every_other_step(firm):
    boris, anna = Program(firm.boris), Program(firm.anna)
    at = f"{TASKS}/{give(firm.boris, firm.anna, deadline=NOW + timedelta(days=2), most_moves=1).pk}"

    assert anna.post(f"{at}/move", {"deadline": "2026-03-09", "reason": "They are away"}).json()["moved_times"] == 1
    over = anna.post(f"{at}/move", {"deadline": "2026-03-20", "reason": "Again"})
    assert (over.status_code, over.json()["field"]) == (403, "deadline")
    assert anna.post(f"{at}/time", {"minutes": 25}).json()["minutes"] == 25
    assert anna.post(f"{at}/checklist", {"text": "One more"}).json()["checklist"][0]["text"] == "One more"
    assert boris.post(f"{at}/defer", {"until": "2026-04-01", "reason": "Later"}).json()["state"] == "DEFERRED"
    assert boris.post(f"{at}/resume").json()["state"] == "NEW"
    changed = boris.patch(at, {"title": "Call them twice", "tags": ["a"]}).json()
    assert (changed["title"], changed["tags"], changed["most_moves"]) == ("Call them twice", ["a"], 1)
    assert changed["deadline"] is not None
    assert anna.post(f"{at}/decline", {"reason": "Not mine"}).json()["state"] == "DECLINED"
    assert boris.post(f"{at}/assign", {"to": firm.boris.pk}).json()["assignee"]["id"] == firm.boris.pk
    assert boris.post(f"{at}/submit").json()["state"] == "DONE"
    assert boris.post(f"{at}/submit").status_code == 409
    assert boris.client.delete(at).status_code == 204
    assert boris.get(at).json()["in_bin"]
    graded = give(firm.boris, firm.anna)
    anna.post(f"{TASKS}/{graded.pk}/submit")
    assert boris.post(f"{TASKS}/{graded.pk}/grade", {"grade": "BAD"}).json()["grade"] == "BAD"


def test_whole_department_by_one_request(firm):
    answer = Program(firm.olga).post(TASKS, {"title": "Read the new price", "unit": firm.sales.pk, "with_below": True})
    assert len(answer.json()["ids"]) == Task.objects.count() == 4
    both = Program(firm.olga).post(TASKS, {"title": "Read", "unit": firm.sales.pk, "people": [firm.anna.pk]})
    assert both.status_code == 422


def test_same_request_sent_again_gives_nothing_twice(firm):
    program, key = Program(firm.boris), {"Idempotency-Key": "order 77"}
    body = {"title": "Call", "people": [firm.anna.pk]}

    first, again = (program.post(TASKS, body, **key) for _ in range(2))
    other = program.post(TASKS, body | {"title": "Call them"}, **key)
    theirs = Program(firm.olga).post(TASKS, body, **key)

    assert first.json() == again.json() != theirs.json()
    assert (other.status_code, Task.objects.count()) == (409, 2)
    answers.forget_answers(now=NOW + timedelta(hours=25))
    assert SavedAnswer.objects.count() == 0


def test_refused_request_may_be_sent_again_mended(firm):
    program, key = Program(firm.boris), {"Idempotency-Key": "1"}
    assert program.post(TASKS, {"title": " ", "people": [firm.anna.pk]}, **key).status_code == 422
    assert program.post(TASKS, {"title": "Call", "people": [firm.anna.pk]}, **key).status_code == 201


def test_list_has_the_filters_of_the_page_and_walks_to_the_end(firm):
    for number in range(5):
        give(firm.boris, firm.anna, title=f"Call {number}", deadline=NOW + timedelta(hours=number - 2))
    program = Program(firm.anna)

    late = program.get(TASKS, waits="overdue").json()
    assert {each["title"] for each in late["items"]} == {"Call 0", "Call 1"}
    found, onward = [], f"?limit=2&assignee={firm.anna.pk}"
    while onward:
        page = program.get(TASKS + onward).json()
        found += [each["title"] for each in page["items"]]
        onward = page["next"]
    assert found == [f"Call {number}" for number in range(5)]


@pytest.mark.parametrize(
    "query", [{"asignee": "1"}, {"deadline": "soon"}, {"limit": 0}, {"limit": "x"}, {"stage": "?"}]
)
def test_filter_that_cannot_be_read_is_refused_not_left_out(firm, query):
    answer = Program(firm.anna).get(TASKS, **query)
    assert answer.status_code == 422
    assert answer.json()["detail"]


def test_counters_are_those_of_the_header(firm):
    give(firm.boris, firm.anna, deadline=NOW - timedelta(days=1))
    give(firm.boris, firm.anna, deadline=NOW + timedelta(hours=1))

    mine = Program(firm.anna).get("/api/v1/counters").json()
    team = Program(firm.boris).get("/api/v1/counters/team").json()

    assert (mine["overdue"], mine["unopened"], mine["today"], mine["attention"]) == (1, 2, 1, 2)
    assert team["total"]["overdue"] == 1
    assert {row["id"]: row["unopened"] for row in team["items"]}[firm.anna.pk] == 2


def test_who_asks_and_whom_they_may_give_work(firm):
    program = Program(firm.boris)
    assert program.get("/api/v1/me").json()["name"] == firm.boris.name
    assert firm.anna.pk in {each["id"] for each in program.get("/api/v1/people").json()["items"]}


# refusals


@pytest.mark.parametrize(
    "body",
    [
        "", "[]", "null", "{", '{"title": 1}', '{"title": "a", "dedline": "2026-01-01"}', '{"title": "a\\u0000b"}',
        '{"title": "a", "deadline": "soon"}', '{"title": "a", "deadline": "1800-01-01"}',
        '{"title": "a", "people": [0]}',
        '{"title": "a", "people": [99999999999999999999]}', '{"title": "a", "people": [9223372036854775807]}',
        '{"title": "a", "unit": 99}', '{"title": "a", "deal": 99}', '{"title": "a", "priority": "urgent"}',
        '{"title": "a", "deadline": 5}', '{"title": "a", "deadline": "2026-02-31"}', '{"title": "' + "a" * 300 + '"}',
        '{"title": "a", "answer_by": "2020-01-01"}', '{"title": "a", "checklist": ["\\u0000"]}', b"\xff",
    ],
)  # fmt: skip
def test_body_that_cannot_be_taken_is_a_problem_with_a_sentence(firm, body):
    program = Program(firm.anna)

    answer = program.client.post(TASKS, body, "application/json")

    assert answer.status_code in (400, 404, 422), answer.content
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    assert answer.json()["detail"]
    assert Task.objects.count() == 0


def test_sentences_are_in_the_persons_language(firm):
    firm.anna.language = "ru"
    firm.anna.save(update_fields=["language"])
    answer = Program(firm.anna).get(f"{TASKS}/77")
    assert answer.json()["detail"] == "Такой задачи нет, или она вам не видна."
    assert answer.headers["Content-Language"] == "ru"


def test_wrong_method_and_address_are_told(firm):
    program = Program(firm.anna)
    assert program.client.put(TASKS).status_code == 405
    assert program.get("/api/v1/nothing").status_code == 404


# who reaches what: Anna's task given by Boris, asked by everybody

STEPS = {
    "POST see": {}, "POST start": {}, "POST submit": {}, "POST accept": {"grade": "GOOD"},
    "POST grade": {"grade": "BAD"},
    "POST return": {"reason": "No"}, "POST defer": {"until": "2026-05-01", "reason": "Later"}, "POST resume": {},
    "POST decline": {"reason": "No"}, "POST move": {"deadline": "2026-05-01", "reason": "Later"},
    "POST assign": {"to": 1}, "POST comments": {"text": "Hm"}, "POST checklist": {"text": "One"},
    "POST checklist/{item_id}": {"done": True}, "POST time": {"minutes": 5}, "PATCH ": {"title": "Other"},
    "DELETE ": None, "GET ": None, "POST restore": {}, "POST withdraw": {}, "POST waits-for": {"task": 1},
    "DELETE waits-for/{other_id}": None, "POST files": {},
}  # fmt: skip
OF_A_TASK = "/tasks/{task_id}"


def operations():
    """Every operation of the description: (method, path)."""
    paths = door.get_openapi_schema()["paths"]
    return {(method.upper(), path) for path, each in paths.items() for method in each}


def test_every_operation_is_in_the_table():
    written = {(step.split(" ")[0], f"/api/v1{OF_A_TASK}/{step.split(' ')[1]}".rstrip("/")) for step in STEPS}
    others = {"/api/v1/me", "/api/v1/people", "/api/v1/counters", "/api/v1/counters/team", TASKS, f"{TASKS}/templates"}
    assert {(method, path) for method, path in operations() if path not in others} == written


@pytest.mark.parametrize("step", STEPS)
def test_stranger_finds_no_such_task_and_changes_nothing(firm, step):
    task = give(firm.boris, firm.anna)
    before = Task.objects.values().get()
    method, name = step.split(" ")
    path = f"{TASKS}/{task.pk}/{name.format(item_id=1, other_id=1)}".rstrip("/")

    for person in (firm.vera, firm.gleb, firm.zoya):
        program = Program(person)
        body = "" if STEPS[step] is None else json.dumps(STEPS[step])
        if name == "files":
            answer = program.client.post(path, {"file": SimpleUploadedFile("a.txt", b"a")})
        else:
            answer = program.client.generic(method, path, body, "application/json")
        assert answer.status_code == 404, (person, answer.content)
        assert "Call back" not in answer.content.decode()

    assert Task.objects.values().get() == before
    assert Client().generic(method, path).status_code == 401


def test_what_a_task_waits_for_its_lines_and_files(firm):
    first, then = give(firm.boris, firm.anna), give(firm.boris, firm.anna, title="Then", proof="FILE")
    anna, at = Program(firm.anna), f"{TASKS}/{then.pk}"
    assert anna.post(f"{at}/waits-for", {"task": first.pk}).json()["waits_for"][0]["id"] == first.pk
    assert anna.post(f"{at}/start").status_code == 409
    assert anna.client.delete(f"{at}/waits-for/{first.pk}").json()["waits_for"] == []
    line = anna.post(f"{at}/checklist", {"text": "Ask", "assignee": firm.boris.pk}).json()["checklist"][0]
    assert (line["text"], line["assignee"]) == ("Ask", "Belov Boris")
    assert anna.post(f"{at}/submit").status_code == 422
    sent = anna.client.post(f"{at}/files", {"file": SimpleUploadedFile("price.txt", b"abc")})
    assert [each["name"] for each in sent.json()["files"]] == ["price.txt"]
    assert anna.post(f"{at}/submit").json()["state"] == "DONE"
    assert anna.post(f"{at}/withdraw").json()["state"] == "WORK"
    boris = Program(firm.boris)
    assert boris.client.delete(at).status_code == 204
    assert boris.post(f"{at}/restore").json()["in_bin"] is False


def test_lists_show_owner_and_heads_what_strangers_do_not_see(firm):
    give(firm.boris, firm.anna)
    seen = {
        name: len(Program(getattr(firm, name)).get(TASKS).json().get("items", ()))
        for name in ("anna", "boris", "olga", "vera", "gleb")
    }
    assert seen == {"anna": 1, "boris": 1, "olga": 1, "vera": 0, "gleb": 0}


def test_description_is_whole_and_open(firm):
    found = Client().get("/api/v1/openapi.json").json()
    assert found["openapi"].startswith("3.")
    assert all(each.get("summary") for path in found["paths"].values() for each in path.values())


def test_list_costs_few_queries(firm, django_assert_max_num_queries):
    for _ in range(3):
        give(firm.boris, firm.anna)
    program = Program(firm.anna)
    program.get(TASKS)
    with django_assert_max_num_queries(4):
        assert len(program.get(TASKS).json()["items"]) == 3
