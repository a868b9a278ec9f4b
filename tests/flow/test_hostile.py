#!/usr/bin/python3
"""Hostile publishers beside a good one: the good one's alerts arrive as ever,
each refusal names its document and the place in it, time and memory have an
end, and nothing hostile gets out of its field."""
import lzma

from lib_hostile import *

GOOD = ("GOOD-1", "GOOD-2")
# MiB. A JSON text takes up to eighty times its size as a tree; `read` has an
# address space of 2 GiB and the others far less to do.
PEAKS = {"advrelay": 512, "fetch": 192, "read": 2048, "match": 512,
         "list": 128, "mail": 256, "syslog": 128, "hook": 256}
XML_CORPUS = os.path.join(SHARED, "corpora/xml")
JSON_CORPUS = os.path.join(SHARED, "corpora/json/nst_JSONTestSuite")
TIMEOUTS = os.path.join(SHARED, "corpora/csaf-extra-real/guacsec_trustify/"
                        "etc/test-data/csaf/timeout")


class House:
    """A relay with one good feed, its receivers, and a hostile site."""

    def __init__(self, place):
        self.place = place
        provider = Provider(place.folder("www"))
        for ident in GOOD:
            provider.put(ident.lower() + ".json", csaf(ident))
        self.web = WebServer(place, provider.root)
        provider.publish(self.web.url)
        self.site = Site(place)
        self.receivers = Receivers(place)
        # the good one last: all others are before it
        self.good = {"name": "good", "url": provider.url("rolie"),
                     "allow": ["127.0.0.0/8"]}
        self.feeds = []
        self.env = {}

    def feed(self, name, kind, path, **more):
        url = path if ":" in path else self.site.url + path
        self.feeds.append({"name": name, "type": kind, "url": url, **{
            "timeout": "3s", "allow": ["127.0.0.0/8"], **more}})

    def conf(self):
        sinks = self.receivers.sinks(self.place)
        # the number for examples is worth a warning
        sinks["soc"]["enterprise"] = 55555
        return self.place.write_conf({
            "relay": self.place.relay_settings(),
            "feeds": self.feeds + [self.good],
            "devices": write(self.place.at("devices.csv"),
                             "id,name,vendor,model,version\n"
                             'pump-7,"Pump of hall 2",Acme,Pump 7,1.0\n'),
            "sinks": sinks,
            "routes": [{"name": "all", "match": {},
                        "to": ["mail", "soc", "tickets"]}]})

    def told(self):
        """Ids of advisories at each receiver."""
        return {
            "syslog": [e.param("advisory", "id")
                       for e in self.receivers.syslog.events()],
            "mail": [str(m["x-advisory-id"])
                     for m in self.receivers.mail.mails()],
            "webhook": [h.alert["advisory"]["id"]
                        for h in self.receivers.hook.hooks]}

    def has_good(self):
        return all(ident in ids for ids in self.told().values()
                   for ident in GOOD)

    def good_arrived(self):
        """At each receiver, once each. rsyslog writes a moment later."""
        wait_for(self.has_good, lambda: "the good alerts; there are %s" %
                 self.told())
        for name, ids in self.told().items():
            equal({i: ids.count(i) for i in GOOD}, {i: 1 for i in GOOD},
                  "the good alerts in " + name)

    def once(self, seconds):
        conf = self.conf()
        code, report, log, peak, took = watched_once(self.place, conf, seconds,
                                                     **self.env)
        self.good_arrived()
        for program, mib in peak.items():
            check(mib <= PEAKS.get(program, 512), "%s took %d MiB", program,
                  mib)
        check_all(self.receivers)
        check_log(log)
        check_shown(conf)
        return conf, code, report, log, took


def set_aside(conf, feed=None):
    """url's last part -> reason"""
    return {r["url"].rsplit("/", 1)[-1]: r["reason"] for r in queue(conf)
            if r["state"] == "aside" and feed in (None, r["feed"])}


