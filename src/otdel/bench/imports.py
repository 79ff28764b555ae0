"""`./otdel bench --imports`: rows a second of an import beside an unchecked bulk_create, and its memory.

Run by the bench as a process of its own: `python -m otdel.bench.imports KIND ROWS` prints one measurement.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

ENOUGH, MOST_GROWTH = 0.2, 1.1
FILES = {
    "people": (
        "E-mail;Last name;Full name;Phone;Position;Department",
        "a{n}@example.com;Ivanova{n};Anna;{phone};Manager;Bench",
    ),
    "customers": (
        "ID;Company name;Phone;E-mail;Address;Owner",
        "c{n};Company {n};{phone};a{n}@example.com;Lenina {n};Abramova Anna",
    ),
    "contacts": (
        "ID;Last name;First name;Phone;E-mail;Position;Customer",
        "c{n};Petrov{n};Ivan;{phone};p{n}@example.com;Buyer;{client}",
    ),
    "products": ("Code;Name;Product group;Price", "P-{n};Pump {n};Group {group};{amount}"),
    "leads": (
        "ID;Lead name;Contact;Phone;E-mail;Amount;Owner",
        "l{n};Lead {n};Ivan {n};{phone};p{n}@example.com;{amount};Abramova Anna",
    ),
    "deals": (
        "ID;Deal name;Customer;Stage;Amount;Product;Price;Quantity;Start date;Owner",
        "d{n};Deal {n};{client};New;{amount};Pump;{amount};2;2026-02-02;Abramova Anna",
    ),
    "sales": (
        "Order number;Date;Customer;Product;Quantity;Price;Amount;Cost;Owner",
        "S-{order};2026-02-02;{buyer};Pump;2;5;10;6;Abramova Anna",
    ),
    "invoices": (
        "Invoice number;Date;Due date;Customer;Amount;Owner",
        "I-{n};{day};{day};{client};{amount};Abramova Anna",
    ),
    "payments": ("Payment number;Date;Customer;Amount;Owner", "{n};{day};{client};{amount};Abramova Anna"),
    "payments of invoices": ("Payment number;Date;Customer;Amount;Invoice", "{n};{day};{client};{amount};B-{n}"),
    "calls": (
        "Activity type;Call date;Customer;Duration;Direction;Owner",
        "Call;{day} {time};{client};00:04:10;Outgoing;Abramova Anna",
    ),
    "plans": ("Department;Metric;Period;Product group;Region;Amount", "Bench;Margin;{month};{group_of_cell};{amount}"),
}
"""A header and a line of each kind of file."""
TARGETS = {"payments of invoices": "payments", "calls": "activities"}
LONG = ("sales", "payments")
"""Also measured with ten times as many rows, for what a long file costs in memory."""
AT_MOST = {"people": 2_000, "plans": 20_000}
"""These are taken whole, and no company has more."""


def asked(rows: int, only: str = "") -> list[tuple[str, int]]:
    """Return what to measure: kinds and lengths of files."""
    chosen = [kind for kind in FILES if not only or kind in only.split(",")]
    short = [(kind, min(rows, AT_MOST.get(kind, rows))) for kind in chosen]
    return short + [(kind, rows * 10) for kind in chosen if kind in LONG and rows <= 100_000]


def line(kind: str, n: int) -> str:
    from otdel.bench.actions import CUSTOMERS, GROUPS, LINES, day

    cell = n // 12
    return FILES[kind][1].format(
        n=n, amount=n + 1, day=day(n), time=f"{n // 60 % 24:02}:{n % 60:02}", month=f"2026-{n % 12 + 1:02}",
        phone=f"+7495{n % 10_000_000:07}", client=f"Client {n % CUSTOMERS}", order=n // LINES,
        buyer=f"Client {n // LINES % CUSTOMERS}", group=n % GROUPS,
        group_of_cell=f"Group {cell % GROUPS};Region {cell // GROUPS}",
    )  # fmt: skip


def measure(kind: str, rows: int) -> dict[str, Any]:
    """Empty the database, time the floor, then the import of a file of as many rows."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.utils import timezone

    from otdel.bench import actions as floor
    from otdel.interfaces.files import engine
    from otdel.interfaces.files.models import ImportSession

    call_command("migrate", verbosity=0, interactive=False)
    call_command("flush", verbosity=0, interactive=False)
    now = timezone.now()
    person = floor.make_ground(now)
    if kind == "payments of invoices":
        floor.make_invoices(rows, now)
    began = time.perf_counter()
    floor.FLOORS[kind](rows, now)
    base = rows / (time.perf_counter() - began)
    session = _session(kind, rows, person, now)
    forget_peak()
    began = time.perf_counter()
    engine.run(session)
    rate = rows / (time.perf_counter() - began)
    done = ImportSession.objects.get(pk=session)
    if (done.status, done.created) != ("DONE", rows):
        raise SystemExit(f"{kind}: {done.status} {done.created} of {rows} {done.problem} {done.reasons[:2]}")
    return {"kind": kind, "rows": rows, "rate": rate, "floor": base, "megabytes": peak()}


def _session(kind: str, rows: int, person: Any, now: Any) -> int:
    """Upload a file of as many rows and answer the wizard's questions as they stand."""
    from django.core.files.uploadedfile import SimpleUploadedFile

    from otdel.interfaces.files import actions, engine, queries, understand

    session = actions.open_session(by=person, file=SimpleUploadedFile(f"{kind}.csv", b"-"), now=now)
    with queries.source(session).open("w", encoding="utf-8") as file:
        file.write(FILES[kind][0] + "\n")
        file.writelines(line(kind, n) + "\n" for n in range(rows))
    with engine.open_source(session) as table:
        found = understand.understand(session, person, table, understand.look(table), TARGETS.get(kind, kind))
    values = found.as_values()
    values["options"] = {"role": person.role_id} if kind == "people" else values["options"]
    actions.set_up(by=person, session_id=session.pk, now=now, reading={}, **values)
    actions.start_session(by=person, session_id=session.pk, now=now)
    return session.pk


def forget_peak() -> None:
    """Let the peak of memory begin anew, so that it is the import's own."""
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")


def peak() -> int:
    """Return the most memory held since, in megabytes."""
    with suppress(OSError):
        for text in Path("/proc/self/status").read_text().splitlines():
            if text.startswith("VmHWM:"):
                return int(text.split()[1]) // 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def table(found: list[dict[str, Any]]) -> str:
    head = (
        "| import | rows | rows a second | of an unchecked bulk_create | peak memory, MB | growth |\n"
        "|---|--:|--:|--:|--:|--:|"
    )
    first: dict[str, int] = {}
    rows = []
    for each in found:
        share = each["rate"] / each["floor"]
        growth = each["megabytes"] / first.setdefault(each["kind"], each["megabytes"])
        rows.append(
            f"| {each['kind']} | {each['rows']} | {each['rate']:.0f} | {share:.2f}{'' if share >= ENOUGH else ' ✗'} "
            f"| {each['megabytes']} | {_growth(growth) if growth != 1 or _again(found, each) else ''} |"
        )
    return "\n".join([head, *rows])


def _again(found: list[dict[str, Any]], each: dict[str, Any]) -> bool:
    """Is this the longer file of two?"""
    return any(other["kind"] == each["kind"] and other["rows"] < each["rows"] for other in found)


def _growth(ratio: float) -> str:
    return f"{ratio:.2f}{'' if ratio <= MOST_GROWTH else ' ✗'}"


if __name__ == "__main__":
    print(json.dumps(measure(sys.argv[1], int(sys.argv[2]))))
