"""scripts/watch: the same nodes again and again, while a transaction reaches them; its file, its lines, its end."""
import fcntl
import os
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
import harness  # noqa: E402
import survey  # noqa: E402
import terminal  # noqa: E402
from case import Case  # noqa: E402
from fakepeer import TXID, UNKNOWN, address_of, honest, mute  # noqa: E402
from simnet import Network  # noqa: E402

SCRIPT = harness.REPOSITORY / "scripts" / "watch"
HANG_S = 120 * harness.SLOWNESS
QUICK = ["--", "--patience", "0", "--handshake-timeout", str(5 * harness.SLOWNESS)]
STUBBORN = """#!/bin/sh
trap '' INT TERM HUP
echo $$ >"{pid}"
while :; do sleep 0.1; done
"""
REPORT = """#!/bin/sh
echo "$1" >"$3"
"""


class Watch(Case):
    def setUp(self):
        super().setUp()
        self.file = self.folder / "watch.jsonl"
        self.environment = {"TXSURVEY": os.path.abspath(os.environ["TXSURVEY"])}

    def spreading(self, *counts):
        """In the k-th run the first counts[k] nodes have it, in all later ones as many as in the last; None: nobody
        lets anybody in."""
        runs = Counter()

        def node(peer):
            run = runs[peer.address]
            runs[peer.address] += 1
            having = counts[min(run, len(counts) - 1)]
            if having is None:
                return
            if int(peer.address.rpartition(".")[2]) > having:
                peer.getdata = lambda payload: peer.send(b"notfound", payload)
            honest(peer)
        return self.network(node)

    def start(self, *words, txid=TXID, **kw):
        kw = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, **kw}
        return subprocess.Popen([SCRIPT, "-o", self.file, txid, *map(str, words)], cwd=self.folder,
                                env={**os.environ, **self.environment}, **kw)

    def watch(self, *words, code=0, said="", **kw):
        """The lines that it printed."""
        with self.start(*words, **kw) as process:
            stdout, stderr = process.communicate(timeout=HANG_S)
        self.assertEqual(process.returncode, code, stdout + stderr)
        self.assertIn(said, stderr)
        self.assertTrue(said or not stderr, stderr)
        return stdout.splitlines()

    def runs(self):
        """The surveys that the file holds."""
        found = []
        for line in self.assert_whole(self.file.read_bytes()).stdout.splitlines(keepends=True):
            if line.startswith(b'{"type":"survey"'):
                found.append([])
            found[-1].append(line)
        results = [survey.Result(None, b"".join(lines)) for lines in found]
        for result in results:
            survey.check_invariants(result)
        self.assertEqual(len({result.survey["survey"] for result in results}), len(results), "a UUID each")
        return results

    def wait_for(self, process, condition):
        end = time.monotonic() + HANG_S
        while not condition():
            self.assertIsNone(process.poll(), "it ended too early")
            self.assertLess(time.monotonic(), end)
            time.sleep(0.02)


class Runs(Watch):
    def test_until_a_share_is_reached(self):
        lines = self.watch("--every", "1s", "--until-share", "0.9", *self.spreading(0, 1, 3, 4).connect(4), *QUICK)
        self.assertEqual([re.search(r"Z  (.*)", line)[1] for line in lines[:-1]], [
            f"{share} %: {count} of 4 nodes asked have it" for share, count in ((0, 0), (25, 1), (75, 3), (100, 4))])
        self.assertRegex(lines[-1], r"^100 %: 4 of 4 nodes asked have it, at first 0 %\. 4 runs in .*" + str(self.file))
        self.assertEqual([len(result.peers) for result in self.runs()], [4] * 4)

    def test_until_the_time_is_over(self):
        words = ["--every", "1s", "--until", "1.5s", *self.spreading(1).connect(2), *QUICK]
        self.watch("--until-share", "60%", *words, code=1)
        self.watch(*words)

    def test_the_first_run_decides_whom_to_ask(self):
        """Those that it could ask; of a network with nodes that are dead, silent or broken."""
        network = Network(self.folder, "--nodes", "60", "--patience-ms", "0", "--mix",
                          "served=40,notfound=30,refused=20,close_accept=10")
        self.addCleanup(network.stop)
        for _ in range(2):
            self.watch("--until", "0.1s", "--peers", network.list, *QUICK, "--chain", "regtest", txid=network.ids[0])
        first, other = self.runs()
        asked = {survey.endpoint(peer) for peer in first.peers if peer["handshake_ms"] is not None}
        self.assertTrue(20 < len(asked) < len(first.peers) == 60)
        self.assertEqual({survey.endpoint(peer) for peer in other.peers}, asked)
        self.assertEqual({result.survey["options"]["rate"] for result in (first, other)}, {50})

    def test_a_run_that_fails(self):
        """It is told, and the next one made; with nobody at first, the choice is left to the next one."""
        lines = self.watch("--every", "1s", "--until-share", "0.9", *self.spreading(None, 1, None, 2).connect(2), *QUICK)
        self.assertEqual([bool(re.search("this run failed: nobody could be asked", line)) for line in lines],
                         [True, False, True, False, False])
        self.assertIn("2 runs", lines[-1])

    def test_a_run_that_is_suspect(self):
        """It says more of this machine than of the nodes: it neither decides the sample nor counts."""
        program, first = self.folder / "txsurvey", self.folder / "first"
        program.write_text(f"""#!/bin/sh
{self.environment["TXSURVEY"]} "$@" | if [ -e {first} ]; then cat
else sed 's/"vantage_suspect":false/"vantage_suspect":true/'; fi
touch {first}
""")
        program.chmod(0o755)
        self.environment["TXSURVEY"] = str(program)
        lines = self.watch("--every", "1s", "--until-share", "0.1", *self.spreading(2).connect(2), *QUICK)
        self.assertEqual([bool(re.search("this run failed: no figure", line)) for line in lines], [True, False, False])
        self.assertIn("1 run,", lines[-1])

    def test_nobody_ever(self):
        lines = self.watch("--every", "1s", "--until", "0.5s", "--connect", "127.0.0.1:1", *QUICK, code=3)
        self.assertIn("Nobody could be asked", lines[-1])

    def test_what_is_gone(self):
        lines = self.watch("--every", "1s", "--until-share", "1", *self.spreading(4, 0, 0, 5).connect(5), *QUICK)
        self.assertEqual(sum("have it no more" in line for line in lines), 1, "it is said once")

    def test_report(self):
        programs = self.folder / "bin"
        programs.mkdir()
        (programs / "txsurvey-report").write_text(REPORT)
        (programs / "txsurvey-report").chmod(0o755)
        self.environment["PATH"] = f"{programs}:{os.environ['PATH']}"
        words = ["--until", "0.1s", *self.spreading(1).connect(1), *QUICK]
        self.assertEqual(self.watch(*words)[-1], f"The curve is in {self.folder / 'watch.html'}")
        self.assertEqual((self.folder / "watch.html").read_text(), f"{self.file}\n")
        (programs / "txsurvey-report").write_text("#!/bin/sh\necho 'no room' >&2; exit 1\n")
        self.assertEqual(self.watch(*words)[-1], "txsurvey-report: no room")


