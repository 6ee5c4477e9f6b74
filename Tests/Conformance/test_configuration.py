"""Settings by flag, by variable and by file: which of them holds, what is wrong with them, and what `config` says."""

import json
import re

import pytest

import certificates
import http1
import programs
import readme
from test_command_line import SERVE

SWITCHES = {"local", "allow-anonymous"}
LISTS = {
    "allowed-host": ["a.example", "b.example", "c.example"],
    "allowed-code": ["s3://aaa/", "s3://bbb/", "s3://ccc/"],
    "trusted-proxy": ["192.0.2.0/24", "2001:db8::1/128", "unix"],
    "allowed-origin": ["https://a.example", "https://b.example", "https://c.example:8443"],
}
# Three good values of each setting that has one, as they are printed.
VALUES = {
    "listen": ["127.0.0.1:1", "127.0.0.1:2", "[::1]:3"],
    "socket-mode": ["0600", "0660", "0666"],
    "workers": ["1", "2", "3"],
    "base-path": ["/a", "/b", "/c"],
    "work-group": ["a", "b", "c"],
    "max-concurrent-dpus": ["2", "3", "4"],
    "session-idle-timeout": ["1m", "2m", "3m"],
    "max-head": ["16385", "17KiB", "1MiB"],
    "max-fields": ["1", "2", "3"],
    "max-target": ["1", "2", "8KiB"],
    "max-body": ["0", "1", "1KiB"],
    "max-bodies": ["64MiB", "65MiB", "66MiB"],
    "max-connections": ["1", "2", "3"],
    "reserved-connections": ["0", "1", "2"],
    "max-requests-per-connection": ["1", "2", "3"],
    "max-pipelined": ["1", "2", "3"],
    "caller-rate": ["0", "1", "1000000"],
    "caller-requests": ["1", "2", "3"],
    "caller-waits": ["0", "1", "2"],
    "max-upstream-calls": ["1", "2", "3"],
    "min-rate": ["0", "1", "1KiB"],
    "log-format": ["json", "text", "json"],
    "log-level": ["error", "warning", "notice"],
    "metrics-listen": ["127.0.0.1:1", "[::1]:2", "none"],
    "drain-delay": ["0ms", "1ms", "29s"],
    "grace-period": ["6s", "7s", "1m"],
    **{
        f"{name}-deadline": ["1ms", "2s", "3m"]
        for name in ("handshake", "head", "body", "request", "idle", "write", "linger")
    },
}
# Those that say which AWS is called, which certificate is shown, who callers are, or that need a file or another
# setting: they have tests of their own.
OTHERS = {
    "config", "region", "profile", "endpoint-url", "tls-certificate", "tls-key", "tls-client-ca",
    "api-keys", "jwt-issuer", "jwt-audience", "jwt-keys", "jwt-caller-claim", "policy", "caller-burst",
}  # fmt: skip


def variable(name):
    return "ATHENA_GATEWAY_" + name.upper().replace("-", "_")


@pytest.fixture
def write(tmp_path):
    """Writes the configuration file, and returns its path."""

    def writer(content):
        path = tmp_path / "gateway.json"
        path.write_text(content if isinstance(content, str) else json.dumps(content))
        return str(path)

    return writer


def config(*arguments, local=True, **variables):
    """What `config` says of a configuration that is good."""
    run = programs.run("config", *(["--local"] if local else []), "--json", *arguments, **variables)
    report = json.loads(run.stdout)
    assert run.returncode == 0 and report["ok"] and report["problems"] == [], report["problems"]
    return report["settings"]


def problems(*arguments, **variables):
    """What is wrong by `config`, which says it in two forms, and by `serve`."""
    run = programs.run("config", "--json", *arguments, **variables)
    found = json.loads(run.stdout)["problems"]
    assert run.returncode == 1 and found
    text = programs.run("config", *arguments, **variables)
    assert text.returncode == 1
    assert re.findall("^PROBLEM +(.*)$", text.stdout, re.MULTILINE) == found
    serve = programs.run("serve", *arguments, **variables)
    assert serve.returncode == 1 and serve.stdout == ""
    assert re.split("\n       ", serve.stderr.removeprefix("Error: ").rstrip("\n")) == found
    return found


