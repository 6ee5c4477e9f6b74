"""Who may call: API keys, and JWTs made by another implementation, good and forged ones."""

import concurrent.futures
import hashlib
import ipaddress
import json
import re
import signal
import subprocess
import time

import pytest

import client
import programs
import tokens
from waiting import until

KEY = re.compile(r"agk_[A-Za-z0-9_-]{43}\n")


CALCULATION = "/sessions/demo/calculations/c"
# All that the gateway has and doesn't show to everybody.
EVERYTHING = [
    *(("GET", path) for path in ["/", "/openapi.yaml", "/problems/range", "/sessions", "/sessions/demo"]),
    *(("GET", f"/sessions/demo/{name}") for name in ["executors", "calculations"]),
    *(("GET", f"{CALCULATION}{name}") for name in ["", "/code", "/events", "/stdout", "/stderr"]),
    *(("POST", path) for path in ["/sessions", "/sessions/demo/calculations"]),
    *(("DELETE", path) for path in ["/sessions/demo", CALCULATION]),
]


def bearer(token):
    return ("Authorization", f"Bearer {token}")


def new_key(*arguments):
    run = programs.run("key", "new", *arguments)
    assert run.returncode == 0 and KEY.fullmatch(run.stdout), run.stderr
    return run.stdout.strip()


# API keys


def test_a_key_is_printed_once_and_its_digest_can_be_put_into_a_file():
    run = programs.run("key", "new", "reports", "--expires", "90d")
    entry = json.loads(run.stderr.splitlines()[-1])
    assert entry["name"] == "reports"
    assert entry["sha256"] == hashlib.sha256(run.stdout.strip().encode()).hexdigest()
    assert run.stdout.strip() not in run.stderr


def test_a_key_is_added_to_a_file_which_keeps_what_it_has(tmp_path):
    path = tmp_path / "keys.json"
    old = {"name": "old", "sha256": "0" * 64, "expires": "2020-01-01T00:00:00Z"}
    path.write_text(json.dumps({"keys": [old]}))
    path.chmod(0o640)
    new_key("reports", "--file", str(path))
    first, second = json.loads(path.read_text())["keys"]
    assert first["sha256"] == old["sha256"] and first["expires"].startswith("2020-01-01T00:00:00")
    assert second["name"] == "reports"
    assert path.stat().st_mode & 0o777 == 0o640
    assert [each.name for each in tmp_path.iterdir()] == ["keys.json"]


@pytest.mark.parametrize(
    "arguments, words",
    {
        "no name": (["a b"], "NAME: 'a b' must have"),
        "no time": (["a", "--expires", "soon"], "--expires: 'soon'"),
        "no days": (["a", "--expires", "0d"], "--expires: '0d'"),
        "no unit": (["a", "--expires", "90"], "with its unit, as in 90d or 12h"),
        "no folder": (["a", "--file", "/no/where"], "--file: /no/where.new"),
    }.values(),
)
def test_what_makes_no_key_is_said(arguments, words):
    run = programs.run("key", "new", *arguments)
    assert run.returncode == 1 and words in run.stderr and not run.stdout


def test_no_key_is_added_to_a_file_that_is_wrong_or_being_written(tmp_path):
    path = tmp_path / "keys.json"
    path.write_text('{"keys": [1]}')
    run = programs.run("key", "new", "a", "--file", str(path))
    assert run.returncode == 1 and "/keys/0 must be an object" in run.stderr and not run.stdout
    assert path.read_text() == '{"keys": [1]}' and not (tmp_path / "keys.json.new").exists()
    path.unlink()
    (tmp_path / "keys.json.new").touch()
    run = programs.run("key", "new", "a", "--file", str(path))
    assert run.returncode == 1 and "another program changes" in run.stderr and not path.exists()


