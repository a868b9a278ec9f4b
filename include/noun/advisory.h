/* noun/advisory.h - what the publisher says, in our terms.
 *
 * Of any topic, not only vulnerabilities: a CSAF document, an item of an RSS
 * feed. Built by `read` in one arena; packed for the way to `match` and into
 * the store. Strings are UTF-8, never NULL, "" = not said. Single-line fields
 * hold no control characters; texts hold \n. Dates are wall seconds, 0 = not
 * said. An advisory is known by (ns, id). */
#ifndef NOUN_ADVISORY_H
#define NOUN_ADVISORY_H
#include <stddef.h>
#include <stdbool.h>
#include <stdint.h>
#include "noun/feed.h"
#include "noun/product.h"
#include "noun/severity.h"

struct arena;
struct buf;
struct err;
struct unpack;

/* NISTIR 8259B topics (DESIGN 9), as a mask. */
enum topic {
	TOPIC_VULNERABILITY	= 1 << 0,
	TOPIC_UPDATE		= 1 << 1,
	TOPIC_UPDATE_INTEGRITY	= 1 << 2,
	TOPIC_END_OF_SUPPORT	= 1 << 3,
	TOPIC_MAINTENANCE	= 1 << 4,
	TOPIC_ACQUISITION	= 1 << 5,
	TOPIC_VERIFICATION	= 1 << 6,
	TOPIC_LIFECYCLE		= 1 << 7,
	TOPIC_BREACH		= 1 << 8,
};
#define TOPIC_COUNT 9
/* Of one bit number: "end-of-support"; NULL behind the last. */
const char *topic_name(unsigned bit);

/* CSAF's eight product status groups. */
enum claim {
	CLAIM_KNOWN_AFFECTED,
	CLAIM_FIRST_AFFECTED,
	CLAIM_LAST_AFFECTED,
	CLAIM_UNDER_INVESTIGATION,
	CLAIM_RECOMMENDED,
	CLAIM_FIRST_FIXED,
	CLAIM_FIXED,
	CLAIM_NOT_AFFECTED,
	CLAIM_COUNT_
};
const char *claim_name(enum claim c);		/* CSAF's word */

struct assertion {
	uint32_t	product;	/* index into advisory.products */
	enum claim	claim;
};

struct indices {
	uint32_t	*at;		/* indices into advisory.products */
	/* 0 = said of no product in particular */
	uint32_t	 n;
};

struct score {
	/* computed from the vector if there is one */
	struct cvss	 cvss;
	const char	*vector;
	const char	*source;
	struct indices	 products;
};

struct remedy {
	/* vendor_fix, workaround, no_fix_planned ... */
	const char	*category;
	const char	*text;
	const char	*url;
	const char	*restart;	/* restart_required.category */
	const char	*entitlement;	/* joined by "; " */
	int64_t		 date;
	struct indices	 products;
};

struct threat {
	const char	*category;	/* exploit_status, impact, target_set */
	const char	*text;
	int64_t		 date;
	struct indices	 products;
};

struct flag {
	const char	*label;		/* why not affected */
	int64_t		 date;
	struct indices	 products;
};

struct note {
	const char	*category, *title, *text;
};

struct reference {
	const char	*category, *summary, *url;
};

struct revision {
	const char	*version, *summary;
	int64_t		 date;
};

struct vulnerability {
	const char	*cve;
	const char	*title;
	const char	*cwe;		/* "CWE-787" */
	const char	*cwe_name;
	/* "system: text" */
	const char	**ids;		uint32_t n_ids;
	/* exploited: first known */
	int64_t		 discovered, released, exploited;
	struct assertion *assertions;	uint32_t n_assertions;
	struct score	*scores;	uint32_t n_scores;
	struct remedy	*remedies;	uint32_t n_remedies;
	struct threat	*threats;	uint32_t n_threats;
	struct flag	*flags;		uint32_t n_flags;
	struct note	*notes;		uint32_t n_notes;
	struct reference *references;	uint32_t n_references;
};

struct advisory {
	const char	*format;	/* "csaf", "rss", "atom" */
	const char	*publisher, *publisher_kind, *ns;
	const char	*id;		/* tracking id; guid of an item */
	const char	**aliases;	uint32_t n_aliases;
	const char	*title;
	const char	*summary;	/* one paragraph */
	/* the free text of an item; "" for CSAF */
	const char	*text;
	const char	*url;		/* for people */
	const char	*category;	/* document.category */
	const char	*lang;
	const char	*status;	/* draft, interim, final */
	const char	*version;
	/* 2.0 words: CLEAR GREEN AMBER AMBER+STRICT RED; "" */
	const char	*tlp;
	const char	*sharing;	/* distribution text */
	const char	*aggregate;	/* aggregate_severity.text */
	int64_t		 initial, current;
	uint32_t	 topics;
	struct revision	*revisions;	uint32_t n_revisions;
	struct note	*notes;		uint32_t n_notes;
	struct reference *references;	uint32_t n_references;
	struct product	*products;	uint32_t n_products;
	struct vulnerability *vulns;	uint32_t n_vulns;
	/* "path: violation" */
	const char	**remarks;	uint32_t n_remarks;
};

/* all strings "", lists empty */
void advisory_init(struct advisory *a);
void advisory_pack(struct buf *out, const struct advisory *a);
void advisory_unpack(struct unpack *in, struct arena *mem,
    struct advisory *ret);

/* What a READ ask answers. */
struct reading {
	struct advisory	*advisories;	uint32_t n_advisories;
	struct address	*addresses;	uint32_t n_addresses;
	/* of the document as a whole */
	const char	**remarks;	uint32_t n_remarks;
	bool		 recovered;	/* broken, but could be read (XML) */
};

void reading_pack(struct buf *out, const struct reading *r);
/* Each packed advisory is also reachable as bytes, for the store:
 * *ret_bytes[i], *ret_lens[i] (arena arrays of n_advisories). */
int  reading_unpack(const void *p, size_t n, struct arena *mem,
    struct reading *ret, const void ***ret_bytes, size_t **ret_lens,
    struct err *err);
#endif
