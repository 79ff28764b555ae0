"""The pages of people, departments, roles and settings: who gets in, what they cost, what they do."""

from __future__ import annotations

import csv
import io
import re
from datetime import date

import pytest
from django.core import mail
from django.test import Client
from people import Firm

from otdel.core.models import Event
from otdel.org.models import CalendarDay, Company, Membership, Person, Role, Unit

pytestmark = pytest.mark.django_db

# page: status for Anna (manager), Boris (head), Olga (director), Zoya (accountant), the administrator
PAGES = {
    "/me/": (200, 200, 200, 200, 200),
    "/account/security/": (200, 200, 200, 200, 200),
    "/people/": (200, 200, 200, 200, 200),
    "/people/{vera}/": (200, 200, 200, 200, 200),
    "/people/new/": (403, 403, 200, 403, 200),
    "/people/{vera}/edit/": (403, 403, 200, 403, 200),
    "/people/{vera}/move/": (403, 403, 200, 403, 200),
    "/people/{vera}/leave/": (403, 403, 200, 403, 200),
    "/people/999999/": (404, 404, 404, 404, 404),
    "/people/departments/": (200, 200, 200, 200, 200),
    "/people/departments/new/": (403, 403, 200, 403, 200),
    "/people/departments/{north}/": (403, 403, 200, 403, 200),
    "/people/departments/999999/": (403, 403, 404, 403, 404),
    "/settings/": (403, 403, 200, 403, 200),
    "/settings/calendar/": (403, 403, 200, 403, 200),
    "/settings/roles/": (403, 403, 200, 403, 200),
    "/settings/roles/{manager}/": (403, 403, 200, 403, 200),
    "/settings/roles/999999/": (403, 403, 404, 403, 404),
}
SUBMISSIONS = (
    "/people/{vera}/move/undo/",
    "/people/{vera}/invite/",
    "/people/{vera}/invite/back/",
    "/people/{vera}/unlock/",
    "/people/departments/{north}/close/",
    "/people/departments/{north}/open/",
    "/settings/roles/new/",
    "/settings/roles/{manager}/reset/",
    "/settings/roles/{manager}/delete/",
    "/settings/calendar/day/",
    "/settings/calendar/day/2026-01-01/clear/",
    "/settings/leave-demo/",
)


def at(firm: Firm, address: str) -> str:
    return address.format(vera=firm.vera.pk, north=firm.north.pk, manager=firm.roles["manager"].pk)


@pytest.mark.parametrize("address", PAGES)
def test_page_opens_to_whom_it_may(firm, address):
    for person, status in zip(("anna", "boris", "olga", "zoya", "admin"), PAGES[address], strict=True):
        client = Client()
        client.force_login(getattr(firm, person))
        assert client.get(at(firm, address)).status_code == status, person
    stranger = Client().get(at(firm, address))
    assert (stranger.status_code, stranger.headers["Location"].split("?")[0]) == (302, "/sign-in/")


@pytest.mark.parametrize("address", SUBMISSIONS)
def test_submission_is_refused_to_whom_it_must(firm, address):
    data = {"day": "2026-01-01", "work": "no", "name": "x"}
    for person in ("anna", "boris", "zoya"):
        client = Client()
        client.force_login(getattr(firm, person))
        assert client.post(at(firm, address), data).status_code == 403, person
    assert Client().post(at(firm, address), data).headers["Location"].startswith("/sign-in/")
    admin = Client()
    admin.force_login(firm.admin)
    assert admin.get(at(firm, address)).status_code == 405


@pytest.mark.parametrize(
    ("address", "queries"),
    [
        ("/people/", 5),  # session, person, how they look at it, departments, people
        ("/people/?q=an&unit={north}&status=all", 7),
        ("/people/{vera}/", 8),
        ("/people/departments/", 6),  # the next heads with them
        ("/settings/", 2),
        ("/settings/calendar/", 3),
        ("/settings/roles/", 4),
        ("/settings/roles/{manager}/", 3),
    ],
)
def test_page_costs_no_more_queries(firm, signed, django_assert_max_num_queries, address, queries):
    client = signed("olga")
    with django_assert_max_num_queries(queries):
        assert client.get(at(firm, address)).status_code == 200


