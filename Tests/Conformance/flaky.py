"""A network that cuts connections: a TCP proxy that lets through a part of what each of them has to say."""

import contextlib
import itertools
import socket
import threading

# How many bytes get through to the gateway and back, for one connection after the other; None is all of them. So a
# request is lost, or a part of it, or the answer to one that was carried out, or a part of that.
WHOLE = (None, None)
CUTS = [(0, 0), (None, 40), WHOLE, (300, 0), (None, 400), WHOLE, (None, 0), WHOLE]


class Network:
    def __init__(self, port, cuts=CUTS):
        self.target, self.cuts, self.count = ("127.0.0.1", port), itertools.cycle(cuts), 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        with contextlib.suppress(OSError):  # closed
            while True:
                connection, _ = self.listener.accept()
                self.count += 1
                threading.Thread(target=self.carry, args=(connection, *next(self.cuts)), daemon=True).start()

    def carry(self, connection, there, back):
        gateway = socket.create_connection(self.target)
        ways = [(connection, gateway, there), (gateway, connection, back)]
        threads = [threading.Thread(target=carry, args=way, daemon=True) for way in ways]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        connection.close()
        gateway.close()

    def close(self):
        self.listener.close()


def carry(source, target, limit):
    """As many bytes as may pass. Where there would be more, the connection ends, in both directions."""
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            part = data if limit is None else data[:limit]
            target.sendall(part)
            if limit is not None:
                limit -= len(part)
                if len(part) < len(data):
                    break
        else:
            # The end of what a client sends is none of what it is answered.
            target.shutdown(socket.SHUT_WR)
            return
    for end in (source, target):
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
