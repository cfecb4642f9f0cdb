"""A test case with a folder of its own and peers that end with it."""
import shutil
import tempfile
import unittest
from pathlib import Path

import survey
from fakepeer import TXID, FakeNetwork


class Case(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)
        self.output = self.folder / "records"

    def network(self, *args, **kw):
        network = FakeNetwork(*args, **kw)
        self.addCleanup(network.__exit__)
        return network

    def survey(self, args, code=None, **kw):
        """A survey for TXID whose records hold what every run's must."""
        result = survey.run([*args, TXID], **kw)
        self.assertEqual(result.code, survey.usual_code(result) if code is None else code, result.explain())
        survey.check_invariants(result)
        return result

    def assert_whole(self, content):
        """Whatever there is, is whole lines of JSON."""
        self.assertTrue(not content or content.endswith(b"\n"), content[-200:])
        return survey.Result(None, content)
