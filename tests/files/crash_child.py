"""What the crash test does in processes of its own: `prepare ROWS`, `run ID`, `undo ID`."""

from __future__ import annotations

import sys

import django

django.setup()

from django.core.files.uploadedfile import SimpleUploadedFile  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.utils import timezone  # noqa: E402
from people import make_firm  # noqa: E402

from otdel.interfaces.files import actions, engine, understand  # noqa: E402
from otdel.interfaces.files.models import ImportSession  # noqa: E402


def prepare(rows: int) -> None:
    call_command("migrate", verbosity=0)
    firm, now = make_firm(), timezone.now()
    text = "ID;Сделка;Этап сделки;Сумма;Дата начала;Ответственный\n" + "".join(
        f"{number};Сделка {number};Новая;{number}{'x' if number % 1000 == 0 else ''};01.02.2026;Abramova Anna\n"
        for number in range(1, rows + 1)
    )
    session = actions.open_session(by=firm.olga, file=SimpleUploadedFile("deals.csv", text.encode()), now=now)
    with engine.open_source(session) as table:
        found = understand.understand(session, firm.olga, table, understand.look(table))
    values = found.as_values() | {"options": {"create": ["stages"]}}
    actions.set_up(by=firm.olga, session_id=session.pk, now=now, reading={}, **values)
    actions.start_session(by=firm.olga, session_id=session.pk, now=now)
    print(session.pk)


def undo(number: int) -> None:
    session = ImportSession.objects.get(pk=number)
    if session.status == "DONE":
        actions.undo_session(by=session.person, session_id=number, now=timezone.now())
    engine.undo(number, portion=500)


if __name__ == "__main__":
    command, *arguments = sys.argv[1:]
    {"prepare": prepare, "run": engine.run, "undo": undo}[command](*map(int, arguments))
