#!/usr/bin/python3
"""Recall and precision of matching over the labelled pairs.

    accuracy.py BUILD [N]   prints the table and up to N misses (200), each with
                            its reasons; exit 1 where a bar is not reached
"""
import glob
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
SHARED = os.environ.get("SHARED", os.path.join(ROOT, "..", "shared"))
LIBS = "-ljansson -lxml2 -lcrypto -lm -lseccomp".split()
# level: recall and precision of affected against not affected
BARS = {"L0": (0.995, 0.995), "L1": (0.97, 0.99), "L2": (0.99, 0.995)}
POSSIBLE = 0.98
CVES = 0.99


def build(b):
    """The program, linked with the rooms as the build made them."""
    out = os.path.join(b, "accuracy")
    objects = [o for room in ("read", "list", "match")
               for o in glob.glob("%s/obj/%s/*.o" % (b, room))
               if not o.endswith("/main.o")]
    subprocess.run(
        [os.environ.get("CC", "cc"), "-std=c17", "-O2", "-g", "-D_GNU_SOURCE",
         "-Iinclude", "-Isrc", "-o", out, "tests/bench/accuracy.c"] + objects +
        ["%s/%s.a" % (b, a) for a in ("talk", "noun", "base")] + LIBS,
        cwd=ROOT, check=True)
    return out


def main():
    b = os.path.abspath(sys.argv[1])
    misses = sys.argv[2] if len(sys.argv) > 2 else "200"
    labels = os.path.join(SHARED, "labels")
    if not os.path.exists(labels):
        print("SKIP: %s is not there" % labels)
        return 0
    run = subprocess.run(
        [build(b), "-t", "-e", misses, labels + "/devices.csv",
         labels + "/labels.jsonl", SHARED + "/corpora/cisa-csaf"],
        stdout=subprocess.PIPE, text=True, check=True)
    print(run.stdout, end="")
    low = []
    for m in re.finditer(
            r"^(L\d): affected recall (\S+) \((\d+)\) precision (\S+) .*cves "
            r"wrong (\d+); possible (\S+)", run.stdout, re.M):
        level, recall, n, precision, cves, possible = m.groups()
        want = BARS[level]
        low += ["%s: %s %s is below %s" % (level, what, got, bar)
                for what, got, bar in (
                    ("recall", recall, want[0]),
                    ("precision", precision, want[1]),
                    ("possible", possible, POSSIBLE))
                if float(got) < bar]
        if int(cves) > (1 - CVES) * int(n):
            low.append("%s: %s sets of CVEs are wrong" % (level, cves))
    m = re.search(r"other vendor (\d+), sibling (\d+)", run.stdout)
    if m and m.groups() != ("0", "0"):
        low.append("false alarms of other vendors or siblings")
    print("\n".join(low) or "every bar is reached")
    return 1 if low else 0


if __name__ == "__main__":
    sys.exit(main())
