/* text_utf8.c - UTF-8: checking, cleaning, cutting, repairing, showing; see
 * base/text.h. "Table 3-7" is the one of well-formed sequences in the Unicode
 * Standard, chapter 3. */
#include <stdlib.h>
#include <string.h>
#include "base/arena.h"
#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"

#define ONES		UINT64_C(0x0101010101010101)
#define HIGHS		UINT64_C(0x8080808080808080)
#define REPLACEMENT	"\xef\xbf\xbd"		/* U+FFFD */

static inline uint64_t
word_at(const char *s)
{
	uint64_t	w;

	memcpy(&w, s, sizeof(w));
	return w;
}

/* Of the sequence at s: the length in *ret_len and true if it is well formed;
 * otherwise the number of bytes that one U+FFFD stands for (the longest start
 * of a well-formed one, at least 1) and false. n is at least 1. */
static bool
sequence(const char *s, size_t n, size_t *ret_len, uint32_t *ret_rune)
{
	const uint8_t	*p = (const uint8_t *)s;
	uint8_t		 low = 0x80, high = 0xbf;
	size_t		 need;
	uint32_t	 rune;

	*ret_len = 1;
	*ret_rune = p[0];
	if (p[0] < 0x80)
		return true;
	if (p[0] < 0xc2 || p[0] > 0xf4)
		return false;
	if (p[0] < 0xe0) {
		need = 2;
		rune = p[0] & 0x1fu;
	} else if (p[0] < 0xf0) {
		need = 3;
		rune = p[0] & 0x0fu;
		if (p[0] == 0xe0)
			low = 0xa0;	/* no overlong forms */
		if (p[0] == 0xed)
			high = 0x9f;	/* no surrogates */
	} else {
		need = 4;
		rune = p[0] & 0x07u;
		if (p[0] == 0xf0)
			low = 0x90;
		if (p[0] == 0xf4)
			high = 0x8f;	/* nothing above U+10FFFF */
	}
	for (size_t i = 1; i < need; i++) {
		if (i >= n || p[i] < low || p[i] > high) {
			*ret_len = i;
			return false;
		}
		rune = rune << 6 | (p[i] & 0x3fu);
		low = 0x80;
		high = 0xbf;
	}
	*ret_len = need;
	*ret_rune = rune;
	return true;
}

size_t
text_rune(const char *s, size_t n, uint32_t *ret)
{
	size_t		len = 0;
	uint32_t	rune = 0;

	if (n == 0 || !sequence(s, n, &len, &rune))
		return 0;
	*ret = rune;
	return len;
}

bool
text_is_utf8(const char *s, size_t n)
{
	const char	*end = s + n;
	size_t		 len;
	uint32_t	 rune;

	while (s < end) {
		while (end - s >= 8 && (word_at(s) & HIGHS) == 0)
			s += 8;
		while (s < end && (uint8_t)*s < 0x80)
			s++;
		while (s < end && (uint8_t)*s >= 0x80) {
			if (!sequence(s, (size_t)(end - s), &len, &rune))
				return false;
			s += len;
		}
	}
	return true;
}

static bool
is_break(uint32_t rune)
{
	return (rune >= 0x0a && rune <= 0x0d) || rune == 0x85 ||
	    rune == 0x2028 || rune == 0x2029;
}

static bool
is_control(uint32_t rune)
{
	return rune < 0x20 || (rune >= 0x7f && rune < 0xa0) ||
	    rune == 0x2028 || rune == 0x2029;
}

/* How many bytes can stay as they are. */
static size_t
clean_bytes(const char *s, size_t n, bool keep_breaks)
{
	size_t		at = 0, len;
	uint32_t	rune;

	while (at < n) {
		if (n - at >= 8) {
			uint64_t	w = word_at(s + at);

			/* High bit of a byte: not ASCII, below 0x20, or DEL.
			 * A borrow can only follow a byte that is one. */
			if (((w | (w - ONES * 0x20) |
			    ((w ^ ONES * 0x7f) - ONES)) & HIGHS) == 0) {
				at += 8;
				continue;
			}
		}
		if (!sequence(s + at, n - at, &len, &rune))
			break;
		if (is_control(rune) && !(keep_breaks && rune == '\n'))
			break;
		at += len;
	}
	return at;
}

/* A run of line breaks and controls, from *at on; moves *at behind it. */
static void
clean_run(struct buf *out, const char *s, size_t n, size_t *at,
    bool keep_breaks)
{
	bool		blank = false;
	size_t		len;
	uint32_t	rune;

	while (*at < n && sequence(s + *at, n - *at, &len, &rune) &&
	    is_control(rune)) {
		if (!keep_breaks) {
			blank = true;
		} else if (is_break(rune)) {
			if (rune == '\r' && *at + 1 < n && s[*at + 1] == '\n')
				len = 2;
			buf_byte(out, '\n');
			blank = false;
		} else if (rune == '\t') {
			buf_byte(out, ' ');
		} else if (!blank) {
			buf_byte(out, ' ');
			blank = true;
		}
		*at += len;
	}
	if (!keep_breaks && blank)
		buf_byte(out, ' ');
}

