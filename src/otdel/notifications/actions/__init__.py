"""Everything that changes what people are told."""

from otdel.notifications.actions.addresses import keep_address, remove_address, switch_address

__all__ = ["keep_address", "remove_address", "switch_address"]
