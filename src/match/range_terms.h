/* match/range_terms.h - what a single term of a printed range may be beside one
 * version. All texts are folded, without blanks around. */
#ifndef MATCH_RANGE_TERMS_H
#define MATCH_RANGE_TERMS_H
#include <stdbool.h>
#include <stddef.h>
#include "versions.h"

/* Several versions, each with a dot, all with a V or none: "V36.011 V35.013",
 * "2.0.11 / 3.0.11", "8.0.1/8.1.2". Their number; 0: no such list. */
unsigned term_lines(const char *s, size_t n, struct version *ret,
    unsigned room);
/* "6.23 in connection with another": a version, then words that narrow it. */
bool	 term_with_words(const char *s, size_t n, struct version *ret);
/* Is a term without a sign a version by its looks: "V2", "R6.01.00"? "NMC2" is
 * a part of the device. */
bool	 term_is_version(const char *s, size_t n);
/* "12.0.1-12.0.13", "V175-V189", "2014-2016": where the last of the run begins,
 * and the first one ends; 0: it is one version ("2.03-06"). Not sure of
 * "151-171". */
size_t	 term_run(const char *s, size_t n, size_t *ret_low, bool *ret_sure);
/* "cve-2019-18340", "ssa-761844 ...": the number of a document. */
bool	 term_is_reference(const char *s, size_t n);
/* "2404267  1.x", "L206-F2G1 4.24": an item's number in front of a version; how
 * much of it. */
size_t	 term_item(const char *s, size_t n);
/* "ros v4.3.4": how much of it is the name of what the device runs. */
size_t	 term_system(const char *s, size_t n);
/* Without the blanks and commas around it; the new length. */
size_t term_trim(const char **s, size_t n);
#endif
