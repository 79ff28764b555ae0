"""What the figures stand on: calendar, rhythm, how much of the plan is given out, what the fact is."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from otdel.interfaces.web.board_says.numbers import Numbers
from otdel.plans.queries.board import Board
from otdel.plans.queries.figures import cents


def notes(shown: Board, numbers: Numbers) -> list[str]:
    """Say what the figures stand on: calendar, rhythm, how much of the plan is given out."""
    course = shown.course
    found = []
    if not course.is_level and course.state == "open":
        found.append(_days_note(shown))
        found.append(_rhythm_note(shown))
    if shown.unsure_years:
        years = ", ".join(str(year) for year in shown.unsure_years)
        found.append(
            _("The official calendar of %(years)s is not known here: working days are a guess.") % {"years": years}
        )
    found += _spread_notes(shown, numbers)
    if shown.total.figures.plan is not None and shown.total.figures.plan.derived:
        found.append(_("There is no plan for exactly this period: it is a share, by working days, of a longer one."))
    found.append(_fact_source(shown))
    return found


def rhythm(shown: Board, numbers: Numbers) -> list[dict[str, str | bool]]:
    """Say by which day how much of the plan should have come, beside what even days would make of it."""
    fmt, amount = numbers.fmt, shown.total.figures.amount
    return [
        {
            "day": _("yesterday") if step.now else fmt.day_tick(step.day),
            "passed": fmt.number(step.passed),
            "even": fmt.percent(step.even, 1),
            "share": fmt.percent(step.share, 1),
            "due": numbers.rough(None if amount is None else cents(amount * step.share)),
            "now": step.now,
        }
        for step in shown.steps
    ]


def _days_note(shown: Board) -> str:
    left = shown.course.working_days_left
    return ngettext(
        "%(count)s working day is left, today included.", "%(count)s working days are left, today included.", left
    ) % {"count": left}


def _rhythm_note(shown: Board) -> str:
    number = shown.course.periods_learnt
    if not number:
        return _("No finished periods to learn the rhythm from: the plan is spread evenly over working days.")
    if shown.course.source == "blended":
        return ngettext(
            "The rhythm is learnt from %(count)s finished period: that is little, so it is mixed with even working "
            "days.",
            "The rhythm is learnt from %(count)s finished periods: that is few, so it is mixed with even working days.",
            number,
        ) % {"count": number}
    return ngettext(
        "The rhythm is learnt from %(count)s finished period.",
        "The rhythm is learnt from %(count)s finished periods.",
        number,
    ) % {"count": number}


def _spread_notes(shown: Board, numbers: Numbers) -> Iterator[str]:
    own, spread = shown.own_plan, shown.spread_plan
    if own is not None and spread is not None and own.amount != spread.amount:
        words = {"given": numbers.whole(spread.amount), "whole": numbers.whole(own.amount)}
        words["rest"] = numbers.whole(abs(own.amount - spread.amount))
        if spread.amount > own.amount:
            yield _("More is distributed than the plan has: %(given)s against %(whole)s, %(rest)s too much.") % words
        else:
            yield _("Distributed below: %(given)s of %(whole)s, %(rest)s is left.") % words


def _fact_source(shown: Board) -> str:
    said = {
        "payments": _("Fact: payments received by their day, refunds taken off."),
        "shipments": _("Fact: shipments by their day, returns taken off."),
        "margin": _("Fact: amounts of shipped lines less their cost; a line without a known cost adds nothing."),
        "won_amount": _("Fact: amounts of deals won, by the day they were closed."),
        "deals_won": _("Fact: deals won, by the day they were closed."),
        "new_clients": _("Fact: clients on the day of their first purchase: %(purchase)s."),
        "active_clients": _(
            "Fact: clients who bought lately (%(purchase)s), each counted once, where they bought last."
        ),
        "calls": _("Fact: calls made, by their day."),
        "meetings": _("Fact: meetings held, by their day."),
        "proposals": _("Fact: proposals sent, by their day."),
    }
    bought = {
        "payments": _("the first payment received"),
        "shipments": _("the first shipment made"),
        "deals": _("the first deal won"),
    }
    bought_lately = {"payments": _("by payments"), "shipments": _("by shipments"), "deals": _("by deals won")}
    words = bought_lately if shown.query.metric == "active_clients" else bought
    return said[shown.query.metric] % {"purchase": words[shown.purchase]}
