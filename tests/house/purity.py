#!/usr/bin/env python3
"""The engine has no clock, file, socket, thread, environment or chance: what it calls is listed here.

Usage: purity.py BUILD_ROOT [NM]

Reads the archives of lib/base, lib/model and lib/core with nm and compares the symbols that none of
them defines with the list of what they may call.
"""

import os
import re
import subprocess
import sys

from rooms import PURE_ROOMS, conclude

RULE = ("lib/base, lib/model and lib/core call nothing but the pure part of libc "
        "(PERMITTED in tests/house/purity.py)")

ARCHIVES = {
    "lib/base": "libattune-base.a",
    "lib/emotion": "libattune-emotion.a",
    "lib/model": "libattune-model.a",
    "lib/core": "libattune-core.a",
}

# Functions of the C library whose result is decided by their arguments alone (and the memory left).
PERMITTED = set("""
    malloc calloc realloc reallocarray free aligned_alloc posix_memalign
    memcpy memmove memset memcmp memchr memrchr memmem mempcpy rawmemchr explicit_bzero
    strlen strnlen strcmp strncmp strcpy strncpy stpcpy stpncpy strcat strncat strchr strrchr
    strchrnul strstr strspn strcspn strpbrk strdup strndup strtok_r strsep strcasecmp strncasecmp
    strtol strtoll strtoul strtoull strtoimax strtoumax
    isoc99_sscanf sscanf snprintf vsnprintf asprintf vasprintf
    qsort qsort_r bsearch abs labs llabs div ldiv lldiv
    ctype_b_loc ctype_tolower_loc ctype_toupper_loc tolower toupper
    isalnum isalpha isdigit islower isprint ispunct isspace isupper isxdigit
    abort assert_fail errno_location
""".split())

# What a broken check needs to say why it aborts; how memory is going to be used; and, for the simulator's distributions and JSON's
# numbers, the real numbers that the engine itself must do without.
PERMITTED_IN_BASE = set("""
    fprintf vfprintf fputs fputc fwrite fflush stderr
    madvise
    log log1p exp expm1 pow sqrt cos sin tan floor ceil fabs lgamma strtod
""".split())

# What compilers, hardening, sanitizers and coverage add by themselves.
ADDED = re.compile(r"_GLOBAL_OFFSET_TABLE_|__stack_chk_fail|__(asan|ubsan|sanitizer|sancov|lsan)_\w+"
                   r"|__cpu_(model|indicator_init|features2)|__gcov_\w+|__llvm_\w+|__start_\w+|__stop_\w+|__tls_get_addr"
                   r"|__(u?div|u?mod|mul|ash|lsh|popcount|clz|ctz)\w*[sdt]i\d?|_?__?tsan_\w+")

LOOSE = re.compile(r"_?_?(?P<plain>\w+?)(_chk)?$")


def symbols_of(nm, archive, defined):
    """Pairs of (object file, symbol) that the archive defines, or that it wants from others."""
    option = "--defined-only" if defined else "--undefined-only"
    output = subprocess.run([nm, "--print-file-name", "--format=posix", option, archive],
                            check=True, capture_output=True, text=True).stdout
    pairs = set()
    for line in output.splitlines():
        place, symbol = line.split(": ", 1)
        member = re.search(r"\[([^\]]+)\]$", place)
        pairs.add((member.group(1) if member else place, symbol.split()[0]))
    return pairs


def plain(symbol):
    """Without the marks of glibc's variants: __memcpy_chk is memcpy."""
    symbol = symbol.split("@")[0]
    return LOOSE.match(symbol).group("plain")


def main():
    build_root = sys.argv[1]
    nm = sys.argv[2] if len(sys.argv) > 2 else "nm"
    archives = {}
    for room in PURE_ROOMS:
        path = os.path.join(build_root, room, ARCHIVES[room])
        if not os.path.exists(path):
            sys.exit(f"{path} is not there: what the engine calls can't be told")
        archives[room] = path

    own = {symbol for path in archives.values() for _, symbol in symbols_of(nm, path, True)}
    complaints = []
    n_checked = 0
    for room, path in archives.items():
        for member, symbol in sorted(symbols_of(nm, path, False)):
            n_checked += 1
            if symbol in own or ADDED.fullmatch(symbol) or plain(symbol) in PERMITTED:
                continue
            if room == "lib/base" and plain(symbol) in PERMITTED_IN_BASE:
                continue
            source = os.path.basename(member)[: -len(".o")]
            complaints.append(f"{room}/{source}: calls {symbol}()")
    conclude(RULE, complaints, n_checked, f"symbols in {', '.join(archives)}")


if __name__ == "__main__":
    main()
