"""Builds the images of deploy/Dockerfile with buildah, without Docker and without a registry.

The base images have the names that the Dockerfile gives, and are made from Debian's packages and the toolchain that is
installed. Swift's packages are resolved outside, since the build reaches no GitHub where CI runs.
"""

import functools
import json
import os
import pathlib
import shutil
import subprocess
import tempfile

import pytest

from programs import TOP

STORE = TOP / ".build/deploy"
DEBIAN, SWIFT = "docker.io/library/debian:bookworm-slim", "docker.io/library/swift:6.3-bookworm"
GATEWAY, LOCAL = "localhost/athena-gateway:test", "localhost/athena-gateway:test-local"
# Of what the swift image has, what a build of this package uses; the toolchain itself is mounted.
SWIFT_PACKAGES = (
    "binutils git libc6-dev libcurl4 libedit2 libgcc-12-dev libncurses6 libsqlite3-0 libstdc++-12-dev libxml2 tzdata"
)
BUILD = ("build", "--layers", "--isolation", "chroot", "--format", "docker", "--pull-never")


def buildah(*arguments, **options):
    storage = ("--root", str(STORE / "storage"), "--runroot", str(STORE / "run"))
    return run("buildah", *storage, *arguments, **options)


def run(*command, **options):
    done = subprocess.run(command, text=True, capture_output=True, **options)
    assert done.returncode == 0, f"{' '.join(command)}: {done.stdout[-4000:]} {done.stderr[-4000:]}"
    return done.stdout


@functools.cache
def toolchain():
    """Where the toolchain is: the folder of its bin, lib and share."""
    target = json.loads(run("swift", "-print-target-info"))
    return pathlib.Path(target["paths"]["runtimeResourcePath"]).parents[1]


def make_base(name, containerfile, *files):
    if buildah("images", "--quiet", "--filter", f"reference={name}").strip():
        return
    with tempfile.TemporaryDirectory(dir=STORE) as context:
        for file in files:
            shutil.move(file, context)
        buildah(*BUILD, "--file", "-", "--tag", name, context, input=containerfile)


def make_bases():
    if not buildah("images", "--quiet", "--filter", f"reference={DEBIAN}").strip():
        tar = STORE / "debian.tar"
        run("mmdebstrap", "--variant=minbase", "bookworm", str(tar))
        make_base(DEBIAN, 'FROM scratch\nADD debian.tar /\nCMD ["bash"]\n', tar)
    make_base(
        SWIFT,
        f"FROM {DEBIAN}\n"
        f"RUN apt-get update && apt-get install --yes --no-install-recommends {SWIFT_PACKAGES}\n"
        f"ENV PATH={toolchain()}/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\n",
    )


def resolved_packages():
    """A folder with all that Package.swift depends on, and what that depends on, whatever they are."""
    folder = STORE / "packages"
    folder.mkdir(exist_ok=True)
    shutil.copy(TOP / "Package.swift", folder)
    run("swift", "package", "--package-path", str(folder), "--scratch-path", str(folder / ".build"), "resolve")
    return folder


@functools.cache
def build():
    """Builds both images; what has not changed since the last time is not built again."""
    if os.geteuid() != 0:
        pytest.skip("only root can build an image with chroot isolation")
    STORE.mkdir(parents=True, exist_ok=True)
    make_bases()
    options = (
        *("--build-context", f"packages={resolved_packages()}"),
        *("--volume", f"{toolchain()}:{toolchain()}:ro"),
        *("--file", str(TOP / "deploy/Dockerfile")),
    )
    buildah(*BUILD, *options, "--tag", GATEWAY, str(TOP))
    buildah(*BUILD, *options, "--target", "local", "--tag", LOCAL, str(TOP))


def configuration(image):
    """What an engine starts containers of this image by."""
    return json.loads(buildah("inspect", "--type", "image", image))["Docker"]["config"]
