/* second.c - further names that a product has, out of its own text:
 *
 *	Control Expert (formerly known as Unity Pro)	"Unity Pro"
 *	Power Monitoring Expert (PME)			"PME"
 *	PME (Power Monitoring Expert)			"PME"
 *	Industrial Ethernet (IE) 4000 Series		"IE-4000 Series"
 *
 * and what the table says of short forms. Initials are for initials.c. */
#include <string.h>
#include <strings.h>
#include "names.h"
#include "vocabulary.h"
#include "base/text.h"

#define BRACKET_MIN 2u
/* Words of a text before a bracket that are looked at. */
#define BEFORE_MAX 12u

static void try_name(struct lookup *l, const char *text, bool wide,
    bool shorts);

/* --- brackets --- */

struct piece_of {
	const char	*at;
	size_t		 n;
};

static bool
is_small_word(const struct piece_of *w)
{
	static const char *const words[] = { "of", "and", "for", "the", "&",
	    NULL };

	for (const char *const *x = words; *x != NULL; x++)
		if (strlen(*x) == w->n && strncasecmp(w->at, *x, w->n) == 0)
			return true;
	return false;
}

/* Are these the initials of words[i .. n): of each word its first letter, its
 * capitals, or all of a word of two letters? */
static bool
are_initials(const char *s, size_t len, const struct piece_of *words,
    unsigned i, unsigned n)
{
	if (i == n || len == 0)
		return i == n && len == 0;
	const struct piece_of *w = &words[i];
	size_t capitals = 0, right = 0;
	for (size_t k = 0; k < w->n; k++) {
		if (k > 0 && !(w->at[k] >= 'A' && w->at[k] <= 'Z'))
			continue;
		right += capitals < len && (s[capitals] | 0x20) ==
		    (w->at[k] | 0x20);
		capitals++;
	}
	if (capitals > 1 && right == capitals &&
	    are_initials(s + capitals, len - capitals, words, i + 1, n))
		return true;
	if (w->n == 2 && len >= 2 && strncasecmp(s, w->at, 2) == 0 &&
	    are_initials(s + 2, len - 2, words, i + 1, n))
		return true;
	if ((s[0] | 0x20) == (w->at[0] | 0x20) && is_letter(s[0]) &&
	    are_initials(s + 1, len - 1, words, i + 1, n))
		return true;
	return is_small_word(w) && are_initials(s, len, words, i + 1, n);
}

static unsigned
read_words(const char *s, size_t n, struct piece_of *ret)
{
	unsigned count = 0;

	for (size_t at = 0; at < n;) {
		size_t end = at;
		while (end < n && s[end] != ' ' && s[end] != '-')
			end++;
		if (end > at) {
			if (count == BEFORE_MAX) {
				memmove(ret, ret + 1, (count - 1) *
				    sizeof(*ret));
				count--;
			}
			ret[count].at = s + at;
			ret[count++].n = end - at;
		}
		at = end + 1;
	}
	return count;
}

static bool
same_piece(const struct piece_of *a, const struct piece_of *b)
{
	return a->n == b->n && strncasecmp(a->at, b->at, a->n) == 0;
}

/* Where the words before it begin that the bracket shortens: "(PME)", "(TIA
 * Portal)"; NULL: it does not. */
static const char *
initials_of(const char *text, size_t head, const char *s, size_t n)
{
	struct piece_of words[BEFORE_MAX], own[BEFORE_MAX];

	if (n > 40 || !is_letter(s[0]) || !is_letter(s[1]))
		return NULL;
	for (size_t i = 0; i < n; i++)
		if (s[i] >= '0' && s[i] <= '9')
			return NULL;
	unsigned n_words = read_words(text, head, words);
	unsigned n_own = read_words(s, n, own);

	while (n_own > 1 && n_words > 1 &&
	    same_piece(&own[n_own - 1], &words[n_words - 1])) {
		n_own--;
		n_words--;
	}
	if (n_own != 1 || own[0].n < BRACKET_MIN || own[0].n > 8)
		return NULL;
	for (size_t i = 0; i < own[0].n; i++)
		if (!is_letter(own[0].at[i]))
			return NULL;
	for (unsigned i = 0; i + 1 < n_words; i++)
		if (are_initials(own[0].at, own[0].n, words, i, n_words))
			return words[i].at;
	return NULL;
}

