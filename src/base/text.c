/* text.c - comparing, finding and trimming; see base/text.h. */
#include <string.h>
#include "base/arena.h"
#include "base/text.h"

static inline char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

bool
text_eq(const char *a, const char *b)
{
	if (a == NULL || b == NULL)
		return a == b;
	return strcmp(a, b) == 0;
}

bool
text_eq_nocase(const char *a, const char *b)
{
	if (a == NULL || b == NULL)
		return a == b;
	while (*a != '\0' && lower(*a) == lower(*b)) {
		a++;
		b++;
	}
	return lower(*a) == lower(*b);
}

bool
text_starts(const char *s, const char *prefix)
{
	return strncmp(s, prefix, strlen(prefix)) == 0;
}

bool
text_ends(const char *s, const char *suffix)
{
	size_t	n = strlen(s), m = strlen(suffix);

	return m <= n && memcmp(s + n - m, suffix, m) == 0;
}

const char *
text_find_nocase(const char *hay, const char *needle)
{
	char	first = lower(needle[0]);

	if (first == '\0')
		return hay;
	for (; *hay != '\0'; hay++) {
		size_t	i = 1;

		if (lower(*hay) != first)
			continue;
		while (needle[i] != '\0' && lower(hay[i]) == lower(needle[i]))
			i++;
		if (needle[i] == '\0')
			return hay;
		/* What is left is shorter than the needle. */
		if (hay[i] == '\0')
			return NULL;
	}
	return NULL;
}

char *
text_lower(struct arena *a, const char *s)
{
	char	*copy = arena_text(a, s);

	for (char *p = copy; *p != '\0'; p++)
		*p = lower(*p);
	return copy;
}

static bool
is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

char *
text_trim(struct arena *a, const char *s)
{
	size_t	n;

	/* NBSP is C2 A0 in UTF-8. */
	for (;;) {
		if (is_blank(*s))
			s++;
		else if (s[0] == '\xc2' && s[1] == '\xa0')
			s += 2;
		else
			break;
	}
	n = strlen(s);
	while (n > 0) {
		if (is_blank(s[n - 1]))
			n--;
		else if (n > 1 && s[n - 2] == '\xc2' && s[n - 1] == '\xa0')
			n -= 2;
		else
			break;
	}
	return arena_text_n(a, s, n);
}

/* One character: a lead byte and what continues it. */
static const char *
step(const char *s)
{
	s++;
	while (((unsigned char)*s & 0xc0) == 0x80)
		s++;
	return s;
}

/* Only the last star is ever tried again, so the price is the product of both
 * lengths at worst. */
bool
text_glob(const char *pattern, const char *s)
{
	const char	*star = NULL, *from = NULL;

	while (*s != '\0') {
		if (*pattern == '*') {
			star = ++pattern;
			from = s;
		} else if (*pattern == '?') {
			pattern++;
			s = step(s);
		} else if (*pattern != '\0' && lower(*pattern) == lower(*s)) {
			pattern++;
			s++;
		} else if (star != NULL) {
			pattern = star;
			from = step(from);
			s = from;
		} else {
			return false;
		}
	}
	while (*pattern == '*')
		pattern++;
	return *pattern == '\0';
}

#define WORD_MAX 63u

static unsigned
least_of(unsigned a, unsigned b, unsigned c)
{
	unsigned	m = a < b ? a : b;

	return m < c ? m : c;
}

/* Typing errors between two words of at most WORD_MAX bytes: a letter too many,
 * missing, wrong, or swapped with its neighbour. */
static unsigned
typing_errors(const char *a, const char *b)
{
	unsigned	rows[3][WORD_MAX + 1];
	unsigned	n = (unsigned)strlen(a), m = (unsigned)strlen(b);

	for (unsigned j = 0; j <= m; j++)
		rows[0][j] = j;
	for (unsigned i = 1; i <= n; i++) {
		unsigned	*now = rows[i % 3], *last = rows[(i - 1) % 3];

		now[0] = i;
		for (unsigned j = 1; j <= m; j++) {
			char		x = lower(a[i - 1]);
			char		y = lower(b[j - 1]);
			unsigned	best = least_of(last[j] + 1,
			    now[j - 1] + 1, last[j - 1] + (x != y ? 1 : 0));

			if (i > 1 && j > 1 && x == lower(b[j - 2]) &&
			    y == lower(a[i - 2])) {
				unsigned swap = rows[(i - 2) % 3][j - 2] + 1;

				best = swap < best ? swap : best;
			}
			now[j] = best;
		}
	}
	return rows[n % 3][m];
}

const char *
text_nearest(const char *word, const char *const *names)
{
	const char	*nearest = NULL;
	size_t		 len = strlen(word);
	unsigned	 least = (unsigned)(len / 3) + 1;

	if (len > WORD_MAX)
		return NULL;
	for (; *names != NULL; names++) {
		if (strlen(*names) > WORD_MAX)
			continue;
		unsigned	errors = typing_errors(word, *names);

		if (errors < least) {
			least = errors;
			nearest = *names;
		}
	}
	return nearest;
}
