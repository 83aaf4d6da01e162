#!/bin/sh
# Prints what a machine consists of, one thing a line, its kind first. Run as root.
set -eu
export LC_ALL=C PATH=/usr/sbin:/usr/bin:/sbin:/bin

# Puts a kind before each line of what a command prints.
each() {
	kind=$1
	shift
	"$@" | sed "s|^|$kind: |"
}

files() {
	find /etc /opt /srv /usr/local /var/lib /var/cache -xdev -printf '%p %y %M %U %G %l\n' | sort
}

contents() {
	find /etc /usr/local -xdev -type f -print0 | sort -z | xargs -0 sha256sum
}

settings() {
	sysctl --all 2>/dev/null | grep -E '^(net\.(ipv4\.(ip_forward|conf)|bridge|ipv6\.conf)|vm\.swappiness)'
}

mounted() {
	awk '{ print $5 }' /proc/self/mountinfo | sort
}

links() {
	ls /sys/class/net
}

rules() {
	! command -v nft >/dev/null || nft list ruleset
}

units() {
	systemctl list-unit-files --no-legend --plain | grep -v ' transient '
}

running() {
	systemctl list-units --type=service,socket --state=active --plain --no-legend |
		awk '{ print $1 }' | grep -vE '^(user@|user-runtime-dir@|getty@|console-getty)' || :
}

processes() {
	ps -eo user:32,comm | awk '$1 ~ /^twin/ || $2 ~ /nomad|consul|docker|containerd|haproxy|nginx/' | sort -u
}

# shellcheck disable=SC2016 # dpkg's own variables
each package dpkg-query --show --showformat '${db:Status-Abbrev} ${Package}\n'
each asked-for apt-mark showmanual
each file files
each content contents
each user getent passwd
each group getent group
each unit units
each active running
each process processes
each rule rules
each sysctl settings
each mount mounted
each link links
