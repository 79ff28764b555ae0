"""The addresses of plans."""

from __future__ import annotations

from django.urls import path

from otdel.interfaces.web.plans.changing import segment, spread, step
from otdel.interfaces.web.plans.listing import index, new
from otdel.interfaces.web.plans.sheet import save, show
from otdel.interfaces.web.plans.versions import compare

urlpatterns = [
    path("plans/", index, name="plans"),
    path("plans/new/", new, name="plan_new"),
    path("plans/<int:plan_id>/", show, name="plan_grid"),
    path("plans/<int:plan_id>/save/", save, name="plan_save"),
    path("plans/<int:plan_id>/segment/", segment, name="plan_segment"),
    path("plans/<int:plan_id>/spread/", spread, name="plan_spread"),
    *[
        path(f"plans/<int:plan_id>/{verb}/", step, {"verb": verb}, name=f"plan_{verb}")
        for verb in ("agree", "return", "approve", "revise", "delete")
    ],
    path("plans/compare/<int:before_id>/<int:after_id>/", compare, name="plan_compare"),
]
