"""What the host says when it cannot go on: sentences for a person, never a traceback."""

from __future__ import annotations


class Refused(Exception):
    """Otdel cannot start."""

    def __init__(self, *sentences: str) -> None:
        self.sentences = sentences
        super().__init__("\n".join(sentences))
