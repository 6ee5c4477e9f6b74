"""prometheus/ and grafana/: the alerts fire when they should, and every query finds the metrics that it asks for."""

import datetime
import json
import re
import shutil

import pytest
import yaml

import images
from programs import TOP
from waiting import until

PROMETHEUS, GRAFANA = TOP / "deploy/prometheus", TOP / "deploy/grafana"
DASHBOARD = json.loads((GRAFANA / "dashboards/athena-gateway.json").read_text())
QUERIES = [(panel["title"], target["expr"]) for panel in DASHBOARD["panels"] for target in panel["targets"]]


def plain(query):
    """With values for what Grafana puts in."""
    return query.replace("$__rate_interval", "1m").replace("$job", ".+")


def test_Prometheus_takes_the_configuration_and_the_alerts():
    images.run("promtool", "check", "config", str(PROMETHEUS / "prometheus.yml"))


def test_each_alert_fires_when_it_should_and_only_then():
    images.run("promtool", "test", "rules", "alerts_test.yml", cwd=PROMETHEUS)


def test_every_query_of_the_dashboard_is_one(tmp_path):
    rules = [{"record": f"panel:{number}", "expr": plain(query)} for number, (_, query) in enumerate(QUERIES)]
    (tmp_path / "rules.yml").write_text(yaml.safe_dump({"groups": [{"name": "dashboard", "rules": rules}]}))
    images.run("promtool", "check", "rules", str(tmp_path / "rules.yml"))
    assert not re.search(r"\$", " ".join(plain(query) for _, query in QUERIES))


def test_no_two_panels_lie_on_each_other():
    taken = set()
    for panel in DASHBOARD["panels"]:
        place = panel["gridPos"]
        cells = {(x, y) for x in range(place["x"], place["x"] + place["w"]) for y in range(place["y"], place["y"] + place["h"])}
        assert not taken & cells and place["x"] + place["w"] <= 24, panel["title"]
        taken |= cells


def test_Grafana_finds_its_dashboard_and_its_data():
    compose = yaml.safe_load((TOP / "deploy/compose.yaml").read_text())["services"]
    mounted = {target: source for source, target, _ in (line.split(":") for line in compose["grafana"]["volumes"])}
    (provider,) = yaml.safe_load((GRAFANA / "provisioning/dashboards/athena-gateway.yaml").read_text())["providers"]
    assert (TOP / "deploy" / mounted[provider["options"]["path"]] / "athena-gateway.json").is_file()
    assert (TOP / "deploy" / mounted["/etc/grafana/provisioning"]).is_dir()
    (source,) = yaml.safe_load((GRAFANA / "provisioning/datasources/prometheus.yaml").read_text())["datasources"]
    assert source["url"] == "http://prometheus:9090" and "prometheus" in compose
    (scrape,) = yaml.safe_load((PROMETHEUS / "prometheus.yml").read_text())["scrape_configs"]
    ((target,),) = (targets["targets"] for targets in scrape["static_configs"])
    assert compose["gateway"]["environment"]["ATHENA_GATEWAY_METRICS_LISTEN"] == target
    # Both are in a network with whom they ask.
    assert compose["gateway"]["networks"]["metrics"]["aliases"] == [target.split(":")[0]]
    assert "metrics" in compose["prometheus"]["networks"]
    assert {"metrics"} <= set(compose["grafana"]["networks"])


@pytest.fixture
def prometheus(stack, tmp_path):
    """A Prometheus with deploy/'s configuration, beside the gateway that it finds by its name."""
    (tmp_path / "hosts").write_text("".join(f"{address} {name}\n" for name, address in stack.hosts("prometheus").items()))
    configuration = (PROMETHEUS / "prometheus.yml").read_text()
    (tmp_path / "prometheus.yml").write_text(re.sub(r"(_interval): \w+", r"\1: 1s", configuration))
    shutil.copy(PROMETHEUS / "alerts.yml", tmp_path)
    with open(tmp_path / "log", "w") as log:
        process = stack.network.start(
            *("unshare", "--mount", "sh", "-c", 'mount --bind "$0" /etc/hosts && exec "$@"', str(tmp_path / "hosts")),
            *("prometheus", f"--config.file={tmp_path}/prometheus.yml", f"--storage.tsdb.path={tmp_path}/data"),
            "--web.listen-address=127.0.0.1:9090",
            stdout=log, stderr=log,
        )
    yield lambda query: ask(stack, query)
    process.terminate()
    process.wait(30)


def ask(stack, query):
    # It refuses until it has read what it stored.
    answer = stack.curl(
        *("--fail", "--get", "--data-urlencode", f"query={query}", "http://localhost:9090/api/v1/query"), may_fail=True
    )
    return json.loads(answer)["data"]["result"] if answer else []


@pytest.fixture
def until_tomorrow():
    """Credentials that end, or there is no metric of when."""
    end = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=1)
    return {"AWS_CREDENTIAL_EXPIRATION": end.strftime("%Y-%m-%dT%H:%M:%SZ")}


def test_the_dashboard_and_the_alerts_ask_for_metrics_that_the_gateway_has(stack, until_tomorrow):
    stack.up(**until_tomorrow)
    has = set(re.findall(r"^# TYPE (\S+)", stack.curl("http://localhost:9464/metrics"), re.M))
    rules = yaml.safe_load((PROMETHEUS / "alerts.yml").read_text())["groups"][0]["rules"]
    text = " ".join([query for _, query in QUERIES] + [rule["expr"] for rule in rules])
    asked = {re.sub("_bucket$", "", name) for name in re.findall(r"\b(?:athena_gateway|process)_\w+", text)}
    assert asked - has == set()


def test_every_panel_shows_something_of_a_gateway_that_works(stack, prometheus, until_tomorrow):
    stack.up(**until_tomorrow)
    for _ in range(2):
        until(lambda: prometheus('up{job="athena-gateway"} == 1'))
        assert stack.calculate("print(1)")["state"] == "COMPLETED"
    for _, query in QUERIES:
        until(lambda: prometheus(plain(query)))
    assert not prometheus('ALERTS{alertstate="firing"}')