def place_named(reason, words):
    """A reason says where: line:column or JSON path."""
    check(reason, "no reason")
    check(not CONTROL.search(reason), "a control character in %r", reason)
    for word in words:
        check(word in reason, "%r does not have %r", reason, word)


# ---- bytes -------------------------------------------------------------------

def bad_documents(place):
    """One listing with all of them, a good advisory between each two."""
    house = House(place)
    wanted = documents()
    listed = []
    for n, (name, data, _) in enumerate(wanted):
        listed += [(name, data),
                   ("between-%d.json" % n, good("BETWEEN-%d" % n))]
    house.feed("bad", "csaf-rolie", house.site.rolie("bad", listed))
    conf, code, report, _, _ = house.once(90)
    equal(feed_of(conf, "bad")["waiting"], 0, "what still waits")
    reasons = set_aside(conf, "bad")
    faults = []
    for name, _, words in wanted:
        if words and name not in reasons:
            faults.append("%s was not set aside" % name)
        elif name in reasons:
            faults += ["%s: %r does not name %s" % (name, reasons[name], word)
                       for word in words if word not in reasons[name]]
            place_named(reasons[name], [])
    check(not faults, "%s", "; ".join(faults))
    told = {h.alert["advisory"]["id"] for h in house.receivers.hook.hooks}
    missing = {"BETWEEN-%d" % n for n in range(len(wanted))} - told
    check(not missing, "these did not arrive: %s", sorted(missing))
    check(not [n for n in reasons if n.startswith("between")],
          "good ones were set aside: %s", reasons)


def json_suite(place):
    """JSONTestSuite as documents: n_ cannot be parsed, y_ is no CSAF."""
    if not os.path.isdir(JSON_CORPUS):
        raise Skip("%s is not there" % JSON_CORPUS)
    house = House(place)
    listed = []
    for path in sorted(glob.glob(JSON_CORPUS + "/*/*.json")):
        with open(path, "rb") as f:
            listed.append((re.sub(r"[^\w.+-]", "_", os.path.basename(path)),
                           f.read()))
    check(len(listed) > 300, "only %d files", len(listed))
    house.feed("suite", "csaf-rolie", house.site.rolie("suite", listed))
    conf, code, report, _, _ = house.once(120)
    reasons = set_aside(conf, "suite")
    for name, data in listed:
        check(name in reasons, "%s was not set aside", name)
        place_named(reasons[name], [])
        # an empty one has no line to name, a byte order mark being nothing
        if name.startswith("n_") and data.strip(b" \t\r\n\xef\xbb\xbf"):
            check(re.search(r"\d+:\d+|line \d+", reasons[name]),
                  "%s: %r names no line", name, reasons[name])
    equal(len(reasons), len(listed), "set aside")


def bad_xml(place):
    """Bombs and external entities in feeds of news, and the shared ones."""
    house = House(place)
    secret = write(place.at("secret.txt"), "Zqsecret Acme Pump 7\n")
    shared = []
    for n, (name, text) in enumerate(XML.items()):
        text = text.replace("@SECRET@", secret).replace(
            "@URL@", house.site.url)
        house.site.pages["/%s.xml" % name] = text.encode()
        house.feed(name, "rss" if n % 2 == 0 else "atom", "/%s.xml" % name)
    if os.path.isdir(XML_CORPUS):
        shared = sorted(p for p in glob.glob(XML_CORPUS + "/**/*.xml",
                                             recursive=True))
    for n, path in enumerate(shared):
        with open(path, "rb") as f:
            house.site.pages["/shared-%d.xml" % n] = f.read()
        house.feed("shared-%d" % n, "rss", "/shared-%d.xml" % n)
    conf, code, report, log, _ = house.once(90)
    check("/entity" not in house.site.asked,
          "an external entity was fetched")
    everything = json.dumps(queue(conf)) + log + "".join(
        h.body.decode() for h in house.receivers.hook.hooks)
    check("Zqsecret" not in everything and "root:x:" not in everything,
          "a local file was read")
    reasons = set_aside(conf)
    for name in ("no-feed", "empty"):
        check(name + ".xml" in reasons, "%s was not set aside: %s", name,
              sorted(reasons))
    # what could be read up to the fault is told as broken
    for name in ("laughs", "long-name", "deep", "cut", "nul"):
        check(name + ".xml" in reasons or re.search(
            'level=warning msg="document is broken[^"]*" feed=%s ' % name,
            log), "nobody is told that %s is broken", name)
    for name, reason in reasons.items():
        place_named(reason, [])
    if not shared:
        print("# without %s" % XML_CORPUS)


