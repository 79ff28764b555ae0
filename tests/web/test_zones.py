"""Time zones to choose from: cities in one's own language, Russia's first, from west to east."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import time_machine
from django.utils import translation

from otdel.interfaces.web.zones import zone_label, zones


@pytest.fixture(autouse=True)
def winter():
    with time_machine.travel(datetime(2026, 1, 15, 12, tzinfo=UTC), tick=False):
        yield


@pytest.mark.parametrize(
    ("language", "first", "label"),
    [
        ("ru", "Калининград (UTC+2)", "Москва (UTC+3)"),
        ("en", "Kaliningrad (UTC+2)", "Moscow (UTC+3)"),
    ],
)
def test_russia_comes_first_from_west_to_east(language: str, first: str, label: str) -> None:
    with translation.override(language):
        (_russia, ours), (_others, rest) = zones()
    assert ours[0] == ("Europe/Kaliningrad", first)
    assert ours[1] == ("Europe/Moscow", label)
    assert ours[-1][1].endswith("(UTC+12)")
    assert "Europe/Moscow" not in dict(rest)
    assert len(rest) > 350


def test_others_go_from_west_to_east_in_the_readers_language() -> None:
    with translation.override("ru"):
        rest = dict(zones()[1][1])
        assert list(rest).index("America/New_York") < list(rest).index("Europe/Berlin") < list(rest).index("Asia/Tokyo")
        assert rest["America/New_York"] == "Нью-Йорк (UTC−5)"
        assert rest["Asia/Kolkata"].endswith("(UTC+5:30)")
        assert rest["Europe/London"] == "Лондон (UTC)"
        assert rest["Europe/Kyiv"] == "Киев (UTC+2)"


def test_a_zone_by_a_name_of_another_age_is_kept_in_the_list() -> None:
    assert "Europe/Kiev" not in dict(zones()[1][1])
    assert "Europe/Kiev" in dict(zones("Europe/Kiev")[1][1])
    assert zone_label("Europe/Kiev").endswith("(UTC+2)")
