#!/usr/bin/python3
"""`advrelay run`: what the operator and systemd see, and what happens when sinks,
helpers, device lists and the config go wrong under it."""
import stat

from lib import *

HEAD = "id,vendor,model,version\n"
PUMP = "pump-7,Acme,Pump 7,1.0\n"


class House:
    """One feed with one advisory per call of publish(), three sinks behind gates."""

    def __init__(self, place, devices=HEAD + PUMP):
        self.place = place
        self.n = 0
        self.provider = Provider(place.folder("www"))
        self.web = WebServer(place, self.provider.root)
        self.receivers = Receivers(place)
        self.gates = {"mail": Gate(place, self.receivers.mail.port),
                      "soc": Gate(place, self.receivers.syslog.port),
                      "tickets": Gate(place, self.receivers.hook.port)}
        self.list = write(place.at("devices.csv"), devices)
        self.sinks = {
            "mail": place.mail_sink(self.gates["mail"].port),
            "soc": place.syslog_sink(self.gates["soc"].port),
            "tickets": place.hook_sink(self.gates["tickets"].port)}
        self.publish()
        self.settings = {
            "relay": place.relay_settings(),
            "feeds": [{"name": "acme", "url": self.provider.url("rolie"),
                       "allow": ["127.0.0.0/8"]}],
            "devices": self.list,
            "sinks": self.sinks,
        }
        self.conf = self.write_conf()
        self.daemon = None

    def write_conf(self):
        return self.place.write_conf(self.settings)

    def publish(self, **more):
        """Another advisory; returns its id."""
        self.n += 1
        ident = "ACME-%d" % self.n
        self.provider.put(ident.lower() + ".json", csaf(ident, **more))
        self.provider.publish(self.web.url)
        return ident

    def run(self, **env):
        self.daemon = Daemon(self.place, self.conf, **env).ready()
        return self.daemon

    def poll(self):
        """SIGUSR1: ask the feeds now."""
        self.daemon.p.send_signal(signal.SIGUSR1)

    def wait(self, condition, what, seconds=20):
        return self.daemon.wait(condition, what, seconds)

    def told(self, n):
        """Until all three have n."""
        self.wait(lambda: self.receivers.counts() == (n, n, n),
                  lambda: "%d alerts at each sink, %s are there" %
                  (n, self.receivers.counts()))

    def told_at_least(self, n):
        """The same, where a repetition with the same id is in order."""
        self.wait(lambda: [len(set(ids)) for ids in
                           self.receivers.event_ids().values()] == [n] * 3,
                  lambda: "%d alerts at each sink, %s are there" %
                  (n, self.receivers.counts()))

    def status(self):
        return status(self.conf)

    def helper(self, program):
        return next(h for h in self.status()["helpers"]
                    if h["program"] == program)


LAYERS = {"no-new-privileges", "limits"}


