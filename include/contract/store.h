/* contract/store.h - the keeper's memory, in the words of the domain.
 *
 * One call = one transaction, durable when it returns 0 (a claim with the next
 * one: a start would void it anyway). No SQL and no handle is seen here;
 * src/store/ has one set of statements over a thin driver. Time is given by the
 * caller (wall seconds). Work is claimed by lease: a row that
 * is claimed is not handed out again until the lease has passed, so that
 * keepers can share one database; store_open voids the leases that its owner
 * left behind (the same owner name = the same keeper, restarted).
 *
 * Rows are built in the caller's arena. A failure leaves the store as it was;
 * ERR_SYSTEM = disk full, read-only, locked (again later), ERR_INPUT = corrupt
 * (never repaired, never overwritten).
 *
 *  noun      states
 *  feed      configured, left
 *  address   due -> (claimed) -> done | failed(due later) | gone
 *  document  new -> read | aside
 *  advisory  new -> matched;  an older revision: superseded
 *  delivery  due -> (claimed) -> delivered | due later | refused | dropped
 *            gathered -> due | told (by the digest, a delivery of its own)  */
#ifndef CONTRACT_STORE_H
#define CONTRACT_STORE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "noun/advisory.h"
#include "noun/alert.h"
#include "noun/delivery.h"
#include "noun/document.h"
#include "noun/feed.h"
#include "noun/match.h"

struct arena;
struct blob;
struct buf;
struct err;
struct store;

/* url: "sqlite:PATH" (created if it is not there; its folder must be). owner:
 * this keeper's name. Runs migrations and a quick integrity check. With
 * read_only nothing is created, checked, migrated or released. A store of a
 * newer version is ERR_CONFIG. */
int  store_open(const char *url, const char *owner, bool read_only,
    struct store **ret, struct err *err);
void store_close(struct store *s);
/* Gives back memory that only makes the next verb faster; for a pause. */
void store_rest(struct store *s);
/* Gives up all claims of this owner, as opening does. For a keeper that could
 * not write for a while and has nothing in flight. */
int  store_claims_void(struct store *s, struct err *err);
/* Called after each commit with its number, for the crash tests. */
void store_after_commit(struct store *s, void (*hook)(void *ctx, uint64_t n),
    void *ctx);

/* --- feeds and addresses ------------------------------------------------- */

/* Makes the configured feeds and their root addresses known; a feed that is not
 * named is marked as left (its history stays, its addresses rest). A feed that
 * is new is due at once. */
int  store_feeds_declare(struct store *s, const char *const *names,
    const struct address *roots, uint32_t n, int64_t now, struct err *err);

/* Configured feeds whose poll is due (next_poll <= now), or with `all` every
 * one. For each: its listing addresses (and the root) become due now and
 * next_poll is set to now + its every_s (given by feed index of declare). One
 * that failed keeps its later turn; with `all` everything that failed is due
 * now, but for what a server's Retry-After still holds back. */
int  store_polls_begin(struct store *s, const uint32_t *every_s, bool all,
    int64_t now, uint32_t *ret_begun, struct err *err);

struct due_address {
	int64_t		 id;
	const char	*feed;
	struct address	 address;
	const char	*etag, *last_modified;
	uint32_t	 tries;		/* failures in a row before this one */
};
/* Up to `room` due addresses, listings first, then oldest first; of one feed,
 * or of any if feed is "". Claimed until `lease`. */
int  store_addresses_claim(struct store *s, const char *feed, int64_t now,
    int64_t lease, struct arena *mem, struct due_address *ret, uint32_t room,
    uint32_t *ret_n, struct err *err);

/* What came of a claimed address. A document whose bytes are not the last ones
 * of this address is kept (state new) and *ret_document is its id, else 0.
 * next_at: when to try again (failed, forbidden, a wrong hash, or a document
 * that is gone: what is listed may come yet); an address
 * that is done rests until its listing or its feed's next poll wakes it. With
 * aside != "" the document is kept, but set aside with that reason at once (a
 * wrong hash). Updates the feed's health. */
int  store_fetched(struct store *s, int64_t address, const struct fetched *f,
    const void *body, size_t len, const char *aside, int64_t next_at,
    int64_t now, int64_t *ret_document, struct err *err);
/* Not done (crash, timeout): the claim ends, due again at next_at. Counts as a
 * failure of the address and its feed, unless why is "" (given back). */
