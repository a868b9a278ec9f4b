/* noun/set.h - an open-addressed set of 64-bit hashes, a number behind each; of
 * this room only. */
#ifndef NOUN_SET_H
#define NOUN_SET_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct set {				/* zeroed: empty */
	struct set_slot {
		uint64_t	key;	/* 0: free */
		uint32_t	value;
	}		*slot;
	size_t		 n, room;	/* room: a power of two, or 0 */
};

/* The number behind a key that is not 0; *ret_new tells that it was not
 * there. Valid until the next call. */
uint32_t *set_find(struct set *s, uint64_t key, bool *ret_new);
/* NULL if it is not there. */
const uint32_t *set_get(const struct set *s, uint64_t key);
void	 set_fetch(const struct set *s, uint64_t key);	/* will be asked for */
void	 set_clear(struct set *s);
#endif
