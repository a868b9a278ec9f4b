/* match/matching.h - what the files of this room share: one advisory against
 * one index.
 *
 *	names.c		a product -> devices whose name or number fits, with
 *			makers.c, identifiers.c, related.c, alternatives.c
 *	hits.c		these and their versions -> hits, with verdicts.c
 *	inner.c		versions that stand in identifiers
 *	text.c		free text -> devices that it names (hits)
 *	status.c	a device's hits -> status, confidence, CVEs: a ruling
 *	decisions.c	rulings on classes and single devices -> one for each
 *			device
 *	remedies.c	remedies, severity for these
 *	why.c		reasons in words
 *	parts.c		matches of a device's parts -> one, the device's
 *	rules.c		the operator's includes and excludes
 *	lines.c		codes that are of a line of products, or run a system
 *	vocabulary.c	brands, divisions, short forms, names that stand apart:
 *			the table's words, which brands.c, makers.c, apart.c
 *			ask for
 *	second.c	further names that a publisher's own name holds, with
 *			initials.c
 *	explain.c	each step for one device, told
 *	near.c		what almost matched
 *
 * Pure: no clock, no store, no state between two advisories. */
#ifndef MATCH_MATCHING_H
#define MATCH_MATCHING_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/arena.h"
#include "noun/advisory.h"
#include "noun/index.h"
#include "noun/match.h"
#include "ranges.h"
#include "versions.h"

/* How a product's name came to a device, best first. */
enum how {
	HOW_IDENTIFIER,		/* order number, serial number, CPE, purl */
	HOW_SAME,		/* the same maker and name */
	HOW_RESPELT,		/* empty words differ; one of a list */
	HOW_FAMILY,		/* the publisher names a family it belongs to */
	HOW_WIDER,		/* the device's name says more */
	HOW_NARROWER,		/* the device's name says less */
	HOW_TEXT,		/* free text names it */
};
/* Up to here the product is the device's own. */
#define HOW_OWN HOW_RESPELT

/* How the makers agree, worst first. */
enum maker_fit {
	MAKER_NO,
	MAKER_GROUP,			/* the list names the maker's group */
	MAKER_RIVALS,			/* written short, others begin so too */
	MAKER_SHORT,			/* written short on one side */
	MAKER_ALIAS,			/* known by another name, or not said */
	MAKER_NAMED,			/* the list's model begins with him */
	MAKER_SAME,
};

struct hit {
	/* of the index: n side by side, of one kind */
	uint32_t	 class, n;
	/* ALL_DEVICES of these, or the one of the one that it is said of */
	uint32_t	 device;
	uint32_t	 product;	/* NO_PRODUCT: free text */
	uint8_t		 how;		/* enum how */
	uint8_t		 verdict;	/* enum verdict */
	uint8_t		 maker;		/* enum maker_fit */
	bool		 lone;		/* hangs on a lone lower bound */
	bool		 host;		/* said of a part on it */
	bool		 part;		/* it is that part; on what? */
	uint8_t		 ident;		/* enum index_key of an identifier */
	uint16_t	 rule;		/* + 1: of the operator's aliases */
};
/* Idents beside those of enum index_key: the operator says so; its model, or
 * its part number, is a code of the line that `rule` names. */
#define IDENT_ALIAS 32
#define IDENT_LINE 33
#define IDENT_LINE_PART 34
#define NO_PRODUCT UINT32_MAX
#define ALL_DEVICES UINT32_MAX

struct claim_of {
	uint32_t	 vuln;
	enum claim	 claim;
};

#define VERSION_CACHE 256
#define NAMES_KEPT 512u
#define WORDS_KEPT 16u
#define SCOPES_KEPT 64u

/* Steps from a relation to what it is made of. The reader lets no circle in,
 * but whoever packs an advisory may. */
#define RELATIONS_MAX 8u