def ready_watchdog_and_status(place):
    house = House(place)
    daemon = house.run(WATCHDOG_USEC="400000")
    house.told(1)
    wait_for(lambda: daemon.notes().count("WATCHDOG=1") >= 4, "the watchdog")
    seen = house.status()
    check(seen["running"] and not seen["store_broken"], "status: %s", seen)
    equal((seen["documents"], seen["advisories"], seen["alerts"],
           seen["devices"]), (3, 1, 1, 1), "status")
    equal([(s["name"], s["delivered"], s["due"]) for s in seen["sinks"]],
          [("mail", 1, 0), ("soc", 1, 0), ("tickets", 1, 0)], "sinks")
    equal([h["program"] for h in seen["helpers"]],
          ["fetch", "read", "list", "match", "mail", "syslog", "hook"],
          "helpers")
    for h in seen["helpers"]:
        check(h["seen"] and not h["down"] and not h["deaths"] and
              LAYERS <= set(h["sandbox"]), "helper: %s", h)
    text = advrelay("status", "-c", house.conf)
    check(text.status == EX_OK and "sandbox: no-new-privileges" in text.out,
          "status for people: %r", text)
    mode = stat.S_IMODE(os.stat(place.at("state/control")).st_mode)
    equal(mode, 0o600, "mode of the control socket")
    equal(stat.S_IMODE(os.stat(place.at("state")).st_mode), 0o700,
          "mode of the state folder")
    done = advrelay("run", "-c", house.conf, seconds=10)
    equal(done.status, EX_TEMPFAIL, "a second keeper: %r" % done)
    check("another advrelay" in done.err, "a second keeper: %r", done)
    children = list(daemon.helpers())
    began = time.monotonic()
    equal(daemon.stop(5), EX_OK, "exit code after SIGTERM")
    check(time.monotonic() - began < 4, "the end took %.1f s",
          time.monotonic() - began)
    check("STOPPING=1" in daemon.notes(), "no STOPPING=1")
    check(not [c for c in children if os.path.exists("/proc/%d" % c)],
          "helpers outlive the keeper")
    check(not os.path.exists(place.at("state/control")), "the socket stays")
    check(not house.status()["running"], "status says running")


def reload(place):
    house = House(place)
    daemon = house.run()
    house.told(1)
    # good: a sink more
    house.settings["sinks"]["second"] = place.hook_sink(
        house.receivers.hook.port)
    house.write_conf()
    daemon.p.send_signal(signal.SIGHUP)
    house.wait(lambda: "config reloaded" in daemon.log(), "the reload")
    check(any(n.startswith("RELOADING=1") for n in daemon.notes()),
          "no RELOADING=1")
    check(any(n.startswith("MONOTONIC_USEC=") for n in daemon.notes()),
          "no MONOTONIC_USEC")
    done = advrelay("test-sink", "-c", house.conf, "second")
    equal(done.status, EX_OK, "the new sink: %r" % done)
    # broken: all complaints, and the running one stays
    good = read(house.conf)
    write(house.conf, good.replace('"webhook"', '"webhok"', 1)
          .replace("feeds", "feed", 1))
    daemon.p.send_signal(signal.SIGHUP)
    house.wait(lambda: "reload refused" in daemon.log(), "the refusal")
    log = daemon.log()
    check("webhok" in log and "relay.conf:" in log and "feeds" in log,
          "what is wrong is not said: %s", log[-900:])
    write(house.conf, good)
    house.publish()
    house.poll()
    house.wait(lambda: house.receivers.mail.count() == 2,
               "an alert under the old config")
    equal(len(house.status()["sinks"]), 4, "sinks")
    # the state folder is not moved under a running keeper
    write(house.conf, good.replace("/state\"", "/other\""))
    daemon.p.send_signal(signal.SIGHUP)
    house.wait(lambda: "need a restart" in daemon.log(), "the refusal")
    equal(daemon.stop(), EX_OK, "exit code")


def deaf_manager(place):
    """A service manager that does not read its socket stops nothing."""
    house = House(place)
    house.run()
    house.told(1)
    daemon = house.daemon
    # each says RELOADING=1 and READY=1; the socket takes some ten datagrams
    with open("/proc/sys/net/unix/max_dgram_qlen", encoding="ascii") as f:
        enough = int(f.read()) + 4
    for n in range(min(enough, 300)):
        daemon.p.send_signal(signal.SIGHUP)
        house.wait(lambda: daemon.log().count("config reloaded") > n,
                   "reload %d under a manager that does not read" % (n + 1))
    check("does not read its socket" in daemon.log(), "nobody is told")
    house.publish()
    house.poll()
    house.told(2)
    equal(daemon.stop(5), EX_OK, "exit code")


