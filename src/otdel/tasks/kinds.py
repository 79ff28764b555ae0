"""What people are told of their tasks, what they are reminded of by rule, and what stands in the daily digest."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from otdel.notifications.kinds import LOUD, DefaultRule, Kind, declare, declare_rules

TASK, REVIEW, ANSWER, WORD = "task", "task_review", "task_answer", "task_word"
DEAL_STEP, CUSTOMER_STEP = "deal_step", "customer_step"
GROUP = _("Tasks")
STEPS = _("Next steps")
DEADLINE = _("Deadline: %(anchor_at)s")
WAS = _("The deadline was %(anchor_at)s")
BOTH = ("complete", "postpone")
FROM = _("From: %(by)s")
ANSWER_BY = _("By %(anchor_at)s")
GIVER = pgettext_lazy("reminder", "whoever gave it")


def _kind(code: str, label: object, text: object, detail: object = "", **given: Any) -> Kind:
    return Kind(f"task.{code}", GROUP, label, text, detail, **given)


declare(
    _kind("given", _("A task was given to me"), pgettext_lazy("notice", "Task: %(title)s"), (DEADLINE, FROM),
          links=("complete",), many=_("New tasks: %(count)s")),
    _kind("soon", _("A deadline is near"), pgettext_lazy("notice", "Deadline soon: %(title)s"), DEADLINE,
          links=BOTH, many=_("Deadlines soon: %(count)s"), tone="over"),
    _kind("half", _("Half the time has passed"), pgettext_lazy("notice", "Half the time has passed: %(title)s"),
          DEADLINE, links=("complete",), tone="over"),
    _kind("due", _("A task is due"), pgettext_lazy("notice", "Due now: %(title)s"), DEADLINE, links=BOTH,
          many=_("Tasks due now: %(count)s"), overtakes=("task.soon", "task.half"), tone="over"),
    _kind("overdue", _("My task is overdue"), pgettext_lazy("notice", "Overdue: %(title)s"), WAS, links=BOTH,
          many=_("Overdue tasks: %(count)s"), overtakes=("task.soon", "task.half", "task.due"), tone="under"),
    _kind("overdue_given", _("A task I gave is overdue"), pgettext_lazy("notice", "Overdue with %(person)s: %(title)s"),
          WAS, many=_("Overdue tasks you gave: %(count)s"), tone="under"),
    _kind("overdue_team", _("One of my people has an overdue task"),
          pgettext_lazy("notice", "Overdue with %(person)s: %(title)s"), WAS,
          many=_("Overdue tasks of your people: %(count)s"), tone="under"),
    _kind("unopened", _("I have not opened a task"), pgettext_lazy("notice", "Not opened yet: %(title)s"), DEADLINE,
          many=_("Tasks you have not opened: %(count)s"), tone="over"),
    _kind("unopened_given", _("A task I gave has not been opened"),
          pgettext_lazy("notice", "%(person)s has not opened: %(title)s"), detail=DEADLINE,
          many=_("Tasks nobody opened: %(count)s"), tone="over"),
    _kind("review", _("A task is waiting for my acceptance"), pgettext_lazy("notice", "Accept or return: %(title)s"),
          (FROM, DEADLINE), when=_("After it was handed in"), whom=GIVER,
          many=_("Tasks waiting for your acceptance: %(count)s"),
          tone="over"),
    _kind("answer", _("My yes or no is awaited"), pgettext_lazy("notice", "Say yes or no: %(title)s"),
          (ANSWER_BY, FROM), when=_("Before the answer is due"), many=_("Answers awaited from you: %(count)s"),
          tone="over"),
    _kind("answer_late", _("I was not given a yes or no in time"),
          pgettext_lazy("notice", "%(person)s has not answered: %(title)s"), ANSWER_BY,
          when=_("After the answer was due"), many=_("Not answered in time: %(count)s"), tone="under"),
    _kind("word_late", _("Work has waited too long for my acceptance"),
          pgettext_lazy("notice", "Your decision is late: %(title)s"), ANSWER_BY,
          when=_("After the acceptance was due"), whom=GIVER, many=_("Your decision is late: %(count)s"), tone="under"),
    _kind("returned", _("My work was returned"), pgettext_lazy("notice", "Returned: %(title)s"), "%(text)s",
          tone="under"),
    _kind("declined", _("A task I gave was declined"), pgettext_lazy("notice", "Declined: %(title)s"), "%(text)s",
          tone="under"),
    _kind("done", _("A task I gave is done"), pgettext_lazy("notice", "Done: %(title)s"), FROM, channels=("app",),
          tone="done"),
    _kind("accepted", _("My work was accepted"), pgettext_lazy("notice", "Accepted: %(title)s"), "%(text)s",
          channels=("app",), tone="done"),
    _kind("moved", _("A deadline was moved"), pgettext_lazy("notice", "The deadline was moved: %(title)s"), DEADLINE,
          channels=("app",)),
    _kind("mentioned", _("Someone mentioned me"), pgettext_lazy("notice", "%(by)s mentioned you: %(title)s"),
          "%(text)s"),
    _kind("commented", _("A comment on my task"), pgettext_lazy("notice", "%(by)s on “%(title)s”"), "%(text)s",
          channels=LOUD),
)  # fmt: skip


def _rule(code: str, kind: str, trigger: str, amount: int, measure: str = "MINUTES", **given: Any) -> DefaultRule:
    return DefaultRule(f"task.{code}", TASK, f"task.{kind}", trigger, amount=amount, measure=measure, **given)


declare_rules(
    _rule("before", "soon", "BEFORE", 1, "DAYS"),
    _rule("half", "half", "HALF", 0, is_on=False),
    _rule("at", "due", "AT", 0),
    _rule("after", "overdue", "AFTER", 15),
    _rule("after_giver", "overdue_given", "AFTER", 1, "DAYS", whom="GIVER"),
    _rule("after_head", "overdue_team", "AFTER", 1, "DAYS", whom="HEAD"),
    _rule("after_head2", "overdue_team", "AFTER", 3, "DAYS", whom="HEAD2"),
    _rule("unread", "unopened", "UNREAD", 240),
    _rule("unread_giver", "unopened_given", "UNREAD", 540, whom="GIVER"),
    DefaultRule("task.answer_before", ANSWER, "task.answer", "BEFORE", amount=60),
    DefaultRule("task.answer_after", ANSWER, "task.answer_late", "AFTER", amount=15, whom="GIVER"),
    DefaultRule("task.word_after", WORD, "task.word_late", "AFTER", amount=15),
    DefaultRule("task.review_day", REVIEW, "task.review", "AFTER", amount=1, measure="DAYS"),
)


def _step(code: str, label: object, text: object, many: object, rows: str) -> Kind:
    since = _("Nothing is planned since %(anchor_at)s")
    whom = _("the head") if code.endswith("_team") else _("the person responsible")
    given: dict[str, Any] = {
        "many": many,
        "together": True,
        "rows_url": rows,
        "when": _("Since nothing is planned"),
        "whom": whom,
    }
    return Kind(f"step.{code}", STEPS, label, text, since, **given)


declare(
    _step("deal", _("A deal of mine has no next step"), pgettext_lazy("notice", "No next step: %(title)s"),
          _("Deals without a next step: %(count)s"), "/deals/?step=none&owner=me"),
    _step("deal_team", _("One of my people has a deal without a next step"),
          pgettext_lazy("notice", "No next step with %(person)s: %(title)s"),
          _("Deals of your people without a next step: %(count)s"), "/deals/?step=none"),
    _step("customer", _("A customer of mine has no next step"),
          pgettext_lazy("notice", "Nothing planned with the customer: %(title)s"),
          _("Customers without a next step: %(count)s"), "/customers/?step=none&owner=me"),
    _step("customer_team", _("One of my people has a customer without a next step"),
          pgettext_lazy("notice", "%(person)s has nothing planned with the customer: %(title)s"),
          _("Customers of your people without a next step: %(count)s"), "/customers/?step=none"),
)  # fmt: skip
declare_rules(
    DefaultRule("step.deal", DEAL_STEP, "step.deal", "AFTER", amount=2, measure="DAYS"),
    DefaultRule("step.deal_head", DEAL_STEP, "step.deal_team", "AFTER", amount=5, measure="DAYS", whom="HEAD"),
    DefaultRule("step.customer", CUSTOMER_STEP, "step.customer", "AFTER", amount=20, measure="DAYS"),
    DefaultRule(
        "step.customer_head", CUSTOMER_STEP, "step.customer_team", "AFTER", amount=40, measure="DAYS", whom="HEAD"
    ),
)
