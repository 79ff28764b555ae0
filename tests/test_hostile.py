"""What no honest person sends: every address, every parameter and every field of every form, with junk in it.

Nothing may fail with a traceback, nothing typed comes back as HTML, and nothing exported is a formula.
"""

from __future__ import annotations

import csv
import io
import random
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

import openpyxl
import pytest
import time_machine
from django.apps import apps
from django.core.cache import cache
from django.db import connection, models, transaction
from django.test import Client
from django.urls import Resolver404, resolve, reverse
from lxml import html
from matrix_requests import BODIES, LISTS, name_of, prepared, sent
from people import NOW
from test_access_matrix import PUBLIC, addresses, rows
from world import World, make_world

MARKER = "<b id=xqz>'\"&amp;{{7*7}}{% debug %}"
JUNK = (
    "", " ", "\x00", "a\x00b", "-1", "0", "9" * 30, "1e400", "NaN", "-Infinity", "²", "٣", "0x10", "1.5", "1,5",
    "null", "[]", "{}", "'; drop table org_person; --", "%s%n%(x)s", "\\", "\ud800", "‮abc\ufeff", "é" * 3000,
    "2026-02-31",
    "0000-00-00", "9999-12-31", "2026-02-30T25:61", "2026-13", "2026-W60", "../../etc/passwd", "#", "# #5",
    "#99999999999999999999", "x #-1",
    "_", "__", "1_1", "2026-03-01_99999999999999999999999", MARKER, "http://[", "//evil.example",
)  # fmt: skip
COMMON = {"q", "after", "before", "sort", "cols", "page", "period", "unit", "next", "state", "owner", "cursor"}
LONGEST = 5.0  # seconds, on a slow machine
MOST_FIELDS = 25  # of one form alone: that of a role has a hundred choices alike
WHO = ("boris", "anna", "olga")
PARTS = 3  # of the longest tests: pages are dealt out, so that several processes share them


@dataclass
class Form:
    action: str
    method: str = "post"
    fields: dict[str, list[str]] = field(default_factory=dict)


@pytest.fixture
def world(db) -> Iterator[World]:
    cache.clear()
    with time_machine.travel(NOW, tick=False):
        yield make_world()


@pytest.fixture
def sign(world: World):
    def sign_in(who: str) -> Client:
        client = Client()
        client.force_login(getattr(world.firm, who))
        return client

    return sign_in


def tried(client: Client, method: str, address: str, **more: Any) -> str:
    """Ask and take everything back; return what is wrong with the answer, or "". A slow one is asked once more:
    the machine may have been busy with others."""
    wrong, took = asked(client, method, address, **more)
    if not wrong and took > LONGEST:
        wrong, took = asked(client, method, address, **more)
    return wrong or (f"an answer in {took:.1f} s" if took > LONGEST else "")


def asked(client: Client, method: str, address: str, **more: Any) -> tuple[str, float]:
    started = time.perf_counter()
    wrong = answered(client, method, address, **more)
    return wrong, time.perf_counter() - started


def answered(client: Client, method: str, address: str, keep: list[bytes] | None = None, **more: Any) -> str:
    try:
        with transaction.atomic():
            answer = client.generic(method, address, **more)
            content = read(answer)
            transaction.set_rollback(True)
        if keep is not None:
            keep.append(content)
    except Exception as error:
        place = error.__traceback__
        while place is not None and place.tb_next is not None:
            place = place.tb_next
        where = f"{place.tb_frame.f_code.co_filename}:{place.tb_lineno}" if place else ""
        return f"{type(error).__name__}: {str(error)[:120]} at {where}"
    if answer.status_code >= 500:
        return str(answer.status_code)
    if b"<b id=xqz>" in content and "html" in answer.get("Content-Type", ""):
        return "the marker came back as HTML"
    return "Traceback" if b"Traceback" in content else ""


def at(world: World, target: str) -> str:
    with transaction.atomic():
        address = prepared(world, target)
        transaction.set_rollback(True)
    return address


def read(answer: Any) -> bytes:
    """Return the whole answer, its file closed (not by answer.close(): its signal would close our connection)."""
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    for close in answer._resource_closers:
        close()
    return bytes(content)


def page(client: Client, address: str) -> bytes:
    """Return the HTML of a page, nothing of a file."""
    answer = client.get(address)
    content = read(answer)
    return content if "html" in answer.get("Content-Type", "") else b""


