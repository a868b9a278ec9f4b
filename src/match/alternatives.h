/* match/alternatives.h - what alternatives.c and its two helpers share: one
 * text that names several products, taken apart. */
#ifndef MATCH_ALTERNATIVES_H
#define MATCH_ALTERNATIVES_H
#include "names.h"

struct taken {
	struct arena		*mem;
	struct alternatives	*out;
};
struct part_of_text {
	const char	*at;
	size_t		 n;
};

/* Blanks and commas around it are left out, and what is there already. */
void alternative_add(struct taken *w, const char *s, size_t n);
/* "A, B and C" */
void alternative_list(struct taken *w, const char *s, size_t n);
/* "FX3G-xMy x=14,24 y=T,R": every combination; false: there are no letters. */
bool alternative_places(struct taken *w, const char *text);
/* "Vision and Samba Series" */
void alternative_families(struct taken *w, const struct part_of_text *p,
    unsigned n);
/* Is s[at, end), of n signs, as "FCN/FCJ"? */
bool alternative_letters(const char *s, size_t at, size_t end, size_t n);
/* "X-STREAM (XEGP, XEGK)" */
void alternative_brackets(struct taken *w, const char *text);
void alternative_variants(struct taken *w, const char *text);
#endif
