"""The package of one release of Debian: built of the source's archive in a root with compilers, and in a clean
one installed, run, upgraded and purged. No network is reached: what it depends on comes with what building
needs."""

import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

import harness
import roots

# What apt and dpkg keep for themselves.
STATE = re.compile(r"^(var/(lib/(dpkg|apt)|cache|log)|etc/ld\.so\.cache|tmp|dev|proc)(/|$)")


def files_of(root):
    paths = (path.relative_to(root).as_posix() for path in root.rglob("*"))
    return sorted(path for path in paths if not STATE.match(path))


class Package(unittest.TestCase):
    """One test: each step needs the one before."""

    suite = release = None

    def setUp(self):
        if not (harness.REPOSITORY / ".git").exists():
            harness.skip_test("the archive is made of a commit, and this is no working copy")
        harness.require_tools("git", "cmake", "lintian")
        self.builder, clean = roots.building(self.suite), roots.clean(self.suite)
        self.top = Path(tempfile.mkdtemp(dir=clean.parent))
        self.addCleanup(shutil.rmtree, self.top)
        self.root = self.top / "root"
        subprocess.run(["cp", "-a", clean, self.root], check=True)
        for deb in (self.builder / "var/cache/apt/archives").glob("*.deb"):
            shutil.copy(deb, self.root / "var/cache/apt/archives")

    def test_package(self):
        deb = self.build()
        self.check_lintian(deb)
        old = self.older(deb)
        (self.root / "var/lib/private").mkdir(mode=0o700)  # systemd's
        (self.root / "etc/systemd/system/timers.target.wants").mkdir(parents=True, exist_ok=True)
        before = files_of(self.root)
        self.install(old)
        self.assertTrue((self.root / "usr/share/txsurvey-old").exists())
        self.install(deb)
        self.assertFalse((self.root / "usr/share/txsurvey-old").exists())
        self.check_files()
        self.check_survey()
        self.leave_state()
        roots.run(self.root, "apt-get purge -y txsurvey && apt-get autoremove --purge -y")
        self.assertEqual(files_of(self.root), before)
        self.assertNotIn("txsurvey", roots.run(self.root, "dpkg -l"))

    def build(self):
        with roots.folder_in(self.builder) as folder:
            source = roots.unpacked(roots.source_archive(self.top / "dist"), folder)
            self.assertFalse((source / ".git").exists())
            roots.run(self.builder, f"""cd {roots.inside(self.builder, source)}
                ! command -v git
                cmake --preset release && cmake --build --preset release && cd build/release && cpack -G DEB""")
            deb, = (source / "build" / "release").glob("*.deb")
            self.assertRegex(deb.name, rf"^txsurvey_\d+\.\d+\.\d+-1~deb{self.release}_\w+\.deb$")
            return Path(shutil.copy(deb, self.top))

    def check_lintian(self, deb):
        result = subprocess.run(["lintian", "--allow-root", "--fail-on", "error,warning", deb],
                                capture_output=True, text=True, check=False)
        self.assertEqual((result.returncode, result.stdout), (0, ""), result.stderr)
        fields = subprocess.run(["dpkg-deb", "--field", deb, "Depends"], capture_output=True, text=True, check=True)
        for library in ("libc6", "libuv1", "libmbedcrypto", "libjansson4"):
            self.assertRegex(fields.stdout, rf"\b{library}\w* \(>= ")

    def older(self, deb):
        """The same with a lower version, and a file that is no longer there."""
        tree, old = self.top / "old", self.top / "old.deb"
        subprocess.run(["dpkg-deb", "-R", deb, tree], check=True)
        control = tree / "DEBIAN" / "control"
        control.write_text(re.sub(r"(?m)^Version: .*", "Version: 0.0.1-1", control.read_text()))
        (tree / "usr/share/txsurvey-old").write_text("")
        subprocess.run(["dpkg-deb", "-b", tree, old], check=True, stdout=subprocess.DEVNULL)
        return old

    def install(self, deb):
        with roots.folder_in(self.root) as folder:
            shutil.copy(deb, folder)
            folder.chmod(0o755)
            roots.run(self.root, f"apt-get install -y --no-install-recommends {roots.inside(self.root, folder)}/{deb.name}")

    def check_files(self):
        listed = roots.run(self.root, "dpkg -L txsurvey").split()
        for path in ("/usr/bin/txsurvey", "/usr/bin/txsurvey-simnet", "/usr/share/doc/txsurvey/copyright",
                     "/usr/share/bash-completion/completions/txsurvey", "/usr/share/doc/txsurvey/changelog.gz",
                     "/usr/share/zsh/vendor-completions/_txsurvey", "/usr/share/doc/txsurvey/examples/fleet/parallel",
                     "/usr/share/fish/vendor_completions.d/txsurvey.fish",
                     "/usr/bin/txsurvey-watch", "/usr/bin/txsurvey-nodes", "/usr/share/txsurvey/records.schema.json",
                     "/usr/share/man/man1/txsurvey.1.gz", "/usr/share/man/man1/txsurvey-simnet.1.gz"):
            self.assertIn(path, listed)
        self.assertEqual(roots.run(self.root, "dpkg --verify txsurvey"), "")
        version = roots.run(self.root, "dpkg-query -W -f '${Version}' txsurvey").partition("-")[0]
        told = roots.run(self.root, "txsurvey --version")
        self.assertTrue(told.startswith(f"txsurvey {version}\n"), told)
        self.assertIn("Release", told)
        self.assertIn("harden", told)

    def check_survey(self):
        """Of its own simulated network."""
        told = roots.run(self.root, """cd /tmp
            txsurvey-simnet --port 0 --nodes 20 --mix served=1 --list peers --ready-file ready --stats stats >simnet.log &
            until [ -e ready ]; do sleep 0.1; done
            txid=$(sed -n 's/^tx \\([0-9a-f]*\\) .*/\\1/p' simnet.log | head -n 1)
            txsurvey -q --chain regtest --peers peers --patience 0 -o records "$txid"
            kill $!
            wait $! || true
            grep -c '"status":"served"' records
            rm peers ready stats simnet.log records""")
        self.assertEqual(told.strip(), "20")

    def leave_state(self):
        """What the service and `systemctl enable` would leave."""
        roots.run(self.root, """mkdir /var/lib/private/txsurvey
            touch /var/lib/private/txsurvey/peers
            ln -s private/txsurvey /var/lib/txsurvey
            ln -s /usr/lib/systemd/system/txsurvey.timer /etc/systemd/system/timers.target.wants/""")


def main(suite):
    harness.require_root()
    harness.require_tools("debootstrap")
    roots.building(suite)  # while there is a network
    harness.enter_namespaces("chroot")
    harness.ip("link set lo up")
    harness.main()
