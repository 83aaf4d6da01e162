#!/bin/sh
# Makes the Python environment of the files in STAGE/app, in STAGE/app/.venv, for use as
# DIRECTORY/app/.venv: the path becomes part of it. What DIRECTORY/app is meanwhile stays in use, as
# STAGE lies over DIRECTORY for this process alone.
# Usage: unshare --mount make_environment.sh STAGE DIRECTORY ID
set -eu

stage=$1 directory=$2 id=$3
umask 022
mount --bind "$stage" "$directory"
cd "$directory/app"
/usr/bin/python3 -m venv .venv
pip() {
	.venv/bin/python -m pip --disable-pip-version-check --no-cache-dir install --quiet "$@"
}
pip --require-hashes -r requirements.lock
pip --no-deps --editable .
printf '%s\n' "$id" >.venv/.complete
