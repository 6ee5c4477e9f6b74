"""compose.yaml brought up without Compose."""

import json

import yaml

import images
from programs import TOP
from waiting import until

FILE = TOP / "deploy/compose.yaml"
# The services whose images are built here.
OURS = {"gateway": images.GATEWAY, "athena": images.LOCAL}


def health(image):
    kind, *command = images.configuration(image)["Healthcheck"]["Test"]
    assert kind == "CMD", "a shell isn't there"
    return command


class Stack:
    """Our services as compose.yaml has them, in one network where each is found by its name."""

    def __init__(self, start, network):
        self.start_container, self.network = start, network
        self.services = yaml.safe_load(FILE.read_text())["services"]
        self.hosts = {name: "127.0.0.1" for name in ("localhost", *self.services)}

    def start(self, name, **environment):
        service = self.services[name]
        return self.start_container(
            OURS[name],
            environment=service.get("environment", {}) | environment,
            read_only=service["read_only"],
            tmpfs=service.get("tmpfs", ()),
            hosts=self.hosts,
            namespace=self.network,
        )

    def up(self, **environment):
        """Starts both, as depends_on has it, the gateway with these variables on top of its own."""
        athena = self.start("athena")
        until(lambda: athena.execute(*health(images.LOCAL)).returncode == 0)
        return athena, self.start("gateway", **environment)

    def curl(self, *arguments, may_fail=False):
        done = self.network.run("curl", "--silent", "--show-error", *arguments, environment={"PATH": "/usr/bin:/bin"})
        assert may_fail or done.returncode == 0, done.stderr
        return done.stdout

    def calculate(self, code):
        target = "http://localhost:8080/sessions/demo/calculations?include=stdout,stderr"
        return json.loads(self.curl("--json", json.dumps({"codeBlock": code}), "--header", "Prefer: wait=30", target))
