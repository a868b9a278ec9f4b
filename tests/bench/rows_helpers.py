"""Rows of one helper: reading, matching, polling."""
import json
import os
import shutil
import statistics
import time

import samples
from place import HERE, MIB, PYTHON, Peer, spread


def row_read(b):
    lines = b.drive("read", b.helper("read"), 7, *b.docs)
    ratios = [ours / theirs for ours, theirs, _ in lines]
    ours, theirs, size = lines[0]
    b.result("read beside jansson's bare parse", "<= 1.3x", spread(ratios),
             statistics.median(ratios) <= 1.3,
             "%d documents (%s, %.1f MB): CPU of libexec/read from ask to "
             "answer, %.0f ms, over CPU of json_loadb, %.0f ms; 7 rounds in "
             "turn, one CPU" % (len(b.docs), b.whose, size / 1e6, ours / 1e6,
                                theirs / 1e6))


def row_both(b):
    """What the relay adds to the parser, for a plant of 10,000 devices."""
    packed, small, far = b.at("advisories"), b.at("index-10000"), b.at("far10")
    b.drive("pack", b.helper("read"), packed, *b.docs)
    b.drive("list", b.helper("list"), 1, b.devices(10000), small)
    b.drive("list", b.helper("list"), 1, samples.list_with_strangers(
        b.devices(1000), b.at("far10.csv"), 10000, b.names), far)
    parse, read = [], []
    for ours, theirs, _ in b.drive("read", b.helper("read"), 7, *b.docs):
        read.append(ours / len(b.docs) / 1e3)
        parse.append(theirs / len(b.docs) / 1e3)
    each = {0: [], 1: []}
    for i, ns, docs, matches in b.drive("match", packed, 7, small, far):
        each[i].append((ns / docs / 1e3, matches / docs))
    for i, name in ((0, "read and match, 10,000 of known makers"),
                    (1, "read and match, 1,000 of them and 9,000 others")):
        ratios = [(r + m) / p for r, (m, _), p in zip(read, each[i], parse)]
        b.result(name, "<= 1.3x", spread(ratios),
                 statistics.median(ratios) <= 1.3,
                 "libexec/read (%.0f us a document) and matching (%.0f us, "
                 "%.1f matches a document) over jansson's bare parse "
                 "(%.0f us)" % (statistics.median(read), statistics.median(
                     m for m, _ in each[i]), each[i][0][1],
                     statistics.median(parse)))


def row_match(b):
    packed = b.at("advisories")
    b.drive("pack", b.helper("read"), packed, *b.docs)
    sizes = [1000, 10000, 100000, 1000000]
    indices = []
    for n in sizes:
        ix = b.at("index-%d" % n)
        lines = b.drive("list", b.helper("list"), 3 if n == sizes[-1] else 1,
                        b.devices(n), ix)
        indices.append(ix)
    cpu = [c / 1e9 for c, _, _, _ in lines]
    size, taken = lines[0][2], lines[0][3]
    b.result("device index, bytes a device", "<= 80", "%.1f" % (size / taken),
             size / taken <= 80, "%d devices from a CSV of %.0f MB: size of "
             "the sealed index" % (taken, os.path.getsize(
                 b.devices(sizes[-1])) / 1e6))
    b.result("device index, a million built", "<= 1 s", "%s s" % spread(cpu),
             statistics.median(cpu) <= 1, "CPU of libexec/list from ask to "
             "answer (CSV in, index out), 3 fresh helpers")
    far = b.at("index-far")
    b.drive("list", b.helper("list"), 1, samples.list_with_strangers(
        b.devices(1000), b.at("far.csv"), sizes[-1], b.names), far)
    # a million takes most of the time, so it has one round
    small = b.drive("match", packed, 5, indices[0], indices[1], far)
    big = b.drive("match", packed, 1, indices[2], indices[3])
    each = {}
    for i, ns, docs, matches in small:
        each.setdefault(("1,000", "10,000", "far")[i], []).append(
            (ns / docs / 1e3, matches / docs))
    for i, ns, docs, matches in big:
        each.setdefault(("100,000", "1,000,000")[i], []).append(
            (ns / docs / 1e3, matches / docs))
    least = statistics.median(us for us, _ in each["1,000"])
    how = ("one thread between packed advisory and packed matches (unpack, "
           "match, pack), all %d documents, 30 %% strangers" % len(b.docs))
    for name in ("1,000", "10,000", "100,000", "1,000,000"):
        us = [u for u, _ in each[name]]
        m = statistics.median(us)
        last = name == "1,000,000"
        b.result("match, %s devices" % name, "<= 60 us" if last else "-",
                 "%.0f us a document" % m, m <= 60 if last else None,
                 "%.0f documents/s, %.1f matches a document, %.2f us a match; "
                 "%s" % (1e6 / m, each[name][0][1], m / max(
                     each[name][0][1], 1), how))
    m = statistics.median(u for u, _ in each["1,000,000"])
    b.result("match, a million over a thousand", "<= 2x", "%.1fx" %
             (m / least), m / least <= 2, "the same share of devices is "
             "concerned, so a million has %.0f times the matches" % (
                 each["1,000,000"][0][1] / max(each["1,000"][0][1], 0.01)))
    more = [(u - v) / max(k - n, 1) for (u, k), (v, n) in
            zip(each["1,000,000"], each["far"])]
    b.result("  a further match", "< 1 us", "%.2f us" %
             statistics.median(more), statistics.median(more) < 1,
             "a million devices of which many are concerned, less a million "
             "of which few are, over their matches")
    ratios = [u / v for (u, _), (v, _) in zip(each["far"], each["1,000"])]
    m = statistics.median(u for u, _ in each["far"])
    b.result("  the same, as many matches", "<= 2x, 60 us", "%sx, %.0f us" % (
        spread(ratios), m), statistics.median(ratios) <= 2 and m <= 60,
        "the thousand and 999,000 strangers: what the size of the list alone "
        "costs; 5 rounds in turn")


