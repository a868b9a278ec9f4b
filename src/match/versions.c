/* versions.c - reading versions; their order is in version_order.c. Pure. */
#include <string.h>
#include "version_words.h"
#include "versions.h"
#include "base/text.h"
#include "noun/index.h"

static uint64_t
read_number(const char *s, size_t n, size_t *at)
{
	uint64_t v = 0;

	for (; *at < n && is_digit(s[*at]); (*at)++)
		v = v < UINT64_MAX / 16 ? v * 10 + (uint64_t)(s[*at] - '0') :
		    UINT64_MAX / 16;
	return v;
}

static int
add_piece(struct version *v, enum piece_kind kind, bool glued, uint64_t value)
{
	if (v->n == VERSION_PIECES_MAX)
		return -1;
	v->piece[v->n].kind = kind;
	v->piece[v->n].glued = glued;
	v->piece[v->n].apart = v->piece[v->n].dotted = false;
	v->piece[v->n].value = value;
	v->n++;
	v->wild |= kind == PIECE_WILD;
	return 0;
}

/* "2019-01-31", "2019/01", "01/2019". */
static bool
read_plain_date(const char *s, size_t n, struct version *ret)
{
	uint64_t number[3] = { 0 };
	unsigned count = 0;
	size_t i = 0;
	char sign = 0;

	while (i < n && is_digit(s[i]) && count < 3) {
		number[count++] = read_number(s, n, &i);
		if (i == n)
			break;
		if ((s[i] != '-' && s[i] != '/') || (sign != 0 && s[i] != sign))
			return false;
		sign = s[i++];
	}
	if (i < n || count < 2 || !is_digit(s[n - 1]))
		return false;
	/* "2018-1" counts releases. */
	if (count == 2 && sign == '-' && n != 7)
		return false;
	if (count == 2 && sign == '/' && number[0] <= 12) {
		uint64_t month = number[0];
		number[0] = number[1];
		number[1] = month;
	}
	if (number[0] < YEAR_MIN || number[0] > YEAR_MAX || number[1] == 0 ||
	    number[1] > 12 || (count == 3 && (number[2] == 0 ||
	    number[2] > 31)))
		return false;
	for (unsigned k = 0; k < count; k++)
		add_piece(ret, PIECE_NUMBER, false, number[k]);
	ret->date = true;
	return true;
}

/* "April/17/2023", "31 January 2014", "04/17/2023": 0 if it is no date. */
static int
read_date(const char *s, size_t n, struct version *ret)
{
	uint64_t number[3], year = 0, day = 0;
	unsigned month = 0, count = 0, slashes = 0;

	for (size_t i = 0; i < n;) {
		if (is_digit(s[i])) {
			if (count == 3)
				return -1;
			number[count++] = read_number(s, n, &i);
		} else if (is_small(s[i])) {
			size_t end = i;
			while (end < n && is_small(s[end]))
				end++;
			unsigned m = month_of(s + i, end - i);
			if (m == 0 || month != 0)
				return -1;
			month = m;
			i = end;
		} else {
			slashes += s[i] == '/';
			i++;
		}
	}
	if (month != 0 && (count == 1 || count == 2)) {
		year = number[count - 1];
		day = count == 2 ? number[0] : 0;
		if (count == 2 && number[0] > 31) {
			year = number[0];
			day = number[1];
		}
	} else if (month == 0 && count == 3 && slashes == 2 &&
	    number[2] > 1900) {
		bool day_first = number[0] > 12;
		month = (unsigned)number[day_first ? 1 : 0];
		day = number[day_first ? 0 : 1];
		year = number[2];
	}
	if (year < YEAR_MIN || year > YEAR_MAX || month > 12 || day > 31)
		return -1;
	add_piece(ret, PIECE_NUMBER, false, year);
	add_piece(ret, PIECE_NUMBER, false, month);
	if (day != 0)
		add_piece(ret, PIECE_NUMBER, false, day);
	ret->date = true;
	return 0;
}

bool
version_read_date(const char *s, size_t n, struct version *ret)
{
	memset(ret, 0, sizeof(*ret));
	if (read_plain_date(s, n, ret))
		return true;
	memset(ret, 0, sizeof(*ret));
	return read_date(s, n, ret) == 0;
}

/* Letters in front of the first digit: empty words go, one short word may stay
 * as prefix. Returns where the rest begins, or n if this is no version. */
