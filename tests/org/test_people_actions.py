"""Hiring, moving, leaving, inviting: each works, refuses, and is written down."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from people import NOW, TODAY, make_firm

from otdel.core.errors import Conflict, Invalid, NotAllowed, NotFound
from otdel.core.models import Event
from otdel.org import actions, queries
from otdel.org.actions import PersonData
from otdel.org.models import Invitation, Membership, Person
from otdel.org.rules import InvitationDead, LastAdministrator, RightsTooWide


@pytest.fixture
def firm(db):
    return make_firm()


def recorded(kind: str, subject_id: int) -> bool:
    return Event.objects.filter(kind=kind, subject_id=subject_id).exists()


def hire(firm, by, **changes):
    given = {"role_id": firm.roles["manager"].pk, "unit_id": firm.north.pk, "from_day": TODAY, **changes}
    data = PersonData(first_name="Dina", last_name="Danilova", email="Dina@Example.com")
    return actions.hire(by=by, data=data, now=NOW, **given)


def test_administrator_hires(firm):
    dina = hire(firm, firm.admin)
    assert dina.email == "dina@example.com"
    assert not dina.has_usable_password()
    assert Membership.objects.get(person=dina).unit == firm.north
    assert recorded("person.hired", dina.pk)


def test_manager_and_head_do_not_hire(firm):
    for person in (firm.anna, firm.boris):
        with pytest.raises(NotAllowed):
            hire(firm, person)


def test_address_of_another_is_refused(firm):
    hire(firm, firm.admin)
    with pytest.raises(Invalid) as refusal:
        hire(firm, firm.admin)
    assert refusal.value.field == "email"


def test_closed_department_takes_nobody(firm):
    firm.north.closed_on = TODAY
    firm.north.save()
    with pytest.raises(Invalid):
        hire(firm, firm.admin)


def narrow_hr(firm) -> Person:
    """Somebody who may change people and nothing else."""
    role = actions.create_role(by=firm.olga, name="HR", now=NOW)
    rights = {"person": {right: "all" for right in ("view", "create", "change")}}
    rights["person"]["view"] = "all"
    actions.change_role(by=firm.olga, role_id=role.pk, name="HR", rights=rights, now=NOW)
    Person.objects.filter(pk=firm.zoya.pk).update(role=role)
    return Person.objects.select_related("role").get(pk=firm.zoya.pk)


def test_nobody_gives_more_than_they_have(firm):
    hr = narrow_hr(firm)
    with pytest.raises(RightsTooWide):
        hire(firm, hr, role_id=firm.roles["director"].pk)


def change(firm, by, person, **changes):
    data = PersonData(first_name=person.first_name, last_name=person.last_name, email=person.email)
    given = {"role_id": person.role_id, "is_active": True, **changes}
    return actions.change_person(by=by, person_id=person.pk, data=data, now=NOW, **given)


def test_nobody_raises_their_own_role(firm):
    hr = narrow_hr(firm)
    with pytest.raises(RightsTooWide):
        change(firm, hr, hr, role_id=firm.roles["administrator"].pk)


def test_administrator_s_account_is_touched_by_administrators_only(firm):
    with pytest.raises(NotAllowed):
        change(firm, narrow_hr(firm), firm.admin, is_active=False)


def test_last_administrator_stays(firm):
    change(firm, firm.admin, firm.olga, role_id=firm.roles["manager"].pk)
    with pytest.raises(LastAdministrator):
        change(firm, firm.admin, firm.admin, is_active=False)
    with pytest.raises(LastAdministrator):
        change(firm, firm.admin, firm.admin, role_id=firm.roles["manager"].pk)
    assert Person.objects.get(pk=firm.admin.pk).is_active


def test_move_keeps_the_past_where_it_was(firm):
    day = TODAY + timedelta(days=10)
    actions.move(by=firm.admin, person_id=firm.anna.pk, unit_id=firm.south.pk, from_day=day, now=NOW)
    stays = Membership.objects.filter(person=firm.anna).order_by("starts_on").values_list("unit_id", "ends_on")
    assert list(stays) == [(firm.north.pk, day), (firm.south.pk, None)]
    assert queries.unit_on(firm.anna.pk, TODAY) == firm.north.pk
    assert queries.unit_on(firm.anna.pk, day) == firm.south.pk
    assert recorded("person.moved", firm.anna.pk)


def test_move_to_the_same_department_is_refused(firm):
    with pytest.raises(Conflict):
        actions.move(by=firm.admin, person_id=firm.anna.pk, unit_id=firm.north.pk, from_day=TODAY, now=NOW)


def test_move_before_a_later_move_is_refused(firm):
    actions.move(by=firm.admin, person_id=firm.anna.pk, unit_id=firm.south.pk, from_day=TODAY, now=NOW)
    early = TODAY - timedelta(days=5)
    with pytest.raises(Conflict):
        actions.move(by=firm.admin, person_id=firm.anna.pk, unit_id=firm.north.pk, from_day=early, now=NOW)


def test_head_does_not_move_people(firm):
    with pytest.raises(NotAllowed):
        actions.move(by=firm.boris, person_id=firm.anna.pk, unit_id=firm.south.pk, from_day=TODAY, now=NOW)


def test_move_is_taken_back(firm):
    actions.move(by=firm.admin, person_id=firm.anna.pk, unit_id=firm.south.pk, from_day=TODAY, now=NOW)
    actions.undo_move(by=firm.admin, person_id=firm.anna.pk, now=NOW)
    [stay] = Membership.objects.filter(person=firm.anna)
    assert (stay.unit_id, stay.ends_on) == (firm.north.pk, None)
    with pytest.raises(Conflict):
        actions.undo_move(by=firm.admin, person_id=firm.anna.pk, now=NOW)


def test_who_leaves_is_let_go_after_the_last_day(firm):
    actions.dismiss(by=firm.admin, person_id=firm.boris.pk, last_day=TODAY - timedelta(days=1), now=NOW)
    boris = Person.objects.get(pk=firm.boris.pk)
    assert boris.employed_to == TODAY
    assert Membership.objects.get(person=boris).ends_on == TODAY
    firm.north.refresh_from_db()
    assert firm.north.head is None
    assert queries.signed_in(boris.pk, NOW) is None
    assert recorded("person.dismissed", boris.pk)


def test_who_leaves_later_works_until_then(firm):
    actions.dismiss(by=firm.admin, person_id=firm.boris.pk, last_day=TODAY + timedelta(days=7), now=NOW)
    firm.north.refresh_from_db()
    assert firm.north.head == firm.boris
    assert queries.signed_in(firm.boris.pk, NOW) is not None
    assert queries.signed_in(firm.boris.pk, NOW + timedelta(days=9)) is None


def test_nobody_dismisses_themselves_nor_a_head_anybody(firm):
    with pytest.raises(NotAllowed):
        actions.dismiss(by=firm.admin, person_id=firm.admin.pk, last_day=TODAY, now=NOW)
    with pytest.raises(NotAllowed):
        actions.dismiss(by=firm.boris, person_id=firm.anna.pk, last_day=TODAY, now=NOW)


def test_last_administrator_is_not_dismissed(firm):
    change(firm, firm.admin, firm.admin, role_id=firm.roles["administrator"].pk)
    actions.dismiss(by=firm.olga, person_id=firm.admin.pk, last_day=TODAY, now=NOW)
    with pytest.raises(LastAdministrator):
        change(firm, firm.olga, firm.olga, role_id=firm.roles["manager"].pk)


def test_who_left_is_taken_back(firm):
    actions.dismiss(by=firm.admin, person_id=firm.anna.pk, last_day=TODAY, now=NOW)
    later = TODAY + timedelta(days=30)
    actions.take_back(by=firm.admin, person_id=firm.anna.pk, unit_id=firm.south.pk, from_day=later, now=NOW)
    assert Membership.objects.filter(person=firm.anna).count() == 2
    assert queries.signed_in(firm.anna.pk, NOW + timedelta(days=31)) is not None
    with pytest.raises(Conflict):
        actions.take_back(by=firm.admin, person_id=firm.anna.pk, unit_id=firm.south.pk, from_day=later, now=NOW)


def test_own_card_cannot_change_what_is_not_one_s_own(firm):
    data = PersonData(first_name="Anya", email="other@example.com", position="Tsar")
    actions.change_own(by=firm.anna, data=data, language="ru", time_zone="Asia/Omsk", now=NOW)
    anna = Person.objects.get(pk=firm.anna.pk)
    assert (anna.first_name, anna.email, anna.position) == ("Anya", "anna@example.com", "")
    with pytest.raises(Invalid):
        actions.change_own(by=firm.anna, data=data, language="ru", time_zone="Moon/Base", now=NOW)


def test_invitation_lets_in_once(firm):
    dina = hire(firm, firm.admin)
    key = actions.invite(by=firm.admin, person_id=dina.pk, now=NOW)
    assert not Invitation.objects.filter(key_hash__contains=key).exists()
    joined = actions.accept_invitation(by=None, key=key, password="correct horse battery", now=NOW)
    assert joined.check_password("correct horse battery")
    assert recorded("person.invited", dina.pk)
    assert recorded("person.joined", dina.pk)
    with pytest.raises(InvitationDead):
        actions.accept_invitation(by=None, key=key, password="another password", now=NOW)


def test_new_invitation_kills_the_old_one(firm):
    dina = hire(firm, firm.admin)
    old = actions.invite(by=firm.admin, person_id=dina.pk, now=NOW)
    actions.invite(by=firm.admin, person_id=dina.pk, now=NOW)
    with pytest.raises(InvitationDead):
        actions.accept_invitation(by=None, key=old, password="correct horse battery", now=NOW)


def test_invitation_runs_out_and_can_be_called_back(firm):
    dina = hire(firm, firm.admin)
    key = actions.invite(by=firm.admin, person_id=dina.pk, now=NOW)
    with pytest.raises(InvitationDead):
        actions.accept_invitation(by=None, key=key, password="x" * 12, now=NOW + timedelta(days=8))
    actions.call_back_invitation(by=firm.admin, person_id=dina.pk, now=NOW)
    with pytest.raises(InvitationDead):
        queries.invited(key, NOW)


def test_who_has_a_password_is_not_invited(firm):
    with pytest.raises(Conflict):
        actions.invite(by=firm.admin, person_id=firm.anna.pk, now=NOW)


def test_invitations_are_not_poured_out(firm):
    dina = hire(firm, firm.admin)
    for _number in range(5):
        actions.invite(by=firm.admin, person_id=dina.pk, now=NOW)
    with pytest.raises(Conflict):
        actions.invite(by=firm.admin, person_id=dina.pk, now=NOW)


def test_manager_does_not_invite(firm):
    dina = hire(firm, firm.admin)
    with pytest.raises(NotAllowed):
        actions.invite(by=firm.anna, person_id=dina.pk, now=NOW)


def test_unknown_person_is_not_found(firm):
    with pytest.raises(NotFound):
        actions.move(by=firm.admin, person_id=9_999_999, unit_id=firm.south.pk, from_day=date(2026, 1, 1), now=NOW)