int  store_address_again(struct store *s, int64_t address, const char *why,
    int64_t next_at, int64_t now, struct err *err);

/* --- documents ----------------------------------------------------------- */

struct new_document {
	int64_t		 id, address;
	const char	*feed, *url, *format;
	int64_t		 size;
	enum address_kind kind;
};
int  store_documents_claim(struct store *s, int64_t now, int64_t lease,
    struct arena *mem, struct new_document *ret, uint32_t room,
    uint32_t *ret_n, struct err *err);
/* The bytes of any document, as a sealed blob. */
int  store_document_bytes(struct store *s, int64_t document, struct blob *ret,
    struct err *err);
/* sha256 ("" if unknown), url and media type. */
int  store_document_origin(struct store *s, int64_t document, struct arena *mem,
    const char **ret_sha256, const char **ret_url, const char **ret_media,
    struct err *err);

/* What reading gave. Addresses: new ones and those whose `updated` stamp
 * differs become due; a listing that was `gone` and is listed again too.
 * (Without a stamp, a document address becomes due each time its listing is
 * read.)
 * Advisories: known (ns, id) with the same packed bytes: nothing. With an older
 * `current` date than the one that we have: kept as superseded. Otherwise kept
 * as new, the former becomes superseded (a date that is not said is not older).
 * bytes/lens: each advisory packed. The document is then read. Counted are the
 * advisories that became new and the addresses that became due. */
int  store_document_read(struct store *s, int64_t document,
    const struct reading *r, const void *const *bytes, const size_t *lens,
    int64_t now, uint32_t *ret_new_advisories, uint32_t *ret_new_addresses,
    struct err *err);
int  store_document_aside(struct store *s, int64_t document, const char *why,
    int64_t now, struct err *err);
/* The claim ends without a result; a crash of the reader. Counted: *ret_tries
 * is how often by now. */
int  store_document_again(struct store *s, int64_t document,
    uint32_t *ret_tries, struct err *err);

/* --- advisories and matches ---------------------------------------------- */

struct new_advisory {
	int64_t		 id, document;
	const char	*feed, *ns, *advisory_id;
	bool		 again;		/* matched before, with other devices */
};
int  store_advisories_claim(struct store *s, int64_t now, int64_t lease,
    struct arena *mem, struct new_advisory *ret, uint32_t room,
    uint32_t *ret_n, struct err *err);
int  store_advisory_bytes(struct store *s, int64_t advisory, struct blob *ret,
    struct err *err);
int  store_advisory_again(struct store *s, int64_t advisory,
    uint32_t *ret_tries, struct err *err);
/* Matching this one is given up (poison): visible in the queue as set aside. */
int  store_advisory_aside(struct store *s, int64_t advisory, const char *why,
    int64_t now, struct err *err);

/* The matches that the last matched revision of (ns, id) had. */
int  store_matches_of(struct store *s, const char *ns, const char *id,
    struct arena *mem, struct matching *ret, struct err *err);

/* The alerts of a key so far: highest rev (0 = none) and the sinks that were
 * told or will be, "sink\nrecipient" each; only dropped ones do not count. */
struct told {
	uint32_t	 rev;
	enum event	 last_event;
	const char	**to;		uint32_t n_to;
};
int  store_told(struct store *s, const char *key, struct arena *mem,
    struct told *ret, struct err *err);

/* One alert and where it goes. */
struct dispatch {
	struct alert	 alert;
	const char	**sinks;	/* n names, with ... */
	/* ... the recipient of each ("" = none) */
	const char	**recipients;
	uint32_t	 n;
	/* of each: it waits for a digest; NULL = none does */
	bool		*gather;
};
/* Matches replace the former ones of (ns, id); alerts and their deliveries are
 * due at once; the advisory is matched. All or nothing. A delivery with the
 * same (event id, sink, recipient) is never made twice. If a newer revision
 * has come meanwhile (this one is superseded), nothing happens and *ret_stale
 * is true. */
int  store_advisory_matched(struct store *s, int64_t advisory,
    const struct matching *m, const struct dispatch *out, uint32_t n,
    int64_t now, bool *ret_stale, struct err *err);
/* An alert without an advisory (TEST). */
int  store_alert(struct store *s, const struct dispatch *out, int64_t now,
    int64_t *ret_first_delivery, struct err *err);

