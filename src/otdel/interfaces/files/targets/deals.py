"""Leads and deals."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from otdel.interfaces.files.targets.base import Kind, Target, field
from otdel.interfaces.files.targets.common import (
    AMOUNT,
    CONTACT,
    CREATED,
    CURRENCY,
    CUSTOMER,
    EMAILS,
    EXTERNAL,
    INN,
    NOTE,
    OWNER,
    PHONES,
    PRICE,
    PRODUCT,
    QUANTITY,
    REGION,
    SOURCE,
    TAGS,
)

LEADS = Target(
    "leads",
    _("Leads"),
    (
        field(
            "external_id",
            _("External id"),
            Kind.ID,
            "id; lead id; record id; id лида; lead - id; " + EXTERNAL,
            identifies=True,
        ),
        field(
            "name",
            _("Name"),
            Kind.TEXT,
            "название лида; лид; lead name; lead title; lead; lead - title; название; name; title",
        ),
        field(
            "status",
            _("Status"),
            Kind.TEXT,
            "статус лида; стадия лида; стадия; lead status; status; статус; lead - status; lead stage",
        ),
        field("contact", _("Contact"), Kind.TEXT, "фио; полное имя; full name; " + CONTACT),
        field("first_name", _("First name"), Kind.TEXT, "имя; first name"),
        field("last_name", _("Last name"), Kind.TEXT, "фамилия; last name"),
        field("customer", _("Company"), Kind.TEXT, CUSTOMER),
        field("phones", _("Phones"), Kind.PHONES, PHONES, many=True),
        field("emails", _("E-mails"), Kind.EMAILS, EMAILS, many=True),
        field("amount", _("Amount"), Kind.MONEY, "возможная сумма; opportunity; lead - value; " + AMOUNT),
        field("currency", _("Currency"), Kind.CURRENCY, CURRENCY),
        field("source", _("Source"), Kind.TEXT, SOURCE),
        field("owner", _("Owner"), Kind.REFERENCE, OWNER),
        field("created", _("Created"), Kind.DATETIME, "дата создания лида; " + CREATED),
        field("tags", _("Tags"), Kind.LIST, TAGS),
        field("note", _("Note"), Kind.TEXT, NOTE, many=True),
    ),
    needs=(("name", "contact", "first_name", "last_name", "phones", "emails"),),
    file_names=("лид", "lead_", "lead-", "leads."),
)

DEALS = Target(
    "deals",
    _("Deals"),
    (
        field(
            "external_id",
            _("External id"),
            Kind.ID,
            "id; deal id; id сделки; opportunity id; record id; deal - id; номер сделки; record id - deal; " + EXTERNAL,
            identifies=True,
        ),
        field(
            "name",
            _("Name"),
            Kind.TEXT,
            "название сделки; сделка; deal name; deal; opportunity name; opportunity; "
            "deal - title; deal title; название; title; name; "
            "наименование сделки",
        ),
        field("customer", _("Customer"), Kind.REFERENCES, CUSTOMER),
        field("customer_inn", _("Customer's INN"), Kind.INN, INN),
        field("contact", _("Contact"), Kind.REFERENCES, CONTACT),
        field(
            "contact_phones",
            _("Contact's phones"),
            Kind.PHONES,
            PHONES + "; рабочий телефон (контакт); мобильный телефон (контакт); "
            "рабочий прямой телефон (контакт); другой телефон (контакт)",
            many=True,
        ),
        field(
            "contact_emails",
            _("Contact's e-mails"),
            Kind.EMAILS,
            EMAILS + "; рабочий email (контакт); личный email (контакт); другой email (контакт)",
            many=True,
        ),
        field("owner", _("Owner"), Kind.REFERENCE, OWNER),
        field(
            "pipeline",
            _("Pipeline"),
            Kind.TEXT,
            "воронка; pipeline; направление; deal - pipeline; направление сделки; воронка продаж; sales pipeline",
        ),
        field(
            "stage",
            _("Stage"),
            Kind.TEXT,
            "стадия сделки; этап сделки; стадия; этап; deal stage; stage; deal - stage; "
            "sales stage; статус сделки; deal - stage (pipeline); "
            "opportunity stage; статус",
        ),
        field(
            "outcome",
            _("Outcome"),
            Kind.OUTCOME,
            "результат; исход; deal - status; deal status; outcome; is won; won; итог сделки; status; результат сделки",
        ),
        field(
            "amount",
            _("Amount"),
            Kind.MONEY,
            "бюджет; сумма сделки; close value; deal amount; deal - value; deal value; "
            "бюджет сделки; opportunity amount; amount in company currency; " + AMOUNT,
        ),
        field("currency", _("Currency"), Kind.CURRENCY, CURRENCY),
        field(
            "created",
            _("Created"),
            Kind.DATETIME,
            "дата создания сделки; deal - deal created; deal created; deal create date; " + CREATED,
        ),
        field(
            "opened",
            _("Opened"),
            Kind.DATE,
            "дата начала; engage date; opened; open date; start date; дата открытия; дата начала сделки; begin date",
        ),
        field(
            "expected_close",
            _("Expected close"),
            Kind.DATE,
            "предполагаемая дата закрытия; expected close date; "
            "deal - expected close date; плановая дата закрытия; expected close; "
            "ожидаемая дата закрытия; forecast close date; дата завершения; "
            "планируемая дата закрытия",
        ),
        field(
            "closed_on",
            _("Closed on"),
            Kind.DATE,
            "дата закрытия; close date; closed on; closed date; deal - closed on; "
            "deal - won time; deal - lost time; won time; "
            "дата закрытия сделки; close time; дата завершения сделки; "
            "фактическая дата закрытия; deal - deal closed on",
            many=True,
        ),
        field(
            "stage_since",
            _("In the stage since"),
            Kind.DATETIME,
            "date entered current stage; дата перехода в стадию; "
            "deal - last stage change; дата изменения стадии; last stage change",
        ),
        field(
            "stage_entered",
            _("Date entered a stage"),
            Kind.DATETIME,
            "",
            many=True,
            prefix="date entered; entered; дата перехода в; дата входа в; дата попадания в; "
            "дата перехода на этап; дата этапа",
        ),
        field(
            "probability",
            _("Probability, %"),
            Kind.NUMBER,
            "вероятность; probability; deal probability; deal - probability; вероятность %",
        ),
        field("product", _("Product"), Kind.REFERENCE, PRODUCT + "; deal - product name"),
        field("price", _("Price"), Kind.MONEY, PRICE),
        field("quantity", _("Quantity"), Kind.NUMBER, QUANTITY + "; deal - product quantity"),
        field(
            "loss_reason",
            _("Loss reason"),
            Kind.TEXT,
            "причина отказа; причина проигрыша; closed lost reason; loss reason; "
            "lost reason; deal - lost reason; причина закрытия; причина",
        ),
        field("source", _("Source"), Kind.TEXT, SOURCE),
        field("region", _("Region"), Kind.REFERENCE, REGION),
        field("tags", _("Tags"), Kind.LIST, TAGS),
        field("note", _("Note"), Kind.TEXT, NOTE + "; дополнительно об источнике", many=True),
    ),
    needs=(("name", "external_id", "customer"), ("stage", "outcome", "amount", "name")),
    file_names=("deal", "leads_", "pipeline", "opportunit", "сделк"),
)
