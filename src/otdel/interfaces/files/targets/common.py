"""Names of fields that several kinds of things share."""

from __future__ import annotations

OWNER = (
    "ответственный; менеджер; ответственный менеджер; owner; deal owner; "
    "contact owner; company owner; lead owner; "
    "record owner; assigned to; responsible; sales agent; sales rep; "
    "sales representative; salesperson; account manager; "
    "продавец; сотрудник; employee key; employee; agent; manager; deal - owner; "
    "person - owner; organization - owner; "
    "lead - owner; activity - assigned to user; ответственный сотрудник; "
    "ответственный за сделку; "
    "основной менеджер; торговый представитель; hubspot owner; user; "
    "ответственный за контакт; ответственный за компанию"
)
PHONES = (
    "телефон; телефоны; phone; phone number; phones; рабочий телефон; "
    "мобильный телефон; мобильный; сотовый; "
    "рабочий прямой телефон; домашний телефон; другой телефон; mobile; "
    "mobile phone; mobile phone number; work phone; "
    "company phone; person - phone; person - phone (work); "
    "person - phone (mobile); person - phone (home); тел; "
    "контактный телефон; номер телефона; telephone; organization - phone"
)
EMAILS = (
    "e-mail; email; почта; электронная почта; рабочий e-mail; рабочий email; "
    "личный email; личный e-mail; другой email; "
    "частный e-mail; другой e-mail; email address; work email; "
    "адрес электронной почты; эл. почта; upn; mail; "
    "person - email; person - email (work); person - email (home); "
    "person - email (other); реквизит (россия): e-mail"
)
EXTERNAL = "внешний код; external id; внешний id; id во внешней системе; guid; uuid; ref; ссылка"
CREATED = "дата создания; created; created at; create date; creation date; date created; создан; создано; add time"
NOTE = (
    "комментарий; примечание; примечания; note; notes; comment; comments; "
    "description; описание; примечание 2; примечание 3; "
    "примечание 4; примечание 5; комментарии; заметка; заметки; "
    "дополнительная информация"
)
TAGS = "теги; тэги; tags; tag; labels; label; метки; метка"
SOURCE = (
    "источник; source; lead source; original source; источник лида; utm source; "
    "источник сделки; рекламный источник; original traffic source"
)
REGION = (
    "регион; region; territory; территория; sales territory; "
    "sales territory key; область; край; regional office; region key"
)
CUSTOMER = (
    "контрагент; клиент; покупатель; заказчик; customer; customer name; "
    "компания; account; account name; client; company; "
    "reseller key; customer key; reseller; партнер; организация клиента; "
    "плательщик; название компании; компания: название компании; "
    "associated company ids; associated company; deal - organization; "
    "organization - name; organization; associated company name; "
    "company name; customer id; компания контакта; buyer"
)
CONTACT = (
    "контакт; основной контакт; полное имя контакта; contact; contact name; "
    "associated contact ids; associated contact; "
    "deal - contact person; person - name; контактное лицо; primary contact; "
    "associated contacts"
)
PRODUCT = (
    "товар; номенклатура; product; product name; product key; item; sku; услуга; "
    "товар/услуга; наименование товара; product id; "
    "товары; позиция; товар (работа, услуга); наименование номенклатуры; "
    "код товара; line item"
)
QUANTITY = "количество; кол-во; quantity; qty; order quantity; кол во; units; количество товара; шт"
PRICE = "цена; price; unit price; цена за единицу; цена товара; стоимость единицы"
AMOUNT = "сумма; amount; total; итого; стоимость; value; sum; всего; сумма с ндс; сумма документа; сумма оборот"
CURRENCY = (
    "валюта; currency; deal currency; deal - currency (of value); "
    "deal - currency; валюта документа; код валюты; currency code"
)
INN = "инн; инн контрагента; инн клиента; инн плательщика; customer inn; inn; инн покупателя"
