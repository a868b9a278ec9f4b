"""What the rows share: programs, samples, receivers, relay.conf, the relay."""
import csv
import glob
import json
import os
import select
import shutil
import signal
import socket
import statistics
import subprocess
import tempfile
import time

import samples

HERE = os.path.dirname(os.path.realpath(__file__))
TOP = os.path.realpath(HERE + "/../..")
SHARED = os.path.join(TOP, os.environ.get("SHARED", "../shared"))
PYTHON = "/usr/bin/python3"
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
        self.syncs = []
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

    def sync_ms(self):
        """What the disk takes to keep 512 bytes, at this moment: the median."""
        times = []
        with open(self.at("sync"), "wb") as f:
            for _ in range(30):
                f.write(b"x" * 512)
                f.flush()
                start = time.monotonic()
                os.fdatasync(f.fileno())
                times.append((time.monotonic() - start) * 1e3)
        self.syncs.append(statistics.median(times))
        return self.syncs[-1]

    def skipped(self, row, why):
        self.results.append((row, "", why, ""))
        say("%-44s SKIPPED: %s" % (row, why))

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

    def tell(self, line):
        self.p.stdin.write(line + "\n")
        self.p.stdin.flush()

    def told(self):
        """count, first, last (ns), bytes"""
        return tuple(int(w) for w in self.p.stdout.readline().split())

    def ask(self, word="get"):
        self.tell(word)
        return self.told()

    def wait(self, n, seconds, keeps_on=lambda: True):
        """Until n came; what came by then."""
        end = time.monotonic() + seconds
        self.tell("wait %d" % n)
        while not select.select([self.p.stdout], [], [], 0.2)[0]:
            if time.monotonic() > end or not keeps_on():
                self.tell("get")    # ends the wait, which is answered, too
                self.told()
                break
        return self.told()

    def stop(self):
        self.p.stdin.close()
        self.bench.stop(self.p)


def until(condition, seconds, nap=0.1):
    """What it says in the end; for what gives no event of its own."""
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(nap)
    return condition()


def cpu_ns(pid):
    """Of all its threads; 0 when it has left."""
    total = 0
    for path in glob.glob("/proc/%d/task/*/schedstat" % pid):
        try:
            with open(path, encoding="ascii") as f:
                total += int(f.read().split()[0])
        except OSError:
            pass
    return total


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


# ---- relay.conf and the relay ------------------------------------------------

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

    def busy(self):
        seen = self.status()
        return seen["documents_new"] + seen["advisories_new"] > 0

    def family(self):
        """Pids of the keeper and its helpers."""
        pids = [self.p.pid]
        for path in glob.glob("/proc/%d/task/*/children" % self.p.pid):
            with open(path, encoding="ascii") as f:
                pids += map(int, f.read().split())
        return pids

    def rests(self, window, seconds):
        """Until for so long none of its processes has done more than its
        regular looks (2 % of a CPU), and none has come or gone."""
        state = {"since": time.monotonic(), "cpu": {}}

        def quiet():
            now = {pid: cpu_ns(pid) for pid in self.family()}
            spent = sum(now.values()) - sum(state["cpu"].values())
            if now.keys() != state["cpu"].keys() or spent > 2e7 * window:
                state.update(since=time.monotonic(), cpu=now)
            return time.monotonic() - state["since"] >= window
        if not until(quiet, seconds, window / 20):
            raise RuntimeError("the work was not done in %d s; see %s/log" % (
                seconds, self.folder))

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


# ---- a store with deliveries that wait ---------------------------------------

def fill(b, name, n, sinks):
    """A store with n devices' alerts waiting for each sink, all down."""
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
