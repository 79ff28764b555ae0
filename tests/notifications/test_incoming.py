"""Letters that come in: real ones of several programs, forged ones, and a mailbox read by IMAP."""

from __future__ import annotations

import re
import socketserver
from datetime import timedelta
from email.message import EmailMessage
from threading import Thread

import pytest
import time_machine
from people import NOW
from told import give

from otdel.host.environment import MailBox
from otdel.interfaces.mail import jobs, letters
from otdel.interfaces.mail.taking import take
from otdel.notifications import links
from otdel.notifications.models import IncomingLetter, Notice
from otdel.tasks.models import Task, TaskComment

INBOX = "otdel@example.ru"


def raw(sender: str, tag: str, text: str, subject: str = "Re: Task", **more: str) -> bytes:
    headers = {"From": f"Somebody <{sender}>", "To": f"Otdel <otdel+{tag}@example.ru>", "Subject": subject}
    headers |= {"Message-ID": f"<{abs(hash((sender, tag, text)))}@mail>", "MIME-Version": "1.0"}
    headers |= {"Content-Type": "text/plain; charset=utf-8"} | {k.replace("_", "-"): v for k, v in more.items()}
    return ("".join(f"{name}: {value}\r\n" for name, value in headers.items()) + "\r\n" + text).encode()


QUOTED = [
    ("Готово.\n\nпн, 2 мар. 2026 г. в 12:00, Otdel <otdel@example.ru>:\n> Задача", "Готово."),
    ("Done today.\n\nOn Mon, Mar 2, 2026 at 12:00 PM Otdel <otdel@example.ru>\nwrote:\n\n> Task: Call", "Done today."),
    ('Ок\r\n\r\n02.03.2026, 12:00, "Otdel" <otdel@example.ru> пишет:\r\n> x', "Ок"),
    ("Yes\n\n-----Original Message-----\nFrom: Otdel\nSent: Monday", "Yes"),
    ("Да\n\nОт: Otdel <otdel@example.ru>\nОтправлено: 2 марта", "Да"),
    ("Line one\nline two\n-- \nBoris, head of sales", "Line one\nline two"),
    ("Ответ\n\nОтправлено с iPhone", "Ответ"),
    ("No quote - at all, 12:00", "No quote - at all, 12:00"),
]


@pytest.mark.parametrize(("text", "said"), QUOTED)
def test_words_without_what_is_quoted(text, said):
    assert letters.without_quotes(text) == said


def test_html_letter_and_strange_encodings_are_read():
    html = "<div>Сделал&nbsp;<b>всё</b><br>завтра<blockquote>Старое</blockquote></div>".encode("koi8-r")
    head = b"From: a@example.com\r\nTo: otdel+x.1@example.ru\r\nContent-Type: text/html; charset=koi8-r\r\n\r\n"
    found = letters.read(head + html, INBOX)
    assert found.text.replace("\xa0", " ") == "Сделал всё\nзавтра"
    assert found.tags == ("x.1",)
    for junk in (
        b"",
        b"\x00\xff",
        b"From: <<>\r\nTo: ,,\r\nSubject: =?bad?q?x\r\nContent-Type: text/plain; charset=no\r\n\r\nx",
    ):
        letters.read(junk, INBOX)


@pytest.fixture
def task(firm):
    return give(firm.boris, firm.anna, NOW)


def answer_to(task, person, at=NOW) -> str:
    return links.answer_tag(person.pk, "task", task.pk, at.date().toordinal())


def test_answer_becomes_a_comment_once(firm, task):
    letter = raw("ANNA@example.com", answer_to(task, firm.anna), "Will do.\n> old").replace(b"\r\n\r\n", b"\r\n\r\n", 1)
    assert take(letter, INBOX, NOW) == "COMMENT"
    assert take(letter, INBOX, NOW) == ""
    comment = TaskComment.objects.get()
    assert (comment.by, comment.text, comment.task) == (firm.anna, "Will do.", task)


