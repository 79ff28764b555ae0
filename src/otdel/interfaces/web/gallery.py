"""All parts of the design on one page, with invented data: to look at, and to test."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from otdel.interfaces.web import formats, marks


class SampleForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name"), help_text=gettext_lazy("As in the contract."))
    inn = forms.CharField(
        label=gettext_lazy("Tax number"), initial="780", help_text=gettext_lazy("10 digits; 12 for a person.")
    )
    segment = forms.ChoiceField(
        label=gettext_lazy("Segment"),
        choices=[("a", gettext_lazy("Regular")), ("b", gettext_lazy("New"))],
        required=False,
    )
    since = forms.DateField(
        label=gettext_lazy("Client since"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    note = forms.CharField(label=gettext_lazy("Note"), required=False, widget=forms.Textarea(attrs={"rows": 3}))
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"),
        choices=[("c", gettext_lazy("Company")), ("p", gettext_lazy("Person"))],
        widget=forms.RadioSelect,
        initial="c",
    )
    keep = forms.BooleanField(label=gettext_lazy("Remember this mapping"), required=False)


@dataclass(frozen=True)
class Row:
    """A line of the board, formatted once in Python and never in the template."""

    who: str
    plan: str
    due: str
    fact: str
    deviation: Any
    bullet: Any
    middle: str
    chance: str
    need: str
    why: str


PEOPLE = (
    (
        gettext_lazy("Sokolova A."),
        2100,
        1470,
        1812,
        2540,
        2390,
        2700,
        97,
        None,
        gettext_lazy("Regular clients bought 31% more"),
    ),
    (gettext_lazy("Orlov D."), 2400, 1680, 1655, 2410, 2240, 2590, 52, 124, ""),
    (
        gettext_lazy("Guseva M."),
        1900,
        1330,
        1248,
        1870,
        1720,
        2010,
        44,
        109,
        gettext_lazy("Average order is smaller by 6%"),
    ),
    (
        gettext_lazy("Kim V."),
        1800,
        1260,
        846,
        1310,
        1160,
        1480,
        9,
        159,
        gettext_lazy("Proposal to invoice: 29% instead of 41%"),
    ),
)


def _rows(fmt: formats.Formats) -> list[Row]:
    return [
        Row(
            who=str(who),
            plan=fmt.number(plan * 1000),
            due=fmt.number(due * 1000),
            fact=fmt.number(fact * 1000),
            deviation=marks.deviation(fact / due - 1),
            bullet=marks.bullet(fact, plan, due, low, high, top=2800),
            middle=fmt.compact(middle * 1000, currency=None),
            chance=fmt.percent(Decimal(chance) / 100),
            need=fmt.number(need and need * 1000),
            why=str(why),
        )
        for who, plan, due, fact, middle, low, high, chance, need, why in PEOPLE
    ]


def _month(fmt: formats.Formats) -> dict[str, Any]:
    days = range(1, 31)
    fact = [0.02, 0.24, 0.6, 1.1, 1.35, 1.9, 2.2, 2.9, 3.1, 3.6, 3.8, 4.4, 4.8, 5.3, 5.7, 6.2, 6.4, 6.9, 7.3, 7.91]
    return {
        "labels": [str(day) for day in days],
        "names": [fmt.day(date(2026, 11, day), date(2026, 11, 1)) for day in days],
        "plan": [round(12_400_000 * (day / 30) ** 1.04) for day in days],
        "past": [round(13_000_000 * (day / 30) ** 1.1) for day in days],
        "fact": [round(part * 1e6) for part in fact] + [None] * 10,
        "low": [None] * 19 + [round(7_910_000 + step * 329_000) for step in range(11)],
        "middle": [None] * 19 + [round(7_910_000 + step * 409_000) for step in range(11)],
        "high": [None] * 19 + [round(7_910_000 + step * 499_000) for step in range(11)],
        "today": 19,
        "todayLabel": _("today, %(day)s") % {"day": fmt.day(date(2026, 11, 20), date(2026, 11, 1))},
    }


def _quarters(fmt: formats.Formats) -> dict[str, Any]:
    return {
        "labels": [fmt.month(date(2026, month, 1)).split()[0] for month in range(5, 12)],
        "fact": [9_800_000, 10_400_000, 9_100_000, 8_700_000, 11_900_000, 12_100_000, 7_912_345],
        "past": [9_100_000, 9_300_000, 8_800_000, 9_000_000, 10_900_000, 11_400_000, 11_000_000],
        "plan": [10_000_000, 10_000_000, 9_500_000, 9_500_000, 11_500_000, 12_000_000, 12_400_000],
    }


def _heat(fmt: formats.Formats) -> list[tuple[str, list[tuple[str, str]]]]:
    shares = (
        (0.31, 0.04, -0.12, None),
        (-0.02, 0.09, 0.18, -0.24),
        (-0.46, -0.33, 0.02, 0.27),
        (-0.7, -0.05, 0.5, 0.1),
    )
    return [
        (str(person[0]), [(marks.heat(share), fmt.deviation(share)) for share in line])
        for person, line in zip(PEOPLE, shares, strict=True)
    ]


def _tree() -> list[dict[str, Any]]:
    teams = [
        {"label": _("Regular clients"), "url": "#", "end": "6", "current": True},
        {"label": _("Active sales"), "url": "#", "end": "4"},
    ]
    return [
        {
            "label": _("Company"),
            "url": "#",
            "children": [{"label": _("Sales department"), "url": "#", "children": teams}],
        }
    ]


@login_required
def gallery(request: HttpRequest) -> HttpResponse:
    fmt = formats.current()
    form = SampleForm({"name": "", "inn": "780", "kind": "c"})
    context = {
        "counters": {"today": (5, True), "plan": (3, True), "deals": 148, "tasks": (12, True), "money": 7},
        "rows": _rows(fmt),
        "curve": _month(fmt),
        "bars": _quarters(fmt),
        "heat_rows": _heat(fmt),
        "heat_columns": [_("Fasteners"), _("Tools"), _("Service"), _("Delivery")],
        "tree_nodes": _tree(),
        "form": form,
        "figures": _figures(fmt),
        "now": 1,
        "units": [(_("Sales department"), "?unit=1", True), (_("Active sales"), "?unit=2", False)],
        "periods": [(fmt.month(date(2026, month, 1)), f"?month={month}", month == 11) for month in range(1, 13)],
        "path": [(_("Company"), "#"), (_("Sales department"), "#")],
        "tab_items": [(_("Board"), "#", True), (_("Grid"), "#", False), (_("Versions"), "#", False)],
        "step_names": [_("File"), _("Columns"), _("Check"), _("Import")],
        "chip_items": [(_("Stage: proposal"), "?"), (_("Owner: Kim V."), "?")],
        "column_items": [("who", _("Employee"), True), ("plan", _("Plan"), True), ("chance", _("Chance"), False)],
    }
    return TemplateResponse(request, "gallery.html", context)


def _figures(fmt: formats.Formats) -> list[tuple[str, ...]]:
    return [
        (_("Plan"), fmt.money(12_400_000), _("version 2")),
        (
            _("To date"),
            fmt.money(8_680_000),
            _("%(share)s of the month's weight") % {"share": fmt.percent(0.7, 1)},
            "",
            _("Plan × share of the month's weight that has passed."),
        ),
        (_("Fact"), fmt.money(7_912_345), _("today %(sum)s") % {"sum": fmt.signed_money(184_200)}),
        (
            _("Deviation"),
            fmt.deviation(-0.088),
            _("%(sum)s, within tolerance") % {"sum": fmt.signed_money(-767_655)},
        ),
        (_("Forecast"), fmt.compact(12_000_000), f"{fmt.compact(11_200_000)} – {fmt.compact(12_900_000)}"),
        (_("Needed a day"), fmt.money(747_900), _("now it is %(sum)s") % {"sum": fmt.money(565_200)}),
    ]
