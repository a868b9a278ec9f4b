/* Whole messages, judged by Python's email package: no defects anywhere, and
 * what is decoded equals what was meant. */
#include "mail_fixture.h"
#include "send/send_sample.h"
#include "suite.h"

/* Reads NNN.eml and beside it what was meant; prints each complaint. */
static const char judge[] =
    "import email, email.policy, sys, glob, os, html.parser\n"
    "bad = 0\n"
    "def no(name, why):\n"
    "    global bad; bad += 1; print(name + ': ' + str(why))\n"
    "class Tags(html.parser.HTMLParser):\n"
    "    void = {'meta', 'br'}\n"
    "    def __init__(self): super().__init__(); self.open = []; self.seen = set()\n"
    "    def handle_starttag(self, tag, attrs):\n"
    "        self.seen.add(tag)\n"
    "        for k, v in attrs:\n"
    "            if k in ('href', 'src') and not v.startswith(('http://', 'https://')): no('html', v)\n"
    "            if k.startswith('on'): no('html', k)\n"
    "        if tag not in self.void: self.open.append(tag)\n"
    "    def handle_endtag(self, tag):\n"
    "        if not self.open or self.open.pop() != tag: no('html', 'unbalanced ' + tag)\n"
    "for path in sorted(glob.glob(sys.argv[1] + '/*.eml')):\n"
    "    name = os.path.basename(path)\n"
    "    raw = open(path, 'rb').read()\n"
    "    def meant(kind):\n"
    "        p = path[:-4] + '.' + kind\n"
    "        return open(p, 'rb').read() if os.path.exists(p) else None\n"
    "    if raw.count(b'\\n') != raw.count(b'\\r\\n') or raw.count(b'\\r') != raw.count(b'\\r\\n'): no(name, 'bare CR or LF')\n"
    "    if any(c > 126 or (c < 32 and c not in (10, 13)) for c in raw): no(name, 'not 7-bit')\n"
    "    for line in raw.split(b'\\r\\n'):\n"
    "        if len(line) > 998: no(name, 'line over 998')\n"
    "        if len(line) > 78 and not line.startswith((b'Message-ID:', b'In-Reply-To:')) and not line.startswith(b' <ar.'): no(name, 'line over 78: %r' % line)\n"
    "        if line.startswith((b'From ', b'.')): no(name, line)\n"
    "    m = email.message_from_bytes(raw, policy=email.policy.default)\n"
    "    for p in m.walk():\n"
    "        if p.defects: no(name, p.defects)\n"
    "        for k, v in p.items():\n"
    "            if v.defects: no(name, (k, v, v.defects))\n"
    "    if m['subject'].split(' ') != meant('subject').decode().split(): no(name, m['subject'])\n"
    "    if m.get_body(('plain',)).get_content().replace('\\r\\n', '\\n').encode() != meant('txt'): no(name, 'text differs')\n"
    "    page = m.get_body(('html',)).get_content().replace('\\r\\n', '\\n')\n"
    "    if page.encode() != meant('html'): no(name, 'html differs')\n"
    "    t = Tags(); t.feed(page); t.close()\n"
    "    if t.open: no(name, t.open)\n"
    "    if t.seen & {'script', 'img', 'form', 'iframe', 'h1'}: no(name, t.seen)\n"
    "    files = list(m.iter_attachments()) if m.get_content_type() == 'multipart/mixed' else []\n"
    "    body = meant('att')\n"
    "    if (len(files) == 1) != (body is not None): no(name, 'attachments: %d' % len(files))\n"
    "    for f in files:\n"
    "        if f.get_payload(decode=True) != body: no(name, 'attachment differs')\n"
    "        if not f.get_filename() or '/' in f.get_filename(): no(name, f.get_filename())\n"
    "    for k in ('Message-ID', 'References', 'Date', 'From', 'To', 'Auto-Submitted', 'List-Id'):\n"
    "        if len(m.get_all(k, [])) != 1: no(name, k)\n"
    "    if m.get('Bcc') or m.get('X'): no(name, 'injected')\n"
    "sys.exit(1 if bad else 0)\n";

static void
put(const char *name, const char *kind, const void *p, size_t n)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/%s.%s", scratch, name, kind);
	file_write(path, p, n);
}

