"""Rules of reminding on their two pages: one form, one button to save, and nothing lost on a wrong line."""

from __future__ import annotations

from html import unescape

import pytest

from otdel.notifications.actions.feeding import ensure_rules
from otdel.notifications.models import ReminderRule
from otdel.notifications.queries.rulebook import rulebook
from otdel.org.access import tree


@pytest.fixture
def rules(firm):
    ensure_rules(rulebook(tree()))
    return {row.code: row for row in ReminderRule.objects.all()}


def sent(rules, **changes):
    """What a browser sends of every line, with some of them changed: code -> (on, amount, measure)."""
    data = {"rule": [str(row.pk) for row in rules.values()]}
    for code, row in rules.items():
        on, amount, measure = changes.get(code.replace(".", "_"), (row.is_on, row.amount, row.measure))
        data |= {f"amount-{row.pk}": str(amount), f"measure-{row.pk}": measure}
        data |= {f"on-{row.pk}": "1"} if on else {}
    return data


def changed():
    rows = ReminderRule.objects.exclude(base=None)
    return {(row.base.code, row.is_on, row.amount, row.measure) for row in rows.select_related("base")}


def test_ones_own_lines_are_saved_together_and_only_what_changed(rules, signed):
    client = signed("anna")
    page = client.get("/me/notices/").content.decode()
    assert page.count('action="/me/notices/rules/"') == 1
    data = sent(rules, task_before=(True, 2, "DAYS"), task_unread=(False, 240, "MINUTES"))
    assert client.post("/me/notices/rules/", data)["Location"] == "/me/notices/"
    assert changed() == {("task.before", True, 2, "DAYS"), ("task.unread", False, 240, "MINUTES")}
    usual = rules["task.before"].pk
    again = sent(rules, task_before=(True, 2, "DAYS"), task_unread=(False, 30, "MINUTES"))
    client.post("/me/notices/rules/", again | {"usual": str(usual)})
    assert changed() == {("task.unread", False, 30, "MINUTES")}


def test_a_wrong_line_saves_nothing_and_keeps_what_was_typed(rules, signed):
    client = signed("anna")
    data = sent(rules, task_before=(True, 2, "DAYS"), task_after=(True, "soon", "MINUTES"))
    answer = client.post("/me/notices/rules/", data)
    page = unescape(answer.content.decode())
    assert answer.status_code == 422
    assert "Enter a whole number" in page
    assert f'name="amount-{rules["task.before"].pk}" min="0" max="100000" value="2"' in page
    assert 'value="soon"' in page
    assert changed() == set()


def test_the_companys_lines_with_a_copy_and_its_end(rules, signed):
    client = signed("admin")
    before = rules["task.before"].pk
    data = sent(rules, task_before=(True, 3, "DAYS"), task_half=(True, 0, "MINUTES"))
    client.post("/settings/reminders/rules/", data | {"copy": str(before)})
    assert ReminderRule.objects.get(pk=before).amount == 3
    assert ReminderRule.objects.get(code="task.half").is_on
    (copy,) = ReminderRule.objects.filter(code="", base=None)
    assert (copy.kind, copy.amount) == ("task.soon", 3)
    client.post("/settings/reminders/rules/", {"delete": str(copy.pk)})
    assert not ReminderRule.objects.filter(code="", base=None).exists()


def test_a_departments_head_changes_theirs(rules, firm, signed):
    client = signed("boris")
    data = sent(rules, task_after_head=(True, 2, "DAYS")) | {"unit": str(firm.north.pk)}
    assert client.post("/settings/reminders/rules/", data).status_code == 302
    assert changed() == {("task.after_head", True, 2, "DAYS")}
    assert "changed" in client.get(f"/settings/reminders/?unit={firm.north.pk}").content.decode()
