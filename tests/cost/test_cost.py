"""What a peer costs, in instructions and system calls, against the figures of figures.json. One peer at a time
of one kind of node, so that nothing but the program decides how many they are: see README.md."""
import json
import os
import sys
import tempfile
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))
import harness  # noqa: E402
import survey  # noqa: E402
from cost import NODES, instructions_a_peer, system_calls_a_peer  # noqa: E402
from simnet import Network  # noqa: E402

FIGURES = HERE / "figures.json"
RENEW = os.environ.get("TXSURVEY_RENEW_COSTS") == "1"
TOLERANCE = 0.05
FEW, MANY = 100, 200
RENEWING = "renew figures.json and commit it:\n    TXSURVEY_RENEW_COSTS=1 ctest --preset check -R cost/"
IF_WANTED = f"If that is wanted, or Debian's libraries have changed, {RENEWING}\nIf not: tests/cost/README.md."


def kept():
    return json.loads(FIGURES.read_text())


def renew(kind, name, value):
    figures = kept() if FIGURES.exists() else {}
    figures.setdefault(kind, {})[name] = value
    FIGURES.write_text(json.dumps(figures, indent=2, sort_keys=True) + "\n")


class Cost(unittest.TestCase):
    def measured(self, measure, name):
        """What `measure` finds of a survey of such nodes."""
        with tempfile.TemporaryDirectory() as folder:
            folder = Path(folder)
            network = Network(folder, "--nodes", str(MANY), *NODES[name])
            peers = network.list.read_text().splitlines(keepends=True)

            def command_of(count):
                listed, records = folder / "peers", folder / "records"
                listed.write_text("".join(peers[:count]))
                records.unlink(missing_ok=True)
                return survey.command(["--chain", "regtest", "--peers", listed, "--concurrency", "1", "--rate",
                                       "1000000", "--patience", "0", "--quiet", "--output", records, network.ids[0]])
            try:
                found = measure(command_of, FEW, MANY)
            finally:
                code, output = network.stop()
            self.assertEqual(code, 0, output)
            return found

    def check_instructions(self, name):
        count = round(self.measured(instructions_a_peer, name))
        if RENEW:
            renew("instructions", name, count)
        before = kept()["instructions"][name]
        change = f"{name}: {count:,} instructions a peer, {before:,} before: {100 * (count / before - 1):+.1f} %."
        print(change)
        if count > before * (1 + TOLERANCE):
            self.fail(f"{change}\n{IF_WANTED}")
        if count < before * (1 - TOLERANCE):
            print(f"So that it stays as good, {RENEWING}")

    def check_system_calls(self, name):
        """Exactly, as whole numbers a peer: a few more in all are those of timers."""
        counts = {call: round(count) for call, count in self.measured(system_calls_a_peer, name).items()}
        counts = {call: count for call, count in counts.items() if count}
        if RENEW:
            renew("system_calls", name, counts)
        before = kept()["system_calls"][name]
        self.assertEqual(counts, before, f"{name}: system calls a peer, now and before.\n{IF_WANTED}")

    def test_instructions_served(self):
        self.check_instructions("served")

    def test_instructions_notfound(self):
        self.check_instructions("notfound")

    def test_instructions_refused(self):
        self.check_instructions("refused")

    def test_system_calls_served(self):
        self.check_system_calls("served")

    def test_system_calls_notfound(self):
        self.check_system_calls("notfound")

    def test_system_calls_refused(self):
        self.check_system_calls("refused")


if __name__ == "__main__":
    harness.require_tools("valgrind", "strace")
    harness.main()
