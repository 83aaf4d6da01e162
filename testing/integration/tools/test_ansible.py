"""Real playbooks, run by the ansible-playbook of this virtual environment."""

import asyncio
import os
import tempfile
from collections.abc import Coroutine, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import dedent, indent
from types import SimpleNamespace
from typing import Any

import psutil
import pytest

from pipecatapp.settings import Settings
from pipecatapp.tools import ansible
from pipecatapp.tools.ansible import Ansible
from pipecatapp.tools.execution.tool_definition import Tool, tools_of
from pipecatapp.tools.tool import Call, ToolError

from .helper_process import helper

SECRET = "a-secret-of-the-agent"  # pragma: allowlist secret


@dataclass
class Playbooks:
    """A directory of playbooks, and the tool that runs them."""

    directory: Path
    toolset: Ansible
    lines: list[str] = field(default_factory=list)
    told: asyncio.Queue[str] = field(default_factory=asyncio.Queue)

    @property
    def tool(self) -> Tool:
        (tool,) = tools_of(self.toolset)
        return tool

    def write(self, name: str, tasks: str, hosts: str = "all", keys: str = "") -> None:
        play = f"- name: The {name} play\n  hosts: {hosts}\n  gather_facts: false\n"
        keys = indent(dedent(keys), "  ")
        tasks = indent(dedent(tasks), "    ")
        (self.directory / f"{name}.yaml").write_text(f"{play}{keys}  tasks:\n{tasks}")

    def run(self, name: str, check: bool = False) -> Coroutine[Any, Any, str]:
        conversation: Any = SimpleNamespace(id="a")
        call = Call(conversation=conversation, progress=self.progress)
        return self.tool.run(call, {"playbook": name, "check": check})

    def progress(self, line: str) -> None:
        asyncio.get_running_loop()
        self.lines.append(line)
        self.told.put_nowait(line)


@pytest.fixture
def playbooks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Playbooks:
    temporary = tmp_path / "temporary"
    directory = tmp_path / "repository"
    temporary.mkdir()
    directory.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    monkeypatch.setenv("HOME", str(tmp_path))
    resources: Any = SimpleNamespace(settings=Settings(home=tmp_path, playbooks=directory))
    return Playbooks(directory, Ansible(resources))


@pytest.fixture(autouse=True)
def nothing_left(playbooks: Playbooks, tmp_path: Path) -> Any:
    # Agents of other tests may be running.
    earlier = below(os.getpid())
    yield
    assert list((tmp_path / "temporary").iterdir()) == []
    assert list(tmp_path.glob(".ansible/tmp/*")) == []
    assert [process for process in below(os.getpid()) if process not in earlier] == []


def below(pid: int) -> list[psutil.Process]:
    return psutil.Process(pid).children(recursive=True)


async def test_it_is_offered_where_there_are_playbooks(playbooks: Playbooks) -> None:
    assert str(playbooks.directory) in str(await playbooks.toolset.unavailable())
    playbooks.write("heal_cluster", "- ansible.builtin.ping:\n")
    assert await playbooks.toolset.unavailable() is None
    assert playbooks.tool.name == "ansible.run_playbook"
    assert playbooks.tool.sensitive


MAKE = """\
- name: make a file
  ansible.builtin.copy:
    content: made
    dest: "{{ playbook_dir }}/made"
    mode: "0600"
- name: look at it
  ansible.builtin.command: cat made
  args:
    chdir: "{{ playbook_dir }}"
  check_mode: false
  changed_when: false
  when: not ansible_check_mode
"""


async def test_a_playbook_is_run_by_its_spoken_name(playbooks: Playbooks) -> None:
    playbooks.write("make_file", MAKE)
    result = await playbooks.run("make file")
    assert (playbooks.directory / "made").read_text() == "made"
    assert result.splitlines() == [
        "make_file.yaml succeeded.",
        "localhost, tasks ok: 2, changed something: 1, failed: 0, unreachable: 0, skipped: 0",
    ]


async def test_a_dry_run_changes_nothing_and_says_so(playbooks: Playbooks) -> None:
    playbooks.write("make_file", MAKE)
    result = await playbooks.run("make_file.yaml", check=True)
    assert not (playbooks.directory / "made").exists()
    assert "dry run: nothing was changed" in result
    assert "changed something: 1" in result
    assert "skipped: 1" in result


