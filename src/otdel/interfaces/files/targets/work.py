"""Calls and meetings; plans."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from otdel.interfaces.files.targets.base import Kind, Option, Target, field
from otdel.interfaces.files.targets.common import CONTACT, CUSTOMER, EXTERNAL, NOTE, OWNER, REGION

ACTIVITIES = Target(
    "activities",
    _("Calls and meetings"),
    (
        field(
            "external_id",
            _("External id"),
            Kind.ID,
            "id; activity id; call id; id звонка; id дела; record id; activity - id; " + EXTERNAL,
            identifies=True,
        ),
        field(
            "kind",
            _("Kind"),
            Kind.ACTIVITY,
            "тип; вид; тип дела; тип активности; activity type; activity - type; type; "
            "kind; вид активности; тип задачи; вид события; тип события",
        ),
        field(
            "date",
            _("When"),
            Kind.DATETIME,
            "дата и время; дата звонка; дата встречи; дата; date; date and time; call date; start time; "
            "начало; когда; when; activity - due date; activity date; "
            "время звонка; call time; meeting date; срок; started at; due date; "
            "дата начала; время",
        ),
        field("customer", _("Customer"), Kind.REFERENCE, CUSTOMER),
        field("contact", _("Contact"), Kind.REFERENCE, CONTACT),
        field(
            "phone",
            _("Phone"),
            Kind.PHONES,
            "телефон; номер; phone; phone number; номер телефона; номер клиента; caller; куда; откуда",
        ),
        field(
            "deal",
            _("Deal"),
            Kind.REFERENCE,
            "сделка; deal; deal id; id сделки; activity - deal; название сделки; associated deal ids; associated deal",
        ),
        field("owner", _("Owner"), Kind.REFERENCE, OWNER + "; кто звонил; оператор; user; activity assigned to"),
        field(
            "duration",
            _("Duration"),
            Kind.DURATION,
            "длительность; продолжительность; duration; call duration; "
            "длительность разговора; activity - duration; время разговора; минут",
        ),
        field(
            "direction",
            _("Direction"),
            Kind.DIRECTION,
            "направление; тип звонка; direction; call type; call direction; направление звонка",
        ),
        field(
            "result",
            _("Result"),
            Kind.TEXT,
            "результат; результат звонка; result; outcome; call outcome; статус; status; итог; call status",
        ),
        field(
            "subject",
            _("Subject"),
            Kind.TEXT,
            "тема; subject; название; title; activity - subject; заголовок; call title; meeting name; тема встречи",
        ),
        field("note", _("Note"), Kind.TEXT, NOTE + "; текст; содержание", many=True),
    ),
    needs=(("date",),),
    file_names=("call", "activit", "meeting", "звонк", "встреч", "дела", "активност"),
)

PERIOD_FROM = Option(
    "period_from",
    _("How periods are written"),
    _(
        "“Dates in order” is for files whose calendar was shifted: their distinct dates, sorted, stand for "
        "consecutive periods, the first of which you name. Two dates of one quarter are then two periods."
    ),
    (
        ("written", _("As written (“March 2026”, “2026-Q1”, year and quarter in columns)")),
        ("month", _("The month that the date lies in")),
        ("quarter", _("The quarter that the date lies in")),
        ("year", _("The year that the date lies in")),
        ("week", _("The week that the date lies in")),
        ("in_order", _("Dates in order → consecutive periods")),
    ),
)
FIRST_PERIOD = Option(
    "first_period",
    _("First period"),
    _("The period that the earliest date of the file stands for, for example “2017-Q3”."),
)
METRIC = Option(
    "metric",
    _("Metric"),
    _("What the plan is of, where no column says it."),
)

PLANS = Target(
    "plans",
    _("Plans"),
    (
        field(
            "unit",
            _("Person or department"),
            Kind.REFERENCE,
            "сотрудник; менеджер; подразделение; employee key; employee; unit; person; "
            "отдел; department; salesperson; sales agent; "
            "person or department; фио; ответственный; исполнитель; manager; owner; кто",
        ),
        field(
            "metric",
            _("Metric"),
            Kind.METRIC,
            "показатель; metric; kpi; measure; метрика; наименование показателя; вид плана",
        ),
        field(
            "period",
            _("Period"),
            Kind.PERIOD,
            "период; period; месяц и год; calendar quarter; date; дата; quarter start; "
            "period start; начало периода; дата начала; date key; month year",
        ),
        field("year", _("Year"), Kind.INTEGER, "год; year; calendar year; fiscal year"),
        field(
            "quarter",
            _("Quarter"),
            Kind.PERIOD,
            "квартал; quarter; calendar quarter; qtr; кв; fiscal quarter",
        ),
        field("month", _("Month"), Kind.PERIOD, "месяц; month; calendar month; мес; month name"),
        field(
            "amount",
            _("Amount"),
            Kind.MONEY,
            "план; plan; target; quota; sales amount quota; сумма плана; цель; "
            "plan amount; target amount; план продаж; значение; sales quota; "
            "goal; budget; сумма; amount; value; норма; плановое значение",
            by_period=True,
        ),
        field(
            "product_group",
            _("Product group"),
            Kind.TEXT,
            "группа товаров; товарная группа; product group; product line; категория товара; product; товар",
        ),
        field(
            "client_segment",
            _("Client segment"),
            Kind.TEXT,
            "сегмент; сегмент клиента; segment; client segment; customer segment",
        ),
        field("region", _("Region"), Kind.REFERENCE, REGION),
        field("channel", _("Channel"), Kind.TEXT, "канал; channel; канал продаж; sales channel"),
        field(
            "new_or_regular",
            _("New or regular client"),
            Kind.TEXT,
            "новый/постоянный; new/regular; new or regular; тип клиента; новые/постоянные",
        ),
        field("note", _("Note"), Kind.TEXT, NOTE, many=True),
    ),
    needs=(("amount",),),
    file_names=("plan", "quota", "target", "план", "квот"),
    options=(PERIOD_FROM, FIRST_PERIOD, METRIC),
)
