"""Makes one size's database ready and says what to ask of it. Runs as a process of its own: one database each."""

from __future__ import annotations

import base64
import json
import sys
import time
from dataclasses import dataclass
from datetime import date

import django

# Django first: everything below needs its settings
django.setup()

from django.conf import settings  # noqa: E402
from django.contrib.auth import get_user_model  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.test import Client  # noqa: E402
from django.urls import NoReverseMatch, reverse  # noqa: E402
from django.utils import timezone  # noqa: E402

from otdel.bench import fill  # noqa: E402
from otdel.bench.fill import Fill, Size  # noqa: E402
from otdel.core.periods import Kind, Period  # noqa: E402


@dataclass(frozen=True)
class Pair:
    """A page of ours and its floor."""

    name: str
    page: str
    floor: str
    says: str


def main(size: Size) -> dict[str, object]:
    today = timezone.localdate()
    call_command("migrate", verbosity=0, interactive=False)
    if not fill.is_filled(size, today):
        began = time.perf_counter()
        with transaction.atomic():
            Fill(size, today).run()
        fill.tidy(lambda _text: None)
        print(f"{size.name}: filled in {time.perf_counter() - began:.0f} s", file=sys.stderr)
    return {"cookie": sign_in(fill.DIRECTOR), "pairs": [vars(pair) for pair in pairs(size, today)]}


def sign_in(person_id: int) -> str:
    """Return the cookie of a signed-in person."""
    client = Client()
    client.force_login(get_user_model()._default_manager.get(pk=person_id), settings.AUTHENTICATION_BACKENDS[0])
    return "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())


def pairs(size: Size, today: date) -> list[Pair]:
    """Return the pages that exist, each with the floor it stands on."""
    deep, month = size.deals // 3, Period.of(Kind.MONTH, today)
    span = f"{month.start}/{month.end}"
    found = [
        ("deal list, first page", "deals", [], "", "/floor/deals/", f"Сделка {size.deals} "),
        ("deal list, deep page", "deals", [], f"?at={cursor(deep)}", f"/floor/deals/{deep}/", f"Сделка {deep - 1} "),
        ("deal card", "deal", [deep], "", f"/floor/deal/{deep}/", f"Сделка {deep} "),
        ("board of 30 people", "board", [], f"?unit=3&period={month}", f"/floor/board/{span}/3/", ""),
        (f"board of {size.people:,} people", "board", [], f"?unit=1&period={month}", f"/floor/board/{span}/", ""),
    ]
    made = []
    for name, address, args, query, floor, says in found:
        try:
            made.append(Pair(name, reverse(address, args=args) + query, floor, says))
        except NoReverseMatch:
            print(f"{name}: no such page yet", file=sys.stderr)
    return made


def cursor(deal_id: int) -> str:
    """Return where a page of the list begins that follows the deal, as our lists write it."""
    with connection.cursor() as asked:
        asked.execute("select created_at from deals_deal where id = %s", [deal_id])
        created = asked.fetchone()[0]
    packed = json.dumps([created.isoformat(), deal_id, 1], separators=(",", ":"))
    return base64.urlsafe_b64encode(packed.encode()).rstrip(b"=").decode()


if __name__ == "__main__":
    print(json.dumps(main(fill.SIZES[sys.argv[1]])))
