"""`./otdel bench`: what our pages cost above a floor measured in the same run."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import platform
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from otdel.bench import imports, report
from otdel.bench.load import BadAnswer, Target, in_turns, ratio
from otdel.bench.report import Line, Result
from otdel.host import environment, processes
from otdel.host.postgres import Server

SIZES = ("10k", "100k", "1m")
DOC = Path(__file__).parents[3] / "docs" / "performance.md"


def options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./otdel bench", description=__doc__)
    parser.add_argument("--sizes", default=",".join(SIZES), help="deals: 1k, 10k, 100k, 1m; several by commas")
    parser.add_argument("--quick", action="store_true", help="a thousand deals and short rounds: does it work at all")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--seconds", type=float, default=1.0, help="of each page in each round")
    parser.add_argument("--connections", type=int, default=2)
    parser.add_argument("--only", default="", help="pages whose name has this text; kinds of imports by commas")
    parser.add_argument("--fresh", action="store_true", help="make the data again")
    parser.add_argument("--drop", action="store_true", help="remove the databases of the bench and stop")
    parser.add_argument("--imports", action="store_true", help="imports instead of pages: rows a second and memory")
    parser.add_argument("--refill", action="store_true", help="what keeping the facts of a changed day costs, instead")
    parser.add_argument("--sweep", action="store_true", help="what telling of due reminders costs, instead")
    parser.add_argument("--rules", action="store_true", help="what rules that wait for a time ask, instead")
    parser.add_argument(
        "--rows", type=int, default=50_000, help="of an imported file; sales and payments also with ten times as many"
    )
    parser.add_argument("--write", action="store_true", help="put the table into docs/performance.md")
    given = parser.parse_args(arguments)
    if given.quick:
        given.sizes, given.rounds, given.seconds = "1k", 3, 0.3
    return given


def main(arguments: Sequence[str]) -> int:
    given = options(arguments)
    settings = environment.load()
    with processes.database(settings) as server:
        sizes = given.sizes.split(",")
        if given.drop or given.fresh:
            for size in (*SIZES, "1k"):
                drop(settings.database, size)
        if given.drop:
            return 0
        if given.refill:
            return measure_refill(settings.database, sizes, given)
        if given.sweep:
            return measure_sweep(settings.database, sizes, given)
        if given.rules:
            return measure_rules(settings.database, sizes, given)
        if given.imports:
            return measure_imports(settings.database, given)
        allow_fast_filling(server)
        results = run(settings.database, sizes, given)
    text = report.table(results, machine(), given)
    print(text)
    if given.write:
        report.write(DOC, text)
    return 0


def measure_refill(database: dict[str, Any], sizes: list[str], given: argparse.Namespace) -> int:
    found = [each for size in sizes for each in _measured("refill", database, size)]
    found.sort(key=lambda each: str(each["source"]))
    return _tell(report.refill_table(found), report.REFILL, given)


def measure_sweep(database: dict[str, Any], sizes: list[str], given: argparse.Namespace) -> int:
    found = [each for size in sizes for each in _measured("sweep", database, size)]
    return _tell(report.sweep_table(found), report.SWEEP, given)


def measure_rules(database: dict[str, Any], sizes: list[str], given: argparse.Namespace) -> int:
    found = [each for size in sizes for each in _measured("rules", database, size)]
    found.sort(key=lambda each: str(each["rule"]))
    return _tell(report.rules_table(found), report.RULES, given)


def _measured(program: str, database: dict[str, Any], size: str) -> list[dict[str, Any]]:
    """Run a measurement over one size's database, in a process of its own, and return what it prints."""
    create(database, size)
    prepare(size)
    command = [sys.executable, "-m", f"otdel.bench.{program}", size]
    done = subprocess.run(command, env=_environ(size), stdout=subprocess.PIPE, check=True)
    found: list[dict[str, Any]] = json.loads(done.stdout.splitlines()[-1])
    return found


def _tell(table: str, marks: tuple[str, str], given: argparse.Namespace) -> int:
    text = f"{machine()}.\n\n{table}"
    print(text)
    if given.write:
        report.write(DOC, text, marks)
    return 0


def measure_imports(database: dict[str, Any], given: argparse.Namespace) -> int:
    """Import files into an empty database, each in a process of its own, so that its memory is its own."""
    create(database, "imports")
    found = []
    for kind, rows in imports.asked(given.rows, given.only):
        print(f"import of {kind}, {rows} rows …", file=sys.stderr)
        command = [sys.executable, "-m", "otdel.bench.imports", kind, str(rows)]
        done = subprocess.run(command, env=_environ("imports"), stdout=subprocess.PIPE, check=True)
        found.append(json.loads(done.stdout.splitlines()[-1]))
    drop(database, "imports")
    text = f"{machine()}.\n\n{imports.table(found)}"
    print(text)
    if given.write:
        report.write(DOC, text, report.SOME_IMPORTS if given.only else report.IMPORTS)
    return 0


