#!/usr/bin/python3
"""The package of Debian 13."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
import debian  # noqa: E402


class Package(debian.Package):
    suite, release = "trixie", "13"


if __name__ == "__main__":
    debian.main("trixie")
