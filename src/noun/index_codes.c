/* index_codes.c - order numbers, and how they are found in names. */
#include <string.h>
#include "index_fold.h"
#include "noun/index.h"

size_t
order_read(const char *text, char *out, size_t room)
{
	size_t n = 0, letters = 0;

	/* A lower-case x or a dot is a wildcard only in a text that is
	 * otherwise written in capitals: "6ES7212-1xx40-0XB0". */
	for (const char *p = text; *p != '\0'; p++)
		if (*p >= 'a' && *p <= 'z' && *p != 'x')
			letters++;
	for (const char *p = text; *p != '\0'; p++) {
		char c = *p;
		/* "\\*" is no wildcard but a sign (CSAF 2.1, 3.1.3.3.7), and
		 * signs do not count. */
		if (c == '\\' && p[1] != '\0' && strchr("*?\\", p[1]) != NULL) {
			p++;
			continue;
		}
		if (c >= 'a' && c <= 'z')
			c = c == 'x' && letters == 0 ? '?' :
			    (char)(c - 'a' + 'A');
		else if (c == '.' && letters == 0 &&
		    (p[1] == '.' || (p > text && p[-1] == '.')))
			c = '?';
		if (!((c >= 'A' && c <= 'Z') || is_digit(c) || c == '?' ||
		    c == '*'))
			continue;
		if (n + 1 >= room)
			return 0;
		out[n++] = c;
	}
	out[n] = '\0';
	/* Wildcards alone would fit everything. */
	size_t real = 0;
	for (size_t i = 0; i < n; i++)
		real += out[i] != '?' && out[i] != '*';
	return real >= 2 ? n : 0;
}

bool
order_is_pattern(const char *order)
{
	return strpbrk(order, "?*") != NULL;
}

/* Does flat[at, end) look like an order code: a Siemens MLFB, or in brackets a
 * long word with many digits? */
static bool
looks_ordered(const char *s, size_t n, bool in_brackets)
{
	size_t digits = 0, letters = 0, hyphens = 0, signs = 0;

	for (size_t i = 0; i < n; i++) {
		if (is_digit(s[i]))
			digits++;
		else if (s[i] >= 'a' && s[i] <= 'z')
			letters++;
		else if (s[i] == '-')
			hyphens++;
		else if (strchr(".*?", s[i]) == NULL)
			return false;
	}
	signs = digits + letters;
	if (s[0] >= '0' && s[0] <= '9' && n > 2 && !is_digit(s[1]) &&
	    hyphens >= 1 && signs >= 11 && digits >= 5 && letters >= 3)
		return true;
	if (!in_brackets)
		return false;
	return (letters == 0 && digits >= 6 && digits == n) ||
	    (signs >= 8 && digits >= 4 && letters >= 1);
}

/* The part of an MLFB behind its blank: "212-1AE40-0XB0". */
static bool
looks_like_rest(const char *s, size_t n)
{
	return n >= 13 && n <= 15 && s[3] == '-' && s[9] == '-' &&
	    is_digit(s[0]) && is_digit(s[4]);
}

/* The signs at s, letters as 'a' and digits as '0'. */
static bool
is_shaped(const char *s, size_t n, const char *shape)
{
	size_t len = strlen(shape);

	if (n < len || (n > len && fold_is_sign(s[len])))
		return false;
	for (size_t i = 0; i < len; i++)
		if (shape[i] == '0' ? !is_digit(s[i]) :
		    !is_small(s[i]))
			return false;
	return true;
}

/* An MLFB with blanks for its hyphens, "6GK1162 3AA00": how much of s[0, n) it
 * takes behind its first seven signs; 0: it is none. */
static size_t
blanks_within(const char *first, const char *s, size_t n)
{
	size_t digits = 0;

	for (size_t i = 0; i < 7; i++)
		digits += is_digit(first[i]);
	if (!is_digit(first[0]) || !is_small(first[1]) ||
	    digits < 4 || n < 6 || s[0] != ' ' ||
	    !is_shaped(s + 1, n - 1, "0aa00"))
		return 0;
	return n > 10 && s[6] == ' ' && is_shaped(s + 7, n - 7, "0aa0") ? 11 :
	    6;
}

static void
add_code(struct name *ret, const char *text, size_t n)
{
	char raw[64], order[40];

	if (n >= sizeof(raw) || ret->n_codes == NAME_CODES_MAX)
		return;
	memcpy(raw, text, n);
	raw[n] = '\0';
	if (order_read(raw, order, sizeof(order)) == 0)
		return;
	for (unsigned i = 0; i < ret->n_codes; i++)
		if (strcmp(ret->code[i], order) == 0)
			return;
	memcpy(ret->code[ret->n_codes++], order, sizeof(order));
}

void
name_take_codes(struct name *ret, const char *raw, size_t len)
{
	char *s = ret->flat;
	bool digit = false;

	for (size_t i = 0; i < len; i++)
		digit |= is_digit(s[i]);
	if (!digit)
		return;
	for (size_t at = 0; at < len;) {
		if (s[at] == ' ' || s[at] == '(' || s[at] == ')' ||
		    s[at] == ',' || s[at] == '[' || s[at] == ']') {
			at++;
			continue;
		}
		size_t end = at;
		while (end < len && s[end] != ' ' && s[end] != '(' &&
		    s[end] != ')' && s[end] != ',' && s[end] != '[' &&
		    s[end] != ']')
			end++;
		bool brackets = at > 0 && s[at - 1] == '(' && end < len &&
		    s[end] == ')';
		/* "6ES7 212-1AE40-0XB0": a blank behind the fourth sign. */
		size_t whole = end;
		if (end - at == 4 && is_digit(s[at]) && end < len &&
		    s[end] == ' ' && len - end > 10) {
			whole = end + 1;
			while (whole < len && s[whole] != ' ' &&
			    s[whole] != ')' && s[whole] != ',')
				whole++;
			if (!looks_like_rest(s + end + 1, whole - end - 1))
				whole = end;
		}
		if (end - at == 7)
			whole += blanks_within(s + at, s + end, len - end);
		if (looks_ordered(s + at, end - at, brackets) || whole > end) {
			add_code(ret, raw + at, whole - at);
			memset(s + at, ' ', whole - at);
		}
		at = whole;
	}
}
