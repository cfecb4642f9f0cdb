"""Databases of MaxMind's format (MaxMind DB 2.0), small ones: for tests."""
from ipaddress import ip_network

RECORD = 4  # bytes: of 32 bits
SEPARATOR = bytes(16)
MARK = b"\xab\xcd\xefMaxMind.com"
UINT16, UINT32, UINT64 = 5, 6, 9


def _head(kind, size):
    first = min(size, 29)
    head = bytes([kind << 5 | first]) if kind < 8 else bytes([first, kind - 7])
    return head + (bytes([size - 29]) if first == 29 else b"")


def encoded(value):
    """A map, list, text, number or (kind of number, number) as the data section has it."""
    if isinstance(value, dict):
        return _head(7, len(value)) + b"".join(encoded(k) + encoded(v) for k, v in value.items())
    if isinstance(value, list):
        return _head(11, len(value)) + b"".join(map(encoded, value))
    if isinstance(value, str):
        return _head(2, len(value.encode())) + value.encode()
    if isinstance(value, int):
        value = (UINT32, value)
    kind, number = value
    raw = number.to_bytes(8, "big").lstrip(b"\0")
    return _head(kind, len(raw)) + raw


def _bits(network):
    network = ip_network(network)
    at = int(network.network_address)
    return f"{at:0128b}"[:network.prefixlen] if network.version == 6 else "0" * 96 + f"{at:032b}"[:network.prefixlen]


def database(kind, networks):
    """The file: `networks` are texts such as "10.0.0.0/8", none within another, with what is to be found."""
    nodes, data = [[None, None]], b""
    for network, value in networks.items():
        bits, node = _bits(network), 0
        for bit in map(int, bits[:-1]):
            if nodes[node][bit] is None:
                nodes.append([None, None])
                nodes[node][bit] = len(nodes) - 1
            node = nodes[node][bit]
        nodes[node][int(bits[-1])] = ("data", len(data))
        data += encoded(value)

    def record(target):
        if target is None:
            return len(nodes)
        return target if isinstance(target, int) else len(nodes) + len(SEPARATOR) + target[1]

    tree = b"".join(record(target).to_bytes(RECORD, "big") for node in nodes for target in node)
    metadata = {"node_count": len(nodes), "record_size": (UINT16, 8 * RECORD), "ip_version": (UINT16, 6),
                "database_type": kind, "languages": ["en"], "binary_format_major_version": (UINT16, 2),
                "binary_format_minor_version": (UINT16, 0), "build_epoch": (UINT64, 1), "description": {"en": "made by a test"}}
    return tree + SEPARATOR + data + MARK + encoded(metadata)
