"""The README's story, pasted into bash as it stands there."""

import os
import re
import subprocess
from urllib.parse import urlsplit

from .conftest import ROOT

README = (ROOT / "README.md").read_text()


def test_the_story_works_as_it_is_pasted(served):
    [story] = re.findall(r"```bash\n(.*?)```", README, re.DOTALL)
    story = story.replace("http://127.0.0.1:8080", served.url).replace(
        "var/demo.json", str(served.folder / "demo.json")
    )
    environ = {**os.environ, "REFERRAL_DATA_DIR": str(served.folder)}
    result = subprocess.run(
        ["bash"], input=story, cwd=ROOT, env=environ, capture_output=True, text=True, timeout=120, check=False
    )

    assert (0, "") == (result.returncode, result.stderr)
    lines = result.stdout.splitlines()
    assert ["accepted", "completed", "closed"] == [line for line in lines if re.fullmatch("[a-z_]+", line)]
    shown = [line.split()[2] for line in lines if re.match(r"\d{4}-", line)]
    assert {
        "case.opened",
        "consent.given",
        "referral.sent",
        "referral.accepted",
        "case.read",
        "referral.completed",
        "referral.closed",
    } <= set(shown)
    assert '"family_names": "Invented",' in [line.strip() for line in lines]
    assert '"reason": "not_in_consent"' in [line.strip() for line in lines]
    assert urlsplit(served.url).port


def test_every_link_of_the_papers_leads_somewhere():
    for paper in ("README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"):
        for link in re.findall(r"\]\((?!https?:)([^)#]+)", (ROOT / paper).read_text()):
            assert (ROOT / link).exists(), f"{paper}: {link}"