struct matcher {
	const struct index	*ix;
	const struct advisory	*a;
	struct arena		*mem;	/* as long as the answer */
	struct hit		*hits;
	uint32_t		 n_hits, room_hits;
	/* claims of product p: claims[claim_at[p] .. claim_at[p + 1]) */
	struct claim_of		*claims;
	uint32_t		*claim_at;
	const char		**only;		/* of each product; or NULL */
	struct range		**ranges;	/* of each product, once read */
	uint32_t		 last_range;	/* the product read last */
	uint8_t			*firmware;	/* of each: 2 it is, 1 not */
	struct range		**pins;		/* of its package URL */
	struct ranked		**ranked;	/* of each vuln: its remedies */
	/* Of each product: the scope that has it, the lists that name it. */
	uint32_t		*marks, mark;
	uint64_t		*listed;
	struct scope_told	*told[SCOPES_KEPT];
	bool			 all;
	/* It tells of no vulnerability: what it lists is concerned. */
	bool			 informs;
	uint32_t		 tried;		/* names made of patterns */
	uint64_t		 compared;	/* numbers with patterns */
	/* By kind: the last lookup of a product with serial numbers that led
	 * there otherwise. */
	uint32_t		*led, led_now;
	const struct rules	*rules;		/* NULL: none */
	const struct vocabulary	*vocabulary;	/* NULL: none */
	struct maker		*makers;	/* of the whole document */
	unsigned		 n_makers;
	/* Families beside one of the same number, "X-200IRT" beside "X-200";
	 * read when a product is such a one (series.c). */
	struct named_family	*families;
	unsigned		 n_families;
	bool			 families_read;
	struct {
		const char	*text;
		struct cell	*cell;
	} cache[VERSION_CACHE];
	/* Names that were read; products of one maker meet the same kinds. */
	struct {
		uint32_t	 kind;		/* + 1 */
		struct name	*name;
	} names[NAMES_KEPT];
	struct {
		const char	*text;
		struct name	*name;
	} words[WORDS_KEPT];
	struct name_line	*line;	/* that was asked last */
	/* The last device whose version stood in a CPE or package URL. */
	const char		*inner_of;
	const char		*inner;
	/* The last one whose package URL's version was asked for. */
	const char		*package_of;
	const char		*package;
	/* The last product whose CPE was asked for. */
	const struct product	*cpe_of;
	struct cpe		*cpe;
	bool			 cpe_there;
};

/* What is decided of some devices, until it is told. */
struct decision {
	const struct ruling	*ruling;
	const struct match	*match;		/* told already; else NULL */
	const uint32_t		*devices;
	uint32_t		 n;
	uint32_t		 next;	/* that is told alike; 0: none */
	/* They are of this class and those behind it, which reasons take to be
	 * alike; NO_CLASS: it is one device. */
	uint32_t		 class;
};
#define NO_CLASS UINT32_MAX

/* By class, in mem; left_out: devices beyond MATCHES_MAX. */
struct decisions {
	struct matcher		*matcher;
	struct judge		*judge;
	struct decision		*list;
	uint32_t		 n, devices, left_out;
};
/* decisions.c: sorts the hits. */
void decide_all(struct matcher *m, struct decisions *ret);
/* rules: rules_open of this index, done once. */
struct buf;
struct rules;
void advisory_decide(const struct index *ix, const struct rules *rules,
    const struct advisory *a, bool all, struct arena *mem,
    struct decisions *ret);
/* As one packed matching; what does not fit into out is counted as left out. */
void decisions_write(struct decisions *d, struct buf *out);

/* The answer, in mem. all: also devices that are named and whose version no
 * range holds, as not_affected; else only where the publisher says so. */
void advisory_match(const struct index *ix, const struct advisory *a, bool all,
    struct arena *mem, struct matching *ret);

/* Ready for match_products. */
struct matcher *matcher_new(const struct index *ix, const struct rules *rules,
    const struct advisory *a, bool all, struct arena *mem);
void match_hits(struct matcher *m);		/* all hits, in no order */
/* Those on one device, its class's among them, as decisions are made of: by
 * product; in mem. */
uint32_t hits_on(const struct matcher *m, uint32_t device,
    const struct hit **ret);

