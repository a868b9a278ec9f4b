/* noun/document.h - bytes from a feed, with origin and digest.
 *
 * The bytes travel beside it as a blob and are kept for ever as evidence. */
#ifndef NOUN_DOCUMENT_H
#define NOUN_DOCUMENT_H
#include <stdint.h>
#include "base/digest.h"

struct buf;
struct unpack;

enum fetch_result {
	FETCH_DOCUMENT,		/* bytes came, they are in the blob */
	FETCH_UNCHANGED,	/* 304, or the same digest */
	FETCH_GONE,		/* 404, 410 at url and alt */
	/* not now: network, 5xx, a ceiling ... see reason */
	FETCH_FAILED,
	/* guard, protocol, 401/403: a person must look */
	FETCH_FORBIDDEN,
};

enum hash_check {
	HASH_NONE,		/* nobody told a digest */
	HASH_RIGHT,
	HASH_WRONG,
	/* told, but its file could not be had or read */
	HASH_UNREADABLE,
};

/* The answer to a FETCH ask. */
struct fetched {
	enum fetch_result result;
	enum hash_check	 hash;
	uint32_t	 status;	/* HTTP, 0 if none */
	const char	*url;		/* where the bytes came from at last */
	const char	*media_type;
	const char	*etag;
	const char	*last_modified;
	const char	*reason;	/* for people, "" if a document came */
	/* from Retry-After, wall seconds; 0 = none */
	int64_t		 not_before;
	int64_t		 size;
	char		 sha256[SHA256_TEXT];
};

void fetched_pack(struct buf *out, const struct fetched *f);
void fetched_unpack(struct unpack *in, struct fetched *ret);
const char *fetch_result_name(enum fetch_result r);
const char *hash_check_name(enum hash_check h);

/* One READ ask; the blob is the document. */
struct document {
	const char	*feed;		/* feed name */
	const char	*url;
	const char	*format;
};

void document_pack(struct buf *out, const struct document *d);
void document_unpack(struct unpack *in, struct document *ret);
#endif
