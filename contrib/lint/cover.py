#!/usr/bin/python3
"""Line coverage by gcov of a --coverage build, per room.

usage: cover.py BUILD_DIR

Counts what ran in the unit tests and in the keeper. Helpers run in a sandbox
that cannot write .gcda files; their code is counted where unit tests link it.
"""
import collections
import glob
import os
import re
import subprocess
import sys


def gcov(objects):
    out = subprocess.run(["gcov", "-n", *objects], stdout=subprocess.PIPE,
                         stderr=subprocess.DEVNULL, text=True, check=False)
    return out.stdout


def main():
    build = sys.argv[1]
    rooms = collections.defaultdict(lambda: [0, 0])
    for room in sorted(os.listdir(os.path.join(build, "obj"))):
        notes = glob.glob(os.path.join(build, "obj", room, "*.gcno"))
        for name, percent, lines in re.findall(
                r"File '(src/[^']+)'\nLines executed:([\d.]+)% of (\d+)",
                gcov(notes)):
            if name.startswith("src/%s/" % room):
                rooms[room][0] += round(float(percent) * int(lines) / 100)
                rooms[room][1] += int(lines)
    total = [sum(r[0] for r in rooms.values()),
             sum(r[1] for r in rooms.values())]
    if total[1] == 0:
        sys.exit("no coverage data in " + build)
    for room, (hit, lines) in sorted(rooms.items()):
        print("%-8s %5.1f %% of %d lines" % (room, 100 * hit / lines, lines))
    print("%-8s %5.1f %% of %d lines" % ("all", 100 * total[0] / total[1],
                                         total[1]))


if __name__ == "__main__":
    main()
