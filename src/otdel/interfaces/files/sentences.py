"""What is wrong, in words: the one place where codes of files, cells and guesses become sentences."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from otdel.interfaces.files.guess.marks import Guess
from otdel.interfaces.files.problems import Problem, UnreadableFile

FILE: dict[str, str | Promise] = {
    "empty_file": _("The file is empty."),
    "too_big": _("The file is larger than %(megabytes)s MB. Split it, or compress it with gzip."),
    "too_big_unpacked": _("Unpacked, the file is larger than %(megabytes)s MB. Split it."),
    "bomb": _("The file unpacks into far more than a real table would. It was not opened."),
    "packed_twice": _("There is an archive inside the archive. Unpack it and upload the table itself."),
    "several_files": _("The archive holds %(count)s files. Upload one table at a time."),
    "password": _("The file is protected with a password. Save it without one."),
    "broken_file": _("The file is damaged or cut short. Save it again and upload the new copy."),
    "not_a_table": _("This is not a table (%(format)s). Save it as XLSX or CSV."),
    "no_table": _("No table was found in the file."),
    "no_sheet": _("There is no sheet “%(sheet)s” in the file."),
    "too_many_rows": _("The file has more than %(rows)s rows. Split it."),
    "too_many_columns": _("The file has more than %(columns)s columns. Remove those you do not need."),
    "line_too_long": _("A line is longer than %(characters)s characters: this does not look like a table."),
    "too_sparse": _("A cell far away from the others makes the sheet huge. Delete it, or save as XLSX."),
    "unknown_encoding": _("There is no encoding “%(encoding)s”."),
}
CELL: dict[str, str | Promise] = {
    "not_a_number": _("“%(value)s” is not a number."),
    "too_large": _("“%(value)s” is too large a number."),
    "not_whole": _("“%(value)s” is not a whole number."),
    "not_yes_or_no": _("“%(value)s” is neither yes nor no."),
    "not_a_duration": _("“%(value)s” is not a duration."),
    "not_a_date": _("“%(value)s” is not a date."),
    "no_such_day": _("There is no such day or time: “%(value)s”."),
    "year_out_of_range": _("The year of “%(value)s” is not between 1900 and 2100."),
    "not_a_period": _("“%(value)s” is not a period. Write “March 2026”, “2026-Q1” or a date."),
    "unreadable_characters": _("“%(value)s” has characters that cannot be read. Check the encoding."),
    "other_encoding": _("The cell is in another encoding than the file; it seems to say “%(value)s”."),
    "too_long": _("The text is too long: “%(value)s…”."),
    "not_an_email": _("“%(value)s” is not an e-mail address."),
    "not_a_phone": _("“%(value)s” is not a phone number."),
    "phone_rounded": _("Excel rounded the phone number to “%(value)s”. Set the column to text and fill it again."),
    "not_a_site": _("“%(value)s” is not the address of a website."),
    "wrong_inn": _("INN “%(value)s” is wrong: it has 10 or 12 digits, the last of which are a checksum."),
    "wrong_kpp": _("KPP “%(value)s” is wrong: it has 9 characters."),
    "wrong_ogrn": _("OGRN “%(value)s” is wrong: it has 13 or 15 digits, the last of which is a checksum."),
    "wrong_bik": _("BIK “%(value)s” is wrong: it has 9 digits and begins with 0."),
    "wrong_account": _("Account “%(value)s” is wrong: it has 20 digits that agree with the BIK."),
    "unknown_word": _("“%(value)s” is not one of the values known here."),
    "unknown_currency": _("“%(value)s” is not a known currency."),
    "formula_error": _("The formula in the cell gives an error: %(value)s."),
    "formula_not_calculated": _("The formula was never calculated. Open the file in Excel and save it."),
    "broken_cell": _("The cell is damaged: “%(value)s”."),
    "extra_cells": _("The row has more cells than the header; the first one too many is “%(value)s”."),
}
GUESS: dict[str, str | Promise] = {
    "seen": _("certain: “%(value)s” can be read one way only"),
    "mixed": _("the column is mixed; “%(value)s” disagrees with the rest"),
    "dots": _("dates with dots are day first"),
    "sorted": _("read so, the rows stand in order of time"),
    "custom": _("“%(value)s” can be read two ways; the usual way was chosen, check it"),
    "currency": _("“%(value)s” can be read two ways; chosen by its currency, check it"),
    "neighbour": _("as in another column of the file"),
    "no_dates": "",
    "no_marks": "",
}


def of_file(error: UnreadableFile) -> str:
    return str(FILE[error.code]) % error.details if error.details else str(FILE[error.code])


def of_cell(problem: Problem) -> str:
    return str(CELL[problem.code]) % {"value": problem.value}


def of_guess(guess: Guess) -> str:
    return str(GUESS[guess.reason]) % {"value": guess.evidence}


def too_big(limit: int) -> str:
    return str(FILE["too_big"]) % {"megabytes": limit // 1024**2}