def names(answer) -> set[str]:
    return set(re.findall(r'class="row-link"[^>]*>([^<]+)<', answer.content.decode()))


def test_people_are_found(firm, signed):
    client = signed("anna")
    assert names(client.get("/people/?q=абра")) == set()
    assert names(client.get("/people/?q=ABRA")) == {"Abramova Anna"}
    assert names(client.get("/people/?q=vera@")) == {"Volkova Vera"}
    assert names(client.get(f"/people/?unit={firm.north.pk}")) == {"Abramova Anna", "Belov Boris"}
    assert len(names(client.get(f"/people/?unit={firm.sales.pk}"))) == 5
    assert names(client.get(f"/people/?role={firm.roles['head'].pk}")) == {"Belov Boris", "Gusev Gleb"}
    Person.objects.filter(pk=firm.vera.pk).update(employed_to="2026-01-01")
    assert "Volkova Vera" not in names(client.get("/people/"))
    assert names(client.get("/people/?status=left")) == {"Volkova Vera"}
    assert "Volkova Vera" in names(client.get("/people/?status=all"))
    assert names(client.get("/people/?sort=-name&status=all")) == names(client.get("/people/?status=all"))
    Person.objects.filter(pk=firm.boris.pk).update(password="!")
    assert names(client.get("/people/?status=not_invited")) == {"Belov Boris"}
    assert names(client.get("/people/?status=closed")) == set()


def test_people_are_taken_away_as_a_file_by_whom_it_is_allowed(firm, signed):
    def rows(who: str) -> list[list[str]]:
        answer = signed(who).get("/people/file.csv?cols=name,unit,role,email")
        text = b"".join(answer.streaming_content).decode("utf-8-sig")
        return list(csv.reader(io.StringIO(text), delimiter=";" if ";" in text.splitlines()[0] else ","))

    assert ["Abramova Anna", "North", "Sales manager", "anna@example.com"] in rows("admin")
    assert {row[0] for row in rows("boris")[1:]} == {"Abramova Anna", "Belov Boris"}
    assert signed("anna").get("/people/file.csv").status_code == 403
    assert Event.objects.get(kind="person.exported", by=firm.boris).data["count"] == 2


@pytest.mark.parametrize("query", ["unit=x", "page=-1", "page=99999", "status=nonsense", "unit=99999999999999"])
def test_nonsense_in_the_address_shows_the_list(firm, signed, query):
    assert signed("anna").get(f"/people/?{query}").status_code == 200


NEW = {
    "last_name": "Danilova",
    "first_name": "Dina",
    "email": "dina@example.com",
    "from_day": "2026-03-02",
}


def hire(firm: Firm, client: Client, **changes: object):
    data = {**NEW, "role": firm.roles["manager"].pk, "unit": firm.north.pk, **changes}
    return client.post("/people/new/", data)


def test_person_is_hired_and_the_link_handed_over(firm, signed, settings):
    settings.MAIL_WORKS = False
    client = signed("admin")
    answer = hire(firm, client, invite="on")
    assert "E-mail is not set up here" in answer.content.decode()
    link = re.search(r"http://testserver(/join/[^\"]+)", answer.content.decode()).group(1)
    come_in(link, "dina@example.com")


def test_person_is_invited_by_letter(firm, signed, settings):
    settings.MAIL_WORKS = True
    answer = hire(firm, signed("admin"), invite="on")
    assert answer.headers["Location"] == f"/people/{Person.objects.get(email='dina@example.com').pk}/"
    [letter] = mail.outbox
    assert letter.to == ["dina@example.com"]
    assert letter.subject == "Romashka приглашает вас в Otdel"
    link = re.search(r"http://testserver(/join/\S+)", letter.body).group(1)
    assert link in letter.alternatives[0].content
    come_in(link, "dina@example.com")


def come_in(link: str, email: str) -> None:
    newcomer = Client(headers={"Accept-Language": "en"})
    assert newcomer.post(link, {"password": "123"}).status_code == 422
    assert newcomer.post(link, {"password": "correct horse battery"}).headers["Location"] == "/"
    assert newcomer.get("/me/").context["person"].email == email
    assert newcomer.get("/account/security/").context["sessions"][0]["current"]  # and can be ended from elsewhere
    assert Client().get(link).status_code == 409
    assert Client().post(link, {"password": "another horse battery"}).status_code == 409


