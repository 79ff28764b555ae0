"""The floor: signed-in bare views, one best hand-written query for the same rows, a plain template.

Nothing a product needs is here: no rights, no filters, no navigation, and no value that is not text already,
since a template that localises five hundred numbers costs more than the query. What a page costs above this is ours.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template import Context, Engine, Template
from django.utils import timezone

from otdel.core.periods import Period

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
# what the card shows in its first answer: its fields and the way of its pipeline; the parts below come after
# names of small tables are looked up one by one: eleven tables joined take PostgreSQL longer to plan than to read
CARD_SQL = """
    select d.title, d.amount::text, d.opened_on::text, d.expected_on::text, d.closed_on::text,
        d.stage_since::date::text, d.note, d.external_id, d.tags::text, s.name,
        (select name from deals_pipeline where id = s.pipeline_id),
        (select name from customers_customer where id = d.customer_id),
        (select last_name from customers_contact where id = d.contact_id),
        (select name from deals_lossreason where id = d.loss_reason_id),
        (select name from customers_source where id = d.source_id),
        (select name from customers_channel where id = d.channel_id),
        (select name from customers_region where id = d.region_id),
        (select name from org_unit where id = d.unit_id),
        p.last_name, p.first_name, d.created_at::date::text,
        (select json_agg(json_build_array(t.name, t.outcome, t.position) order by t.position, t.id)
         from deals_stage t where t.pipeline_id = s.pipeline_id)
    from deals_deal d
    join deals_stage s on s.id = d.stage_id
    join org_person p on p.id = d.owner_id
    where d.id = %s
"""
# Every column and every day the board shows, from the kept facts: the least work the same rows can be had for.
# The rhythm of the period is not learnt: `passed` is the share of its days.
BOARD_SQL = """
    with plan as (
        select person_id, sum(amount) as amount from plans_planline
        where metric = 'payments' and is_effective and person_id is not null {unit}
          and starts_on >= %(start)s and ends_on <= %(end)s group by person_id
    ), fact as (
        select person_id, sum(amount) as amount from plans_factmonth
        where metric = 'payments' and month >= %(start)s and month < %(end)s and cut = 0 and person_id > 0 {unit}
        group by person_id
    ), pair as (
        select person_id, plan.amount as plan, coalesce(fact.amount, 0) as fact
        from plan full join fact using (person_id)
    ), day as (
        select day, sum(amount) as amount from plans_factunitday
        where metric = 'payments' {unit}
          and (day >= %(start)s and day < %(end)s or day >= %(past)s and day < %(past_end)s) group by day
    )
    (select p.last_name || ' ' || left(p.first_name, 1) || '.', round(plan)::text, round(plan * %(passed)s)::text,
        round(fact)::text, round(100 * (fact / nullif(plan * %(passed)s, 0) - 1))::text,
        round(100 * fact / nullif(plan, 0))::text, round(100 * fact / nullif(sum(fact) over (), 0))::text,
        round(fact / %(passed)s)::text, round(greatest(plan - fact, 0) / %(left)s)::text
     from pair join org_person p on p.id = person_id order by 1)
    union all
    (select day::text, amount::text, '', '', '', '', '', '', '' from day order by day)
"""
# The map of people by product groups: each one's shares of what they brought.
MAP_SQL = """
    with cell as (
        select person_id, segment_id, sum(amount) as amount from plans_factmonth
        where metric = 'payments' and month >= %(start)s and month < %(end)s and cut = 1 and person_id > 0
        group by person_id, segment_id
    ), line as (
        select person_id, array_agg(round(100 * amount / whole)::text order by segment_id) as shares
        from (select *, sum(amount) over (partition by person_id) as whole from cell) c group by person_id
    )
    (select p.last_name || ' ' || left(p.first_name, 1) || '.', shares
     from line join org_person p on p.id = person_id order by 1)
    union all
    (select coalesce(g.name, ''), array[round(sum(amount))::text]
     from cell left join billing_productgroup g on g.id = segment_id group by segment_id, g.name order by 2 desc)
