/* range_terms.c - a term of a range that is no plain version: several versions,
 * a run of them, the number of a document or of an item. */
#include <string.h>
#include "range_terms.h"
#include "version_words.h"
#include "base/text.h"

size_t
term_trim(const char **s, size_t n)
{
	while (n > 0 && ((*s)[n - 1] == ' ' || (*s)[n - 1] == ','))
		n--;
	while (n > 0 && (**s == ' ' || **s == ',' || **s == ':'))
		(*s)++, n--;
	return n;
}

#define ITEM_DIGITS 6u		/* no part of a version counts so far */
#define FRONT_MAX 9u

static bool
is_year(const char *s, size_t n)
{
	return n == 4 && ((s[0] == '1' && s[1] == '9') ||
	    (s[0] == '2' && s[1] == '0'));
}

/* "29.03.2007" behind a version says when. */
static bool
is_day(const char *s, size_t n)
{
	return n > 7 && s[n - 5] == '.' && is_year(s + n - 4, 4);
}

unsigned
term_lines(const char *s, size_t n, struct version *ret, unsigned room)
{
	unsigned count = 0;
	bool v = n > 0 && *s == 'v';

	for (size_t at = 0; at < n;) {
		while (at < n && (s[at] == ' ' || (s[at] == '/' && at > 0)))
			at++;
		size_t end = at;
		bool dot = false;
		while (end < n && s[end] != ' ' && !(dot && s[end] == '/' &&
		    end + 1 < n && (v ? s[end + 1] == 'v' :
		    is_digit(s[end + 1]))))
			dot |= s[end++] == '.';
		if (end == at)
			break;
		if (count == room || !dot || is_day(s + at, end - at) ||
		    !(v ? s[at] == 'v' : is_digit(s[at])) ||
		    version_read(s + at, end - at, &ret[count]) != 0)
			return 0;
		count++;
		at = end;
	}
	return count;
}

bool
term_with_words(const char *s, size_t n, struct version *ret)
{
	size_t at = n;

	while (at > 0 && !is_digit(s[at - 1]))
		at--;
	return at > 0 && n - at > 4 && memcmp(s + at, " in ", 4) == 0 &&
	    version_read(s, at, ret) == 0;
}

/* Letters before a version's number, "v", "fw", "ver. "; n: there is none. */
static size_t
front_of(const char *s, size_t n)
{
	size_t i = 0;

	while (i < n && i < FRONT_MAX && ((s[i] >= 'a' && s[i] <= 'z') ||
	    (i > 0 && (s[i] == '.' || s[i] == ' '))))
		i++;
	return i < n && is_digit(s[i]) ? i : n;
}

bool
term_is_version(const char *s, size_t n)
{
	size_t front = front_of(s, n), len = front;

	if (front == n)
		return false;
	while (len > 0 && (s[len - 1] == ' ' || s[len - 1] == '.'))
		len--;
	return len == 0 || version_empty_word(s, len) ||
	    version_top(s, len, false) == TOP_BUILD ||
	    (len == 1 && (*s == 'v' || *s == 'r' ||
	    memchr(s, '.', n) != NULL));
}

/* How many numbers with dots between them; 0: there is something else. */
static unsigned
count_numbers(const char *s, size_t n)
{
	unsigned count = 1;

	for (size_t i = 0; i < n; i++) {
		if (s[i] == '.' && i > 0 && i + 1 < n && s[i - 1] != '.')
			count++;
		else if (!is_digit(s[i]))
			return 0;
	}
	return n > 0 ? count : 0;
}

size_t
term_run(const char *s, size_t n, size_t *ret_low, bool *ret_sure)
{
	const char *hyphen = memchr(s, '-', n), *end = s + n;
	struct version low, high;

	if (hyphen == NULL)
		hyphen = memchr(s, '~', n);
	if (hyphen == NULL || hyphen == s)
		return 0;
	const char *to = hyphen + 1;
	size_t at = (size_t)(hyphen - s);
	while (at > 0 && s[at - 1] == ' ')
		at--;
	while (to < end && *to == ' ')
		to++;
	size_t left = (size_t)(end - to), front = front_of(s, at);
	size_t other = front_of(to, left);
	if (front == at || other == left || (other > 0 && (other != front ||
	    memcmp(s, to, front) != 0)))
		return 0;
	unsigned a = count_numbers(s + front, at - front);
	unsigned b = count_numbers(to + other, left - other);
	/* "2.03-06" counts on, and so does "5.1-2": both sides alike. */
	if (a == 0 || a != b)
		return 0;
	*ret_sure = a > 1 || front > 0 || *hyphen == '~' ||
	    (is_year(s, at) && is_year(to, left));
	*ret_low = at;
	return (*ret_sure || at == left) && version_read(s, at, &low) == 0 &&
	    version_read(to, left, &high) == 0 &&
	    version_compare(&low, &high) == VERSION_LESS ?
	    (size_t)(to - s) : 0;
}

bool
term_is_reference(const char *s, size_t n)
{
	static const char *const kinds[] = { "cve-", "cwe-", "ssa-", "icsa-",
	    "icsma-", NULL };

	for (const char *const *k = kinds; *k != NULL; k++) {
		size_t len = strlen(*k);
		const char *at = n > 2 && s[0] == '-' && s[1] == ' ' ? s + 2 :
		    s;
		if ((size_t)(s + n - at) > len && memcmp(at, *k, len) == 0 &&
		    is_digit(at[len]))
			return true;
	}
	return false;
}

/* "l206-f2g1 4.24": a code of letters and digits, no version itself. */
static size_t
code_in_front(const char *s, size_t n)
{
	size_t at = 0, letters = 0, digits = 0;

	while (letters < n && s[letters] >= 'a' && s[letters] <= 'z')
		letters++;
	for (; at < n && s[at] != ' '; at++) {
		if (s[at] == '.' || s[at] == '(')
			return 0;
		digits += is_digit(s[at]);
	}
	return digits > 0 && at > 2 && letters > 0 && at < n &&
	    !version_empty_word(s, letters) && version_top_word(s,
	    letters) < 0 ? at : 0;
}

size_t
term_item(const char *s, size_t n)
{
	size_t at = 0;
	struct version v;

	while (at < n && is_digit(s[at]))
		at++;
	if (at < ITEM_DIGITS)
		at = code_in_front(s, n);
	if (at == 0 || at == n || s[at] != ' ')
		return 0;
	while (at < n && s[at] == ' ')
		at++;
	return at < n && memchr(s + at, '.', n - at) != NULL &&
	    (is_digit(s[at]) || s[at] == 'v') &&
	    version_read(s + at, n - at, &v) == 0 ? at : 0;
}

size_t
term_system(const char *s, size_t n)
{
	size_t at = 0;

	while (at < n && s[at] >= 'a' && s[at] <= 'z')
		at++;
	return at > 1 && n - at > 2 && s[at] == ' ' && s[at + 1] == 'v' &&
	    is_digit(s[at + 2]) ? at + 1 : 0;
}
