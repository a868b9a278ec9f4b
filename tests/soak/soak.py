#!/usr/bin/python3
"""A keeper at work for SOAK_MINUTES (20) on SOAK_FEEDS (500) feeds of every
kind, a part of them broken, with three sinks of which one fails for a while,
device lists that change and reloads.

Ends with a table and 0 if nothing leaked and all that was published was told
to everybody; with 1 otherwise. Only loopback; ports of the kernel's choice.
SOAK_SEED repeats the order of events."""
import os
import random
import sys

HERE = os.path.dirname(os.path.realpath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "../crash")]
if len(sys.argv) > 1:
    os.environ["BUILD"] = sys.argv[1]

from lib_crash import *  # noqa: E402,F403
from lib import Daemon, Gate, Place, csaf, put_document, status  # noqa: E402
from publishers import REST, Sites  # noqa: E402
from watch import Watch  # noqa: E402

MINUTES = float(os.environ.get("SOAK_MINUTES", "20"))
FEEDS = int(os.environ.get("SOAK_FEEDS", "500"))
SEED = int(os.environ.get("SOAK_SEED", "1"))
FILLERS = 2000		# devices that nothing is published about
SAMPLE_S = 3
# Every so many seconds.
SPEAK_S, DEVICES_S, RELOAD_S = 1.5, 70, 45
# Parts of the whole time in which the webhook is away, then only says 500.
AWAY, UNWELL = (0.25, 0.32), (0.32, 0.35)
# A deferred delivery waits at most this long (schedule.c: the fourth step and
# its jitter), a failed poll too.
PATIENCE_S = 420


