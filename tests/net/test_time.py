"""What peers do costs nobody else's time, and what the clocks of this machine do is no peer's fault."""
import json
import signal
import struct
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
import harness  # noqa: E402
import survey  # noqa: E402
from case import Case  # noqa: E402
from fakepeer import TXID, Peer, address_of, frame, honest, mute, serve, unhelpful  # noqa: E402

PINGS = 19_900  # fewer than a session may have
FLOODERS = 600


class Flood(Case):
    def test_no_time_is_to_be_had_by_work(self):
        """Many peers send as many pings as they may, far more than can be answered before the deadlines:
        those come all the same, both theirs and that of one who says nothing. Who answers is heard."""
        flood = b"".join(frame(b"ping", struct.pack("<Q", number)) for number in range(PINGS))

        def flooding(peer):
            peer.handshake()
            peer.socket.sendall(flood)
            mute(peer)
        silent, last = address_of(FLOODERS + 1), address_of(FLOODERS + 2)
        network = self.network(flooding, {silent: unhelpful, last: honest})
        result = self.survey([*network.connect(FLOODERS + 2), "--patience=0", "--response-timeout=1"])
        self.assertEqual(result.peer(last)["outcome"], "answered")
        self.assertEqual(result.peer(silent)["outcome"], "silent")
        self.assertIs(result.summary["vantage_suspect"], False)
        self.assertLess(sum(peer["bytesrecv"] for peer in result.peers), FLOODERS * len(flood))


class Clocks(Case):
    def survey_while_the_clock_is_set(self, before, after):
        """A survey of three peers with right clocks, one after the other. Ours is set, by words of
        faketime(1), in the middle of the first's session."""
        now = self.folder / "now"
        now.write_text(before + "\n")

        def script(peer):
            peer.handshake()
            if peer.address == network.contacts[0]:
                now.write_text(after + "\n")
            serve(peer)
        network = self.network(script)
        result = self.survey(["--trace", self.folder / "trace", "--patience=0", "--rate=1",
                              *network.connect(3)], env=harness.with_clock(now))
        result.peers.sort(key=lambda peer: network.contacts.index(peer["address"]))
        return result

    def test_the_clock_is_set(self):
        """What is recorded after that is right: the times, and how wrong the others' clocks are."""
        for hours in (-1, 24 * 365):
            with self.subTest(hours=hours):
                result = self.survey_while_the_clock_is_set(f"{hours * 3600:+}s", "+0")
                trace = (self.folder / "trace").read_bytes()
                times = [peer["started"] for peer in result.peers] + [result.summary["finished"]]
                for text in times + [json.loads(trace.splitlines()[-1])["time"]]:
                    off = datetime.utcnow() - datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ")
                    self.assertLess(abs(off), timedelta(minutes=30), text)
                wrong = [round(peer["timeoffset"] / 3600) for peer in result.peers]
                self.assertEqual(wrong, [-hours, 0, 0])
                self.assertIs(result.summary["vantage_suspect"], True)
                self.assertEqual(result.stderr.count("its clock was set"), 1, result.stderr)

    def test_who_gave_up_while_this_machine_stood_still_is_asked_again(self):
        """By --resume; who answered all the same is not."""
        patient, impatient = address_of(1), address_of(2)

        def wait(peer, seconds, then):
            peer.handshake()
            met.append(peer.address)
            time.sleep(seconds)
            then(peer)
        met = []
        network = self.network(scripts={patient: lambda peer: wait(peer, 12, serve),
                                        impatient: lambda peer: wait(peer, 5, Peer.reset)})
        words = [*network.connect(2), "--patience=0", "--resume", "-o", self.output, TXID]
        process = survey.start(words)
        while len(met) < 2 and process.poll() is None:
            time.sleep(0.01)
        process.send_signal(signal.SIGSTOP)
        time.sleep(11)
        process.send_signal(signal.SIGCONT)
        result = survey.finish(process)
        self.assertEqual(result.code, 0, result.stderr)
        first = survey.load(self.output)
        survey.check_invariants(first)
        self.assertEqual(first.peer(impatient)["outcome"], "closed")
        self.assertIs(first.peer(impatient)["suspect"], True)
        self.assertIs(first.peer(patient)["suspect"], False)
        network.scripts.clear()
        self.assertEqual(survey.run(words).code, 0)
        second = survey.load(self.output)
        survey.check_invariants(second)
        self.assertEqual(second.peer(impatient)["outcome"], "answered")
        self.assertEqual(second.peer(patient), first.peer(patient))

    def test_a_clock_that_is_hardly_wrong(self):
        result = self.survey_while_the_clock_is_set("-2s", "+0")
        self.assertIs(result.summary["vantage_suspect"], False)
        self.assertEqual(len(result.peers), 3)


if __name__ == "__main__":
    harness.enter_namespaces()
    harness.ip("link set lo up")
    harness.main()
