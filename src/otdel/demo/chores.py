"""What the people of the invented company asked of one another in writing, and how it went."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, time, timedelta

from otdel.deals.models import Deal
from otdel.demo import firm
from otdel.demo.words import Word
from otdel.demo.world import Client, World, stamps
from otdel.tasks.models import ChecklistItem, DeadlineMove, Repeat, Task, TaskComment, Template

WEEKS = 52
# the chance that work is done in time, returned, graded bad, moved; whoever is not named is usual
USUAL = (0.84, 0.07, 0.04, 0.12)
PEOPLE = {
    firm.FADING: (0.52, 0.16, 0.12, 0.3),
    firm.STAR: (0.97, 0.02, 0.0, 0.04),
    firm.DEBTOR_OF: (0.7, 0.1, 0.08, 0.2),
}
ASKED = (
    Word("Согласовать отсрочку: {name}", "Agree on the delay of payment: {name}"),
    Word("Отправить обновлённое КП: {name}", "Send the new offer: {name}"),
    Word("Съездить на объект: {name}", "Visit the site: {name}"),
    Word("Получить подписанную спецификацию: {name}", "Get the signed specification: {name}"),
    Word("Выяснить, почему замолчали: {name}", "Find out why they fell silent: {name}"),
    Word("Узнать бюджет на следующий квартал: {name}", "Learn the budget of the next quarter: {name}"),
    Word("Сверить взаиморасчёты: {name}", "Reconcile the accounts: {name}"),
)
HEADS_WORK = (
    Word("Разобрать просроченные сделки группы", "Clear up the overdue deals of the group"),
    Word("Провести планёрку и записать решения", "Hold the morning meeting and write down what was decided"),
    Word("Проверить дебиторку старше 30 дней", "Look through the debts older than 30 days"),
    Word("Прослушать звонки новичков, дать замечания", "Listen to the calls of the new ones, say what to mend"),
    Word("Согласовать план группы на следующий месяц", "Agree on the group's plan of the next month"),
    Word("Встретиться с тремя ключевыми клиентами", "Meet three key customers"),
    Word("Подготовить прогноз поступлений на неделю", "Prepare the week's forecast of payments"),
)
GENERAL = (
    Word("Подготовить план встреч на неделю", "Prepare the meetings of the week"),
    Word("Заполнить карточки новых клиентов", "Fill in the cards of new customers"),
    Word("Разобрать просроченные сделки", "Clear up the overdue deals"),
)
OWN = (
    Word("Перезвонить: {name}", "Call back: {name}"),
    Word("Напомнить об оплате: {name}", "Remind of the payment: {name}"),
)
DONE = (
    Word("Договорились, письмо отправлено.", "Agreed, the letter is sent."),
    Word("Готово, подробности в карточке.", "Done, details are on the card."),
    Word("Клиент просит вернуться через месяц.", "The client asks to come back in a month."),
)
WRONG = (
    Word("Нет суммы и срока: уточните.", "No sum and no day: find out."),
    Word("Не та спецификация.", "It is not the right specification."),
)
WHY = (Word("Клиент в отпуске", "The client is away"), Word("Ждём ответа склада", "Waiting for the warehouse"))
LINES = (
    Word("Позвонить лицу, принимающему решение", "Call whoever decides"),
    Word("Отправить письмо", "Send the letter"),
    Word("Записать итог в карточку", "Write the result on the card"),
)
State, Grade = Task.State, Task.Grade


class Chores:
    """Tasks of every week: two or three from the head, one to oneself."""

    def __init__(self, world: World, now: datetime) -> None:
        self.world, self.now, self.rng = world, now, world.rng("chores")
        # since then nobody has looked yet: the giver of a task handed in on Friday sees it on Sunday as well
        self.unread_from = world.days.worked_before(world.days.today, 2)
        self.clients: dict[str, list[Client]] = defaultdict(list)
        for client in world.clients:
            self.clients[client.owner(world.days.today)].append(client)
        self.deals: dict[int | None, list[Deal]] = defaultdict(list)
        for deal in world.deals:
            if deal.closed_on is None:
                self.deals[deal.customer_id].append(deal)

    def live(self) -> None:
        today = self.world.days.today
        monday = today - timedelta(days=today.weekday())
        for back in range(WEEKS, -1, -1):
            for key in (*(worker.key for worker in firm.SELLERS), *ABOVE):
                self._week(key, monday - timedelta(weeks=back))
        self._templates()

    def _week(self, key: str, monday: date) -> None:
        days, rng = self.world.days, self.rng
        for number in range(2 + (rng.random() < 0.4) + 1):
            day = days.worked(monday, rng.randrange(5))
            unit = self.world.unit_key(key, day)
            if day > days.today or unit is None:
                continue
            at = days.at(day, rng)
            if at > self.now:
                continue
            head = ABOVE.get(key) or HEADS[unit]
            if unit in ("north", "south") and rng.random() < 0.25:
                head = ABOVE.get(head, head)
            own = number == 0
            self._task(key if own else head, key, at)

    def _task(self, giver: str, doer: str, at: datetime) -> None:
        world, rng = self.world, self.rng
        clients = self.clients[doer]
        client = rng.choice(clients) if clients and rng.random() < 0.9 else None
        own = giver == doer
        general = HEADS_WORK if doer in ABOVE else GENERAL
        word = rng.choice(general) if client is None else rng.choice(OWN if own else ASKED)
        due = datetime.combine(world.days.worked(at.date(), rng.randrange(0, 6)), time(23, 59, 59), world.days.zone)
        deals = self.deals[client.row.pk] if client else []
        task = world.new(
            Task,
            title=world.say(word).format(name=client.row.name if client else ""),
            creator_id=world.people[giver].pk,
            assignee_id=world.people[doer].pk,
            customer_id=client.row.pk if client else None,
            deal_id=rng.choice(deals).pk if deals and rng.random() < 0.5 else None,
            deadline=due,
            first_deadline=due,
            judged_by=due,
            needs_acceptance=not own and rng.random() < 0.6,
            priority=3 if rng.random() < 0.12 else 2,
            most_moves=2 if not own and rng.random() < 0.3 else None,
            **stamps(at),
        )
        self._go(task, own, *PEOPLE.get(doer, USUAL))
        world.tasks.append(task)
        if rng.random() < 0.08:
            self._lines(task)

    def _go(self, task: Task, own: bool, in_time: float, returned: float, bad: float, moved: float) -> None:
        """Let the task go its way as far as today."""
        rng, now = self.rng, self.now
        if rng.random() < moved and not own:
            self._move(task)
        assert task.deadline is not None
        span = (task.deadline - task.created_at).total_seconds()
        kept = rng.random() < in_time
        seconds = span * rng.uniform(0.2, 0.97) if kept else span + 86_400 * rng.choice((0.6, 1.5, 2.5, 4.5, 9.5))
        handed = self._at_work(task.created_at + timedelta(seconds=seconds), task.created_at, later=not kept)
        opened = min(self._at_work(task.created_at + timedelta(minutes=rng.randrange(5, 300)), task.created_at), handed)
        task.seen_at = task.created_at if own else opened if opened < now else None
        forgotten = not kept and rng.random() < 0.12 and task.deadline > now - timedelta(days=45)
        if handed > now or forgotten:
            task.state = State.NEW if task.seen_at is None else rng.choice((State.SEEN, State.WORK))
            return
        task.submitted_at, task.result = handed, self._result(task)
        task.updated_at = handed
        if not own and rng.random() < returned:
            task.returned_times = 1
            if handed > now - timedelta(days=4):
                task.state, task.submitted_at = State.RETURNED, None
                task.reason = self.world.say(rng.choice(WRONG))
                return
        fresh = handed.astimezone(self.world.days.zone).date() >= self.unread_from
        if task.needs_acceptance and fresh:
            task.state = State.REVIEW
            return
        task.state, task.done_at = State.DONE, handed
        task.grade = Grade.NONE if own else "" if fresh else self._grade(bad)

    def _result(self, task: Task) -> str:
        """Who accepts is told how it ended; others write it half of the time."""
        words = self.world.say(self.rng.choice(DONE))
        return words if self.rng.random() < 0.5 or task.needs_acceptance else ""

    def _at_work(self, at: datetime, after: datetime, *, later: bool = False) -> datetime:
        """Return a moment of working time of the same day or, on a day off, of the working day before it or after."""
        days = self.world.days
        local = at.astimezone(days.zone)
        day = local.date()
        while not days.calendar.is_working_day(day) and (later or day > after.date()):
            day += timedelta(days=1 if later else -1)
        hour = local.hour if 9 <= local.hour < 18 else 9 + local.hour % 9
        return max(
            datetime.combine(day, time(hour, local.minute, local.second), days.zone), after + timedelta(minutes=4)
        )

    def _grade(self, bad: float) -> str:
        draw = self.rng.random()
        return Grade.BAD if draw < bad else Grade.GOOD if draw < 0.7 else Grade.NONE

    def _move(self, task: Task) -> None:
        world = self.world
        before = task.deadline
        assert before is not None
        at = task.created_at + (before - task.created_at) / 2
        if at > self.now:
            return
        day = world.days.worked(before.date() + timedelta(days=1), self.rng.randrange(3))
        after = datetime.combine(day, time(23, 59, 59), world.days.zone)
        task.deadline = task.judged_by = after
        task.moved_times = 1
        why = world.say(self.rng.choice(WHY))
        world.moves.append(
            world.new(
                DeadlineMove, task_id=task.pk, by_id=task.assignee_id, at=at, before=before, after=after, reason=why
            )
        )

    def _lines(self, task: Task) -> None:
        world = self.world
        for place, word in enumerate(LINES):
            done = task.done_at if task.state == State.DONE else None
            world.lines_to_do.append(
                world.new(
                    ChecklistItem,
                    task_id=task.pk,
                    text=world.say(word),
                    position=place,
                    done_at=done,
                    done_by_id=task.assignee_id if done else None,
                )
            )
        if task.state != State.DONE and task.assignee_id != task.creator_id:
            self._call(task)

    def _call(self, task: Task) -> None:
        """The doer asks the giver by name, who has not looked yet."""
        world = self.world
        giver = next(person for person in world.people.values() if person.pk == task.creator_id)
        words = Word("@{name}, подскажите, до какой суммы можно?", "@{name}, up to which sum may I go?")
        text = world.say(words).format(name=f"{giver.last_name} {giver.first_name}")
        world.comments.append(
            world.new(
                TaskComment,
                task_id=task.pk,
                by_id=task.assignee_id,
                at=min(task.created_at + timedelta(hours=2), self.now),
                text=text,
                mentions=[giver.pk],
            )
        )
        task.mentioned = [giver.pk]

    def _templates(self) -> None:
        """What is asked for every week, after a payment and on birthdays."""
        world, head = self.world, self.world.people[firm.HEAD]
        made = {"owner_id": head.pk, "scope": "COMPANY", **stamps(self.now - timedelta(days=120))}
        report = world.new(
            Template,
            name=world.say(Word("Итоги недели", "The week in short")),
            title=world.say(Word("Итоги недели: что сделано, что мешает", "The week: what is done, what hinders")),
            assign="UNIT",
            to_unit_id=world.units["north"].pk,
            due_after=4,
            due_in="HOURS",
            proof="TEXT",
            needs_acceptance=True,
            **made,
        )
        thanks = world.new(
            Template,
            name=world.say(Word("Спасибо за оплату", "Thanks for the payment")),
            title=world.say(
                Word(
                    "Поблагодарить и спросить о следующем заказе: {customer}",
                    "Thank, ask of the next order: {customer}",
                )
            ),
            assign="OWNER",
            due_after=2,
            **made,
        )
        first = world.new(
            Template,
            name=world.say(Word("Первая встреча", "First meeting")),
            title=world.say(Word("Провести первую встречу: {customer}", "Hold the first meeting: {customer}")),
            assign="OWNER",
            watch=["OWNER_HEAD"],
            due_after=3,
            proof="MEETING",
            checklist=[world.say(word) for word in LINES],
            **made,
        )
        world.templates += [report, thanks, first]
        friday = world.days.worked(world.days.today + timedelta(days=(4 - world.days.today.weekday()) % 7 or 7))
        world.repeats.append(
            world.new(
                Repeat,
                template_id=report.pk,
                by_id=head.pk,
                rule="FREQ=WEEKLY;BYDAY=FR",
                starts_on=world.days.start,
                at=time(14),
                next_on=friday,
                next_at=datetime.combine(friday, time(14), world.days.zone),
                created_at=self.now - timedelta(days=120),
            )
        )


def live(world: World, now: datetime) -> None:
    Chores(world, now).live()


HEADS = {key: head for key, _parent, head in firm.UNITS}
# who asks heads
ABOVE = {"belov": firm.HEAD, "fedorova": firm.HEAD, firm.HEAD: firm.DIRECTOR, "orlov": firm.DIRECTOR}
