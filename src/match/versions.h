/* match/versions.h - versions of firmware and software, and their order.
 *
 * One order for what makers print: numbers by value, letters behind them, then
 * what was put on top, in this order of weight: R (release), service pack,
 * maintenance pack, feature pack, cumulative update, update, hotfix, patch,
 * build. A missing part counts as zero: 1.0 = 1.0.0, V14 < V14 SP1. Months in
 * words and month/day/year become year, month, day; a date is compared with
 * what begins with a year. An 'x' or '*' stands for
 * any number. */
#ifndef MATCH_VERSIONS_H
#define MATCH_VERSIONS_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VERSION_PIECES_MAX 16
#define BUILD_MIN 1000u		/* such a number may count builds */
#define YEAR_MIN 1980u		/* what may begin a date */
#define YEAR_MAX 2100u
/* Beyond it the first of four numbers below 256 is an address. */
#define VERSION_FIRST_MAX 126u

enum piece_kind { PIECE_NUMBER, PIECE_LETTERS, PIECE_WILD };

struct piece {
	enum piece_kind	 kind;
	bool		 glued;		/* no separator before it */
	bool		 apart;		/* a word of its own: "GMA3" */
	bool		 dotted;	/* a dot before it */
	uint64_t	 value;		/* letters: eight bytes, first on top */
};

enum top {
	TOP_RELEASE, TOP_SERVICE_PACK, TOP_MAINTENANCE_PACK, TOP_FEATURE_PACK,
	TOP_CUMULATIVE, TOP_UPDATE, TOP_HOTFIX, TOP_PATCH, TOP_BUILD,
	TOP_COUNT_
};

struct version {
	unsigned	 n;
	struct piece	 piece[VERSION_PIECES_MAX];
	uint64_t	 top[TOP_COUNT_];	/* << 20, and a fraction */
	uint8_t		 top_at[TOP_COUNT_];	/* the pieces in front of it */
	uint64_t	 prefix;	/* "R", "HEN"; 0 = none */
	bool		 wild;
	bool		 tight;		/* two letters or more, glued: "HEN3" */
	bool		 date;		/* year, month, day */
	bool		 bracket;	/* "03.10.08(22)" */
	bool		 address;	/* "192.168.0.10", of a device list */
};

enum version_order {
	VERSION_LESS, VERSION_EQUAL, VERSION_GREATER, VERSION_UNLIKE
};

/* text[0, n) as name_fold leaves it. -1: this is no version. */
int	 version_read(const char *text, size_t n, struct version *ret);
/* Only if it is a date: "2019-01-31", "01/2019", "31 January 2014". */
bool	 version_read_date(const char *text, size_t n, struct version *ret);
/* The same for a text as printed. */
int	 version_read_printed(const char *text, struct version *ret);
enum version_order version_compare(const struct version *a,
    const struct version *b);
/* Is a "beta" or "rc" in front of b: 6.1.0 rc2 of 6.1.0? */
bool	 version_is_before_release(const struct version *a,
    const struct version *b);
/* Is it a build of a version that is named without one: "3.7 Build 1704"? */
bool	 version_is_build_of(const struct version *v,
    const struct version *of);
/* Is it that version with something behind that no dot joins to it, as a stamp
 * may be: "3.4.4 (3312)", "3.4.4-12", "3.4.4 rev 3"? */
bool	 version_is_stamped(const struct version *v,
    const struct version *of);
/* May the numbers behind those of `of` count what it has on top: 16.0.0.3 and
 * V16 Update 4, 7.5.2.7 and 7.5 SP2 Update 8, 3.1.0.4 and 3.1.0 build 5? */
bool	 version_may_count_tops(const struct version *v,
    const struct version *of);
/* Is `longer` the same as `line` with something behind: 3.4.1 of 3.4? */
bool	 version_is_within(const struct version *longer,
    const struct version *line);
#endif