static void
emit(const char *name, const struct sink *sink, const struct delivery *d)
{
	struct buf eml = BUF_INIT(0), text = BUF_INIT(4u << 20);
	struct buf html = BUF_INIT(4u << 20), again = BUF_INIT(0);
	struct err err = ERR_INIT;
	const char *subject = mail_subject(&mem, &d->alert);
	bool attached = sink->attach && d->attachment_name[0] != '\0' &&
	    d->attachment_len <= ATTACHMENT_MAX;

	ck_assert_msg(mail_build(&mem, &eml, sink, d, &err) == 0, "%s: %s",
	    name, err.text);
	ck_assert_int_eq(mail_build(&mem, &again, sink, d, &err), 0);
	ck_assert_uint_eq(eml.len, again.len);
	ck_assert_mem_eq(eml.data, again.data, eml.len);
	mail_body_text(&mem, &text, d, attached);
	mail_body_html(&mem, &html, d, attached);
	put(name, "eml", eml.data, eml.len);
	put(name, "subject", subject, strlen(subject));
	put(name, "txt", text.data, text.len);
	put(name, "html", html.data, html.len);
	if (attached)
		put(name, "att", d->attachment, d->attachment_len);
	buf_clear(&eml);
	buf_clear(&again);
	buf_clear(&text);
	buf_clear(&html);
}

static void
emit_hostile(void)
{
	static const char evil[] = "<script>alert('1')</script>\r\nBcc: x@y.z"
	    "\r\n\r\n.\r\nFrom me \"&amp;\" javascript:x\x01 \xF0\x9F\x94\xA5"
	    " https://x.example/\"onclick=\"y";
	struct sink sink;
	struct delivery d;

	mail_sample(&mem, &sink, &d);
	d.alert.title = d.alert.summary = d.alert.id = evil;
	d.alert.publisher = d.alert.route = d.alert.feed = evil;
	d.alert.url = "javascript:alert(1)";
	d.alert.changes[0] = d.alert.cves[0] = d.alert.vector = evil;
	d.alert.references[0].url = "https://x.example/<b>";
	d.alert.references[0].summary = evil;
	d.attachment_name = "../../etc/pass\"wd\r\nX: y";
	d.attachment_type = "text/html\r\nX: y";
	for (uint32_t i = 0; i < d.alert.n_matches; i++) {
		struct match *m = &d.alert.matches[i];
		m->device.id = m->device.name = m->device.vendor = evil;
		m->device.model = m->device.site = m->why[0] = evil;
		m->remedies[0].text = m->remedies[0].url = evil;
	}
	emit("hostile", &sink, &d);
}

static void
emit_digest(void)
{
	static const char evil[] = "<img src=x>\r\nBcc: x@y.z\r\n\r\n.\r\n"
	    "&lt; \x01 \"'";
	struct sink sink;
	struct delivery d;

	mail_sample(&mem, &sink, &d);
	send_sample_digest(&mem, &d.alert);
	d.attachment_len = 0;
	emit("digest", &sink, &d);
	for (uint32_t i = 0; i < d.alert.n_entries; i++) {
		struct alert_entry *e = &d.alert.entries[i];
		e->id = e->title = e->publisher = evil;
		e->url = "javascript:alert(1)";
		e->devices[0] = evil;
		e->n_changes = 1;
		e->changes = e->devices;
	}
	emit("digestevil", &sink, &d);
}

static void
emit_large(void)
{
	struct buf title = BUF_INIT(8192), bytes = BUF_INIT(4u << 20);
	struct sink sink;
	struct delivery d;
	struct match *many;

	mail_sample(&mem, &sink, &d);
	while (title.len < 3000)
		buf_puts(&title, "Gr\xC3\xB6\xC3\x9F" "e \xE2\x82\xAC ");
	while (bytes.len < (1u << 20))
		buf_byte(&bytes, (char)(bytes.len * 2654435761u >> 13));
	many = arena_alloc(&mem, 40 * sizeof(*many));
	for (size_t i = 0; i < 40; i++)
		many[i] = d.alert.matches[i % 2];
	d.alert.matches = many;
	d.alert.n_matches = 40;
	d.alert.left_out = 99960;
	d.alert.title = d.alert.summary = buf_text(&title);
	d.attachment = bytes.data;
	d.attachment_len = bytes.len;
	d.attachment_type = "application/xml";
	emit("large", &sink, &d);
	ck_assert_ptr_nonnull(strstr(mail_subject(&mem, &d.alert),
	    "- 100000 devices"));
	buf_clear(&title);
	buf_clear(&bytes);
}

