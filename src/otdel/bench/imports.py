"""`./otdel bench --imports`: rows a second of an import beside an unchecked bulk_create, and its memory.

Run by the bench as a process of its own: `python -m otdel.bench.imports KIND ROWS` prints one measurement.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from typing import Any

HEADS = {
    "customers": "ID;Company name;Phone;E-mail;Address;Owner",
    "deals": "ID;Deal name;Customer;Stage;Amount;Product;Price;Quantity;Start date;Owner",
    "sales": "Order number;Date;Customer;Product;Quantity;Price;Amount;Cost;Owner",
}


def line(kind: str, n: int) -> str:
    match kind:
        case "customers":
            phone = f"+7495{n % 10_000_000:07}"
            return f"c{n};Company {n};{phone};a{n}@example.com;Lenina {n};Abramova Anna"
        case "deals":
            return f"d{n};Deal {n};Client {n % 5000};New;{n * 10};Pump;{n * 5};2;2026-02-02;Abramova Anna"
    return f"S-{n // 10};2026-02-02;Client {n // 10 % 5000};Pump;2;5;10;6;Abramova Anna"


def measure(kind: str, rows: int) -> dict[str, Any]:
    """Empty the database, time the floor, then the import of a file of as many rows."""
    import django

    django.setup()
    from django.core.files.uploadedfile import SimpleUploadedFile
    from django.core.management import call_command
    from django.utils import timezone

    from otdel.bench import actions as floor
    from otdel.interfaces.files import actions, engine, queries, understand
    from otdel.interfaces.files.models import ImportSession

    call_command("migrate", verbosity=0, interactive=False)
    call_command("flush", verbosity=0, interactive=False)
    now = timezone.now()
    person = floor.make_ground(now)
    began = time.perf_counter()
    floor.FLOORS[kind](rows, now)
    base = rows / (time.perf_counter() - began)
    session = actions.open_session(by=person, file=SimpleUploadedFile(f"{kind}.csv", b"-"), now=now)
    with queries.source(session).open("w", encoding="utf-8") as file:
        file.write(HEADS[kind] + "\n")
        file.writelines(line(kind, n) + "\n" for n in range(rows))
    with engine.open_source(session) as table:
        found = understand.understand(session, person, table, understand.look(table), kind)
    actions.set_up(by=person, session_id=session.pk, now=now, reading={}, **found.as_values())
    actions.start_session(by=person, session_id=session.pk, now=now)
    began = time.perf_counter()
    engine.run(session.pk)
    rate = rows / (time.perf_counter() - began)
    done = ImportSession.objects.get(pk=session.pk)
    if (done.status, done.created) != ("DONE", rows):
        raise SystemExit(f"{kind}: {done.status} {done.created} of {rows} {done.problem} {done.reasons[:2]}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return {"kind": kind, "rows": rows, "rate": rate, "floor": base, "megabytes": peak}


def table(found: list[dict[str, Any]]) -> str:
    head = "| import | rows | rows a second | of an unchecked bulk_create | peak memory, MB |\n|---|--:|--:|--:|--:|"
    rows = [
        f"| {each['kind']} | {each['rows']} | {each['rate']:.0f} | {each['rate'] / each['floor']:.2f} "
        f"| {each['megabytes']} |"
        for each in found
    ]
    return "\n".join([head, *rows])


if __name__ == "__main__":
    print(json.dumps(measure(sys.argv[1], int(sys.argv[2]))))