async def test_a_failing_task_is_a_result(playbooks: Playbooks) -> None:
    playbooks.write(
        "broken",
        """\
        - name: try in vain
          ansible.builtin.command: "false"
          ignore_errors: true
        - name: count
          ansible.builtin.command: sh -c "echo 'number {{ item }} is wrong' >&2; exit {{ item }}"
          loop: [0, 7]
        - name: never
          ansible.builtin.ping:
        """,
    )
    result = await playbooks.run("broken")
    assert result.startswith("broken.yaml failed.")
    assert "localhost, tasks ok: 1, changed something: 1, failed: 1," in result
    assert 'localhost failed at "count": non-zero return code: number 7 is wrong' in result
    assert "try in vain" not in result
    assert "task 3" not in "\n".join(playbooks.lines)
    assert any('failed at "count"' in line for line in playbooks.lines)


async def test_a_failure_that_was_seen_to_is_no_failure(playbooks: Playbooks) -> None:
    playbooks.write(
        "rescued",
        """\
        - name: try
          block:
            - name: stumble
              ansible.builtin.fail: {msg: "\\x1b[31mouch"}
          rescue:
            - name: mend
              ansible.builtin.ping:
        """,
    )
    result = await playbooks.run("rescued")
    assert result.startswith("rescued.yaml succeeded.")
    assert 'passed over: localhost failed at "stumble": ouch' in result


async def test_what_is_not_to_be_logged_is_not_told(playbooks: Playbooks) -> None:
    playbooks.write(
        "quiet",
        """\
        - name: log in
          ansible.builtin.command: sh -c "echo hunter2; echo hunter2 >&2; exit 1"
          no_log: true
          ignore_errors: true
        - name: log in everywhere
          ansible.builtin.command: sh -c "echo {{ item }} >&2; exit 1"
          loop: [hunter2]
          no_log: true
        """,
    )
    result = await playbooks.run("quiet")
    assert "no_log" in result
    assert "hunter2" not in result + "".join(playbooks.lines)


async def test_tasks_are_told_in_order_as_they_begin(playbooks: Playbooks) -> None:
    # The second task waits for what this test does once it hears of the task.
    playbooks.write(
        "slow",
        """\
        - name: first
          ansible.builtin.ping:
        - name: "{{ 'second' }}"
          ansible.builtin.wait_for:
            path: "{{ playbook_dir }}/go"
            sleep: 1
            timeout: 60
        """,
    )
    run = asyncio.create_task(playbooks.run("slow"))
    expected = ["play 1: The slow play", "task 1: first", "task 2: second"]
    assert [await asyncio.wait_for(playbooks.told.get(), 60) for _ in expected] == expected
    assert not run.done()
    (playbooks.directory / "go").touch()
    assert "succeeded" in await run
    assert playbooks.lines == expected


SLEEP = """\
- name: sleep
  ansible.builtin.shell: |
    trap '' TERM
    echo $$ > "{{ playbook_dir }}/pid"
    while true; do sleep 600; done
"""


async def sleeper(playbooks: Playbooks) -> psutil.Process:
    """Return the process that a playbook started, once it is there."""
    pipe = playbooks.directory / "pid"
    os.mkfifo(pipe)
    # Open for both ways, so that it does not count as ended before its writer is there.
    descriptor = os.open(pipe, os.O_RDWR | os.O_NONBLOCK)
    written, loop = asyncio.Event(), asyncio.get_running_loop()
    loop.add_reader(descriptor, written.set)
    try:
        await asyncio.wait_for(written.wait(), 60)
        return psutil.Process(int(os.read(descriptor, 100)))
    finally:
        loop.remove_reader(descriptor)
        os.close(descriptor)


async def assert_cancelling_ends_all(playbooks: Playbooks) -> None:
    playbooks.write("forever", SLEEP)
    earlier = below(os.getpid())
    run = asyncio.create_task(playbooks.run("forever"))
    process = await sleeper(playbooks)
    everything = [child for child in below(os.getpid()) if child not in earlier]
    assert process in everything
    run.cancel()
    with pytest.raises(asyncio.CancelledError):
        await run
    assert [p for p in everything if p.is_running() and p.status() != "zombie"] == []


