"""Servers that pass connections on: what the test proxies have in common."""
import socket
import threading


class Server:
    """Listens on a port of 127.0.0.1; each connection is served by `serve` in a thread of its own."""

    PORT = 0  # one that the kernel chooses

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", self.PORT), backlog=1000)
        self.port = self.listener.getsockname()[1]
        self.at = f"127.0.0.1:{self.port}"
        self.connections = []
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        """Nobody listens any more; what was accepted is closed."""
        for connection in [self.listener, *self.connections]:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            connection.close()

    def serve(self, connection):
        raise NotImplementedError

    def _accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            self.connections.append(connection)
            threading.Thread(target=self._serve, args=[connection], daemon=True).start()

    def _serve(self, connection):
        with connection:
            try:
                self.serve(connection)
            except (OSError, EOFError):
                pass  # The survey closes whenever it likes.


def read_exactly(connection, size):
    data = b""
    while len(data) < size:
        piece = connection.recv(size - len(data))
        if not piece:
            raise EOFError
        data += piece
    return data


def wait_for_close(connection):
    while connection.recv(65536):
        pass


def call(target):
    """A connection to (host, port)."""
    return socket.create_connection(target, timeout=30)


def splice(one, other):
    """Passes bytes in both directions until one side closes."""
    def pump(source, sink):
        try:
            while data := source.recv(65536):
                sink.sendall(data)
        except OSError:
            pass
        for end in (source, sink):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    back = threading.Thread(target=pump, args=[other, one], daemon=True)
    back.start()
    pump(one, other)
    back.join()
    other.close()
