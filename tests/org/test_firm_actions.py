"""Departments, roles, the company: each action works, refuses, and is written down."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from people import NOW, TODAY, make_firm, make_roles

from otdel.core.errors import Invalid, NotAllowed
from otdel.core.models import Event
from otdel.org import actions, queries
from otdel.org.actions import CompanyData, FirstPerson
from otdel.org.models import CalendarDay, Company, Membership, Person, Role, Unit
from otdel.org.rules import (
    AlreadyStarted,
    LastAdministrator,
    PresetRole,
    RightsTooWide,
    RoleInUse,
    TreeCycle,
    UnitInUse,
)


@pytest.fixture
def firm(db):
    return make_firm()


FIRST = FirstPerson(email="Me@Example.com", first_name="Ivan", last_name="Ivanov", password="correct horse battery")


def test_company_starts_with_a_director_at_its_root(db):
    first = actions.start_company(by=None, data=CompanyData(name="Buttercup"), person=FIRST, now=NOW)
    assert first.email == "me@example.com"
    assert first.role.code == "director"
    assert Unit.objects.get().head == first
    assert Membership.objects.get().person == first
    assert Role.objects.count() == 5
    assert Event.objects.get(kind="company.started").by == first


def test_company_starts_once(firm):
    with pytest.raises(AlreadyStarted):
        actions.start_company(by=None, data=CompanyData(name="Second"), person=FIRST, now=NOW)


@pytest.mark.parametrize(
    "change",
    [{"country": "XX"}, {"time_zone": "Moon/Base"}, {"tolerance": Decimal(0)}, {"name": " "}, {"purchase": "wishes"}],
)
def test_nonsense_of_the_company_is_refused(firm, change):
    with pytest.raises(Invalid):
        actions.change_company(by=firm.olga, data=CompanyData(**{"name": "R", **change}), now=NOW)


def test_company_is_changed_by_who_may(firm):
    data = CompanyData(name="Romashka", tolerance=Decimal("0.15"))
    actions.change_company(by=firm.admin, data=data, now=NOW)
    assert Company.objects.get().tolerance == Decimal("0.150")
    assert Event.objects.get(kind="company.changed").data["changed"]["tolerance"] == ["0.200", "0.15"]
    with pytest.raises(NotAllowed):
        actions.change_company(by=firm.boris, data=data, now=NOW)


def test_own_day_changes_the_calendar(firm):
    day = date(2026, 7, 15)
    assert queries.calendar("RU").is_working_day(day)
    actions.set_day(by=firm.admin, day=day, is_working=False, reason="Birthday", now=NOW)
    assert not queries.calendar("RU").is_working_day(day)
    actions.clear_day(by=firm.admin, day=day, now=NOW)
    assert not CalendarDay.objects.exists()
    assert Event.objects.filter(kind__startswith="calendar.").count() == 2
    with pytest.raises(NotAllowed):
        actions.set_day(by=firm.anna, day=day, is_working=False, now=NOW)


def test_department_is_made_renamed_and_moved(firm):
    east = actions.create_unit(by=firm.admin, name=" East ", parent_id=firm.sales.pk, head_id=firm.vera.pk, now=NOW)
    assert (east.name, east.head_id) == ("East", firm.vera.pk)
    actions.change_unit(by=firm.admin, unit_id=east.pk, name="Far East", parent_id=firm.north.pk, head_id=None, now=NOW)
    east.refresh_from_db()
    assert (east.name, east.parent_id, east.head_id) == ("Far East", firm.north.pk, None)
    assert Event.objects.filter(kind__in=("unit.created", "unit.changed"), subject_id=east.pk).count() == 2


def test_department_does_not_go_under_itself(firm):
    with pytest.raises(TreeCycle):
        actions.change_unit(
            by=firm.admin, unit_id=firm.sales.pk, name="Sales", parent_id=firm.north.pk, head_id=None, now=NOW
        )


def test_two_departments_of_one_name_in_one_place_are_refused(firm):
    with pytest.raises(Invalid):
        actions.create_unit(by=firm.admin, name="North", parent_id=firm.sales.pk, now=NOW)


def test_manager_makes_no_departments(firm):
    with pytest.raises(NotAllowed):
        actions.create_unit(by=firm.anna, name="Mine", parent_id=firm.sales.pk, now=NOW)


def test_department_with_people_or_departments_is_not_closed(firm):
    for unit in (firm.north, firm.sales, firm.root):
        with pytest.raises(UnitInUse):
            actions.close_unit(by=firm.admin, unit_id=unit.pk, today=TODAY, now=NOW)


def test_empty_department_is_closed_and_opened(firm):
    east = actions.create_unit(by=firm.admin, name="East", parent_id=firm.sales.pk, now=NOW)
    actions.close_unit(by=firm.admin, unit_id=east.pk, today=TODAY, now=NOW)
    assert east.pk not in {row.id for row in queries.unit_rows(firm.admin, TODAY)}
    actions.open_unit(by=firm.admin, unit_id=east.pk, now=NOW)
    east.refresh_from_db()
    assert east.closed_on is None


def test_role_is_copied_changed_and_deleted(firm):
    copy = actions.create_role(by=firm.admin, name="Junior", copy_of=firm.roles["manager"].pk, now=NOW)
    rights = {"deal": {"view": "own", "change": "none"}, "unknown": {"view": "all"}}
    actions.change_role(by=firm.admin, role_id=copy.pk, name="Junior", rights=rights, now=NOW)
    copy.refresh_from_db()
    assert copy.rights == {"deal": {"view": "own"}}
    actions.delete_role(by=firm.admin, role_id=copy.pk, now=NOW)
    assert Event.objects.filter(kind__startswith="role.").count() == 3


def test_ready_and_used_roles_are_not_deleted(firm):
    with pytest.raises(PresetRole):
        actions.delete_role(by=firm.admin, role_id=firm.roles["manager"].pk, now=NOW)
    own = actions.create_role(by=firm.admin, name="Own", now=NOW)
    Person.objects.filter(pk=firm.anna.pk).update(role=own)
    with pytest.raises(RoleInUse):
        actions.delete_role(by=firm.admin, role_id=own.pk, now=NOW)


def test_role_of_the_last_administrators_keeps_its_power(firm):
    Person.objects.filter(pk=firm.olga.pk).update(role=firm.roles["manager"])
    role = firm.roles["administrator"]
    with pytest.raises(LastAdministrator):
        actions.change_role(by=firm.admin, role_id=role.pk, name=role.name, rights={}, now=NOW)


def test_settings_without_people_do_not_widen_their_own_role(firm):
    role = actions.create_role(by=firm.admin, name="Clerk", now=NOW)
    rights = {"settings": {"view": "all", "change": "all"}}
    actions.change_role(by=firm.admin, role_id=role.pk, name="Clerk", rights=rights, now=NOW)
    Person.objects.filter(pk=firm.zoya.pk).update(role=role)
    zoya = Person.objects.select_related("role").get(pk=firm.zoya.pk)
    wider = {**rights, "deal": {"view": "all"}}
    with pytest.raises(RightsTooWide):
        actions.change_role(by=zoya, role_id=role.pk, name="Clerk", rights=wider, now=NOW)


def test_ready_role_is_given_back_its_rights(firm):
    role = firm.roles["manager"]
    actions.change_role(by=firm.admin, role_id=role.pk, name="Sellers", rights={}, now=NOW)
    actions.reset_role(by=firm.admin, role_id=role.pk, now=NOW)
    role.refresh_from_db()
    assert role.rights["deal"]["view"] == "own"


def test_ready_roles_are_made_once(db):
    make_roles()
    actions.ensure_roles()
    assert Role.objects.count() == 5


def test_only_who_may_changes_roles(firm):
    for person in (firm.anna, firm.boris, firm.zoya):
        with pytest.raises(NotAllowed):
            actions.create_role(by=person, name="Mine", now=NOW)
    with pytest.raises(Invalid):
        actions.create_role(by=firm.admin, name=" ", now=NOW)