def opened(world: World) -> list[str]:
    """Return one address of every page of the table, with its records in it."""
    found = [at(world, target) for method, target, _cells in rows() if method == "GET" and "?" not in target]
    return list(dict.fromkeys(found))


def forms_of(address: str, content: bytes) -> Iterator[Form]:
    if not content.strip().startswith((b"<!", b"<", b"\n<")):
        return
    for form in html.fromstring(content.decode() or "<p>").iter("form"):
        target = urlsplit(form.get("action") or address).path or address
        made = Form(target, (form.get("method") or "get").lower())
        for each in form.iter("input", "select", "textarea"):
            name = each.get("name")
            if name and name != "csrfmiddlewaretoken" and each.get("type") != "file":
                made.fields.setdefault(name, []).append(first_value(each))
        yield made


def first_value(each: Any) -> str:
    if each.tag == "select":
        return next(
            (option.get("value") or "" for option in each.iter("option") if option.get("selected") is not None), ""
        )
    return (each.text if each.tag == "textarea" else each.get("value")) or ""


def links_of(content: bytes) -> set[str]:
    return set(re.findall(r"[?&;]([a-z_]{1,30})=", content.decode("utf-8", "replace")))


def body(fields: dict[str, Any]) -> dict[str, Any]:
    text = urlencode(fields, doseq=True, errors="surrogatepass")
    return {"data": text, "content_type": "application/x-www-form-urlencoded"}


def junk(seed: str, number: int) -> list[str]:
    return random.Random(seed).sample(JUNK, number)


def kinds_of(address: str) -> str:
    return resolve(urlsplit(address).path).url_name or address


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_junk_in_queries(world: World, sign, part: int):
    """In all names a page has at once, and in each name its links and its searches ask by."""
    client, wrong = sign(WHO[0]), []
    for address in opened(world)[part::PARTS]:
        asks, fields = names_of(address, page(client, address))
        names = sorted(asks | fields | COMMON)
        tries = [dict.fromkeys(names, each) for each in junk(address, 3)]
        tries += [{name: junk(address + name, 1)[0] for name in names}]
        for name in sorted(asks - COMMON):
            (each,) = junk(address + name, 1)
            tries += [{name: each, f"{name}[]": each}]
        wrong += junk_asked(client, address, tries)
    assert not wrong, "\n".join(dict.fromkeys(wrong))


@pytest.mark.slow
@pytest.mark.parametrize("who", WHO)
def test_junk_in_addresses(world: World, sign, who: str):
    """Who asks changes little: one tries everything, the others some of it, and one junk of each page's names."""
    client, wrong = sign(who), []
    for address in opened(world) if who != WHO[0] else ():
        asks, fields = names_of(address, page(client, address))
        wrong += junk_asked(client, address, [dict.fromkeys(sorted(asks | fields | COMMON), junk(address, 1)[0])])
    for each in JUNK if who == WHO[0] else junk(who, 6):
        for address in junk_addresses(each):
            wrong += told("GET", address, each, tried(client, "GET", address))
    assert not wrong, "\n".join(dict.fromkeys(wrong))


def names_of(address: str, content: bytes) -> tuple[set[str], set[str]]:
    """Return what a page is asked by, as its links and searches say, and what its other forms send."""
    asks, fields = links_of(content), set()
    for form in forms_of(address, content):
        (asks if form.method == "get" else fields).update(form.fields)
    return asks, fields


def junk_asked(client: Client, address: str, tries: list[dict[str, str]]) -> list[str]:
    wrong = []
    for fields in tries:
        query = f"{address}?{urlencode(fields, errors='surrogatepass')[:12000]}"
        wrong += told("GET", query, next(iter(fields.values())), tried(client, "GET", query))
    return wrong


RANGES = (
    ("1900-01-01", "2199-12-31"), ("2026-01-01", "2199-12-31"), ("1900-01-01", "1900-01-02"),
    ("2020-01-01", "2023-12-31"),
    ("2199-01-01", "2199-12-31"), ("2026-12-31", "2026-01-01"),
)  # fmt: skip
LONG = (
    "a " * 2000,
    "ab" * 2000,
    "%_" * 2000,
    "(" * 3000,
    "яё" * 1500,
    "1 " * 3000,
    ";".join("abcdefgh") * 300,
    '"' * 3000,
)
HUGE = ("999999999", "2147483647", "9223372036854775807", "-9223372036854775808")


