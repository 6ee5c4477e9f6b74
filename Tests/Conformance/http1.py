"""HTTP/1.1 by hand: libraries put right what these tests have to send, and hide what they have to see."""

import dataclasses
import json
import socket

PATIENCE = 60  # seconds until a lost answer fails a test; none waits for it to pass


class CutShort(Exception):
    """The connection ended before the message did; `answer` is what came of it."""

    def __init__(self, answer=None):
        super().__init__("the connection ended before the message did")
        self.answer = answer


@dataclasses.dataclass
class Message:
    start: str
    fields: list
    body: bytes = b""

    def all(self, name):
        return [value for key, value in self.fields if key.lower() == name.lower()]

    def __getitem__(self, name):
        """The value of a field that is there once; None where it is not there."""
        values = self.all(name)
        assert len(values) < 2, f"{name} is there {len(values)} times"
        return values[0] if values else None

    @property
    def json(self):
        return json.loads(self.body)

    def __str__(self):
        """For the report of a failure."""
        return f"{self.start[:300]}\n{self.body[:1000].decode(errors='replace')}"


class Request(Message):
    @property
    def method(self):
        return self.start.split(" ")[0]

    @property
    def target(self):
        return self.start.split(" ")[1]


class Answer(Message):
    @property
    def status(self):
        return int(self.start.split(" ")[1])


def reset(connection):
    """Ends a connection so that its peer learns of it at once, and takes it for nothing else."""
    connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    connection.close()


def read_head(stream, kind):
    """A message without its content; None where the stream is at its end."""
    lines = []
    while (line := stream.readline()) not in (b"\r\n", b""):
        lines.append(line.removesuffix(b"\r\n").decode("utf-8", "surrogateescape"))
    if not lines:
        return None
    if line == b"":
        raise CutShort
    fields = [(name, value.strip(" \t")) for name, _, value in (line.partition(":") for line in lines[1:])]
    return kind(lines[0], fields)


def read_content(stream, message, to_the_end=False):
    """Adds the content that the message's framing announces (RFC 9112 section 6.3)."""
    if (message["Transfer-Encoding"] or "").lower() == "chunked":
        read_chunks(stream, message)
    elif message["Content-Length"] is not None:
        length = int(message["Content-Length"])
        message.body = stream.read(length)
        if len(message.body) < length:
            raise CutShort(message)
    elif to_the_end:
        message.body = stream.read()
    return message


def read_chunks(stream, message):
    while line := stream.readline():
        size = int(line, 16)
        message.body += stream.read(size)
        if stream.readline() != b"\r\n":
            break
        if size == 0:
            return
    raise CutShort(message)


def read_answer(stream, method):
    """The next final answer; interim ones are passed over."""
    try:
        while (answer := read_head(stream, Answer)) and answer.status < 200:
            pass
        if answer is None:
            raise CutShort
        if method == "HEAD" or answer.status in (204, 304):
            return answer
        return read_content(stream, answer, to_the_end=True)
    except ConnectionResetError:
        raise CutShort from None


class Connection:
    """One connection, which sends whatever it is given."""

    def __init__(self, port, host="127.0.0.1", tls=None, session=None):
        self.socket = socket.create_connection((host, port), timeout=PATIENCE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if tls:
            self.socket = tls.wrap_socket(self.socket, server_hostname="localhost", session=session)
        self.stream = self.socket.makefile("rb")

    def send(self, data):
        self.socket.sendall(data)

    def answer(self, method="GET"):
        return read_answer(self.stream, method)

    def close(self):
        self.stream.close()
        self.socket.close()


def message(start, fields, body=b""):
    lines = [start, *(f"{name}: {value}" for name, value in fields)]
    # The request target may have any byte in it; a field's value may too.
    return "\r\n".join(lines).encode("utf-8", "surrogateescape") + b"\r\n\r\n" + body


def response(status, body=b"", fields=()):
    """The bytes of an answer whose length is given."""
    if isinstance(body, (dict, list)):
        body = json.dumps(body).encode()
    if not any(name.lower() == "content-length" for name, _ in fields):
        fields = [*fields, ("Content-Length", len(body))]
    return message(f"HTTP/1.1 {status} Whatever", fields, body)