def much(place):
    """What is large and legal: 30 MB, 100,000 products."""
    house = House(place)
    house.feed("much", "csaf-rolie", house.site.rolie("much", [
        ("wide.json", tree_of(100000)),
        ("large.json", large(30 << 20)),
        ("after.json", good("AFTER-1"))]), timeout="30s")
    conf, code, report, _, _ = house.once(150)
    told = {h.alert["advisory"]["id"] for h in house.receivers.hook.hooks}
    reasons = set_aside(conf)
    check("AFTER-1" in told, "the one after them did not arrive")
    for name, ident in (("wide.json", "WIDE-1"), ("large.json", "LARGE-1")):
        check(ident in told, "%s did not arrive: %s", ident,
              reasons.get(name))
    equal(reasons, {}, "set aside")


def slow_to_read(place):
    """Real documents that others timed out on."""
    files = sorted(glob.glob(TIMEOUTS + "/*.xz"))
    if not files:
        raise Skip("%s is not there" % TIMEOUTS)
    house = House(place)
    listed = []
    for path in files:
        with lzma.open(path) as f:
            listed.append((os.path.basename(path)[:-3], f.read()))
    house.feed("slow", "csaf-rolie", house.site.rolie("slow", listed),
               timeout="30s")
    conf, code, report, _, took = house.once(150)
    seen = feed_of(conf, "slow")
    equal((seen["waiting"], seen["failing"], set_aside(conf)), (0, 0, {}),
          "waiting, failing, set aside")
    equal(code, EX_OK, "exit status")


# ---- answers -----------------------------------------------------------------

