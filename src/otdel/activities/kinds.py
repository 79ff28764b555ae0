"""What people are told of calls and meetings they have planned."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from otdel.notifications.kinds import DefaultRule, Kind, declare, declare_rules

ACTIVITY = "activity"
GROUP = _("Calls and meetings")
AT = "%(anchor_at)s"
WHOM = _("whoever holds it")
# which rules hold for which kind of activity: letters and proposals have no minute to be in time for
RULES = {"CALL": "call", "MEETING": "meeting"}

declare(
    Kind("activity.meeting", GROUP, _("I have a meeting soon"),
         pgettext_lazy("notice", "Meeting soon: %(title)s"), AT, many=_("Meetings soon: %(count)s"),
         when=_("Before it begins"), whom=WHOM),
    Kind("activity.call", GROUP, _("I have a call soon"), pgettext_lazy("notice", "Call soon: %(title)s"), AT,
         many=_("Calls soon: %(count)s"), when=_("Before it begins"), whom=WHOM),
    Kind("activity.passed", GROUP, _("I have not recorded how a call or meeting went"),
         pgettext_lazy("notice", "How did it go? %(title)s"), AT, many=_("Planned and not recorded: %(count)s"),
         channels=("app",), together=True, rows_url="/deals/activities/?state=late&owner=me",
         when=_("After it was planned for"), whom=WHOM),
)  # fmt: skip
declare_rules(
    DefaultRule("meeting.before", "meeting", "activity.meeting", "BEFORE", amount=30, measure="CLOCK"),
    DefaultRule("call.before", "call", "activity.call", "BEFORE", amount=10, measure="CLOCK"),
    DefaultRule("activity.after", ACTIVITY, "activity.passed", "AFTER", amount=1, measure="DAYS"),
)
