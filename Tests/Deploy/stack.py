"""compose.yaml brought up without Compose."""

import json

import yaml

import images
from programs import TOP
from waiting import until

FILE = TOP / "deploy/compose.yaml"
# The services whose images are built here.
OURS = {"gateway": images.GATEWAY, "athena": images.LOCAL}
PATH = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}


def health(image):
    kind, *command = images.configuration(image)["Healthcheck"]["Test"]
    assert kind == "CMD", "a shell isn't there"
    return command


def names(compose):
    """The names of each service by network, and the address that an engine would give them there."""
    found = {}
    for number, network in enumerate(compose["networks"]):
        for place, (name, service) in enumerate(compose["services"].items(), 2):
            # A list of networks, or what is said of each.
            if network in service["networks"]:
                own = (service["networks"][network] or {}) if isinstance(service["networks"], dict) else {}
                found[name, network] = f"10.77.{number}.{place}", [name, *own.get("aliases", [])]
    return found


class Stack:
    """Our services as compose.yaml has them. Each has its addresses of compose.yaml's networks, and finds whom it shares one with."""

    def __init__(self, start, network):
        self.start_container, self.network = start, network
        compose = yaml.safe_load(FILE.read_text())
        self.services, self.names = compose["services"], names(compose)
        for address, _ in self.names.values():
            added = network.run("ip", "address", "add", f"{address}/32", "dev", "lo", environment=PATH)
            assert added.returncode == 0, added.stderr

    def hosts(self, service):
        """What the service's engine tells it of names."""
        shared = {network for name, network in self.names if name == service}
        of_others = {
            name: address
            for (_, network), (address, all_names) in self.names.items() if network in shared
            for name in all_names
        }
        return {"localhost": "127.0.0.1"} | of_others

    def start(self, name, **environment):
        service = self.services[name]
        return self.start_container(
            OURS[name],
            environment=service.get("environment", {}) | environment,
            read_only=service["read_only"],
            tmpfs=service.get("tmpfs", ()),
            hosts=self.hosts(name),
            namespace=self.network,
        )

    def up(self, **environment):
        """Starts both, as depends_on has it, the gateway with these variables on top of its own."""
        athena = self.start("athena")
        until(lambda: athena.execute(*health(images.LOCAL)).returncode == 0)
        return athena, self.start("gateway", **environment)

    def curl(self, *arguments, may_fail=False):
        """From the tester's machine, on which the callers' network is published, and from Prometheus' place in its own."""
        addresses = [(self.names["gateway", "callers"][0], 8080), (self.names["gateway", "metrics"][0], 9464)]
        ports = [word for address, port in addresses for word in ("--connect-to", f"localhost:{port}:{address}:{port}")]
        done = self.network.run("curl", "--silent", "--show-error", *ports, *arguments, environment=PATH)
        assert may_fail or done.returncode == 0, done.stderr
        return done.stdout

    def calculate(self, code):
        target = "http://localhost:8080/sessions/demo/calculations?include=stdout,stderr"
        return json.loads(self.curl("--json", json.dumps({"codeBlock": code}), "--header", "Prefer: wait=30", target))
