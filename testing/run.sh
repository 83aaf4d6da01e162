#!/usr/bin/env bash
# Runs every test a fresh Debian machine can run, installing what that needs first.
#
#   testing/run.sh                    30 minutes on two cores, after the set-up
#   testing/run.sh --all              trials that take long by nature too (marked `long`)
#   testing/run.sh testing/unit -x    what pytest is told to run, in one process
set -euo pipefail

fail() {
	printf 'testing/run.sh: %s\n' "$1" >&2
	exit 1
}

# Prints the Debian packages that bring the commands this machine lacks, one a line.
missing_packages() {
	local PATH=$PATH:/usr/sbin                                     # where servers are, for users too
	command -v chromium >/dev/null || echo chromium                # the page is tried in a real browser
	command -v sox >/dev/null || echo sox                          # changes rate, pitch and noise of speech
	command -v espeak-ng >/dev/null || echo espeak-ng              # a second voice, beside Piper's
	command -v ip >/dev/null || echo iproute2                      # network namespaces: the other machines
	command -v git >/dev/null || echo git                          # names the files that are linted
	command -v qemu-x86_64 >/dev/null || echo qemu-user            # emulates a Core 2 Duo
	command -v sshd >/dev/null || echo openssh-server              # a machine to run commands on
	command -v dockerd >/dev/null || echo docker.io                # the sandbox of Python code
	command -v debootstrap >/dev/null || echo debootstrap          # what that sandbox is made of
	command -v systemd-nspawn >/dev/null || echo systemd-container # Debian nodes to log in to
	command -v iptables >/dev/null || echo iptables                # their way out
	command -v npm >/dev/null || printf 'nodejs\nnpm\n'            # linters
}

install_packages() {
	local packages as_root=()
	mapfile -t packages < <(missing_packages)
	[[ ${#packages[@]} -gt 0 ]] || return 0
	command -v apt-get >/dev/null ||
		fail "this is not Debian: install what gives ${packages[*]}, then run this again"
	if [[ $EUID -ne 0 ]]; then
		command -v sudo >/dev/null || fail "run as root: apt-get install ${packages[*]}"
		as_root=(sudo)
	fi
	"${as_root[@]}" apt-get -qq update
	"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
		apt-get -qq install --yes --no-install-recommends "${packages[@]}" >/dev/null
}

# Adds the linters and test tools to the environment that bootstrap.sh made.
install_tools() {
	local stamp=.venv/.tools id
	id=$(cat .venv/.complete requirements-dev.lock | sha256sum)
	[[ -f $stamp && $(<"$stamp") == "$id" ]] && return
	echo "Test tools ..." >&2
	if command -v uv >/dev/null; then
		uv pip install --quiet --python .venv/bin/python --require-hashes -r requirements-dev.lock
	else
		.venv/bin/python -m pip --disable-pip-version-check --quiet install \
			--require-hashes -r requirements-dev.lock
	fi
	printf '%s\n' "$id" >"$stamp"
}

install_linters() {
	cmp -s package-lock.json node_modules/.installed && return
	echo "Linters ..." >&2
	if npm ci --loglevel=error >/dev/null; then
		cp package-lock.json node_modules/.installed
	else
		echo "testing/run.sh: npm cannot install the linters here; their tests are skipped" >&2
	fi
}

# Hands over to pytest; without a choice of tests it runs what waits beside what computes.
run_tests() {
	local options=(-m "not long")
	if [[ ${1:-} == --all ]]; then
		options=()
		shift
	fi
	[[ $# -gt 0 ]] || options+=(--numprocesses 2)
	exec .venv/bin/python -m pytest "${options[@]}" "$@"
}

main() {
	cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."
	export PIPECATAPP_HOME="${PIPECATAPP_HOME:-$HOME/.local/share/pipecatapp}"
	install_packages
	./bootstrap.sh --embedded --no-run
	install_tools
	install_linters
	run_tests "$@"
}

main "$@"
