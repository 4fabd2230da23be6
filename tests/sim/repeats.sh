#!/bin/sh
# Usage: repeats.sh ATTUNESIM
#
# A seed decides everything: twice the same seeds, twice the same figures.

set -u
run() {
        "$1" chaos --seeds 7-10 --commands 400 --jobs 2 --json |
                sed 's/"seconds": [0-9.]*, "commands_per_second": [0-9]*, //'
}

first=$(run "$1")
second=$(run "$1")
[ -n "$first" ] || { echo "no figures"; exit 1; }
[ "$first" = "$second" ] || { echo "not the same:"; echo "$first"; echo "$second"; exit 1; }
exit 0
