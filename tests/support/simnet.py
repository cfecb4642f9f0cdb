"""The simulated network of tests/simnet, started and stopped: TXSURVEY_SIMNET names the program."""
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

PORT = 18555  # and the two above it
SCORE = Path(__file__).resolve().parent.parent / "simnet" / "score.py"


class Network:
    """A running simnet; its files are in `folder`."""

    def __init__(self, folder, *options):
        self.truth, self.list = folder / "truth", folder / "list"
        ready = folder / "ready"
        self.process = subprocess.Popen(
            [os.environ["TXSURVEY_SIMNET"], "--port", str(PORT), "--truth", self.truth, "--list",
             self.list, "--ready-file", ready, "--stats", folder / "stats", "--strict", *options],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(600):
            if ready.exists() or self.process.poll() is not None:
                break
            time.sleep(0.05)
        self.ids, self.wtxids = [], []
        while (line := self.process.stdout.readline()).startswith("tx "):
            _, txid, wtxid = line.split()
            self.ids.append(txid)
            self.wtxids.append(wtxid)
        self.block = line.split()[1] if line.startswith("block ") else None

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        output = self.process.communicate(timeout=60)[1]
        return self.process.returncode, output

    def judge(self, records, *options):
        """Holds the records against the truth: what score.py says."""
        return subprocess.run([sys.executable, "-B", SCORE, *options, "--truth", self.truth,
                               "--records", records], capture_output=True, text=True)

    def score(self, records, *options):
        """The same; raises AssertionError with what is wrong."""
        score = self.judge(records, *options)
        assert score.returncode == 0, score.stdout + score.stderr
        return score.stdout.splitlines()[-1]
