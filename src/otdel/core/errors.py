"""The four ways an action may refuse. Every door translates these, and only these."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


class Refusal(Exception):
    """An anticipated refusal: shown to the user, never logged as a bug."""

    code = "REFUSED"

    def __init__(self, message: str | _StrPromise = "", *, field: str = "", **details: object) -> None:
        super().__init__(message or self.__doc__ or "")
        self.field = field
        self.details = details


class NotFound(Refusal):
    """There is no such record, or you may not know that there is."""

    code = "NOT_FOUND"


class NotAllowed(Refusal):
    """You can see it but may not do this to it."""

    code = "NOT_ALLOWED"


class Conflict(Refusal):
    """The record is not in the state this action needs."""

    code = "CONFLICT"


class Invalid(Refusal):
    """The data given does not make sense."""

    code = "INVALID"
