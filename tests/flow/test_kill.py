#!/usr/bin/python3
"""kill -9 of the keeper in the middle of the work: nothing is lost, and what
comes twice carries the same ids."""
from lib import *

# What a kill repeats at most: an ask (BATCH_MAX) and the one before it.
BATCH = 2 * 256


def settings_of(place, receivers, url):
    return {
        "relay": place.relay_settings(),
        "feeds": [{"name": "cisa", "url": url, "allow": ["127.0.0.0/8"]}],
        "devices": DEVICES,
        "sinks": receivers.sinks(place),
    }


def kill(p, keeper_helpers):
    """The keeper alone; its helpers must leave by themselves."""
    children = keeper_helpers()
    p.kill()
    p.wait(10)
    wait_for(lambda: not [c for c in children if alive(c)],
             "the helpers of a killed keeper to leave")


def alive(pid):
    try:
        return read("/proc/%d/stat" % pid).rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def children_of(pid):
    return [int(c) for c in read("/proc/%d/task/%d/children" %
                                 (pid, pid)).split()]


def run_until(place, conf, moment, name):
    """`once` until the moment, then kill -9."""
    with open(place.at("once-%s.log" % name), "wb") as log:
        p = place.start([PROGRAM, "once", "-c", conf], stdin=subprocess.DEVNULL,
                        stdout=subprocess.DEVNULL, stderr=log)
    wait_for(lambda: moment() or p.poll() is not None, name, 60, 0.002)
    check(p.poll() is None, "once ended (%s) before: %s", p.returncode, name)
    kill(p, lambda: children_of(p.pid))
    with Store(place) as store:
        store.integrity()


def stages(web, receivers):
    """By what the world outside has seen, not by time."""
    mail, syslog, hook = receivers.mail, receivers.syslog, receivers.hook
    return (
        ("the first request", lambda: count_lines(web.log) >= 1),
        ("documents come", lambda: count_lines(web.log) >= 60),
        ("the first webhooks", lambda: hook.count() >= 5),
        ("mails come", lambda: mail.count() >= 40),
        ("syslog has many", lambda: syslog.count() >= 300),
        ("half of the mails", lambda: mail.count() >= 330),
    )


def repeats_are_the_same(receivers, kills):
    """Same id, same words: a receiver can tell a repetition."""
    by_id = {}
    for mail in receivers.mail.mails():
        # what is behind the header may differ in nothing, not even the date
        one = by_id.setdefault(str(mail["message-id"]), mail)
        equal(str(mail["subject"]), str(one["subject"]), "a repeated mail")
        equal(str(mail["date"]), str(one["date"]), "a repeated mail's date")
    by_id = {}
    for hook in receivers.hook.hooks:
        equal(by_id.setdefault(hook.id, hook.body), hook.body,
              "the body of a repeated webhook")
        check(hook.signature_fault() == "", hook.signature_fault())
    for name, ids in receivers.event_ids().items():
        again = len(ids) - len(set(ids))
        check(again <= kills * BATCH, "%s: %d repeats after %d kills", name,
              again, kills)


def once_at_six_moments(place):
    need_shared()
    provider = Provider(place.folder("www"))
    provider.take_corpus()
    web = WebServer(place, provider.root)
    provider.publish(web.url)
    receivers = Receivers(place)
    conf = place.write_conf(settings_of(place, receivers,
                                        provider.url("rolie")))
    kills = 0
    for name, moment in stages(web, receivers):
        run_until(place, conf, moment, name)
        kills += 1
    # the last time by the daemon: a control socket is left behind
    daemon = Daemon(place, conf).ready()
    daemon.wait(lambda: receivers.mail.count() >= 450, "450 mails", 60)
    kill(daemon.p, lambda: list(daemon.helpers()))
    kills += 1
    report = once(conf)
    seen = status(conf)
    equal((seen["advisories"], seen["documents_aside"]), (972, 0),
          "advisories and documents set aside")
    equal([s["due"] + s["refused"] for s in seen["sinks"]], [0, 0, 0],
          "what still waits")
    with Store(place) as store:
        store.integrity()
        wanted = store.event_ids()
    equal(len(set(wanted)), len(wanted), "an alert was made twice")
    check(len(wanted) > 400, "only %d alerts", len(wanted))
    wait_for(lambda: set(e.event_id for e in receivers.syslog.events()) ==
             set(wanted), "the last syslog events")
    told = {name: list(dict.fromkeys(ids))
            for name, ids in receivers.event_ids().items()}
    same_once(told, wanted)
    repeats_are_the_same(receivers, kills)
    before = receivers.counts()
    report = once(conf)
    equal(report["delivered"], 0, "a run behind it all")
    equal(receivers.counts(), before, "counts behind it all")


def settled_is_kept(place):
    """A server takes two mails of an ask and then keeps silent: a kill finds
    those two kept, although the ask is not at its end."""
    provider = Provider(place.folder("www"))
    provider.put("acme-1.json", csaf("ACME-1"))
    web = WebServer(place, provider.root)
    provider.publish(web.url)
    mail = MailServer(place, "--hang", "data", "--good", "2")
    conf = place.write_conf({
        "relay": place.relay_settings(),
        "feeds": [{"name": "acme", "url": provider.url("rolie"),
                   "allow": ["127.0.0.0/8"]}],
        "devices": write(place.at("devices.csv"), "id,vendor,model,version\n" +
                         "".join("p%d,Acme,Pump 7,1.0\n" % i
                                 for i in range(4))),
        "sinks": {"mail": {**place.mail_sink(mail.port), "scope": "device"}}})
    daemon = Daemon(place, conf).ready()
    daemon.wait(lambda: len([w for w in mail.log() if "DATA" in w]) == 3,
                "the third mail")
    daemon.wait(lambda: len(queue(conf)) == 2,
                lambda: "two mails to be kept as delivered; the queue: %s" %
                queue(conf))
    kill(daemon.p, lambda: list(daemon.helpers()))
    with Store(place) as store:
        store.integrity()
        equal(store.rows("SELECT count(*) FROM delivery "
                         "WHERE state = 'delivered'"), [(2,)], "deliveries kept as delivered")
    equal(mail.count(), 2, "mails")


if __name__ == "__main__":
    run([once_at_six_moments, settled_is_kept])
