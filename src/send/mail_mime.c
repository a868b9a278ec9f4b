/* Transfer encodings, and the message as a whole. */
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/digest.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/text.h"
#include "mail.h"
#include "send.h"

#define QP_LINE		76u	/* RFC 2045, 6.7 (5), soft break included */
#define B64_BYTES	57u	/* 76 characters a line */

/* Must this byte be written as =XX? `first` and `last`: of its line. Dots and
 * "From " at a line's beginning are legal as they are, but some relays touch
 * them. */
static bool
qp_needs(const char *s, size_t i, size_t n)
{
	unsigned char c = (unsigned char)s[i];

	if (c == '=' || c > '~' || (c < ' ' && c != '\t'))
		return true;
	if (i == n - 1 && (c == ' ' || c == '\t'))
		return true;
	return i == 0 && (c == '.' || (n >= 5 && memcmp(s, "From ", 5) == 0));
}

static void
qp_line(struct buf *out, const char *s, size_t n)
{
	size_t column = 0;

	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)s[i];
		bool coded = qp_needs(s, i, n);
		size_t cost = coded ? 3 : 1;
		/* The last column belongs to the soft break, except at the
		 * end of the line. */
		size_t most = i == n - 1 ? QP_LINE : QP_LINE - 1;
		if (column + cost > most) {
			buf_puts(out, "=\r\n");
			column = 0;
			/* After a soft break this is the first of a line. */
			if (c == '.' || (c == 'F' && n - i >= 5 &&
			    memcmp(s + i, "From ", 5) == 0))
				coded = true, cost = 3;
		}
		if (coded) {
			buf_byte(out, '=');
			buf_byte(out, "0123456789ABCDEF"[c >> 4]);
			buf_byte(out, "0123456789ABCDEF"[c & 15]);
		} else
			buf_byte(out, (char)c);
		column += cost;
	}
}

void
mail_quoted_printable(struct buf *out, const char *text)
{
	while (*text != '\0') {
		size_t n = strcspn(text, "\n");
		qp_line(out, text, n);
		buf_puts(out, "\r\n");
		text += n;
		if (*text == '\n')
			text++;
	}
}

void
mail_base64(struct buf *out, const void *p, size_t n)
{
	const char *at = p;

	while (n > 0) {
		size_t some = n < B64_BYTES ? n : B64_BYTES;
		base64_encode(out, at, some);
		buf_puts(out, "\r\n");
		at += some;
		n -= some;
	}
}

/* "=_" can stand neither in quoted-printable nor in base64 (RFC 2045, 6.7). */
static const char *
boundary(struct arena *mem, const struct delivery *d, const char *what)
{
	char event_id[EVENT_ID_TEXT], hash[SHA256_TEXT];
	const char *of = arena_printf(mem, "%s\n%s\n%s", what,
	    alert_event_id(&d->alert, event_id), d->recipient);

	digest_sha256_hex(of, strlen(of), hash);
	hash[24] = '\0';
	return arena_printf(mem, "=_%s", hash);
}

static void
part_text(struct buf *out, const char *bound, const char *subtype,
    const char *text)
{
	buf_printf(out, "--%s\r\nContent-Type: text/%s; charset=utf-8\r\n"
	    "Content-Transfer-Encoding: quoted-printable\r\n\r\n", bound,
	    subtype);
	mail_quoted_printable(out, text);
	/* The last line break belongs to the boundary (RFC 2046, 5.1.1). */
	buf_puts(out, "\r\n");
}

/* The two forms of one text; plain first, as the last is preferred (RFC 2046,
 * 5.1.4). */
static void
part_alternative(struct arena *mem, struct buf *out, const struct delivery *d,
    const char *bound, bool attached)
{
	struct buf text = BUF_INIT(MAIL_MAX / 8), html = BUF_INIT(MAIL_MAX / 8);

	mail_body_text(mem, &text, d, attached);
	mail_body_html(mem, &html, d, attached);
	part_text(out, bound, "plain", buf_text(&text));
	/* A half HTML page is worse than none. */
	if (!html.over)
		part_text(out, bound, "html", buf_text(&html));
	buf_printf(out, "--%s--\r\n", bound);
	buf_clear(&text);
	buf_clear(&html);
}

/* type/subtype of tokens, and one for which base64 is allowed (RFC 2046, 5 says
 * that the composite types must not be encoded). */
static const char *
media_type(const char *type)
{
	static const char token[] = "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$&^_.+-";
	size_t n = strspn(type, token), m;

	if (n == 0 || n > 60 || type[n] != '/')
		return "application/octet-stream";
	m = strspn(type + n + 1, token);
	if (m == 0 || m > 60 || type[n + 1 + m] != '\0')
		return "application/octet-stream";
	if (text_starts(type, "multipart/") || text_starts(type, "message/"))
		return "application/octet-stream";
	return type;
}

static void
part_attachment(struct arena *mem, struct buf *out, const struct delivery *d,
    const char *bound)
{
	const char *name = mail_slug(mem, d->attachment_name, 60);

	buf_printf(out, "--%s\r\nContent-Type: %s;\r\n name=\"%s\"\r\n"
	    "Content-Transfer-Encoding: base64\r\n"
	    "Content-Disposition: attachment;\r\n filename=\"%s\"\r\n\r\n",
	    bound, media_type(text_lower(mem, d->attachment_type)), name, name);
	mail_base64(out, d->attachment, d->attachment_len);
}

int
mail_build(struct arena *mem, struct buf *out, const struct sink *s,
    const struct delivery *d, struct err *err)
{
	bool attached = s->attach && d->attachment_name[0] != '\0' &&
	    d->attachment_len <= ATTACHMENT_MAX;
	const char *inner = boundary(mem, d, "alternative");
	const char *outer = boundary(mem, d, "mixed");

	buf_init(out, MAIL_MAX);
	if (mail_fields(mem, out, s, d, err) == -1)
		return -1;
	buf_puts(out, "MIME-Version: 1.0\r\n");
	if (attached)
		buf_printf(out, "Content-Type: multipart/mixed;\r\n"
		    " boundary=\"%s\"\r\n\r\n--%s\r\n", outer, outer);
	buf_printf(out, "Content-Type: multipart/alternative;\r\n"
	    " boundary=\"%s\"\r\n\r\n", inner);
	part_alternative(mem, out, d, inner, attached);
	if (attached) {
		part_attachment(mem, out, d, outer);
		buf_printf(out, "--%s--\r\n", outer);
	}
	if (out->over)
		return err_limit(err, "the mail would have more than %u bytes",
		    MAIL_MAX);
	return 0;
}
