/* noun/feed_type.h - relay.conf's feed types. Pure data: the config check, the
 * keeper and the readers mean the same by a word. */
#ifndef NOUN_FEED_TYPE_H
#define NOUN_FEED_TYPE_H
#include <stdbool.h>

/* A feed type, and the address that it starts from. */
struct feed_type {
	const char	*name;		/* "csaf-provider" */
	const char	*format;	/* format of the root address */
	/* put behind the URL if it ends in '/' */
	const char	*suffix;
	const char	*alt_suffix;	/* the same for alt; "" = no alt */
	bool		 listing;	/* the root is a listing */
};

extern const struct feed_type feed_types[];	/* name NULL ends it */
const struct feed_type *feed_type_find(const char *name);
#endif
