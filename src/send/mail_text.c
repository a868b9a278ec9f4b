/* Header fields: RFC 5322 folding, RFC 2047 words, ids. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/digest.h"
#include "base/err.h"
#include "base/text.h"
#include "noun/mailbox.h"
#include "mail.h"
#include "send.h"

#define LINE_MOST	76u	/* RFC 2047, 2: lines with encoded-words */
#define WORD_MOST	75u	/* one encoded-word with its =?...?= */
#define WORD_FRAME	12u	/* =?UTF-8?Q??= */

/* One header field while it is written: the column is that of the line. */
struct field {
	struct buf	*out;
	size_t		 column;
};

static void
field_put(struct field *f, const char *s, size_t n)
{
	buf_add(f->out, s, n);
	f->column += n;
}

/* A blank, on a fresh line if `next` bytes would not fit. */
static void
field_blank(struct field *f, size_t next)
{
	if (f->column + 1 + next > LINE_MOST && f->column > 1 && next > 0) {
		buf_puts(f->out, "\r\n");
		f->column = 0;
	}
	field_put(f, " ", 1);
}

static void
field_open(struct field *f, struct buf *out, const char *name)
{
	f->out = out;
	f->column = 0;
	field_put(f, name, strlen(name));
	field_put(f, ":", 1);
}

/* What Q may leave as it is, in text and in phrases (RFC 2047, 5 (3)). */
static bool
q_safe(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9') || c == '!' || c == '*' || c == '+' ||
	    c == '-' || c == '/';
}

static size_t
q_cost(const char *s, size_t n)
{
	size_t cost = 0;

	for (size_t i = 0; i < n; i++)
		cost += q_safe((unsigned char)s[i]) || s[i] == ' ' ? 1 : 3;
	return cost;
}

static void
q_put(struct field *f, const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)s[i];
		char hex[4] = { '=', "0123456789ABCDEF"[c >> 4],
		    "0123456789ABCDEF"[c & 15], '\0' };
		if (c == ' ')
			field_put(f, "_", 1);
		else if (q_safe(c))
			field_put(f, &s[i], 1);
		else
			field_put(f, hex, 3);
	}
}

/* How many bytes of s fit into `room` characters of payload, whole characters
 * only. */
static size_t
word_fits(const char *s, size_t n, size_t room, bool b64)
{
	size_t fit = 0;

	while (fit < n) {
		uint32_t rune;
		size_t len = text_rune(s + fit, n - fit, &rune);
		size_t cost;
		if (len == 0)
			len = 1;
		cost = b64 ? (fit + len + 2) / 3 * 4 : q_cost(s, fit + len);
		if (cost > room)
			break;
		fit += len;
	}
	return fit;
}

/* s as encoded-words, each behind a blank; decoders drop the blanks between. */
static void
field_encoded(struct field *f, const char *s, size_t n)
{
	bool b64 = q_cost(s, n) > (n + 2) / 3 * 4;

	while (n > 0) {
		/* The blank, and one character at its dearest. */
		size_t least = 1 + WORD_FRAME + 12, room, fit;
		if (f->column + least > LINE_MOST)
			field_blank(f, LINE_MOST);
		else
			field_put(f, " ", 1);
		room = LINE_MOST - f->column;
		if (room > WORD_MOST)
			room = WORD_MOST;
		fit = word_fits(s, n, room - WORD_FRAME, b64);
		field_put(f, b64 ? "=?UTF-8?B?" : "=?UTF-8?Q?", 10);
		if (b64) {
			size_t before = f->out->len;
			base64_encode(f->out, s, fit);
			f->column += f->out->len - before;
		} else {
			q_put(f, s, fit);
		}
		field_put(f, "?=", 2);
		s += fit;
		n -= fit;
	}
}

/* A word that cannot stand as it is: other letters, one that looks encoded, or
 * one too long to be folded. */
static bool
word_needs(const char *s, size_t n)
{
	if (n > LINE_MOST - 2)
		return true;
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)s[i] >= 0x7f || (unsigned char)s[i] < ' ' ||
		    (s[i] == '=' && i + 1 < n && s[i + 1] == '?'))
			return true;
	return false;
}

static size_t
word_len(const char *s)
{
	return strcspn(s, " ");
}

/* Length of the run of words from s that are encoded together, blanks between
 * them included: a blank between two encoded-words would be lost. */
static size_t
run_len(const char *s)
{
	size_t n = word_len(s);

	while (s[n] == ' ') {
		size_t next = word_len(s + n + 1);
		if (!word_needs(s + n + 1, next))
			break;
		n += 1 + next;
	}
	return n;
}

