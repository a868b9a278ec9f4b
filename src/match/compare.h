/* match/compare.h - two names side by side, for people: explain and near. */
#ifndef MATCH_COMPARE_H
#define MATCH_COMPARE_H
#include <stdbool.h>
#include <stdint.h>
#include "names.h"

struct buf;

struct compared {
	unsigned	 shared, theirs, ours;		/* weights */
	unsigned	 n_theirs, n_ours;	/* words that say much */
	unsigned	 n_shared;			/* the same */
	bool		 codes_differ;	/* a number on each side */
	unsigned	 score;		/* percent */
};

void names_compare(const struct name *p, const struct name *d,
    struct compared *ret);
/* "both: comfort, panels; only the publisher's: outdoor" */
void names_show(const struct name *p, const struct name *d, struct buf *out);
/* As it was read: "3.1 SP2 Update 4"; as it holds: ">= 2.0 and < 3.1 or ..." */
void version_show(const struct version *v, struct buf *out);
void range_show(const struct range *r, struct buf *out);
/* The device's own name, and the vendor's texts. */
const char *device_name_text(const struct index *ix, uint32_t device);
#endif
