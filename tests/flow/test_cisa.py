#!/usr/bin/python3
"""The acceptance test: CISA's advisories through the whole house, to three
receivers, by either way of listing."""
import os

from lib import *


def settings_of(place, receivers, url):
    return {
        "relay": place.relay_settings(),
        "feeds": [{"name": "cisa", "url": url, "allow": ["127.0.0.0/8"]}],
        "devices": DEVICES,
        "sinks": receivers.sinks(place),
    }


def add_fix(document):
    """What someone must do has changed: there is an update now."""
    for v in document["vulnerabilities"]:
        v.setdefault("remediations", []).append({
            "category": "vendor_fix", "details": "Update to V99.7.",
            "product_ids": v["product_status"]["known_affected"]})


def document_of(provider, ident):
    name = ident.lower() + ".json"
    return next(p for p in provider.updated if os.path.basename(p) == name)


def first_run(conf, receivers, listings):
    """Everything is stored, and each alert is everywhere exactly once."""
    report = once(conf)
    seen = status(conf)
    equal(seen["advisories"], 972, "advisories")
    equal(seen["documents_aside"], 0, "documents set aside")
    equal(seen["documents_new"] + seen["advisories_new"], 0, "work left")
    equal(report["documents"], 972 + listings, "documents fetched")
    check(report["alerts"] > 400, "only %d alerts", report["alerts"])
    equal(seen["alerts"], report["alerts"], "alerts")
    equal(report["delivered"], 3 * report["alerts"], "delivered")
    receivers.settled(report["alerts"])
    return seen["alerts"]


def compare(place, receivers, alerts):
    with Store(place) as store:
        wanted = store.event_ids()
    equal(len(wanted), alerts, "alerts in the store")
    told = receivers.event_ids()
    same_once(told, wanted)
    for hook in receivers.hook.hooks:
        check(hook.signature_fault() == "", hook.signature_fault())
        equal(hook.alert["key"], hook.id.split(":")[0], "key in the body")
    for one in receivers.mail.envelopes():
        equal((one["to"], one["auth"]), ([RECIPIENT], USER), "envelope")
        check(one["tls"], "a mail came without TLS")
    return told


def one_update(place, provider, receivers, conf, told):
    """A new revision: one update each, in the thread of the first mail."""
    mails = {str(m["x-advisory-key"]): m for m in receivers.mail.mails()}
    first = next(m for m in mails.values() if m["x-advisory-devices"] == "1")
    key = str(first["x-advisory-key"])
    publish_revision(provider, document_of(
        provider, str(first["x-advisory-id"])), add_fix)
    before = receivers.counts()
    report = once(conf)
    equal((report["alerts"], report["delivered"]), (1, 3), "the update")
    receivers.settled(before[1] + 1)
    equal(receivers.counts(), tuple(n + 1 for n in before), "counts")
    wanted = "%s:r2:updated" % key
    for name, ids in receivers.event_ids().items():
        equal(ids[-1], wanted, name)
    mail = receivers.mail.mails()[-1]
    equal(str(mail["in-reply-to"]), str(first["message-id"]), "In-Reply-To")
    references = str(mail["references"]).split()
    equal(references[-1], str(first["message-id"]), "References, the last")
    equal(references[0], str(first["references"]).split()[0],
          "References, the root")
    equal(str(mail["subject"]), str(first["subject"]), "Subject")
    text = mail.get_body(("plain",)).get_content()
    check("V99.7" in text, "the new fix is not in the mail")
    check(receivers.hook.hooks[-1].alert["changes"], "no change is named")


def both(place, how, listings):
    need_shared()
    provider = Provider(place.folder("www"))
    provider.take_corpus()
    web = WebServer(place, provider.root)
    provider.publish(web.url)
    receivers = Receivers(place)
    conf = place.write_conf(settings_of(place, receivers, provider.url(how)))
    alerts = first_run(conf, receivers, listings)
    told = compare(place, receivers, alerts)
    first = [r["status"] for r in web.requests()]
    equal((len(first), set(first)), (2 * 972 + listings, {200}), "requests")
    before = receivers.counts()
    report = once(conf)
    again = [r["status"] for r in web.requests()]
    equal(again, [304] * listings, "second run")
    equal((report["documents"], report["alerts"], report["delivered"]),
          (0, 0, 0), "second run")
    equal(receivers.counts(), before, "receivers after the second run")
    one_update(place, provider, receivers, conf, told)
    with Store(place) as store:
        store.integrity()


def rolie(place):
    both(place, "rolie", 2)


def directory(place):
    both(place, "directory", 3)


if __name__ == "__main__":
    run([rolie, directory])
