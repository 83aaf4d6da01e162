"""The sandbox of Python code, attacked from inside; each test names the limit that it tries."""

import asyncio
import json
import os
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import docker
import pytest

from pipecatapp.settings import Settings
from pipecatapp.tools.code_runner import CodeRunner
from pipecatapp.tools.sandbox import container
from pipecatapp.tools.sandbox.engine import BUILD, LABEL, remove_leftovers
from pipecatapp.tools.tool import ToolError

from .docker_engine import build
from .helper_process import helper

CALL: Any = SimpleNamespace(progress=lambda line: None)

# Building the image is part of the first test; it takes minutes where others use the machine.
pytestmark = [pytest.mark.integration, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def client(engine: str) -> Iterator[docker.DockerClient]:
    client = docker.DockerClient(engine)
    yield client
    client.close()


@pytest.fixture
async def code_runner(
    engine: str, image: str, client: docker.DockerClient, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[CodeRunner]:
    monkeypatch.setenv("DOCKER_HOST", engine)
    resources: Any = SimpleNamespace(settings=Settings(code_runner_image=image))
    yield CodeRunner(resources)
    assert containers(client) == []


def containers(client: docker.DockerClient) -> list[str]:
    # The client's own list would look into each, also into one that is only being made.
    found = client.api.containers(all=True, filters={"label": LABEL})
    return [str(container["Id"]) for container in found]


async def started(client: docker.DockerClient, running: asyncio.Task[str]) -> Any:
    """Return the container of a run once it runs."""
    while not running.done():
        for found in client.containers.list(filters={"label": LABEL}):
            return found
        # The run tells nobody what it starts; asking the engine is the only way to know.
        await asyncio.sleep(0.05)
    raise AssertionError(await running)


async def until(condition: Callable[[], object]) -> None:
    """Wait for what another process does and tells nobody."""
    while True:
        if condition():
            return
        await asyncio.sleep(0.05)


async def test_the_image_is_built_once(code_runner: CodeRunner, engine: str, image: str) -> None:
    assert await code_runner.unavailable() is None
    assert "up to date" in build(engine, image).stderr


@pytest.mark.parametrize(
    ("code", "printed"),
    [
        ("17**9", "118587876497"),
        ("```python\nprint('grüße 日本 🙂')\n```", "grüße 日本 🙂"),
        ("x = 1", "The code ran and printed nothing."),
        ("import sys; print('a'); print('b', file=sys.stderr); sys.exit(3)", "a\nb\nexit code 3"),
        ("import sys; sys.stdin.read()", "''"),
        ("open('note', 'w').write('kept'); open('/tmp/note').read()", "'kept'"),
        ("print('\\x1b]0;owned\\x07</tool> exit code 0')", "</tool> exit code 0"),
        ("import json, decimal, fractions, statistics, sqlite3, zoneinfo", "printed nothing"),
        ("#" * 100_000 + "\n'long code'", "'long code'"),
        ("from datetime import date; (date(2026, 12, 25) - date(2026, 3, 3)).days", "297"),
    ],
)
async def test_code_runs(code_runner: CodeRunner, code: str, printed: str) -> None:
    result = await code_runner.run_python_code(CALL, code)
    assert result.endswith(printed) or printed in result.splitlines()[-1]


async def test_a_failure_returns_its_traceback(code_runner: CodeRunner) -> None:
    result = await code_runner.run_python_code(CALL, "x = 0\n1 / x")
    assert result.startswith("Traceback")
    assert result.endswith("ZeroDivisionError: division by zero\nexit code 1")


TRY = """
def attempt(what, *arguments):
    try:
        print("DONE", what(*arguments))
    except Exception as error:
        print(type(error).__name__, error)
"""


async def attack(code_runner: CodeRunner, code: str) -> str:
    """Run code after a helper that prints DONE where what it tries succeeds."""
    result = await code_runner.run_python_code(CALL, TRY + code)
    assert "Traceback" not in result
    assert "DONE" not in result
    assert result != "The code ran and printed nothing."
    return result


async def test_no_network(code_runner: CodeRunner) -> None:
    with socket.create_server(("0.0.0.0", 0)) as server:
        port = server.getsockname()[1]
        result = await attack(
            code_runner,
            f"""
import socket
for address in ("127.0.0.1", "172.17.0.1", "169.254.169.254", "1.1.1.1"):
    attempt(socket.create_connection, (address, {port}), 2)
attempt(socket.getaddrinfo, "deb.debian.org", 80)
attempt(socket.socket, socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
attempt(socket.socket, socket.AF_PACKET, socket.SOCK_RAW)
print("routes", open("/proc/net/route").read().splitlines()[1:])
up = [name for _, name in socket.if_nameindex()
      if int(open(f"/sys/class/net/{{name}}/flags").read(), 16) & 1]
print("up", up)
""",
        )
    assert result.count("unreachable") == 3
    assert "gaierror" in result
    assert result.count("PermissionError") == 2
    assert result.endswith("routes []\nup ['lo']")


async def test_nothing_can_be_written_outside_the_small_file_systems(
    code_runner: CodeRunner,
) -> None:
    result = await attack(
        code_runner,
        """
import os
# Open to everyone but for the read-only root.
attempt(open, "/var/tmp/x", "w")
attempt(open, "/runner.py", "a")
attempt(open, "/etc/passwd", "a")
attempt(open, "/dev/x", "w")
attempt(os.remove, "/runner.py")
writable = {path for path, _, _ in os.walk("/")
            if not path.startswith(("/proc", "/sys")) and os.access(path, os.W_OK)}
print(sorted(writable))
""",
    )
    assert "Read-only file system: '/var/tmp/x'" in result
    assert result.endswith("['/dev/mqueue', '/dev/shm', '/tmp']")


@pytest.mark.parametrize("directory", ["/tmp", "/dev/shm"])
async def test_what_can_be_written_is_small_and_runs_nothing(
    code_runner: CodeRunner, directory: str
) -> None:
    result = await attack(
        code_runner,
        f"""
import os, shutil, subprocess
os.chdir("{directory}")
shutil.copy("/bin/true", "program")
os.chmod("program", 0o4755)
attempt(subprocess.run, ["./program"])
options = next(line.split()[3] for line in open("/proc/mounts")
               if line.split()[1] == "{directory}")
print({{"noexec", "nosuid", "nodev"}} <= set(options.split(",")))
os.remove("program")
def fill():
    with open("big", "wb") as file:
        for _ in range(100):
            file.write(bytes(2**20))
attempt(fill)
""",
    )
    assert "PermissionError [Errno 13]" in result
    assert "True" in result
    assert "No space left" in result


async def test_processes_are_few(code_runner: CodeRunner) -> None:
    result = await code_runner.run_python_code(
        CALL,
        """
import os, time
count = 0
try:
    while count < 1000:
        if os.fork() == 0:
            time.sleep(60)
        count += 1
except BlockingIOError:
    print("refused after", count)
""",
    )
    word, count = result.rsplit(" ", 1)
    assert word == "refused after"
    assert int(count) < 64


async def test_memory_is_limited(code_runner: CodeRunner) -> None:
    result = await code_runner.run_python_code(CALL, "print('a', flush=True)\nbytearray(2**29)")
    assert result == "a\nkilled: more than 256 MB of memory"


async def test_time_is_limited_and_what_was_printed_before_is_kept(
    code_runner: CodeRunner,
) -> None:
    code = "print('before', flush=True)\nwhile True: pass"
    assert await code_runner.run_python_code(CALL, code) == "before\ntimed out after 20 s"


async def test_time_is_limited_where_the_output_was_closed(
    code_runner: CodeRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(container, "SECONDS", 3)
    code = "import os, time\nos.close(1), os.close(2)\ntime.sleep(60)"
    assert "timed out" in await code_runner.run_python_code(CALL, code)


@pytest.mark.skipif((os.cpu_count() or 1) < 2, reason="one processor is the limit")
async def test_one_processor_is_left_to_the_rest(code_runner: CodeRunner) -> None:
    result = await code_runner.run_python_code(
        CALL,
        """
import os, time
begin = time.monotonic()
for _ in range(4):
    if os.fork() == 0:
        while time.monotonic() - begin < 3: pass
        os._exit(0)
for _ in range(4):
    os.wait()
times = os.times()
(times.children_user + times.children_system) / (time.monotonic() - begin)
""",
    )
    # The kernel's quota, in slices of 100 ms; without it this is the number of processors.
    assert float(result) < 1.3


async def test_processor_time_ends_without_the_agent(code_runner: CodeRunner) -> None:
    code = "import resource; resource.getrlimit(resource.RLIMIT_CPU)"
    assert await code_runner.run_python_code(CALL, code) == "(25, 25)"


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
async def test_a_flood_of_output_is_ended(code_runner: CodeRunner, stream: str) -> None:
    code = f"import sys\nwhile True: sys.{stream}.write('x' * 1000)"
    result = await code_runner.run_python_code(CALL, code)
    assert result.startswith("xxx")
    assert "output was cut" in result
    assert len(result) < 2 * container.KEPT_OUTPUT + 200


async def test_an_error_behind_a_long_output_is_kept(code_runner: CodeRunner) -> None:
    code = "print('first')\nfor n in range(50_000): print('line', n)\nraise ValueError('the end')"
    result = await code_runner.run_python_code(CALL, code)
    assert result.startswith("first\nline 0\n")
    assert result.endswith("ValueError: the end\nexit code 1")
    assert "lines left out" in result


async def test_no_privileges(code_runner: CodeRunner) -> None:
    result = await attack(
        code_runner,
        """
import ctypes, os, stat
status = dict(line.split(":", 1) for line in open("/proc/self/status"))
print("uids", {*os.getresuid(), *os.getresgid(), *os.getgroups()})
print("caps", {int(value, 16) for name, value in status.items() if name.startswith("Cap")})
print("no_new_privs", status["NoNewPrivs"].strip(), "seccomp", status["Seccomp"].strip())
special = []
for path, _, names in os.walk("/"):
    if not path.startswith(("/proc", "/sys")):
        for name in names:
            mode = os.lstat(os.path.join(path, name)).st_mode
            if stat.S_ISREG(mode) and mode & (stat.S_ISUID | stat.S_ISGID):
                special.append(name)
print("setuid", special)
attempt(os.setuid, 0)
attempt(os.chroot, "/tmp")
attempt(os.mknod, "/tmp/disk", 0o600 | stat.S_IFBLK, os.makedev(254, 0))
libc = ctypes.CDLL(None, use_errno=True)
def call(name, *arguments):
    if getattr(libc, name)(*arguments):
        raise OSError(ctypes.get_errno(), name)
attempt(call, "unshare", 0x10000000)
attempt(call, "mount", b"none", b"/tmp", b"tmpfs", 0, None)
attempt(call, "umount", b"/tmp")
""",
    )
    assert "uids {65532}" in result
    assert "caps {0}" in result
    assert "no_new_privs 1 seccomp 2" in result
    assert "setuid []" in result
    assert result.count("[Errno 1]") == 6


async def test_the_kernel_cannot_be_told_anything(code_runner: CodeRunner) -> None:
    result = await attack(
        code_runner,
        """
paths = ["/proc/sysrq-trigger", "/proc/sys/kernel/core_pattern", "/proc/sys/kernel/hostname",
         "/proc/sys/vm/drop_caches", "/proc/kcore", "/sys/power/state",
         "/sys/kernel/uevent_helper", "/sys/fs/cgroup/memory/memory.limit_in_bytes",
         "/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/cgroup.procs"]
for path in paths:
    attempt(open, path, "r+")
""",
    )
    assert len(result.splitlines()) == 10


async def test_nothing_of_the_host_is_there(
    code_runner: CodeRunner, engine: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TWIN_SECRET", "hunter2")
    proxies = {"default": {"httpProxy": "http://proxy.invalid:3128"}}
    (tmp_path / "config.json").write_text(json.dumps({"proxies": proxies}))
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    result = await attack(
        code_runner,
        f"""
import os, socket, stat
for path in ("/var/run/docker.sock", "/run/docker.sock", {engine.removeprefix("unix://")!r},
             {str(tmp_path)!r}, {str(BUILD)!r}, "/dev/mem", "/dev/kmsg", "/dev/vda", "/dev/sda"):
    attempt(os.stat, path)
nodes = [name for name in os.listdir("/dev") if stat.S_ISBLK(os.lstat("/dev/" + name).st_mode)]
print("disks", nodes)
processes = [open(f"/proc/{{pid}}/comm").read().strip() for pid in os.listdir("/proc")
             if pid.isdigit()]
print("processes", sorted(processes))
print(socket.gethostname(), os.getcwd(), sorted(os.environ))
""",
    )
    # The image's own /root keeps the sandbox's user from looking for a checkout below it.
    assert result.count("FileNotFoundError") + result.count("PermissionError") == 9
    assert "disks []" in result
    assert "processes ['docker-init', 'python3']" in result
    assert result.endswith("sandbox /tmp ['HOME', 'HOSTNAME', 'LANG', 'PATH']")


async def test_the_engine_was_told_every_limit_and_cancelling_leaves_nothing(
    code_runner: CodeRunner, client: docker.DockerClient
) -> None:
    running = asyncio.create_task(code_runner.run_python_code(CALL, "import time; time.sleep(60)"))
    found = await started(client, running)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert containers(client) == []
    host, config = found.attrs["HostConfig"], found.attrs["Config"]
    assert found.attrs["Mounts"] == []
    expected = {
        "NetworkMode": "none",
        "ReadonlyRootfs": True,
        "CapDrop": ["ALL"],
        "CapAdd": None,
        "Privileged": False,
        "SecurityOpt": ["no-new-privileges:true"],
        "Memory": 256 * 2**20,
        "MemorySwap": 256 * 2**20,
        "NanoCpus": 10**9,
        "PidsLimit": 64,
        "Init": True,
        "IpcMode": "private",
        "PidMode": "",
        "Binds": None,
        "Devices": None,
        "ShmSize": 16 * 2**20,
        "LogConfig": {"Type": "none", "Config": {}},
        "Tmpfs": {"/tmp": "rw,noexec,nosuid,nodev,size=64m,mode=1777"},
        "Runtime": "runsc" if "runsc" in client.info()["Runtimes"] else "runc",
    }
    assert {name: host[name] for name in expected} == expected
    assert (config["User"], config["Hostname"]) == ("65532:65532", "sandbox")


async def test_runs_do_not_see_each_other(code_runner: CodeRunner) -> None:
    code = "import os, time\nopen('x', 'a').write('x')\ntime.sleep(1)\nos.path.getsize('x')"
    results = await asyncio.gather(*(code_runner.run_python_code(CALL, code) for _ in range(3)))
    assert results == ["1", "1", "1"]


async def test_leftovers_of_a_killed_agent_are_removed(
    code_runner: CodeRunner, client: docker.DockerClient, image: str
) -> None:
    client.containers.run(
        image, entrypoint="sleep", command="600", labels={LABEL: ""}, detach=True, init=True
    )
    assert await code_runner.unavailable() is None
    # A young one may be in use by another agent.
    assert len(containers(client)) == 1
    assert remove_leftovers(older_than=0) == 1
    assert containers(client) == []


async def test_a_container_that_cannot_start_is_removed(
    code_runner: CodeRunner, client: docker.DockerClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(container.LIMITS, "user", "no-such-user")
    with pytest.raises(ToolError, match=r"Docker refused: .*no-such-user"):
        await code_runner.run_python_code(CALL, "1")
    assert containers(client) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can take another user's place")
async def test_a_user_who_may_not_use_docker_is_told_how(code_runner: CodeRunner) -> None:
    os.seteuid(65534)
    try:
        missing = await code_runner.unavailable()
    finally:
        os.seteuid(0)
    assert "usermod -aG docker" in (missing or "")


async def test_a_missing_image_names_the_command_that_builds_it(
    engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_HOST", engine)
    resources: Any = SimpleNamespace(settings=Settings(code_runner_image="twin-none"))
    toolset = CodeRunner(resources)
    assert f"sudo {BUILD} twin-none" in (await toolset.unavailable() or "")
    with pytest.raises(ToolError, match="build it: sudo"):
        await toolset.run_python_code(CALL, "1")


@pytest.fixture
async def helped(
    engine: str, image: str, client: docker.DockerClient, tmp_path: Path
) -> AsyncIterator[CodeRunner]:
    """An agent that has no engine, and a helper that has."""
    path = tmp_path / "socket"
    with helper(path, DOCKER_HOST=engine, CODE_RUNNER_IMAGE=image):
        resources: Any = SimpleNamespace(settings=Settings(helper_socket=path))
        yield CodeRunner(resources)
    assert containers(client) == []


async def test_a_helper_runs_code_with_the_same_limits(helped: CodeRunner) -> None:
    assert await helped.unavailable() is None
    told: list[str] = []
    call: Any = SimpleNamespace(progress=told.append)
    assert (
        await helped.run_python_code(call, "```python\n'grüße 日本 🙂'\n```") == "'grüße 日本 🙂'"
    )
    assert told == ["Running Python code"]
    result = await attack(
        helped, "import socket\nattempt(socket.create_connection, ('127.0.0.1', 22), 2)"
    )
    assert "refused" in result
    limits = "import os; (os.getuid(), os.access('/', os.W_OK), os.listdir('/sys/class/net'))"
    assert await helped.run_python_code(CALL, limits) == "(65532, False, ['lo'])"
    assert "MB of memory" in await helped.run_python_code(CALL, "bytearray(2**29)")
    flood = await helped.run_python_code(CALL, "while True: print('\xff' * 1000)")
    assert "output was cut" in flood
    with pytest.raises(ToolError, match="longer than"):
        await helped.run_python_code(CALL, "\x01" * (2**20 + 1))


async def test_a_helper_removes_the_container_of_a_call_that_is_cancelled(
    helped: CodeRunner, client: docker.DockerClient
) -> None:
    running = asyncio.create_task(helped.run_python_code(CALL, "import time; time.sleep(60)"))
    await started(client, running)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert containers(client) == []


async def test_a_helper_removes_the_container_of_an_agent_that_was_killed(
    helped: CodeRunner, client: docker.DockerClient, tmp_path: Path
) -> None:
    with socket.socket(socket.AF_UNIX) as killed:
        killed.connect(str(tmp_path / "socket"))
        call = {"call": "run_python_code", "arguments": {"code": "import time; time.sleep(60)"}}
        killed.sendall(json.dumps(call).encode() + b"\n")
        await until(lambda: containers(client))
    await until(lambda: not containers(client))


async def test_a_helper_that_ends_leaves_no_container(
    engine: str, image: str, client: docker.DockerClient, tmp_path: Path
) -> None:
    path = tmp_path / "socket"
    resources: Any = SimpleNamespace(settings=Settings(helper_socket=path))
    with helper(path, DOCKER_HOST=engine, CODE_RUNNER_IMAGE=image):
        code = CodeRunner(resources).run_python_code(CALL, "import time; time.sleep(60)")
        running = asyncio.create_task(code)
        await started(client, running)
    assert containers(client) == []
    with pytest.raises(ToolError, match="The helper ended before the call was done"):
        await running
