"""Every setting is read, and every wrong one named with what to do."""

from __future__ import annotations

import ipaddress
import stat
from pathlib import Path

import pytest

from otdel.host import environment
from otdel.host.refusal import Refused


def load(tmp_path: Path, **given: str) -> environment.Environment:
    return environment.load({"OTDEL_DATA": str(tmp_path / "data"), **given})


def test_nothing_given_is_enough(tmp_path: Path) -> None:
    settings = load(tmp_path)

    assert settings.embedded
    assert settings.port == 8000
    assert settings.host == "127.0.0.1"
    assert settings.language == "ru"
    assert settings.time_zone == "Europe/Moscow"
    assert settings.demo
    assert not settings.debug
    assert not settings.secure
    assert settings.email is None
    assert settings.address == "http://localhost:8000"
    assert settings.database["HOST"].startswith("/")


def test_the_key_is_made_once_and_hidden(tmp_path: Path) -> None:
    first, second = load(tmp_path), load(tmp_path)

    assert first.secret_key == second.secret_key
    assert len(first.secret_key) > 50
    assert stat.S_IMODE((tmp_path / "data" / "secret-key").stat().st_mode) == 0o600


def test_every_wrong_value_is_named_at_once(tmp_path: Path) -> None:
    with pytest.raises(Refused) as refusal:
        load(tmp_path, PORT="80000", OTDEL_LANGUAGE="fr", OTDEL_TIME_ZONE="Moscow", OTDEL_DEBUG="perhaps")

    said = str(refusal.value)
    assert len(refusal.value.sentences) == 4
    assert "PORT='80000' is wrong: give a whole number from 1 to 65535." in said
    assert "OTDEL_LANGUAGE='fr' is wrong: give one of: ru, en." in said
    assert "Europe/Moscow" in said
    assert "yes or no" in said
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "mysql://localhost/otdel"),
        ("DATABASE_URL", "postgresql://localhost"),
        ("DATABASE_URL", "postgresql://localhost:port/otdel"),
        ("EMAIL_URL", "mail.example.ru"),
        ("OTDEL_URL", "otdel.example.ru"),
        ("OTDEL_URL", "https://example.ru/otdel/"),
        ("OTDEL_ALLOWED_HOSTS", "https://otdel.example.ru"),
        ("OTDEL_SECRET_KEY", "short"),
        ("OTDEL_UPLOAD_LIMIT", "much"),
        ("OTDEL_TRUSTED_PROXY", "my proxy"),
        ("OTDEL_PG_BIN", "/nonexistent"),
        ("OTDEL_WORKERS", "-1"),
        ("OTDEL_THREADS", "²"),
        ("OTDEL_EMAIL_FROM", "the sales department"),
        ("OTDEL_METRICS_TOKEN", "short"),
        ("OTDEL_INBOX", "imap.example.ru"),
        ("OTDEL_OUTSIDE", "https://hooks.example.ru"),
    ],
)
def test_wrong_values_are_refused(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(Refused, match=f"{name}=.* is wrong: give "):
        load(tmp_path, **{name: value})


@pytest.mark.parametrize("name", ["DATABASE_URL", "EMAIL_URL", "OTDEL_INBOX"])
def test_a_refused_address_does_not_bring_its_password_into_the_log(tmp_path: Path, name: str) -> None:
    with pytest.raises(Refused) as refusal:
        load(tmp_path, **{name: "mysql://anna:s3cret@localhost/otdel"})

    assert "s3cret" not in str(refusal.value)


@pytest.mark.parametrize("given", ["otdel@example.ru", "Отдел <otdel@example.ru>"])
def test_a_sender_may_have_a_name(tmp_path: Path, given: str) -> None:
    assert load(tmp_path, OTDEL_EMAIL_FROM=given).email_from == given


def test_a_database_of_ones_own(tmp_path: Path) -> None:
    url = "postgresql://anna:p%40ss%3Aword@db.example.ru:6432/sales?sslmode=require"

    settings = load(tmp_path, DATABASE_URL=url)

    assert not settings.embedded
    assert settings.database == {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "sales",
        "USER": "anna",
        "PASSWORD": "p@ss:word",
        "HOST": "db.example.ru",
        "PORT": "6432",
        "OPTIONS": {"sslmode": "require"},
    }


def test_a_database_by_socket(tmp_path: Path) -> None:
    database = load(tmp_path, DATABASE_URL="postgresql:///sales?host=/run/postgresql").database

    assert (database["NAME"], database["HOST"], database["OPTIONS"]) == ("sales", "/run/postgresql", {})


@pytest.mark.parametrize(
    ("url", "port", "tls", "ssl"),
    [
        ("smtp://mail.example.ru", 25, False, False),
        ("smtp+tls://anna%40example.ru:secret@mail.example.ru", 587, True, False),
        ("smtps://mail.example.ru:4650", 4650, False, True),
    ],
)
def test_mail_servers(tmp_path: Path, url: str, port: int, tls: bool, ssl: bool) -> None:
    server = load(tmp_path, EMAIL_URL=url).email

    assert server
    assert (server.host, server.port, server.tls, server.ssl) == ("mail.example.ru", port, tls, ssl)
    assert server.user == ("anna@example.ru" if "@mail" in url else "")


def test_a_public_address_makes_it_secure_and_leaves_the_demo_out(tmp_path: Path) -> None:
    settings = load(tmp_path, OTDEL_URL="https://otdel.example.ru/", OTDEL_TRUSTED_PROXY="127.0.0.1, 10.0.0.0/8")

    assert settings.url == settings.address == "https://otdel.example.ru"
    assert settings.secure
    assert "otdel.example.ru" in settings.allowed_hosts
    assert settings.email_from == "otdel@otdel.example.ru"
    assert not settings.demo
    assert settings.trusted_proxies == (ipaddress.ip_network("127.0.0.1/32"), ipaddress.ip_network("10.0.0.0/8"))


def test_demo_passwords_are_not_shown_to_a_network_unasked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment.loading, "_own_addresses", list)  # tests have no network to ask

    assert not load(tmp_path, HOST="0.0.0.0").demo
    assert load(tmp_path, HOST="0.0.0.0", OTDEL_DEMO="yes").demo


@pytest.mark.parametrize(
    ("given", "size"), [("25 MB", 25 * 1024**2), ("1g", 1024**3), ("2048", 2048), ("10KiB", 10240)]
)
def test_sizes(tmp_path: Path, given: str, size: int) -> None:
    assert load(tmp_path, OTDEL_UPLOAD_LIMIT=given).upload_limit == size


def test_a_misspelt_setting_is_pointed_out() -> None:
    said = environment.misspelt({"OTDEL_LANGAUGE": "ru", "OTDEL_LANGUAGE": "ru", "OTDEL_VENV": "x", "HOME": "/"})

    assert said == ["OTDEL_LANGAUGE is not a setting of Otdel. Did you mean OTDEL_LANGUAGE?"]


def test_all_settings_are_described() -> None:
    said = environment.describe()

    assert all(setting.name in said and setting.meaning in said for setting in environment.SETTINGS)


def test_a_folder_that_cannot_be_made_is_refused_with_advice(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file in the way")

    with pytest.raises(Refused, match="OTDEL_DATA="):
        load(tmp_path)


@pytest.mark.parametrize(("given", "port"), [({}, 9000), ({"PORT": "65000"}, 64000), ({"OTDEL_LIVE_PORT": "0"}, 0)])
def test_live_updates_have_a_port_beside(tmp_path: Path, given: dict[str, str], port: int) -> None:
    assert load(tmp_path, **given).live_port == port
