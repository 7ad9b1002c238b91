"""An authenticator in software: it makes passkeys and signs with them, as one in a telephone does; and badly, where a test says so."""

import base64
import hashlib
import json
import secrets
from dataclasses import dataclass, field, replace

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

ORIGIN = "http://127.0.0.1:8080"
PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


def text(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def data(written):
    return base64.urlsafe_b64decode(written + "==")


@dataclass
class Authenticator:
    """One passkey. `counts` is False for those that are synchronised and always say 0."""

    origin: str = ORIGIN
    rp_id: str | None = None
    counts: bool = True
    verified: bool = True
    id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    count: int = 0
    handle: bytes | None = None

    def copy(self, **other):
        return replace(self, **other)

    def make(self, options, *, format="none", type="webauthn.create"):
        """What `navigator.credentials.create` gives for these options."""
        self.rp_id, self.handle = self.rp_id or options["rp"]["id"], data(options["user"]["id"])
        point = self.key.public_key().public_numbers()
        public = {1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32), -3: point.y.to_bytes(32)}
        attested = bytes(16) + len(self.id).to_bytes(2) + self.id + cbor2.dumps(public)
        said = {"fmt": format, "attStmt": {}, "authData": self._state(ATTESTED) + attested}
        response = {
            "clientDataJSON": self._client_data(type, options),
            "attestationObject": text(cbor2.dumps(said)),
            "transports": ["internal", "hybrid"],
        }
        return self._credential(response)

    def sign(self, options, *, type="webauthn.get", **other):
        """What `navigator.credentials.get` gives for these options."""
        client_data, state = self._client_data(type, options), self._state()
        signature = self.key.sign(state + hashlib.sha256(data(client_data)).digest(), ec.ECDSA(SHA256()))
        response = {
            "clientDataJSON": client_data,
            "authenticatorData": text(state),
            "signature": text(signature),
            "userHandle": self.handle and text(self.handle),
        }
        return self._credential({**response, **other})

    def _credential(self, response):
        return {
            "id": text(self.id),
            "rawId": text(self.id),
            "type": "public-key",
            "authenticatorAttachment": "platform",
            "clientExtensionResults": {"credProps": {"rk": True}},
            "response": response,
        }

    def _client_data(self, type, options):
        said = {"type": type, "challenge": options["challenge"], "origin": self.origin, "crossOrigin": False}
        return text(json.dumps(said).encode())

    def _state(self, flags=0):
        self.count += self.counts
        flags |= PRESENT | (VERIFIED if self.verified else 0)
        return hashlib.sha256(self.rp_id.encode()).digest() + bytes([flags]) + self.count.to_bytes(4)
