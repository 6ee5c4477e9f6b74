"""Containers of the images that were built, run by enter.py, since no engine runs where CI does."""

import json
import pathlib
import subprocess
import sys
import tempfile

import images
import programs

ENTER = pathlib.Path(__file__).parent / "enter.py"


class Container(programs.Program):
    """A container that serves. It shares the network of `namespace`, or the tester's."""

    def __init__(self, image, *arguments, namespace=None, **specification):
        self.specification = Specification(image, *arguments, **specification)
        self.namespace = namespace
        command = [sys.executable, str(ENTER), self.specification.path]
        if namespace:
            command = namespace.command(*command)
        super().__init__(*command[1:], binary=command[0])

    def execute(self, *command):
        """Runs a command in it, as `docker exec` does."""
        (first,) = [pid for pid in programs.descendants(self.pid)]
        user, group = self.specification.user.split(":")
        enter = ["nsenter", "--target", str(first), "--mount", "--pid", "--net", "--root", "--wd"]
        return subprocess.run(
            [*enter, "--setuid", user, "--setgid", group, "--", *command],
            env=self.specification.environment,
            capture_output=True,
            text=True,
            timeout=30,
        )

    def end(self):
        super().end()
        self.specification.close()


class Specification:
    """What enter.py reads: the image's configuration, and what a user of an engine gives on top."""

    def __init__(self, image, *arguments, environment=None, hosts=None, read_only=True, tmpfs=(), volumes=None):
        configuration = images.configuration(image)
        self.user = configuration["User"]
        self.environment = dict(line.split("=", 1) for line in configuration.get("Env") or [])
        self.environment |= environment or {}
        self.container = images.buildah("from", image).strip()
        self.folder = tempfile.TemporaryDirectory()
        self.path = f"{self.folder.name}/specification.json"
        names = pathlib.Path(self.folder.name, "hosts")
        names.write_text("".join(f"{address} {name}\n" for name, address in (hosts or {"localhost": "127.0.0.1"}).items()))
        specification = {
            "root": images.buildah("mount", self.container).strip(),
            "user": self.user,
            "environment": self.environment,
            "command": [*configuration["Entrypoint"], *(arguments or configuration["Cmd"])],
            "readOnly": read_only,
            "tmpfs": list(tmpfs),
            "volumes": {"/etc/hosts": str(names), "/etc/resolv.conf": "/etc/resolv.conf", **(volumes or {})},
        }
        pathlib.Path(self.path).write_text(json.dumps(specification))

    def close(self):
        images.buildah("rm", self.container)
        self.folder.cleanup()


def run(image, *arguments, **options):
    """Runs a command of an image to its end."""
    specification = Specification(image, *arguments, **options)
    try:
        return subprocess.run(
            [sys.executable, str(ENTER), specification.path], capture_output=True, text=True, timeout=60
        )
    finally:
        specification.close()
