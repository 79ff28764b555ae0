"""The doors: password, reset, second factors, passkeys, sessions."""

from __future__ import annotations

import json
import re
import threading
from datetime import UTC, datetime

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from allauth.usersessions.models import UserSession
from authenticator import Key, text
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client

from otdel.core.models import Event
from otdel.org.models import Company, Person

PASSWORD = "correct horse battery"
pytestmark = pytest.mark.django_db


@pytest.fixture
def door(firm):
    return Client(SERVER_NAME="localhost", headers={"Accept-Language": "en"})


def sign_in(client: Client, email: str = "anna@example.com", password: str = PASSWORD):
    return client.post("/sign-in/", {"login": email, "password": password, "remember": "on"})


def is_in(client: Client) -> bool:
    return client.get("/me/").status_code == 200


def test_password_lets_in(door, firm):
    assert sign_in(door).status_code == 302
    assert is_in(door)
    assert Event.objects.filter(kind="person.signed_in", by=firm.anna).count() == 1


def test_email_in_capitals_lets_in(door):
    sign_in(door, email="ANNA@example.com")
    assert is_in(door)


def test_wrong_password_and_unknown_address_sound_the_same(door):
    wrong = sign_in(door, password="nonsense and more").content.decode()
    unknown = sign_in(door, email="nobody@example.com").content.decode()
    words = "The e-mail address or the password is wrong."
    assert words in wrong
    assert words in unknown


def test_five_wrong_passwords_close_the_door(door):
    for _attempt in range(5):
        sign_in(door, password="wrong again and again")
    answer = sign_in(door)
    assert "Too many attempts" in answer.content.decode()
    assert not is_in(door)
    other = Client(SERVER_NAME="localhost", REMOTE_ADDR="10.1.1.1")
    sign_in(other, email="vera@example.com")
    assert is_in(other)


def test_who_left_does_not_come_in(door, firm):
    Person.objects.filter(pk=firm.anna.pk).update(employed_to="2026-01-01")
    assert sign_in(door).headers["Location"] == "/account/closed/"
    assert not is_in(door)


def test_closed_account_does_not_open(door, firm):
    Person.objects.filter(pk=firm.anna.pk).update(is_active=False)
    assert sign_in(door).headers["Location"] == "/account/closed/"
    assert not is_in(door)


def test_nobody_registers_themselves(door):
    assert door.get("/signup/").status_code in (302, 404)
    assert "signup" not in door.get("/sign-in/").content.decode()


def test_signing_out_is_a_post(door):
    sign_in(door)
    door.get("/sign-out/")
    assert is_in(door)
    door.post("/sign-out/")
    assert not is_in(door)


def letters_gone() -> None:
    """Letters go from threads of their own; one left behind would come into the next test's post."""
    for thread in threading.enumerate():
        if thread.name == "letter":
            thread.join(30)


def reset_link(door: Client, email: str) -> str:
    door.post("/password/", {"email": email})
    letters_gone()
    found = re.search(r"https?://localhost(/password/\S+)", mail.outbox[-1].body)
    assert found
    return found.group(1)


def test_forgotten_password_is_set_by_letter(door, firm):
    link = reset_link(door, "anna@example.com")
    page = door.get(link, follow=True)
    form = page.redirect_chain[-1][0]
    door.post(form, {"password1": "new words for entry", "password2": "new words for entry"})
    other = Client(SERVER_NAME="localhost")
    sign_in(other, password="new words for entry")
    assert is_in(other)
    assert Event.objects.filter(kind="person.password_set").exists()
    assert "old or used" not in door.get(link).content.decode()
    assert (
        "does not work any more"
        in Client(SERVER_NAME="localhost", headers={"Accept-Language": "en"}).get(link).content.decode()
    )


def test_unknown_address_learns_nothing(door):
    known = door.post("/password/", {"email": "anna@example.com"})
    letters_gone()
    mail.outbox.clear()
    unknown = door.post("/password/", {"email": "nobody@example.com"})
    assert (known.status_code, known.headers["Location"]) == (unknown.status_code, unknown.headers["Location"])
    letters_gone()
    assert not [letter for letter in mail.outbox if "nobody@example.com" in letter.to]


def test_password_change_keeps_this_session_and_ends_others(door, firm):
    other = Client(SERVER_NAME="localhost")
    sign_in(other)
    sign_in(door)
    door.post(
        "/account/password/",
        {"oldpassword": PASSWORD, "password1": "another long secret", "password2": "another long secret"},
    )
    assert is_in(door)
    assert not is_in(other)


