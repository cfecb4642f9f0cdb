#!/usr/bin/python3
"""The forms of a transaction: a txid does not cover the witness, which each peer may make up."""
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
import harness  # noqa: E402
import survey  # noqa: E402
from blocks import made_tx, txid  # noqa: E402
from case import Case  # noqa: E402
from fakepeer import address_of, double_sha256, honest  # noqa: E402

PLAIN = made_tx(1)
TXID, WIRE_ID = txid(PLAIN), double_sha256(PLAIN)
MADE_UP, HONEST = 110, 20


def with_witness(tx, item):
    """The transaction, of one input, with a witness of one item."""
    return tx[:4] + b"\0\1" + tx[4:-4] + b"\1" + bytes([len(item)]) + item + tx[-4:]


TX = with_witness(PLAIN, b"signature")


def maker_up(peer):
    """Serves a form of its own."""
    peer.handshake()
    while message := peer.receive():
        if message[0] == b"getdata":
            peer.send(b"tx", with_witness(PLAIN, peer.address.encode()))
        elif message[0] == b"ping":
            peer.send(b"pong", message[1])


class Forms(Case):
    def setUp(self):
        super().setUp()
        scripts = {address_of(number): maker_up for number in range(1, MADE_UP + 1)}
        self.peers = self.network(honest, scripts, transactions={WIRE_ID: TX})

    def run_survey(self, count, first, *args, code=0):
        result = survey.run(["-o", self.output, "--resume", "--patience=0", "--rate=50", *args,
                             *self.peers.connect(count, first), TXID])
        self.assertEqual(result.code, code, result.explain())
        result = survey.load(self.output, code)
        survey.check_invariants(result)
        return result

    @staticmethod
    def hashes(result):
        return {tx["hash"] for tx in result.transactions}

    def test_first_comers_do_not_fill_what_is_kept(self):
        """All that are made up come first, in an earlier part of the run."""
        made_up = self.run_survey(MADE_UP, 1)
        self.assertEqual(len(made_up.transactions), 100)
        self.assertEqual(made_up.totals(TXID)["unrecorded"], MADE_UP - 100)
        both = self.run_survey(HONEST, MADE_UP + 1)
        self.assertEqual(len(both.transactions), 101)
        self.assertIn(double_sha256(TX)[::-1].hex(), self.hashes(both))
        totals = both.totals(TXID)
        self.assertEqual(totals["served"], MADE_UP + HONEST)
        # one more where the honest form meets, in 256 places, one that is made up (src/jsonl/forms.c)
        self.assertIn(totals["unrecorded"], (MADE_UP - 100, MADE_UP - 100 + 1))

    def test_in_one_part(self):
        """Dialled in any order, the form that most serve has its record."""
        result = self.run_survey(MADE_UP + HONEST, 1)
        self.assertIn(double_sha256(TX)[::-1].hex(), self.hashes(result))
        self.assertEqual(result.totals(TXID)["served"], MADE_UP + HONEST)
        self.assertEqual(result.totals(TXID)["unrecorded"], MADE_UP + 1 - len(result.transactions))


if __name__ == "__main__":
    harness.main()
