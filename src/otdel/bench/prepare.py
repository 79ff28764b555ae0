"""Makes one size's database ready and says what to ask of it. Runs as a process of its own: one database each."""

from __future__ import annotations

import base64
import json
import sys
import time
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

import django

# Django first: everything below needs its settings
django.setup()

from django.conf import settings  # noqa: E402
from django.contrib.auth import get_user_model  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.test import Client  # noqa: E402
from django.urls import reverse  # noqa: E402
from django.utils import timezone  # noqa: E402

from otdel.bench import fill  # noqa: E402
from otdel.bench.fill import Size  # noqa: E402
from otdel.billing.actions import record_payment  # noqa: E402
from otdel.billing.rules import PaymentValues  # noqa: E402
from otdel.core.periods import Kind, Period  # noqa: E402
from otdel.org.models import Person  # noqa: E402
from otdel.plans.actions import facts  # noqa: E402
from otdel.plans.models import ChangedDay  # noqa: E402
from otdel.tasks.actions import tally  # noqa: E402


@dataclass(frozen=True)
class Pair:
    """A page of ours and its floor."""

    name: str
    page: str
    floor: str
    says: str
    # measured right after a change of the records, while its day is still counted live
    after_change: bool = False
    # whose page it is
    person: int = fill.DIRECTOR


TASK = " позвонить клиенту"


def main(size: Size) -> dict[str, object]:
    today = timezone.localdate()
    call_command("migrate", verbosity=0, interactive=False)
    if not fill.is_filled(size, today):
        began = time.perf_counter()
        with transaction.atomic():
            fill.pour_everything(size, today)
        print(f"{size.name}: filled in {time.perf_counter() - began:.0f} s", file=sys.stderr)
    if not fill.has_tasks(size, today):
        began = time.perf_counter()
        with transaction.atomic():
            fill.pour_tasks(size, today)
        print(f"{size.name}: tasks filled in {time.perf_counter() - began:.0f} s", file=sys.stderr)
    keep_facts(size)
    tally.settle(now=timezone.now())
    fill.tidy()
    asked = pairs(size, today)
    cookies = {str(pk): sign_in(pk) for pk in sorted({pair.person for pair in asked})}
    return {"cookies": cookies, "pairs": [vars(pair) for pair in asked]}


def sign_in(person_id: int) -> str:
    """Return the cookie of a signed-in person."""
    client = Client()
    client.force_login(get_user_model()._default_manager.get(pk=person_id), settings.AUTHENTICATION_BACKENDS[0])
    return "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())


def pairs(size: Size, today: date) -> list[Pair]:
    """Return the pages that exist, each with the floor it stands on."""
    deep, month = size.deals // 3, Period.of(Kind.MONTH, today)
    few, all_people = f"unit=3&period={month}&by=person", f"unit=1&period={month}&by=person"
    floor = f"/floor/board/{month.start}/{month.end}/"
    found = [
        Pair("deal list, first page", reverse("deals"), "/floor/deals/", f"Сделка {size.deals} "),
        Pair(
            "deal list, deep page", f"{reverse('deals')}?at={cursor(deep)}", f"/floor/deals/{deep}/", _title(deep - 1)
        ),
        Pair("deal card", reverse("deal", args=[deep]), f"/floor/deal/{deep}/", _title(deep)),
        Pair("board of 30 people", f"{reverse('plan')}?{few}", f"{floor}3/", "Фамилия31 "),
        Pair(f"board of {size.people:,} people", f"{reverse('plan')}?{all_people}", floor, "Фамилия31 "),
    ]
    year = Period.of(Kind.YEAR, today)
    wide = f"{reverse('plan')}?unit=1&period={year}&by=person&cut=product_group"
    found.append(
        Pair(
            f"year of {size.people:,} people by product group",
            wide,
            f"/floor/board/{year.start}/{year.end}/by-group/",
            "Фамилия31 ",
        )
    )
    me, all_tasks = fill.BUSY, f"{reverse('tasks')}?waits="
    tasks = [
        Pair("counters of the header", reverse("task_counters"), f"/floor/counters/{me}/", "", person=me),
        Pair("my day with counters", reverse("today"), f"/floor/today/{me}/", TASK, person=me),
        Pair("tasks opened from a counter", f"{all_tasks}overdue", f"/floor/overdue/{me}/", TASK, person=me),
        Pair("tasks of another opened from a counter", f"{all_tasks}overdue:{me}", f"/floor/overdue/{me}/", TASK),
        Pair("task list, first page", reverse("tasks"), "/floor/tasks/", TASK),
        Pair("tasks by person, 30 people", f"{reverse('task_team')}?unit=3", "/floor/team/3/", "Фамилия31 "),
        Pair(f"tasks by person, {size.people:,} people", reverse("task_team"), "/floor/team/", "Фамилия31 "),
    ]
    return [
        *found,
        *tasks,
        *(replace(each, name=f"{each.name}, a payment just added", after_change=True) for each in found[3:]),
    ]


def _title(deal_id: int) -> str:
    return f"Сделка {deal_id} "


def keep_facts(size: Size) -> None:
    """Leave the kept facts as the job would: a day is refilled once all that ran beside its change has ended."""
    began = time.perf_counter()
    waiting = ChangedDay.objects.count()
    while ChangedDay.objects.exists():
        if not facts.refill():
            time.sleep(0.2)
    if waiting:
        print(f"{size.name}: {waiting} days refilled in {time.perf_counter() - began:.0f} s", file=sys.stderr)


def change(today: date) -> None:
    """Add a payment of today, as the form does: its day is counted from the records until the job comes by."""
    by = Person.objects.select_related("role").get(pk=fill.DIRECTOR)
    record_payment(by=by, values=PaymentValues(amount=Decimal(1000), paid_on=today, customer_id=1), now=timezone.now())


def cursor(deal_id: int) -> str:
    """Return where a page of the list begins that follows the deal, as our lists write it."""
    with connection.cursor() as asked:
        asked.execute("select created_at from deals_deal where id = %s", [deal_id])
        created = asked.fetchone()[0]
    packed = json.dumps([created.isoformat(), deal_id, 1], separators=(",", ":"))
    return base64.urlsafe_b64encode(packed.encode()).rstrip(b"=").decode()


if __name__ == "__main__":
    if sys.argv[2:] == ["change"]:
        change(timezone.localdate())
    elif sys.argv[2:] == ["settle"]:
        keep_facts(fill.SIZES[sys.argv[1]])
    else:
        print(json.dumps(main(fill.SIZES[sys.argv[1]])))
