"""Calls, meetings, e-mails, proposals and notes."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from otdel.activities.models import Activity
from otdel.deals.models import Deal, Lead
from otdel.demo import words
from otdel.demo.words import Word
from otdel.demo.world import Client, World, stamps

Kind = Activity.Kind
METRICS = {Kind.CALL: "calls", Kind.MEETING: "meetings", Kind.PROPOSAL: "proposals"}
LONGEST = {Kind.CALL: 900, Kind.MEETING: 7200}


class Touches:
    """Adds what has happened; what is later than today only counts towards the tally."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.rng = world.rng("touches")

    def add(self, kind: Activity.Kind, at: datetime, key: str, subject: Word, **about: Any) -> None:
        """Add one done activity. `about` names the customer, contact, deal or lead."""
        world, day = self.world, at.date()
        key = world.at_work(key, day)
        if kind in METRICS:
            world.count(METRICS[kind], key, day, 1)
        if not world.days.has_passed(day):
            return
        world.activities.append(self._row(kind, at, key, subject, about))

    def _row(self, kind: Activity.Kind, at: datetime, key: str, subject: Word, about: dict[str, Any]) -> Activity:
        world, rng = self.world, self.rng
        incoming = kind in (Kind.CALL, Kind.EMAIL) and rng.random() < 0.3
        return world.new(
            Activity,
            kind=kind,
            direction=Activity.Direction.IN if incoming else Activity.Direction.OUT,
            at=at,
            day=at.date(),
            duration=rng.randrange(40, LONGEST[kind]) if kind in LONGEST else None,
            subject=world.say(subject),
            result=world.say(rng.choice(words.CALL_RESULTS)) if kind == Kind.CALL and rng.random() < 0.4 else "",
            owner_id=world.people[key].pk,
            unit_id=world.unit_id(key, at.date()),
            **about,
            **stamps(at),
        )

    def of_deal(self, client: Client, key: str, events: list[tuple[int, datetime]], deal: Deal | None) -> None:
        """Add what usually happens at each stage of a deal."""
        about = _about(client, deal)
        for place, (stage, at) in enumerate(events):
            end = events[place + 1][1] if place + 1 < len(events) else None
            for kind, subject, when in self._at_stage(stage, at, end):
                self.add(kind, when, key, subject, **about)

    def _at_stage(self, stage: int, at: datetime, end: datetime | None) -> list[tuple[Activity.Kind, Word, datetime]]:
        rng = self.rng
        found: list[tuple[Activity.Kind, Word, datetime]] = []
        if stage in (0, 4) or (stage == 1 and rng.random() < 0.7):
            found.append((Kind.CALL, rng.choice(words.FIRST_CALLS if stage < 2 else words.CALLS), at))
        if stage in (1, 3) and rng.random() < 0.3:
            found.append((Kind.MEETING, rng.choice(words.MEETINGS), self._between(at, end)))
        if stage == 2:
            found.append((Kind.PROPOSAL, words.PROPOSAL, at))
            found += [(Kind.CALL, rng.choice(words.CALLS), self._between(at, end)) for _ in range(rng.randrange(1, 3))]
        if stage in (2, 3, 4) and rng.random() < 0.5:
            found.append((Kind.EMAIL, words.LETTERS[stage - 2], at + timedelta(minutes=7)))
        if stage < 5 and rng.random() < 0.06:
            found.append((Kind.NOTE, rng.choice(words.NOTES), at + timedelta(minutes=20)))
        return found

    def _between(self, at: datetime, end: datetime | None) -> datetime:
        """Return a moment of a working day inside the stage."""
        length = max((end - at).days, 1) if end else 5
        day = self.world.days.worked(at.date() + timedelta(days=self.rng.randrange(length)))
        if end is not None and day >= end.date():
            return at + timedelta(minutes=15)
        return self.world.days.at(day, self.rng, after=at)

    def of_lead(self, lead: Lead | None, key: str, at: datetime, end: datetime) -> None:
        self.add(Kind.CALL, at + timedelta(minutes=25), key, words.FIRST_CALLS[0], lead_id=lead and lead.pk)
        if self.rng.random() < 0.6:
            self.add(Kind.CALL, self._between(at, end), key, words.FIRST_CALLS[1], lead_id=lead and lead.pk)

    def routine(self, client: Client, key: str, day: date) -> None:
        kind, subject = (Kind.MEETING, words.MEETINGS[1]) if self.rng.random() < 0.08 else (Kind.CALL, words.CALLS[5])
        at = self.world.days.at(day, self.rng)
        self.add(kind, at, key, subject, **_about(client, None))

    def plan_next(self, deal: Deal, client: Client, key: str) -> None:
        """Plan the next step of an open deal: today or later for most, overdue or missing for some."""
        draw = self.rng.random()
        if draw > 0.78:
            return
        days = self.world.days
        overdue = draw < 0.08
        day = (
            days.worked(days.today - timedelta(days=14), self.rng.randrange(6))
            if overdue
            else days.worked(days.today, self.rng.randrange(7))
        )
        if overdue and (day >= days.today or day <= deal.opened_on):
            return
        row = self._row(
            Kind.MEETING if self.rng.random() < 0.2 else Kind.CALL,
            days.at(day, self.rng),
            key,
            words.NEXT_STEP,
            _about(client, deal),
        )
        row.is_done, row.duration, row.result, row.direction = False, None, "", Activity.Direction.OUT
        row.created_at = row.updated_at = deal.stage_since
        self.world.activities.append(row)


def _about(client: Client, deal: Deal | None) -> dict[str, Any]:
    return {"customer_id": client.row.pk, "contact_id": client.contact.pk, "deal_id": deal and deal.pk}
