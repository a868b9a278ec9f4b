"""The publishers of the soak: some of each kind, and what each said last."""
import os
import time

from lib import Provider, canonical, csaf, put_document, write

# Of 500 feeds, how many of each kind.
SHARES = (("quiet", 180), ("single", 40), ("file", 20), ("rss", 60),
          ("atom", 30), ("rolie", 50), ("directory", 25), ("provider", 25),
          ("broken", 70))
# Answers of broken feeds, and what each may take.
BROKEN = (("/x/status/404", {}), ("/x/status/410", {}), ("/x/status/500", {}),
          ("/x/status/503?retry=90", {}), ("/x/status/429?in=70", {}),
          ("/x/status/403", {}), ("/x/reset", {}), ("/x/short", {}),
          ("/x/bad-gzip", {}), ("/x/ok", {}), ("/x/loop", {}),
          ("/x/bomb", {"max_size": "64 KiB"}),
          ("/x/endless", {"max_size": "64 KiB"}),
          ("/x/announced", {"max_size": "64 KiB"}),
          ("/x/silent", {"timeout": "1s"}), ("/x/drip", {"timeout": "1s"}))
REST = 150.0		# seconds between two revisions of one document

RSS = ('<?xml version="1.0"?><rss version="2.0"><channel><title>News</title>'
       '<link>https://acme.example/</link>%s</channel></rss>')
RSS_ITEM = ('<item><title>%s: Acme Pump 7 stops</title><guid>%s</guid>'
            '<link>https://acme.example/%s</link><description>Acme Pump 7 1.0 '
            'may stop.</description><pubDate>%s</pubDate></item>')
ATOM = ('<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom">'
        '<title>News</title><id>urn:acme:%s</id><updated>%s</updated>%s</feed>')
ATOM_ENTRY = ('<entry><title>%s: Acme Pump 7 stops</title><id>urn:acme:%s</id>'
              '<link href="https://acme.example/%s"/><updated>%s</updated>'
              '<summary>Acme Pump 7 1.0 may stop.</summary></entry>')


class Publisher:
    """One feed. speak() says something new; `said` is (id, version)."""

    def __init__(self, sites, name):
        self.sites = sites
        self.name = name
        self.n = 0
        self.spoke = time.monotonic()
        self.more = {}

    def url(self):
        return "%s/%s" % (self.sites.base, self.path)

    def feed(self):
        return {"name": self.name, "type": self.kind, "url": self.url(),
                "every": "1m", "timeout": "5s", "allow": ["127.0.0.0/8"],
                **self.more}

    def document(self, ident, version=1, **more):
        stamp = canonical(time.time())
        return csaf(ident, version=str(version), stamp=stamp,
                    fix="Update to 2.0.%d." % version, **more)


class Single(Publisher):
    """One document at one address; speaks by a new revision."""
    kind = "csaf"

    def __init__(self, sites, name):
        super().__init__(sites, name)
        self.path = "single/%s.json" % name
        self.speak()

    def speak(self):
        self.n += 1
        put_document(os.path.join(self.sites.root, self.path),
                     self.document(self.name.upper(), self.n))
        return self.name.upper(), str(self.n)


class File(Single):
    def url(self):
        return "file://" + os.path.join(self.sites.root, self.path)


class Quiet(Single):
    """Concerns nobody, and never changes: answered 304."""

    def speak(self):
        put_document(os.path.join(self.sites.root, self.path),
                     self.document(self.name.upper(), product="Crane 9"))


class News(Publisher):
    """RSS: another item on top, at most twenty of them."""
    kind = "rss"

    def __init__(self, sites, name):
        super().__init__(sites, name)
        self.path = "news/%s.xml" % name
        self.items = []
        self.speak()

    def item(self, ident):
        return RSS_ITEM % (ident, ident, ident, time.strftime(
            "%a, %d %b %Y %H:%M:%S GMT", time.gmtime()))

    def page(self):
        return RSS % "".join(self.items)

    def speak(self):
        self.n += 1
        ident = "%s-%d" % (self.name.upper(), self.n)
        self.items = [self.item(ident)] + self.items[:19]
        write(os.path.join(self.sites.root, self.path), self.page())
        return ident, None


class AtomNews(News):
    kind = "atom"

    def item(self, ident):
        return ATOM_ENTRY % (ident, ident, ident, canonical(time.time()))

    def page(self):
        return ATOM % (self.name, canonical(time.time()), "".join(self.items))


class Tree(Publisher):
    """A provider's tree; speaks by a new document or by a revision."""

    def __init__(self, sites, name, kind):
        super().__init__(sites, name)
        self.kind = "csaf-" + kind
        self.tree = Provider(sites.folder(name))
        self.versions = {}
        for _ in range(3):
            self.put(self.fresh())
        self.path = name + {
            "rolie": "/rolie.json",
            "directory": "/csaf_files/OT/white/",
            "provider": "/rolie/provider-metadata.json"}[kind]
        self.publish()

    def fresh(self):
        self.n += 1
        ident = "%s-%d" % (self.name.upper(), self.n)
        self.versions[ident] = 0
        return ident

    def put(self, ident):
        self.versions[ident] += 1
        self.tree.put(ident.lower() + ".json",
                      self.document(ident, self.versions[ident]))
        return ident, str(self.versions[ident])

    def publish(self):
        self.tree.publish(self.sites.base + "/" + self.name)

    def speak(self):
        said = self.put(self.fresh() if self.sites.chance.random() < 0.6 else
                        self.sites.chance.choice(sorted(self.versions)))
        self.publish()
        return said


class Broken(Publisher):
    kind = "csaf"

    def __init__(self, sites, name):
        super().__init__(sites, name)
        path, self.more = BROKEN[int(name.rsplit("-", 1)[1]) % len(BROKEN)]
        self.path = path.lstrip("/")
        if "status" not in path:	# an address of its own
            self.path += "?" + name


class Sites:
    """n feeds in the shares above."""

    def __init__(self, root, base, n, chance):
        self.root, self.base, self.chance = root, base, chance
        self.all = []
        whole = sum(share for _, share in SHARES)
        makers = {"quiet": Quiet, "single": Single, "file": File, "rss": News,
                  "atom": AtomNews, "broken": Broken}
        for kind, share in SHARES:
            for i in range(max(1, share * n // whole)):
                name = "%s-%d" % (kind, i)
                self.all.append(makers[kind](self, name) if kind in makers
                                else Tree(self, name, kind))
        self.speakers = [p for p in self.all
                         if not isinstance(p, (Quiet, Broken))]

    def folder(self, name):
        path = os.path.join(self.root, name)
        os.makedirs(path, exist_ok=True)
        return path

    def feeds(self):
        return [p.feed() for p in self.all]

    def first_words(self):
        """(id, version) of what stands there at the beginning."""
        said = []
        for p in self.speakers:
            if isinstance(p, Tree):
                said += [(ident, str(v)) for ident, v in p.versions.items()]
            elif isinstance(p, News):
                said.append(("%s-1" % p.name.upper(), None))
            else:
                said.append((p.name.upper(), "1"))
        return said

    def speak(self):
        """One of them, which has rested: a poll sees each of its words."""
        now = time.monotonic()
        ready = [p for p in self.speakers if now - p.spoke > REST]
        if not ready:
            return None
        p = self.chance.choice(ready)
        p.spoke = now
        return p.speak()
