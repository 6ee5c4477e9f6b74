"""TLS as openssl, curl, sslscan and Python's ssl see it."""

import json
import shutil
import signal
import socket
import ssl
import struct
import subprocess
import time
import types
import xml.etree.ElementTree as ElementTree

import pytest

import certificates
import client
import contract
import http1
import programs
import test_seeing
import waiting

LIVEZ = b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n"
VERSIONS = [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3]

# Mozilla's intermediate configuration, version 6.0: https://ssl-config.mozilla.org/guidelines/6.0.json
SUITES = {"TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"}
CIPHERS = {
    "ECDSA": {"ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-ECDSA-CHACHA20-POLY1305"},
    "RSA": {"ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-RSA-AES256-GCM-SHA384", "ECDHE-RSA-CHACHA20-POLY1305"},
}


@pytest.fixture(scope="session")
def pki(tmp_path_factory):
    """One of each kind of certificate."""
    folder = tmp_path_factory.mktemp("certificates")
    authority = certificates.make(folder, "authority")
    return types.SimpleNamespace(
        authority=authority,
        server=certificates.make(folder, "server"),
        rsa=certificates.make(folder, "rsa", algorithm=certificates.RSA),
        caller=certificates.make(folder, "caller", authority, names="DNS:caller.example"),
        stranger=certificates.make(folder, "stranger"),
        expired=certificates.make(folder, "expired", authority, days=-1),
    )


@pytest.fixture(scope="session")
def shared_server(pki):
    program = programs.serve("--region", "eu-west-1", "--workers", "2", *pki.server.flags)
    yield program
    program.end()


@pytest.fixture(scope="session")
def shared_strict_server(pki):
    """One that asks for certificates."""
    flags = [*pki.server.flags, "--tls-client-ca", str(pki.authority.certificate)]
    program = programs.serve("--region", "eu-west-1", "--workers", "2", *flags, **programs.CREDENTIALS)
    yield program
    program.end()


def trusting(identity, own=None, version=None):
    """A client's side, that trusts a server's certificate and may have one of its own."""
    context = ssl.create_default_context(cafile=identity.certificate)
    if own:
        context.load_cert_chain(own.certificate, own.key)
    if version:
        context.minimum_version = context.maximum_version = version
    return context


def ask(connection, request=LIVEZ):
    connection.send(request)
    return connection.answer()


def get(connection, target):
    """An answer that is held to the contract, by one who may not read what its problem means."""
    request = http1.Request(f"GET {target} HTTP/1.1", [("Host", "localhost")])
    answer = ask(connection, http1.message(request.start, request.fields))
    contract.check(request, answer)
    return answer


def s_client(program, *options, sent=b""):
    command = ["openssl", "s_client", "-connect", f"127.0.0.1:{program.port}", *options]
    run = subprocess.run(command, input=sent, capture_output=True, timeout=http1.PATIENCE)
    return run.returncode, (run.stdout + run.stderr).decode(errors="replace")


def curl(program, pki, target, *options):
    command = ["curl", "-sS", "-i", "--noproxy", "*", "--cacert", pki.server.certificate, *options]
    url = f"https://localhost:{program.port}{target}"
    return subprocess.run([*command, url], capture_output=True, text=True, timeout=http1.PATIENCE)


def is_well(program, pki, own=None):
    connection = http1.Connection(program.port, tls=trusting(pki.server, own))
    assert ask(connection).status == 200
    connection.close()


# What is offered


