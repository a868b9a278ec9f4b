#!/usr/bin/python3
"""The keeper ends at each of its commits, one after the other: whatever it had
committed is enough to go on from, for new documents and for a revision."""
import concurrent.futures
import shutil
import subprocess
import threading
import time

from lib_crash import *

WORKERS = 2
# A run has so many commits at most; more means that it does not end.
COMMITS_MAX = 1000
# Which commits happen depends on who answers first: the last n is found when
# so many in a row were not reached.
BEYOND = 3


def settings_of(place, site, told):
    return {"feeds": site.feeds(),
            "devices": os.path.join(DEMO, "devices.csv"),
            "sinks": told.sinks(place),
            # the sample documents of low severity, too
            "routes": [{"name": "all", "match": {}, "to": list(SINKS)}]}


class Sweep:
    """Every n, dealt out to workers of which each has its own receivers."""

    def __init__(self, place, program, site, wanted, source=None, step=1,
                 real=False):
        self.place, self.program, self.site = place, program, site
        self.wanted, self.source, self.step = wanted, source, step
        self.real = real
        self.lock = threading.Lock()
        self.next = 1
        self.reached, self.missed, self.faults, self.repeats = [], [], [], 0

    def own(self, number):
        told = Told(self.place, self.real)
        return told, Relay(self.place, "worker-%d" % number, self.program,
                           settings_of(self.place, self.site, told))

    def worker(self, told, relay):
        while True:
            with self.lock:
                n = self.next
                self.next += self.step
                last = max(self.reached, default=0)
                beyond = [m for m in self.missed if m > max(last, 10)]
                if len(beyond) >= BEYOND or len(self.faults) >= 5:
                    return
            try:
                self.one(relay, told, n)
            except Exception as e:
                with self.lock:
                    self.faults.append("commit %d: %s" % (n, e))
                told.take()

    def one(self, relay, told, n):
        check(n <= COMMITS_MAX, "%d commits and no end", n)
        relay.reset(self.source)
        told.forget()
        done = relay.once(env={"ADVRELAY_CRASH_AT": str(n)})
        check(done.status in (EX_OK, CRASHED), "the first run: %r", done)
        crashed = done.status == CRASHED
        with self.lock:
            (self.reached if crashed else self.missed).append(n)
        if crashed:
            look(relay.store, finished=False)
            relay.finish(1)
        await_told(told, self.wanted)
        equal(sorted(set(look(relay.store))), sorted(self.known),
              "the alerts in the store")
        seen = told.take()
        all_told(seen, self.wanted, BATCH if crashed else 0)
        with self.lock:
            self.repeats += sum(len(i) - len(set(i)) for i in seen.values())

    def run(self, known):
        """known: all alerts that a finished store has."""
        self.known = known
        own = [self.own(i) for i in range(WORKERS)]
        with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
            for f in [pool.submit(self.worker, *o) for o in own]:
                f.result()
        check(not self.faults, "%d of %d: %s", len(self.faults),
              len(self.reached), "; ".join(self.faults[:5]))
        check(self.reached, "no commit was reached: is this the crash build?")
        missed = sorted(n for n in self.missed if n < max(self.reached))
        print("# ended at %d commits, up to the %dth; not reached: %s; %d "
              "repetitions" % (len(self.reached), max(self.reached), missed,
                               self.repeats))
        check(len(self.reached) > 20 / self.step, "only %d commits were "
              "reached: is this the crash build?", len(self.reached))


def undisturbed(place, program, site, name):
    """What everybody has to be told, and a finished store."""
    told = Told(place)
    relay = Relay(place, name, program, settings_of(place, site, told))
    relay.finish(1)
    known = look(relay.store)
    await_told(told, known)
    all_told(told.take(), known)
    check(len(known) >= 5, "only %d alerts", len(known))
    return relay, told, known


def new_documents(place):
    program = crash_build()
    site = Site(place)
    _, _, known = undisturbed(place, program, site, "calm")
    Sweep(place, program, site, known).run(known)


