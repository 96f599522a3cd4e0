#!/usr/bin/env bash
# Installs the peers that the interop tests drive, from Debian 12.
#
#   ci/install-peers.sh          install what is missing (root) or say so
#   ci/install-peers.sh --check  say what is missing, exit with 1 if anything is
set -euo pipefail

# A command that each package brings, or a file if it brings none.
declare -A proof=(
	[smbclient]=smbclient
	[samba-testsuite]=smbtorture
	[libnfs-utils]=nfs-ls
	[nfs-common]=showmount
	[rpcbind]=rpcinfo
	[tshark]=tshark
	[tcpdump]=tcpdump
	[python3-impacket]=/usr/lib/python3/dist-packages/impacket/__init__.py
)

# Commands that belong to root are not on everybody's PATH.
PATH=$PATH:/usr/sbin:/sbin

missing() {
	local package what
	for package in "${!proof[@]}"; do
		what=${proof[$package]}
		if [[ $what == /* ]]; then
			[[ -e $what ]] || echo "$package"
		else
			command -v "$what" >/dev/null || echo "$package"
		fi
	done | sort
}

case "${1-}" in
--check | "") ;;
*)
	echo "usage: ci/install-peers.sh [--check]" >&2
	exit 2
	;;
esac

mapfile -t packages < <(missing)
if [[ ${#packages[@]} -eq 0 ]]; then
	echo "all peers are installed"
	exit 0
fi
if [[ ${1-} == --check || $(id -u) -ne 0 ]]; then
	echo "missing peers: ${packages[*]}" >&2
	echo "install them as root: ci/install-peers.sh" >&2
	exit 1
fi

# The packages of servers try to start them. Nothing here needs rpcbind or
# rpc.statd to run, so invoke-rc.d and systemd are told not to.
export DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 SYSTEMD_OFFLINE=1
apt-get update -q
apt-get install -q -y --no-install-recommends "${packages[@]}" </dev/null

mapfile -t packages < <(missing)
if [[ ${#packages[@]} -gt 0 ]]; then
	echo "still missing: ${packages[*]}" >&2
	exit 1
fi
