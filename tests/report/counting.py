"""What the report must show, counted a second time: in plain Python, over the lines of the records."""
import json
import math
from collections import Counter, defaultdict

SMALL = 5
Z = 1.959963984540054


def interval(part, whole):
    """Wilson's, by the roots of its quadratic equation."""
    if not whole:
        return None, None
    a, b, c = whole + Z * Z, 2 * part + Z * Z, part * part / whole
    root = math.sqrt(max(0.0, b * b - 4 * a * c))
    return max(0.0, (b - root) / (2 * a)), min(1.0, (b + root) / (2 * a))


class Counted:
    """The records of some files: `peers` has the latest of each node."""

    def __init__(self, *contents):
        records = [json.loads(line) for content in contents for line in content.splitlines()]
        self.records = records
        latest = {}
        for peer in (record for record in records if record["type"] == "peer"):
            key = peer["address"], peer["port"]
            if key not in latest or peer["started"] > latest[key]["started"]:
                latest[key] = peer
        self.peers = list(latest.values())
        self.hello = [peer for peer in self.peers if peer["handshake_ms"] is not None]

    def entries(self, txid):
        """(peer, its answer about the id), of those asked."""
        return [(peer, entry) for peer in self.peers for entry in peer["transactions"]
                if entry["txid"] == txid and entry["status"] != "unasked"]

    def share(self, txid, among=lambda peer: True):
        """Asked, served, share and its interval."""
        found = [entry for peer, entry in self.entries(txid) if among(peer)]
        served = sum(entry["status"] == "served" for entry in found)
        low, high = interval(served, len(found))
        return len(found), served, served / len(found) if found else None, low, high

    def groups(self, txid, group):
        """Group to (asked, served), small ones merged."""
        members = defaultdict(list)
        for peer, entry in self.entries(txid):
            members[group(peer)].append(entry["status"] == "served")
        return {name: (len(all_), sum(all_)) for name, all_ in merged(members).items()}

    def sizes(self, group):
        """Group to nodes, of those that said hello."""
        members = defaultdict(list)
        for peer in self.hello:
            members[group(peer)].append(peer)
        return {name: len(all_) for name, all_ in merged(members).items()}

    def steps(self):
        """Nodes that came so far."""
        statuses = [{entry["status"] for entry in peer["transactions"]} for peer in self.peers]
        return {
            "tried": len(self.peers),
            "connected": sum(peer["connect_ms"] is not None for peer in self.peers),
            "said hello": len(self.hello),
            "asked": sum(bool(of - {"unasked"}) for of in statuses),
            "answered": sum(bool(of & {"served", "notfound"}) for of in statuses),
            "have it": sum("served" in of for of in statuses),
        }


def merged(members):
    """Groups of fewer than SMALL together, with the smallest of the others where they are too few even so."""
    large = {name: all_ for name, all_ in members.items() if len(all_) >= SMALL}
    others = [member for name, all_ in members.items() if name not in large for member in all_]
    while others and len(others) < SMALL and large:
        name = max(large, key=lambda name: (-len(large[name]), name))
        others += large.pop(name)
    return large | ({"others": others} if others else {})


def counted(rows, *keys, value="nodes"):
    """Rows of a figure as a Counter by `keys`."""
    result = Counter()
    for row in rows:
        result[tuple(row[key] for key in keys) if len(keys) > 1 else row[keys[0]]] += row[value]
    return result
