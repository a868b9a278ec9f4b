/* range_terms.c - a term of a range that is no plain version: several versions,
 * a run of them, the number of a document or of an item. */
#include <string.h>
#include "range_terms.h"
#include "version_words.h"

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

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

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

bool
term_is_version(const char *s, size_t n)
{
	bool digit = n > 1 && is_digit(s[1]);
	size_t letters = 0;

	while (letters < n && s[letters] >= 'a' && s[letters] <= 'z')
		letters++;
	/* "fw01", "release 5" */
	if (letters > 0 && version_empty_word(s, letters)) {
		while (letters < n && (s[letters] == ' ' || s[letters] == '.'))
			letters++;
		return letters < n && is_digit(s[letters]);
	}
	return is_digit(*s) || (*s == 'v' && digit) ||
	    (*s >= 'a' && *s <= 'z' && digit && memchr(s, '.', n) != NULL);
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
term_run(const char *s, size_t n)
{
	const char *hyphen = memchr(s, '-', n);
	struct version low, high;

	if (hyphen == NULL || hyphen == s)
		return 0;
	size_t at = (size_t)(hyphen - s), skip = *s == 'v' ? 1 : 0;
	const char *to = hyphen + 1, *end = s + n;
	if (skip > 0 && (to == end || *to++ != 'v'))
		return 0;
	unsigned a = count_numbers(s + skip, at - skip);
	unsigned b = count_numbers(to, (size_t)(end - to));
	/* "2.03-06" counts on, and so does "5.1-2": both sides alike. */
	if (a == 0 || a != b || (a == 1 && skip == 0 && !(is_year(s, at) &&
	    is_year(to, (size_t)(end - to)))))
		return 0;
	return version_read(s, at, &low) == 0 &&
	    version_read(to, (size_t)(end - to), &high) == 0 &&
	    version_compare(&low, &high) == VERSION_LESS ? at : 0;
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
