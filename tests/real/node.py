"""Real Bitcoin nodes on regtest, driven by RPC; the usual one is Bitcoin Knots, in its own root."""

import atexit
import base64
import http.client
import json
import shutil
import socket
import subprocess
import tempfile
import time
from decimal import Decimal
from pathlib import Path

import suite

OPTIONS = [
    "-server", "-listenonion=0", "-dnsseed=0", "-discover=0", "-natpmp=0", "-fallbackfee=0.0001",
    # Where nothing is said, loopback peers alone see the bloom service, getnetworkinfo does not.
    "-peerbloomfilters=0",
    # Every type of output that there is shall get into the mempool.
    "-corepolicy", "-acceptnonstdtxn", "-permitbarepubkey", "-permitbaremultisig",
]


class RPCError(Exception):
    pass


def provision():
    """The root with the node in it; made on first use."""
    suite.require_root()
    if not shutil.which("debootstrap"):
        suite.skip("no debootstrap")
    done = subprocess.run([suite.HERE / "provision"], stdout=subprocess.PIPE, text=True)
    if done.returncode:
        suite.skip("the node could not be provisioned, see above (no network?)")
    return Path(done.stdout.strip())


def free_ports(count):
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [sock.getsockname()[1] for sock in sockets]
    for sock in sockets:
        sock.close()
    return ports


class Daemon:
    """A node with its data and its ports; it ends with this program, however that ends.

    A kind of node has words(), its command, and credentials(), user and password of its RPC.
    """

    def __init__(self, parent):
        self.port, self.rpc_port = free_ports(2)
        self.datadir = Path(tempfile.mkdtemp(prefix="txsurvey-node.", dir=parent))
        atexit.register(self.stop)

    def start(self):
        # pdeathsig: the node goes even where this program is killed outright.
        self.process = subprocess.Popen(
            ["setpriv", "--pdeathsig", "TERM", *self.words()],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        self._wait_for_rpc()

    def _wait_for_rpc(self, limit=60):
        end = time.monotonic() + limit
        while time.monotonic() < end:
            if self.process.poll() is not None:
                raise RuntimeError(f"the node ended with {self.process.returncode}")
            try:
                return self.rpc("getblockcount")
            except (OSError, RPCError, http.client.HTTPException):
                time.sleep(0.1)
        raise RuntimeError("the node does not answer")

    def rpc(self, method, *params, wallet=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.rpc_port, timeout=60)
        try:
            connection.request(
                "POST", f"/wallet/{wallet}" if wallet else "/",
                json.dumps({"jsonrpc": "1.0", "id": 0, "method": method, "params": params}),
                {"Authorization": "Basic " + base64.b64encode(self.credentials()).decode()})
            answer = json.loads(connection.getresponse().read(), parse_float=Decimal)
        finally:
            connection.close()
        if answer["error"]:
            raise RPCError(f"{method}: {answer['error']}")
        return answer["result"]

    def follow(self, other):
        """Takes all blocks that the other node has."""
        for height in range(self.rpc("getblockcount") + 1, other.rpc("getblockcount") + 1):
            self.rpc("submitblock", other.rpc("getblock", other.rpc("getblockhash", height), 0))
        assert self.rpc("getbestblockhash") == other.rpc("getbestblockhash")

    def end(self):
        """Ends the node and keeps its data."""
        process = getattr(self, "process", None)
        if process and process.poll() is None:
            process.terminate()
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def stop(self):
        """Ends the node and removes its data; may be called again."""
        atexit.unregister(self.stop)
        self.end()
        shutil.rmtree(self.datadir, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


class Node(Daemon):
    """Bitcoin Knots; it runs from its making."""

    def __init__(self, *options):
        self.root = provision()
        self.options = options
        super().__init__(self.root / "tmp")
        self.start()

    def words(self):
        return ["chroot", self.root, "bitcoind", "-regtest", f"-datadir=/tmp/{self.datadir.name}",
                f"-bind=127.0.0.1:{self.port}", f"-rpcport={self.rpc_port}", "-rpcbind=127.0.0.1",
                "-rpcallowip=127.0.0.1", *OPTIONS, *self.options]

    def credentials(self):
        return (self.datadir / "regtest" / ".cookie").read_bytes()