/* Does another product of the document have this bracket behind other words, or
 * bear it as its name? */
static bool
others_have(const struct lookup *l, const char *text, size_t head,
    const char *s, size_t n)
{
	const struct advisory *a = l->m->a;

	/* A hostile document has a bracket in each of its products. */
	l->m->tried += a->n_products;
	for (uint32_t i = 0; i < a->n_products; i++) {
		if (l->m->tried > TRIED_MAX)
			return true;
		const char *other = product_text(&a->products[i]);
		if (strlen(other) == n && strncasecmp(other, s, n) == 0)
			return true;
		for (const char *p = strchr(other, '('); p != NULL;
		    p = strchr(p + 1, '('))
			if (strncasecmp(p + 1, s, n) == 0 && p[1 + n] == ')' &&
			    ((size_t)(p - other) < head || strncmp(
			    p - head, text, head) != 0))
				return true;
	}
	return false;
}

/* What stands behind "formerly", up to the bracket's end; 0: nothing does. */
static size_t
former_name(const char *s, size_t n)
{
	static const char *const words[] = { "formerly known as ",
	    "previously known as ", "formally known as ", "also known as ",
	    "formerly called ", "formerly ", "previously ", "f/k/a ", "aka ",
	    "a.k.a. ", "former ", NULL };

	for (const char *const *w = words; *w != NULL; w++)
		if (n > strlen(*w) && strncasecmp(s, *w, strlen(*w)) == 0)
			return strlen(*w);
	return 0;
}

static void
try_former(struct lookup *l, const char *s, size_t n)
{
	char name[NAME_RUN_MAX];

	for (size_t at = 0, end; at < n; at = end + 1) {
		for (end = at; end < n && s[end] != ',' &&
		    strncmp(s + end, " / ", 3) != 0 &&
		    strncmp(s + end, " or ", 4) != 0; end++)
			;
		size_t from = at;
		if (strncmp(s + from, "or ", 3) == 0)
			from += 3;
		from += strspn(s + from, " /");
		if (end > from + 1 && end - from < sizeof(name)) {
			memcpy(name, s + from, end - from);
			name[end - from] = '\0';
			try_name(l, name, strchr(name, ' ') != NULL, false);
		}
	}
}

/* Are the words behind the bracket such that lists leave them out? */
static bool
rest_is_weak(const char *rest)
{
	struct name n;

	name_read(rest, NULL, &n);
	for (unsigned i = 0; i < n.n; i++)
		if (!token_is_weak(&n, &n.token[i]))
			return false;
	return n.n > 0;
}

/* "PFC200 (750-82xx)": such a number is of all that are called so. */
static bool
is_pattern(const char *s, size_t n)
{
	unsigned digits = 0;

	for (size_t i = 0; i < n; i++) {
		if (s[i] == ' ' || s[i] == ',')
			return false;
		digits += s[i] >= '0' && s[i] <= '9';
	}
	return n > 4 && digits > 1 && (s[n - 1] | 0x20) == 'x' &&
	    (s[n - 2] | 0x20) == 'x';
}

