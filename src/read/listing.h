/* read/listing.h - the addresses of documents that a listing gives, each once.
 * For rolie.c and directory.c. */
#ifndef READ_LISTING_H
#define READ_LISTING_H
#include <stdint.h>
#include "noun/advisory.h"
#include "ids.h"
#include "walk.h"

struct listing_of {
	struct walk	 walk;
	const char	*base;		/* where the listing came from */
	struct reading	*ret;
	struct ids	 seen;		/* url -> index of addresses */
	uint32_t	 left_out;	/* beyond ADDRESSES_MAX */
};

/* Takes it, or, if the URL is there already, keeps the newer stamp. */
void listing_take_address(struct listing_of *l, const struct address *a);
/* The closing remarks. */
void listing_done(struct listing_of *l);
#endif
