#include <stdlib.h>
#include "base/mem.h"
#include "set.h"

#define ROOM_LEAST 64u

static void
set_grow(struct set *s)
{
	struct set big = { .room = s->room != 0 ? s->room * 2 : ROOM_LEAST };

	big.slot = mem_alloc(big.room * sizeof(*big.slot));
	for (size_t i = 0; i < s->room; i++) {
		if (s->slot[i].key == 0)
			continue;
		size_t at = s->slot[i].key & (big.room - 1);
		while (big.slot[at].key != 0)
			at = (at + 1) & (big.room - 1);
		big.slot[at] = s->slot[i];
	}
	big.n = s->n;
	free(s->slot);
	*s = big;
}

uint32_t *
set_find(struct set *s, uint64_t key, bool *ret_new)
{
	if (s->n * 3 >= s->room * 2)
		set_grow(s);
	size_t at = key & (s->room - 1);
	while (s->slot[at].key != 0 && s->slot[at].key != key)
		at = (at + 1) & (s->room - 1);
	*ret_new = s->slot[at].key == 0;
	if (*ret_new) {
		s->slot[at].key = key;
		s->n++;
	}
	return &s->slot[at].value;
}

const uint32_t *
set_get(const struct set *s, uint64_t key)
{
	if (s->room == 0)
		return NULL;
	size_t at = key & (s->room - 1);
	while (s->slot[at].key != 0 && s->slot[at].key != key)
		at = (at + 1) & (s->room - 1);
	return s->slot[at].key != 0 ? &s->slot[at].value : NULL;
}

void
set_fetch(const struct set *s, uint64_t key)
{
	if (s->room != 0)
		__builtin_prefetch(&s->slot[key & (s->room - 1)]);
}

void
set_clear(struct set *s)
{
	free(s->slot);
	*s = (struct set){ .slot = NULL };
}
