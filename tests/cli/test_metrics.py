#!/usr/bin/python3
"""--metrics: the figures are those of the summary, and whoever reads the file has all of it, at any moment and
whatever happens. What Prometheus makes of them: test_prometheus.py."""

import os
import signal
import sys
import threading
import time
from datetime import datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
import exposition
import harness
import survey
from case import Case
from fakepeer import TXID, address_of, mute, unhelpful

STAGE = 4 if harness.SLOWNESS > 1 else 1  # seconds
OPTIONS = ["--patience=0", f"--handshake-timeout={STAGE}", f"--response-timeout={STAGE}"]
PERIOD = 15  # seconds between two files of a run
OTHER = "ab" * 32
OLD = "# HELP txsurvey_old of an earlier run\n"
LAST = ["txsurvey_finish_time_seconds", "txsurvey_complete", "txsurvey_exit_status", "txsurvey_success"]


def setUpModule():
    harness.ip("link set lo up")


def unix(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


class MetricsCase(Case):
    def setUp(self):
        super().setUp()
        self.metrics = self.folder / "mine.prom"

    def read(self):
        """The samples of the file, which is whole."""
        metrics = exposition.parse(self.metrics.read_text())
        ended = "txsurvey_finish_time_seconds" in metrics
        self.assertEqual([name for name in LAST if name in metrics], LAST if ended else [])
        for samples in metrics.values():
            self.assertEqual({dict(labels)["survey"] for labels in samples}, {"mine"})
        return exposition.Samples(metrics, survey="mine")

    def ids(self, *lines):
        path = self.folder / "ids"
        path.write_bytes(b"\n".join(line if isinstance(line, bytes) else line.encode() for line in lines) + b"\n")
        return ["--txid-file", path]

    def assert_left_alone(self, names):
        """No file beside those: what was begun is gone."""
        self.assertEqual(sorted(path.name for path in self.folder.iterdir()), sorted(names))


class Figures(MetricsCase):
    def assert_summary(self, result, names, **among):
        """All that the summary counts stands in the metrics; `names` are the ids' labels there."""
        samples, summary = self.read(), result.summary
        self.assertEqual(samples("finish_time_seconds"), unix(summary["finished"]))
        self.assertEqual(samples("update_time_seconds"), unix(summary["finished"]))
        self.assertEqual(samples("duration_seconds"), summary["duration_ms"] / 1000)
        self.assertAlmostEqual(samples("finish_time_seconds") - samples("start_time_seconds"),
                               summary["duration_ms"] / 1000, 5)
        self.assertEqual(samples("complete"), summary["complete"])
        self.assertEqual(samples("vantage_suspect"), summary["vantage_suspect"])
        self.assertEqual(samples("exit_status"), result.code)
        self.assertEqual(samples("success"), result.code == 0)
        self.assertEqual((samples("running"), samples("connections_in_progress")), (0, 0))
        self.assertEqual(samples.by("peers", "outcome"), summary["peers"])
        self.assertEqual(samples("handshakes"), sum(peer["handshake_ms"] is not None for peer in result.peers))
        self.assertEqual(samples("addresses_known"), summary["address_book"]["known"])
        self.assertEqual(samples("addresses_not_attempted"), summary["not_attempted"])
        self.assertEqual(samples.by("addresses_ignored", "reason"), summary["address_book"]["ignored"])
        self.assertEqual(samples("sent_bytes"), sum(peer["bytessent"] for peer in result.peers))
        self.assertEqual(samples("received_bytes"), sum(peer["bytesrecv"] for peer in result.peers))
        self.assertEqual(samples("info", version=result.survey["tool"].split()[1], chain=result.survey["chain"],
                                 shard=result.survey["shard"]), 1)
        self.assertEqual(len(summary["shares"]), len(names))
        for name, share in zip(names, summary["shares"]):
            self.assertEqual(samples.by("answers", "status", id=name),
                             {status: share[status] for status in survey.STATUSES})
            for part in ("controlled", "anchored"):
                self.assert_share(samples, share[part], id=name, among=part)
            self.assert_share(samples, share, id=name, among="asked")
        return samples

    def assert_share(self, samples, share, **labels):
        low, high = share["ci95"] or (None, None) if share else (None, None)
        self.assertEqual(samples.get("share_ratio", **labels), share and share["share"] and float(share["share"]))
        self.assertEqual(samples.get("share_low_ratio", **labels), None if low is None else float(low))
        self.assertEqual(samples.get("share_high_ratio", **labels), None if high is None else float(high))

    def test_they_are_those_of_the_summary(self):
        network = self.network(scripts={address_of(2): mute, address_of(3): unhelpful,
                                        address_of(4): lambda peer: peer.reset()})
        excluded = self.folder / "excluded"
        excluded.write_text("127.0.0.9\n")
        words = [*network.connect(9), "--exclude", excluded, "--control", "--anchor", f"{1:064x}",
                 "--connect=127.9.9.9:1"]
        result = self.survey([f"--metrics={self.metrics}", *OPTIONS, *words,
                              *self.ids(f"{TXID} payout", OTHER)])
        samples = self.assert_summary(result, ["payout", "abababab"])
        self.assertEqual(samples("answers", id="payout", status="served"), 5)
        self.assertEqual(samples("addresses_ignored", reason="excluded"), 1)
        self.assertGreater(samples("sent_bytes"), 1000)
        self.assertGreater(samples("share_low_ratio", id="payout", among="controlled"), 0)

    def test_of_a_census(self):
        network = self.network()
        result = survey.run([f"--metrics={self.metrics}", "--census", *OPTIONS, *network.connect(3)])
        samples = self.assert_summary(result, [])
        self.assertEqual(samples("handshakes"), 3)
        self.assertNotIn("txsurvey_answers", self.metrics.read_text())

    def test_where_nobody_could_be_asked(self):
        result = self.survey([f"--metrics={self.metrics}", *OPTIONS, "--connect=127.9.9.9:1"], 3)
        samples = self.assert_summary(result, [TXID[:8]])
        self.assertEqual((samples("success"), samples("vantage_suspect")), (0, 1))
        self.assertIsNone(samples.get("share_ratio", id=TXID[:8], among="asked"))

    def test_of_a_run_that_is_continued(self):
        """The counts of the whole file, bytes included; a second time nothing is left to do."""
        network = self.network()
        words = [f"--metrics={self.metrics}", "-o", self.output, "--resume", *OPTIONS]
        self.survey_of_file([*words, *network.connect(2)])
        for _ in range(2):
            result = self.survey_of_file([*words, *network.connect(5)])
            samples = self.assert_summary(result, [TXID[:8]])
            self.assertEqual(samples("answers", id=TXID[:8], status="served"), 5)

    def survey_of_file(self, words):
        done = survey.run([*words, TXID])
        self.assertEqual(done.code, 0, done.explain())
        return survey.load(self.output, 0)

    def test_after_a_signal_and_the_deadline(self):
        network = self.network(scripts={address_of(2): mute})
        words = [f"--metrics={self.metrics}", *network.connect(2), "--patience=0", "--handshake-timeout=60"]
        result = survey.run([*words, "--deadline=2", TXID])
        samples = self.assert_summary(result, [TXID[:8]])
        self.assertEqual((samples("complete"), samples("success")), (0, 1))
        self.assertEqual(samples("peers", outcome="interrupted"), 1)
        for number in (signal.SIGTERM, signal.SIGINT):
            process = survey.start(["-o", self.output, *words, TXID])
            while not self.output.exists() or b'"answered"' not in self.output.read_bytes():
                self.assertIsNone(process.poll())
                time.sleep(0.02)
            process.send_signal(number)
            code = survey.finish(process).code
            samples = self.assert_summary(survey.load(self.output, code), [TXID[:8]])
            self.assertEqual((samples("exit_status"), samples("success")), (128 + number, 0))
            self.output.unlink()

    def test_what_was_not_written_shows(self):
        """The exit status that the program then has: nobody takes a lost survey for a good one."""
        network = self.network()
        with harness.mounted("size=4k") as folder:
            done = survey.run(["-o", folder / "records", f"--metrics={self.metrics}", *OPTIONS,
                               *network.connect(20), TXID])
        self.assertEqual(done.code, 4, done.explain())
        samples = self.read()
        self.assertEqual((samples("exit_status"), samples("success"), samples("complete")), (4, 0, 0))


class Labels(MetricsCase):
    def labels(self, *lines):
        network = self.network(transactions={})
        self.survey([f"--metrics={self.metrics}", *OPTIONS, *network.connect(1), *self.ids(*lines, TXID)])
        return list(self.read().by("answers", "id", status="notfound"))

    def test_are_escaped_and_valid(self):
        """A quote ends no label; other bytes are as the records show them."""
        lines = [f'{1:064x} a "quote"', f"{2:064x} back\\slash", f"{3:064x} Zahlung für".encode(),
                 f"{4:064x} ".encode() + b"\xff\x01"]
        self.assertEqual(self.labels(*lines),
                         ['a "quote"', "back\\x5cslash", "Zahlung für", "\\xff\\x01", TXID[:8]])

    def test_of_two_ids_differ(self):
        same = f"{TXID[:8]}{5:056x}"
        lines = [f"{1:064x} mine", f"{2:064x} mine", f"{3:064x} {same[:8]}", same]
        self.assertEqual(self.labels(*lines), ["mine", f"{2:064x}", TXID[:8], same, TXID])

    def test_the_survey_is_called_as_the_file(self):
        network = self.network()
        for name, label in (("main.prom", "main"), ("a.b", "a.b"), (".prom", ".prom"), ('q"\\.prom', 'q"\\x5c')):
            path = self.folder / name
            self.survey([f"--metrics={path}", *OPTIONS, *network.connect(1)])
            samples = exposition.parse(path.read_text())["txsurvey_running"]
            self.assertEqual([dict(labels) for labels in samples], [{"survey": label}])


class Whole(MetricsCase):
    def test_every_15_seconds_and_replaced_as_a_whole(self):
        """Two long runs beside each other: one is read all the time, the folder of the other is away when it is
        time for its file."""
        network = self.network(scripts={address_of(2): mute})
        words = ["--patience=0", f"--handshake-timeout={PERIOD + 5}", *network.connect(2)]
        away = self.folder / "away"
        away.mkdir()
        lost = survey.start([f"--metrics={away / 'lost.prom'}", *words, TXID])
        process = survey.start([f"--metrics={self.metrics}", *words, TXID])
        seen, over = set(), threading.Event()
        reader = threading.Thread(target=self.read_on, args=[seen, over])
        reader.start()
        try:
            self.wait_for(network, 4)
            away.rename(self.folder / "elsewhere")
            said = lost.stderr.readline()  # the first thing that it says at all
            (self.folder / "elsewhere").rename(away)
            result = survey.finish(process)
            other = survey.finish(lost)
        finally:
            over.set()
            reader.join()
        self.assertEqual((result.code, other.code), (0, 0), other.explain())
        self.assertIn(b"warning: ", said)
        self.assertIn(bytes(away / "lost.prom"), said)
        self.assertEqual([path.name for path in away.iterdir()], ["lost.prom"])
        self.assertEqual(self.read()("running"), 0)
        running = [exposition.parse(text) for text in seen if "finish_time" not in text]
        self.assertEqual(len(running), 1)
        samples = exposition.Samples(running[0], survey="mine")
        self.assertEqual((samples("running"), samples("connections_in_progress")), (1, 1))
        self.assertEqual(samples.by("peers", "outcome")["answered"], 1)
        self.assertEqual((samples("addresses_known"), samples("addresses_not_attempted")), (2, 0))
        self.assertGreaterEqual(samples("duration_seconds"), PERIOD)
        self.assertAlmostEqual(samples("update_time_seconds") - samples("start_time_seconds"),
                               samples("duration_seconds"), 5)

    def wait_for(self, network, contacts):
        while len(network.contacts) < contacts:
            time.sleep(0.02)

    def read_on(self, seen, over):
        while not over.is_set():
            if self.metrics.exists():
                seen.add(self.metrics.read_text())

    def test_faults_and_kills(self):
        """At each call that makes it: the old file or the new one."""
        network = self.network()
        # The first fchmod is of the probe before the run, the second fsync that of the folder.
        for call, number in (("fchmod", 2), ("fsync", 1), ("rename", 1), ("fsync", 2)):
            for fault in ("error=EIO", "signal=SIGKILL"):
                with self.subTest(call=call, number=number, fault=fault):
                    self.metrics.write_text(OLD)
                    done = survey.run(
                        ["-o", "/dev/null", f"--metrics={self.metrics}", *OPTIONS, *network.connect(2), TXID],
                        env=harness.traced(), prefix=[
                            "strace", "-f", "-qq", "-e", f"trace={call}", "-e",
                            f"inject={call}:{fault}:when={number}", "-o", "/dev/null"])
                    if (call, number) == ("fsync", 2):
                        self.assertEqual(self.read()("success"), 1)
                    else:
                        self.assertEqual(self.metrics.read_text(), OLD)
                        self.assertNotEqual(done.code, 0)
                    if fault.startswith("error"):
                        self.assertEqual(done.code, 4 if self.metrics.read_text() == OLD else 0)
                        self.assert_left_alone(["mine.prom"])
                    for left in self.folder.glob("mine.prom.*"):
                        left.unlink()

    def test_full_disk(self):
        """At the end there is no place: the old file stays, and the run has failed."""
        network = self.network()
        with harness.mounted("size=8k") as folder:
            path = folder / "mine.prom"
            path.write_text(OLD)
            (folder / "filler").write_bytes(bytes(4096))
            done = survey.run([f"--metrics={path}", *OPTIONS, *network.connect(2), TXID])
            self.assertEqual(done.code, 4, done.explain())
            self.assertIn(f"{path}: No space left", done.stderr)
            self.assertEqual(path.read_text(), OLD)
            self.assertEqual(sorted(path.name for path in folder.iterdir()), ["filler", "mine.prom"])
        survey.check_invariants(done)


class Refused(MetricsCase):
    def refused(self, path, words=(), code=2, **kw):
        network = self.network()
        done = survey.run([f"--metrics={path}", *network.connect(2), *words, TXID], **kw)
        self.assertEqual((done.code, done.stdout), (code, b""), done.explain())
        self.assertEqual(network.contacts, [])
        return done.stderr

    def test_no_place_for_it(self):
        fifo = self.folder / "fifo"
        os.mkfifo(fifo)
        for path in (self.folder, self.folder / "none" / "x.prom", fifo, "/dev/null", "/proc/x.prom", "", "-"):
            for words in ((), ("-o", self.output)):
                self.assertIn("--metrics: ", self.refused(path, words))
        self.assert_left_alone(["fifo"])

    def test_no_right_to_it(self):
        self.metrics.write_text(OLD)
        self.metrics.chmod(0o666)
        self.folder.chmod(0o755)
        with harness.unprivileged() as prefix:
            self.assertIn(f"--metrics: {self.metrics}: Permission denied", self.refused(self.metrics, prefix=prefix))
        self.assertEqual(self.metrics.read_text(), OLD)

    def test_somebodys_file(self):
        for content in ("node_load1 1\n", "# HELP other_metric x\n", "\0"):
            self.metrics.write_text(content)
            self.refused(self.metrics)
            self.assertEqual(self.metrics.read_text(), content)
        network = self.network()
        for content in ("", OLD):
            self.metrics.write_text(content)
            self.survey([f"--metrics={self.metrics}", *OPTIONS, *network.connect(1)])
            self.assertEqual(self.read()("success"), 1)

    def test_a_file_of_another_use(self):
        ids = self.folder / "ids"
        ids.write_text(TXID)
        link = self.folder / "link"
        link.symlink_to("records")
        trace = self.folder / "trace"
        there = self.folder / "there"
        there.symlink_to("new")
        for path, words in ((self.output, ["-o", self.output]), (link, ["-o", self.output]),
                            (there, ["--save-peers", f"{self.folder}/./new"]),
                            (trace, ["--trace", trace]), (trace, ["--save-peers", trace]),
                            (ids, ["--txid-file", ids])):
            self.refused(path, words)
        self.assertEqual(ids.read_text(), TXID)
        self.assertFalse(self.output.exists() or trace.exists())

    def test_a_run_that_another_one_keeps_out_touches_nothing(self):
        network = self.network(scripts={address_of(1): mute})
        first = survey.start(["-o", self.output, *network.connect(1), TXID])
        while not self.output.exists() or not self.output.read_bytes():
            time.sleep(0.02)
        self.metrics.write_text(OLD)
        self.refused(self.metrics, ["-o", self.output], code=5)
        self.assertEqual(self.metrics.read_text(), OLD)
        first.send_signal(signal.SIGTERM)
        survey.finish(first)

    def test_the_mode_lets_others_read(self):
        """node_exporter is another user; a file that is there keeps its mode."""
        network = self.network()
        words = [f"--metrics={self.metrics}", *OPTIONS, *network.connect(1)]
        self.survey(words, umask=0o022)
        self.assertEqual(self.metrics.stat().st_mode & 0o777, 0o644)
        self.metrics.chmod(0o640)
        self.survey(words, umask=0o022)
        self.assertEqual(self.metrics.stat().st_mode & 0o777, 0o640)


if __name__ == "__main__":
    harness.enter_namespaces("strace")
    harness.main()
