#!/bin/sh
# Run a command where there is no network but loopback, and fail if anything it started looked for more: the kernel
# counts what has no route, whoever asks (Python, the Java machine, the browser).
#     sh tests/without_network.sh .venv/bin/pytest -n 2
set -eu
if [ "${NPS_INSIGHTS_ALONE:-}" != yes ]; then
    NPS_INSIGHTS_ALONE=yes exec unshare --map-root-user --net "$0" "$@"
fi
ip link set lo up
# At every start Chromium asks the kernel for its route to this address, by a socket that it joins and sends nothing on.
# It gets an answer, as on any machine with a network; what is sent there comes to nothing and is counted all the same.
# Where the kernel knows no IPv6, there is nothing to ask.
ip -6 route add 2001:4860:4860::8888/128 dev lo 2>/dev/null || true
unreached() {
    {
        awk '$1 == "Ip:" { if (seen) { print $at } else { for (i = 1; i <= NF; i++) if ($i == "OutNoRoutes") at = i; seen = 1 } }' /proc/net/snmp
        awk '$1 == "Ip6OutNoRoutes" { print $2 }' /proc/net/snmp6 2>/dev/null || true
    } | awk '{ sum += $1 } END { print sum + 0 }'
}
before=$(unreached)
status=0
"$@" || status=$?
tried=$(($(unreached) - before))
echo "connection attempts beyond loopback: $tried"
[ "$tried" -eq 0 ] || exit 1
exit "$status"
