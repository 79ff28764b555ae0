"""What the board says in words: whole sentences with the figures in them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from otdel.core.periods import Kind, Period
from otdel.core.titles import period_inside, period_title
from otdel.interfaces.web import formats, marks
from otdel.interfaces.web.formats import DASH, Formats
from otdel.interfaces.web.plans import COUNTS, metric_label
from otdel.plans.queries.board import Board
from otdel.plans.queries.figures import Figures


@dataclass(frozen=True)
class Numbers:
    """How the amounts of one metric are written: sums without kopecks, counts with what there is after the comma."""

    fmt: Formats
    currency: str | None

    @classmethod
    def of(cls, metric: str, currency: str) -> Numbers:
        return cls(formats.current(), None if metric in COUNTS else currency)

    def __call__(self, value: Decimal | None) -> str:
        return self.fmt.number(value) if self.currency else self.fmt.plain(value, 1)

    def full(self, value: Decimal | None) -> str:
        """With the currency, and kopecks when there are any."""
        return self.fmt.money(value, self.currency) if self.currency else self.fmt.plain(value, 2)

    def whole(self, value: Decimal | None) -> str:
        return self.fmt.money(value, self.currency, 0) if self.currency else self.fmt.plain(value, 1)

    def signed(self, value: Decimal | None) -> str:
        if value is None:
            return DASH
        return self.fmt.signed_money(value, self.currency, 0) if self.currency else self.fmt.signed(value)

    def rough(self, value: Decimal | None) -> str:
        """Three digits: an extrapolation knows no more."""
        return self.fmt.compact(value, None)

    @property
    def unit(self) -> str:
        return formats.SYMBOLS.get(self.currency, self.currency) if self.currency else ""


def cuts() -> dict[str, str]:
    return {
        "": _("All segments"),
        "product_group": _("By product group"),
        "client_segment": _("By client segment"),
        "region": _("By region"),
        "channel": _("By channel"),
        "new": _("New and regular"),
    }


def title(shown: Board) -> str:
    return _("%(metric)s: %(period)s") % {
        "metric": metric_label(shown.query.metric),
        "period": period_inside(shown.query.period),
    }


def lead(shown: Board, numbers: Numbers) -> SafeString:
    """One or two sentences: where the plan stands, and how many are outside tolerance."""
    parts = [_standing(shown, numbers), *_outside(shown)]
    return format_html(" ".join("{}" for _part in parts), *parts)


def _standing(shown: Board, numbers: Numbers) -> SafeString:
    total, course = shown.total.figures, shown.course
    words: dict[str, str | SafeString] = {
        "plan": _b(numbers.whole(total.amount)),
        "fact": _b(numbers.whole(total.fact)),
        "done": _b(numbers.fmt.percent(total.attainment)),
        "due": _b(numbers.fmt.percent(course.weight)),
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
            numbers.fmt.deviation(total.deviation, 1),
            _gap_note(shown, numbers),
            how=_how_deviation(total, numbers),
            tone=sign,
        ),
    ]
    if course.is_level or course.state == "closed":
        return [*found, marks.kpi(_("Attainment"), numbers.fmt.percent(total.attainment, 1), _tolerance(shown))]
    pace = formats.current().compact(total.landing, numbers.currency)
    return [
        *found,
        marks.kpi(
            _("At this pace"), pace, _("not a forecast") if total.landing else "", how=_how_landing(shown, numbers)
        ),
        marks.kpi(
            _("Needed per day"),
            numbers.whole(total.needed),
            _daily_note(shown, numbers),
            how=_how_needed(shown, numbers),
        ),
    ]


def _how_deviation(figures: Figures, numbers: Numbers) -> str:
    if figures.deviation is None or figures.expected is None or figures.fact is None:
        return ""
    return _("(Fact %(fact)s − %(due)s expected) ÷ %(due)s = %(deviation)s.") % {
        "fact": numbers.full(figures.fact),
        "due": numbers.full(figures.expected),
        "deviation": numbers.fmt.deviation(figures.deviation, 1),
    }


def _how_landing(shown: Board, numbers: Numbers) -> str:
    figures = shown.total.figures
    if figures.landing is None:
        return ""
    return _("Fact %(fact)s ÷ %(share)s of the period’s weight = %(landing)s, if the rest goes as what has passed.") % {
        "fact": numbers.full(figures.fact),
        "share": numbers.fmt.percent(shown.course.weight, 1),
        "landing": numbers.full(figures.landing),
    }


def _how_needed(shown: Board, numbers: Numbers) -> str:
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
            "deviation": self.numbers.fmt.deviation(figures.deviation, 1),
        }
        return SafeString(self.sentence % said)


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
            "The rhythm is learnt from %(count)s finished period: little, so it is mixed with even working days.",
            "The rhythm is learnt from %(count)s finished periods: few, so it is mixed with even working days.",
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
            yield _("More is given out than the plan has: %(given)s against %(whole)s, %(rest)s too much.") % words
        else:
            yield _("Given out to those below: %(given)s of %(whole)s, %(rest)s is left.") % words


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


def is_empty(shown: Board) -> bool:
    return not any(row.figures.fact or row.figures.plan for row in shown.rows)


def empty(shown: Board) -> str:
    """Say why there is nothing to show, or ""."""
    if not is_empty(shown):
        return ""
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
    return _("%(period)s: neither a plan nor a fact yet. Shown is %(shown)s, the latest with numbers.") % words
