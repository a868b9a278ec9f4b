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
	/* Matches of one matching that have the same number here, and not 0,
	 * differ in device and why only. */
	uint32_t	 same;
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

/* Packed, what matches have in common stands there once: with the first of
 * those that are the same; and so does each text of why that they share (by its
 * place, not by its letters). */
void matching_pack(struct buf *out, const struct matching *m);
int  matching_unpack(const void *p, size_t n, struct arena *mem,
    struct matching *ret, struct err *err);

/* The same one by one. A writer is to be given n matches, then ended. */
struct match_writer;
struct match_writer *match_writer_new(struct buf *out, uint32_t n,
    uint32_t left_out);
void match_write(struct match_writer *w, const struct match *m);
void match_writer_end(struct match_writer *w);

struct match_reader;
/* In mem, as is all that comes of it; n and left_out as in a matching. NULL if
 * the head is damaged. */
struct match_reader *match_reader_new(const void *p, size_t n,
    struct arena *mem, uint32_t *ret_n, uint32_t *ret_left_out);
/* 1: a match; 0: that was the last; -1: damaged. */
int  match_read(struct match_reader *r, struct match *ret, struct err *err);
#endif