def confirm(door: Client) -> None:
    door.post("/account/confirm/", {"password": PASSWORD, "next": "/account/security/"})


def test_second_factor_is_asked_after_the_password(door, firm):
    secret = generate_totp_secret()
    TOTP.activate(firm.anna, secret)
    sign_in(door)
    assert not is_in(door)
    in_russian = door.get("/sign-in/second/", headers={"Accept-Language": "ru"}).content.decode()
    assert "Артикул" not in in_russian
    _before, counter, _after = yield_hotp_counters_from_time()
    door.post("/sign-in/second/", {"code": format_hotp_value(hotp_value(secret, counter))})
    assert is_in(door)


def test_recovery_code_works_once(door, firm):
    TOTP.activate(firm.anna, generate_totp_secret())
    code = RecoveryCodes.activate(firm.anna).get_unused_codes()[0]
    sign_in(door)
    door.post("/sign-in/second/", {"code": code})
    assert is_in(door)
    door.post("/sign-out/")
    sign_in(door)
    door.post("/sign-in/second/", {"code": code})
    assert not is_in(door)


def test_administrator_lets_in_who_lost_phone_and_codes(door, firm):
    stolen = Client(SERVER_NAME="localhost")
    sign_in(stolen)
    assert is_in(stolen)
    TOTP.activate(firm.anna, generate_totp_secret())
    RecoveryCodes.activate(firm.anna)
    administrator = Client(SERVER_NAME="localhost", headers={"Accept-Language": "en"})
    administrator.force_login(firm.admin)
    card = administrator.get(f"/people/{firm.anna.pk}/").content.decode()
    assert "codes from an app" in card
    administrator.post(f"/people/{firm.anna.pk}/unlock/")
    assert not is_in(stolen)
    sign_in(door)
    assert is_in(door)
    event = Event.objects.get(kind="person.second_factor_taken_off")
    assert (event.by, event.subject_id, event.data["kinds"]) == (firm.admin, firm.anna.pk, ["recovery_codes", "totp"])
    letters = [each for each in mail.outbox if each.to == [firm.anna.email]]
    assert "removed the second factor" in letters[-1].body


def test_nobody_else_takes_a_second_factor_off(door, firm):
    TOTP.activate(firm.anna, generate_totp_secret())
    for person in (firm.boris, firm.anna, firm.zoya):
        client = Client(SERVER_NAME="localhost")
        client.force_login(person)
        assert client.post(f"/people/{firm.anna.pk}/unlock/").status_code == 403
        assert "/unlock/" not in client.get(f"/people/{firm.anna.pk}/").content.decode()
    assert Authenticator.objects.count() == 1


def test_only_administrator_is_let_in_at_the_machine(firm, capsys):
    TOTP.activate(firm.admin, generate_totp_secret())
    call_command("unlock", firm.admin.email)
    assert not Authenticator.objects.exists()
    with pytest.raises(CommandError, match="Only a password guards"):
        call_command("unlock", firm.admin.email)
    with pytest.raises(CommandError, match="Nobody signs in"):
        call_command("unlock", "nobody@example.com")


def test_app_is_turned_on_and_gives_recovery_codes(door, firm):
    sign_in(door)
    page = door.get("/account/security/app/", follow=True)
    if "password" in page.context["form"].fields:
        confirm(door)
        page = door.get("/account/security/app/")
    secret = page.context["form"].secret
    assert "data:image/svg+xml" in page.content.decode()
    _before, counter, _after = yield_hotp_counters_from_time()
    answer = door.post("/account/security/app/", {"code": format_hotp_value(hotp_value(secret, counter))})
    assert answer.headers["Location"] == "/account/security/codes/"
    assert door.get("/account/security/codes/file/").headers["Content-Disposition"].endswith('"recovery-codes.txt"')


def add_key(door: Client, *, alone: bool, verifies: bool = True) -> Key:
    sign_in(door)
    page = door.get("/account/security/keys/add/")
    if page.status_code == 302:
        confirm(door)
        page = door.get("/account/security/keys/add/")
    key = Key(verifies=verifies)
    credential = key.register(page.context["js_data"]["creation_options"])
    data = {"name": "Laptop", "credential": json.dumps(credential), **({"passwordless": "on"} if alone else {})}
    door.post("/account/security/keys/add/", data)
    return key


def use_key(client: Client, key: Key, person: Person):
    options = client.get("/sign-in/passkey/", headers={"Accept": "application/json"}).json()["request_options"]
    credential = key.sign(options, text(handle(person)))
    return client.post("/sign-in/passkey/", {"credential": json.dumps(credential)}, follow=True)