def test_keys_are_revoked_by_their_name(tmp_path):
    path = tmp_path / "keys.json"
    for name in ["reports", "other", "reports"]:
        new_key(name, "--file", str(path))

    def revoke(*arguments):
        return programs.run("key", "revoke", *arguments, "--file", str(path))

    newest = json.loads(path.read_text())["keys"][2]
    run = revoke("reports", "--keep-newest")
    assert run.returncode == 0 and "1 key of reports removed" in run.stdout
    assert json.loads(path.read_text())["keys"][1] == newest
    assert "no older one" in revoke("reports", "--keep-newest").stderr
    for name in ["reports", "other"]:
        assert revoke(name).returncode == 0
    assert json.loads(path.read_text()) == {"keys": []}
    run = revoke("other")
    assert run.returncode == 1 and "no key of the name 'other'" in run.stderr
    path.write_text('{\n  "keys": [\n  {},\n  ]\n}')
    assert "line 3, column 5: a comma stands before the closing bracket in /keys" in revoke("other").stderr
    path.unlink()
    assert revoke("other").returncode == 1 and not path.exists()


# Bad credentials are counted by address. A proxy that is believed gives each request one of its own.
BELIEVING = ["--trusted-proxy", "127.0.0.1"]
ADDRESSES = ipaddress.ip_network("198.18.0.0/15").hosts()


def somewhere():
    return ("X-Forwarded-For", str(next(ADDRESSES)))


@pytest.fixture
def keyed(start, tmp_path):
    """A gateway that takes API keys, and the file of those."""
    path = tmp_path / "keys.json"
    key = new_key("reports", "--file", str(path))
    program = start(programs.serve, "--local", "--log-level", "notice", "--api-keys", str(path), *BELIEVING)
    return program, path, key


def test_a_key_opens_the_gateway_and_nothing_else_does(keyed):
    program, _, key = keyed
    ask = client.Client(program)
    assert ask.get("/", bearer(key)).status == 200
    for fields in [
        [],
        [bearer(f"{key[:-1]}{'A' if key[-1] != 'A' else 'B'}")],
        [bearer(key), bearer(key)],
        [("Authorization", "Basic YTpi")],
        [("Authorization", key)],
        [("X-API-Key", key)],
        [("Cookie", f"Authorization=Bearer {key}")],
    ]:
        for method, target in [*EVERYTHING, ("GET", "/nothing"), ("PATCH", "/"), ("OPTIONS", "*")]:
            answer = ask(method, target, [*fields, somewhere()])
            assert (answer.status, answer.json["code"]) == (401, "unauthenticated")
            assert answer["WWW-Authenticate"].startswith('Bearer realm="athena-gateway"')
            assert key not in answer.body.decode()
    for target in ["/livez", "/readyz"]:
        assert ask.get(target).status == 200
    assert key not in program.stderr


def check_explanation(self, problem):
    """The page of a problem is for callers alone."""


@pytest.fixture(autouse=True)
def unexplained(monkeypatch):
    monkeypatch.setattr(client.Client, "check_explanation", check_explanation)


