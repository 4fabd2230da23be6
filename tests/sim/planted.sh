#!/bin/sh
# Usage: planted.sh ATTUNESIM BUG INVARIANT
#
# With the bug planted, some seed breaks the invariant, the command that repeats it is told, and a smaller
# one that breaks it too.

set -u
out=$("$1" chaos --seeds 1-20 --commands 1500 --jobs 2 --stop --plant "$2" \
        --faults kill,power_cut,power_in_write,cut,half_open,late_accept,double_accept)
status=$?

complain() {
        echo "$1"
        echo "$out"
        exit 1
}

[ "$status" = 1 ] || complain "the status is $status, not 1"
echo "$out" | grep -q "^seed [0-9]*: $3 at command" || complain "no seed broke $3"
smaller=$(echo "$out" | sed -n 's/^smaller: attunesim //p' | head -n 1)
[ -n "$smaller" ] || complain "no smaller command is told"
# shellcheck disable=SC2086 # Its words are arguments.
"$1" $smaller >/dev/null && complain "the smaller command passes: $smaller"
exit 0
