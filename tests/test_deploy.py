"""The files in `deploy` are sound YAML, name things that exist, and publish nothing but the proxy.

The systemd unit of `docs/deploy.md` can write where the app writes.
"""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from tests.server_process import ROOT

DEPLOY = ROOT / "deploy"
SECRETS = {"CNNVIZ_HOST", "CNNVIZ_COOKIE_SECRET", "CNNVIZ_AFFINITY_SECRET"}
"""Read by the files themselves, not by our program."""


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    data: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    return data


@pytest.fixture(scope="module")
def manifests() -> list[dict[str, Any]]:
    return list(yaml.safe_load_all((DEPLOY / "kubernetes.yaml").read_text(encoding="utf-8")))


def program() -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "cnnviz").rglob("*.py"))


@pytest.fixture(scope="module")
def unit() -> dict[str, list[str]]:
    """Read the settings of the systemd unit in the docs; some occur more than once."""
    text = (ROOT / "docs" / "deploy.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"```ini\n(\[Unit\].+?)```", text, re.DOTALL)
    settings: dict[str, list[str]] = {}
    for name, value in re.findall(r"^(\w+)=(.+)$", block, re.MULTILINE):
        settings.setdefault(name, []).append(value)
    return settings


@pytest.mark.parametrize("path", sorted(DEPLOY.iterdir()), ids=lambda path: path.name)
def test_every_setting_of_ours_is_one_that_the_program_reads(path: Path):
    named = set(re.findall(r"CNNVIZ_[A-Z_]+", path.read_text(encoding="utf-8"))) - SECRETS
    assert {name for name in named if f'"{name}"' not in program() and f'get("{name}"' not in program()} == set()


def test_the_image_is_made_of_what_is_here():
    copied = re.findall(r"^COPY (.+)$", (DEPLOY / "Containerfile").read_text(encoding="utf-8"), re.MULTILINE)
    sources = [source for line in copied for source in line.split()[:-1]]
    assert sources
    assert [source for source in sources if not (ROOT / source).exists()] == []


def test_only_the_proxy_is_published_and_the_scheduler_has_a_network_of_its_own(compose: dict[str, Any]):
    services = compose["services"]
    assert [name for name, service in services.items() if "ports" in service] == ["proxy"]
    assert compose["networks"]["training"]["internal"] is True
    assert services["scheduler"]["networks"] == services["worker"]["networks"] == ["training"]
    assert services["app"]["environment"]["CNNVIZ_CLUSTER"] == "tcp://scheduler:8786"


def test_replicas_share_what_must_be_shared(compose: dict[str, Any], manifests: list[dict[str, Any]]):
    app = compose["services"]["app"]
    assert "runs:/srv/runs" in app["volumes"]
    assert {"CNNVIZ_RUNS", "STREAMLIT_SERVER_COOKIE_SECRET"} <= set(app["environment"])
    (container,) = of_part(manifests, "app")["containers"]
    assert {"CNNVIZ_RUNS", "STREAMLIT_SERVER_COOKIE_SECRET"} <= {each["name"] for each in container["env"]}


def test_commands_keep_the_dashboards_to_themselves_and_preload_what_exists(
    compose: dict[str, Any], manifests: list[dict[str, Any]]
):
    commands = [compose["services"][part]["command"] for part in ("scheduler", "worker")]
    commands += [of_part(manifests, part)["containers"][0]["command"] for part in ("scheduler", "worker")]
    for command in commands:
        assert command[command.index("--dashboard-address") + 1] == "127.0.0.1:0"
    for command in commands[1::2]:
        assert importlib.util.find_spec(command[command.index("--preload") + 1]) is not None
        assert command[command.index("--nthreads") + 1] == "1"


def test_every_volume_and_service_of_the_manifests_is_defined(manifests: list[dict[str, Any]]):
    names = {each["metadata"]["name"] for each in manifests if each["kind"] == "Service"}
    assert "cnnviz-scheduler" in names
    for part in ("app", "scheduler", "worker"):
        pod = of_part(manifests, part)
        mounted = {mount["name"] for each in pod["containers"] for mount in each["volumeMounts"]}
        assert mounted == {volume["name"] for volume in pod["volumes"]}


def test_the_service_may_write_where_the_app_does(unit: dict[str, list[str]]):
    assert unit["ProtectSystem"] == ["strict"]
    (state,) = unit["StateDirectory"]
    environment = dict(value.split("=", 1) for value in unit["Environment"])
    for name in ("CNNVIZ_RUNS", "KERAS_HOME"):
        assert f'get("{name}")' in program()
        assert PurePosixPath(environment[name]).is_relative_to(PurePosixPath("/var/lib") / state)
    assert unit["PrivateTmp"] == ["yes"]


def test_the_service_has_open_files_enough_for_the_public(unit: dict[str, list[str]]):
    assert int(unit["LimitNOFILE"][0]) >= 65_536


def test_the_service_starts_what_is_here_with_settings_that_the_program_reads(unit: dict[str, list[str]]):
    (start,) = unit["ExecStart"]
    (folder,) = unit["WorkingDirectory"]
    assert start.startswith(f"{folder}/.venv/bin/streamlit run app.py ")
    named = {value.split("=", 1)[0] for value in unit["Environment"]}
    assert {name for name in named if f'"{name}"' not in program()} == set()


def of_part(manifests: list[dict[str, Any]], part: str) -> dict[str, Any]:
    """Return the pod of a deployment."""
    (found,) = [
        each["spec"]["template"]
        for each in manifests
        if each["kind"] == "Deployment" and each["spec"]["selector"]["matchLabels"]["part"] == part
    ]
    pod: dict[str, Any] = found["spec"]
    return pod
