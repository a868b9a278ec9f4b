/* read/csaf.h - one CSAF document on its way to an advisory; of this room.
 *
 * csaf.c reads the document part, csaf_tree.c the products, csaf_vulns.c the
 * vulnerabilities, csaf_scores.c their ratings. */
#ifndef READ_CSAF_H
#define READ_CSAF_H
#include <stdbool.h>
#include <stdint.h>
#include "noun/advisory.h"
#include "ids.h"
#include "walk.h"

struct err;

struct csaf {
	struct walk	 walk;
	struct advisory	*a;
	struct ids	 products;	/* product_id -> index of a->products */
	struct ids	 groups;	/* group_id -> index of members */
	struct indices	*members;	/* of each group */
	uint32_t	*stamps;	/* per product: its last list */
	uint32_t	 stamp;
	uint64_t	 listed;	/* items of all product lists so far */
	enum severity	 rating;	/* worst that was said in words alone */
	bool		 whole_numbers;	/* CSAF 2.1: no parts of numbers */
	bool		 scored;	/* some vulnerability has a score */
	struct err	*err;		/* set when a ceiling was hit */
	bool		 over;
};

/* The products of the tree, then its relationships and groups. */
void csaf_tree(struct csaf *c, const struct spot *root);
void csaf_groups(struct csaf *c, const struct spot *tree);
void csaf_vulns(struct csaf *c, const struct spot *root);
void csaf_scores(struct csaf *c, const struct spot *vuln,
    struct vulnerability *v);

/* The products that `owner` speaks of: the ids under `ids_key` and the members
 * of the groups under "group_ids", each once. */
struct indices csaf_indices(struct csaf *c, const struct spot *owner,
    const char *ids_key, enum need need);
/* Index of one product id; false and a remark if nobody defined it. */
bool csaf_product(struct csaf *c, const struct spot *id, uint32_t *ret);
/* A fresh mark for csaf.stamps. */
uint32_t csaf_stamp(struct csaf *c);
/* Counts items of product lists; false, and err is set, at the ceiling. */
bool csaf_afford(struct csaf *c, uint64_t n);

struct note *csaf_notes(struct csaf *c, const struct spot *owner,
    uint32_t *ret_n);
struct reference *csaf_references(struct csaf *c, const struct spot *owner,
    uint32_t *ret_n);
/* Content that we do not know, but that the publisher calls essential. */
void csaf_extensions(struct csaf *c, const struct spot *owner);
#endif
