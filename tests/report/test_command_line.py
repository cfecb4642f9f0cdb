"""The report as a command: what it takes, what it refuses, and what it says of files that are ill."""
import csv
import gzip
import json
import os
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "support")]
from handmade import FIRST, SECOND, TXIDS, answer, away, begun, ended, lines, peer, run_of, time  # noqa: E402
from reporting import COMMAND, Report  # noqa: E402

NODES = [peer(n, [answer(status="served" if n % 2 else "notfound")]) for n in range(1, 21)]


class Case(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def file(self, content, name="records.jsonl"):
        path = self.folder / name
        path.write_bytes(content)
        return path

    def report(self, *words, code=0, **kw):
        report = Report(words, **kw)
        self.assertEqual(report.code, code, report.errors)
        self.assertNotIn("Traceback", report.errors)
        return report

    def refused(self, *words, because):
        report = self.report(*words, code=2)
        self.assertEqual(report.output, "")
        self.assertIn(because, report.errors)
        return report


class Files(Case):
    def asked(self, report):
        return report.rows("verdict")[0]["asked"]

    def test_plain_packed_and_through_a_pipe(self):
        content = run_of(*NODES)
        plain = self.file(content)
        packed = self.file(gzip.compress(content), "records.jsonl.gz")
        subprocess.run(["zstd", "-q", plain], check=True)
        for name in (plain, packed, plain.with_suffix(".jsonl.zst")):
            self.assertEqual(self.asked(self.report(name, "--json")), 20, name)
        self.assertEqual(self.asked(self.report("-", "--json", input=content)), 20)

    def test_a_name_is_no_pattern(self):
        file = self.file(run_of(*NODES), "run[1]*?'.jsonl")
        self.file(run_of(peer(99), survey=SECOND), "run1xx'.jsonl")
        self.assertEqual(self.asked(self.report(file, "--json")), 20)

    def test_nothing_to_show(self):
        self.refused(self.file(b""), because="no records of a survey")
        self.refused(self.file(b"hello\nworld\n"), because="no records of a survey")
        self.refused(self.folder / "missing", because="no such file")
        self.refused(self.folder, because="folder")
        self.refused(because="name files")

    def test_a_run_with_no_end(self):
        report = self.report(self.file(lines(begun(), *NODES)), "--json")
        self.assertEqual(self.asked(report), 20)
        self.assertIn("1 run without an end", report.output)

    def test_a_run_with_no_peers(self):
        self.assertIn("1 run", self.report(self.file(run_of())).output)

    def test_torn_and_foreign_lines(self):
        content = run_of(*NODES)
        torn = self.report(self.file(content + b'{"type":"peer","surv'), "--json")
        self.assertEqual(self.asked(torn), 20)
        self.assertIn("1 line cut short", torn.output)
        foreign = self.report(self.file(content + b'{"type":"weather"}\n[1]\n"x"\n'), "--json")
        self.assertEqual(self.asked(foreign), 20)
        self.assertIn("3 lines of no kind known here", foreign.output)

    def test_another_schema(self):
        strange = peer(1, later={"a": [1]}, connect_ms="soon", control=7)
        report = self.report(self.file(run_of(strange, *NODES[1:], schema=2)), "--json")
        self.assertEqual(self.asked(report), 20)
        self.assertIn("schema 2", report.output)

    def test_ids_that_are_none(self):
        """Whoever made the file, what stands in it is data."""
        strange = ["a'; DROP TABLE peer; --", "<script>"]
        nodes = [peer(n, [answer(txid) for txid in strange]) for n in range(1, 10)]
        file = self.file(run_of(*nodes, txids=strange))
        for options in ([], ["--addresses"]):
            self.report(file, "-o", self.folder / "page.html", *options)
            self.assertNotIn("<script>,", (self.folder / "page.html").read_text())

    def test_a_file_whose_beginning_is_lost(self):
        report = self.report(self.file(run_of(*NODES)), self.file(lines(*NODES[:5]), "rest.jsonl"), "--json")
        self.assertEqual(self.asked(report), 20)
        self.assertIn("no survey begins here", report.output)

    def test_two_chains(self):
        both = self.file(run_of(*NODES) + run_of(peer(50, survey=SECOND), survey=SECOND, chain="signet"))
        self.refused(both, because="main and signet")

    def test_two_runs_in_a_file_and_the_same_twice(self):
        second = [peer(n, survey=SECOND, started=time(100)) for n in range(1, 11)]
        file = self.file(run_of(*NODES) + run_of(*second, survey=SECOND, started=time(90)))
        again = self.file(file.read_bytes(), "copy.jsonl")
        for files in ([file], [file, again]):
            report = self.report(*files, "--json")
            self.assertEqual(len(report.rows("runs")), 2)
            verdict = report.rows("verdict")[0]
            # 1 to 10 have it by their latest record, 11 to 20 as they said before.
            self.assertEqual((verdict["asked"], verdict["served"]), (20, 15))
            self.assertEqual(report.rows("changes")[0]["nodes"], 10)

    def test_other_ids_of_the_same_nodes(self):
        """The latest answer of a node counts for each id, also where a later run asked for others."""
        ids = TXIDS[:2]
        first = run_of(*(peer(n, [answer(ids[0])]) for n in range(1, 7)), txids=ids[:1])
        later = [peer(n, [answer(ids[1])], survey=SECOND, started=time(90)) for n in range(1, 7)]
        report = self.report(self.file(first + run_of(*later, survey=SECOND, started=time(90), txids=ids[1:])), "--json")
        self.assertEqual({(row["txid"], row["asked"], row["served"]) for row in report.rows("verdict")},
                         {(txid, 6, 6) for txid in ids})

    def test_what_no_survey_writes(self):
        """Nothing of this is a record of ours, and none of it ends with more than a word."""
        ill = [begun(options=[1]), begun(options="x"), ended(address_book={"known": 3, "ignored": {"port": "x"}}),
               ended(address_book={"known": 3, "ignored": [1]}), peer(1, network=None), peer(1, [answer(None)]),
               peer(1, transactions=7), [1], "x", None, {"type": "peer"}, {"type": "summary", "survey": FIRST}]
        for strange in ill:
            with self.subTest(strange=strange):
                file = self.file(lines(begun(), *NODES, strange, ended()))
                self.report(file, "--json", "-o", self.folder / "page.html", "--addresses")

    def test_shards_that_overlap(self):
        first = run_of(*NODES[:12], shard="1/2")
        second = run_of(*(node | {"survey": SECOND} for node in NODES[10:]), survey=SECOND, shard="2/2")
        report = self.report(self.file(first + second), "--json")
        self.assertIn("2 nodes in two shards", report.output)
        apart = run_of(*(node | {"survey": SECOND} for node in NODES[12:]), survey=SECOND, shard="2/2")
        self.assertNotIn("two shards", self.report(self.file(first + apart), "--json").output)

    def test_its_own_link_was_suspect(self):
        file = self.file(lines(begun(), *NODES, ended(vantage_suspect=True)))
        self.assertIn("own link may have failed", self.report(file).output)


class Outputs(Case):
    def test_text_is_of_a_terminals_width(self):
        file = self.file(run_of(*NODES))
        for width in (40, 80, 200):
            output = self.report(file, env=dict(os.environ, COLUMNS=str(width))).output
            self.assertIn("20 nodes asked", output)
            self.assertLessEqual(max(map(len, output.splitlines())), width)

    def test_a_page_is_replaced_as_a_whole_or_not_at_all(self):
        file, page = self.file(run_of(*NODES)), self.folder / "report.html"
        self.assertEqual(self.report(file, "-o", page).output, "")
        self.assertTrue(page.read_text().startswith("<!doctype html>"))
        self.report(file, "-o", self.folder / "missing" / "report.html", code=1)
        limited = f'ulimit -f 8; trap "" XFSZ; exec {COMMAND} {file} -o {page}'
        failed = subprocess.run(["sh", "-c", limited], capture_output=True, text=True)
        self.assertEqual(failed.returncode, 1, failed.stderr)
        self.assertTrue(page.read_text().rstrip().endswith("</html>"))
        self.assertEqual({path.name for path in self.folder.iterdir()}, {"records.jsonl", "report.html"})

    def test_records_are_not_replaced(self):
        first, second = self.file(run_of(*NODES)), self.file(run_of(*NODES), "second.jsonl")
        packed = self.file(gzip.compress(run_of(*NODES)), "records.jsonl.gz")
        for victim in (first, second, packed):
            content = victim.read_bytes()
            self.refused("-o", victim, first, because="holds records")
            self.assertEqual(victim.read_bytes(), content)

    def test_a_page_of_ones_own_stays_so(self):
        file, page = self.file(run_of(*NODES)), self.file(b"", "page.html")
        page.chmod(0o600)
        self.report(file, "-o", page, "--addresses")
        self.assertEqual(page.stat().st_mode & 0o777, 0o600)

    def test_a_table_that_cannot_be_written(self):
        (self.folder / "out" / "peers.csv").mkdir(parents=True)
        failed = self.report(self.file(run_of(*NODES)), "--csv", self.folder / "out", code=1)
        self.assertEqual(len(failed.errors.splitlines()), 1)

    def test_cells_are_no_formulas(self):
        file = self.file(run_of(*(peer(n, client="=1+1", subver="@SUM(1)") for n in range(1, 10))))
        self.report(file, "--csv", self.folder / "csv", "--addresses")
        row = next(csv.DictReader((self.folder / "csv" / "peers.csv").open(newline="")))
        self.assertEqual((row["client"], row["subver"]), ("'=1+1", "'@SUM(1)"))

    def test_closed_streams(self):
        file = self.file(run_of(*NODES))
        for closed in (f"{file} >&-", "- <&-"):
            failed = subprocess.run(["sh", "-c", f"{COMMAND} {closed}"], capture_output=True, text=True)
            self.assertEqual((failed.returncode, len(failed.stderr.splitlines())), (1, 1), failed.stderr)

    def test_tables(self):
        file = self.file(run_of(*NODES, away(21)))
        self.report(file, "--csv", self.folder / "csv", "--parquet", self.folder / "parquet")
        with open(self.folder / "csv" / "peers.csv", newline="") as text:
            peers = list(csv.DictReader(text))
        self.assertEqual(len(peers), 21)
        self.assertEqual(peers[0]["servicesnames"], "NETWORK WITNESS NETWORK_LIMITED")
        with open(self.folder / "csv" / "answers.csv", newline="") as text:
            answers = list(csv.DictReader(text))
        self.assertEqual(sum(row["status"] == "served" for row in answers), 10)
        self.assertEqual({row["visit"] for row in answers}, {row["visit"] for row in peers})
        self.assertEqual((self.folder / "parquet" / "peers.parquet").read_bytes()[:4], b"PAR1")

    def test_pictures(self):
        file = self.file(run_of(*NODES))
        self.report(file, "--vega", self.folder / "vega", "--png", self.folder / "png")
        drawn = {path.name.split(".")[0] for path in (self.folder / "vega").iterdir()}
        self.assertIn("verdict", drawn)
        self.assertEqual({path.stem for path in (self.folder / "png").iterdir()}, drawn)
        for path in (self.folder / "vega").iterdir():
            self.assertIn("vega-lite", json.loads(path.read_text())["$schema"])
        for path in (self.folder / "png").iterdir():
            self.assertEqual(path.read_bytes()[:8], b"\x89PNG\r\n\x1a\n")

    def test_a_reader_that_leaves(self):
        file = self.file(run_of(*NODES))
        left = subprocess.run(["bash", "-c", f"{COMMAND} {file} --json | head -c 10; exit ${{PIPESTATUS[0]}}"],
                              capture_output=True, text=True)
        self.assertNotIn("Traceback", left.stderr)

    def test_usage(self):
        self.refused(self.file(run_of(*NODES)), "--json", "--text", because="choose one")
        self.refused("--nonsense", because="usage")
        self.assertRegex(self.report("--version").output, r"^txsurvey-report \d+\.\d+\.\d+$")


class Documented(Case):
    README = COMMAND.with_name("txsurvey-report") / "README.md"

    def named(self):
        table = self.README.read_text().rpartition("| figure |")[2]
        return {name.replace("_N", "_1") for name in re.findall(r"`([a-zN_*]+)`", table.partition("## ")[0])}

    def test_every_figure_has_its_row(self):
        census = run_of(*(peer(n, []) for n in range(1, 20)), txids=[], options={"census": True})
        second = [peer(n, survey=SECOND, started=time(90)) for n in range(1, 20)]
        both = run_of(*NODES, away(30)) + run_of(*second, survey=SECOND, started=time(90))
        shown = set()
        for content in (census, both):
            shown |= set(self.report(self.file(content), "--json").figures())
        named = self.named()
        self.assertGreater(len(shown), 12)
        self.assertEqual({name for name in shown if not name.startswith("census_")} - named, set())

    def test_every_option_is_there(self):
        options = set(re.findall(r"--[a-z]+", self.report("--help").output)) - {"--help", "--version", "--output"}
        self.assertEqual(options - set(re.findall(r"--[a-z]+", self.README.read_text())), set())


class Difference(Case):
    def setUp(self):
        super().setUp()
        self.first = self.file(run_of(*NODES), "a.jsonl")
        self.then = self.file(run_of(*(peer(n, survey=SECOND, started=time(90)) for n in range(1, 30)), survey=SECOND), "b.jsonl")

    def test_who_changed(self):
        report = self.report("--diff", self.first, self.then, "--json")
        counted = {(row["before"], row["after"]): row["nodes"] for row in report.rows("difference")}
        self.assertEqual(counted, {("served", "served"): 10, ("notfound", "served"): 10})
        self.assertNotIn("changed_nodes", report.figures())
        named = self.report("--diff", self.first, self.then, "--json", "--addresses").rows("changed_nodes")
        self.assertEqual({row["address"] for row in named}, {f"198.18.0.{n}" for n in range(2, 21, 2)})

    def test_of_a_page_and_of_a_file_that_is_not_there(self):
        self.report("--diff", self.first, self.then, "-o", self.folder / "page.html")
        self.refused("--diff", self.first, self.folder / "c.jsonl", because="no such file")
        self.refused("--diff", self.first, self.then, self.first, because="name files")


class Manners(Case):
    """Who the nodes are is in no output by default."""

    def test_no_addresses(self):
        nodes = [peer(n, [answer(label="a")], subver=f"/Satoshi:29.0.0/me{n}@example.org/",
                      source=f"gossip:198.18.200.{n}:8333") for n in range(1, 12)]
        seed = {"type": "seed", "survey": FIRST, "host": "seed.example", "outcome": "resolved", "addresses": 1,
                "new_addresses": ["198.18.200.99:8333"], "error": None, "duration_ms": 1}
        transaction = {"type": "transaction", "survey": FIRST, "txid": TXIDS[0], "hash": TXIDS[0], "vin": [],
                       "first_peer": "198.18.200.98:8333"}
        file = self.file(run_of(*nodes, seed, transaction))
        out = self.folder / "out"
        shown = self.report(file, "--json", "-o", self.folder / "page.html", "--csv", out, "--vega", out).output
        shown += (self.folder / "page.html").read_text() + self.report(file).output
        shown += "".join(path.read_text() for path in out.iterdir())
        self.assertNotRegex(shown, r"198\.18\.\d+\.\d+")
        self.assertNotIn("example.org", shown)
        self.report(file, "--csv", out, "--addresses")
        self.assertIn("198.18.0.1", (out / "peers.csv").read_text())

    def test_nobody_is_singled_out(self):
        few = [peer(n, client="Rare", client_version="1", network="cjdns") for n in range(50, 54)]
        seed = {"type": "seed", "survey": FIRST, "host": "seed.example", "outcome": "resolved", "addresses": 30,
                "new_addresses": [], "error": None, "duration_ms": 1}
        out = self.folder / "out"
        shown = self.report(self.file(run_of(seed, *NODES, *few)), "--json", "--csv", out).output
        shown += "".join(path.read_text() for path in out.iterdir())
        self.assertNotIn("Rare", shown)


if __name__ == "__main__":
    unittest.main()
