"""The first run: own company, demo company, the code for strangers, leaving the demo."""

from __future__ import annotations

import time

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client
from people import make_firm

from otdel.org.models import Company, Person

OWN = {
    "name": "Buttercup",
    "currency": "RUB",
    "country": "RU",
    "time_zone": "Europe/Samara",
    "language": "en",
    "last_name": "Ivanov",
    "first_name": "Ivan",
    "email": "ivan@example.com",
    "password": "correct horse battery",
    "sees_all": "yes",
}


@pytest.mark.django_db
def test_own_company_begins_and_its_first_person_is_in(client):
    assert client.get("/").headers["Location"] == "/start/"
    assert client.get("/start/own/").status_code == 200
    assert client.post("/start/own/", OWN).headers["Location"] == "/"
    assert client.get("/settings/").status_code == 200
    assert Company.objects.get().time_zone == "Europe/Samara"


@pytest.mark.django_db
def test_weak_password_begins_nothing(client):
    assert client.post("/start/own/", {**OWN, "password": "password12"}).status_code == 422
    assert not Company.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/start/", "/start/own/", "/start/progress/"])
def test_first_run_is_closed_when_there_is_a_company(client, address):
    make_firm()
    assert client.get(address).status_code == 302
    assert client.post("/start/own/", OWN).status_code == 302
    assert client.post("/start/demo/").status_code == 302
    assert not Person.objects.filter(email="ivan@example.com").exists()


@pytest.mark.django_db
def test_who_comes_from_afar_must_know_the_code(client, settings, tmp_path):
    settings.FIRST_RUN_CODE_FILE = tmp_path / "first-run-code"
    assert "code" in client.get("/start/own/").context["form"].fields
    assert client.post("/start/own/", {**OWN, "code": "guess"}).status_code == 422
    assert client.post("/start/demo/").status_code == 422
    code = settings.FIRST_RUN_CODE_FILE.read_text()
    assert client.post("/start/own/", {**OWN, "code": f" {code} "}).status_code == 302
    assert not settings.FIRST_RUN_CODE_FILE.exists()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_demo_is_made_looked_at_and_left(client):
    cache.clear()
    assert client.post("/start/demo/").headers["Location"] == "/start/progress/"
    for _second in range(600):
        answer = client.get("/start/progress/")
        if answer.status_code == 302:
            break
        assert "Refresh" in answer.headers
        time.sleep(0.2)
    assert answer.headers["Location"] == "/sign-in/"
    assert Company.objects.get().is_demo
    people = client.get("/sign-in/").context["demo"]
    director = next(each for each in people if each.email == people[2].email)
    visitor = Client()
    visitor.post("/sign-in/", {"login": director.email, "password": director.password})
    assert visitor.get("/people/").status_code == 200
    assert visitor.post("/settings/leave-demo/").headers["Location"] == "/start/own/"
    assert not Person.objects.exists()
    assert visitor.get("/").headers["Location"] == "/start/"
    assert visitor.post("/start/own/", OWN).headers["Location"] == "/"


@pytest.mark.django_db
def test_console_says_the_code(settings, tmp_path, capsys):
    settings.FIRST_RUN_CODE_FILE = tmp_path / "first-run-code"
    call_command("signin")
    assert (tmp_path / "first-run-code").read_text().strip() in capsys.readouterr().out
