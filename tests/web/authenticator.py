"""A key made of software, for passkeys and second factors in tests."""

from __future__ import annotations

import hashlib
import json
import secrets
from base64 import urlsafe_b64encode

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2 import cbor
from fido2.cose import ES256

ORIGIN = "http://localhost"


def text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


class Key:
    def __init__(self, *, verifies: bool = True) -> None:
        self.private = ec.generate_private_key(ec.SECP256R1())
        self.id = secrets.token_bytes(16)
        self.verifies = verifies  # asks for a finger or a PIN
        self.count = 0

    def _data(self, attested: bytes = b"") -> bytes:
        flags = 0x01 | (0x04 if self.verifies else 0) | (0x40 if attested else 0)
        self.count += 1
        return hashlib.sha256(b"localhost").digest() + bytes([flags]) + self.count.to_bytes(4, "big") + attested

    def _client(self, kind: str, challenge: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": ORIGIN}).encode()

    def register(self, options: dict) -> dict:
        public = cbor.encode(dict(ES256.from_cryptography_key(self.private.public_key())))
        data = self._data(bytes(16) + len(self.id).to_bytes(2, "big") + self.id + public)
        attestation = cbor.encode({"fmt": "none", "attStmt": {}, "authData": data})
        client = self._client("webauthn.create", options["publicKey"]["challenge"])
        return self._packed(clientDataJSON=client, attestationObject=attestation)

    def sign(self, options: dict, user_handle: str) -> dict:
        client = self._client("webauthn.get", options["publicKey"]["challenge"])
        data = self._data()
        signature = self.private.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        packed = self._packed(clientDataJSON=client, authenticatorData=data, signature=signature)
        packed["response"]["userHandle"] = user_handle
        return packed

    def _packed(self, **response: bytes) -> dict:
        return {
            "type": "public-key",
            "id": text(self.id),
            "rawId": text(self.id),
            "response": {name: text(raw) for name, raw in response.items()},
            "clientExtensionResults": {},
        }
