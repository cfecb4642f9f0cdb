"""What the report says of merged shards that do not belong together: real ones of a simulated network."""
import sys
import tempfile
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "support")]
import survey  # noqa: E402
from reporting import Report  # noqa: E402
from simnet import Network  # noqa: E402

NODES = 120


class Merged(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        cls.network = Network(cls.folder, "--nodes", str(NODES), "--mix", "served=60,notfound=40", "--patience-ms", "0")
        cls.addClassCleanup(cls.network.stop)
        cls.shorter = cls.folder / "shorter"
        cls.shorter.write_text("".join(cls.network.list.read_text().splitlines(True)[:NODES // 2]))

    def setUp(self):
        self.records = Path(self.enterContext(tempfile.TemporaryDirectory()))

    def shard(self, which, peers=None, *limits):
        path = Path(tempfile.mkstemp(dir=self.records)[1])
        done = survey.run(["-q", "--chain=regtest", "--patience=0", "--handshake-timeout=20", "--response-timeout=20",
                           "--shard", which, "--peers", peers or self.network.list, "-o", path,
                           *limits, self.network.ids[0]])
        self.assertEqual(done.code, 0, done.stderr)
        return path

    def problems(self, *paths):
        """What is said of the shards in a file, merged as people merge them."""
        merged = self.records / "all"
        merged.write_bytes(b"".join(path.read_bytes() for path in paths))
        report = Report([merged, "--json"])
        self.assertEqual(report.code, 0, report.errors)
        return [line for line in report.problems() if "shard" in line]

    @staticmethod
    def in_both(*paths):
        nodes = [{survey.endpoint(peer) for peer in survey.load(path).peers} for path in paths]
        return len(set.intersection(*nodes))

    def test_clean(self):
        """All parts of a whole, a whole, and both together; and days with other numbers of shards and another list."""
        thirds = [self.shard(f"{place}/3") for place in (1, 2, 3)]
        self.assertEqual(self.problems(*thirds), [])
        self.assertEqual(self.problems(self.shard("1/1"), *thirds), [])
        halves = [self.shard(f"{place}/2", peers) for place in (1, 2) for peers in (self.network.list, self.shorter)]
        self.assertEqual(self.problems(*thirds, *halves), [])

    def test_shards_of_other_numbers(self):
        half, third = self.shard("1/2"), self.shard("2/3")
        both = self.in_both(half, third)
        self.assertGreater(both, 1)
        self.assertEqual(self.problems(half, third), [
            "1 of 2 shards missing: 2/2", "2 of 3 shards missing: 1/3, 3/3",
            f"{both} nodes in two shards, which should have none in common"])

    def test_one_is_missing(self):
        eighths = [self.shard(f"{place}/8") for place in (1, 8)]
        self.assertEqual(self.problems(*eighths), ["6 of 8 shards missing: 2/8, 3/8, 4/8, 5/8, 6/8, ..."])

    def test_different_lists(self):
        self.assertEqual(self.problems(self.shard("1/2"), self.shard("2/2", self.shorter)),
                         [f"shards of 2 that began with different lists, of {NODES // 2} to {NODES} addresses"])

    def test_a_part_that_ended_early(self):
        """What it did not come to does not make its list another."""
        early = self.shard("1/2", None, "--max-peers=5")
        self.assertEqual(self.problems(early, self.shard("2/2")), [])


if __name__ == "__main__":
    unittest.main()
