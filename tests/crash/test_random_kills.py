#!/usr/bin/python3
"""kill -9 at two hundred moments that nobody chose: half of them at the keeper,
the others at each kind of helper. A moment is "after k more events at the
peers, and a few milliseconds"; k, the wait and the victim come from a seed."""
import random

from lib_crash import *
import time

SEED = int(os.environ.get("SEED", "20260101"))
KILLS = 200
KEEPERS = KILLS // 2
HELPERS = ("fetch", "read", "list", "match", "mail", "syslog", "hook")
KILLS_A_ROUND = 50
DOCUMENTS = 200
SECONDS = 150		# for all kills; the last round is finished then
STALL = 1.5		# so long without an event: nothing is left, or a pause


# ---- what is published ---------------------------------------------------------

def real_documents(provider):
    """Every fourth of CISA's, with the devices of the labels."""
    provider.take_corpus()
    paths = sorted(provider.updated)
    kept = set(paths[::4][:DOCUMENTS])
    check(len(kept) == DOCUMENTS, "only %d documents", len(kept))
    provider.updated = {p: provider.updated[p] for p in sorted(kept)}
    return DEVICES


def made_documents(provider, place):
    """Ours: a third of them concern a device."""
    rows = ["id,vendor,model,version"]
    for n in range(DOCUMENTS):
        provider.put("acme-%03d.json" % n, lib.csaf(
            "ACME-%03d" % n, title="Advisory %d" % n,
            product="Pump %d" % (100 + n), cve="CVE-2026-%04d" % (1000 + n)))
        if n % 3 == 0:
            rows.append("pump-%d,Acme,Pump %d,1.%d" % (n, 100 + n, n % 9))
    return write(place.at("devices.csv"), "\n".join(rows) + "\n")


# ---- one keeper's life -----------------------------------------------------------

class Life:
    def __init__(self, place, relay, how, log):
        self.how = how
        self.log = log
        with open(log, "ab") as f:
            self.p = place.start([relay.program, how, "-c", relay.conf],
                                 stdin=subprocess.DEVNULL,
                                 stdout=subprocess.DEVNULL, stderr=f)
        self.stop = place.ends.pop()

    def ended(self):
        if self.p.poll() is None:
            return False
        good = (EX_OK, EX_TEMPFAIL, EX_UNAVAILABLE) if self.how == "once" \
            else ()
        check(self.p.returncode in good, "advrelay %s ended by itself: %d, "
              "its last words: %s", self.how, self.p.returncode,
              read(self.log)[-600:])
        return True

    def children(self):
        try:
            pids = read("/proc/%d/task/%d/children" %
                        (self.p.pid, self.p.pid)).split()
        except OSError:
            return {}
        found = {}
        for pid in pids:
            try:
                found[int(pid)] = os.path.basename(
                    os.readlink("/proc/%s/exe" % pid))
            except OSError:
                pass
        return found

    def kill(self):
        self.p.kill()
        self.p.wait(10)


