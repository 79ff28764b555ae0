"""What the board says in words: whole sentences with the figures in them."""

from otdel.interfaces.web.board_says.figures import kpis
from otdel.interfaces.web.board_says.grounds import notes, rhythm
from otdel.interfaces.web.board_says.how import How
from otdel.interfaces.web.board_says.numbers import Numbers
from otdel.interfaces.web.board_says.standing import curve_title, empty, instead, is_empty, lead, title
from otdel.interfaces.web.board_says.waiting import waiting, way_to

__all__ = [
    "How", "Numbers", "curve_title", "empty", "instead", "is_empty", "kpis", "lead", "notes", "rhythm", "title",
    "waiting", "way_to",
]  # fmt: skip
