"""Leads and deals: who opened what, how it moved, what was lost and why."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import accumulate
from math import exp
from random import Random

from otdel.billing.models import DealLine
from otdel.deals.models import Deal, Lead, StageChange
from otdel.demo import firm, names, words
from otdel.demo.clients import DEBTOR, Clients, region_of
from otdel.demo.days import lognormal
from otdel.demo.till import Item, Till
from otdel.demo.touches import Touches
from otdel.demo.world import Client, World, money, stamps

WON, LOST, PROPOSAL, INVOICED = 5, 6, 2, 4
# Chance of losing the deal at each stage, and the stage's usual length in working days.
LOSSES = (0.11, 0.13, 0.22, 0.10, 0.07)
LENGTHS = (1.4, 4.0, 6.0, 5.0, 3.0)
MEDIANS = {
    "key": 360_000,
    "builder": 250_000,
    "installer": 110_000,
    "dealer": 140_000,
    "housing": 95_000,
    "retail": 26_000,
}
SALES_MIX = {"circ": 20, "well": 14, "station": 13, "boiler": 18, "radiator": 14, "auto": 13, "service": 5}
SERVICE_MIX: dict[str, float] = {"service": 70, "auto": 20, "circ": 10}
LEADS = {"active": 11.0, "north": 2.0, "south": 2.0, "service": 0.0}
ROUTINE_CALLS = 15


def poisson(rng: Random, mean: float) -> int:
    limit, product, count = exp(-mean), rng.random(), 0
    while product > limit:
        product *= rng.random()
        count += 1
    return count


class Trade:
    """Lives through the months one after another."""

    def __init__(self, world: World, clients: Clients) -> None:
        self.world, self.clients = world, clients
        self.rng = world.rng("trade")
        self.touches = Touches(world)
        self.till = Till(world)

    def live(self) -> None:
        last = self.world.days.quarters[-1][1]
        for month, period in enumerate(self.world.days.months):
            if period.start < last:
                for worker in firm.SELLERS:
                    self._month(worker, month)
        self._big_debt()
        self.till.number()

    def _month(self, worker: firm.Worker, month: int) -> None:
        world, rng = self.world, self.rng
        worked = [day for day in world.days.working_days(month) if world.unit_key(worker.key, day)]
        if not worked:
            return
        pace = len(worked) / 21 * self._pace(worker, month) * world.scale
        unit = world.unit_key(worker.key, worked[0]) or worker.unit
        for _ in range(poisson(rng, LEADS[unit] * pace)):
            self._lead(worker, unit, rng.choice(worked))
        base = [c for c in world.clients if self._serves(worker.key, c, worked[0])]
        if not base:
            return
        weights = list(accumulate(client.weight for client in base))
        for _ in range(poisson(rng, worker.rate * pace * (0.5 if unit == "active" else 1))):
            client = rng.choices(base, cum_weights=weights)[0]
            self._deal(client, worker.key, rng.choice(worked))
        for _ in range(poisson(rng, ROUTINE_CALLS * len(worked) / 21 * world.scale)):
            self.touches.routine(rng.choice(base), worker.key, rng.choice(worked))

    def _serves(self, key: str, client: Client, day: date) -> bool:
        return self.world.at_work(client.owner(day), day) == key and not _silent(client, day)

    def _pace(self, worker: firm.Worker, month: int) -> float:
        back = month - self.world.days.current_month
        pace = self.world.days.season(month) * (1 + 0.006 * (month - 11))
        if worker.hired is not None:
            pace *= min(1, 0.4 + 0.2 * (back - worker.hired))
        if worker.unit == firm.SHRINKING and back >= firm.SHRINKING_FROM:
            pace *= max(0.72, 1 - 0.06 * (back - firm.SHRINKING_FROM + 1))
        return pace

    # leads

    def _lead(self, worker: firm.Worker, unit: str, day: date) -> None:
        world, rng = self.world, self.rng
        at = world.days.at(day, rng)
        closed = world.days.at(world.days.worked(day, 1 + poisson(rng, 6)), rng, after=at)
        source = rng.choices(list(world.sources), (5, 2, 3, 3, 2, 0))[0]
        region = region_of(rng, unit)
        converted = rng.random() < 0.32
        row = self._lead_row(worker, region, source, at) if world.days.has_passed(day) else None
        self.touches.of_lead(row, worker.key, at, closed)
        client = self._new_client(worker, region, source, closed) if converted else None
        if row is not None:
            self._close_lead(row, client, worker, closed)
            world.leads.append(row)
        if client is not None:
            self._deal(client, worker.key, closed.date(), lead=row, at=closed)

    def _lead_row(self, worker: firm.Worker, region: str, source: str, at: datetime) -> Lead:
        world, rng = self.world, self.rng
        last, first, _middle = names.person(rng)
        company, number = rng.choice(names.ROOTS) + rng.choice(names.ENDS), len(world.leads)
        return world.new(
            Lead,
            title=f"{world.say(words.LEAD)}: {world.say(words.GROUPS[rng.choice(list(words.GROUPS))]).lower()}",
            status=Lead.Status.NEW,
            company_name=company,
            person_name=f"{last} {first}",
            phone=f"+7{965 + number // 10000}000{number % 10000:04}",
            email=f"{names.latin(last)}@{names.latin(company)}.example",
            amount=money(round(lognormal(rng, 120_000, 0.7), -3)),
            source=world.sources[source],
            region=world.regions[region],
            owner=world.people[worker.key],
            **stamps(at),
        )

    def _close_lead(self, row: Lead, client: Client | None, worker: firm.Worker, closed: datetime) -> None:
        """Close it as it ended, or leave it as it stood yesterday evening."""
        world, rng = self.world, self.rng
        if not world.days.has_passed(closed.date()):
            row.status = Lead.Status.WORK if rng.random() < 0.6 else Lead.Status.NEW
            row.owner = world.people[world.at_work(worker.key, world.days.today)]
            return
        row.closed_at = row.updated_at = closed
        row.owner = world.people[world.at_work(worker.key, closed.date())]
        if client is None:
            row.status, row.reject_reason = Lead.Status.REJECTED, world.say(rng.choice(words.REJECTIONS))
        else:
            row.status, row.customer, row.contact = Lead.Status.CONVERTED, client.row, client.contact
            row.company_name = client.row.name[:250]

    def _new_client(self, worker: firm.Worker, region: str, source: str, at: datetime) -> Client | None:
        """Make the customer the lead became; one of the future is only imagined, and takes no place."""
        if not self.world.days.has_passed(at.date()):
            return None
        client = self.clients.make(region, worker.key, at, source)
        if worker.unit == "active":
            # half a year later the client goes to the managers of its region
            heirs = [w for w in firm.SELLERS if w.unit == ("north" if region in words.NORTH_REGIONS else "south")]
            day = at.date() + timedelta(days=183)
            heirs = [w for w in heirs if self.world.unit_key(w.key, day)]
            client.owners.append((day, self.rng.choice(heirs).key))
        return client

    # deals

    def _deal(
        self, client: Client, key: str, day: date, *, lead: Lead | None = None, at: datetime | None = None
    ) -> None:
        rng, days = self.rng, self.world.days
        at = at or days.at(day, rng)
        service = self.world.unit_key(key, day) == "service"
        items = self._items(client, key, day, SERVICE_MIX if service else self._mix(day))
        events, lost = self._walk(key, at)
        row = self._row(client, key, at, items, service, lead) if days.has_passed(day) else None
        if not lost:
            amount = sum((item.amount for item in items), Decimal(0))
            won = self.till.sell(client, key, events[-1][1], items, amount, row)
            events.append((WON, won))
            self.world.count("won_amount", self.world.at_work(key, won.date()), won.date(), float(amount))
        elif len(events) > INVOICED + 1:
            self.till.invoice_in_vain(client, key, events[INVOICED][1], events[-1][1], items, row)
        self.touches.of_deal(client, key, events, row)
        if row is not None:
            self._write(row, client, key, items, events, service)

    def _mix(self, day: date) -> dict[str, float]:
        mix: dict[str, float] = dict(SALES_MIX)
        if day.month in (8, 9, 10, 11):
            mix["boiler"] *= 1.5
        if self.world.days.month_of(day) >= self.world.days.current_month - 6:
            mix[firm.UNDERPLANNED_GROUP] *= 1.7
        return mix

    def _items(self, client: Client, key: str, day: date, mix: dict[str, float], target: float = 0) -> list[Item]:
        rng, worker = self.rng, firm.BY_KEY[key]
        target = target or lognormal(rng, MEDIANS[client.segment] * worker.size, 0.55)
        count = rng.choices((1, 2, 3, 4), (3, 4, 2, 1))[0]
        discount = rng.choice((0, 0, 0, 3, 5, 7)) + (8 if client.segment in ("dealer", "key") else 0)
        groups = list(dict.fromkeys(rng.choices(list(mix), list(mix.values()), k=count)))
        return [self._item(group, target / len(groups), discount) for group in groups]

    def _item(self, group: str, share: float, discount: int) -> Item:
        products = self.world.products[group]
        fitting = [p for p in products if p.price is not None and p.price <= share] or [
            min(products, key=lambda product: product.price or 0)
        ]
        product = self.rng.choice(fitting)
        price = ((product.price or Decimal(0)) * (100 - discount) / 100).quantize(Decimal("0.01"))
        quantity = max(1, round(share / float(price)))
        return Item(group, product, quantity, price, price * quantity)

    def _walk(self, key: str, at: datetime) -> tuple[list[tuple[int, datetime]], bool]:
        """Return the stages entered and whether the deal was lost; a won one ends at the invoice."""
        events = [(0, at)]
        for stage in range(INVOICED + 1):
            chance = LOSSES[stage] / firm.BY_KEY[key].skill
            if stage == PROPOSAL and self._fades(key, events[-1][1].date()):
                chance = 0.64
            if self.rng.random() < chance:
                events.append((LOST, self._later(events[-1][1], LENGTHS[stage] * 1.8)))
                return events, True
            if stage < INVOICED:
                events.append((stage + 1, self._later(events[-1][1], LENGTHS[stage])))
        return events, False

    def _fades(self, key: str, day: date) -> bool:
        return key == firm.FADING and self.world.days.month_of(day) >= self.world.days.current_month + firm.FADING_FROM

    def _later(self, at: datetime, length: float) -> datetime:
        days = round(lognormal(self.rng, length, 0.6) * (5 if self.rng.random() < 0.02 else 1))
        return self.world.days.at(self.world.days.worked(at.date(), days), self.rng, after=at)

    def _row(self, client: Client, key: str, at: datetime, items: list[Item], service: bool, lead: Lead | None) -> Deal:
        world, rng = self.world, self.rng
        source = lead.source if lead else world.sources["repeat"]
        return world.new(
            Deal,
            title=f"{world.say(words.GROUPS[items[0].group])}: {client.row.name}"[:250],
            customer=client.row,
            contact=client.contact,
            lead=lead,
            stage=world.stages["service" if service else "sales"][0],
            amount=sum((item.amount for item in items), Decimal(0)),
            opened_on=at.date(),
            expected_on=world.days.worked(at.date(), rng.randrange(15, 40)),
            stage_since=at,
            source=source,
            channel=world.channels["tender"] if rng.random() < 0.04 else client.row.channel,
            **stamps(at),
        )

    def _write(
        self, row: Deal, client: Client, key: str, items: list[Item], events: list[tuple[int, datetime]], service: bool
    ) -> None:
        """Put the deal where it stood yesterday evening, with every step it took."""
        world = self.world
        stages = world.stages["service" if service else "sales"]
        before = None
        for stage, at in events:
            if not world.days.has_passed(at.date()):
                break
            world.changes.append(
                world.new(
                    StageChange,
                    deal_id=row.pk,
                    before_id=before,
                    after_id=stages[stage].pk,
                    at=at,
                    by_id=world.people[world.at_work(key, at.date())].pk,
                )
            )
            row.stage, before = stages[stage], stages[stage].pk
            row.stage_since = row.updated_at = at
            if stage in (WON, LOST):
                self._close(row, stage, at, key)
        self._own(row, client, key)
        world.deals.append(row)
        world.deal_lines += [
            world.new(
                DealLine,
                deal_id=row.pk,
                product_id=item.product.pk,
                name=item.product.name,
                quantity=item.quantity,
                price=item.price,
                amount=item.amount,
                position=place,
            )
            for place, item in enumerate(items)
        ]

    def _close(self, row: Deal, stage: int, at: datetime, key: str) -> None:
        world = self.world
        row.closed_on = at.date()
        row.unit = world.unit(world.at_work(key, row.closed_on), row.closed_on)
        if stage == LOST:
            row.loss_reason = world.reasons[self.rng.choices(list(world.reasons), (6, 5, 3, 4, 3, 1))[0]]

    def _own(self, row: Deal, client: Client, key: str) -> None:
        owner = self.world.at_work(key, row.closed_on or self.world.days.today)
        row.owner = self.world.people[owner]
        if row.closed_on is None:
            self.touches.plan_next(row, client, owner)

    def _big_debt(self) -> None:
        """One large sale shipped on a promise, long overdue."""
        world, days, key = self.world, self.world.days, firm.DEBTOR_OF
        made = days.at(days.start - timedelta(days=90), self.rng)
        client = self.clients.make("krasnodar", key, made, "fair", "key")
        client.row.name, client.row.legal_name = DEBTOR, f"АО «{DEBTOR}»"
        opened = days.at(days.worked(days.today - timedelta(days=150)), self.rng)
        events = [(0, opened)]
        for length in (2, 5, 8, 6):
            events.append((len(events), days.at(days.worked(events[-1][1].date(), length), self.rng)))
        items = self._items(client, key, opened.date(), {"station": 3, "boiler": 1, "auto": 1}, 6_800_000)
        row = self._row(client, key, opened, items, False, None)
        row.note = world.say(words.DEBT_NOTE)
        amount = sum((item.amount for item in items), Decimal(0))
        events.append((WON, self.till.sell_on_promise(client, key, events[-1][1], items, amount, row)))
        self._write(row, client, key, items, events, False)


def _silent(client: Client, day: date) -> bool:
    return client.silent_from is not None and day >= client.silent_from
