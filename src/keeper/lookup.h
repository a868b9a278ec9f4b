/* keeper/lookup.h - devices of a matching by name, and texts seen before.
 *
 * Both are hash tables with open addressing; an alert may concern 100,000
 * devices. Private to the keeper. */
#ifndef KEEPER_LOOKUP_H
#define KEEPER_LOOKUP_H
#include <stdbool.h>
#include <stdint.h>
#include "noun/match.h"

struct arena;

/* By (list, id); lends from the matching. */
struct device_table {
	const struct matching *m;
	uint32_t	*slots;		/* index + 1 */
	uint32_t	 mask;
};

void device_table_build(struct arena *mem, const struct matching *m,
    struct device_table *ret);
/* NULL if there is none; of several the first. */
const struct match *device_table_find(const struct device_table *t,
    const struct match *like);

/* For lists without repetitions; lends the texts. The seed keeps publishers
 * from choosing texts that collide. */
struct texts {
	uint64_t	 seed;
	const char	**slots;
	uint32_t	 cap, n;
};

bool texts_hold(const struct texts *t, const char *s);
/* True if it was not there before. */
bool texts_add(struct texts *t, const char *s);
void texts_clear(struct texts *t);
#endif
