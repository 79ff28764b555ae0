"""How a number is made, in a sentence."""

from __future__ import annotations

from decimal import Decimal

from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from otdel.interfaces.web.board_says.numbers import Numbers
from otdel.plans.queries.board import Board
from otdel.plans.queries.figures import Figures


def how_deviation(figures: Figures, numbers: Numbers) -> str:
    if figures.deviation is None or figures.expected is None or figures.fact is None:
        return ""
    return _("(Fact %(fact)s − %(due)s expected) ÷ %(due)s = %(deviation)s.") % {
        "fact": numbers.full(figures.fact),
        "due": numbers.full(figures.expected),
        "deviation": numbers.fmt.deviation(figures.deviation),
    }


def how_landing(shown: Board, numbers: Numbers) -> str:
    figures = shown.total.figures
    if figures.landing is None:
        return ""
    return _("Fact %(fact)s ÷ %(share)s of the period’s weight = %(landing)s, if the rest goes as what has passed.") % {
        "fact": numbers.full(figures.fact),
        "share": numbers.fmt.percent(shown.course.weight, 1),
        "landing": numbers.full(figures.landing),
    }


def how_needed(shown: Board, numbers: Numbers) -> str:
    figures, days = shown.total.figures, shown.course.working_days_left
    if not figures.needed or not days:
        return ""
    return ngettext(
        "(Plan %(plan)s − fact %(fact)s) ÷ %(days)s working day left, today included = %(needed)s.",
        "(Plan %(plan)s − fact %(fact)s) ÷ %(days)s working days left, today included = %(needed)s.",
        days,
    ) % {
        "plan": numbers.full(figures.amount),
        "fact": numbers.full(figures.fact or Decimal(0)),
        "days": days,
        "needed": numbers.full(figures.needed),
    }


class How:
    """Says in a sentence how the numbers of a line are made. Made, and escaped, once for all lines of a board:
    the numbers put into it have nothing to escape."""

    def __init__(self, shown: Board, numbers: Numbers) -> None:
        self.numbers = numbers
        self.share = numbers.fmt.percent(shown.course.weight, 1)
        self.unplanned = SafeString(escape(_("There is no approved plan for this line.")))
        if shown.course.state == "closed" or shown.course.is_level:
            sentence = _("Fact %(fact)s against the plan of %(plan)s: %(deviation)s.")
        else:
            sentence = _(
                "Plan %(plan)s × %(share)s = %(due)s expected to date; fact %(fact)s is %(deviation)s against it."
            )
        self.sentence = escape(sentence)

    def __call__(self, figures: Figures) -> SafeString:
        if figures.plan is None:
            return self.unplanned
        if figures.expected is None or figures.fact is None:
            return SafeString()
        full = self.numbers.full
        said = {
            "plan": full(figures.amount),
            "due": full(figures.expected),
            "fact": full(figures.fact),
            "share": self.share,
            "deviation": self.numbers.fmt.deviation(figures.deviation),
        }
        return SafeString(self.sentence % said)
