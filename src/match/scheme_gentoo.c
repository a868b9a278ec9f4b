/* scheme_gentoo.c - versions of Gentoo (PMS, 3.3) and of Alpine's apk, which
 * took them over: 1.2.3b_rc2_p1-r3. */
#include <string.h>
#include "schemes.h"

static const struct { const char *word; int rank; } suffixes[] = {
	{ "alpha", -4 }, { "beta", -3 }, { "pre", -2 }, { "rc", -1 },
	{ "cvs", 1 }, { "svn", 2 }, { "git", 3 }, { "hg", 4 }, { "p", 5 },
};

static size_t
digits_at(const char *s)
{
	return strspn(s, "0123456789");
}

/* "rc2" at s (behind the '_'): its rank, and where its number stands. */
static int
suffix_at(const char *s, const char **ret_number)
{
	for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++) {
		size_t n = strlen(suffixes[i].word);
		if (strncmp(s, suffixes[i].word, n) == 0 &&
		    !is_letter(s[n])) {
			*ret_number = s + n;
			return suffixes[i].rank;
		}
	}
	*ret_number = s;
	return 0;
}

/* Components behind the first: with a zero in front they are fractions. */
static int
compare_component(const char *a, size_t n, const char *b, size_t m)
{
	if (*a != '0' && *b != '0')
		return scheme_numbers(a, n, b, m);
	while (n > 0 && a[n - 1] == '0')
		n--;
	while (m > 0 && b[m - 1] == '0')
		m--;
	int c = memcmp(a, b, n < m ? n : m);
	return c != 0 ? (c < 0 ? -1 : 1) : n < m ? -1 : n > m;
}

static int
compare_suffixes(const char **a, const char **b)
{
	while (**a == '_' || **b == '_') {
		const char *x = *a, *y = *b;
		int p = **a == '_' ? suffix_at(*a + 1, &x) : 0;
		int q = **b == '_' ? suffix_at(*b + 1, &y) : 0;
		if ((**a == '_' && p == 0) || (**b == '_' && q == 0))
			return SCHEME_UNLIKE;
		if (p != q)
			return p < q ? -1 : 1;
		size_t n = digits_at(x), m = digits_at(y);
		int c = scheme_numbers(x, n, y, m);
		if (c != 0)
			return c;
		*a = x + n;
		*b = y + m;
	}
	return 0;
}

/* "-r3" at s; what follows. */
static const char *
revision_at(const char *s, size_t *ret_n)
{
	*ret_n = 0;
	if (s[0] != '-' || s[1] != 'r')
		return s;
	*ret_n = digits_at(s + 2);
	return s + 2;
}

static int
compare_gentoo(const char *a, const char *b)
{
	size_t n = digits_at(a), m = digits_at(b);

	if (n == 0 || m == 0)
		return SCHEME_UNLIKE;
	int c = scheme_numbers(a, n, b, m);
	for (;;) {
		if (c != 0)
			return c;
		a += n;
		b += m;
		bool x = *a == '.' && digits_at(a + 1) > 0;
		bool y = *b == '.' && digits_at(b + 1) > 0;
		if (!x || !y) {
			if (x != y)
				return x ? 1 : -1;
			break;
		}
		a++, b++;
		n = digits_at(a);
		m = digits_at(b);
		c = compare_component(a, n, b, m);
	}
	char p = is_letter(*a) ? *a : '\0';
	char q = is_letter(*b) ? *b : '\0';
	if (p != q)
		return p < q ? -1 : 1;
	a += p != '\0';
	b += q != '\0';
	c = compare_suffixes(&a, &b);
	if (c != 0)
		return c;
	/* apk: a commit's hash tells nothing of the order. */
	if (*a == '~')
		a += 1 + strspn(a + 1, "0123456789abcdef");
	if (*b == '~')
		b += 1 + strspn(b + 1, "0123456789abcdef");
	const char *x = revision_at(a, &n), *y = revision_at(b, &m);
	if (x[n] != '\0' || y[m] != '\0')
		return SCHEME_UNLIKE;
	return scheme_numbers(x, n, y, m);
}

int
scheme_gentoo(const char *a, const char *b)
{
	return compare_gentoo(a, b);
}

int
scheme_apk(const char *a, const char *b)
{
	return compare_gentoo(a, b);
}