def cpu_of(argv, out):
    """CPU and wall seconds of a command and its children."""
    with open(out, "wb") as f:
        start = time.monotonic()
        pid = os.posix_spawn(argv[0], argv, os.environ, file_actions=[
            (os.POSIX_SPAWN_DUP2, f.fileno(), 1)])
        _, status, use = os.wait4(pid, 0)
        wall = time.monotonic() - start
    if status != 0:
        raise RuntimeError("%s ended with %d" % (argv[0], status))
    with open(out, "rb") as f:
        lines = sum(block.count(b"\n")
                    for block in iter(lambda: f.read(MIB), b""))
    return use.ru_utime + use.ru_stime, wall, lines


# It needs Go and its own feed format; figures of one earlier run elsewhere.
CPE2CVE = ("cpe2cve is not installed; measured elsewhere, with 2,379 of CISA's "
           "documents as an NVD feed and an index: 0.09, 0.29, 2.2 and 18.5 to "
           "19.1 CPU s for 1,000, 10,000, 100,000 and 1,000,000 devices, up to "
           "717 MiB; without the index 7.9 CPU s for 10,000")


def row_cold(b):
    n, rounds = (1000000, 1) if b.big else (100000, 3)
    cpu, wall, ours, theirs = [], [], None, None
    for _ in range(rounds):
        ours = cpu_of([b.build + "/advrelay", "match", "--devices",
                       b.devices(n), b.corpus], b.at("ours.out"))
        theirs = cpu_of([PYTHON, HERE + "/by_script.py", b.devices(n),
                         b.corpus], b.at("theirs.out"))
        cpu.append(theirs[0] / ours[0])
        wall.append(theirs[1] / ours[1])
    b.result("cold match beside a script, wall", ">= 4x", spread(wall) + "x",
             statistics.median(wall) >= 4,
             "%d devices x %d documents, output to a file: ours %.2f s wall, "
             "%.2f s CPU, %d matches; by_script.py %.2f s wall, %.2f s CPU, "
             "%d matches (it finds equal names only); %.1f and %.1f us a "
             "match" % (
                 n, len(b.docs), ours[1], ours[0], ours[2], theirs[1],
                 theirs[0], theirs[2], ours[1] / max(ours[2], 1) * 1e6,
                 theirs[1] / max(theirs[2], 1) * 1e6))
    b.result("cold match beside a script, CPU", "-", spread(cpu) + "x", None,
             "the same runs; ours is on two CPUs, the script on one")
    if shutil.which("cpe2cve") is None:
        b.skipped("cold match beside cpe2cve (10x)", CPE2CVE)


# ---- polling -----------------------------------------------------------------

def row_poll(b):
    page = b.at("page.json")
    with open(page, "w", encoding="utf-8") as f:
        json.dump(samples.csaf("B-1", "Benchvendor", [("Unit 1", "<2")]), f)
    web = Peer(b, "web", page, cpu=0)
    lines = b.drive("fetch", b.helper("fetch"), 7, 3000,
                    "http://127.0.0.1:%d/page.json" % web.port)
    web.stop()
    ratios = [ours / theirs for ours, theirs, _ in lines]
    b.result("a poll answered 304 beside libcurl", "<= 1.5x", spread(ratios),
             statistics.median(ratios) <= 1.5,
             "one kept connection: CPU of libexec/fetch, %.1f us a poll, over "
             "a bare curl_easy_perform with If-None-Match, %.1f us; server on "
             "the other CPU, 7 rounds of 3,000 in turn" % (
                 lines[0][0] / lines[0][2] / 1e3,
                 lines[0][1] / lines[0][2] / 1e3))
