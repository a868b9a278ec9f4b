/* index_words.h - words within folded names, for index_makers.c and
 * index_names.c; of this room only. */
#ifndef NOUN_INDEX_WORDS_H
#define NOUN_INDEX_WORDS_H
#include <stdbool.h>
#include <stddef.h>

struct maker;

/* By the first letter, each word with a blank behind it. */
extern const char *const legal_forms[26];	/* "gmbh" */
bool	 word_is(const char *flat, size_t at, size_t end,
    const char *const list[26]);
/* The next run of letters and digits at or behind *at; false: none. */
bool	 next_word(const char *flat, size_t len, size_t *at, size_t *end);
/* Takes one maker's name from flat[at, end); part: of a longer one. */
void	 maker_add(struct maker *m, const char *flat, size_t at, size_t end,
    bool part);
/* Can a text that begins at flat[at] begin with maker i's name? */
bool	 maker_may_begin(const struct maker *m, unsigned i, const char *flat,
    size_t at, size_t len);
#endif
