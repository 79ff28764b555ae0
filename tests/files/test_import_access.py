"""Whose imports one sees, and whose records one may bring in."""

from __future__ import annotations

import pytest
from django.test import Client
from people import Firm, make_firm
from wizard import Wizard, counts, do_jobs

from otdel.customers.models import Customer
from otdel.interfaces.files import queries
from otdel.interfaces.files.models import ImportSession

FILE = "ID;Название компании;Ответственный\n1;Ромашка;Abramova Anna\n2;Лютик;Volkova Vera\n3;Мак;\n"
PAGES = ("", "columns/", "options/", "result/", "refused/")
POSTS = ("columns/", "options/", "start/", "stop/", "resume/", "undo/", "drop/")


@pytest.fixture
def firm(db: None) -> Firm:
    return make_firm()


def test_a_head_brings_in_records_of_their_own_people_only(client: Client, firm: Firm) -> None:
    client.force_login(firm.boris)
    session = Wizard(client).go(FILE.encode(), "companies.csv")
    assert counts(session) == (2, 0, 0, 1)
    assert set(Customer.objects.values_list("owner__first_name", flat=True)) == {"Anna", "Boris"}
    assert "create records of this person" in session.reasons[0][2]


def test_a_strangers_record_is_not_changed(client: Client, firm: Firm) -> None:
    client.force_login(firm.olga)
    Wizard(client).go(FILE.encode(), "companies.csv")
    client.force_login(firm.boris)
    session = Wizard(client).go(FILE.replace("Лютик", "Чужой").encode(), "companies.csv")
    assert session.refused >= 1
    assert Customer.objects.get(external_id="2").name == "Лютик"
    assert not Customer.objects.filter(name="Чужой").exists()


def test_what_lies_under_the_number_of_an_import_from_before_is_not_read(client: Client, firm: Firm) -> None:
    client.force_login(firm.olga)
    first = Wizard(client).upload(FILE.encode(), "companies.csv")
    left = queries.folder(ImportSession(pk=first.pk + 1))
    left.mkdir(parents=True, exist_ok=True)
    (left / "plain").write_text(FILE.replace("Лютик", "Чужой"))
    session = Wizard(client).go(FILE.encode(), "companies.csv")
    assert session.pk == first.pk + 1
    assert not (left / "plain").exists()
    assert not Customer.objects.filter(name="Чужой").exists()


@pytest.mark.parametrize(("who", "status"), [("vera", 404), ("gleb", 404), ("zoya", 404), ("anna", 404)])
def test_a_strangers_import_is_not_found(client: Client, firm: Firm, who: str, status: int) -> None:
    client.force_login(firm.boris)
    session = Wizard(client).upload(FILE.encode(), "companies.csv")
    client.force_login(getattr(firm, who))
    for page in PAGES:
        assert client.get(f"/import/{session.pk}/{page}").status_code == status, page
    for page in POSTS:
        assert client.post(f"/import/{session.pk}/{page}").status_code == status, page
    assert ImportSession.objects.get().status == "UPLOADED"


def test_the_director_sees_and_undoes_everybodys(client: Client, firm: Firm) -> None:
    client.force_login(firm.boris)
    session = Wizard(client).go(FILE.encode(), "companies.csv")
    client.force_login(firm.olga)
    assert client.get(f"/import/{session.pk}/result/").status_code == 200
    assert Wizard(client).undo(session).status == "UNDONE"
    assert Customer.objects.count() == 0


def test_a_manager_may_not_import(client: Client, firm: Firm) -> None:
    client.force_login(firm.anna)
    page = client.get("/import/")
    assert page.status_code == 200
    assert b'type="file"' not in page.content
    from django.core.files.uploadedfile import SimpleUploadedFile

    answer = client.post("/import/upload/", {"file": SimpleUploadedFile("x.csv", FILE.encode())})
    assert answer.status_code == 403
    assert not ImportSession.objects.exists()


def test_nobody_comes_in_without_signing_in(client: Client, firm: Firm) -> None:
    for page in ("", "1/", "1/columns/", "1/options/", "1/result/", "1/refused/", "example/deals/"):
        assert client.get(f"/import/{page}").status_code == 302
    for page in ("upload/", "1/start/", "1/undo/"):
        answer = client.post(f"/import/{page}")
        assert answer.status_code == 302
        assert answer["Location"].startswith("/sign-in/")


def test_what_one_may_not_make_is_not_made(client: Client, firm: Firm) -> None:
    """A head has no right to people and lists: ticks a page did not offer change nothing."""
    client.force_login(firm.boris)
    text = "Название компании;Сегмент;Ответственный\nРомашка;Новый сегмент;Новая Нина\nЛютик;;Abramova Anna\n"
    session = Wizard(client).go(text.encode(), "companies.csv", create=["people", "lists", "units"])
    assert counts(session) == (1, 0, 0, 1)


def test_an_import_starts_once(client: Client, firm: Firm) -> None:
    client.force_login(firm.olga)
    wizard = Wizard(client)
    session = wizard.go(FILE.encode(), "companies.csv")
    assert client.post(f"/import/{session.pk}/start/").status_code == 409
    assert client.post(f"/import/{session.pk}/columns/", {"field_0": "name"}).status_code == 409
    do_jobs()
    assert Customer.objects.count() == 3
