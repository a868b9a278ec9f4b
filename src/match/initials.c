/* initials.c - words and their initials: "View Site Edition" is "View SE", and
 * the other way round. */
#include <string.h>
#include "names.h"

#define INITIALS_MIN 2u
#define INITIALS_MAX 4u
/* A word that more kinds share than this tells nothing. */
#define SHARED_MAX 512u

/* --- "Site Edition" is SE --- */

/* One without a vowel is short already: "CX". */
static bool
is_plain_word(const struct name *n, unsigned i)
{
	const struct name_token *t = &n->token[i];
	bool vowel = false;

	for (unsigned k = 0; k < t->len; k++)
		vowel |= strchr("aeiouy", n->flat[t->at + k]) != NULL;
	return t->kind == NAME_WORD && t->len > 1 && vowel &&
	    n->flat[t->at] >= 'a' && n->flat[t->at] <= 'z';
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
replace_words(struct lookup *l, uint32_t strange)
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

/* --- SE is "Site Edition" --- */

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

void
find_initials(struct lookup *l, const char *text)
{
	uint32_t strange = strange_words(l);

	replace_words(l, strange);
	find_capitals(l, text, strange);
}
