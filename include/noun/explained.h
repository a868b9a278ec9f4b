/* noun/explained.h - how one device stands to one advisory, step by step, and
 * what almost matched. Answers of the EXPLAIN and NEAR asks; for people. */
#ifndef NOUN_EXPLAINED_H
#define NOUN_EXPLAINED_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "noun/match.h"

enum step_result {
	STEP_YES,		/* speaks for a match */
	STEP_UNSURE,		/* cannot be told, or only in part */
	STEP_NO,		/* speaks against it, and decides */
	STEP_NOTE,		/* says nothing either way */
	STEP_RESULTS_
};
const char *step_result_name(enum step_result r);	/* "yes" */

struct step {
	/* alias, identifier, vendor, product, order-number, line, version,
	 * status, text */
	const char	*name;
	enum step_result result;
	const char	*text;
};

/* One product of the advisory against the device. */
struct explained_product {
	const char	*vendor, *product;	/* as printed */
	const char	*range;
	bool		 hit;		/* came to the device */
	bool		 decided;	/* the match hangs on it */
	uint32_t	 score;		/* how near, in percent */
	struct step	*steps;		uint32_t n_steps;
};

struct explained_cve {
	const char	*id;
	enum match_status status;
	enum confidence	 confidence;
	const char	*product;	/* whose assertion decided */
};

struct explained {
	bool		 matched;
	/* ... as `match` would say with --all; else only the device */
	struct match	 match;
	/* nearest first */
	struct explained_product *products;	uint32_t n_products;
	uint32_t	 more;		/* further ones of some likeness */
	uint32_t	 total;		/* products of the advisory */
	struct explained_cve *cves;	uint32_t n_cves;
};

void explained_pack(struct buf *out, const struct explained *e);
int  explained_unpack(const void *p, size_t n, struct arena *mem,
    struct explained *ret, struct err *err);

/* A model of the list that almost matched. */
struct near_miss {
	/* vendor: the name is the same, the maker is not; product: the maker
	 * is, the name almost; sibling: one number tells them apart */
	const char	*kind;
	struct device	 device;	/* the first of `devices` */
	uint32_t	 devices;
	uint32_t	 score;		/* percent */
	const char	*vendor, *product;	/* as printed */
	const char	**why;		uint32_t n_why;
	const char	*line;		/* fit for a file of aliases */
};

struct near_misses {
	struct near_miss *list;		uint32_t n;	/* best first */
};

void near_misses_pack(struct buf *out, const struct near_misses *m);
int  near_misses_unpack(const void *p, size_t n, struct arena *mem,
    struct near_misses *ret, struct err *err);
#endif
