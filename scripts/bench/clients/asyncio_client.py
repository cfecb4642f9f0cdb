#!/usr/bin/python3
"""asyncio_client.py LIST TXID CONCURRENCY OUTPUT: the survey as somebody writes it who knows asyncio and the
protocol: workers that share one iterator, streams, a time limit a peer, one JSON line a peer."""
import asyncio
import hashlib
import itertools
import json
import os
import resource
import struct
import sys
import time
from collections import Counter

MAGIC = bytes.fromhex("fabfb5da")
LIMIT_S = 60
HEADER = struct.Struct("<4s12sI4s")


def sha256d(data):
    return hashlib.sha256(hashlib.sha256(data).digest()).digest()


def frame(command, payload=b""):
    return HEADER.pack(MAGIC, command, len(payload), sha256d(payload)[:4]) + payload


def version():
    agent = b"/asyncio:0.1/"
    return frame(b"version", struct.pack("<iQq", 70016, 0, int(time.time())) + bytes(52) + os.urandom(8)
                 + bytes([len(agent)]) + agent + struct.pack("<i?", 0, True))


async def read_message(reader):
    magic, command, length, checksum = HEADER.unpack(await reader.readexactly(HEADER.size))
    if magic != MAGIC or length > 4_000_000:
        raise ValueError("no message")
    payload = await reader.readexactly(length)
    if sha256d(payload)[:4] != checksum:
        raise ValueError("wrong checksum")
    return command.rstrip(b"\0"), payload


async def talk(host, port, txid, record):
    reader, writer = await asyncio.open_connection(host, port)
    try:
        writer.write(version())
        command = None
        while command != b"pong":  # what the peer says of the transaction comes before it
            command, payload = await read_message(reader)
            if command == b"version":
                number, services = struct.unpack_from("<iQ", payload)
                length = payload[80]
                record.update(version=number, services=services,
                              subver=payload[81:81 + length].decode("ascii", "backslashreplace"))
                writer.write(frame(b"verack") + frame(b"getdata", b"\1" + struct.pack("<I", 1) + txid)
                             + frame(b"ping", os.urandom(8)))
            elif command == b"ping":
                writer.write(frame(b"pong", payload))
            elif command == b"tx" and sha256d(payload) == txid:
                record["status"] = "served"
            elif command == b"notfound" and txid in payload:
                record["status"] = "notfound"
    finally:
        writer.close()


async def work(peers, txid, output, counts):
    for line in peers:
        host, port = line.split(":")
        record = {"address": host, "port": int(port)}
        begun = time.monotonic()
        try:
            await asyncio.wait_for(talk(host, int(port), txid, record), LIMIT_S)
        except (OSError, ValueError, EOFError, asyncio.TimeoutError) as error:
            record["error"] = type(error).__name__
        record["duration_ms"] = round(1000 * (time.monotonic() - begun))
        counts[record.get("status", "failed")] += 1
        output.write(json.dumps(record) + "\n")


async def main():
    path, txid, concurrency, output_path = sys.argv[1:]
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
    counts = Counter(served=0, notfound=0, failed=0)
    with open(path, encoding="ascii") as peers, open(output_path, "w", encoding="ascii") as output:
        await asyncio.gather(*(work(peers, bytes.fromhex(txid)[::-1], output, counts)
                               for _ in itertools.repeat(None, int(concurrency))))
    print(json.dumps(counts))


asyncio.run(main())
