"""The clients of a soak: each function is one of a kind's visits."""

import select
import socket
import time

import broken
import http1

LIVE = b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n"
PATH = "/sessions/demo/calculations"
RESET = b"\1\0\0\0\0\0\0\0"  # a struct linger: closing sends a RST
# What the gateway may take for a deadline, in seconds, on a machine that is busy with a soak.
HEAD, CONTENT, STALL = (8, 25), (1, 45), (1, 45)


def request(target, *fields, method="GET", body=b""):
    fields = [("Host", "localhost"), *fields, *([("Content-Length", len(body))] if body else [])]
    return http1.message(f"{method} {target} HTTP/1.1", fields, body)


class Visit(http1.Connection):
    """A connection of one kind's, which ends in good order: after the last answer comes nothing more."""

    def __init__(self, run, kind):
        super().__init__(run.gateway.port)
        self.run, self.kind = run, kind
        run.count(kind, "connections")

    def ask(self, data, allowed, method="GET"):
        """The answer; None where it is an injected failure."""
        self.send(data)
        answer = self.answer(method)
        return answer if self.run.judge(self.kind, answer, allowed) else None

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if kind is None:
            self.socket.shutdown(socket.SHUT_WR)
            if rest := self.stream.read():
                self.run.breach(self.kind, f"after the last answer came {rest[:100]}")
        self.close()

    def ends(self):
        """The server has closed, with nothing after its answer."""
        if rest := self.stream.read():
            self.run.breach(self.kind, f"after the last answer came {rest[:100]}")

    def abort(self, with_reset):
        if with_reset:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        self.close()
        self.run.count(self.kind, "aborted")


def keeping(run, random):
    """Several requests of every sort on one connection."""
    with Visit(run, "keeping") as visit:
        for _ in range(random.randint(1, 30)):
            target, method, allowed = random.choice([
                ("/livez", "GET", {200}), ("/livez", "HEAD", {200}), ("/", "GET", {200}),
                ("/problems/not-found", "GET", {200}), ("/nowhere", "GET", {404}), ("/", "DELETE", {405}),
                (f"{PATH}/00000000-0000-0000-0000-000000000000", "GET", {404, 429}),
            ])  # fmt: skip
            identity = run.identity("keeping")
            data = request(target, ("X-Request-Id", identity), method=method)
            answer = visit.ask(data, allowed, method)
            if answer and answer["X-Request-Id"] != identity:
                run.breach("keeping", f"the answer to {identity} is {answer}")


def submitting(run, random):
    """Code that writes its name to the ledger, until Athena takes it; then its output is read."""
    identity = run.identity("submitting")
    is_long = run.long_output is None or random.random() < 0.02
    code = f"with open({run.ledger!r}, 'a') as f: f.write({identity + chr(10)!r})\n"
    code += "for _ in range(8): print('x' * 1_000_000)\n" if is_long else f"print({identity!r})\n"
    code += "# " + "a" * random.choice([0, 100, 60_000])
    fields = [("Content-Type", "text/x-python"), ("Idempotency-Key", identity)]
    data = request(PATH, *fields, method="POST", body=code.encode())
    with Visit(run, "submitting") as visit:
        while not (answer := visit.ask(data, {201, 409, 429})) or answer.status != 201:
            if not run.rest(random.uniform(0.005, 0.05)):
                return
        location = answer["Location"]
        run.accept(identity, location)
        run.count("submitting", "accepted")
        if random.random() < 0.3 and (answer := visit.ask(data, {201, 409, 429})) and answer.status == 201:
            run.accept(identity, answer["Location"])
        while not (answer := visit.ask(request(location), {200, 429})) or answer.status != 200 or is_running(answer):
            time.sleep(random.uniform(0.005, 0.02))
        if answer.json["state"] != "COMPLETED":
            run.breach("submitting", f"{identity} is {answer.json}")
    if is_long:
        run.long_output = location
    else:
        check_output(run, location, identity.encode() + b"\n")


def is_running(answer):
    return answer.json["state"] not in ("COMPLETED", "FAILED", "CANCELED")


def check_output(run, location, expected):
    while True:
        try:
            with Visit(run, "submitting") as visit:
                answer = visit.ask(request(f"{location}/stdout"), {200, 429})
        except http1.CutShort:
            # Half of an output: the connection is cut, lest it be taken for the whole.
            run.count("submitting", "unreadable")
            continue
        if answer and answer.status == 200:
            if answer.body != expected:
                run.breach("submitting", f"{expected} has the output {answer.body[:100]}")
            return


def pipelining(run, random):
    """Many requests at once; their answers come in order."""
    with Visit(run, "pipelining") as visit:
        identities = [run.identity("pipelining") for _ in range(random.randint(2, 60))]
        targets = [random.choice(["/livez", "/", "/nowhere"]) for _ in identities]
        pairs = list(zip(targets, identities, strict=True))
        visit.send(b"".join(request(target, ("X-Request-Id", identity)) for target, identity in pairs))
        for target, identity in pairs:
            answer = visit.answer()
            run.judge("pipelining", answer, {404} if target == "/nowhere" else {200})
            if answer["X-Request-Id"] != identity:
                run.breach("pipelining", f"{answer['X-Request-Id']} is answered in the place of {identity}")


