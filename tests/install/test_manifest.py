#!/usr/bin/python3
"""scripts/fleet/kubernetes.yaml as Kubernetes would take it: kubeconform, strict, with the schemas of the first
version that the manifest is for and of the last."""
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
import harness  # noqa: E402
import kubeconform  # noqa: E402

MANIFEST = (harness.REPOSITORY / "scripts" / "fleet" / "kubernetes.yaml").read_text()
# What is wrong, and the word by which it must be told.
FAULTS = [
    ("backoffLimitPerIndex: 3", "backoffLimitPerindex: 3", "backoffLimitPerindex"),
    ("whenUnsatisfiable: Sch", "whenUnsatisfied: Sch", "whenUnsatisfied"),
    ("claimName: ", "claimname: ", "claimname"),
    ("completions: 8", 'completions: "8"', "completions"),
    ("drop: [ALL]", "drop: ALL", "drop"),
    ("accessModes: [ReadWriteMany]", "accessMode: [ReadWriteMany]", "accessMode"),
    ("runAsUser: 10001\n", "runAsUser: 10001\n        runAsUser: 0\n", "runAsUser"),
    ("kind: Job", "kind: Jobs", "Jobs"),
]


class Manifest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.program = kubeconform.provide()

    def test_it_is_valid(self):
        for version in kubeconform.VERSIONS:
            code, said = kubeconform.check(self.program, version, MANIFEST)
            self.assertEqual(code, 0, said)
            self.assertIn("Valid: 2, Invalid: 0, Errors: 0, Skipped: 0", said)

    def test_what_is_wrong_is_found(self):
        for right, wrong, word in FAULTS:
            with self.subTest(wrong=wrong):
                self.assertIn(right, MANIFEST)
                code, said = kubeconform.check(self.program, kubeconform.VERSIONS[0], MANIFEST.replace(right, wrong, 1))
                self.assertEqual(code, 1, said)
                self.assertIn(word, said)
                self.assertIn("Valid: 1,", said, "the other object is as it was")


if __name__ == "__main__":
    harness.main()
