"""What people are told of manual control."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from otdel.notifications.kinds import Kind, declare

GROUP = _("Manual control")
PLAN, HANDED, RETURNED, ACCEPTED, PROPOSED, DECLARED = (
    f"control.{name}" for name in ("plan", "handed", "returned", "accepted", "proposed", "declared")
)

declare(
    Kind(PLAN, GROUP, _("My plan for the day is ready"), pgettext_lazy("notice", "Your plan for the day is ready")),
    Kind(HANDED, GROUP, _("A daily report is waiting for me"), pgettext_lazy("notice", "Daily report: %(title)s"),
         many=_("Daily reports: %(count)s")),
    Kind(RETURNED, GROUP, _("My report was returned"), pgettext_lazy("notice", "Your report was returned"),
         "%(text)s"),
    Kind(ACCEPTED, GROUP, _("My report was accepted"), pgettext_lazy("notice", "Your report was accepted"), "%(text)s",
         channels=("app",)),
    Kind(PROPOSED, GROUP, _("Manual control could end"),
         pgettext_lazy("notice", "Manual control may end: %(title)s")),
    Kind(DECLARED, GROUP, _("Manual control was declared"), pgettext_lazy("notice", "Manual control: %(title)s")),
)  # fmt: skip
