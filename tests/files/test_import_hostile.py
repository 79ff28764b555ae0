"""Whatever is uploaded and posted, the answer is a page with a sentence."""

from __future__ import annotations

import gzip
import io
import time
import zipfile
from collections.abc import Callable
from datetime import timedelta

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from people import Firm, make_firm
from wizard import Wizard, counts, do_jobs, form_of, options_of

from otdel.customers.models import Customer
from otdel.deals.models import Deal
from otdel.interfaces.files import actions, queries
from otdel.interfaces.files.models import ImportSession

ALL = ["people", "units", "customers", "products", "stages", "lists"]


@pytest.fixture
def firm(db: None) -> Firm:
    return make_firm()


@pytest.fixture
def wizard(client: Client, firm: Firm) -> Wizard:
    client.force_login(firm.olga)
    return Wizard(client)


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("a.csv", b"0" * 200_000_000)
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", b""),
        ("a.csv", b"\x00" * 1000),
        ("a.xlsx", b"PK\x03\x04" + b"\xff" * 500),
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 2000),
        ("a.pdf", b"%PDF-1.7\n%abc"),
        ("a.csv.gz", gzip.compress(b"a;b\n1;2\n", mtime=0)[:-6]),
        ("a.zip", bomb()),
        ("../../etc/passwd", b"\x89PNG\r\n\x1a\n" + b"\x00" * 100),
    ],
)
def test_no_table_no_import(wizard: Wizard, name: str, content: bytes) -> None:
    answer = wizard.client.post("/import/upload/", {"file": SimpleUploadedFile(name, content)}, follow=True)
    assert answer.status_code == 200
    if not answer.redirect_chain[-1][0].endswith("columns/"):
        assert b"alert" in answer.content or b"data-toast" in answer.content
        assert not ImportSession.objects.exists()


def wide_workbook(columns: int) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for row in range(3):
            sheet.write_row(row, 0, [f"c{column % 20}" if row == 0 else column for column in range(columns)])
    return out.getvalue()