def many_folders(place):
    """More feeds of files than a command line used to have room for."""
    house = House(place)
    for n in range(140):
        at = place.at("files", "%d" % n, "a.json")
        put_document(at, csaf("FILE-%d" % n))
        house.settings["feeds"].append({
            "name": "file-%d" % n, "type": "csaf", "url": "file://" + at})
    house.write_conf()
    report = once(house.conf)
    equal(report["alerts"], 141, "alerts: %s" % report["stderr"][-300:])


def device_lists(place):
    """A new device gets its alert; a broken list leaves the old one in use."""
    house = House(place, HEAD + "fan-1,Acme,Fan 1,1.0\n")
    daemon = house.run()
    house.wait(lambda: house.status()["advisories"] == 1 and
               not house.status()["advisories_new"], "the advisory")
    equal(house.receivers.counts(), (0, 0, 0), "alerts for no device")
    write(house.list, HEAD + PUMP)
    house.told(1)
    equal(house.receivers.hook.hooks[0].alert["matches"][0]["device"],
          "pump-7", "device")
    for what, spoil in (
            ("garbage", lambda: write(house.list, bytes(range(256)) * 9)),
            ("nothing", lambda: os.unlink(house.list))):
        before = daemon.log().count("the last good one stays")
        spoil()
        house.wait(lambda: daemon.log().count("the last good one stays") >
                   before, "the complaint about " + what)
        house.publish()
        house.poll()
        house.told(house.n)
        equal(control(place, "status")["devices"], 1, "devices with " + what)
    write(house.list, HEAD + PUMP + "pump-8,Acme,Pump 7,1.5\n")
    n = house.receivers.hook.count()
    house.wait(lambda: house.receivers.hook.count() == n + house.n,
               "updates for the second pump")
    equal({h.alert["event"] for h in house.receivers.hook.hooks[n:]},
          {"updated"}, "events")
    equal({len(h.alert["matches"]) for h in house.receivers.hook.hooks[n:]},
          {2}, "devices of the updates")
    # over a restart, too
    equal(daemon.stop(), EX_OK, "exit code")
    write(house.list, bytes(range(256)))
    house.publish()
    once(house.conf)
    equal(len(house.receivers.hook.hooks[-1].alert["matches"]), 2,
          "devices by the list that the store keeps")


def list_is_gone(place):
    """The commands for people need no device list; the keeper starts with the
    one that it kept."""
    house = House(place)
    once(house.conf)
    os.unlink(house.list)
    for args in (["status"], ["queue"], ["retry"]):
        done = advrelay(*args, "-c", house.conf)
        equal(done.status, EX_OK, "%s without the device list: %r" %
              (args[0], done))
    house.publish()
    once(house.conf)
    equal(house.receivers.hook.count(), 2, "alerts by the list that was kept")


def no_list_at_all(place):
    """Without any device the rest goes on: sinks are tried again, feeds polled."""
    house = House(place, "\0\1\2 garbage")
    house.gates["tickets"].shut()
    daemon = house.run()
    house.wait(lambda: "there is no older one" in daemon.log(),
               "the complaint")
    house.wait(lambda: house.status()["advisories"] == 1, "the advisory")
    control(place, "test-sink", sink="tickets")
    house.wait(lambda: sink_of(house.conf, "tickets")["paused_until"],
               "the paused sink")
    house.gates["tickets"].open()
    house.wait(lambda: house.receivers.hook.count() == 1,
               "the deferred delivery", 12)
    write(house.list, HEAD + PUMP)
    house.wait(lambda: house.receivers.hook.count() == 2,
               "the alert of the mended list")


