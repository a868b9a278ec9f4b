/* keeper/compose.h - from matches to alerts: what changed, and for whom.
 *
 * A revision speaks only if it changes what somebody must do: per device the
 * status, the severity band, known exploitation, the CVEs and the remediation
 * are compared with what the last matched revision said (peers.md calls it the
 * material change; CSAF's asset matching clause asks for it). */
#ifndef KEEPER_COMPOSE_H
#define KEEPER_COMPOSE_H
#include "contract/conf.h"
#include "contract/store.h"

struct composing {
	const struct conf	*conf;
	struct store		*store;
	struct arena		*mem;
	const struct advisory	*advisory;
	struct matching		 now_matches, old_matches;
	const char		*feed;
	const char		*sha256;	/* of the document */
	const char		*document_url;
	int64_t			 now;
	/* matched before: what is new are the devices (sinks may gather) */
	bool			 again;
};

int compose_origin(struct composing *job, int64_t document, struct err *err);
/* Alerts and their sinks, in job->mem. None if nothing is new for anybody. */
int compose_alerts(struct composing *job, struct dispatch **ret,
    uint32_t *ret_n, struct err *err);
/* One more sink of a dispatch, with all its recipients. */
void compose_address(struct composing *job, struct dispatch *d, uint32_t sink);
/* A TEST alert for one sink; trial.c. */
void compose_test(const struct conf *c, const struct conf_sink *sink,
    int64_t now, struct arena *mem, struct dispatch *ret);

/* --- changes.c --- */
/* Lines of "what changed" for one device, old or now may be NULL; appends. */
void changes_of(struct arena *mem, const struct match *old,
    const struct match *now, const char ***list, uint32_t *n);

/* --- route.c --- */
/* The first condition of a route that does not hold. */
enum route_refusal {
	REFUSED_NOT, REFUSED_SEVERITY, REFUSED_STATUS, REFUSED_CONFIDENCE,
	REFUSED_EXPLOITED, REFUSED_CVSS, REFUSED_TOPIC, REFUSED_FEED,
	REFUSED_VENDOR, REFUSED_SITE, REFUSED_ZONE, REFUSED_LIST,
	REFUSED_DEVICE, REFUSED_ADVISORY, REFUSED_CRITICALITY, REFUSED_TAG,
};
enum route_refusal route_refuses(const struct conf_match *c,
    const struct advisory *a, const char *feed, const struct match *m);
/* Which routes a match takes: sets sinks[i] to the first route (1-based) that
 * sends it to sink i; returns the reason if it is dropped by a route, else "".
 *  */
const char *route_match(const struct conf *c, const struct advisory *a,
    const char *feed, const struct match *m, uint32_t *sinks);
#endif