def test_a_file_that_can_not_be_read_is_a_problem_in_json_too(tmp_path):
    run = programs.run("config", "--json", "--config", str(tmp_path / "none.json"))
    report = json.loads(run.stdout)
    assert run.returncode == 1 and not report["ok"] and report["settings"] == {}
    assert len(report["problems"]) == 1 and "none.json" in report["problems"][0]


def test_every_flag_of_serve_is_a_setting():
    names = {flag.removeprefix("--") for flag in SERVE}
    assert set(config()) == names == {*SWITCHES, *LISTS, *VALUES, *OTHERS}


def test_a_default_has_no_source():
    assert all("source" not in setting for name, setting in config().items() if name != "local")


@pytest.mark.parametrize("name", VALUES)
def test_a_flag_outranks_a_variable_and_that_the_file(name, write):
    by_flag, by_variable, by_file = VALUES[name]
    listen = ["--listen", "unix:/tmp/s"] if name == "socket-mode" else []
    path = write({name: by_file})
    file = [*listen, "--config", path]
    variables = {variable(name): by_variable}
    assert config(*file)[name] == {"value": by_file, "source": f"{path}, /{name}"}
    assert config(*file, **variables)[name] == {"value": by_variable, "source": variable(name)}
    flags = [f"--{name}", by_flag]
    assert config(*file, *flags, **variables)[name] == {"value": by_flag, "source": f"--{name}"}


@pytest.mark.parametrize("name", LISTS)
def test_a_list_is_taken_from_one_place_whole(name, write):
    values = LISTS[name]
    path = write({name: values[:2]})
    assert config("--config", path)[name] == {"value": values[:2], "source": f"{path}, /{name}"}
    variables = {variable(name): ", ".join(values[1:])}
    assert config("--config", path, **variables)[name] == {"value": values[1:], "source": variable(name)}
    flags = [argument for value in values for argument in (f"--{name}", value)]
    assert config("--config", path, *flags, **variables)[name] == {"value": values, "source": f"--{name}"}


@pytest.mark.parametrize("name", sorted(SWITCHES))
def test_a_switch_is_true_or_false_in_a_variable_and_in_the_file(name, write):
    path = write({"local": True, name: True})
    assert config("--config", path, local=False)[name] == {"value": True, "source": f"{path}, /{name}"}
    off = config("--config", path, "--region", "r", local=False, **{variable(name): "false"})
    assert off[name] == {"value": False, "source": variable(name)}
    on = config("--config", path, f"--{name}", local=False, **{variable(name): "false"})
    assert on[name] == {"value": True, "source": f"--{name}"}


def test_a_number_in_the_file_may_be_written_as_one(write):
    path = write('{"max-fields": 50, "max-body": 1e3, "idle-deadline": 2}')
    settings = config("--config", path)
    assert [settings[name]["value"] for name in ("max-fields", "max-body", "idle-deadline")] == ["50", "1000", "2s"]


def test_an_empty_variable_is_an_unset_one(write):
    settings = config(ATHENA_GATEWAY_MAX_FIELDS="", ATHENA_GATEWAY_CONFIG="", ATHENA_GATEWAY_LOCAL="")
    assert settings["max-fields"] == {"value": "100"}


def test_the_file_can_be_named_by_a_variable(write, tmp_path):
    path = write({"max-fields": 7})
    settings = config(ATHENA_GATEWAY_CONFIG=path)
    assert settings["config"] == {"value": path, "source": "ATHENA_GATEWAY_CONFIG"}
    assert settings["max-fields"]["value"] == "7"
    other = tmp_path / "other.json"
    other.write_text("{}")
    assert config("--config", str(other), ATHENA_GATEWAY_CONFIG=path)["max-fields"]["value"] == "100"


