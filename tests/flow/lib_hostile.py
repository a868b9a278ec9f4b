"""Hostile publishers for test_hostile.py: a web site, what it serves, and what
its victim may use and say."""
import gzip
import html.parser
import re
import zlib

from lib import *

MARK = "Zq%03dx"	# begins the n-th hostile text; never in honest ones
MARKED = re.compile(r"Zq\d{3}x|evil\d")
BREAKOUT = (
    '\r\nBcc: evil%(n)d@x.example\r\nX-Evil%(n)d: yes\r\n\r\nZqbody'
    '"] [evil%(n)d@1 a="b"]\\"\' <script>zq(%(n)d)</script>'
    '<img src=x onerror=zq(%(n)d)>&lt;"},"evil%(n)d":{"a":["\x1b[31m\x07'
    '\u202e\u2028\u0085level=error msg="evil%(n)d" $(zq) %%s%%n ${zq} {{7*7}}'
    '</td></table>\n--=_zq--\n.\nFrom zq\n=?utf-8?q?=0D=0AX-Evil:?=')


def marked(n):
    """A text that tries every way out at once; n tells which field it was."""
    return MARK % n + BREAKOUT % {"n": n}


# ---- the site ----------------------------------------------------------------

class Site:
    """pages: path -> bytes, or a function of the request's handler."""

    def __init__(self, place):
        self.pages = {}
        self.asked = []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True
            timeout = 60

            def log_message(self, *_):
                pass

            def do_GET(self):
                outer.asked.append(self.path)
                page = outer.pages.get(self.path)
                if callable(page):
                    self.close_connection = True
                    try:
                        page(self)
                    except OSError:
                        pass
                elif page is None:
                    self.send(404, b"")
                else:
                    self.send(200, page)

            def send(self, status, body, *headers):
                self.send_response(status)
                for name, value in headers:
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True
            block_on_close = False
            request_queue_size = 128

            def handle_error(self, request, client_address):
                pass

        self.open = True
        self.server = Server(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        self.url = "http://127.0.0.1:%d" % self.port
        threading.Thread(target=self.server.serve_forever,
                         kwargs={"poll_interval": 0.05}, daemon=True).start()
        place.ends.append(self.close)

    def close(self):
        self.open = False
        self.server.shutdown()
        self.server.server_close()

    def rolie(self, path, documents):
        """A ROLIE feed of (name, bytes), and the documents."""
        stamp = "2026-02-03T04:05:06Z"
        entries = []
        for name, data in documents:
            self.pages["/%s/%s" % (path, name)] = data
            entries.append({
                "id": name, "title": name, "published": stamp,
                "updated": stamp, "link": [],
                "content": {"type": "application/json",
                            "src": "%s/%s/%s" % (self.url, path, name)}})
        self.pages["/%s.json" % path] = json.dumps({"feed": {
            "id": path, "title": path, "updated": stamp, "link": [
                {"rel": "self", "href": "%s/%s.json" % (self.url, path)}],
            "entry": entries}}).encode()
        return self.url + "/%s.json" % path

    # -- answers that are no documents

    @staticmethod
    def redirect(url, status=302):
        return lambda h: h.send(status, b"", ("Location", url))

    def endless(self, h):
        h.send_response(200)
        h.send_header("Transfer-Encoding", "chunked")
        h.end_headers()
        block = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
        while self.open:
            h.wfile.write(block)

    def drip(self, h):
        h.send_response(200)
        h.send_header("Content-Length", "1000000")
        h.end_headers()
        while self.open:
            h.wfile.write(b" ")
            h.wfile.flush()
            time.sleep(0.05)

    def drip_head(self, h):
        """The header itself never ends."""
        h.wfile.write(b"HTTP/1.1 200 OK\r\n")
        n = 0
        while self.open:
            h.wfile.write(b"X-%d: y\r\n" % n)
            n += 1
            time.sleep(0.02)

    def endless_head(self, h):
        h.wfile.write(b"HTTP/1.1 200 OK\r\n")
        while self.open:
            h.wfile.write(b"X-A: " + b"y" * 60000 + b"\r\n")

    def silent(self, h):
        while self.open:
            time.sleep(0.1)

    @staticmethod
    def bomb(h, mib=1024):
        """Gigabytes of blanks in a megabyte."""
        z = zlib.compressobj(9, zlib.DEFLATED, 31)
        block = b" " * (1 << 20)
        h.send(200, b"".join(z.compress(block) for _ in range(mib)) +
               z.flush(), ("Content-Encoding", "gzip"))

    @staticmethod
    def nested_bomb(h):
        inner = gzip.compress(b" " * (64 << 20))
        for _ in range(3):
            inner = gzip.compress(inner)
        h.send(200, inner, ("Content-Encoding", "gzip, gzip, gzip, gzip"))

    @staticmethod
    def not_gzip(h):
        h.send(200, b"\x1f\x8b\x08 no gzip", ("Content-Encoding", "gzip"))

    @staticmethod
    def evil_head(h):
        h.wfile.write(b"HTTP/1.1 200 " + b"\x1b[31m\xff" * 10 + b"\r\n"
                      b"ETag: \"a\x1b[31m\xff\"\r\nLast-Modified: \xff\r\n"
                      b"Content-Type: \x00\xfe/x\r\nContent-Length: 3\r\n"
                      b"Content-Length: 5\r\n\r\n{}\n{}")

    @staticmethod
    def evil_reason(h):
        h.wfile.write(b"HTTP/1.1 503 \x1b[31mlevel=error\r\n"
                      b"Retry-After: 99999999999999999999\r\n"
                      b"Content-Length: 0\r\n\r\n")


# ---- documents ---------------------------------------------------------------

def good(ident, **more):
    return json.dumps(csaf(ident, **more)).encode()


def tree_of(leaves):
    """A product tree with so many leaves, all affected, ours the last."""
    document = csaf("WIDE-1")
    branches = [{"category": "product_version", "name": "1.%d" % n,
                 "product": {"name": "Acme Part %d 1.%d" % (n, n),
                             "product_id": "L%d" % n}}
                for n in range(leaves)]
    vendor = document["product_tree"]["branches"][0]
    vendor["branches"].insert(0, {"category": "product_name", "name": "Part",
                                  "branches": branches})
    document["vulnerabilities"][0]["product_status"]["known_affected"] += [
        "L%d" % n for n in range(leaves)]
    return json.dumps(document).encode()


def large(size):
    """A legal advisory of so many bytes, most of them one note after another."""
    document = csaf("LARGE-1")
    text = "A long story of no consequence. " * 2000
    document["document"]["notes"] += [
        {"category": "details", "title": "Story", "text": text}
        for _ in range(size // len(text))]
    return json.dumps(document).encode()


def documents():
    """(name, bytes, words that the reason for setting it aside must have); no
    words: it may be understood or not."""
    ok = good("INNER-1").decode()

    def with_title(raw):
        return ok.encode().replace(b'"title": "An advisory"',
                                   b'"title": ' + raw, 1)

    deep = csaf("DEEP-1")
    at = deep["product_tree"]["branches"][0]
    for n in range(90):
        at["branches"] = [{"category": "product_family", "name": "f%d" % n}]
        at = at["branches"][0]
    at["product"] = {"name": "x", "product_id": "P1"}
    return [
        ("deep-array.json", b"[" * 100000, ["line "]),
        ("deep-object.json", b'{"a":' * 100000, ["line "]),
        ("deep-closed.json", b"[" * 5000 + b"]" * 5000, ["line "]),
        ("deep-branches.json", json.dumps(deep).encode(), []),
        ("number-long.json", b'{"document":{"x":1' + b"0" * 200000 + b"}}",
         []),
        ("number-exponent.json", b'{"document":{"x":1e99999999999}}', []),
        ("score-huge.json", ok.replace("9.8", "1e300").encode(), []),
        ("score-text.json", ok.replace("9.8", '"nine"').encode(), []),
        ("duplicate.json", ok.replace('"csaf_version"',
                                      '"title": "x", "csaf_version"').encode(),
         ["line "]),
        ("nul-name.json", b'{"document\\u0000x":{}}', ["line "]),
        ("nul-value.json", with_title(b'"a\\u0000b"'), ["line "]),
        ("nul-raw.json", with_title(b'"a\x00b"'), ["line "]),
        ("surrogate.json", with_title(b'"\\ud800"'), ["line "]),
        ("utf8-broken.json", with_title(b'"\xc3\x28 \xff"'), ["line "]),
        ("utf8-overlong.json", with_title(b'"\xc0\xaf"'), ["line "]),
        ("utf8-name.json", b'{"docu\xffment":{}}', ["line "]),
        ("utf16.json", ok.encode("utf-16"), ["line "]),
        ("empty.json", b"", ["empty"]),
        ("blanks.json", b" " * 1000, []),
        ("bom-only.json", b"\xef\xbb\xbf", []),
        ("array.json", b"[]", []),
        ("null.json", b"null", []),
        ("html.json", b"<!doctype html><title>login</title>", ["line "]),
        ("cut.json", ok.encode()[:-7], ["line "]),
        ("twice.json", ok.encode() + ok.encode(), ["line "]),
        ("no-document.json", b'{"product_tree":{}}', ["/document"]),
        ("document-text.json", b'{"document":"x"}', ["/document"]),
        ("no-id.json", ok.replace('"id": "INNER-1", ', "").encode(),
         ["/document/tracking/id"]),
        ("id-number.json", ok.replace('"INNER-1"', "7").encode(), []),
        ("id-long.json", ok.replace("INNER-1", "I" * 100000).encode(), []),
        ("many-vulnerabilities.json", json.dumps(
            {**json.loads(ok), "vulnerabilities": [{}] * 30000}).encode(), []),
    ]


XML = {
    "laughs": """<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a0 "ha">%s]>
<rss version="2.0"><channel><title>&a9;</title><item><title>&a9;</title>
<guid>1</guid></item></channel></rss>""" % "".join(
    '<!ENTITY a%d "%s">' % (n, "&a%d;" % (n - 1) * 10) for n in range(1, 10)),
    "quadratic": '<!DOCTYPE rss [<!ENTITY a "%s">]><rss version="2.0">'
    "<channel><item><title>%s</title><guid>1</guid></item></channel></rss>" %
    ("a" * 50000, "&a;" * 5000),
    "external": '<!DOCTYPE rss [<!ENTITY x SYSTEM "file://@SECRET@">]>'
    '<rss version="2.0"><channel><title>&x;</title><item><title>&x; Acme Pump '
    "7</title><guid>1</guid><description>&x;</description></item></channel>"
    "</rss>",
    "external-web": '<!DOCTYPE rss [<!ENTITY %% p SYSTEM "@URL@/entity">%%p;'
    '<!ENTITY x SYSTEM "@URL@/entity">]><rss version="2.0"><channel><item>'
    "<title>&x;</title><guid>1</guid></item></channel></rss>".replace(
        "%%", "%"),
    "external-dtd": '<!DOCTYPE rss SYSTEM "@URL@/entity"><rss version="2.0">'
    "<channel><item><title>t</title><guid>1</guid></item></channel></rss>",
    "include": '<rss version="2.0" xmlns:xi="http://www.w3.org/2001/XInclude">'
    '<channel><item><title><xi:include href="file://@SECRET@" parse="text"/>'
    "</title><guid>1</guid></item></channel></rss>",
    "stylesheet": '<?xml-stylesheet href="@URL@/entity"?><rss version="2.0">'
    "<channel><item><title>t</title><guid>1</guid></item></channel></rss>",
    "deep": '<rss version="2.0"><channel><item><title>' + "<b>" * 100000,
    "attributes": '<rss version="2.0" %s><channel/></rss>' % " ".join(
        'a%d="x"' % n for n in range(50000)),
    "long-name": "<rss><%s/></rss>" % ("n" * 2000000),
    "cut": '<rss version="2.0"><channel><item><title>a',
    "nul": '<rss version="2.0"><channel><item><title>a\0b</title></item>'
    "</channel></rss>",
    "no-feed": "<html><body>login</body></html>",
    "empty": "",
    "many-items": '<rss version="2.0"><channel>%s</channel></rss>' % "".join(
        "<item><title>i</title><guid>%d</guid></item>" % n
        for n in range(8000)),
}


# ---- a hostile text in every field -------------------------------------------

def full_csaf(ident):
    """Every text field of CSAF 2.0 that there is, with an honest value."""
    d = csaf(ident)
    doc = d["document"]
    doc["acknowledgments"] = [{"names": ["N"], "organization": "O",
                               "summary": "S", "urls": ["https://a.example"]}]
    doc["aggregate_severity"] = {"namespace": "https://a.example",
                                 "text": "Critical"}
    doc["distribution"] = {"text": "D", "tlp": {
        "label": "WHITE", "url": "https://www.first.org/tlp/"}}
    doc["publisher"].update(contact_details="C", issuing_authority="I")
    doc["references"] = [{"category": "external", "summary": "S",
                          "url": "https://acme.example/r"},
                         {"category": "self", "summary": "S",
                          "url": "https://acme.example/a.json"}]
    doc["source_lang"] = "en"
    doc["tracking"].update(aliases=["AL-1"], generator={
        "date": "2026-01-02T03:04:05Z",
        "engine": {"name": "E", "version": "1"}})
    doc["tracking"]["revision_history"][0]["legacy_version"] = "0"
    doc["notes"][0].update(title="T", audience="all")
    leaf = d["product_tree"]["branches"][0]["branches"][0]["branches"][0]
    leaf["product"]["product_identification_helper"] = {
        "cpe": "cpe:2.3:h:acme:pump_7:*:*:*:*:*:*:*:*",
        "purl": "pkg:generic/pump@1", "model_numbers": ["P-7"],
        "serial_numbers": ["S-1"], "skus": ["K-1"], "sbom_urls": [
            "https://a.example/sbom"],
        "hashes": [{"filename": "f", "file_hashes": [
            {"algorithm": "sha256", "value": "00" * 32}]}],
        "x_generic_uris": [{"namespace": "https://a.example",
                            "uri": "https://a.example/u"}]}
    tree = d["product_tree"]
    tree["full_product_names"] = [{"name": "OS 1", "product_id": "P2"}]
    tree["product_groups"] = [{"group_id": "G1", "product_ids": ["P1"],
                               "summary": "S"}]
    tree["relationships"] = [{
        "category": "installed_on", "product_reference": "P2",
        "relates_to_product_reference": "P1",
        "full_product_name": {"name": "OS on pump", "product_id": "P3"}}]
    v = d["vulnerabilities"][0]
    v["cwe"] = {"id": "CWE-787", "name": "Out-of-bounds Write"}
    v["ids"] = [{"system_name": "S", "text": "T-1"}]
    v["acknowledgments"] = [{"names": ["N"], "organization": "O"}]
    v["involvements"] = [{"party": "vendor", "status": "completed",
                          "summary": "S", "date": "2026-01-02T03:04:05Z"}]
    v["discovery_date"] = v["release_date"] = "2026-01-02T03:04:05Z"
    v["flags"] = [{"label": "component_not_present", "product_ids": ["P2"],
                   "date": "2026-01-02T03:04:05Z"}]
    v["notes"] = [{"category": "description", "title": "T", "text": "X"}]
    v["references"] = [{"category": "external", "summary": "S",
                        "url": "https://acme.example/v"}]
    v["remediations"][0].update(
        url="https://acme.example/fix", date="2026-01-02T03:04:05Z",
        entitlements=["E"], restart_required={"category": "machine",
                                              "details": "D"})
    v["remediations"].append({"category": "workaround", "details": "W",
                              "group_ids": ["G1"]})
    v["threats"] = [{"category": "exploit_status", "details": "X",
                     "product_ids": ["P1"], "date": "2026-01-02T03:04:05Z"}]
    return d


def text_paths(value, path=()):
    """The JSON paths of all texts."""
    if isinstance(value, str):
        yield path
    elif isinstance(value, dict):
        for k, v in value.items():
            yield from text_paths(v, path + (k,))
    elif isinstance(value, list):
        for k, v in enumerate(value):
            yield from text_paths(v, path + (k,))


def replace_at(document, path, text):
    at = document
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = text


# What matching and reading need; each is hostile in a document of its own.
NEEDED = {"category", "id", "product_id", "product_ids", "label", "date",
          "known_affected", "csaf_version", "initial_release_date",
          "current_release_date", "number", "version", "status",
          "product_reference", "relates_to_product_reference", "group_id",
          "group_ids", "vectorString", "baseSeverity", "lang", "source_lang",
          "algorithm", "party", "namespace", "cpe", "value",
          "discovery_date", "release_date", "name"}


def needed(path):
    if path[-1] == "name":	# vendor and product are what is matched
        return path[:1] == ("product_tree",) and "branches" in path and \
            "product" not in path
    return any(step in NEEDED for step in path if isinstance(step, str)) or \
        "product_status" in path


RSS_FIELDS = ("title", "link", "guid", "description", "content:encoded",
              "dc:creator", "author", "category", "pubDate", "comments",
              "source", "channel/title", "channel/link",
              "channel/description", "channel/language")


def rss(hostile=()):
    """A feed with one item; hostile: field -> text."""
    values = {"title": "Acme Pump 7 stops", "link": "https://acme.example/n",
              "guid": "n-1", "description": "Acme Pump 7 1.0 stops.",
              "content:encoded": "<p>Acme Pump 7 1.0 stops.</p>",
              "pubDate": "Tue, 03 Feb 2026 04:05:06 GMT",
              "channel/title": "News", "channel/link": "https://acme.example/"}
    values.update(hostile)

    def escape(text):
        for a, b in (("&", "&amp;"), ("<", "&lt;"), ("\r", "&#13;"),
                     ("\x1b", ""), ("\x07", ""), ('"', "&quot;")):
            text = text.replace(a, b)
        return text

    def fields(prefix):
        return "".join("<%s>%s</%s>" % (k[len(prefix):], escape(v),
                                        k[len(prefix):])
                       for k, v in values.items()
                       if k.startswith(prefix) and "/" not in k[len(prefix):])

    return ('<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" xmlns:'
            'content="http://purl.org/rss/1.0/modules/content/" xmlns:dc='
            '"http://purl.org/dc/elements/1.1/"><channel>%s<item>%s</item>'
            "</channel></rss>" % (fields("channel/"), fields(""))).encode()


# ---- what it may cost --------------------------------------------------------

class Watch:
    """The peak of memory of every process below one, by program, in MiB."""

    def __init__(self, pid):
        self.pid = pid
        self.peak = {}
        self.on = True
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _look(self, pid):
        try:
            with open("/proc/%d/status" % pid) as f:
                lines = dict(x.split(":\t", 1) for x in f if ":\t" in x)
            with open("/proc/%d/task/%d/children" % (pid, pid)) as f:
                children = [int(c) for c in f.read().split()]
        except OSError:
            return
        name = lines["Name"].strip()
        mib = int(lines.get("VmHWM", "0").split()[0]) / 1024
        self.peak[name] = max(self.peak.get(name, 0), mib)
        for child in children:
            self._look(child)

    def _run(self):
        while self.on:
            self._look(self.pid)
            time.sleep(0.02)

    def stop(self):
        self.on = False
        self.thread.join(5)
        return self.peak


def watched_once(place, conf, seconds, **env):
    """`advrelay once`: exit status, report, stderr, peaks and seconds."""
    log, out = place.at("once.log"), place.at("once.out")
    began = time.monotonic()
    with open(log, "wb") as e, open(out, "wb") as o:
        p = place.start([PROGRAM, "once", "--json", "-c", conf],
                        stdin=subprocess.DEVNULL, stdout=o, stderr=e,
                        env={**os.environ, **env})
        watch = Watch(p.pid)
        try:
            p.wait(seconds)
        except subprocess.TimeoutExpired:
            raise Failure("once did not end in %d s: %s" %
                          (seconds, read(log)[-1500:]))
        finally:
            peak = watch.stop()
    took = time.monotonic() - began
    if os.environ.get("TIMES"):
        print("# %.1f s, exit %s, peaks in MiB: %s" % (
            took, p.returncode, {k: round(v) for k, v in peak.items()}))
    check(p.returncode >= 0, "once died of signal %d: %s", -p.returncode,
          read(log)[-1500:])
    return p.returncode, json.loads(read(out)), read(log), peak, took


# ---- a name whose address changes ---------------------------------------------

class Trap:
    """A port at another address of this machine: counts who connects."""

    def __init__(self, place, address, port):
        self.came = 0
        self.listener = socket.create_server((address, port))
        threading.Thread(target=self._accept, daemon=True).start()
        place.ends.append(self.listener.close)

    def _accept(self):
        while True:
            try:
                s, _ = self.listener.accept()
            except OSError:
                return
            self.came += 1
            s.close()


def moving_libexec(place):
    """Helpers as ever, but fetch's name service is fakes/moving_name.c."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        raise Skip("no compiler for a name service of ours")
    library, folder = place.at("moving_name.so"), place.folder("libexec")
    done = subprocess.run([compiler, "-D_GNU_SOURCE", "-shared", "-fPIC", "-o",
                           library, FAKES + "/moving_name.c", "-ldl"],
                          capture_output=True, text=True, timeout=60)
    check(done.returncode == 0, "%s: %s", compiler, done.stderr)
    for name in os.listdir(BUILD + "/libexec"):
        if name != "fetch":
            os.symlink(os.path.join(BUILD, "libexec", name),
                       os.path.join(folder, name))
    write(folder + "/fetch", "#!/bin/sh\nLD_PRELOAD=%s exec %s/libexec/fetch "
          '"$@"\n' % (library, BUILD), 0o755)
    return folder


# ---- what it may say ---------------------------------------------------------

CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e"
                     "\u2066-\u2069]")
EVIL = re.compile(r"^\s*(x-)?evil|^bcc$", re.I)
HEADERS = {
    "date", "from", "to", "subject", "message-id", "reply-to", "in-reply-to",
    "references", "auto-submitted", "x-auto-response-suppress", "list-id",
    "importance", "x-priority", "content-language", "mime-version",
    "content-type", "content-transfer-encoding", "content-disposition",
    "x-advisory-id", "x-advisory-key", "x-advisory-rev", "x-advisory-event",
    "x-advisory-severity", "x-advisory-exploited", "x-advisory-devices",
    "x-advisory-tlp"}
TAGS = {"html", "head", "meta", "title", "style", "body", "div", "p", "h1",
        "h2", "h3", "table", "tr", "td", "th", "tbody", "thead", "ul", "ol",
        "li", "a", "caption", "span", "b", "strong", "br", "hr", "small",
        "code", "em"}


class Page(html.parser.HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.open = []
        self.count = {}
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        check(tag in TAGS, "<%s> in a page", tag)
        self.count[tag] = self.count.get(tag, 0) + 1
        for name, value in attrs:
            check(not name.startswith("on"), "%s= in <%s>", name, tag)
            check(name not in ("href", "src") or re.match(
                "https?://[^\\s\"<>]*$", value or ""), "%s=%.200r in <%s>",
                name, value, tag)
            check(name == "href" or not MARKED.search(value or ""),
                  "a hostile text in %s= of <%s>", name, tag)


def check_mail(raw):
    """A mail as it came, strictly; returns the parsed one."""
    check(all(b < 128 for b in raw), "not all of a mail is ASCII")
    for line in raw.replace(b"\r\n", b"\n").split(b"\n"):
        check(len(line) <= 998 and b"\r" not in line and b"\0" not in line,
              "a line that SMTP forbids: %.100r", line)
    mail = email.message_from_bytes(raw, policy=email.policy.default)
    parts = list(mail.walk())
    check([p.get_content_type() for p in parts[:4]] in (
        ["multipart/mixed", "multipart/alternative", "text/plain",
         "text/html"], ["multipart/alternative", "text/plain", "text/html"]),
        "parts: %s", [p.get_content_type() for p in parts])
    check(len(parts) <= 5, "%d parts", len(parts))
    for part in parts:
        equal(part.defects, [], "defects of a part")
        for name, value in part.items():
            check(name.lower() in HEADERS, "a header field %.60r: %.200r",
                  name, str(value))
            equal(list(value.defects), [], "defects of " + name)
            check(not CONTROL.search(str(value)), "a control character in "
                  "%s: %r", name, str(value))
        for name in set(k.lower() for k in part.keys()):
            equal(len(part.get_all(name)), 1, "how often there is " + name)
    equal([str(a) for a in mail["to"].addresses], [RECIPIENT], "To")
    text = mail.get_body(("plain",)).get_content().replace("\r\n", "\n")
    bad = CONTROL.search(text)
    check(not bad, "a control character in the text: %r",
          text[max(0, bad.start() - 40):][:80] if bad else "")
    page = Page(mail.get_body(("html",)).get_content())
    equal([page.count.get(t) for t in ("html", "body")], [1, 1],
          "<html> and <body>")
    return mail


def check_event(event):
    """A syslog line as rsyslog understood it."""
    check(set(event.elements) <= {"advisory", "match", "origin", "meta"} and
          {"advisory", "origin"} <= set(event.elements),
          "structured data: %s", sorted(event.elements))
    for name, params in event.elements.items():
        for key, value in params.items():
            check(not EVIL.search(key), "parameter %s of %s", key, name)
            check(not CONTROL.search(value), "a control character in %s/%s: "
                  "%.200r", name, key, value)
    check(not re.search("[\x00-\x1f\x7f]", event.line["raw"]),
          "a control character in syslog")
    equal((event.line["app"], event.line["host"], event.line["msgid"][:4]),
          ("advrelay", RELAY, "ADV-"), "APP-NAME, HOSTNAME, MSGID")


def check_hook(hook):
    def walk(value, path):
        if isinstance(value, dict):
            for k, v in value.items():
                check(not EVIL.search(k) and not MARKED.search(k),
                      "a key %.100r in %s", k, path)
                walk(v, path + "/" + k)
        elif isinstance(value, list):
            for v in value:
                walk(v, path)
        elif isinstance(value, str):
            check(not re.search("[\x00-\x08\x0b-\x1f\x7f]", value),
                  "a control character in %s: %.200r", path, value)

    walk(hook.json, "")
    equal(hook.signature_fault(), "", "signature")
    for name, value in hook.headers.items():
        check(not EVIL.search(name) and not CONTROL.search(value) and
              not MARKED.search(value), "header %s: %.200r", name, value)


LOG_LINE = re.compile(r'level=(error|warning|info|debug) msg="[a-zA-Z][^"\\]*"')


def check_log(text):
    for line in text.split("\n"):
        check(line == "" or LOG_LINE.match(line), "a log line %.300r", line)
        check(not CONTROL.search(line), "a control character in the log: "
              "%.300r", line)


def check_shown(conf):
    """What a person sees of it on a terminal."""
    for command in ("queue", "status"):
        done = advrelay(command, "-c", conf)
        check(done.status == EX_OK, "%s: %r", command, done)
        bad = CONTROL.search(done.out)
        check(not bad, "a control character in %s: %r", command,
              done.out[max(0, bad.start() - 80):][:160] if bad else "")
        done = advrelay(command, "--json", "-c", conf)
        check(not re.search("[\x00-\x08\x0b-\x1f\x7f]", done.out),
              "a control character in %s --json", command)
        json.loads(done.out)


def check_all(receivers):
    for path in sorted(glob.glob(receivers.mail.dir + "/*.eml")):
        with open(path, "rb") as f:
            check_mail(f.read())
    for event in receivers.syslog.events():
        check_event(event)
    for hook in receivers.hook.hooks:
        check_hook(hook)