class File(Watch):
    def test_a_watch_goes_on(self):
        """With the nodes of its first run, though others are named now; a torn line is cut off."""
        network = self.spreading(1)
        self.watch("--until", "0.1s", *network.connect(2), *QUICK)
        with open(self.file, "ab") as file:
            file.write(b'{"type":"survey","surv')
        lines = self.watch("--until", "0.1s", *network.connect(1, 3), *QUICK)
        self.assertIn("2 runs", lines[-1])
        self.assertEqual([len(result.peers) for result in self.runs()], [2, 2])

    def test_somebodys_file(self):
        for content in (b"a", b"a\n", b"{}\n", b'{"type":"peer"}\n', b'{"type":"survey"', b"5\n", b"\xff\n"):
            self.file.write_bytes(content)
            words = ["--until", "0.1s", "--connect", "127.0.0.1:1", *QUICK]
            if content.startswith(b'{"type":"survey"'):  # the beginning of one of ours
                self.watch(*words, code=3)
                continue
            self.watch(*words, code=2, said="something else")
            self.assertEqual(self.file.read_bytes(), content)

    def test_another_transaction(self):
        words = ["--until", "0.1s", *self.spreading(1).connect(1), *QUICK]
        self.watch(*words)
        before = self.file.read_bytes()
        self.watch(*words, txid=UNKNOWN, code=2, said=TXID)
        self.assertEqual(self.file.read_bytes(), before)

    def test_another_watch(self):
        with open(self.file, "wb") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            self.watch("--connect", "127.0.0.1:1", code=5, said="another watch")

    def test_no_place_for_it(self):
        self.file = self.folder / "none" / "watch"
        self.watch("--connect", "127.0.0.1:1", code=4, said="No such file")

    def test_wrong_usage(self):
        """Nothing is left behind, whoever finds it wrong."""
        for words, said in ((["--every", "x"], "'x' is no time"), (["--until", "0"], "'0' is no time"),
                            (["--until-share", "2"], "'2' is no share"), (["--until-share", "0"], "is no share"),
                            (["--max-peers", "x"], "max-peers"), (["--", "--patience", "x"], "--patience"),
                            (["--crawl"], "--crawl"), (["--peers", "none"], "none"),
                            (["--", "--crawl"], "--crawl"), (["--", "--output=x"], "--output=x"),
                            (["--", "-ox"], "-ox"), (["--", "-qox"], "-qox"), (["--", "--outp", "x"], "--outp"),
                            (["--", "--peer=x"], "--peer=x"), (["--", "-connect=127.0.0.1"], "-connect")):
            self.watch(*words, code=2, said=said)
        self.watch(code=2, txid="1" * 63, said="64 hex digits")
        self.environment["TXSURVEY"] = "/nowhere/txsurvey"
        self.watch(code=2, said="/nowhere/txsurvey")
        self.assertEqual(list(self.folder.iterdir()), [])

    def test_ids_as_people_have_them(self):
        words = ["--until", "0.1s", *self.spreading(1).connect(1), *QUICK]
        for txid in (f"0x{TXID.upper()}", f"https://explorer.invalid/tx/{TXID}"):
            self.watch(*words, txid=txid)
        self.assertEqual(self.runs()[1].survey["txids"], [TXID])


