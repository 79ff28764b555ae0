"""The figures at the top of a board, each with what it means."""

from __future__ import annotations

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from otdel.interfaces.web import formats, marks
from otdel.interfaces.web.board_says.how import How, how_deviation, how_landing, how_needed
from otdel.interfaces.web.board_says.numbers import Numbers
from otdel.plans.queries.board import Board


def kpis(shown: Board, numbers: Numbers, drill: str) -> list[SafeString]:
    total, course = shown.total.figures, shown.course
    sign = {"under": "under", "over": "over"}.get(total.mark, "")
    found = [
        marks.kpi(_("Plan"), numbers.whole(total.amount), _plan_note(shown)),
        marks.kpi(
            _("Expected to date"), numbers.whole(total.expected), _due_note(shown), how=How(shown, numbers)(total)
        ),
        marks.kpi(_("Fact"), numbers.whole(total.fact), _fact_note(shown, numbers), href=drill),
        marks.kpi(
            _("Deviation"),
            numbers.fmt.deviation(total.deviation),
            _gap_note(shown, numbers),
            how=how_deviation(total, numbers),
            tone=sign,
        ),
    ]
    if course.is_level or course.state == "closed":
        return [*found, marks.kpi(_("Attainment"), numbers.fmt.percent(total.attainment, 1), _tolerance(shown))]
    pace = formats.current().compact(total.landing, numbers.currency)
    return [
        *found,
        marks.kpi(
            _("At this pace"), pace, _("not a forecast") if total.landing else "", how=how_landing(shown, numbers)
        ),
        marks.kpi(
            _("Needed per day"),
            numbers.whole(total.needed),
            _daily_note(shown, numbers),
            how=how_needed(shown, numbers),
        ),
    ]


def _plan_note(shown: Board) -> str:
    plan = shown.total.figures.plan
    if plan is None:
        return _("no approved plan")
    if plan.partial:
        return _("for a part of the period")
    if plan.derived:
        return _("a share of a longer plan")
    if len(shown.versions) == 1:
        return _("version %(number)s") % {"number": shown.versions[0]}
    return ""


def _due_note(shown: Board) -> str:
    if shown.total.figures.expected is None:
        return ""
    if shown.course.state == "closed" or shown.course.is_level:
        return _("the whole plan")
    share = formats.current().percent(shown.course.weight, 1)
    return _("%(share)s of the period’s weight") % {"share": share}


def _fact_note(shown: Board, numbers: Numbers) -> str:
    if shown.course.state == "open" and not shown.course.is_level:
        return _("today %(amount)s") % {"amount": numbers.signed(shown.today)}
    return ""


def _gap_note(shown: Board, numbers: Numbers) -> str:
    figures = shown.total.figures
    if figures.deviation is None:
        return ""
    words = {"gap": numbers.signed(figures.gap)}
    return (_("%(gap)s, outside tolerance") if figures.mark else _("%(gap)s, within tolerance")) % words


def _daily_note(shown: Board, numbers: Numbers) -> str:
    figures, days = shown.total.figures, shown.course.working_days_passed
    if figures.fact is None or not days:
        return ""
    return _("now it is %(amount)s") % {"amount": numbers.whole(figures.fact / days)}


def _tolerance(shown: Board) -> str:
    return _("tolerance ±%(share)s") % {"share": formats.current().percent(shown.course.tolerance)}