def test_curl_runs_code_with_a_key(keyed):
    program, _, key = keyed
    target = f"{program.url}/sessions/demo/calculations?include=stdout"
    fields = ["-H", "Content-Type: text/x-python", "-H", "Prefer: wait=60"]
    run = subprocess.run(
        ["curl", "-sS", "--oauth2-bearer", key, *fields, "--data-binary", "print(6 * 7)", target],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert json.loads(run.stdout)["stdout"] == "42\n"


def test_a_key_that_is_removed_is_refused_and_one_that_is_added_is_taken(keyed):
    program, path, key = keyed
    ask = client.Client(program)
    other = new_key("other", "--file", str(path))
    until(lambda: ask.get("/", bearer(other)).status == 200)
    assert ask.get("/", bearer(key)).status == 200
    entries = json.loads(path.read_text())["keys"]
    path.write_text(json.dumps({"keys": [entry for entry in entries if entry["name"] == "other"]}))
    program.process.send_signal(signal.SIGHUP)
    until(lambda: ask.get("/", bearer(key)).status == 401)
    assert ask.get("/", bearer(other)).status == 200


def test_api_keys_that_are_guessed_are_all_looked_at_and_lock_nobody_out(keyed):
    program, path, key = keyed
    ask = client.Client(program)
    guesser = somewhere()
    guesses = [ask.get("/", bearer(f"agk_{n:043}"), guesser) for n in range(40)]
    assert [guess.status for guess in guesses] == [401] * 40
    assert ask.get("/", bearer(key), guesser).status == 200


def test_a_key_that_is_removed_ends_what_it_has(keyed):
    program, path, key = keyed
    ask = client.Client(program)
    other = new_key("other", "--file", str(path))
    code = ("Content-Type", "text/x-python")
    submitted = ask("POST", "/sessions/demo/calculations", [bearer(key), code], b"import time; time.sleep(8)")
    location = submitted["Location"]
    waiting, following = client.Client(program), client.Client(program)
    with concurrent.futures.ThreadPoolExecutor() as pool:
        answer = pool.submit(waiting.get, location, bearer(key), ("Prefer", "wait=60"))
        events = pool.submit(following.get, f"{location}/events", bearer(key))
        until(lambda: ask.get(location, bearer(key)).json["state"] == "RUNNING")
        entries = json.loads(path.read_text())["keys"]
        path.write_text(json.dumps({"keys": [entry for entry in entries if entry["name"] == "other"]}))
        program.process.send_signal(signal.SIGHUP)
        until(lambda: ask.get("/", bearer(key)).status == 401)
        assert answer.result().status == 401
        text = events.result().body.decode()
        assert "event: problem" in text and '"unauthenticated"' in text and "COMPLETED" not in text
    assert ask.get(location, bearer(other)).status == 200


def test_a_slip_of_the_pen_locks_nobody_out(keyed):
    program, path, key = keyed
    ask = client.Client(program)
    path.write_text('{"keys": [{"name": "a"}]}')
    program.process.send_signal(signal.SIGHUP)
    until(lambda: "/keys/0/sha256 is required; what was known before stays in use" in program.stderr)
    assert program.stderr.count(str(path)) == 1
    assert ask.get("/", bearer(key)).status == 200


def test_who_asks_for_files_to_be_read_again_hears_that_nothing_has_changed(start, tmp_path):
    path = tmp_path / "keys.json"
    new_key("reports", "--file", str(path))
    program = start(programs.serve, "--local", "--api-keys", str(path), "--log-level", "notice")
    program.process.send_signal(signal.SIGHUP)
    until(lambda: f"API keys: {path} is read again, and says what it said before" in program.stderr)


def test_an_open_address_needs_callers_to_be_known(start, tmp_path):
    path = tmp_path / "keys.json"
    key = new_key("reports", "--file", str(path))
    program = start(
        programs.Program, "serve", "--listen", "0.0.0.0:0", "--region", "eu-west-1", "--api-keys", str(path)
    )
    ask = client.Client(program)
    assert ask.get("/").status == 401
    assert ask.get("/", bearer(key)).status == 200


def test_where_the_anonymous_are_let_in_bad_keys_are_not(start, tmp_path):
    path = tmp_path / "keys.json"
    key = new_key("reports", "--file", str(path))
    ask = client.Client(start(programs.serve, "--local", "--allow-anonymous", "--api-keys", str(path)))
    assert ask.get("/").status == 200
    assert ask.get("/", bearer(key)).status == 200
    assert ask.get("/", bearer(f"{key}x")).status == 401


# JWTs

ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]


@pytest.fixture(scope="module")
def issuer():
    made = tokens.Issuer(*(tokens.Key(algorithm, algorithm) for algorithm in ALGORITHMS))
    yield made
    made.close()


@pytest.fixture(scope="module")
def trusting(issuer):
    """A client of a gateway that trusts the issuer."""
    program = programs.serve("--local", "--workers", "1", *BELIEVING, *issuer.flags)
    yield client.Client(program)
    program.end()


