"""A chain that has split in two, and how nodes are told of it."""

import kinds
from node import RPCError


class Split(kinds.Story):
    """Two branches, `a` of two blocks and `b` of three, upon the story's blocks; its node ends on b."""

    def __init__(self, node):
        super().__init__(node)
        self.hashes, self.parts = {}, {}
        self._branch("a", 2, "tip")
        node.rpc("invalidateblock", self.hashes["a"][0])
        self._branch("b", 3, "dear")
        node.rpc("setmocktime", 0)

    def _branch(self, label, length, name):
        """The transaction tells its first block from the other's."""
        hashes = [self.chain.mine(1, [self.raw[name]])]
        hashes += [self.chain.mine(1) for _ in range(length - 1)]
        self.hashes[label] = hashes
        self.parts[label] = [self._block(block) for block in hashes]

    def show(self, node, label, count=None):
        """The branch's first `count` blocks, or all; the node may refuse them."""
        for block in self.parts[label][:count]:
            try:
                node.rpc("submitblock", block)
            except RPCError:
                pass

    def anchors(self, *labels):
        return [word for label in labels
                for word in ("--anchor", f"{label}={self.hashes[label][0]}")]

    def states(self, node):
        """What it says of the branches whose ends it knows."""
        return {label: tip["status"] for tip in node.rpc("getchaintips")
                for label, hashes in self.hashes.items() if tip["hash"] in hashes}
