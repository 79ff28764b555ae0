"""Signing in and out, passwords, second factors, sessions: allauth's views at our addresses, our page of security."""

from __future__ import annotations

from typing import Any

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as keys
from allauth.usersessions.internal.flows.sessions import end_other_sessions, end_sessions
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path, re_path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.generic import RedirectView

from otdel.core.errors import NotFound
from otdel.demo.queries import sign_ins
from otdel.interfaces.http import PersonRequest, page, submission
from otdel.interfaces.web import agents, formats


@page
def security(request: PersonRequest) -> HttpResponseBase:
    """Show what guards the account and where it is open now."""
    own = list(Authenticator.objects.filter(user_id=request.user.pk).order_by("created_at"))
    by_type = {kind: [each for each in own if each.type == kind] for kind in Authenticator.Type.values}
    recovery = by_type[Authenticator.Type.RECOVERY_CODES]
    context = {
        "totp": bool(by_type[Authenticator.Type.TOTP]),
        "keys": [_key(each) for each in by_type[Authenticator.Type.WEBAUTHN]],
        "has_codes": bool(recovery),
        "codes_left": len(recovery[0].wrap().get_unused_codes()) if recovery else 0,
        "protected": any(each.type != Authenticator.Type.RECOVERY_CODES for each in own),
        "sessions": [_session(request, each) for each in UserSession.objects.purge_and_list(request.user)],
    }
    return render(request, "account/security.html", context)


def _key(each: Authenticator) -> dict[str, Any]:
    return {
        "id": each.pk,
        "name": each.wrap().name,
        "passkey": bool(each.wrap().is_passwordless),
        "added": formats.current().date(timezone.localdate(each.created_at)),
        "used": formats.current().date(timezone.localdate(each.last_used_at)) if each.last_used_at else "",
    }


def _session(request: PersonRequest, each: UserSession) -> dict[str, Any]:
    return {
        "id": each.pk,
        "what": agents.describe(each.user_agent),
        "address": each.ip,
        "since": formats.current().moment(timezone.localtime(each.created_at), request.today),
        "current": each.session_key == request.session.session_key,
    }


@submission
def end_session(request: PersonRequest, pk: int) -> HttpResponseBase:
    """Sign one's own other device out."""
    found = UserSession.objects.filter(user=request.user, pk=pk).first()
    if found is None:
        raise NotFound()
    end_sessions(request, [found])
    messages.success(request, _("That device is signed out."))
    return redirect("mfa_index")


@submission
def end_other(request: PersonRequest) -> HttpResponseBase:
    """Sign out everywhere but here."""
    end_other_sessions(request, request.user)
    messages.success(request, _("You are signed out everywhere but here."))
    return redirect("mfa_index")


class SignInView(account.LoginView):
    """In the demo anybody may look around as anybody: the page offers it."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return {**context, "demo": sign_ins()}


def open_to_all(view: Any) -> Any:
    return login_not_required(view)


urlpatterns = [
    path("sign-in/", open_to_all(SignInView.as_view()), name="account_login"),
    path("sign-out/", open_to_all(account.logout), name="account_logout"),
    path("account/closed/", open_to_all(account.account_inactive), name="account_inactive"),
    path("account/confirm/", account.reauthenticate, name="account_reauthenticate"),
    path("account/password/", account.password_change, name="account_change_password"),
    path("account/password/first/", account.password_set, name="account_set_password"),
    path("password/", open_to_all(account.password_reset), name="account_reset_password"),
    path("password/sent/", open_to_all(account.password_reset_done), name="account_reset_password_done"),
    path(
        "password/set/", open_to_all(account.password_reset_from_key_done), name="account_reset_password_from_key_done"
    ),
    re_path(
        r"^password/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        open_to_all(account.password_reset_from_key),
        name="account_reset_password_from_key",
    ),
    path("account/security/", security, name="mfa_index"),
    path("account/security/sessions/<int:pk>/end/", end_session, name="end_session"),
    path("account/security/sessions/end/", end_other, name="end_other_sessions"),
    path("account/security/keys/", RedirectView.as_view(pattern_name="mfa_index"), name="mfa_list_webauthn"),
    path("account/security/keys/add/", keys.add_webauthn, name="mfa_add_webauthn"),
    path("account/security/keys/<int:pk>/remove/", keys.remove_webauthn, name="mfa_remove_webauthn"),
    path("account/security/keys/<int:pk>/rename/", keys.edit_webauthn, name="mfa_edit_webauthn"),
    path("account/security/keys/confirm/", keys.reauthenticate_webauthn, name="mfa_reauthenticate_webauthn"),
    path("account/security/app/", totp.activate_totp, name="mfa_activate_totp"),
    path("account/security/app/off/", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path("account/security/confirm/", mfa.reauthenticate, name="mfa_reauthenticate"),
    path("account/security/codes/", codes.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("account/security/codes/new/", codes.generate_recovery_codes, name="mfa_generate_recovery_codes"),
    path("account/security/codes/file/", codes.download_recovery_codes, name="mfa_download_recovery_codes"),
    path("sign-in/second/", open_to_all(mfa.authenticate), name="mfa_authenticate"),
    path("sign-in/passkey/", open_to_all(keys.login_webauthn), name="mfa_login_webauthn"),
]
