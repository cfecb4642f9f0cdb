"""What the real-node tests have in common: skipping loudly, and the path to the shared code.

Environment: what tests/support/harness.py names; TXSURVEY_CACHE, where the node is kept.
"""

import os
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))
from harness import (REPOSITORY, SLOWNESS, enter_namespaces, main,  # noqa: F401
                     mount_over, require_root, skip, skip_without)
import survey


def trace(path):
    """The messages that --trace has written so far; a line may still be on its way."""
    return survey.load_trace(path) if os.path.exists(path) else []
