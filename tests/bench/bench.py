#!/usr/bin/python3
"""Figures as ratios in one run: ours beside what a user would pick instead.

usage: bench.py BUILD [--only ROW,...] [--big]     (make bench)

Rows: read match cold poll syslog mail hook memory latency. Everything is on
loopback; a peer that is not installed is said aloud and its row is left open.
Ours and the peer take turns; a figure is the median of the rounds' ratios, with
the least and the greatest. --big: more devices and deliveries, some minutes
more. Demands are those of the design; a figure that misses one is no failure of
this program: it exits 0 unless a row could not be measured.
"""
import argparse
import csv
import glob
import http.client
import json
import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import traceback

HERE = os.path.dirname(os.path.realpath(__file__))
TOP = os.path.realpath(HERE + "/../..")
SHARED = os.path.join(TOP, os.environ.get("SHARED", "../shared"))
PYTHON = "/usr/bin/python3"
sys.path.insert(0, HERE)
import samples                                          # noqa: E402

MIB = 1 << 20


class Skip(Exception):
    """What a row needs is not there."""


def say(text=""):
    print(text, flush=True)


# ---- the place: programs, samples, processes ---------------------------------

class Bench:
    def __init__(self, build, big):
        self.build = os.path.realpath(build)
        self.big = big
        self.work = tempfile.mkdtemp(prefix="advrelay-bench.")
        self.ends = []
        self.results = []
        self.compile()
        self.corpus, self.whose = samples.documents(
            SHARED + "/corpora/cisa-csaf", self.at("docs"))
        self.docs = sorted(glob.glob(self.corpus + "/**/*.json",
                                     recursive=True))
        self.names = samples.names_of(self.corpus)
        self.lists = {}

    def at(self, *parts):
        return os.path.join(self.work, *parts)

    def helper(self, name):
        return self.build + "/libexec/" + name

    def program(self, name):
        return self.build + "/bench/" + name

    def compile(self):
        os.makedirs(self.build + "/bench", exist_ok=True)
        flags = ["gcc", "-std=c17", "-D_GNU_SOURCE", "-I" + TOP + "/include",
                 "-I" + TOP + "/src", "-O2", "-g", "-Wall", "-Wextra"]
        room = sorted(p for p in glob.glob(self.build + "/obj/match/*.o")
                      if os.path.basename(p) != "main.o")
        floors = ["%s/%s.a" % (self.build, n) for n in ("talk", "noun",
                                                        "base")]
        for name, more in (
                ("peer", []),
                ("drive", room + floors + ["-lcurl", "-ljansson", "-lssl",
                                           "-lcrypto", "-lm", "-lseccomp"])):
            subprocess.run(flags + ["-o", self.program(name),
                                    "%s/%s.c" % (HERE, name)] + more,
                           check=True)

    def devices(self, n):
        """The list of n devices, made with all the smaller ones."""
        if not self.lists:
            self.lists = samples.device_lists(
                self.work, self.names, (1000, 10000, 100000, 1000000))
        return self.lists[n]

    def drive(self, mode, *args, cpu=1):
        """Lines of numbers."""
        done = subprocess.run(
            ["taskset", "-c", str(cpu), self.program("drive"), mode,
             *map(str, args)], stdout=subprocess.PIPE, text=True, check=True,
            timeout=300)
        return [tuple(int(w) for w in line.split())
                for line in done.stdout.splitlines()]

    def start(self, argv, **kw):
        p = subprocess.Popen(argv, **kw)
        self.ends.append(p)
        return p

    def stop(self, p, how=signal.SIGTERM):
        """By its pid."""
        if p.poll() is None:
            p.send_signal(how)
            try:
                p.wait(15)
            except subprocess.TimeoutExpired:
                p.kill()
                p.wait(10)
        if p in self.ends:
            self.ends.remove(p)
        return p.returncode

    def close(self):
        for p in reversed(list(self.ends)):
            self.stop(p)
        if os.environ.get("KEEP"):
            say("kept: " + self.work)
        else:
            shutil.rmtree(self.work, ignore_errors=True)

    def result(self, row, demand, figure, met, how):
        """met: True, False, or None where there is nothing to hold it to."""
        verdict = {True: "met", False: "MISSED", None: "-"}[met]
        self.results.append((row, demand, figure, verdict))
        say("%-44s demand %-16s %-34s %s" % (row, demand, figure, verdict))
        say("    %s" % how)


