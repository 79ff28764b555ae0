"""A plan out to Excel and back in: what differs is shown before it applies."""

from __future__ import annotations

from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from otdel.core.errors import Invalid
from otdel.core.titles import period_title
from otdel.interfaces.files import plan_workbook
from otdel.interfaces.http import PersonRequest, page, submission
from otdel.plans import actions
from otdel.plans.queries import documents
from otdel.plans.queries.grid import Grid, grid

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _title(shown: Grid) -> str:
    plan = shown.plan
    metric = dict(documents.METRICS)[plan.metric]
    version = _("version %(number)s") % {"number": plan.version}
    return f"{metric}: {plan.unit.name}, {period_title(documents.period_of(plan))}, {version}"


@page
def download(request: PersonRequest, plan_id: int) -> HttpResponse:
    shown = grid(request.user, plan_id)
    title = _title(shown)
    response = HttpResponse(plan_workbook.write(shown, title), content_type=XLSX)
    response.headers["Content-Disposition"] = (
        content_disposition_header(True, plan_workbook.file_name(title)) or "attachment"
    )
    return response


@submission
def upload(request: PersonRequest, plan_id: int) -> HttpResponse:
    """Show what the uploaded workbook would change."""
    file = request.FILES.get("file")
    if not isinstance(file, UploadedFile):
        raise Invalid(_("Choose the workbook to upload."), field="file")
    shown = grid(request.user, plan_id)
    with NamedTemporaryFile(suffix=".upload") as kept:
        for chunk in file.chunks():
            kept.write(chunk)
        kept.flush()
        reading = plan_workbook.read(Path(kept.name), shown)
    context = {
        "plan": shown.plan,
        "title": _title(shown),
        "rows": [_shown(number, difference) for number, difference in enumerate(reading.differences)],
        "problems": reading.problems,
    }
    return TemplateResponse(request, "files/plan_difference.html", context)


def _shown(number: int, difference: plan_workbook.Difference) -> dict[str, Any]:
    change = difference.change
    return {
        "number": number,
        "label": difference.label,
        "segment": difference.segment,
        "period": period_title(difference.period),
        "seen": change.seen,
        "amount": change.amount,
        "delta": (change.amount or 0) - (change.seen or 0),
        "value": f"{change.key}|{difference.period}|{_bare(change.seen)}|{_bare(change.amount)}",
    }


def _bare(amount: object) -> str:
    return "" if amount is None else str(amount)


@submission
def apply(request: PersonRequest, plan_id: int) -> HttpResponse:
    """Write the ticked differences. What changed on the page meanwhile is refused, not overwritten."""
    changes = [plan_workbook.change_of(text) for text in request.POST.getlist("change")]
    actions.change_cells(by=request.user, plan_id=plan_id, changes=changes, now=request.now)
    messages.success(
        request,
        ngettext("Saved: %(count)d number.", "Saved: %(count)d numbers.", len(changes)) % {"count": len(changes)},
    )
    return HttpResponseRedirect(reverse("plan_grid", args=[plan_id]))


urlpatterns = [
    path("plans/<int:plan_id>/sheet/", download, name="plan_sheet"),
    path("plans/<int:plan_id>/sheet/upload/", upload, name="plan_sheet_upload"),
    path("plans/<int:plan_id>/sheet/apply/", apply, name="plan_sheet_apply"),
]
