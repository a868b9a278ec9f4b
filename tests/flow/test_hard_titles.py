#!/usr/bin/python3
"""Advisories that try to break out of a header, a structured-data value, JSON or
HTML: each receiver's own parser gives back what was meant."""
import html.parser
import re

from lib import *

TITLES = [
    'Plain words',
    'A "quoted" word and \'another\'',
    'Brackets ] and ] and [ and "] x="1"][evil@1 a="b"',
    'Backslashes \\ \\\\ \\" \\] \\n at the end \\',
    'Line one\nLine two\r\nLine three\rLine four',
    'CRLF\r\nBcc: victim@example.org\r\nX-Evil: yes\r\n\r\nbody',
    'Tab\there, bell\x07, escape \x1b[31mred\x1b[0m, delete\x7f',
    'Umlauts: Übergröße, naïve, Łódź, Ελληνικά, 日本語の題名',
    'Emoji \U0001f525\U0001f468\u200d\U0001f469\u200d\U0001f467 and flags',
    'Right to left \u202egnp.exe\u202c and \u2066isolated\u2069',
    '<script>alert(1)</script> <img src=x onerror=alert(2)> &amp; <b>bold</b>',
    '=?UTF-8?Q?not_an_encoded_word?= =?utf-8?b?aGVsbG8=?=',
    'From the beginning.\n.\n..\nFrom the middle',
    '%s %n %d ${jndi:ldap://x} $(id) `id` {{7*7}}',
    "'; DROP TABLE alert; --",
    ' leading and trailing blanks \u00a0 \u3000',
    'x' * 3000,
    'wide ' * 600,
    'ü' * 1500,
    '日' * 1000,
    ',' * 200 + '; a=b|c=d',
    '{"json": ["in", "a", {"title": null}]}',
    '\u2028line separator\u2029paragraph separator\u0085next line',
    '\ufffd\ufeffmarks\ufffe',
]
DEVICE = 'Pumpe "Süd" ]\\ <i>7</i> =?x?='
BIDI = re.compile("[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]")


def meant(text):
    """One line: without controls, and blanks do not count."""
    text = BIDI.sub("", text)
    text = re.sub("[\x00-\x1f\x7f-\x9f]", " ", text)
    return re.sub(r"\s+", " ", text).strip()


def same(got, title, what, prefix=""):
    """What was meant, or its beginning with dots behind."""
    got = re.sub(r"\s+", " ", BIDI.sub("", got or "")).strip()
    wanted = prefix + meant(title)
    if got == wanted:
        return
    check(got.endswith("...") and len(got) > 50 and
          wanted.startswith(got[:-3]), "%s: %.300r for %.300r", what, got,
          wanted)


def ident(n):
    return "HARD-%02d" % (n + 1)


def receive(place):
    """All titles through the house; the receivers behind it."""
    provider = Provider(place.folder("www"))
    for n, title in enumerate(TITLES):
        provider.put(ident(n).lower() + ".json", csaf(
            ident(n), title=title, summary=title, fix=title))
    web = WebServer(place, provider.root)
    provider.publish(web.url)
    devices = 'id,name,vendor,model,version\npump-7,"%s",Acme,Pump 7,1.0\n' % \
        DEVICE.replace('"', '""')
    receivers = Receivers(place)
    conf = place.write_conf({
        "relay": place.relay_settings(),
        "feeds": [{"name": "hard", "url": provider.url("rolie"),
                   "allow": ["127.0.0.0/8"]}],
        "devices": write(place.at("devices.csv"), devices),
        "sinks": receivers.sinks(place)})
    report = once(conf)
    equal((report["aside"], report["alerts"], report["delivered"]),
          (0, len(TITLES), 3 * len(TITLES)), "aside, alerts, delivered")
    receivers.settled(len(TITLES))
    return provider, receivers


