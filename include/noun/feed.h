/* noun/feed.h - a source, and how and when to poll it.
 *
 * A feed is a tree of addresses. Its root is the configured URL; a listing
 * (provider metadata, ROLIE, changes.csv) leads to further addresses, a
 * document to advisories. All of it is one loop: address -> document ->
 * {advisories, addresses}. Strings live in the arena or buffer that the noun
 * came from and are never NULL. */
#ifndef NOUN_FEED_H
#define NOUN_FEED_H
#include <stdbool.h>
#include <stdint.h>
#include "base/tls.h"

struct arena;
struct buf;
struct unpack;

struct feed {
	const char	*name;
	const char	*url;
	const char	*type;		/* a feed type of contract/format.h */
	uint32_t	 every_s;
	uint32_t	 timeout_s;	/* one exchange */
	uint32_t	 max_bytes;	/* one document, decompressed */
	bool		 verify_hash;
	bool		 https_only;	/* false only if the URL says http: */
	const char	*user_agent;
	const char	*proxy;		/* "" = none */
	/* CIDRs that the address guard lets through */
	const char	**allow;
	uint32_t	 n_allow;
	struct tls_files tls;
};

enum address_kind {
	ADDRESS_LISTING,	/* polled each time */
	/* fetched when its listing says that it changed */
	ADDRESS_DOCUMENT,
};

/* Where something lies, as a listing tells it. */
struct address {
	enum address_kind kind;
	const char	*url;
	/* tried when url is 404/410; "" = none */
	const char	*alt;
	const char	*format;	/* a format of contract/format.h */
	/* stamp of the listing, verbatim; "" = none */
	const char	*updated;
	/* sha512 or sha256 file; "" = none told */
	const char	*hash_url;
	const char	*signature_url;	/* OpenPGP; "" = none told */
};

/* One FETCH ask: go there, unless it is what we know already. */
struct poll {
	struct feed	 feed;
	struct address	 address;
	/* verbatim from the last answer; "" = none */
	const char	*etag;
	const char	*last_modified;
};

void feed_pack(struct buf *out, const struct feed *f);
void feed_unpack(struct unpack *in, struct arena *mem, struct feed *ret);
void address_pack(struct buf *out, const struct address *a);
void address_unpack(struct unpack *in, struct address *ret);
void poll_pack(struct buf *out, const struct poll *p);
void poll_unpack(struct unpack *in, struct arena *mem, struct poll *ret);
#endif
