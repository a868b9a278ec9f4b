/* A byte of choices, then a packed alert (and its bytes as the text of every
 * field of a sample): what is built keeps RFC 5322 and MIME by a strict reader,
 * and its header has the fields that we wrote and no others. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/pack.h"
#include "base/secret.h"
#include "noun/delivery.h"
#include "send/mail.h"
#include "send/mail_sample.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* All that a header of ours may hold; the first five must be there. */
static const char *const fields[] = {
	"Date", "From", "To", "Subject", "Message-ID", "Reply-To",
	"In-Reply-To", "References", "Auto-Submitted",
	"X-Auto-Response-Suppress", "List-Id", "Importance", "X-Priority",
	"Content-Language", "X-Advisory-Id", "X-Advisory-Key",
	"X-Advisory-Rev", "X-Advisory-Event", "X-Advisory-Severity",
	"X-Advisory-Exploited", "X-Advisory-Devices", "X-Advisory-Tlp",
	"MIME-Version", "Content-Type", "Content-Transfer-Encoding",
	"Content-Disposition",
};

static _Noreturn void
fault(const char *what, const char *line, size_t n)
{
	fprintf(stderr, "%s: %.*s\n", what, (int)(n < 200 ? n : 200), line);
	abort();
}

/* "Name: ..." with a name of the list, once. */
static void
check_field(const char *line, size_t n, uint64_t *seen)
{
	const char *colon = memchr(line, ':', n);
	size_t len = colon == NULL ? 0 : (size_t)(colon - line);

	for (size_t i = 0; i < COUNT_OF(fields); i++) {
		if (strlen(fields[i]) != len ||
		    memcmp(fields[i], line, len) != 0)
			continue;
		if (*seen & UINT64_C(1) << i)
			fault("a field twice", line, n);
		*seen |= UINT64_C(1) << i;
		return;
	}
	fault("an unknown field", line, n);
}

/* One line without its CRLF: RFC 5322, 2.1.1 and 2.3. */
static void
check_line(const char *line, size_t n, bool in_header)
{
	if (n > 998)
		fault("a line of more than 998", line, n);
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)line[i];

		if (c == '\r' || c == '\n')
			fault("a bare CR or LF", line, n);
		if (c > '~' || (c < ' ' && c != '\t'))
			fault("a byte that needs an encoding", line, n);
	}
	/* RFC 5322, 2.2.3: a fold has something behind its blank. */
	if (in_header && n > 0 && strspn(line, " \t") >= n)
		fault("a fold of blanks only", line, n);
}

/* What a boundary line ends: the header of a part begins. */
static bool
is_boundary(const char *line, size_t n, bool *ret_last)
{
	*ret_last = n >= 2 && memcmp(line + n - 2, "--", 2) == 0;
	return n > 4 && memcmp(line, "--=_", 4) == 0;
}

static void
check_mail(const char *p, size_t n)
{
	const char *end = p + n;
	bool in_header = true, top = true, first = true, last;
	uint64_t seen = 0;
	unsigned opened = 0, ended = 0;

	while (p < end) {
		const char *crlf = memmem(p, (size_t)(end - p), "\r\n", 2);

		if (crlf == NULL)
			fault("no CRLF at the end", p, (size_t)(end - p));
		size_t len = (size_t)(crlf - p);
		check_line(p, len, in_header);
		if (in_header && len == 0) {
			if (first)
				fault("an empty header", p, 0);
			if (top && (seen & 0x1f) != 0x1f)
				fault("a needed field is missing", p, 0);
			in_header = top = false;
		} else if (in_header && *p != ' ' && *p != '\t') {
			check_field(p, len, &seen);
		} else if (in_header && first) {
			fault("a header begins with a fold", p, len);
		} else if (!in_header && is_boundary(p, len, &last)) {
			ended += last;
			opened += !last;
			in_header = !last;
			first = true;
			seen = 0;
			p = crlf + 2;
			continue;
		}
		first = false;
		p = crlf + 2;
	}
	/* text and page; with a document two more, and one more end */
	if (in_header || !((opened == 2 && ended == 1) ||
	    (opened == 1 && ended == 1) || (opened == 4 && ended == 2) ||
	    (opened == 3 && ended == 2)))
		fault("parts that do not close", "", 0);
}

static void
build(struct arena *mem, const struct sink *s, const struct delivery *d)
{
	struct buf out = BUF_INIT(MAIL_MAX);
	struct err err = ERR_INIT;

	if (mail_build(mem, &out, s, d, &err) == 0) {
		if (out.over)
			abort();
		check_mail(out.data, out.len);
	} else if (err.kind == ERR_NONE) {
		abort();
	}
	buf_clear(&out);
}

/* The sample with one text in all places that others fill. */
static void
build_text(struct arena *mem, uint8_t flags, const uint8_t *data, size_t size)
{
	const char *text = arena_text_n(mem, (const char *)data,
	    strnlen((const char *)data, size));
	struct delivery d;
	struct sink s;

	mail_sample(mem, &s, &d);
	s.attach = (flags & 1) != 0;
	d.attachment_name = d.attachment_type = text;
	d.attachment = data;
	d.attachment_len = size;
	d.alert.title = d.alert.summary = d.alert.id = text;
	d.alert.publisher = d.alert.ns = d.alert.version = text;
	d.alert.tlp = d.alert.status = d.alert.category = text;
	d.alert.vector = d.alert.scope = d.alert.route = d.alert.feed = text;
	d.alert.url = flags & 2 ? text : arena_printf(mem, "https://x/%s",
	    text);
	for (uint32_t i = 0; i < d.alert.n_cves; i++)
		d.alert.cves[i] = text;
	for (uint32_t i = 0; i < d.alert.n_changes; i++)
		d.alert.changes[i] = text;
	for (uint32_t i = 0; i < d.alert.n_references; i++)
		d.alert.references[i] = (struct reference){ text, text,
		    d.alert.url };
	for (uint32_t i = 0; i < d.alert.n_matches; i++) {
		struct match *m = &d.alert.matches[i];

		m->device.id = m->device.name = m->device.vendor = text;
		m->device.model = m->device.version = m->device.site = text;
		m->device.owner = m->device.email = m->product = text;
		m->range = m->vector = text;
		for (uint32_t k = 0; k < m->n_why; k++)
			m->why[k] = text;
		for (uint32_t k = 0; k < m->n_remedies; k++)
			m->remedies[k].text = m->remedies[k].url =
			    m->remedies[k].restart = text;
	}
	build(mem, &s, &d);
	secret_clear(&s.secret);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena mem = ARENA_INIT;
	struct unpack in;
	struct delivery d;
	struct sink s;

	if (size < 2)
		return 0;
	mail_sample(&mem, &s, &d);
	s.attach = (data[0] & 1) != 0;
	unpack_open(&in, data + 1, size - 1);
	alert_init(&d.alert);
	alert_unpack(&in, &mem, &d.alert);
	if (!in.bad)
		build(&mem, &s, &d);
	secret_clear(&s.secret);
	build_text(&mem, data[0], data + 1, size - 1);
	arena_clear(&mem);
	return 0;
}
