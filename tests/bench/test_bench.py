"""The bench itself: its data, its floor, its driver, its table. What it measures is judged by running it."""

from __future__ import annotations

import argparse
import threading
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.db import connection
from django.db.models import F, Sum
from django.test import Client
from django.utils import timezone

from otdel.activities.models import Activity
from otdel.bench import fill, prepare, refill, report
from otdel.bench.fill import Size
from otdel.bench.load import BadAnswer, Ratio, Target, in_turns, measure, ratio
from otdel.billing.models import Payment, Shipment, ShipmentLine
from otdel.core.models import FieldChange
from otdel.deals.models import Deal, StageChange
from otdel.org.models import Membership, Person, Unit
from otdel.plans.actions import facts
from otdel.plans.models import ChangedDay, FactDay, PlanLine

TINY = Size("tiny", 300, 61)
TODAY = date(2026, 11, 20)


@pytest.fixture
def filled(db):
    fill.pour_everything(TINY, TODAY)


@pytest.fixture
def client(filled, settings):
    settings.ROOT_URLCONF = "otdel.bench.urls"
    settings.MIDDLEWARE = ["otdel.bench.floor.count_queries", *settings.MIDDLEWARE]
    signed_in = Client()
    signed_in.force_login(Person.objects.get(pk=fill.DIRECTOR), settings.AUTHENTICATION_BACKENDS[0])
    return signed_in


def test_data_hangs_together(filled):
    assert Deal.objects.count() == 300
    assert Person.objects.count() == 61
    assert ShipmentLine.objects.count() == 3000
    assert Shipment.objects.aggregate(all=Sum("amount")) == ShipmentLine.objects.aggregate(all=Sum("amount"))
    assert not Deal.objects.exclude(customer__owner=F("owner")).exists()
    assert not Deal.objects.filter(closed_on=None, stage_id__gt=5).exists()
    assert StageChange.objects.filter(after=F("deal__stage")).values("deal").distinct().count() == 300
    assert Activity.objects.count() == 900
    assert not FieldChange.objects.exists()
    with connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")  # every reference leads somewhere


def test_people_belong_where_their_payments_say(filled):
    units = dict(Membership.objects.values_list("person_id", "unit_id"))
    assert all(units[owner] == unit for owner, unit in Payment.objects.values_list("owner_id", "unit_id"))
    assert Membership.objects.filter(unit_id=3).count() == fill.IN_UNIT
    assert PlanLine.objects.filter(unit_id=3, is_effective=True).count() == 12 * fill.IN_UNIT
    assert Unit.objects.get(parent=None).pk == 1


def test_every_day_with_records_waits_for_its_facts(filled):
    paid = set(Payment.objects.values_list("paid_on", flat=True))
    assert set(ChangedDay.objects.filter(source="payments").values_list("day", flat=True)) == paid


@pytest.mark.parametrize("number", [0, 2, 3, 4])
def test_pages_show_what_their_floor_shows(client, number):
    pair = prepare.pairs(TINY, timezone.localdate())[number]
    for path in (pair.page, pair.floor):
        answer = client.get(path, headers={"X-Count-Queries": "1"})
        assert answer.status_code == 200
        assert pair.says in answer.content.decode()
        assert int(answer["X-Queries"]) <= report.MOST_QUERIES


def test_indexes_are_as_before(db):
    def indexes():
        with connection.cursor() as cursor:
            cursor.execute("select indexdef from pg_indexes where tablename like 'deals%' order by 1")
            return cursor.fetchall()

    before = indexes()
    fill.pour_everything(TINY, TODAY)
    assert indexes() == before


def test_filled_data_is_known_again(filled):
    assert fill.is_filled(TINY, TODAY)
    assert not fill.is_filled(Size("tiny", 301, 61), TODAY)
    assert not fill.is_filled(TINY, date(2026, 12, 1))


def test_stale_data_is_replaced(filled):
    fill.pour_everything(Size("tiny", 120, 61), TODAY)
    assert Deal.objects.count() == 120


