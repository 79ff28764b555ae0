from __future__ import annotations

import pytest
from people import make_firm

from otdel.org import access
from otdel.org.models import Person
from otdel.org.rules import Node, Right, Scope, Tree, TreeCycle, check_parent


@pytest.fixture
def firm(db):
    return make_firm()


def fresh(person: Person) -> Person:
    return Person.objects.select_related("role").get(pk=person.pk)


def test_manager_reaches_only_herself(firm):
    assert access.reach(fresh(firm.anna), "deal", Right.VIEW).person_ids == {firm.anna.pk}


def test_head_reaches_his_department(firm):
    reach = access.reach(fresh(firm.boris), "deal", Right.VIEW)
    assert reach.person_ids == {firm.anna.pk, firm.boris.pk}
    assert not reach.includes(firm.vera.pk)


def test_head_above_reaches_everything_under(firm):
    olga = fresh(firm.olga)
    reach = access.reach_of_scope(olga, Scope.SUBTREE)
    assert {firm.anna.pk, firm.vera.pk, firm.boris.pk, firm.gleb.pk} <= reach.person_ids


def test_administrator_sees_no_deals(firm):
    assert access.reach(fresh(firm.admin), "deal", Right.VIEW).nothing


def test_who_left_stays_with_the_last_department(firm):
    firm.anna.memberships.update(ends_on="2025-01-01")
    assert firm.anna.pk in access.reach(fresh(firm.boris), "deal", Right.VIEW).person_ids


def test_reach_costs_two_queries(firm, django_assert_max_num_queries):
    boris = fresh(firm.boris)
    with django_assert_max_num_queries(2):
        access.reach(boris, "deal", Right.VIEW)
        access.reach(boris, "customer", Right.CHANGE)


def test_deactivated_person_reaches_nothing(firm):
    firm.boris.is_active = False
    assert access.reach(firm.boris, "deal", Right.VIEW).nothing


def test_department_cannot_be_its_own_ancestor():
    tree = Tree.of([Node(1, "A", None, None), Node(2, "B", 1, None), Node(3, "C", 2, None)])
    check_parent(tree, 3, 1)
    with pytest.raises(TreeCycle):
        check_parent(tree, 1, 3)