static void
try_bracket(struct lookup *l, const char *text, const char *open, size_t n)
{
	char name[NAME_RUN_MAX];
	const char *rest = open + n + 2;
	size_t head = (size_t)(open - text), left = strlen(rest);
	size_t former = former_name(open + 1, n);

	if (head + n + left + 2 >= sizeof(name) || head < 3)
		return;
	rest += strspn(rest, " ");
	left = strlen(rest);
	if (former > 0) {
		try_former(l, open + 1 + former, n - former);
		memcpy(name, text, head);
		memcpy(name + head, rest, left + 1);
		try_name(l, name, true, true);
		return;
	}
	if (is_pattern(open + 1, n)) {
		memcpy(name, text, head);
		memcpy(name + head, rest, left + 1);
		try_name(l, name, true, false);
		return;
	}
	/* "MSM (Modular Switchgear Monitoring)" */
	size_t last = head - (open[-1] == ' '), from = last;
	while (from > 0 && text[from - 1] != ' ')
		from--;
	if (initials_of(open + 1, n, text + from, last - from) != NULL) {
		memcpy(name, text, last);
		name[last] = ' ';
		memcpy(name + last + 1, rest, left + 1);
		try_name(l, name, false, false);
		return;
	}
	const char *begin = initials_of(text, head, open + 1, n);
	if (begin == NULL || others_have(l, text, head, open + 1, n))
		return;
	/* "View Site Edition (SE)" is View SE. */
	if (begin > text) {
		size_t kept = (size_t)(begin - text);
		memcpy(name, text, kept);
		memcpy(name + kept, open + 1, n);
		name[kept + n] = ' ';
		memcpy(name + kept + n + 1, rest, left + 1);
		try_name(l, name, false, true);
	}
	memcpy(name, open + 1, n);
	name[n] = '\0';
	if (rest_is_weak(rest))
		try_name(l, name, false, false);
	/* "(IE) 4000" is written IE-4000. */
	name[n] = rest[0] >= '0' && rest[0] <= '9' ? '-' : ' ';
	memcpy(name + n + 1, rest, left + 1);
	try_name(l, name, false, false);
}

/* --- short forms of the table --- */

static void
try_shorts(struct lookup *l, const char *text)
{
	char flat[NAME_RUN_MAX], name[NAME_RUN_MAX];
	size_t len = 0;

	for (unsigned g = 0; g < l->n_groups; g++) {
		uint32_t n;
		const struct short_form *s = vocabulary_shorts(l->m->vocabulary,
		    l->group[g], &n);
		if (n > 0 && len == 0)
			len = name_fold(text, flat, sizeof(flat));
		for (uint32_t i = 0; i < n && l->m->tried < TRIED_MAX; i++) {
			const char *at = strstr(flat, s[i].words);
			size_t words = strlen(s[i].words);
			l->m->tried++;
			if (at == NULL || words == 0 || (at > flat &&
			    at[-1] != ' ') || is_letter(at[words]) ||
			    len + strlen(s[i].brief) >= sizeof(name))
				continue;
			size_t head = (size_t)(at - flat);
			size_t brief = strlen(s[i].brief);
			memcpy(name, flat, head);
			memcpy(name + head, s[i].brief, brief);
			memcpy(name + head + brief, at + words,
			    len - head - words);
			name[len - words + brief] = '\0';
			l->m->tried += 100;
			try_name(l, name, false, false);
		}
	}
}

/* One further name; wide: of it a device may say more. */
static void
try_name(struct lookup *l, const char *text, bool wide, bool shorts)
{
	l->one_of = !wide;
	l->second = wide;
	name_read(text, &l->maker, &l->name);
	if (l->name.words > 0) {
		find_name(l);
		find_initials(l, text);
	}
	if (shorts)
		try_shorts(l, text);
	l->one_of = l->second = false;
}

void
find_second(struct lookup *l, const char *text)
{
	const char *open = strchr(text, '(');

	find_initials(l, text);
	if (open == NULL && !l->shortened)
		return;
	struct name own = l->name;
	for (unsigned tries = 0; open != NULL && tries < 4; tries++) {
		size_t len = strcspn(open + 1, "()");
		if (open[1 + len] == ')' && len >= BRACKET_MIN)
			try_bracket(l, text, open, len);
		open = strchr(open + 1, '(');
	}
	if (l->shortened)
		try_shorts(l, text);
	l->name = own;
}
