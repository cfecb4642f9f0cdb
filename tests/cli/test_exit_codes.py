#!/usr/bin/python3
"""Every exit status is reached, and tells the truth; what the records hold then."""

import os
import signal
import socket
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
import harness
import survey
from case import Case
from fakepeer import TXID, UNKNOWN, black_hole, honest, mute, unhelpful
from socks_server import SocksServer, answer

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGUSR1, signal.SIGXCPU)
LIMIT = 20 * harness.SLOWNESS  # seconds in which anything of this must have happened


def wait_until(condition, what):
    end = time.monotonic() + LIMIT
    while not condition():
        assert time.monotonic() < end, f"in vain: {what}"
        time.sleep(0.02)


def set_up_name_server():
    """The name server of this namespace is a socket that nobody reads."""
    hole = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    hole.bind(("127.0.0.1", 53))
    with tempfile.TemporaryDirectory() as folder:
        for name, text in (("resolv.conf", "nameserver 127.0.0.1\n"),
                           ("nsswitch.conf", "hosts: files dns\n")):
            path = Path(folder) / name
            path.write_text(text)
            harness.mount_over(path, f"/etc/{name}")
    return hole


def setUpModule():
    global name_server
    harness.ip("link set lo up")
    name_server = set_up_name_server()


class Survey(Case):
    """0, 1 and 3: the survey came to its end."""

    def test_0(self):
        network = self.network()
        result = self.survey(["--patience=0", *network.connect(3)], 0)
        self.assertEqual(result.summary["reason"], "finished")
        self.assertTrue(result.summary["complete"])

    def test_0_whatever_the_peers_say(self):
        network = self.network(lambda peer: peer.reset(), {"127.0.0.1": unhelpful})
        result = self.survey(["--response-timeout=0.5", *network.connect(3), "--connect=127.0.0.1:1"], 0)
        self.assertEqual(result.totals(TXID)["served"], 0)

    def test_0_by_deadline(self):
        network = self.network(unhelpful)
        result = self.survey(["--deadline=1", *network.connect(3)], 0)
        self.assertEqual(result.summary["reason"], "deadline")
        self.assertFalse(result.summary["complete"])
        self.assertEqual([peer["outcome"] for peer in result.peers], ["interrupted"] * 3)

    def test_deadline_leaves_the_rest_out(self):
        network = self.network(unhelpful)
        result = self.survey(["--deadline=1", "--concurrency=2", *network.connect(5)], 0)
        self.assertEqual((len(result.peers), result.summary["not_attempted"]), (2, 3))

    def test_1(self):
        network = self.network(scripts={"127.0.0.2": unhelpful})
        args = ["--patience=0", "--response-timeout=1", *network.connect(2)]
        self.survey([*args, "--require-served=1"], 0)
        self.survey([*args, "--require-served=2"], 1)
        self.survey([*args, "--require-served=1", UNKNOWN], 1)

    def test_1_by_deadline(self):
        network = self.network(scripts={"127.0.0.2": mute})
        args = ["--deadline=2", *network.connect(2)]
        self.survey([*args, "--require-served=1"], 0)
        result = self.survey([*args, "--require-served=2"], 1)
        self.assertEqual(result.summary["reason"], "deadline")

    def test_3(self):
        empty, comments = self.folder / "empty", self.folder / "comments"
        empty.touch()
        comments.write_text("# nobody\n\r\n\n")
        for args in (["--no-dnsseed"], ["--peers", empty], ["--peers", comments],
                     ["--peers", empty, "--no-dnsseed", "--deadline=60"],
                     ["--connect=127.0.0.1", "--onlynet=ipv6"],
                     ["--connect=127.0.0.1", "--connect=::1", "--onlynet=onion"],
                     ["--no-dnsseed", "--require-served=1"]):
            with self.subTest(args=args):
                result = self.survey(args, 3)
                kinds = [record["type"] for record in result.records]
                self.assertEqual(kinds, ["survey", "summary"])
                left_out = sum(result.summary["address_book"]["ignored"].values())
                self.assertEqual(left_out, sum("--connect" in str(word) for word in args))
                self.assertIn("nobody could be asked, there was no node to survey: ", result.stderr)

    def test_3_no_handshake(self):
        """The records are written all the same, --require-served or not; one sentence says why."""
        resetting, silent = self.network(lambda peer: peer.reset()), self.network(mute)
        down = ["--connect=127.0.0.1:1", "--connect=127.0.0.2:1"]
        with black_hole() as hole, SocksServer(script=answer(2)) as proxy:
            for args, words, suspect in (
                    ([*resetting.connect(3)], "all nodes hung up at once, as nodes do that are full", True),
                    (["--connect=127.0.0.1:1"], "the one node refused the connection: nobody listens there", True),
                    ([*resetting.connect(2), "--connect=127.0.0.1:1"], "most nodes hung up", True),
                    ([*silent.connect(2), "--handshake-timeout=0.3"],
                     "all nodes took the call, but said nothing in time", True),
                    ([*silent.connect(2), "--deadline=0.3"], "all nodes had not answered yet", False),
                    (["--connect", hole, "--connect-timeout=0.5"], "the one node did not answer the call in time", True),
                    ([*down, "--proxy=127.0.0.1:1"], "all nodes failed at the proxy: nobody listens", True),
                    ([*down, f"--proxy={proxy.at}"], "all nodes failed at the proxy: ", True)):
                for more in ([], ["--require-served=1"], ["-q"]):
                    with self.subTest(args=args, more=more):
                        result = self.survey([*args, *more], 3)
                        self.assertIn("nobody could be asked: " + words, result.stderr)
                        self.assertEqual(result.summary["vantage_suspect"], suspect)
                        self.assertEqual("in order?" in result.stderr, suspect)
                        self.assertTrue(result.peers)

    def test_3_the_link_is_down(self):
        self.addCleanup(harness.ip, "link set lo up")
        harness.ip("link set lo down")
        for args in (["--connect=127.0.0.1:1"], ["--connect=192.0.2.1"], ["--dnsseed=seed.invalid"]):
            result = self.survey([*args, "--connect-timeout=0.5", "--require-served=1"], 3)
            self.assertIs(result.summary["vantage_suspect"], True)
            self.assertIn("nobody could be asked", result.stderr)

    def test_3_and_no_1_where_nothing_is_left_to_do(self):
        args = ["-o", self.output, "--connect=127.0.0.1:1", TXID]
        self.assertEqual(survey.run(args).code, 3)
        self.assertEqual(survey.run([*args, "--resume", "--require-served=1"]).code, 3)
        self.assertEqual(survey.run([*args, "--resume"]).code, 0)

    def test_3_seeds_of_no_use_are_not_asked(self):
        """A look-up would tell what whoever wants onion services alone would rather not have told."""
        for words in (["--onlynet=onion"], ["-onlynet=onion", "--onion=127.0.0.1:1"], ["--onlynet=i2p,cjdns"]):
            result = self.survey([*words, "--patience=0"], 3)
            self.assertEqual((result.seeds, result.peers), ([], []))
            self.assertIn("the DNS seeds know IPv4 and IPv6 alone", result.stderr)

    def test_3_no_seed_resolves(self):
        result = self.survey(["--dnsseed=seed.invalid"], 3)
        self.assertEqual([seed["outcome"] for seed in result.seeds], ["timeout"])
        self.assertEqual([record["type"] for record in result.records],
                         ["survey", "seed", "summary"])

    def test_3_seed_names_nobody_routable(self):
        result = self.survey(["--dnsseed=localhost"], 3)
        self.assertEqual([seed["outcome"] for seed in result.seeds], ["resolved"])
        self.assertGreater(result.summary["address_book"]["ignored"]["unroutable"], 0)


