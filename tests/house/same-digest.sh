#!/usr/bin/env bash
# The same commands must have the same digest whatever compiled the engine, and wherever it runs, or a
# replay would not be one.
#
#   tests/house/same-digest.sh BUILD...    build folders, each with its attunesim
#
# Runs every scenario in each build and compares what `attunesim scenario --digest` prints. To find
# the scenario that differs, each file is compared on its own.

set -euo pipefail
cd "$(dirname "$0")/../.."

shopt -s nullglob
scenarios=(tests/scenario/*.yaml)
if [ ${#scenarios[@]} = 0 ]; then
        echo "same-digest: no scenarios in tests/scenario"
        exit 0
fi

digest_of() {
        "$1/tools/attunesim/attunesim" scenario --digest "$2"
}

differences=0
for scenario in "${scenarios[@]}"; do
        expected=
        for build in "$@"; do
                got=$(digest_of "$build" "$scenario") || {
                        echo "same-digest: $scenario: fails in $build"
                        differences=$((differences + 1))
                        continue
                }
                if [ -z "$expected" ]; then
                        expected=$got
                        expected_of=$build
                elif [ "$got" != "$expected" ]; then
                        echo "same-digest: $scenario: the engine decides by its compiler"
                        echo "  $expected_of: $expected"
                        echo "  $build: $got"
                        differences=$((differences + 1))
                fi
        done
done
echo "same-digest: ${#scenarios[@]} scenario files in $# builds, $differences differences"
[ "$differences" = 0 ]