def helper_that_never_starts(place):
    """Only its own work waits; sinks are tried again all the same."""
    house = House(place)
    folder = place.folder("libexec")
    for name in os.listdir(BUILD + "/libexec"):
        os.symlink("/bin/false" if name == "match" else
                   BUILD + "/libexec/" + name, folder + "/" + name)
    house.gates["tickets"].shut()
    daemon = house.run(ADVRELAY_LIBEXEC=folder)
    house.wait(lambda: house.status()["advisories_new"] == 1 and
               house.helper("match")["deaths"] >= 2, "a helper that dies")
    control(place, "test-sink", sink="tickets")
    house.wait(lambda: sink_of(house.conf, "tickets")["paused_until"],
               "the paused sink")
    house.gates["tickets"].open()
    house.wait(lambda: house.receivers.hook.count() == 1,
               "the deferred delivery", 12)
    check("match" in daemon.log(), "the log does not name it")
    seen = house.helper("match")
    check("(exit 1)" in seen["failing"] and "--version" in seen["failing"] and
          folder + "/match" in seen["failing"], "status does not say what to "
          "do: %r" % seen["failing"])
    os.unlink(folder + "/match")
    os.symlink(BUILD + "/libexec/match", folder + "/match")
    house.wait(lambda: house.receivers.hook.count() == 2,
               "the alert of the mended helper", 40)
    equal(house.helper("match")["failing"], "", "a mended helper")


def sink_down(place):
    """Deferred and visible; delivered once when the sink is back."""
    house = House(place)
    for gate in house.gates.values():
        gate.shut()
    daemon = house.run()
    # in use again while it rests: what waits is shown with its reason
    rows = house.wait(lambda: [r for r in queue(house.conf) if r["tries"]] if
                      len([r for r in queue(house.conf) if r["tries"]]) == 3
                      else None, "three deferred deliveries")
    equal(sorted(r["sink"] for r in rows), ["mail", "soc", "tickets"],
          "queue")
    for row in rows:
        check(row["state"] == "due" and row["reason"] and row["next"] and
              row["event"] == "new", "queue: %s", row)
    for s in house.status()["sinks"]:
        check(s["due"] == 1 and s["paused_until"] and s["reason"],
              "status: %s", s)
    check(daemon.log().count("sink paused") == 3, "the log is not once aloud: "
          "%d", daemon.log().count("sink paused"))
    text = advrelay("queue", "-c", house.conf)
    check(text.out.count("delivery") == 3 and "tickets" in text.out,
          "queue for people: %r", text)
    for gate in house.gates.values():
        gate.open()
    house.told(1)	# by itself, without retry
    house.wait(lambda: queue(house.conf) == [], "an empty queue")
    equal([s["paused_until"] for s in house.status()["sinks"]], [None] * 3,
          "pauses")
    equal(daemon.log().count("sink works again"), 3, "works again")
    equal(daemon.stop(), EX_OK, "exit code")


def sink_down_for_many(place):
    """What was made ready behind the batch that failed goes back untried."""
    many = 400      # more than two first batches
    house = House(place, "id,vendor,model,version\n" + "".join(
        "p%d,Acme,Pump 7,1.0\n" % i for i in range(many)))
    house.settings["sinks"] = {"tickets": {**house.sinks["tickets"],
                                           "scope": "device"}}
    conf = house.conf = house.write_conf()
    house.gates["tickets"].shut()
    once(conf, EX_TEMPFAIL)
    tries = [r["tries"] for r in queue(conf)]
    equal(len(tries), many, "deliveries that wait")
    check(tries.count(1) < many / 2 and set(tries) == {0, 1},
          "%d were tried, some %d times", len([t for t in tries if t]),
          max(tries))
    house.gates["tickets"].open()
    equal(advrelay("retry", "-c", conf, "delivery").status, EX_OK, "retry")
    equal(once(conf)["delivered"], many, "delivered")
    ids = [h.id for h in house.receivers.hook.hooks]
    equal((len(ids), len(set(ids))), (many, many), "webhooks")


def with_little_memory(place, *programs):
    """ADVRELAY_LIBEXEC: these have too little for what is large."""
    folder = place.folder("libexec")
    for name in os.listdir(BUILD + "/libexec"):
        path = BUILD + "/libexec/" + name
        if name in programs:
            write(folder + "/" + name, "#!/bin/sh\nulimit -v 100000\n"
                  "exec %s \"$@\"\n" % path, 0o755)
        else:
            os.symlink(path, folder + "/" + name)
    return folder


