"""What people are told by rules, and of rules that stopped."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from otdel.notifications.kinds import Kind, declare

GROUP = _("Rules")
SAID, STOPPED, LOOPED = "rule.said", "rule.stopped", "rule.looped"

declare(
    Kind(SAID, GROUP, _("A rule tells me something"), "%(title)s", "%(text)s", many=_("Rules say: %(count)s")),
    Kind(STOPPED, GROUP, _("A rule has stopped"), pgettext_lazy("notice", "The rule stopped: %(title)s")),
    Kind(
        LOOPED,
        GROUP,
        _("Rules call each other"),
        pgettext_lazy("notice", "Rules call each other: %(title)s"),
        pgettext_lazy("notice", "They were stopped before they went round: %(way)s"),
    ),
)
