/* match/vocabulary.h - what the table of makers and the operator's aliases know
 * of words: brands that names may leave out, divisions for which a list may
 * name the group, short forms, products whose names hold another's. Made ready
 * for one index. */
#ifndef MATCH_VOCABULARY_H
#define MATCH_VOCABULARY_H
#include <stdbool.h>
#include <stdint.h>
#include "noun/aliases.h"
#include "noun/index.h"

struct arena;

struct division {
	/* The group of what documents print; its key, if it has none. */
	uint64_t	 maker;
	uint32_t	 group;		/* what the list may have instead */
};

struct short_form {
	uint32_t	 group;		/* of the maker */
	const char	*words, *brief;	/* folded */
};

struct apart {
	uint32_t	 group;		/* of the maker */
	uint64_t	*words;		/* hashes of the name's, no noise */
	uint32_t	 n;
};

struct vocabulary {
	uint64_t	*brands;	/* brand_key; 0: free */
	uint32_t	 room;		/* a power of two */
	struct division	*divisions;	/* by maker */
	uint32_t	 n_divisions;
	struct short_form *shorts;	/* by group */
	uint32_t	 n_shorts;
	struct apart	*aparts;	/* by group */
	uint32_t	 n_aparts;
};

/* NULL: the list has no such lines. */
const struct vocabulary *vocabulary_open(const struct index *ix,
    const struct aliases *list, struct arena *mem);
/* NULL is allowed for all of these. */
/* word 0: any brand. */
bool vocabulary_has_brand(const struct vocabulary *v, uint32_t group,
    uint64_t word);
/* A run of those with this maker, by group and key, or group; *ret_n may be
 * 0. */
const struct division *vocabulary_divisions(const struct vocabulary *v,
    uint32_t group, uint64_t key, uint32_t *ret_n);
const struct short_form *vocabulary_shorts(const struct vocabulary *v,
    uint32_t group, uint32_t *ret_n);
const struct apart *vocabulary_aparts(const struct vocabulary *v,
    uint32_t group, uint32_t *ret_n);
#endif