def work_that_ends_helpers(place):
    """A document, and a device list, that end whoever takes them: told with
    their names; the rest goes on, by the last good list."""
    house = House(place)
    daemon = house.run(ADVRELAY_LIBEXEC=with_little_memory(
        place, "read", "list"))
    house.told(1)
    house.publish(summary="x" * 30000000)
    house.poll()
    row = house.wait(lambda: next((r for r in queue(house.conf) if
                                   r["state"] == "aside"), None),
                     "a document that is set aside", 40)
    check("ended 2 helpers" in row["reason"] and
          row["url"].endswith("acme-2.json"), "queue: %s", row)
    with open(house.list, "a", encoding="utf-8") as f:
        f.writelines("q%d,Acme,Pump 8,1.0\n" % i for i in range(2000000))
    house.wait(lambda: "the device lists could not be read" in daemon.log(),
               "a word on the list", 40)
    equal(house.status()["devices"], 1, "devices in use")
    house.publish()
    house.poll()
    house.told(2)


def busy_sink(place):
    """429 with Retry-After: not before that."""
    house = House(place)
    house.receivers.hook.status = 429
    house.receivers.hook.headers = {"Retry-After": "900"}
    house.run()
    row = house.wait(lambda: next((r for r in queue(house.conf) if
                                   r["sink"] == "tickets" and r["tries"]),
                                  None), "a deferred delivery")
    with_time = house.status()
    sink = next(s for s in with_time["sinks"] if s["name"] == "tickets")
    later = canonical(time.time() + 880)
    check(max(row["next"], sink["paused_until"] or "") >= later,
          "next %s, paused %s, wanted %s", row["next"], sink["paused_until"],
          later)
    house.wait(lambda: house.receivers.mail.count() == 1, "the mail")
    equal(len(house.receivers.hook.refused), 1, "attempts")
    house.receivers.hook.status = 204
    done = advrelay("retry", "-c", house.conf, "delivery", str(row["id"]))
    equal(done.status, EX_OK, "retry")
    house.told(1)
    equal(house.receivers.hook.hooks[0].id,
          house.receivers.hook.refused[0].id, "webhook-id of the second time")


def refused_mail(place):
    """550 parks; retry sends it when the receiver accepts; drop gives a reason."""
    house = House(place)
    strict = MailServer(place, "--rcpt", "soc=550 5.1.1 no such user here")
    house.gates["mail"].lead_to(strict.port)
    daemon = house.run()
    rows = house.wait(lambda: [r for r in queue(house.conf) if
                               r["state"] == "refused"], "a refused mail")
    equal(len(rows), 1, "refused rows")
    row = rows[0]
    check(row["what"] == "delivery" and row["sink"] == "mail" and
          row["recipient"] == RECIPIENT and "no such user" in row["reason"] and
          row["code"] in ("550", "5.1.1"), "queue: %s", row)
    equal(sink_of(house.conf, "mail")["refused"], 1, "status")
    check("refused, parked" in daemon.log(), "the log is silent")
    house.gates["mail"].lead_to(house.receivers.mail.port)
    done = advrelay("retry", "-c", house.conf, "delivery", str(row["id"]))
    check(done.status == EX_OK and "1 retried" in done.out, "%r", done)
    house.told(1)
    house.wait(lambda: not queue(house.conf), "an empty queue")
    # the next one is given up
    house.gates["mail"].lead_to(strict.port)
    house.publish()
    house.poll()
    row = house.wait(lambda: next((r for r in queue(house.conf) if
                                   r["state"] == "refused"), None),
                     "a second refused mail")
    number = str(row["id"])
    done = advrelay("drop", "-c", house.conf, "delivery", number)
    equal(done.status, EX_USAGE, "drop without a reason: %r" % done)
    done = advrelay("drop", "-c", house.conf, "--why", "left the company",
                    "delivery", number)
    check(done.status == EX_OK and "1 dropped" in done.out, "%r", done)
    equal(queue(house.conf), [], "queue behind the drop")
    equal(sink_of(house.conf, "mail")["dropped"], 1, "status")
    equal(daemon.stop(), EX_OK, "exit code")
    with Store(place) as store:
        equal(store.rows("SELECT count(*) FROM journal WHERE said LIKE "
                         "'%left the company%'"), [(1,)],
              "the reason in the journal")


