"""A firm with one of everything: Anna's carries one secret word in its names, Vera's another.

Who may not see a record must never meet its word, on whatever page.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from ledger import fresh, line, make_customer, make_deal, make_invoice, pay
from people import NOW, TODAY, Firm, make_firm

from otdel.activities.models import Activity
from otdel.automation import actions as automation
from otdel.automation.rules import RuleValues
from otdel.billing import actions as billing
from otdel.billing.models import Product, ProductGroup
from otdel.billing.rules import ShipmentValues
from otdel.core.models import CustomField
from otdel.core.periods import Period
from otdel.customers.models import Contact, Region
from otdel.deals.models import Lead, Stage
from otdel.interfaces.files.models import ImportSession
from otdel.interfaces.web.models import ListView
from otdel.measures import actions as measures
from otdel.measures.models import DayPlan
from otdel.measures.rules import ControlValues
from otdel.notifications import actions as notifications
from otdel.notifications.models import Address, Delivery, Notice, ReminderRule
from otdel.org.actions import create_key
from otdel.org.models import Absence, ApiKey, CalendarDay, Role, Unit
from otdel.plans import actions as plans
from otdel.plans.models import Plan
from otdel.plans.rules import LineKey
from otdel.tasks import actions as tasks
from otdel.tasks.actions import TemplateValues
from otdel.tasks.rules import TaskValues, To

ANNAS, VERAS = "Zhiraf", "Begemot"
PLANNED = {ANNAS: Decimal(7654321), VERAS: Decimal(5432109)}
HEADS = Decimal(1112223)
MARCH = (date(2026, 3, 1), date(2026, 4, 1))


@dataclass
class World:
    firm: Firm
    annas: dict[str, Any]  # kind → record
    veras: dict[str, Any]

    @property
    def stages(self) -> dict[str, Stage]:
        return {stage.outcome: stage for stage in Stage.objects.all()}


def make_world() -> World:
    firm = make_firm()
    Product.objects.create(
        name="Bolt M6", group=ProductGroup.objects.create(name="Bolts"), price=2, created_at=NOW, updated_at=NOW
    )
    Region.objects.create(name="Volga")
    CustomField.objects.create(record="deals.deal", key="colour", label="Colour")
    CustomField.objects.create(record="customers.customer", key="floor", label="Floor", type="NUMBER")
    CalendarDay.objects.create(day=date(2026, 3, 9), is_working=False, reason="Spring")
    Role.objects.create(code="intern", name="Intern", rights={})
    Unit.objects.create(name="Archive", parent=firm.root, closed_on=date(2025, 1, 1))
    annas = _everything(firm, firm.anna, firm.north, ANNAS)
    annas["plan"] = _plan(firm, firm.north, firm.boris, firm.anna, PLANNED[ANNAS], approved=True)
    annas["draft"] = _plan(firm, firm.north, firm.boris, firm.anna, PLANNED[ANNAS], approved=False)
    veras = _everything(firm, firm.vera, firm.south, VERAS)
    veras["plan"] = _plan(firm, firm.south, firm.gleb, firm.vera, PLANNED[VERAS], approved=True)
    pipeline = annas["deal"].stage.pipeline
    for at, (name, outcome) in enumerate([("Won", "WON"), ("Lost", "LOST")], 5):
        Stage.objects.create(pipeline=pipeline, name=name, position=at, outcome=outcome)
    annas["task"] = _task(firm, firm.boris, firm.anna, ANNAS)
    veras["task"] = _task(firm, firm.gleb, firm.vera, VERAS)
    annas |= _control(firm)
    annas["template"], annas["repeat"] = _repeated(firm)
    annas |= _told(firm, firm.anna, ANNAS)
    veras |= _told(firm, firm.vera, VERAS)
    annas["sentence"] = _rule(firm)
    _mixed(firm)
    annas["import"] = _import(firm)
    return World(firm, annas, veras)


def _everything(firm: Firm, owner: Any, unit: Unit, word: str) -> dict[str, Any]:
    made = {"owner": owner, "created_at": NOW, "updated_at": NOW}
    customer = make_customer(owner, f"{word} Ltd")
    deal = make_deal(owner, customer, f"{word} supply", amount=1000, unit=unit)
    contact = Contact.objects.create(last_name=f"{word}ov", first_name="Ivan", customer=customer, **made)
    lead = Lead.objects.create(title=f"{word} wants a press", company_name=f"{word} plant", **made)
    activity = Activity.objects.create(
        kind="CALL",
        is_done=False,
        at=NOW,
        day=TODAY,
        subject=f"{word} asked",
        customer=customer,
        deal=deal,
        unit=unit,
        **made,
    )
    invoice = make_invoice(
        firm, customer, 100, number=f"{word}-7", due_on=date(2026, 2, 10), owner_id=owner.pk, deal_id=deal.pk
    )
    payment = pay(firm, customer, 25, day="2026-03-01", number=f"{word}-9", purpose=f"{word} pays", owner_id=owner.pk)
    values = ShipmentValues(shipped_on=TODAY, customer_id=customer.pk, number=f"{word}-5", owner_id=owner.pk)
    shipment = billing.record_shipment(by=fresh(firm.olga), values=values, lines=[line(2, 50)], now=NOW)
    view = ListView.objects.create(
        person=owner, listing="deal", name=f"{word} view", query="state=open", created_at=NOW
    )  # fmt: skip
    device = Address.objects.create(person=owner, channel="push", title=f"{word} phone", mark=word, created_at=NOW)
    key = create_key(by=fresh(owner), name=f"{word} robot", may_write=True, now=NOW)
    return {
        "customer": customer, "contact": contact, "deal": deal, "lead": lead, "activity": activity,
        "invoice": invoice, "payment": payment, "shipment": shipment, "view": view,
        "device": device, "key": ApiKey.objects.get(pk=key.id),
    }  # fmt: skip


def _plan(firm: Firm, unit: Unit, head: Any, person: Any, amount: Decimal, *, approved: bool) -> Plan:
    metric = "payments" if approved else "calls"
    cells = {(LineKey(unit.pk, person.pk), *MARCH): amount, (LineKey(unit.pk, head.pk), *MARCH): HEADS}
    plan = plans.create_plan(
        by=fresh(head), metric=metric, unit_id=unit.pk, period=Period.parse("2026-03"), amounts=cells, now=NOW
    )
    if approved:
        plans.agree_plan(by=fresh(head), plan_id=plan.pk, now=NOW)
        plans.approve_plan(by=fresh(firm.olga), plan_id=plan.pk, now=NOW)
    return Plan.objects.get(pk=plan.pk)


def _import(firm: Firm) -> Any:
    """A file that Boris has brought: its columns are understood, one row will be refused."""
    client = Client()
    client.force_login(firm.boris)
    rows = f"Компания;ИНН\n{ANNAS} branch;\n{ANNAS} wrong;123\n".encode()
    client.post("/import/upload/", {"file": SimpleUploadedFile(f"{ANNAS}.csv", rows)})
    return ImportSession.objects.get()


def _control(firm: Firm) -> dict[str, Any]:
    """Anna under manual control since this morning, by a norm of Boris."""
    values = ControlValues(
        firm.north.pk, firm.anna.pk, "payments", Period.parse("2026-03"), date(2026, 3, 31), Decimal(1), 5, firm.olga.pk
    )
    norm = measures.set_norm(
        by=fresh(firm.boris), unit_id=firm.north.pk, kind="CALL", amount=20, starts_on=TODAY, now=NOW
    )
    control = measures.declare(by=fresh(firm.boris), values=values, now=NOW)
    measures.keep(now=NOW)
    return {"control": control, "norm": norm, "day": DayPlan.objects.get()}


def _rule(firm: Firm) -> Any:
    """Boris has written what is to be done when a deal of his people comes; it is not switched on."""
    does = {"title": "Call", "to": "OWNER", "due": 1}
    values = RuleValues("Call", "DEAL_NO_STEP", "TASK", days=3, does=does, unit_id=firm.north.pk)
    return automation.save_rule(by=fresh(firm.boris), values=values, now=NOW)


def _task(firm: Firm, head: Any, person: Any, word: str) -> Any:
    values = TaskValues(title=f"{word} waits for a call", text=f"{word} asked twice")
    (task,) = tasks.create_tasks(by=fresh(head), values=values, to=To(people=(person.pk,)), now=NOW)
    return task


def _repeated(firm: Firm) -> tuple[Any, Any]:
    """What the head gives Anna every week."""
    values = TemplateValues(name=f"Ask {ANNAS}", title="Ask", assign="PERSON", assignee_id=firm.anna.pk)
    template = tasks.save_template(by=fresh(firm.boris), values=values, now=NOW)
    weekly = tasks.RepeatValues(template_id=template.pk)
    return template, tasks.add_repeat(by=fresh(firm.boris), values=weekly, now=NOW)


def _told(firm: Firm, person: Any, word: str) -> dict[str, Any]:
    """What one person was told, failed to be told, and wants to be told."""
    notice = Notice.objects.get(person=person, kind="task.given")
    made = {"person": person, "channel": "email", "bunch": notice.kind, "state": "DEAD", "answer": "550 nobody"}
    Delivery.objects.create(notice=notice, made_at=NOW, due_at=NOW, next_try_at=NOW, **made)
    reminder = notifications.remind_me(by=fresh(person), at=NOW + timedelta(days=1), text=f"{word} calls", now=NOW)
    absence = Absence.objects.create(person=person, starts_on=date(2026, 8, 3), ends_on=date(2026, 8, 17))
    rule = ReminderRule.objects.get(code="task.before")
    return {"notice": notice, "reminder": reminder, "absence": absence, "rule": rule}


def _mixed(firm: Firm) -> None:
    """What is Vera's with a customer of Anna's. Calls are not here: a customer's history goes with the customer."""
    shared = make_customer(firm.anna, "Shared Ltd")
    make_deal(firm.anna, shared, "Ordinary", amount=10)
    made = {"owner": firm.vera, "created_at": NOW, "updated_at": NOW}
    deal = make_deal(firm.vera, shared, f"{VERAS} upsell")
    Contact.objects.create(last_name=f"{VERAS}in", first_name="Oleg", customer=shared, **made)
    make_invoice(firm, shared, 70, number=f"{VERAS}-70", owner_id=firm.vera.pk, deal_id=deal.pk)
    pay(firm, shared, 5, day="2026-03-01", purpose=f"{VERAS} again", owner_id=firm.vera.pk)
