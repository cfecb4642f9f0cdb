"""scripts/nodes: what other programs read of the records of some runs, by their rules."""
import gzip
import re
import subprocess
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
import harness  # noqa: E402
import survey  # noqa: E402
from case import Case  # noqa: E402
from handmade import away, lines, peer  # noqa: E402
from simnet import TXS, Network  # noqa: E402

NODES = harness.REPOSITORY / "scripts" / "nodes"
NOW = datetime(2026, 11, 20, 12, tzinfo=timezone.utc)


def at(**ago):
    return (NOW - timedelta(**ago)).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def as_makeseeds(line):
    """A line of the dump, by the columns that Core's makeseeds takes; None where it passes it over."""
    words = line.split()
    if len(words) < 12 or line.startswith("#") or int(words[1]) == 0:
        return None
    assert all(word.endswith("%") for word in words[3:8]), line
    return {"address": words[0], "lastsuccess": int(words[2]), "uptime": float(words[7][:-1]),
            "blocks": int(words[8]), "service": int(words[9], 16), "version": int(words[10]),
            "agent": line[line.index('"') + 1:line.rindex('"')]}


class Nodes(Case):
    def nodes(self, *words, code=0, **kw):
        result = subprocess.run([NODES, *map(str, words)], capture_output=True, text=True, check=False, **kw)
        self.assertEqual(result.returncode, code, result.stderr)
        self.assertNotIn("Traceback", result.stderr)
        return result

    def dump_of(self, *records):
        self.output.write_bytes(lines(*records))
        return {line.split()[0]: line for line in self.nodes("--dump", "-", self.output).stdout.splitlines()[1:]}

    def test_uptimes(self):
        dump = self.dump_of(
            *(peer(1, started=at(days=day)) for day in range(0, 40, 10)),
            *(away(1, started=at(days=day, hours=1)) for day in range(0, 3)),
            away(2, started=at(days=1)), away(3, started=at(hours=1)), peer(3, started=at(days=5)))
        self.assertEqual(dump["198.18.0.1:8333"].split()[3:8], ["50.00%", "50.00%", "50.00%", "25.00%", "57.14%"])
        self.assertEqual(dump["198.18.0.2:8333"].split()[1:8], ["0", "0", *["0.00%"] * 5])
        # Up five days ago, away an hour ago: not good, but its last success is kept.
        good, success = dump["198.18.0.3:8333"].split()[1:3]
        self.assertEqual((good, int(success)), ("0", int((NOW - timedelta(days=5)).timestamp())))

    def test_what_makeseeds_reads(self):
        dump = self.dump_of(
            peer(1, started=at(), subver='/Satoshi:29.0.0(a "b" \x1b[2J c)/', startingheight=900000),
            peer(2, started=at(), address="2001:db8::1"), peer(3, started=at(), services="0000000000000408"),
            peer(4, started=at(), address="a" * 56 + ".onion", network="onion", startingheight=-1))
        read = {name: as_makeseeds(line) for name, line in dump.items()}
        self.assertEqual(read["198.18.0.1:8333"], {
            "address": "198.18.0.1:8333", "lastsuccess": int(NOW.timestamp()), "uptime": 100.0, "blocks": 900000,
            "service": 0x409, "version": 70016, "agent": "/Satoshi:29.0.0(a b [2J c)/"})
        self.assertIsNotNone(read["[2001:db8::1]:8333"])
        self.assertIsNone(read["198.18.0.3:8333"], "a pruned node is no seed")
        self.assertEqual(read["a" * 56 + ".onion:8333"]["blocks"], 0)

    def test_lists(self):
        self.output.write_bytes(lines(
            peer(1, started=at()), away(2, started=at()), peer(3, started=at(), address="2001:db8::1", network="ipv6"),
            peer(4, started=at(hours=2)), away(4, started=at(hours=1)), peer(4, started=at()))
            + b'{"type":"peer","surv')
        self.nodes("--addnode", self.folder / "add", "--networks", self.folder / "lists", self.output)
        self.assertEqual((self.folder / "add").read_text(),
                         "addnode=198.18.0.1:8333\naddnode=[2001:db8::1]:8333\naddnode=198.18.0.4:8333\n")
        self.assertEqual((self.folder / "lists" / "ipv4.txt").read_text(), "198.18.0.1:8333\n198.18.0.4:8333\n")
        self.assertEqual((self.folder / "lists" / "onion.txt").read_text(), "")

    def test_what_says_nothing_of_the_node(self):
        ended = away(1, started=at(), outcome="interrupted")
        self.assertEqual(self.dump_of(peer(1, started=at(hours=1)), ended)["198.18.0.1:8333"].split()[1:4],
                         ["1", str(int((NOW - timedelta(hours=1)).timestamp())), "100.00%"])

    def test_what_is_no_record(self):
        """A file may be somebody else's: nothing of it becomes a line that says something else."""
        good = peer(1, started=at())
        ill = [peer(2, started=at(), address="1.2.3.4:8333\nrpcallowip=0.0.0.0/0\n#"), peer(2, started=None),
               peer(2, started=at(), port=[1]), peer(2, started=at(), services="zz"), peer(2, started=at(), services=9),
               peer(2, started=at(), startingheight="x"), [{"type": "peer"}], {"type": "peer"}]
        for strange in ill:
            with self.subTest(strange=strange):
                self.output.write_bytes(lines(good, strange))
                listed = self.nodes("--addnode", "-", "--networks", self.folder / "lists", self.output).stdout
                self.assertEqual(listed, "addnode=198.18.0.1:8333\n")

    def test_doubt_is_no_absence(self):
        doubtful = [away(1, started=at(), suspect=True), away(1, started=at(), outcome="proxy_failed")]
        self.assertEqual(self.dump_of(peer(1, started=at(hours=1)), *doubtful)["198.18.0.1:8333"].split()[1], "1")

    def test_records_are_not_replaced(self):
        self.output.write_bytes(lines(peer(1)))
        self.nodes("--dump", self.output, self.output, code=2)
        self.assertEqual(self.output.read_bytes(), lines(peer(1)))

    def test_what_is_packed_is_not_replaced(self):
        self.output.write_bytes(lines(peer(1)))
        for content in (gzip.compress(lines(peer(1))), b"\x28\xb5\x2f\xfd" + bytes(40)):
            for name in ("packed", "packed.gz", "packed.zst"):
                packed = self.folder / name
                packed.write_bytes(content)
                self.assertIn("would replace", self.nodes("--addnode", packed, self.output, code=2).stderr)
                self.assertEqual(packed.read_bytes(), content)
        (self.folder / "list.gz").write_bytes(b"not packed")
        self.assertIn("gzip", self.nodes("--addnode", self.folder / "list.gz", self.output, code=2).stderr)

    def test_of_real_runs_and_read_again(self):
        network = Network(self.folder, "--nodes", "60", "--mix", "served=50,refused=50", *TXS[:2])
        self.addCleanup(network.stop)
        for name in ("first", "second"):
            run = survey.run(["--chain", "regtest", "--peers", network.list, "-o", self.folder / name, network.ids[0]])
            self.assertEqual(run.code, 0, run.stderr)
        records = survey.Result(0, (self.folder / "second").read_bytes())
        good = sum(record["handshake_ms"] is not None and "NETWORK" in record["servicesnames"]
                   for record in records.peers)
        self.assertTrue(0 < good < len(records.peers), good)
        dump = self.folder / "dnsseed.dump"
        self.nodes("--dump", dump, self.folder / "first", self.folder / "second")
        read = [as_makeseeds(line) for line in dump.read_text().splitlines()]
        self.assertEqual(sum(line is not None for line in read), good)
        again = survey.run(["--chain", "regtest", "--peers", dump, "--max-peers", str(good), "--census"])
        self.assertEqual({f"{record['address']}:{record['port']}" for record in again.peers},
                         {line["address"] for line in read if line})

    def test_usage(self):
        self.assertIn("scripts/nodes", self.nodes("--help").stdout)
        for words in ([], ["--dump", "-"], ["x"], ["--dump", "-", self.folder / "missing"], ["--nonsense", "x"]):
            self.assertTrue(re.search("scripts/nodes", self.nodes(*words, code=2).stderr))
        self.output.write_bytes(lines(peer(1)))
        self.nodes("--dump", self.folder / "no" / "file", self.output, code=1)
        device = Path("/dev/full").stat().st_rdev
        full = self.nodes("--dump", "/dev/full", self.output, code=1)
        self.assertIn("No space left", full.stderr)
        self.assertEqual(Path("/dev/full").stat().st_rdev, device, "a device is written to, not replaced")


if __name__ == "__main__":
    harness.main()
