"""What the test of killed sweeps does in a process of its own: `prepare N` reminders that are due."""

from __future__ import annotations

import json
from datetime import timedelta
from sys import argv

import django

django.setup()

from django.utils import timezone  # noqa: E402
from people import make_firm, make_person  # noqa: E402

from otdel.notifications.models import Reminder  # noqa: E402
from otdel.org.models import Person  # noqa: E402

PEOPLE = 200


def prepare() -> None:
    firm, now, count = make_firm(), timezone.now(), int(argv[2])
    made = [make_person(f"P{number}", "Petrov", firm.roles["manager"], firm.north) for number in range(4)]
    rest = [
        Person(email=f"q{number}@example.com", first_name=f"Q{number}", role=firm.roles["manager"], created_at=now)
        for number in range(PEOPLE - len(made))
    ]
    people = [person.pk for person in [*made, *Person.objects.bulk_create(rest)]]
    rows = (
        Reminder(
            kind="reminder.own", person_id=people[number % PEOPLE], title=f"Reminder {number}", made_at=now,
            due_at=now - timedelta(seconds=1), params={"text": ""},
        )
        for number in range(count)
    )  # fmt: skip
    Reminder.objects.bulk_create(rows, batch_size=5000)
    print(json.dumps({"reminders": Reminder.objects.count()}))


prepare()
