/* index_fold.h - characters and hashes that index_fold.c and index_names.c
 * share; of this room only. */
#ifndef NOUN_INDEX_FOLD_H
#define NOUN_INDEX_FOLD_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/text.h"

#define HASH_START 0xcbf29ce484222325ull

static inline bool
fold_is_sign(char c)			/* letters of any script, digits */
{
	return is_small(c) || is_digit(c) || (signed char)c < 0;
}

/* As name_fold, but "ue" for u with dots, and so on. */
size_t	 fold_two(const char *text, char *out, size_t room);
/* Where the word's singular ends: "panels", but not "access" or "axis". */
size_t	 fold_plural(const char *s, size_t at, size_t end);
static inline uint64_t
hash_step(uint64_t h, char c)
{
	return (h ^ (uint8_t)c) * 0x100000001b3ull;
}

/* *last carries the last sign from one piece of a text to the next. */
uint64_t hash_signs(uint64_t h, const char *s, size_t n, char *last);
uint64_t hash_end(uint64_t h);		/* never 0 */

struct name;
/* Order codes are taken out of ret->flat; blanks stay in their place. raw is
 * the text before folding, byte for byte, for the case of wildcards. */
void	 name_take_codes(struct name *ret, const char *raw, size_t len);
#endif
