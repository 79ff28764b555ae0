"""What the crash test does in processes of its own: `prepare FOLDER`, `run ID`, `undo ID`, `state ID`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import django

django.setup()

from django.core.files.uploadedfile import SimpleUploadedFile  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.utils import timezone  # noqa: E402
from people import make_firm  # noqa: E402

from otdel.deals.models import Deal, StageChange  # noqa: E402
from otdel.interfaces.files import actions, engine, understand  # noqa: E402
from otdel.interfaces.files.models import ImportSession  # noqa: E402

ROWS = 20_000


def prepare() -> None:
    call_command("migrate", verbosity=0)
    firm, now = make_firm(), timezone.now()
    text = "ID;Сделка;Этап сделки;Сумма;Дата начала;Ответственный\n" + "".join(
        f"{number};Сделка {number};Новая;{number}{'x' if number % 1000 == 0 else ''};01.02.2026;Abramova Anna\n"
        for number in range(1, ROWS + 1)
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


def state(number: int) -> None:
    session = ImportSession.objects.get(pk=number)
    refused = [line[0] for line in map(json.loads, _refused(session))]
    print(
        json.dumps(
            {
                "status": session.status, "position": session.position, "created": session.created,
                "refused": session.refused, "deals": Deal.objects.count(),
                "different": Deal.objects.values("external_id").distinct().count(),
                "steps": StageChange.objects.count(), "lines": len(refused), "lines_different": len(set(refused)),
            }
        )
    )  # fmt: skip


def _refused(session: ImportSession) -> list[bytes]:
    from otdel.interfaces.files import queries

    path = queries.refused_file(session)
    return path.read_bytes()[: session.refused_bytes].splitlines() if Path(path).exists() else []


if __name__ == "__main__":
    command, *arguments = sys.argv[1:]
    {"prepare": prepare, "run": engine.run, "undo": undo, "state": state}[command](*map(int, arguments))
