# The build folders that the scripts here use, by name. To be sourced, from the repository's root.
#
# A build is a folder below build/ with a compiler and options of its own; none shares anything with
# another, so that a switch from one to the next never rebuilds.
# shellcheck shell=bash

builds_all="dev gcc gcc-O0 clang clang-O2 asan cover fuzz release chaos"

# Sets `compiler` and `options` for the build named $1.
describe_build() {
        compiler=gcc
        options=()

        case "$1" in
        dev) options=(-Dbuildtype=debugoptimized) ;;
        # Those that only run suites know lines, but no variables: a fifth less to compile.
        gcc) options=(-Dbuildtype=debugoptimized -Dwerror=true -Dc_args=-g1) ;;
        gcc-O0) options=(-Dbuildtype=debug -Dc_args=-g1) ;;
        clang) compiler=clang options=(-Dbuildtype=debug -Dwerror=true -Dc_args=-g1) ;;
        clang-O2) compiler=clang options=(-Dbuildtype=debugoptimized -Dc_args=-g1) ;;
        # The sanitizers' code makes gcc see null pointers and formats that are not there.
        asan) options=(-Dbuildtype=debug -Doptimization=1 '-Db_sanitize=address,undefined'
                '-Dc_args=-g1 -Wno-null-dereference -Wno-format-truncation -Wno-maybe-uninitialized') ;;
        cover) options=(-Dbuildtype=debug -Db_coverage=true) ;;
        # The targets recount where it is worth it: after each step would be a hundredth of the speed.
        fuzz) compiler=clang options=(-Dbuildtype=debugoptimized -Dfuzz=true -Dchecks=false
                '-Db_sanitize=address,undefined' -Db_lundef=false) ;;
        release) options=(-Dbuildtype=release -Db_lto=true) ;;
        chaos) options=(-Dbuildtype=release -Dtests=false) ;; # Why no LTO: tools/attunesim/chaos.c.
        *)
                echo "no build is called '$1': $builds_all" >&2
                return 2
                ;;
        esac
}

# Configures the build named $1, again if it was before: new test files are found only then.
configure_build() {
        local compiler options folder=build/$1 log

        describe_build "$1" || return
        log=$(mktemp)
        if [ -f "$folder/build.ninja" ] &&
                meson setup --reconfigure "$folder" "${options[@]}" >"$log" 2>&1; then
                rm -f "$log"
                return 0
        fi
        rm -rf "$folder"
        if CC=$compiler meson setup "$folder" "${options[@]}" >"$log" 2>&1; then
                rm -f "$log"
                return 0
        fi
        cat "$log" >&2
        rm -f "$log"
        return 1
}

# Builds everything in the build named $1, or only the targets named after it.
make_build() {
        local name=$1

        shift
        configure_build "$name" && ninja --quiet -C "build/$name" "$@"
}

# Runs a command with what a program built with sanitizers needs to know. ATT_SANITIZED tells tests
# that measure time or limit memory to stand back.
with_sanitizers() {
        ATT_SANITIZED=1 \
                ASAN_OPTIONS=detect_stack_use_after_return=1:strict_string_checks=1:detect_leaks=1 \
                UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1 \
                "$@"
}
