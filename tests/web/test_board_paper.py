"""The board on paper: the curve and the map are drawn from the same figures as on the screen."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st
from ledger import fresh, make_customer
from people import NOW, Firm

from otdel.billing.models import Payment
from otdel.core.periods import Period
from otdel.customers.models import Region
from otdel.interfaces.web import board_paper
from otdel.interfaces.web.board_says import Numbers
from otdel.plans.models import Plan, PlanLine
from otdel.plans.queries.board import Board, BoardQuery, board

MARCH = Period.parse("2026-03")


@pytest.fixture
def shown(firm: Firm) -> Board:
    lines = {"metric": "payments", "starts_on": MARCH.start, "ends_on": MARCH.end}
    plan = Plan.objects.create(unit=firm.north, status="APPROVED", author=firm.boris, created_at=NOW, **lines)
    for person, amount in ((firm.anna, 2_100_000), (firm.boris, 1_050_000)):
        PlanLine.objects.create(plan=plan, unit=firm.north, person=person, amount=amount, is_effective=True, **lines)
    volga = Region.objects.create(name="Volga")
    PlanLine.objects.create(
        plan=plan, unit=firm.north, person=firm.anna, region=volga, amount=2_000_000, is_effective=True, **lines
    )
    customer = make_customer(firm.anna, region=volga)
    for person, day in ((firm.anna, 4), (firm.boris, 16)):
        Payment.objects.create(
            owner=person, unit=firm.north, amount=600_000, paid_on=date(2026, 3, day), customer=customer,
            created_at=NOW, updated_at=NOW,
        )  # fmt: skip
    with translation.override("en"):
        return board(fresh(firm.boris), BoardQuery(period=MARCH, cut="region", by="person"), date(2026, 3, 17))


def test_the_curve_ends_where_the_board_says(shown):
    with translation.override("en"):
        drawn = board_paper.curve(shown, Numbers.of("payments", "RUB"))
    assert drawn is not None
    assert [each["kind"] for each in drawn["series"]] == ["plan", "fact"]
    plan, fact = (each["points"] for each in drawn["series"])
    top = Decimal(4_000_000)
    assert drawn["ticks"] == [(0.0, "0"), (0.25, "1M"), (0.5, "2M"), (0.75, "3M"), (1.0, "4M")]
    assert plan[-1] == (1.0, float(shown.total.figures.amount / top))
    assert fact[-1] == (round(16 / 30, 5), float(shown.total.figures.fact / top))
    assert drawn["today"] == 16 / 30
    heads, facts, plans = drawn["table"]
    assert heads[-1] == "31.03"
    assert "17.03" in heads
    assert facts[heads.index("17.03")] == "1,200,000"
    assert facts[-1] == ""
    assert plans[-1] == "3,150,000"


def test_the_map_has_the_tones_of_the_screen(shown):
    with translation.override("en"):
        drawn = board_paper.heat(shown, Numbers.of("payments", "RUB"))
    assert drawn is not None
    assert drawn["heads"] == ["Row", "Volga"]
    rows = dict(drawn["rows"])
    assert rows["Abramova A."] == [("u2", "−37.0% ▼")]
    assert rows["Belov B."] == [("n3", "100%")]


def test_paper_takes_its_colours_from_the_design_system():
    assert board_paper.colours()["paper"] == "#ffffff"
    template = (board_paper.HERE / "board.typ").read_text(encoding="utf-8")
    assert set(re.findall(r'colour\("([\w-]+)"\)', template)) <= set(board_paper.colours())
    assert not re.search(r"#[0-9a-f]{6}|luma", template)


@pytest.mark.parametrize("language", ["ru", "en"])
def test_the_document_is_made_in_both_languages(shown, language):
    with translation.override(language):
        assert board_paper.paper(shown).startswith(b"%PDF")


@given(st.lists(st.decimals(-(10**12), 10**12, places=2), max_size=6))
def test_every_value_lies_on_the_scale_and_zero_is_marked(values: list[Decimal]) -> None:
    low, top, marks = board_paper._scale(values)
    assert Decimal(0) in marks
    assert low == marks[0]
    assert top == marks[-1]
    assert 2 <= len(marks) <= board_paper.TICKS + 3
    assert all(low <= value <= top for value in values)


@given(st.integers(1, 1500), st.none() | st.integers(0, 1499))
def test_named_days_are_few_and_hold_the_last_and_todays(length: int, today: int | None) -> None:
    if today is not None:
        today = min(today, length - 1)
    days = board_paper._chosen(length, today)
    assert days == sorted(set(days))
    assert length - 1 in days
    assert today is None or today in days
    assert len(days) <= board_paper.MOST_DAYS + 1


def test_the_rhythm_is_on_paper_as_on_the_screen(shown):
    with translation.override("en"):
        drawn = board_paper.rhythm(shown, Numbers.of("payments", "RUB"))
    assert drawn is not None
    assert drawn["heads"] == ["By the end of", "Working days", "At even pace", "By the rhythm", "To date"]
    assert ["yesterday", "10", "47.6%", "47.6%", "1.50M"] in drawn["rows"]
    assert drawn["rows"][-1][-1] == "3.15M"


def test_days_under_the_curve_are_those_of_the_screen(firm, shown):
    with translation.override("en"):
        month = board_paper.curve(shown, Numbers.of("payments", "RUB"))
        year = board_paper.curve(
            board(fresh(firm.boris), BoardQuery(period=Period.parse("2026")), date(2026, 3, 17)),
            Numbers.of("payments", "RUB"),
        )
    assert month is not None
    assert year is not None
    assert [words for _at, words in month["days"]] == [str(day) for day in range(1, 32)]
    assert [words for _at, words in year["days"]][:3] == ["Jan 2026", "Feb", "Mar"]
    assert len(year["days"]) == 12
