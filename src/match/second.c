/* second.c - further names that a product has, out of its own text:
 *
 *	Control Expert (formerly known as Unity Pro)	"Unity Pro"
 *	Power Monitoring Expert (PME)			"PME"
 *	Industrial Ethernet (IE) 4000 Series		"IE-4000 Series"
 *	View Site Edition				"View SE"
 *
 * and what the table says of short forms. */
#include <string.h>
#include <strings.h>
#include "names.h"
#include "vocabulary.h"
#include "base/text.h"

#define INITIALS_MIN 2u
#define INITIALS_MAX 4u
/* Words of a text before a bracket that are looked at. */
#define BEFORE_MAX 12u
/* A word that more kinds share than this tells nothing. */
#define SHARED_MAX 512u

static void try_name(struct lookup *l, const char *text, bool wide,
    bool shorts);

/* --- initials: "Site Edition" is SE --- */

static bool
is_plain_word(const struct name *n, unsigned i)
{
	const struct name_token *t = &n->token[i];

	return t->kind == NAME_WORD && t->len > 1 && n->flat[t->at] >= 'a' &&
	    n->flat[t->at] <= 'z';
}

/* The bits of all words but noise and those of `without`. */
static uint32_t
words_but(const struct name *n, uint32_t without)
{
	uint32_t ret = 0;

	for (unsigned i = 0; i < n->n; i++)
		if (n->token[i].kind != NAME_NOISE)
			ret |= 1u << i;
	return ret & ~without;
}

/* Devices called by these words of the name, with initials in the place of
 * those from `from` on, if there are so many. */
static void
take_initials(struct lookup *l, uint32_t words, unsigned from,
    const char *initials)
{
	const struct name *n = &l->name;
	char text[NAME_RUN_MAX];
	size_t len = 0;

	for (unsigned i = 0; i < n->n; i++) {
		const char *s = n->flat + n->token[i].at;
		size_t add = n->token[i].len;
		if (i == from) {
			s = initials;
			add = strlen(initials);
		} else if ((words >> i & 1) == 0) {
			continue;
		}
		if (len + add + 1 >= sizeof(text))
			return;
		if (len > 0)
			text[len++] = ' ';
		memcpy(text + len, s, add);
		len += add;
	}
	uint64_t key = name_hash(text, 0, len);
	for (unsigned g = 0; g < l->n_groups; g++) {
		static const enum index_key keys[] = { INDEX_NAME, INDEX_CORE };
		for (unsigned k = 0; k < 2; k++) {
			struct index_run run = index_find(l->m->ix, index_key(
			    keys[k], l->group[g], key));
			for (uint32_t i = 0; i < run.n; i++)
				add_candidate(l, run.at[i], CANDIDATE_KIND,
				    HOW_RESPELT, 0, maker_fits(l, index_kind(
				    l->m->ix, run.at[i])));
		}
	}
}

static bool
list_has_word(const struct lookup *l, const char *word)
{
	uint64_t hash = name_hash(word, 0, strlen(word));

	for (unsigned g = 0; g < l->n_groups; g++)
		if (index_find(l->m->ix, index_key(INDEX_WORD, l->group[g],
		    hash)).n > 0)
			return true;
	return false;
}

/* A word that tells, or a brand, must stay as it is. */
static uint32_t
fixed_words(const struct lookup *l)
{
	return l->brands | (l->brands != 0 ? l->telling :
	    telling_words(&l->name, 0));
}

/* Words that no device has: none is called by them. */
static uint32_t
strange_words(const struct lookup *l)
{
	uint32_t ret = 0;

	for (unsigned i = 0; i < l->name.n; i++)
		if (l->name.token[i].kind != NAME_NOISE &&
		    l->name.token[i].kind != NAME_LINE)
			ret |= 1u << i;
	return ret & ~l->listed & ~l->brands;
}

/* Initials for the words from `from` on, two to four of them. */
static void
try_initials(struct lookup *l, unsigned from, uint32_t fixed, uint32_t lines,
    uint32_t strange)
{
	const struct name *n = &l->name;
	char initials[INITIALS_MAX + 1];
	uint32_t run = 0;

	for (unsigned k = 0; k < INITIALS_MAX && from + k < n->n &&
	    is_plain_word(n, from + k); k++) {
		initials[k] = n->flat[n->token[from + k].at];
		initials[k + 1] = '\0';
		run |= 1u << (from + k);
		if (k + 1 < INITIALS_MIN || (fixed & ~run) == 0 ||
		    (strange & ~run) != 0 || !list_has_word(l, initials))
			continue;
		take_initials(l, words_but(n, run), from, initials);
		if (((l->brands | lines) & ~run) != 0 &&
		    (fixed & ~run & ~l->brands) != 0)
			take_initials(l, words_but(n, run | l->brands |
			    lines), from, initials);
	}
}