def the_first_commits(place):
    """The keeper ends at these, too. The very first is inside store_open, before
    there can be a hook: see at_the_start."""
    program = crash_build()
    site = Site(place)
    told = Told(place)
    relay = Relay(place, "first", program, settings_of(place, site, told))
    for n in range(2, 4):
        relay.reset()
        done = relay.once(env={"ADVRELAY_CRASH_AT": str(n)})
        check(done.status == CRASHED, "commit %d: the hook is set behind it, "
              "exit %d", n, done.status)


def a_revision(place):
    program = crash_build()
    site = Site(place)
    relay, told, known = undisturbed(place, program, site, "calm")
    source = place.at("finished")
    shutil.copytree(relay.state, source)
    site.revise()
    relay.finish(1)
    later = look(relay.store)
    wanted = sorted(set(later) - set(known))
    check(len(wanted) >= 1 and all(":updated" in i for i in wanted),
          "the revision said %s", wanted)
    await_told(told, wanted)
    all_told(told.take(), wanted)
    Sweep(place, program, site, wanted, source).run(later)


def with_rsyslog(place):
    """Every seventh commit, with rsyslogd behind TLS."""
    program = crash_build()
    site = Site(place)
    _, _, known = undisturbed(place, program, site, "calm")
    Sweep(place, program, site, known, step=7, real=True).run(known)


def at_the_start(place):
    """The keeper is killed while it opens its store for the first time."""
    program = crash_build()
    site = Site(place)
    told = Told(place)
    relay = Relay(place, "start", program, settings_of(place, site, told))
    known = None
    for ms in range(0, 42, 3):
        relay.reset()
        told.forget()
        p = subprocess.Popen([program, "once", "-c", relay.conf],
                             stdin=subprocess.DEVNULL,
                             stdout=subprocess.DEVNULL,
                             stderr=subprocess.DEVNULL)
        time.sleep(ms / 1000)
        p.kill()
        p.wait(10)
        relay.finish(1)
        ids = look(relay.store)
        known = known or ids
        equal(sorted(ids), sorted(known), "alerts after a kill at %d ms" % ms)
        await_told(told, known)
        all_told(told.take(), known, BATCH)


def an_orderly_stop(place):
    """SIGTERM in the middle: the next run takes up all of it at once. What the
    stop has ended is no failure that one waits after, and no try."""
    site = Site(place)
    relay, told, known = undisturbed(place, lib.PROGRAM, site, "calm")
    for after in range(1, 20, 3):
        relay.reset()
        told.forget()
        log = place.at("stopped-%d.log" % after)
        seen = count_lines(site.web.log) + sum(told.counts())
        with open(log, "wb") as f:
            p = place.start([relay.program, "run", "-c", relay.conf],
                            stdin=subprocess.DEVNULL,
                            stdout=subprocess.DEVNULL, stderr=f)
        wait_for(lambda: count_lines(site.web.log) + sum(told.counts()) >=
                 seen + after, "its work", 20, 0.001)
        equal(stop(p), EX_OK, "the exit status of a stopped daemon")
        relay.finish(1)
        equal(sorted(look(relay.store)), sorted(known),
              "alerts after a stop behind %d events; the log of the stopped "
              "run ends with: %s" % (after, read(log)[-300:]))
        await_told(told, known)
        all_told(told.take(), known, BATCH)


def what_waits_is_said(place):
    """Exit 0 is "nothing waits": also when its next try is not due yet."""
    site = Site(place)
    told = Told(place)
    relay = Relay(place, "waits", lib.PROGRAM, settings_of(place, site, told))
    told.hook.status = 503
    for n in ("first", "second"):
        done = relay.once()
        equal(done.status, EX_TEMPFAIL, "the %s run's exit status, while the "
              "webhooks wait" % n)


if __name__ == "__main__":
    run([new_documents, the_first_commits, a_revision, with_rsyslog,
         at_the_start, an_orderly_stop, what_waits_is_said], 200)
