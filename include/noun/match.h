/* noun/match.h - advisory x device, with status, confidence and the reason. */
#ifndef NOUN_MATCH_H
#define NOUN_MATCH_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "noun/advisory.h"
#include "noun/device.h"
#include "noun/index.h"

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
	uint32_t	 number;	/* the device's, in the index asked */
};

void match_init(struct match *m);
void match_pack(struct buf *out, const struct match *m);
void match_unpack(struct unpack *in, struct arena *mem, struct match *ret);

/* --- the answer to a MATCH ask --- */

struct matching {
	struct match	*matches;	/* all, also fixed and not_affected */
	uint32_t	 n;
	uint32_t	 left_out;	/* beyond MATCHES_MAX */
};

/* Packed, it says each thing once for all devices that it is said of, and these
 * are numbers of the index that `match` was given: whoever reads the answer
 * must have the same one. A reason quotes a device's text by the name of its
 * column, so that one line serves them all. */

/* Stands in a line of why for the text of a column; "" for columns that reasons
 * do not quote. */
const char *match_quote(enum index_column column);

/* Is to be given n devices, then ended. */
struct match_writer;
struct match_writer *match_writer_new(struct buf *out, uint32_t n,
    uint32_t left_out);
/* The same of n devices, which are to follow. Of m, device and number do not
 * count; lines of why are shared by their place, not by their letters. */
void match_write(struct match_writer *w, const struct match *m, uint32_t n);
void match_write_devices(struct match_writer *w, const uint32_t *devices,
    uint32_t n);
void match_writer_end(struct match_writer *w);

/* Reads all of it; what comes of it lives in mem and lends from p and ix. NULL:
 * it is damaged, or of another index. n and left_out as in a matching. */
struct match_reader;
struct match_reader *match_reader_new(const void *p, size_t n,
    const struct index *ix, struct arena *mem, uint32_t *ret_n,
    uint32_t *ret_left_out, struct err *err);
/* One by one, in the order of the devices; false: that was the last. Lines that
 * read the same have the same place. */
bool match_read(struct match_reader *r, struct match *ret);

int  matching_unpack(const void *p, size_t n, const struct index *ix,
    struct arena *mem, struct matching *ret, struct err *err);
/* A match that match_write could be given, as it reads for one device. */
void match_tell(const struct index *ix, uint32_t device, struct arena *mem,
    struct match *m);
#endif
