#!/usr/bin/env bash
# Makes this machine an agent: alone (--embedded), or as a cluster of one by Ansible.
# What is there already is skipped, so it may be run again at any time.
set -euo pipefail

readonly PYTHON_VERSIONS="3.11, 3.12 or 3.13"
readonly ANSIBLE_CORE=2.19
readonly ANSIBLE_VENV=.ansible-venv

usage() {
	cat <<-'TEXT'
		Usage: ./bootstrap.sh [-e NAME=VALUE]...
		       ./bootstrap.sh --embedded [--no-run] [--service] [--lan]

		Without --embedded this machine becomes a cluster of one: Consul, Nomad, Docker and the
		agent, set up by playbook.yaml with local_inventory.ini. It asks for the sudo password.

		  -e          sets a variable of the playbook, such as nomad_install_method=file
		  --embedded  one machine, no cluster: set everything up, then run the agent here
		  --no-run    stop after the set-up
		  --service   start the agent now and at every boot (systemd) instead of in this terminal
		  --lan       serve HTTPS to the other machines of the house
		  --help      show this

		State is kept in PIPECATAPP_HOME (default: ~/.local/share/pipecatapp).
	TEXT
}

fail() {
	printf 'bootstrap.sh: %s\n' "$1" >&2
	exit 1
}

# Runs a long step: step TITLE COMMAND [ARGUMENT]...
step() {
	local title=$1 started=$SECONDS took
	shift
	printf '%s ...\n' "$title" >&2
	"$@" || fail "$title failed: see the lines above, put that right, and run this again"
	took=$((SECONDS - started))
	printf '%s: done in %d:%02d\n' "$title" $((took / 60)) $((took % 60)) >&2
}

