"""Pipelines and their stages."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from otdel.core.errors import Invalid, NotFound
from otdel.deals import actions as deals
from otdel.deals import queries as deal_queries
from otdel.interfaces.http import PersonRequest, page, submission
from otdel.interfaces.web.org_tabs import settings_tabs
from otdel.interfaces.web.record_settings.posted import ordered, ticked
from otdel.org.access import require
from otdel.org.rules import Right

OUTCOMES = {"OPEN": lazy("Open"), "WON": lazy("Won"), "LOST": lazy("Lost")}


def _percent(request: PersonRequest) -> int | None:
    text = request.POST.get("probability", "").strip().rstrip("%").strip()
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > 3:
        raise Invalid(_("A chance is from 0 to 100 per cent."), field="probability")
    return int(text)


@page
def pipelines(request: PersonRequest) -> HttpResponseBase:
    require(request.user, "settings", Right.VIEW)
    context = {
        "pipelines": deal_queries.pipelines_whole(),
        "outcomes": OUTCOMES.items(),
        "tabs": settings_tabs("pipelines"),
    }
    return TemplateResponse(request, "settings/pipelines.html", context)


@submission
def add_pipeline(request: PersonRequest) -> HttpResponseBase:
    deals.create_pipeline(by=request.user, name=request.POST.get("name", ""), now=request.now)
    return redirect("pipelines")


@submission
def change_pipeline(request: PersonRequest, pipeline_id: int) -> HttpResponseBase:
    deals.change_pipeline(
        by=request.user,
        pipeline_id=pipeline_id,
        name=request.POST.get("name", ""),
        is_active=ticked(request, "is_active"),
        now=request.now,
    )
    messages.success(request, _("Saved."))
    return redirect("pipelines")


@submission
def add_stage(request: PersonRequest, pipeline_id: int) -> HttpResponseBase:
    deals.create_stage(
        by=request.user,
        pipeline_id=pipeline_id,
        name=request.POST.get("name", ""),
        outcome=request.POST.get("outcome", ""),
        probability=_percent(request),
        now=request.now,
    )
    return redirect("pipelines")


@submission
def change_stage(request: PersonRequest, stage_id: int) -> HttpResponseBase:
    """Save, move or delete a stage, by the button pressed."""
    do = request.POST.get("do", "save")
    if do == "delete":
        deals.delete_stage(by=request.user, stage_id=stage_id, now=request.now)
        messages.success(request, _("Deleted."))
    elif do in ("up", "down"):
        _move_stage(request, stage_id, do == "up")
    else:
        _save_stage(request, stage_id)
    return redirect("pipelines")


def _save_stage(request: PersonRequest, stage_id: int) -> None:
    deals.change_stage(
        by=request.user,
        stage_id=stage_id,
        name=request.POST.get("name", ""),
        outcome=request.POST.get("outcome", ""),
        probability=_percent(request),
        is_active=ticked(request, "is_active"),
        now=request.now,
    )
    messages.success(request, _("Saved."))


def _move_stage(request: PersonRequest, stage_id: int, up: bool) -> None:
    for pipeline in deal_queries.pipelines_whole():
        ids = [each.id for each in pipeline.stages]
        if stage_id in ids:
            ids = ordered(ids, stage_id, up)
            deals.order_stages(by=request.user, pipeline_id=pipeline.id, ids=ids, now=request.now)
            return
    raise NotFound(_("There is no such stage."))