async def test_a_cancelled_run_ends_with_all_its_children(playbooks: Playbooks) -> None:
    await assert_cancelling_ends_all(playbooks)


async def test_a_run_that_takes_too_long_is_ended(
    playbooks: Playbooks, monkeypatch: pytest.MonkeyPatch
) -> None:
    playbooks.write("forever", SLEEP)
    monkeypatch.setattr(ansible, "LONGEST_SECONDS", 8)
    run = asyncio.create_task(playbooks.run("forever"))
    process = await sleeper(playbooks)
    assert "was ended after 0 minutes, at task 1: sleep" in await run
    assert not process.is_running() or process.status() == "zombie"


async def test_a_playbook_learns_nothing_of_the_agents_environment(
    playbooks: Playbooks, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("PIPECAT_API_KEYS", "SSH_AUTH_SOCK", "ANSIBLE_BECOME_ASK_PASS", "MY_TOKEN"):
        monkeypatch.setenv(name, SECRET)
    playbooks.write(
        "look",
        """\
        - name: see the environment
          ansible.builtin.shell: >-
            tr '\\0' '\\n' < /proc/self/environ > {{ playbook_dir }}/seen;
            tr '\\0' '\\n' < /proc/$PPID/environ >> {{ playbook_dir }}/seen
        - name: see the controller's
          ansible.builtin.copy:
            content: "{{ query('ansible.builtin.pipe', 'env') | join }}"
            dest: "{{ playbook_dir }}/controller"
            mode: "0600"
        """,
    )
    assert "succeeded" in await playbooks.run("look")
    for name in ("seen", "controller"):
        seen = (playbooks.directory / name).read_text()
        assert SECRET not in seen
        assert "PATH=" in seen
    controller = (playbooks.directory / "controller").read_text()
    assert "SSH_AUTH_SOCK" not in controller
    assert "ANSIBLE_HOST_KEY_CHECKING" not in controller


async def test_a_question_is_not_waited_for(playbooks: Playbooks) -> None:
    (playbooks.directory / "ansible.cfg").write_text("[privilege_escalation]\nbecome_ask_pass=1\n")
    playbooks.write(
        "ask",
        """\
        - name: wait for somebody
          ansible.builtin.pause:
            prompt: Press a key
        - name: read
          ansible.builtin.shell: cat; cat < /dev/tty
        """,
        keys="vars_prompt: [{name: answer, prompt: Who are you, default: nobody}]\n",
    )
    result = await playbooks.run("ask")
    assert 'failed at "read"' in result
    assert "/dev/tty" in result


async def test_a_password_for_sudo_has_a_remedy(playbooks: Playbooks) -> None:
    # Ansible asks sudo for nothing to become who runs it already.
    other = "nobody" if os.geteuid() == 0 else "root"
    sudo = playbooks.directory / "sudo"
    sudo.write_text("#!/bin/sh\necho 'sudo: a password is required' >&2\nexit 1\n")
    sudo.chmod(0o700)
    playbooks.write(
        "rooted",
        "- name: be root\n  ansible.builtin.command: id\n",
        keys=f"""\
        become: true
        become_user: {other}
        vars: {{ansible_become_exe: "{{{{ playbook_dir }}}}/sudo"}}
        """,
    )
    result = await playbooks.run("rooted")
    assert "failed" in result
    assert "sudo tee /etc/sudoers.d/ansible" in result


INVENTORY = "[machines]\nbox ansible_connection=local\n"


@pytest.mark.parametrize("through", ["local_inventory.ini", "hosts.ini"])
async def test_the_inventory_of_the_directory_counts(playbooks: Playbooks, through: str) -> None:
    (playbooks.directory / through).write_text(INVENTORY)
    (playbooks.directory / "ansible.cfg").write_text(
        "[defaults]\ninterpreter_python=auto_silent\n"
        + ("inventory=hosts.ini\n" if through == "hosts.ini" else "")
    )
    playbooks.write("ping", "- ansible.builtin.ping:\n", hosts="machines")
    assert "box, tasks ok: 1," in await playbooks.run("ping")


async def test_an_unreachable_host_is_told(playbooks: Playbooks) -> None:
    (playbooks.directory / "inventory.yaml").write_text(
        "all: {hosts: {lost: {ansible_host: 127.0.0.1, ansible_port: 1}}}\n"
    )
    playbooks.write("ping", "- ansible.builtin.ping:\n")
    result = await playbooks.run("ping")
    assert "ping.yaml failed." in result
    assert "unreachable: 1" in result
    assert "lost unreachable at" in result


async def test_a_play_for_no_host_is_told(playbooks: Playbooks) -> None:
    playbooks.write("ping", "- ansible.builtin.ping:\n", hosts="nowhere")
    assert "It ran on no host" in await playbooks.run("ping")


async def test_a_playbook_that_ansible_refuses_cannot_start(playbooks: Playbooks) -> None:
    playbooks.write("odd", "- name: odd\n  no_such_module:\n")
    with pytest.raises(ToolError, match=r"odd\.yaml cannot start: .*no_such_module"):
        await playbooks.run("odd")


@pytest.mark.parametrize("name", ["nothing", "../make_file", "out", "--list-hosts make_file.yaml"])
async def test_nothing_else_is_run(playbooks: Playbooks, name: str) -> None:
    playbooks.write("make_file", MAKE)
    outside = playbooks.directory.parent / "make_file.yaml"
    outside.write_text((playbooks.directory / "make_file.yaml").read_text())
    (playbooks.directory / "out.yaml").symlink_to(outside)
    with pytest.raises(ToolError, match=r"there are: make_file\.yaml$"):
        await playbooks.run(name)
    assert playbooks.lines == []


async def test_speech_goes_on_meanwhile(playbooks: Playbooks) -> None:
    playbooks.write("pings", "- ansible.builtin.ping:\n")
    task, turns = asyncio.create_task(playbooks.run("pings")), 0
    while not task.done():
        await asyncio.wait([task], timeout=0.01)
        turns += 1
    assert "succeeded" in task.result()
    assert turns > 1


@pytest.fixture
def helped(playbooks: Playbooks, tmp_path: Path) -> Iterator[Playbooks]:
    """An agent that knows no playbooks, and a helper that does."""
    path = tmp_path / "socket"
    resources: Any = SimpleNamespace(settings=Settings(helper_socket=path, playbooks=tmp_path))
    temporary, home = tmp_path / "temporary", tmp_path
    with helper(path, PIPECATAPP_PLAYBOOKS=playbooks.directory, TMPDIR=temporary, HOME=home):
        yield Playbooks(playbooks.directory, Ansible(resources))


async def test_a_helper_runs_playbooks_of_its_own_directory(helped: Playbooks) -> None:
    assert str(helped.directory) in str(await helped.toolset.unavailable())
    helped.write("make_file", MAKE)
    assert await helped.toolset.unavailable() is None
    assert "dry run: nothing was changed" in await helped.run("make file", check=True)
    assert not (helped.directory / "made").exists()
    helped.lines.clear()
    assert (await helped.run("make file")).startswith("make_file.yaml succeeded.")
    assert (helped.directory / "made").read_text() == "made"
    expected = ["play 1: The make_file play", "task 1: make a file", "task 2: look at it"]
    assert helped.lines == expected
    with pytest.raises(ToolError, match=r"there are: make_file\.yaml$"):
        await helped.run("../make_file")


async def test_a_helper_ends_a_cancelled_run_with_all_its_children(helped: Playbooks) -> None:
    await assert_cancelling_ends_all(helped)


@pytest.mark.parametrize(
    ("said", "remedy"),
    [
        ('sudo: The "no new privileges" flag is set', "may not become root here"),
        ("me@node1: Permission denied (publickey).", "has no key here"),
        ("Host key verification failed.", "has no key here"),
    ],
)
async def test_what_a_helper_may_not_has_a_remedy(
    playbooks: Playbooks, said: str, remedy: str
) -> None:
    playbooks.write("refused", f"- name: try\n  ansible.builtin.fail: {{msg: '{said}'}}\n")
    assert remedy in await playbooks.run("refused")