class Page(html.parser.HTMLParser):
    """Tags and text of a page."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.texts, self.links = set(), [], []
        self.quiet = 0
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.links += [v for k, v in attrs if k in ("href", "src")]
        check(not any(k.startswith("on") for k, _ in attrs),
              "an event handler in <%s>", tag)
        self.quiet += tag == "style"

    def handle_endtag(self, tag):
        self.quiet -= tag == "style"

    def handle_data(self, data):
        if not self.quiet:
            self.texts.append(data)


def in_mail(provider, mail, title):
    for part in mail.walk():
        equal(part.defects, [], "defects of a part")
        for name, value in part.items():
            equal(list(value.defects), [], "defects of " + name)
    raw = bytes(mail)
    check(max(map(len, raw.split(b"\n"))) <= 999, "a line over 998")
    check(all(b < 128 for b in raw), "not all is ASCII")
    which = str(mail["x-advisory-id"])
    for name in ("bcc", "x-evil", "cc"):
        check(mail[name] is None, "%s was injected", name)
    subject = str(mail["subject"])
    check(subject.startswith("[CRITICAL] TLP:CLEAR %s: " % which) and
          subject.endswith(" - 1 device"), "Subject: %r", subject)
    same(subject[len("[CRITICAL] TLP:CLEAR %s: " % which):
                 -len(" - 1 device")], title, "Subject")
    equal([str(a) for a in mail["to"].addresses], [RECIPIENT], "To")
    bare = re.sub(r"\s+", "", meant(title))
    text = mail.get_body(("plain",)).get_content()
    check(bare[:300] in re.sub(r"\s+", "", text), "the title is not in the "
          "text: %.200r", text)
    check(re.sub(r"\s+", "", DEVICE) in re.sub(r"\s+", "", text),
          "the device's name is not in the text")
    page = Page(mail.get_body(("html",)).get_content())
    check(not page.tags & {"script", "img", "i", "iframe", "form"},
          "tags of the title came through: %s", page.tags)
    check(bare[:300] in re.sub(r"\s+", "", "".join(page.texts)),
          "the title is not in the page")
    check(all(re.match("https?://", link) for link in page.links),
          "links: %s", page.links)
    attached = [p for p in mail.iter_attachments()]
    equal(len(attached), 1, "attachments")
    with open("%s/csaf_files/OT/white/2026/%s.json" % (
            provider.root, which.lower()), "rb") as f:
        check(attached[0].get_content() == f.read() if isinstance(
            attached[0].get_content(), bytes) else False,
            "the attachment is not the document")


def in_syslog(event, title):
    equal(set(event.elements), {"advisory", "match", "origin", "meta"},
          "structured data elements")
    same(event.param("advisory", "title"), title, "syslog title")
    equal(event.param("match", "devices"), "pump-7", "syslog device")
    check(not re.search("[\x00-\x1f\x7f]", event.line["raw"]),
          "a control character in syslog")
    equal(event.line["app"], "advrelay", "APP-NAME")
    equal(event.line["msgid"], "ADV-NEW", "MSGID")
    check("CRITICAL" in event.line["msg"][:12], "MSG %.100r",
          event.line["msg"])


def three_receivers(place):
    provider, receivers = receive(place)
    by_id = {ident(n): title for n, title in enumerate(TITLES)}
    mails = receivers.mail.mails()
    equal(sorted(str(m["x-advisory-id"]) for m in mails), sorted(by_id),
          "mails")
    for mail in mails:
        which = str(mail["x-advisory-id"])
        try:
            in_mail(provider, mail, by_id[which])
        except Failure as e:
            raise Failure("mail %s: %s" % (which, e))
    events = receivers.syslog.events()
    equal(sorted(e.param("advisory", "id") for e in events), sorted(by_id),
          "syslog events")
    for event in events:
        in_syslog(event, by_id[event.param("advisory", "id")])
    hooks = receivers.hook.hooks
    equal(sorted(h.alert["advisory"]["id"] for h in hooks), sorted(by_id),
          "webhooks")
    for hook in hooks:
        title = by_id[hook.alert["advisory"]["id"]]
        same(hook.alert["title"], title, "webhook title")
        equal(hook.signature_fault(), "", "signature")
        check(not re.search("[\r\n]", "".join(hook.headers.values())),
              "a line break in a header")


VERIFY = """
const { Webhook } = require("standardwebhooks");
const lines = require("fs").readFileSync(0, "utf8").trim().split("\\n");
for (const line of lines) {
  const one = JSON.parse(line);
  const got = new Webhook(one.key).verify(one.body, one.headers);
  console.log(JSON.stringify(got));
}
"""


def library(place):
    """The same by the library that receivers use."""
    folder = BUILD + "/tests/npm"
    if shutil.which("npm") is None or shutil.which("node") is None:
        raise Skip("no node or npm; the signature was checked by hmac only")
    if not os.path.isdir(folder + "/node_modules/standardwebhooks"):
        os.makedirs(folder, exist_ok=True)
        try:
            done = subprocess.run(
                ["npm", "install", "--prefix", folder, "--no-audit",
                 "--no-fund", "--ignore-scripts", "standardwebhooks@1"],
                stdin=subprocess.DEVNULL, capture_output=True, timeout=60)
        except subprocess.TimeoutExpired:
            raise Skip("npm does not answer; checked by hmac only")
        if done.returncode != 0:
            raise Skip("npm cannot install standardwebhooks; checked by hmac "
                       "only")
    _, receivers = receive(place)
    key = "whsec_" + base64.b64encode(SIGNING_KEY).decode()
    given = "".join(json.dumps({
        "key": key, "headers": h.headers, "body": h.body.decode()}) + "\n"
        for h in receivers.hook.hooks)
    done = subprocess.run(["node", "-e", VERIFY], input=given.encode(),
                          capture_output=True, timeout=30, cwd=folder,
                          env={**os.environ,
                               "NODE_PATH": folder + "/node_modules"})
    check(done.returncode == 0, "verify: %s", done.stderr.decode()[:600])
    equal([json.loads(x) for x in done.stdout.decode().splitlines()],
          [h.json for h in receivers.hook.hooks], "what was verified")


if __name__ == "__main__":
    run([three_receivers, library])
