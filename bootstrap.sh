#!/usr/bin/env bash
# Makes this machine an agent: system packages, a virtual environment, llama.cpp, models.
# What is there already is skipped, so it may be run again at any time.
set -euo pipefail

readonly PYTHON_VERSIONS="3.11, 3.12 or 3.13"

usage() {
	cat <<-'TEXT'
		Usage: ./bootstrap.sh --embedded [--no-run] [--service] [--lan]

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
	embedded=false run=true service=false lan=()
	local argument
	for argument in "$@"; do
		case $argument in
		--embedded) embedded=true ;;
		--no-run) run=false ;;
		--service) service=true ;;
		--lan) lan=(--lan) ;;
		-h | --help)
			usage
			exit 0
			;;
		*) fail "unknown option $argument: see ./bootstrap.sh --help" ;;
		esac
	done
	"$embedded" || fail "the cluster's installation is not part of this version yet: use ./bootstrap.sh --embedded"
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

main() {
	parse_arguments "$@"
	cd -- "$(dirname -- "${BASH_SOURCE[0]}")"
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