@pytest.mark.parametrize("case", ["stranger", "forged", "old", "machine", "other task", "gone", "empty"])
def test_what_is_not_right_is_refused_and_written_down(firm, task, case):
    tag, sender, text, more = answer_to(task, firm.anna), "anna@example.com", "Hello", {}
    match case:
        case "stranger":
            sender = "vera@example.com"
        case "forged":
            tag = tag[:-1] + ("0" if tag[-1] != "0" else "1")
        case "old":
            tag = answer_to(task, firm.anna, NOW - timedelta(days=61))
        case "machine":
            more = {"Auto_Submitted": "auto-replied"}
        case "other task":
            tag = tag.replace(f"task.{task.pk}.", f"task.{task.pk + 1}.")
        case "gone":
            Task.objects.filter(pk=task.pk).update(creator=firm.gleb, assignee=firm.vera, observers=[])
        case "empty":
            text = "> only quoted"
    assert take(raw(sender, tag, text, **more), INBOX, NOW) == "REFUSED"
    assert not TaskComment.objects.exists()
    assert IncomingLetter.objects.get().reason


def test_letter_to_ones_own_address_becomes_a_task(firm):
    tag = links.task_tag(firm.boris.pk)
    assert take(raw("boris@example.com", tag, "Ask about the press", "Call Romashka"), INBOX, NOW) == "TASK"
    assert take(raw("boris@example.com", f"{tag}.volkova", "For Vera", "Visit"), INBOX, NOW) == "TASK"
    assert take(raw("boris@example.com", f"{tag}.anna", "For Anna", "Write"), INBOX, NOW) == "TASK"
    made = list(Task.objects.order_by("pk").values_list("title", "creator__first_name", "assignee__first_name"))
    assert made == [("Call Romashka", "Boris", "Boris"), ("Visit", "Boris", "Vera"), ("Write", "Boris", "Anna")]
    assert take(raw("anna@example.com", tag, "x", "Not mine"), INBOX, NOW) == "REFUSED"
    assert take(raw("boris@example.com", f"{tag}.nobody", "x", "Whose"), INBOX, NOW) == "REFUSED"
    assert take(raw("boris@example.com", "to.1.aaaa", "x", "Forged"), INBOX, NOW) == "REFUSED"
    assert Task.objects.count() == 3
    assert {task.deadline.date() for task in Task.objects.all()} == {NOW.date() + timedelta(days=1)}


def test_what_is_attached_comes_along_and_pictures_of_signatures_do_not(firm):
    letter = EmailMessage()
    letter["From"], letter["To"] = "boris@example.com", f"in+{links.task_tag(firm.boris.pk)}@example.com"
    letter["Subject"], letter["Message-ID"] = "Price list", "<files@x>"
    letter.set_content("Look")
    letter.add_attachment(b"abc", maintype="application", subtype="pdf", filename="прайс.pdf")
    letter.add_attachment(b"gif", maintype="image", subtype="gif", filename="logo.gif", disposition="inline")
    assert take(letter.as_bytes(), "in@example.com", NOW) == "TASK"
    kept = Task.objects.get().files.get()
    assert (kept.name, kept.size, kept.by) == ("прайс.pdf", 3, firm.boris)


def refusals(person) -> list[str]:
    return [row.params["text"] for row in Notice.objects.filter(kind="letter.refused", person=person).order_by("pk")]


def test_a_colleague_is_told_why_their_letter_was_not_taken(firm, task):
    take(raw("anna@example.com", answer_to(task, firm.anna), "> only quoted", "Secret plan"), INBOX, NOW)
    [notice] = Notice.objects.filter(kind="letter.refused")
    assert (notice.person, notice.title) == (firm.anna, "Secret plan")
    assert refusals(firm.anna) == ["Write the comment."]
    take(raw("vera@example.com", answer_to(task, firm.anna), "Let me in", "Click here"), INBOX, NOW)
    assert refusals(firm.vera) == [
        "Whoever wrote is not whom the address was made for. Write from the address on your card."
    ]
    assert "Click here" not in Notice.objects.get(person=firm.vera, kind="letter.refused").title
    assert IncomingLetter.objects.filter(person=firm.vera).exists()


