"""A machine reads the document, invents calls that are right and calls that are wrong, and holds the running service to its word."""

import dataclasses
import json
import os
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from argon2.profiles import CHEAPEST
from werkzeug.serving import WSGIRequestHandler, make_server

from referral_api.app import create_app
from referral_api.audit.integrator import integrate
from referral_api.audit.note import SignerKey
from referral_api.identity.passwords import Profile
from referral_api.store.session import db
from tests.world import HandClock, World, settings

CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
    "response_headers_conformance",
    "negative_data_rejection",
)
REFUSED = ["400", "401", "403", "404", "405", "409", "412", "413", "415", "422", "428", "429"]
VOICES = {
    r"^/v1/(?!audit|agencies|services|access|sessions)": ("police.caseworker1", "investigation"),
    r"/(assignments|exclusions|hold|erase|approve|refuse|end|mark-in-error|retention)$": (
        "police.supervisor",
        "investigation",
    ),
    r"/[{]referral_id[}]/(acknowledge|accept|decline|start|complete|fail|contact)$": ("clinic.caseworker1", "care"),
    r"^/v1/(agencies|services)": ("police.admin", "statistics"),
    r"^/v1/agencies$": ("oversight.platform", "statistics"),
    r"^/v1/audit": ("police.auditor", "oversight"),
}
"""Who calls which addresses, for which purpose; the last that fits counts. Signing in and out is left to nobody."""


@pytest.fixture
def served(sqlite_template: tuple[Path, dict[str, str]], tmp_path: Path) -> Iterator[tuple[str, World, dict[str, str]]]:
    """A server over SQLite in whose world a referral was accepted: its address, the world, an id for each kind in a path."""
    template, named = sqlite_template
    shutil.copy(template, tmp_path / "world.sqlite3")
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    listening.listen(64)
    url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    chosen = dataclasses.replace(settings(f"sqlite:///{tmp_path / 'world.sqlite3'}", tmp_path), public_url=url)
    world = World(create_app(chosen, clock=HandClock()), HandClock(), named)
    world.app.extensions["password_profile"] = Profile.of(CHEAPEST)
    ids = _story(world)
    server = make_server("127.0.0.1", 0, world.app, threaded=True, request_handler=_Quiet, fd=listening.fileno())
    running = threading.Thread(target=server.serve_forever, daemon=True)
    running.start()
    yield url, world, ids
    server.shutdown()
    running.join()
    server.server_close()
    listening.close()
    with world.app.app_context():
        db.engine.dispose()


class _Quiet(WSGIRequestHandler):
    def log(self, *_: Any) -> None:
        """Thousands of lines that nobody reads."""


def _story(world: World) -> dict[str, str]:
    case, consent, referral = world.sent_referral()
    world.step(referral, "accept", by="clinic.caseworker1")
    path = f"/v1/referrals/{referral['id']}/appointments"
    appointment = world.post(path, {"at": "2026-12-01T09:00:00Z"}, by="clinic.caseworker1").json
    with world.app.app_context():
        integrate(db.engine, SignerKey.parse(world.app.extensions["settings"].log_key), now=world.clock())
    return {
        "case_id": case["id"],
        "consent_id": consent["id"],
        "referral_id": referral["id"],
        "appointment_id": appointment["id"],
        "agency_id": world.ids["police"],
        "member_id": world.ids["police.lapsed"],
        "entry_id": world.entries()[0]["id"],
    }


def _config(world: World, ids: dict[str, str], *, examples: int, deep: bool) -> str:
    lines = [
        f"warnings = {str(deep).lower()}",  # They fail nothing, and to look for them costs seconds.
        "[checks]", "enabled = false", *(f"{check}.enabled = true" for check in CHECKS), f"negative_data_rejection.expected-statuses = {REFUSED}",
        "[generation]", "deterministic = true", f"max-examples = {examples}", "no-shrink = true",
        "[phases.stateful]", "enabled = false", "[phases.coverage]", f"enabled = {str(deep).lower()}", "unexpected-methods = []",
    ]  # fmt: skip
    for addresses, (who, purpose) in reversed(VOICES.items()):
        lines += [
            "[[operations]]", f"include-path-regex = '{addresses}'", "[operations.headers]", f'Authorization = "Bearer {world.sign_in(who)}"',
            "[operations.parameters]", f'"header.Purpose" = "{purpose}"', '"header.If-Match" = "*"',
            *(f'"path.{name}" = "{value}"' for name, value in ids.items()),
        ]  # fmt: skip
    return "\n".join(lines)


def _for_members(contract: dict[str, Any]) -> dict[str, Any]:
    """A member who names somebody to act for is refused, rightly and always; so nobody here does."""
    for item in contract["paths"].values():
        for operation in item.values():
            kept = [each for each in operation["parameters"] if not each.get("$ref", "").endswith("/OnBehalfOf")]
            operation["parameters"] = kept
    return contract


def test_the_running_service_does_what_the_document_says(
    served: tuple[str, World, dict[str, str]], tmp_path: Path
) -> None:
    url, world, ids = served
    document, config = tmp_path / "openapi.json", tmp_path / "schemathesis.toml"
    document.write_text(json.dumps(_for_members(world.get("/openapi.json", by=None).json)))
    examples = int(os.environ.get("SCHEMATHESIS_EXAMPLES", "1"))
    config.write_text(_config(world, ids, examples=examples, deep=examples > 9))
    run = subprocess.run(
        [Path(sys.executable).with_name("schemathesis"), "--config-file", config, "run", document, "--url", url, "--no-color",
         "--exclude-operation-id", "end_session", "--exclude-operation-id", "end_all_sessions", *os.environ.get("SCHEMATHESIS_ARGS", "").split()],
        capture_output=True, text=True, cwd=tmp_path, timeout=900, check=False,
    )  # fmt: skip
    (
        Path(os.environ["SCHEMATHESIS_REPORT"]) if "SCHEMATHESIS_REPORT" in os.environ else tmp_path / "report"
    ).write_text(run.stdout)
    assert 0 == run.returncode, run.stdout[run.stdout.find("= FAILURES") :][:20_000] + run.stderr
