/* alternatives.c - one text that names several products, taken apart:
 *
 *	FX3G-xMy/ES-A x=14,24,40,60 y=T,R	every combination
 *	SCALANCE X204, X208 and X212		"SCALANCE X208" ...
 *	ScadaPro Server and Client		"ScadaPro Client"
 *	R00/01/02CPU, 1734-AENT/1734-AENTR	each
 *	1756-EN2T Series A/B/C			"1756-EN2T Series B"
 *	X-300 switch family (incl. X408)	"X408"
 *	Series PF2 (750-82xx/xxx-xxx)		"750-82xx/xxx-xxx"
 *
 * with alternative_words.c for lists of words and of letters, and
 * alternative_places.c for the first form. */
#include <string.h>
#include <strings.h>
#include "alternatives.h"
#include "base/text.h"

#define PIECES_MAX	32u

/* --- "A, B and C" --- */

/* What parts two names, at s; 0: nothing. */
static size_t
joint_at(const char *s, bool *ret_last)
{
	static const char *const joints[] = { ", and ", ", or ", " and ",
	    " or ", " & ", " / ", "; ", ", ", NULL };
	static const char *const bounds[] = { " and below", " and earlier",
	    " and prior", " and above", " and newer", " and later",
	    " and older", " and higher", " and lower", " and all",
	    " or later", " or earlier", " or newer", " or older",
	    " and the ", NULL };

	if (strchr(" ,;", s[0]) == NULL)
		return 0;
	/* "V7.4 and earlier" */
	for (unsigned i = 0; bounds[i] != NULL; i++)
		if (strncmp(s, bounds[i], strlen(bounds[i])) == 0)
			return 0;
	for (unsigned i = 0; joints[i] != NULL; i++)
		if (strncmp(s, joints[i], strlen(joints[i])) == 0) {
			*ret_last = i < 7;
			return strlen(joints[i]);
		}
	return 0;
}

static unsigned
count_words(const char *s, size_t n)
{
	unsigned words = 0;

	for (size_t i = 0; i < n; i++)
		words += s[i] != ' ' && (i == 0 || s[i - 1] == ' ');
	return words;
}

/* Where the last word with a digit begins; n if there is none. */
static size_t
code_start(const char *s, size_t n)
{
	size_t start = n, word = 0;

	for (size_t i = 0; i < n; i++) {
		if (s[i] == ' ')
			word = i + 1;
		else if (is_digit(s[i]))
			start = word;
	}
	return start;
}

static bool
same_start(const char *a, const char *b, size_t n)
{
	size_t i = 0;

	while (i < n && a[i] == b[i] && a[i] != ' ' && a[i] != '\0')
		i++;
	return i >= 2 && (i == n || a[i] == ' ');
}

/* "1756-L61, L62": what takes the place of the signs behind the last hyphen. */
static void
take_behind(struct taken *w, const struct part_of_text *first, size_t head,
    const struct part_of_text *p)
{
	char out[NAME_RUN_MAX];
	size_t end = head, from = 0, n = 0;

	for (; end < first->n && first->at[end] != ' '; end++)
		if (first->at[end] == '-')
			from = end + 1;
	while (n < p->n && (is_digit(p->at[n]) || is_letter(p->at[n])))
		n++;
	if (from == 0 || from == end || (n < p->n && p->at[n] != ' ') ||
	    is_digit(p->at[0]) != is_digit(first->at[from]) ||
	    n + 2 < end - from || end - from + 2 < n ||
	    from + p->n >= sizeof(out))
		return;
	memcpy(out, first->at, from);
	memcpy(out + from, p->at, p->n);
	alternative_add(w, out, from + p->n);
}

/* One piece behind the first: alone if it says enough, and with the first
 * one's leading words. */
static void
take_piece(struct taken *w, const struct part_of_text *first,
    const struct part_of_text *p)
{
	char out[NAME_RUN_MAX];
	bool code = code_start(p->at, p->n) < p->n;
	size_t head = code_start(first->at, first->n);

	if (code && head < first->n)
		take_behind(w, first, head, p);
	if (same_start(p->at, first->at, first->n) ||
	    (code && p->n >= 4) || count_words(p->at, p->n) >= 2)
		alternative_add(w, p->at, p->n);
	if (head == first->n || !code) {
		head = first->n;
		while (head > 0 && first->at[head - 1] != ' ')
			head--;
	}
	if (head == 0 || head + p->n >= sizeof(out) ||
	    same_start(p->at, first->at, first->n))
		return;
	memcpy(out, first->at, head);
	memcpy(out + head, p->at, p->n);
	alternative_add(w, out, head + p->n);
}

