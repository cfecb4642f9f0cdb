#!/usr/bin/python3
"""--save-peers: the list of one run is that of the next, and whatever happens it is whole. --peers
with what an earlier run left."""

import os
import re
import signal
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
import harness
import survey
from case import Case
from fakepeer import TXID, address_of, mute, unhelpful

STAGE = 4 if harness.SLOWNESS > 1 else 1  # seconds
OPTIONS = ["--patience=0", f"--handshake-timeout={STAGE}", f"--response-timeout={STAGE}"]
LIMIT = 30 * harness.SLOWNESS


def setUpModule():
    harness.ip("link set lo up")


class PeersCase(Case):
    def setUp(self):
        super().setUp()
        self.list = self.folder / "peers"

    def items(self):
        """The peers of the list."""
        lines = self.list.read_text().splitlines()
        title = re.fullmatch(r"# txsurvey \S+, \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z, chain main: "
                             r"(\d+) peers, (\d+) completed a handshake, (\d+) that were named not asked "
                             r"\(--max-peers, deadline, signal, failure of this machine\)", lines[0])
        self.assertIsNotNone(title, lines[0])
        peers, self.reached, self.unasked = map(int, title.groups())
        self.assertEqual((peers, peers), (len(lines) - 1, self.reached + self.unasked))
        return lines[1:]

    def save(self, words, code=0, **kw):
        return self.survey([f"--save-peers={self.list}", *OPTIONS, *words], code, **kw)


class Records(PeersCase):
    """--peers with the records of an earlier run."""

    def test_records_are_a_list(self):
        network = self.network(ipv6=True)
        words = [*network.connect(5), "--connect", f"[::1]:{network.port}"]
        first = self.survey([*OPTIONS, *words])
        self.list.write_bytes(first.stdout)
        again = self.survey([*OPTIONS, f"--peers={self.list}"])
        self.assertEqual(sorted(map(survey.endpoint, again.peers)),
                         sorted(map(survey.endpoint, first.peers)))
        self.assertEqual({peer["source"] for peer in again.peers}, {"file"})

    def test_of_a_run_that_was_killed(self):
        network = self.network()
        first = self.survey([*OPTIONS, *network.connect(5)])
        peers = [line for line in first.stdout.splitlines(keepends=True) if b'"peer"' in line[:20]]
        for rest, count in ((1, 4), (50, 4), (len(peers[-1]) - 2, 4), (len(peers[-1]) - 1, 5)):
            content = b"".join(peers[:-1]) + peers[-1][:rest]
            again = self.survey([*OPTIONS, "--peers=-"], stdin=content)
            self.assertEqual(len(again.peers), count)

    def test_a_raw_transaction_does_not_matter(self):
        network = self.network()
        first = self.survey([*OPTIONS, "--raw", *network.connect(2)])
        raw = next(line for line in first.stdout.splitlines() if b'"transaction"' in line[:30])
        long = raw.replace(b'"hex":"', b'"hex":"' + b"00" * 10_000_000)
        again = self.survey([*OPTIONS, "--peers=-"], stdin=first.stdout + long + b"\n")
        self.assertEqual(len(again.peers), 2)

    def test_refused(self):
        for line in (b'{"type":"peer"}', b"{", b"{}", b'{"type":"peer","address":"x","port":1}',
                     b'{"a":' * 5000):
            done = survey.run(["--peers=-", TXID], stdin=b"127.0.0.1\n" + line + b"\n127.0.0.2\n")
            self.assertEqual(done.code, 2, done.explain())
            self.assertIn("standard input: line 2:", done.stderr)


