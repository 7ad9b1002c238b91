"""The first account of an installation."""

import pytest

from referral_api.features.accounts.founding import found_platform
from referral_api.kernel.actor import Request
from referral_api.kernel.errors import Forbidden


def test_the_platform_is_founded_once(office):
    request = Request(id="founding", now=office.clock())
    with office.app.test_request_context(), pytest.raises(Forbidden):
        found_platform(request, name="Another", country="FR", username="intruder")
    assert 401 == office.sign_in("intruder").status_code


def test_the_founder_is_the_service_itself_and_the_log_says_so(office):
    first = [entry for entry in office.entries() if entry["request_id"] == "founding"]
    assert ["agency.created", "member.invited"] == [entry["action"] for entry in first]
    assert {"service"} == {entry["actor"]["kind"] for entry in first}