/* --- digests ------------------------------------------------------------- */

/* Whom gathered deliveries wait for. */
struct gathered {
	const char	*sink, *recipient;
	uint32_t	 n;
};
/* None while an advisory still waits to be matched with the devices in use:
 * the digest shall be one. */
int  store_gathered(struct store *s, struct arena *mem, struct gathered **ret,
    uint32_t *ret_n, struct err *err);
struct gathered_alert {
	int64_t		 delivery, alert;
};
/* The oldest `room` of one of them. */
int  store_gathered_alerts(struct store *s, const struct gathered *of,
    struct gathered_alert *ret, uint32_t room, uint32_t *ret_n,
    struct err *err);
/* These are told by the digest `out`, whose deliveries are due. With out NULL
 * each is due by itself. */
int  store_gathered_told(struct store *s, const struct gathered_alert *list,
    uint32_t n, const struct dispatch *out, int64_t now, struct err *err);

/* --- looking for one ------------------------------------------------------ */

struct found_advisory {
	int64_t		 id, received;
	const char	*feed, *ns, *advisory_id, *publisher, *title, *version;
	const char	*url, *state;	/* new, matched, aside */
	const char	*why;		/* of aside */
};
/* The current revision of what goes by this word: its id, its namespace and id
 * (as one text, with '/' or '#' between or not), its address, or the key of an
 * alert. Several publishers may use one id. */
int  store_advisory_find(struct store *s, const char *word, struct arena *mem,
    struct found_advisory *ret, uint32_t room, uint32_t *ret_n,
    struct err *err);

struct told_row {
	int64_t		 alert, at, settled;
	const char	*key, *event, *route, *sink, *recipient;
	const char	*state, *code, *reason, *receipt;
	uint32_t	 rev, tries;
};
/* The deliveries of an alert's key, newest first. */
int  store_told_rows(struct store *s, const char *key, struct arena *mem,
    struct told_row *ret, uint32_t room, uint32_t *ret_n, struct err *err);

/* --- deliveries ---------------------------------------------------------- */

struct due_delivery {
	int64_t		 id, alert, document;	/* document 0 = none */
	int64_t		 since;		/* time of its alert */
	/* The packed alert if it is small, else NULL: store_alert_bytes(). */
	const void	*packed;	size_t packed_len;
	const char	*sink, *recipient;
	uint32_t	 tries;
	const char	*key;
	/* see delivery.h */
	const char	**prior;	uint32_t n_prior;
};
/* Of one sink, in order; a later revision of a key is not handed out while an
 * earlier one to the same sink and recipient is still due (order per key).
 * Nothing while the sink is paused. */
int  store_deliveries_claim(struct store *s, const char *sink, int64_t now,
    int64_t lease, struct arena *mem, struct due_delivery *ret, uint32_t room,
    uint32_t *ret_n, struct err *err);
/* Reads between the two see one state and cost less; nothing may be written. */
int  store_look_begin(struct store *s, struct err *err);
void store_look_end(struct store *s);
/* Appends the packed alert. */
int  store_alert_bytes(struct store *s, int64_t alert, struct buf *out,
    struct err *err);

struct settled {
	int64_t		 delivery;
	struct outcome	 outcome;
	int64_t		 next_at;	/* if deferred */
};
/* "Delivered" is believed whenever it comes, also of one that was dropped or
 * refused meanwhile; the others count only while the delivery is due. */
int  store_deliveries_settled(struct store *s, const struct settled *list,
    uint32_t n, int64_t now, struct err *err);
/* Claims end without an outcome: due again at next_at, tries counted; or as if
 * they had never been claimed, if why is "" (given back unasked). */
int  store_deliveries_again(struct store *s, const int64_t *ids, uint32_t n,
    const char *why, int64_t next_at, int64_t now, struct err *err);
/* The earliest wall second > now at which something (address of a configured
 * feed, poll, delivery, retry) becomes due or a lease ends; INT64_MAX if none.
 *  */
int  store_next_due(struct store *s, int64_t now, int64_t *ret,
    struct err *err);

/* A sink's rest after a fault that reaches the whole sink; 0 = awake again. */
int  store_sink_pause(struct store *s, const char *sink, int64_t until,
    const char *why, int64_t now, struct err *err);
