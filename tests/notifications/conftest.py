from __future__ import annotations

import pytest
from people import make_firm
from told import Recorder

from otdel.notifications import channels


@pytest.fixture
def firm(db):
    return make_firm()


@pytest.fixture
def post(settings, monkeypatch):
    """A channel that remembers what it was given, in the place of e-mail."""
    settings.MAIL_WORKS = True
    recorder = Recorder()
    known = channels.get("email")
    monkeypatch.setitem(
        channels._channels,
        "email",
        channels.Channel("email", known.label, known.place, recorder, False, lambda: True, None, None),
    )
    return recorder
