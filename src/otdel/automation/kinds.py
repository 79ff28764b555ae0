"""What people are told by rules, and of rules that stopped."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from otdel.notifications.kinds import Kind, declare

GROUP = _("Rules")
SAID, STOPPED, LOOPED = "rule.said", "rule.stopped", "rule.looped"

declare(
    Kind(SAID, GROUP, _("A message from a rule"), "%(title)s", "%(text)s", many=_("Messages from rules: %(count)s")),
    Kind(STOPPED, GROUP, _("A rule has stopped"), pgettext_lazy("notice", "The rule stopped: %(title)s")),
    Kind(
        LOOPED,
        GROUP,
        _("Rules trigger each other"),
        pgettext_lazy("notice", "Rules trigger each other: %(title)s"),
        pgettext_lazy("notice", "They were stopped before going in circles: %(way)s"),
    ),
)
