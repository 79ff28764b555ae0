"""People of the company and its regions."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from otdel.interfaces.files.targets.base import Kind, Target, field
from otdel.interfaces.files.targets.common import EMAILS, EXTERNAL, PHONES, REGION

PEOPLE = Target(
    "people",
    _("People"),
    (
        field(
            "external_id",
            _("External id"),
            Kind.ID,
            "id; employee key; employee id; код сотрудника; табельный номер; user id; id пользователя; " + EXTERNAL,
            identifies=True,
        ),
        field(
            "name",
            _("Name of the person"),
            Kind.TEXT,
            "фио; ф.и.о.; сотрудник; имя и фамилия; полное имя; full name; name; имя; "
            "salesperson; sales agent; sales rep; employee; "
            "employee name; менеджер; пользователь; user name; user; работник; "
            "физическое лицо",
            identifies=True,
        ),
        field("last_name", _("Last name"), Kind.TEXT, "фамилия; last name; surname; family name"),
        field("middle_name", _("Patronymic"), Kind.TEXT, "отчество; middle name; patronymic; second name"),
        field("email", _("E-mail"), Kind.EMAIL, EMAILS, identifies=True),
        field("phones", _("Phones"), Kind.PHONES, PHONES, many=True),
        field("position", _("Position"), Kind.TEXT, "должность; title; job title; position; role"),
        field(
            "department",
            _("Department (path with /)"),
            Kind.PATH,
            "подразделение; отдел; department; unit; team; группа продаж; "
            "regional office; office; структурное подразделение; "
            "филиал; branch; division",
        ),
        field(
            "head",
            _("Head"),
            Kind.REFERENCE,
            "руководитель; head; manager; начальник; reports to; supervisor; boss; "
            "непосредственный руководитель; manager name; "
            "head e-mail; e-mail руководителя; manager email",
        ),
        field(
            "employed_from",
            _("Employed from"),
            Kind.DATE,
            "дата приема; принят; employed from; hire date; start date; "
            "дата приема на работу; hired; дата начала работы",
        ),
        field(
            "employed_to",
            _("Employed to"),
            Kind.DATE,
            "дата увольнения; уволен; employed to; end date; termination date; дата окончания работы",
        ),
        field(
            "regions",
            _("Regions"),
            Kind.REFERENCES,
            "sales territory key; регионы; regions; " + REGION,
            many=True,
        ),
    ),
    needs=(("name", "email", "external_id", "last_name"),),
    file_names=(
        "people",
        "employee",
        "salesperson",
        "sales_team",
        "users",
        "сотрудник",
        "пользовател",
        "персонал",
    ),
)

REGIONS = Target(
    "regions",
    _("Regions"),
    (
        field(
            "external_id",
            _("External id"),
            Kind.ID,
            "id; sales territory key; region key; region id; код региона; код; " + EXTERNAL,
            identifies=True,
        ),
        field(
            "name",
            _("Name"),
            Kind.TEXT,
            "region; регион; наименование региона; region name; территория; territory; название; name",
            identifies=True,
        ),
        field(
            "parent",
            _("Part of"),
            Kind.REFERENCE,
            "country; страна; group; федеральный округ; округ; macro region; макрорегион",
        ),
    ),
    needs=(("name",),),
    file_names=("region", "territor", "регион"),
)
