"""The image: what is in it, how large it is, and that it runs as it is meant to be run."""

import pathlib
import re
import signal
import subprocess

import pytest

import container
import images
import programs
from programs import LOCAL_CREDENTIALS

MEGABYTE = 1_000_000
PROGRAM = "/usr/bin/athena-gateway"
# The authorities, a user, and where names are looked up.
FILES = {
    PROGRAM, "/etc/ssl/certs/ca-certificates.crt", "/etc/passwd", "/etc/group", "/etc/nsswitch.conf",
}


@pytest.fixture
def root(built):
    """The image's files."""
    made = images.buildah("from", images.GATEWAY).strip()
    yield pathlib.Path(images.buildah("mount", made).strip())
    images.buildah("rm", made)


def contents(root):
    return {f"/{path.relative_to(root)}": path for path in root.rglob("*") if not path.is_dir() or path.is_symlink()}


def test_the_image_holds_the_program_and_its_libraries_and_nothing_else(root):
    libraries = subprocess.run(
        ["chroot", str(root), next(name for name in contents(root) if "/ld-linux" in name), "--list", PROGRAM],
        check=True, capture_output=True, text=True,
    ).stdout
    needed = {pathlib.Path(path).name for path in re.findall(r"/\S+", libraries)}
    found = {pathlib.Path(path).name for path in set(contents(root)) - FILES}
    assert found == needed
    assert FILES <= set(contents(root))


def test_the_image_has_at_most_60_megabytes(root):
    size = sum(path.lstat().st_size for path in contents(root).values())
    assert size <= 60 * MEGABYTE, f"{size / MEGABYTE:.1f} MB"


def test_nothing_in_the_image_can_be_changed_or_run_as_another_user(root):
    for name, path in contents(root).items():
        mode = path.lstat().st_mode
        assert (path.lstat().st_uid, path.lstat().st_gid, mode & 0o7022) == (0, 0, 0), f"{name} {oct(mode)}"


def test_the_authorities_are_those_of_Debian(root):
    bundle = (root / "etc/ssl/certs/ca-certificates.crt").read_text()
    assert bundle.count("BEGIN CERTIFICATE") > 100
    # The first of the authorities that AWS's certificates lead to.
    show = subprocess.run(
        ["openssl", "storeutl", "-noout", "-text", "-certs", str(root / "etc/ssl/certs/ca-certificates.crt")],
        check=True, capture_output=True, text=True,
    )
    assert "CN = Amazon Root CA 1" in show.stdout


@pytest.mark.usefixtures("built")
def test_the_image_says_who_it_is_and_how_it_is_run():
    configuration = images.configuration(images.GATEWAY)
    version = container.run(images.GATEWAY, "--version").stdout.strip()
    assert configuration["Labels"]["org.opencontainers.image.version"] == version
    assert configuration["Labels"]["org.opencontainers.image.title"] == "Athena Gateway"
    assert configuration["User"] == "65532:65532"
    assert configuration["StopSignal"] == "SIGTERM"
    assert list(configuration["ExposedPorts"]) == ["8080/tcp"]
    assert configuration["Entrypoint"] == [PROGRAM] and configuration["Cmd"] == ["serve"]
    assert configuration["Healthcheck"]["Test"] == ["CMD", PROGRAM, "healthcheck"]


def test_a_gateway_in_a_container_is_no_root_and_ends_with_SIGTERM_as_its_first_process(start):
    gateway = start(
        images.GATEWAY, "serve", "--listen", "127.0.0.1:0", "--region", "eu-west-1", "--drain-delay", "0s",
        environment=LOCAL_CREDENTIALS | {"AWS_EC2_METADATA_DISABLED": "true"},
    )
    (process,) = programs.descendants(gateway.pid)
    status = dict(line.split(":\t", 1) for line in programs.read(f"/proc/{process}/status").splitlines() if ":\t" in line)
    assert set(status["Uid"].split()) == set(status["Gid"].split()) == {"65532"} and not status["Groups"].strip()
    assert {status[name] for name in ("CapPrm", "CapEff", "CapBnd", "CapInh", "CapAmb")} == {"0" * 16}
    assert status["NSpid"].split()[-1] == "1"
    assert gateway.stop(signal.SIGTERM) == 0


def test_no_other_program_is_there_to_be_run(start):
    gateway = start(images.GATEWAY, "serve", "--listen", "127.0.0.1:0", environment=LOCAL_CREDENTIALS | {"AWS_REGION": "x-y-1"})
    for name in ("/bin/sh", "/bin/bash", "/bin/busybox", "/usr/bin/env"):
        assert "No such file" in gateway.execute(name).stderr
    assert gateway.execute(PROGRAM, "--version").returncode == 0