static void
find_initials(struct lookup *l, uint32_t strange)
{
	const struct name *n = &l->name;
	uint32_t lines = 0;

	if (n->cut)
		return;
	/* Without the brand, however it is parted: "CCURE" for "C-CURE". */
	if (l->brands != 0 && l->telling != 0 && strange != 0 &&
	    (words_but(n, l->brands) & (words_but(n, l->brands) - 1)) != 0)
		take_initials(l, words_but(n, l->brands), n->n, "");
	if (__builtin_popcount(strange) > (int)INITIALS_MAX)
		return;
	for (unsigned i = 0; i < n->n; i++) {
		if (n->token[i].kind == NAME_LINE)
			lines |= 1u << i;
		if ((strange >> i & 1) != 0 && !is_plain_word(n, i))
			return;
	}
	uint32_t fixed = fixed_words(l);
	for (unsigned from = 0; from + 1 < n->n && fixed != 0; from++)
		try_initials(l, from, fixed, lines, strange);
}

/* --- capitals: SE is "Site Edition" --- */

/* Is the word written in capitals in the text, as "SE"? */
static bool
is_capitals(const char *text, const struct name *n, const struct name_token *t)
{
	char word[INITIALS_MAX + 1];

	if (t->kind != NAME_WORD || t->len < INITIALS_MIN ||
	    t->len > INITIALS_MAX)
		return false;
	for (unsigned i = 0; i < t->len; i++) {
		char c = n->flat[t->at + i];
		if (c < 'a' || c > 'z')
			return false;
		word[i] = (char)(c - 'a' + 'A');
	}
	word[t->len] = '\0';
	return strstr(text, word) != NULL;
}

/* Has the device all words of the name but this one, and in its place one run
 * of words that begin so? */
static bool
spells_out(const struct lookup *l, const struct name *d,
    const struct name_token *t)
{
	const struct name *p = &l->name;
	unsigned got = 0, last = 0;
	/* The brand must be there if nothing else would tell. */
	bool brand = l->telling == 1u << (t - p->token) || l->telling == 0;

	for (unsigned i = 0; i < p->n; i++)
		if (&p->token[i] != t && p->token[i].kind != NAME_NOISE &&
		    p->token[i].kind != NAME_LINE &&
		    (brand || (l->brands >> i & 1) == 0) &&
		    !has_token(d, p->token[i].hash))
			return false;
	for (unsigned i = 0; i < d->n; i++) {
		const struct name_token *own = &d->token[i];
		if (own->kind == NAME_NOISE || has_token(p, own->hash) ||
		    (own->kind != NAME_LINE && is_brand(l, own->hash)))
			continue;
		if (got == t->len || !is_plain_word(d, i) ||
		    d->flat[own->at] != p->flat[t->at + got] ||
		    (got > 0 && last + 1 != i))
			return false;
		got++;
		last = i;
	}
	return got == t->len;
}

/* The same by the kind's tokens alone, without reading its name. */
static bool
may_spell_out(const struct lookup *l, const struct index_kind *kind,
    unsigned c, uint32_t telling)
{
	const struct name *p = &l->name;
	const uint64_t *own = index_tokens(l->m->ix, kind);

	unsigned more = 0;

	if (kind->n_tokens < p->token[c].len + 1u ||
	    kind->n_tokens > p->words + p->token[c].len)
		return false;
	for (unsigned i = 0; i < kind->n_tokens; i++)
		more += !has_token(p, own[i]);
	/* A brand may be more. */
	if (more < p->token[c].len || more > p->token[c].len +
	    (l->branded ? 2u : 0))
		return false;
	for (unsigned i = 0; i < kind->n_codes; i++)
		if (!has_token(p, own[i]))
			return false;
	for (unsigned i = 0; i < p->n; i++) {
		bool there = false;
		for (unsigned k = 0; k < kind->n_tokens && !there; k++)
			there = own[k] == p->token[i].hash;
		if (i == c ? there : !there && (telling >> i & 1) != 0)
			return false;
	}
	return true;
}

/* The devices with this word of the name that the fewest have. */
static struct index_run
rarest(const struct lookup *l, uint32_t group, uint32_t words)
{
	struct index_run best = { .at = NULL, .n = SHARED_MAX + 1 };

	for (unsigned i = 0; i < l->name.n; i++) {
		if ((words >> i & 1) == 0)
			continue;
		struct index_run run = index_find(l->m->ix, index_key(
		    INDEX_WORD, group, l->name.token[i].hash));
		if (run.n < best.n)
			best = run;
	}
	return best;
}

