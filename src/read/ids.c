#include <string.h>
#include <sys/random.h>
#include "base/arena.h"
#include "ids.h"

#define IDS_FIRST_ROOM 64u

static uint64_t seed = 0x9e3779b97f4a7c15u;

void
ids_seed(void)
{
	uint64_t fresh;

	if (getrandom(&fresh, sizeof(fresh), GRND_NONBLOCK) ==
	    (ssize_t)sizeof(fresh)) {
		seed = fresh | 1;
	}
}

/* Eight bytes a step, keyed: product ids are long and many. */
static uint32_t
hash_text(const char *s)
{
	size_t n = strlen(s);
	uint64_t h = seed ^ (n * 0xff51afd7ed558ccdu);

	while (n > 0) {
		uint64_t word = 0;
		size_t step = n < sizeof(word) ? n : sizeof(word);

		memcpy(&word, s, step);
		h = (h ^ word) * 0xc4ceb9fe1a85ec53u;
		h = (h ^ (h >> 29)) + seed;
		s += step;
		n -= step;
	}
	h *= 0xff51afd7ed558ccdu;
	return (uint32_t)(h >> 32);
}

static struct ids_slot *
slot_of(const struct ids *t, const char *key, uint32_t hash)
{
	size_t mask = t->room - 1;
	size_t i = hash & mask;

	while (t->slots[i].key != NULL && (t->slots[i].hash != hash ||
	    strcmp(t->slots[i].key, key) != 0)) {
		i = (i + 1) & mask;
	}
	return &t->slots[i];
}

static void
grow(struct ids *t, struct arena *mem)
{
	struct ids old = *t;

	t->room = old.room == 0 ? IDS_FIRST_ROOM : old.room * 2;
	t->slots = arena_alloc(mem, t->room * sizeof(*t->slots));
	for (size_t i = 0; i < old.room; i++) {
		if (old.slots[i].key != NULL) {
			*slot_of(t, old.slots[i].key, old.slots[i].hash) =
			    old.slots[i];
		}
	}
}

bool
ids_add(struct ids *t, struct arena *mem, const char *key, uint32_t value)
{
	uint32_t hash = hash_text(key);

	if ((t->n + 1) * 2 > t->room) {
		grow(t, mem);
	}
	struct ids_slot *s = slot_of(t, key, hash);
	if (s->key != NULL) {
		return false;
	}
	*s = (struct ids_slot){ .key = key, .hash = hash, .value = value };
	t->n++;
	return true;
}

bool
ids_find(const struct ids *t, const char *key, uint32_t *ret)
{
	if (t->room == 0) {
		return false;
	}
	const struct ids_slot *s = slot_of(t, key, hash_text(key));
	if (s->key == NULL) {
		return false;
	}
	*ret = s->value;
	return true;
}
