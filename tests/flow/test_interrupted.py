#!/usr/bin/python3
"""What goes wrong at the publisher's: a server that leaves, documents that are
not there, wrong or unreadable. The others go on, and nothing is silent."""
from lib import *

DEVICE = "id,vendor,model,version\npump-7,Acme,Pump 7,1.0\n"


def small(place, n, url_of=None, **feed):
    """n advisories for one pump, to a webhook."""
    provider = Provider(place.folder("www"))
    for i in range(1, n + 1):
        provider.put("acme-%d.json" % i, csaf("ACME-%d" % i))
    web = WebServer(place, provider.root)
    provider.publish(web.url)
    hook = HookServer(place)
    url = url_of(web) if url_of else provider.url("rolie")
    conf = place.write_conf({
        "relay": place.relay_settings(),
        "feeds": [{"name": "acme", "url": url, "allow": ["127.0.0.0/8"],
                   **feed}],
        "devices": write(place.at("devices.csv"), DEVICE),
        "sinks": {"tickets": place.hook_sink(hook.port)}})
    return provider, web, hook, conf


def file_of(provider, i):
    return "%s/csaf_files/OT/white/2026/acme-%d.json" % (provider.root, i)


def told(hook):
    return sorted(h.alert["advisory"]["id"] for h in hook.hooks)


def got(web, suffix=".json"):
    """Paths of documents that came whole (200)."""
    return [r["path"] for r in read_lines(web.log) if r["status"] == 200 and
            r["path"].startswith("/csaf_files/") and
            r["path"].endswith(suffix)]


def all_of(provider, paths):
    missing = {"/" + p for p in provider.updated} - set(paths)
    check(not missing, "%d documents were not fetched, e.g. %s", len(missing),
          sorted(missing)[:2])


def corpus(place):
    need_shared()
    provider = Provider(place.folder("www"))
    provider.take_corpus()
    web = WebServer(place, provider.root)
    provider.publish(web.url)
    hook = HookServer(place)
    conf = place.write_conf({
        "relay": place.relay_settings(),
        "feeds": [{"name": "cisa", "url": provider.url("rolie"),
                   "allow": ["127.0.0.0/8"]}],
        "devices": DEVICES, "sinks": {"tickets": place.hook_sink(hook.port)}})
    return provider, web, hook, conf


def whole_in_the_end(place, hook, conf):
    seen = status(conf)
    equal((seen["advisories"], seen["documents_aside"]), (972, 0),
          "advisories and documents set aside")
    ids = [h.id for h in hook.hooks]
    # what was under way when the keeper was ended may come twice
    check(len(ids) - len(set(ids)) <= 64, "%d came twice",
          len(ids) - len(set(ids)))
    with Store(place) as store:
        same_once({"webhook": sorted(set(ids))}, store.event_ids())


def server_leaves(place):
    """The next run fetches the rest, and only that."""
    provider, web, hook, conf = corpus(place)
    with open(place.at("once.log"), "wb") as log:
        p = place.start([PROGRAM, "once", "-c", conf], stdin=subprocess.DEVNULL,
                        stdout=subprocess.DEVNULL, stderr=log)
    wait_for(lambda: count_lines(web.log) >= 800, "800 requests", 60, 0.002)
    web.stop()
    equal(p.wait(60), EX_UNAVAILABLE, "exit code of a run with failures")
    stored = status(conf)["advisories"]
    check(100 < stored < 972, "%d advisories before the pause", stored)
    feed = feed_of(conf, "cisa")
    check(feed["failing"] > 0, "no failing address is shown: %s", feed)
    first = got(web)
    again = WebServer(place, provider.root, web.port)
    once(conf)
    rest = got(again)
    all_of(provider, first + rest)
    # what was on its way when the server left comes twice
    check(len(set(first) & set(rest)) <= 4, "%d documents were fetched twice",
          len(set(first) & set(rest)))
    whole_in_the_end(place, hook, conf)


def keeper_leaves(place):
    """SIGTERM in the middle; the next run goes on there."""
    provider, web, hook, conf = corpus(place)
    with open(place.at("once.log"), "wb") as log:
        p = place.start([PROGRAM, "once", "-c", conf], stdin=subprocess.DEVNULL,
                        stdout=subprocess.DEVNULL, stderr=log)
    wait_for(lambda: count_lines(web.log) >= 800, "800 requests", 60, 0.002)
    p.send_signal(signal.SIGTERM)
    equal(p.wait(10), EX_TEMPFAIL, "exit code of a run that was ended")
    first = got(web)
    feed = feed_of(conf, "cisa")
    equal((feed["failures"], feed["failing"]), (0, 0),
          "an ended run is no failure of the feed; failures, failing")
    equal([r for r in queue(conf) if r["tries"]], [],
          "an ended run is no attempt at a delivery")
    once(conf)
    rest = got(web)[len(first):]
    all_of(provider, first + rest)
    check(len(set(first) & set(rest)) <= 40, "%d documents came twice",
          len(set(first) & set(rest)))
    whole_in_the_end(place, hook, conf)


