/* read/ids.h - a table from text to a number: product ids, group ids, URLs.
 *
 * Lives in an arena; the keys are lent by the caller. The hashing is keyed with
 * a number that the publisher cannot know, so that no document can make the
 * look-ups slow. */
#ifndef READ_IDS_H
#define READ_IDS_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;

struct ids_slot {
	const char	*key;		/* NULL = free */
	uint32_t	 hash;
	uint32_t	 value;
};

struct ids {
	struct ids_slot	*slots;
	size_t		 room;		/* a power of two, or 0 */
	size_t		 n;
};

void ids_seed(void);		/* once per process, before the sandbox */
/* False, and nothing is changed, if the key is there. */
bool ids_add(struct ids *t, struct arena *mem, const char *key, uint32_t value);
bool ids_find(const struct ids *t, const char *key, uint32_t *ret);
#endif
