"""Runs of the program in which allocations are refused, by tests/cli/oom.c."""
import os
import subprocess
from pathlib import Path

import harness
import survey

SOURCE = Path(__file__).resolve().parent.parent / "cli" / "oom.c"


class Refuser:
    """`run` takes names of oom.c's."""

    def __init__(self, folder):
        if os.environ.get("TXSURVEY_WRAPPER"):
            harness.skip_test("what runs the program here has an allocator of its own")
        harness.require_tools("cc")
        self.folder = folder
        self.library = folder / "oom.so"
        subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-fno-omit-frame-pointer", "-o", self.library,
                        SOURCE], check=True)

    def run(self, words, **names):
        sanitizer = os.environ.get("ASAN_OPTIONS", "")
        env = {**os.environ, **names, "LD_PRELOAD": str(self.library),
               "ASAN_OPTIONS": f"{sanitizer}:verify_asan_link_order=0"}
        return subprocess.run(survey.command(words), capture_output=True, env=env, check=False,
                              stdin=subprocess.DEVNULL, timeout=120)

    def places(self, words):
        """Where a run that is refused nothing allocates, in the order in which it came there."""
        path = self.folder / "places"
        done = self.run(words, OOM_PLACES=str(path))
        assert done.returncode == 0, done
        found = path.read_text().split()
        path.unlink()
        return found
