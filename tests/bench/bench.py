#!/usr/bin/python3
"""Figures as ratios in one run: ours beside what a user would pick instead.

usage: bench.py BUILD [--only ROW,...] [--big]     (make bench)

Rows: read both match cold poll syslog mail hook memory latency. Everything is on
loopback; a peer that is not installed is said aloud and its row is left open.
Ours and the peer take turns; a figure is the median of the rounds' ratios, with
the least and the greatest. --big: more devices and deliveries, some minutes
more. Demands are those of the design; a figure that misses one is no failure of
this program: it exits 0 unless a row could not be measured.
"""
import argparse
import os
import sys
import time
import traceback

sys.dont_write_bytecode = True

import rows_helpers                                     # noqa: E402
import rows_keeper                                      # noqa: E402
import rows_sinks                                       # noqa: E402
from place import Bench, Skip, say, spread              # noqa: E402


ROWS = {
    "read": rows_helpers.row_read,
    "both": rows_helpers.row_both,
    "match": rows_helpers.row_match,
    "cold": rows_helpers.row_cold,
    "poll": rows_helpers.row_poll,
    "syslog": rows_sinks.row_syslog,
    "mail": rows_sinks.row_mail,
    "hook": rows_sinks.row_hook,
    "memory": rows_keeper.row_memory,
    "latency": rows_keeper.row_latency,
}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("build")
    parser.add_argument("--only", default=",".join(ROWS))
    parser.add_argument("--big", action="store_true")
    args = parser.parse_args()
    names = args.only.split(",")
    for name in names:
        if name not in ROWS:
            parser.error("%s is no row" % name)
    b = Bench(args.build, args.big)
    failed = 0
    try:
        for name in names:
            start = time.monotonic()
            try:
                ROWS[name](b)
            except Skip as e:
                b.skipped(name, str(e))
            except Exception as e:
                failed += 1
                traceback.print_exc()
                b.skipped(name, "COULD NOT BE MEASURED: %s" % e)
            say("    [%s: %.0f s]" % (name, time.monotonic() - start))
    finally:
        b.close()
    say("\nfdatasync of 512 bytes here, during the run: %s ms; other programs "
        "on two shared CPUs and this disk are part of every figure" %
        spread(b.syncs, "%.2f") if b.syncs else "")
    say("\n%-44s %-16s %-34s %s" % ("row", "demand", "figure", "verdict"))
    for row in b.results:
        say("%-44s %-16s %-34s %s" % row)
    say("Loopback, %d CPUs, kernel %s; ratios of one run, not promises." % (
        os.cpu_count(), os.uname().release))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
