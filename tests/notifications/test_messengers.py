"""Messengers by apprise, to a receiver that speaks its json:// on this machine."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from django.test import override_settings
from django.utils import translation
from outer_world import LOCAL, Receiver, outgoing, receiving

from otdel.core.errors import Invalid
from otdel.host.environment import Outside
from otdel.notifications import messengers
from otdel.notifications.channels import Refused, Sent
from otdel.notifications.models import Address

pytestmark = pytest.mark.slow


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver, override_settings(OUTSIDE=LOCAL), translation.override("en"):
        yield receiver


def address(receiver: Receiver, path: str = "/chat") -> Address:
    return Address(channel="messenger", data=messengers.address_data(receiver.url.replace("http", "json") + path))


def test_it_arrives(receiver: Receiver) -> None:
    kept = address(receiver)
    assert receiver.url not in json.dumps(kept.data)
    out = outgoing("Просрочено: перезвонить Ромашке")

    assert messengers.send(out, kept) == Sent("json")

    told = json.loads(receiver.take().body)
    assert told["title"] == out.title
    assert told["message"].splitlines() == ["Просрочено: перезвонить Ромашке", out.url]


def test_a_refusal_is_tried_again(receiver: Receiver) -> None:
    receiver.answer(500)
    said = messengers.send(outgoing("One"), address(receiver))
    assert isinstance(said, Refused)
    assert not said.final
    assert "500" in said.reason


def test_one_that_hangs_is_given_up(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    kept, receiver.hangs = address(receiver), 60.0
    monkeypatch.setattr(messengers, "SECONDS", 3)
    said = messengers.send(outgoing("One"), kept)
    assert isinstance(said, Refused)
    assert "no answer in 3 s" in said.reason


def test_what_is_not_let_is_not_called(receiver: Receiver) -> None:
    kept = address(receiver)
    with override_settings(OUTSIDE=Outside(public=True)):
        said = messengers.send(outgoing("One"), kept)
    assert isinstance(said, Refused)
    assert "has not allowed calls to 127.0.0.1" in said.reason
    receiver.answer(302, Location="http://10.0.0.1/")
    said = messengers.send(outgoing("One"), kept)
    assert isinstance(said, Refused)
    assert "10.0.0.1" in said.reason


@pytest.mark.parametrize(
    "url", ["", "hello", "nonsense://x", "syslog://", "dbus://", "windows://", "tgram://", "json://\n", "x" * 3000]
)
def test_no_messenger_has_such_an_address(url: str) -> None:
    with override_settings(OUTSIDE=LOCAL), pytest.raises(Invalid):
        messengers.address_data(url)


def test_a_file_of_ours_is_not_sent_out(receiver: Receiver, tmp_path: object) -> None:
    """Some plugins fill a template from a file named in the address."""
    url = receiver.url.replace("http", "workflows") + "/aaaaaaaa/bbbbbbbb?template=/etc/passwd"
    try:
        kept = Address(channel="messenger", data=messengers.address_data(url))
    except Invalid:
        return
    messengers.send(outgoing("One"), kept)
    while not receiver.got.empty():
        assert b"root:" not in receiver.take().body