@pytest.mark.slow
def test_no_parameter_makes_a_page_slow(world: World, sign):
    """Deep ranges of days, long searches, huge numbers: an answer or a sentence, and soon."""
    client, wrong = sign("olga"), []
    for address in opened(world):
        chance = random.Random(address)
        first, last = chance.choice(RANGES)
        queries = [{"from": first, "to": last, "period": f"{first}..{last}"}]
        queries += [{name: chance.choice(LONG) for name in ("q", "search", "customer", "deal", "to")}]
        numbers = ("page", "year", "month", "most", "share", "days", "weeks")
        queries += [dict.fromkeys(numbers, text) for text in chance.sample(HUGE, 1)]
        for query in queries:
            text = urlencode(query)[:12000]
            wrong += told("GET", f"{address}?{text}", text, tried(client, "GET", f"{address}?{text}"))
    for first, last in RANGES:
        for start in ("/plan/?", "/plan/rows/?", "/plan/quality/?", "/plan/board.pdf?", "/plan/board.xlsx?"):
            for metric in ("payments", "active_clients"):
                address = f"{start}from={first}&to={last}&metric={metric}&cut=region&by=person"
                wrong += told("GET", address, f"{first}..{last}", tried(client, "GET", address))
    for edge in ("1900-01-01", "1900-01-07", "2199-12-31"):
        for start in ("/tasks/calendar/?day={}", "/tasks/calendar/?view=week&day={}", "/tasks/efficiency/?period={:.7}",
                      "/plan/?period={:.7}", "/plan/quality/?period={:.4}"):  # fmt: skip
            wrong += told("GET", start.format(edge), edge, tried(client, "GET", start.format(edge)))
    for text in LONG:
        for start in ("/search/?q=", "/customers/?q=", "/deals/?q=", "/people/?q=", "/pick/customer/?x=", "/tasks/?q="):
            address = start + urlencode({"": text})[1:][:12000]
            wrong += told("GET", address, text, tried(client, "GET", address))
    assert not wrong, "\n".join(dict.fromkeys(wrong))


def told(method: str, address: str, junk: str, problem: str) -> list[str]:
    return [f"{method} {urlsplit(address).path} with {junk[:30]!r}: {problem}"] if problem else []


def junk_addresses(text: str) -> Iterator[str]:
    quoted = urlencode({"": text}, errors="surrogatepass")[1:].replace("%2F", "x")[:500] or "x"
    for start in (
        "/pick/{}/",
        "/part/{}/1/money/",
        "/part/deal/1/{}/",
        "/deals/file.{}",
        "/plan/board.{}",
        "/join/{}/",
    ):
        yield start.format(quoted)
    for start in ("/settings/lists/{}/", "/settings/fields/{}/", "/deals/1/field/{}/", "/password/{}-x/", "/{}/"):
        yield start.format(quoted)
    yield f"/deals/{'9' * 30}/"


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_junk_in_every_field_of_every_form(world: World, sign, part: int):
    """Each field alone beside good ones, and all at once. Fields alike, such as the cells of a grid, are one."""
    client, wrong, seen, alone = sign("olga"), [], set(), set()
    for form in every_form(world, client, part):
        kind = kinds_of(form.action)
        key = (kind, tuple(form.fields))
        if key in seen:
            continue
        first_of_kind = kind not in {known for known, _fields in seen}
        seen.add(key)
        tries: list[dict[str, Any]] = [{name: junk(form.action + name, 1) for name in form.fields}]
        if first_of_kind:
            tries += [{}, *(dict.fromkeys(form.fields, each) for each in junk(form.action, 2))]
        new = {alike(name): name for name in form.fields if (shared(kind), alike(name)) not in alone}
        alone |= {(shared(kind), like) for like in new}
        for name in list(new.values())[:MOST_FIELDS]:
            tries += [form.fields | {name: each} for each in junk(form.action + name, 1)]
        for fields in tries:
            problem = tried(client, "POST", form.action, **body({"csrfmiddlewaretoken": "x"} | fields))
            wrong += [f"POST {form.action} {short(fields)}: {problem}"] if problem else []
    assert len(seen) > 20
    assert not wrong, "\n".join(dict.fromkeys(wrong))


def shared(kind: str) -> str:
    """All lists are of one code."""
    listed = next((name for name in LISTS if kind.startswith(f"{name}_")), "")
    return f"list{kind.removeprefix(listed)}" if listed else kind


def alike(name: str) -> str:
    return re.sub(r"\d+", "0", name)


def short(fields: dict[str, Any]) -> str:
    return ", ".join(f"{name}={str(value)[:24]!r}" for name, value in fields.items())[:300]


