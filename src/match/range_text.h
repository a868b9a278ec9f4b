/* match/range_text.h - a printed range with its phrases turned to signs. */
#ifndef MATCH_RANGE_TEXT_H
#define MATCH_RANGE_TEXT_H
#include <stdbool.h>
#include <stddef.h>

#define TEXT_ROOM 512

/* Signs that stand for phrases within the folded text. */
#define SIGN_LT		'\x01'
#define SIGN_LE		'\x02'
#define SIGN_GT		'\x03'
#define SIGN_GE		'\x04'
#define SIGN_EQ		'\x05'
#define SIGN_NE		'\x06'
#define SIGN_OR_LESS	'\x07'		/* behind a version */
#define SIGN_OR_MORE	'\x08'
#define SIGN_BAR	'\x0e'
#define SIGN_CUT	'\x0f'		/* what follows is a condition */
#define SIGN_MORE	'\x10'		/* what follows is meant as well */

/* Words that CVEs follow, in what is printed as a version. */
#define RANGE_ONLY_BY "only affected by"

/* out holds TEXT_ROOM; returns the length. */
size_t range_fold(const char *text, char *out, bool *narrowed, bool *widened);
/* Underscores and runs of blanks become one blank; the new length. */
size_t range_one_blank(char *s, size_t n);
#endif