def test_refused_hiring_stands_at_its_field(firm, signed):
    answer = hire(firm, signed("admin"), email="anna@example.com")
    assert answer.status_code == 422
    assert answer.context["form"].errors["email"]


def test_card_is_changed(firm, signed):
    data = {"last_name": "Volkova", "first_name": "Veronika", "role": firm.vera.role_id, "is_active": "on"}
    assert signed("admin").post(f"/people/{firm.vera.pk}/edit/", data).status_code == 302
    assert Person.objects.get(pk=firm.vera.pk).first_name == "Veronika"


def test_person_is_moved_and_leaves(firm, signed):
    client = signed("admin")
    client.post(f"/people/{firm.vera.pk}/move/", {"unit": firm.north.pk, "from_day": "2026-05-01"})
    stays = client.get(f"/people/{firm.vera.pk}/").context["stays"]
    assert ("30" in stays[1]["till"], "1" in stays[0]["since"], stays[0]["till"]) == (True, True, "")
    assert Membership.objects.filter(person=firm.vera, unit=firm.north, starts_on=date(2026, 5, 1)).exists()
    client.post(f"/people/{firm.vera.pk}/leave/", {"last_day": "2026-05-31"})
    assert Person.objects.get(pk=firm.vera.pk).employed_to == date(2026, 6, 1)


def test_department_is_made_and_closed(firm, signed):
    client = signed("admin")
    client.post("/people/departments/new/", {"name": "East", "parent": firm.sales.pk})
    east = Unit.objects.get(name="East")
    client.post(f"/people/departments/{east.pk}/", {"name": "Orient", "parent": firm.root.pk, "head": firm.vera.pk})
    client.post(f"/people/departments/{east.pk}/close/")
    east.refresh_from_db()
    assert (east.name, east.parent, east.head) == ("Orient", firm.root, firm.vera)
    assert east.closed_on is not None
    assert client.post(f"/people/departments/{firm.north.pk}/close/").status_code == 409


def test_root_keeps_no_parent(firm, signed):
    client = signed("admin")
    assert client.post(f"/people/departments/{firm.root.pk}/", {"name": "Romashka Ltd"}).status_code == 302
    assert Unit.objects.get(pk=firm.root.pk).name == "Romashka Ltd"


def test_role_grid_is_saved(firm, signed):
    client = signed("admin")
    made = client.post("/settings/roles/new/", {"name": "Junior", "copy_of": firm.roles["manager"].pk})
    page = client.get(made.headers["Location"])
    form = page.context["form"]
    data = {name: form.initial.get(name, field.initial) for name, field in form.fields.items()}
    assert client.post(made.headers["Location"], {**data, "deal-delete": "own"}).status_code == 302
    role = Role.objects.get(name="Junior")
    assert role.rights["deal"]["delete"] == "own"
    assert role.rights["deal"]["view"] == "own"


def test_company_is_changed(firm, signed):
    client = signed("admin")
    data = client.get("/settings/").context["form"].initial
    assert client.post("/settings/", {**data, "tolerance": "15", "active_days": 60}).status_code == 302
    assert (str(Company.objects.get().tolerance), Company.objects.get().active_days) == ("0.150", 60)


def test_own_day_is_set_and_cleared(firm, signed):
    client = signed("admin")
    client.post("/settings/calendar/day/", {"day": "2026-07-15", "work": "no", "reason": "Birthday"})
    assert CalendarDay.objects.get().reason == "Birthday"
    assert "Birthday" in client.get("/settings/calendar/?year=2026").content.decode()
    client.post("/settings/calendar/day/2026-07-15/clear/")
    assert not CalendarDay.objects.exists()
    assert client.post("/settings/calendar/day/", {"day": "31.02"}).status_code == 422


def test_real_company_is_not_left_as_a_demo(firm, signed):
    assert signed("admin").post("/settings/leave-demo/").status_code == 409
    assert Company.objects.exists()
