"""Streams of requests, whole and mutated: what gets past one server and means another thing to the next."""

import dataclasses
import random
import urllib.parse


@dataclasses.dataclass
class Request:
    """The parts of a request, as bytes that a mutation can change one by one."""

    line: bytes
    fields: list
    body: list = dataclasses.field(default_factory=list)  # the content; of a chunked one its lines and data
    is_chunked: bool = False

    def __bytes__(self):
        return b"\r\n".join([self.line, *self.fields, b"", b""]) + b"".join(self.body)

    def without(self, name):
        self.fields = [field for field in self.fields if not field.lower().startswith(name)]

    def insert(self, random, *fields):
        """Adds field lines, but not as the first: that is the Host's, for mutations of their own."""
        place = random.randint(1, len(self.fields))
        self.fields[place:place] = fields


def request(random, name):
    """A valid request. What it is named reaches Athena as its session's id, and comes back as its own."""
    fields = [b"Host: localhost", b"X-Request-Id: " + name.encode()]
    if random.random() < 0.2:
        target = random.choice(["/livez", f"/sessions/demo/calculations/{name}", f"/no/such/path?{name}"])
        return Request(f"{random.choice(['GET', 'GET', 'HEAD'])} {target} HTTP/1.1".encode(), fields)
    description = random.choice(["", "?description=" + urllib.parse.quote(f"d {name}&/é")])
    line = f"POST /sessions/{urllib.parse.quote(name)}/calculations{description} HTTP/1.1".encode()
    fields.append(b"Content-Type: text/x-python")
    code = f"# {name}\n".encode() + bytes(random.choices(b"GET / HTTP/1.1\r\nHost: 0123\n", k=random.randint(0, 80)))
    if random.random() < 0.5:
        fields.append(b"Content-Length: %d" % len(code))
        return Request(line, fields, [code])
    fields.append(b"Transfer-Encoding: chunked")
    return Request(line, fields, chunks(random, code), is_chunked=True)


def chunks(random, content):
    body = []
    while content:
        size = random.randint(1, len(content))
        body += [random.choice([b"%x\r\n", b"%X\r\n", b"00%x\r\n", b"%x;a=b\r\n"]) % size, content[:size], b"\r\n"]
        content = content[size:]
    return [*body, b"0\r\n", *random.choice([[], [b"A: b\r\n"], [b"X-Request-Id: a\r\n", b"Origin: b\r\n"]]), b"\r\n"]


# Each breaks one rule of a request, and returns the status with which that is refused.
def both_framings(random, request):
    other = random.choice([b"Content-Length: 0", b"Content-Length: 5"])
    request.insert(random, other if request.is_chunked else b"Transfer-Encoding: chunked")
    if not request.is_chunked:
        request.without(b"content-length")
        request.insert(random, b"Content-Length: %d" % sum(map(len, request.body)))
    return 400


def length(random, request):
    request.without(b"content-length")
    request.without(b"transfer-encoding")
    values = [b"", b"+5", b"-1", b"0x5", b"1_0", b"5 5", b"5, 5", b"5;", b"5.0", b"\xd9\xa5", b"5\x0b", b'"5"', b"05"]
    values += [b"9223372036854775808", b"99999999999999999999", b"9" * 400]
    request.insert(random, b"Content-Length: " + random.choice(values))
    return 400


def two_lengths(random, request):
    request.without(b"content-length")
    request.without(b"transfer-encoding")
    request.insert(random, b"Content-Length: 5")
    request.insert(random, random.choice([b"Content-Length: 5", b"content-length: 6", b"Content-Length: 0"]))
    return 400


def transfer_coding(random, request):
    request.without(b"content-length")
    request.without(b"transfer-encoding")
    values = [
        b"chunked, gzip", b"xchunked", b"", b", chunked", b"chunked,", b"chunked, chunked", b"\x0bchunked",
        b"chunked\x0c", b"identity", b"chunked;q=1", b"chunked chunked", b'"chunked"', b"chunk\xc3\xa9d",
    ]  # fmt: skip
    request.insert(random, b"Transfer-Encoding: " + random.choice(values))
    return 400


def unknown_coding(random, request):
    request.without(b"content-length")
    request.without(b"transfer-encoding")
    request.insert(random, b"Transfer-Encoding: " + random.choice([b"gzip, chunked", b"br,gzip , Chunked"]))
    return 501


def coding_in_1_0(random, request):
    request.without(b"content-length")
    request.without(b"transfer-encoding")
    request.line = request.line.replace(b"HTTP/1.1", b"HTTP/1.0")
    request.insert(random, b"Transfer-Encoding: chunked")
    return 400


