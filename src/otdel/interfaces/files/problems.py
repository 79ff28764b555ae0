"""What can be wrong with a file or with one of its cells, as codes; `sentences.py` puts them in words."""

from __future__ import annotations

from typing import NamedTuple


class UnreadableFile(Exception):
    """The file as a whole is refused: `code` names the sentence, `details` fill it."""

    def __init__(self, code: str, **details: object) -> None:
        super().__init__(code, details)
        self.code = code
        self.details = details


class Problem(NamedTuple):
    """One cell is refused; the row comes back to the user with this written beside it."""

    code: str
    value: str = ""
    hint: str = ""
