#!/usr/bin/env bash
# Does the package hold on a machine that has never seen attune? As root, with debootstrap:
#
#   tests/package/install.sh [FOLDER]     the packages in FOLDER; build/package if it is not said
#
# Makes a bare Debian 12 in a folder, installs the packages there, starts attuned by the unit's command line
# as the unit's user, brings a contact to an agent and to its end with attunectl alone, boots the machine with
# systemd if systemd-nspawn is here (the package systemd-container), builds a front end with libattune-dev,
# removes everything and looks at what is left. `tools/dev package` makes the packages. MIRROR names another
# Debian mirror. Takes some minutes; the bare Debian is kept in build/ for the next time.

set -euo pipefail
cd "$(dirname "$0")/../.."

packages=$(realpath "${1:-build/package}")
# Where this machine gets its own packages.
own_mirror() {
        cat /etc/apt/sources.list.d/debian.sources /etc/apt/sources.list 2>/dev/null |
                awk '!found && /^URIs:/ { found = $2 }
                     !found && /^deb / { found = $2 ~ /^\[/ ? $3 : $2 }
                     END { print found }' || true
}
mirror=${MIRROR:-$(own_mirror)}
base=$PWD/build/debian-12.tar
root=
n_ok=0

say() {
        printf '== %s (%d s)\n' "$*" $SECONDS
}

die() {
        echo "not ok - $*" >&2
        exit 1
}

ok() {
        n_ok=$((n_ok + 1))
        echo "ok $n_ok - $*"
}

# ---- The machine ----

leave() {
        if [ -n "$root" ]; then
                stop_attuned
                umount -l "$root/proc" 2>/dev/null || true
                rm -rf --one-file-system "$root" "$root.booted" "$root.before" "$root.after" "$root.said"
        fi
}

# The shell knows only chroot's process; attuned's own is in its lock.
stop_attuned() {
        local pid

        [ -s "$root/var/lib/attune/lock" ] || return 0
        read -r pid _ <"$root/var/lib/attune/lock"
        if [ "$(readlink "/proc/$pid/root")" = "$root" ]; then
                kill -TERM "$pid"
        fi
}

make_base() {
        [ ! -s "$base" ] || return 0
        say "a bare Debian 12 from $mirror"
        mkdir -p "$(dirname "$base")"
        rm -rf "$base.folder"
        debootstrap --variant=minbase --include=ca-certificates bookworm "$base.folder" "$mirror" \
                >"$base.log" 2>&1 || die "debootstrap: see $base.log"
        tar -C "$base.folder" -cf "$base.new" .
        rm -rf --one-file-system "$base.folder"
        mv "$base.new" "$base"
}

unpack_machine() {
        root=$(mktemp -d "$PWD/build/machine.XXXXXX")
        trap leave EXIT
        tar -C "$root" -xf "$base"
        # How this machine reaches the mirror, if in a way of its own.
        cp /etc/resolv.conf /etc/hosts "$root/etc/"
        grep -ls '^Acquire' /etc/apt/apt.conf.d/* | xargs --no-run-if-empty cp -t "$root/etc/apt/apt.conf.d"
        mount -t proc proc "$root/proc"
        printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"   # Nothing starts while it is installed.
        chmod +x "$root/usr/sbin/policy-rc.d"
        mkdir "$root/packages"
        cp "$packages"/*.deb "$root/packages"
}

# Runs a command there, as if there were nothing else.
there() {
        chroot "$root" /usr/bin/env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
                HOME=/root LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive "$@"
}

quietly() {
        "$@" >"$root/log" 2>&1 || {
                tail -n 30 "$root/log" >&2
                die "$*"
        }
}

# What is on the machine, but for what any package leaves: lists, caches and dpkg's own.
list_files() {
        (cd "$root" && find . -xdev \( -path ./proc -o -path ./packages -o -path ./var/cache -o -path ./var/lib/apt \
                -o -path ./var/lib/dpkg -o -path ./var/log/apt -o -path ./var/log/dpkg.log -o -path ./tmp -o -path ./log \) \
                -prune -o -print | LC_ALL=C sort)
}

# ---- What is promised ----

field() {
        there dpkg-deb -f "/packages/$(basename "$(echo "$packages"/attune_*.deb)")" "$1"
}

install_what_it_needs() {
        quietly there apt-get -qq update
        # Before the first look, so that what is left is ours alone. `systemd` is recommended: it makes the folders.
        quietly there apt-get -qq satisfy -y --no-install-recommends "$(field Depends)" "$(field Recommends)"
}

install_package() {
        list_files >"$root.before"
        quietly there sh -c 'apt-get -qq install -y --no-install-recommends /packages/attune_*.deb'
        there attunectl --help >/dev/null || die "attunectl does not run"
        there id attune >/dev/null || die "there is no user attune"
        [ "$(there stat -c '%U:%G %a' /etc/attune)" = "root:attune 750" ] || die "/etc/attune: $(ls -ld "$root/etc/attune")"
        [ "$(there stat -c '%U:%G %a' /var/lib/attune)" = "attune:attune 750" ] || die "/var/lib/attune"
        ok "installed: $(there attuned --version), with its user and folders"

        local page
        for page in man1/attunectl.1 man1/attunesim.1 man5/attune.yaml.5 man7/attune-protocol.7 man8/attuned.8; do
                there dpkg -L attune | grep -qx "/usr/share/man/$page.gz" || die "no page $page"
        done
        for page in docs/*.md; do
                cmp -s "$page" "$root/usr/share/doc/attune/${page#docs/}" || die "no $page, or another"
        done
        there bash -c '. /usr/share/bash-completion/completions/attunesim && complete -p attunectl attuned attunesim' \
                >/dev/null || die "no completion"
        ok "manual pages, documents and completion are in their places"
}

check_examples() {
        local example

        for example in example.yaml examples/shop.yaml examples/bank.yaml examples/four-languages; do
                there attunectl config check "/usr/share/doc/attune/$example" >"$root/log" 2>&1 ||
                        die "$example: $(cat "$root/log")"
        done
        ok "the examples are right"
}

# The unit's own words: its command line, user, runtime folder and environment.
start_attuned() {
        local unit=$root/lib/systemd/system/attuned.service user command environment

        user=$(sed -n 's/^User=//p' "$unit")
        command=$(sed -n 's/^ExecStart=//p' "$unit")
        environment=$(sed -n 's/^Environment=//p' "$unit")
        there install -d -o "$user" -g "$user" "/run/$(sed -n 's/^RuntimeDirectory=//p' "$unit")"
        there cp /usr/share/doc/attune/example.yaml /etc/attune/centre.yaml
        # shellcheck disable=SC2086 # Words are wanted.
        there setpriv --reuid "$user" --regid "$user" --init-groups --no-new-privs --bounding-set=-all \
                env $environment $command 2>"$root.said" &
        attuned=$!
        for _ in $(seq 100); do
                ! there attunectl --json status >/dev/null 2>&1 || return 0
                sleep 0.1
        done
        cat "$root.said" >&2
        die "attuned does not answer"
}

route_a_contact() {
        local explained

        start_attuned
        ok "attuned runs by its unit's command line, as $(there stat -c %U /var/lib/attune/lock)"
        there attunectl agent ready carla >/dev/null
        there attunectl contact add call-1 --language en --text 'my bill is wrong' >/dev/null
        there attunectl agent accept carla call-1 >/dev/null
        explained=$(there attunectl explain call-1)
        there attunectl contact end call-1 --disposition resolved >/dev/null
        grep -q 'given to carla' <<<"$explained" || die "explain: $explained"
        there attunectl --json contacts --contact call-1 | grep -q '"outcome":"handled"' ||
                die "call-1: $(there attunectl --json contacts --contact call-1)"
        grep -q '"event":"closed"' "$root/var/log/attune/route.log" || die "no line in the route log"
        stop_attuned
        wait "$attuned" || die "attuned ended with $?: $(cat "$root.said")"
        rmdir "$root/run/attune" || die "attuned leaves in /run/attune: $(ls "$root/run/attune")"   # As systemd does.
        ok "a contact was routed, explained and ended with attunectl alone"
}

# With systemd itself, which restricts attuned as the unit says: in a copy, since a boot leaves much behind.
# What is done there; the last line says that all went well.
write_morning() {
        cat >"$1/morning" <<'END'
#!/bin/bash
exec >/morning.log 2>&1
set -x
trap 'journalctl -u attuned --no-pager | tail -n 40; kill -s SIGRTMIN+4 1' EXIT  # That powers off.
set -e
systemctl start attuned
attunectl agent ready gloria # Carla still has her wrap-up.
attunectl contact add call-2 --language en
attunectl agent accept gloria call-2
attunectl contact end call-2
cp /usr/share/doc/attune/examples/shop.yaml /etc/attune/centre.yaml
systemctl reload attuned
for i in $(seq 50); do attunectl queues --queue orders && break; sleep 0.1; done
attunectl queues --queue orders
sleep 35 # Longer than WatchdogSec=.
systemctl is-active attuned
systemctl show attuned -p NRestarts | grep -x NRestarts=0
grep -x 'CapBnd:.0*' /proc/$(systemctl show attuned -p MainPID --value)/status
grep -x 'Seccomp:.2' /proc/$(systemctl show attuned -p MainPID --value)/status
systemctl stop attuned
systemctl show attuned -p Result | grep -x Result=success
[ ! -e /run/attune ]
echo all is well
END
        chmod +x "$1/morning"
}

boot_with_systemd() {
        local copy=$root.booted

        if ! command -v systemd-nspawn >/dev/null; then
                echo "# no systemd-nspawn here: not tried under systemd itself"
                return 0
        fi
        say "under systemd"
        mkdir "$copy"
        tar -C "$root" --one-file-system -cf - . | tar -C "$copy" -xf -
        rm -f "$copy/usr/sbin/policy-rc.d"
        write_morning "$copy"
        printf '[Service]\nType=oneshot\nExecStart=/morning\n' >"$copy/etc/systemd/system/morning.service"
        ln -s ../morning.service "$copy/etc/systemd/system/multi-user.target.wants/"
        timeout 180 systemd-nspawn --quiet --register=no --keep-unit --directory="$copy" \
                /lib/systemd/systemd --unit=multi-user.target </dev/null >"$root.said" 2>&1 || true
        if [ ! -s "$copy/morning.log" ]; then
                echo "# systemd does not boot in a container here: not tried under systemd itself"
        elif grep -qx '+ echo all is well' "$copy/morning.log"; then
                ok "systemd starts, reloads, watches and stops it, with all that the unit takes away"
        else
                cat "$copy/morning.log" >&2
                die "under systemd"
        fi
}

build_a_front_end() {
        cp lib/client/uv_example.c "$root/packages/example.c"
        quietly there sh -c 'apt-get -qq install -y --no-install-recommends /packages/libattune-dev_*.deb gcc libc6-dev pkg-config'
        # shellcheck disable=SC2016 # The words are the shell's there.
        quietly there sh -c 'cc -std=c11 -D_GNU_SOURCE -Wall -Werror /packages/example.c -o /packages/example \
                $(pkg-config --cflags --libs attune-client-uv)'
        quietly there sh -c 'apt-get -qq purge -y --autoremove libattune-dev'
        ok "a front end builds with libattune-dev"
}

# Usage: left_but EXPECTED (an extended regular expression, of whole paths)
left_but() {
        list_files >"$root.after"
        LC_ALL=C comm -13 "$root.before" "$root.after" | grep -vxE "$1" || true
}

remove_package() {
        local data='\./etc/attune(/.*)?|\./var/lib/attune(/.*)?|\./var/log/attune(/.*)?'
        # That it was enabled is remembered until the purge, as by every package with a unit.
        local enabled='\./etc/systemd/system/(multi-user\.target\.wants/)?attuned\.service|\./var/lib/systemd/deb-systemd-helper-[a-z]+(/.*)?'
        local left

        quietly there apt-get -qq remove -y attune
        left=$(left_but "$data|$enabled")
        [ -z "$left" ] || die "left after the removal: $left"
        [ -s "$root/etc/attune/centre.yaml" ] || die "the configuration is gone"
        ls "$root"/var/lib/attune/journal/*.segment >/dev/null || die "the journal is gone"
        ok "removed: its configuration, journal and log are left, and nothing else"

        quietly there apt-get -qq purge -y attune
        left=$(left_but '\./etc/attune(/.*)?|\./var/lib/attune(/.*)?|\./var/lib/systemd/deb-systemd-helper-[a-z]+')
        [ -z "$left" ] || die "left after the purge: $left"
        ls "$root"/var/lib/attune/journal/*.segment >/dev/null || die "the journal is gone"
        ok "purged: what people wrote and the journal are left"
}

main() {
        case "${1:-}" in
        -h | --help)
                sed -n '2,/^$/ { s/^# \{0,1\}//; p }' "$0"
                exit 0
                ;;
        esac
        [ "$(id -u)" = 0 ] || die "needs root, for chroot"
        command -v debootstrap >/dev/null || die "no debootstrap here: tools/setup package brings it"
        ls "$packages"/attune_*.deb "$packages"/libattune-dev_*.deb >/dev/null || die "no packages: tools/dev package makes them"
        make_base
        unpack_machine
        say "what it needs"
        install_what_it_needs
        say "the package"
        install_package
        check_examples
        route_a_contact
        boot_with_systemd
        remove_package
        say "libattune-dev"
        build_a_front_end
        printf '\n%d s\n%d passed, 0 failed\n' "$SECONDS" "$n_ok"
}

main "$@"