def handle(person: Person) -> bytes:
    from allauth.account.utils import user_pk_to_url_str

    return user_pk_to_url_str(person).encode()


def test_passkey_signs_in_alone(door, firm):
    key = add_key(door, alone=True)
    assert Authenticator.objects.filter(type="webauthn").count() == 1
    other = Client(SERVER_NAME="localhost")
    use_key(other, key, firm.anna)
    assert is_in(other)


def test_second_factor_key_alone_does_not_sign_in(door, firm):
    key = add_key(door, alone=False)
    assert Authenticator.objects.filter(type="webauthn").count() == 1
    other = Client(SERVER_NAME="localhost", headers={"Accept-Language": "en"})
    answer = use_key(other, key, firm.anna)
    assert not is_in(other)
    assert "second factor" in answer.content.decode()


def test_passkey_that_did_not_verify_its_owner_does_not_sign_in(door, firm):
    key = add_key(door, alone=True)
    key.verifies = False
    other = Client(SERVER_NAME="localhost")
    use_key(other, key, firm.anna)
    assert not is_in(other)


def test_key_without_verification_does_not_become_a_passkey(door, firm):
    add_key(door, alone=True, verifies=False)
    assert not Authenticator.objects.filter(type="webauthn").exists()


def test_second_factor_key_follows_the_password(door, firm):
    key = add_key(door, alone=False)
    other = Client(SERVER_NAME="localhost")
    sign_in(other)
    assert not is_in(other)
    options = other.get("/sign-in/second/").context["js_data"]["request_options"]
    other.post("/sign-in/second/", {"credential": json.dumps(key.sign(options, text(handle(firm.anna))))})
    assert is_in(other)


def test_passkey_of_who_left_opens_nothing(door, firm):
    key = add_key(door, alone=True)
    Person.objects.filter(pk=firm.anna.pk).update(employed_to="2026-01-01")
    other = Client(SERVER_NAME="localhost")
    use_key(other, key, firm.anna)
    assert not is_in(other)


def test_another_device_is_signed_out(door, firm):
    other = Client(SERVER_NAME="localhost")
    sign_in(other)
    sign_in(door)
    sessions = door.get("/account/security/").context["sessions"]
    [theirs] = [each for each in sessions if not each["current"]]
    door.post(f"/account/security/sessions/{theirs['id']}/end/")
    assert is_in(door)
    assert not is_in(other)


def test_devices_are_told_in_ones_own_time(door, firm):
    Person.objects.filter(pk=firm.anna.pk).update(time_zone="Asia/Vladivostok")
    sign_in(door)
    UserSession.objects.update(created_at=datetime(2026, 3, 2, 20, 30, tzinfo=UTC))
    [session] = door.get("/account/security/").context["sessions"]
    assert "6:30" in session["since"]
    assert "3" in session["since"].replace("30", "")


def test_signing_out_everywhere_but_here(door, firm):
    other = Client(SERVER_NAME="localhost")
    sign_in(other)
    sign_in(door)
    door.post("/account/security/sessions/end/")
    assert is_in(door)
    assert not is_in(other)


def test_session_of_another_is_not_found(door, firm):
    sign_in(door)
    own = door.get("/account/security/").context["sessions"][0]["id"]
    vera = Client(SERVER_NAME="localhost")
    sign_in(vera, email="vera@example.com")
    assert vera.post(f"/account/security/sessions/{own}/end/").status_code == 404
    assert is_in(door)


def test_everything_leads_to_the_first_run_while_there_is_no_company(client, db):
    Company.objects.all().delete()
    assert client.get("/deals/").headers["Location"] == "/start/"
    assert client.get("/start/").status_code == 200


def test_letter_is_in_the_reader_s_language(door, firm):
    Person.objects.filter(pk=firm.anna.pk).update(language="ru")
    link = reset_link(door, "anna@example.com")
    assert "пароль" in mail.outbox[-1].body
    mail.outbox.clear()
    form = door.get(link, follow=True).redirect_chain[-1][0]
    door.post(form, {"password1": "new words for entry", "password2": "new words for entry"})
    letters_gone()
    warning = mail.outbox[-1]
    assert warning.subject == "Otdel: Пароль изменён"
    html = warning.alternatives[0].content
    for said in ("задан заново по ссылке из письма", "Когда:", "Откуда:", "127.0.0.1", "скажите администратору"):
        assert said in warning.body
        assert said in html
