from __future__ import annotations

import pytest
from django.utils.translation import override

from otdel.core.periods import Period
from otdel.core.titles import period_short, period_title


@pytest.mark.parametrize(
    ("text", "russian", "english"),
    [
        ("2026-11", "Ноябрь 2026", "November 2026"),
        ("2026-Q4", "IV квартал 2026", "Q4 2026"),
        ("2026-H2", "II полугодие 2026", "H2 2026"),
        ("2026", "2026", "2026"),
    ],
)
def test_periods_are_called_as_people_call_them(text, russian, english):
    with override("ru"):
        assert period_title(Period.parse(text)) == russian
    with override("en"):
        assert period_title(Period.parse(text)) == english


def test_narrow_columns_get_short_names():
    with override("ru"):
        assert period_short(Period.parse("2026-Q4")) == "IV кв. ’26"
        assert period_short(Period.parse("2026-11")).startswith("нояб")
