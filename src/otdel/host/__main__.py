"""What `./otdel <command>` does once its environment is there."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

from otdel.host import backup, checks, doctor, environment, lock, processes, supervisor
from otdel.host.refusal import Refused


def settings(arguments: list[str]) -> int:
    print(environment.describe())
    return 0


def manage(arguments: list[str]) -> int:
    """Run one of Django's commands with the database up."""
    with processes.database(environment.load()):
        return processes.call(processes.django(*arguments))


def bench(arguments: list[str]) -> int:
    if {"-h", "--help"} & set(arguments):  # nothing is started to explain
        return processes.call([sys.executable, "-m", "otdel.bench", "--help"])
    with processes.database(environment.load()):
        return processes.call([sys.executable, "-m", "otdel.bench", *arguments])


COMMANDS: dict[str, Callable[[list[str]], int]] = {
    "run": supervisor.run,
    "test": checks.test,
    "check": checks.check,
    "fix": checks.fix,
    "bench": bench,
    "backup": backup.backup,
    "restore": backup.restore,
    "doctor": doctor.doctor,
    "manage": manage,
    "settings": settings,
    "lock": lock.write,
}


def main(arguments: list[str]) -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "otdel.settings")
    command = COMMANDS.get(arguments[0] if arguments else "")
    if command is None:
        print("Commands: " + ", ".join(COMMANDS), file=sys.stderr)
        return 2
    try:
        return command(arguments[1:])
    except Refused as refusal:
        for sentence in refusal.sentences:
            print(sentence, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
