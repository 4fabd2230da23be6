#!/usr/bin/env python3
"""Every header compiles alone, and twice.

Usage: headers.py SOURCE_ROOT BUILD_ROOT

The compiler and its options (-D, -std and the folders of headers) are those of compile_commands.json,
less the folders of single rooms: our includes name their path from the root.
"""

import concurrent.futures
import json
import os
import shlex
import subprocess
import sys

from rooms import conclude, files_of

RULE = "a header includes what it uses, and guards itself"


def is_room(folder, source_root, build_root):
    """Is the folder one of ours, other than the two roots? (Generated code may want a folder.)"""
    inside_source = folder.startswith(source_root + os.sep)
    inside_build = folder.startswith(build_root + os.sep)
    return (inside_source and not inside_build) or (
        inside_build and not folder.startswith(os.path.join(build_root, "proto")))


def compiler_and_options(source_root, build_root):
    with open(os.path.join(build_root, "compile_commands.json"), encoding="utf-8") as file:
        commands = json.load(file)
    compiler = None
    options = {}
    for command in commands:
        words = shlex.split(command["command"])
        if not command["file"].endswith(".c"):
            continue
        if compiler is None:
            compiler = [word for word in words[: words.index("-c")] if not word.startswith("-")][:2]
            if os.path.basename(compiler[0]) != "ccache":
                compiler = compiler[:1]
        for word in words:
            if word.startswith("-I"):
                folder = os.path.abspath(os.path.join(build_root, word[2:]))
                if not is_room(folder, source_root, build_root):
                    options["-I" + folder] = None
            elif word.startswith(("-D", "-std=", "-isystem")):
                options[word] = None
    return compiler, list(options)


def compile_alone(source_root, build_root, compiler, options, header):
    """What the compiler says against it, or an empty text."""
    line = f'#include "{header}"\n'
    # Something to compile: ISO C wants a translation unit to declare anything.
    source = line + line + "extern int header_is_alone;\n"
    run = subprocess.run(
        [*compiler, *options, "-Wall", "-Wextra", "-Werror", "-fsyntax-only", "-x", "c", "-"],
        input=source, capture_output=True, text=True, cwd=build_root, check=False)
    return run.stderr if run.returncode else ""


def main():
    source_root, build_root = (os.path.abspath(path) for path in sys.argv[1:3])
    compiler, options = compiler_and_options(source_root, build_root)
    if compiler is None:
        print("the build compiles no C file")
        sys.exit(77)
    headers = [path for room in ("lib", "daemon", "tools", "tests")
               for path in files_of(source_root, room, (".h",))]
    complaints = []
    with concurrent.futures.ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        answers = pool.map(
            lambda header: compile_alone(source_root, build_root, compiler, options, header), headers)
        for header, answer in zip(headers, answers):
            if answer:
                complaints.append(f"{header}: does not compile alone:\n{answer}")
    conclude(RULE, complaints, len(headers), "headers")


if __name__ == "__main__":
    main()
