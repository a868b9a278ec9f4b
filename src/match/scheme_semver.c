/* scheme_semver.c - Semantic Versioning 2.0.0 and the orders built on it:
 * NuGet, Conan, OpenSSL. */
#include <string.h>
#include "schemes.h"

struct dotted {
	const char	*core, *core_end;	/* 1.2.3 */
	const char	*pre, *pre_end;		/* behind '-' */
	const char	*build;			/* behind '+', or NULL */
};

static void
split(const char *s, struct dotted *ret)
{
	const char *end = s + strcspn(s, "+");

	if (*s == 'v' || *s == 'V' || *s == '=')
		s++;
	ret->build = *end == '+' ? end + 1 : NULL;
	ret->core = s;
	ret->core_end = s;
	while (ret->core_end < end && *ret->core_end != '-')
		ret->core_end++;
	ret->pre = ret->core_end < end ? ret->core_end + 1 : end;
	ret->pre_end = end;
}

static bool
all_digits(const char *s, const char *end)
{
	if (s == end)
		return false;
	for (; s < end; s++)
		if (!is_digit(*s))
			return false;
	return true;
}

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static int
compare_text(const char *a, const char *a_end, const char *b,
    const char *b_end, bool nocase)
{
	for (; a < a_end && b < b_end; a++, b++) {
		char x = nocase ? lower(*a) : *a, y = nocase ? lower(*b) : *b;
		if (x != y)
			return (uint8_t)x < (uint8_t)y ? -1 : 1;
	}
	return a < a_end ? 1 : b < b_end ? -1 : 0;
}

/* Identifiers between dots: numbers by value and before words; a shorter list
 * first, or (pad) as if it went on with zeros. With both, Conan's way: a number
 * against a word is compared as text. */
static int
compare_lists(const char *a, const char *a_end, const char *b,
    const char *b_end, bool nocase, bool pad)
{
	while (a < a_end || b < b_end) {
		const char *p = a, *q = b;
		if (!pad && (a == a_end || b == b_end))
			return a == a_end ? -1 : 1;
		while (p < a_end && *p != '.')
			p++;
		while (q < b_end && *q != '.')
			q++;
		bool x = all_digits(a, p) || (pad && a == p);
		bool y = all_digits(b, q) || (pad && b == q);
		int c;
		if (x && y)
			c = scheme_numbers(a, (size_t)(p - a), b,
			    (size_t)(q - b));
		else if (x != y && !(pad && nocase))
			c = x ? -1 : 1;
		else
			c = compare_text(a, p, b, q, nocase);
		if (c != 0)
			return c;
		a = p < a_end ? p + 1 : p;
		b = q < b_end ? q + 1 : q;
	}
	return 0;
}

static bool
core_is_numbers(const struct dotted *d)
{
	for (const char *s = d->core; s < d->core_end; s++)
		if (!is_digit(*s) && *s != '.')
			return false;
	return d->core < d->core_end && is_digit(d->core[0]);
}

static int
compare_semver(const char *a, const char *b, bool nocase)
{
	struct dotted x, y;

	split(a, &x);
	split(b, &y);
	if (!core_is_numbers(&x) || !core_is_numbers(&y))
		return SCHEME_UNLIKE;
	int c = compare_lists(x.core, x.core_end, y.core, y.core_end, false,
	    true);
	if (c != 0)
		return c;
	bool p = x.pre < x.pre_end, q = y.pre < y.pre_end;
	if (p != q)
		return p ? -1 : 1;
	return compare_lists(x.pre, x.pre_end, y.pre, y.pre_end, nocase,
	    false);
}

int
scheme_semver(const char *a, const char *b)
{
	return compare_semver(a, b, false);
}

/* Case says nothing in NuGet. */
int
scheme_nuget(const char *a, const char *b)
{
	return compare_semver(a, b, true);
}

/* Any words between the dots; 1 = 1.0; the build counts last. */
int
scheme_conan(const char *a, const char *b)
{
	struct dotted x, y;

	split(a, &x);
	split(b, &y);
	int c = compare_lists(x.core, x.core_end, y.core, y.core_end, true,
	    true);
	if (c != 0)
		return c;
	/* "1.0-" is a prerelease too. */
	bool p = *x.core_end == '-', q = *y.core_end == '-';
	if (p != q)
		return p ? -1 : 1;
	c = compare_lists(x.pre, x.pre_end, y.pre, y.pre_end, true, true);
	if (c != 0)
		return c;
	if ((x.build == NULL) != (y.build == NULL))
		return x.build == NULL ? -1 : 1;
	return x.build == NULL ? 0 : compare_lists(x.build, x.build +
	    strlen(x.build), y.build, y.build + strlen(y.build), true, true);
}

/* Up to 1.1.1 letters count releases: 1.0.0 < 1.0.0a < 1.0.0z < 1.0.0za. From
 * 3.0 on it is semver. */
int
scheme_openssl(const char *a, const char *b)
{
	struct dotted x, y;

	split(a, &x);
	split(b, &y);
	const char *p = x.core_end, *q = y.core_end;
	while (p > x.core && is_letter(p[-1]))
		p--;
	while (q > y.core && is_letter(q[-1]))
		q--;
	int c = compare_lists(x.core, p, y.core, q, false, true);
	if (c != 0)
		return c;
	size_t n = (size_t)(x.core_end - p), m = (size_t)(y.core_end - q);
	if (n != m)
		return n < m ? -1 : 1;
	c = compare_text(p, x.core_end, q, y.core_end, true);
	if (c != 0)
		return c;
	bool u = x.pre < x.pre_end, v = y.pre < y.pre_end;
	if (u != v)
		return u ? -1 : 1;
	return compare_lists(x.pre, x.pre_end, y.pre, y.pre_end, true, false);
}