static void
emit_plain(void)
{
	struct sink sink;
	struct delivery d;

	mail_sample(&mem, &sink, &d);
	sink.attach = false;
	sink.reply_to = "ack@plant-a.example";
	sink.from = "J\xC3\xBCrgen \"R\" Relay <relay@plant-a.example>";
	d.n_prior = 0;
	d.alert.event = EVENT_NEW;
	d.alert.tlp = d.alert.summary = d.alert.url = "";
	d.alert.n_changes = d.alert.n_references = d.alert.n_cves = 0;
	d.alert.severity = SEVERITY_UNKNOWN;
	d.alert.exploited = false;
	memset(&d.alert.cvss, 0, sizeof(d.alert.cvss));
	emit("plain", &sink, &d);
	d.alert.event = EVENT_RESOLVED;
	d.alert.n_matches = 0;
	emit("resolved", &sink, &d);
	d.alert.event = EVENT_TEST;
	emit("test", &sink, &d);
	mail_sample(&mem, &sink, &d);
	d.attachment_len = ATTACHMENT_MAX + 1;
	emit("toolarge", &sink, &d);
	mail_sample(&mem, &sink, &d);
	d.attachment_len = 0;
	emit("empty", &sink, &d);
}

START_TEST(test_python)
{
	struct sink sink;
	struct delivery d;
	char cmd[256];

	if (access(PYTHON, X_OK) != 0) {
		printf("SKIP: no %s\n", PYTHON);
		return;
	}
	mail_sample(&mem, &sink, &d);
	emit("sample", &sink, &d);
	emit_hostile();
	emit_large();
	emit_plain();
	emit_digest();
	put("judge", "py", judge, sizeof(judge) - 1);
	snprintf(cmd, sizeof(cmd), PYTHON " %s/judge.py %s", scratch, scratch);
	ck_assert_int_eq(system(cmd), 0);
}
END_TEST

static const struct {
	const char *name, *text, *coded;
} qp[] = {
	{ "plain", "a b\n", "a b\r\n" },
	{ "no end", "a", "a\r\n" },
	{ "equals", "a=b\n", "a=3Db\r\n" },
	{ "dot", ".\n..x\n", "=2E\r\n=2E.x\r\n" },
	{ "From", "From me\nFrom: you\n", "=46rom me\r\nFrom: you\r\n" },
	{ "end blank", "a \nb\t\n \n", "a=20\r\nb=09\r\n=20\r\n" },
	{ "empty lines", "\n\na\n", "\r\n\r\na\r\n" },
	{ "CR", "a\rb\n", "a=0Db\r\n" },
	{ "umlaut", "\xC3\xB6\n", "=C3=B6\r\n" },
};

START_TEST(test_qp)
{
	struct buf b = BUF_INIT(4096);

	mail_quoted_printable(&b, qp[_i].text);
	ck_assert_str_eq(buf_text(&b), qp[_i].coded);
	buf_clear(&b);
}
END_TEST

/* Every length around the soft break, and a dot behind it. */
START_TEST(test_qp_borders)
{
	for (size_t n = 60; n < 170; n++)
		for (int tail = 0; tail < 4; tail++) {
			static const char *const tails[] = { "", ".", ".x",
			    "From x" };
			struct buf in = BUF_INIT(4096), b = BUF_INIT(4096);
			size_t column = 0;
			for (size_t i = 0; i < n; i++)
				buf_byte(&in, 'a');
			buf_puts(&in, tails[tail]);
			mail_quoted_printable(&b, buf_text(&in));
			for (size_t i = 0; i < b.len; i++) {
				if (column == 0)
					ck_assert(b.data[i] != '.' &&
					    strncmp(b.data + i, "From ", 5));
				column = b.data[i] == '\n' ? 0 : column + 1;
				ck_assert_uint_le(column, 77);
			}
			buf_clear(&in);
			buf_clear(&b);
		}
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("mail_mime");
	TCase *t = suite_case(s, "mime", 60);
	int failed;

	scratch_make("mail");
	tcase_add_loop_test(t, test_qp, 0, (int)COUNT_OF(qp));
	tcase_add_test(t, test_qp_borders);
	tcase_add_test(t, test_python);
	failed = suite_run(s);
	scratch_drop();
	arena_clear(&mem);
	return failed;
}
