"""Names of the invented company's short lists, in Russian and English."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Word:
    """One name in both languages."""

    ru: str
    en: str

    def in_(self, language: str) -> str:
        return self.ru if language.startswith("ru") else self.en


SEGMENTS = {
    "key": Word("Ключевые клиенты", "Key accounts"),
    "installer": Word("Монтажные организации", "Installers"),
    "dealer": Word("Дилеры", "Dealers"),
    "builder": Word("Застройщики", "Builders"),
    "housing": Word("ЖКХ и ТСЖ", "Housing services"),
    "retail": Word("Розница", "Retail"),
}
# Region: its name, the group that serves it, tax and bank codes, weight, a city for addresses.
NORTH_REGIONS = {
    "spb": Word("Санкт-Петербург", "Saint Petersburg"),
    "lenobl": Word("Ленинградская область", "Leningrad region"),
    "karelia": Word("Карелия и Мурманск", "Karelia and Murmansk"),
    "novgorod": Word("Новгород и Псков", "Novgorod and Pskov"),
}
SOUTH_REGIONS = {
    "rostov": Word("Ростовская область", "Rostov region"),
    "krasnodar": Word("Краснодарский край", "Krasnodar region"),
    "stavropol": Word("Ставропольский край", "Stavropol region"),
    "volgograd": Word("Волгоградская область", "Volgograd region"),
}
REGIONS = NORTH_REGIONS | SOUTH_REGIONS
TAX_CODES = {
    "spb": "78",
    "lenobl": "47",
    "karelia": "10",
    "novgorod": "53",
    "rostov": "61",
    "krasnodar": "23",
    "stavropol": "26",
    "volgograd": "34",
}
CITIES = {
    "spb": "Санкт-Петербург",
    "lenobl": "Гатчина",
    "karelia": "Петрозаводск",
    "novgorod": "Великий Новгород",
    "rostov": "Ростов-на-Дону",
    "krasnodar": "Краснодар",
    "stavropol": "Ставрополь",
    "volgograd": "Волгоград",
}
CHANNELS = {
    "direct": Word("Прямые продажи", "Direct sales"),
    "dealers": Word("Дилеры", "Dealers"),
    "online": Word("Интернет-магазин", "Online shop"),
    "tender": Word("Тендеры", "Tenders"),
}
SOURCES = {
    "site": Word("Сайт", "Site"),
    "fair": Word("Выставка", "Exhibition"),
    "advice": Word("Рекомендация", "Recommendation"),
    "cold": Word("Холодный звонок", "Cold call"),
    "tender": Word("Тендерная площадка", "Tender platform"),
    "repeat": Word("Повторное обращение", "Came again"),
}
LOSS_REASONS = {
    "price": Word("Дорого", "Too expensive"),
    "rival": Word("Выбрали другого поставщика", "Chose another supplier"),
    "stock": Word("Нет в наличии, долгий срок", "Out of stock, long delivery"),
    "later": Word("Отложили проект", "Project put off"),
    "silent": Word("Не выходят на связь", "Do not answer"),
    "tender": Word("Не прошли тендер", "Tender lost"),
}
GROUPS = {
    "circ": Word("Насосы циркуляционные", "Circulation pumps"),
    "well": Word("Насосы скважинные и дренажные", "Well and drainage pumps"),
    "station": Word("Насосные станции", "Pumping stations"),
    "boiler": Word("Котлы", "Boilers"),
    "radiator": Word("Радиаторы и конвекторы", "Radiators and convectors"),
    "auto": Word("Автоматика и арматура", "Automation and fittings"),
    "service": Word("Монтаж и сервис", "Installation and service"),
}
PIPELINES = {"sales": Word("Продажи", "Sales"), "service": Word("Сервис", "Service")}
# name, chance of winning in per cent
STAGES = {
    "sales": (
        (Word("Новая заявка", "New request"), 10),
        (Word("Выявление потребности", "Needs found out"), 20),
        (Word("Коммерческое предложение", "Proposal"), 40),
        (Word("Согласование договора", "Contract agreed"), 60),
        (Word("Счёт выставлен", "Invoiced"), 80),
        (Word("Успешно", "Won"), 100),
        (Word("Проиграна", "Lost"), 0),
    ),
    "service": (
        (Word("Обращение", "Request"), 20),
        (Word("Диагностика", "Diagnostics"), 40),
        (Word("Смета", "Estimate"), 55),
        (Word("Согласование", "Agreement"), 70),
        (Word("Счёт выставлен", "Invoiced"), 85),
        (Word("Выполнено", "Done"), 100),
        (Word("Отказ", "Refused"), 0),
    ),
}
UNITS = {
    "sales": Word("Отдел продаж", "Sales"),
    "north": Word("Группа «Север»", "North group"),
    "south": Word("Группа «Юг»", "South group"),
    "active": Word("Отдел активных продаж", "Active sales"),
    "service": Word("Отдел сервиса", "Service"),
}
POSITIONS = {
    "director": Word("Генеральный директор", "Director"),
    "accountant": Word("Главный бухгалтер", "Chief accountant"),
    "administrator": Word("Администратор системы", "System administrator"),
    "sales head": Word("Руководитель отдела продаж", "Head of sales"),
    "group head": Word("Руководитель группы", "Head of group"),
    "active head": Word("Руководитель отдела активных продаж", "Head of active sales"),
    "service head": Word("Руководитель отдела сервиса", "Head of service"),
    "manager": Word("Менеджер по продажам", "Sales manager"),
    "senior": Word("Старший менеджер по продажам", "Senior sales manager"),
    "active": Word("Менеджер активных продаж", "Active-sales manager"),
    "service": Word("Сервис-менеджер", "Service manager"),
}
CONTACT_POSITIONS = (
    Word("Директор", "Director"),
    Word("Главный инженер", "Chief engineer"),
    Word("Начальник снабжения", "Head of supply"),
    Word("Менеджер по закупкам", "Buyer"),
    Word("Бухгалтер", "Accountant"),
    Word("Прораб", "Foreman"),
)
FIRST_CALLS = (
    Word("Приняли заявку", "Took the request"),
    Word("Уточнили, что нужно", "Found out what is needed"),
)
CALLS = (
    Word("Обсудили предложение", "Talked over the proposal"),
    Word("Напомнили о счёте", "Reminded of the invoice"),
    Word("Согласовали сроки поставки", "Agreed the delivery dates"),
    Word("Уточнили комплектацию", "Clarified the set"),
    Word("Узнали о планах закупок", "Asked about purchase plans"),
    Word("Плановый звонок клиенту", "Regular call"),
)
CALL_RESULTS = (
    Word("Договорились, ждём ответа", "Agreed, waiting for an answer"),
    Word("Просят скидку", "Ask for a discount"),
    Word("Перезвонить", "Call again"),
    Word("Не дозвонились", "No answer"),
    Word("Решение за директором", "The director decides"),
    Word("Всё устраивает", "All is well"),
)
MEETINGS = (
    Word("Встреча на объекте", "Meeting on site"),
    Word("Встреча в офисе клиента", "Meeting at the client's"),
    Word("Показ оборудования", "Equipment shown"),
    Word("Переговоры об условиях", "Talks about terms"),
)
LETTERS = (
    Word("Отправили предложение", "Sent the proposal"),
    Word("Отправили договор", "Sent the contract"),
    Word("Отправили счёт", "Sent the invoice"),
    Word("Ответили на вопросы", "Answered questions"),
)
NOTES = (
    Word("Бюджет утверждён, деньги в конце месяца", "Budget approved, money at the end of the month"),
    Word("Сравнивают с другим поставщиком", "Comparing with another supplier"),
    Word("Важен срок: запуск до отопительного сезона", "Timing matters: start before the heating season"),
    Word("Просят отсрочку 30 дней", "Ask for 30 days' deferral"),
)
NEXT_STEP = Word("Следующий шаг по сделке", "Next step of the deal")
PROPOSAL = Word("Коммерческое предложение", "Proposal")
LEAD = Word("Заявка", "Request")
REJECTIONS = (
    Word("Не наш профиль", "Not our line"),
    Word("Нет бюджета", "No budget"),
    Word("Не отвечает", "Does not answer"),
    Word("Уже купили у других", "Bought elsewhere"),
)
PAYMENT_PURPOSE = Word("Оплата по счёту {}", "Payment of invoice {}")
REFUND_PURPOSE = Word("Возврат по счёту {}", "Refund of invoice {}")
CARRY_OVER_REASON = Word(
    "Перенос на следующий месяц: застройщик сдвинул монтаж, деньги придут позже",
    "Carried over to the next month: the builder moved the installation, the money comes later",
)
DEBT_NOTE = Word(
    "Отгружено с отсрочкой под гарантийное письмо; срок оплаты сорван, разбирает директор",
    "Shipped on deferred terms against a letter of guarantee; the term is broken, the director is on it",
)
