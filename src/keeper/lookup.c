#include "lookup.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/mem.h"

/* FNV-1a. */
static uint64_t
hash_text(uint64_t h, const char *s)
{
	for (; *s != '\0'; s++)
		h = (h ^ (unsigned char)*s) * 0x100000001b3u;
	return h ^ h >> 29;
}

static uint32_t *
table_slot(const struct device_table *t, const struct device *d)
{
	uint64_t h = hash_text(hash_text(0xcbf29ce484222325u, d->id), d->list);

	for (uint32_t i = (uint32_t)h & t->mask;; i = (i + 1) & t->mask) {
		uint32_t at = t->slots[i];

		if (at == 0 || (strcmp(t->m->matches[at - 1].device.id,
		    d->id) == 0 && strcmp(t->m->matches[at - 1].device.list,
		    d->list) == 0))
			return &t->slots[i];
	}
}

void
device_table_build(struct arena *mem, const struct matching *m,
    struct device_table *ret)
{
	uint32_t size = 2;

	while (size < 2 * m->n)
		size *= 2;
	ret->m = m;
	ret->mask = size - 1;
	ret->slots = arena_alloc(mem, size * sizeof(*ret->slots));
	for (uint32_t i = 0; i < m->n; i++) {
		uint32_t *slot = table_slot(ret, &m->matches[i].device);

		if (*slot == 0)
			*slot = i + 1;
	}
}

const struct match *
device_table_find(const struct device_table *t, const struct match *like)
{
	uint32_t at = *table_slot(t, &like->device);

	return at == 0 ? NULL : &t->m->matches[at - 1];
}

static const char **
texts_slot(const struct texts *t, const char *s)
{
	uint32_t i = (uint32_t)hash_text(t->seed, s) & (t->cap - 1);

	while (t->slots[i] != NULL && strcmp(t->slots[i], s) != 0)
		i = (i + 1) & (t->cap - 1);
	return &t->slots[i];
}

bool
texts_hold(const struct texts *t, const char *s)
{
	return t->cap > 0 && *texts_slot(t, s) != NULL;
}

bool
texts_add(struct texts *t, const char *s)
{
	if (texts_hold(t, s))
		return false;
	if (2 * t->n >= t->cap) {
		struct texts old = *t;

		t->cap = old.cap == 0 ? 16 : old.cap * 2;
		t->slots = mem_alloc(t->cap * sizeof(*t->slots));
		for (uint32_t i = 0; i < old.cap; i++)
			if (old.slots[i] != NULL)
				*texts_slot(t, old.slots[i]) =
				    old.slots[i];
		free(old.slots);
	}
	*texts_slot(t, s) = s;
	t->n++;
	return true;
}

void
texts_clear(struct texts *t)
{
	free(t->slots);
	t->slots = NULL;
	t->cap = t->n = 0;
}
