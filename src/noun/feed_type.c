/* noun/feed_types.c - relay.conf's feed types. Pure data; it stands on this
 * floor because the keeper and `read` both need it and share nothing else. */
#include <stddef.h>
#include <string.h>
#include "noun/feed_type.h"

const struct feed_type feed_types[] = {
	{ "csaf-provider", "csaf-provider",
	    ".well-known/csaf/provider-metadata.json",
	    "provider-metadata.json", true },
	{ "csaf-rolie", "csaf-rolie", "", "", true },
	{ "csaf-directory", "csaf-directory", "changes.csv", "index.txt",
	    true },
	{ "csaf", "csaf", "", "", false },
	{ "rss", "rss", "", "", true },
	{ "atom", "atom", "", "", true },
	{ NULL, NULL, NULL, NULL, false },
};

const struct feed_type *
feed_type_find(const char *name)
{
	for (const struct feed_type *t = feed_types; t->name != NULL; t++) {
		if (strcmp(t->name, name) == 0) {
			return t;
		}
	}
	return NULL;
}
