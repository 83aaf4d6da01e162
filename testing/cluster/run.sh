#!/usr/bin/env bash
# Tries the whole cluster on nodes inside this machine: testing/cluster/run.sh --nodes 3
# Exit code 77: it cannot be tried here; why is on stderr.
set -euo pipefail

cannot() {
	printf 'Skipped: %s\n' "$1" >&2
	exit 77
}

# Prints the Debian packages that bring the commands this machine lacks, one a line.
missing_packages() {
	local PATH=$PATH:/usr/sbin
	command -v systemd-nspawn >/dev/null || echo systemd-container
	command -v debootstrap >/dev/null || echo debootstrap
	command -v ssh >/dev/null || echo openssh-client
	command -v git >/dev/null || echo git
	command -v openssl >/dev/null || echo openssl
	command -v ip >/dev/null || echo iproute2
	command -v iptables >/dev/null || echo iptables
}

main() {
	cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.."
	PATH=$PATH:/usr/sbin
	[[ $EUID -eq 0 ]] || cannot "nodes need root: sudo testing/cluster/run.sh"
	local packages python=.venv/bin/python
	mapfile -t packages < <(missing_packages)
	if [[ ${#packages[@]} -gt 0 ]]; then
		command -v apt-get >/dev/null || cannot "this is not Debian: missing ${packages[*]}"
		apt-get -qq update
		DEBIAN_FRONTEND=noninteractive \
			apt-get -qq install --yes --no-install-recommends "${packages[@]}" >/dev/null
	fi
	[[ -x $python ]] || cannot "there is no .venv: ./bootstrap.sh --embedded --no-run makes it"
	"$python" -c 'import pexpect, pytest' 2>/dev/null ||
		cannot "the environment .venv lacks the test tools: ./testing/run.sh installs them"
	exec "$python" -m testing.cluster.steps "$@"
}

main "$@"
