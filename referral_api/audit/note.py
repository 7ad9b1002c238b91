"""Signed notes as other programs write them: C2SP signed-note, with Ed25519 keys (signature types 0x01 and 0x04).

A note is a text and the signatures under it. A key is known by its name and a short id, and travels as one line:
`<name>+<id>+<base64>` to verify, `PRIVATE+KEY+<name>+<id>+<base64>` to sign. What the log signs with these is in
`checkpoint`.
"""

from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from hashlib import sha256
from typing import Final, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

__all__ = ["Kind", "Note", "NoteError", "Signature", "Signed", "SignerKey", "VerifierKey", "sign", "unbase64"]

MAX_BYTES: Final = 1_000_000
MAX_SIGNATURES: Final = 100
MAX_TIMESTAMP: Final = 2**63 - 1
_PRIVATE: Final = "PRIVATE+KEY+"
_DASH: Final = "\N{EM DASH} "


class NoteError(ValueError):
    """The note, key or checkpoint is malformed, or its signatures do not hold."""


class Kind(IntEnum):
    """The signature types this log uses, by their assigned byte."""

    ED25519 = 0x01
    COSIGNATURE = 0x04
    """A witness's timestamped cosignature (C2SP tlog-cosignature/v1)."""


def unbase64(text: str) -> bytes:
    """Standard base64 in its one canonical spelling; NoteError for any other."""
    try:
        data = b64decode(text.encode("ascii"), validate=True)
    except ValueError as wrong:
        raise NoteError("not base64") from wrong
    if b64encode(data).decode("ascii") != text:
        raise NoteError("not canonical base64")
    return data


def _checked_name(name: str) -> str:
    if not name or "+" in name or any(c.isspace() or c < " " for c in name):
        raise NoteError("a key name is not empty and has no spaces and no plus")
    return name


def _checked_text(text: str) -> bytes:
    if not text.endswith("\n") or any(c < " " and c != "\n" for c in text):
        raise NoteError("a note's text ends with a newline and has no control characters")
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError as wrong:
        raise NoteError("a note is UTF-8") from wrong


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key under its name: what others are given, to check what the log or a witness signed."""

    name: str
    kind: Kind
    public: bytes

    @classmethod
    def parse(cls, line: str) -> Self:
        """Read `<name>+<id>+<base64>`. NoteError if malformed, of another type, or if the id is not that of the key."""
        name, *rest = line.split("+", 2)
        if len(rest) != 2:
            raise NoteError("a verifier key is name, id and key, with a plus between")
        kind, public = _material(rest[1])
        key = cls(_checked_name(name), kind, public)
        if f"{key.id:08x}" != rest[0]:
            raise NoteError("the id of this key does not belong to its name and bytes")
        return key

    @property
    def id(self) -> int:
        return int.from_bytes(sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.public).digest()[:4], "big")

    def verify(self, text: str, signature: bytes) -> int | None:
        """Check a signature of this key over a note's text. Returns a cosignature's time (POSIX seconds), else None."""
        timestamp = None
        message = _checked_text(text)
        if self.kind is Kind.COSIGNATURE:
            timestamp, signature = int.from_bytes(signature[:8], "big"), signature[8:]
            if timestamp > MAX_TIMESTAMP:
                raise NoteError("a cosignature's time is out of range")
            message = _cosigned(message, timestamp)
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except (InvalidSignature, ValueError) as wrong:
            raise NoteError(f"the signature of {self.name} does not hold") from wrong
        return timestamp

    def __str__(self) -> str:
        return f"{self.name}+{self.id:08x}+{b64encode(bytes([self.kind]) + self.public).decode()}"


@dataclass(frozen=True, slots=True)
class SignerKey:
    """A private key under its name: what the log, or a witness, signs with."""

    name: str
    kind: Kind
    seed: bytes = field(repr=False)

    @classmethod
    def generate(cls, name: str, kind: Kind = Kind.ED25519) -> Self:
        return cls(_checked_name(name), kind, Ed25519PrivateKey.generate().private_bytes_raw())

    @classmethod
    def parse(cls, line: str) -> Self:
        """Read `PRIVATE+KEY+<name>+<id>+<base64>`, as golang.org/x/mod/sumdb/note writes it."""
        name, *rest = line.removeprefix(_PRIVATE).split("+", 2)
        if not line.startswith(_PRIVATE) or len(rest) != 2:
            raise NoteError("not a signer key")
        kind, seed = _material(rest[1])
        key = cls(_checked_name(name), kind, seed)
        if f"{key.verifier.id:08x}" != rest[0]:
            raise NoteError("the id of this key does not belong to its name and bytes")
        return key

    @property
    def verifier(self) -> VerifierKey:
        return VerifierKey(self.name, self.kind, self._private().public_key().public_bytes_raw())

    def line(self) -> str:
        """The key as one line, for a key file; `str()` of it says nothing secret."""
        return f"{_PRIVATE}{self.name}+{self.verifier.id:08x}+{b64encode(bytes([self.kind]) + self.seed).decode()}"

    def sign(self, text: str, *, timestamp: int | None = None) -> "Signature":
        """Sign a note's text. A cosignature needs its time (POSIX seconds), a plain signature has none."""
        message, prefix = _checked_text(text), b""
        if (timestamp is not None) is not (self.kind is Kind.COSIGNATURE):
            raise NoteError("a cosignature has a time, and only a cosignature has")
        if timestamp is not None:
            if not 0 <= timestamp <= MAX_TIMESTAMP:
                raise NoteError("a cosignature's time is out of range")
            message, prefix = _cosigned(message, timestamp), timestamp.to_bytes(8, "big")
        return Signature(self.name, self.verifier.id, prefix + self._private().sign(message))

    def _private(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed)


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature line."""

    name: str
    key_id: int
    signature: bytes

    @classmethod
    def parse(cls, line: str) -> Self:
        """Read one line, without its newline."""
        name, separator, encoded = line.removeprefix(_DASH).partition(" ")
        if not line.startswith(_DASH) or not separator:
            raise NoteError("not a signature line")
        data = unbase64(encoded)
        if len(data) < 5:
            raise NoteError("a signature line without a signature")
        return cls(_checked_name(name), int.from_bytes(data[:4], "big"), data[4:])

    def __str__(self) -> str:
        return f"{_DASH}{self.name} {b64encode(self.key_id.to_bytes(4, 'big') + self.signature).decode()}\n"


@dataclass(frozen=True, slots=True)
class Signed:
    """A signature that was checked; `timestamp` is a cosignature's own time, in POSIX seconds."""

    key: VerifierKey
    timestamp: int | None


