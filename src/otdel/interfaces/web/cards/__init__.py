"""Cards of records: facts edited in place, the history as sentences, the bin. The same for every kind of record."""

from otdel.interfaces.web.cards.pages import common_urls, frame
from otdel.interfaces.web.cards.record import Record
from otdel.interfaces.web.cards.sentences import ACTIVITY_ICONS

__all__ = ["ACTIVITY_ICONS", "Record", "common_urls", "frame"]
