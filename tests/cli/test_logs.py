import json
import subprocess
import sys

from .conftest import ROOT

SCRIPT = """
import logging, structlog
from referral_api.cli import logs
logs.configure()
log = structlog.get_logger("x")
def fail():
    raise ValueError("the name of a child")
try:
    fail()
except ValueError as error:
    log.error("broken", exc_info=error)
    log.error("broken", exc_info=True)
    logging.getLogger("library").exception("it failed")
"""


def test_every_line_is_json_and_an_exception_is_its_type_and_place_without_its_words():
    result = subprocess.run([sys.executable, "-c", SCRIPT], cwd=ROOT, capture_output=True, text=True, check=True)

    assert "the name of a child" not in result.stderr
    lines = [json.loads(line) for line in result.stderr.splitlines()]
    assert ["broken", "broken", "it failed"] == [line["event"] for line in lines]
    assert {"ValueError"} == {line["error"] for line in lines}
    assert all(line["frames"][-1].endswith(" fail") for line in lines)
    assert "" == result.stdout