def chunk_size(random, request):
    turn_chunked(request)
    sizes = [
        b"\r\n", b" 5\r\n", b"5 \r\n", b"+5\r\n", b"-1\r\n", b"0x5\r\n", b"1_0\r\n", b"g\r\n", b";a\r\n", b"5\n",
        b"5;a\n", b"5\r5\r\n", b"5\x00\r\n", b"ffffffffffffffff\r\n", b"10000000000000000\r\n", b"\t5\r\n", b"5;a\rb\r\n",
        b"1;\r\n", b"1;a[\r\n", b"1; a\r\n", b'1;a="\r\n',
    ]  # fmt: skip
    request.body[0] = random.choice(sizes)
    return 400


def chunk_end(random, request):
    turn_chunked(request)
    request.body[2] = random.choice([b"", b"\n", b"\r", b"x\r\n", b"\n\r\n", b"\r\r\n"])
    return 400


def trailer(random, request):
    turn_chunked(request)
    bad = [b"a\r\n", b" a: b\r\n", b"a : b\r\n", b": b\r\n", b"a: b\n", b"a: b\x00\r\n", b"a: b\r\n c\r\n"]
    bad += [b"Host: a\r\n", b"Content-Length: 1\r\n", b"Transfer-Encoding: chunked\r\n", b"Cookie: a\r\n"]
    request.body[-1:] = [random.choice(bad), b"\r\n"]
    return 400


def turn_chunked(request):
    turn_to_submission(request)
    request.fields.append(b"Transfer-Encoding: chunked")
    request.body = [b"1\r\n", b"x", b"\r\n", b"0\r\n", b"\r\n"]


def turn_to_submission(request):
    """The content of any other request is never looked at."""
    request.line = b"POST /sessions/a/calculations HTTP/1.1"
    for name in (b"content-length", b"transfer-encoding", b"content-type"):
        request.without(name)
    request.fields.append(b"Content-Type: text/x-python")


def line_end(random, request):
    lines = [request.line, *request.fields]
    place = random.randrange(len(lines) - 1)
    lines[place : place + 2] = [lines[place] + random.choice([b"\n", b"\r", b"\r\r\n", b"\x00\r\n"]) + lines[place + 1]]
    request.line, *request.fields = lines
    return 400


def field(random, request):
    bad = [
        b"A : b", b"A\t: b", b": b", b"A", b"A b: c", b"(A): b", b"A\xe9: b", b'"A": b', b"A\x00: b", b"A: b\x00c",
        b"A: b\rc", b"A: \x01", b"A: b\x7f", b"A: b\x0bc", b"A: b\r\n c", b"A: b\r\n\tc", b"Content-Length : 5",
        b"Transfer-Encoding : chunked", b"X: y\r\n Transfer-Encoding: chunked",
    ]  # fmt: skip
    request.insert(random, random.choice(bad))
    return 400


def first_field(random, request):
    request.fields[0] = random.choice([b" ", b"\t"]) + request.fields[0]
    return 400


def host(random, request):
    bad = [
        [], [b"Host:"], [b"Host: localhost", b"Host: localhost"], [b"Host: a, b"], [b"Host: u@localhost"],
        [b"Host: localhost/"], [b"Host: localhost:x"], [b"Host: localhost:65536"], [b"Host: a b"], [b"Host: [::1"],
        [b"Host: http://localhost"], [b"Host: \xe9"], [b"Host: :80"], [b"Host: ::1"], [b"Host: localhost?a"],
    ]  # fmt: skip
    request.fields[:1] = random.choice(bad)
    return 400


def version(random, request):
    bad = [b"http/1.1", b"HTTP/1.10", b"HTTP/1", b"HTTP/1,1", b"HTTP/x.1", b"HTTPS/1.1", b"HTTP/1.1 x", b""]
    request.line = request.line.replace(b"HTTP/1.1", random.choice(bad))
    return 400


def later_version(random, request):
    request.line = request.line.replace(b"HTTP/1.1", random.choice([b"HTTP/2.0", b"HTTP/0.9", b"HTTP/3.0"]))
    return 505


def request_line(random, request):
    method, target, version = request.line.split(b" ")
    request.line = random.choice([
        method + b"  " + target + b" " + version, method + b"\t" + target + b" " + version, b" " + request.line,
        request.line + b" ", method + b" " + target + b"\t" + version, target + b" " + version,
        b"G(T " + target + b" " + version, method + b" " + target + b" x " + version,
    ])  # fmt: skip
    return 400