def test_TLS_can_be_set_by_file_and_its_faults_name_the_place(write, tmp_path):
    server = certificates.make(tmp_path, "server")
    path = write({"tls-certificate": str(server.certificate), "tls-key": str(server.key)})
    settings = config("--config", path)
    assert settings["tls-key"] == {"value": str(server.key), "source": f"{path}, /tls-key"}
    assert problems("--local", ATHENA_GATEWAY_TLS_KEY="k")[0].startswith("ATHENA_GATEWAY_TLS_KEY: give its certificate")
    found = problems("--local", "--config", path, ATHENA_GATEWAY_TLS_CERTIFICATE="/no/1")
    assert found == ["ATHENA_GATEWAY_TLS_CERTIFICATE: /no/1: No such file or directory"]


@pytest.mark.parametrize("command", ["check", "serve", "explain"])
def test_which_AWS_is_called_can_be_set_by_variable_and_by_file(command, write):
    path = write({"region": "no region", "endpoint-url": "ftp://x"})
    run = programs.run(command, "--config", path, AWS_REGION="eu-west-1")
    assert run.returncode == 1
    text = run.stdout + run.stderr
    assert f"{path}, /region: 'no region'" in text and f"{path}, /endpoint-url: " in text
    run = programs.run(command, "--config", path, ATHENA_GATEWAY_REGION="_", ATHENA_GATEWAY_PROFILE="p")
    assert "ATHENA_GATEWAY_REGION: '_'" in run.stdout + run.stderr
    assert "the profile p" in run.stdout + run.stderr


def test_check_says_that_the_file_names_the_region(write):
    path = write({"region": "eu-west-3", "work-group": "w"})
    run = programs.run("check", "--json", "--config", path, AWS_REGION="eu-west-1", **programs.CREDENTIALS)
    report = json.loads(run.stdout)
    assert run.returncode == 0 and report["region"] == {"value": "eu-west-3", "source": f"{path}, /region"}