"""

# Tasks: what the page shows and nothing else, each by one query. The counters come from the kept sums, as the board's
# facts do: the least work the same numbers can be had for.
LIVE = "deleted_at is null and state in ('NEW', 'SEEN', 'WORK', 'RETURNED', 'DEFERRED')"
TASK_SQL = """
    select t.title, t.state, t.deadline::date::text, c.last_name, c.first_name, a.last_name, a.first_name, k.name,
        d.title
    from (select * from tasks_task where {where} order by deadline, id limit {most}) t
    join org_person c on c.id = t.creator_id
    join org_person a on a.id = t.assignee_id
    left join customers_customer k on k.id = t.customer_id
    left join deals_deal d on d.id = t.deal_id
    order by t.deadline, t.id
"""
COUNTED = """
    sum(dated) filter (where due < now() and since <= now())::text as overdue, sum(unopened)::text,
    sum(dated) filter (where due >= now() and since <= now())::text, sum(returned)::text, sum(accept)::text,
    sum(declined)::text, sum(ungraded)::text, sum(mentions)::text,
    (sum(hot) + coalesce(sum(heats) filter (where due < now() and since <= now()), 0))::text, sum(deals)::text,
    sum(customers)::text
"""
COUNTERS_SQL = f"""
    select {COUNTED} from tasks_tally
    where person_id = %(me)s and due < current_date + 1 and seen_by in (0, %(me)s)
"""
TEAM_SQL = f"""
    select p.name, n.* from org_person p left join (
        select person_id, {COUNTED} from tasks_tally
        where due < current_date + 1 and seen_by in (0, {{viewer}}) {{of_unit}} group by person_id
    ) n on n.person_id = p.id
    where p.is_active {{in_unit}} order by p.name
"""
OF_UNIT = "in (select person_id from org_membership where unit_id = %(unit)s)"

_engine = Engine()
ROWS: Template = _engine.from_string(
    "<!doctype html><title>Floor</title><p>{{ user }}</p><table>{% for row in rows %}"
    "<tr>{% for cell in row %}<td>{{ cell }}</td>{% endfor %}</tr>{% endfor %}</table>"
)


def _rows(sql: str, params: list[Any] | dict[str, Any]) -> list[tuple[Any, ...]]:
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
    return _page(request, [first[:-1], *first[-1]])


def my_day(request: HttpRequest, person_id: int) -> HttpResponse:
    rows = _rows(TASK_SQL.format(where=f"assignee_id = {person_id:d} and {LIVE}", most=100), [])
    return _page(request, [*_rows(COUNTERS_SQL, {"me": person_id}), *rows])


def tasks(request: HttpRequest) -> HttpResponse:
    return _page(request, _rows(TASK_SQL.format(where="deleted_at is null", most=PAGE), []))


def counters(request: HttpRequest, person_id: int) -> HttpResponse:
    return _page(request, _rows(COUNTERS_SQL, {"me": person_id}))


def overdue(request: HttpRequest, person_id: int) -> HttpResponse:
    where = f"doers @> array[{person_id:d}]::bigint[] and {LIVE} and deadline < now()"
    where += " and (state <> 'DEFERRED' or deferred_until <= now())"
    return _page(request, _rows(TASK_SQL.format(where=where, most=PAGE), []))


def team(request: HttpRequest, unit_id: int | None = None) -> HttpResponse:
    narrowed = {"of_unit": f"and person_id {OF_UNIT}", "in_unit": f"and id {OF_UNIT}"} if unit_id else {}
    sql = TEAM_SQL.format(viewer=request.user.pk, **({"of_unit": "", "in_unit": ""} | narrowed))
    return _page(request, _rows(sql, {"unit": unit_id}))


def board(
    request: HttpRequest, start: str, end: str, unit_id: int | None = None, by_group: bool = False
) -> HttpResponse:
    period = Period.between(date.fromisoformat(start), date.fromisoformat(end))
    past, gone = period.same_last_year, (timezone.localdate() - period.start).days
    given = {
        "start": period.start, "end": period.end, "past": past.start, "past_end": past.end, "unit": unit_id,
        "passed": Decimal(max(gone, 1)) / len(period), "left": max(len(period) - gone, 1),
    }  # fmt: skip
    rows = _rows(BOARD_SQL.format(unit="and unit_id = %(unit)s" if unit_id else ""), given)
    if by_group:
        rows += [(name, *shares) for name, shares in _rows(MAP_SQL, given)]
    return _page(request, rows)


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