class Saved(PeersCase):
    def test_who_is_kept(self):
        """Who answered first, then who completed a handshake; nobody else."""
        kinds = {1: unhelpful, 2: mute, 3: lambda peer: peer.reset()}
        network = self.network(scripts={address_of(number): kind for number, kind in kinds.items()})
        self.save([*network.connect(8), "--connect=127.9.9.9:1"])
        items = self.items()
        self.assertEqual(sorted(items[:5]), sorted(map(network.at, range(4, 9))))
        self.assertEqual(items[5:], [network.at(1)])

    def test_a_list_renews_itself(self):
        network = self.network()
        words = [f"--peers={self.list}"]
        self.list.write_text("".join(f"{network.at(number)}\n" for number in range(1, 6))
                             + "127.9.9.9:1\n")
        for _ in range(2):
            self.save(words)
            self.assertEqual(sorted(self.items()), sorted(map(network.at, range(1, 6))))
        result = self.save(words)
        self.assertEqual(len(result.peers), 5)

    def test_who_was_not_come_to_stays(self):
        network = self.network(scripts={address_of(2): mute})
        self.list.write_text("".join(f"{network.at(number)}\n" for number in range(1, 6)))
        result = self.save(["--max-peers=2", f"--peers={self.list}"])
        reached = {survey.endpoint(peer) for peer in result.peers}
        lost = {survey.endpoint(peer) for peer in result.peers if peer["outcome"] != "answered"}
        self.assertEqual(len(reached), 2)
        self.assertEqual(set(self.items()), set(map(network.at, range(1, 6))) - lost)
        self.assertEqual((self.reached, self.unasked), (2 - len(lost), 3))

    def test_who_is_of_no_use_this_time_goes(self):
        """Other networks and shards, and whom nobody may ask: they were not left out for want of time."""
        network = self.network()
        excluded = self.folder / "excluded"
        excluded.write_text("127.0.0.2\n")
        self.list.write_text(f"{network.at(1)}\n{network.at(2)}\n[2001:db8::1]:1\n[fc00::1]:1\n")
        self.save([f"--peers={self.list}", "--onlynet=ipv4", "--exclude", excluded])
        self.assertEqual((self.items(), self.reached, self.unasked), ([network.at(1)], 1, 0))

    def test_who_was_interrupted_behind_the_handshake_was_reached(self):
        def shaken(peer):
            peer.handshake()
            while peer.receive():
                pass
        network = self.network(scripts={address_of(1): shaken})
        survey.run([f"--save-peers={self.list}", *network.connect(1), "--deadline=2", TXID])
        self.assertEqual((self.items(), self.reached, self.unasked), ([network.at(1)], 1, 0))

    def test_the_first_time(self):
        """The list is not yet there, and somebody else gives a start."""
        network = self.network()
        words = [f"--peers={self.list}"]
        result = self.save([*words, *network.connect(2)])
        self.assertIn(f"{self.list} is not there yet", result.stderr)
        self.assertEqual(set(self.items()), {network.at(1), network.at(2)})
        again = self.save(words)
        self.assertEqual({peer["source"] for peer in again.peers}, {"file"})
        self.assertNotIn("not there", again.stderr)

    def test_the_first_time_with_seeds(self):
        """As without any list; here none can be asked."""
        result = self.save([f"--peers={self.list}"], 3, timeout=LIMIT)
        self.assertIn("the DNS seeds are asked", result.stderr)
        self.assertTrue(result.seeds)
        self.assertFalse(self.list.exists())
        nothing = survey.run([f"--save-peers={self.list}", f"--peers={self.list}", "--no-dnsseed", TXID])
        self.assertEqual(nothing.code, 2, nothing.explain())
        self.assertIn("is not there", nothing.stderr)
        other = survey.run([f"--save-peers={self.list}", f"--peers={self.list}x", TXID])
        self.assertEqual(other.code, 2, other.explain())

    def test_with_seeds_also_later(self):
        """A list that has grown old does not end the series. Those of the list are asked as ever."""
        network = self.network()
        self.list.write_text(f"{network.at(1)}\n")
        for words, asked in (([], False), (["--force-dnsseed"], True), (["-forcednsseed"], True)):
            result = self.save([f"--peers={self.list}", *words], timeout=LIMIT)
            self.assertEqual((bool(result.seeds), self.items()), (asked, [network.at(1)]), words)

    def test_nobody_was_reached(self):
        self.list.write_text("127.0.0.1:1\n")
        result = self.save([f"--peers={self.list}"], 3)
        self.assertIn(str(self.list), result.stderr)
        self.assertEqual(self.list.read_text(), "127.0.0.1:1\n")
        self.assertEqual([path.name for path in self.folder.iterdir()], ["peers"])

    def test_deadline_and_signals(self):
        network = self.network(scripts={address_of(number): mute for number in (2, 3)})
        words = [*network.connect(3), "--patience=0", "--handshake-timeout=60"]
        # Those that were in progress are not judged: they stay, behind the one that was reached.
        kept = {network.at(number) for number in (1, 2, 3)}
        survey.run([f"--save-peers={self.list}", "--deadline=2", *words, TXID])
        self.assertEqual((self.items()[0], set(self.items())), (network.at(1), kept))
        self.list.unlink()
        for number in (signal.SIGTERM, signal.SIGINT):
            process = survey.start([f"--save-peers={self.list}", "-o", self.output, *words, TXID])
            end = time.monotonic() + LIMIT
            while not self.output.exists() or b'"answered"' not in self.output.read_bytes():
                self.assertLess(time.monotonic(), end)
                time.sleep(0.02)
            process.send_signal(number)
            self.assertEqual(survey.finish(process).code, 128 + number)
            self.assertEqual((self.items()[0], set(self.items())), (network.at(1), kept))
            self.list.unlink()
            self.output.unlink()

    def test_a_broken_output_does_not_matter(self):
        network = self.network()
        with harness.mounted("size=4k") as folder:
            done = survey.run([f"--save-peers={self.list}", "-o", folder / "records", *OPTIONS,
                               *network.connect(20), TXID])
        self.assertEqual(done.code, 4, done.explain())
        self.assertTrue(self.items())