def bad_credentials(place):
    """535 rests the whole sink; nothing is refused, nothing is lost."""
    house = House(place)
    write(place.at("secrets/mail"), "wrong\n", 0o600)
    daemon = house.run()
    house.wait(lambda: sink_of(house.conf, "mail")["paused_until"],
               "a paused mail sink")
    sink = sink_of(house.conf, "mail")
    check(sink["due"] == 1 and sink["refused"] == 0, "status: %s", sink)
    check("wrong" not in daemon.log(), "the password is in the log")
    write(place.at("secrets/mail"), PASSWORD + "\n", 0o600)
    daemon.p.send_signal(signal.SIGHUP)
    house.wait(lambda: "config reloaded" in daemon.log(), "the reload")
    equal(advrelay("retry", "-c", house.conf).status, EX_OK, "retry")
    house.told(1)


def test_sinks(place):
    """With and without a daemon; a sink that is down; one that is unknown."""
    house = House(place)
    daemon = house.run()
    house.told(1)
    n = 1
    for running in (True, False):
        for name in ("mail", "soc", "tickets"):
            done = advrelay("test-sink", "-c", house.conf, name)
            check(done.status == EX_OK and "delivered" in done.out,
                  "test-sink %s, running %s: %r", name, running, done)
            if name == "mail":
                check("queued as" in done.out, "no receipt: %r", done)
        n += 1
        wait_for(lambda: house.receivers.counts() == (n, n, n), "the tests")
        if running:
            equal(daemon.stop(), EX_OK, "exit code")
            time.sleep(1.1)	# a test's key holds the second
    mail = house.receivers.mail.mails()[-1]
    check(str(mail["subject"]).startswith("[TEST]"), "Subject: %s",
          mail["subject"])
    equal(house.receivers.syslog.events()[-1].line["msgid"], "TEST", "MSGID")
    equal(house.receivers.hook.hooks[-1].alert["event"], "test", "event")
    house.gates["mail"].shut()
    done = advrelay("test-sink", "-c", house.conf, "mail")
    equal(done.status, EX_TEMPFAIL, "a sink that is down: %r" % done)
    done = advrelay("test-sink", "-c", house.conf, "nobody")
    check(done.status == EX_DATAERR and "nobody" in done.err, "%r", done)


def test_twice_in_a_second(place):
    """Two tests at once are two tests."""
    house = House(place)
    house.run()
    house.told(1)
    answers = [control(place, "test-sink", sink="tickets") for _ in range(3)]
    keys = {a["key"] for a in answers}
    equal(len(keys), 3, "keys of three tests: %s" % answers)
    house.wait(lambda: house.receivers.hook.count() == 4, "three tests")


