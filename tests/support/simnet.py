"""The simulated network of tests/simnet, started and stopped: TXSURVEY_SIMNET names the program."""
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

PORTS = range(20000, 32000)  # below those that the kernel gives away, above those of other services
TRIES = 600  # a second apart, for a port that somebody has
# What no honest node needs, on a busy machine either: floods of 7 MB come before some answers, and a
# surveyor of thousands reads them 16 KiB a turn. Silent nodes take as long.
LIMITS = ["--connect-timeout", "3", "--handshake-timeout", "15", "--response-timeout", "40"]
if os.environ.get("TXSURVEY_WRAPPER"):
    LIMITS = ["--connect-timeout", "30", "--handshake-timeout", "40", "--response-timeout", "40"]
SCORE = Path(__file__).resolve().parent.parent / "simnet" / "score.py"

# The first payment on mainnet; another lock time is another transaction.
PAYMENT = (
    "0100000001c997a5e56e104102fa209c6a852dd90660a20b2d9c352423edce25857fcd370400000000484730"
    "4402204e45e16932b8af514961a1d3a1a25fdf3f4f7732e9d624c6c61548ab5fb8cd410220181522ec8eca07"
    "de4860a4acdd12909d831cc56cbbac4622082221a8768d1d0901ffffffff0200ca9a3b00000000434104ae1a"
    "62fe09c5f51b13905f07f06b99a2f7159b2225f374cd378d71302fa28414e7aab37397f554a7df5f142c21c1"
    "b7303b8a0626f1baded5c72a704f7e6cd84cac00286bee0000000043410411db93e1dcdb8a016b49840f8c53"
    "bc1eb68a382e97b1482ecad7b148a6909a5cb2e0eaddfb84ccf9744464f82e160bfa9b8b64f9d4c03f999b86"
    "43f656b412a3ac")
# Six of them, as simnet takes them.
TXS = [word for n in range(1, 7) for word in ("--tx", f"{PAYMENT}{n:02x}000000")]


class Network:
    """A running simnet; its files are in `folder`. It takes any port and the two above it, or waits
    for those from `port` on."""

    def __init__(self, folder, *options, port=None):
        self.folder, self.truth, self.list = folder, folder / "truth", folder / "list"
        for _ in range(TRIES):
            if self._start(port or random.choice(PORTS), options):
                break
            time.sleep(1)
        else:
            raise AssertionError(f"no port for the network: {self.errors}")
        self.ids, self.wtxids = [], []
        while (line := self.process.stdout.readline()).startswith("tx "):
            _, txid, wtxid = line.split()
            self.ids.append(txid)
            self.wtxids.append(wtxid)
        self.block = line.split()[1] if line.startswith("block ") else None

    def _start(self, port, options):
        """False where the ports are taken."""
        ready = self.folder / "ready"
        ready.unlink(missing_ok=True)
        self.process = subprocess.Popen(
            [os.environ["TXSURVEY_SIMNET"], "--port", str(port), "--truth", self.truth, "--list",
             self.list, "--ready-file", ready, "--stats", self.folder / "stats", "--strict", *options],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        while not ready.exists():
            if self.process.poll() is not None:
                self.errors = self.process.communicate()[1]
                assert self.errors.startswith("simnet: port"), self.errors
                return False
            time.sleep(0.05)
        return True

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