/* "MX400-MX550" counts as its first number. */
static size_t
without_range(const char *s, size_t n)
{
	size_t half = n / 2;

	if (n < 7 || n % 2 == 0 || s[half] != '-' || !is_letter(s[0]))
		return n;
	for (size_t i = 0; i < half; i++) {
		char c = s[half + 1 + i];
		if (is_digit(s[i]) ? !is_digit(c) : c != s[i])
			return n;
	}
	return half;
}

/* "B850 monitors": how long the word is that begins there. */
static size_t
word_of(const struct part_of_text *p, size_t at)
{
	size_t end = at;

	while (end < p->n && p->at[end] != ' ')
		end++;
	return end - at;
}

/* Commas alone part a name from its options as well ("ET200, DC24V"): then all
 * pieces must look alike. */
static bool
pieces_alike(const struct part_of_text *piece, unsigned n)
{
	size_t at = code_start(piece[0].at, piece[0].n), last = piece[0].n;

	/* "1756-L61, L62" */
	while (last > at && piece[0].at[last - 1] != '-')
		last--;
	if (last > at && last < piece[0].n && memchr(piece[1].at, '-',
	    piece[1].n) == NULL)
		at = last;
	for (unsigned i = 1; i < n; i++) {
		size_t own = code_start(piece[i].at, piece[i].n);
		size_t a = without_range(piece[0].at + at, word_of(&piece[0],
		    at));
		size_t b = without_range(piece[i].at + own, word_of(&piece[i],
		    own));
		if (a == 0 || b == 0 || (a > b ? a - b : b - a) > 2 ||
		    is_digit(piece[0].at[at]) != is_digit(piece[i].at[own]))
			return false;
	}
	return true;
}

/* "EDS-405A, EDS-408A and EDS-510A Series": what the last one is said to be
 * the others are, too. */
static void
take_series(struct taken *w, const struct part_of_text *piece, unsigned n)
{
	const struct part_of_text *last = &piece[n - 1];
	char out[NAME_RUN_MAX];

	if (last->n < 8 || (strncasecmp(last->at + last->n - 7, " series", 7)
	    != 0 && strncasecmp(last->at + last->n - 7, " family", 7) != 0))
		return;
	for (unsigned i = 0; i + 1 < n; i++) {
		struct part_of_text one = { out, piece[i].n + 7 };
		if (one.n >= sizeof(out) ||
		    code_start(piece[i].at, piece[i].n) == piece[i].n)
			continue;
		memcpy(out, piece[i].at, piece[i].n);
		memcpy(out + piece[i].n, last->at + last->n - 7, 7);
		if (i == 0)
			alternative_add(w, one.at, one.n);
		else
			take_piece(w, &piece[0], &one);
	}
}

void
alternative_list(struct taken *w, const char *s, size_t n)
{
	struct part_of_text piece[PIECES_MAX];
	unsigned count = 0, alike = 0;
	bool last = false, bracket = false;
	size_t start = 0;

	/* "CP300 and CP100 and the respective modules" */
	for (size_t at = 0; at + 9 < n; at++)
		if (strncmp(s + at, " and the ", 9) == 0)
			n = at;
	for (size_t at = 0; at <= n && count < PIECES_MAX; at++) {
		bool end = false;
		size_t joint = at < n && !bracket ? joint_at(s + at, &end) : 0;
		if (at < n && (s[at] == '(' || s[at] == ')'))
			bracket = s[at] == '(';
		if (joint == 0 && at < n)
			continue;
		if (at > start) {
			piece[count].at = s + start;
			piece[count++].n = at - start;
		}
		last |= end;
		if (joint > 0)
			at += joint - 1;
		start = at + 1;
	}
	if (count < 2)
		return;
	if (count < 4 && last)
		alternative_families(w, piece, count);
	for (unsigned i = 0; i < count; i++)
		alike += same_start(piece[i].at, piece[0].at, piece[0].n);
	if (!last && alike < count && !pieces_alike(piece, count))
		return;
	alternative_add(w, piece[0].at, piece[0].n);
	for (unsigned i = 1; i < count; i++)
		take_piece(w, &piece[0], &piece[i]);
	take_series(w, piece, count);
}

/* --- "R00/01/02CPU" --- */

/* How many signs of the first part stay before a further one: as many as that
 * has go at the end, or the number if it is longer ("R08/120"). */
static size_t
signs_kept(const char *first, size_t n, const char *part, size_t len)
{
	size_t kept = len < n ? n - len : 0;

	if (len >= n) {
		while (kept < n && is_letter(first[kept]))
			kept++;
		return kept + strspn(first + kept, "0123456789") == n &&
		    strspn(part, "0123456789") >= len ? kept : 0;
	}
	return is_digit(first[kept]) != is_digit(*part) || (is_digit(*part) &&
	    is_digit(first[kept - 1]) && len < 2) ? 0 : kept;
}

