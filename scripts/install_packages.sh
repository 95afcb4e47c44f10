#!/usr/bin/env bash
# install_packages.sh PYTHON: the product and all that its tests need, into the environment of that Python.
set -euo pipefail
python=$1
wanted=(--quiet --constraint constraints.txt torch==2.13.0 --editable '.[offline,multilingual,notify,spark,dev]')

# What pip is told by its files or by the environment; of several the one that pip obeys.
told() {
    "$python" -m pip config list | sed -n "s/^\(global\|install\|:env:\)\.$1='\(.*\)'$/\2/p" | tail -n 1 | sed 's/\\n/ /g'
}

# uv takes a minute where pip takes six. It reads none of pip's settings, so they are handed over.
with_uv() {
    [ -z "$(told no-index)" ] || return 1
    "$python" -m pip install --quiet --constraint constraints.txt uv || return 1
    export UV_DEFAULT_INDEX=${UV_DEFAULT_INDEX:-$(told index-url)} UV_INDEX=${UV_INDEX:-$(told extra-index-url)}
    export UV_FIND_LINKS=${UV_FIND_LINKS:-$(told find-links)} SSL_CERT_FILE=${SSL_CERT_FILE:-$(told cert)}
    local name
    for name in UV_DEFAULT_INDEX UV_INDEX UV_FIND_LINKS SSL_CERT_FILE; do
        [ -n "${!name}" ] || unset "$name"
    done
    # As pip does it: the best version of all indexes, whichever is asked first.
    "$python" -m uv pip install --python "$python" --index-strategy unsafe-best-match "${wanted[@]}"
}

with_uv || {
    echo "uv could not install the packages: pip does, which takes longer" >&2
    "$python" -m pip install "${wanted[@]}"
}
