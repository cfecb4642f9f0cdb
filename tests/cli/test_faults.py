#!/usr/bin/python3
"""Faults of the machine around the survey, caused for real: none may crash it, tear a record, lose
one, or be laid on a peer."""

import itertools
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
import harness
import survey
from case import Case
from fakepeer import TXID, address_of, honest

LIMIT = 120 * harness.SLOWNESS  # seconds; nothing here takes half of that, on a busy machine either
MEMORY_KIB = 200 * 1024  # far more than any run here needs, far less than it is offered


def setUpModule():
    harness.ip("link set lo up")


def strace(*words):
    return ["strace", "-f", "-qq", *words]


def peak_memory_kib(process):
    status = Path(f"/proc/{process.pid}/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1])


class FaultCase(Case):
    def survey(self, args, code=0, **kw):
        return super().survey(["--patience=0", *args], code, **kw)

    def assert_all_answered(self, result, count):
        outcomes = Counter(peer["outcome"] for peer in result.peers)
        self.assertEqual(outcomes, {"answered": count}, result.stderr)
        self.assertEqual(result.totals(TXID)["served"], count)


class Descriptors(FaultCase):
    def setUp(self):
        super().setUp()
        if os.environ.get("TXSURVEY_WRAPPER"):
            harness.skip_test("what runs the program here needs descriptors of its own")

    def test_t9_few_descriptors(self):
        """Everybody gets the right record, nobody is blamed, and the user is told."""
        network = self.network(scripts={address_of(number): lambda peer: peer.reset()
                                        for number in range(1, 51)})
        for limit in (20, 30, 64):
            with self.subTest(limit=limit):
                result = self.survey([*network.connect(200), "--connect=127.9.9.9:1"],
                                     prefix=["prlimit", f"--nofile={limit}"])
                for number in range(1, 201):
                    outcome = result.peer(address_of(number))["outcome"]
                    self.assertEqual(outcome, "closed" if number <= 50 else "answered", number)
                self.assertEqual(result.peer("127.9.9.9")["outcome"], "connect_refused")
                self.assertIn("warning", result.stderr)
                self.assertIn("ulimit", result.stderr)

    def test_t9_descriptors_that_others_have(self):
        """The limit would do, if so many were not open already."""
        network = self.network()
        hold = ("import os, sys\nfor fd in range(3, 53): os.dup2(0, fd)\n"
                "os.execv(sys.argv[1], sys.argv[1:])")
        result = self.survey(network.connect(200), prefix=["prlimit", "--nofile=64", sys.executable,
                                                           "-c", hold])
        self.assert_all_answered(result, 200)

    def test_t9_none_left_by_the_system(self):
        """ENFILE at some sockets."""
        network = self.network()
        for when in ("3", "3..6", "2+3"):
            result = self.survey(network.connect(10), env=harness.traced(), prefix=strace(
                "-e", "trace=socket", "-e", f"inject=socket:error=ENFILE:when={when}", "-o",
                "/dev/null"))
            self.assert_all_answered(result, 10)

    def test_t10_closed_standard_descriptors(self):
        network = self.network()
        for count in (1, 2, 3):
            for closed in itertools.combinations(range(3), count):
                shut = " ".join(f"{fd}>&-" for fd in closed)
                with self.subTest(closed=closed):
                    self.output.unlink(missing_ok=True)
                    process = survey.run(["-v", "-o", self.output, "--patience=0", TXID,
                                          *network.connect(5)],
                                         prefix=["sh", "-c", f'exec "$@" {shut}', "-"])
                    self.assertEqual((process.code, process.stdout), (0, b""), process.explain())
                    result = survey.load(self.output, 0)
                    survey.check_invariants(result)
                    self.assert_all_answered(result, 5)

    def test_t10_closed_beside_standard_output(self):
        """Nothing of what is said on standard error comes among the records."""
        network = self.network()
        for shut in ("2>&-", "0>&-", "0>&- 2>&-"):
            result = self.survey(["-v", "--progress=always", *network.connect(5)],
                                 prefix=["sh", "-c", f'exec "$@" {shut}', "-"])
            self.assert_all_answered(result, 5)
        for args in (["--help"], ["--version"], [], ["--rate=x"]):
            for shut in ("2>&-", "0>&- 2>&-", "0>&- 1>&- 2>&-"):
                done = survey.start(args, ["sh", "-c", f'exec "$@" {shut}', "-"])
                stdout, _ = done.communicate()
                self.assertGreaterEqual(done.returncode, 0)
                self.assertEqual(bool(stdout), args in (["--help"], ["--version"]) and "1>" not in
                                 shut)

    def test_closed_standard_input_is_no_list(self):
        result = survey.run(["--peers=-", TXID], prefix=["sh", "-c", 'exec "$@" <&-', "-"])
        self.assertEqual(result.code, 2, result.explain())
        self.assertIn("standard input", result.stderr)


class Limits(FaultCase):
    def test_t2_file_size_limit_of_the_trace(self):
        """The records do not suffer, and the user is told."""
        network = self.network()
        trace = self.folder / "trace"
        result = self.survey(["--trace", trace, *network.connect(20)],
                             prefix=["prlimit", "--fsize=3000"])
        self.assert_all_answered(result, 20)
        self.assertIn("trace", result.stderr)
        self.assertTrue(trace.read_bytes().endswith(b"\n"))

    def test_t6_no_threads(self):
        """Without threads no name is resolved; the run goes on without seeds, and says so."""
        network = self.network()
        with harness.unprivileged() as prefix:
            result = self.survey(["--dnsseed=seed.invalid", "-v", *network.connect(5)],
                                 prefix=[*prefix, "prlimit", "--nproc=1"], env=harness.traced())
        self.assert_all_answered(result, 5)
        self.assertEqual([seed["outcome"] for seed in result.seeds], ["failed"])
        self.assertEqual(result.seeds[0]["error"], "no_threads")
        self.assertIn("no_threads", result.stderr)

    def test_t6_no_threads_and_no_peers(self):
        with harness.unprivileged() as prefix:
            result = self.survey(["--dnsseed=seed.invalid"], 3, env=harness.traced(),
                                 prefix=[*prefix, "prlimit", "--nproc=1"])
        self.assertEqual([seed["outcome"] for seed in result.seeds], ["failed"])

    def test_t7_little_memory(self):
        """Refused from the start, or done; never a crash."""
        if harness.sanitized() or os.environ.get("TXSURVEY_WRAPPER"):
            harness.skip_test("the program's own memory is not all that it needs here")
        network = self.network()
        # Less than this, and the linker gives up; a crash of its own making is none of ours.
        limits = (["prlimit", f"--as={kib * 1024}"] for kib in range(1024, 65536, 64))
        starts = (subprocess.run([*words, *survey.command(["--version"])], capture_output=True,
                                 check=False).returncode == 0 for words in limits)
        least = 1024 + 64 * next(number for number, good in enumerate(starts) if good)
        codes = Counter()
        for kib in range(least, least + 8192, 64):
            done = survey.run(["--patience=0", "--concurrency=19000", *network.connect(50), TXID],
                              prefix=["prlimit", f"--as={kib * 1024}"], timeout=LIMIT)
            codes[done.code] += 1
            self.assertIn(done.code, (0, 4), f"{kib} KiB: {done.explain()}")
            self.assertTrue(done.stderr, kib)
            if done.code == 0:
                survey.check_invariants(done)
                self.assertEqual(len(done.peers), 50)
        self.assertGreater(codes[0], 0, codes)
        self.assertGreater(codes[4], 0, codes)

    def test_small_stack(self):
        network = self.network()
        result = self.survey(network.connect(5), prefix=["prlimit", f"--stack={256 * 1024}"])
        self.assert_all_answered(result, 5)

    def test_empty_environment_in_no_folder(self):
        network = self.network()
        folder = tempfile.mkdtemp(dir=self.folder)
        result = self.survey(network.connect(5), prefix=[
            "env", "-i", "sh", "-c", f'cd {folder} && rmdir {folder} && exec "$@"', "-"])
        self.assert_all_answered(result, 5)


class Peers(FaultCase):
    def test_t3_resets(self):
        """A peer that resets before we write, as we write, and after."""
        def script(peer):
            time.sleep(random.random() * 0.01)
            if int(peer.address.rpartition(".")[2]) % 2:
                peer.wait_for(b"version")
            peer.reset()
        result = self.survey(self.network(script).connect(200), 3)
        for peer in result.peers:
            self.assertEqual((peer["outcome"], peer["error"]), ("closed", "refused"), peer)

    def test_t11_t12_user_agents(self):
        """Whatever its bytes, a line is printable ASCII and the user agent there."""
        agents = [b"", b"/plain:1.0/", b"\xff\xfe\x80", b"\xc3\x28", b"\xed\xa0\x80", b"\xf0\x9f",
                  b"\xc2\x80\xc2\x9b31m", b"\x7f", b"\x1b[2J\x1b]0;x\x07", b"\xe2\x80\xae\xe2\x80\xa8",
                  b'"', b"\\", b"\n", b"\\x0a", b'","outcome":"served","x":"', b"\n{}\n", b"\r\n", b"\0\0", b"a\0b",
                  b"\t", bytes(range(252)), "/Sätöshi:\u20bf \U0001f600/".encode(), b"\xff" * 252,
                  b"%s%n%d", b"</script>"]
        scripts = {address_of(number): (lambda peer, agent=agent: honest(peer, subver=agent))
                   for number, agent in enumerate(agents, 1)}
        result = self.survey(["-v", *self.network(scripts=scripts).connect(len(agents))])
        self.assert_all_answered(result, len(agents))
        for number, agent in enumerate(agents, 1):
            text = result.peer(address_of(number))["subver"]
            self.assertIsInstance(text, str)
            self.assertEqual(re.sub(rb"\\x([0-9a-f]{2})", lambda hex: bytes.fromhex(hex[1].decode()),
                                    text.encode()), agent, "it cannot be undone")
        self.assertRegex(result.stderr, r"\A[\n\x20-\x7e]*\Z")

    def test_t13_all_services(self):
        scripts = {address_of(number): (lambda peer, bits=bits: honest(peer, services=bits))
                   for number, bits in enumerate((0, 1 << 63, 2**64 - 1), 1)}
        result = self.survey(self.network(scripts=scripts).connect(3))
        self.assertEqual([result.peer(address_of(number))["services"] for number in (1, 2, 3)],
                         ["0" * 16, "8" + "0" * 15, "f" * 16])

    def test_t14_receive_buffer(self):
        """Made small before the connection: afterwards the window would be large already."""
        calls = self.folder / "calls"
        self.survey(self.network().connect(10), env=harness.traced(), prefix=strace(
            "-e", "trace=socket,setsockopt,connect", "-o", calls))
        small, connected = set(), 0
        for line in calls.read_text().splitlines():
            if match := re.search(r"socket\(AF_INET, SOCK_STREAM.* = (\d+)$", line):
                small.discard(match[1])
            elif match := re.search(r"setsockopt\((\d+), SOL_SOCKET, SO_RCVBUF, \[(\d+)\]", line):
                self.assertLessEqual(int(match[2]), 32768)
                small.add(match[1])
            elif match := re.search(r"connect\((\d+), \{sa_family=AF_INET,", line):
                self.assertIn(match[1], small, line)
                connected += 1
        self.assertEqual(connected, 10)

    def test_t14_floods(self):
        """Junk as fast as it is taken: little memory, and the honest ones are served."""
        junk = bytes(100_000)

        def flood(peer):
            peer.handshake()
            while True:
                peer.send(b"junk", junk)
        scripts = {address_of(number): flood for number in range(1, 41)}
        network = self.network(scripts=scripts)
        process = survey.start(["-o", self.output, "--patience=0", "--handshake-timeout=60",
                                "--response-timeout=60", *network.connect(60), TXID])
        peak, end = 0, time.monotonic() + LIMIT
        while process.poll() is None and time.monotonic() < end:
            try:
                peak = max(peak, peak_memory_kib(process))
            except (TypeError, FileNotFoundError):
                break  # It has just ended.
            time.sleep(0.02)
        self.assertEqual(survey.finish(process, timeout=LIMIT).code, 0)
        result = survey.load(self.output, 0)
        survey.check_invariants(result)
        self.assertLess(peak, MEMORY_KIB)
        for number in range(1, 61):
            peer = result.peer(address_of(number))
            if number > 40:
                self.assertEqual(peer["outcome"], "answered")
            else:
                self.assertEqual((peer["outcome"], peer["error"]), ("protocol_error", "budget"))
                self.assertLess(peer["bytesrecv"], 16 * 1024 * 1024)


class Routes(FaultCase):
    def test_t16_routing(self):
        """What is only this machine's word is not laid on the peer."""
        for kind, net in (("prohibit", "198.18.1.0/24"), ("blackhole", "198.18.2.0/24"),
                          ("unreachable", "198.18.3.0/24")):
            harness.ip(f"route add {kind} {net}")
            self.addCleanup(harness.ip, f"route del {kind} {net}")
        network = self.network()
        addresses = {"198.18.0.1": ("local_error", "no_route"),
                     "198.18.1.1": ("local_error", "forbidden"),
                     "198.18.2.1": ("local_error", "no_route"),
                     "198.18.3.1": ("unreachable", "host_unreachable")}
        words = [word for address in addresses for word in ("--connect", address)]
        result = self.survey([*words, *network.connect(3)])
        for address, expected in addresses.items():
            peer = result.peer(address)
            self.assertEqual((peer["outcome"], peer["error"]), expected)
            if expected[0] == "local_error":
                self.assertGreater(peer["attempts"], 1)
        self.assertEqual(result.summary["peers"]["answered"], 3)

    def test_t16_no_ipv6(self):
        result = self.survey(["--connect=2001:4860::1", *self.network().connect(1)])
        self.assertEqual(result.peer("2001:4860::1")["outcome"], "local_error")
        self.assertEqual(result.peer("127.0.0.1")["outcome"], "answered")

    def test_t16_local_errors_of_connect(self):
        """Once: tried again. Always: local_error."""
        codes = {"EADDRNOTAVAIL": "no_ports", "ENETUNREACH": "no_route", "EPERM": "forbidden",
                 "ENOBUFS": "no_memory", "ENOMEM": "no_memory"}
        network = self.network()
        for error, code in codes.items():
            for when, outcome, status in (("1", "answered", 0), ("1+", "local_error", 3)):
                with self.subTest(error=error, when=when):
                    result = self.survey(network.connect(1), status, env=harness.traced(), prefix=strace(
                        "-e", "trace=connect", "-e", f"inject=connect:error={error}:when={when}",
                        "-o", "/dev/null"))
                    peer = result.peers[0]
                    self.assertEqual(peer["outcome"], outcome)
                    self.assertEqual(peer["error"], None if when == "1" else code)
                    self.assertGreater(peer["attempts"], 1)


class Clock(FaultCase):
    def test_t17_wall_clock_jumps(self):
        now = self.folder / "now"
        for before, after in (("+0", "+3650d"), ("+0", "-3600s"), ("-20000d", "+0")):
            now.write_text(before + "\n")

            def late(peer, after=after):
                now.write_text(after + "\n")
                time.sleep(1)
                honest(peer)
            network = self.network(late)
            result = self.survey(["--deadline=60", *network.connect(3)], env=harness.with_clock(now))
            self.assert_all_answered(result, 3)
            self.assertEqual(result.summary["reason"], "finished")
            for span in [result.summary["duration_ms"], *(p["duration_ms"] for p in result.peers)]:
                self.assertGreaterEqual(span, 990)
                self.assertLess(span, 30000)


class Reader(FaultCase):
    def test_slow_reader(self):
        """It delays the survey, and nothing else: no record is lost, nobody is blamed."""
        network = self.network()
        ids = [f"{number:064x}" for number in range(1, 21)]
        process = survey.start(["--patience=0", "--concurrency=50", "--handshake-timeout=3",
                                "--response-timeout=3", *network.connect(500), *ids, TXID])
        time.sleep(5)
        self.assertIsNone(process.poll())
        self.assertLess(len(network.contacts), 500, "it does not wait for its reader")
        self.assertLess(peak_memory_kib(process), MEMORY_KIB)
        result = survey.finish(process, timeout=LIMIT)
        self.assertEqual(result.code, 0, result.stderr)
        survey.check_invariants(result)
        self.assert_all_answered(result, 500)

    def test_drip(self):
        """A reader that takes a little at a time; a line longer than a pipe takes at once."""
        network = self.network()
        ids = [f"{number:064x}" for number in range(1, 251)]
        process = survey.start(["--patience=0", *network.connect(20), *ids, TXID])
        pieces = []
        while piece := os.read(process.stdout.fileno(), 4000):
            pieces.append(piece)
            time.sleep(0.0005)
        code = process.wait(LIMIT)
        survey.finish(process)
        result = survey.Result(code, b"".join(pieces))
        survey.check_invariants(result)
        self.assert_all_answered(result, 20)

    def test_blocking_of_shared_descriptors_is_not_changed(self):
        """Whoever shares the pipe (a shell, its next command) finds it as it was."""
        reader, writer = os.pipe()
        process = survey.start(["--no-dnsseed", TXID], stdout=writer)
        process.wait(LIMIT)
        self.assertTrue(os.get_blocking(writer))
        os.close(writer)
        os.close(reader)
        survey.finish(process)


class Kill(FaultCase):
    def assert_whole(self):
        content = self.output.read_bytes()
        self.assertTrue(not content or content.endswith(b"\n"), content[-200:])
        return survey.load(self.output)

    def test_kill_at_random(self):
        """Every line is whole, and every peer that was done some time ago has its record."""
        seed = random.randrange(2**32)
        rng = random.Random(seed)
        self.output.write_bytes(b"")  # for one that is killed before it gets so far
        for _ in range(12):
            network = self.network()
            process = survey.start(["-o", self.output, "--patience=0", "--rate=300",
                                    *network.connect(200), TXID])
            time.sleep(rng.random() * 0.9 * harness.SLOWNESS)
            settled = time.monotonic() - 0.3
            process.kill()
            survey.finish(process)
            with self.subTest(seed=seed):
                done = {address for address, end in network.closed.copy().items() if end < settled}
                result = self.assert_whole()
                self.assertLessEqual(done, {peer["address"] for peer in result.peers})
                if result.peers:
                    survey.check_invariants(result)

    def test_kill_at_a_write(self):
        for number in (1, 2, 4, 7):
            self.output.write_bytes(b"")
            survey.run(["-o", self.output, "--patience=0", "--concurrency=1",
                        *self.network().connect(20), TXID], env=harness.traced(),
                       prefix=strace("-P", self.output, "-e", "trace=write", "-e",
                                     f"inject=write:signal=SIGKILL:when={number}", "-o",
                                     "/dev/null"))
            self.assertIsNone(self.assert_whole().summary)

    def test_stop_and_go_on(self):
        """Time that passes while the whole program stands still is no peer's; where it is long enough
        for peers to give up, the summary says so."""
        for seconds, suspect in ((2, False), (11, True)):
            network = self.network()
            process = survey.start(["--patience=0", "--rate=100", "--handshake-timeout=1",
                                    *network.connect(100), TXID])
            while len(network.contacts) < 20 and process.poll() is None:
                time.sleep(0.01)
            process.send_signal(signal.SIGSTOP)
            time.sleep(seconds)
            process.send_signal(signal.SIGCONT)
            result = survey.finish(process)
            self.assertEqual(result.code, 0, result.stderr)
            survey.check_invariants(result)
            self.assert_all_answered(result, 100)
            self.assertIs(result.summary["vantage_suspect"], suspect)
            self.assertEqual(result.stderr.count("stood still"), suspect, result.stderr)


if __name__ == "__main__":
    harness.enter_namespaces("strace", "prlimit", "setpriv")
    harness.main()