def target(random, request):
    bad = [
        b"*", b"livez", b"localhost:80", b"/#a", b"/%", b"/%4", b"/%zz", b"/%00", b"/\xe9", b"/\x7f", b"/a\x00",
        b"http://", b"http:///a", b"http://u@localhost/", b"ftp://localhost/", b"http://localhost:x/", b"http:/a",
    ]  # fmt: skip
    request.line = b"GET " + random.choice(bad) + b" HTTP/1.1"
    return 400


def connect(random, request):
    bad = [b"/", b"localhost", b"localhost:", b"http://localhost:80/", b"u@localhost:80", b":80", b"a:80/b"]
    request.line = b"CONNECT " + random.choice(bad) + b" HTTP/1.1"
    return 400


def long_target(random, request):
    request.line = b"GET /" + b"a" * random.choice([8192, 9000, 20_000]) + b" HTTP/1.1"
    return 414


def long_head(random, request):
    size = random.randint(0, 40)
    request.insert(random, *([b"A: " + b"b" * size] * max(101, 17_000 // (size + 5))))
    return 431


def long_length(random, request):
    turn_to_submission(request)
    lengths = [b"1048577", b"9223372036854775807"]
    request.insert(random, b"Content-Length: " + random.choice(lengths))
    return 413


def expectation(random, request):
    request.insert(random, b"Expect: " + random.choice([b"x", b"100-continue, x", b"100-continue;q=1", b""]))
    return 417


FAULTS = [
    both_framings, length, two_lengths, transfer_coding, unknown_coding, coding_in_1_0, chunk_size, chunk_end, trailer,
    line_end, field, first_field, host, version, later_version, request_line, target, connect, long_target, long_head,
    long_length, expectation,
]  # fmt: skip


def spell_otherwise(random, request):
    """Changes a request to one that means the same, for every server."""

    def respell(field):
        name, _, value = field.partition(b":")
        name = random.choice([name.lower(), name.upper(), name])
        return name + b":" + random.choice([b"", b" ", b"\t", b"  \t"]) + value.strip() + random.choice([b"", b" ", b"\t "])

    request.fields = [respell(field) for field in request.fields]
    random.shuffle(request.fields)
    if random.random() < 0.3:
        extra = [b"Connection: keep-alive", b"Connection: ,x", b"A:", b"B: \xc3\xa9", b"Expect: 100-Continue", b"C: (d), e"]
        request.fields.append(random.choice(extra))
    if random.random() < 0.2:
        request.line = request.line.replace(b" /", b" http://localhost/", 1)
    if random.random() < 0.1:
        request.line = request.line.replace(b"HTTP/1.1", b"HTTP/1.9")


def corrupt(random, stream):
    """Changes bytes, with a liking for those that matter."""
    pieces = [
        b"\r", b"\n", b"\r\n", b"\r\n\r\n", b" ", b"\t", b":", b",", b";", b"0", b"1", b"f", b"\x00", b"\x0b", b"\x80", b"%",
        b"/", b"?", b"Content-Length: 3\r\n", b"Transfer-Encoding: chunked\r\n", b"Host: a\r\n", b"0\r\n\r\n", b"HTTP/1.0",
        b"Connection: close\r\n", b"GET / HTTP/1.1\r\n",
    ]  # fmt: skip
    place = random.randrange(len(stream) + 1)
    end = min(len(stream), place + random.choice([0, 0, 1, 1, 2, 8, 40]))
    piece = random.choice([b"", random.choice(pieces), random.choice(pieces), stream[place:end] * 2, random.randbytes(1)])
    return stream[:place] + piece + stream[end:]


@dataclasses.dataclass
class Case:
    """One connection's bytes, and what is known of them before anybody reads them."""

    stream: bytes
    # Where nothing was left to chance: the requests that are whole, and the status of what follows them.
    whole: int | None = None
    refusal: int | None = None


def case(seed):
    chance = random.Random(seed)
    requests = [request(chance, f"r{seed}-{number}") for number in range(chance.randint(1, 3))]
    kind = chance.choice(["fault", "fault", "spelling", "corruption"])
    if kind == "fault":
        place = chance.randrange(len(requests))
        status = chance.choice(FAULTS)(chance, requests[place])
        return Case(b"".join(map(bytes, requests)), place, status)
    if kind == "spelling":
        for each in requests:
            spell_otherwise(chance, each)
        between = chance.choice([b"", b"", b"\r\n"])
        return Case(between + between.join(map(bytes, requests)), len(requests))
    stream = b"".join(map(bytes, requests))
    for _ in range(chance.randint(1, 3)):
        stream = corrupt(chance, stream)
    return Case(stream)