class NotWritten(Case):
    """4."""

    def assert_error(self, result, *words):
        self.assertEqual(result.code, 4, result.explain())
        for word in words:
            self.assertIn(word, result.stderr)

    def test_full_from_the_start(self):
        network = self.network()
        with open("/dev/full", "wb") as full:
            self.assert_error(survey.run([*network.connect(3), TXID], stdout=full), "No space")
        result = survey.run(["--output=/dev/full", *network.connect(3), TXID])
        self.assert_error(result, "No space")
        self.assertEqual(network.contacts, [], "somebody was asked")

    def test_missing_folder(self):
        network = self.network()
        for path in (self.folder / "none" / "records", self.folder, "/proc/none"):
            result = survey.run(["-o", path, *network.connect(3), TXID])
            self.assert_error(result, str(path))
        self.assertEqual(network.contacts, [])

    def test_closed_standard_output(self):
        network = self.network()
        result = survey.run([*network.connect(3), TXID], prefix=["sh", "-c", 'exec "$@" >&-', "-"])
        self.assert_error(result, "records")
        self.assertEqual(network.contacts, [])

    def test_reader_goes_away(self):
        gone = []

        def late(peer):
            wait_until(lambda: gone, "the reader's end")
            honest(peer)
        network = self.network(late)
        process = survey.start(["--patience=0", *network.connect(5), TXID])
        self.assertTrue(process.stdout.readline().endswith(b"\n"))
        process.stdout.close()
        gone.append(True)
        self.assertEqual(process.wait(LIMIT), 4)
        self.assertIn(b"pipe", process.stderr.read())
        process.stdin.close()
        process.stderr.close()

    def test_reader_goes_away_while_peers_are_mute(self):
        network = self.network(mute)
        process = survey.start(["--handshake-timeout=300", "--dnsseed=seed.invalid",
                                *network.connect(1), TXID])
        process.stdout.readline()
        process.stdout.close()
        # The next record, of the seed that does not answer, meets nobody.
        self.assertEqual(process.wait(LIMIT), 4)
        process.stdin.close()
        process.stderr.close()

    def fill(self, args, path, before=b"", **kw):
        """A survey of more records than fit; gives what was written, behind what stood there."""
        network = self.network()
        result = survey.run(["--patience=0", *args, *network.connect(200), TXID], **kw)
        self.assert_error(result, "records")
        content = path.read_bytes()
        self.assertTrue(content.startswith(before))
        written = self.assert_whole(content[len(before):])
        self.assertGreater(len(written.peers), 5)
        self.assertLess(len(written.peers), 200)
        return written

    def test_file_size_limit(self):
        for size in (20000, 20001, 30007):
            written = self.fill(["-o", self.output], self.output, prefix=["prlimit", f"--fsize={size}"])
            self.assertLessEqual(len(written.stdout), size)

    def test_file_size_limit_of_standard_output(self):
        with open(self.output, "wb") as file:
            self.fill([], self.output, prefix=["prlimit", "--fsize=20000"], stdout=file)

    def test_full_disk(self):
        with harness.mounted("size=64k") as folder:
            self.fill(["-o", folder / "records"], folder / "records")

    def test_full_disk_under_standard_output(self):
        """What stood there before is not touched."""
        with harness.mounted("size=64k") as folder:
            path = folder / "records"
            path.write_bytes(b"what stood there\n")
            with open(path, "ab") as file:
                self.fill([], path, b"what stood there\n", stdout=file)

    def test_no_inodes(self):
        with harness.mounted("nr_inodes=1") as folder:
            network = self.network()
            result = survey.run(["-o", folder / "records", *network.connect(1), TXID])
            self.assert_error(result, str(folder))
            self.assertEqual(network.contacts, [])

    def test_read_only(self):
        with harness.mounted("ro") as folder:
            self.assert_error(survey.run(["-o", folder / "records", "--no-dnsseed", TXID]),
                              "Read-only")

    def test_error_of_any_write(self):
        """EIO at the first, second, third, ... write to the file of records."""
        for number in (1, 2, 3, 5):
            network = self.network()
            inject = ["strace", "-f", "-qq", "-P", self.output, "-e", "trace=write", "-e",
                      f"inject=write:error=EIO:when={number}", "-o", "/dev/null"]
            self.output.touch()
            result = survey.run(["-o", self.output, "--rate=20", "--patience=0",
                                 *network.connect(10), TXID], prefix=inject, env=harness.traced())
            self.assert_error(result, "Input/output error")
            self.assert_whole(self.output.read_bytes())

    def test_error_of_fsync(self):
        self.output.touch()
        network = self.network()
        inject = ["strace", "-f", "-qq", "-e", "trace=fsync,fdatasync", "-e",
                  "inject=fsync,fdatasync:error=EIO", "-o", "/dev/null"]
        result = survey.run(["-o", self.output, "--patience=0", *network.connect(2), TXID],
                            prefix=inject, env=harness.traced())
        self.assert_error(result, "Input/output error")