class NotSaved(PeersCase):
    def refused(self, path, code, words=(), **kw):
        network = self.network()
        done = survey.run([f"--save-peers={path}", *network.connect(2), *words, TXID], **kw)
        self.assertEqual((done.code, done.stdout), (code, b""), done.explain())
        self.assertIn("--save-peers" if code == 2 else str(path), done.stderr)
        self.assertEqual(network.contacts, [])

    def test_somebodys_file(self):
        """What we did not write stays; a list that is renewed by its name may be written by hand."""
        for content in ("127.0.0.1:1\n", "# my peers\n", "{}", "\0"):
            self.list.write_text(content)
            self.refused(self.list, 2)
            self.assertEqual(self.list.read_text(), content)
        network = self.network()
        for content in ("", "# txsurvey 0.0.1\n"):
            self.list.write_text(content)
            self.save(network.connect(1))
            self.assertEqual(self.items(), [network.at(1)])

    def test_no_place_for_it(self):
        fifo = self.folder / "fifo"
        os.mkfifo(fifo)
        for path in (self.folder, self.folder / "none" / "peers", fifo, "/dev/null", "/proc/peers"):
            self.refused(path, 4)
            self.refused(path, 4, ["-o", self.output])
            self.assertFalse(self.output.exists())
        self.assertEqual([path.name for path in self.folder.iterdir()], ["fifo"])

    def test_no_right_to_it(self):
        self.list.write_text("127.0.0.1:1\n")
        self.list.chmod(0o666)
        self.folder.chmod(0o755)
        with harness.unprivileged() as prefix:
            self.refused(self.list, 4, prefix=prefix)
        self.assertEqual(self.list.read_text(), "127.0.0.1:1\n")

    def test_a_link_laid_by_somebody_else(self):
        """In a folder where everybody may write, as the kernel has it (fs.protected_symlinks)."""
        shared, target = self.folder / "shared", self.folder / "target"
        shared.mkdir()
        (shared / "near").symlink_to("far")
        (shared / "far").symlink_to(target)
        self.folder.chmod(0o777)
        with harness.unprivileged() as prefix:
            os.chown(shared, 65534, 65534)
            shared.chmod(0o1777)
            self.refused(shared / "near", 4, prefix=prefix)
            os.chown(shared / "near", 65534, 65534, follow_symlinks=False)
            self.refused(shared / "near", 4, prefix=prefix)  # the second of the two
            self.assertFalse(target.exists())
            for mode, owner in ((0o777, 65534), (0o1755, 65534), (0o1777, 0)):
                os.chown(shared, owner, owner)
                shared.chmod(mode)
                survey.run([f"--save-peers={shared / 'near'}", *OPTIONS,
                            *self.network().connect(2), TXID], prefix=prefix)
                self.assertEqual(len(target.read_text().splitlines()), 3, (mode, owner))
                target.unlink()

    def test_no_inodes(self):
        with harness.mounted("nr_inodes=2") as folder:
            (folder / "peers").write_text("127.0.0.1:1\n")
            self.refused(folder / "peers", 4)

    def test_a_file_of_another_use(self):
        ids = self.folder / "ids"
        ids.write_text(TXID)
        link = self.folder / "link"
        link.symlink_to("records")
        trace = self.folder / "trace"
        for path, words in ((self.output, ["-o", self.output]), (link, ["-o", self.output]),
                            (trace, ["-o", self.output, "--trace", trace]),
                            (ids, ["--txid-file", ids]), ("", [])):
            self.refused(path, 2, words)
        self.assertEqual(ids.read_text(), TXID)
        self.assertFalse(self.output.exists() or trace.exists())

    def test_full_disk(self):
        """At the end there is no place: the old list stays, and the run has failed."""
        network = self.network()
        with harness.mounted("size=8k") as folder:
            self.list = folder / "peers"
            self.list.write_text("# txsurvey mine\n127.0.0.1:1\n")
            (folder / "filler").write_bytes(bytes(4096))
            self.survey([f"--save-peers={self.list}", *OPTIONS, *network.connect(300)], 4)
            self.assertEqual(self.list.read_text(), "# txsurvey mine\n127.0.0.1:1\n")
            self.assertEqual(sorted(path.name for path in folder.iterdir()), ["filler", "peers"])

    def test_faults_and_kills(self):
        """At each call that makes it: the old list or the new one."""
        network = self.network()
        old = "# txsurvey old\n127.0.0.1:1\n"
        expected = sorted(map(network.at, range(1, 6)))
        # The first fchmod is of the probe before the run, the second fsync that of the folder.
        for call, number in (("fchmod", 2), ("fsync", 1), ("rename", 1), ("fsync", 2)):
            for fault in ("error=EIO", "signal=SIGKILL"):
                with self.subTest(call=call, number=number, fault=fault):
                    folder = self.folder / f"{call}{number}{fault[:3]}"
                    folder.mkdir()
                    self.list = folder / "peers"
                    self.list.write_text(old)
                    done = survey.run(
                        ["-o", "/dev/null", f"--save-peers={self.list}", *OPTIONS,
                         *network.connect(5), TXID], env=harness.traced(), prefix=[
                             "strace", "-f", "-qq", "-e", f"trace={call}", "-e",
                             f"inject={call}:{fault}:when={number}", "-o", "/dev/null"])
                    if (call, number) == ("fsync", 2):
                        self.assertEqual(sorted(self.items()), expected)
                    else:
                        self.assertEqual(self.list.read_text(), old)
                        self.assertNotEqual(done.code, 0)
                    if fault.startswith("error"):
                        self.assertEqual(done.code, 4 if self.list.read_text() == old else 0)
                        self.assertEqual([path.name for path in folder.iterdir()], ["peers"])


if __name__ == "__main__":
    harness.enter_namespaces("strace")
    harness.main()
