"""Requests that servers read differently, byte by byte: which are served, which are refused, and whether the
connection goes on. The facts are those of the public probe Http11Probe and of the known faults of other
servers; where the probe lets a server choose, the strict choice is the expected one."""

import dataclasses
import random

import capture as capturing

TARGET = b"/sessions/demo/calculations"
CALCULATION = TARGET + b"/" + capturing.CALCULATION.encode()
HOST = b"Host: 127.0.0.1"
# Comes after each request, and has an answer exactly where the connection goes on.
NEXT = b"GET /livez HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Request-Id: next\r\nConnection: close\r\n\r\n"
SMUGGLED = b"GET /smuggled HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"


@dataclasses.dataclass(frozen=True)
class Outcome:
    status: int
    ends: bool | None  # whether the connection ends with the answer; None: whichever the server likes better
    code: str | None = None  # what Athena gets to run


def refused(status=400):
    return Outcome(status, ends=True)


def answered(status=200):
    return Outcome(status, ends=False)


def submitted(code="hello"):
    return Outcome(201, ends=False, code=code)


@dataclasses.dataclass
class Rule:
    section: str
    rule: str
    outcome: Outcome  # of each row that has none of its own
    rows: dict


def message(*lines, content=b""):
    return b"\r\n".join(lines) + b"\r\n\r\n" + content


def line(line):
    return message(line, HOST)


def target(target):
    return line(b"GET " + target + b" HTTP/1.1")


def host(*lines):
    return message(b"GET / HTTP/1.1", *lines)


def get(*fields):
    return message(b"GET / HTTP/1.1", HOST, *fields)


def post(*fields, content=b"hello", version=b"1.1", type=b"Content-Type: text/x-python"):
    return message(b"POST " + TARGET + b" HTTP/" + version, HOST, type, *fields, content=content)


def length(value, content=b"hello"):
    return post(b"Content-Length: " + value, content=content)


def coding(value):
    return post(b"Transfer-Encoding: " + value, content=b"5\r\nhello\r\n0\r\n\r\n")


def both(*fields, content=b"hello"):
    return post(*fields, b"Content-Length: %d" % len(content), content=content)


def chunked(content):
    return post(b"Transfer-Encoding: chunked", content=content)


def trailer(field):
    return chunked(b"5\r\nhello\r\n0\r\n" + field + b"\r\n\r\n")


def cookie(value):
    return get(b"Cookie: " + value)