def test_an_empty_database_is_not_filled(db):
    assert not fill.is_filled(TINY, TODAY)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("/floor/deals/", "Сделка 300 "),
        ("/floor/deals/100/", "Сделка 99 "),
        ("/floor/deal/100/", "Сделка 100 "),
        ("/floor/board/2026-11-01/2026-12-01/", "Фамилия2 "),
        ("/floor/board/2026-11-01/2026-12-01/3/", "Фамилия31 "),
    ],
)
def test_floor_shows_the_rows_in_one_query_of_its_own(client, path, text):
    answer = client.get(path, headers={"X-Count-Queries": "1"})
    assert answer.status_code == 200
    assert text in answer.content.decode()
    # the session, the person, and the page's own
    assert int(answer["X-Queries"]) <= 3


def test_floor_board_of_a_department_has_only_its_people(client):
    whole = client.get("/floor/board/2026-11-01/2026-12-01/").content.count(b"<tr>")
    part = client.get("/floor/board/2026-11-01/2026-12-01/3/").content.count(b"<tr>")
    # whoever has a plan: all but the director
    assert (whole, part) == (60, 30)


# the driver


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        body = b"Hello " * 2000
        self.send_response(404 if self.path == "/missing" else 200)
        if self.path != "/endless":
            self.send_header("Content-Length", str(len(body)))
        self.send_header("X-Queries", "1")
        self.end_headers()
        self.wfile.write(body)
        if self.path == "/endless":
            self.close_connection = True

    def log_message(self, *args):
        pass


@pytest.fixture
def port(socket_enabled):
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


def test_driver_reads_whole_answers_and_keeps_its_connection(port):
    assert len(Target(port, "/", says="Hello").check().body) == 12000
    assert measure(Target(port, "/"), 0.2, 2).requests > 2


def test_driver_refuses_what_is_not_the_page(port):
    with pytest.raises(BadAnswer):
        Target(port, "/missing").check()
    with pytest.raises(BadAnswer):
        Target(port, "/", says="Goodbye").check()
    with pytest.raises(BadAnswer):
        Target(port, "/endless").check()
    with pytest.raises(BadAnswer):
        measure(Target(port, "/missing"), 0.1, 2)


def test_turns_measure_every_target_in_every_round(port):
    rates = in_turns([Target(port, "/"), Target(port, "/x")], rounds=3, seconds=0.05, connections=1)
    assert [len(row) for row in rates] == [3, 3]


def test_ratio_pairs_rounds_so_that_drift_cancels():
    found = ratio([50, 100, 150], [100, 200, 300])
    assert (found.median, found.low, found.high) == (0.5, 0.5, 0.5)
    assert ratio([1], [2]).median == 0.5


# the table


def result(median: float = 0.8, queries: int = 5, growth: float = 1.1) -> report.Result:
    line = report.Line("10k", [100, 110], Ratio(median, median, median), queries)
    return report.Result("deal card", [line], Ratio(growth, growth, growth))


def test_good_is_what_was_asked_for():
    assert result().good
    assert not result(median=0.4).good
    assert not result(queries=9).good
    assert not result(growth=1.3).good


def test_table_goes_between_its_marks(tmp_path):
    path = tmp_path / "performance.md"
    path.write_text(f"before\n{report.PAGES[0]}\nold\n{report.PAGES[1]}\nafter\n")
    given = argparse.Namespace(rounds=9, seconds=1.0, connections=2)
    report.write(path, report.table([result(median=0.4)], "2 cores", given))
    text = path.read_text()
    assert text.startswith("before\n")
    assert text.endswith("after\n")
    assert "old" not in text
    assert "| deal card | 10k | 0.40 (0.40–0.40) ✗ | 105 | 5 | 1.10 (1.10–1.10) |" in text


def test_what_keeping_a_day_costs_is_measured_and_taken_back(filled):
    facts.refill()
    before = list(FactDay.objects.order_by("pk").values())

    found = refill.main("tiny")
    table = report.refill_table(found)

    assert {each["source"] for each in found} >= {"payments", "shipments", "activities"}
    assert "| payments | tiny |" in table
    assert list(FactDay.objects.order_by("pk").values()) == before


def test_data_is_known_again_after_a_column_was_added(filled):
    assert fill.is_filled(TINY, TODAY)
    with connection.cursor() as cursor:
        cursor.execute("alter table org_unit add column added integer")
        assert fill.is_filled(TINY, TODAY)
        cursor.execute("alter table org_unit drop column position")
    assert not fill.is_filled(TINY, TODAY)
