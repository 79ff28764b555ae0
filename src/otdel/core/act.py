"""What makes a function an action: one transaction, and the database knows who acts."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import contextmanager
from functools import wraps
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from django.db import connection, transaction

if TYPE_CHECKING:
    from collections.abc import Iterator

P = ParamSpec("P")
R = TypeVar("R")


def _tell_database(person_id: int | None) -> None:
    """Name the actor for the history trigger until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("select set_config('otdel.person', %s, true)", [str(person_id or "")])


def action(function: Callable[P, R]) -> Callable[P, R]:
    """Run in one transaction, its field changes signed by the keyword argument `by`."""

    @wraps(function)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
        by: Any = kwargs["by"]
        with transaction.atomic():
            _tell_database(by.pk if by is not None else None)
            return function(*args, **kwargs)

    return wrapped


@contextmanager
def batch(number: int) -> Iterator[None]:
    """Mark every row written inside the current transaction as part of one undoable batch."""
    with _marked("otdel.batch", number):
        yield


@contextmanager
def by_rule(number: int) -> Iterator[None]:
    """Say in the history of every row written inside by which rule of automation it was."""
    with _marked("otdel.rule", number):
        yield


@contextmanager
def _marked(name: str, number: int) -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("select set_config(%s, %s, true)", [name, str(number)])
    try:
        yield
    finally:
        # a broken transaction forgets local settings by itself
        if not connection.needs_rollback:
            with connection.cursor() as cursor:
                cursor.execute("select set_config(%s, '', true)", [name])
