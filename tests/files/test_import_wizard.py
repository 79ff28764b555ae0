"""The wizard's pages: what they say, what they remember, how an import is stopped, gone on with and undone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation
from lxml import html
from people import Firm, make_firm
from wizard import Wizard, counts, do_jobs, form_of

from otdel.core.models import Event
from otdel.customers.models import Customer
from otdel.interfaces.files import actions, engine
from otdel.interfaces.files.models import ImportSession
from otdel.interfaces.files.readers import open_table
from otdel.interfaces.files.roads import ROADS
from otdel.interfaces.files.targets import BY_KEY, TARGETS

FILE = "Фирма;Дата создания;Чей\nРомашка;03/04/2026;Abramova Anna\nЛютик;05/04/2026;Volkova Vera\n"


@pytest.fixture
def firm(db: None) -> Firm:
    return make_firm()


@pytest.fixture
def wizard(client: Client, firm: Firm) -> Wizard:
    client.force_login(firm.olga)
    return Wizard(client)


def test_every_page_asks_little(wizard: Wizard, client: Client) -> None:
    session = wizard.go(FILE.encode(), "companies.csv", target="customers", columns={"field_0": "name"})
    pages = {"/import/": 3, f"/import/{session.pk}/result/": 3}
    for url, most in pages.items():
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert client.get(url).status_code == 200
        assert len(asked) <= most, [query["sql"][:200] for query in asked]


def test_a_file_of_no_likely_kind_is_asked_about(wizard: Wizard, client: Client) -> None:
    """The likeliest kinds are offered first, with what speaks for them and what they lack."""
    session = wizard.upload("Кампания;Клики;Cost\nbrand;10;55,5\n".encode(), "ads.csv")
    assert (session.target, session.columns) == ("", [])
    url = f"/import/{session.pk}/columns/"
    page = html.fromstring(client.get(url).content)

    assert page.xpath("string(//h1)") == "What does this file hold?"
    first = page.xpath("//ul[@class='guesses']/li")[0]
    assert first.xpath("string(button/@value)") == "sales"
    assert "“Cost” as “" in first.text_content()
    assert "Not found: Date" in first.text_content()
    offered = page.xpath("//button[@name='target']/@value")
    assert sorted(offered) == sorted(target.key for target in TARGETS)

    assert client.post(url, {"field_0": "name"}).status_code == 422
    assert client.get(f"/import/{session.pk}/options/")["Location"] == url
    wizard.columns(session, "customers", field_0="name")
    session.refresh_from_db()
    assert session.target == "customers"
    assert wizard.upload("Кампания;Клики;Cost\nbrand;10;55,5\n".encode(), "ads.csv").target == ""


def test_two_kinds_alike_are_asked_about_and_one_alone_is_taken(wizard: Wizard, client: Client) -> None:
    assert wizard.upload("ID;Наименование\n1;Ромашка\n2;Лютик\n".encode(), "list.csv").target == ""
    assert wizard.upload("Клиент;ИНН\nРомашка;7707083893\n".encode(), "list.csv").target == "customers"


def test_an_import_that_took_nothing_is_not_green(wizard: Wizard, client: Client) -> None:
    done = {"target": "customers", "started_at": timezone.now(), "status": "DONE"}
    session = wizard.upload(FILE.encode(), "companies.csv")

    def badge(**counted: int) -> tuple[str, str]:
        zero = dict.fromkeys(("created", "updated", "unchanged", "refused"), 0)
        ImportSession.objects.filter(pk=session.pk).update(**done, **(zero | counted))
        found = html.fromstring(client.get("/import/").content).xpath("//*[contains(@class, 'badge')]")[-1]
        return found.text_content(), found.get("class").removeprefix("badge").strip()

    assert badge(refused=3) == ("Nothing imported", "over")
    assert badge(created=1, refused=3) == ("Imported in part", "over")
    assert badge(unchanged=3) == ("Nothing new", "")
    assert badge(created=3) == ("Imported", "done")


def test_a_mapping_is_remembered(wizard: Wizard, client: Client) -> None:
    changed = {"field_0": "name", "field_1": "created", "field_2": "owner", "order_1": "MDY"}
    wizard.go(FILE.encode(), "companies.csv", target="customers", columns=changed)
    assert Customer.objects.get(name="Ромашка").created_at.month == 3

    later = wizard.upload(FILE.replace("Лютик", "Мак").encode("cp1251"), "again.csv")

    assert later.target == "customers"
    assert {use["position"]: use["field"] for use in later.columns} == {0: "name", 1: "created", 2: "owner"}
    page = client.get(f"/import/{later.pk}/columns/").content.decode()
    assert "was imported before" in page


def test_a_needed_column_is_asked_for(wizard: Wizard, client: Client) -> None:
    session = wizard.upload(FILE.encode(), "companies.csv")
    client.post(f"/import/{session.pk}/columns/", {"reread": "1", "target": "customers"})
    answer = client.post(f"/import/{session.pk}/columns/", {"field_1": "created"})
    assert answer.status_code == 422
    assert "Say which column is “Name”" in answer.content.decode()
    twice = client.post(f"/import/{session.pk}/columns/", {"field_0": "name", "field_1": "name"})
    assert "given by two columns" in twice.content.decode()


def test_errors_stand_on_their_cells(wizard: Wizard, client: Client) -> None:
    session = wizard.upload("Название компании;ИНН\nРомашка;123\n".encode(), "companies.csv")
    page = client.get(f"/import/{session.pk}/columns/").content.decode()
    assert 'class="wrong"' in page
    assert "INN “123” is wrong" in page


def test_the_check_writes_nothing(wizard: Wizard, client: Client) -> None:
    session = wizard.upload("Название компании\nРомашка\n".encode(), "companies.csv")
    wizard.columns(session)
    wizard.options(session)
    do_jobs()
    session.refresh_from_db()
    assert (session.status, session.checked["created"]) == ("CHECKED", 1)
    assert Customer.objects.count() == 0
    assert "Will be created" in client.get(f"/import/{session.pk}/result/").content.decode()


def test_one_event_for_the_whole_import(wizard: Wizard) -> None:
    before = set(Event.objects.values_list("pk", flat=True))
    session = wizard.go("Название компании\nРомашка\nЛютик\n".encode(), "companies.csv")
    events = Event.objects.exclude(pk__in=before).values_list("kind", flat=True)
    assert sorted(events) == ["import.check_asked", "import.finished", "import.started", "import.uploaded"]
    found = Event.objects.get(kind="import.finished")
    assert (found.subject_id, found.data["created"]) == (session.pk, 2)


def started(wizard: Wizard, monkeypatch: pytest.MonkeyPatch, batches: int) -> ImportSession:
    """An import whose worker stopped after so many batches of ten rows."""
    monkeypatch.setitem(ROADS, "customers", type(ROADS["customers"])(**{**vars(ROADS["customers"]), "batch": 10}))
    text = "Название компании\n" + "".join(f"Клиент {number}\n" for number in range(50))
    session = wizard.upload(text.encode(), "companies.csv")
    wizard.columns(session)
    done, write = [], actions.write_batch

    def some(**given: object) -> int:
        if len(done) == batches:
            raise actions.LaidDown
        done.append(1)
        return write(**given)

    with monkeypatch.context() as patch:
        patch.setattr(engine.actions, "write_batch", some)
        wizard.options(session, now=True)
        do_jobs()
    session.refresh_from_db()
    assert (session.status, session.position, Customer.objects.count()) == ("RUNNING", 20, 20)
    return session


def test_stop_keeps_what_was_written_and_goes_on(wizard: Wizard, monkeypatch: pytest.MonkeyPatch) -> None:
    session = started(wizard, monkeypatch, 2)
    wizard.client.post(f"/import/{session.pk}/stop/")
    engine.run(session.pk)
    session.refresh_from_db()
    assert (session.status, Customer.objects.count()) == ("STOPPED", 20)

    wizard.client.post(f"/import/{session.pk}/resume/")
    do_jobs()

    session.refresh_from_db()
    assert (session.status, counts(session), Customer.objects.count()) == ("DONE", (50, 0, 0, 0), 50)


def test_stop_and_undo(wizard: Wizard, monkeypatch: pytest.MonkeyPatch) -> None:
    session = started(wizard, monkeypatch, 2)
    wizard.client.post(f"/import/{session.pk}/stop/", {"undo": "1"})
    do_jobs()
    session.refresh_from_db()
    assert (session.status, Customer.objects.count()) == ("UNDONE", 0)


def test_a_lost_job_can_be_asked_for_again(wizard: Wizard, monkeypatch: pytest.MonkeyPatch) -> None:
    session = started(wizard, monkeypatch, 2)
    url = f"/import/{session.pk}/resume/"
    assert wizard.client.post(url).status_code == 409
    ImportSession.objects.update(moved_at=timezone.now() - timedelta(minutes=5))
    assert wizard.client.post(url).status_code == 302
    do_jobs()
    session.refresh_from_db()
    assert (session.status, Customer.objects.count()) == ("DONE", 50)


def test_a_broken_program_says_so_and_can_go_on(wizard: Wizard, monkeypatch: pytest.MonkeyPatch) -> None:
    session = started(wizard, monkeypatch, 2)
    with monkeypatch.context() as patch:
        patch.setattr(engine.actions, "write_batch", lambda **given: 1 / 0)
        engine.run(session.pk)
    session.refresh_from_db()
    assert session.status == "FAILED"
    assert "Something went wrong" in wizard.client.get(f"/import/{session.pk}/result/").content.decode()
    wizard.client.post(f"/import/{session.pk}/resume/")
    do_jobs()
    assert Customer.objects.count() == 50


@pytest.mark.parametrize("target", [target.key for target in TARGETS])
@pytest.mark.parametrize("language", ["ru", "en"])
def test_every_example_is_understood_as_what_it_is(
    wizard: Wizard, firm: Firm, tmp_path: object, target: str, language: str
) -> None:
    type(firm.olga).objects.update(language=language)
    file = wizard.client.get(f"/import/example/{target}/").content
    path = tmp_path / "example.xlsx"
    path.write_bytes(file)
    with open_table(path) as table:
        assert table.has_header
    with translation.override(language):
        session = wizard.upload(file, f"{BY_KEY[target].label}.xlsx")
    assert session.target == target
    assert (
        len(session.columns) >= len(form_of(wizard.client.get(f"/import/{session.pk}/columns/").content, "field_0")) - 3
    )


def test_files_of_old_imports_are_deleted(wizard: Wizard) -> None:
    from otdel.interfaces.files import queries

    session = wizard.go("Название компании\nРомашка\n".encode(), "companies.csv")
    assert actions.forget_files(now=timezone.now()) == 0
    assert actions.forget_files(now=timezone.now() + timedelta(days=100)) == 1
    assert not queries.source_is_kept(session)
    assert wizard.client.get(f"/import/{session.pk}/result/").status_code == 200
