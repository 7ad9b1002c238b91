"""The settings, typed and frozen. There is no setting that turns a safeguard off; what is missing or weak stops the start, with the reason.

Every setting is an environment variable `REFERRAL_<NAME>`; a secret is given as a file (`..._FILE`) or as the value itself.
"""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from referral_api.audit.note import Kind, NoteError, VerifierKey
from referral_api.identity.breached import BreachedPasswords, NoSuchList

__all__ = ["Settings", "UnsafeSettings", "database_url", "from_environment"]


class UnsafeSettings(ValueError):
    """The service will not start like this; the text says why and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """One installation. `environment` is `production` unless it says `development`, which allows the demonstration and nothing else."""

    environment: str
    database_url: str
    public_url: str
    host: str
    port: int
    data_dir: Path
    vault_keys: str = field(repr=False)
    signing_keys: str = field(repr=False)
    signing_keys_file: Path | None = None
    """Where they came from, if from a file: a running server takes them from there again once they were rotated."""
    log_key: str = field(repr=False)
    kms_key: str = field(default="", repr=False)
    trusted_proxies: tuple[str, ...] = ()
    witnesses: tuple[str, ...] = ()
    """The keys of those who may cosign the log's checkpoints, each `name+id+base64`."""
    tls_certificate: Path | None = None
    tls_key: Path | None = None
    rate_storage: str = field(default="memory://", repr=False)
    """Where calls are counted: in each process, or in a Redis that all servers share (`redis://` or `rediss://`)."""
    rate_per_minute: int = 1200
    sign_in_per_minute: int = 300
    breached_passwords: Path | None = None
    """A list of stolen passwords that lies here (Pwned Passwords, ordered by SHA-1): none of them is taken."""
    body_limit: int = 1_048_576
    read_seconds: int = 15
    """Within which all of a request must have come."""
    workers: int = 2

    @property
    def production(self) -> bool:
        return self.environment == "production"


def from_environment(environ: Mapping[str, str]) -> Settings:
    """Read and judge the environment. Raises UnsafeSettings with every reason at once."""
    found = _Reader(environ)
    environment = found.text("ENVIRONMENT", "production")
    data_dir = Path(found.text("DATA_DIR", "var")).resolve()
    port = found.number("PORT", 8080, 1, 65_535)
    host = found.text("HOST", "127.0.0.1")
    settings = Settings(
        environment=environment,
        database_url=database_url(
            found.text("DATABASE_URL", "")
            or environ.get("DATABASE_URL", "")
            or f"sqlite:///{data_dir / 'referral.sqlite3'}"
        ),
        public_url=found.text("PUBLIC_URL", f"http://127.0.0.1:{port}").rstrip("/"),
        host=host,
        port=port,
        data_dir=data_dir,
        vault_keys=found.secret("VAULT_KEYS"),
        signing_keys=found.secret("SIGNING_KEYS"),
        signing_keys_file=Path(signing_file) if (signing_file := found.text("SIGNING_KEYS_FILE", "")) else None,
        log_key=found.secret("LOG_KEY"),
        kms_key=found.secret("KMS_KEY", needed=False),
        trusted_proxies=tuple(p.strip() for p in found.text("TRUSTED_PROXIES", "").split(",") if p.strip()),
        witnesses=tuple(found.text("WITNESSES", "").split()),
        tls_certificate=found.path("TLS_CERTIFICATE"),
        tls_key=found.path("TLS_KEY"),
        rate_storage=found.text("RATE_STORAGE", "memory://"),
        rate_per_minute=found.number("RATE_PER_MINUTE", 1200, 600, 100_000),
        sign_in_per_minute=found.number("SIGN_IN_PER_MINUTE", 300, 60, 10_000),
        breached_passwords=found.path("BREACHED_PASSWORDS"),
        body_limit=found.number("BODY_LIMIT", 1_048_576, 65_536, 4_194_304),
        read_seconds=found.number("READ_SECONDS", 15, 2, 60),
        workers=found.number("WORKERS", 2, 1, 64),
    )
    reasons = [*found.reasons, *_unsafe(settings)]
    if reasons:
        raise UnsafeSettings("\n".join(reasons))
    return settings


