/* index_typos.c - makers of the table, misspelt in a list by one letter: one is
 * missing, too many or another, or two stand the wrong way round.
 *
 * Each known name is kept without each of its letters, by the place where it
 * was; so is a name to be looked up. Where two of these agree the names are a
 * letter apart. */
#include <string.h>
#include "index_build.h"

/* Shorter names are too often a letter apart. */
#define TYPO_MIN 7u

enum { AS_IT_IS = 255 };

static uint64_t
without(const char *s, unsigned n, unsigned at)
{
	char rest[MAKER_LEAD];
	unsigned len = at == AS_IT_IS ? n : at;

	memcpy(rest, s, len);
	if (at != AS_IT_IS)
		memcpy(rest + at, s + at + 1, n - at - 1);
	return index_hash(rest, at == AS_IT_IS ? n : n - 1);
}

/* Its length, 0: not one that is looked at. */
static unsigned
typo_length(const char *s, unsigned least)
{
	size_t n = strnlen(s, MAKER_LEAD);

	return n >= least && n < MAKER_LEAD ? (unsigned)n : 0;
}

void
typos_add(struct index_builder *b, const struct maker *m, unsigned which,
    uint32_t group)
{
	const char *s = m->lead[which];
	unsigned n = typo_length(s, TYPO_MIN);
	bool new;

	if (n == 0)
		return;
	*set_find(&b->typos, index_key(0, AS_IT_IS, without(s, n, AS_IT_IS)),
	    &new) = group;
	for (unsigned i = 0; i < n; i++) {
		uint64_t rest = without(s, n, i);
		*set_find(&b->typos, index_key(0, i, rest), &new) = group;
		*set_find(&b->typos, index_key(1, 0, rest), &new) = group;
	}
}

uint32_t
typos_find(const struct index_builder *b, const struct maker *m, unsigned i)
{
	const char *s = m->lead[i];
	unsigned n = typo_length(s, TYPO_MIN - 1);
	const uint32_t *at = NULL;

	if (n == 0)
		return 0;
	at = set_get(&b->typos, index_key(1, 0, without(s, n, AS_IT_IS)));
	for (unsigned k = 0; k < n && at == NULL; k++) {
		uint64_t rest = without(s, n, k);
		at = set_get(&b->typos, index_key(0, AS_IT_IS, rest));
		for (int near = -1; near <= 1 && at == NULL; near++)
			if (near >= 0 || k > 0)
				at = set_get(&b->typos, index_key(0,
				    (uint32_t)((int)k + near), rest));
	}
	return at != NULL ? *at : 0;
}