static size_t
read_prefix(const char *s, size_t n, struct version *ret)
{
	size_t at = 0;

	while (at < n && !is_digit(s[at])) {
		if (!is_small(s[at])) {
			if ((signed char)s[at] < 0)
				return n;
			at++;
			continue;
		}
		size_t end = at;
		while (end < n && is_small(s[end]))
			end++;
		if (version_empty_word(s + at, end - at)) {
			at = end;
			continue;
		}
		if (end - at >= 3 && s[at] == 'r' && ret->prefix == 0 &&
		    version_top(s + at, end - at, true) == TOP_RELEASE) {
			at = end;		/* "rev 32.014" */
			continue;
		}
		/* "Build 1234" counts builds, and these only. */
		if (ret->prefix == 0 && version_top(s + at, end - at, false) ==
		    TOP_BUILD) {
			ret->prefix = pack_letters("b", 1);
			ret->tight = true;
			at = end;
			continue;
		}
		/* "MX-V4.0": a second word. "serial number" ends here. */
		size_t len = end - at;
		if (len > 1 && s[end - 1] == 'v' && end < n &&
		    is_digit(s[end]))
			len--;
		if (ret->prefix != 0 || len > 4)
			return n;
		if (!(end < n && (is_digit(s[end]) || s[end] == '-' ||
		    s[end] == '.' || s[end] == '_' ||
		    (s[end] == ' ' && len <= 2))))
			return n;
		ret->prefix = pack_letters(s + at, len);
		ret->tight = len > 1 && end == at + len && end < n &&
		    is_digit(s[end]);
		/* "R2.1", "rev 3": a way to say version. */
		if (version_top(s + at, len, true) == TOP_RELEASE &&
		    s[at] == 'r')
			ret->prefix = len == 1 ? ret->prefix : 0;
		ret->tight &= ret->prefix != 0;
		at = end;
	}
	return at;
}

/* The number behind "SP", "Update" ...; with a fraction or a letter. */
static void
read_top(const char *s, size_t n, size_t *at, struct version *ret,
    enum top top)
{
	size_t i = *at;

	while (i < n && (s[i] == ' ' || s[i] == '.' || s[i] == '-' ||
	    s[i] == '_' || s[i] == '#' || s[i] == ':'))
		i++;
	if (i < n && is_small(s[i])) {		/* "Build Nr. 7" */
		size_t end = i;
		while (end < n && is_small(s[end]))
			end++;
		if (version_empty_word(s + i, end - i)) {
			i = end;
			while (i < n && (s[i] == ' ' || s[i] == '.'))
				i++;
		}
	}
	ret->top_at[top] = (uint8_t)ret->n;
	if (i >= n || !is_digit(s[i])) {
		ret->top[top] = (uint64_t)1 << 20;	/* "Patch", the first */
		return;
	}
	uint64_t v = read_number(s, n, &i);
	if (v > UINT64_MAX >> 21)
		v = UINT64_MAX >> 21;
	v <<= 20;
	if (i + 1 < n && s[i] == '.' && is_digit(s[i + 1])) {
		i++;
		uint64_t f = read_number(s, n, &i);
		v |= f < 1u << 19 ? f + 1 : 1u << 19;
	} else if (i < n && is_small(s[i]) &&
	    (i + 1 == n || !is_small(s[i + 1]))) {
		v |= (uint64_t)(s[i] - 'a') + 1;
		i++;
	}
	ret->top[top] = v;
	*at = i;
}

/* "x", "xx": any number. */
static bool
is_any_number(const char *s, size_t n)
{
	size_t i = 0;

	while (i < n && s[i] == 'x')
		i++;
	return i == n;
}

/* A run of letters within a version. */
static int
read_word(const char *s, size_t n, size_t *at, struct version *ret)
{
	size_t i = *at, end = i;
	bool apart = i > 0 && (s[i - 1] == ' ' || s[i - 1] == '-' ||
	    s[i - 1] == '_' || s[i - 1] == '(');
	bool glued = i > 0 && is_digit(s[i - 1]);

	while (end < n && is_small(s[end]))
		end++;
	size_t len = end - i;
	int top = version_two_words(s + i, n - i, len, &end);
	bool two = top >= 0;
	if (two)
		end += i;
	else
		top = version_top(s + i, len, apart);
	/* "1.0b" has a letter, "1.0 b2" a build. */
	if (top >= 0 && (two || len > 1 || (end < n && (is_digit(s[end]) ||
	    s[end] == ' ')))) {
		*at = end;
		read_top(s, n, at, ret, (enum top)top);
		return 0;
	}
	*at = end;
	if (is_any_number(s + i, len) && !glued)
		return add_piece(ret, PIECE_WILD, false, 0);
	uint64_t letters = pack_letters(s + i, len);
	if (version_before_release(letters))
		return add_piece(ret, PIECE_LETTERS, true, letters);
	if (version_empty_word(s + i, len) && apart) {
		/* "GA.F", "GA.M": of features, mature */
		if (len == 2 && s[i] == 'g' && end + 1 < n && s[end] == '.' &&
		    is_small(s[end + 1]) && !(end + 2 < n &&
		    is_small(s[end + 2])))
			*at = end + 2;
		return 0;
	}
	/* "8.5 GMA3" has a count of its own, "8.5 for" has none. */
	if (len > 4 || (apart && s[i - 1] == ' ' && len > 1 &&
	    !(end < n && is_digit(s[end]))))
		return -1;
	if (add_piece(ret, PIECE_LETTERS, glued, letters) != 0)
		return -1;
	ret->piece[ret->n - 1].apart = apart && s[i - 1] == ' ' && len > 1;
	return 0;
}

/* "d78dda6": letters and digits in turn without any dot are a digest, and with
 * hyphens an order number: "1783-SAD2T2SBK9". A V in front says version. */