class Kills:
    def __init__(self, place, real):
        self.place = place
        self.rng = random.Random(SEED + real)
        provider = lib.Provider(place.folder("www"))
        if os.path.exists(CORPUS) and os.path.exists(DEVICES):
            devices = real_documents(provider)
        else:
            print("# %s is not there: generated documents" % CORPUS)
            devices = made_documents(provider, place)
        self.web = WebServer(place, provider.root)
        provider.publish(self.web.url)
        self.told = Told(place, real)
        self.relay = Relay(place, "relay", lib.PROGRAM, {
            "feeds": [{"name": "all", "url": provider.url("rolie"),
                       "allow": ["127.0.0.0/8"]}],
            "devices": devices, "sinks": self.told.sinks(place)})
        self.log = place.at("relay.log")
        share = (KILLS // 2 - KEEPERS // 2) // len(HELPERS)
        self.quota = {h: share for h in HELPERS}
        self.quota["keeper"] = KILLS // 2 - share * len(HELPERS)
        self.done = dict.fromkeys(self.quota, 0)
        self.repeats = dict.fromkeys(SINKS, 0)
        self.set_aside = 0

    def events(self):
        return count_lines(self.web.log) + sum(self.told.counts())

    def moment(self, life):
        """False: nothing happens any more, or it ended."""
        wanted = self.events() + self.rng.choice((1, 2, 5, 10, 20, 40))
        pause = self.rng.choice((0, 0, 0.001, 0.005, 0.02, 0.05))
        last, since = -1, time.monotonic()
        while not life.ended():
            now = self.events()
            if now >= wanted:
                time.sleep(pause)
                return not life.ended()
            if now != last:
                last, since = now, time.monotonic()
            if time.monotonic() - since > STALL:
                return False
            time.sleep(0.001)
        return False

    def victim(self, life):
        """A helper of the kind that most are left of; None if none is there."""
        there = [(pid, name) for pid, name in life.children().items()
                 if self.quota.get(name, 0) > 0]
        if not there:
            return None
        most = max(self.quota[name] for _, name in there)
        return self.rng.choice([x for x in sorted(there)
                                if self.quota[x[1]] >= most - 1])

    def count(self, name):
        self.quota[name] -= 1
        self.done[name] += 1

    def kill_list_helper(self, life):
        """It works for a moment at the start only."""
        end = time.monotonic() + 1
        while time.monotonic() < end and not life.ended():
            for pid, name in life.children().items():
                if name == "list":
                    time.sleep(self.rng.choice((0, 0.002, 0.005)))
                    os.kill(pid, signal.SIGKILL)
                    self.count("list")
                    return

    def live(self):
        """One life; True if there is nothing left to do for another one."""
        how = self.rng.choice(("once", "run"))
        life = Life(self.place, self.relay, how, self.log)
        try:
            if self.quota["list"] > 0 and self.rng.random() < 0.25:
                self.kill_list_helper(life)
            for _ in range(self.rng.randrange(0, 4)):
                if not self.moment(life):
                    break
                victim = self.victim(life)
                if victim is not None:
                    os.kill(victim[0], signal.SIGKILL)
                    self.count(victim[1])
            quiet = not self.moment(life)
            if not life.ended() and self.quota["keeper"] > 0:
                life.kill()
                self.count("keeper")
            return quiet
        finally:
            life.stop()

    def time_passes(self):
        """All that waits for its next try is due now."""
        db = sqlite3.connect(self.relay.store)
        with db:
            for table in ("address", "document", "advisory", "delivery"):
                db.execute("UPDATE %s SET due = 1 WHERE owner = '' AND "
                           "state IN ('due', 'new')" % table)
            db.execute("UPDATE sink SET paused_until = 0")
        db.close()

    def finish(self):
        """Until nothing is left, as an operator would."""
        for _ in range(5):
            self.time_passes()
            done = self.relay.once()
            check(done.status in (EX_OK, EX_TEMPFAIL, EX_UNAVAILABLE),
                  "the last runs: %r", done)
            aside = [r for r in json.loads(self.relay.command(
                "queue", "--json").out)["queue"] if r["state"] == "aside"]
            for row in aside:
                check("helpers" in row["reason"], "set aside: %s", row)
            self.set_aside += len(aside)
            if aside:
                equal(self.relay.command("retry").status, EX_OK, "retry")
            if done.status == EX_OK and not aside and self.fetched_all():
                return
        raise Failure("still not done: %r" % done)

    def fetched_all(self):
        db = sqlite3.connect(self.relay.store)
        left = db.execute("SELECT count(*) FROM address WHERE state = 'due' "
                          "AND rest = 0 AND kind = 1").fetchone()[0]
        db.close()
        return left == 0

    def verify(self, known, kills):
        ids = look(self.relay.store)
        if known is not None:
            equal(sorted(set(known) ^ set(ids)), [], "alerts of an undisturbed "
                  "run and of this one")
        await_told(self.told, ids)
        told = self.told.take()
        all_told(told, ids, kills * BATCH)
        for name in SINKS:
            self.repeats[name] += len(told[name]) - len(set(told[name]))
        return ids

    def run(self):
        end = time.monotonic() + SECONDS / 2
        self.relay.finish(1)
        known = self.verify(None, 0)
        check(len(known) >= 50, "only %d alerts", len(known))
        rounds = 0
        while any(self.quota.values()) and time.monotonic() < end:
            self.relay.reset()
            self.told.forget()
            before = sum(self.done.values())
            while any(self.quota.values()) and not self.live() and \
                    sum(self.done.values()) - before < KILLS_A_ROUND:
                pass
            self.finish()
            self.verify(known, sum(self.done.values()) - before + 1)
            rounds += 1
        print("# %d alerts, %d rounds, killed: %s; repetitions: %s; set aside "
              "meanwhile: %d" % (len(known), rounds, self.done, self.repeats,
                                 self.set_aside))
        equal({k: v for k, v in self.quota.items() if v > 0}, {},
              "kills for which there was no time")


def plain_syslog(place):
    Kills(place, False).run()


def with_rsyslog(place):
    Kills(place, True).run()


if __name__ == "__main__":
    run([plain_syslog, with_rsyslog], 240)