class Locked(Case):
    """5."""

    def test_5(self):
        go_on = []

        def late(peer):
            wait_until(lambda: go_on, "the second run's end")
            honest(peer)
        network, other = self.network(late), self.network()
        first = survey.start(["-o", self.output, "--patience=0", *network.connect(3), TXID])
        wait_until(lambda: len(network.contacts) == 3, "contacts")
        before = self.output.read_bytes()
        self.assertTrue(before)
        for _ in range(2):
            second = self.survey(["-o", self.output, *other.connect(3)], 5)
            self.assertIn(str(self.output), second.stderr)
            self.assertEqual(self.output.read_bytes(), before)
        self.assertEqual(other.contacts, [])
        go_on.append(True)
        self.assertEqual(survey.finish(first).code, 0)
        result = survey.load(self.output, 0)
        survey.check_invariants(result)
        self.assertEqual([peer["outcome"] for peer in result.peers], ["answered"] * 3)

    def test_no_lock_is_left_behind(self):
        network = self.network(mute)
        first = survey.start(["-o", self.output, *network.connect(3), TXID])
        wait_until(lambda: len(network.contacts) == 3, "contacts")
        first.kill()
        self.assertEqual(survey.finish(first).code, -signal.SIGKILL)
        honest_ones = self.network()
        result = survey.run(["-o", self.output, "--patience=0", *honest_ones.connect(3), TXID])
        self.assertEqual(result.code, 0, result.stderr)
        survey.check_invariants(survey.load(self.output, 0))


