/* noun/match.h - advisory x device, with status, confidence and the reason. */
#ifndef NOUN_MATCH_H
#define NOUN_MATCH_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "noun/advisory.h"
#include "noun/device.h"

struct err;

/* Worst first: the order in which several claims about one device are merged
 * for display. */
enum match_status {
	MATCH_AFFECTED,
	MATCH_UNDER_INVESTIGATION,
	MATCH_NAMED,		/* named by the publisher without a status */
	MATCH_FIXED,
	MATCH_NOT_AFFECTED,
	/* by the operator's own aliases, whatever the publisher says */
	MATCH_EXCLUDED,
	MATCH_STATUS_COUNT_
};

enum confidence {
	/* identifier, or same name and a compared version */
	CONFIDENCE_EXACT,
	CONFIDENCE_LIKELY,	/* name respelt, family or alias */
	/* version missing or not comparable, or free text */
	CONFIDENCE_POSSIBLE,
	CONFIDENCE_COUNT_
};

const char *match_status_name(enum match_status s);	/* "affected" */
int	    match_status_parse(const char *word, enum match_status *ret);
const char *confidence_name(enum confidence c);
int	    confidence_parse(const char *word, enum confidence *ret);
bool	    match_status_alerts(enum match_status s);	/* the first three */

struct match {
	struct device	 device;
	enum match_status status;
	enum confidence	 confidence;
	const char	*product;	/* the publisher's printed name */
	const char	*range;		/* version as printed */
	/* that hit this device */
	const char	**cves;		uint32_t n_cves;
	enum severity	 severity;	/* worst of these */
	struct cvss	 cvss;
	const char	*vector;
	bool		 exploited;
	/* "check by hand": a lone lower bound ... */
	bool		 by_hand;
	const char	**why;		uint32_t n_why;
	/* for this device; no products */
	struct remedy	*remedies;	uint32_t n_remedies;
};

void match_init(struct match *m);
void match_pack(struct buf *out, const struct match *m);
void match_unpack(struct unpack *in, struct arena *mem, struct match *ret);

/* The answer to a MATCH ask: its blob is this, packed. */
struct matching {
	struct match	*matches;	/* all, also fixed and not_affected */
	uint32_t	 n;
	uint32_t	 left_out;	/* beyond MATCHES_MAX */
};

void matching_pack(struct buf *out, const struct matching *m);
int  matching_unpack(const void *p, size_t n, struct arena *mem,
    struct matching *ret, struct err *err);
#endif