/* One line, blanks single and none at the ends. */
static const char *
squeeze(struct arena *mem, const char *value)
{
	char *s = text_trim(mem, text_line(mem, value)), *to = s;

	for (const char *from = s; *from != '\0'; from++)
		if (*from != ' ' || to == s || to[-1] != ' ')
			*to++ = *from;
	if (to > s && to[-1] == ' ')
		to--;
	*to = '\0';
	return s;
}

void
mail_field(struct arena *mem, struct buf *out, const char *name,
    const char *value)
{
	const char *s = squeeze(mem, value);
	struct field f;

	field_open(&f, out, name);
	while (*s != '\0') {
		size_t n = word_len(s);
		if (word_needs(s, n)) {
			n = run_len(s);
			field_encoded(&f, s, n);
		} else {
			field_blank(&f, n);
			field_put(&f, s, n);
		}
		s += n;
		if (*s == ' ')
			s++;
	}
	buf_puts(out, "\r\n");
}

void
mail_field_plain(struct buf *out, const char *name, const char *value)
{
	struct field f;
	size_t start;

	field_open(&f, out, name);
	start = out->len;
	while (*value != '\0') {
		size_t n = word_len(value);
		/* An id stays on the first line even if that becomes long:
		 * some readers take a field that begins with a fold for an
		 * empty one. */
		field_blank(&f, f.out->len == start ? 0 : n);
		field_put(&f, value, n);
		value += n;
		if (*value == ' ')
			value++;
	}
	buf_puts(out, "\r\n");
}

/* A display name: a quoted string if it is short and ASCII, else encoded. */
static void
field_name(struct field *f, const char *name)
{
	size_t n = strlen(name);
	bool quoted = n <= 60;

	for (size_t i = 0; quoted && i < n; i++)
		quoted = (unsigned char)name[i] >= ' ' &&
		    (unsigned char)name[i] < 0x7f;
	if (quoted && strstr(name, "=?") != NULL)
		quoted = false;
	if (!quoted) {
		field_encoded(f, name, n);
		return;
	}
	field_put(f, " \"", 2);
	for (size_t i = 0; i < n; i++) {
		if (name[i] == '"' || name[i] == '\\')
			field_put(f, "\\", 1);
		field_put(f, &name[i], 1);
	}
	field_put(f, "\"", 1);
}

void
mail_field_mailbox(struct buf *out, const char *name, const struct mailbox *m)
{
	size_t n = strlen(m->address);
	struct field f;

	field_open(&f, out, name);
	if (m->name[0] == '\0') {
		field_blank(&f, n);
		field_put(&f, m->address, n);
	} else {
		field_name(&f, m->name);
		field_blank(&f, n + 2);
		field_put(&f, "<", 1);
		field_put(&f, m->address, n);
		field_put(&f, ">", 1);
	}
	buf_puts(out, "\r\n");
}

const char *
mail_slug(struct arena *mem, const char *s, size_t most)
{
	char *slug = arena_text_n(mem, s, strlen(s)), *to = slug;

	for (const char *from = slug; *from != '\0' &&
	    (size_t)(to - slug) < most; from++) {
		char c = *from;
		if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		    (c >= '0' && c <= '9') || c == '-' || c == '_' ||
		    (c == '.' && to > slug && to[-1] != '.'))
			*to++ = c;
	}
	*to = '\0';
	return *slug == '\0' ? "x" : slug;
}

/* The part of an event id up to `stop`; only the alphabet that ids have. */
static const char *
id_part(struct arena *mem, const char **at, char stop)
{
	const char *s = *at;
	size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789-");

	if (n == 0 || n > 64 || s[n] != stop)
		return NULL;
	*at = s + n + (stop != '\0');
	return arena_text_n(mem, s, n);
}

const char *
mail_message_id(struct arena *mem, const char *event_id, const char *recipient,
    const char *relay)
{
	const char *at = event_id;
	const char *key = id_part(mem, &at, ':');
	const char *rev = key == NULL ? NULL : id_part(mem, &at, ':');
	const char *event = rev == NULL ? NULL : id_part(mem, &at, '\0');
	const char *who = text_lower(mem, recipient);
	char hash[SHA256_TEXT];

	if (event == NULL)
		return NULL;
	digest_sha256_hex(who, strlen(who), hash);
	hash[16] = '\0';
	return arena_printf(mem, "<ar.%s.%s.%s.%s@%s>", key, rev, event, hash,
	    mail_slug(mem, relay, 200));
}

const char *
mail_root_id(struct arena *mem, const char *key, const char *relay)
{
	return arena_printf(mem, "<ar.%s@%s>", mail_slug(mem, key, 64),
	    mail_slug(mem, relay, 200));
}

