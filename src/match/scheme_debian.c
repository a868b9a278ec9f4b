/* scheme_debian.c - versions of Debian (deb-version(7)), RPM (rpm-version(7))
 * and Arch Linux (vercmp(8)): epoch, version, release. */
#include <string.h>
#include "schemes.h"

/* The number in front of a colon, and what follows. */
static const char *
skip_epoch(const char *s, size_t *ret_n)
{
	size_t n = strspn(s, "0123456789");

	*ret_n = 0;
	if (n == 0 || s[n] != ':')
		return s;
	*ret_n = n;
	return s + n + 1;
}

static int
compare_epochs(const char **a, const char **b)
{
	const char *x = *a, *y = *b;
	size_t n, m;

	*a = skip_epoch(x, &n);
	*b = skip_epoch(y, &m);
	return scheme_numbers(x, n, y, m);
}

/* --- deb --- */

static int
deb_weight(char c)
{
	if (c == '~')
		return -1;
	if (c == '\0' || is_digit(c))
		return 0;
	return is_letter(c) ? c : c + 256;
}

static char
sign_at(const char *s, const char *end)
{
	return s < end ? *s : '\0';
}

static int
deb_part(const char *a, const char *a_end, const char *b, const char *b_end)
{
	while (a < a_end || b < b_end) {
		while ((a < a_end && !is_digit(*a)) ||
		    (b < b_end && !is_digit(*b))) {
			int x = deb_weight(sign_at(a, a_end));
			int y = deb_weight(sign_at(b, b_end));
			if (x != y)
				return x < y ? -1 : 1;
			a += a < a_end;
			b += b < b_end;
		}
		const char *x = a, *y = b;
		while (a < a_end && is_digit(*a))
			a++;
		while (b < b_end && is_digit(*b))
			b++;
		int c = scheme_numbers(x, (size_t)(a - x), y, (size_t)(b - y));
		if (c != 0)
			return c;
	}
	return 0;
}

int
scheme_deb(const char *a, const char *b)
{
	int c = compare_epochs(&a, &b);
	const char *x = strrchr(a, '-'), *y = strrchr(b, '-');
	const char *a_end = a + strlen(a), *b_end = b + strlen(b);

	if (c == 0)
		c = deb_part(a, x != NULL ? x : a_end, b,
		    y != NULL ? y : b_end);
	/* No revision is the same as revision 0. */
	if (c == 0)
		c = deb_part(x != NULL ? x + 1 : a_end, a_end,
		    y != NULL ? y + 1 : b_end, b_end);
	return c;
}

/* --- rpm --- */

static bool
is_sign(char c)
{
	return is_digit(c) || is_letter(c);
}

static int
rpm_part(const char *a, const char *a_end, const char *b, const char *b_end)
{
	for (;;) {
		while (a < a_end && !is_sign(*a) && *a != '~' && *a != '^')
			a++;
		while (b < b_end && !is_sign(*b) && *b != '~' && *b != '^')
			b++;
		char x = sign_at(a, a_end), y = sign_at(b, b_end);
		if (x == '~' || y == '~') {
			if (x != y)
				return x == '~' ? -1 : 1;
			a++, b++;
			continue;
		}
		if (x == '^' || y == '^') {
			if (x == '\0' || y == '\0')
				return x == '\0' ? -1 : 1;
			if (x != y)
				return x == '^' ? -1 : 1;
			a++, b++;
			continue;
		}
		if (x == '\0' || y == '\0')
			return x != '\0' ? 1 : y != '\0' ? -1 : 0;
		bool digits = is_digit(x);
		if (digits != is_digit(y))
			return digits ? 1 : -1;
		const char *p = a, *q = b;
		while (a < a_end && is_sign(*a) &&
		    is_digit(*a) == digits)
			a++;
		while (b < b_end && is_sign(*b) &&
		    is_digit(*b) == digits)
			b++;
		size_t n = (size_t)(a - p), m = (size_t)(b - q);
		int c = digits ? scheme_numbers(p, n, q, m) :
		    memcmp(p, q, n < m ? n : m);
		if (c == 0 && !digits && n != m)
			c = n < m ? -1 : 1;
		if (c != 0)
			return c < 0 ? -1 : 1;
	}
}

/* The release counts only where both have one. */
static int
rpm_compare(const char *a, const char *b)
{
	int c = compare_epochs(&a, &b);
	const char *x = strrchr(a, '-'), *y = strrchr(b, '-');
	const char *a_end = a + strlen(a), *b_end = b + strlen(b);

	if (c == 0)
		c = rpm_part(a, x != NULL ? x : a_end, b,
		    y != NULL ? y : b_end);
	if (c == 0 && x != NULL && y != NULL)
		c = rpm_part(x + 1, a_end, y + 1, b_end);
	return c;
}

int
scheme_rpm(const char *a, const char *b)
{
	return rpm_compare(a, b);
}

/* Letters that follow a number stand before its end ("1.0a" < "1.0"), but
 * behind a separator they stand after it. */
static int
alpm_part(const char *a, const char *a_end, const char *b, const char *b_end)
{
	while (a < a_end && b < b_end) {
		const char *p = a, *q = b;
		while (a < a_end && !is_sign(*a))
			a++;
		while (b < b_end && !is_sign(*b))
			b++;
		if (a == a_end || b == b_end)
			break;
		if (a - p != b - q)
			return a - p < b - q ? -1 : 1;
		bool digits = is_digit(*a);
		if (digits != is_digit(*b))
			return digits ? 1 : -1;
		p = a;
		q = b;
		while (a < a_end && is_sign(*a) &&
		    is_digit(*a) == digits)
			a++;
		while (b < b_end && is_sign(*b) &&
		    is_digit(*b) == digits)
			b++;
		size_t n = (size_t)(a - p), m = (size_t)(b - q);
		int c = digits ? scheme_numbers(p, n, q, m) :
		    memcmp(p, q, n < m ? n : m);
		if (c == 0 && !digits && n != m)
			c = n < m ? -1 : 1;
		if (c != 0)
			return c < 0 ? -1 : 1;
	}
	char x = sign_at(a, a_end), y = sign_at(b, b_end);
	if (x == '\0' && y == '\0')
		return 0;
	/* What is left over: letters lose, all else wins. */
	if ((x == '\0' && !is_letter(y)) || is_letter(x))
		return -1;
	return 1;
}

int
scheme_alpm(const char *a, const char *b)
{
	int c = compare_epochs(&a, &b);
	const char *x = strrchr(a, '-'), *y = strrchr(b, '-');
	const char *a_end = a + strlen(a), *b_end = b + strlen(b);

	if (c == 0)
		c = alpm_part(a, x != NULL ? x : a_end, b,
		    y != NULL ? y : b_end);
	if (c == 0 && x != NULL && y != NULL)
		c = alpm_part(x + 1, a_end, y + 1, b_end);
	return c;
}