def breaking(run, random):
    """A request that breaks a rule is refused; what stands behind it is not looked at."""
    name = random.choice(list(broken.REQUESTS))
    data, statuses = broken.REQUESTS[name]
    visit = Visit(run, "breaking")
    try:
        visit.send(data + LIVE)
        answer = visit.answer()
        if answer.status not in statuses:
            run.breach("breaking", f"{name} is answered with {answer.start}")
        run.count("breaking", f"{answer.status // 100}xx")
        visit.ends()
    except (OSError, http1.CutShort) as error:
        run.breach("breaking", f"{name}: {error!r}")
    visit.close()


def aborting(run, random):
    """A part of a request, or a whole one and a part of its answer; then an end or a reset."""
    identity = run.identity("aborting")
    code = f"with open({run.ledger!r}, 'a') as f: f.write({identity + chr(10)!r})\n".encode()
    submission = request(PATH, ("Content-Type", "text/x-python"), method="POST", body=code)
    output = request(f"{run.long_output or PATH}/stdout")
    data = random.choice([LIVE, submission, output, broken.chunked(b"3;a=b\r\n1+1\r\n")])
    visit = Visit(run, "aborting")
    visit.send(data[: random.choice([0, random.randint(0, len(data)), len(data)])])
    time.sleep(random.choice([0, 0, random.uniform(0, 0.02)]))
    if data in (LIVE, output) and random.random() < 0.3:
        visit.socket.settimeout(0.05)
        try:
            visit.socket.recv(random.choice([1, 200, 100_000]))
        except OSError:
            pass
    visit.abort(with_reset=random.random() < 0.5)


def half_closing(run, random):
    """Closes its half after the request, and is answered."""
    visit = Visit(run, "half-closing")
    visit.send(LIVE)
    visit.socket.shutdown(socket.SHUT_WR)
    run.judge("half-closing", visit.answer(), {200})
    visit.ends()
    visit.close()


def filling(run, random):
    """Large contents, good and too large; the refusal can be read."""
    size = random.choice([100_000, 900_000, 1_500_000, 10_000_000])
    body = b"a" * size
    is_chunked = random.random() < 0.5
    fields = [("Content-Type", "text/x-python")]
    fields.append(("Transfer-Encoding", "chunked") if is_chunked else ("Content-Length", size))
    data = request(PATH, *fields, method="POST")
    data += b"%x\r\n%s\r\n0\r\n\r\n" % (size, body) if is_chunked else body
    visit = Visit(run, "filling")
    try:
        visit.send(data)
    except OSError:
        pass  # whether all of it is read or not, the answer is there
    try:
        run.judge("filling", visit.answer(), {413} if size > 1 << 20 else {400})
    except (OSError, http1.CutShort) as error:
        run.breach("filling", f"{size} bytes, {is_chunked=}: {error!r}")
    visit.close()


def trickling(run, random):
    """A request byte by byte, in time."""
    with Visit(run, "trickling") as visit:
        for byte in LIVE:
            visit.send(bytes([byte]))
            time.sleep(random.uniform(0, 0.02))
        run.judge("trickling", visit.answer(), {200})


def dripping(run, random):
    """A byte a second, until the deadline of the head or of the content."""
    is_head = random.random() < 0.5
    head = request(PATH, ("Content-Type", "text/x-python"), ("Content-Length", 1000), method="POST")
    visit = Visit(run, "dripping")
    visit.send(b"GET /livez HTTP/1.1\r\nX: " if is_head else head)
    begin = time.monotonic()
    while not select.select([visit.socket], [], [], 1)[0]:
        if run.over.is_set():
            return visit.abort(with_reset=True)
        visit.send(b"a")
        check_time(run, "dripping", begin, (0, (HEAD if is_head else CONTENT)[1]))
    run.judge("dripping", visit.answer(), {408})
    check_time(run, "dripping", begin, HEAD if is_head else CONTENT)
    visit.close()


def check_time(run, kind, begin, bounds):
    seconds = time.monotonic() - begin
    if not bounds[0] <= seconds <= bounds[1]:
        run.breach(kind, f"ended after {seconds:.1f} s, not {bounds[0]} to {bounds[1]}")


def not_reading(run, random):
    """Asks for megabytes and reads none: goes after a while, or is closed by the deadline."""
    if run.long_output is None:
        return run.rest(0.1)
    visit = Visit(run, "not reading")
    visit.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    visit.send(request(f"{run.long_output}/stdout") * random.randint(1, 5))
    begin, patience = time.monotonic(), random.choice([0.1, 1, 5, 1000])
    poll = select.poll()
    poll.register(visit.socket, select.POLLHUP | select.POLLERR)
    while not poll.poll(100):
        if run.over.is_set() or time.monotonic() - begin > patience:
            return visit.abort(with_reset=random.random() < 0.5)
        check_time(run, "not reading", begin, (0, STALL[1]))
    # At once only where the output was cut off on its way here.
    run.count("not reading", "closed by us" if time.monotonic() - begin > STALL[0] else "unreadable")
    visit.close()


def idling(run, random):
    """Kept connections that rest, and still answer afterwards."""
    visits = [Visit(run, "idling") for _ in range(100)]
    for visit in visits:
        visit.ask(LIVE, {200})
    run.rest(random.uniform(1, 40))
    for visit in visits:
        with visit:
            visit.ask(LIVE, {200})


# How many clients there are of each kind at a time.
KINDS = {
    keeping: 6, submitting: 4, pipelining: 2, breaking: 2, aborting: 4, half_closing: 1, filling: 2,
    trickling: 4, dripping: 6, not_reading: 8, idling: 2,
}  # fmt: skip