def cut_workbook() -> bytes:
    whole = wide_workbook(50)
    return whole[: len(whole) // 2]


TABLE = "имя;сумма;дата\nИван;1;01.02.2026\n"
NESTED = "<tr><td>A<table><tr><td>x<table><tr><td>y</td></tr></table></td></tr></table></td><td>1</td></tr>"
STRANGE: dict[str, Callable[[], bytes]] = {
    "cut.csv.gz": lambda: gzip.compress(TABLE.encode() * 10_000)[:-100],
    "tail.csv.gz": lambda: gzip.compress(TABLE.encode()) + b"not gz at all",
    "cut.xlsx": cut_workbook,
    "wide.xlsx": lambda: wide_workbook(16_384),
    "300-columns.csv": lambda: (
        ";".join(f"c{column % 20}" for column in range(300)) + "\n" + (";".join(["12345"] * 300) + "\n") * 2_000
    ).encode(),
    "row-of-20-mb.csv": lambda: b"a;b\n" + b"x" * 20_000_000 + b";1\n",
    "header-of-3-mb.csv": lambda: b";" * 3_000_000 + b"\n1;2\n",
    "quoted-cell-of-5-mb.csv": lambda: b'a;b\n"' + b"x\n" * 2_500_000 + b'";1\n',
    "lines-of-2-mb.csv": lambda: (b"x" * 2_000_000 + b";1\n") * 4,
    "quotes.csv": lambda: b'"' * 1_000_000,
    "odd-quotes.csv": lambda: b'"' * 999_999,
    "lines-of-quotes.csv": lambda: b'"\n' * 100_000,
    "zeros.csv": lambda: TABLE.encode().replace(b";", b"\0;\0") * 1_000,
    "two-encodings.csv": lambda: TABLE.encode() * 100 + TABLE.encode("cp1251") * 100,
    "utf-16-without-a-mark.csv": lambda: (TABLE * 500).encode("utf-16-le"),
    "utf-16-cut.csv": lambda: b"\xff\xfe" + (TABLE * 500).encode("utf-16-le")[:-1],
    "nested.xls": lambda: f"<html><table><tr><th>Имя</th><th>Сумма</th></tr>{NESTED * 2_000}</table></html>".encode(),
    "deep.xls": lambda: ("<table>" + "<tr><td><table>" * 5_000).encode(),
    "endless-span.xls": lambda: (
        b"<table><tr><td rowspan=1000000 colspan=1000000>a</td></tr><tr><td>b</td></tr></table>"
    ),
}
SLOW_MACHINE = 30.0


@pytest.mark.parametrize("name", STRANGE)
def test_the_strangest_file_gets_a_page_or_a_sentence_soon(wizard: Wizard, name: str) -> None:
    content = STRANGE[name]()
    began = time.monotonic()
    answer = wizard.client.post("/import/upload/", {"file": SimpleUploadedFile(name, content)}, follow=True)
    assert answer.status_code == 200
    place = answer.redirect_chain[-1][0]
    if place.endswith("columns/"):
        if b"field_0" not in answer.content:
            asked = {**form_of(answer.content, "reread"), "target": "customers"}
            answer = wizard.client.post(place, asked, follow=True)
        posted = wizard.client.post(place, form_of(answer.content, "field_0") | {"target": "customers"}, follow=True)
        assert posted.status_code in (200, 422)
    else:
        assert b"data-toast" in answer.content or b"alert" in answer.content
        assert not ImportSession.objects.exists()
    assert time.monotonic() - began < SLOW_MACHINE


def test_too_large_a_file_gets_a_sentence(wizard: Wizard, settings: object) -> None:
    settings.UPLOAD_LIMIT = 2 * 1024**2
    large = SimpleUploadedFile("a.csv", b"name;phone\n" + b"x;1\n" * 1_000_000)
    answer = wizard.client.post("/import/upload/", {"file": large}, follow=True)
    assert answer.status_code == 200
    assert "larger than 2 MB" in answer.content.decode()
    assert not ImportSession.objects.exists()


def test_formulas_come_back_harmless(wizard: Wizard) -> None:
    text = "Название компании;ИНН\n\"=cmd|' /C calc'!A1\";123\n+7 495 1;1\n"
    session = wizard.go(text.encode(), "companies.csv")
    assert session.refused == 2
    answer = wizard.client.get(f"/import/{session.pk}/refused/")
    lines = b"".join(answer.streaming_content).decode().splitlines()
    assert lines[1].startswith(("'=", "\"'="))


def test_one_bad_row_never_stops_the_others(wizard: Wizard) -> None:
    text = (
        "ID;Название сделки;Стадия сделки;Сумма;Дата начала;Дата закрытия\n"
        "1;A;Новая;100;01.02.2026;\n"
        "2;B;Новая;abc;01.02.2026;\n"
        "3;C;Новая;-5;01.02.2026;\n"
        "4;D;Новая;1;31.02.2026;\n"
        "5;E;Выиграна;$1,200;05.02.2026;06.02.2026\n"
        ";;;;;\n"
        "6;F;Выиграна;1;05.02.2026;01.02.2026\n"
        "7;G;Новая;99999999999999999999;05.02.2026;не закрыта\n"
        "8;" + "H" * 300 + ";Новая;1;05.02.2026;\n"
        "9;I;Новая;1;05.02.2026;не закрыта;лишняя\n"
    )
    session = wizard.go(text.encode(), "deals.csv", create=ALL)
    assert counts(session) == (2, 0, 0, 7)
    assert {deal.title for deal in Deal.objects.all()} == {"A", "E"}
    assert Deal.objects.get(title="E").amount == 1200
    answer = wizard.client.get(f"/import/{session.pk}/refused/")
    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    assert len(lines) == 8
    assert [line.split(";")[0] for line in lines[1:]] == ["2", "3", "4", "6", "7", "8", "9"]
    corrected = "\n".join(lines).replace("abc", "10")
    again = wizard.go(corrected.encode(), "deals.csv", create=ALL)
    assert counts(again)[0] == 1


def test_the_database_refuses_a_row_not_the_batch(wizard: Wizard, monkeypatch: pytest.MonkeyPatch) -> None:
    """A constraint no rule foresaw: the guilty row alone comes back."""
    from otdel.customers import rules

    def unchecked(customer: Customer) -> None:
        if customer.name == "Bad":
            customer.inn = "1" * 13  # longer than the column

    monkeypatch.setattr(rules, "check_customer", unchecked)
    names = [f"Good {number}" for number in range(40)]
    names.insert(17, "Bad")
    session = wizard.go(("Company name\n" + "\n".join(names) + "\n").encode(), "companies.csv")
    assert counts(session) == (40, 0, 0, 1)
    assert "The database did not take this row" in session.reasons[0][2]


def test_rows_of_one_deal_scattered_over_the_file_come_together(wizard: Wizard) -> None:
    lines = [f"{number % 1500};D{number % 1500};Новая;Товар {number // 1500};10;1" for number in range(3000)]
    text = "ID;Название сделки;Стадия сделки;Товар;Цена;Количество\n" + "\n".join(lines) + "\n"
    session = wizard.go(text.encode(), "deals.csv", create=ALL)
    assert counts(session) == (3000, 0, 0, 0)
    deal = Deal.objects.get(external_id="7")
    assert deal.amount == 20
    assert deal.lines.count() == 2
    again = wizard.go(text.encode(), "deals.csv", create=ALL, check=False)
    assert counts(again) == (0, 0, 3000, 0)


JUNK = ["", "0", "-1", "9" * 40, "<script>", "\x00", "../..", "DROP TABLE", "ё" * 500, "1e309", "NaN"]


@pytest.mark.parametrize("junk", JUNK)
def test_whatever_is_posted_is_no_error_of_ours(wizard: Wizard, junk: str) -> None:
    session = wizard.upload("Название компании;Дата создания;Ответственный\nРомашка;01.02.2026;\n".encode(), "c.csv")
    url = f"/import/{session.pk}/"
    fields = form_of(wizard.client.get(url + "columns/").content, "field_0")
    for name in fields:
        assert wizard.client.post(url + "columns/", fields | {name: junk}).status_code in (302, 422)
    for name in ("target", "sheet", "encoding", "delimiter", "header"):
        answer = wizard.client.post(url + "columns/", {"reread": "1", name: junk})
        assert answer.status_code in (302, 422), name
    wizard.client.post(url + "columns/", {"reread": "1", "target": "customers"})
    wizard.client.post(url + "columns/", form_of(wizard.client.get(url + "columns/").content, "field_0"))
    answers = options_of(wizard.client.get(url + "options/").content)
    for name in [*answers, "create", "key", "owner", "role", "unit", "since", "stage", "outcome", "metric"]:
        answer = wizard.client.post(url + "options/", answers | {name: junk})
        assert answer.status_code in (302, 422), name
        do_jobs()
        session.refresh_from_db()
        assert session.status in ("CHECKED", "UPLOADED")
    assert wizard.client.get("/import/", {"before": junk}).status_code == 200
    assert Customer.objects.count() == 0


def test_an_archive_is_unpacked_once_and_not_kept_for_long(wizard: Wizard) -> None:
    session = wizard.upload(gzip.compress("Название компании\nРомашка\n".encode()), "companies.csv.gz")
    kept = queries.unpacked(session)
    assert kept.read_bytes().decode().endswith("Ромашка\n")
    queries.source(session).write_bytes(gzip.compress(b"something else"))  # is not looked into again
    assert b"\xd0\xa0\xd0\xbe\xd0\xbc\xd0\xb0\xd1\x88" in wizard.client.get(f"/import/{session.pk}/columns/").content
    actions.forget_files(now=timezone.now() + timedelta(days=2))
    assert not kept.exists()
    assert queries.source_is_kept(session)
