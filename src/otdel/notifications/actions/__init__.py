"""Everything that changes what people are told."""

from otdel.notifications.actions.addresses import keep_address, remove_address, switch_address
from otdel.notifications.actions.by_hand import About, forget_reminder, remind_me
from otdel.notifications.actions.choosing import (
    choose_channels,
    choose_usual,
    forget_deliveries,
    retry_deliveries,
    set_quiet,
    stop_letters,
)
from otdel.notifications.actions.feeding import replace_reminders
from otdel.notifications.actions.incoming import answer_sender, first_time, note_letter
from otdel.notifications.actions.pulse import forget_old, note_channel, note_channel_down, note_sweep
from otdel.notifications.actions.reading import answer_letters, open_notice, read_notices
from otdel.notifications.actions.ruling import (
    RuleValues,
    change_rule,
    change_rules,
    copy_rule,
    delete_rule,
    override_rule,
    override_rules,
)
from otdel.notifications.actions.telling import Told, tell
from otdel.notifications.actions.testing import Tried, try_channel

__all__ = [
    "About",
    "RuleValues",
    "Told",
    "Tried",
    "answer_letters",
    "answer_sender",
    "change_rule",
    "change_rules",
    "choose_channels",
    "choose_usual",
    "first_time",
    "note_letter",
    "copy_rule",
    "delete_rule",
    "forget_deliveries",
    "forget_old",
    "forget_reminder",
    "keep_address",
    "note_channel",
    "note_channel_down",
    "note_sweep",
    "open_notice",
    "override_rule",
    "override_rules",
    "read_notices",
    "remind_me",
    "remove_address",
    "replace_reminders",
    "retry_deliveries",
    "set_quiet",
    "stop_letters",
    "switch_address",
    "tell",
    "try_channel",
]
