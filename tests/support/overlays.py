"""Tor and I2P for a simulated network: a SOCKS5 proxy and a SAM 3.1 bridge in one process, as slow as
those are.

The names that simnet makes with --onion and --i2p say where they lead: their first four bytes are the
loopback address, two more the port. How slow each is, is drawn from its name: the same every time.
"""
import asyncio
import base64
import contextlib
import random
import resource
import socket

CONNECT_S = {"onion": (1, 29), "i2p": (2, 25)}  # from the request to the connection, log-uniform
ONE_WAY_S = {"onion": (0.15, 0.75), "i2p": (0.2, 1)}


def target_of(name):
    """Where a name leads, and how long each way takes: to connect, and for bytes."""
    network = "onion" if name.endswith(".onion") else "i2p"
    raw = base64.b32decode(name.split(".")[0].upper().ljust(56, "="))
    chance = random.Random(raw)
    least, most = CONNECT_S[network]
    return ((socket.inet_ntoa(raw[:4]), int.from_bytes(raw[4:6], "big")),
            least * (most / least) ** chance.random(), chance.uniform(*ONE_WAY_S[network]))


async def pass_on(reader, writer, delay_s):
    """Bytes arrive late, and in their order."""
    loop, queue = asyncio.get_running_loop(), asyncio.Queue()

    async def deliver():
        while True:
            due, data = await queue.get()
            await asyncio.sleep(due - loop.time())
            if not data:
                break
            writer.write(data)
        writer.close()

    delivery = asyncio.create_task(deliver())
    try:
        while data := await reader.read(65536):
            queue.put_nowait((loop.time() + delay_s, data))
    except OSError:
        pass
    queue.put_nowait((loop.time() + delay_s, b""))
    await delivery


async def connect(name, reader, writer, opened):
    """Says `opened` once the way stands, and is the way from then on."""
    target, connect_s, one_way_s = target_of(name)
    await asyncio.sleep(connect_s)
    far_reader, far_writer = await asyncio.open_connection(*target)
    writer.write(opened)
    await asyncio.gather(pass_on(reader, far_writer, one_way_s), pass_on(far_reader, writer, one_way_s))


async def serve_socks(reader, writer):
    await reader.readexactly((await reader.readexactly(2))[1])
    writer.write(b"\5\2")
    await reader.readexactly((await reader.readexactly(2))[1])
    await reader.readexactly((await reader.readexactly(1))[0])
    writer.write(b"\1\0")
    name = await reader.readexactly((await reader.readexactly(5))[4])
    await reader.readexactly(2)
    await connect(name.decode(), reader, writer, b"\5\0\0\1" + bytes(6))


async def serve_sam(reader, writer):
    while line := (await reader.readline()).decode().strip():
        verb = " ".join(line.split(" ")[:2])
        pairs = dict(word.split("=", 1) for word in line.split(" ")[2:])
        if verb == "HELLO VERSION":
            writer.write(b"HELLO REPLY RESULT=OK VERSION=3.1\n")
        elif verb == "SESSION CREATE":
            writer.write(b"SESSION STATUS RESULT=OK DESTINATION=none\n")
        elif verb == "NAMING LOOKUP":  # what stands for its keys is its name
            value = base64.b64encode(pairs["NAME"].encode(), b"-~").decode()
            writer.write(f"NAMING REPLY RESULT=OK NAME={pairs['NAME']} VALUE={value}\n".encode())
        else:
            name = base64.b64decode(pairs["DESTINATION"], b"-~").decode()
            await connect(name, reader, writer, b"STREAM STATUS RESULT=OK\n")


def guarded(serve):
    async def one(reader, writer):
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):  # the survey closes as it likes
            await serve(reader, writer)
        writer.close()
    return one


async def main():
    """Prints where both listen."""
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    for serve in (serve_socks, serve_sam):
        server = await asyncio.start_server(guarded(serve), "127.0.0.1", 0, backlog=4000)
        print("%s:%d" % server.sockets[0].getsockname(), flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(main())