def key_of(issuer, algorithm):
    return next(key for key in issuer.keys if key.kid == algorithm)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_token_of_each_algorithm_is_verified(issuer, trusting, algorithm):
    key = key_of(issuer, algorithm)
    for _ in range(2):
        token = key.sign(issuer.claims())
        assert trusting.get("/", bearer(token)).status == 200
        assert trusting.get("/", bearer(token)).status == 200
    forged = tokens.Key(algorithm, algorithm).sign(issuer.claims())
    assert trusting.get("/", bearer(forged), somewhere()).status == 401
    head, claims, signature = token.split(".")
    other = key.sign(issuer.claims(sub="root")).split(".")[1]
    for broken in [f"{head}.{other}.{signature}", f"{head}.{claims}.", f"{head}.{claims}.{signature[:-4]}"]:
        assert trusting.get("/", bearer(broken), somewhere()).status == 401


def es256(**changes):
    """A token with these claims, or what they are when it is made."""

    def make(issuer):
        made = {name: value() if callable(value) else value for name, value in changes.items()}
        return key_of(issuer, "ES256").sign(issuer.claims(**made))

    return make


def header(**members):
    return lambda issuer: key_of(issuer, "ES256").sign(issuer.claims(), **members)


def parts(head, claims=None):
    """A token whose header, or claims, are these bytes; signed as it should be."""
    return lambda issuer: key_of(issuer, "ES256").sign_parts(head, claims or issuer.claims())


def public_key_as_secret(issuer):
    return tokens.hmac_signed({"alg": "HS256", "kid": "RS256"}, issuer.claims(), key_of(issuer, "RS256").pem)


def unsigned(name):
    return lambda issuer: f"{tokens.compact({'alg': name, 'kid': 'ES256'})}.{tokens.compact(issuer.claims())}."


def zeros(issuer):
    """CVE-2022-21449: r = s = 0."""
    head, claims, _ = key_of(issuer, "ES256").sign(issuer.claims()).split(".")
    return f"{head}.{claims}.{tokens.base64url(bytes(64))}"


def own_key(member):
    def make(issuer):
        key = tokens.Key("ES256", "ES256")
        value = {"jwk": key.jwk(), "x5c": ["MIIB"], "jku": issuer.url, "x5u": issuer.url}[member]
        return key.sign(issuer.claims(), **{member: value})

    return make


def twice(issuer):
    claims = json.dumps(issuer.claims(sub="root"))
    return key_of(issuer, "ES256").sign_parts({"alg": "ES256", "kid": "ES256"}, f'{claims[:-1]}, "sub": "x"}}'.encode())


def now(seconds):
    return int(time.time()) + seconds


def then(seconds):
    """The same of the moment in which a token is made, which is long after this table is."""
    return lambda: now(seconds)