class Peer:
    """One of peer.c's receivers."""

    def __init__(self, bench, mode, *args, cpu=None):
        pin = ["taskset", "-c", str(cpu)] if cpu is not None else []
        self.bench = bench
        self.p = bench.start(pin + [bench.program("peer"), mode, *args],
                             stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                             text=True, bufsize=1)
        self.port = int(self.p.stdout.readline())

    def ask(self, word="get"):
        """count, first, last (ns), bytes"""
        self.p.stdin.write(word + "\n")
        self.p.stdin.flush()
        return tuple(int(w) for w in self.p.stdout.readline().split())

    def wait(self, n, seconds, keeps_on=lambda: True):
        """Until n came; what came by then."""
        end = time.monotonic() + seconds
        while True:
            seen = self.ask()
            if seen[0] >= n or time.monotonic() > end or not keeps_on():
                return seen
            time.sleep(0.02)

    def stop(self):
        self.p.stdin.close()
        self.bench.stop(self.p)


def rate(seen):
    """Receipts a second, from the first to the last."""
    count, first, last, _ = seen
    return (count - 1) / ((last - first) / 1e9) if last > first else 0.0


def spread(values, form="%.2f"):
    return (form + " (" + form + ".." + form + ")") % (
        statistics.median(values), min(values), max(values))


def unused_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def need(*programs):
    for p in programs:
        if shutil.which(p) is None:
            raise Skip("%s is not installed: nothing to compare with" % p)


# ---- relay.conf and the relay -------------------------------------------------

def quoted(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, list):
        return "[ %s ]" % ", ".join(map(quoted, value))
    return '"%s"' % value


def group(items):
    return "{ %s }" % " ".join("%s = %s;" % (k, quoted(v))
                               for k, v in items.items())


class Relay:
    """A folder with relay.conf and a store."""

    def __init__(self, bench, name):
        self.bench = bench
        self.folder = bench.at(name)
        os.makedirs(self.folder)
        self.conf = self.folder + "/relay.conf"
        self.log = open(self.folder + "/log", "wb")
        self.p = None

    def configure(self, feeds, devices, sinks):
        with open(self.conf, "w", encoding="utf-8") as f:
            f.write('relay = { name = "relay.test"; state_dir = "%s/state"; '
                    '};\nfeeds = (\n%s\n);\ndevices = "%s";\nsinks = {\n%s\n'
                    '};\nroutes = ( { name = "all"; match = { }; to = %s; } '
                    ');\n' % (self.folder, ",\n".join(map(group, feeds)),
                              devices, "\n".join(
                                  "%s = %s;" % (n, group(s))
                                  for n, s in sinks.items()),
                              quoted(list(sinks))))

    def command(self, *args, fine=(0,), seconds=300):
        done = subprocess.run([self.bench.build + "/advrelay", *args, "-c",
                               self.conf], stdout=subprocess.PIPE,
                              stderr=self.log, text=True, timeout=seconds)
        if done.returncode not in fine:
            raise RuntimeError("advrelay %s: exit %d, see %s/log" % (
                " ".join(args), done.returncode, self.folder))
        return done.stdout

    def run(self):
        self.p = self.bench.start([self.bench.build + "/advrelay", "run",
                                   "-c", self.conf],
                                  stdout=subprocess.DEVNULL, stderr=self.log)

    def status(self):
        return json.loads(self.command("status", "--json"))

    def stop(self):
        if self.p is not None:
            self.bench.stop(self.p)
            self.p = None

    def copy(self, name):
        other = Relay(self.bench, name)
        shutil.copytree(self.folder + "/state", other.folder + "/state")
        return other


def mail_sink(port):
    return {"type": "mail", "url": "smtp://127.0.0.1:%d" % port,
            "tls": "none", "to": ["soc@plant.test"], "attach": False,
            "scope": "device"}


def syslog_sink(port, scope="device"):
    return {"type": "syslog", "url": "tcp://127.0.0.1:%d" % port,
            "scope": scope}


def hook_sink(port):
    return {"type": "webhook", "url": "http://127.0.0.1:%d/" % port,
            "scope": "device"}


SINKS = {"syslog": syslog_sink, "mail": mail_sink, "hook": hook_sink}


# ---- reading and matching -----------------------------------------------------

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
             "%d matches (it finds equal names only)" % (
                 n, len(b.docs), ours[1], ours[0], ours[2], theirs[1],
                 theirs[0], theirs[2]))
    b.result("cold match beside a script, CPU", "-", spread(cpu) + "x", None,
             "the same runs; ours is on two CPUs, the script on one")
    need("cpe2cve")


# ---- polling ------------------------------------------------------------------

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


# ---- deliveries ---------------------------------------------------------------