static bool
looks_like_digest(const char *s, size_t n, const struct version *v)
{
	unsigned runs = 0, hyphens = 0;
	size_t from = n > 1 && s[0] == 'v' && is_digit(s[1]) ? 1 : 0;

	for (size_t i = from; i < n; i++) {
		if (!is_digit(s[i]) && !is_small(s[i]) && s[i] != '-')
			return false;
		hyphens += s[i] == '-';
		runs += is_small(s[i]) && (i == from || !is_small(s[i - 1]));
	}
	if (hyphens > 0)
		return runs >= 3 && n >= 10;
	return runs >= 2 && n >= 7 && v->prefix != pack_letters("r", 1);
}

/* "Rev. G": hardware counts its revisions in letters. */
static bool
read_revision(const char *s, size_t n, struct version *ret)
{
	size_t at = 0;

	while (at < n && is_small(s[at]))
		at++;
	if (at < 3 || version_top(s, at, true) != TOP_RELEASE)
		return false;
	while (at < n && (s[at] == ' ' || s[at] == '.' || s[at] == ':'))
		at++;
	if (at + 1 != n || !is_small(s[at]))
		return false;
	return add_piece(ret, PIECE_LETTERS, false,
	    pack_letters(s + at, 1)) == 0;
}

/* 20210304, 210304. */
static bool
looks_like_day(uint64_t v)
{
	uint64_t year = v / 10000, month = v / 100 % 100, day = v % 100;

	return month >= 1 && month <= 12 && day >= 1 && day <= 31 &&
	    ((year >= YEAR_MIN && year <= YEAR_MAX) || (year >= 10 &&
	    year < 40));
}

/* "7.4.1 (20230830)", "4.30.085.200917": the day on which it was built. */
static void
take_stamp(struct version *v)
{
	const struct piece *last = &v->piece[v->n - 1];
	unsigned own = v->n - 1;

	if (v->n < 3 || last->kind != PIECE_NUMBER || (v->n < 4 &&
	    last->dotted) || !looks_like_day(last->value))
		return;
	if (last->glued && own > 2 && last[-1].kind == PIECE_LETTERS &&
	    last[-1].value == pack_letters("b", 1))
		own--;
	else if (last->glued)
		return;
	if (v->top[TOP_BUILD] == 0) {
		v->top[TOP_BUILD] = last->value << 20;
		v->top_at[TOP_BUILD] = (uint8_t)own;
	}
	v->n = own;
}

int
version_read(const char *text, size_t n, struct version *ret)
{
	memset(ret, 0, sizeof(*ret));
	while (n > 0 && (text[n - 1] == ' ' || text[n - 1] == '.' ||
	    text[n - 1] == '"' || text[n - 1] == '\''))
		n--;
	while (n > 0 && (*text == ' ' || *text == '"' || *text == '\''))
		text++, n--;
	if (version_read_date(text, n, ret))
		return 0;
	memset(ret, 0, sizeof(*ret));
	if (read_revision(text, n, ret))
		return 0;
	size_t at = read_prefix(text, n, ret);
	if (at >= n || looks_like_digest(text, n, ret))
		return -1;
	while (at < n) {
		char c = text[at];
		bool glued = at > 0 && is_small(text[at - 1]) && ret->n > 0;
		bool dot = at > 0 && text[at - 1] == '.';
		int rc = 0;
		if (is_digit(c)) {
			uint64_t v = read_number(text, n, &at);
			rc = add_piece(ret, PIECE_NUMBER, glued, v);
			if (rc == 0)
				ret->piece[ret->n - 1].dotted = dot;
		} else if (is_small(c)) {
			rc = read_word(text, n, &at, ret);
		} else if (c == '*') {
			rc = add_piece(ret, PIECE_WILD, false, 0);
			at++;
		} else if ((signed char)c < 0) {
			rc = -1;
		} else {
			ret->bracket |= c == '(' && ret->n >= 3 && at > 1 &&
			    is_digit(text[at - 1 - (text[at - 1] == ' ')]);
			at++;
		}
		if (rc != 0)
			return -1;
	}
	if (ret->n > 0)
		take_stamp(ret);
	return ret->n > 0 ? 0 : -1;
}

/* Numbers and dots, as most are. */
static void
read_ranked(uint64_t rank, const char *text, struct version *ret)
{
	memset(ret, 0, sizeof(*ret));
	for (unsigned shift = 48;; shift -= 16) {
		add_piece(ret, PIECE_NUMBER, false, rank >> shift & 65535);
		ret->piece[ret->n - 1].dotted = ret->n > 1;
		text = strchr(text, '.');
		if (text == NULL)
			break;
		text++;
	}
}

int
version_read_printed(const char *text, struct version *ret)
{
	char flat[256];
	uint64_t rank = index_rank(text);

	if (rank != 0) {
		read_ranked(rank, text, ret);
		return 0;
	}
	size_t n = name_fold(text, flat, sizeof(flat));

	for (size_t i = 0; i < n; i++)
		if (flat[i] == '_')
			flat[i] = ' ';
	return version_read(flat, n, ret);
}