void match_products(struct matcher *m);		/* hits.c */
void match_text(struct matcher *m);		/* text.c */
void add_hit(struct matcher *m, const struct hit *h);
/* NULL: not known. The text is one of the next two. */
const struct cell *printed_cell(struct matcher *m, const char *text);
/* Of the hit's device, or of all of its class. */
const char *hit_version_text(struct matcher *m, const struct hit *h);
/* As a person is told; package: a package URL led to it, and names it. */
const char *told_version_text(struct matcher *m, uint32_t device,
    bool package);
/* As the list has it: its column, else that of its CPE or package URL. */
const char *device_version_text(struct matcher *m, uint32_t device);
const struct range *product_range(struct matcher *m, uint32_t product);
struct cpe;
/* Until the next call; NULL: it has none that can be read. */
const struct cpe *product_cpe(struct matcher *m, const struct product *p);
/* The version in its package URLs or its CPE; "" if there is none. */
const char *product_inner_version(struct matcher *m, const struct product *p);
/* inner.c: "windows_10:1809" and "windows_10_1809:10.0.17763": the list has the
 * release in the product, and its versions count otherwise. */
bool release_is_product(struct matcher *m, const struct hit *h,
    const struct product *p);
/* inner.c: the verdict on a device's version where an identifier of the
 * product (p, the one that was looked up) says which version it names. */
enum verdict inner_verdict(struct matcher *m, const struct hit *h,
    const struct product *p, enum verdict verdict);
/* NULL: its package URL names no version, or the printed one is a range. */
const struct range *product_pin(struct matcher *m, uint32_t product);
/* The product that says the version: the installed part of a relation. */
uint32_t version_product(const struct advisory *a, uint32_t product);
const char *product_printed(const struct product *p);

/* What the hits (n >= 1) of one device, or of all devices of a class, come to;
 * NULL: nothing to say. */
struct judge;
struct ruling;
struct judge *judge_new(struct matcher *m);
const struct ruling *judge_hits(struct judge *j, const struct hit *hits,
    uint32_t n);
/* A ruling with its reasons, in which the devices' own texts are quoted
 * (match_quote): the same for all devices of it that tell the same columns. */
struct saying {
	const struct ruling	*ruling;
	struct match		 match;
	uint32_t		 there;		/* a bit for each column */
	const char		*cpe, *purl;	/* NULL: there is neither */
	uint32_t		 at;		/* for whoever gathers them */
};
struct saying *judge_say(struct judge *j, const struct decision *d);

/* Each vulnerability's outcome for one device's hits (ret holds one for each
 * vulnerability of the advisory); their number. */
struct judged_one {
	uint32_t	 vuln, product;	/* NO_PRODUCT: free text */
	enum match_status status;
	enum confidence	 confidence;
};
uint32_t judge_each(struct judge *j, const struct hit *hits, uint32_t n,
    struct judged_one *ret);

/* The vulnerabilities that a match speaks of, and the products it hangs on. */
struct scope {
	const uint32_t	*vulns;		uint32_t n_vulns;
	const uint32_t	*products;	uint32_t n_products;
	const uint32_t	*marks;		uint32_t n_marks, mark;
};
/* remedies.c: their CVEs, severity and remedies. */
void scope_tell(struct matcher *m, struct scope *s, struct match *ret);

/* remedies.c: an empty list speaks of all products. */
bool says_of(const struct indices *x, uint32_t product);
/* A part may be safe by what it stands on only: said of another host that says
 * nothing. By the labels of the flags (CSAF 2.0, 3.2.3.5). */
bool safe_by_host(const struct vulnerability *v, uint32_t product);

/* Parts of devices: noun/index.h. Their matches become one of the device. */
void fold_parts(struct decisions *d);

enum why_step {
	WHY_ALIAS, WHY_MAKER, WHY_NAME, WHY_VERSION, WHY_STATUS, WHY_STEPS_
};

/* One of the three in the middle for a match that hangs on this hit, into
 * ret->why. */
void hit_why(struct matcher *m, const struct hit *h, enum why_step step,
    struct match *ret);
void add_why(struct matcher *m, struct match *ret, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
#endif
