/* match/cell_parts.h - a cell of the version column taken apart: labels with
 * what they count, versions, dates. */
#ifndef MATCH_CELL_PARTS_H
#define MATCH_CELL_PARTS_H
#include <stdbool.h>
#include <stddef.h>
#include "base/text.h"

#define CELL_ROOM 256u
#define PARTS_MAX 12u

enum part_kind {
	PART_PLAIN,		/* no label */
	PART_FIRMWARE,		/* "FW 4.2", "V4.2" */
	PART_OTHER,		/* "HW 6": counts something else */
	PART_DATE,
};

struct part {
	enum part_kind	 kind;
	size_t		 at, end;
	bool		 value;		/* a number stands in it */
	bool		 own_v;		/* begins as "V4" does */
	bool		 top;		/* ends in "Build", "SP" */
};

struct cell_text {
	char		 s[CELL_ROOM];
	size_t		 n;
	struct part	 part[PARTS_MAX];
	unsigned	 n_parts;
	bool		 too_many;
	bool		 h_and_f;	/* "H6 F4.2" */
	size_t		 word, word_end;	/* in front; none: both 0 */
	unsigned	 words;
};

/* Of s and n, folded, fills all that follows; underscores become dots between
 * digits, else blanks. */
void	 cell_parts(struct cell_text *r);
bool	 cell_has(const struct cell_text *r, enum part_kind kind);

bool	 cell_gap(char c);		/* parts stand apart by it */
/* Those between two digits. */
unsigned cell_dots(const char *s, size_t n);
#endif
