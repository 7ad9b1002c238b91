"""What leaves this machine is encrypted, and only to whom the certificate names."""

import runpy
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from gunicorn.config import Config
from gunicorn.sock import ssl_context

from config import UnsafeSettings, from_environment
from referral_api.cli.demo.files import environment

from .conftest import ROOT


@pytest.fixture
def production(tmp_path):
    """The settings of an installation that serves people, as it names them."""
    made = environment(tmp_path, port=8080, database_url=None)
    return {**made, "REFERRAL_ENVIRONMENT": "production", "REFERRAL_PUBLIC_URL": "https://referrals.example.org"}


def reasons(environ, **said):
    try:
        from_environment({**environ, **{f"REFERRAL_{name}": value for name, value in said.items()}})
    except UnsafeSettings as unsafe:
        return str(unsafe).splitlines()
    return []


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://me@db.example.org/referral",
        "postgresql://me@10.0.0.7/referral?sslmode=require",
        "postgresql://me@db.example.org/referral?sslmode=verify-ca",
        "postgresql://me@db.example.org/referral?sslmode=verify-full&sslmode=disable",
        "postgresql:///referral?host=db.example.org",
        "postgresql://127.0.0.1/referral?hostaddr=10.0.0.7",
        "postgresql:///?service=elsewhere",
    ],
)
def test_a_database_on_another_machine_is_spoken_to_over_verified_tls_in_production(production, address):
    [reason] = reasons(production, DATABASE_URL=address)
    assert "sslmode=verify-full" in reason
    assert [] == reasons(production, DATABASE_URL=address, ENVIRONMENT="development")


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://me@db.example.org/referral?sslmode=verify-full&sslrootcert=ours.pem",
        "postgresql://me@localhost/referral",
        "postgresql://me@/referral?host=/run/postgresql",
        "sqlite:////srv/referral/referral.sqlite3",
    ],
)
def test_a_database_on_this_machine_or_over_verified_tls_is_served(production, address):
    assert [] == reasons(production, DATABASE_URL=address)


def test_counts_on_another_machine_are_kept_over_verified_tls_in_production(production):
    assert [] == reasons(production, RATE_STORAGE="rediss://counts.example.org")
    assert [] == reasons(production, RATE_STORAGE="redis://127.0.0.1:6379")
    [reason] = reasons(production, RATE_STORAGE="redis://counts.example.org")
    assert "rediss://" in reason
    [reason] = reasons(production, RATE_STORAGE="rediss://counts.example.org?ssl_cert_reqs=none")
    assert "certificates" in reason


def test_the_public_address_is_https_and_other_addresses_are_not_served_without_tls(production):
    [reason] = reasons(production, PUBLIC_URL="http://referrals.example.org")
    assert "https" in reason
    [reason] = reasons(production, HOST="0.0.0.0")
    assert "needs TLS" in reason


@pytest.fixture
def certificate(tmp_path):
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(1).not_valid_before(now).not_valid_after(now + timedelta(days=1)).sign(key, SHA256())
    path = tmp_path / "tls.pem"
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(made.public_bytes(Encoding.PEM) + secret)
    return str(path)


def test_nothing_older_than_tls_1_2_is_spoken_and_1_3_is(production, certificate, monkeypatch):
    for name, value in production.items():
        monkeypatch.setenv(name, value)
    said = runpy.run_path(str(ROOT / "config" / "gunicorn.py"))
    config = Config()
    for name in ("certfile", "keyfile"):
        config.set(name, certificate)
    config.set("ssl_context", said["ssl_context"])
    context = ssl_context(config)
    assert "TLSv1_2" == context.minimum_version.name
    assert context.maximum_version.name in ("MAXIMUM_SUPPORTED", "TLSv1_3")
    ciphers = {cipher["name"] for cipher in context.get_ciphers()}
    assert {"TLS_AES_256_GCM_SHA384"} <= ciphers
    assert [] == [name for name in ciphers for weak in ("RC4", "3DES", "MD5", "NULL", "EXP", "ADH") if weak in name]
