"""Pages of leads."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from otdel.core.listing.values import read_id
from otdel.customers import queries as customers
from otdel.deals import actions, queries
from otdel.interfaces.http import PersonRequest, form, form_status, page, submission
from otdel.interfaces.web import bulk, cards, lists, marks, parts, task_each
from otdel.interfaces.web.deal_tabs import TABS
from otdel.interfaces.web.record_forms import LeadForm, NewLeadForm
from otdel.interfaces.web.refusals import attempt
from otdel.org.access import require
from otdel.org.rules import Right


def _change(by: Any, pk: int, values: dict[str, Any], now: Any) -> Any:
    return actions.change_lead(by=by, lead_id=pk, values=values, now=now)


RECORD = cards.Record(
    name="lead",
    path="deals/leads/",
    list_name="leads",
    form=LeadForm,
    card=queries.lead_card,
    change=_change,
    assign=actions.assign_leads,
    bin=actions.bin_leads,
    restore=actions.restore_leads,
    undo=actions.undo_leads,
    timeline=queries.lead_timeline,
    naming=queries.names_of,
)
STATUSES = {
    "NEW": (lazy("New"), "accent"),
    "WORK": (lazy("In work"), ""),
    "CONVERTED": (lazy("Converted"), "done"),
    "REJECTED": (lazy("Rejected"), "under"),
}

LIST = lists.ListPage(
    listing=queries.LEADS,
    name="leads",
    path="deals/leads/",
    title=lazy("Leads"),
    empty_title=lazy("No leads yet"),
    empty_text=lazy("Everyone who asked, called or was met and may become a client will appear here."),
    icon="star",
    card="lead",
    create="lead_new",
    create_label=lazy("New lead"),
    links={"customer": "customer"},
    tones={"status": {code: tone for code, (_words, tone) in STATUSES.items()}},
    quick=(
        (lazy("All"), {"status": ""}),
        (lazy("New"), {"status": "NEW"}),
        (lazy("In work"), {"status": "WORK"}),
        (lazy("Mine"), {"owner": "me"}),
    ),
    tabs=TABS,
    bulk=(task_each.action("lead"), *bulk.actions_of(RECORD, "lead", actions.tag_leads)),
    custom="deals.lead",
    file_name="leads",
)


@page
def card(request: PersonRequest, pk: int) -> HttpResponseBase:
    found = queries.lead_card(request.user, pk)
    words, tone = STATUSES[found.values["status"]]
    still_open = found.values["status"] in ("NEW", "WORK") and found.can_change and not found.in_bin
    context = cards.frame(request, RECORD, found) | {
        "path": [(_("Deals"), reverse("deals")), (_("Leads"), reverse("leads"))],
        "status": marks.badge(str(words), tone),
        "still_open": still_open,
        "is_new": found.values["status"] == "NEW",
        "is_rejected": found.values["status"] == "REJECTED" and found.can_change,
        "same": _same(request, found) if still_open else [],
        "parts": parts.addresses("lead", pk),
        "do": {name: reverse(f"lead_{name}", args=[pk]) for name in ("take", "reject", "return", "convert")},
    }
    return TemplateResponse(request, "records/lead.html", context)


def _same(request: PersonRequest, found: customers.Card) -> list[dict[str, Any]]:
    """Customers the lead may belong to already. At most three queries."""
    hints = customers.same_customers(
        request.user,
        name=found.values["company_name"],
        contacts=[text for text in (found.values["phone"], found.values["email"]) if text],
    )
    return [
        {
            "id": str(hint.id),
            "name": hint.name,
            "why": hint.why,
            "url": reverse("customer", args=[hint.id]),
            "sure": hint.sure,
        }
        for hint in hints
    ]


@form
def create(request: PersonRequest) -> HttpResponseBase:
    require(request.user, "lead", Right.CREATE)
    sent = request.method == "POST"
    given = NewLeadForm(request, data=request.POST if sent else None).offer()
    made = None
    if sent and given.is_valid():
        made = attempt(
            given,
            lambda: actions.create_lead(
                by=request.user, values=given.values(), owner_id=given.owner_id, now=request.now
            ),
        )
    if made is not None:
        messages.success(request, _("The lead is added."))
        return redirect("lead", made.pk)
    context = {"form": given, "title": _("New lead"), "back": reverse("leads"), "button": _("Create")}
    return TemplateResponse(request, "records/form.html", context, status=form_status(given))


@submission
def take(request: PersonRequest, pk: int) -> HttpResponseBase:
    actions.take_lead(by=request.user, lead_id=pk, now=request.now)
    return redirect("lead", pk)


@submission
def reject(request: PersonRequest, pk: int) -> HttpResponseBase:
    actions.reject_lead(by=request.user, lead_id=pk, reason=request.POST.get("reason", ""), now=request.now)
    messages.success(request, _("The lead is rejected."))
    return redirect("lead", pk)


@submission
def take_back(request: PersonRequest, pk: int) -> HttpResponseBase:
    actions.return_lead(by=request.user, lead_id=pk, now=request.now)
    return redirect("lead", pk)


@submission
def convert(request: PersonRequest, pk: int) -> HttpResponseBase:
    made = actions.convert_lead(
        by=request.user,
        lead_id=pk,
        customer_id=read_id(request.POST.get("customer", "")),
        with_deal=request.POST.get("with_deal") == "1",
        today=request.today,
        now=request.now,
    )
    messages.success(request, _("The lead is converted."))
    return redirect("deal", made.deal.pk) if made.deal else redirect("customer", made.customer.pk)


urlpatterns = [
    path("deals/leads/new/", create, name="lead_new"),
    *lists.urls(LIST),
    path("deals/leads/<int:pk>/", card, name="lead"),
    path("deals/leads/<int:pk>/take/", take, name="lead_take"),
    path("deals/leads/<int:pk>/reject/", reject, name="lead_reject"),
    path("deals/leads/<int:pk>/return/", take_back, name="lead_return"),
    path("deals/leads/<int:pk>/convert/", convert, name="lead_convert"),
    *cards.common_urls(RECORD),
]
