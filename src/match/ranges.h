/* match/ranges.h - the version ranges that publishers print.
 *
 * "< V3.1", "<= 5.008", "vers:all/<V7", "All versions < V9.1",
 * ">= 6.02 | <= 6.05" (here the bar means and), "1.00 | 1.04" (or),
 * "V2.0 and prior", "<V19_Update_1", "< V36.011 V35.013" (one bound for each
 * line). What cannot be read makes the answer VERDICT_UNKNOWN, never a no. */
#ifndef MATCH_RANGES_H
#define MATCH_RANGES_H
#include <stdbool.h>
#include <stddef.h>
#include "noun/product.h"
#include "cells.h"
#include "versions.h"

enum verdict {
	VERDICT_IN,
	VERDICT_UNKNOWN,
	VERDICT_OUT,
};

struct bound {
	bool		 there, strict, readable;
	const char	*text;		/* folded, where it is not readable */
	struct version	 version;
	uint64_t	 rank;		/* index_rank of it, if ranked */
	bool		 topped;	/* a little more than it: "9.1 SP2" */
	bool		 builds;	/* a build only */
	uint64_t	 on, next, pack;	/* masks of its own numbers and
						 * of the next, and the service
						 * pack there; on is 0 where
						 * nothing may count tops */
	uint64_t	 line;		/* bits that all of "2.3" share, or 0 */
};

struct span {
	struct bound	 low, high;
	bool		 exact;		/* low = high, one version */
	bool		 itself;	/* "3.4" is no line with 3.4.1 in it */
};

struct vers;

/* "<= the first 5 digits of serial number 24031" */
struct serial_rule {
	bool		 there;
	char		 sign;		/* '<' '=' '>', and 'l' 'g' for <= >= */
	unsigned	 digits;
	bool		 mixed;		/* letters within: no number to test */
	bool		 whole;		/* of no longer number's first digits */
	uint64_t	 value;
	uint64_t	 last;		/* of a run; 0: none */
	char		 start[12];	/* what it begins with instead; or "" */
};

struct range {
	bool		 all;
	bool		 none;		/* vers:none: no version at all */
	bool		 readable;	/* at least in part */
	bool		 narrowed;	/* "with ...": not understood */
	bool		 widened;	/* "and possibly prior ones" */
	struct vers	*vers;		/* of a package world; NULL: firmware */
	struct range	*plain;		/* "vers:intdot/..." as firmware */
	const char	*odd;		/* the one version or bound; or NULL */
	const char	*code;		/* in front, "L206 4.24"; or NULL */
	bool		 builds;	/* a bound is of BUILD_MIN or more */
	/* Where its numbers stand before a build, "4024.11" is held against
	 * the build: 3.1.4022.30 of "TwinCAT 3.1". */
	const struct version *line;
	struct serial_rule serial;
	bool		 formal;	/* "vers:": an open end among several */
	const char	*run;		/* of two products; or NULL */
	bool		 lone_low;	/* a lower bound without an upper one */
	bool		 ranked;	/* range_test_rank can tell */
	struct span	*spans;
	unsigned	 n;
};

/* range_serial.c: "<=with_the_first_5_digits_of_serial_number_24051", "The
 * first 5 digits of serial No. 26061 or prior". */
bool serial_read(const char *text, struct serial_rule *ret);
enum verdict serial_test(const struct serial_rule *r, const char *serial);

void range_read(const char *text, enum version_kind kind, struct arena *mem,
    struct range *ret);
/* Where beside, of the same name, prints "3.4.1", the "3.4" of r is that
 * version alone. */
void range_beside(struct range *r, const struct range *beside);
/* The name says of which line the builds are. */
void range_of_line(struct range *r, const struct version *line);
/* Fills `ranked` and what it stands for; range_read does so. */
void range_rank(struct range *r);

/* What a device says of itself. */
struct own_version {
	const char	*text, *serial;		/* "" = not known */
	const struct cell *cell;		/* NULL: not known */
	bool		 named;		/* its word in front is the device's */
};

enum verdict range_test_device(const struct range *r,
    const struct own_version *own, bool *ret_lone);
/* device NULL: its version is not known or cannot be read. *ret_lone: the
 * answer hangs on a lone lower bound. */
enum verdict range_test(const struct range *r, const struct version *device,
    bool *ret_lone);
/* The same of what stands in a cell: several versions have an answer if they
 * agree, and what is not wholly understood is never VERDICT_OUT. */
enum verdict range_test_cell(const struct range *r, const struct cell *cell,
    bool named, bool *ret_lone);
/* The same of a version that has an index_rank, for ranges that are ranked. */
enum verdict range_test_rank(const struct range *r, uint64_t rank,
    bool *ret_lone);
/* The last rank up to which the answer is that of this one. */
uint64_t range_rank_until(const struct range *r, uint64_t rank);
#endif