class _Reader:
    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self.reasons: list[str] = []

    def text(self, name: str, default: str) -> str:
        return self._environ.get(f"REFERRAL_{name}", "").strip() or default

    def number(self, name: str, default: int, least: int, most: int) -> int:
        value = self.text(name, str(default))
        if not value.isascii() or not value.isdecimal() or not least <= int(value) <= most:
            self.reasons.append(f"REFERRAL_{name} must be a whole number from {least} to {most}.")
            return default
        return int(value)

    def path(self, name: str) -> Path | None:
        value = self.text(name, "")
        if value and not Path(value).is_file():
            self.reasons.append(f"REFERRAL_{name}: there is no such file.")
        return Path(value) if value else None

    def secret(self, name: str, *, needed: bool = True) -> str:
        """The secret's text. A file that others may read is refused."""
        file = self.text(f"{name}_FILE", "")
        if not file:
            value = self.text(name, "")
            if not value and needed:
                self.reasons.append(
                    f"REFERRAL_{name}_FILE (or REFERRAL_{name}) is missing. `referral keys create` makes all keys."
                )
            return value
        path = Path(file)
        try:
            if path.stat().st_mode & 0o077:
                self.reasons.append(
                    f"REFERRAL_{name}_FILE: others than its owner may read {path.name}; set its mode to 600."
                )
            return path.read_text("utf-8")
        except OSError as error:
            self.reasons.append(f"REFERRAL_{name}_FILE cannot be read: {error.strerror}.")
            return ""


def database_url(url: str) -> str:
    """PostgreSQL is always spoken to through psycopg 3, whichever spelling an administrator is used to."""
    for prefix in ("postgresql://", "postgres://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url.removeprefix(prefix)
    return url


def _unsafe(settings: Settings) -> list[str]:
    reasons = []
    if settings.environment not in ("production", "development"):
        reasons.append("REFERRAL_ENVIRONMENT is production or development.")
    try:
        database = make_url(settings.database_url)
        backend = database.get_backend_name()
        if backend not in ("sqlite", "postgresql"):
            reasons.append("The database is SQLite or PostgreSQL.")
        if backend == "sqlite" and database.database in (None, "", ":memory:"):
            reasons.append("SQLite needs a file: a database in memory forgets its log.")
        if settings.production and _elsewhere(database) and database.query.get("sslmode") != "verify-full":
            reasons.append(
                "REFERRAL_DATABASE_URL names another machine: in production it says sslmode=verify-full (and sslrootcert=FILE for your own authority)."
            )
    except ArgumentError:
        reasons.append("REFERRAL_DATABASE_URL is not a database URL.")
    public = urlsplit(settings.public_url)
    if public.scheme not in ("http", "https") or not public.netloc or public.query or public.fragment:
        reasons.append("REFERRAL_PUBLIC_URL is an address like https://referrals.example.org.")
    tls = settings.tls_certificate is not None and settings.tls_key is not None
    if not _loopback(settings.host) and not tls and not settings.trusted_proxies:
        reasons.append(
            "Serving on more than the loopback address needs TLS (REFERRAL_TLS_CERTIFICATE, REFERRAL_TLS_KEY) or a named proxy (REFERRAL_TRUSTED_PROXIES)."
        )
    if not all(_network(name) for name in settings.trusted_proxies):
        reasons.append(
            "REFERRAL_TRUSTED_PROXIES names addresses or networks, with commas between; * would trust everybody."
        )
    if settings.breached_passwords is not None and settings.breached_passwords.is_file():
        try:
            BreachedPasswords(settings.breached_passwords).check()
        except (OSError, NoSuchList):
            reasons.append(
                "REFERRAL_BREACHED_PASSWORDS is not a readable list of SHA-1 hashes (HASH:count) in their order."
            )
    counts = urlsplit(settings.rate_storage)
    if settings.rate_storage != "memory://" and counts.scheme not in ("redis", "rediss"):
        reasons.append("REFERRAL_RATE_STORAGE is memory://, or the address of a Redis: redis://... or rediss://...")
    if settings.production and counts.scheme == "redis" and not _loopback(counts.hostname or ""):
        reasons.append("REFERRAL_RATE_STORAGE names another machine: in production it is rediss://.")
    if {"ssl_cert_reqs", "ssl_check_hostname"} & parse_qs(counts.query).keys():
        reasons.append("REFERRAL_RATE_STORAGE must not say how certificates are checked: they always are.")
    if not all(_witness(key) for key in settings.witnesses):
        reasons.append(
            "REFERRAL_WITNESSES holds verifier keys of witnesses (name+id+base64, type 0x04), with spaces between."
        )
    if settings.production and public.scheme != "https" and not _loopback(public.hostname or ""):
        reasons.append("REFERRAL_PUBLIC_URL must be https in production.")
    return reasons


def _elsewhere(database: URL) -> bool:
    """Whether its address leaves this machine, as far as it says; a service file may name any."""
    named = [
        database.host or "",
        *(host for name in ("host", "hostaddr", "service") for host in database.normalized_query.get(name, ())),
    ]
    return any(host and not host.startswith("/") and not _loopback(host) for host in named)


def _witness(key: str) -> bool:
    try:
        return VerifierKey.parse(key).kind is Kind.COSIGNATURE
    except NoteError:
        return False


def _network(name: str) -> bool:
    try:
        return ipaddress.ip_network(name, strict=False).prefixlen > 0
    except ValueError:
        return False


def _loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