static char *
clean(struct arena *a, const char *s, bool keep_breaks)
{
	size_t	n = strlen(s), len;
	size_t	at = clean_bytes(s, n, keep_breaks);

	if (at == n)
		return arena_text_n(a, s, n);
	struct buf	out = BUF_INIT(n * 3);
	uint32_t	rune;

	buf_add(&out, s, at);
	while (at < n) {
		if (sequence(s + at, n - at, &len, &rune)) {
			clean_run(&out, s, n, &at, keep_breaks);
		} else {
			buf_puts(&out, REPLACEMENT);
			at += len;
		}
		len = clean_bytes(s + at, n - at, keep_breaks);
		buf_add(&out, s + at, len);
		at += len;
	}
	char	*text = arena_text_n(a, buf_text(&out), out.len);
	buf_clear(&out);
	return text;
}

char *
text_line(struct arena *a, const char *s)
{
	return clean(a, s, false);
}

char *
text_block(struct arena *a, const char *s)
{
	return clean(a, s, true);
}

/* The byte that CP1252 (in its holes Latin-1) writes for a rune, or -1. */
static int
cp1252_byte(uint32_t rune)
{
	static const uint16_t	upper[32] = {
		0x20ac, 0x0081, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021,
		0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0x008d, 0x017d, 0x008f,
		0x0090, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014,
		0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0x009d, 0x017e, 0x0178,
	};

	if (rune < 0x100)
		return (int)rune;
	for (int i = 0; i < 32; i++) {
		if (upper[i] == rune)
			return 0x80 + i;
	}
	return -1;
}

char *
text_mojibake(struct arena *a, const char *s)
{
	size_t		n = strlen(s), len;
	size_t		at = 0;
	uint32_t	rune;

	while (at < n && (uint8_t)s[at] < 0x80)
		at++;
	if (at == n)
		return arena_text_n(a, s, n);
	/* Each rune becomes one byte, so the result is never longer. */
	char	*bytes = mem_resize(NULL, n + 1);
	size_t	made = at;
	bool	good = true;

	memcpy(bytes, s, at);
	while (good && at < n) {
		int	byte = -1;

		if (sequence(s + at, n - at, &len, &rune))
			byte = cp1252_byte(rune);
		good = byte >= 0;
		if (good) {
			bytes[made++] = (char)byte;
			at += len;
		}
	}
	char	*text;
	if (good && text_is_utf8(bytes, made))
		text = arena_text_n(a, bytes, made);
	else
		text = arena_text_n(a, s, n);
	free(bytes);
	return text;
}

size_t
text_cut(const char *s, size_t n)
{
	size_t		len = strnlen(s, n), back = 0, whole;
	uint32_t	rune;

	while (back < 3 && back < len &&
	    ((uint8_t)s[len - 1 - back] & 0xc0) == 0x80)
		back++;
	if (back == len)
		return len;
	/* A lead byte whose sequence would reach behind the cut goes with it;
	 * bytes that are broken in any case stay. */
	size_t	lead = len - 1 - back;
	if ((uint8_t)s[lead] >= 0xc2 && (uint8_t)s[lead] <= 0xf4 &&
	    !sequence(s + lead, len - lead, &whole, &rune) &&
	    lead + whole == len)
		return lead;
	return len;
}

/* One character as an escape of at most 4 bytes. */
static size_t
escape(char c, char out[5])
{
	static const struct {
		char	c, as;
	} names[] = {
		{ '\n', 'n' }, { '\r', 'r' }, { '\t', 't' }, { '"', '"' },
		{ '\\', '\\' },
	};
	uint8_t	byte = (uint8_t)c;

	out[0] = '\\';
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		if (names[i].c == c) {
			out[1] = names[i].as;
			return 2;
		}
	}
	out[1] = 'x';
	text_hex(&byte, 1, out + 2);
	return 4;
}

/* Runes that change how the text around them looks: directions, no width. */
static bool
is_tricky(uint32_t rune)
{
	return (rune >= 0x200b && rune <= 0x200f) ||
	    (rune >= 0x2028 && rune <= 0x202e) ||
	    (rune >= 0x2060 && rune <= 0x206f) || rune == 0x061c ||
	    rune == 0xfeff;
}

static void
show(struct buf *out, const char *s, size_t max, bool utf8)
{
	size_t	left = strlen(s), shown = 0;

	while (left > 0) {
		char		 text[5];
		const char	*as = s;
		size_t		 len = 1, as_len;
		uint32_t	 rune = 0;
		bool		 plain = *s >= ' ' && *s < 0x7f && *s != '"' &&
		    *s != '\\';

		if (!plain && utf8 && (uint8_t)*s >= 0x80 &&
		    sequence(s, left, &len, &rune))
			plain = !is_control(rune) && !is_tricky(rune);
		if (plain) {
			as_len = len;
		} else {
			len = 1;
			as_len = escape(*s, text);
			as = text;
		}
		if (as_len > max - shown) {
			buf_puts(out, "...");
			return;
		}
		buf_add(out, as, as_len);
		shown += as_len;
		s += len;
		left -= len;
	}
}

void
text_show(struct buf *out, const char *s, size_t max)
{
	show(out, s, max, false);
}

void
text_show_utf8(struct buf *out, const char *s, size_t max)
{
	show(out, s, max, true);
}

void
text_copy(char *to, size_t room, const char *from)
{
	size_t n = text_cut(from, room - 1);

	memcpy(to, from, n);
	to[n] = '\0';
}