def bad_answers(place):
    """Servers that lie, loiter or lead elsewhere."""
    house = House(place)
    site = house.site
    other = Site(place)
    other.pages["/secret"] = good("STOLEN-1")
    secret = write(place.at("secret.json"), good("STOLEN-2"))
    # where a redirect of a feed without `allow` would end, were it followed
    answers = {
        "bomb": (site.bomb, "", {}),
        "nested-bomb": (site.nested_bomb, "", {}),
        "not-gzip": (site.not_gzip, "", {}),
        "endless": (site.endless, "", {"max_size": "1 MiB"}),
        "drip": (site.drip, "", {}),
        "drip-head": (site.drip_head, "", {}),
        "endless-head": (site.endless_head, "", {}),
        "silent": (site.silent, "", {}),
        "evil-head": (site.evil_head, "", {}),
        "evil-reason": (site.evil_reason, "503", {}),
        "metadata": (site.redirect("http://169.254.169.254/latest/"),
                     "169.254.169.254", {}),
        "metadata-6": (site.redirect("http://[fd00:ec2::254]/"),
                       "fd00:ec2::254", {}),
        "mapped": (site.redirect("http://[::ffff:169.254.169.254]/"),
                   "169.254.169.254", {}),
        "decimal": (site.redirect("http://2852039166/"), "169.254.169.254",
                    {}),
        "octal": (site.redirect("http://0251.0376.0251.0376/"),
                  "169.254.169.254", {}),
        # allowed is the site's own address only, which is 127.0.0.1
        "loopback": (site.redirect("http://127.0.0.2:%d/secret" % other.port),
                     "127.0.0.2", {"allow": ["127.0.0.1/32"]}),
        "loopback-6": (site.redirect("http://[::1]:%d/secret" % other.port),
                       "::1", {"allow": ["127.0.0.1/32"]}),
        "file": (site.redirect("file://" + secret), "", {}),
        "gopher": (site.redirect("gopher://127.0.0.1:%d/" % other.port), "",
                   {}),
        "data": (site.redirect("data:application/json,{}"), "", {}),
        "user": (site.redirect("http://127.0.0.1:%d@127.0.0.2:%d/" % (
            site.port, other.port)), "127.0.0.2", {"allow": ["127.0.0.1/32"]}),
        "line": (site.redirect("/x\r\nX-Evil: 1"), "", {}),
        "loop": (site.redirect("/loop"), "redirect", {}),
        "nowhere": (site.redirect(""), "", {}),
        "long": (site.redirect("/" + "x" * 5000), "", {}),
    }
    for name, (page, _, more) in answers.items():
        site.pages["/" + name] = page
        house.feed(name, "csaf", "/" + name, **more)
    # without `allow` not even the first connection is made
    house.feed("guarded", "csaf", other.url + "/guarded", allow=[])
    house.feed("by-name", "csaf", "http://localhost:%d/by-name" % other.port,
               allow=[])
    conf, code, report, log, took = house.once(120)
    equal(code, EX_UNAVAILABLE, "exit status")
    faults = []
    for name, (_, words, _) in answers.items():
        seen = feed_of(conf, name)
        reason = seen["reason"]
        if not reason and not seen["aside"]:
            faults.append("%s: no reason: %s" % (name, seen))
        elif reason and "/" + name not in reason:
            faults.append("%s: %r does not name the URL" % (name, reason))
        if words not in reason:
            faults.append("%s: %r does not name %s" % (name, reason, words))
        if CONTROL.search(reason):
            faults.append("%s: %r" % (name, reason))
    check(not faults, "%s", "; ".join(faults))
    for name in ("guarded", "by-name"):
        check("this machine itself" in feed_of(conf, name)["reason"],
              "%s: %s", name, feed_of(conf, name)["reason"])
    equal(other.asked, [], "requests to a place that is closed")
    told = {h.alert["advisory"]["id"] for h in house.receivers.hook.hooks}
    check(not any(i.startswith("STOLEN") for i in told), "stolen: %s", told)


def bad_listings(place):
    """Listings that lead to closed places: those are never visited."""
    house = House(place)
    other = Site(place)
    other.pages["/a.json"] = good("STOLEN-1")
    secret = write(place.at("secret.json"), good("STOLEN-2"))
    urls = ["file://" + secret, "http://127.0.0.2:%d/a.json" % other.port,
            "http://[::1]:%d/a.json" % other.port, "javascript:alert(1)",
            "//127.0.0.2:%d/a.json" % other.port, "http://169.254.169.254/a",
            "../../../../etc/passwd", "\r\nHost: x", "http://",
            "http://127.0.0.1:99999/a.json", "x" * 5000]
    stamp = "2026-02-03T04:05:06Z"
    house.site.pages["/urls.json"] = json.dumps({"feed": {
        "id": "u", "title": marked(1), "updated": stamp, "entry": [
            {"id": str(n), "title": "t", "updated": stamp,
             "published": stamp, "content": {"type": "application/json",
                                             "src": url},
             "link": [{"rel": "hash", "href": url}]}
            for n, url in enumerate(urls)]}}).encode()
    house.site.pages["/meta.json"] = json.dumps({
        "canonical_url": house.site.url + "/meta.json", "distributions": [
            {"directory_url": url} for url in urls] + [
            {"rolie": {"feeds": [{"url": url, "tlp_label": "WHITE",
                                  "summary": "s"} for url in urls + [
                house.site.url + "/meta.json"]]}}],
        "publisher": {"category": "vendor", "name": marked(2),
                      "namespace": "https://a.example"},
        "last_updated": stamp, "metadata_version": "2.0",
        "role": "csaf_provider"}).encode()
    house.site.pages["/dir/changes.csv"] = "".join(
        '"%s","%s"\n' % (url.replace('"', '""'), stamp)
        for url in urls).encode()
    house.site.pages["/many.json"] = json.dumps({"feed": {
        "id": "m", "title": "m", "updated": stamp, "entry": [
            {"id": str(n), "updated": stamp, "content": {
                "src": "http://169.254.169.254/%d" % n}}
            for n in range(3000)]}}).encode()
    allow = {"allow": ["127.0.0.1/32"]}
    house.feed("urls", "csaf-rolie", "/urls.json", **allow)
    house.feed("meta", "csaf-provider", "/meta.json", **allow)
    house.feed("dir", "csaf-directory", "/dir/", **allow)
    house.feed("many", "csaf-rolie", "/many.json", **allow)
    conf, code, report, _, _ = house.once(120)
    equal(other.asked, [], "requests to a place that is closed")
    told = {h.alert["advisory"]["id"] for h in house.receivers.hook.hooks}
    check(not any(i.startswith("STOLEN") for i in told), "stolen: %s", told)


