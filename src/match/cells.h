/* match/cells.h - what stands in the version column of a device list.
 *
 * People write more than a version there: the hardware's ("HW5 FW 3.2.7.0"),
 * two of them ("4.6.1 / 4.2"), the date of building, a serial number. A number
 * that is known to count something else is passed over; what remains is one
 * version, several, or none. A no needs a cell that is wholly understood. */
#ifndef MATCH_CELLS_H
#define MATCH_CELLS_H
#include "versions.h"

#define CELL_VERSIONS_MAX 4u	/* more: nobody knows what it is */
#define CELL_FRONT_ROOM 40u

struct buf;

struct cell {
	struct version	 version[CELL_VERSIONS_MAX];
	unsigned	 n;
	bool		 odd;		/* any of what follows, or n != 1 */
	bool		 unsure;	/* not understood: no answer */
	bool		 strange;	/* a word before it: no no */
	bool		 passed;	/* something was passed over */
	/* The word or code before the version, which may be a name of the
	 * device: then it is none of the above. "": there is none. */
	char		 front[CELL_FRONT_ROOM];
	bool		 front_is_code;	/* without being a name: no answer */
	/* All of it as one, for ranges that begin as it does: "CLP300N_V1.2" of
	 * both sides. */
	bool		 whole_there;
	struct version	 whole;
};

void	 cell_read(const char *text, struct cell *ret);
/* Does a word of `name`, folded, begin with the front: is it the device's? */
bool	 cell_names(const struct cell *c, const char *name);
/* What was read, in words. */
void	 cell_show(const struct cell *c, struct buf *out);
#endif
