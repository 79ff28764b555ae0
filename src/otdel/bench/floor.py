"""The floor: signed-in bare views, one best hand-written query for the same rows, a plain template.

Nothing a product needs is here: no rights, no filters, no navigation, and no value that is not text already,
since a template that localises five hundred numbers costs more than the query. What a page costs above this is ours.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template import Context, Engine, Template

PAGE = 50

LIST_SQL = """
    select d.id::text, d.title, c.name, s.name, s.outcome, d.amount::text, p.last_name, p.first_name,
        d.expected_on::text, d.created_at::date::text
    from deals_deal d
    join deals_stage s on s.id = d.stage_id
    join org_person p on p.id = d.owner_id
    left join customers_customer c on c.id = d.customer_id
    where d.deleted_at is null {beyond}
    order by d.created_at desc, d.id desc
    limit {page}
"""
BEYOND = "and (d.created_at, d.id) < (select created_at, id from deals_deal where id = %s)"
CARD_SQL = """
    select d.title, d.amount::text, d.opened_on::text, d.expected_on::text, d.note,
        s.name, c.name, p.last_name, p.first_name,
        (select json_agg(json_build_array(l.name, l.quantity::text, l.price::text, l.amount::text) order by l.position)
         from billing_dealline l where l.deal_id = d.id),
        (select json_agg(json_build_array(h.at, t.name) order by h.at)
         from deals_stagechange h join deals_stage t on t.id = h.after_id where h.deal_id = d.id),
        (select json_agg(json_build_array(a.at, a.kind, a.subject) order by a.at desc)
         from (select at, kind, subject from activities_activity
               where deal_id = d.id and deleted_at is null order by at desc limit 20) a),
        (select json_agg(json_build_array(i.number, i.issued_on, i.amount::text, i.paid::text))
         from billing_invoice i where i.deal_id = d.id and i.deleted_at is null)
    from deals_deal d
    join deals_stage s on s.id = d.stage_id
    join org_person p on p.id = d.owner_id
    left join customers_customer c on c.id = d.customer_id
    where d.id = %s
"""
BOARD_SQL = """
    with plan as (
        select person_id, sum(amount) as amount from plans_planline
        where metric = 'payments' and is_effective and person_id is not null
          and starts_on >= %s and ends_on <= %s group by person_id
    ), fact as (
        select owner_id, sum(amount) as amount from billing_payment
        where paid_on >= %s and paid_on < %s and deleted_at is null group by owner_id
    )
    select p.id::text, p.last_name, p.first_name, u.name, plan.amount::text, fact.amount::text,
        round(100 * fact.amount / nullif(plan.amount, 0))::text
    from org_person p
    join org_membership m on m.person_id = p.id and m.ends_on is null
    join org_unit u on u.id = m.unit_id
    left join plan on plan.person_id = p.id
    left join fact on fact.owner_id = p.id
    {only}
    order by u.id, p.last_name, p.id
"""

_engine = Engine()
ROWS: Template = _engine.from_string(
    "<!doctype html><title>Floor</title><p>{{ user }}</p><table>{% for row in rows %}"
    "<tr>{% for cell in row %}<td>{{ cell }}</td>{% endfor %}</tr>{% endfor %}</table>"
)


def _rows(sql: str, params: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


def _page(request: HttpRequest, rows: list[Any]) -> HttpResponse:
    # asking the user signs the request in, as every page of ours must
    return HttpResponse(ROWS.render(Context({"user": str(request.user), "rows": rows})))


def deals(request: HttpRequest, after: int | None = None) -> HttpResponse:
    sql = LIST_SQL.format(beyond=BEYOND if after else "", page=PAGE)
    return _page(request, _rows(sql, [after] if after else []))


def deal(request: HttpRequest, deal_id: int) -> HttpResponse:
    first = _rows(CARD_SQL, [deal_id])[0]
    parts = [row for part in first[9:] for row in part or ()]
    return _page(request, [first[:9], *parts])


def board(request: HttpRequest, start: str, end: str, unit_id: int | None = None) -> HttpResponse:
    only = "where m.unit_id = %s" if unit_id else ""
    params = [start, end, start, end, *([unit_id] if unit_id else [])]
    return _page(request, _rows(BOARD_SQL.format(only=only), params))


def count_queries(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[[HttpRequest], HttpResponseBase]:
    """Say in a header how many queries the answer took, when asked to."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        if "X-Count-Queries" not in request.headers:
            return get_response(request)
        count = 0

        def counted(execute: Callable[..., Any], *args: Any) -> Any:
            nonlocal count
            count += 1
            return execute(*args)

        with connection.execute_wrapper(counted):
            response = get_response(request)
            if hasattr(response, "render") and not getattr(response, "is_rendered", True):
                response.render()
        response["X-Queries"] = str(count)
        return response

    return answer
