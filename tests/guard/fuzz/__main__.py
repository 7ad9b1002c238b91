"""Hours of it: install atheris beside the service and run  python -m tests.guard.fuzz SEEDS -max_total_time=3600 -max_len=4000"""

import sys

import atheris

with atheris.instrument_imports(include=["referral_api.guard"]):
    from tests.guard.fuzz.guarding import holds

atheris.Setup(sys.argv, holds)
atheris.Fuzz()