int  store_sink_paused_until(struct store *s, const char *sink, int64_t *ret,
    struct err *err);

/* --- device lists -------------------------------------------------------- */

/* The last good bytes of a list, for the day when its file is unreadable. */
int  store_list_keep(struct store *s, const char *name, const void *bytes,
    size_t len, int64_t now, struct err *err);
/* *ret stays empty (fd -1) if there are none. */
int  store_list_last(struct store *s, const char *name, struct blob *ret,
    int64_t *ret_kept_at, struct err *err);
/* The device index in use is this one (sha256 hex of all lists). If it differs
 * from the last, every current advisory becomes new again; one that is claimed
 * for matching becomes so when its matches of the former devices are in. */
int  store_devices_in_use(struct store *s, const char *digest, uint32_t devices,
    int64_t now, bool *ret_changed, struct err *err);

/* --- journal and views --------------------------------------------------- */

/* The journal is a hash chain: each line's SHA-256 covers the one before. All
 * calls above write theirs in the same transaction. */
int  store_journal(struct store *s, const char *event, const char *subject,
    const char *text, int64_t now, struct err *err);
struct journal_row {
	int64_t		 id, at;
	const char	*event, *subject, *text, *hash;
};
/* Lines behind number `after`, oldest first; of one subject (an advisory's id,
 * an alert's key, a URL ...) or of all if it is "". */
int  store_journal_read(struct store *s, const char *subject, int64_t after,
    struct arena *mem, struct journal_row *ret, uint32_t room, uint32_t *ret_n,
    struct err *err);
/* Goes through the chain: *ret_lines are whole, *ret_broken is the number of
 * the first line that is not (changed, or gone), 0 if all are. ret_head: hash
 * of the last whole line; who kept an earlier head elsewhere finds it in the
 * chain, unless the end of the journal was cut off. */
int  store_journal_verify(struct store *s, uint64_t *ret_lines,
    int64_t *ret_broken, char ret_head[SHA256_TEXT], struct err *err);

struct feed_view {
	const char	*name;
	bool		 configured;
	int64_t		 last_success;	/* of a listing */
	int64_t		 last_failure, next_poll;
	uint32_t	 failures;	/* in a row, of its worst listing */
	const char	*reason;	/* of the last failure */
	uint32_t	 addresses, waiting, failing, documents, aside;
};
struct sink_view {
	const char	*name;
	uint32_t	 due, delivered, refused, dropped;
	int64_t		 oldest_due, last_delivered, paused_until;
	const char	*reason;
};
struct store_view {
	struct feed_view *feeds;	uint32_t n_feeds;
	/* any that has deliveries */
	struct sink_view *sinks;	uint32_t n_sinks;
	uint64_t	 documents, documents_new, documents_aside;
	uint64_t	 advisories, advisories_new, matches, alerts;
	uint32_t	 devices;
	uint64_t	 bytes;		/* of the database file */
};
int  store_view(struct store *s, struct arena *mem, struct store_view *ret,
    struct err *err);

struct queue_row {
	const char	*what;		/* "delivery", "document", "advisory" */
	int64_t		 id;
	const char	*state;		/* due, refused, aside ... */
	const char	*sink, *recipient, *key, *event, *title;
	const char	*feed, *url;	/* of a document */
	uint32_t	 tries;
	int64_t		 next_at, since;
	const char	*code, *reason;
	const char	*receipt;	/* of a delivery */
};
/* Everything that waits or was set aside: deliveries not delivered nor dropped,
 * documents and advisories aside; oldest first. */
int  store_queue(struct store *s, struct arena *mem, struct queue_row **ret,
    uint32_t *ret_n, uint32_t room, struct err *err);
/* Deliveries (refused or due) become due now and their sinks awake; documents
 * and advisories aside become new. what: "delivery", "document", "advisory", or
 * "" = all of all. id 0 = all of that kind. */
int  store_retry(struct store *s, const char *what, int64_t id, int64_t now,
    uint32_t *ret_n, struct err *err);
int  store_drop(struct store *s, const char *what, int64_t id, const char *why,
    int64_t now, uint32_t *ret_n, struct err *err);
/* One delivery's state, for `test-sink`: fills row; -1 if there is none. */
int  store_delivery(struct store *s, int64_t id, struct arena *mem,
    struct queue_row *ret, struct err *err);
#endif
