#!/usr/bin/env bash
# The example builds against what is installed, and nothing else.
#
#   lib/client/test-installed.sh BUILD SOURCE

set -euo pipefail
build=$1
source=$2
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

meson install -C "$build" --no-rebuild --tags devel --destdir "$scratch" >"$scratch/log" || {
        cat "$scratch/log"
        exit 1
}
pc=$(find "$scratch" -name attune-client-uv.pc -printf '%h\n')
[ -n "$pc" ] || {
        echo "no attune-client-uv.pc was installed"
        exit 1
}
cp "$source/lib/client/uv_example.c" "$scratch/example.c"
cd "$scratch"
export PKG_CONFIG_PATH=$pc
flags() {
        # The prefix is not where it says while it is staged.
        pkg-config "$@" attune-client-uv --define-variable=prefix="$scratch$(pkg-config --variable=prefix attune-client)"
}
# shellcheck disable=SC2046  # Words are wanted.
${CC:-cc} -std=c11 -D_GNU_SOURCE -Wall -Wextra -Werror $(flags --cflags) example.c -o example $(flags --libs)
# It waits for an attune that is not there.
timeout 0.5 ./example "$scratch/no.sock" >/dev/null || [ $? = 124 ]
echo "ok the example builds against the installed library"
