/* scheme_pypi.c - Python's versions (PEP 440) and Ruby's gems. */
#include <string.h>
#include "schemes.h"

#define PARTS_MAX 24u

struct pypi {
	uint64_t	 epoch;
	uint64_t	 release[PARTS_MAX];
	unsigned	 n;
	int		 pre;		/* 0 a, 1 b, 2 rc, 9 none, -1 dev */
	uint64_t	 pre_n;
	bool		 is_post, is_dev;
	uint64_t	 post, dev;
	const char	*local;		/* "" = none */
};

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static uint64_t
number_at(const char **s)
{
	uint64_t v = 0;

	for (; is_digit(**s); (*s)++)
		v = v > UINT64_MAX / 16 ? v : v * 10 + (uint64_t)(**s - '0');
	return v;
}

static bool
take_word(const char **s, const char *word)
{
	const char *p = *s;

	if (*p == '.' || *p == '-' || *p == '_')
		p++;
	for (; *word != '\0'; word++, p++)
		if (lower(*p) != *word)
			return false;
	if (is_letter(*p))
		return false;
	*s = p;
	return true;
}

/* The number behind a word, with or without a separator. */
static uint64_t
word_number(const char **s)
{
	const char *p = *s;

	if (*p == '.' || *p == '-' || *p == '_')
		p++;
	if (is_digit(*p))
		*s = p;
	return number_at(s);
}

static bool
pypi_read(const char *s, struct pypi *v)
{
	static const struct { const char *word; int rank; } pres[] = {
		{ "alpha", 0 }, { "beta", 1 }, { "preview", 2 }, { "pre", 2 },
		{ "rc", 2 }, { "a", 0 }, { "b", 1 }, { "c", 2 },
	};

	memset(v, 0, sizeof(*v));
	v->pre = 9;
	v->local = "";
	s += *s == 'v' || *s == 'V';
	if (!is_digit(*s))
		return false;
	uint64_t first = number_at(&s);
	if (*s == '!') {
		v->epoch = first;
		s++;
		if (!is_digit(*s))
			return false;
		first = number_at(&s);
	}
	v->release[v->n++] = first;
	while (*s == '.' && is_digit(s[1]) && v->n < PARTS_MAX) {
		s++;
		v->release[v->n++] = number_at(&s);
	}
	while (v->n > 0 && v->release[v->n - 1] == 0)
		v->n--;
	for (size_t i = 0; i < sizeof(pres) / sizeof(pres[0]); i++)
		if (take_word(&s, pres[i].word)) {
			v->pre = pres[i].rank;
			v->pre_n = word_number(&s);
			break;
		}
	if (*s == '-' && is_digit(s[1])) {
		s++;
		v->is_post = true;
		v->post = number_at(&s);
	} else if (take_word(&s, "post") || take_word(&s, "rev") ||
	    take_word(&s, "r")) {
		v->is_post = true;
		v->post = word_number(&s);
	}
	if (take_word(&s, "dev")) {
		v->is_dev = true;
		v->dev = word_number(&s);
	}
	if (v->is_dev && v->pre == 9 && !v->is_post)
		v->pre = -1;
	if (*s == '+')
		v->local = s + 1;
	return *s == '\0' || *s == '+';
}

static int
order(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

/* Numbers before words lose; a shorter one first. */
static int
compare_locals(const char *a, const char *b)
{
	while (*a != '\0' && *b != '\0') {
		size_t n = strcspn(a, ".-_"), m = strcspn(b, ".-_");
		bool x = strspn(a, "0123456789") >= n;
		bool y = strspn(b, "0123456789") >= m;
		if (x != y)
			return x ? 1 : -1;
		if (x) {
			int c = scheme_numbers(a, n, b, m);
			if (c != 0)
				return c;
		} else {
			for (size_t i = 0; i < n || i < m; i++) {
				char p = i < n ? lower(a[i]) : '\0';
				char q = i < m ? lower(b[i]) : '\0';
				if (p != q)
					return p < q ? -1 : 1;
			}
		}
		a += n + (a[n] != '\0');
		b += m + (b[m] != '\0');
	}
	return *a != '\0' ? 1 : *b != '\0' ? -1 : 0;
}

int
scheme_pypi(const char *a, const char *b)
{
	struct pypi x, y;

	if (!pypi_read(a, &x) || !pypi_read(b, &y))
		return SCHEME_UNLIKE;
	int c = order(x.epoch, y.epoch);
	for (unsigned i = 0; c == 0 && (i < x.n || i < y.n); i++)
		c = order(i < x.n ? x.release[i] : 0,
		    i < y.n ? y.release[i] : 0);
	if (c == 0)
		c = x.pre < y.pre ? -1 : x.pre > y.pre;
	if (c == 0)
		c = order(x.pre_n, y.pre_n);
	if (c == 0)
		c = order(x.is_post, y.is_post);
	if (c == 0)
		c = order(x.post, y.post);
	/* A development release stands before what it leads to. */
	if (c == 0)
		c = order(y.is_dev, x.is_dev);
	if (c == 0)
		c = order(x.dev, y.dev);
	return c != 0 ? c : compare_locals(x.local, y.local);
}

/* --- gem --- */

/* The next run of digits or letters; the end gives an empty run. */
static size_t
next_run(const char **s)
{
	while (**s != '\0' && !is_digit(**s) && !is_letter(**s))
		(*s)++;
	size_t n = 0;
	bool digits = is_digit(**s);
	while ((*s)[n] != '\0' && is_digit((*s)[n]) == digits &&
	    (digits || is_letter((*s)[n])))
		n++;
	return n;
}

/* Gem::Version: a word makes a prerelease; what is missing counts as zero. */
int
scheme_gem(const char *a, const char *b)
{
	if (!is_digit(*a) || !is_digit(*b))
		return SCHEME_UNLIKE;
	for (;;) {
		size_t n = next_run(&a), m = next_run(&b);
		if (n == 0 && m == 0)
			return 0;
		bool x = n == 0 || is_digit(*a);
		bool y = m == 0 || is_digit(*b);
		if (x != y)
			return x ? 1 : -1;
		int c = x ? scheme_numbers(a, n, b, m) :
		    memcmp(a, b, n < m ? n : m);
		if (c == 0 && !x && n != m)
			c = n < m ? -1 : 1;
		if (c != 0)
			return c < 0 ? -1 : 1;
		a += n;
		b += m;
	}
}
