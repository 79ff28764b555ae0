"""Customers and their contacts."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from otdel.interfaces.files.targets.base import Kind, Target, field
from otdel.interfaces.files.targets.common import (
    CREATED,
    EMAILS,
    EXTERNAL,
    NOTE,
    OWNER,
    PHONES,
    REGION,
    SOURCE,
    TAGS,
)

CUSTOMERS = Target(
    "customers",
    _("Customers"),
    (
        field(
            "external_id",
            _("External id"),
            Kind.ID,
            "id; record id; id компании; company id; customer id; account id; "
            "reseller key; customer key; код контрагента; код клиента; "
            "organization - id; record id - company; код; " + EXTERNAL,
            identifies=True,
        ),
        field(
            "name",
            _("Name"),
            Kind.TEXT,
            "название компании; компания; наименование; контрагент; клиент; "
            "company name; company; customer; customer name; account; "
            "account name; organization - name; organization; название; name; reseller; "
            "заказчик; покупатель; наименование контрагента; "
            "наименование клиента; "
            "реквизит (россия): сокращенное наименование организации; "
            "краткое наименование; client; партнер; "
            "организация",
            identifies=True,
        ),
        field(
            "full_name",
            _("Full legal name"),
            Kind.TEXT,
            "полное наименование; реквизит (россия): полное наименование организации; legal name; юридическое название",
        ),
        field(
            "kind",
            _("Company or person"),
            Kind.CUSTOMER_KIND,
            "вид контрагента; юр/физ лицо; юр. физ. лицо; тип контрагента; "
            "customer kind; company or person; юридическое физическое лицо",
        ),
        field(
            "inn",
            _("INN"),
            Kind.INN,
            "инн; реквизит (россия): инн; inn; tax id; инн контрагента; инн клиента; реквизит: инн",
            identifies=True,
        ),
        field("kpp", _("KPP"), Kind.KPP, "кпп; реквизит (россия): кпп; kpp; реквизит: кпп"),
        field(
            "ogrn",
            _("OGRN"),
            Kind.OGRN,
            "огрн; реквизит (россия): огрн; ogrn; огрнип; огрн/огрнип; реквизит: огрн",
        ),
        field("bik", _("BIK"), Kind.BIK, "бик; bik; банковский реквизит (россия): бик; бик банка"),
        field(
            "account",
            _("Bank account"),
            Kind.ACCOUNT,
            "расчетный счет; р/с; банковский реквизит (россия): расчетный счет; bank account; номер счета",
        ),
        field("phones", _("Phones"), Kind.PHONES, PHONES, many=True),
        field("emails", _("E-mails"), Kind.EMAILS, EMAILS, many=True),
        field(
            "site",
            _("Site"),
            Kind.SITE,
            "сайт; корпоративный сайт; website; website url; web; site; url; "
            "company domain name; веб-сайт; web-сайт; web сайт",
        ),
        field(
            "segment",
            _("Segment"),
            Kind.TEXT,
            "сегмент; segment; client segment; customer segment; sector; industry; "
            "отрасль; сфера деятельности; business type; категория; "
            "категория клиента; тип компании; company type; customer tier; тип клиента; "
            "группа клиентов; вид деятельности",
        ),
        field(
            "region",
            _("Region"),
            Kind.REFERENCE,
            REGION + "; state province; state/region; state; office location; country region; "
            "country; country/region; страна; субъект рф",
        ),
        field("city", _("City"), Kind.TEXT, "город; city; населенный пункт"),
        field(
            "address",
            _("Address"),
            Kind.TEXT,
            "адрес; address; юридический адрес; фактический адрес; "
            "реквизит (россия): адрес; street address; organization - address; "
            "адрес доставки",
        ),
        field("source", _("Source"), Kind.TEXT, SOURCE),
        field("channel", _("Channel"), Kind.TEXT, "канал; channel; канал продаж; sales channel; канал сбыта"),
        field(
            "parent",
            _("Belongs to"),
            Kind.REFERENCE,
            "subsidiary of; головная компания; parent company; холдинг; parent; головной контрагент",
        ),
        field("owner", _("Owner"), Kind.REFERENCE, OWNER),
        field("created", _("Created"), Kind.DATETIME, CREATED),
        field("tags", _("Tags"), Kind.LIST, TAGS),
        field("note", _("Note"), Kind.TEXT, NOTE, many=True),
    ),
    needs=(("name",),),
    file_names=(
        "compan",
        "account",
        "customer",
        "client",
        "reseller",
        "organi",
        "контрагент",
        "клиент",
        "компани",
    ),
)

CONTACTS = Target(
    "contacts",
    _("Contacts"),
    (
        field(
            "external_id",
            _("External id"),
            Kind.ID,
            "id; record id; id контакта; contact id; person - id; record id - contact; код; " + EXTERNAL,
            identifies=True,
        ),
        field(
            "name",
            _("Name"),
            Kind.TEXT,
            "полное имя контакта; фио; ф.и.о.; контакт; полное имя; contact; "
            "contact name; full name; person - name; name; наименование; "
            "контактное лицо; имя контакта",
            identifies=True,
        ),
        field(
            "first_name",
            _("First name"),
            Kind.TEXT,
            "имя; first name; контакт: имя; given name; реквизит (россия): имя",
        ),
        field("middle_name", _("Patronymic"), Kind.TEXT, "отчество; middle name; контакт: отчество; second name"),
        field(
            "last_name",
            _("Last name"),
            Kind.TEXT,
            "фамилия; last name; контакт: фамилия; surname; family name",
        ),
        field("phones", _("Phones"), Kind.PHONES, PHONES, many=True),
        field("emails", _("E-mails"), Kind.EMAILS, EMAILS, many=True, identifies=True),
        field("position", _("Position"), Kind.TEXT, "должность; job title; position; title"),
        field(
            "customer",
            _("Customer"),
            Kind.REFERENCES,
            "компания; компания контакта; associated company ids; associated company; "
            "company; company name; associated company name; "
            "person - organization; organization; контрагент; клиент; организация; "
            "customer; account; account name; название компании; "
            "primary associated company",
        ),
        field("owner", _("Owner"), Kind.REFERENCE, OWNER),
        field("source", _("Source"), Kind.TEXT, SOURCE),
        field("created", _("Created"), Kind.DATETIME, CREATED),
        field("tags", _("Tags"), Kind.LIST, TAGS),
        field("note", _("Note"), Kind.TEXT, NOTE, many=True),
    ),
    needs=(("name", "first_name", "last_name", "emails", "phones"),),
    file_names=("contact", "контакт", "persons"),
)
