"""A rule turns to a role: the nearest of it to whoever answers for the record."""

from __future__ import annotations

from datetime import timedelta

import pytest
from ledger import fresh
from people import NOW, TODAY, make_person
from writing import TASK, lead, outcomes, write

from otdel.automation import queries
from otdel.automation.models import Rule
from otdel.core.errors import Invalid
from otdel.notifications.models import Notice
from otdel.org.models import Absence
from otdel.tasks.actions.templates import TemplateValues, save_template
from otdel.tasks.models import Task


def role(firm, code, spread="ONE", **more):
    return TASK | {"to": "ROLE", "role": firm.roles[code].pk, "spread": spread} | more


def given() -> list[str]:
    return sorted(Task.objects.values_list("assignee__first_name", flat=True))


def clerk(firm, name="Kira", unit=None, code="accountant"):
    return make_person(name, f"{name}ova", firm.roles[code], unit or firm.north)


def test_the_nearest_of_the_role_gets_it_from_the_owners_department_up(firm):
    write(firm.olga, "LEAD_CREATED", does=role(firm, "accountant"))
    lead(firm.anna)
    assert given() == ["Zoya"]  # at the top, there is none nearer
    clerk(firm)
    lead(firm.anna)
    assert given() == ["Kira", "Zoya"]
    lead(firm.vera)  # South has none; Sales, above it, has Kira of North
    assert given() == ["Kira", "Kira", "Zoya"]


def test_one_of_several_has_the_fewest_tasks_or_each_gets_one(firm):
    kira, lada = clerk(firm), clerk(firm, "Lada")
    rule = write(firm.olga, "LEAD_CREATED", does=role(firm, "accountant"))
    for _each in range(4):
        lead(firm.anna)
    assert given() == ["Kira", "Kira", "Lada", "Lada"]
    assert [made["to"] for made in rule.firings.order_by("pk").values_list("made", flat=True)] == [
        [kira.pk], [lada.pk], [kira.pk], [lada.pk]
    ]  # fmt: skip
    every = write(firm.olga, "LEAD_CREATED", does=role(firm, "accountant", "ALL"))
    lead(firm.anna)
    assert every.firings.get().made["to"] == [kira.pk, lada.pk]
    assert len(given()) == 7


def test_who_is_away_is_passed_over_while_there_is_anybody_else(firm):
    kira = clerk(firm)
    days = {"starts_on": TODAY, "ends_on": TODAY + timedelta(days=3)}
    Absence.objects.create(person=kira, **days)
    write(firm.olga, "LEAD_CREATED", does=role(firm, "accountant"))
    lead(firm.anna)
    assert given() == ["Zoya"]
    Absence.objects.create(person=firm.zoya, **days)
    lead(firm.anna)
    assert given() == ["Kira", "Zoya"]


def test_only_those_the_rules_owner_may_give_work(firm):
    write(firm.olga, "LEAD_CREATED", does=role(firm, "accountant"))
    director = firm.roles["director"]
    director.rights = director.rights | {"task": director.rights["task"] | {"create": "own"}}
    director.save()
    lead(firm.anna)
    firing = Rule.objects.get().firings.get()
    assert (firing.outcome, firing.text) == (
        "REFUSED",
        "Nobody with this role to whom the rule's owner may give work works here.",
    )
    assert given() == []


def test_a_role_without_people_is_refused_and_said_in_the_dry_run(firm):
    rule = write(firm.olga, "LEAD_CREATED", does=role(firm, "head"))
    for each in (firm.boris, firm.gleb):
        each.role = firm.roles["manager"]
        each.save()
    lead(firm.anna)
    assert outcomes(rule) == ["REFUSED"]
    (would,) = queries.dry_run(fresh(firm.olga), rule, fresh(firm.olga), NOW).rows
    assert would.to == ()


def test_a_notice_tells_each_of_them_once(firm):
    kira, lada = clerk(firm), clerk(firm, "Lada")
    write(firm.olga, "LEAD_CREATED", "NOTICE", does=role(firm, "accountant", "ALL"))
    lead(firm.anna)
    assert sorted(Notice.objects.filter(kind="rule.said").values_list("person_id", flat=True)) == [kira.pk, lada.pk]


def test_a_template_goes_to_the_role_the_rule_says(firm):
    values = TemplateValues(name="Contract", title="Draw up the contract", scope="COMPANY")
    template = save_template(by=fresh(firm.olga), values=values, now=NOW)
    does = {"template": template.pk, "to": "ROLE", "role": firm.roles["accountant"].pk, "spread": "ONE"}
    rule = write(firm.olga, "LEAD_CREATED", "TEMPLATE", does=does)
    made = lead(firm.anna)
    task = Task.objects.get()
    assert (outcomes(rule), task.assignee, task.template_id, task.lead_id) == (
        ["DONE"],
        firm.zoya,
        template.pk,
        made.pk,
    )
    write(firm.olga, "LEAD_CREATED", "TEMPLATE", does={"template": template.pk, "to": "TEMPLATE"})
    lead(firm.anna)
    assert given() == ["Olga", "Zoya", "Zoya"]


def test_the_dry_run_names_whom_without_doing_anything(firm):
    clerk(firm), clerk(firm, "Lada")
    lead(firm.anna)
    lead(firm.vera)
    olga = fresh(firm.olga)
    one = write(firm.olga, "LEAD_CREATED", does=role(firm, "accountant"), on=False)
    rows = queries.dry_run(olga, one, olga, NOW).rows
    assert [(would.to, would.one) for would in rows] == [
        (("Kiraova Kira", "Ladaova Lada"), True),
        (("Kiraova Kira", "Ladaova Lada"), True),
    ]
    head = write(firm.olga, "LEAD_CREATED", does=TASK | {"to": "HEAD"}, on=False)
    assert [would.to for would in queries.dry_run(olga, head, olga, NOW).rows] == [("Gusev Gleb",), ("Belov Boris",)]
    tag = write(firm.olga, "LEAD_CREATED", "TAG", does={"tag": "new"}, on=False)
    assert [would.to for would in queries.dry_run(olga, tag, olga, NOW).rows] == [(), ()]
    assert given() == []


@pytest.mark.parametrize(
    ("wrong", "field"), [({"role": None}, "role"), ({"role": 999_999}, "role"), ({"spread": "SOME"}, "spread")]
)
def test_what_makes_no_sense_is_refused(firm, wrong, field):
    with pytest.raises(Invalid) as refused:
        write(firm.olga, "LEAD_CREATED", does=role(firm, "accountant") | wrong)
    assert refused.value.field == field