def test_strangers_and_machines_are_not_answered_and_nobody_often(firm, task):
    tag = answer_to(task, firm.anna)
    take(raw("spam@example.net", tag, "Buy"), INBOX, NOW)
    take(raw("anna@example.com", tag, "I am away", Auto_Submitted="auto-replied"), INBOX, NOW)
    take(raw("anna@example.com", tag, "Came back", Return_Path="<>"), INBOX, NOW)
    firm.vera.employed_to = NOW.date()
    firm.vera.save()
    take(raw("vera@example.com", tag, "I left"), INBOX, NOW)
    assert not Notice.objects.filter(kind="letter.refused").exists()
    for number in range(9):
        take(raw("anna@example.com", "to.1.aaaa", f"Try {number}"), INBOX, NOW)
    assert len(refusals(firm.anna)) == 5
    take(raw("anna@example.com", "to.1.aaaa", "The next day"), INBOX, NOW + timedelta(days=1, minutes=1))
    assert len(refusals(firm.anna)) == 6


def test_the_keeper_of_the_settings_sees_why_and_what_to_do(firm, task, client):
    take(raw("spam@example.net", answer_to(task, firm.anna), "Buy", "Cheap"), INBOX, NOW)
    take(raw("ANNA@example.com", answer_to(task, firm.anna), "Fine"), INBOX, NOW)
    with time_machine.travel(NOW, tick=False):
        client.force_login(firm.admin)
        page = client.get("/settings/letters/").content.decode()
        assert "spam@example.net" in page
        assert "is not whom the address was made for" in page
        assert "Ask them to write from the address on their card" in page
        assert "Abramova" not in page
        every = client.get("/settings/letters/?outcome=all").content.decode()
        assert "Became a comment" in every
        assert "Abramova" in every
        client.force_login(firm.boris)
        assert client.get("/settings/letters/").status_code == 403


# a mailbox, with as much of IMAP as is asked of it


class Mailbox(socketserver.StreamRequestHandler):
    letters: dict[int, bytes] = {}
    seen: set[int] = set()

    def handle(self) -> None:
        self.wfile.write(b"* OK ready\r\n")
        for line in self.rfile:
            mark, _space, rest = line.decode().strip().partition(" ")
            self.answer(rest)
            self.wfile.write(f"{mark} OK done\r\n".encode())
            if rest == "LOGOUT":
                return

    def answer(self, asked: str) -> None:
        if asked == "CAPABILITY":
            self.wfile.write(b"* CAPABILITY IMAP4rev1\r\n")
        elif asked.startswith("SELECT"):
            self.wfile.write(f"* {len(self.letters)} EXISTS\r\n".encode())
        elif asked == "UID SEARCH UNSEEN":
            unseen = " ".join(str(uid) for uid in sorted(self.letters) if uid not in self.seen)
            self.wfile.write(f"* SEARCH {unseen}\r\n".encode())
        elif match := re.match(r"UID FETCH (\d+) \(BODY\.PEEK", asked):
            content = self.letters[int(match[1])]
            self.wfile.write(
                f"* 1 FETCH (UID {match[1]} BODY[]<0> {{{len(content)}}}\r\n".encode() + content + b")\r\n"
            )
        elif match := re.match(r"UID STORE (\d+) \+FLAGS", asked):
            self.seen.add(int(match[1]))


def test_mailbox_is_read_by_imap(firm, task, settings):
    Mailbox.letters = {4: raw("anna@example.com", answer_to(task, firm.anna), "By IMAP"), 9: b"junk"}
    Mailbox.seen = set()
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Mailbox) as server:
        server.daemon_threads = True
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        box = MailBox("127.0.0.1", server.server_address[1], "otdel", "secret", "INBOX", False)
        try:
            with time_machine.travel(NOW):
                assert jobs.read(box, INBOX) == 2
                assert jobs.read(box, INBOX) == 0
        finally:
            server.shutdown()
            thread.join()
    assert [comment.text for comment in TaskComment.objects.all()] == ["By IMAP"]
    assert list(IncomingLetter.objects.order_by("pk").values_list("outcome", flat=True)) == ["COMMENT", "REFUSED"]