def fill(b, name, n, sinks):
    """A store with n devices' alerts waiting for each sink, all of them down."""
    relay = Relay(b, name)
    listing = b.at(name, "devices.csv")
    with open(listing, "w", newline="", encoding="utf-8") as f:
        w = csv.writer(f)
        w.writerow(samples.HEAD)
        for i in range(n):
            w.writerow(("d%06d" % i, "Benchvendor", "Unit %d" % (
                i % max(1, n // 1000)), "1.%d" % (i % 7), "plant-1"))
    feeds = []
    for k in range(max(1, n // 1000)):
        path = b.at(name, "b-%d.json" % k)
        with open(path, "w", encoding="utf-8") as f:
            json.dump(samples.csaf("B-%05d" % k, "Benchvendor",
                                   [("Unit %d" % k, "< 2.0")]), f)
        feeds.append({"name": "f%d" % k, "type": "csaf", "every": "30d",
                      "url": "file://" + path})
    relay.feeds, relay.listing = feeds, listing
    relay.configure(feeds, listing, {s: SINKS[s](unused_port())
                                     for s in sinks})
    start = time.monotonic()
    relay.command("once", "-q", fine=(0, 75))
    relay.seconds = time.monotonic() - start
    return relay


def ours_delivers(b, filled, sink, n, seconds):
    """Receipts a second, and their size, of a keeper that finds n waiting."""
    relay = filled.copy("%s-%d" % (sink, time.monotonic_ns()))
    peer = Peer(b, {"mail": "smtp"}.get(sink, sink))
    relay.configure(filled.feeds, filled.listing,
                    {sink: SINKS[sink](peer.port)})
    relay.command("retry", "delivery")
    relay.run()
    seen = peer.wait(n, seconds, lambda: relay.p.poll() is None)
    relay.stop()
    peer.stop()
    shutil.rmtree(relay.folder)
    if seen[0] < 2:
        raise RuntimeError("%d of %d came to %s; see the log" % (seen[0], n,
                                                                sink))
    return rate(seen), seen[3] / seen[0], seen[0]


RSYSLOG = """
global(workDirectory="@DIR@" maxMessageSize="64k")
main_queue(queue.type="Direct")
module(load="imtcp")
template(name="raw" type="string" string="%rawmsg%")
ruleset(name="on" queue.type="Direct") {
  action(type="omfwd" target="127.0.0.1" port="@SINK@" protocol="tcp"
         TCP_Framing="octet-counted" template="raw" queue.type="Disk"
         queue.filename="q" queue.syncqueuefiles="on"
         queue.maxdiskspace="1g" action.resumeretrycount="-1"
         action.resumeinterval="1")
}
input(type="imtcp" address="127.0.0.1" port="0" ruleset="on"
      listenPortFileName="@DIR@/port")
"""


def await_file(path, seconds=15):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if os.path.exists(path) and os.path.getsize(path) > 0:
            with open(path, encoding="utf-8") as f:
                return f.read()
        time.sleep(0.02)
    raise RuntimeError("%s did not come" % path)


def rsyslog_delivers(b, n, size):
    d = tempfile.mkdtemp(dir=b.work)
    peer = Peer(b, "syslog")
    with open(d + "/conf", "w", encoding="utf-8") as f:
        f.write(RSYSLOG.replace("@DIR@", d).replace("@SINK@",
                                                    str(peer.port)))
    p = b.start([shutil.which("rsyslogd"), "-n", "-f", d + "/conf", "-i",
                 d + "/pid"], stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL)
    try:
        port = int(await_file(d + "/port"))
        head = b"<13>1 2026-01-01T00:00:00Z relay.test advrelay - alert - "
        line = head + b"x" * max(1, int(size) - len(head))
        with socket.create_connection(("127.0.0.1", port)) as s:
            s.sendall((b"%d %s" % (len(line), line)) * n)
            seen = peer.wait(n, 30)
    finally:
        b.stop(p)
        peer.stop()
    return rate(seen), seen[0]


def postfix_delivers(b, n, size):
    d = tempfile.mkdtemp(dir=b.work)
    os.chmod(b.work, 0o755)
    os.chmod(d, 0o755)
    port, peer = unused_port(), Peer(b, "smtp")
    conf = d + "/conf"
    os.makedirs(conf)
    shutil.copytree("/etc/postfix", conf, dirs_exist_ok=True, symlinks=True)
    with open(conf + "/main.cf", "w", encoding="utf-8") as f:
        f.write("compatibility_level = 3.6\nqueue_directory = %s/queue\n"
                "data_directory = %s/data\nmyhostname = bench.test\n"
                "inet_interfaces = 127.0.0.1\ninet_protocols = ipv4\n"
                "mynetworks = 127.0.0.0/8\nmydestination =\nalias_maps =\n"
                "relayhost = [127.0.0.1]:%d\nlocal_recipient_maps =\n"
                "smtp_tls_security_level = none\nsyslog_name = bench\n"
                "smtpd_tls_security_level = none\n"
                "in_flow_delay = 0\n"
                % (d, d, peer.port))
    with open("/etc/postfix/master.cf", encoding="utf-8") as f:
        lines = [w.split() for w in f if w.strip() and w[0] not in "# \t"]
    with open(conf + "/master.cf", "w", encoding="utf-8") as f:
        for w in lines:
            if w[0] == "smtp" and w[1] == "inet":
                w[0] = "127.0.0.1:%d" % port
            if w[1] == "inet" and w[-1] != "smtpd" or "argv" in " ".join(w):
                continue
            f.write(" ".join(w[:4] + ["n"] + w[5:]) + "\n")
    os.makedirs(d + "/queue")
    os.makedirs(d + "/data")
    shutil.chown(d + "/data", "postfix")
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    subprocess.run(["postfix", "-c", conf, "start"], check=True, **quiet)
    try:
        subprocess.run(["smtp-source", "-s", "10", "-l", str(int(size)), "-m",
                        str(n), "-f", "relay@bench.test", "-t",
                        "soc@plant.test", "127.0.0.1:%d" % port],
                       check=True, timeout=60, **quiet)
        seen = peer.wait(n, 60)
    finally:
        subprocess.run(["postfix", "-c", conf, "stop"], **quiet)
        peer.stop()
    return rate(seen), seen[0]


ALERTMANAGER = """
route:
  receiver: hook
  group_by: ['...']
  group_wait: 0s
  group_interval: 5m
  repeat_interval: 4h
receivers:
- name: hook
  webhook_configs:
  - url: http://127.0.0.1:%d/
    send_resolved: false
"""


def alertmanager_delivers(b, n, size):
    d = tempfile.mkdtemp(dir=b.work)
    port, peer = unused_port(), Peer(b, "hook")
    with open(d + "/conf.yml", "w", encoding="utf-8") as f:
        f.write(ALERTMANAGER % peer.port)
    p = b.start([shutil.which("prometheus-alertmanager"),
                 "--config.file=%s/conf.yml" % d, "--storage.path=%s/data" % d,
                 "--web.listen-address=127.0.0.1:%d" % port,
                 "--cluster.listen-address="],
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(300):
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                break
            except OSError:
                time.sleep(0.05)
        pad = "x" * max(1, int(size) - 700)
        bodies = [json.dumps([{
            "labels": {"alertname": "advisory", "device": "d%06d" % i},
            "annotations": {"summary": pad}} for i in range(k, k + 500)])
            for k in range(0, n, 500)]
        c = http.client.HTTPConnection("127.0.0.1", port)
        for body in bodies:
            c.request("POST", "/api/v2/alerts", body,
                      {"Content-Type": "application/json"})
            answer = c.getresponse()
            answer.read()
            if answer.status != 200:
                raise RuntimeError("alertmanager: HTTP %d" % answer.status)
        c.close()
        seen = peer.wait(n, 30)
    finally:
        b.stop(p)
        peer.stop()
    return rate(seen), seen[0]


FILLED = {}


def deliveries(b, sink, what, demand, peer_name, peer_go, n_ours, n_peer,
               rounds):
    if "all" not in FILLED:
        FILLED["all"] = fill(b, "filled", 20000, list(SINKS))
    ratios, ours, theirs = [], [], []
    for _ in range(rounds):
        mine, size, came = ours_delivers(b, FILLED["all"], sink, n_ours, 12)
        other, others = peer_go(b, n_peer, size)
        ours.append(mine)
        theirs.append(other)
        ratios.append(mine / other if other else 0)
    b.result(what, ">= %dx" % demand, spread(ratios) + "x",
             statistics.median(ratios) >= demand,
             "ours %.0f/s (%d of %d waiting came, %d bytes each; `advrelay "
             "run` on a filled store), %s %.0f/s (%d of %d came, same size); "
             "first to last receipt at the same receiver, %d rounds in turn, "
             "free placement" % (
                 statistics.median(ours), came, n_ours, size, peer_name,
                 statistics.median(theirs), others, n_peer, rounds))


def row_syslog(b):
    need("rsyslogd")
    deliveries(b, "syslog", "durable deliveries, syslog over TCP", 5,
               "rsyslog with a synced disk queue", rsyslog_delivers, 20000,
               20000, 3)


def row_mail(b):
    need("postfix", "smtp-source")
    if os.geteuid() != 0:
        raise Skip("postfix can be started by root only")
    deliveries(b, "mail", "durable deliveries, SMTP", 4, "Postfix as a relay",
               postfix_delivers, 20000, 2000, 2)


def row_hook(b):
    need("prometheus-alertmanager")
    deliveries(b, "hook", "durable deliveries, webhook", 2, "Alertmanager",
               alertmanager_delivers, 20000, 10000, 2)


# ---- memory -------------------------------------------------------------------

def family(pid):
    """The keeper and its helpers."""
    pids = [pid]
    for path in glob.glob("/proc/%d/task/*/children" % pid):
        with open(path, encoding="ascii") as f:
            pids += map(int, f.read().split())
    return pids


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


def until(condition, seconds):
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.1)
    return condition()


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
    all_came = until(lambda: web.ask()[0] >= 1000 and
                     all(p.ask()[0] > 0 for p in peers), 40)
    if not all_came:
        raise RuntimeError("after 40 s %d of 1000 feeds were polled, "
                           "receipts %s; see the log" % (
                               web.ask()[0], [p.ask()[0] for p in peers]))
    time.sleep(2)
    pids = family(relay.p.pid)
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
             "2 s after a round of 1,000 HTTP feeds and an alert to each sink "
             "(helpers leave after 60 idle seconds): " + ", ".join(
                 "%s %s" % (k, "+".join("%.1f" % (n / MIB) for n in v))
                 for k, v in sorted(kinds.items())) +
             "; memfds of lists and index, mapped or not: %.1f MiB" % (
                 shared / MIB))


def waiting_memory(b):
    n = 1000000 if b.big else 60000
    relay = fill(b, "waiting", n, ["syslog"])
    relay.run()
    time.sleep(4)
    have = pss(relay.p.pid)
    most = from_proc(relay.p.pid, "status", "VmHWM")
    shared = shared_files(family(relay.p.pid))
    relay.stop()
    b.result("keeper, %d deliveries waiting" % n, "<= 24 MiB",
             "%.1f MiB PSS" % (have / MIB), have <= 24 * MIB,
             "the demand is for a million; filled by `advrelay once` in "
             "%.0f s with the sink down, then a fresh `advrelay run`, 4 s "
             "later; its greatest RSS was %.1f MiB; memfds %.1f MiB; store "
             "%.0f MiB" % (relay.seconds, most / MIB, shared / MIB, sum(
                 os.path.getsize(p) for p in glob.glob(
                     relay.folder + "/state/*") if os.path.isfile(p)) / MIB))
    shutil.rmtree(relay.folder, ignore_errors=True)


# ---- latency ------------------------------------------------------------------

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
        time.sleep(0.3)
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
        ms = latency(b, n, 15)
        b.result("last byte in to first syslog byte, %d" % n, "<= 10 ms",
                 spread(ms, "%.1f") + " ms", statistics.median(ms) <= 10,
                 "`advrelay run`, SIGUSR1, a new advisory of 3 kB for one of "
                 "%d devices: from the web server's last send to the "
                 "receiver's first read, 15 rounds, free placement" % n)


ROWS = {"read": row_read, "match": row_match, "cold": row_cold,
        "poll": row_poll, "syslog": row_syslog, "mail": row_mail,
        "hook": row_hook, "memory": row_memory, "latency": row_latency}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("build")
    parser.add_argument("--only", default=",".join(ROWS))
    parser.add_argument("--big", action="store_true")
    args = parser.parse_args()
    b = Bench(args.build, args.big)
    failed = 0
    try:
        for name in args.only.split(","):
            start = time.monotonic()
            try:
                ROWS[name](b)
            except Skip as e:
                say("%-44s SKIPPED: %s" % (name, e))
            except Exception as e:
                failed += 1
                traceback.print_exc()
                say("%-44s COULD NOT BE MEASURED: %s" % (name, e))
            say("    [%s: %.0f s]" % (name, time.monotonic() - start))
    finally:
        b.close()
    say("\n%-44s %-16s %-34s %s" % ("row", "demand", "figure", "verdict"))
    for row in b.results:
        say("%-44s %-16s %-34s %s" % row)
    say("Loopback, %d CPUs, kernel %s; ratios of one run, not promises." % (
        os.cpu_count(), os.uname().release))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
