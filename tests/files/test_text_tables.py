"""CSV as people really save it."""

from __future__ import annotations

import codecs
import gzip
from collections.abc import Callable

import pytest

from otdel.interfaces.files.cells import column, parse_rows
from otdel.interfaces.files.guess.columns import profile
from otdel.interfaces.files.guess.mapping import recognise
from otdel.interfaces.files.problems import Problem, UnreadableFile
from otdel.interfaces.files.readers import Limits, Table
from otdel.interfaces.files.targets import Kind

Read = Callable[..., Table]
RUSSIAN = "Клиент;Сумма;Дата\r\nООО Ромашка;1 200,50;01.02.2026\r\nИП Ёлкин;300;28.02.2026\r\n"


def cells(table: Table) -> list[list[object]]:
    return [list(row) for _, row in table.rows()]


@pytest.mark.parametrize(
    ("encoding", "found"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("cp1251", "cp1251"),
        ("cp866", "cp866"),
        ("koi8-r", "koi8-r"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
    ],
)
def test_encoding_is_guessed(read: Read, encoding: str, found: str) -> None:
    table = read(RUSSIAN.encode(encoding))

    assert table.encoding == found
    assert [h.name for h in table.headers] == ["Клиент", "Сумма", "Дата"]
    assert cells(table)[1] == ["ИП Ёлкин", "300", "28.02.2026"]


PROSE = """\
Клиент;Менеджер;Комментарий;Сумма
ООО «Северный ветер»;Соколова Анна;Просят перенести отгрузку на конец месяца, склад не готов;1 200,50
ИП Ёлкин Пётр Юрьевич;Иванов Игорь;Договор № 15 подписан, ждём предоплату;300
АО «ТЕПЛОВОДОЙ»;ЩЕРБАКОВ;СРОЧНО! ОТПРАВИТЬ ЧЕРТЕЖИ;45 000
Жилищный трест;Хашимова Эльза;Объект сдан, нужны закрывающие документы и акт сверки;7 800
"""
CAPITALS = "ФИРМА;ГОРОД\nЩЕРБИНСКИЙ ЗАВОД;МОСКВА\nООО РОМАШКА;ЕКАТЕРИНБУРГ\nЮЖНЫЙ ДВОР;УФА\n"
SMALL = "фирма;город\nщербинский завод;москва\nооо ромашка;екатеринбург\nюжный двор;уфа\n"


@pytest.mark.parametrize("text", [PROSE, CAPITALS, SMALL, RUSSIAN], ids=["prose", "capitals", "small", "few"])
@pytest.mark.parametrize(
    "encoding", ["utf-8", "cp1251", "koi8-r", "cp866", "mac-cyrillic", "utf-16-le", "utf-16-be"]
)  # fmt: skip
def test_russian_of_every_sort_is_told(read: Read, encoding: str, text: str) -> None:
    readable = text.replace("«", '"').replace("»", '"').encode(encoding, "replace").decode(encoding)

    table = read(readable.encode(encoding))
    written = [line.split(";") for line in readable.splitlines()]
    assert [[head.name for head in table.headers], *cells(table)] == written


@pytest.mark.parametrize(("main", "other"), [("cp1251", "utf-8"), ("utf-8", "cp1251"), ("koi8-r", "utf-8")])
def test_a_few_cells_of_another_encoding_do_not_change_the_guess(read: Read, main: str, other: str) -> None:
    lines = [line.encode(main) for line in PROSE.replace("«", "").replace("»", "").replace("№", "N").splitlines()]
    strangers = [f"Чужая строка {number};Кто-то;Сочи".encode(other) for number in range(3)]

    assert read(b"\n".join([*lines, *strangers, *lines, *lines])).encoding == main


def test_cells_of_another_encoding_are_named(read: Read) -> None:
    table = read("Фирма;Город\nРомашка;Москва\nЛютик;".encode("cp1251") + "Сочи\n".encode())
    assert cells(table) == [["Ромашка", "Москва"], ["Лютик", Problem("other_encoding", "Сочи")]]

    table = read("Фирма;Город\nРомашка;Москва\nЛютик;".encode() + "Сочи\n".encode("cp1251"))
    assert table.encoding == "utf-8"
    found = parse_rows(table.rows(), [(0, column(Kind.TEXT)), (1, column(Kind.TEXT))], 2)
    assert [[(place, problem.code) for place, problem in row.problems] for row in found] == [
        [],
        [(1, "unreadable_characters")],
    ]


@pytest.mark.parametrize("text", ["Nom;Ville\nà côté;Orléans\nÉlodie Lefèvre;Besançon\n", "Müller;Größe\nÄpfel;Öl\n"])
def test_western_letters_are_not_taken_for_russian(read: Read, text: str) -> None:
    table = read(text.encode("cp1252"))
    assert [h.name for h in table.headers] == text.splitlines()[0].split(";")


def test_utf_16_big_endian_with_mark(read: Read) -> None:
    assert cells(read(codecs.BOM_UTF16_BE + RUSSIAN.encode("utf-16-be")))[0][0] == "ООО Ромашка"


def test_letters_far_down_the_file_decide_the_encoding(read: Read) -> None:
    text = "id;name\n" + "1;abc\n" * 300_000 + "2;Ромашка и Василёк\n"

    assert cells(read(text.encode("cp1251")))[-1] == ["2", "Ромашка и Василёк"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiter_is_guessed(read: Read, delimiter: str) -> None:
    rows = [
        ["Name", "Amount", "Note"],
        ["Acme", "1200", "a, b; c" if delimiter == "|" else "x"],
        ["Vega", "5", ""],
    ]
    table = read("\n".join(delimiter.join(row) for row in rows))

    assert table.delimiter == delimiter
    assert cells(table) == rows[1:]


def test_decimal_commas_do_not_pass_for_delimiters(read: Read) -> None:
    assert cells(read("1,5;2,5;3,5\n4,5;5,5;6,5\n")) == [["1,5", "2,5", "3,5"], ["4,5", "5,5", "6,5"]]


def test_excels_own_word_on_the_delimiter_is_believed(read: Read) -> None:
    table = read("sep=;\r\nИмя;Сумма\r\nАнна;5\r\n")

    assert [h.name for h in table.headers] == ["Имя", "Сумма"]
    assert list(table.rows()) == [(2, ["Анна", "5"])]


def test_stray_last_delimiter_makes_no_column(read: Read) -> None:
    table = read('"ID";"Название";\n"1";"а";\n"2";"б";\n')

    assert table.width == 2
    assert cells(table) == [["1", "а"], ["2", "б"]]


def test_column_without_a_name_but_with_data_is_kept(read: Read) -> None:
    assert read("ID;Название;\n1;а;да\n").width == 3


def test_empty_lines_are_skipped_and_counted(read: Read) -> None:
    assert list(read("\n\nИмя;Сумма\n\nАнна;5\n;\n\nБорис;6\n\n").rows()) == [
        (5, ["Анна", "5"]),
        (8, ["Борис", "6"]),
    ]


def test_ragged_rows(read: Read) -> None:
    assert list(read("Имя;Сумма;Дата\nАнна\nБорис;1;2;лишнее\nВера;1;2;;\n").rows()) == [
        (2, ["Анна", None, None]),
        (3, ["Борис", "1", "2", "лишнее"]),
        (4, ["Вера", "1", "2"]),
    ]


def test_zero_bytes_are_dropped(read: Read) -> None:
    assert cells(read(b"name,amount\nAn\0na,5\n")) == [["Anna", "5"]]


def test_quotes_doubled(read: Read) -> None:
    assert cells(read('Имя,Сумма\n"ООО ""Вега"", филиал",5\n')) == [['ООО "Вега", филиал', "5"]]


def test_quotes_after_a_backslash(read: Read) -> None:
    assert cells(read('"Имя";"Сумма"\n"ООО \\"Вега\\"; филиал";"5"\n"б";"6"\n')) == [
        ['ООО "Вега"; филиал', "5"],
        ["б", "6"],
    ]


def test_backslash_at_the_end_of_a_cell_is_a_backslash(read: Read) -> None:
    assert cells(read('"Папка";"Сумма"\n"C:\\";"5"\n"D:\\";"6"\n')) == [["C:\\", "5"], ["D:\\", "6"]]


def test_line_breaks_in_cells(read: Read) -> None:
    assert list(read('Имя,Заметка\nАнна,"а\nб\n\nв"\nБорис,г\n').rows()) == [
        (2, ["Анна", "а\nб\n\nв"]),
        (3, ["Борис", "г"]),
    ]


def test_unclosed_quote_spoils_its_own_row_only(read: Read) -> None:
    lines = ["id,name", '1,"broken'] + [f"{n},row {n}" for n in range(2, 3000)]

    rows = cells(read("\n".join(lines)))

    assert len(rows) == 2999
    assert rows[1] == ["2", "row 2"]
    assert rows[-1] == ["2999", "row 2999"]


def test_old_mac_line_ends(read: Read) -> None:
    assert cells(read("Имя;Сумма\rАнна;5\rБорис;6\r")) == [["Анна", "5"], ["Борис", "6"]]


@pytest.mark.parametrize(
    "text",
    [
        "1;272;2010-12-29;28000.00\n2;281;2011-12-29;367000.00\n",
        "anna@a.example;+79271002030;5\nboris@a.example;+79271002031;6\n",
    ],
)
def test_no_header(read: Read, text: str) -> None:
    table = read(text)

    assert not table.has_header
    assert len(cells(table)) == 2
    assert [h.name for h in table.headers] == [""] * table.width


def test_header_of_words_over_words(read: Read) -> None:
    assert read("Table,Field,Description\naccounts,account,Company\naccounts,sector,Industry\n").has_header


def test_user_has_the_last_word_on_the_header(read: Read) -> None:
    assert len(cells(read("a;b\nc;d\n", has_header=False))) == 2
    assert len(cells(read("1;2\n3;4\n", has_header=True))) == 1


def test_title_lines_above_the_header(read: Read) -> None:
    table = read("Отчёт о продажах;;\nза март 2026;;\n\nМенеджер;Контрагент;Сумма\nАнна;Ромашка;5\n")

    assert [h.name for h in table.headers] == ["Менеджер", "Контрагент", "Сумма"]
    assert list(table.rows()) == [(5, ["Анна", "Ромашка", "5"])]


def test_repeated_and_padded_names(read: Read) -> None:
    headers = read("Товар;Бюджет ;Товар;\ufeffДата\nа;1;б;01.01.2026\n").headers

    assert [(h.name, h.occurrence) for h in headers] == [
        ("Товар", 1),
        ("Бюджет", 1),
        ("Товар", 2),
        ("Дата", 1),
    ]


def test_formula_in_a_csv_is_text(read: Read) -> None:
    assert cells(read('Имя,Сумма\n=1+1,5\n"=HYPERLINK(""x"")",6\n')) == [
        ["=1+1", "5"],
        ['=HYPERLINK("x")', "6"],
    ]


def test_gz(read: Read) -> None:
    assert len(cells(read(gzip.compress(RUSSIAN.encode("cp1251"))))) == 2


def test_gz_in_gz_is_refused(read: Read) -> None:
    with pytest.raises(UnreadableFile, match="packed_twice"):
        read(gzip.compress(gzip.compress(RUSSIAN.encode())))


def test_gz_bomb_is_refused(read: Read) -> None:
    with pytest.raises(UnreadableFile, match="bomb"):
        read(gzip.compress(b"0" * 30_000_000))


def test_torn_gz_is_refused(read: Read) -> None:
    with pytest.raises(UnreadableFile, match="broken_file"):
        read(gzip.compress(RUSSIAN.encode() * 100)[:-20])


def test_one_endless_line_is_refused(read: Read) -> None:
    with pytest.raises(UnreadableFile, match="line_too_long"):
        list(read("a;b\n1;2\n" + "x" * 200_000, limits=Limits(line_chars=100_000)).rows())


def test_one_endless_quote_does_not_grow(read: Read) -> None:
    table = read('a;b\n1;"' + "x;y\n" * 5000, limits=Limits(line_chars=100_000))

    assert len(cells(table)) == 5000


@pytest.mark.parametrize("content", [b"", b"\n\n\n", b"\xef\xbb\xbf", b"   \r\n"])
def test_empty_file_is_refused(read: Read, content: bytes) -> None:
    with pytest.raises(UnreadableFile, match="empty_file"):
        read(content)


@pytest.mark.parametrize("content", [b"%PDF-1.7 x", b"\x89PNG\r\n", bytes(range(256)) * 50, b"MOXCEL\0\x06"])
def test_no_table_is_refused(read: Read, content: bytes) -> None:
    with pytest.raises(UnreadableFile, match="not_a_table"):
        read(content)


def test_too_many_rows_are_refused(read: Read) -> None:
    with pytest.raises(UnreadableFile, match="too_many_rows"):
        list(read("a;b\n" + "1;2\n" * 100, limits=Limits(rows=50)).rows())


def test_too_many_columns_are_refused(read: Read) -> None:
    with pytest.raises(UnreadableFile, match="too_many_columns"):
        read(";".join(f"col{n}" for n in range(3000)) + "\n")


def test_unknown_encoding_is_refused(read: Read) -> None:
    with pytest.raises(UnreadableFile, match="unknown_encoding"):
        read(RUSSIAN, encoding="cp-nonsense")


@pytest.mark.parametrize(
    ("values", "order", "certain", "reason"),
    [
        (["01/02/2026", "13/02/2026"], "DMY", True, "seen"),
        (["01/02/2026", "02/13/2026"], "MDY", True, "seen"),
        (["2026-01-02", "2026-02-01"], "YMD", True, "seen"),
        (["01.02.2026", "03.02.2026"], "DMY", True, "dots"),
        (["01/02/2026", "03/02/2026"], "MDY", False, "custom"),
        (["13/02/2026", "02/13/2026", "25/01/2026"], "DMY", False, "mixed"),
        (["2026-01-02", "31/12/2026"], "DMY", True, "seen"),
        (
            ["01/05/2026", "02/05/2026", "01/06/2026", "03/06/2026", "02/07/2026", "01/08/2026"],
            "DMY",
            False,
            "sorted",
        ),
    ],
)
def test_order_of_dates_is_guessed_and_explained(
    read: Read, values: list[str], order: str, certain: bool, reason: str
) -> None:
    guess = profile(read("when,amount\n" + "".join(f"{value},5.5\n" for value in values)))[0].order

    assert (guess.value, guess.certain, guess.reason) == (order, certain, reason)


def test_unclear_dates_follow_a_clear_neighbour(read: Read) -> None:
    table = read("created,closed,sum\n01/02/2026,25/03/2026,1\n02/03/2026,26/03/2026,2\n")

    assert [(p.order.value, p.order.certain) for p in profile(table)[:2]] == [("DMY", True), ("DMY", True)]


def test_order_is_looked_for_past_the_sample(read: Read) -> None:
    table = read("when,amount\n" + "01/02/2026,5\n" * 3000 + "25/02/2026,5\n")

    assert profile(table)[0].order.value == "DMY"


@pytest.mark.parametrize(
    ("values", "mark", "certain"),
    [
        (["1,200", "1,5"], ",", True),
        (["1.200,50"], ",", True),
        (["1,200.50"], ".", True),
        (["1,200,300"], ".", True),
        (["1.200.300"], ",", True),
        (["$1,200"], ".", False),
        (["1200"], ".", True),
        (["0,500"], ",", True),
    ],
)
def test_decimal_mark_is_guessed(read: Read, values: list[str], mark: str, certain: bool) -> None:
    guess = profile(read("name|amount\n" + "".join(f"a|{value}\n" for value in values)))[1].decimal

    assert (guess.value, guess.certain) == (mark, certain)


def test_of_two_namesakes_the_filled_one_is_taken(read: Read) -> None:
    table = read("Название сделки;Источник;Стадия;Источник\nа;;В работе;Сайт\nб;;В работе;Звонок\n")

    uses = recognise(table, profile(table))[0].uses

    assert [use.position for use in uses if use.field == "source"] == [3]


def test_stage_history_and_periods_in_headers(read: Read) -> None:
    deals = read("Deal ID,Deal Name,Deal Stage,Date entered Proposal\n1,a,Won,2026-01-02\n2,b,Won,2026-01-03\n")
    plans = read("Менеджер;Янв 2026;Фев 2026\nАнна;100 000;120 000\nБорис;90 000;95 000\n")

    assert ("stage_entered", "Proposal") in [(u.field, u.argument) for u in recognise(deals, profile(deals))[0].uses]
    best = recognise(plans, profile(plans), "План 2026.csv")[0]
    assert best.target == "plans"
    assert [(u.field, u.argument) for u in best.uses] == [
        ("unit", ""),
        ("amount", "Янв 2026"),
        ("amount", "Фев 2026"),
    ]


def test_numbers_under_a_like_name_are_no_owner(read: Read) -> None:
    table = read("account,employees,sector\nAcme,100,retail\nVega,2500,medical\nZoo,37,retail\n")

    assert "owner" not in {use.field for use in recognise(table, profile(table))[0].uses}
