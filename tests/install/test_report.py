#!/usr/bin/python3
"""The report as a wheel, which pipx installs in clean roots of Debian 12 and 13."""

import os
import shutil
import subprocess
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
import harness  # noqa: E402
import roots  # noqa: E402
import survey  # noqa: E402
from fakepeer import TXID, FakeNetwork  # noqa: E402

PACKAGE = harness.REPOSITORY / "scripts" / "txsurvey-report"
TRUSTED = Path("/etc/ssl/certs/ca-certificates.crt")
# Where this machine gets Python's packages from.
SOURCES = {name: value for name, value in os.environ.items()
           if name.startswith("PIP_") or name.lower() in ("http_proxy", "https_proxy", "no_proxy")}


class Report(unittest.TestCase):
    def test_bookworm(self):
        self.check("bookworm")

    def test_trixie(self):
        self.check("trixie")

    def check(self, suite):
        root = roots.make(f"{suite}-pipx", roots.clean(suite), "pipx", "ca-certificates")
        shutil.copy(TRUSTED, root / TRUSTED.relative_to("/"))
        with roots.folder_in(root) as folder:
            shutil.copytree(PACKAGE, folder / "source", ignore=shutil.ignore_patterns("build", "__pycache__", "*.egg-info"))
            with FakeNetwork() as network:
                survey.run(["--patience", "0", "-o", folder / "records", "--connect", network.at(1), TXID])
            told = roots.run(root, f"""cd {roots.inside(root, folder)}
                export PATH="$PWD/bin:$PATH" PIPX_HOME="$PWD/home" PIPX_BIN_DIR="$PWD/bin" PIP_NO_CACHE_DIR=1
                python3 -m venv wheel
                wheel/bin/pip wheel --quiet --no-deps -w dist ./source
                pipx install dist/*.whl
                txsurvey-report records -o report.html
                txsurvey-report --help
                pipx uninstall txsurvey-report""", **SOURCES)
            self.assertIn("uninstalled txsurvey-report", told)
            self.assertIn("</html>", (folder / "report.html").read_text())


if __name__ == "__main__":
    if not PACKAGE.exists():
        harness.skip_without("there is no scripts/txsurvey-report")
    harness.require_root()
    harness.require_tools("debootstrap")
    harness.main()