/* One word with slashes: parts that are whole, and parts that take the place of
 * the first one's end. */
static void
take_slashes(struct taken *w, const char *s, size_t n, size_t at, size_t end)
{
	char out[NAME_RUN_MAX];
	size_t first = at, tail = end;

	while (first < end && s[first] != '/')
		first++;
	/* Letters behind the last number belong to each: "02CPU". */
	while (tail > at && is_letter(s[tail - 1]))
		tail--;
	bool shared = tail < end && tail > at && is_digit(s[tail - 1]) &&
	    first > at && is_digit(s[first - 1]);
	for (size_t a = at, e; a < end; a = e + 1) {
		e = a;
		while (e < end && s[e] != '/')
			e++;
		size_t stop = shared && e == end ? tail : e;
		size_t len = stop - a, kept = a > at && len > 0 ?
		    signs_kept(s + at, first - at, s + a, len) : 0;
		size_t tail_len = shared ? end - tail : 0;
		if (at + kept + len + tail_len + (n - end) >= sizeof(out) ||
		    len == 0)
			continue;
		char *p = out;
		memcpy(p, s, at + kept);
		p += at + kept;
		memcpy(p, s + a, len);
		p += len;
		memcpy(p, s + tail, tail_len);
		p += tail_len;
		memcpy(p, s + end, n - end);
		alternative_add(w, out, (size_t)(p - out) + n - end);
	}
}

/* "Series A/B/C", "Rev. A/B": single letters behind a word that counts in
 * letters. */
static bool
letters_part(const char *s, size_t at, size_t end)
{
	static const char *const words[] = { "series ", "rev ", "rev. ",
	    "revision ", NULL };

	for (size_t i = at; i < end; i++)
		if ((i - at) % 2 == 0 ? !is_letter(s[i]) : s[i] != '/')
			return false;
	for (const char *const *w = words; *w != NULL; w++)
		if (at > strlen(*w) && strncasecmp(s + at - strlen(*w), *w,
		    strlen(*w)) == 0)
			return (end - at) % 2 == 1;
	return false;
}

/* Only words all parts of which have a digit, or a long first part that has
 * one: "PN/DP" is one thing. A single letter is one behind a number, as in
 * "427D/E"; that of "EN2T/D" is a series. */
static bool
slashes_part(const char *s, size_t at, size_t end)
{
	unsigned parts = 0;
	bool digit = false, first = false, numbered = false;

	for (size_t i = at; i <= end; i++) {
		if (i < end && s[i] != '/') {
			digit |= is_digit(s[i]);
			continue;
		}
		if (parts++ == 0) {
			first = digit;
			numbered = i > at + 2 && is_digit(s[i - 2]) &&
			    is_digit(s[i - 3]);
		} else if (!digit && !(first && i - at > 6 &&
		    (numbered || s[i - 2] != '/'))) {
			return false;
		}
		digit = false;
	}
	return parts > 1 && first;
}

/* "Card 2 AP9630/AP9631": whole codes of one shape behind a name. */
static void
take_alone(struct taken *w, const char *s, size_t n, size_t at, size_t end)
{
	size_t len = strcspn(s + at, "/"), letters = 0, parts = 0;

	while (letters < len && is_letter(s[at + letters]))
		letters++;
	if (at == 0 || end < n || letters < 2 || len < letters + 3)
		return;
	for (size_t i = at; i < end; i += len + 1, parts++)
		for (size_t k = 0; k < len; k++)
			if (i + len > end || (k < letters ? s[i + k] !=
			    s[at + k] : !is_digit(s[i + k])))
				return;
	if ((end - at + 1) != parts * (len + 1))
		return;
	for (size_t i = at; i < end; i += len + 1)
		alternative_add(w, s + i, len);
}

/* "Q03UDECPU Q04/06/10UDEHCPU": a whole code stands beside the list, not before
 * each of it. */
static void
take_beside(struct taken *w, const char *s, size_t n, size_t at, size_t end)
{
	char out[NAME_RUN_MAX];
	size_t from = at > 0 ? at - 1 : 0, letters = 0, digits = 0;

	while (from > 0 && s[from - 1] != ' ')
		from--;
	while (is_letter(s[at + letters]) && s[from + letters] ==
	    s[at + letters])
		letters++;
	for (size_t i = from; i + 1 < at; i++) {
		if (!is_digit(s[i]) && !is_letter(s[i]))
			return;
		digits += is_digit(s[i]);
	}
	if (at < 6 || letters == 0 || digits < 2 || at - 1 - from < 5 ||
	    !is_digit(s[from + letters]) || !is_digit(s[at + letters]) ||
	    s[at - 1] != ' ' || !is_letter(s[end - 1]))
		return;
	memcpy(out, s, from);
	memcpy(out + from, s + at, n - at);
	take_slashes(w, out, from + n - at, from, from + end - at);
	memcpy(out, s, at - 1);
	memcpy(out + at - 1, s + end, n - end);
	alternative_add(w, out, at - 1 + n - end);
}

