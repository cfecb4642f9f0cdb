#!/usr/bin/python3
"""Proxies and routers that take their time: how long their peers have."""
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
from fakepeer import honest  # noqa: E402
from harness import SLOWNESS, main  # noqa: E402
from proxies import QUICK, ProxyCase  # noqa: E402


class Times(ProxyCase):
    """Onion services that answer take up to half a minute for connection and handshake."""

    def slow(self, connect_s, handshake_s):
        """A proxy with a name whose connection is slow, one whose handshake is, and an address whose
        handshake is."""
        def late(peer):
            time.sleep(handshake_s)
            honest(peer)

        def late_reply(client):
            time.sleep(connect_s)
            client.connect()
        network = self.network(scripts={"127.0.1.2": late, "127.0.0.1": late})
        proxy, names = self.onions(network, 2)
        proxy.scripts = {names[0]: late_reply}
        return proxy, names, network

    def over(self, proxy, names, network, *options):
        words = [word for name in names for word in ("--connect", name)]
        return self.survey(["--onion", proxy.at, *QUICK, *options, *network.connect(1), *words])

    def test_a_proxys_peers_have_half_a_minute_for_each(self):
        """The connection was given 20 s once, the handshake 10 s."""
        proxy, names, network = self.slow(21, 12)
        result = self.over(proxy, names, network)
        for name in names:
            self.assertEqual(result.peer(name)["outcome"], "answered", result.explain())
        self.assert_error(result.peer("127.0.0.1"), "handshake_timeout", "no_version")

    def test_limits_that_are_given_hold_for_all(self):
        proxy, names, network = self.slow(3 * SLOWNESS, 3 * SLOWNESS)
        result = self.over(proxy, names, network, "--connect-timeout", str(SLOWNESS),
                           "--handshake-timeout", str(SLOWNESS))
        self.assert_error(result.peer(names[0]), "connect_timeout", "timed_out")
        for late in (names[1], "127.0.0.1"):
            self.assert_error(result.peer(late), "handshake_timeout", "no_version")


if __name__ == "__main__":
    main()