def every_form(world: World, client: Client, part: int) -> Iterator[Form]:
    """Yield the forms of all pages, and the bodies of the table for submissions that stand in no form."""
    for number, address in enumerate(opened(world)):
        if number % PARTS == part:
            yield from (form for form in forms_of(address, page(client, address)) if posts(form))
    for number, (method, target, _cells) in enumerate(rows()):
        word = target.partition("+")[2]
        if number % PARTS == part and method == "POST" and word != "file":
            address = at(world, target)
            fields = BODIES[word](world, name_of(target)) if word else {"x": "1", "value": "1", "stage": "1"}
            yield Form(address, fields={name: [str(value)] for name, value in fields.items()})


def posts(form: Form) -> bool:
    """A search is not sent by POST: other methods have a test of their own."""
    try:
        found = resolve(form.action)
    except Resolver404:
        return False
    return form.method == "post" and found.url_name not in ("account_logout", "set_language", "set_theme")


@pytest.mark.slow
@pytest.mark.parametrize("part", range(2))
def test_other_methods_and_bodies(world: World, sign, part: int):
    """Every address gets some of the broken bodies, and every body goes to many: what reads them is shared."""
    client, wrong, tried_already = sign("olga"), [], set()
    for number, (method, target, _cells) in enumerate(rows()):
        if number % 2 != part:
            continue
        address = at(world, target)
        others = ("PUT", "DELETE", "POST") if method == "GET" else ("PUT", "DELETE") if "+" in target else ()
        for other in others:
            problem = tried(client, other, address) if (other, address) not in tried_already else ""
            tried_already.add((other, address))
            wrong += [f"{other} {address}: {problem}"] if problem else []
        if method == "POST":
            wrong += broken_bodies(client, address, number)
    assert not wrong, "\n".join(dict.fromkeys(wrong))


def broken_bodies(client: Client, address: str, number: int) -> Iterator[str]:
    bodies = (
        ("multipart/form-data", b"x"),
        ("multipart/form-data; boundary=zz", b"--zz\r\nContent-Disposition: form-data; name=\"a"),
        ("multipart/form-data; boundary=" + "z" * 300, b"--"),
        ("multipart/form-data; boundary=zz", b"--zz\r\nContent-Disposition: form-data; name=\"file\"; "
         b"filename=\"\x00.xlsx\"\r\n"
         b"\r\nPK\r\n--zz--\r\n"),
        ("application/json", b'{"a": '),
        ("text/xml; charset=nonsense", b"<a/>"),
        ("application/x-www-form-urlencoded; charset=utf-7", b"name=%ff%fe"),
        ("application/x-www-form-urlencoded", b"&".join(b"a%d=1" % number for number in range(3000))),
    )  # fmt: skip
    for kind, content in random.Random(number).sample(bodies, 3):
        if problem := tried(client, "POST", address, data=content, content_type=kind):
            yield f"POST {address} as {kind[:60]}: {problem}"


def test_submissions_from_another_site_are_refused(world: World):
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.firm.olga)
    for method, target, _cells in rows():
        if method == "POST":
            with transaction.atomic():
                answer = client.generic("POST", prepared(world, target), **sent(world, target, "POST"))
                transaction.set_rollback(True)
            assert answer.status_code == 403, target


@pytest.mark.parametrize("who", ["olga", ""])
def test_junk_in_headers(world: World, who: str):
    client = Client()
    if who:
        client.force_login(world.firm.olga)
    names = ["Accept-Language", "HX-Current-URL", "HX-Target", "HX-Request", "X-Request-ID"]
    names += ["Referer", "User-Agent", "If-None-Match", "Accept"]
    wrong = []
    for each in JUNK:
        text = each.encode("utf-8", "replace").decode("latin-1").replace("\x00", "")
        for headers in ({"HX-Request": "true", "HX-Current-URL": text}, dict.fromkeys(names, text)):
            for address in ("/deals/", "/plan/", "/sign-in/", "/nowhere/"):
                problem = tried(client, "GET", address, headers=headers)
                wrong += [f"{address} {headers}: {problem}"] if problem else []
        if not who:
            client.cookies["django_language"] = client.cookies["theme"] = client.cookies["sessionid"] = "x" + text[:99]
    assert client.get("/sign-in/", HTTP_HOST="evil.example").status_code == 400
    assert not wrong, "\n".join(dict.fromkeys(wrong))


