"""The version has one place, CMakeLists.txt: what else names it, names the same."""
import re
import subprocess
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NAMED = re.compile(r'(?:txsurvey[ :/]|__version__ = "|^## \[)(\d+\.\d+\.\d+)', re.M)


class Version(unittest.TestCase):
    def test_it_is_the_same_everywhere(self):
        version = re.search(r"project\(txsurvey VERSION (\S+)", (ROOT / "CMakeLists.txt").read_text())[1]
        files = subprocess.run(["git", "ls-files", "*.md", "*.py", "*.yaml", "*.toml", "scripts/packaging/*"], cwd=ROOT,
                               check=True, capture_output=True, text=True).stdout.split()
        found = {}
        for name in files:
            if not name.startswith("tests/"):
                for one in NAMED.findall((ROOT / name).read_text()):
                    found.setdefault(one, set()).add(name)
        self.assertEqual(set(found), {version}, found)
        for name in ("CHANGELOG.md", "README.md", "scripts/fleet/kubernetes.yaml",
                     "scripts/txsurvey-report/src/txsurvey_report/__init__.py"):
            self.assertIn(name, found[version])


if __name__ == "__main__":
    unittest.main()
