"""The machine, and the versions of all that was measured."""

import importlib.metadata
import platform
import re
import subprocess

import load

import nginx

PACKAGES = ["boto3", "fastapi", "uvicorn"]


def said(*command):
    """All that a program says of its version; wrk ends in failure after it."""
    run = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return run.stdout


def number(*command):
    return re.search(r"\d+(\.\d+)+", said(*command))[0]


def lines(binary):
    named = re.search(r"^Model name: *(.*)$", said("lscpu"), re.M)
    model = named[1] if named else "a processor without a name"
    tools = {
        "libcurl": number("pkg-config", "--modversion", "libcurl"),
        "OpenSSL": number("openssl", "version"),
        "nginx": number(nginx.NGINX, "-v"),
        "wrk": number("wrk", "--version"),
        "valgrind": number("valgrind", "--version"),
        "gcc": number("gcc", "-dumpfullversion"),
        "Python": platform.python_version(),
        **{name: importlib.metadata.version(name) for name in PACKAGES},
    }
    yield f"{model}, {load.processors()} processors, {platform.system()} {platform.release()} {platform.machine()};"
    yield f"athena-gateway {said(binary, '--version').strip()};"
    yield ", ".join(f"{name} {version}" for name, version in tools.items())