@pytest.mark.slow
def test_junk_at_the_doors_open_to_everybody(world: World):
    client, wrong = Client(), []
    for name in sorted(PUBLIC & set(addresses())):
        try:
            address = reverse(name)
        except Exception:
            continue
        for each in JUNK:
            fields = dict.fromkeys(
                ("login", "password", "email", "code", "next", "language", "theme", "credential"), each
            )
            wrong += told("POST", address, each, tried(client, "POST", address, **body(fields)))
            query = urlencode(fields, errors="surrogatepass")
            wrong += told("GET", address, each, tried(client, "GET", f"{address}?{query}"))
    assert not wrong, "\n".join(dict.fromkeys(wrong))


# what is kept in the records


KEPT = ("code", "key", "kind", "type", "record", "field", "listing", "query", "columns", "currency", "country")
KEPT += ("time_zone", "language", "password", "email", "status", "metric", "outcome", "purchase", "key_hash", "value")


def write_everywhere(*given: str) -> int:
    """Put texts by turns into every name, title and note of the firm, past all forms."""
    count = 0
    for model in apps.get_models():
        if not model.__module__.startswith("otdel.") or model.__name__ in ("Event", "FieldChange", "Heartbeat"):
            continue
        for each in model._meta.get_fields():
            if model._meta.label == "files.ImportSession" and each.name != "name":
                continue  # the wizard's own words: no person writes them
            texts = isinstance(each, models.CharField | models.TextField) and not each.choices and not each.generated
            if texts and each.name not in KEPT and not each.unique and not each.remote_field:
                rows = model.objects.exclude(**{each.name: None}) if each.null else model.objects.all()
                for number, row in enumerate(rows.values_list("pk", flat=True)):
                    own = f"{given[count % len(given)]}{number}"[: each.max_length]
                    with transaction.atomic(), connection.cursor() as cursor:
                        table, column = model._meta.db_table, each.column
                        cursor.execute(f'update "{table}" set "{column}" = %s where id = %s', [own, row])
                    count += 1
    return count


@pytest.mark.slow
@pytest.mark.parametrize("language", ["en", "ru"])
def test_html_in_records_is_text_on_every_page(world: World, sign, language: str):
    assert write_everywhere("<b id=xqz>&'\"") > 100
    type(world.firm.olga).objects.filter(pk=world.firm.olga.pk).update(language=language)
    client, wrong, shown = sign("olga"), [], 0
    for address in opened(world):
        kept: list[bytes] = []
        for headers in ({}, {"HX-Request": "true"}):
            problem = tried(client, "GET", address, headers=headers, keep=kept)
            wrong += [f"{address}: {problem}"] if problem else []
        shown += any(b"&lt;b id=xqz&gt;" in content for content in kept[:1])
    assert shown > 30
    assert not wrong, "\n".join(dict.fromkeys(wrong))


DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "＝")


@pytest.mark.slow
@pytest.mark.parametrize("starts", [("=1+1|", "@SUM(1)|", "\t=1|"), ("+1+cmd|", "-2+3+cmd|", "＝1|")])
def test_no_exported_cell_is_a_formula(world: World, sign, starts: tuple[str, ...]):
    write_everywhere(*starts)
    client = sign("olga")
    for name in LISTS:
        text = read(client.get(reverse(f"{name}_file", args=["csv"]))).decode("utf-8-sig")
        for row in csv.reader(io.StringIO(text), delimiter=";"):
            for cell in row:
                assert not cell.startswith(DANGEROUS) or is_number(cell), (name, cell)
        workbook_is_plain(read(client.get(reverse(f"{name}_file", args=["xlsx"]))), name)
    workbook_is_plain(client.get("/plan/board.xlsx?cut=region").content, "board")
    workbook_is_plain(client.get(reverse("plan_sheet", args=[world.annas["plan"].pk])).content, "plan")


def is_number(cell: str) -> bool:
    return re.fullmatch(r"[-+][\d\s\u00a0\u202f.,]+", cell) is not None


def workbook_is_plain(content: bytes, name: str) -> None:
    """Formulas of ours are sums of numbers; nothing from a record is one."""
    for sheet in openpyxl.load_workbook(io.BytesIO(content)):
        for row in sheet.iter_rows():
            for cell in row:
                ours = cell.data_type == "f" and re.fullmatch(r"=SUM\([A-Z]+\d+(:[A-Z]+\d+)?\)", str(cell.value))
                assert cell.data_type != "f" or ours, (name, cell.coordinate, cell.value)
