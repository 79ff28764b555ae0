"""`kill -9` of the worker and of the database in the middle of a sweep of due reminders, letters by a real SMTP server.

OTDEL_TEST_REMINDERS sets how many: 2,000 by default, 100,000 as measured in docs/adr/0007.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import running
from notifications.post_office import PostOffice
from test_crash import Program, kill, program  # noqa: F401 - a fixture

pytestmark = pytest.mark.slow
COUNT = int(os.environ.get("OTDEL_TEST_REMINDERS", "2000"))
PATIENCE = 900 + COUNT / 50


@pytest.fixture
def office(monkeypatch: pytest.MonkeyPatch) -> Iterator[PostOffice]:
    found = PostOffice()
    found.open()
    monkeypatch.setattr(running, "PATIENCE", 400.0)
    monkeypatch.setenv("EMAIL_URL", f"smtp://127.0.0.1:{found.port}")
    yield found
    found.close()


def child(running: Program, *words: str) -> Any:
    """Like Program.child, for our own helper; the database may just be coming back."""
    import json
    from urllib.parse import quote

    entry = running.server.django()
    address = f"postgres:///{entry['NAME']}?host={quote(entry['HOST'])}&port={entry['PORT']}&user={entry['USER']}"
    environ = running.environ | {"DATABASE_URL": f"{address}&password={quote(entry['PASSWORD'])}"}
    command = [sys.executable, str(Path(__file__).parent / "crash_reminders_firm.py"), *words]
    for _attempt in range(20):
        done = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=600, check=False)
        if done.returncode == 0:
            return json.loads(done.stdout.splitlines()[-1])
        time.sleep(3)
    raise AssertionError(done.stderr[-3000:])


STATE = """
SELECT (SELECT count(*) FROM notifications_reminder WHERE state = 'PENDING' AND subject_kind = ''),
    (SELECT count(*) FROM notifications_reminder WHERE state = 'FIRED' AND subject_kind = ''),
    (SELECT count(*) FROM notifications_notice WHERE kind = 'reminder.own'),
    (SELECT count(DISTINCT title) FROM notifications_notice WHERE kind = 'reminder.own'),
    (SELECT count(*) FROM notifications_delivery WHERE channel = 'app' AND bunch = 'reminder.own'),
    (SELECT jsonb_object_agg(state, n) FROM (SELECT state, count(*) AS n FROM notifications_delivery
        WHERE channel = 'email' AND bunch = 'reminder.own' GROUP BY state) states),
    (SELECT count(DISTINCT letter) FROM notifications_delivery WHERE channel = 'email' AND bunch = 'reminder.own')"""


def told(running: Program) -> dict[str, Any]:
    """Return how far it is; nothing while the database is away."""
    rows = ask(running, STATE)
    if not rows:
        return {}
    names = ("pending", "fired", "notices", "titles", "app", "email", "letters")
    return dict(zip(names, rows[0], strict=True))


def ask(running: Program, sql: str, *given: Any) -> list[Any]:
    """Return the rows of a statement; none while the database is away."""
    entry = running.server.django()
    values = {"host": entry["HOST"], "port": entry["PORT"], "user": entry["USER"], "password": entry["PASSWORD"]}
    try:
        with psycopg.connect(dbname=entry["NAME"], connect_timeout=5, autocommit=True, **values) as connection:
            return connection.execute(sql, given).fetchall()
    except psycopg.Error:
        return []


def let_time_pass(running: Program) -> None:
    """Let what nobody gave a sign of for twenty seconds be taken anew, as it is after three minutes; and have the
    sweep of the next minute now."""
    ask(
        running,
        "UPDATE notifications_delivery SET claimed_until = now() WHERE state = 'SENDING'"
        " AND claimed_until < now() + interval '160 seconds' RETURNING id",
    )
    ask(running, SWEEP)


def bury(running: Program) -> None:
    """The only worker has been killed: let the time pass after which it counts as dead, and what it held as free."""
    ask(running, "UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 minute' RETURNING id")
    ask(running, "UPDATE notifications_delivery SET claimed_until = now() WHERE state = 'SENDING' RETURNING id")


SWEEP = """
SELECT procrastinate_defer_jobs_v1(
    ARRAY[ROW('default', name, 0, NULL, name, '{}', NULL)::procrastinate_job_to_defer_v1])
FROM (SELECT 'otdel.notifications.jobs.sweep' AS name) sweep
WHERE NOT EXISTS (SELECT FROM procrastinate_jobs WHERE task_name = name AND status IN ('todo', 'doing'))"""


def test_kill_9_in_the_middle_of_a_sweep(office: PostOffice, program: Program) -> None:  # noqa: F811
    child(program, "prepare", str(COUNT))
    started = time.monotonic()
    deadline = started + PATIENCE
    victims = ["worker", "postgres", "worker", "worker"]
    done, state = 0, {}
    while True:
        assert time.monotonic() < deadline, state
        time.sleep(0.5)
        found = told(program)
        if not found:
            continue
        state = found
        let_time_pass(program)
        if state["pending"] == 0 and state["email"] == {"SENT": COUNT}:
            break
        sent = (state["email"] or {}).get("SENT", 0)
        if victims and state["fired"] + sent > done:  # in the middle of it
            done = state["fired"] + sent
            victim = victims.pop(0)
            kill(program, victim)
            if victim == "worker":
                bury(program)
    took = time.monotonic() - started
    assert len(victims) < 2, "it was done before it could be killed"
    # none lost, none told twice
    assert (state["fired"], state["notices"], state["titles"], state["app"]) == (COUNT, COUNT, COUNT, COUNT)
    # a letter may have come twice where a process died between the server's yes and our commit: the same number tells
    copies = Counter(letter["Message-ID"] for letter in office.box.letters)
    assert len(copies) == state["letters"]
    twice = sum(count - 1 for count in copies.values())
    assert twice <= 4, "at most one letter in each killed worker's hands"
    print(f"\n{COUNT} reminders, {len(copies)} letters, {twice} came twice, killed {4 - len(victims)}, {took:.0f} s")