GOOD = {
    "several audiences": es256(aud=["other", tokens.AUDIENCE]),
    "a type of RFC 9068": header(typ="at+jwt"),
    "a long type of RFC 9068": header(typ="application/AT+JWT"),
    "no type": header(typ=None),
    "other claims": es256(scope="a b", nested={"a": [1, None]}),
    "a fraction of a second": es256(exp=lambda: now(600) + 0.5),
    "within the leeway": es256(exp=then(-30), nbf=then(30), iat=then(30)),
    "no time of issue": es256(iat=None),
}
BAD = {
    "expired": (es256(exp=then(-61)), "expired"),
    "expired long ago": (es256(exp=0), "expired"),
    "no end": (es256(exp=None), "'exp'"),
    "an end as a text": (es256(exp="4102444800"), "'exp'"),
    "an end beyond numbers": (parts({"alg": "ES256", "kid": "ES256"}, b'{"exp": 1e999}'), "issuer"),
    "not yet": (es256(nbf=then(120)), "'nbf'"),
    "of the future": (es256(iat=then(120)), "future"),
    "another issuer": (es256(iss="https://evil.example"), "'iss'"),
    "an issuer with a slash more": (lambda issuer: es256(iss=f"{issuer.url}/")(issuer), "'iss'"),
    "no issuer": (es256(iss=None), "'iss'"),
    "another audience": (es256(aud="other"), "audience"),
    "other audiences": (es256(aud=["a", "b"]), "audience"),
    "no audience": (es256(aud=None), "audience"),
    "an audience of another type": (es256(aud={tokens.AUDIENCE: 1}), "audience"),
    "no subject": (es256(sub=None), "'sub'"),
    "an empty subject": (es256(sub=""), "'sub'"),
    "a subject of two lines": (es256(sub="a\nINFO: b"), "'sub'"),
    "a subject of another type": (lambda i: parts({"alg": "ES256", "kid": "ES256"}, i.claims(sub=5))(i), "'sub'"),
    "a long subject": (es256(sub="s" * 1025), "'sub'"),
    "a subject twice": (twice, "names of their own"),
    "another type": (header(typ="dpop+jwt"), "type"),
    "an encrypted type": (header(typ="JWE"), "type"),
    "no signature": (unsigned("none"), "algorithm"),
    "no signature, in capitals": (unsigned("None"), "algorithm"),
    "an empty algorithm": (unsigned(""), "algorithm"),
    "the public key as a secret": (public_key_as_secret, "algorithm"),
    "r = s = 0": (zeros, "signature"),
    "a key of its own": (own_key("jwk"), "'jwk'"),
    "a certificate of its own": (own_key("x5c"), "'x5c'"),
    "a place of its own for keys": (own_key("jku"), "'jku'"),
    "a place of its own for certificates": (own_key("x5u"), "'x5u'"),
    "something critical": (header(crit=["exp"], exp=1), "'crit'"),
    "another key's algorithm": (
        lambda issuer: key_of(issuer, "RS256").sign(issuer.claims(), "PS256", kid="RS256"), None),
    "a key of another kind": (lambda issuer: key_of(issuer, "ES256").sign(issuer.claims(), kid="EdDSA"), "fits"),
    "an unknown key": (header(kid="gone"), "names a key"),
    "no key where there are many": (lambda issuer: key_of(issuer, "RS256").sign(issuer.claims(), kid=None), "leaves open"),
    "a key's id of another type": (parts({"alg": "ES256", "kid": 1}), "'kid'"),
    "an algorithm twice": (parts(b'{"alg": "ES256", "alg": "ES256", "kid": "ES256"}'), "names of their own"),
    "a header that is no object": (parts(b"[]"), "header"),
    "a header that is no JSON": (parts(b"{"), "header"),
    "a deep header": (parts(b'{"a":' * 1000 + b"1" + b"}" * 1000), "header"),
    "claims that are no object": (parts({"alg": "ES256", "kid": "ES256"}, b'"a"'), "claims"),
    "two parts": (lambda issuer: "a.b", "three parts"),
    "five parts": (lambda issuer: "a.b.c.d.e", "three parts"),
    "padding": (lambda issuer: es256()(issuer).replace(".", "=.", 1), "base64url"),
    "a huge one": (lambda issuer: es256(more="x" * 13_000)(issuer), "16 KiB"),
}  # fmt: skip


@pytest.mark.parametrize("make", GOOD.values(), ids=GOOD)
def test_a_good_token_is_taken(issuer, trusting, make):
    assert trusting.get("/", bearer(make(issuer))).status == 200


@pytest.mark.parametrize("make, words", BAD.values(), ids=BAD)
def test_a_bad_token_is_refused(issuer, make, words, request):
    trusting = request.getfixturevalue("roomy")
    token = make(issuer)
    answer = trusting.get("/", bearer(token), somewhere())
    if words is None:  # PS256 by the key of RS256, which is for any algorithm of RSA here
        assert answer.status == 200
        return
    assert (answer.status, answer.json["code"]) == (401, "unauthenticated"), answer
    assert answer["WWW-Authenticate"] == 'Bearer realm="athena-gateway", error="invalid_token"'
    assert words in answer.json["detail"]
    assert token[:40] not in answer.body.decode()