def not_modified(place):
    """Second run 304; one new document: one request for it."""
    provider, web, hook, conf = small(place, 3)
    once(conf)
    web.requests()
    once(conf)
    asked = web.requests()
    equal([r["status"] for r in asked], [304, 304], "second run")
    check(all("if-none-match" in r["headers"] for r in asked), "no ETag sent")
    provider.put("acme-4.json", csaf("ACME-4"))
    provider.publish(web.url)
    once(conf)
    asked = [r["path"].rsplit("/", 1)[-1] for r in web.requests()
             if r["status"] == 200]
    equal(sorted(asked)[:2], ["acme-4.json", "acme-4.json.sha512"],
          "fetched after a new entry")
    equal(told(hook), ["ACME-%d" % i for i in (1, 2, 3, 4)], "alerts")


def same_words_are_silent(place):
    """A revision that changes nothing to do is stored and not told."""
    provider, web, hook, conf = small(place, 1)
    once(conf)
    publish_revision(provider, "csaf_files/OT/white/2026/acme-1.json",
                     lambda d: d["document"].update(title="Other words"))
    report = once(conf)
    equal((report["advisories"], report["alerts"]), (1, 0),
          "a revision in other words")
    equal(hook.count(), 1, "webhooks")


def wrong_hash(place):
    provider, web, hook, conf = small(place, 3)
    write(file_of(provider, 2) + ".sha512",
          "%s  acme-2.json\n" % hashlib.sha512(b"other").hexdigest())
    report = once(conf, EX_UNAVAILABLE)     # it is fetched again later
    equal((report["aside"], told(hook)), (1, ["ACME-1", "ACME-3"]),
          "set aside, told")
    rows = queue(conf)
    equal([(r["what"], r["state"]) for r in rows], [("document", "aside")],
          "queue")
    check(rows[0]["url"].endswith("acme-2.json") and
          "digest" in rows[0]["reason"], "queue: %s", rows[0])
    equal(feed_of(conf, "acme")["aside"], 1, "aside in the status")
    # mended: the publisher says so in the listing
    put_document(file_of(provider, 2), csaf("ACME-2"))
    provider.updated["csaf_files/OT/white/2026/acme-2.json"] = \
        canonical(time.time())
    provider.publish(web.url)
    once(conf)
    equal(told(hook), ["ACME-1", "ACME-2", "ACME-3"], "told when mended")


def hash_not_checked(place):
    provider, web, hook, conf = small(place, 1, verify_hash=False)
    write(file_of(provider, 1) + ".sha512", "%s  x\n" % ("0" * 128))
    equal(once(conf)["aside"], 0, "aside with verify_hash = false")
    equal(told(hook), ["ACME-1"], "told")


def missing_document(place):
    """Listed, but not there (404): visible, and fetched when it has come."""
    provider, web, hook, conf = small(place, 3)
    os.rename(file_of(provider, 2), provider.root + "/kept")
    report = once(conf, EX_OK, EX_UNAVAILABLE)
    equal(told(hook), ["ACME-1", "ACME-3"], "told")
    feed = feed_of(conf, "acme")
    os.rename(provider.root + "/kept", file_of(provider, 2))
    provider.put("acme-4.json", csaf("ACME-4"))
    provider.publish(web.url)
    once(conf)
    equal(told(hook), ["ACME-%d" % i for i in (1, 2, 3, 4)],
          "told when it is there")
    check("acme-2.json" in report["stderr"], "a listed document answers 404 "
          "and the log does not name it: %s", report["stderr"])
    check(feed["failing"] > 0 or feed["waiting"] > 0,
          "a listed document answers 404 and the status is silent: %s", feed)


def document_comes_later(place):
    """The listing was faster than the document, and does not change again."""
    provider, web, hook, conf = small(place, 3)
    os.rename(file_of(provider, 2), provider.root + "/kept")
    once(conf, EX_OK, EX_UNAVAILABLE)
    os.rename(provider.root + "/kept", file_of(provider, 2))
    with Store(place) as store:
        row = store.rows("SELECT state, due FROM address WHERE url LIKE ?",
                         "%acme-2.json")
    check(row[0][0] == "due", "it will never be asked for again: %s", row)
    once(conf)
    equal(told(hook), ["ACME-1", "ACME-2", "ACME-3"], "told when it is there")


