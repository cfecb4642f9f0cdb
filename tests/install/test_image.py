#!/usr/bin/python3
"""The image: built of the Containerfile as it stands, on a root of Debian that goes by the names of its base
images, and run. No network is reached: what is installed comes from where apt keeps its packages."""

import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
import harness  # noqa: E402
import roots  # noqa: E402

CONTAINERFILE = harness.REPOSITORY / "scripts" / "packaging" / "Containerfile"
SUITE = "bookworm"


class Image(unittest.TestCase):
    def setUp(self):
        self.root, builder = roots.clean(SUITE), roots.building(SUITE)
        self.top = Path(tempfile.mkdtemp(dir=self.root.parent))
        self.addCleanup(self.discard)
        self.archives = self.top / "archives"
        shutil.copytree(builder / "var/cache/apt/archives", self.archives)
        self.make_base()

    def discard(self):
        self.buildah("rm", "--all")
        self.buildah("rmi", "--all", "--force")
        shutil.rmtree(self.top)

    def buildah(self, *words):
        done = subprocess.run(["buildah", "--root", self.top / "storage", "--runroot", self.top / "run", *words],
                              capture_output=True, text=True, timeout=1200, check=False)
        self.assertEqual(done.returncode, 0, f"{words}: {done.stdout[-3000:]}{done.stderr[-3000:]}")
        return done.stdout.strip()

    def make_base(self):
        names = re.findall(r"(?m)^FROM (\S+)", CONTAINERFILE.read_text())
        self.assertEqual({re.sub(r"-slim$", "", name) for name in names}, {f"debian:{SUITE}"})
        container = self.buildah("from", "scratch")
        self.buildah("add", "-q", container, f"{self.root}/", "/")
        image = self.buildah("commit", "-q", container)
        for name in names:
            self.buildah("tag", image, f"docker.io/library/{name}")

    def test_built_and_run(self):
        self.buildah("build", "--isolation", "chroot", "--pull-never", "--volume", f"{self.archives}:/var/cache/apt/archives",
                     "-t", "txsurvey", "-f", CONTAINERFILE, harness.REPOSITORY)
        user = self.buildah("inspect", "--type", "image", "--format", "{{.OCIv1.Config.User}}", "txsurvey")
        self.assertRegex(user, r"^[1-9]\d*:[1-9]\d*$")
        entry = self.buildah("inspect", "--type", "image", "--format", "{{.OCIv1.Config.Entrypoint}}", "txsurvey")
        container = self.buildah("from", "--pull-never", "txsurvey")
        told = self.buildah("run", "--isolation", "chroot", container, "--", *entry.strip("[]").split(), "--version")
        self.assertRegex(told, r"^txsurvey \d+\.\d+\.\d+\n")


if __name__ == "__main__":
    harness.require_root()
    harness.require_tools("debootstrap", "buildah")
    roots.building(SUITE)  # while there is a network
    harness.enter_namespaces("buildah")
    harness.main()
