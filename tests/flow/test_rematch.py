#!/usr/bin/python3
"""The device lists change: the archive is matched again from the store. A
person gets one digest, a program each alert, and what is over is closed."""
from lib import *

HEAD = "id,vendor,model,version\n"
PUMP = "pump-7,Acme,Pump 7,%s\n"
VALVE = "valve-3,Acme,Valve 3,1.0\n"


def site(place, lists, **mail):
    """12 advisories for pumps and 3 for valves, at three receivers."""
    provider = Provider(place.folder("www"))
    for i in range(1, 13):
        document = csaf("ACME-%d" % i, "Pump fault %d" % i)
        if i != 12:
            document["vulnerabilities"][0]["scores"][0]["cvss_v3"].update(
                vectorString="CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:U/C:L/I:N/A:N",
                baseScore=4.3, baseSeverity="MEDIUM")
        provider.put("acme-%d.json" % i, document)
    for i in range(13, 16):
        provider.put("acme-%d.json" % i, csaf("ACME-%d" % i, "Valve fault",
                     product="Valve 3"))
    web = WebServer(place, provider.root)
    provider.publish(web.url)
    at = Receivers(place)
    sinks = at.sinks(place)
    sinks["mail"].update(mail)
    conf = place.write_conf({
        "relay": place.relay_settings(),
        "feeds": [{"name": "acme", "url": provider.url("rolie"),
                   "allow": ["127.0.0.0/8"]}],
        "devices": write(place.at("devices.csv"), HEAD + lists),
        "sinks": sinks})
    return provider, web, at, conf


def devices(place, lists):
    write(place.at("devices.csv"), HEAD + lists)


def body(mail, kind="plain"):
    return mail.get_body((kind,)).get_content()


def new_device(place):
    """Old advisories reach it as one mail; programs get each."""
    _, web, at, conf = site(place, VALVE)
    once(conf)
    equal(at.counts()[0::2], (3, 3), "mails and calls for the valve")
    asked = len(got_documents(web))
    devices(place, VALVE + PUMP % "1.0")
    once(conf)
    equal(len(got_documents(web)), asked, "documents fetched again")
    at.settled(15)
    equal(at.counts(), (4, 15, 15), "mails, events and calls")
    mail = at.mail.mails()[-1]
    equal(mail["X-Advisory-Event"], "digest", "event")
    equal(mail["Precedence"], "bulk", "Precedence")
    check("12 known advisories concern 1 of your devices" in mail["Subject"],
          "subject: %s", mail["Subject"])
    for kind in "plain", "html":
        text = body(mail, kind)
        named = [i for i in range(1, 16) if "ACME-%d " % i in text]
        equal(named, list(range(1, 13)), "advisories in the digest, " + kind)
        check("pump-7" in text and "valve-3" not in text, "devices: %s", text)
    text = body(mail)
    check(text.index("ACME-12 ") < text.index("ACME-1 "), "worst first: %s",
          text)
    with Store(place) as store:
        equal(store.rows("SELECT count(*) FROM delivery WHERE state = 'told'"
                         " AND sink = 'mail'"), [(12,)], "told by the digest")
        store.integrity()
    equal(queue(conf), [], "the queue")
    once(conf)
    equal(at.counts(), (4, 15, 15), "a further run is silent")


def got_documents(web):
    return [r for r in read_lines(web.log) if r["status"] == 200 and
            r["path"].endswith(".json") and "acme-" in r["path"]]


def updated_device(place):
    """A new firmware closes what it mends, in one digest."""
    _, _, at, conf = site(place, VALVE + PUMP % "1.0")
    once(conf)
    at.settled(15)
    devices(place, VALVE + PUMP % "2.1")
    once(conf)
    at.settled(27)
    equal(at.counts(), (16, 27, 27), "mails, events and calls")
    mail = at.mail.mails()[-1]
    check("12 advisories concern no device any more" in mail["Subject"],
          "subject: %s", mail["Subject"])
    check("Resolved: pump-7" in body(mail), "body: %s", body(mail))
    last = [h.alert["event"] for h in at.hook.hooks[15:]]
    equal(last, ["resolved"] * 12, "calls")


def gone_and_new(place):
    """One device leaves and another comes: one digest says both."""
    _, _, at, conf = site(place, PUMP % "1.0")
    once(conf)
    devices(place, VALVE)
    once(conf)
    at.settled(27)
    equal(at.counts(), (13, 27, 27), "mails, events and calls")
    subject = at.mail.mails()[-1]["Subject"]
    check("3 known advisories concern 1 of your devices; 12 advisories concern"
          " no device any more" in subject, "subject: %s", subject)


def later_revision(place):
    """What a digest has told goes on by itself."""
    provider, web, at, conf = site(place, VALVE)
    once(conf)
    devices(place, VALVE + PUMP % "1.0")
    once(conf)
    publish_revision(provider, [p for p in provider.updated
                                if p.endswith("/acme-5.json")][0],
                     lambda d: d["vulnerabilities"][0].update(
                         cve="CVE-2026-0077"))
    provider.publish(web.url)
    once(conf)
    mail = at.mail.mails()[-1]
    equal((mail["X-Advisory-Event"], mail["X-Advisory-Id"],
           mail["X-Advisory-Rev"]), ("updated", "ACME-5", "2"),
          "the mail after the revision")


def single(place):
    """One alert needs no digest."""
    _, _, at, conf = site(place, VALVE)
    once(conf)
    provider = Provider(place.folder("other"))
    provider.put("one.json", csaf("ONE-1", product="Lamp 1"))
    web = WebServer(place, provider.root)
    provider.publish(web.url)
    text = read(conf)
    first = text.index("feeds = (") + len("feeds = (")
    write(conf, text[:first] + ' { name = "one"; url = "%s"; allow = '
          '[ "127.0.0.0/8" ]; },' % provider.url("rolie") + text[first:])
    once(conf)
    devices(place, VALVE + "lamp-1,Acme,Lamp 1,1.0\n")
    once(conf)
    mail = at.mail.mails()[-1]
    equal((at.mail.count(), mail["X-Advisory-Event"], mail["X-Advisory-Id"]),
          (4, "new", "ONE-1"), "mails; the last one")


def each(place):
    """backlog = "each": as it says."""
    _, _, at, conf = site(place, VALVE, backlog="each")
    once(conf)
    devices(place, VALVE + PUMP % "1.0")
    once(conf)
    at.settled(15)
    equal(at.counts(), (15, 15, 15), "mails, events and calls")


def killed(place):
    """SIGKILL between matching and telling: the digest comes, once."""
    _, _, at, conf = site(place, VALVE)
    once(conf)
    devices(place, VALVE + PUMP % "1.0")
    for _ in range(6):
        daemon = Daemon(place, conf).ready()
        wait_for(lambda: "devices in use" in daemon.log(), "its work", 20,
                 0.001)
        daemon.p.kill()
        daemon.p.wait()
    once(conf)
    digests = [m for m in at.mail.mails() if m["X-Advisory-Event"] == "digest"]
    equal(len({m["Message-ID"] for m in digests}), 1, "digests")
    named = {i for i in range(1, 16) if "ACME-%d " % i in body(digests[0])}
    equal(named, set(range(1, 13)), "advisories in the digest")
    with Store(place) as store:
        store.integrity()


if __name__ == "__main__":
    run([new_device, updated_device, gone_and_new, later_revision, single,
         each, killed])
