"""Runs scripts/report."""
import json
import subprocess
from pathlib import Path

COMMAND = Path(__file__).resolve().parents[2] / "scripts" / "report"


class Report:
    """What a run of it left."""

    def __init__(self, words, **kw):
        run = subprocess.run([COMMAND, *map(str, words)], capture_output=True, timeout=600, **kw)
        self.code, self.output, self.errors = run.returncode, run.stdout.decode(), run.stderr.decode()

    def figures(self):
        return json.loads(self.output)["figures"]

    def rows(self, figure):
        return self.figures()[figure]["rows"]

    def problems(self):
        return json.loads(self.output)["problems"]