@pytest.fixture(scope="module")
def roomy(issuer):
    """The same with heads that a huge token fits into."""
    program = programs.serve("--local", "--workers", "1", "--max-head", "64KiB", *BELIEVING, *issuer.flags)
    yield client.Client(program)
    program.end()


def test_who_sends_bad_signatures_is_looked_at_now_and_then_and_locks_nobody_out(issuer, trusting):
    key, sender = key_of(issuer, "ES256"), somewhere()
    forger = tokens.Key("ES256", "ES256")
    known, late = key.sign(issuer.claims(sub="known")), key.sign(issuer.claims(sub="late"))
    assert trusting.get("/", bearer(known)).status == 200
    answers = [trusting.get("/", bearer(forger.sign(issuer.claims(sub=str(n)))), sender) for n in range(40)]
    assert [answer.status for answer in answers[:20]] == [401] * 20
    # One every three seconds is looked at, and so is one of these perhaps.
    assert [answer.status for answer in answers[20:]].count(429) >= 15
    refused = [answer for answer in answers if answer.status == 429][-1]
    assert refused.json["code"] == "too-many-requests" and "--trusted-proxy" in refused.json["detail"]
    assert 1 <= int(refused["Retry-After"]) <= 3
    # What was good before is good, whoever else is there; what is new there has to wait.
    assert trusting.get("/", bearer(known), sender).status == 200
    assert trusting.get("/", bearer(late), sender).status == 429
    assert trusting.get("/", bearer(late), somewhere()).status == 200
    assert trusting.get("/livez", sender).status == 200


def test_an_algorithm_that_the_set_names_is_the_keys_only_one(start, tmp_path):
    key = tokens.Key("RS256", "k")
    path = tmp_path / "keys.json"
    path.write_text(json.dumps({"keys": [key.jwk(alg="RS256")]}))
    ask = client.Client(
        start(programs.serve, "--local", "--jwt-issuer", "me", "--jwt-audience", "a", "--jwt-keys", str(path))
    )
    claims = {"iss": "me", "aud": "a", "sub": "s", "exp": now(600)}
    assert ask.get("/", bearer(key.sign(claims))).status == 200
    assert ask.get("/", bearer(key.sign(claims, kid=None))).status == 200
    assert ask.get("/", bearer(key.sign(claims, "RS512"))).status == 401
    assert ask.get("/", bearer(key.sign(claims, "PS256"))).status == 401
    # A new set in the file's place.
    other = tokens.Key("ES256", "k")
    path.write_text(json.dumps({"keys": [other.jwk()]}))
    until(lambda: ask.get("/", bearer(other.sign(claims))).status == 200)
    assert ask.get("/", bearer(key.sign(claims))).status == 401


def test_a_new_key_is_fetched_once_a_token_names_it(start):
    old, new = tokens.Key("ES256", "old"), tokens.Key("ES256", "new")
    issuer = tokens.Issuer(old)
    program = start(programs.serve, "--local", "--log-level", "notice", *issuer.flags, *BELIEVING)
    ask = client.Client(program)
    until(lambda: any(level == "notice" and line.startswith("keys of JWTs") for level, line in program.log))
    assert ask.get("/", bearer(old.sign(issuer.claims()))).status == 200
    fetches = len(issuer.requests)
    issuer.keys = [new]
    # The first fetch was a moment ago: the next is made half a minute later, however many ask.
    for _ in range(20):
        assert ask.get("/", bearer(new.sign(issuer.claims())), somewhere()).status == 401
    assert len(issuer.requests) == fetches
    assert ask.get("/", bearer(old.sign(issuer.claims()))).status == 200
    issuer.close()


