"""Rows of the keeper: memory, latency."""
import csv
import glob
import json
import os
import shutil
import signal
import statistics
import time

import samples
from place import (MIB, SINKS, Peer, Relay, fill, spread, syslog_sink,
                   until)


def from_proc(pid, name, key):
    with open("/proc/%d/%s" % (pid, name), encoding="utf-8") as f:
        for line in f:
            if line.startswith(key + ":"):
                return int(line.split()[1]) * 1024
    return 0


def pss(pid):
    return from_proc(pid, "smaps_rollup", "Pss")


def shared_files(pids):
    """Bytes of memfds (device lists, their index): one each, mapped or not."""
    seen = {}
    for pid in pids:
        for fd in glob.glob("/proc/%d/fd/*" % pid):
            try:
                if os.readlink(fd).startswith("/memfd:"):
                    st = os.stat(fd)
                    seen[st.st_ino] = st.st_blocks * 512
            except OSError:
                pass
    return sum(seen.values())


def row_memory(b):
    idle_memory(b)
    waiting_memory(b)


def idle_memory(b):
    page = b.at("idle.json")
    with open(page, "w", encoding="utf-8") as f:
        json.dump(samples.csaf("B-1", "Benchvendor", [("Unit 1", "<2")]), f)
    web = Peer(b, "web", page)
    peers = [Peer(b, m) for m in ("syslog", "smtp", "hook")]
    relay = Relay(b, "idle")
    listing = b.at("idle", "devices.csv")
    with open(listing, "w", newline="", encoding="utf-8") as f:
        w = csv.writer(f)
        w.writerow(samples.HEAD)
        w.writerow(("one", "Benchvendor", "Unit 1", "1.0", "here"))
        w.writerows(samples.rows(b.names, 5000))
    relay.configure(
        [{"name": "f%d" % i, "type": "csaf", "every": "30d", "allow":
          ["127.0.0.0/8"], "url": "http://127.0.0.1:%d/%d.json" % (
              web.port, i)} for i in range(1000)], listing,
        {n: SINKS[n](p.port) for n, p in zip(("syslog", "mail", "hook"),
                                            peers)})
    relay.run()
    if web.wait(1000, 40)[0] < 1000 or \
            not all(p.wait(1, 40)[0] for p in peers):
        raise RuntimeError("after 40 s %d of 1000 feeds were polled, "
                           "receipts %s; see the log" % (
                               web.ask()[0], [p.ask()[0] for p in peers]))
    if not until(lambda: not relay.busy(), 40):
        raise RuntimeError("the work was not done in 40 s; see the log")
    relay.rests(2, 40)
    pids = relay.family()
    each = [(pss(p), open("/proc/%d/comm" % p).read().strip()) for p in pids]
    total, shared = sum(n for n, _ in each), shared_files(pids)
    kinds = {}
    for n, name in each:
        kinds.setdefault(name, []).append(n)
    relay.stop()
    for p in peers + [web]:
        p.stop()
    b.result("idle, 1,000 feeds, all helpers, PSS", "<= 16 MiB",
             "%.1f MiB in %d processes" % (total / MIB, len(pids)),
             total <= 16 * MIB and len(kinds) == 8,
             "at rest after a round of 1,000 HTTP feeds and an alert to each "
             "sink (the last helper of a kind stays for 60 idle seconds, "
             "further ones for one): " + ", ".join(
                 "%s %s" % (k, "+".join("%.1f" % (n / MIB) for n in v))
                 for k, v in sorted(kinds.items())) +
             "; memfds of lists and index, mapped or not: %.1f MiB" % (
                 shared / MIB))


def waiting_memory(b):
    n = 1000000 if b.big else 60000
    relay = fill(b, "waiting", n, ["syslog"])
    start = time.monotonic()
    relay.run()
    if not until(lambda: relay.status()["devices"] == n, 300):
        raise RuntimeError("the devices were not read; see the log")
    relay.rests(2, 300)
    took = time.monotonic() - start
    have = pss(relay.p.pid)
    most = from_proc(relay.p.pid, "status", "VmHWM")
    shared = shared_files(relay.family())
    relay.stop()
    b.result("keeper, %d deliveries waiting" % n, "<= 24 MiB",
             "%.1f MiB PSS" % (have / MIB), have <= 24 * MIB,
             "the demand is for a million; filled by `advrelay once` in "
             "%.0f s with the sink down, then a fresh `advrelay run`, at rest "
             "with its devices after %.0f s; its greatest RSS was %.1f MiB; "
             "memfds %.1f MiB; store "
             "%.0f MiB" % (relay.seconds, took, most / MIB, shared / MIB, sum(
                 os.path.getsize(p) for p in glob.glob(
                     relay.folder + "/state/*") if os.path.isfile(p)) / MIB))
    shutil.rmtree(relay.folder, ignore_errors=True)


# ---- latency -----------------------------------------------------------------

def publish(path, document):
    with open(path + ".part", "w", encoding="utf-8") as f:
        json.dump(document, f)
    os.replace(path + ".part", path)


def latency(b, n, rounds):
    """Milliseconds from a document's last byte to the first syslog byte."""
    page = b.at("page-%d.json" % n)
    publish(page, samples.csaf("B-0", "Benchvendor", [("Unit 0", "<2")]))
    web, siem = Peer(b, "web", page), Peer(b, "syslog")
    relay = Relay(b, "latency-%d" % n)
    listing = b.at("latency-%d" % n, "devices.csv")
    shutil.copy(b.devices(n), listing)
    with open(listing, "a", newline="", encoding="utf-8") as f:
        csv.writer(f).writerows(("x%d" % i, "Benchvendor", "Unit %d" % i,
                                 "1.0", "here") for i in range(rounds + 1))
    relay.configure([{"name": "page", "type": "csaf", "every": "30d",
                      "allow": ["127.0.0.0/8"], "url":
                      "http://127.0.0.1:%d/page.json" % web.port}], listing,
                    {"siem": syslog_sink(siem.port, "advisory")})
    relay.run()
    if siem.wait(1, 30)[0] < 1:
        raise RuntimeError("no first alert in 30 s; see %s/log" %
                           relay.folder)
    ret = []
    for i in range(1, rounds + 1):
        relay.rests(0.2, 10)
        web.ask("reset")
        siem.ask("reset")
        publish(page, samples.csaf("B-%d" % i, "Benchvendor",
                                   [("Unit %d" % i, "<2")]))
        relay.p.send_signal(signal.SIGUSR1)
        seen = siem.wait(1, 10)
        if seen[0] < 1:
            raise RuntimeError("no alert in 10 s; see the log")
        ret.append((seen[1] - web.ask()[2]) / 1e6)
    relay.stop()
    web.stop()
    siem.stop()
    return ret


def row_latency(b):
    for n in (100000, 1000000):
        before = b.sync_ms()
        ms = latency(b, n, 15)
        b.result("last byte in to first syslog byte, %d" % n, "<= 10 ms",
                 spread(ms, "%.1f") + " ms", statistics.median(ms) <= 10,
                 "`advrelay run`, SIGUSR1, a new advisory of 3 kB for one of "
                 "%d devices: from the web server's last send to the "
                 "receiver's first read, 15 rounds, free placement; an "
                 "fdatasync took %.2f ms before and %.2f ms after" % (
                     n, before, b.sync_ms()))
