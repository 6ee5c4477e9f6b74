"""kubernetes/: what kubectl makes of it is valid, and its parts fit together."""

import functools
import json
import pathlib
import sys

import kubernetes_validate
import pytest
import yaml

import images
from programs import TOP

FOLDER = TOP / "deploy/kubernetes"
KUBECTL = pathlib.Path(sys.executable).parent / "kubectl"
VARIANTS = ("base", "irsa")


@functools.cache
def manifests(variant):
    text = images.run(str(KUBECTL), "kustomize", str(FOLDER / variant))
    return {manifest["kind"]: manifest for manifest in yaml.safe_load_all(text)}


@pytest.fixture
def objects():
    return manifests("base")


@pytest.fixture
def pod(objects):
    return objects["Deployment"]["spec"]["template"]


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_object_is_as_Kubernetes_has_it(variant):
    assert set(manifests(variant)) == {
        "Namespace", "ServiceAccount", "ConfigMap", "Deployment", "Service", "HorizontalPodAutoscaler",
        "PodDisruptionBudget", "NetworkPolicy",
    }
    for manifest in manifests(variant).values():
        # The oldest that the provider of the moment supports, and the newest that the schemas know.
        for version in ("1.32", kubernetes_validate.latest_version()):
            kubernetes_validate.validate(manifest, version, strict=True)


def test_all_are_in_one_namespace_that_lets_in_restricted_pods_alone(objects):
    namespace = objects["Namespace"]
    assert namespace["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"
    others = [manifest for kind, manifest in objects.items() if kind != "Namespace"]
    assert {manifest["metadata"]["namespace"] for manifest in others} == {namespace["metadata"]["name"]}


def test_IRSA_is_the_role_of_the_service_account_and_nothing_else():
    irsa = json.loads(json.dumps(manifests("irsa")))
    annotations = irsa["ServiceAccount"]["metadata"].pop("annotations")
    assert list(annotations) == ["eks.amazonaws.com/role-arn"]
    assert irsa == manifests("base")


def test_every_selector_finds_the_pods(objects, pod):
    selectors = [
        objects["Deployment"]["spec"]["selector"]["matchLabels"],
        objects["Service"]["spec"]["selector"],
        objects["PodDisruptionBudget"]["spec"]["selector"]["matchLabels"],
        objects["NetworkPolicy"]["spec"]["podSelector"]["matchLabels"],
        pod["spec"]["topologySpreadConstraints"][0]["labelSelector"]["matchLabels"],
    ]
    for selector in selectors:
        assert selector and selector.items() <= pod["metadata"]["labels"].items()
    target = objects["HorizontalPodAutoscaler"]["spec"]["scaleTargetRef"]
    assert (target["kind"], target["name"]) == ("Deployment", objects["Deployment"]["metadata"]["name"])


def test_every_port_that_is_named_is_one_of_the_container(objects, pod):
    (container,) = pod["spec"]["containers"]
    ports = {port["name"]: port["containerPort"] for port in container["ports"]}
    named = [container["readinessProbe"]["httpGet"]["port"], container["livenessProbe"]["httpGet"]["port"]]
    named += [port["targetPort"] for port in objects["Service"]["spec"]["ports"]]
    named += [port["port"] for rule in objects["NetworkPolicy"]["spec"]["ingress"] for port in rule["ports"]]
    assert set(named) == set(ports)
    assert pod["metadata"]["annotations"]["prometheus.io/port"] == str(ports["metrics"])
    settings = json.loads(objects["ConfigMap"]["data"]["gateway.json"])
    assert settings["metrics-listen"].endswith(f":{ports['metrics']}")


def test_a_gateway_listens_on_the_addresses_of_both_families(objects, pod):
    (container,) = pod["spec"]["containers"]
    # The image has a variable for it too, of IPv4 alone.
    (listen,) = [variable["value"] for variable in container["env"] if variable["name"] == "ATHENA_GATEWAY_LISTEN"]
    settings = json.loads(objects["ConfigMap"]["data"]["gateway.json"])
    assert "listen" not in settings
    assert [listen, settings["metrics-listen"]] == [f"[::]:{port['containerPort']}" for port in container["ports"]]


def test_a_pod_is_not_put_out_of_service_by_one_late_answer(objects, pod):
    (container,) = pod["spec"]["containers"]
    assert container["readinessProbe"]["failureThreshold"] > 1 and container["readinessProbe"]["timeoutSeconds"] > 1
    # Nor does one that never is ready keep a node from being emptied.
    assert objects["PodDisruptionBudget"]["spec"]["unhealthyPodEvictionPolicy"] == "AlwaysAllow"


def test_callers_need_not_be_gateways(objects):
    for rule in objects["NetworkPolicy"]["spec"]["ingress"]:
        for peer in rule["from"]:
            assert "app.kubernetes.io/name" not in peer.get("podSelector", {}).get("matchLabels", {})


def test_every_volume_is_there_and_none_keeps_new_keys_away(objects, pod):
    (container,) = pod["spec"]["containers"]
    volumes = {volume["name"]: volume for volume in pod["spec"]["volumes"]}
    mounts = {mount["name"]: mount for mount in container["volumeMounts"]}
    assert set(volumes) == set(mounts)
    # What is mounted as a subPath never changes.
    assert not any("subPath" in mount for mount in mounts.values())
    assert volumes["config"]["configMap"]["name"] == objects["ConfigMap"]["metadata"]["name"]
    settings = json.loads(objects["ConfigMap"]["data"]["gateway.json"])
    assert pathlib.PurePath(settings["api-keys"]).parent == pathlib.PurePath(mounts["callers"]["mountPath"])
    variables = {variable["name"]: variable["value"] for variable in container["env"]}
    assert variables["ATHENA_GATEWAY_CONFIG"] == f"{mounts['config']['mountPath']}/gateway.json"


def test_a_pod_has_longer_to_end_than_the_gateway_takes_and_a_probe_more_patience(pod):
    (container,) = pod["spec"]["containers"]
    probe = container["livenessProbe"]
    # --grace-period, which is 30 s unless it is set.
    assert pod["spec"]["terminationGracePeriodSeconds"] > 30
    assert probe["periodSeconds"] * probe["failureThreshold"] > 30