def name_that_moves(place):
    """A publisher's name server answers differently each time it is asked. The
    address that was judged must be the one that is connected to: no second
    lookup in between, none behind a redirect, no further one of the same
    answer."""
    house = House(place)
    site, front = house.site, Site(place)
    same = Trap(place, "127.0.0.2", site.port)
    traps = [same, Trap(place, "127.0.0.2", front.port)]
    home, away = "127-0-0-1", "127-0-0-2"

    def name(what, *labels):
        """A name of its own: lookups are counted by name."""
        return ".".join(labels) + "." + what + ".moves.test"

    site.pages["/same.json"] = good("SAME-1")
    site.pages["/stolen.json"] = good("STOLEN-1")
    allow = {"allow": ["127.0.0.1/32"]}
    # what -> (labels, port, page, words of the reason; "" = told)
    wanted = {
        # judged at the first answer, it would be connected to at the second
        "second": ((home, away), site.port, "/same.json", ""),
        "away": ((away, home), site.port, "/stolen.json", "127.0.0.2"),
        "metadata": (("169-254-169-254", home), site.port, "/stolen.json",
                     "169.254.169.254"),
        # another port is another lookup for libcurl, of the same name
        "redirect": ((home, away), front.port, "/go-redirect", "127.0.0.2"),
        "redirect-meta": ((home, "169-254-169-254"), front.port,
                          "/go-redirect-meta", "169.254.169.254"),
    }
    for what, (labels, port, page, _) in wanted.items():
        host = name(what, *labels)
        front.pages["/go-" + what] = front.redirect(
            "http://%s:%d/stolen.json" % (host, site.port))
        house.feed(what, "csaf", "http://%s:%d%s" % (host, port, page),
                   **allow)
    # two addresses in one answer: the closed one first
    both = name("both", away + "x" + home)
    house.feed("both", "csaf", "http://%s:%d/same.json" % (both, site.port),
               **allow)
    house.env = {"ADVRELAY_LIBEXEC": moving_libexec(place)}
    conf, code, report, log, _ = house.once(90)
    equal([t.came for t in traps], [0, 0], "connections to a place that is "
          "closed")
    for what, (labels, _, _, words) in wanted.items():
        reason = feed_of(conf, what)["reason"]
        check((words in reason) if words else not reason, "%s: %r has no %r",
              what, reason, words)
        first = labels[0].replace("-", ".")
        check("%s.moves.test to=%s" % (what, first) in log,
              "%s was never looked up", what)
    for what, n in (("redirect", 2), ("redirect-meta", 2), ("second", 1)):
        equal(log.count(".%s.moves.test to=" % what), n,
              "lookups of %s" % what)
    told = {h.alert["advisory"]["id"] for h in house.receivers.hook.hooks}
    check("SAME-1" in told and "STOLEN-1" not in told, "told: %s", told)


