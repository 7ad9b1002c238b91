"""What the program does not use cannot be turned against it: nothing that runs what it is given, and no way out but those that are named."""

import ast
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
NEVER = {
    "pickle", "marshal", "shelve", "xml", "lxml", "yaml", "jinja2", "random",
    "smtplib", "imaplib", "ftplib", "ldap3", "requests", "httpx", "urllib3", "urllib.request",
}  # fmt: skip
"""Readers that build objects or fetch what a text names, templates, guessable chance, and ways to speak to others."""
CALLED = {"eval", "exec", "compile", "__import__", "system", "popen", "render_template", "render_template_string"}
BY_THE_COMMAND_LINE_ALONE = {"subprocess", "socket", "http.client", "ctypes"}
WAY_OUT = "features/accounts/federation"
"""Where an agency's identity provider is asked: `outgoing.py` says which addresses may be, in what time and how much."""
HASHES = {"sha1", "sha256", "sha384", "sha512"}
"""The longer two for `at_hash` of an ID token alone, as its algorithm says; SHA-1 to look a password up in a list that is kept by it."""
PRIMITIVES = {"asymmetric", "asymmetric.ed25519", "ciphers.aead", "hashes", "kdf.hkdf", "keywrap"}
"""What docs/asvs.md says of each, under *What is sealed, hashed and signed*."""


@cache
def sources() -> list[tuple[Path, ast.Module]]:
    paths = [path for folder in ("referral_api", "config") for path in sorted((ROOT / folder).rglob("*.py"))]
    return [(path.relative_to(ROOT), ast.parse(path.read_text("utf-8"))) for path in paths]


@cache
def imported(tree: ast.Module) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def uses(tree: ast.Module, modules: set[str]) -> set[str]:
    return {each for name in imported(tree) for each in modules if name == each or name.startswith(f"{each}.")}


def test_nothing_is_used_that_runs_fetches_or_guesses() -> None:
    assert [] == [(str(path), found) for path, tree in sources() if (found := uses(tree, NEVER))]


def test_nothing_that_was_sent_is_run_and_no_page_is_made_of_a_template() -> None:
    found = [
        (str(path), node.func.id if isinstance(node.func, ast.Name) else node.func.attr)
        for path, tree in sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and (
            (isinstance(node.func, ast.Name) and node.func.id in CALLED)
            or (
                isinstance(node.func, ast.Attribute)
                and node.func.attr in CALLED - {"compile"}
                and isinstance(node.func.value, ast.Name)
            )
        )
    ]
    assert [] == found


def test_only_the_command_line_starts_processes_or_opens_sockets() -> None:
    outgoing = Path("referral_api") / WAY_OUT / "outgoing.py"
    users = {path.parts[1] for path, tree in sources() if path != outgoing and uses(tree, BY_THE_COMMAND_LINE_ALONE)}
    assert {"cli"} == users
    assert {"socket"} == {
        found for path, tree in sources() if path == outgoing for found in uses(tree, BY_THE_COMMAND_LINE_ALONE)
    }


def test_only_identity_providers_are_called() -> None:
    users = {
        path.relative_to("referral_api") for path, tree in sources() if uses(tree, {"httpx2", "authlib", "joserfc"})
    }
    assert {Path(WAY_OUT) / name for name in ("outgoing.py", "provider.py")} == users


def test_the_cryptography_is_that_of_the_page() -> None:
    primitives, hashes = set(), set()
    for _, tree in sources():
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("cryptography.hazmat.primitives."):
                primitives.add((node.module or "").removeprefix("cryptography.hazmat.primitives."))
            elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "hashlib":
                hashes.add(node.attr)
    assert (PRIMITIVES, HASHES) == (primitives, hashes)


def test_every_library_is_pinned_with_its_hashes() -> None:
    for name in ("requirements.txt", "requirements-dev.txt"):
        lines = (ROOT / name).read_text("utf-8").replace("\\\n", " ").splitlines()
        wanted = [line for line in lines if line.strip() and not line.lstrip().startswith("#")]
        assert [] == [line.split()[0] for line in wanted if "==" not in line or "--hash=sha256:" not in line]
        assert len(wanted) > 20
