"""Who asks, whom they may give work, and what waits for whom."""

from __future__ import annotations

from dataclasses import asdict

from django.http import HttpRequest
from django.utils.translation import get_language
from ninja import Router

from otdel.interfaces.api.keys import asked, local_now
from otdel.interfaces.api.shapes import Json
from otdel.org import access
from otdel.org.queries import zone_of
from otdel.org.rules import Right
from otdel.tasks import queries

router = Router(tags=["people"])


@router.get("/me", summary="Whose key this is")
def me(request: HttpRequest) -> Json:
    person = asked(request)
    return {
        "id": person.user.pk,
        "name": person.user.name,
        "language": get_language(),
        "time_zone": zone_of(person.user).key,
        "today": person.today,
        "may_write": person.auth.may_write,
    }


@router.get("/people", summary="Whom you may give a task")
def people(request: HttpRequest) -> Json:
    found = queries.receivers(asked(request).user)
    return {"items": [{"id": pk, "name": name} for pk, name in found]}


@router.get("/counters", summary="What waits for you; each number opens /tasks?waits=its name")
def counters(request: HttpRequest) -> Json:
    person = asked(request)
    access.require(person.user, "task", Right.VIEW)
    return asdict(queries.counters(person.user, local_now(request)))


@router.get("/counters/team", summary="The same of everyone whose tasks you may see")
def team(request: HttpRequest, unit: int | None = None) -> Json:
    person = asked(request)
    access.require(person.user, "task", Right.VIEW)
    found = queries.team(person.user, local_now(request), unit)
    rows = [{"id": row.id, "name": row.name, **asdict(row.counters)} for row in found.rows]
    return {"items": rows, "total": asdict(found.total)}
