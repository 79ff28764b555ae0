"""Where the plan stands, in a sentence or two, and what the page is called."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from otdel.core.periods import Kind, Period
from otdel.core.titles import period_inside, period_title
from otdel.interfaces.web import formats
from otdel.interfaces.web.board_says.numbers import Numbers
from otdel.interfaces.web.plan_words import metric_label
from otdel.plans.queries.board import Board


def title(shown: Board) -> str:
    return _("%(metric)s: %(period)s") % {
        "metric": metric_label(shown.query.metric),
        "period": period_inside(shown.query.period),
    }


def lead(shown: Board, numbers: Numbers, waiting: str = "") -> SafeString:
    """One or two sentences: where the plan stands or what it waits for, and how many are outside tolerance."""
    told = [waiting] if waiting and not is_empty(shown) else []
    parts = [_standing(shown, numbers), *told, *_unrecorded(shown), *_outside(shown)]
    return format_html(" ".join("{}" for _part in parts), *parts)


def _standing(shown: Board, numbers: Numbers) -> SafeString:
    total, course = shown.total.figures, shown.course
    words: dict[str, str | SafeString] = {
        "plan": _b(numbers.whole(total.amount)),
        "fact": _b(numbers.whole(total.fact)),
        "done": _b(numbers.fmt.percent(total.attainment, 1)),
        "due": _b(numbers.fmt.percent(course.weight, 1)),
        "passed": numbers.fmt.number(course.working_days_passed),
        "days": numbers.fmt.number(course.working_days),
    }
    if course.state == "ahead":
        return _ahead(shown, words)
    if total.plan is None:
        return _say(_("There is no approved plan for this period. Fact: %(fact)s."), words)
    if total.plan.partial:
        return _say(_("The plan covers only a part of this period: %(plan)s. Fact: %(fact)s."), words)
    if course.state == "closed":
        return _say(_("The period is closed: %(done)s of the plan, %(fact)s of %(plan)s."), words)
    if course.is_level:
        return _say(_("%(fact)s today of %(plan)s planned for the end of the period: %(done)s."), words)
    of_days = ngettext(
        "Done %(done)s, %(due)s is expected by today (%(passed)s of %(days)s working day).",
        "Done %(done)s, %(due)s is expected by today (%(passed)s of %(days)s working days).",
        course.working_days,
    )
    return _say(of_days, words)


def _ahead(shown: Board, words: dict[str, str | SafeString]) -> SafeString:
    words["begins"] = formats.current().day(shown.query.period.start)
    if shown.total.figures.plan is None:
        return _say(_("The period begins on %(begins)s. There is no approved plan for it yet."), words)
    return _say(_("The period begins on %(begins)s. The plan is %(plan)s."), words)


def _unrecorded(shown: Board) -> Iterator[SafeString]:
    """Tell a plan nobody has brought anything for yet from one nothing was written down for."""
    total = shown.total.figures
    if total.plan is not None and total.fact == 0:
        yield SafeString(escape(_("Nothing is recorded in these days yet.")))


def _outside(shown: Board) -> Iterator[SafeString]:
    under, over = shown.outside
    if shown.is_own or shown.query.person_id is not None:
        return
    words = {
        "under": format_html('<b class="is-under">{}</b>', under),
        "over": format_html('<b class="is-over">{}</b>', over),
    }
    if under and over:
        yield _say(_("Outside tolerance: %(under)s below, %(over)s above."), words)
    elif under:
        yield _say(_("Outside tolerance: %(under)s below."), words)
    elif over:
        yield _say(_("Outside tolerance: %(over)s above."), words)


def _b(text: str) -> SafeString:
    return format_html("<b>{}</b>", text)


def _say(sentence: str, words: dict[str, str | SafeString] | dict[str, SafeString]) -> SafeString:
    """Put the words into the sentence; what is not markup already is escaped."""
    keys = [key for key in words if f"%({key})s" in sentence]
    escaped = sentence.replace("{", "{{").replace("}", "}}").replace("%%", "%")
    for key in keys:
        escaped = escaped.replace(f"%({key})s", f"{{{key}}}")
    return format_html(escaped, **{key: words[key] for key in keys})


def is_empty(shown: Board) -> bool:
    return not any(row.figures.fact or row.figures.plan for row in shown.rows)


def empty(shown: Board, waiting: str = "") -> str:
    """Say why there is nothing to show, or what it waits for; "" where there is something."""
    if not is_empty(shown):
        return ""
    if waiting:
        return waiting
    if shown.course.state == "ahead":
        return _("The period has not begun, and nothing is planned for it yet.")
    return _("There is neither a plan nor a fact in this period.")


def curve_title(shown: Board) -> str:
    return {
        Kind.WEEK: _("How the week goes"),
        Kind.MONTH: _("How the month goes"),
        Kind.QUARTER: _("How the quarter goes"),
        Kind.HALF: _("How the half-year goes"),
        Kind.YEAR: _("How the year goes"),
        Kind.RANGE: _("How the period goes"),
    }[shown.query.period.kind]


def instead(asked: Period, shown: Board) -> str:
    """Say why another period is shown than the one people expect to see first."""
    words = {"period": period_title(asked), "shown": period_inside(shown.query.period)}
    return _("%(period)s: no plan and no fact yet. Showing %(shown)s, the latest with numbers.") % words
