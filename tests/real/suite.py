"""What the real-node tests have in common: skipping loudly, and the path to the shared code.

Environment: TXSURVEY and TXSURVEY_WRAPPER as in tests/support/survey.py; TXSURVEY_CACHE, where
the node is kept; TXSURVEY_REQUIRE_REAL=1, fail where these tests would otherwise be skipped.
"""

import json
import os
import signal
import sys
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parent.parent
sys.path.insert(0, str(HERE.parent / "support"))
os.environ["PATH"] += ":/usr/sbin:/sbin"

SKIPPED = 77  # ctest's SKIP_RETURN_CODE

# How much more time a run gets under a wrapper such as valgrind.
SLOWNESS = 10 if os.environ.get("TXSURVEY_WRAPPER") else 1


def skip(reason):
    """Ends the whole program: this machine cannot run these tests."""
    if os.environ.get("TXSURVEY_REQUIRE_REAL") == "1":
        sys.exit(f"FAILED: TXSURVEY_REQUIRE_REAL is set, but: {reason}")
    print(f"SKIPPED: {reason}", flush=True)
    sys.exit(SKIPPED)


def require_root():
    if os.geteuid() != 0:
        skip("not root")


def trace(path):
    """The messages that --trace has written so far; a line may still be on its way."""
    if not os.path.exists(path):
        return []
    with open(path, encoding="ascii") as file:
        return [json.loads(line) for line in file if line.endswith("\n")]


def main():
    if not os.environ.get("TXSURVEY"):
        sys.exit("TXSURVEY must name the program under test")
    # As Ctrl-C, which unittest passes on: so that atexit ends the node and the servers.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    unittest.main(verbosity=2)