def run(database: dict[str, Any], sizes: list[str], given: argparse.Namespace) -> list[Result]:
    collect_static()
    with contextlib.ExitStack() as stack:
        asked: dict[str, Any] = {}
        for size in sizes:
            create(database, size)
            asked[size] = prepare(size)
            asked[size]["port"] = stack.enter_context(web_server(size))
        pairs = list(enumerate(asked[sizes[0]]["pairs"]))
        chosen = [place for place, pair in pairs if given.only in pair["name"] and not pair["after_change"]]
        changed = [place for place, pair in pairs if given.only in pair["name"] and pair["after_change"]]
        results = [page(place, sizes, asked, given) for place in chosen]
        with after_change(sizes) if changed else contextlib.nullcontext():
            return results + [page(place, sizes, asked, given) for place in changed]


@contextlib.contextmanager
def after_change(sizes: list[str]) -> Iterator[None]:
    """Change the records of every size, and leave the kept facts settled afterwards."""
    for size in sizes:
        run_prepare(size, "change")
    yield
    for size in sizes:
        run_prepare(size, "settle")


def page(place: int, sizes: list[str], asked: dict[str, Any], given: argparse.Namespace) -> Result:
    """Measure one page at every size against its floor, all in turns."""
    targets, queries, name = [], {}, str(asked[sizes[0]]["pairs"][place]["name"])
    for size in sizes:
        info = asked[size]
        pair = info["pairs"][place]
        cookie = info["cookies"][str(pair["person"])]
        ours = Target(info["port"], pair["page"], cookie, pair["says"])
        floor = Target(info["port"], pair["floor"], cookie, pair["says"])
        queries[size] = int(ours.check().headers["x-queries"])
        floor.check()
        targets += [ours, floor]
    print(f"{name} …", file=sys.stderr)
    rates = in_turns(targets, rounds=given.rounds, seconds=given.seconds, connections=given.connections)
    lines = [
        Line(size, rates[2 * n], ratio(rates[2 * n], rates[2 * n + 1]), queries[size]) for n, size in enumerate(sizes)
    ]
    growth = ratio(rates[0], rates[2 * len(sizes) - 2]) if len(sizes) > 1 else None
    return Result(name, lines, growth)


# databases


def _admin(database: dict[str, Any]) -> psycopg.Connection[Any]:
    return psycopg.connect(
        dbname=database["NAME"], user=database.get("USER"), password=database.get("PASSWORD"),
        host=database.get("HOST"), port=database.get("PORT"), autocommit=True,
    )  # fmt: skip


def create(database: dict[str, Any], size: str) -> None:
    name = f"otdel_bench_{size}"
    with _admin(database) as connection:
        if not connection.execute("select 1 from pg_database where datname = %s", [name]).fetchone():
            connection.execute(sql.SQL("create database {}").format(sql.Identifier(name)))


def drop(database: dict[str, Any], size: str) -> None:
    with _admin(database) as connection:
        connection.execute(
            sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(f"otdel_bench_{size}"))
        )


def allow_fast_filling(server: Server | None) -> None:
    """Let our own role switch off the checks of references while generated data is poured in."""
    if server is not None:
        server.psql("grant set on parameter session_replication_role to otdel", admin=True)


# processes


def _environ(size: str) -> dict[str, str]:
    return {
        **processes.environ(),
        "DJANGO_SETTINGS_MODULE": "otdel.bench.settings",
        "OTDEL_BENCH_DATABASE": f"otdel_bench_{size}",
    }


def prepare(size: str) -> dict[str, Any]:
    """Fill the size's database unless it already is, and return what to ask of it."""
    found: dict[str, Any] = json.loads(run_prepare(size))
    return found


def run_prepare(size: str, *step: str) -> bytes:
    command = [sys.executable, "-m", "otdel.bench.prepare", size, *step]
    return subprocess.run(command, env=_environ(size), stdout=subprocess.PIPE, check=True).stdout


def collect_static() -> None:
    subprocess.run(processes.django("collectstatic", "--noinput", "-v0"), env=processes.environ(), check=True)


@contextlib.contextmanager
def web_server(size: str) -> Iterator[int]:
    """Run the same server as `./otdel run` over the size's database; one worker, so that the driver has a core."""
    port = _free_port()
    command = [
        sys.executable, "-m", "granian", "--interface", "wsgi", "otdel.wsgi:application", "--host", "127.0.0.1",
        "--port", str(port), "--workers", "1", "--blocking-threads", "2", "--log-level", "warning",
    ]  # fmt: skip
    program = subprocess.Popen(command, env=_environ(size), stdout=subprocess.DEVNULL)
    try:
        _wait_for(port, program)
        yield port
    finally:
        program.terminate()
        program.wait(20)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_for(port: int, program: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        if program.poll() is not None:
            raise BadAnswer("the web server did not start")
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.1)
    raise BadAnswer("the web server does not answer")


def machine() -> str:
    day = datetime.now(UTC).date()
    return f"{day}, {os.cpu_count()} cores, Python {platform.python_version()}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
