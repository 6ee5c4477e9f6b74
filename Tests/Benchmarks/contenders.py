"""Those that are measured side by side, each before the same upstream, and what each is asked."""

import dataclasses
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable

import upstream

import programs
import waiting

HERE = pathlib.Path(__file__).parent
KEYS = {"AWS_ACCESS_KEY_ID": programs.KEY, "AWS_SECRET_ACCESS_KEY": programs.SECRET}
CALCULATIONS = f"/sessions/{upstream.SESSION}/calculations"
CODE = "print(sum(range(10)))"
# Nobody else's connections end after some thousand requests.
GATEWAY = ["serve", "--listen", "127.0.0.1:0", "--metrics-listen", "127.0.0.1:0", "--log-level", "info",
           "--drain-delay", "0s", "--max-requests-per-connection", "1000000000"]  # fmt: skip


def call(code, session=upstream.SESSION):
    """What the gateway makes of code, byte for byte but for the token, for those that take Athena's own words."""
    members = {"SessionId": session, "CodeBlock": code, "ClientRequestToken": upstream.CALCULATION}
    return json.dumps(members, separators=(",", ":"), ensure_ascii=False)


@dataclasses.dataclass(frozen=True)
class Place:
    """Where a contender runs, and before what."""

    folder: pathlib.Path
    upstream: object
    scheme: str = "http"
    runner: tuple = ()  # what it runs under, as valgrind
    variables: dict = dataclasses.field(default_factory=dict)

    @property
    def environment(self):
        url = f"{self.scheme}://127.0.0.1:{self.upstream.port}"
        endpoints = {"AWS_ENDPOINT_URL_ATHENA": url, "AWS_ENDPOINT_URL_S3": url}
        # boto3 knows the second name alone.
        regions = {"AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": "eu-west-1"}
        return {**regions, **endpoints, **KEYS, **self.variables}

    def command(self, *words):
        return [*self.runner, *map(str, words)]


@dataclasses.dataclass(frozen=True)
class Contender:
    name: str
    start: Callable  # of a Place; it serves when this returns
    status: int = 200
    path: str = "/"
    media_type: str = "application/x-amz-json-1.1"
    content: Callable = call  # what is posted for some code


class Command(programs.Program):
    """A program that says where it listens."""

    def __init__(self, place, *words):
        command, *arguments = place.command(*words)
        super().__init__(*arguments, binary=command, **place.environment)
        self.port = int(self.port)

    @property
    def main(self):
        """The process itself: what it runs under may be its parent."""
        return (self.children() or [self.pid])[0]

    @property
    def serving(self):
        return [self.main]

    def stop(self):
        os.kill(self.main, signal.SIGTERM)
        status = self.process.wait(60)
        assert status == 0, f"exit status {status}: {self.stderr}"


class Proxy:
    """nginx, with one worker."""

    def __init__(self, place, **tls):
        shutil.rmtree(place.folder / "proxy", ignore_errors=True)
        self.nginx = upstream.proxy(place.folder / "proxy", place.upstream, runner=place.runner, **tls)
        self.port = self.nginx.port
        self.serving = waiting.until(lambda: programs.descendants(self.nginx.process.pid))[-1]

    def stop(self):
        self.nginx.stop()


class FastAPI:
    """uvicorn, with one worker; it says where it listens among other things, so it is told."""

    def __init__(self, place):
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        words = [sys.executable, "-m", "uvicorn", "--app-dir", HERE, "--port", self.port]
        # No other contender ends a connection that is idle for some seconds.
        words += ["--timeout-keep-alive", 300, "fastapi_gateway:application"]
        self.log = place.folder / "fastapi.log"
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                place.command(*words), env=programs.environment(**place.environment), stdout=log, stderr=log
            )
        self.serving = [self.process.pid]
        try:
            waiting.until(self.listens)
        except BaseException:
            self.stop()
            raise

    def listens(self):
        assert self.process.poll() is None, f"uvicorn has ended: {self.log.read_text()}"
        try:
            socket.create_connection(("127.0.0.1", self.port)).close()
            return True
        except ConnectionRefusedError:
            return False

    def stop(self):
        self.process.terminate()
        self.process.wait(30)


def gateway(binary, workers, *flags):
    """The gateway with all that it does: a log of every request, and metrics."""
    name = f"gateway, {workers} worker{'s' if workers > 1 else ''}"
    start = lambda place: Command(place, binary, *GATEWAY, "--workers", workers, *flags)  # noqa: E731
    return Contender(name, start, 201, CALCULATIONS, "text/x-python", lambda code: code)


def signer(folder):
    """signer.c, built into the folder."""
    binary = folder / "signer"
    libraries = subprocess.check_output(["pkg-config", "--cflags", "--libs", "libcurl", "libcrypto"], text=True)
    warnings = ["-std=c11", "-O2", "-Wall", "-Wextra", "-Wpedantic", "-Werror"]
    subprocess.run(["gcc", *warnings, "-o", binary, HERE / "signer.c", *libraries.split()], check=True)
    return Contender("signer.c", lambda place: Command(place, binary))


PROXY = Contender("nginx proxy_pass", Proxy)
FASTAPI = Contender("FastAPI + boto3", FastAPI, 201, CALCULATIONS, "text/x-python", lambda code: code)