@pytest.mark.parametrize("kind", CIPHERS)
def test_sslscan_finds_the_intermediate_configuration_and_nothing_else(start, pki, kind):
    identity = {"ECDSA": pki.server, "RSA": pki.rsa}[kind]
    program = start(programs.serve, "--region", "eu-west-1", *identity.flags)
    command = ["sslscan", "--xml=-", f"127.0.0.1:{program.port}"]
    scan = subprocess.run(command, check=True, capture_output=True, text=True, timeout=http1.PATIENCE)
    found = ElementTree.fromstring(scan.stdout).find("ssltest")
    enabled = {item.get("type") + item.get("version") for item in found.iter("protocol") if item.get("enabled") == "1"}
    assert enabled == {"tls1.2", "tls1.3"}
    ciphers = {(item.get("sslversion"), item.get("cipher")) for item in found.iter("cipher")}
    assert ciphers == {("TLSv1.3", suite) for suite in SUITES} | {("TLSv1.2", cipher) for cipher in CIPHERS[kind]}
    groups = {item.get("name").split(" ")[0] for item in found.iter("group") if item.get("sslversion") == "TLSv1.3"}
    assert groups - {"X25519MLKEM768"} == {"x25519", "secp256r1", "secp384r1"}
    assert found.find("renegotiation").get("supported") == "0"
    assert not [item for item in found.iter("heartbleed") if item.get("vulnerable") == "1"]


@pytest.mark.parametrize("version", ["-tls1", "-tls1_1"])
def test_versions_below_1_2_are_refused_with_the_word_for_it(shared_server, version):
    status, output = s_client(shared_server, version, "-cipher", "ALL:@SECLEVEL=0")
    assert status != 0 and "alert protocol version" in output


@pytest.mark.parametrize("version", ["-tls1_2", "-tls1_3"])
def test_openssl_verifies_the_chain_and_finds_no_compression(shared_server, pki, version):
    status, output = s_client(
        shared_server, version, "-CAfile", str(pki.server.certificate), "-verify_return_error", "-verify_hostname",
        "localhost", "-ign_eof", sent=LIVEZ.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"),
    )  # fmt: skip
    assert status == 0, output
    assert "HTTP/1.1 200 OK" in output and "Verify return code: 0" in output and "Compression: NONE" in output
    # The end came with a close_notify.
    assert "closed" in output and "unexpected eof" not in output


def test_a_renegotiation_is_refused(shared_server):
    # "R" on a line of its own has s_client renegotiate.
    _, output = s_client(shared_server, "-tls1_2", sent=b"R\n")
    assert "RENEGOTIATING" in output and "no renegotiation" in output


def test_an_intermediate_certificate_is_sent_along(start, pki, tmp_path):
    leaf = certificates.make(tmp_path, "leaf", pki.authority)
    chain = tmp_path / "chain.pem"
    chain.write_text(leaf.certificate.read_text() + pki.authority.certificate.read_text())
    program = start(programs.serve, "--region", "r", *certificates.Identity(chain, leaf.key).flags)
    _, output = s_client(program, "-showcerts", "-CAfile", str(pki.authority.certificate))
    assert output.count("BEGIN CERTIFICATE") == 2 and "Verify return code: 0" in output


def test_ALPN_chooses_http_1_1_and_refuses_those_who_offer_others_alone(shared_server, pki):
    for offer, chosen in [(["h2", "http/1.1"], "http/1.1"), (["http/1.1"], "http/1.1"), ([], None)]:
        tls = trusting(pki.server)
        if offer:
            tls.set_alpn_protocols(offer)
        connection = http1.Connection(shared_server.port, tls=tls)
        assert connection.socket.selected_alpn_protocol() == chosen
        assert ask(connection).status == 200
        connection.close()
    for offer in ["h2"], ["http/1.0"], ["spdy/1", "h3"]:
        tls = trusting(pki.server)
        tls.set_alpn_protocols(offer)
        with pytest.raises(ssl.SSLError, match="(?i)no.application.protocol"):
            http1.Connection(shared_server.port, tls=tls)


@pytest.mark.parametrize("version", VERSIONS, ids=str)
def test_a_session_is_resumed_by_any_worker(shared_server, pki, version):
    tls = trusting(pki.server, version=version)
    first = http1.Connection(shared_server.port, tls=tls)
    assert ask(first).status == 200 and not first.socket.session_reused
    session = first.socket.session
    first.close()
    # The kernel chooses the worker.
    for _ in range(8):
        again = http1.Connection(shared_server.port, tls=tls, session=session)
        assert ask(again).status == 200 and again.socket.session_reused
        session = again.socket.session
        again.close()


# Client certificates