static void
spell_out(struct lookup *l, unsigned c, uint32_t words, uint32_t telling)
{
	const struct index *ix = l->m->ix;

	for (unsigned g = 0; g < l->n_groups; g++) {
		struct index_run run = rarest(l, l->group[g], words);
		for (uint32_t i = 0; i < run.n && run.n <= SHARED_MAX; i++) {
			const struct index_kind *kind = index_kind(ix,
			    run.at[i]);
			if (kind != NULL && may_spell_out(l, kind, c,
			    telling) && spells_out(l, kind_name(l, run.at[i],
			    kind), &l->name.token[c]))
				add_candidate(l, run.at[i], CANDIDATE_KIND,
				    HOW_RESPELT, 0, maker_fits(l, kind));
		}
	}
}

static void
find_capitals(struct lookup *l, const char *text, uint32_t strange)
{
	const struct name *n = &l->name;
	uint32_t fixed = 0;

	if (n->cut || (strange & (strange - 1)) != 0)
		return;
	for (unsigned c = 0; c < n->n; c++) {
		if ((strange & ~(1u << c)) != 0 ||
		    !is_capitals(text, n, &n->token[c]) ||
		    token_is_weak(n, &n->token[c]))
			continue;
		if (fixed == 0)
			fixed = fixed_words(l);
		uint32_t rest = fixed & ~(1u << c), own = rest & ~l->brands;
		if (rest != 0)
			spell_out(l, c, own != 0 ? own : rest, own);
	}
}

/* --- brackets --- */

struct piece_of {
	const char	*at;
	size_t		 n;
};

static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

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

/* Does the bracket shorten the words before it: "(PME)", "(TIA Portal)"? */
static bool
is_initials_of(const char *text, size_t head, const char *s, size_t n)
{
	struct piece_of words[BEFORE_MAX], own[BEFORE_MAX];

	if (n > 40 || !is_letter(s[0]) || !is_letter(s[1]))
		return false;
	for (size_t i = 0; i < n; i++)
		if (s[i] >= '0' && s[i] <= '9')
			return false;
	unsigned n_words = read_words(text, head, words);
	unsigned n_own = read_words(s, n, own);

	while (n_own > 1 && n_words > 1 &&
	    same_piece(&own[n_own - 1], &words[n_words - 1])) {
		n_own--;
		n_words--;
	}
	if (n_own != 1 || own[0].n < INITIALS_MIN || own[0].n > 8)
		return false;
	for (size_t i = 0; i < own[0].n; i++)
		if (!is_letter(own[0].at[i]))
			return false;
	for (unsigned i = 0; i + 1 < n_words; i++)
		if (are_initials(own[0].at, own[0].n, words, i, n_words))
			return true;
	return false;
}

/* Does another product of the document have this bracket behind other words, or
 * bear it as its name? */
static bool
others_have(const struct lookup *l, const char *text, size_t head,
    const char *s, size_t n)
{
	const struct advisory *a = l->m->a;

	for (uint32_t i = 0; i < a->n_products && i < 4096; i++) {
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
	if (!is_initials_of(text, head, open + 1, n) ||
	    others_have(l, text, head, open + 1, n))
		return;
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
		for (uint32_t i = 0; i < n && l->m->tried < 4000000; i++) {
			const char *at = strstr(flat, s[i].words);
			size_t words = strlen(s[i].words);
			l->m->tried++;
			if (at == NULL || words == 0 || (at > flat &&
			    at[-1] != ' ') || is_letter(at[words]) ||
			    len + strlen(s[i].brief) >= sizeof(name))
				continue;
			size_t head = (size_t)(at - flat);
			memcpy(name, flat, head);
			strcpy(name + head, s[i].brief);
			strcat(name, at + words);
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
		uint32_t strange = strange_words(l);
		find_initials(l, strange);
		find_capitals(l, text, strange);
	}
	if (shorts)
		try_shorts(l, text);
	l->one_of = l->second = false;
}

void
find_second(struct lookup *l, const char *text)
{
	const char *open = strchr(text, '(');
	uint32_t strange = strange_words(l);

	find_initials(l, strange);
	find_capitals(l, text, strange);
	if (open == NULL && !l->shortened)
		return;
	struct name own = l->name;
	for (unsigned tries = 0; open != NULL && tries < 4; tries++) {
		size_t len = strcspn(open + 1, "()");
		if (open[1 + len] == ')' && len >= INITIALS_MIN)
			try_bracket(l, text, open, len);
		open = strchr(open + 1, '(');
	}
	if (l->shortened)
		try_shorts(l, text);
	l->name = own;
}
