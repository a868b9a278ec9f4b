/* match/explain_steps.h - the steps of explain.c, one function each. Private to
 * explain. */
#ifndef MATCH_EXPLAIN_STEPS_H
#define MATCH_EXPLAIN_STEPS_H
#include "explain.h"
#include "names.h"

struct explaining {
	struct matcher	*m;
	struct lookup	*l;
	uint32_t	 device;
	const struct index_kind *kind;
	struct name	 own;
	const struct hit *hits;		/* of the device */
	uint32_t	 n_hits;
	bool		 excluded;
};

/* h: the product's hit on the device, or NULL. */
void explain_rule(struct explaining *e, struct explained_product *p,
    const struct hit *h);
void explain_identifier(struct explaining *e, struct explained_product *p,
    const struct product *named, const struct hit *h);
/* False: another maker, which decides. */
bool explain_vendor(struct explaining *e, struct explained_product *p,
    const struct product *named, const struct hit *h);
/* Lines and systems that the device's codes are of. */
void explain_lines(struct explaining *e, struct explained_product *p);
/* False: another product. */
bool explain_name(struct explaining *e, struct explained_product *p);
/* A candidate that made no hit: what took it away. */
void explain_refused(struct explaining *e, struct explained_product *p,
    const struct product *named);
void explain_version(struct explaining *e, struct explained_product *p,
    uint32_t product, const struct hit *h);
/* "known_affected for CVE-..., CVE-... and 3 more" for each claim. */
void explain_status(struct explaining *e, struct explained_product *p,
    uint32_t product);
/* Of an advisory without products there is only the text. */
void explain_words(struct explaining *e, struct explained_product *p);
#endif
