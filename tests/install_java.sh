#!/usr/bin/env bash
# The Spark engine is tested in a real Spark; a machine without Java gets Debian's where that is possible.
set -euo pipefail
if [ -n "${JAVA_HOME:-}" ] && [ -x "$JAVA_HOME/bin/java" ]; then exit 0; fi
if command -v java >/dev/null; then exit 0; fi
if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
    apt-get update -qq
    for package in openjdk-17-jre-headless openjdk-21-jre-headless default-jre-headless; do
        if DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$package" >/dev/null 2>&1; then
            exit 0
        fi
    done
fi
echo "no java found: install Java 17 or later to run the Spark tests; they will say that they were skipped" >&2
