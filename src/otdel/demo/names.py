"""Invented names of companies and people, each used once."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


MEN = _words("""
    Алексей Андрей Борис Вадим Виктор Глеб Денис Егор Иван Игорь Кирилл Леонид Максим Михаил Николай Олег Павел
    Роман Сергей Тимур Фёдор Юрий Ярослав
""")
WOMEN = _words("""
    Алина Анна Валентина Вера Галина Дарья Екатерина Елена Жанна Зоя Инна Ксения Лариса Марина Мария Наталья
    Оксана Полина Светлана Татьяна Ульяна Юлия
""")
FATHERS = _words("""
    Алексеев Андреев Борисов Викторов Владимиров Денисов Иванов Кириллов Леонидов Максимов Николаев Олегов Павлов
    Петров Романов Сергеев Фёдоров Юрьев
""")
SURNAMES = _words("""
    Агапов Балашов Веденеев Горшков Дёмин Ерёмин Жданов Зимин Игнатов Карпов Ларин Мещеряков Нефёдов Осокин
    Пахомов Рогов Сазонов Терехов Уваров Филатов Хохлов Цветков Черкасов Шубин Щеглов Юдин Яшин Бобров Вьюнов
    Голиков Дорохов Ежов Журавин Зотов Киселёв Лыткин Маслов Носков Опарин Прохоров Рябов Сычёв Трошин Усов Фомин
    Харин Шестаков Аксёнов Буров Валуев
""")
ROOTS = _words("""
    Аква Тепло Гидро Пром Энерго Строй Инж Терм Балт Нева Волга Дон Терек Ладога Онега Кубань Степ Приазов Поморье
    Хутор Радон Вест Зюйд Форт
""")
ENDS = _words("""
    монтаж сервис комплект проект снаб инвест трейд дом ресурс техника система климат вент магистраль подряд
""")
TAILS = ("", " Плюс", "-М", " Групп", "-Юнион", " 21")
_LATIN = dict(
    zip(
        "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
        _words("a b v g d e e zh z i y k l m n o p r s t u f kh ts ch sh sch - y - e yu ya"),
        strict=True,
    )
)


def latin(text: str) -> str:
    """Return the text in letters an address may have."""
    letters = (_LATIN.get(letter, letter if letter.isascii() and letter.isalnum() else "") for letter in text.lower())
    return "".join(letters).replace("-", "")


def person(rng: Random) -> tuple[str, str, str]:
    """Return last, first and middle name of an invented person."""
    last, father = rng.choice(SURNAMES), rng.choice(FATHERS)
    if rng.random() < 0.55:
        return last, rng.choice(MEN), father + "ич"
    return last + "а", rng.choice(WOMEN), father + "на"


def companies(rng: Random) -> Iterator[tuple[str, str]]:
    """Yield (short name, legal form) without end and without repeating."""
    pairs = [(root, end, tail) for tail in TAILS for root in ROOTS for end in ENDS if root.lower() != end]
    head, rest = pairs[: len(ROOTS) * len(ENDS)], pairs[len(ROOTS) * len(ENDS) :]
    rng.shuffle(head)
    rng.shuffle(rest)
    forms = ("ООО",) * 16 + ("АО",) * 2 + ("МУП", "ТСЖ")
    number = 0
    while True:
        for root, end, tail in (*head, *rest):
            yield f"{root}{end}{tail}{f' {number}' if number else ''}", rng.choice(forms)
        number += 1
