"""Networks that this machine reaches, or does not, in a namespace of its own: CJDNS, and public
addresses without any route, which a proxy may have."""
import struct
import sys
import time
from base64 import b32decode
from ipaddress import ip_address
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
import harness  # noqa: E402
from case import Case  # noqa: E402
from fakepeer import honest, serve  # noqa: E402
from sam_server import Destination, SamServer  # noqa: E402
from socks_server import IPV4, IPV6, NAME, SocksServer, onion_of  # noqa: E402

CJDNS = "fc12::1"
PUBLIC = {4: "8.8.8.8", 6: "2001:4860:4860::8888"}


def addrv2(entries):
    """The payload for (BIP155 id, bytes, port) triples."""
    now = int(time.time())
    count = bytes([len(entries)]) if len(entries) < 0xfd else b"\xfd" + struct.pack("<H", len(entries))
    return count + b"".join(
        struct.pack("<I", now) + bytes([1, network, len(raw)]) + raw + struct.pack(">H", port)
        for network, raw, port in entries)


def gossip(entries):
    """A script: honest, and tells these addresses when it is asked."""
    def script(peer):
        peer.handshake()
        serve(peer, getaddr=lambda _: peer.send(b"addrv2", addrv2(entries)))
    return script


class Routes(Case):
    def test_cjdns_is_dialled_as_ipv6(self):
        harness.ip(f"address add {CJDNS}/128 dev lo")
        self.addCleanup(harness.ip, f"address del {CJDNS}/128 dev lo")
        network = self.network(ipv6=True)
        result = self.survey(["--cjdnsreachable", "--patience", "0", "--connect",
                              f"[{CJDNS}]:{network.port}"])
        peer = result.peer(CJDNS, network.port)
        self.assertEqual((peer["network"], peer["outcome"]), ("cjdns", "answered"))

    def test_what_gossip_tells_is_reached_through_proxies(self):
        """A first peer tells of one address of each network; none has a route from here."""
        network = self.network()
        here = ("127.0.0.9", network.port)
        i2p, onion = Destination(1), onion_of(1)
        proxy = SocksServer({host: here for host in (onion, CJDNS, *PUBLIC.values())})
        bridge = SamServer({i2p: here})
        self.addCleanup(proxy.__exit__)
        self.addCleanup(bridge.__exit__)
        i2p_hash = b32decode(i2p.name.split(".")[0].upper() + "====")
        network.scripts["127.0.0.1"] = gossip([
            (1, ip_address(PUBLIC[4]).packed, 8333), (2, ip_address(PUBLIC[6]).packed, 8333),
            (4, b32decode(onion.split(".")[0].upper())[:32], 8333), (5, i2p_hash, 0),
            (6, ip_address(CJDNS).packed, 8333)])
        network.scripts["127.0.0.9"] = honest
        result = self.survey(["--proxy", proxy.at, "--i2psam", bridge.at, "--cjdnsreachable",
                              "--crawl", "--patience", "0", "--response-timeout",
                              str(2 * harness.SLOWNESS), "--connect", network.at(1)])
        self.assertEqual(result.summary["peers"]["answered"], 6, result.explain())
        self.assertEqual({peer["network"] for peer in result.peers},
                         {"ipv4", "ipv6", "onion", "i2p", "cjdns"})
        self.assertEqual(set(proxy.requests),
                         {(IPV4, "127.0.0.1", network.port), (IPV4, PUBLIC[4], 8333),
                          (IPV6, PUBLIC[6], 8333), (NAME, onion, 8333), (IPV6, CJDNS, 8333)})


if __name__ == "__main__":
    harness.enter_namespaces()
    harness.ip("link set lo up")
    harness.main()
