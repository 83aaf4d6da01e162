import asyncio
import json
import stat
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from pipecatapp.settings import Settings
from pipecatapp.tools.execution.tool_definition import Tool, tools_of
from pipecatapp.tools.power import Power
from pipecatapp.tools.tool import Call, ToolError

SERVICES = ["prima-api-main", "prima-api-coding", "prima-api-creative", "pipecat-app"]

Set = Callable[..., Any]


@pytest.fixture
def power(tmp_path: Path) -> Power:
    resources: Any = SimpleNamespace(settings=Settings(home=tmp_path))
    return Power(resources)


@pytest.fixture
def tool(power: Power) -> Tool:
    (tool,) = tools_of(power)
    return tool


@pytest.fixture
def set_threshold(tool: Tool) -> Set:
    call = Call(conversation=SimpleNamespace(id="a"))
    return lambda service, seconds: tool.run(call, {"service": service, "seconds": seconds})


def report(home: Path, age: float = 0, services: Any = SERVICES) -> None:
    reported = (datetime.now(UTC) - timedelta(seconds=age)).isoformat()
    write(home, "agent.json", json.dumps({"reported": reported, "services": services}))


def write(home: Path, name: str, content: str) -> Path:
    path = home / "power" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(content)
    return path


def thresholds(home: Path) -> Any:
    return json.loads((home / "power" / "thresholds.json").read_text())


def test_a_person_has_to_approve(tool: Tool) -> None:
    assert tool.name == "power.set_idle_threshold"
    assert tool.sensitive


async def test_it_is_offered_while_an_agent_reports(power: Power, tmp_path: Path) -> None:
    assert "no power agent" in str(await power.unavailable())
    report(tmp_path)
    assert await power.unavailable() is None
    report(tmp_path, age=121)
    assert "does not report now" in str(await power.unavailable())
    report(tmp_path, age=-121)
    assert "does not report now" in str(await power.unavailable())


async def test_a_report_in_another_time_zone_counts(power: Power, tmp_path: Path) -> None:
    reported = datetime.now(timezone(timedelta(hours=9))).isoformat()
    write(tmp_path, "agent.json", json.dumps({"reported": reported, "services": SERVICES}))
    assert await power.unavailable() is None


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        '{"reported": "2026',
        '{"services": []}',
        '{"reported": "yesterday", "services": []}',
        '{"reported": "LOCAL TIME", "services": []}',
        '{"reported": "NOW", "services": [1]}',
        '{"reported": "NOW"}',
    ],
)
async def test_a_damaged_report_is_no_report(power: Power, tmp_path: Path, content: str) -> None:
    # The time is that of the run: a test's name is the same in each process.
    content = content.replace("LOCAL TIME", f"{datetime.now():%Y-%m-%dT%H:%M:%S}")
    write(tmp_path, "agent.json", content.replace("NOW", datetime.now(UTC).isoformat()))
    assert "cannot be understood" in str(await power.unavailable())


async def test_nothing_is_set_without_an_agent(set_threshold: Set, tmp_path: Path) -> None:
    with pytest.raises(ToolError, match="no power agent"):
        await set_threshold("coding", 600)
    assert not (tmp_path / "power").exists()


@pytest.mark.parametrize(
    ("said", "service"),
    [
        ("coding", "prima-api-coding"),
        (" Coding ", "prima-api-coding"),
        ("prima-api-creative", "prima-api-creative"),
        ("pipecat-app", "pipecat-app"),
    ],
)
async def test_a_service_is_known_by_either_name(
    set_threshold: Set, tmp_path: Path, said: str, service: str
) -> None:
    report(tmp_path)
    assert service in await set_threshold(said, 600)
    assert thresholds(tmp_path) == {service: 600}
    path = tmp_path / "power" / "thresholds.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


async def test_a_threshold_is_replaced_and_others_stay(set_threshold: Set, tmp_path: Path) -> None:
    report(tmp_path)
    await set_threshold("coding", 60)
    await set_threshold("creative", 86400)
    await set_threshold("coding", 120)
    assert thresholds(tmp_path) == {"prima-api-coding": 120, "prima-api-creative": 86400}


@pytest.mark.parametrize("seconds", [59, 86401, 0, -600])
async def test_seconds_out_of_range_are_refused(
    set_threshold: Set, tmp_path: Path, seconds: int
) -> None:
    report(tmp_path)
    with pytest.raises(ToolError, match=r"from 60 .* to 86400"):
        await set_threshold("coding", seconds)
    assert not (tmp_path / "power" / "thresholds.json").exists()


@pytest.mark.parametrize("service", ["", "../main", "a b", "x" * 64, "main\n\x00", "a/b", "é"])
async def test_a_malformed_service_is_refused(
    set_threshold: Set, tmp_path: Path, service: str
) -> None:
    report(tmp_path)
    with pytest.raises(ToolError, match="cannot name a service"):
        await set_threshold(service, 600)


async def test_an_unknown_service_is_refused_with_those_that_exist(
    set_threshold: Set, tmp_path: Path
) -> None:
    report(tmp_path)
    with pytest.raises(ToolError, match=r"no cooking; .*prima-api-coding, prima-api-creative"):
        await set_threshold("cooking", 600)


async def test_writers_at_the_same_time_lose_nothing(tmp_path: Path) -> None:
    services = [f"prima-api-{number}" for number in range(40)]
    report(tmp_path, services=services)
    resources: Any = SimpleNamespace(settings=Settings(home=tmp_path))
    call: Any = None
    await asyncio.gather(
        *(Power(resources).set_idle_threshold(call, service, 600) for service in services)
    )
    assert thresholds(tmp_path) == dict.fromkeys(services, 600)


@pytest.mark.parametrize("content", ["{", "[]", '{"prima-api-main": "soon"}', ""])
async def test_a_damaged_file_is_put_aside_and_said(
    set_threshold: Set, tmp_path: Path, content: str
) -> None:
    report(tmp_path)
    write(tmp_path, "thresholds.json", content)
    said = await set_threshold("coding", 600)
    (aside,) = (tmp_path / "power").glob("thresholds.json.damaged-*")
    assert str(aside) in said
    assert aside.read_text() == content
    assert thresholds(tmp_path) == {"prima-api-coding": 600}


async def test_a_directory_that_cannot_be_written_is_one_line(
    set_threshold: Set, tmp_path: Path
) -> None:
    report(tmp_path)
    (tmp_path / "power" / "thresholds.json").mkdir()
    with pytest.raises(ToolError, match="cannot be written: Is a directory"):
        await set_threshold("coding", 600)
