"""What the tests of surveys through proxies share."""
import socket
import time
from concurrent.futures import ThreadPoolExecutor

import survey
from case import Case
from fakepeer import TXID
from harness import SLOWNESS
from sam_server import SamServer
from socks_server import SocksServer, onion_of

SOON = ["--connect-timeout", str(0.5 * SLOWNESS)]  # for what never comes
QUICK = ["--patience", "0"]


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def side_by_side(function, calls):
    """For what takes long without doing anything."""
    with ThreadPoolExecutor() as pool:
        for _ in pool.map(lambda call: function(*call), calls):
            pass


def wait_until(holds, seconds=20):
    for _ in range(int(seconds * SLOWNESS * 20)):
        if holds():
            return
        time.sleep(0.05)
    raise AssertionError("it never came to that")


class ProxyCase(Case):
    def survey(self, args, code=None, **kw):
        """Ends with 0, or 3 where nobody completed a handshake: the invariants know which of them."""
        if code is not None:
            return super().survey(args, code, **kw)
        result = survey.run([*args, TXID], **kw)
        self.assertIn(result.code, (0, 3), result.explain())
        survey.check_invariants(result)
        return result

    def proxy(self, *args, **kw):
        proxy = SocksServer(*args, **kw)
        self.addCleanup(proxy.__exit__)
        return proxy

    def bridge(self, *args, **kw):
        bridge = SamServer(*args, **kw)
        self.addCleanup(bridge.__exit__)
        return bridge

    def onions(self, network, count):
        """A proxy that maps as many onion names, and the names."""
        names = [onion_of(number) for number in range(count)]
        targets = {name: ("127.0.1.%d" % (number + 1), network.port)
                   for number, name in enumerate(names)}
        return self.proxy(targets), names

    def through(self, proxy, hosts, *options, code=None, **kw):
        """A survey of these through a SOCKS5 proxy."""
        words = [word for host in hosts for word in ("--connect", host)]
        return self.survey(["--proxy", proxy.at, *QUICK, *options, *words], code, **kw)

    def assert_error(self, peer, outcome, error):
        self.assertEqual((peer["outcome"], peer["error"]), (outcome, error), peer)

    def assert_served(self, result, count):
        self.assertEqual(result.summary["peers"]["answered"], count, result.explain())
        self.assertEqual(result.totals(TXID)["served"], count)
        for peer in result.peers:
            self.assertIsNotNone(peer["connect_ms"])