class Soak:
    def __init__(self, place):
        self.place = place
        self.chance = random.Random(SEED)
        self.root = place.folder("www")
        self.web = WebServer(place, self.root)
        self.sites = Sites(self.root, self.web.url, FEEDS, self.chance)
        self.said = self.sites.first_words()
        self.told = Told(place)
        self.gate = Gate(place, self.told.hook.port)
        self.valves = 0
        put_document(self.root + "/valves.json", csaf(
            "VALVES-1", product="Valve 3"))
        put_document(self.root + "/extra.json", csaf("EXTRA-1"))
        self.list = place.at("devices.csv")
        self.write_devices()
        sinks = self.told.sinks(place)
        sinks["webhook"] = place.hook_sink(self.gate.port)
        self.feeds = self.sites.feeds() + [self.single("valves")]
        self.settings = {
            "relay": place.relay_settings(), "feeds": self.feeds,
            "devices": self.list, "sinks": sinks,
            "routes": [{"name": "all", "match": {}, "to": list(SINKS)}]}
        self.conf = place.write_conf(self.settings)
        self.reloads = self.refusals = self.lists = 0
        self.daemon = None

    def single(self, name):
        return {"name": name, "type": "csaf", "every": "1m",
                "url": "%s/%s.json" % (self.web.url, name),
                "allow": ["127.0.0.0/8"]}

    def write_devices(self):
        rows = ["id,vendor,model,version", "pump-7,Acme,Pump 7,1.0"]
        rows += ["valve-%d,Acme,Valve 3,1.0" % n for n in range(self.valves)]
        rows += ["f-%d,Filler,Thing %d,1.%d" % (n, n, n % 7)
                 for n in range(FILLERS)]
        write(self.list, "\n".join(rows) + "\n")

    # -- what happens

    def another_list(self):
        self.lists += 1
        self.valves = self.lists % 9 + 1
        self.write_devices()

    def reload(self):
        """A feed more, a broken one, a feed less, ..."""
        turn = (self.reloads + self.refusals) % 3
        if turn == 1:
            write(self.conf, read(self.conf).replace('"webhook"', '"webhok"'))
            self.refusals += 1
        else:
            self.settings["feeds"] = self.feeds + (
                [self.single("extra")] if turn == 0 else [])
            self.place.write_conf(self.settings)
            self.reloads += 1
        self.daemon.p.send_signal(signal.SIGHUP)

    def speak(self):
        said = self.sites.speak()
        if said is not None:
            self.said.append(said)

    def sink(self, part):
        """Of the whole time, this part is over."""
        away = AWAY[0] <= part < AWAY[1]
        if away and self.gate.listener is not None:
            self.gate.shut()
        elif not away and self.gate.listener is None:
            self.gate.open()
        self.told.hook.status = 500 if UNWELL[0] <= part < UNWELL[1] else 204

    def work(self):
        """For the whole time; the watch."""
        self.daemon = Daemon(self.place, self.conf).ready()
        watch = Watch(self.daemon.p.pid, self.place.at("state/advrelay.db"),
                      SAMPLE_S)
        watch.start()
        began = time.monotonic()
        for p in self.sites.speakers:	# their first words are told first
            p.spoke = began - REST * self.chance.random() / 2
        due = {self.speak: [0, SPEAK_S], self.another_list: [30, DEVICES_S],
               self.reload: [50, RELOAD_S]}
        shown = 0
        while (now := time.monotonic() - began) < MINUTES * 60:
            check(self.daemon.p.poll() is None, "the keeper ended: %s",
                  self.daemon.log()[-800:])
            self.sink(now / (MINUTES * 60))
            for event, at in due.items():
                if now >= at[0]:
                    at[0] = max(now, at[0] + at[1])
                    event()
            if now > shown:
                shown += 60
                print("# minute %d: %d published, %s told, %d polls" % (
                    now / 60, len(self.said), self.told.counts(),
                    count_lines(self.web.log)), flush=True)
            self.daemon.notes()		# as systemd would
            time.sleep(0.2)
        watch.end()
        return watch

    # -- what must have come of it

    def alerts(self):
        return [h.alert for h in list(self.told.hook.hooks)]

    def missing(self):
        """What was published and never told."""
        alerts = self.alerts()
        told = {(a["advisory"]["id"], a["advisory"]["version"])
                for a in alerts}
        titles = {a["title"].split(":")[0] for a in alerts}
        return [(i, v) for i, v in self.said if
                (i, v) not in told and not (v is None and i in titles)]

    def finish(self):
        """The last words have their time; then every receiver is asked."""
        self.valves = 12
        self.write_devices()
        self.place.write_conf({**self.settings, "feeds": self.feeds})
        self.daemon.p.send_signal(signal.SIGHUP)
        self.wait(lambda: not self.missing(),
                  lambda: "alerts of %s" % self.missing()[:5])
        self.wait(lambda: any(
            m["device"] == "valve-11" for a in self.alerts()
            for m in a["matches"]), lambda: "word of the last device")
        self.wait(lambda: all(s["due"] == 0 for s in
                              status(self.conf)["sinks"]),
                  lambda: "empty queues: %s" % status(self.conf)["sinks"])
        time.sleep(3)	# what is told twice would come now
        equal(self.daemon.stop(), EX_OK, "the keeper's exit status")

    def wait(self, condition, what):
        self.daemon.wait(lambda: self.daemon.notes() and condition(), what,
                         PATIENCE_S)

    def receivers(self):
        """Lines to print, and the faults."""
        wanted = look(self.place.at("state/advrelay.db"), finished=False)
        await_told(self.told, wanted)
        told, lines, faults = self.told.peek(), [], []
        for name in SINKS:
            lost = set(wanted) - set(told[name])
            unknown = set(told[name]) - set(wanted)
            lines.append("%-9s %d alerts, %d told, %d of them again" % (
                name, len(wanted), len(told[name]),
                len(told[name]) - len(set(told[name]))))
            if lost:
                faults.append("%s: %d are LOST: %s" % (
                    name, len(lost), sorted(lost)[:3]))
            if unknown:
                faults.append("%s: %d that nobody knows" % (
                    name, len(unknown)))
        lines.append("%d published words were told; %d polls, %d device "
                     "lists, %d reloads, %d refused reloads" % (
                         len(self.said), count_lines(self.web.log),
                         self.lists, self.reloads, self.refusals))
        log = self.daemon.log()
        if log.count("reload refused") < self.refusals:
            faults.append("a broken relay.conf was taken")
        for word in ("the store failed", "helper lost"):
            if word in log:
                faults.append("the log has \"%s\": %s" % (
                    word, next(line for line in log.splitlines()
                               if word in line)[:300]))
        return lines, faults


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    place = Place()
    faults = []
    try:
        soak = Soak(place)
        print("# %d feeds, %g minutes, seed %d, %s" % (
            len(soak.feeds), MINUTES, SEED, lib.PROGRAM), flush=True)
        watch = soak.work()
        lines, more = watch.table()
        faults += more
        print("largest process of each program, medians by quarter, KiB")
        print("\n".join(lines), flush=True)
        soak.finish()
        lines, more = soak.receivers()
        faults += more
        print("\n".join(lines))
    except Failure as e:
        faults.append(str(e))
    finally:
        place.close()
    for fault in faults:
        print("not ok " + fault)
    if not faults:
        print("ok soak")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
