"""What is forwarded is believed only from the proxies named in the settings; from anybody else it is a forgery."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_network

import pytest
from django.test import Client
from people import Firm

from otdel.core.models import Event
from otdel.interfaces.web.proxies import NOWHERE, client_address

PROXY, STRANGER = "10.0.0.1", "203.0.113.9"
TOO_MANY = "Too many attempts"
TRIES = 4


@pytest.fixture(autouse=True)
def proxy(settings, firm: Firm) -> None:
    """Otdel behind one proxy that speaks TLS."""
    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, trusted_proxies=(ip_network(PROXY),))
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    settings.SECURE_HSTS_SECONDS = 60
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "login_failed": f"{TRIES}/m/ip,5/5m/key"}


def knock(address: str, forwarded: str = "", password: str = "wrong again and again", who: str = "x") -> str:
    client = Client(SERVER_NAME="localhost", REMOTE_ADDR=address, headers={"Accept-Language": "en"})
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    form = {"login": f"{who}@example.com", "password": password}
    return client.post("/sign-in/", form, headers=headers).content.decode()


@pytest.mark.parametrize(("address", "secure"), [(PROXY, True), (STRANGER, False), ("10.0.0.2", False), ("", False)])
def test_only_the_proxy_says_that_one_came_by_https(address: str, secure: bool) -> None:
    client = Client(SERVER_NAME="localhost", REMOTE_ADDR=address)
    answer = client.get("/sign-in/", headers={"X-Forwarded-Proto": "https"})
    assert ("Strict-Transport-Security" in answer.headers) is secure
    assert answer.wsgi_request.is_secure() is secure


def test_a_visitor_gets_no_new_tries_by_forging_addresses() -> None:
    """Past the proxy the forged header is thrown away; through it the visitor's own hop stands last."""
    for number in range(TRIES):
        assert TOO_MANY not in knock(STRANGER, f"198.51.100.{number}", who=f"nobody{number}")
    assert TOO_MANY in knock(STRANGER, "198.51.100.77")
    for number in range(TRIES):
        assert TOO_MANY not in knock(PROXY, f"198.51.100.{number}, 192.0.2.5", who=f"somebody{number}")
    assert TOO_MANY in knock(PROXY, "198.51.100.99, 192.0.2.5")
    assert TOO_MANY not in knock(PROXY, "192.0.2.6"), "others behind the same proxy are not shut out with them"


def test_nobody_shuts_out_another_by_their_address(firm: Firm) -> None:
    for number in range(TRIES + 1):
        knock(STRANGER, "192.0.2.6", who=f"nobody{number}")
    knock(PROXY, "192.0.2.6", who="anna", password="correct horse battery")
    signed = Event.objects.get(kind="person.signed_in", by=firm.anna)
    assert signed.data["address"] == "192.0.2.6"


@pytest.mark.parametrize(
    ("came_from", "forwarded", "found"),
    [
        (STRANGER, "6.6.6.6", STRANGER),
        (PROXY, "", PROXY),
        (PROXY, "6.6.6.6, 192.0.2.5", "192.0.2.5"),
        (PROXY, "192.0.2.5, 10.0.0.1", "192.0.2.5"),
        (PROXY, "192.0.2.5:4711", "192.0.2.5"),
        (PROXY, "[2001:db8::7]:4711", "2001:db8::7"),
        ("::ffff:10.0.0.1", "192.0.2.5", "192.0.2.5"),
        (PROXY, "<script>", NOWHERE),
        (PROXY, "192.0.2.5, nonsense", NOWHERE),
        (PROXY, ",,,", PROXY),
        (PROXY, "1" * 5000, NOWHERE),
    ],
)
def test_the_visitor_is_the_nearest_address_that_is_not_a_proxy(rf, came_from, forwarded, found) -> None:
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    assert client_address(rf.get("/", headers=headers, REMOTE_ADDR=came_from)) == found


def test_without_a_named_proxy_nobody_is_believed(settings, client: Client) -> None:
    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, trusted_proxies=())
    forged = {
        "X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.5", "Forwarded": "for=192.0.2.5",
        "X-Real-IP": "1.1.1.1", "X-Forwarded-Host": "evil.example", "X-Forwarded-Port": "443",
    }  # fmt: skip
    asked = client.get("/sign-in/", REMOTE_ADDR=PROXY, headers=forged).wsgi_request
    assert not asked.is_secure()
    assert client_address(asked) == PROXY
    assert not [name for name in asked.META if "FORWARDED" in name or "REAL_IP" in name]
