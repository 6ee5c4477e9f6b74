#!/usr/bin/env python3
"""Runs one command as a container engine would: `enter.py SPECIFICATION`, as root.

Its own mounts and processes, of which the command is the first; the image's files alone, read-only; no capabilities; the
image's user and environment. Signals are passed on, and the exit status is the command's.
"""

import ctypes
import json
import os
import pathlib
import signal
import subprocess
import sys

NEW_MOUNTS, NEW_PROCESSES = 0x20000, 0x20000000
READ_ONLY, NO_SUID, NO_DEVICES, REMOUNT, BIND, RECURSIVE, PRIVATE = 1, 2, 4, 32, 4096, 16384, 1 << 18
NO_NEW_PRIVILEGES, DROP_FROM_BOUNDING_SET = 38, 24
DEVICES = ("null", "zero", "full", "random", "urandom")

libc = ctypes.CDLL(None, use_errno=True)


def call(name, *arguments):
    if getattr(libc, name)(*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}{arguments}: {os.strerror(number)}")


def mount(source, target, kind=None, flags=0, data=None):
    call("mount", str(source).encode(), str(target).encode(), kind, ctypes.c_ulong(flags), data)


def bind(source, target, flags=0):
    target.parent.mkdir(parents=True, exist_ok=True)
    target.mkdir(exist_ok=True) if source.is_dir() else target.touch()
    mount(source, target, flags=BIND)
    if flags:
        mount(source, target, flags=BIND | REMOUNT | flags)


def lay_out(root, tmpfs, volumes, read_only):
    """All that an engine puts into an image's files before it lets a process see them."""
    mount("none", "/", flags=RECURSIVE | PRIVATE)
    mount(root, root, flags=BIND)
    for folder in ("proc", "dev"):
        (root / folder).mkdir(exist_ok=True)
    mount("tmpfs", root / "dev", b"tmpfs", NO_SUID, b"mode=755")
    for device in DEVICES:
        bind(pathlib.Path("/dev") / device, root / "dev" / device)
    for folder in tmpfs:
        (root / folder.lstrip("/")).mkdir(parents=True, exist_ok=True)
        mount("tmpfs", root / folder.lstrip("/"), b"tmpfs", NO_SUID | NO_DEVICES, b"mode=1777")
    for target, source in volumes.items():
        bind(pathlib.Path(source), root / target.lstrip("/"), READ_ONLY)
    # An engine makes these two itself.
    (root / "proc").mkdir(exist_ok=True)
    if read_only:
        mount(root, root, flags=BIND | REMOUNT | READ_ONLY | NO_SUID | NO_DEVICES)


def become(root, user, group):
    """In the first process of the new ones, before the command."""
    mount("proc", root / "proc", b"proc", NO_SUID | NO_DEVICES)
    os.chroot(root)
    os.chdir("/")
    capability = 0
    while libc.prctl(DROP_FROM_BOUNDING_SET, capability, 0, 0, 0) == 0:
        capability += 1
    os.setgroups([])
    os.setresgid(group, group, group)
    os.setresuid(user, user, user)
    call("prctl", NO_NEW_PRIVILEGES, 1, 0, 0, 0)


def main(specification):
    root = pathlib.Path(specification["root"])
    user, group = (int(number) for number in specification["user"].split(":"))
    call("unshare", NEW_MOUNTS)
    lay_out(root, specification["tmpfs"], specification["volumes"], specification["readOnly"])
    call("unshare", NEW_PROCESSES)
    process = subprocess.Popen(
        specification["command"], env=specification["environment"], preexec_fn=lambda: become(root, user, group)
    )
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda number, _: process.send_signal(number))
    status = process.wait()
    return status if status >= 0 else 128 - status


if __name__ == "__main__":
    sys.exit(main(json.loads(pathlib.Path(sys.argv[1]).read_text())))
