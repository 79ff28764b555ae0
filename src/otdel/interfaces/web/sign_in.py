"""How allauth is fitted to our people: who may sign in, what is said, where letters go."""

from __future__ import annotations

import logging
from threading import Thread
from typing import TYPE_CHECKING, Any, cast

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.account.forms import LoginForm, ResetPasswordForm
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm, LoginWebAuthnForm
from allauth.usersessions.models import UserSession
from django import forms
from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.mail import EmailMultiAlternatives
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from otdel.interfaces.web import formats
from otdel.interfaces.web.agents import describe
from otdel.interfaces.web.proxies import client_address
from otdel.notifications import links
from otdel.org import actions, queries, rules

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser
    from django.core.mail import EmailMessage

    from otdel.org.models import Person

log = logging.getLogger("otdel.mail")


def enter(request: HttpRequest, person: Person) -> None:
    """Sign in who has just set a password here; the session stands in their list and can be ended from it."""
    login(request, person, backend=settings.AUTHENTICATION_BACKENDS[0])
    UserSession.objects.create_from_request(request)


class Backend(AuthenticationBackend):
    """Loads the person of a session with role and company in one query; who left is nobody from that moment on."""

    def get_user(self, user_id: int) -> Person | None:
        return queries.signed_in(user_id, timezone.now())

    def user_can_authenticate(self, user: Person | AnonymousUser | None) -> bool:
        return isinstance(user, AbstractBaseUser) and rules.may_sign_in(user, timezone.localdate())


def _ours(user: AbstractBaseUser) -> Person:
    """Say which of Django's many users ours are: the settings name no other."""
    return cast("Person", user)


class AccountAdapter(DefaultAccountAdapter):
    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": _("The e-mail address or the password is wrong."),
        "too_many_login_attempts": _("Too many attempts. Wait five minutes and try again, or set a new password."),
        "rate_limited": _("Too many attempts. Wait a minute and try again."),
        "account_inactive": _("This account is closed. Ask the administrator."),
        "incorrect_password": _("The password is wrong."),
        "enter_current_password": _("The current password is wrong."),
        "incorrect_code": _("The code is wrong or has expired."),
    }

    def is_safe_url(self, url: str | None) -> bool:
        """Take an address that cannot even be read for a foreign one."""
        try:
            return url is not None and super().is_safe_url(url)
        except ValueError:
            return False

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """People come by invitation only."""
        return False

    def pre_login(self, request: HttpRequest, user: AbstractBaseUser, **kwargs: Any) -> HttpResponse | None:
        if not rules.may_sign_in(_ours(user), timezone.localdate()):
            return self.respond_user_inactive(request, user)
        return super().pre_login(request, user, **kwargs)

    def post_login(self, request: HttpRequest, user: AbstractBaseUser, **kwargs: Any) -> HttpResponse:
        actions.note_sign_in(by=_ours(user), address=self.get_client_ip(request), now=timezone.now())
        return super().post_login(request, user, **kwargs)

    def add_message(self, request: HttpRequest, level: int, *args: Any, **kwargs: Any) -> None:
        """Greeting everybody at every sign-in is noise."""
        if (args and args[0] or kwargs.get("message_template")) != "account/messages/logged_in.txt":
            super().add_message(request, level, *args, **kwargs)

    def set_password(self, user: AbstractBaseUser, password: str) -> None:
        actions.set_password(by=_ours(user), password=password, now=timezone.now())

    def reauthenticate(self, user: AbstractBaseUser, password: str) -> bool:
        found = self.authenticate(self.request, email=_ours(user).email, password=password)
        return found is not None and found.pk == user.pk

    def get_client_ip(self, request: HttpRequest) -> str:
        return client_address(request)

    def format_email_subject(self, subject: str) -> str:
        return f"Otdel: {subject}"

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Write in the language of who reads; do not let the time of sending tell who has an account here."""
        user = context.get("user") or queries.by_email(email, timezone.now())  # warnings come without whom they warn
        language = queries.language_of(user) if user else translation.get_language()
        zone = queries.zone_of(user) if user else timezone.get_current_timezone()
        with translation.override(language), timezone.override(zone):
            given = {**context, "url": settings.ENVIRONMENT.url, "site": links.absolute("/")}
            letter = self.render_mail(template_prefix, email, given)
            if "timestamp" in context:
                _as_warning(letter, given)
        post_aside(letter)


def _as_warning(letter: EmailMessage, given: dict[str, Any]) -> None:
    """What was done to an account, when, from where, and what to do if it was somebody else."""
    assert isinstance(letter, EmailMultiAlternatives)
    given = given | {
        "said": letter.body,
        "title": letter.subject.partition(": ")[2],
        "moment": formats.current().moment(timezone.localtime(given["timestamp"])),
        "device": describe(given["user_agent"]),
        "reset_url": links.absolute(reverse("account_reset_password")),
        "security_url": links.absolute(reverse("mfa_index")),
    }
    letter.body = render_to_string("letters/warning.txt", given).strip()
    letter.attach_alternative(render_to_string("letters/warning.html", given), "text/html")


def post_aside(letter: EmailMessage) -> None:
    """Send without making the visitor wait for the mail server."""
    Thread(target=_post, args=(letter,), name="letter").start()


def _post(letter: EmailMessage) -> None:
    try:
        letter.send()
    except OSError:  # smtplib's errors are OSErrors too
        log.exception("A letter to %s could not be sent", letter.to)


class MfaAdapter(DefaultMFAAdapter):
    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": _("The code is wrong or has expired."),
    }

    def get_totp_issuer(self) -> str:
        return "Otdel"

    def _get_site_name(self) -> str:
        return "Otdel"


class SignInForm(LoginForm):
    """E-mail, password, and whether this computer is one's own."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("E-mail")
        self.fields["password"].label = _("Password")
        self.fields["password"].help_text = ""
        self.fields["remember"].label = _("Stay signed in on this computer")
        self.fields["remember"].initial = True
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)
        self.fields["login"].widget.attrs["autofocus"] = True


class AskResetForm(ResetPasswordForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = _("E-mail")
        self.fields["email"].widget.attrs.pop("placeholder", None)


class _WithCode(forms.Form):
    """allauth's label of the field would be translated as our word for the code of a product."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["code"]
        field.label = pgettext("second factor", "Code")
        field.widget.attrs.pop("placeholder", None)
        field.widget.attrs |= {"autofocus": True, "spellcheck": "false"}


class SecondFactorForm(_WithCode, AuthenticateForm):
    """After the password."""


class ConfirmForm(_WithCode, ReauthenticateForm):
    """Before something that guards the account is changed."""


class AppForm(_WithCode, ActivateTOTPForm):
    """The first code of an app."""


class AddKeyForm(AddWebAuthnForm):
    """A passkey signs in alone; a key that is not one is only ever the second factor after the password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("Name of the key")
        self.fields["passwordless"].label = _("Sign in with this key alone, without a password")
        self.fields["passwordless"].help_text = _("The device then asks for a finger, a face or its PIN.")
        self.fields["passwordless"].initial = True

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean()
        if isinstance(cleaned.get("credential"), dict):
            # the person's own choice, checked above to be verified by the device, not the browser's word for it
            results = cleaned["credential"].setdefault("clientExtensionResults", {})
            results["credProps"] = {"rk": bool(cleaned.get("passwordless"))}
        return cleaned


class PasskeyForm(LoginWebAuthnForm):
    def clean_credential(self) -> Any:
        found = super().clean_credential()
        if not found.wrap().is_passwordless:
            raise forms.ValidationError(_("This key is a second factor: sign in with the password first."))
        return found
