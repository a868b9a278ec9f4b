/* index_kept.h - the name of a kind, as name_read made it when the index was
 * built: matching meets it in many advisories. It stands in `tokens` behind the
 * hashes of the kind's words:
 *
 *	struct kept, hashes of its noise, where its tokens are,
 *	its codes and its folded text, each with a NUL
 *
 * Written by index_keep.c, read by index_kept.c; of this room only. */
#ifndef NOUN_INDEX_KEPT_H
#define NOUN_INDEX_KEPT_H
#include <stddef.h>
#include <stdint.h>

struct kept {
	uint8_t		 n, n_codes, noise, flags;	/* enum kept_flags */
	uint16_t	 except, len;	/* len: of all text with its NULs */
	uint64_t	 core;
};
enum kept_flags { KEPT_FAMILY = 1, KEPT_CUT = 2 };

struct kept_token {
	uint16_t	 at, len;
	uint16_t	 kind;
	uint16_t	 hash;		/* of the words, then of the noise */
};

#define KEPT_WORD	sizeof(uint64_t)
#define KEPT_HEAD	(sizeof(struct kept) / KEPT_WORD)
_Static_assert(sizeof(struct kept) == 2 * KEPT_WORD, "read by words");
_Static_assert(sizeof(struct kept_token) == KEPT_WORD, "read by words");

/* All of it. */
static inline size_t
kept_words(const struct kept *k)
{
	return KEPT_HEAD + k->noise + k->n +
	    (k->len + KEPT_WORD - 1) / KEPT_WORD;
}

#endif
