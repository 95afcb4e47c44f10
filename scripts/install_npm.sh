#!/usr/bin/env bash
# The build fetches the script of the charts with npm; a machine without it gets Debian's npm where that is possible.
set -euo pipefail
if command -v npm >/dev/null; then exit 0; fi
if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends npm >/dev/null
else
    echo "npm is needed to fetch the script of the charts: install npm, then run make again" >&2
    exit 1
fi
