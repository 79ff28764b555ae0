"""Letters go through a real SMTP server, encrypted and signed in, and arrive as people read them."""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword
from django.core.mail.backends.smtp import EmailBackend
from django.test import Client
from people import Firm

from otdel.org.models import Invitation, Person

pytestmark = pytest.mark.django_db


class Box:
    """Keeps what was delivered."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.refusal = ""

    async def handle_DATA(self, server: object, session: object, envelope: Envelope) -> str:
        if self.refusal:
            return self.refusal
        self.letters.append(message_from_bytes(bytes(envelope.content or b""), policy=policy.default))
        return "250 OK"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def box(settings, monkeypatch) -> Iterator[Box]:
    authority = trustme.CA()
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost", "127.0.0.1").configure_cert(server)
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    monkeypatch.setattr(EmailBackend, "ssl_context", trusting)

    def check(server: object, session: object, envelope: object, mechanism: str, data: object) -> AuthResult:
        known = isinstance(data, LoginPassword) and (data.login, data.password) == (b"otdel", b"secret")
        return AuthResult(success=known)

    found = Box()
    controller = Controller(
        found,
        hostname="127.0.0.1",
        port=free_port(),
        tls_context=server,
        require_starttls=True,
        authenticator=check,
        auth_required=True,
    )
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", controller.port
    settings.EMAIL_USE_TLS, settings.EMAIL_USE_SSL = True, False
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "otdel", "secret"
    settings.MAIL_WORKS = True
    yield found
    controller.stop()


def hire(firm: Firm, client: Client):
    data = {
        "last_name": "Danilova",
        "first_name": "Dina",
        "email": "dina@example.com",
        "from_day": "2026-03-02",
        "role": firm.roles["manager"].pk,
        "unit": firm.north.pk,
        "invite": "on",
    }
    return client.post("/people/new/", data)


def test_invitation_arrives_and_lets_in(box, firm, signed):
    assert hire(firm, signed("admin")).status_code == 302
    [letter] = box.letters
    assert letter["To"] == "dina@example.com"
    assert letter["Subject"].strip() == "Romashka приглашает вас в Otdel"
    text, html = (part.get_content() for part in letter.iter_parts())
    link = re.search(r"http://testserver(/join/\S+)", text).group(1)
    assert link in html
    newcomer = Client()
    assert newcomer.post(link, {"password": "correct horse battery"}).status_code == 302
    assert newcomer.get("/me/").status_code == 200


def test_refused_letter_shows_the_link_instead(box, firm, signed):
    box.refusal = "554 No"
    answer = hire(firm, signed("admin"))
    assert "The mail server did not accept the e-mail." in answer.content.decode()
    assert Invitation.objects.filter(person__email="dina@example.com").count() == 1


def test_dead_mail_server_shows_the_link_instead(box, firm, signed, settings):
    settings.EMAIL_PORT = 1
    assert "/join/" in hire(firm, signed("admin")).content.decode()


def test_server_without_a_known_certificate_gets_nothing(box, firm, signed, monkeypatch):
    monkeypatch.setattr(EmailBackend, "ssl_context", ssl.create_default_context())
    assert "/join/" in hire(firm, signed("admin")).content.decode()
    assert box.letters == []


def test_letter_in_russian_has_everything_in_russian(box, firm, signed):
    hire(firm, signed("admin"))
    dina = Person.objects.get(email="dina@example.com")
    Person.objects.filter(pk=dina.pk).update(language="en")
    signed("admin").post(f"/people/{dina.pk}/invite/")
    russian, english = box.letters
    assert "Откройте ссылку и придумайте пароль" in russian.get_body(("plain",)).get_content()
    assert "Open this link and choose a password" in english.get_body(("plain",)).get_content()
    assert "7 дней" in russian.get_body(("plain",)).get_content()


def test_errors_of_the_mail_library_are_all_caught():
    assert issubclass(smtplib.SMTPException, OSError)
