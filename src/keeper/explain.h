/* keeper/explain.h - what the two files of `explain` share. Private to the
 * keeper. */
#ifndef KEEPER_EXPLAIN_H
#define KEEPER_EXPLAIN_H
#include "contract/conf.h"
#include "contract/store.h"
#include "noun/explained.h"

#define TOLD_ROWS 50u

struct explanation {
	const struct conf	*conf;		/* NULL: none */
	struct arena		*mem;
	const char		*document;	/* "" = from the store */
	struct advisory		 advisory;
	struct explained	 answer;
	/* What the store has of it. */
	bool			 kept;
	struct found_advisory	 found;
	const struct match	*kept_match;	/* NULL: none for this device */
	struct told_row		*told;
	bool			*told_of;	/* its alert lists the device */
	uint32_t		 n_told;
};

void explain_json(const struct explanation *x, struct buf *ret);
#endif
