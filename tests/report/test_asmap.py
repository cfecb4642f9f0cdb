"""Bitcoin Core's asmap, decoded: by Core's own test vector, and by maps that are made here."""
import json
import random
import sys
import unittest
from ipaddress import ip_address, ip_network
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "scripts" / "txsurvey-report" / "src"), str(ROOT / "tests" / "support")]
import asmaps  # noqa: E402
from txsurvey_report.asmap import Asmap, AsmapError  # noqa: E402

VECTOR = json.loads((ROOT / "tests" / "vectors" / "asmap.json").read_text())


def core():
    return bytes.fromhex("".join(VECTOR["asmap"]))


class Maps(unittest.TestCase):
    def found(self, data, address):
        return Asmap(data).asn(ip_address(address))

    def test_the_vector_of_bitcoin_core(self):
        read = Asmap(core())
        for address, asn in VECTOR["asns"].items():
            self.assertEqual(read.asn(ip_address(address)), asn, address)

    def test_networks_of_both_kinds(self):
        data = asmaps.asmap({"10.0.0.0/8": 1, "11.128.0.0/9": 4_200_000,
                             "203.0.113.7/32": 32769, "2001:db8::/32": 65536, "2a00::/12": 16_777_215})
        for address, asn in {"10.1.2.3": 1, "11.128.0.0": 4_200_000, "11.127.255.255": 0, "203.0.113.7": 32769,
                             "203.0.113.6": 0, "2001:db8::1": 65536, "2001:db9::": 0, "2a0f::1": 16_777_215,
                             "::": 0, "0.0.0.0": 0}.items():
            self.assertEqual(self.found(data, address), asn, address)

    def test_ipv4_within_ipv6_is_the_ipv4_that_is_meant(self):
        data = asmaps.asmap({"203.0.113.0/24": 64500, "2002::/16": 1, "64:ff9b::/96": 2, "2001::/32": 3})
        for address in ("::ffff:203.0.113.9", "2002:cb00:7109::1", "64:ff9b::cb00:7109", "::ffff:0:203.0.113.9",
                        # Teredo has it inverted
                        "2001:0:1::34ff:8ef6"):
            self.assertEqual(self.found(data, address), 64500, address)

    def test_a_default_is_returned_where_nothing_matches(self):
        data = asmaps.packed(asmaps.default(7, asmaps.matched("1", asmaps.returned(8))))
        self.assertEqual(self.found(data, "8000::"), 8)
        self.assertEqual(self.found(data, "7fff::"), 7)

    def test_many_networks_against_a_walk_over_their_list(self):
        draw = random.Random(5)
        networks = {}
        while len(networks) < 300:
            size = draw.randrange(9, 29)
            network = ip_network((draw.getrandbits(32) >> (32 - size) << (32 - size), size))
            if not any(network.overlaps(other) for other in networks):
                networks[network] = draw.randrange(1, 1 << 24)
        read = Asmap(asmaps.asmap(networks))
        for _ in range(1000):
            network = draw.choice(list(networks))
            address = ip_address((int(network.network_address) ^ draw.getrandbits(draw.randrange(1, 32))))
            right = next((asn for other, asn in networks.items() if address in other), 0)
            self.assertEqual(read.asn(address), right, address)

    def test_what_is_no_asmap_is_refused(self):
        whole = core()
        cases = {"nothing": b"", "cut short": whole[:100], "the last byte is missing": whole[:-1],
                 "a byte too many": whole + b"\0", "zeros": bytes(50), "ones": b"\xff" * 50,
                 "a text": b"# this is a list of networks\n",
                 "a jump out of the file": asmaps.packed("10" + asmaps.number(4000, asmaps.JUMP) + asmaps.returned(1)),
                 "a part that nothing leads to": asmaps.packed(
                     "10" + asmaps.number(40, asmaps.JUMP) + asmaps.returned(1) + "0" * 23 + asmaps.returned(2)),
                 "more bits than an address has": asmaps.packed(
                     "".join(asmaps.matched("1" * 8, "") for _ in range(17)) + asmaps.returned(1))}
        for name, data in cases.items():
            with self.subTest(name), self.assertRaises(AsmapError):
                Asmap(data)

    def test_no_bytes_make_it_run_on_or_fall(self):
        draw, taken = random.Random(6), 0
        for _ in range(600):
            data = bytearray(core()[:draw.randrange(1, 60)] if draw.random() < 0.5 else core())
            for _ in range(draw.randrange(1, 4)):
                data[draw.randrange(len(data))] ^= 1 << draw.randrange(8)
            try:
                read = Asmap(bytes(data))
            except AsmapError:
                continue
            taken += 1
            for address in VECTOR["asns"]:
                self.assertGreaterEqual(read.asn(ip_address(address)), 0)
        self.assertGreater(taken, 10, "hardly any was a map")


if __name__ == "__main__":
    unittest.main(verbosity=2)