def unreadable_documents(place):
    """Set aside with file, place and reason; retry reads them again."""
    provider, web, hook, conf = small(place, 5)
    put_document(file_of(provider, 2), b'{"document": {"category": "csaf_')
    broken = csaf("ACME-4")
    del broken["document"]["tracking"]
    put_document(file_of(provider, 4), broken)
    put_document(file_of(provider, 5), b"<html>502 Bad Gateway</html>")
    report = once(conf)
    equal(report["aside"], 3, "aside")
    equal(told(hook), ["ACME-1", "ACME-3"], "told")
    rows = {r["url"].rsplit("/", 1)[-1]: r for r in queue(conf)}
    equal(sorted(rows), ["acme-2.json", "acme-4.json", "acme-5.json"],
          "queue")
    for name, wanted in (("acme-4.json", "/document/tracking"),
                         ("acme-2.json", "1"), ("acme-5.json", "1")):
        check(wanted in rows[name]["reason"] and
              len(rows[name]["reason"]) > 10, "%s: %s", name, rows[name])
    text = advrelay("queue", "-c", conf)
    check("acme-4.json" in text.out and "/document/tracking" in text.out,
          "queue for people: %s", text.out)
    one = rows["acme-4.json"]
    done = advrelay("retry", "-c", conf, "document", str(one["id"]))
    equal(done.status, EX_OK, "retry: %r" % done)
    equal(once(conf)["aside"], 1, "aside again")
    done = advrelay("drop", "-c", conf, "--why", "their page of errors",
                    "document", str(rows["acme-5.json"]["id"]))
    equal(done.status, EX_OK, "drop: %r" % done)
    equal(sorted(r["url"].rsplit("/", 1)[-1] for r in queue(conf)),
          ["acme-2.json", "acme-4.json"], "queue after a drop")
    with Store(place) as store:
        said = store.rows("SELECT count(*) FROM journal WHERE said LIKE ?",
                          "%their page of errors%")
        equal(said, [(1,)], "the reason in the journal")


def unreadable_listing(place):
    """A listing that turns to garbage is aloud, and mends itself."""
    provider, web, hook, conf = small(place, 2)
    once(conf)
    kept = read(provider.root + "/rolie.json")
    write(provider.root + "/rolie.json", "<html>Sign in</html>")
    report = once(conf)
    equal(report["aside"], 1, "the listing is set aside")
    check("rolie.json" in report["stderr"], "the log does not name it")
    write(provider.root + "/rolie.json", kept)
    provider.put("acme-3.json", csaf("ACME-3"))
    provider.publish(web.url)
    once(conf)
    equal(told(hook), ["ACME-1", "ACME-2", "ACME-3"], "told")


def retry_after(place):
    """A server that names a time is not asked before it."""
    _, web, _, conf = small(place, 1, lambda w: w.url +
                            "/x/status/503?retry=600", type="csaf-rolie")
    began = time.time()
    once(conf, EX_UNAVAILABLE)
    equal([r["status"] for r in web.requests()], [503], "requests")
    with Store(place) as store:
        due = store.rows("SELECT due FROM address")[0][0]
    check(began + 595 <= due <= time.time() + 800, "due in %d s, wanted 600",
          due - began)
    feed = feed_of(conf, "acme")
    check(feed["failures"] == 1 and "503" in feed["reason"], "feed: %s", feed)
    daemon = Daemon(place, conf).ready()
    daemon.wait(lambda: "devices in use" in daemon.log(), "its work")
    daemon.stop()
    equal(web.requests(), [], "asked before the time")


def forbidden(place):
    """401 is aloud and counts as a failure."""
    _, web, _, conf = small(place, 1, lambda w: w.url + "/x/status/401",
                            type="csaf-rolie")
    report = once(conf, EX_UNAVAILABLE)
    check("401" in report["stderr"], "the log: %s", report["stderr"])
    check("401" in feed_of(conf, "acme")["reason"], "status")


def not_allowed_network(place):
    """Without `allow` a feed may not lead into this machine."""
    provider, web, hook, conf = small(place, 1)
    write(conf, read(conf).replace('allow = [ "127.0.0.0/8" ]',
                                   "allow = [ ]"))
    once(conf, EX_UNAVAILABLE)
    equal(web.requests(), [], "requests")
    check(feed_of(conf, "acme")["reason"], "no reason is shown")


if __name__ == "__main__":
    run([server_leaves, keeper_leaves, not_modified, same_words_are_silent,
         wrong_hash, hash_not_checked, missing_document, document_comes_later,
         unreadable_documents, unreadable_listing, retry_after, forbidden, not_allowed_network])
