"""What the crash test does in processes of its own: `prepare` a firm with plans to approve, tell its `state`."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from sys import argv

import django

django.setup()

from django.db.models import Count, Sum  # noqa: E402
from django.test import Client  # noqa: E402
from django.utils import timezone  # noqa: E402
from ledger import fresh  # noqa: E402
from people import make_firm  # noqa: E402

from otdel.billing.models import Payment  # noqa: E402
from otdel.core.models import Event  # noqa: E402
from otdel.core.periods import Period  # noqa: E402
from otdel.org.models import Unit  # noqa: E402
from otdel.plans import actions  # noqa: E402
from otdel.plans.actions import CellChange  # noqa: E402
from otdel.plans.models import Plan, PlanLine  # noqa: E402
from otdel.plans.queries.board import BoardQuery, board  # noqa: E402
from otdel.plans.rules import LineKey  # noqa: E402

LAST = date(2026, 12, 31)
MONTHS = [Period.parse(f"{year}-{month:02}") for year in (2026, 2027) for month in range(1, 13)]


def prepare() -> None:
    firm, now = make_firm(), timezone.now()
    boris, olga = fresh(firm.boris), fresh(firm.olga)
    whose = {LineKey(firm.north.pk, person.pk): Decimal(100) for person in (firm.anna, firm.boris)}
    waiting = []
    for number, month in enumerate(MONTHS):
        cells = {(key, month.start, month.end): amount for key, amount in whose.items()}
        plan = actions.create_plan(
            by=boris, metric="payments", unit_id=firm.north.pk, period=month, amounts=cells, now=now
        )
        actions.agree_plan(by=boris, plan_id=plan.pk, now=now)
        if number % 2:  # the version before is approved already: the one that waits will take its place
            actions.approve_plan(by=olga, plan_id=plan.pk, now=now)
            plan = actions.revise_plan(by=boris, plan_id=plan.pk, reason="More", now=now)
            change = CellChange(
                LineKey(firm.north.pk, firm.anna.pk), month.start, month.end, Decimal(100), Decimal(150)
            )
            actions.change_cells(by=boris, plan_id=plan.pk, changes=[change], now=now)
            actions.agree_plan(by=boris, plan_id=plan.pk, now=now)
        waiting.append(plan.pk)
    april = Period.parse("2026-04")
    cells = {(LineKey(firm.north.pk, firm.anna.pk), april.start, april.end): Decimal(0)}
    draft = actions.create_plan(by=boris, metric="calls", unit_id=firm.north.pk, period=april, amounts=cells, now=now)
    sessions = {}
    for name in ("olga", "boris", "zoya"):
        client = Client()
        client.force_login(getattr(firm, name))
        sessions[name] = client.cookies["sessionid"].value
    key = str(LineKey(firm.north.pk, firm.anna.pk))
    print(json.dumps({"waiting": waiting, "draft": draft.pk, "sessions": sessions, "key": key, "zoya": firm.zoya.pk}))


def state() -> None:
    approved = Plan.objects.filter(status="APPROVED")
    events = dict(Event.objects.filter(kind="plan.approved").values_list("subject_id").annotate(Count("pk")))
    print(
        json.dumps(
            {
                "status": dict(Plan.objects.values_list("pk", "status")),
                "roots": list(approved.values_list("root_id", flat=True)),
                "approvals": {str(plan): count for plan, count in events.items()},
                "effective": sorted(PlanLine.objects.filter(is_effective=True).values_list("pk", flat=True)),
                "of_approved": sorted(PlanLine.objects.filter(plan__in=approved).values_list("pk", flat=True)),
                "totals_wrong": [
                    plan.pk
                    for plan in Plan.objects.annotate(sum=Sum("lines__amount"))
                    if plan.total != (plan.sum or Decimal(0))
                ],
                "changes": Event.objects.filter(kind="plan.changed").count(),
                "draft": list(map(int, PlanLine.objects.filter(metric="calls").values_list("amount", flat=True))),
                "payments": list(Payment.objects.order_by("pk").values_list("number", flat=True)),
                "paid": str(Payment.objects.aggregate(sum=Sum("amount"))["sum"] or 0),
                "board": board_fact(),
            }
        )
    )  # fmt: skip


def board_fact() -> str:
    olga = fresh(Plan.objects.exclude(approved_by=None)[0].approved_by)
    # of the whole company: the accountant who records the payments belongs to no department of sales
    root = Unit.objects.get(parent=None).pk
    query = BoardQuery.parse({"period": "2026", "metric": "payments", "unit": str(root)}, LAST)
    return str(board(olga, query, LAST).total.figures.fact or 0)


{"prepare": prepare, "state": state}[argv[1]]()
