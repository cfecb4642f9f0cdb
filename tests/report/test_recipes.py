"""scripts/recipes: each question's three answers are the same, and those of scripts/report. TXSURVEY_CHDB names a
Python that has chdb, to try the tables for ClickHouse as well (it takes a gigabyte, so they are not by default)."""
import os
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "support")]
from handmade import TXIDS, answer, away, peer, run_of  # noqa: E402
from reporting import COMMAND, Report  # noqa: E402

ROOT = HERE.parents[1]
RECIPES = ROOT / "scripts" / "recipes"
HOME = Path(os.environ.get("TXSURVEY_REPORT_HOME", ROOT / "build" / "report"))
SQL = """
import duckdb, sys
database = duckdb.connect()
database.execute("SET TimeZone = 'UTC'")
for row in database.execute(sys.stdin.read()).fetchall():
    print(*("-" if value is None else value for value in row), sep="\\t")
"""
STATUSES = ("served", "served", "served", "notfound", "timeout", "ignored")


def node(number, shift=0):
    """A node that is a function of its number, with answers that `shift` changes."""
    say = [answer(txid, STATUSES[(number * (place + 3) + shift) % len(STATUSES)], response_ms=number * 7 % 501 + 1)
           for place, txid in enumerate(TXIDS[:2])]
    client = ("Core", "Knots", "btcd", None)[number % 4]
    return peer(number, say, client=client, network=("ipv4", "ipv6", "onion")[number % 3],
                source=f"dns:{'xyz'[number % 3]}.seed.example", feefilter_sat_kvb=(100, 1000, None)[number % 3],
                anchors={"main": ("has", "lacks", None)[number % 3], "other": "lacks"})


def records(shift=0):
    nodes = [node(number, shift) for number in range(1, 80)]
    nodes += [away(number, source="dns:x.seed.example") for number in range(100, 120)]
    nodes += [away(number, outcome="closed", error="refused", connect_ms=3, source="gossip:198.18.0.1:8333")
              for number in range(120, 127)]
    nodes += [away(number, outcome="closed", error="no_tx_slot", connect_ms=3, client="Core")
              for number in range(130, 136)]
    return run_of(*nodes, txids=TXIDS[:2])


class Recipes(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = Path(folder.name)
        for name, shift in (("records", 0), ("monday", 0), ("tuesday", 1)):
            (cls.folder / f"{name}.jsonl").write_bytes(records(shift))
        subprocess.run([COMMAND, "--version"], check=True, capture_output=True)  # sets DuckDB up
        cls.report = Report([cls.folder / "records.jsonl", "--json"])
        beginning, *cls.questions = re.split(r"(?m)^## (?=\d|For)", (RECIPES / "README.md").read_text())
        cls.before = dict(cls.blocks(beginning))

    @staticmethod
    def blocks(text):
        return re.findall(r"(?ms)^```(\w+)\n(.*?)^```", text)

    def answer(self, tongue, code):
        python = HOME / "python" / "bin" / "python"
        command = {"sh": ["bash", "-o", "pipefail", "-ec", code],
                   "sql": [python, "-c", SQL], "python": ["/usr/bin/python3", "-c", self.before["python"] + code]}
        result = subprocess.run(command[tongue], input=self.before["sql"] + code, cwd=self.folder, timeout=300,
                                capture_output=True, text=True, check=False)
        self.assertEqual(result.returncode, 0, f"{tongue}: {code}\n{result.stderr}")
        return sorted(tuple(line.split("\t")) for line in result.stdout.splitlines())

    def answers(self, number):
        """What all three say of question `number`."""
        question = next(text for text in self.questions if text.startswith(f"{number}. "))
        given = {tongue: self.answer(tongue, code) for tongue, code in self.blocks(question)}
        self.assertEqual(set(given), {"sh", "sql", "python"})
        self.assertTrue(given["sh"], question)
        self.assertEqual(given["sql"], given["sh"], question)
        self.assertEqual(given["python"], given["sh"], question)
        return given["sh"]

    def test_share(self):
        self.assertEqual([row[:3] for row in self.answers(1)],
                         [(row["txid"], str(row["asked"]), str(row["served"]))
                          for row in self.report.rows("verdict") if row["among"] == "were asked"])

    def groups(self, figure, group):
        """The rows of a figure, as a recipe says them."""
        txids = {txid[:8]: txid for txid in TXIDS}
        return sorted((row[group], txids[row["target"]], str(row["asked"]), str(row["served"]))
                      for row in self.report.rows(figure))

    def test_clients(self):
        said = [(row[0].replace("-", "another client"), *row[1:]) for row in self.answers(2)]
        self.assertEqual(sorted(said), self.groups("client", "grp"))

    def test_networks(self):
        self.assertEqual(len(self.answers(3)), 6)

    def test_fee_floors(self):
        self.assertEqual(self.answers(4), [("100", "26"), ("1000", "27")])

    def test_changes(self):
        monday, tuesday = (self.folder / f"{day}.jsonl" for day in ("monday", "tuesday"))
        rows = Report(["--diff", monday, tuesday, "--json"]).rows("difference")
        shown = {}
        for row in rows:
            key = row["before"], row["after"]
            shown[key] = shown.get(key, 0) + row["nodes"]
        self.assertEqual({row[:2]: int(row[2]) for row in self.answers(5)}, shown)

    def test_conflicts(self):
        self.assertEqual(sum(int(row[1]) for row in self.answers(6)), 79)

    def test_times(self):
        for txid, count, *_ in self.answers(7):
            row = next(row for row in self.report.rows("verdict") if row["txid"] == txid)
            self.assertEqual(int(count), row["served"])

    def test_full(self):
        self.assertEqual(self.answers(8), [("no_tx_slot", "Core", "6"), ("refused", "-", "7")])

    def test_seeds(self):
        self.assertEqual(self.answers(9)[0], ("seed.example", "6", "0"))
        self.assertEqual(sum(int(row[1]) for row in self.answers(9)), 79 + 20 + 6)

    def test_chains(self):
        self.assertEqual(self.answers(10), [("main", "has", "26"), ("main", "lacks", "27"), ("main", "unknown", "26"),
                                            ("other", "lacks", "79")])

    def test_parquet_by_day(self):
        keeping = next(text for text in self.questions if text.startswith("For years"))
        (_, code), = self.blocks(keeping)
        for _ in range(2):
            self.answer("sql", code)
        self.assertEqual([path.name for path in (self.folder / "answers").iterdir()], ["day=2026-11-20"])

    @unittest.skipUnless(os.environ.get("TXSURVEY_CHDB"), "TXSURVEY_CHDB names no Python that has chdb")
    def test_clickhouse(self):
        code = f"""
import re
from chdb.session import Session
session = Session()
for query in re.sub(r"(?m)^--.*$", "", open({str(RECIPES / 'clickhouse.sql')!r}).read()).split(";"):
    if query.strip():
        session.query(query)
for _ in range(2):
    session.query("INSERT INTO txsurvey.line SELECT json FROM file('{self.folder}/records.jsonl', 'JSONAsString', 'json String')")
for table in ("run", "peer", "answer", "summary"):
    print(table, session.query(f"SELECT count() FROM txsurvey.{{table}} FINAL"), end="")
"""
        said = subprocess.run([os.environ["TXSURVEY_CHDB"], "-c", code], cwd=self.folder, check=False,
                              capture_output=True, text=True)
        self.assertEqual(said.stdout.split(), ["run", "1", "peer", "112", "answer", str(2 * 79 + 33), "summary", "1"], said.stderr)


if __name__ == "__main__":
    unittest.main()
