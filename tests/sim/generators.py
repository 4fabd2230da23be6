#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The simulations that scripts write are as those scripts write them."""

import pathlib
import subprocess
import sys
import tempfile

FOLDER = pathlib.Path(__file__).resolve().parent.parent.parent / 'config' / 'simulations'


def main():
    wrong = []
    count = 0
    with tempfile.TemporaryDirectory(prefix='attune-generators-') as made:
        for script in sorted(FOLDER.glob('make-*.py')):
            subprocess.run([sys.executable, script, made], check=True)
        for path in sorted(pathlib.Path(made).iterdir()):
            count += 1
            if path.read_bytes() != (FOLDER / path.name).read_bytes():
                wrong.append(path.name)
    for name in wrong:
        print(f'config/simulations/{name} is not what its script writes')
    return 1 if wrong or count == 0 else 0


if __name__ == '__main__':
    sys.exit(main())
