/* sheet.c - a row's text is cut into cells where it lies. */
#include <stdint.h>
#include <string.h>
#include "sheet.h"

/* A quoted cell may hold line breaks, but not half a file. */
#define QUOTED_MAX	(64u << 10)
/* Longer rows take the long way, so that a file without line feeds is not
 * searched for one again and again. */
#define PLAIN_ROW_MAX	4096u

/* Windows-1252's upper half, as UTF-8. */
static void
add_narrow(struct buf *out, uint8_t c)
{
	static const uint16_t high[32] = {
		0x20ac, 0xfffd, 0x201a, 0x192, 0x201e, 0x2026, 0x2020, 0x2021,
		0x2c6, 0x2030, 0x160, 0x2039, 0x152, 0xfffd, 0x17d, 0xfffd,
		0xfffd, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014,
		0x2dc, 0x2122, 0x161, 0x203a, 0x153, 0xfffd, 0x17e, 0x178
	};
	unsigned rune = c < 0xa0 ? high[c - 0x80] : c;

	if (rune < 0x800) {
		buf_byte(out, (char)(0xc0 | rune >> 6));
	} else {
		buf_byte(out, (char)(0xe0 | rune >> 12));
		buf_byte(out, (char)(0x80 | (rune >> 6 & 0x3f)));
	}
	buf_byte(out, (char)(0x80 | (rune & 0x3f)));
}

static void
add_cell(struct sheet *s, const char *p, size_t n)
{
	if (!s->narrow) {
		buf_add(&s->text, p, n);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		if ((signed char)p[i] < 0)
			add_narrow(&s->text, (uint8_t)p[i]);
		else
			buf_byte(&s->text, p[i]);
	}
}

/* The quote that closes the cell which opens at `at`; 0 if there is none. A
 * quote in a later row that does not end its cell belongs to another one. */
static size_t
closing_quote(const struct sheet *s, size_t at)
{
	size_t end = s->n - at < QUOTED_MAX ? s->n : at + QUOTED_MAX;
	bool same_row = true;

	for (size_t i = at + 1; i < end; i++) {
		same_row &= s->p[i] != '\n';
		if (s->p[i] != '"')
			continue;
		if (i + 1 < s->n && s->p[i + 1] == '"') {
			i++;
			continue;
		}
		char next = i + 1 < s->n ? s->p[i + 1] : '\n';
		return same_row || next == s->separator || next == '\n' ||
		    next == '\r' ? i : 0;
	}
	return 0;
}

/* A quoted cell, with "" for a quote; s->at ends behind its closing quote. */
static void
quoted_cell(struct sheet *s, size_t close)
{
	size_t from = s->at + 1;

	for (size_t i = from; i < close; i++) {
		if (s->p[i] == '\n')
			s->line++;
		if (s->p[i] == '"') {
			add_cell(s, s->p + from, i - from + 1);
			i++;
			from = i + 1;
		}
	}
	if (from < close)
		add_cell(s, s->p + from, close - from);
	s->at = close + 1;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Control characters, and the lead byte of NBSP and of the upper ones. */
static bool
is_odd(char c)
{
	return (unsigned char)c < 0x20 || c == 0x7f || c == '\xc2';
}

/* Blanks and NBSP at both ends of text[at, end) go; the rest is a cell. */
static void
keep_cell(struct sheet *s, size_t at, size_t end, bool odd)
{
	char *t = s->text.data;

	for (;;) {
		if (at < end && is_blank(t[at]))
			at++;
		else if (end - at >= 2 && memcmp(t + at, "\xc2\xa0", 2) == 0)
			at += 2;
		else
			break;
	}
	for (;;) {
		if (at < end && is_blank(t[end - 1]))
			end--;
		else if (end - at >= 2 &&
		    memcmp(t + end - 2, "\xc2\xa0", 2) == 0)
			end -= 2;
		else
			break;
	}
	t[end] = '\0';
	s->cell[s->n_cells++] = (struct cell){ at, end - at, odd };
}

static bool
begin_row(struct sheet *s)
{
	if (s->at >= s->n)
		return false;
	buf_reset(&s->text);
	s->n_cells = 0;
	s->row_line = s->line;
	s->wide = s->open_quote = false;
	return true;
}

/* A row without quotes, as most are: copied whole and cut where it lies. False
 * if it is none; then nothing is taken. */
static bool
plain_row(struct sheet *s)
{
	const char *from = s->p + s->at;
	size_t left = s->n - s->at, at = 0;
	size_t look = left < PLAIN_ROW_MAX ? left : PLAIN_ROW_MAX;
	const char *feed = memchr(from, '\n', look);
	size_t n = feed != NULL ? (size_t)(feed - from) : look;
	bool odd = false;

	if (s->narrow || (feed == NULL && look < left))
		return false;
	size_t took = n + (feed != NULL);
	if (n > 0 && from[n - 1] == '\r')
		n--;
	if (memchr(from, '"', n) != NULL || memchr(from, '\r', n) != NULL)
		return false;
	buf_add(&s->text, from, n);
	buf_byte(&s->text, '\0');
	for (size_t i = 0; i < n; i++) {
		char c = s->text.data[i];
		if (c == s->separator) {
			if (s->n_cells + 1 == CELLS_MAX)
				return false;
			keep_cell(s, at, i, odd);
			at = i + 1;
			odd = false;
		} else {
			odd |= is_odd(c);
		}
	}
	keep_cell(s, at, n, odd);
	s->at += took;
	s->line++;
	return true;
}

bool
sheet_row(struct sheet *s)
{
	if (!begin_row(s))
		return false;
	if (plain_row(s))
		return true;
	begin_row(s);
	for (;;) {
		bool keep = s->n_cells < CELLS_MAX;
		size_t before = s->text.len, close = 0;
		if (s->at < s->n && s->p[s->at] == '"') {
			close = closing_quote(s, s->at);
			if (close != 0)
				quoted_cell(s, close);
			else
				s->open_quote = true;
		}
		size_t end = s->at;
		while (end < s->n && s->p[end] != s->separator &&
		    s->p[end] != '\n' && s->p[end] != '\r')
			end++;
		add_cell(s, s->p + s->at, end - s->at);
		if (!keep) {
			s->wide = true;
			buf_cut(&s->text, before);
		} else {
			size_t behind = s->text.len;
			bool odd = false;
			for (size_t i = before; i < behind; i++)
				odd |= is_odd(s->text.data[i]);
			buf_byte(&s->text, '\0');
			keep_cell(s, before, behind, odd);
		}
		s->at = end;
		if (s->at < s->n && s->p[s->at] == s->separator) {
			s->at++;
			continue;
		}
		if (s->at < s->n && s->p[s->at] == '\r')
			s->at++;
		if (s->at < s->n && s->p[s->at] == '\n')
			s->at++;
		s->line++;
		return true;
	}
}

char *
sheet_cell(struct sheet *s, unsigned i)
{
	return s->text.data + s->cell[i].at;
}
