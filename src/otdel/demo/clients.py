"""Customers and their contacts: who they are, how much they buy, who serves them from when."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from otdel.customers.models import Contact, ContactPoint, Customer
from otdel.demo import firm, names, requisites, words
from otdel.demo.days import lognormal
from otdel.demo.world import Client, World, stamps

BASE = 340
SEGMENT_SHARES = {"key": 5, "installer": 32, "dealer": 14, "builder": 14, "housing": 15, "retail": 20}
APPETITE = {"key": 3.0, "dealer": 2.2, "installer": 1.2, "builder": 1.0, "housing": 0.9, "retail": 0.4}
OLDEST = 5 * 365
DEBTOR = "Кубаньтеплоинвест"


class Clients:
    """Makes customers one after another and remembers which names and numbers are used."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.rng = world.rng("clients")
        self.names: Iterator[tuple[str, str]] = names.companies(self.rng)
        self.number = 0

    def make(self, region: str, owner: str, made: datetime, source: str, segment: str = "") -> Client:
        world, rng = self.world, self.rng
        segment = segment or rng.choices(list(SEGMENT_SHARES), list(SEGMENT_SHARES.values()))[0]
        row = self._row(region, segment, source, made)
        client = Client(
            row=row,
            region=region,
            segment=segment,
            weight=APPETITE[segment] * lognormal(rng, 1, 0.7),
            delay=_delay(rng, segment),
            owners=[(made.date(), owner)],
            contact=self._contact(row, world.people[owner], made),
        )
        world.clients.append(client)
        return client

    def _row(self, region: str, segment: str, source: str, made: datetime) -> Customer:
        self.number += 1
        world, rng = self.world, self.rng
        draw = rng.random()
        fields: dict[str, Any] = {
            "segment": world.segments[segment],
            "region": world.regions[region],
            "channel": world.channels[_channel(rng, segment)],
            "source": world.sources[source],
            **stamps(made),
        }
        if segment == "retail" and draw < 0.35:
            last, first, middle = names.person(rng)
            return world.new(Customer, kind=Customer.Kind.PERSON, name=f"{last} {first} {middle}", **fields)
        if segment in ("retail", "installer") and draw > 0.8:
            return self._entrepreneur(region, fields)
        name, form = next(self.names)
        return self._company(region, name, form, fields)

    def _entrepreneur(self, region: str, fields: dict[str, Any]) -> Customer:
        last, first, middle = names.person(self.rng)
        ids = requisites.entrepreneur(self.rng, words.TAX_CODES[region], self.number)
        return self.world.new(
            Customer,
            name=f"ИП {last} {first} {middle}",
            legal_name=f"Индивидуальный предприниматель {last} {first} {middle}",
            inn=ids.inn,
            ogrn=ids.ogrn,
            address=self._address(region),
            **fields,
        )

    def _company(self, region: str, name: str, form: str, fields: dict[str, Any]) -> Customer:
        ids = requisites.company(self.rng, words.TAX_CODES[region], self.number)
        return self.world.new(
            Customer,
            name=name if form == "ООО" else f"{form} «{name}»",
            legal_name=f"{form} «{name}»",
            inn=ids.inn,
            kpp=ids.kpp,
            ogrn=ids.ogrn,
            bank_name=f"Банк «{self.rng.choice(('Причал', 'Меридиан', 'Старый мост', 'Опора'))}»",
            bik=ids.bik,
            account=ids.account,
            address=self._address(region),
            **fields,
        )

    def _address(self, region: str) -> str:
        street = self.rng.choice(("Заводская", "Насосная", "Тепличная", "Строителей", "Промышленная", "Портовая"))
        return f"{words.CITIES[region]}, ул. {street}, {self.rng.randrange(1, 90)}"

    def _contact(self, row: Customer, owner: Any, made: datetime) -> Contact:
        """Add one or two contacts with their phones and e-mails; return the first."""
        found = [self._one_contact(row, owner, made, place) for place in range(1 + (self.rng.random() < 0.35))]
        return found[0]

    def _one_contact(self, row: Customer, owner: Any, made: datetime, place: int) -> Contact:
        world, rng = self.world, self.rng
        last, first, middle = names.person(rng)
        contact = world.new(
            Contact,
            last_name=last,
            first_name=first,
            middle_name=middle,
            position=world.say(rng.choice(words.CONTACT_POSITIONS)),
            customer=row,
            owner=owner,
            **stamps(made),
        )
        world.contacts.append(contact)
        # The subscriber numbers 000-xx-xx are given to nobody.
        index = len(world.contacts)
        phone = f"+7{900 + index // 10000 + rng.randrange(10, 60)}000{index % 10000:04}"
        extension = str(rng.randrange(100, 500)) if rng.random() < 0.12 else ""
        mail = f"{names.latin(last)}{index}@{names.latin(row.name)[:24] or 'mail'}.example"
        for kind, value, tail in (
            (ContactPoint.Kind.PHONE, phone, extension),
            (ContactPoint.Kind.EMAIL, mail, ""),
        ):
            world.points.append(
                world.new(
                    ContactPoint, kind=kind, contact=contact, value=value, extension=tail, raw=value, position=place
                )
            )
        return contact


