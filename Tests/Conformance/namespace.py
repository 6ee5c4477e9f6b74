"""A network of a test's own, where the addresses of AWS's metadata services can be served."""

import os
import shutil
import subprocess

import pytest

import http1

# What ECS, EKS and EC2 have beside a container or an instance.
ADDRESSES = ["169.254.169.254/32", "169.254.170.2/32", "169.254.170.23/32"]
ADDRESSES_6 = ["fd00:ec2::254/128", "fd00:ec2::23/128"]

# Who isn't root can have a network where he can have users of his own.
UNSHARE = ["unshare", "--net"] if os.geteuid() == 0 else ["unshare", "--user", "--map-root-user", "--net"]
ENTER = ["--net"] if os.geteuid() == 0 else ["--user", "--preserve-credentials", "--net"]


class Namespace:
    """Has nothing but a loopback device. It is kept by one process, which ends with the tester."""

    def __init__(self):
        # Found here: the programs that are started have a PATH of their own.
        for program in ("unshare", "nsenter", "ip"):
            assert shutil.which(program), f"{program} is not installed: see TEST_PACKAGES in the Makefile"
        addresses = " && ".join(f"ip address add {address} dev lo" for address in ADDRESSES)
        addresses_6 = " && ".join(f"ip address add {address} dev lo nodad 2>/dev/null" for address in ADDRESSES_6)
        script = f"ip link set lo up && {addresses} && {{ {addresses_6} && echo both || echo IPv4; }} && exec cat"
        self.holder = subprocess.Popen(
            [*UNSHARE, "sh", "-c", script],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        families = self.holder.stdout.readline().strip()
        if not families:
            _, errors = self.holder.communicate(timeout=http1.PATIENCE)
            pytest.skip(f"this machine lets nobody make a network namespace: {errors.strip()}")
        self.has_ipv6 = families == "both"

    def command(self, *arguments):
        """What runs a command in there."""
        return ["nsenter", "--target", str(self.holder.pid), *ENTER, "--", *arguments]

    def run(self, *arguments, environment):
        return subprocess.run(
            self.command(*arguments), env=environment, capture_output=True, text=True, timeout=http1.PATIENCE
        )

    def start(self, *arguments, **options):
        return subprocess.Popen(self.command(*arguments), **options)

    def end(self):
        self.holder.communicate(timeout=http1.PATIENCE)
        assert self.holder.returncode == 0
