"""A real Bitcoin node that shares no code with Bitcoin Core: btcd, on regtest, driven by RPC."""

import subprocess
from pathlib import Path

import suite
from node import Daemon


def provision():
    """The program; built on first use."""
    done = subprocess.run([suite.HERE / "btcd-provision"], stdout=subprocess.PIPE, text=True)
    if done.returncode:
        suite.skip_without("btcd could not be built, see above (no Go toolchain, or no network?)")
    return Path(done.stdout.strip())


class Btcd(Daemon):
    """It runs from its making; its blocks pay to `address`."""

    def __init__(self, address, *options):
        self.program = provision()
        self.options = [f"--miningaddr={address}", *options]
        super().__init__(None)
        # Without one it writes one of its own into the user's home.
        (self.datadir / "btcd.conf").touch()
        self.start()

    def words(self):
        return [self.program, "--regtest", f"--configfile={self.datadir}/btcd.conf",
                f"--datadir={self.datadir}/data", f"--logdir={self.datadir}/log", "--nodnsseed",
                f"--listen=127.0.0.1:{self.port}", f"--rpclisten=127.0.0.1:{self.rpc_port}",
                "--notls", "--rpcuser=u", "--rpcpass=p", *self.options]

    def credentials(self):
        return b"u:p"

    def version(self):
        number = self.rpc("getinfo")["version"]
        return ".".join(str(number // part % 100) for part in (1_000_000, 10_000, 100))