parse_arguments() {
	embedded=false run=true service=false lan=() variables=()
	local given=$*
	while [[ $# -gt 0 ]]; do
		case $1 in
		--embedded) embedded=true ;;
		--no-run) run=false ;;
		--service) service=true ;;
		--lan) lan=(--lan) ;;
		-e)
			[[ $# -gt 1 ]] || fail "-e needs NAME=VALUE"
			variables+=(-e "$2")
			shift
			;;
		-h | --help)
			usage
			exit 0
			;;
		*) fail "unknown option $1: see ./bootstrap.sh --help" ;;
		esac
		shift
	done
	if ! "$embedded" && { ! "$run" || "$service" || [[ ${#lan[@]} -gt 0 ]]; }; then
		fail "$given: these are options of --embedded"
	fi
	if "$embedded" && [[ ${#variables[@]} -gt 0 ]]; then
		fail "-e sets variables of the playbook, which --embedded does not run"
	fi
	if "$service" && [[ $EUID -eq 0 && -n ${SUDO_USER:-} ]]; then
		fail "run this without sudo (it asks for the password itself), so that the service runs as $SUDO_USER"
	fi
}

as_root() {
	if [[ $EUID -eq 0 ]]; then
		"$@"
	else
		sudo "$@"
	fi
}

# Prints the Debian packages that bring what this machine lacks, one a line.
missing_packages() {
	{ command -v cc && command -v c++ && command -v strip; } >/dev/null || echo build-essential
	command -v cmake >/dev/null || echo cmake
	command -v ninja >/dev/null || echo ninja-build
	command -v setpriv >/dev/null || echo util-linux
	if ! command -v python3 >/dev/null; then
		printf 'python3\npython3-venv\n'
	elif ! python3 -c 'import ensurepip, venv' 2>/dev/null; then
		echo python3-venv
	fi
}

install_packages() {
	local packages
	mapfile -t packages < <(missing_packages)
	[[ ${#packages[@]} -gt 0 ]] || return 0
	command -v apt-get >/dev/null ||
		fail "this is not Debian: install what gives ${packages[*]}, then run this again"
	if [[ $EUID -ne 0 ]] && ! command -v sudo >/dev/null; then
		fail "run as root: apt-get install ${packages[*]}"
	fi
	step "Updating the package lists" as_root apt-get -q update
	step "Installing ${packages[*]}" as_root env DEBIAN_FRONTEND=noninteractive \
		apt-get -q install --yes --no-install-recommends "${packages[@]}"
}

check_python() {
	python3 -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' ||
		fail "$(python3 --version) is not supported: Python $PYTHON_VERSIONS is needed, use Debian 12 or 13"
}

# What the environment depends on; it is stamped with this once it is whole.
environment_id() {
	python3 --version
	sha256sum <requirements.lock
	sha256sum <pyproject.toml
	pwd
}

# Steps are joined by &&, as `set -e` does not reach into a function whose status is checked.
fill_environment() {
	rm -rf .venv
	if command -v uv >/dev/null; then
		local install=(uv pip install --quiet --python .venv/bin/python)
		uv venv --quiet --python "$(command -v python3)" .venv &&
			"${install[@]}" --require-hashes -r requirements.lock &&
			"${install[@]}" --no-deps --editable .
	else
		local install=(.venv/bin/python -m pip --disable-pip-version-check install)
		python3 -m venv .venv &&
			"${install[@]}" --require-hashes -r requirements.lock &&
			"${install[@]}" --quiet --no-deps --editable .
	fi
}

# A virtual environment cannot be renamed into place: the stamp, written last, says it is whole.
make_environment() {
	local stamp=.venv/.complete id
	id=$(environment_id)
	[[ -f $stamp && $(<"$stamp") == "$id" ]] && return
	step "Python packages" fill_environment
	printf '%s\n' "$id" >"$stamp"
}

# Quotes a path for a systemd unit, where % begins a specifier.
unit_path() {
	printf '%s' "${1//%/%%}"
}

render_unit() {
	local unit home
	home=$(.venv/bin/python -c 'from pipecatapp.settings import load_settings; print(load_settings().home.absolute())')
	unit=$(<pipecatapp/runtime/pipecatapp.service)
	unit=${unit//@USER@/"$(id -un)"}
	unit=${unit//@CHECKOUT@/"$(unit_path "$PWD")"}
	unit=${unit//@HOME@/"$(unit_path "$home")"}
	unit=${unit//@OPTIONS@/"${lan[*]}"}
	printf '%s\n' "$unit"
}

install_service() {
	[[ -d /run/systemd/system ]] ||
		fail "everything is set up, but systemd does not run on this machine: start the agent by .venv/bin/pipecatapp run"
	render_unit | as_root tee /etc/systemd/system/pipecatapp.service >/dev/null
	as_root systemctl daemon-reload
	as_root systemctl enable pipecatapp.service
	as_root systemctl restart pipecatapp.service
	echo "The agent runs, and starts at every boot. Login link: $PWD/.venv/bin/pipecatapp login-link"
	echo "Its log: journalctl -u pipecatapp"
}

# Prints the ansible-playbook to use, where there is one that is new enough.
find_ansible() {
	local candidate version
	for candidate in "$ANSIBLE_VENV/bin/ansible-playbook" "$(command -v ansible-playbook)"; do
		[[ -x $candidate ]] || continue
		version=$("$candidate" --version | sed -n '1s/.*core \([0-9.]*\).*/\1/p')
		if [[ $(printf '%s\n' "$ANSIBLE_CORE" "$version" | sort -V | head -n 1) == "$ANSIBLE_CORE" ]]; then
			printf '%s\n' "$candidate"
			return
		fi
	done
}

# Debian 12 has Ansible 7: a newer one goes into an environment of its own.
install_ansible() {
	python3 -c 'import ensurepip, venv' 2>/dev/null || {
		step "Updating the package lists" as_root apt-get -q update
		step "Installing python3-venv" as_root apt-get -q install --yes python3-venv
	}
	rm -rf "$ANSIBLE_VENV"
	step "Environment for Ansible" python3 -m venv "$ANSIBLE_VENV"
	step "Ansible" "$ANSIBLE_VENV/bin/python" -m pip --disable-pip-version-check --quiet install \
		--require-hashes -r requirements-cluster.lock
}

make_cluster() {
	local ansible ask=()
	if [[ $EUID -ne 0 ]]; then
		command -v sudo >/dev/null || fail "install sudo as root (apt-get install sudo), and put $(id -un) into its group"
		# A password that was given in this terminal counts for it alone (-k looks past it): Ansible
		# works in sessions of its own.
		sudo -k -n true 2>/dev/null || ask=(--ask-become-pass)
	fi
	ansible=$(find_ansible)
	if [[ -z $ansible ]]; then
		install_ansible
		ansible=$(find_ansible)
	fi
	exec "$ansible" -i local_inventory.ini playbook.yaml "${ask[@]}" "${variables[@]}"
}

main() {
	parse_arguments "$@"
	cd -- "$(dirname -- "${BASH_SOURCE[0]}")"
	"$embedded" || make_cluster
	install_packages
	check_python
	make_environment
	.venv/bin/pipecatapp setup
	if "$service"; then
		install_service
	elif "$run"; then
		# Replaces this shell, so that Ctrl-C reaches the agent itself.
		exec .venv/bin/pipecatapp run "${lan[@]}"
	else
		echo "Ready. Start the agent: .venv/bin/pipecatapp run"
	fi
}

main "$@"
