/* json_scan.c - see json_scan.h. */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include "base/err.h"
#include "base/limits.h"
#include "json_scan.h"

/* Where in the document `at` is, as people count: from 1. */
static void
place(const char *start, const char *at, char *out, size_t room)
{
	int	line = 1, column = 1;

	for (const char *p = start; p < at; p++) {
		if (*p == '\n') {
			line++;
			column = 1;
		} else if (((unsigned char)*p & 0xc0) != 0x80) {
			column++;
		}
	}
	snprintf(out, room, "line %d, column %d", line, column);
}

/* Behind the closing quote of the string that starts behind an opening one. */
static const char *
string_end(const char *p, const char *end)
{
	const char	*start = p;

	for (;;) {
		const char	*q = memchr(p, '"', (size_t)(end - p));
		size_t		 slashes = 0;

		if (q == NULL)
			return end;
		for (const char *s = q; s > start && s[-1] == '\\'; s--)
			slashes++;
		if (slashes % 2 == 0)
			return q + 1;
		p = q + 1;
	}
}

/* Behind the white space that p stands on. */
static const char *
blank_end(const char *p, const char *end)
{
	for (;;) {
		/* Indentation. */
		while (end - p >= 8 && memcmp(p, "        ", 8) == 0)
			p += 8;
		if (p == end || (*p != ' ' && *p != '\n' && *p != '\r' &&
		    *p != '\t'))
			return p;
		p++;
	}
}

/* A NUL behind a number ends jansson's idea of its buffer: it is then not seen
 * at all. */
static int
check_bytes(const char *start, const char *end, struct err *err)
{
	const char	*nul = memchr(start, '\0', (size_t)(end - start));
	char		 where[64];

	if (nul == NULL)
		return 0;
	place(start, nul, where, sizeof(where));
	return err_at(err, where, 0, "a NUL byte");
}

static int
too_deep(const char *start, const char *at, struct err *err)
{
	char	where[64];

	place(start, at, where, sizeof(where));
	return err_at(err, where, 0, "nested deeper than %u levels",
	    JSON_DEPTH_MAX);
}

int
json_scan(const char *s, size_t n, char *out, size_t *ret_len,
    struct err *err)
{
	const char	*p = s, *end = s + n, *next;
	char		*to = out;
	unsigned	 depth = 0;
	bool		 ended = true;	/* the token before ends by itself */

	if (check_bytes(s, end, err) != 0)
		return -1;
	while (p < end) {
		switch (*p) {
		case '"':
			next = string_end(p + 1, end);
			memcpy(to, p, (size_t)(next - p));
			to += next - p;
			p = next;
			ended = true;
			continue;
		case ' ':
		case '\t':
		case '\n':
		case '\r':
			p = blank_end(p, end);
			/* 1 2 must not become 12. */
			if (!ended)
				*to++ = ' ';
			continue;
		case '[':
		case '{':
			if (++depth > JSON_DEPTH_MAX)
				return too_deep(s, p, err);
			ended = true;
			break;
		case ']':
		case '}':
			depth -= depth > 0 ? 1 : 0;
			ended = true;
			break;
		case ',':
		case ':':
			ended = true;
			break;
		default:
			ended = false;
			break;
		}
		*to++ = *p++;
	}
	*ret_len = (size_t)(to - out);
	return 0;
}
