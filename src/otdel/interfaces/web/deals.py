"""Pages of deals."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext, pgettext_lazy

from otdel.core.errors import Invalid
from otdel.core.listing.values import read_amount, read_id
from otdel.customers.queries import pick
from otdel.deals import actions, queries
from otdel.interfaces.http import PersonRequest, form, form_status, page, submission
from otdel.interfaces.web import bulk, cards, formats, lists, parts, task_each
from otdel.interfaces.web.deal_tabs import TABS
from otdel.interfaces.web.nav import address, numbered
from otdel.interfaces.web.pick import written
from otdel.interfaces.web.record_forms import DealForm, NewDealForm
from otdel.interfaces.web.refusals import attempt
from otdel.org.access import require, scope
from otdel.org.rules import Right
from otdel.tasks.queries import steps


def _change(by: Any, pk: int, values: dict[str, Any], now: Any) -> Any:
    return actions.change_deal(by=by, deal_id=pk, values=values, now=now)


def _card(person: Any, pk: int) -> Any:
    return queries.deal_card(person, pk).card


RECORD = cards.Record(
    name="deal",
    path="deals/",
    list_name="deals",
    form=DealForm,
    card=_card,
    change=_change,
    assign=actions.assign_deals,
    bin=actions.bin_deals,
    restore=actions.restore_deals,
    undo=actions.undo_deals,
    timeline=queries.deal_timeline,
    naming=queries.names_of,
    links={"customer": "customer", "contact": "contact"},
)

LIST = lists.ListPage(
    listing=steps.with_steps(queries.DEALS, steps.DEAL_STEP),
    name="deals",
    path="deals/",
    title=lazy("Deals"),
    empty_title=lazy("No deals yet"),
    empty_text=lazy(
        "Everything you are trying to sell will appear here: to whom, for how much, at which stage, since when."
    ),
    icon="deals",
    card="deal",
    create="deal_new",
    create_label=lazy("New deal"),
    links={"customer": "customer", "contact": "contact"},
    tones={"stage": parts.TONES},
    quick=(
        (lazy("All"), {"state": ""}),
        (pgettext_lazy("deals", "Open"), {"state": "open"}),
        (pgettext_lazy("deals", "Won"), {"state": "won"}),
        (pgettext_lazy("deals", "Lost"), {"state": "lost"}),
        (lazy("Date has passed"), {"state": "late"}),
        (lazy("Without a next step"), {"step": "none"}),
        (lazy("Mine"), {"owner": "me"}),
    ),
    tabs=TABS,
    bulk=(task_each.action("deal"), *bulk.actions_of(RECORD, "deal", actions.tag_deals)),
    custom="deals.deal",
    file_name="deals",
)


@page
def card(request: PersonRequest, pk: int) -> HttpResponseBase:
    """A deal: its way, facts; lines, money, calls and history come after."""
    found = queries.deal_card(request.user, pk)
    shown, fmt = found.card, formats.current()
    still_open = found.stage.outcome == "OPEN"
    may_move = shown.can_change and not shown.in_bin
    context = cards.frame(request, RECORD, shown) | {
        "path": [(_("Deals"), reverse("deals"))],
        "figures": _figures(request, found, fmt),
        "stages": _stages(found),
        "still_open": still_open,
        "may_move": may_move,
        "reasons": queries.active_loss_reasons() if may_move and still_open else (),
        "lost_stages": [each for each in found.stages if each.outcome == "LOST" and each.is_active],
        "won_stages": [each for each in found.stages if each.outcome == "WON" and each.is_active],
        "needs_amount": not shown.values["amount"],
        "do": {name: numbered(f"deal_{name}", pk) for name in ("move", "reopen")},
        "parts": parts.addresses("deal", pk),
    }
    return TemplateResponse(request, "records/deal.html", context)


def _stages(found: queries.DealCard) -> list[dict[str, Any]]:
    """The open stages as a way: those passed, the present one, those ahead."""
    now = found.stage
    return [
        {"id": each.id, "name": each.name, "past": each.position < now.position, "now": each.id == now.id}
        for each in found.stages
        if each.outcome == "OPEN"
    ]


def _figures(request: PersonRequest, found: queries.DealCard, fmt: formats.Formats) -> list[tuple[str, str, str]]:
    values = found.card.values
    since = timezone.localtime(values["stage_since"]).date()
    days = (request.today - since).days
    words = ngettext("since %(day)s, %(days)s day", "since %(day)s, %(days)s days", days)
    stage_note = words % {"day": fmt.day(since, request.today), "days": days}
    closed = values["closed_on"]
    when = (_("Closed on"), fmt.date(closed)) if closed else (_("Expected on"), fmt.date(values["expected_on"]))
    late = not closed and values["expected_on"] is not None and values["expected_on"] < request.today
    return [
        (_("Amount"), fmt.money(values["amount"], request.company.currency), ""),
        (_("Stage"), found.stage.name, f"{found.pipeline} · {stage_note}"),
        (*when, _("the date has passed") if late else found.unit),
        (_("Responsible"), found.card.owner, ""),
    ]


@form
def create(request: PersonRequest) -> HttpResponseBase:
    require(request.user, "deal", Right.CREATE)
    sent = request.method == "POST"
    given = NewDealForm(request, data=request.POST if sent else None, initial=_beginning(request)).offer()
    made = None
    if sent and given.is_valid():
        values = given.values()
        stage_id = values.pop("stage_id", None)
        made = attempt(
            given,
            lambda: actions.create_deal(
                by=request.user,
                values=values,
                stage_id=stage_id,
                owner_id=given.owner_id,
                today=request.today,
                now=request.now,
            ),
        )
    if made is not None:
        messages.success(request, _("The deal is created."))
        return redirect("deal", made.pk)
    context = {"form": given, "title": _("New deal"), "back": reverse("deals"), "button": _("Create")}
    return TemplateResponse(request, "records/form.html", context, status=form_status(given))


def _beginning(request: PersonRequest) -> dict[str, Any]:
    initial: dict[str, Any] = {"opened_on": request.today}
    number = read_id(request.GET.get("customer", ""))
    name = pick.name_of(request.user, number) if number else None
    if number and name:
        initial["customer"] = written(number, name)
    return initial


@submission
def move(request: PersonRequest, pk: int) -> HttpResponseBase:
    """Move to another stage: from the card, or by a drop on the board of stages."""
    text = request.POST.get("amount", "").strip()
    amount = read_amount(text) if text else None
    if text and amount is None:
        raise Invalid(_("Enter an amount, like 1 234,50."))
    actions.move_deal(
        by=request.user,
        deal_id=pk,
        stage_id=read_id(request.POST.get("stage", "") or request.POST.get("to", "")) or 0,
        amount=amount,
        loss_reason_id=read_id(request.POST.get("reason", "")),
        today=request.today,
        now=request.now,
    )
    return HttpResponse(status=204) if request.htmx else redirect("deal", pk)


@submission
def reopen(request: PersonRequest, pk: int) -> HttpResponseBase:
    stage_id = read_id(request.POST.get("stage", "")) or 0
    actions.reopen_deal(by=request.user, deal_id=pk, stage_id=stage_id, now=request.now)
    messages.success(request, _("The deal is open again."))
    return redirect("deal", pk)


@page
def kanban(request: PersonRequest) -> HttpResponseBase:
    """Open deals by stage."""
    require(request.user, "deal", Right.VIEW)
    pipelines = [each for each in queries.pipelines_whole() if each.is_active]
    wanted = read_id(request.GET.get("pipeline", ""))
    chosen = next((each for each in pipelines if each.id == wanted), pipelines[0] if pipelines else None)
    lanes = queries.kanban(request.user, chosen) if chosen else []
    context = {
        "tabs": [(words, reverse(name), name == "kanban") for words, name in TABS if address(name)],
        "pipelines": [(each.name, f"?pipeline={each.id}", each == chosen) for each in pipelines],
        "pipeline": chosen,
        "lanes": [_lane(request, lane) for lane in lanes],
        "may_create": scope(request.user, "deal", Right.CREATE),
    }
    return TemplateResponse(request, "records/kanban.html", context)


def _lane(request: PersonRequest, lane: queries.Lane) -> dict[str, Any]:
    fmt, currency = formats.current(), request.company.currency
    return {
        "id": lane.stage.id,
        "name": lane.stage.name,
        "count": fmt.number(lane.count),
        "total": fmt.compact(lane.total, currency),
        "all": f"{reverse('deals')}?stage={lane.stage.id}&state=open",
        "more": lane.count > len(lane.cards),
        "cards": [
            {
                "id": each.id,
                "url": reverse("deal", args=[each.id]),
                "move": reverse("deal_move", args=[each.id]),
                "title": each.title,
                "customer": each.customer,
                "amount": fmt.money(each.amount, currency),
                "owner": each.owner,
                "day": fmt.day(each.expected_on, request.today) if each.expected_on else "",
                "late": each.expected_on is not None and each.expected_on < request.today,
            }
            for each in lane.cards
        ],
    }


urlpatterns = [
    path("deals/new/", create, name="deal_new"),
    path("deals/stages/", kanban, name="kanban"),
    *lists.urls(LIST),
    path("deals/<int:pk>/", card, name="deal"),
    path("deals/<int:pk>/move/", move, name="deal_move"),
    path("deals/<int:pk>/reopen/", reopen, name="deal_reopen"),
    *cards.common_urls(RECORD),
]
