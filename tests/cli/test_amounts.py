#!/usr/bin/python3
"""Amounts stand in the records as the node prints them: eight decimals, each exact."""

import random
import re
import struct
import sys
import unittest
from decimal import Decimal
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
import harness
import survey
from case import Case
from fakepeer import double_sha256

ALL_COINS = 21_000_000 * 10 ** 8


def paying(amounts):
    """A transaction with an output of each amount."""
    outputs = b"".join(struct.pack("<q", sat) + b"\x01\x51" for sat in amounts)
    return (struct.pack("<I", 2) + b"\1" + b"\x11" * 32 + struct.pack("<I", 0) + b"\0" + b"\xff" * 4
            + b"\xfd" + struct.pack("<H", len(amounts)) + outputs + bytes(4))


class Amounts(Case):
    def test_each_as_the_node_prints_it(self):
        draw = random.Random(1)
        amounts = [0, 1, 9, 10, 99, 546, 1000, 12345, 99999, 100000, 10 ** 8 - 1, 10 ** 8, 10 ** 8 + 1,
                   10 ** 15 - 1, 10 ** 15, 10 ** 15 + 1, 2099999997690000, ALL_COINS - 1, ALL_COINS, -1,
                   -546, -2 ** 63, 2 ** 63 - 1]
        amounts += [draw.randrange(ALL_COINS) for _ in range(500)]
        amounts += [draw.randrange(10 ** digits) for digits in range(1, 16) for _ in range(10)]
        tx = paying(amounts)
        network = self.network(transactions={double_sha256(tx): tx})
        result = survey.run([*network.connect(1), double_sha256(tx)[::-1].hex()])
        survey.check_invariants(result)
        line = next(line for line in result.stdout.decode().splitlines() if '"transaction"' in line)
        texts = re.findall(r'"value":([^,]*),', line)
        self.assertEqual(texts, [f"{'-' * (sat < 0)}{abs(sat) // 10 ** 8}.{abs(sat) % 10 ** 8:08}"
                                 for sat in amounts])
        self.assertEqual([output["value"] for output in result.transactions[0]["vout"]],
                         [Decimal(sat) / 10 ** 8 for sat in amounts])


if __name__ == "__main__":
    harness.main()