@dataclass(frozen=True, slots=True)
class Note:
    """A text and the signatures under it. Nothing in the text may be believed before `verify`."""

    text: str
    signatures: tuple[Signature, ...]

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Read a note, strictly. NoteError for anything another reader might read otherwise."""
        if len(data) > MAX_BYTES:
            raise NoteError("the note is too large")
        try:
            whole = data.decode("utf-8")
        except UnicodeDecodeError as wrong:
            raise NoteError("a note is UTF-8") from wrong
        body, separator, lines = whole.rpartition("\n\n")
        if not separator or not lines.endswith("\n"):
            raise NoteError("a note is a text, an empty line and signature lines")
        _checked_text(whole)
        signatures = tuple(Signature.parse(line) for line in lines[:-1].split("\n"))
        if len(signatures) > MAX_SIGNATURES:
            raise NoteError("the note has too many signatures")
        return cls(body + "\n", signatures)

    def verify(self, keys: Sequence[VerifierKey]) -> list[Signed]:
        """The signatures by these keys, each key once; those of unknown keys are passed over.

        NoteError if one of a known key does not hold, or if none is by a known key.
        """
        known = {(key.name, key.id): key for key in keys}
        if len(known) != len({str(key) for key in keys}):
            raise NoteError("two known keys share a name and an id")
        held: dict[VerifierKey, Signed] = {}
        for line in self.signatures:
            key = known.get((line.name, line.key_id))
            if key is not None:
                held.setdefault(key, Signed(key, key.verify(self.text, line.signature)))
        if not held:
            raise NoteError("the note is not signed by a known key")
        return list(held.values())

    def __str__(self) -> str:
        return self.text + "\n" + "".join(map(str, self.signatures))


def sign(text: str, *signers: SignerKey) -> Note:
    """A note over this text, signed by each of these keys."""
    return Note(text, tuple(signer.sign(text) for signer in signers))


def _material(encoded: str) -> tuple[Kind, bytes]:
    data = unbase64(encoded)
    if len(data) != 33 or data[0] not in (Kind.ED25519, Kind.COSIGNATURE):
        raise NoteError("not an Ed25519 key")
    return Kind(data[0]), data[1:]


def _cosigned(text: bytes, timestamp: int) -> bytes:
    return b"cosignature/v1\ntime %d\n" % timestamp + text