# ---- texts -------------------------------------------------------------------

def hostile_csaf():
    """(name, document, path): all text fields that leave the document usable at
    once, then each field alone."""
    every = full_csaf("EVERY-1")
    paths = list(text_paths(every))
    for n, path in enumerate(paths):
        if not needed(path):
            replace_at(every, path, marked(n))
    yield "every.json", every, None
    for n, path in enumerate(paths):
        one = full_csaf("ONE-%d" % n)
        replace_at(one, path, marked(n))
        yield "one-%d.json" % n, one, path


def csaf_fields(place):
    house = House(place)
    paths = {}
    listed = []
    for name, document, path in hostile_csaf():
        paths[name] = path
        listed.append((name, json.dumps(document).encode()))
    check(len(listed) > 90, "only %d fields", len(listed))
    house.feed("fields", "csaf-rolie", house.site.rolie("fields", listed))
    conf, code, report, log, _ = house.once(150)
    reasons = set_aside(conf)
    told = {h.alert["advisory"]["id"] for h in house.receivers.hook.hooks}
    check("EVERY-1" in told, "the one with all fields did not arrive: %s",
          reasons.get("every.json"))
    raw = b"".join(h.body for h in house.receivers.hook.hooks)
    check(len(set(re.findall(rb"Zq\d{3}x", raw))) > 20,
          "the hostile texts did not get far: %d of them",
          len(set(re.findall(rb"Zq\d{3}x", raw))))
    for name, reason in reasons.items():
        place_named(reason, ["/"])
    silent = [name for name in paths if name != "every.json" and
              name not in reasons and
              name[:-5].upper() not in told and paths[name][-1] != "id"]
    # a hostile name, version range or status may well match nothing
    check(len(silent) < 15, "neither told nor set aside: %s",
          [paths[s] for s in silent])


def rss_fields(place):
    house = House(place)
    house.site.pages["/every.xml"] = rss({
        name: marked(n) + " Acme Pump 7" for n, name in enumerate(RSS_FIELDS)})
    house.feed("every", "rss", "/every.xml")
    for n, name in enumerate(RSS_FIELDS):
        house.site.pages["/one-%d.xml" % n] = rss({
            name: marked(n) + (" Acme Pump 7" if name == "title" else "")})
        house.feed("one-%d" % n, "rss", "/one-%d.xml" % n)
    conf, code, report, log, _ = house.once(90)
    raw = b"".join(h.body for h in house.receivers.hook.hooks)
    check(b"Zq000x" in raw, "no hostile title arrived")


# ---- the daemon --------------------------------------------------------------

def daemon(place):
    """More feeds that loiter than there are helpers for them: the good one
    gets its turn, the daemon stays small and leaves when asked to."""
    house = House(place)
    pages = (house.site.drip, house.site.drip_head, house.site.silent,
             house.site.endless, house.site.bomb)
    for n in range(12):
        house.site.pages["/%d" % n] = pages[n % len(pages)]
        house.feed("f%d" % n, "csaf", "/%d" % n, timeout="4s",
                   max_size="1 MiB")
    house.feed("bad", "csaf-rolie", house.site.rolie(
        "bad", [(name, data) for name, data, _ in documents()]))
    conf = house.conf()
    d = Daemon(place, conf).ready()
    watch = Watch(d.p.pid)
    d.wait(house.has_good, "the good alerts", 60)
    d.wait(lambda: feed_of(conf, "bad")["aside"] >= 15,
           "the bad documents to be set aside", 60)
    house.good_arrived()
    peak = watch.stop()
    check(peak["advrelay"] < 128, "the daemon took %d MiB", peak["advrelay"])
    equal(d.stop(), 0, "exit status of the daemon")
    check_all(house.receivers)
    check_log(d.log())


if __name__ == "__main__":
    run([bad_documents, json_suite, bad_xml, much, slow_to_read, bad_answers,
         bad_listings, name_that_moves, csaf_fields, rss_fields, daemon])
