#!/bin/sh
# Run a command where there is no network but loopback, and fail if anything it started looked for more: the kernel
# counts what has no route, whoever asks (Python, the Java machine, the browser).
#     sh tests/without_network.sh .venv/bin/pytest -n 2
set -eu
if [ "${NPS_INSIGHTS_ALONE:-}" != yes ]; then
    NPS_INSIGHTS_ALONE=yes exec unshare --map-root-user --net "$0" "$@"
fi
ip link set lo up
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
