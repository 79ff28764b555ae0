"""Manual control over the manager furthest behind their plan: once in the past, and for two weeks now."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from random import Random

from otdel.activities.actions import log_activity
from otdel.activities.rules import ActivityValues
from otdel.core.errors import Refusal
from otdel.core.periods import Kind, Period
from otdel.demo import firm
from otdel.demo.words import Word
from otdel.demo.world import World
from otdel.measures import actions
from otdel.measures.actions.days import Verdict
from otdel.measures.models import DayPlan, ManualControl
from otdel.measures.queries.standing import standing
from otdel.measures.rules import ControlValues
from otdel.org.models import Person
from otdel.org.queries import company_of

LASTS = 10  # working days
# the one that is over: begun so many working days ago, and how long it was
LONG_AGO, LASTED = 45, 8
NORMS = (("CALL", 8), ("MEETING", 1), ("PROPOSAL", 2))
# of the actions of a day: the first days go badly
DONE = (0.3, 0.9)
REASON = Word("Мало звонков, должников никто не трогает", "Few calls, and nobody touches the debtors")
NOTES = (
    Word("Два клиента просили перезвонить после обеда", "Two customers asked to be called after lunch"),
    Word("Образцы отвёз лично, решают до пятницы", "Took the samples myself, they decide by Friday"),
    Word("Полдня на складе разбирался с отгрузкой", "Half a day in the warehouse over a shipment"),
)
COMMENTS = (
    Word("Должников не трогали второй день", "Debtors untouched for the second day"),
    Word("Хорошо: сделки сдвинулись", "Good: the deals have moved"),
    Word("Звонков достаточно, встреч мало", "Enough calls, too few meetings"),
)
NEXT = Word("Согласовать отсрочку и выставить счёт до обеда", "Agree the deferral and issue the invoice before noon")
GAVE = Word("Звонки стали привычкой, дальше обычный контроль", "Calls have become a habit, ordinary control goes on")
RESULT = Word("Договорились о следующем шаге", "Agreed on the next step")


def live(world: World, now: datetime) -> ManualControl | None:
    """Declare and live them; nothing where the young story has no plan yet."""
    past = Story(world, LONG_AGO, LASTED)
    past.norms()
    control = past.tell(now)
    if control is not None:
        past.end(control)
    return Story(world, LASTS, but=past.manager.pk).tell(now)


class Story:
    """One mode, declared so many working days ago; without a length it goes on."""

    def __init__(self, world: World, ago: int, lasted: int | None = None, but: int | None = None) -> None:
        self.world = world
        self.is_over = lasted is not None
        self.rng: Random = world.rng(f"control {ago}")
        self.head = self._person(firm.HEAD)
        self.days = self._days(ago)[:lasted]
        self.manager = self._worst(but)

    def _person(self, key: str) -> Person:
        return Person.objects.select_related("role").get(pk=self.world.people[key].pk)

    def _worst(self, but: int | None) -> Person:
        """Return the manager whose payments were behind by the most money when it began."""
        company = company_of(self.head)
        since = self.days[0]
        found: list[tuple[Decimal, str]] = []
        for worker in firm.SELLERS:
            unit = self.world.unit(worker.key, since)
            others = worker.unit not in ("north", "south") or self.world.people[worker.key].pk == but
            if unit is None or others:
                continue
            where = standing(
                unit_id=unit.pk,
                person_id=self.world.people[worker.key].pk,
                metric="payments",
                period=Period.of(Kind.MONTH, since),
                day=since - timedelta(days=1),
                company=company,
                calendar=self.world.days.calendar,
            )
            if where.expected is not None:
                found.append((where.fact - where.expected, worker.key))
        return self._person(min(found)[1] if found else firm.FADING)

    def at(self, day: date, hour: int, minute: int = 0) -> datetime:
        return datetime.combine(day, time(hour, minute), self.world.days.zone)

    def norms(self) -> None:
        start = self.world.days.worked(self.world.days.today - timedelta(days=120))
        for kind, amount in NORMS:
            actions.set_norm(
                by=self.head,
                unit_id=self.world.units["sales"].pk,
                kind=kind,
                amount=amount,
                starts_on=start,
                now=self.at(start, 10),
            )

    def tell(self, now: datetime) -> ManualControl | None:
        days = self.days
        try:
            control = actions.declare(by=self.head, values=self._values(days[0]), now=self.at(days[0], 7, 30))
        except Refusal:
            return None
        for number, day in enumerate(days):
            if self.at(day, 8, 5) > now:
                break
            actions.keep(now=self.at(day, 8, 5))
            if day < self.world.days.today:
                self._work(day, number / max(len(days) - 2, 1))
        return control

    def _days(self, ago: int) -> list[date]:
        """The last working days, today among them when it is one."""
        today = self.world.days.today
        calendar = self.world.days.calendar
        found = [today] if calendar.is_working_day(today) else []
        day = today
        for _number in range(ago):
            day = calendar.add_working_days(day, -1)
            found.append(day)
        return sorted(found)

    def end(self, control: ManualControl) -> None:
        over = self.world.days.calendar.add_working_days(self.days[-1], 1)
        note = self.world.say(GAVE)
        actions.end_control(by=self.head, control_id=control.pk, note=note, now=self.at(over, 9, 30))

    def _values(self, since: date) -> ControlValues:
        return ControlValues(
            unit_id=self._unit(since),
            person_id=self.manager.pk,
            metric="payments",
            period=Period.of(Kind.MONTH, since),
            until=since + timedelta(days=42),
            exit_share=Decimal("0.95"),
            exit_days=5,
            reviewer_id=self.world.people[firm.DIRECTOR].pk,
            reason=self.world.say(REASON),
        )

    def _unit(self, since: date) -> int:
        key = next(key for key, person in self.world.people.items() if person.pk == self.manager.pk)
        found = self.world.unit_id(key, since)
        assert found is not None
        return found

    def _work(self, day: date, progress: float) -> None:
        """Confirm the plan, do some of it, hand the report in; the head judges it the same evening."""
        plan = DayPlan.objects.filter(person=self.manager, day=day).first()
        if plan is None:
            return
        actions.confirm_day(by=self.manager, day_id=plan.pk, now=self.at(day, 8, 50))
        share = DONE[0] + (DONE[1] - DONE[0]) * progress
        for number, each in enumerate(plan.actions.exclude(customer=None).order_by("position")):
            if self.rng.random() < share:
                self._call(each.customer_id, self.at(day, 9 + number % 9, self.rng.randrange(60)))
        actions.keep(now=self.at(day, 18, 5))
        said = self.world.say(self.rng.choice(NOTES))
        actions.hand_in(by=self.manager, day_id=plan.pk, note=said, now=self.at(day, 18, 20))
        if self.is_over or day < self.days[-2]:
            self._judge(plan.pk, day, progress)

    def _call(self, customer_id: int | None, at: datetime) -> None:
        values = ActivityValues(
            kind="CALL", at=at, customer_id=customer_id, result=self.world.say(RESULT), duration=240
        )
        log_activity(by=self.manager, values=values, now=at)

    def _judge(self, plan_id: int, day: date, progress: float) -> None:
        verdict = Verdict(
            grade="BAD" if progress < 0.3 else "GOOD" if progress > 0.6 else "NONE",
            comment=self.world.say(COMMENTS[0 if progress < 0.3 else 1 if progress > 0.6 else 2]),
            next_title=self.world.say(NEXT) if 0.2 < progress < 0.35 else "",
        )
        actions.accept_day(by=self.head, day_id=plan_id, verdict=verdict, now=self.at(day, 18, 50))
