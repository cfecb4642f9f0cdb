"""What peers do costs nobody else's time, and what the clocks of this machine do is no peer's fault."""
import struct
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
import harness  # noqa: E402
from case import Case  # noqa: E402
from fakepeer import address_of, frame, honest, mute, unhelpful  # noqa: E402

PINGS = 19_900  # fewer than a session may have
FLOODERS = 200


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
        self.assertLess(sum(peer["bytesrecv"] for peer in result.peers), FLOODERS * len(flood) / 2)


if __name__ == "__main__":
    harness.enter_namespaces()
    harness.ip("link set lo up")
    harness.main()
