"""Tasks of everybody, in every state."""

from __future__ import annotations

from otdel.bench.fill.pour import Pour
from otdel.bench.fill.sizes import BUSY, BUSY_TASKS

# each choice about a task falls by a die of its own, so that they do not hang together
TASK_DICE = ("doer", "giver", "other", "state", "day", "hour", "made", "odd")


class Tasks(Pour):
    def run(self) -> None:
        """As many open tasks as deals, and a tenth more done ones that nobody has graded.

        Of everybody, in every state, due in the two months around today; some private, shared, calling somebody in.
        One person has two hundred at every size and has given as many, so that their pages show as much at the
        smallest as at the largest.
        """
        open_, full = self.size.deals, min(BUSY_TASKS, self.size.deals // 10)
        salted = {
            name: f"(hashint8(i * {len(TASK_DICE)} + {place})::bigint & 2147483647)"
            for place, name in enumerate(TASK_DICE)
        }
        die = salted.__getitem__
        hour = f"(array[18,18,18,18,12,15,10,17])[1 + {die('hour')} % 8]"
        day = f"date '{self.today}' + ({die('day')} % 60 - 20)::int"
        due = f"(({day}) + make_interval(hours => {hour}::int)) at time zone 'Europe/Moscow'"
        made = f"timestamptz '{self.today}' - ({die('made')} % 90) * interval '1 day'"
        doer = f"case when i <= {full} then {BUSY} else 1 + {die('doer')} % {self.size.people} end"
        giver = f"case when i > {full} and i <= {2 * full} then {BUSY} else 1 + {die('giver')} % {self.size.people} end"
        states = (
            "NEW NEW NEW SEEN SEEN SEEN SEEN SEEN SEEN WORK WORK WORK WORK WORK WORK RETURNED REVIEW REVIEW DEFERRED"
        )
        listed = ",".join(f"'{each}'" for each in states.split())
        state = (
            f"case when i > {open_} then 'DONE' else (array[{listed}])[1 + {die('state')} % {len(states.split())}] end"
        )
        other = f"1 + {die('other')} % {self.size.people}"
        odd = die("odd")
        self.insert(
            "tasks_task", f"generate_series(1, {open_ + open_ // 10}) i", id="i",
            title="'Задача ' || i || ' позвонить клиенту'", text="''",
            creator_id=giver, assignee_id=doer,
            deal_id=f"case when i % 2 = 0 then 1 + i % {self.size.deals} end",
            customer_id=f"case when i % 3 > 0 then 1 + i % {self.size.customers} end",
            participants=f"case when {odd} % 50 < 3 then array[{other}] else '{{}}' end", is_shared=f"{odd} % 50 < 2",
            is_private=f"{odd} % 50 = 4", mentioned=f"case when {odd} % 50 = 0 then array[{other}] else '{{}}' end",
            priority="2", deadline=due, judged_by=due, first_deadline=due, reason_needed="true", state=state,
            deferred_until=f"case when {state} = 'DEFERRED' then {due} - interval '2 days' end", seen_at=made,
            **self.times(made),
        )  # fmt: skip
