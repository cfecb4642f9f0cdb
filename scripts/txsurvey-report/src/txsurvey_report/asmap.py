"""Bitcoin Core's asmap: which autonomous system (AS) an address belongs to, as nodes with `-asmap` see it.

The file is a program for an address's 128 bits, IPv4 as ::ffff:0:0/96, of four instructions: return an AS; read a
bit, and jump where it is 1; match bits, or return the default; set the default. Numbers are of variable length:
as many 1 as the class they are in, a 0, and their place in that class. See src/util/asmap.cpp of Bitcoin Core."""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, IPv6Network

RETURN, JUMP, MATCH, DEFAULT = range(4)


class Coder:
    """How a kind of number is written: `firsts` and `sizes` have each class's least number and bits."""

    def __init__(self, least: int, sizes: Sequence[int]) -> None:
        self.sizes = tuple(sizes)
        self.firsts = tuple(least + sum(1 << size for size in sizes[:n]) for n in range(len(sizes)))
        self.last = len(sizes) - 1


INSTRUCTION = Coder(0, (0, 0, 1))
ASN = Coder(1, range(15, 25))
MATCHED = Coder(2, range(1, 9))
DISTANCE = Coder(17, range(5, 31))
BITS = 128
BYTES = [f"{byte:08b}"[::-1] for byte in range(256)]  # of each byte of the file the lowest bit is the first
IPV4 = 0xFFFF << 32
IPV4_BEHIND = (IPv6Network("64:ff9b::/96"), IPv6Network("::ffff:0:0:0/96"))  # RFC 6052, RFC 6145


class AsmapError(Exception):
    """The file is no asmap; says why."""


class Asmap:
    """A map that has been checked: each way through it ends."""

    def __init__(self, data: bytes) -> None:
        self.bits = "".join(BYTES[byte] for byte in data)
        self._check()

    def _number(self, at: int, coder: Coder) -> tuple[int, int]:
        """The number there, and where the next thing begins."""
        zero = self.bits.find("0", at, at + coder.last)
        class_ = coder.last if zero < 0 else zero - at
        begin = at + coder.last if zero < 0 else zero + 1
        end = begin + coder.sizes[class_]
        if end > len(self.bits):
            raise AsmapError("it ends within a number")
        return coder.firsts[class_] + int(self.bits[begin:end] or "0", 2), end

    def asn(self, address: IPv4Address | IPv6Address) -> int:
        """The AS, 0 where there is none."""
        address_bits = f"{_as_mapped(address):0128b}"
        at, read, default = 0, 0, 0
        while True:
            instruction, at = self._number(at, INSTRUCTION)
            if instruction == RETURN:
                return self._number(at, ASN)[0]
            if instruction == JUMP:
                distance, at = self._number(at, DISTANCE)
                at += distance if address_bits[read] == "1" else 0
                read += 1
            elif instruction == MATCH:
                match, at = self._number(at, MATCHED)
                wanted = f"{match:b}"[1:]
                if not address_bits.startswith(wanted, read):
                    return default
                read += len(wanted)
            else:
                default, at = self._number(at, ASN)

    def _check(self) -> None:
        """Reads all of it once, as Core does: raises AsmapError where a way would not end, leads into the middle of
        an instruction, or reads more bits than an address has."""
        at, left = 0, BITS
        jumps: list[tuple[int, int]] = []  # where to, and how many bits of the address are left there
        while True:
            if jumps and at >= jumps[-1][0]:
                raise AsmapError("a jump leads into the middle of an instruction")
            instruction, at = self._number(at, INSTRUCTION)
            if instruction == JUMP:
                distance, at = self._number(at, DISTANCE)
                left -= 1
                if at + distance > len(self.bits) or (jumps and at + distance >= jumps[-1][0]):
                    raise AsmapError("a jump leads out of its part")
                jumps.append((at + distance, left))
            elif instruction == MATCH:
                match, at = self._number(at, MATCHED)
                left -= match.bit_length() - 1
            else:
                _, at = self._number(at, ASN)
            if left < 0:
                raise AsmapError("it reads more bits than an address has")
            if instruction != RETURN:
                continue
            if not jumps:
                break
            there, left = jumps.pop()
            if at != there:
                raise AsmapError("a part of it is never reached")
        if len(self.bits) - at > 7 or "1" in self.bits[at:]:
            raise AsmapError("something stands behind its end")


def _as_mapped(address: IPv4Address | IPv6Address) -> int:
    """IPv4 as IPv6, also where it is within an IPv6 address: Core takes these for the IPv4 that is meant."""
    if isinstance(address, IPv6Address):
        teredo = address.teredo
        within = address.ipv4_mapped or address.sixtofour or (teredo and teredo[1])
        if any(address in network for network in IPV4_BEHIND):
            within = IPv4Address(int(address) & 0xFFFFFFFF)
        if not within:
            return int(address)
        address = within
    return IPV4 | int(address)