static void
take_all_slashes(struct taken *w, const char *s, size_t n)
{
	for (size_t at = 0; at < n;) {
		size_t end = at;
		bool slash = false;
		while (end < n && s[end] != ' ' && s[end] != ',')
			slash |= s[end++] == '/';
		if (slash && (slashes_part(s, at, end) ||
		    letters_part(s, at, end) ||
		    alternative_letters(s, at, end, n))) {
			take_slashes(w, s, n, at, end);
			take_alone(w, s, n, at, end);
			take_beside(w, s, n, at, end);
		}
		at = end + 1;
	}
}

/* "(incl. X408 and SIPLUS NET variants)": products by number in it. */
static void
take_included(struct taken *w, const char *text)
{
	const char *at = strstr(text, "incl");
	struct part_of_text first = { .at = text };

	if (at == NULL || at == text)
		return;
	while (first.n < (size_t)(at - text) && text[first.n] != ' ' &&
	    text[first.n] != '(')
		first.n++;
	while (*at != '\0' && *at != ' ')
		at++;
	for (const char *s = at; *s != '\0' && *s != ')';) {
		size_t n = strcspn(s, " ,()");
		bool digit = false;
		for (size_t i = 0; i < n; i++)
			digit |= is_digit(s[i]);
		if (digit && n >= 3) {
			char out[NAME_RUN_MAX];
			alternative_add(w, s, n);
			if (first.n + 1 + n < sizeof(out)) {
				memcpy(out, text, first.n);
				out[first.n] = ' ';
				memcpy(out + first.n + 1, s, n);
				alternative_add(w, out, first.n + 1 + n);
			}
		}
		s += n + (s[n] != '\0' && s[n] != ')');
	}
}

/* An order number with wildcards in a bracket is another name of it all. */
static void
take_numbers(struct taken *w, const char *text)
{
	for (const char *open = strchr(text, '('); open != NULL;
	    open = strchr(open + 1, '(')) {
		size_t n = strcspn(open + 1, " )"), digits = 0;
		const char *wild = strstr(open + 1, "xx");
		for (size_t i = 0; i < n; i++)
			digits += is_digit(open[1 + i]);
		if (open[1 + n] == ')' && digits >= 4 && wild != NULL &&
		    wild < open + n)
			alternative_add(w, open + 1, n);
	}
}

static void
take_all(struct taken *w, const char *text, size_t n)
{
	alternative_list(w, text, n);
	take_all_slashes(w, text, n);
}

/* "120(EN)CPU", "G120(C/P/D)": a bracket glued to a number may be there or not.
 */
static bool
take_glued(struct taken *w, const char *text, size_t n)
{
	char out[NAME_RUN_MAX];
	const char *open = strchr(text, '(');

	while (open != NULL && (open == text || !(is_letter(open[-1]) ||
	    is_digit(open[-1]))))
		open = strchr(open + 1, '(');
	const char *close = open != NULL ? strchr(open, ')') : NULL;
	if (close == NULL || close - open > 24 ||
	    memchr(open, ' ', (size_t)(close - open)) != NULL)
		return false;
	size_t head = (size_t)(open - text), tail = n - head -
	    (size_t)(close - open) - 1;
	const char *part = open;
	for (size_t len = 0;; part += len + 1) {
		/* First without, then with each part. */
		len = part == open ? 0 : strcspn(part, "/)");
		memcpy(out, text, head);
		memcpy(out + head, part, len);
		memcpy(out + head + len, close + 1, tail);
		out[head + len + tail] = '\0';
		alternative_add(w, out, head + len + tail);
		take_all(w, out, head + len + tail);
		if (part != open && part[len] != '/')
			return true;
	}
}

void
alternatives_read(const char *text, struct arena *mem,
    struct alternatives *ret)
{
	struct taken w = { .mem = mem, .out = ret };
	size_t n = strlen(text);

	ret->text = NULL;
	ret->n = 0;
	if (n >= NAME_RUN_MAX || alternative_places(&w, text) ||
	    take_glued(&w, text, n))
		return;
	alternative_list(&w, text, n);
	take_all_slashes(&w, text, n);
	/* A list whose pieces have slashes. */
	for (uint32_t i = 0, end = ret->n; i < end && i < 32; i++)
		if (strchr(ret->text[i], '/') != NULL)
			take_all_slashes(&w, ret->text[i],
			    strlen(ret->text[i]));
	take_included(&w, text);
	alternative_variants(&w, text);
	alternative_brackets(&w, text);
	take_numbers(&w, text);
}
