"""Reports a playbook's run: lines while it runs, a text at its end."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from pipecatapp.text.invisible import visible
from pipecatapp.text.shortening import shortened
from pipecatapp.text.telling import is_short, last_lines, output_block, without_fences
from pipecatapp.tools.tool import LONGEST_RESULT, ToolError

MOST_FAILURES = 5
LONGEST_MESSAGE = 400
LONGEST_LINE = 160
RECAP = {
    "tasks ok": "ok",
    "changed something": "changed",
    "failed": "failures",
    "unreachable": "dark",
    "skipped": "skipped",
}
"""The recap's words and Ansible's keys for them; a small model takes bare numbers for hosts."""

SUDO_REMEDY = (
    "sudo wants a password. To allow it without one, run this there as the user that Ansible works "
    'as: echo "$USER ALL=(ALL) NOPASSWD: ALL" | sudo tee /etc/sudoers.d/ansible'
)
NO_ROOT = (
    "Ansible may not become root here: run this playbook yourself, as a user who has sudo, on the "
    "machine that set up the cluster"
)
NO_LOGIN = (
    "Ansible has no key here that this machine accepts, or does not know its host key: run this "
    "playbook yourself, on the machine that set up the cluster"
)
_NO_ROOT = re.compile(r"no new privileges")
_NO_LOGIN = re.compile(r"Permission denied \(|Host key verification failed")
_SUDO = re.compile(
    r"sudo password|sudo: a password is required|a terminal is required|privilege escalation prompt"
)
REMEDIES = ((_SUDO, SUDO_REMEDY), (_NO_ROOT, NO_ROOT), (_NO_LOGIN, NO_LOGIN))
_COUNTS = f", {next(iter(RECAP))}: "
_FAILED = {"runner_on_failed": "failed", "runner_on_unreachable": "unreachable"}
_SAID = {"error", "output"}


class RunReport:
    """Collects the events of a run.

    Args:
        name: The name of the playbook.
        check: Whether it is a dry run.
    """

    def __init__(self, name: str, check: bool) -> None:
        self._name = f"{name} (dry run)" if check else name
        self._check = check
        self._plays = self._tasks = 0
        self._task = ""
        self._failures: list[str] = []
        self._said: list[str] = []
        self._recap: dict[str, dict[str, int]] = {}
        self._complete = False

    def take(self, event: dict[str, Any]) -> Iterator[str]:
        """Take an event of ansible-runner; yield the lines, if any, that report it."""
        kind, data = str(event.get("event")), event.get("event_data") or {}
        if kind == "playbook_on_play_start":
            self._plays += 1
            yield _cut(f"play {self._plays}: {clean(data.get('name'))}", LONGEST_LINE)
        elif kind == "playbook_on_task_start":
            self._tasks += 1
            self._task = clean(data.get("name"))
            yield _cut(f"task {self._tasks}: {self._task}", LONGEST_LINE)
        elif kind in _FAILED and not data.get("ignore_errors"):
            failure = f"{data.get('host')} {_FAILED[kind]} at {self._where(data)}"
            message = _on_one_line(_message(data.get("res")))
            self._failures.append(f"{failure}: {message}")
            yield _cut(self._failures[-1], LONGEST_LINE)
        elif kind == "playbook_on_stats":
            self._complete = True
            self._recap = {word: data.get(key) or {} for word, key in RECAP.items()}
        elif kind in _SAID:
            self._said.append(clean(event.get("stdout")))

    def ended(self, status: int) -> str:
        """Return the result of a run that ended by itself.

        Args:
            status: The exit status.

        Raises:
            ToolError: No play began.
        """
        if status and not self._plays:
            said = " ".join(filter(None, self._said)) or f"exit status {status}"
            raise ToolError(f"{self._name} cannot start: {_on_one_line(said)}")
        if not status:
            # The failed tasks were rescued, or their hosts were allowed to be unreachable.
            self._failures = [f"passed over: {failure}" for failure in self._failures]
        return self._text("failed" if status else "succeeded")

    def timed_out(self, minutes: int) -> str:
        """Return the result of a run that was ended because it took too long."""
        return self._text(f"was ended after {minutes} minutes, at task {self._tasks}: {self._task}")

    def _text(self, outcome: str) -> str:
        lines = [f"{self._name} {outcome}."]
        if self._check:
            lines.append("This was a dry run: nothing was changed; changed counts what would be.")
        lines += self._hosts()
        lines += self._failures[:MOST_FAILURES]
        if len(self._failures) > MOST_FAILURES:
            lines.append(f"and {len(self._failures) - MOST_FAILURES} more failures")
        if not self._complete:
            lines += [_on_one_line(said) for said in self._said[-2:] if said]
        for sign, remedy in REMEDIES:
            if any(sign.search(failure) for failure in self._failures):
                lines.append(remedy)
        return shortened("\n".join(lines), LONGEST_RESULT)

    def _hosts(self) -> Iterable[str]:
        hosts = sorted({host for counts in self._recap.values() for host in counts})
        if self._complete and not hosts:
            yield "It ran on no host: the inventory has none that its plays name."
        for host in hosts:
            counts = (f"{word}: {self._recap[word].get(host, 0)}" for word in self._recap)
            yield f"{host}, {', '.join(counts)}"

    def _where(self, data: dict[str, Any]) -> str:
        return f'"{_cut(clean(data.get("task")) or self._task, LONGEST_LINE)}"'


def clean(text: object) -> str:
    """Return text on one line, without what nobody sees."""
    return " ".join(visible(str(text or "")).split())


def told_run(result: str) -> str:
    """Return what is said of a run: how it went and what failed; the hosts' counts are shown."""
    if is_short(result):
        return without_fences(result)
    ended, *lines = without_fences(result).splitlines()
    rest = "\n".join(line for line in lines if _COUNTS not in line)
    said = f"{ended} {last_lines(rest)}" if rest else ended
    return f"{said}\n{output_block(result)}"


def _on_one_line(text: str) -> str:
    """Return a message without its middle, if that is too long: its end says what is wrong."""
    return " ".join(shortened(clean(text), LONGEST_MESSAGE).split())


def _message(result: object) -> str:
    """Return what a task's result says about its failure; `no_log` results are censored."""
    if not isinstance(result, dict):
        return "it did not say why"
    items = [item for item in result.get("results") or [] if isinstance(item, dict)]
    failed = [_message(item) for item in items if item.get("failed") or item.get("unreachable")]
    if failed:
        return "; ".join(dict.fromkeys(failed))
    parts = (result.get(key) for key in ("censored", "msg", "stderr", "module_stderr"))
    said = list(dict.fromkeys(str(part).strip() for part in parts if part))
    return ": ".join(said) or "it did not say why"


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 3] + "..."