# What the file has, and what is said of it.
BAD_FILES = {
    "a name that is none": ({"max_heads": "1KiB"}, "/max_heads: there is no such setting; did you mean max-head?"),
    "a name that is like none": ({"port": 80}, "/port: there is no such setting; 'athena-gateway serve --help'"),
    "a file that names another": ({"config": "x"}, "/config: there is no such setting"),
    "a name that steers a terminal": ({"\x1b[1m": 1}, "\\u{1b}[1m: there is no such setting"),
    "a text for a switch": ({"allow-anonymous": "true"}, "/allow-anonymous: must be true or false, not a string"),
    "a switch for a text": ({"work-group": True}, "/work-group: must be a string, not a boolean"),
    "a number for a text": ({"work-group": 5}, "/work-group: must be a string, not a number"),
    "a switch for a number": ({"max-fields": True}, "/max-fields: must be a number or a string, not a boolean"),
    "nothing": ({"max-fields": None}, "/max-fields: must be a number or a string, not null"),
    "an object": ({"max-fields": {}}, "/max-fields: must be a number or a string, not an object"),
    "one text for a list": ({"allowed-host": "a"}, "/allowed-host: must be an array of strings, not a string"),
    "a list for a text": ({"listen": ["x"]}, "/listen: must be a string, not an array"),
    "a list with a number": ({"allowed-host": ["a", 1]}, "/allowed-host: must be an array of strings, without a number"),
    "a list with a bad text": ({"allowed-host": ["a", "b:1"]}, "/allowed-host: 'b:1' is not a host name"),
    "a fraction": ({"max-fields": 1.5}, "/max-fields: '1.5' is no whole number"),
    "a number out of range": ({"max-fields": 0}, "/max-fields: 0 is not from 1 to 10000"),
    "a number that no computer has": ('{"max-fields": 1e999}', "/max-fields: '1e999' is no whole number"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_fault_in_the_file_is_named_by_its_pointer(name, write):
    content, words = BAD_FILES[name]
    path = write(content)
    (problem,) = problems("--local", "--config", path)
    assert problem.startswith(f"{path}, /") and words in problem


def test_a_fault_that_a_flag_outranks_is_one_all_the_same(write):
    path = write({"max-fields": True})
    assert problems("--local", "--config", path, "--max-fields", "5") == [
        f"{path}, /max-fields: must be a number or a string, not a boolean"
    ]


# What is no configuration file at all: its content, and what is said of it.
NO_FILES = {
    "no JSON": ('{\n  "local": true,\n}\n', ", line 2: a comma stands before the closing bracket"),
    "one member twice": ('{"local": true, "local": false}', ', line 1: a member named "local" appears twice'),
    "no object": ("[]", ": it must be an object, as in"),
    "nothing": ("", ", line 1: the JSON text ends too early"),
    "too much": (" " * 2_000_000, "has more than 1048576 bytes"),
}


@pytest.mark.parametrize("name", NO_FILES)
@pytest.mark.parametrize("command", ["serve", "config", "check", "explain", "healthcheck"])
def test_a_file_that_can_not_be_used_is_the_one_problem(command, name, write):
    content, words = NO_FILES[name]
    path = write(content)
    run = programs.run(command, "--config", path)
    assert run.returncode == 1 and run.stdout == ""
    assert run.stderr.count("\n") == 1 and run.stderr.startswith("Error: ") and path in run.stderr and words in run.stderr


@pytest.mark.parametrize("path", ["/no/file", "/", "/dev/null"])
def test_a_file_that_is_none_is_named_with_the_setting_that_names_it(path):
    for run in (
        programs.run("serve", "--config", path),
        programs.run("serve", ATHENA_GATEWAY_CONFIG=path),
    ):
        assert run.returncode == 1 and f"'{path}' is not there, or is no file" in run.stderr
    assert run.stderr.startswith("Error: ATHENA_GATEWAY_CONFIG: ")


def test_all_problems_are_told_at_once_each_with_its_source(write):
    path = write({"max-fields": 0, "workers": 0, "max_head": 1})
    found = problems(
        "--local", "--config", path, "--max-body", "x", "--workers=-1",
        ATHENA_GATEWAY_LISTEN="nowhere", ATHENA_GATEWAY_ALLOWED_HOST="a,,b", ATHENA_GATEWAY_LOCALE="1",
        ATHENA_GATEWAY_ALLOW_ANONYMOUS="yes", ATHENA_GATEWAY_WORKERS="0",
    )  # fmt: skip
    beginnings = [problem.partition(": ")[0] for problem in found]
    assert sorted(beginnings) == sorted([
        "--max-body", "--workers", "ATHENA_GATEWAY_LISTEN", "ATHENA_GATEWAY_ALLOWED_HOST", "ATHENA_GATEWAY_LOCALE",
        "ATHENA_GATEWAY_ALLOW_ANONYMOUS", f"{path}, /max-fields", f"{path}, /max_head",
    ])  # fmt: skip
    assert "ATHENA_GATEWAY_LOCALE: there is no such setting; did you mean ATHENA_GATEWAY_LOCAL?" in found


def test_an_address_that_can_not_be_listened_on_is_named_by_its_place(write):
    path = write({"local": True, "listen": "unix:/nonexistent/s"})
    run = programs.run("serve", "--config", path)
    assert run.stderr.startswith(f"Error: {path}, /listen: there is no folder for /nonexistent/s")
    run = programs.run("serve", "--region", "r", ATHENA_GATEWAY_LISTEN="0.0.0.0:0")
    assert run.stderr.startswith("Error: ATHENA_GATEWAY_LISTEN: everybody who reaches 0.0.0.0:0")


def test_a_value_that_does_not_fit_another_names_where_both_are_from(write):
    path = write({"max-head": "4KiB"})
    assert problems("--local", "--config", path, ATHENA_GATEWAY_MAX_TARGET="9KiB") == [
        f"ATHENA_GATEWAY_MAX_TARGET: 9KiB is too much for {path}, /max-head, 4KiB, which it is part of"
    ]


def test_what_Kubernetes_says_of_a_service_of_that_name_is_nothing_to_the_gateway():
    links = {
        "SERVICE_HOST": "10.0.0.1", "SERVICE_PORT": "80", "SERVICE_PORT_HTTP": "80", "PORT": "tcp://10.0.0.1:80",
        "PORT_80_TCP": "tcp://10.0.0.1:80", "PORT_80_TCP_PROTO": "tcp", "PORT_80_TCP_PORT": "80",
        "PORT_80_TCP_ADDR": "10.0.0.1", "METRICS_SERVICE_HOST": "10.0.0.2", "METRICS_PORT": "udp://10.0.0.2:9464",
    }  # fmt: skip
    assert config(**{f"ATHENA_GATEWAY_{name}": value for name, value in links.items()})
    (problem,) = problems("--local", ATHENA_GATEWAY_PORT="8080")
    assert problem.startswith("ATHENA_GATEWAY_PORT: there is no such setting")


@pytest.mark.parametrize("place", ["flag", "variable", "file"])
@pytest.mark.parametrize("url", ["http://user:hunter2@x", "http://x/?hunter2@", "hunter2@", "a@hunter2:b@c"])
def test_a_password_in_a_URL_is_printed_nowhere(place, url, write, tmp_path):
    path = write({"endpoint-url": url})
    arguments, variables = {
        "flag": (["--endpoint-url", url], {}),
        "variable": ([], {"ATHENA_GATEWAY_ENDPOINT_URL": url}),
        "file": (["--config", path], {}),
    }[place]
    for form in [[], ["--json"]]:
        run = programs.run("config", "--region", "r", *arguments, *form, **variables)
        assert run.returncode == 1 and "hunter2" not in run.stdout + run.stderr
    # The library's own log of what was read.
    log = tmp_path / "log"
    programs.run("config", "--region", "r", *arguments, CONFIG_ACCESS_LOG_FILE=str(log), **variables)
    assert "endpoint-url" in log.read_text() and "hunter2" not in log.read_text()


@pytest.mark.parametrize("name", ["jwt-issuer", "jwt-keys"])
def test_a_password_in_a_URL_of_callers_keys_is_printed_nowhere(name):
    flags = ["--jwt-audience", "a", "--jwt-issuer", "https://issuer.example", f"--{name}", "http://u:hunter2@x/?hunter2"]
    for command in (["config"], ["config", "--json"], ["serve"]):
        run = programs.run(*command, "--local", *flags)
        assert run.returncode == 1 and f"--{name}: " in run.stdout + run.stderr and "hunter2" not in run.stdout + run.stderr


def test_the_text_has_a_line_for_each_setting(write):
    path = write({"max-fields": 7})
    run = programs.run("config", "--local", "--config", path, "--allowed-host", "a", "--allowed-host", "b")
    lines = dict(line.split(maxsplit=1) for line in run.stdout.splitlines())
    assert set(lines) == set(config())
    assert re.split("  +", lines["max-fields"]) == ["7", f"{path}, /max-fields"]
    assert re.split("  +", lines["allowed-host"]) == ["a, b", "--allowed-host"]
    assert re.split("  +", lines["max-head"]) == ["16KiB", "default"]
    assert re.split("  +", lines["base-path"]) == ["-", "default: the root"]


def test_the_gateway_is_what_its_settings_say(start, write):
    path = write({"local": True, "listen": "127.0.0.1:0", "base-path": "/athena", "workers": 1, "max-target": 100})
    program = start(programs.Program, "serve", "--config", path, ATHENA_GATEWAY_ALLOWED_HOST="a.example,b.example")
    assert ", 1 worker, " in program.first_line

    def status(target, host):
        connection = http1.Connection(program.port)
        connection.send(f"GET {target} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
        answer = connection.answer()
        connection.close()
        return answer.status

    assert status("/athena/", "b.example") == 200
    assert status("/athena/", "c.example") == 421
    assert status("/athena/" + "x" * 100, "b.example") == 414


def test_the_README_has_every_setting_and_a_file_that_is_good(write):
    blocks = readme.recipe("Configuration")
    members = json.loads(blocks[0])
    settings = config("--config", write(members))
    for name, value in members.items():
        assert settings[name]["value"] == (str(value) if type(value) is int else value)
    page = (programs.TOP / "README.md").read_text()
    missing = [flag for flag in SERVE if f"`{flag}`" not in page and f"`{flag} " not in page]
    assert missing == []