@pytest.mark.parametrize("version", VERSIONS, ids=str)
def test_a_caller_with_a_certificate_is_served(shared_strict_server, pki, version):
    caller = client.Client(shared_strict_server, tls=trusting(pki.server, pki.caller, version))
    assert caller.get("/").status == 200
    caller.close()


def test_a_caller_without_one_is_told_so_and_an_orchestrator_needs_none(shared_strict_server, pki):
    caller = http1.Connection(shared_strict_server.port, tls=trusting(pki.server))
    assert get(caller, "/livez").status == 200
    assert get(caller, "/readyz").status == 200
    for target in ("/", "/nothing", "/sessions/s/calculations/c"):
        answer = get(caller, target)
        assert answer.status == 403 and answer.json["code"] == "forbidden"
        assert "client certificate" in answer.json["detail"]
    caller.close()


@pytest.mark.parametrize("version", VERSIONS, ids=str)
@pytest.mark.parametrize(("kind", "word"), [("stranger", "unknown.ca"), ("expired", "certificate.expired")])
def test_a_certificate_that_does_not_verify_fails_the_handshake(shared_strict_server, pki, version, kind, word):
    tls = trusting(pki.server, getattr(pki, kind), version)
    with pytest.raises(ssl.SSLError, match=f"(?i){word}"):
        ask(http1.Connection(shared_strict_server.port, tls=tls))
    is_well(shared_strict_server, pki, pki.caller)


def test_each_handshake_that_fails_is_counted_and_said(start, pki):
    flags = [*pki.server.flags, "--tls-client-ca", str(pki.authority.certificate), "--handshake-deadline", "1s"]
    seeing = ("--metrics-listen", "127.0.0.1:0", "--log-format", "json", "--log-level", "debug")
    program = start(programs.serve, "--region", "r", *seeing, *flags, **programs.CREDENTIALS)
    for tls in (trusting(pki.server, pki.stranger), trusting(pki.caller)):
        with pytest.raises(ssl.SSLError):
            ask(http1.Connection(program.port, tls=tls))
    plain = http1.Connection(program.port)
    plain.send(LIVEZ)
    assert plain.answer().status == 400
    http1.Connection(program.port).close()
    slow = http1.Connection(program.port)
    s_client(program, "-tls1_1", "-cipher", "ALL:@SECLEVEL=0")
    reasons = {"certificate", "alert", "plain-http", "left", "timeout", "parameters"}

    def failed():
        lines = [json.loads(line) for line in program.stderr.splitlines()]
        return [line for line in lines if "handshake" in line["message"]]

    waiting.until(lambda: {line["reason"] for line in failed()}, lambda found: found == reasons)
    assert len(failed()) == len(reasons)
    assert all(line["level"] == "debug" and line["peer"] == "127.0.0.1" for line in failed())
    text = test_seeing.metrics(program)
    name = "athena_gateway_tls_handshakes_failed_total"
    assert all(test_seeing.value(text, name, reason=reason) == 1 for reason in reasons)
    slow.close()
    plain.close()


def test_curl_comes_with_its_certificate(shared_strict_server, pki):
    run = curl(shared_strict_server, pki, "/", "--cert", pki.caller.certificate, "--key", pki.caller.key)
    assert run.returncode == 0 and run.stdout.startswith("HTTP/1.1 200 OK")
    run = curl(shared_strict_server, pki, "/")
    assert run.returncode == 0 and run.stdout.startswith("HTTP/1.1 403 Forbidden")


def test_client_certificates_make_an_open_address_safe_enough(start, pki):
    flags = [*pki.server.flags, "--tls-client-ca", str(pki.authority.certificate)]
    program = start(programs.Program, "serve", "--listen", "0.0.0.0:0", "--region", "r", *flags)
    is_well(program, pki, pki.caller)


def test_the_printed_command_has_places_for_the_caller_s_certificate(start, pki):
    program = start(programs.serve, "--local", *pki.server.flags, "--tls-client-ca", str(pki.authority.certificate))
    lines = waiting.until(lambda: list(program.lines), lambda lines: any("curl" in line for line in lines))[-1]
    command = next(line for line in lines if "curl " in line)
    for place, file in (("CALLER.pem", pki.caller.certificate), ("CALLER.key", pki.caller.key)):
        assert command.count(place) == 1
        command = command.replace(place, str(file))
    output = subprocess.run(command, shell=True, capture_output=True, timeout=http1.PATIENCE, check=True).stdout
    assert client.answer_of(output).status == 201


