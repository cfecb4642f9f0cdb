"""Asmaps, as Bitcoin Core's contrib/asmap writes them: for tests."""
from ipaddress import ip_network

ASN, MATCH, JUMP = (1, range(15, 25)), (2, range(1, 9)), (17, range(5, 31))
RETURN_OP, JUMP_OP, MATCH_OP, DEFAULT_OP = "0", "10", "110", "111"


def number(value, coder):
    least, sizes = coder
    value -= least
    for place, size in enumerate(sizes):
        if value < 1 << size:
            return "1" * place + ("0" if place + 1 < len(sizes) else "") + f"{value:0{size}b}"
        value -= 1 << size
    raise ValueError("too large")


def returned(asn):
    return RETURN_OP + number(asn, ASN)


def default(asn, rest):
    return DEFAULT_OP + number(asn, ASN) + rest


def matched(bits, rest):
    return MATCH_OP + number(int("1" + bits, 2), MATCH) + rest


def jump(zero, one):
    return JUMP_OP + number(len(zero), JUMP) + zero + one


def packed(bits):
    bits += "0" * (-len(bits) % 8)
    return bytes(int(bits[at:at + 8][::-1], 2) for at in range(0, len(bits), 8))


def prefix(network):
    """The bits of a network, IPv4 as IPv6."""
    network = ip_network(network)
    if network.version == 6:
        return f"{int(network.network_address):0128b}"[:network.prefixlen]
    return f"{0xFFFF << 32 | int(network.network_address):0128b}"[:96 + network.prefixlen]


def program(networks, bits=""):
    """Of what begins with `bits`; None where nothing does. `networks`: prefix to AS, none within another."""
    if bits in networks:
        return returned(networks[bits])
    if not any(network.startswith(bits) for network in networks):
        return None
    zero, one = program(networks, bits + "0"), program(networks, bits + "1")
    if zero and one:
        return jump(zero, one)
    return matched("1" if one else "0", one or zero)


def asmap(networks):
    """The file that maps these networks ({"10.0.0.0/8": 64500, ...}) and nothing else."""
    return packed(program({prefix(network): asn for network, asn in networks.items()}))