def killed_helpers(place):
    """SIGKILL to every helper: replaced, and the work goes on."""
    house = House(place)
    daemon = house.run()
    house.told(1)
    programs = {"fetch", "read", "match", "mail", "syslog", "hook"}
    first = house.wait(lambda: (lambda h: h if programs <= set(h.values())
                                else None)(daemon.helpers()), "all helpers")
    for pid in first:
        os.kill(pid, signal.SIGKILL)
    house.publish()
    house.poll()
    house.told_at_least(2)
    check(daemon.p.poll() is None, "the keeper died with them")
    now = daemon.helpers()
    check(programs <= set(now.values()), "helpers: %s", now)
    check(not set(first) & set(now), "a killed one lives")
    deaths = {h["program"]: h["deaths"] for h in house.status()["helpers"]}
    check("exited" in daemon.log() or "died" in daemon.log() or
          "signal" in daemon.log() or sum(deaths.values()) > 0,
          "nobody says that helpers died: %s", deaths)
    # one that stops answering in the middle of a delivery
    house.receivers.mail.p.send_signal(signal.SIGSTOP)
    house.publish()
    house.poll()
    house.wait(lambda: house.helper("mail")["busy"] == 1, "a busy mail helper")
    victim = next(pid for pid, name in daemon.helpers().items()
                  if name == "mail")
    os.kill(victim, signal.SIGKILL)
    house.receivers.mail.p.send_signal(signal.SIGCONT)
    house.told_at_least(3)
    equal(daemon.stop(), EX_OK, "exit code")


def exit_codes(place):
    house = House(place)
    conf = house.conf
    broken = write(place.at("broken.conf"), "relay = { nme = 1; };\n")
    garbage = write(place.at("garbage.csv"), bytes(range(256)))
    bad_list = write(place.at("bad-list.conf"),
                     read(conf).replace(house.list, garbage))
    os.makedirs(place.folder("other") + "/control/folder")
    no_control = write(place.at("no-control.conf"), read(conf).replace(
        place.at("state"), place.at("other")))
    open_secret = write(place.at("secrets/open"), PASSWORD, 0o644)
    open_conf = write(place.at("open.conf"), read(conf).replace(
        place.at("secrets/mail"), open_secret))
    for wanted, args in (
            (EX_USAGE, []),
            (EX_USAGE, ["nonsense"]),
            (EX_USAGE, ["once", "--nonsense"]),
            (EX_USAGE, ["once", "-c", conf, "extra"]),
            (EX_USAGE, ["match"]),
            (EX_USAGE, ["match", "-j", "0", "--devices", house.list, conf]),
            (EX_NOINPUT, ["match", "--devices", house.list,
                          place.at("none.json")]),
            (EX_DATAERR, ["match", "--devices", house.list, garbage]),
            (EX_CANTCREAT, ["run", "-c", no_control]),
            (EX_USAGE, ["drop", "-c", conf, "delivery", "1"]),
            (EX_USAGE, ["retry", "-c", conf, "nonsense"]),
            (EX_OK, ["--help"]), (EX_OK, ["--version"]),
            (EX_OK, ["once", "--help"]),
            (EX_CONFIG, ["once", "-c", place.at("none.conf")]),
            (EX_CONFIG, ["run", "-c", broken]),
            (EX_CONFIG, ["check", "-c", broken]),
            (EX_CONFIG, ["check", "-c", open_conf]),
            (EX_OK, ["check", "-c", conf]),
            (EX_DATAERR, ["check", "-c", bad_list]),
            (EX_OK, ["once", "-c", conf]),
            (EX_OK, ["queue", "-c", conf]),
            (EX_OK, ["status", "-c", conf])):
        done = advrelay(*args, seconds=30)
        equal(done.status, wanted, "advrelay %s: %r" % (" ".join(args), done))
        check(wanted == EX_OK or done.err, "%s: no word on stderr", args)
    equal(advrelay("once", "-c", conf).out, "nothing new in 1 feed\n",
          "a run for people")
    house.publish()
    house.gates["soc"].shut()
    once(conf, EX_TEMPFAIL)
    house.gates["soc"].open()
    house.web.stop()
    once(conf, EX_UNAVAILABLE)


if __name__ == "__main__":
    run([ready_watchdog_and_status, reload, deaf_manager, many_folders,
         device_lists, list_is_gone, no_list_at_all,
         helper_that_never_starts, sink_down, sink_down_for_many,
         work_that_ends_helpers, busy_sink, refused_mail, bad_credentials,
         test_sinks, test_twice_in_a_second, killed_helpers, exit_codes], 60)