# Reload


def serial(connection):
    return connection.socket.getpeercert()["serialNumber"]


def test_SIGHUP_has_new_connections_see_the_new_certificate_and_drops_no_old_one(start, tmp_path):
    identity = certificates.make(tmp_path, "server")
    program = start(programs.serve, "--region", "r", "--workers", "2", "--log-level", "notice", *identity.flags)
    old = http1.Connection(program.port, tls=trusting(identity))
    # In the middle of a request.
    old.send(LIVEZ[:20])
    certificates.make(tmp_path, "server")
    program.process.send_signal(signal.SIGHUP)
    waiting.until(lambda: program.stderr, lambda said: "read again" in said)
    new = http1.Connection(program.port, tls=trusting(identity))
    assert serial(new) != serial(old)
    assert ask(old, LIVEZ[20:]).status == ask(new).status == ask(old).status == 200
    old.close()
    new.close()


def test_start_and_SIGHUP_say_when_the_certificate_expires_and_warn_of_one_behind_it(start, pki, tmp_path):
    identity = certificates.make(tmp_path, "server")
    identity.certificate.write_text(identity.certificate.read_text() + pki.expired.certificate.read_text())
    program = start(programs.serve, "--region", "r", "--log-level", "notice", *identity.flags)
    show = ["openssl", "x509", "-in", str(identity.certificate), "-noout", "-enddate"]
    end = ssl.cert_time_to_seconds(subprocess.run(show, check=True, capture_output=True, text=True).stdout[9:].strip())
    expiry = time.strftime("expires on %Y-%m-%dT%H:%M:%S.000Z", time.gmtime(end))
    warning = f"{identity.certificate}: CN=expired has expired on "
    waiting.until(lambda: "".join(program.lines), lambda said: expiry in said)
    assert program.stderr.startswith(f"Warning: {warning}")
    program.process.send_signal(signal.SIGHUP)
    waiting.until(lambda: program.log, lambda log: log and log[-1][1].startswith(warning))
    assert any(level == "notice" and line.endswith(expiry) for level, line in program.log)


