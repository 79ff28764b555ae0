"""What cards of customers, deals and leads show from the rooms above them: money, lines, calls and meetings.

Each returns finished HTML for whoever has already been shown the card itself.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import path, reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from otdel.activities import queries as activities
from otdel.billing import actions, queries
from otdel.billing.rules import STATE_LABELS, follows_lines
from otdel.core.errors import Refusal
from otdel.interfaces.http import PersonRequest, form, submission
from otdel.interfaces.web import formats, line_forms, marks, task_says
from otdel.interfaces.web.activities import ICONS
from otdel.interfaces.web.invoices import TONES
from otdel.interfaces.web.nav import address
from otdel.interfaces.web.task_shared import TONES as TASK_TONES
from otdel.org import access
from otdel.org.rules import Right
from otdel.tasks import queries as given


def customer_money(request: PersonRequest, customer_id: int) -> SafeString:
    """Invoices and payments of a customer. Two queries besides those of access."""
    return _money(request, queries.customer_money(request.user, customer_id, request.today), ("customer", customer_id))


def deal_money(request: PersonRequest, deal_id: int) -> SafeString:
    """Invoices and payments of a deal. Two queries besides those of access."""
    return _money(request, queries.deal_money(request.user, deal_id, request.today), ("deal", deal_id))


def _money(request: PersonRequest, found: queries.CustomerMoney, about: tuple[str, int]) -> SafeString:
    if not any(access.scope(request.user, kind, Right.VIEW) for kind in ("invoice", "payment")):
        return SafeString()
    rows = [_invoice(each) for each in found.invoices] + [_payment(each) for each in found.payments]
    context = {
        "money": found,
        "rows": sorted(rows, key=lambda row: row["day"], reverse=True),
        "about": about,
        "currency": request.company.currency,
    }
    return render_to_string("money/slot.html", context, request)


def _invoice(each: queries.InvoiceLink) -> dict[str, Any]:
    return {
        "url": reverse("invoice", args=[each.id]),
        "title": _("Invoice %(number)s") % {"number": each.title},
        "day": each.issued_on,
        "badge": marks.badge(str(STATE_LABELS[each.state]), TONES[each.state]),
        "amount": each.amount,
    }


def _payment(each: queries.PaymentLink) -> dict[str, Any]:
    back = each.amount < 0
    return {
        "url": reverse("payment", args=[each.id]),
        "title": _("Given back") if back else _("Payment"),
        "day": each.paid_on,
        "badge": "",
        "amount": each.amount,
    }


def what_passed(request: PersonRequest, kind: str, pk: int) -> SafeString:
    """Calls and meetings of a "customer", "deal" or "lead", with a quick form. One query besides those of access."""
    if not access.scope(request.user, "activity", Right.VIEW):
        return SafeString()
    found = activities.latest(request.user, **{f"{kind}_id": pk})
    context = {
        "rows": [_passed(row, request) for row in found],
        "about": (kind, pk),
        "kinds": [(code, label, ICONS[code], code == "CALL") for code, label in activities.KINDS],
        "may_log": access.scope(request.user, "activity", Right.CREATE),
        "here": address(kind, pk),
        "all_url": f"{reverse('activities')}?{urlencode({kind: pk})}",
        "today": request.today,
    }
    return render_to_string("activities/slot.html", context, request)


def _passed(row: activities.ActivityRow, request: PersonRequest) -> dict[str, Any]:
    names = ("id", "title", "at", "is_done", "text", "result", "owner")
    tone = "under" if row.at < request.now else "accent"
    return {name: getattr(row, name) for name in names} | {"icon_name": ICONS[row.kind], "tone": tone}


def deal_lines(request: PersonRequest, deal_id: int, amount: Any, owner_id: int) -> SafeString:
    """What is being sold by a deal. One query besides those of access."""
    lines = queries.deal_lines(deal_id)
    context = {
        "lines": lines,
        "deal_id": deal_id,
        "differs": bool(lines.lines) and amount != lines.total,
        "may_change": access.reach(request.user, "deal", Right.CHANGE).includes(owner_id),
        "currency": formats.SYMBOLS.get(request.company.currency, request.company.currency),
    }
    return render_to_string("money/deal_lines_slot.html", context, request)


def tasks(request: PersonRequest, kind: str, pk: int) -> SafeString:
    """Tasks of a "customer", "deal" or "lead", unfinished ones first. One query besides those of access."""
    if not access.scope(request.user, "task", Right.VIEW):
        return SafeString()
    about = urlencode({kind: pk})
    context = {
        "rows": [_task(row, request) for row in given.of_record(request.user, **{f"{kind}_id": pk})],
        "all_url": f"{reverse('tasks')}?{about}",
        "new_url": f"{reverse('task_new')}?{about}" if access.scope(request.user, "task", Right.CREATE) else "",
    }
    return render_to_string("tasks/slot.html", context, request)


def _task(row: given.TaskRow, request: PersonRequest) -> dict[str, Any]:
    words, late = task_says.due(row.deadline, row.has_time, request.now, row.state not in ("DONE", "DECLINED"))
    return {
        "url": reverse("task", args=[row.id]),
        "title": row.title,
        "who": row.assignee,
        "badge": marks.badge(str(given.STATES[row.state]), TASK_TONES.get(row.state, "")),
        "due": words,
        "late": late,
    }


@form
def edit_deal_lines(request: PersonRequest, deal_id: int) -> HttpResponseBase:
    deal = queries.deal_to_change(request.user, deal_id)
    kept = queries.deal_lines(deal_id)
    lines = line_forms.read(request, kept.lines) if request.method == "POST" else line_forms.of_rows(kept.lines)
    follows = follows_lines(deal.amount, kept.total if kept.lines else None)
    problem = ""
    if request.method == "POST" and lines.is_valid:
        try:
            recount = request.POST.get("recount") == "1"
            actions.set_deal_lines(
                by=request.user, deal_id=deal_id, lines=lines.values, recount=recount, now=request.now
            )
            return redirect(_deal_page(deal_id))
        except Refusal as refusal:
            problem = str(refusal)
    return _draw(request, deal, lines, follows, problem)


def _deal_page(deal_id: int) -> str:
    return address("deal", deal_id) or reverse("deals")


def _draw(request: PersonRequest, deal: Any, lines: line_forms.LinesForm, follows: bool, problem: str) -> HttpResponse:
    context = {
        "deal": deal,
        "lines": lines,
        "follows": follows,
        "problem": problem,
        "currency": formats.SYMBOLS.get(request.company.currency, request.company.currency),
        "back_url": _deal_page(deal.id),
    }
    return render(request, "money/deal_lines.html", context, status=422 if problem or not lines.is_valid else 200)


@submission
def amount_from_lines(request: PersonRequest, deal_id: int) -> HttpResponseBase:
    """Take the sum of the lines for the deal's amount."""
    actions.take_lines_amount(by=request.user, deal_id=deal_id, now=request.now)
    return redirect(_deal_page(deal_id))


urlpatterns = [
    path("deals/<int:deal_id>/lines/", edit_deal_lines, name="deal_lines"),
    path("deals/<int:deal_id>/lines/amount/", amount_from_lines, name="deal_lines_amount"),
]