class Signals(Case):
    """128+N."""

    def stopped(self, args, ready, number, prefix=()):
        """A survey that gets signal `number` as soon as `ready`; checks all that is the same."""
        process = survey.start(["-o", self.output, *args, TXID], prefix)
        try:
            wait_until(lambda: ready(process), "the stage")
            time.sleep(0.2)
            process.send_signal(number)
            begin = time.monotonic()
            code = survey.finish(process).code
        finally:
            process.kill()
        self.assertEqual(code, 128 + number)
        self.assertLess(time.monotonic() - begin, 4 * harness.SLOWNESS)
        result = survey.load(self.output, code)
        survey.check_invariants(result)
        self.assertEqual(result.summary["reason"], "signal")
        self.assertFalse(result.summary["complete"])
        return result

    def assert_interrupted(self, result, stage, status, count=1):
        self.assertEqual(len(result.peers), count)
        for peer in result.peers:
            self.assertEqual((peer["outcome"], peer["stage"], peer["error"]),
                             ("interrupted", stage, "signal"))
            self.assertEqual([entry["status"] for entry in peer["transactions"]], [status])

    def test_while_resolving(self):
        for number in SIGNALS:
            while self.asks_the_name_server(None):
                pass  # what earlier surveys asked
            result = self.stopped(["--dnsseed=seed.invalid"], self.asks_the_name_server, number)
            self.assertEqual(result.peers, [])
            self.assertEqual([seed["host"] for seed in result.seeds], ["seed.invalid"])

    @staticmethod
    def asks_the_name_server(_):
        try:
            return name_server.recv(1000, socket.MSG_DONTWAIT)
        except BlockingIOError:
            return False

    def test_while_connecting(self):
        for number in SIGNALS:
            with black_hole() as address:
                result = self.stopped(["--connect", address, "--connect-timeout=300"],
                                      self.asked_to_connect, number)
            self.assert_interrupted(result, "connect", "unasked")

    @staticmethod
    def asked_to_connect(process):
        """Its one socket that connects (state 2, SYN sent) is there."""
        sockets = set()
        try:
            for entry in os.scandir(f"/proc/{process.pid}/fd"):
                sockets.add(os.readlink(entry.path))
        except FileNotFoundError:
            pass
        lines = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
        return any(line[3] == "02" and f"socket:[{line[9]}]" in sockets for line in lines)

    def peers_stopped(self, script, event, number, args=()):
        """A signal when three peers are at the same point, which appends to `event`."""
        network = self.network(script)
        return self.stopped([*network.connect(3), "--handshake-timeout=300",
                             "--response-timeout=300", *args], lambda _: len(event) == 3, number)

    def test_in_the_handshake(self):
        for number in SIGNALS:
            event = []

            def script(peer):
                peer.wait_for(b"version")
                event.append(peer)
                mute(peer)
            result = self.peers_stopped(script, event, number)
            self.assert_interrupted(result, "handshake", "unasked", 3)

    def test_while_an_answer_is_awaited(self):
        for number in SIGNALS:
            event = []

            def script(peer):
                peer.handshake()
                peer.wait_for(b"getdata")
                event.append(peer)
                mute(peer)
            result = self.peers_stopped(script, event, number)
            self.assert_interrupted(result, "request", "timeout", 3)

    def test_in_patience(self):
        """The first notfound stands; whether more would have come is not known."""
        for number in SIGNALS:
            event = []

            def script(peer):
                peer.handshake()
                while message := peer.receive():
                    if message[0] == b"ping":
                        peer.send(b"pong", message[1])
                    elif message[0] == b"getdata":
                        peer.send(b"notfound", message[1])
                        if peer not in event:
                            event.append(peer)
            result = self.peers_stopped(script, event, number, ["--patience=300"])
            self.assertEqual(len(result.peers), 3)
            for peer in result.peers:
                self.assertEqual(peer["outcome"], "interrupted")
                self.assertEqual(peer["transactions"][0]["status"], "notfound")

    def test_what_was_known_is_kept(self):
        network = self.network(mute, {"127.0.0.2": honest})
        result = self.stopped(network.connect(5), lambda _: "127.0.0.2" in network.closed and
                              len(network.contacts) == 5, signal.SIGTERM)
        self.assertEqual(result.peer("127.0.0.2")["outcome"], "answered")
        self.assertEqual(result.entry(TXID, "127.0.0.2")["status"], "served")
        self.assertEqual(result.summary["peers"]["interrupted"], 4)

    def test_the_rest_is_not_attempted(self):
        network = self.network(mute)
        result = self.stopped(["--concurrency=2", *network.connect(5)],
                              lambda _: len(network.contacts) == 2, signal.SIGINT)
        self.assertEqual((len(result.peers), result.summary["not_attempted"]), (2, 3))

    def stuck(self):
        """A run whose peers are all recorded, while nobody reads the records."""
        network = self.network()
        process = survey.start(["--patience=0", *network.connect(300), TXID])
        wait_until(lambda: len(network.closed) == 300, "all peers")
        time.sleep(0.5)
        self.assertIsNone(process.poll())
        return process

    def test_second_signal(self):
        process = self.stuck()
        begin = time.monotonic()
        process.send_signal(signal.SIGINT)
        time.sleep(0.2)
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(LIMIT), 128 + signal.SIGTERM)
        self.assertLess(time.monotonic() - begin, 1.4 * harness.SLOWNESS, "waited for the reader")
        self.assert_whole(survey.finish(process).stdout)

    def test_signal_while_nobody_reads(self):
        """It ends in spite of that; not all could be written, or all was and a signal ended it."""
        process = self.stuck()
        process.send_signal(signal.SIGTERM)
        self.assertIn(process.wait(LIMIT), (4, 128 + signal.SIGTERM))
        self.assert_whole(survey.finish(process).stdout)

    def test_nohup(self):
        go_on = []

        def late(peer):
            wait_until(lambda: go_on, "the signal")
            honest(peer)
        network = self.network(late)
        process = survey.start(["-o", self.output, "--patience=0", *network.connect(3), TXID],
                               ["nohup"])
        wait_until(lambda: len(network.contacts) == 3, "contacts")
        process.send_signal(signal.SIGHUP)
        time.sleep(0.3)
        go_on.append(True)
        self.assertEqual(survey.finish(process).code, 0)
        result = survey.load(self.output, 0)
        survey.check_invariants(result)
        self.assertEqual(result.summary["peers"]["answered"], 3)


if __name__ == "__main__":
    harness.enter_namespaces("strace", "prlimit", "nohup")
    harness.main()