const char *
mail_subject(struct arena *mem, const struct alert *a)
{
	const char *tlp = send_tlp(a);

	/* No event word and no revision: mail readers thread by equal
	 * subjects. A test is not part of any thread. */
	return arena_printf(mem, "[%s]%s%s %s - %s",
	    a->event == EVENT_TEST ? "TEST" : send_severity_label(a->severity),
	    *tlp ? " " : "", tlp, send_headline(mem, a, 160),
	    send_devices(mem, a));
}

/* References, In-Reply-To: the thread as this recipient has seen it. */
static void
thread_fields(struct arena *mem, struct buf *out, const struct sink *s,
    const struct delivery *d, const char *own)
{
	struct buf refs = BUF_INIT(16384);
	const char *last = NULL;
	uint32_t from = d->n_prior > 10 ? d->n_prior - 10 : 0;

	buf_puts(&refs, mail_root_id(mem, d->alert.key, s->relay));
	for (uint32_t i = from; i < d->n_prior; i++) {
		const char *id = mail_message_id(mem, d->prior[i],
		    d->recipient, s->relay);
		if (id == NULL || text_eq(id, own))
			continue;
		buf_printf(&refs, " %s", id);
		last = id;
	}
	if (last != NULL)
		mail_field_plain(out, "In-Reply-To", last);
	mail_field_plain(out, "References", buf_text(&refs));
	buf_clear(&refs);
}

static void
advisory_fields(struct arena *mem, struct buf *out, const struct alert *a)
{
	const char *tlp = send_tlp(a);

	mail_field(mem, out, "X-Advisory-Id", send_cut(mem, a->id, 200));
	mail_field_plain(out, "X-Advisory-Key", mail_slug(mem, a->key, 64));
	mail_field_plain(out, "X-Advisory-Rev",
	    arena_printf(mem, "%u", a->rev));
	mail_field_plain(out, "X-Advisory-Event", event_name(a->event));
	mail_field_plain(out, "X-Advisory-Severity",
	    severity_name(a->severity));
	mail_field_plain(out, "X-Advisory-Exploited",
	    a->exploited ? "yes" : "no");
	mail_field_plain(out, "X-Advisory-Devices",
	    arena_printf(mem, "%" PRIu64, send_device_count(a)));
	if (*tlp != '\0')
		mail_field_plain(out, "X-Advisory-Tlp", tlp + strlen("TLP:"));
}

int
mail_fields(struct arena *mem, struct buf *out, const struct sink *s,
    const struct delivery *d, struct err *err)
{
	const struct alert *a = &d->alert;
	char event_id[EVENT_ID_TEXT], date[SEND_MAIL_DATE_TEXT];
	struct mailbox from, to, reply;
	const char *own = mail_message_id(mem, alert_event_id(a, event_id),
	    d->recipient, s->relay);

	if (own == NULL)
		return err_input(err, "the alert has no usable key");
	if (mailbox_parse(mem, s->from, &from, err) == -1)
		return err_in(err, "from");
	if (mailbox_parse(mem, d->recipient, &to, err) == -1)
		return err_in(err, "to");
	mail_field_plain(out, "Date", send_mail_date(a->time, date));
	mail_field_mailbox(out, "From", &from);
	mail_field_mailbox(out, "To", &to);
	if (s->reply_to[0] != '\0') {
		if (mailbox_parse(mem, s->reply_to, &reply, err) == -1)
			return err_in(err, "reply_to");
		mail_field_mailbox(out, "Reply-To", &reply);
	}
	mail_field(mem, out, "Subject", mail_subject(mem, a));
	mail_field_plain(out, "Message-ID", own);
	thread_fields(mem, out, s, d, own);
	/* RFC 3834, 5; the second is what Exchange listens to. */
	mail_field_plain(out, "Auto-Submitted", "auto-generated");
	mail_field_plain(out, "X-Auto-Response-Suppress", "All");
	/* not for alerts: some filters defer what is bulk */
	if (a->event == EVENT_DIGEST)
		mail_field_plain(out, "Precedence", "bulk");
	mail_field_plain(out, "List-Id", arena_printf(mem,
	    "Security advisories <advisories.%s>",
	    mail_slug(mem, s->relay, 200)));
	if (a->severity == SEVERITY_CRITICAL || a->exploited) {
		mail_field_plain(out, "Importance", "high");
		mail_field_plain(out, "X-Priority", "1");
	}
	advisory_fields(mem, out, a);
	mail_field_plain(out, "Content-Language", "en");
	return 0;
}
