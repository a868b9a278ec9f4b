/* noun/alert.h - what we will say about an advisory's matches, to one route.
 *
 * The canonical object of which every sink shows a projection. Composed by the
 * keeper; no sink looks at an advisory. */
#ifndef NOUN_ALERT_H
#define NOUN_ALERT_H
#include <stdbool.h>
#include <stdint.h>
#include "noun/match.h"

enum event {
	EVENT_NEW,
	EVENT_UPDATED,
	EVENT_WITHDRAWN,	/* the publisher took it back */
	EVENT_RESOLVED,		/* no device of ours is concerned any more */
	EVENT_REMINDER,
	EVENT_ESCALATION,
	EVENT_TEST,
	EVENT_DIGEST,		/* many alerts in one: `entries` */
	EVENT_COUNT_
};
const char *event_name(enum event e);		/* "new" */
int	    event_parse(const char *word, enum event *ret);

#define KEY_TEXT 24			/* "ar-" + 20 hex + NUL */
#define EVENT_ID_TEXT 48

/* One alert that a digest tells of instead of itself. */
struct alert_entry {
	const char	*key;
	enum event	 event;
	uint32_t	 rev;
	const char	*id, *publisher, *title, *url;
	enum severity	 severity;
	struct cvss	 cvss;
	/* the first DIGEST_DEVICES_MAX ids, worst first; and the others */
	const char	**devices;	uint32_t n_devices;
	uint32_t	 left_out;
	/* the first DIGEST_CHANGES_MAX */
	const char	**changes;	uint32_t n_changes;
};

struct alert {
	const char	*key;		/* alert_key() */
	enum event	 event;
	/* ours: 1 for the first alert of this key */
	uint32_t	 rev;
	int64_t		 time;		/* wall seconds */
	const char	*scope;		/* "" or a device id */
	const char	*route;
	const char	*feed;
	const char	*title, *summary;
	enum severity	 severity;
	struct cvss	 cvss;
	const char	*vector;
	bool		 exploited;
	const char	**cves;		uint32_t n_cves;
	const char	**cwes;		uint32_t n_cwes;
	uint32_t	 topics;
	/* the advisory */
	const char	*id, *publisher, *ns, *version, *url, *tlp, *status;
	const char	*category, *sha256;
	int64_t		 initial, current;
	/* worst first */
	struct match	*matches;	uint32_t n_matches;
	uint32_t	 left_out;	/* matches beyond ALERT_MATCHES_MAX */
	struct remedy	*remedies;	uint32_t n_remedies;
	struct reference *references;	uint32_t n_references;
	const char	**changes;	uint32_t n_changes;
	/* of a digest, worst first. It lists no match: the entries name the
	 * devices, and left_out counts each of them once. */
	struct alert_entry *entries;	uint32_t n_entries;
};

/* "ar-" + 20 hex of SHA-256(ns \n id \n scope). Harmless in every query
 * language, header and URL. */
void alert_key(const char *ns, const char *id, const char *scope,
    char out[KEY_TEXT]);
/* "KEY:r3:updated": what a receiver may use to recognise a repetition. */
const char *alert_event_id(const struct alert *a, char out[EVENT_ID_TEXT]);

void alert_init(struct alert *a);
void alert_pack(struct buf *out, const struct alert *a);
void alert_unpack(struct unpack *in, struct arena *mem, struct alert *ret);
#endif