def _channel(rng: Random, segment: str) -> str:
    if segment == "dealer":
        return "dealers"
    if segment == "retail":
        return "online" if rng.random() < 0.6 else "direct"
    return "tender" if segment in ("housing", "builder") and rng.random() < 0.25 else "direct"


def _delay(rng: Random, segment: str) -> float:
    """Return how many days after the due date the client usually pays; a few hardly ever do."""
    if segment == "retail":
        return -3
    draw = rng.random()
    if draw < 0.7:
        return rng.uniform(-4, 3)
    if draw < 0.9:
        return rng.uniform(8, 28)
    return rng.uniform(30, 85) if draw < 0.985 else 400


def make_base(world: World, clients: Clients) -> None:
    """Make the customers the company had before the story begins."""
    rng = clients.rng
    sellers = [w for w in firm.SELLERS if w.hired is None and w.unit != "active"]
    shares = [w.rate * (0.45 if w.unit == "service" else 1) for w in sellers]
    for _ in range(max(round(BASE * world.scale), len(sellers))):
        # everybody gets one, then by lot
        place = len(world.clients)
        worker = sellers[place] if place < len(sellers) else rng.choices(sellers, shares)[0]
        region = region_of(rng, world.spans(worker.key)[0][2])
        day = world.days.months[0].start - timedelta(days=rng.randrange(20, OLDEST))
        source = rng.choices(list(world.sources), (4, 2, 4, 2, 1, 1))[0]
        made = world.days.at(max(day, world.spans(worker.key)[0][0]), rng)
        clients.make(region, worker.key, made, source)


def region_of(rng: Random, unit: str) -> str:
    """Return where a client of the department is likely to be."""
    if unit == "north":
        return rng.choices(list(words.NORTH_REGIONS), (5, 3, 1, 2))[0]
    if unit == "south":
        return rng.choices(list(words.SOUTH_REGIONS), (4, 5, 2, 2))[0]
    return rng.choice(list(words.REGIONS))


def hand_over(world: World) -> None:
    """Move old clients to newcomers and from those who leave; let a share of one group's clients fall silent."""
    rng = world.rng("handover")
    for worker in firm.PEOPLE:
        left = world.month_start(worker.left)
        if left is not None:
            _take_over(world, rng, {worker.key}, worker.heir, left, 1)
    for worker in firm.SELLERS:
        hired = world.month_start(worker.hired)
        if hired is not None:
            colleagues = {w.key for w in firm.SELLERS if w.unit == worker.unit and w.key != worker.key}
            _take_over(world, rng, colleagues, worker.key, hired, 0.25)
    for client in world.clients:
        _fall_silent(world, rng, client)


def _take_over(world: World, rng: Random, givers: set[str], taker: str, day: date, share: float) -> None:
    for client in world.clients:
        if client.owner(day) in givers and rng.random() < share:
            client.owners.append((day, taker))


def _fall_silent(world: World, rng: Random, client: Client) -> None:
    shrinks = world.unit_key(client.owners[0][1], world.days.start) == firm.SHRINKING
    first = world.month_start(firm.SHRINKING_FROM)
    if shrinks and first is not None and rng.random() < 0.5:
        client.silent_from = first + timedelta(days=rng.randrange(100))
    elif rng.random() < 0.12:
        client.silent_from = world.days.start + timedelta(days=rng.randrange(150, 600))


def settle(world: World) -> None:
    """Write down who serves each customer today."""
    today = world.days.today
    for client in world.clients:
        client.row.owner = world.people[world.at_work(client.owner(today), today)]
    owners = {id(client.row): client.row.owner for client in world.clients}
    for contact in world.contacts:
        contact.owner = owners[id(contact.customer)]
