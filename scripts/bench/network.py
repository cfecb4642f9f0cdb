"""The simulated network of tests/simnet, in a network namespace of the benchmark's own: no other traffic, no
port that somebody has, and a queue of connections as long as the benchmark needs."""
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SIMNET = ROOT / "build/release/tests/simnet/txsurvey-simnet"
INSIDE = "TXSURVEY_BENCH_NAMESPACE"
QUEUE = "/proc/sys/net/core/somaxconn"
TICKS = os.sysconf("SC_CLK_TCK")


def enter_namespace():
    """Runs this program again inside."""
    if INSIDE in os.environ:
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
        Path(QUEUE).write_text("16384", encoding="ascii")
        return
    words = ["unshare", "--net"] if os.geteuid() == 0 else ["unshare", "--map-root-user", "--net"]
    os.execvpe("unshare", [*words, sys.executable, *sys.argv], {**os.environ, INSIDE: "1"})


class Network:
    """`peers` nodes, running until stop()."""

    def __init__(self, folder, peers, *options):
        self.folder = folder
        ready = folder / "ready"
        ready.unlink(missing_ok=True)
        self.process = subprocess.Popen(
            [SIMNET, "--port", "22000", "--nodes", str(peers), "--list", folder / "all", "--ready-file", ready,
             "--stats", folder / "stats", *options], stdout=subprocess.PIPE,
            stderr=(folder / "errors").open("w", encoding="utf-8"), text=True)
        while not ready.exists():
            if self.process.poll() is not None:
                sys.exit((folder / "errors").read_text(encoding="utf-8"))
            time.sleep(0.05)
        self.txid = self.process.stdout.readline().split()[1]
        self.addresses = (folder / "all").read_text(encoding="ascii").splitlines(keepends=True)

    def listed(self, count, begin=0):
        """A file with `count` of the addresses."""
        path = self.folder / f"peers-{begin}"
        path.write_text("".join(self.addresses[begin:begin + count]), encoding="ascii")
        return path

    def cpu_s(self):
        """The processor time that it has used."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        self.process.communicate()