def test_a_broken_file_keeps_the_old_certificate_and_is_said(start, tmp_path):
    identity = certificates.make(tmp_path, "server")
    kept = tmp_path / "kept.pem"
    shutil.copy(identity.certificate, kept)
    program = start(programs.serve, "--region", "r", "--log-level", "notice", *identity.flags)
    for content in ("", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", None):
        before = len(program.log)
        if content is None:
            identity.certificate.unlink()
        else:
            identity.certificate.write_text(content)
        program.process.send_signal(signal.SIGHUP)
        # Beside it the credentials, which there are none of, have a line of their own.
        said = waiting.until(
            lambda known=before: [line for _, line in program.log[known:] if str(identity.certificate) in line]
        )
        assert said[-1][0].endswith("; what was read before is kept")
        connection = http1.Connection(program.port, tls=ssl.create_default_context(cafile=kept))
        assert ask(connection).status == 200
        connection.close()
    # Once mended it is taken.
    certificates.make(tmp_path, "server")
    program.process.send_signal(signal.SIGHUP)
    waiting.until(lambda: program.stderr, lambda said: "read again" in said)
    connection = http1.Connection(program.port, tls=trusting(identity))
    assert ask(connection).status == 200
    connection.close()


# Callers


def test_a_gateway_over_TLS_runs_code_and_streams_large_outputs(start, pki):
    caller = client.Client(start(programs.serve, "--local", *pki.server.flags), tls=trusting(pki.server))
    code = "print('0123456789' * 500_000, end='')\n#" + "\U0001f600" * 67_000
    location, calculation = caller.run(code)
    assert calculation["state"] == "COMPLETED"
    assert caller.get(location + "/stdout").body == b"0123456789" * 500_000
    answer = caller.submit_json({"codeBlock": "#" + "é" * 67_000})
    assert answer.status == 201
    caller.close()


def test_a_page_of_the_gateway_s_own_has_an_origin_of_https(shared_server, pki):
    caller = client.Client(shared_server, tls=trusting(pki.server))
    own = f"127.0.0.1:{shared_server.port}"
    assert caller.get("/livez", ("Origin", f"https://{own}")).status == 200
    assert caller.get("/livez", ("Origin", f"http://{own}")).status == 403
    caller.close()


def test_curl_prefers_HTTP_2_and_gets_1_1(shared_server, pki):
    run = curl(shared_server, pki, "/livez", "--http2")
    assert run.returncode == 0 and run.stdout.startswith("HTTP/1.1 200 OK")


def test_a_request_in_records_of_one_byte_is_read(shared_server, pki):
    connection = http1.Connection(shared_server.port, tls=trusting(pki.server))
    for byte in LIVEZ:
        connection.send(bytes([byte]))
    assert connection.answer().status == 200
    connection.close()


def test_SIGTERM_ends_a_gateway_in_order_although_handshakes_stand_still(start, pki):
    program = start(programs.serve, "--region", "r", "--drain-delay", "0s", *pki.server.flags)
    kept = http1.Connection(program.port, tls=trusting(pki.server))
    assert ask(kept).status == 200
    stalled = http1.Connection(program.port)
    stalled.send(b"\x16\x03\x01")
    is_well(program, pki)
    assert program.stop() == 0
    # The end came with a close_notify: else this would be an error.
    assert kept.stream.read() == b""
    kept.close()
    stalled.close()


# Peers that don't play along


def ending(connection):
    """What comes until the server closes in order."""
    data = connection.stream.read()
    connection.close()
    return data


def test_a_handshake_that_stalls_is_closed_by_the_deadline_in_silence(start, pki):
    program = start(programs.serve, "--region", "r", "--handshake-deadline", "200ms", *pki.server.flags)
    for begin in (b"", b"\x16", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"):
        connection = http1.Connection(program.port)
        connection.send(begin)
        assert ending(connection) == b""
    is_well(program, pki)


def test_HTTP_on_the_port_of_TLS_is_told_to_use_https(shared_server, pki):
    connection = http1.Connection(shared_server.port)
    answer = get(connection, "/livez")
    connection.close()
    assert answer.status == 400 and "https://" in answer.json["detail"] and answer["Connection"] == "close"
    is_well(shared_server, pki)


def test_garbage_in_place_of_a_ClientHello_is_answered_with_an_alert_at_most(shared_server, pki):
    for garbage in (bytes(64), b"\xff" * 100_000, b"SSH-2.0-x\r\n", b"\x16\x03\x01\x00\x04\x01\x00\x00\x00"):
        connection = http1.Connection(shared_server.port)
        connection.send(garbage)
        connection.socket.shutdown(socket.SHUT_WR)
        assert len(ending(connection)) <= 7
    is_well(shared_server, pki)


def client_hello():
    """The first flight of a client."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    half = ssl.create_default_context().wrap_bio(incoming, outgoing, server_hostname="localhost")
    with pytest.raises(ssl.SSLWantReadError):
        half.do_handshake()
    return outgoing.read()


def test_a_ClientHello_on_the_port_of_HTTP_is_400(gateway):
    connection = http1.Connection(gateway.program.port)
    connection.send(client_hello())
    assert connection.answer().status == 400
    connection.close()


def test_a_peer_that_closes_its_half_or_resets_in_the_handshake_is_let_go(shared_server, pki):
    hello = client_hello()
    before = descriptors(shared_server)
    for length in range(0, len(hello) + 1, 16):
        for is_reset in (False, True):
            connection = http1.Connection(shared_server.port)
            connection.send(hello[:length])
            if is_reset:
                connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            else:
                connection.socket.shutdown(socket.SHUT_WR)
                connection.stream.read()
            connection.close()
    waiting.until(lambda: descriptors(shared_server), lambda count: count <= before)
    is_well(shared_server, pki)


def descriptors(program):
    return len(list((programs.pathlib.Path("/proc") / str(program.pid) / "fd").iterdir()))