def test_without_the_issuers_keys_its_tokens_are_503_and_all_else_goes_on(start, tmp_path):
    path = tmp_path / "api.json"
    key = new_key("reports", "--file", str(path))
    issuer = tokens.Issuer(tokens.Key("ES256", "k"))
    issuer.status = 500
    program = start(programs.serve, "--local", "--api-keys", str(path), *issuer.flags)
    ask = client.Client(program)
    answer = ask.get("/", bearer(issuer.keys[0].sign(issuer.claims())))
    assert (answer.status, answer.json["code"]) == (503, "token-keys-unavailable")
    assert ask.get("/", bearer(key)).status == 200
    assert ask.get("/readyz").status == 200
    until(lambda: "openid-configuration: the answer is 500 and not 200" in program.stderr)
    issuer.close()


def test_keys_that_could_not_be_fetched_are_asked_for_at_sighup_and_their_url_s_secret_is_never_said(start):
    issuer = tokens.Issuer(tokens.Key("ES256", "k"))
    issuer.status = 500
    keys = f"{issuer.url}/keys?token=PLANTED"
    program = start(programs.serve, "--local", "--log-level", "notice", *issuer.flags, "--jwt-keys", keys)
    said = lambda text: until(lambda: text in program.stderr)
    said(
        f"keys of JWTs: {issuer.url}/keys?***: the answer is 500 and not 200; until there are some, requests with a JWT "
        "are answered with 503; they are asked for again within 30 s, and at SIGHUP"
    )
    issuer.status = 200
    program.process.send_signal(signal.SIGHUP)
    said(f"keys of JWTs: fetched from {issuer.url}/keys?***, and in use")
    assert client.Client(program).get("/", bearer(issuer.keys[0].sign(issuer.claims()))).status == 200
    program.process.send_signal(signal.SIGHUP)
    said(f"keys of JWTs: {issuer.url}/keys?*** is read again, and says what it said before")
    issuer.keys = [tokens.Key("ES256", "other")]
    program.process.send_signal(signal.SIGHUP)
    said(f"keys of JWTs: {issuer.url}/keys?*** has changed")
    assert "PLANTED" not in program.stderr and issuer.requests[0].endswith("PLANTED")
    issuer.close()


@pytest.mark.parametrize(
    "document", [b"{", b"[]", b'{"keys": []}', b'{"keys": [{"kty": "oct", "k": "AAAA"}]}', b"x" * 2_000_000]
)
def test_a_set_that_is_none_is_told_and_trusts_nobody(start, document):
    issuer = tokens.Issuer(tokens.Key("ES256", "k"))
    issuer.document = document
    program = start(programs.serve, "--local", *issuer.flags)
    until(lambda: f"{issuer.url}/keys: " in program.stderr)
    assert client.Client(program).get("/", bearer(issuer.keys[0].sign(issuer.claims()))).status == 503
    issuer.close()


FLAGS = {
    "no audience": (["--jwt-issuer", "https://i"], ["--jwt-issuer: give --jwt-audience too"]),
    "no issuer": (
        ["--jwt-audience", "a", "--jwt-keys", "b", "--jwt-caller-claim", "c"],
        ["--jwt-audience: give --jwt-issuer", "--jwt-keys: give", "--jwt-caller-claim: give"],
    ),
    "an issuer in the clear": (["--jwt-issuer", "http://i", "--jwt-audience", "a"], ["--jwt-issuer: 'http://i'"]),
    "keys in the clear": (
        ["--jwt-issuer", "i", "--jwt-audience", "a", "--jwt-keys", "http://i/k"], ["--jwt-keys: 'http://i/k'"]),
    "no files": (
        ["--api-keys", "/no/1", "--jwt-issuer", "i", "--jwt-audience", "a", "--jwt-keys", "/no/2"],
        ["--api-keys: /no/1 is not there", "--jwt-keys: /no/2 is not there"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("arguments, words", FLAGS.values(), ids=FLAGS)
def test_what_is_wrong_with_the_flags_is_said_at_once(arguments, words):
    run = programs.run("serve", "--local", *arguments)
    assert run.returncode == 1 and all(word in run.stderr for word in words), run.stderr
