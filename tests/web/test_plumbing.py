"""What every request goes through."""

from __future__ import annotations

import json
import socket
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import psycopg
import psycopg_pool
import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import OperationalError
from django.http import HttpResponse
from django.test import RequestFactory
from django.utils import timezone

from otdel.core.actions import beat
from otdel.core.errors import Conflict, Invalid, NotAllowed, NotFound
from otdel.interfaces.http import page
from otdel.interfaces.web import health, middleware, refusals
from otdel.org.models import Company, Person

pytestmark = pytest.mark.django_db


def test_bare_signed_in_page_costs_two_queries(signed, django_assert_num_queries):
    client = signed("anna")
    with django_assert_num_queries(2):
        assert client.get("/me/").status_code == 200


def test_stranger_is_sent_to_sign_in_and_back(firm, client):
    assert client.get("/me/").headers["Location"] == "/sign-in/?next=/me/"


def test_part_of_a_page_sends_the_whole_page_to_sign_in(firm, client):
    answer = client.get("/me/", headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/deals/?q=1"})
    assert answer.status_code == 401
    assert answer.headers["HX-Redirect"] == "/sign-in/?next=/deals/%3Fq%3D1"


def test_who_left_is_out_at_the_next_click(firm, signed):
    client = signed("anna")
    Person.objects.filter(pk=firm.anna.pk).update(employed_to=timezone.localdate())
    assert client.get("/me/").status_code == 302


def test_whose_account_is_closed_is_out_at_the_next_click(firm, signed):
    client = signed("anna")
    Person.objects.filter(pk=firm.anna.pk).update(is_active=False)
    assert client.get("/me/").status_code == 302


def test_day_is_counted_where_the_person_lives(firm, rf: RequestFactory, signed):
    Person.objects.filter(pk=firm.anna.pk).update(time_zone="Asia/Kamchatka")
    answer = signed("anna").get("/me/")
    assert answer.wsgi_request.today == answer.wsgi_request.now.astimezone(timezone.get_fixed_timezone(720)).date()


def test_language_is_the_person_s_then_the_company_s(firm, signed):
    client = signed("anna")
    assert client.get("/me/").headers["Content-Language"] == "en"
    Person.objects.filter(pk=firm.anna.pk).update(language="")
    Company.objects.update(language="ru")
    assert client.get("/me/").headers["Content-Language"] == "ru"


def test_language_of_a_stranger_is_the_browser_s(firm, client):
    assert client.get("/sign-in/", headers={"Accept-Language": "en"}).headers["Content-Language"] == "en"
    assert client.get("/sign-in/", headers={"Accept-Language": "ru"}).headers["Content-Language"] == "ru"


def test_language_is_kept(firm, signed):
    answer = signed("anna").post("/language/", {"language": "ru", "next": "/me/"})
    assert answer.headers["Location"] == "/me/"
    assert Person.objects.get(pk=firm.anna.pk).language == "ru"


def test_language_form_leads_nowhere_else(firm, client):
    answer = client.post("/language/", {"language": "ru", "next": "https://evil.example/"})
    assert answer.headers["Location"] == "/"


@pytest.mark.parametrize(("refusal", "status"), [(NotFound, 404), (NotAllowed, 403), (Conflict, 409), (Invalid, 422)])
def test_refusal_is_a_page_with_its_sentence(rf, refusal, status):
    request = rf.get("/")
    request.user = AnonymousUser()
    answer = refusals.answer(request, refusal("Exactly so."))
    assert answer.status_code == status
    assert "Exactly so." in answer.content.decode()


@pytest.mark.parametrize(("refusal", "status"), [(NotFound, 404), (NotAllowed, 403), (Conflict, 409), (Invalid, 422)])
def test_refusal_without_words_never_shows_our_notes(rf, refusal, status):
    request = rf.get("/")
    request.user = AnonymousUser()
    text = refusals.answer(request, refusal()).content.decode()
    assert refusal.__doc__ not in text


def test_refusal_of_a_part_is_a_fragment(rf):
    answer = refusals.answer(rf.get("/", headers={"HX-Request": "true"}), Conflict("Exactly so."))
    assert answer.status_code == 409
    assert "Exactly so." in answer.content.decode()
    assert "<html" not in answer.content.decode()


def test_refused_data_of_a_part_is_told_as_a_toast(rf):
    answer = refusals.answer(rf.get("/", headers={"HX-Request": "true"}), Invalid("Так."))
    assert answer.headers["HX-Reswap"] == "none"
    assert json.loads(answer.headers["HX-Trigger"])["toast"]["text"] == "Так."


def test_page_answers_get_only(rf, firm):
    request = rf.post("/")
    request.user = firm.anna
    assert page(lambda request: HttpResponse("never"))(request).status_code == 405


def test_alive_needs_no_database(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert client.get("/healthz", headers={"Host": "10.0.0.7"}).status_code == 200


def test_ready_when_the_worker_beats(client, settings):
    settings.LIVE_PORT = 0
    beat(now=timezone.now())
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {"ready": True, "database": "ok", "migrations": "ok", "worker": "ok", "live": "off"}


class Deaf(BaseHTTPRequestHandler):
    """Live updates that lost the database."""

    said = (503, b"deaf")

    def do_GET(self) -> None:
        self.send_response(self.said[0])
        self.end_headers()
        self.wfile.write(self.said[1])

    def log_message(self, *args) -> None:
        pass


def test_ready_says_how_live_updates_are_and_does_not_hang_on_them(client, settings):
    beat(now=timezone.now())
    with socket.create_server(("127.0.0.1", 0)) as taken:
        settings.LIVE_PORT = taken.getsockname()[1]
    assert client.get("/readyz").json()["live"].startswith("does not answer")
    with HTTPServer(("127.0.0.1", 0), Deaf) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        settings.LIVE_PORT = server.server_port
        deaf = client.get("/readyz")
        assert (deaf.status_code, deaf.json()["live"]) == (200, "deaf")
        Deaf.said = (200, b"listening")
        assert client.get("/readyz").json()["live"] == "ok"
        server.shutdown()


def test_database_that_is_away_is_said_at_once(client, monkeypatch):
    monkeypatch.setattr(health.database, "unreachable", lambda timeout: "connection refused")
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["database"] == "does not answer"


@pytest.mark.parametrize(
    ("cause", "status"),
    [
        (psycopg_pool.PoolTimeout("no connection"), 503),
        (psycopg.errors.AdminShutdown("terminating"), 503),
        (psycopg.errors.DeadlockDetected("deadlock"), 500),
        (ValueError("a mistake of ours"), 500),
    ],
)
def test_page_without_its_database_says_so(db, client, monkeypatch, cause, status):
    def gone(*_args):
        raise OperationalError from cause if status == 503 or isinstance(cause, psycopg.Error) else cause

    client.raise_request_exception = False
    monkeypatch.setattr(middleware.queries, "company", gone)
    answer = client.get("/sign-in/", headers={"Accept-Language": "ru"})
    assert answer.status_code == status
    assert ("База данных не отвечает" in answer.content.decode()) == (status == 503)
    assert '<html lang="ru"' in answer.content.decode()
    assert (answer.headers.get("Retry-After") == "30") == (status == 503)


def test_not_ready_when_the_worker_is_silent(client):
    beat(now=timezone.now() - timedelta(minutes=10))
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert "silent" in answer.json()["worker"]


def test_request_is_numbered(client, firm):
    assert client.get("/sign-in/", headers={"X-Request-ID": "abc123"}).headers["X-Request-ID"] == "abc123"
    assert len(client.get("/sign-in/", headers={"X-Request-ID": "a\tb"}).headers["X-Request-ID"]) == 16


def test_pages_carry_the_policy(client, firm):
    policy = client.get("/sign-in/").headers["Content-Security-Policy"]
    assert "unsafe" not in policy