UPGRADE = [b"Connection: Upgrade", b"Upgrade: websocket", b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="]
VERSION_13 = b"Sec-WebSocket-Version: 13"
HIDDEN = b"0\r\n\r\n" + SMUGGLED

RULES = [
    Rule("9112 2.2", "a line ends in CR LF", refused(), {
        "the request line in LF": b"GET / HTTP/1.1\nHost: 127.0.0.1\r\n\r\n",
        "the request line in CR": b"GET / HTTP/1.1\rHost: 127.0.0.1\r\n\r\n",
        "a field line in LF": b"GET / HTTP/1.1\r\nHost: 127.0.0.1\nA: b\r\n\r\n",
        "a field line in CR": b"GET / HTTP/1.1\r\nHost: 127.0.0.1\rA: b\r\n\r\n",
        "a field line in CR CR LF": b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\r\n\r\n",
        "the head in LF": b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\n",
        "all lines in LF": b"GET / HTTP/1.1\nHost: 127.0.0.1\n\n",
        "an empty line first": (b"\r\n" + get(), answered()),
        "two empty lines first": b"\r\n\r\n" + get(),
        "an empty line of LF first": b"\n" + get(),
        "a line of spaces first": b"   \r\n\r\n",
        "white space before the first field": b"GET / HTTP/1.1\r\n \r\nHost: 127.0.0.1\r\n\r\n",
        "a first field after white space": b"GET / HTTP/1.1\r\n Host: 127.0.0.1\r\n\r\n",
    }),
    Rule("9112 2.3", "the version is HTTP/1.1, or another that is spelt like it", refused(), {
        "1.0": (line(b"GET / HTTP/1.0"), refused(200)),
        "1.0 without a host": (b"GET / HTTP/1.0\r\n\r\n", refused(200)),
        "1.2": (line(b"GET / HTTP/1.2"), answered()),
        "0.9": b"GET /\r\n",
        "0.9 by number": (line(b"GET / HTTP/0.9"), refused(505)),
        "2.0": (line(b"GET / HTTP/2.0"), refused(505)),
        "9.9": (line(b"GET / HTTP/9.9"), refused(505)),
        "the preface of HTTP/2": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", refused(505)),
        "no minor version": line(b"GET / HTTP/1"),
        "an empty minor version": line(b"GET / HTTP/1."),
        "leading zeros": line(b"GET / HTTP/01.01"),
        "two digits": line(b"GET / HTTP/1.10"),
        "a space in it": line(b"GET / HTTP/ 1.1"),
        "lower case": line(b"GET / http/1.1"),
        "another protocol": line(b"GET / RTSP/1.0"),
    }),
    Rule("9112 3", "the request line is three words with one space between each", refused(), {
        "two spaces first": line(b"GET  / HTTP/1.1"),
        "two spaces last": line(b"GET /  HTTP/1.1"),
        "a tab": line(b"GET\t/ HTTP/1.1"),
        "a tab last": line(b"GET /\tHTTP/1.1"),
        "a space before it": line(b" GET / HTTP/1.1"),
        "a space after it": line(b"GET / HTTP/1.1 "),
        "no target": line(b"GET HTTP/1.1"),
        "an empty target": line(b"GET  HTTP/1.1"),
        "a space in the target": line(b"GET /pa th HTTP/1.1"),
        "garbage": random.Random(1).randbytes(256),
        "a TLS ClientHello": bytes.fromhex("16030100a5010000a10303") + random.Random(2).randbytes(160),
        "an SSH banner": b"SSH-2.0-OpenSSH_9.9\r\n",
    }),
    Rule("9110 9.1", "a method is a known token, in upper case", Outcome(501, ends=False), {
        "unknown": line(b"FOOBAR / HTTP/1.1"),
        "lower case": line(b"get / HTTP/1.1"),
        "no token": (line(b"G@T / HTTP/1.1"), refused()),
        "of 100 KB": (line(b"A" * 100_000 + b" / HTTP/1.1"), refused()),
        "of 33 letters": (line(b"A" * 33 + b" / HTTP/1.1"), refused()),
        "CONNECT": line(b"CONNECT example.com:443 HTTP/1.1"),
        "CONNECT of its own host": message(b"CONNECT example.com:443 HTTP/1.1", b"Host: example.com:443"),
        "CONNECT without a port": (line(b"CONNECT example.com HTTP/1.1"), refused()),
        "CONNECT with an empty port": (line(b"CONNECT example.com: HTTP/1.1"), refused()),
        "CONNECT of a path": (line(b"CONNECT / HTTP/1.1"), refused()),
        "TRACE": (line(b"TRACE / HTTP/1.1"), answered(405)),
        "OPTIONS": (line(b"OPTIONS / HTTP/1.1"), answered(204)),
        "DELETE": (line(b"DELETE / HTTP/1.1"), answered(405)),
    }),
    Rule("9112 3.2", "a target is a path, http://host/path or the asterisk of OPTIONS", refused(), {
        "the asterisk of OPTIONS": (line(b"OPTIONS * HTTP/1.1"), answered(204)),
        "the asterisk of GET": target(b"*"),
        "no slash first": target(b"livez"),
        "an authority": target(b"127.0.0.1:80"),
        "absolute-form": (target(b"http://127.0.0.1/"), answered()),
        "absolute-form without a path": (target(b"http://127.0.0.1"), answered()),
        "absolute-form, which outranks Host": (
            message(b"GET http://127.0.0.1/ HTTP/1.1", b"Host: other.example"), answered()),
        "absolute-form of another host": (target(b"http://other.example/"), answered(421)),
        "absolute-form with a user": target(b"http://u@127.0.0.1/"),
        "absolute-form without a host": target(b"http:///"),
        "another scheme": target(b"ftp://127.0.0.1/"),
        "a fragment": target(b"/livez#a"),
        "7,999 letters": (target(b"/" + b"a" * 7999), answered(404)),
        "8,193 letters": (target(b"/" + b"a" * 8192), refused(414)),
        "100 KB": (target(b"/" + b"a" * 100_000), refused(414)),
    }),
    Rule("9112 3.2", "a target has the characters of a URI", refused(), {
        "NUL": target(b"/\0livez"),
        "a control character": target(b"/\x01"),
        "DEL": target(b"/\x7f"),
        "UTF-8": target("/café".encode()),
        "an overlong slash": target(b"/\xc0\xaf"),
        "a backslash": target(b"/path\\file"),
        **{f"a bare {chr(byte)}": target(b"/livez?%c" % byte) for byte in b"\"<>\\^`{|}"},
        "an escape without digits": target(b"/%"),
        "an escape of one digit": target(b"/%4"),
        "an escape of other letters": target(b"/%zz"),
        "an escaped NUL": target(b"/path%00.html"),
        "an escaped NUL in the query": target(b"/livez?a=%00"),
        "an escaped line end": target(b"/path%0d%0aX-Injected:%20true"),
        "an escaped control character": target(b"/sessions/%1b/calculations"),
        "an escaped DEL": target(b"/sessions/%7F/calculations"),
        "an escaped overlong slash": (target(b"/sessions/%C0%AF/calculations"), answered(400)),
        "an escaped line end in the query": (target(b"/livez?a=%0d%0a"), answered(400)),
    }),
    Rule("9112 3.2", "an HTTP/1.1 request has one Host: a name or address, and a port", refused(), {
        "none": host(),
        "empty": host(b"Host:"),
        "white space": host(b"Host: \t"),
        "two": host(HOST, b"Host: other.example"),
        "two that agree": host(HOST, HOST),
        "two, one of them spelt otherwise": host(HOST, b"hOST: 127.0.0.1"),
        "a list": host(HOST + b", other.example"),
        "a user": host(b"Host: user@127.0.0.1"),
        "a path": host(HOST + b"/path"),
        "a scheme": host(b"Host: http://127.0.0.1"),
        "a space in it": host(b"Host: 127.0.0.1 other.example"),
        "a port of letters": host(HOST + b":http"),
        "a port that is too large": host(HOST + b":65536"),
        "no name before the port": host(b"Host: :80"),
        "an unclosed bracket": host(b"Host: [::1"),
        "an empty port": (host(HOST + b":"), answered()),
        "of HTTP/1.0, two": message(b"GET / HTTP/1.0", HOST, HOST),
        "of absolute-form, none": message(b"GET http://127.0.0.1/ HTTP/1.1"),
        "another name": (host(b"Host: other.example"), answered(421)),
    }),
    Rule("9112 5.1", "a field line is a name, a colon right after it and a value", refused(), {
        "a space before the colon": get(b"X-Test : value"),
        "a tab before the colon": get(b"X-Test\t: value"),
        "no name": get(b": value"),
        "no colon": get(b"NoColonHere"),
        "a bracket in the name": get(b"Bad[Name: value"),
        "a space in the name": get(b"Bad Name: value"),
        "a tab in the name": post(b"Content-Length: 5", b"Content\tLength: 9"),
        "UTF-8 in the name": get("X-Tëst: value".encode()),
        "NUL in the name": get(b"X-T\0st: value"),
        "a space after Content-Length": post(b"Content-Length: 5", b"Content-Length : 9"),
        "a space after Transfer-Encoding": both(b"Transfer-Encoding : chunked"),
        "no white space around the value": (get(b"A:b"), answered()),
        "tabs and spaces around the value": (get(b"A: \t b \t "), answered()),
        "an empty value": (get(b"A:"), answered()),
    }),
    Rule("9112 5.2", "a field is one line", refused(), {
        "folded by a space": get(b"X-Test: value", b" more"),
        "folded by a tab": get(b"X-Test: value", b"\tmore"),
        "Transfer-Encoding folded": both(b"Transfer-Encoding:", b" chunked"),
        "Content-Length folded": post(b"Content-Length:", b" 5"),
        "a fold of OPTIONS": message(
            b"OPTIONS / HTTP/1.1", HOST, b"Transfer-Encoding:", b" chunked", b"Content-Length: 5", content=b"hello"),
        "a fold before what it hides": both(b"Transfer-Encoding:", b" chunked", content=HIDDEN),
    }),
    Rule("9110 5.5", "a field value has no control characters", refused(), {
        "CR": post(b"Content-Length: 5", b"X-Test: val\rue"),
        "NUL": get(b"X-Test: val\0ue"),
        "BEL, BS and VT": get(b"X-Test: a\x07\x08\x0bb"),
        "DEL": get(b"X-Test: a\x7fb"),
        "NUL in a cookie": cookie(b"foo=\0bar"),
        "SOH, STX and ETX in a cookie": cookie(b"foo=\x01\x02\x03"),
        "obs-text": (get(b"X-Test: \xc3\xa9\xff"), answered()),
    }),
    Rule("9110 5.4", "a head has its bounds", refused(431), {
        "a value of 100 KB": get(b"X-Big: " + b"B" * 100_000),
        "a name of 100 KB": get(b"A" * 100_000 + b": value"),
        "10,000 fields": get(*(b"X-H-%d: value" % number for number in range(10_000))),
        "101 fields": get(*[b"A: b"] * 100),
        "100 fields": (get(*[b"A: b"] * 99), answered()),
        "a cookie of 64 KiB": cookie(b"big=" + b"A" * 65_536),
        "1,000 cookies": (cookie(b"; ".join(b"k%d=v%d" % (n, n) for n in range(1000))), answered()),
    }),
    Rule("9110 5.3", "what is said twice is refused where it is no list", refused(), {
        "two media types": (
            post(b"Content-Length: 5", b"Content-Type: text/html"), Outcome(400, ends=None)),
        "two media types that agree": (
            post(b"Content-Length: 5", b"Content-Type: text/x-python"), Outcome(400, ends=None)),
        "two cookies": (get(b"Cookie: a=1", b"Cookie: b=2"), answered()),
        "no cookie in it": (cookie(b""), answered()),
        "a cookie that is none": (cookie(b"===;;;"), answered()),
    }),
    Rule("9112 6.1", "a content has a length or chunks, not both", refused(), {
        "chunks and a length": post(
            b"Content-Length: 26", b"Transfer-Encoding: chunked", content=b"D\r\nhello-bananas\r\n0\r\n\r\n"),
        "a length before the chunks' end": post(
            b"Content-Length: 4", b"Transfer-Encoding: chunked", content=b"0\r\n\r\n"),
        "a length past the chunks' end": post(
            b"Transfer-Encoding: chunked", b"Content-Length: 30", content=b"0\r\n\r\nX"),
        "a length that agrees": post(b"Content-Length: 5", b"Transfer-Encoding: chunked", content=b"0\r\n\r\n"),
        "no content by both": post(b"Transfer-Encoding: chunked", b"Content-Length: 0", content=b"0\r\n\r\n"),
        "a byte behind the chunks": post(
            b"Content-Length: 6", b"Transfer-Encoding: chunked", content=b"0\r\n\r\nX"),
        "a GET behind the chunks": both(b"Transfer-Encoding: chunked", content=HIDDEN),
        "a HEAD behind the chunks": both(
            b"Transfer-Encoding: chunked", content=HIDDEN.replace(b"GET", b"HEAD")),
        "a GET within a chunk": post(
            b"Transfer-Encoding: chunked", b"Content-Length: 4",
            content=b"%x\r\n%b\r\n0\r\n\r\n" % (len(SMUGGLED), SMUGGLED)),
        **{
            f"Transfer-Encoding: {value!r} and a GET behind": both(b"Transfer-Encoding: " + value, content=HIDDEN)
            for value in [b"chunked ", b", chunked", b"Chunked", b"chunked\r\nTransfer-Encoding: identity"]
        },
        **{
            f"Content-Length: {value % 50!r} and a GET behind": post(
                b"Content-Length: " + value % len(HIDDEN), b"Transfer-Encoding: chunked", content=HIDDEN)
            for value in [b"+%d", b"%dx"]
        },
        **{
            f"Transfer-Encoding: {value!r} and a length": both(b"Transfer-Encoding: " + value)
            for value in [
                b"chunked ", b"\tchunked", b"Chunked", b"xchunked", b"chunked, chunked", b", chunked", b"chunked,",
                b"", b"identity", b"gzip, chunked", b"chunked;ext=val", b"\x0bchunked", b"\x0cchunked", b"chunked\0",
                b"chunked\r\nTransfer-Encoding: identity",
            ]
        },
        "in HTTP/1.0": post(b"Transfer-Encoding: chunked", content=b"5\r\nhello\r\n0\r\n\r\n", version=b"1.0"),
        "in HTTP/1.0 with a length": post(
            b"Transfer-Encoding: chunked", b"Content-Length: 5", version=b"1.0"),
    }),
    Rule("9112 6.3", "chunked is the last transfer coding, once, alone", refused(), {
        "chunked": (coding(b"chunked"), submitted()),
        "Chunked": (coding(b"Chunked"), submitted()),
        "tabs and spaces around it": (coding(b"\t chunked \t"), submitted()),
        "the name in capitals": (
            post(b"TRANSFER-ENCODING: chunked", content=b"b\r\nhello world\r\n0\r\n\r\n"), submitted("hello world")),
        "a coding before it": (coding(b"gzip, chunked"), refused(501)),
        "a coding before it, in its own line": (coding(b"gzip\r\nTransfer-Encoding: chunked"), refused(501)),
        **{
            repr(value): coding(value)
            for value in [
                b"", b"gzip", b"identity", b"xchunked", b"chunkedx", b"chunked, gzip", b"chunked, identity",
                b"chunked, chunked", b"chunked\r\nTransfer-Encoding: chunked", b"chunked\r\nTransfer-Encoding: gzip",
                b", chunked", b"chunked,", b"chunked;ext=val", b'"chunked"', b"chunked chunked",
                b"\x0bchunked", b"\x0cchunked", b"chunked\x0b", b"chunked\0", b"\xa0chunked",
            ]
        },
    }),
    Rule("9110 8.6", "Content-Length is one plain decimal number", refused(), {
        "5": (length(b"5"), submitted()),
        "spaces before it": (length(b"  5"), submitted()),
        "a tab before it": (post(b"Content-Length:\t5"), submitted()),
        "a space after it": (length(b"5 "), submitted()),
        "two that differ": length(b"5\r\nContent-Length: 10", b"helloworld"),
        "two that agree": length(b"5\r\nContent-Length: 5"),
        "two, and a GET behind the shorter": length(
            b"4\r\nContent-Length: %d" % (4 + len(SMUGGLED)), b"PING" + SMUGGLED),
        **{
            repr(value): length(value)
            for value in [
                b"", b"abc", b"+5", b"-1", b"-0", b"0x5", b"0o5", b"1_0", b"1 0", b"5, 10", b"5, 5", b"5, 5, 5", b"5,",
                b"5;", b"5.0", b"5e0", b'"5"', b"5\x0b", b"\x0c5", b"\xd9\xa5", b"\xb2", b"\xef\xbc\x95",
                b"005", b"00", b"99999999999999999999", b"9223372036854775808", b"18446744073709551621", b"9" * 400,
            ]
        },
        "octal or decimal": length(b"0200", b"A" * 200),
        "1 GB of nothing": (length(b"999999999", b""), refused(413)),
        "as many bytes as a machine can count": (length(b"9223372036854775807", b""), refused(413)),
        "1 MiB and a byte": (length(b"1048577", b""), refused(413)),
    }),
    Rule("9112 6.3", "without a length or chunks there is no content", answered(400), {
        "no length": post(content=b""),
        "a length of 0": length(b"0", b""),
        "no chunk but the last": chunked(b"0\r\n\r\n"),
    }),
    Rule("9112 7.1", "a chunk is a size in hexadecimal, its bytes, and CR LF after both", refused(), {
        "one": (chunked(b"5\r\nhello\r\n0\r\n\r\n"), submitted()),
        "two": (chunked(b"5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n"), submitted("hello world")),
        "a size in capitals": (chunked(b"A\r\nhelloworld\r\n0\r\n\r\n"), submitted("helloworld")),
        "a size with zeros first": (chunked(b"0005\r\nhello\r\n000\r\n\r\n"), submitted()),
        "data that looks like the end": (chunked(b"5\r\n#\r\n0\r\r\n0\r\n\r\n"), submitted("#\r\n0\r")),
        **{
            f"a size of {size!r}": chunked(size + b"\r\nhello\r\n0\r\n\r\n")
            for size in [
                b"", b" 5", b"\t5", b"5 ", b"5\t", b"+5", b"-1", b"-2", b"0x5", b"1_0", b"5_", b"g", b"5,", b"5\0",
                b"\xd9\xa5", b"7fffffffffffffff", b"ffffffffffffffff", b"FFFFFFFFFFFFFFFF0", b"10000000000000000",
                b"8000000000000000", b"f" * 40,
            ]
        },
        "a size past the limit": (chunked(b"100001\r\n"), refused(413)),
        "a size of +0, and a byte behind": chunked(b"+0\r\n\r\nX"),
        "a size line in LF": chunked(b"5\nhello\r\n0\r\n\r\n"),
        "a size line in CR": chunked(b"5\rhello\r\n0\r\n\r\n"),
        "a size line in CR CR LF": chunked(b"5\r\r\nhello\r\n0\r\n\r\n"),
        "data without an end": chunked(b"5\r\nhello0\r\n\r\n"),
        "data that ends in LF": chunked(b"5\r\nhello\n0\r\n\r\n"),
        "data that ends in CR": chunked(b"5\r\nhello\r0\r\n\r\n"),
        "more data than its size": chunked(b"5\r\nhello!!\r\n0\r\n\r\n"),
        "less data than its size": chunked(b"5\r\nhell\r\n0\r\n\r\n"),
        "the last line in LF": chunked(b"5\r\nhello\r\n0\r\n\n"),
        "the last chunk in LF": chunked(b"5\r\nhello\r\n0\n\r\n"),
    }),
    Rule("9112 7.1.1", "a chunk extension is a token, with a token or a quoted string or nothing", refused(), {
        "a name": (chunked(b"5;ext\r\nhello\r\n0\r\n\r\n"), submitted()),
        "a name with a value": (chunked(b"5;ext=value\r\nhello\r\n0\r\n\r\n"), submitted()),
        "a quoted value": (chunked(b'5;ext="a \\"b\\"; c"\r\nhello\r\n0;end\r\n\r\n'), submitted()),
        "two": (chunked(b"5;a=b;c\r\nhello\r\n0\r\n\r\n"), submitted()),
        "of the last chunk": (chunked(b"5\r\nhello\r\n0;end=1\r\n\r\n"), submitted()),
        **{
            f"{extension!r}": chunked(b"5" + extension + b"\r\nhello\r\n0\r\n\r\n")
            for extension in [
                b";", b";;a", b";a;", b";=b", b";a=", b";a==b", b";bad[=x", b";a=b[", b";\0ext", b";a\rX", b";a\x0b",
                b';a="b', b';a="b"c', b';a=b"c"', b';a="\\', b';a="b\x01"', b" ;a", b"; a", b";a =b", b";a= b", b";a ",
                b";a\xff", b";ext=" + b"A" * 65_536, b";ext=" + b"A" * 100_000,
            ]
        },
        "in LF": chunked(b"5;\nhello\r\n0\r\n\r\n"),
        "in LF after a name": chunked(b"5;a\nhello\r\n0\r\n\r\n"),
        "of the last chunk, bad": chunked(b"5\r\nhello\r\n0;\r\n\r\n"),
        "half a KiB for each byte": chunked(b"1;a=%b\r\n#\r\n" % (b"b" * 500) * 100 + b"0\r\n\r\n"),
    }),
    Rule("9110 6.5.1", "a trailer section has no field that changes the request", refused(), {
        "a field": (trailer(b"X-Checksum: abc"), submitted()),
        **{
            field.decode(): trailer(field)
            for field in [
                b"Content-Length: 50", b"Transfer-Encoding: chunked", b"Host: evil.example", b"host: evil.example",
                b"Authorization: Bearer evil", b"Content-Type: text/evil", b"Content-Encoding: gzip", b"Cookie: a=b",
                b"Expect: 100-continue", b"X : y", b" x: y", b": y", b"x", b"X: \0",
            ]
        },
        "1 KB and more": trailer(b"X: " + b"a" * 2000),
    }),
    Rule("9112 6.3", "a name that others take for a framing field's is refused", refused(), {
        "Content_Length": post(b"Content-Length: 5", b"Content_Length: 99"),
        "Transfer_Encoding": both(b"Transfer_Encoding: chunked"),
        "Transfer_Encoding alone": post(b"Transfer_Encoding: chunked", content=b"5\r\nhello\r\n0\r\n\r\n"),
        "another underscore": (get(b"X_Test: a"), answered()),
    }),
    Rule("9112 6", "content is content, whatever it looks like", answered(201), {
        "a content that looks like a request": (length(b"%d" % len(SMUGGLED), SMUGGLED), submitted(SMUGGLED.decode())),
        "chunks that look like one": (
            chunked(b"%x\r\n%b\r\n0\r\n\r\n" % (len(SMUGGLED), SMUGGLED)), submitted(SMUGGLED.decode())),
    }),
    Rule("9110 9.3", "content that a method gives no meaning is never the next request", Outcome(200, ends=None), {
        "GET": message(b"GET / HTTP/1.1", HOST, b"Content-Length: 5", content=b"hello"),
        "GET, half a request": message(
            b"GET / HTTP/1.1", HOST, b"Content-Length: 33", content=b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n"),
        "GET, a whole request": get(b"Content-Length: %d" % len(SMUGGLED)) + SMUGGLED,
        "GET, chunks": get(b"Transfer-Encoding: chunked") + b"5\r\nhello\r\n0\r\n\r\n",
        "HEAD": message(b"HEAD / HTTP/1.1", HOST, b"Content-Length: 5", content=b"hello"),
        "OPTIONS": (
            message(b"OPTIONS / HTTP/1.1", HOST, b"Content-Length: 5", content=b"hello"), Outcome(204, ends=None)),
        "TRACE": (
            message(b"TRACE / HTTP/1.1", HOST, b"Content-Length: 5", content=b"hello"), Outcome(405, ends=None)),
        "an unknown path": (
            message(b"POST /nowhere HTTP/1.1", HOST, b"Content-Length: %d" % len(SMUGGLED), content=SMUGGLED),
            Outcome(404, ends=None)),
    }),
    Rule("9112 9.3", "Connection tells whether another request may follow", answered(), {
        "nothing": get(),
        "keep-alive": get(b"Connection: keep-alive"),
        "close": (get(b"Connection: close"), refused(200)),
        "Close among others": (get(b"Connection: x, Close"), refused(200)),
        "close in a second line": (get(b"Connection: keep-alive", b"Connection: close"), refused(200)),
        "no list of tokens": (get(b"Connection: a b"), refused()),
        "HTTP/1.0 and keep-alive": (
            message(b"GET / HTTP/1.0", HOST, b"Connection: keep-alive"), refused(200)),
    }),
    Rule("9110 7.8", "no other protocol is offered, and Upgrade is ignored", answered(), {
        "a WebSocket": get(*UPGRADE, VERSION_13),
        "a WebSocket of another version": get(*UPGRADE, b"Sec-WebSocket-Version: 99"),
        "a WebSocket by POST": (post(*UPGRADE, VERSION_13, b"Content-Length: 5"), submitted()),
        "a WebSocket in HTTP/1.0": (message(b"GET / HTTP/1.0", HOST, *UPGRADE, VERSION_13), refused(200)),
        "without the connection option": get(*UPGRADE[1:], VERSION_13),
        "HTTP/2": get(
            b"Connection: Upgrade, HTTP2-Settings", b"Upgrade: h2c", b"HTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA"),
        "something unheard of": get(b"Connection: Upgrade", b"Upgrade: totally-made-up/1.0"),
        "bytes sent ahead": (get(*UPGRADE, VERSION_13, b"Content-Length: 2") + b"\x89\0", Outcome(200, ends=None)),
    }),
    Rule("9110 10.1.1", "the one expectation is 100-continue", refused(417), {
        "another": get(b"Expect: 200-ok"),
        "another beside it": get(b"Expect: 100-continue, x"),
        "none in it": get(b"Expect:"),
        "100-continue, and the content at once": (post(b"Expect: 100-continue", b"Content-Length: 5"), submitted()),
        "100-Continue": (post(b"Expect: 100-Continue", b"Content-Length: 5"), submitted()),
        "100-continue without content": (get(b"Expect: 100-continue"), answered()),
    }),
    Rule("9110 12 to 15", "fields that a request need not have do no harm", answered(), {
        "an unknown media type in Accept": get(b"Accept: application/x-nonsense"),
        "a range that is none": get(b"Range: bytes=abc-xyz"),
        "1,000 ranges": get(b"Range: bytes=" + b"0-," * 999 + b"0-"),
        "a range of a POST": (post(b"Content-Length: 5", b"Range: bytes=0-10"), submitted()),
        "a media type that is not accepted": (
            post(b"Content-Length: 5", type=b"Content-Type: application/x-nonsense"), Outcome(415, ends=None)),
    }),
]  # fmt: skip