class Ends(Watch):
    def test_ended_during_a_run(self):
        """In order: what was known is recorded, and counts for nothing; the last line stands."""
        network = self.network(scripts={address_of(2): mute})
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            with self.start(*network.connect(2), "--", "--handshake-timeout", "100") as process:
                self.wait_for(process, lambda: self.file.exists() and b'"answered"' in self.file.read_bytes())
                process.send_signal(number)
                stdout, stderr = process.communicate(timeout=HANG_S)
            self.assertEqual((process.returncode, stderr), (128 + number, ""))
            self.assertIn("Nobody could be asked", stdout)
            self.assertEqual(self.runs()[0].summary["reason"], "signal")
            self.file.unlink()

    def test_ended_between_runs(self):
        with self.start("--every", "1h", *self.spreading(1).connect(1), *QUICK) as process:
            self.assertIn("100 %", process.stdout.readline())
            process.send_signal(signal.SIGINT)
            stdout, stderr = process.communicate(timeout=HANG_S)
        self.assertEqual((process.returncode, stderr), (130, ""))
        self.assertIn("1 run, records in", stdout)

    def test_twice(self):
        """At once, whatever the survey does."""
        pid, program = self.folder / "pid", self.folder / "stubborn"
        program.write_text(STUBBORN.format(pid=pid))
        program.chmod(0o755)
        self.environment["TXSURVEY"] = str(program)
        with self.start() as process:
            self.wait_for(process, lambda: pid.exists() and pid.read_text().endswith("\n"))
            process.send_signal(signal.SIGINT)
            self.wait_for(process, lambda: not self.pending(process.pid))
            process.send_signal(signal.SIGINT)
            self.assertEqual(process.wait(HANG_S), 130)
        with self.assertRaises(ProcessLookupError):
            os.kill(int(pid.read_text()), 0)

    @staticmethod
    def pending(pid):
        """Whether a signal waits to be taken."""
        return int(re.search(r"(?m)^ShdPnd:\s*(\w+)", Path(f"/proc/{pid}/status").read_text())[1], 16)

    def test_a_reader_that_is_gone(self):
        with self.start("--every", "1s", *self.spreading(1).connect(1), *QUICK) as process:
            process.stdout.close()
            self.assertEqual(process.wait(HANG_S), 4)
            self.assertEqual(process.stderr.read(), "watch: Broken pipe\n")


class AtTerminal(Watch):
    def at_terminal(self, columns, *words):
        """What stands on the screen in the end, and what stood there meanwhile."""
        screen = terminal.Terminal(columns)
        process = self.start(*words, stdout=screen.theirs, preexec_fn=screen.become_controlling)
        os.close(screen.theirs)
        seen = screen.read()
        process.communicate(timeout=HANG_S)
        screen.close()
        self.assertEqual(process.returncode, 0, seen)
        return terminal.lines(seen.replace(b"\x1b[K", b"").replace(b"\r\n", b"\n"))

    def test_a_line_that_lives(self):
        words = ["--every", "5s", "--until-share", "1", *self.spreading(0, 2, 4).connect(4), *QUICK]
        _, seen = self.at_terminal(80, *words)
        self.assertTrue(any(line.startswith("▁▅ 50 %: 2 of 4 nodes asked have it, next in ") for line in seen), seen)
        self.assertIn("asking", seen)
        self.assertTrue(any(line.startswith("100 %") for line in seen), seen)

    def test_narrow_and_plain(self):
        self.environment["PYTHONIOENCODING"] = "ascii"
        words = ["--every", "1s", "--until-share", "1", *self.spreading(0, 2, 4).connect(4), *QUICK]
        _, seen = self.at_terminal(30, *words)
        live = [line for line in seen if "at first" not in line]
        self.assertTrue(live and all(len(line) < 30 for line in live), live)
        self.file.unlink()
        _, seen = self.at_terminal(80, "--every", "1s", "--until-share", "1",
                                   *self.spreading(0, 2, 4).connect(4), *QUICK)
        self.assertTrue(any(line.startswith("_= 50 %") for line in seen), seen)

    def test_ctrl_c(self):
        """It is for the watch alone, which tells the survey: one key is one signal."""
        network = self.network(scripts={address_of(2): mute})
        screen = terminal.Terminal(80)
        process = self.start(*network.connect(2), "--", "--handshake-timeout", "100", stdout=screen.theirs,
                             stdin=screen.theirs, preexec_fn=screen.become_controlling)
        os.close(screen.theirs)
        self.wait_for(process, lambda: self.file.exists() and b'"answered"' in self.file.read_bytes())
        screen.press(b"\x03")
        seen = screen.read()
        process.communicate(timeout=HANG_S)
        screen.close()
        self.assertEqual(process.returncode, 130, seen)
        self.assertEqual(self.runs()[0].summary["reason"], "signal")


if __name__ == "__main__":
    harness.main()
