"""New secrets for a cluster that goes on: the old ones are refused, and nothing is forgotten."""

import os
import shutil
import signal
import ssl
import subprocess
import urllib.error
import urllib.request
from pathlib import Path

from testing.cluster import access, talk, usage
from testing.cluster.shell import ClusterError
from testing.cluster.trial import REPOSITORY, Trial, unchanged

PLAYBOOK = "rotate_keys.yaml"
APIS = (("consul", 8501, "X-Consul-Token"), ("nomad", 4646, "X-Nomad-Token"))
MOMENTS = (
    "secret_rotation : Have new tokens and gossip keys accepted",
    "nomad : Write the configuration",
    "secret_rotation : Trust the new authorities alone",
)
"""Tasks at which a rotation is killed: new beside old, half of it in use, the old half refused."""
TRY_KEY = (
    "umask 077; file=$(mktemp); cat >$file; ssh -i $file -o IdentitiesOnly=yes -o BatchMode=yes "
    "-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null twin-remote@127.0.0.1 id -un; "
    "rm $file"
)


def rotate(trial: Trial) -> None:
    """Replace all but the authorities."""
    old = _before(trial)
    trial.play(PLAYBOOK)
    _after(trial, old, authorities=False)


def rotate_all(trial: Trial) -> None:
    """Replace the authorities too, killed at several moments and gone on with."""
    old = _before(trial)
    for moment in MOMENTS:
        killed_at(trial, moment, "-e", "rotate=all")
        usage.remembers(trial)
    trial.play(PLAYBOOK)  # what was begun is recorded
    _after(trial, old, authorities=True)


def killed_at(trial: Trial, task: str, *words: str) -> None:
    """Rotate, and kill Ansible with all its processes when it comes to a task."""
    with subprocess.Popen(
        [*trial.playbook, "-i", str(trial.cluster.inventory), PLAYBOOK, *words],
        cwd=REPOSITORY,
        env=trial.environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            print(line, end="", flush=True)
            if line.startswith(f"TASK [{task}]"):
                os.killpg(process.pid, signal.SIGKILL)
                print(f"\nkilled at: {task}")
                return
    raise ClusterError(f"{PLAYBOOK} never came to the task {task}")


def _before(trial: Trial) -> Path:
    """Have something to remember, and return a copy of the credentials of before."""
    if not trial.key:
        trial.key = talk.new_key(trial.cluster, "rotation")
        words = "Please remember that the bins go out on Tuesday."
        talk.ask(trial.reachable()[-1], trial.key, words)
    old = trial.cluster.directory / "credentials-before"
    shutil.rmtree(old, ignore_errors=True)
    shutil.copytree(trial.credentials, old)
    return old


def _after(trial: Trial, old: Path, *, authorities: bool) -> None:
    """See that what was replaced is refused, that all works, and that there is nothing to do."""
    new = trial.credentials
    for kind, port, header in APIS:
        for token in sorted(old.glob(f"{kind}_*.token")):
            for directory, wanted in ((old, False), (new, True)):
                secret = (directory / token.name).read_text().strip()
                if _token_serves(trial, port, header, secret) is not wanted:
                    raise ClusterError(f"{directory / token.name}: serves is not {wanted}")
        if authorities and _answers(trial, port, old):
            raise ClusterError(f"{kind} accepts a certificate of the old authority")
    if left := [name for name in ("next", "old", "revoked") if (new / name).exists()]:
        raise ClusterError(f"left in the credentials: {left}")
    for directory, wanted in ((old, False), (new, True)):
        if _key_serves(trial, directory / "helper_ssh.key") is not wanted:
            raise ClusterError(f"{directory / 'helper_ssh.key'}: serves is not {wanted}")
    trial.type("nomad", "node", "status")
    usage.remembers(trial)
    talk.wait(lambda: all(map(talk.healthy, trial.cluster.nodes)), 60, "healthy everywhere")
    unchanged(trial.play("playbook.yaml"))
    shutil.rmtree(old)


def _token_serves(trial: Trial, port: int, header: str, secret: str) -> bool:
    """Tell whether a token is known, asked with the certificates that hold now."""
    url = f"https://{trial.cluster.nodes[0].address}:{port}/v1/acl/token/self"
    request = urllib.request.Request(url, headers={header: secret})
    try:
        with urllib.request.urlopen(request, timeout=10, context=_context(trial.credentials)):
            return True
    except urllib.error.HTTPError as error:
        if error.code not in (401, 403, 404):
            raise
        return False


def _answers(trial: Trial, port: int, directory: Path) -> bool:
    """Tell whether a server answers who shows the certificate of a directory."""
    context = _context(directory)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    url = f"https://{trial.cluster.nodes[0].address}:{port}/v1/status/leader"
    try:
        with urllib.request.urlopen(url, timeout=10, context=context):
            return True
    except OSError:
        return False


def _context(directory: Path) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=str(directory / "ca.pem"))
    context.load_cert_chain(directory / "cli.pem", directory / "cli.key")
    return context


def _key_serves(trial: Trial, key: Path) -> bool:
    """Tell whether a key of the tools logs in on a node, tried from there."""
    words = access.ssh(trial.cluster, trial.cluster.nodes[0], TRY_KEY)
    done = subprocess.run(words, input=key.read_bytes(), capture_output=True, timeout=60)
    return done.stdout.strip() == b"twin-remote"
