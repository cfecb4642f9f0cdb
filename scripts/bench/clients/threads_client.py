#!/usr/bin/python3
"""threads_client.py LIST TXID CONCURRENCY OUTPUT: the survey by the messages of python-bitcoinlib, a thread a
connection, one JSON line a peer."""
import json
import random
import resource
import socket
import sys
import threading
import time
from collections import Counter
from contextlib import redirect_stdout
from io import StringIO

import bitcoin
from bitcoin.core import lx
from bitcoin.messages import MsgSerializable, msg_getdata, msg_ping, msg_pong, msg_verack, msg_version
from bitcoin.net import CInv

LIMIT_S = 60


def version():
    message = msg_version(70016)
    message.nServices = 0
    message.nStartingHeight = 0
    return message


def request(txid):
    inv = CInv()
    inv.type, inv.hash = 1, txid
    getdata, ping = msg_getdata(), msg_ping()
    getdata.inv = [inv]
    ping.nonce = random.getrandbits(64)
    return msg_verack().to_bytes() + getdata.to_bytes() + ping.to_bytes()


def talk(host, port, txid, record):
    with socket.create_connection((host, port), LIMIT_S) as connection, connection.makefile("rb") as stream:
        connection.sendall(version().to_bytes())
        command = None
        while command != b"pong":  # what the peer says of the transaction comes before it
            message = MsgSerializable.stream_deserialize(stream)
            command = getattr(message, "command", None)  # None: one that the library does not know
            if command == b"version":
                record.update(version=message.nVersion, services=message.nServices,
                              subver=message.strSubVer.decode("ascii", "backslashreplace"))
                connection.sendall(request(txid))
            elif command == b"ping":
                pong = msg_pong()
                pong.nonce = message.nonce
                connection.sendall(pong.to_bytes())
            elif command == b"tx" and message.tx.GetTxid() == txid:
                record["status"] = "served"
            elif command == b"notfound" and any(item.hash == txid for item in message.inv):
                record["status"] = "notfound"


def work(peers, lock, txid, output, counts):
    while True:
        with lock:
            line = next(peers, None)
        if line is None:
            return
        host, port = line.split(":")
        record = {"address": host, "port": int(port)}
        begun = time.monotonic()
        try:
            talk(host, int(port), txid, record)
        except (OSError, ValueError, bitcoin.core.serialize.SerializationError) as error:
            record["error"] = type(error).__name__
        record["duration_ms"] = round(1000 * (time.monotonic() - begun))
        with lock:
            counts[record.get("status", "failed")] += 1
            output.write(json.dumps(record) + "\n")


def main():
    path, txid, concurrency, output_path = sys.argv[1:]
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
    bitcoin.SelectParams("regtest")
    counts = Counter(served=0, notfound=0, failed=0)
    lock = threading.Lock()
    with open(path, encoding="ascii") as peers, open(output_path, "w", encoding="ascii") as output:
        threads = [threading.Thread(target=work, args=(peers, lock, lx(txid), output, counts))
                   for _ in range(int(concurrency))]
        with redirect_stdout(StringIO()):  # the library prints what it does not know
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
    print(json.dumps(counts))


main()
