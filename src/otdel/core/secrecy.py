"""Keep other people's secrets unreadable in the database and its dumps; who has the secret key can read them."""

from __future__ import annotations

import base64

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


def derived(purpose: str, length: int = 32) -> bytes:
    """Return a key of this installation for one purpose, the same every time."""
    key = HKDF(algorithm=hashes.SHA256(), length=length, salt=None, info=f"otdel {purpose}".encode())
    return key.derive(settings.SECRET_KEY.encode())


def sealed(text: str) -> str:
    return _box().encrypt(text.encode()).decode()


def opened(text: str) -> str:
    """Return what was sealed, or "" when it was sealed with another key."""
    try:
        return _box().decrypt(text.encode()).decode()
    except InvalidToken:
        return ""


def _box() -> Fernet:
    return Fernet(base64.urlsafe_b64encode(derived("sealed")))
