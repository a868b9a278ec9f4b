/* match/version_words.h - words around versions, folded. */
#ifndef MATCH_VERSION_WORDS_H
#define MATCH_VERSION_WORDS_H
#include <stdbool.h>
#include <stddef.h>
#include "versions.h"

/* words end in NULL. */
bool	 word_is_one(const char *const *words, const char *s, size_t n);
/* "V", "version", "firmware": say nothing of it. */
bool	 version_empty_word(const char *s, size_t n);
/* "sp", "update": what they stand for on top; -1: nothing. apart: behind a
 * blank, '-' or '_', where a letter alone will do. */
int	 version_top(const char *s, size_t n, bool apart);
int	 version_top_word(const char *s, size_t n);
/* "Service Pack", "Hot Fix", of which the first has len letters: the same, and
 * *end behind them. */
int	 version_two_words(const char *s, size_t n, size_t len, size_t *end);
/* "alpha", "rc", as pack_letters has them. */
bool	 version_before_release(uint64_t letters);
uint64_t pack_letters(const char *s, size_t n);
/* 1 to 12, or 0. */
unsigned month_of(const char *s, size_t n);
#endif
