"""Words that stand for a choice: outcomes, kinds of activity, directions, currencies, metrics."""

from __future__ import annotations

from collections.abc import Callable

from otdel.interfaces.files.cells.texts import text
from otdel.interfaces.files.problems import Problem
from otdel.interfaces.files.targets.base import normal

OUTCOME = {
    "won": "won; closed won; closedwon; выиграна; выиграно; успешно; "
    "успешно реализовано; сделка успешна; успешна; победа; win; success; да; "
    "true",
    "lost": "lost; closed lost; closedlost; проиграна; проиграно; "
    "закрыто и не реализовано; сделка проиграна; провал; отказ; проигрыш; fail; "
    "failed",
    "open": "open; открыта; открыто; в работе; in progress; active; engaging; "
    "prospecting; новая; new; нет; false; deleted",
}
ACTIVITY = {
    "call": "call; звонок; звонки; phone call; вызов; телефонный звонок; "
    "входящий звонок; исходящий звонок; inbound call; outbound call; incoming; "
    "outgoing",
    "meeting": "meeting; встреча; встречи; визит; visit; lunch; презентация; demo; переговоры; совещание",
    "email": "email; e-mail; mail; письмо; почта; электронное письмо; сообщение",
    "note": "note; заметка; комментарий; примечание; comment; task; задача; дело; todo; deadline; follow up",
}
DIRECTION = {
    "in": "in; inbound; incoming; входящий; входящее; вх; входящий звонок; inbound call; received; входящая",
    "out": "out; outbound; outgoing; исходящий; исходящее; исх; исходящий звонок; outbound call; sent; исходящая",
}
CUSTOMER_KIND = {
    "company": "company; компания; организация; юридическое лицо; юр лицо; юрлицо; юр; ооо; "
    "ип; индивидуальный предприниматель; legal; business; b2b",
    "person": "person; физическое лицо; физ лицо; физлицо; физ; частное лицо; individual; b2c; человек",
}
INVOICE_STATUS = {
    "draft": "draft; черновик; новый; new; подготовлен",
    "issued": "issued; sent; выставлен; отправлен; отправлен клиенту; open; не оплачен; "
    "неоплачен; unpaid; ожидает оплаты; ожидается оплата; pending; "
    "частично оплачен; partially paid; overdue; просрочен",
    "paid": "paid; оплачен; оплачено; закрыт; closed",
    "cancelled": "cancelled; canceled; void; отменен; аннулирован; отклонен",
}
CURRENCY = {
    "RUB": "rub; rur; руб; рубль; рубли; рублей; российский рубль; р; ruble; russian ruble; 643; 810",
    "USD": "usd; доллар; доллары; доллар сша; us dollar; dollar; 840",
    "EUR": "eur; евро; euro; 978",
    "KZT": "kzt; тенге; казахстанский тенге; tenge; 398",
    "BYN": "byn; белорусский рубль; belarusian ruble; 933",
    "CNY": "cny; юань; китайский юань; yuan; rmb; 156",
    "UAH": "uah; гривна; 980",
    "GBP": "gbp; фунт; фунт стерлингов; pound; 826",
    "TRY": "try; турецкая лира; lira; 949",
    "AMD": "amd; драм; 051",
    "UZS": "uzs; сум; узбекский сум; 860",
    "KGS": "kgs; сом; киргизский сом; 417",
}
SYMBOLS = {"₽": "RUB", "$": "USD", "€": "EUR", "₸": "KZT", "¥": "CNY", "£": "GBP", "₴": "UAH", "₺": "TRY"}
METRIC = {
    "payments": "payments received; payments; оплаты; поступления; поступление денег; "
    "оплата; деньги; поступления денег; полученные оплаты; revenue; выручка",
    "shipments": "shipments; отгрузки; отгрузка; продажи; реализация; sales; объем продаж; shipped",
    "won_amount": "won amount; сумма выигранных сделок; сумма выигранных; "
    "выигранные сделки сумма; сумма сделок; won sum",
    "margin": "margin; маржа; прибыль; валовая прибыль; gross profit; profit",
    "deals_won": "deals won; выигранные сделки; выиграно сделок; количество сделок; сделки; "
    "сделок выиграно; won deals; deals",
    "new_clients": "new clients; новые клиенты; новых клиентов; new customers",
    "active_clients": "active clients; активные клиенты; активных клиентов; active customers",
    "calls": "calls; звонки; количество звонков; звонков",
    "meetings": "meetings; встречи; количество встреч; встреч",
    "proposals": "proposals; предложения; кп; коммерческие предложения; количество предложений",
}


def _dictionary(table: dict[str, str]) -> dict[str, str]:
    return {normal(word): key for key, words in table.items() for word in words.split(";")}


def chooser(table: dict[str, str], code: str = "unknown_word") -> Callable[[object], str | Problem | None]:
    words = _dictionary(table)

    def parse(cell: object) -> str | Problem | None:
        value = text(cell)
        if value is None or isinstance(value, Problem):
            return value
        key = words.get(normal(value)) or (
            normal(value).replace(" ", "_") if normal(value).replace(" ", "_") in table else None
        )
        return key or Problem(code, value[:100])

    return parse


outcome = chooser(OUTCOME)
activity = chooser(ACTIVITY)
direction = chooser(DIRECTION)
customer_kind = chooser(CUSTOMER_KIND)
invoice_status = chooser(INVOICE_STATUS)
metric = chooser(METRIC)
_currency = chooser({**CURRENCY}, "unknown_currency")


def currency(cell: object) -> str | Problem | None:
    value = text(cell)
    if isinstance(value, str) and value in SYMBOLS:
        return SYMBOLS[value]
    if isinstance(value, str) and len(value) == 3 and value.isascii() and value.isalpha() and value.isupper():
        return {"RUR": "RUB"}.get(value, value)
    return _currency(value)


def stage_outcome(stage: str) -> str:
    """`won` or `lost` for a stage whose name says so, else nothing."""
    found = outcome(stage)
    return found if found in ("won", "lost") and normal(stage) not in ("да", "true") else ""
