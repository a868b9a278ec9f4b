/* arena.c - see base/arena.h.
 *
 * Chunks double from 4 KiB to 1 MiB. A request that would waste most of a fresh
 * chunk gets one of its own behind the newest, so that the newest stays in
 * use. Under a sanitizer every request has a chunk of its own: only then does
 * it see a write beyond the end. */
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/arena.h"
#include "base/mem.h"

#define ALIGN		16u
#define CHUNK_LEAST	(4u << 10)
#define CHUNK_MOST	(1u << 20)
#define MORE_LEAST	4u	/* items; a power of two */

struct arena_chunk {
	struct arena_chunk	*next;
	size_t			 used;
	size_t			 cap;
	size_t			 pad_;		/* data stays aligned */
	_Alignas(ALIGN) char	 data[];
};

static struct arena_chunk *
chunk_new(size_t cap)
{
	if (cap > SIZE_MAX / 2)
		bug("arena: %zu bytes asked for", cap);
	struct arena_chunk	*c = mem_resize(NULL, sizeof(*c) + cap);

	c->next = NULL;
	c->used = 0;
	c->cap = cap;
	return c;
}

#ifdef SANITIZED
static void *
grab(struct arena *a, size_t size, size_t align)
{
	struct arena_chunk	*c = chunk_new(size);

	(void)align;
	c->used = size;
	c->next = a->chunk;
	a->chunk = c;
	a->used += size;
	return c->data;
}
#else
static void *
grab_slow(struct arena *a, size_t size)
{
	size_t			 cap = CHUNK_LEAST;
	struct arena_chunk	*newest = a->chunk;

	if (newest != NULL) {
		cap = newest->cap * 2;
		if (cap > CHUNK_MOST)
			cap = CHUNK_MOST;
		if (cap < CHUNK_LEAST)
			cap = CHUNK_LEAST;
	}
	if (size > cap / 4) {
		struct arena_chunk	*own = chunk_new(size);

		own->used = size;
		if (newest != NULL) {
			own->next = newest->next;
			newest->next = own;
		} else {
			a->chunk = own;
		}
		a->used += size;
		return own->data;
	}
	struct arena_chunk	*c = chunk_new(cap);
	c->used = size;
	c->next = newest;
	a->chunk = c;
	a->used += size;
	return c->data;
}

static inline void *
grab(struct arena *a, size_t size, size_t align)
{
	struct arena_chunk	*c = a->chunk;

	if (c != NULL) {
		size_t	at = (c->used + align - 1) & ~(align - 1);

		if (at <= c->cap && size <= c->cap - at) {
			c->used = at + size;
			a->used += size;
			return c->data + at;
		}
	}
	return grab_slow(a, size);
}
#endif

void *
arena_alloc(struct arena *a, size_t size)
{
	void	*p = grab(a, size, ALIGN);

	memset(p, 0, size);
	return p;
}

void *
arena_raw(struct arena *a, size_t size)
{
	return grab(a, size, 8);
}

char *
arena_text(struct arena *a, const char *s)
{
	return arena_text_n(a, s, s != NULL ? strlen(s) : 0);
}

char *
arena_text_n(struct arena *a, const char *s, size_t n)
{
	if (n == SIZE_MAX)
		bug("arena: a text without end");
	char	*copy = grab(a, n + 1, 1);

	if (n != 0)
		memcpy(copy, s, n);
	copy[n] = '\0';
	return copy;
}

char *
arena_printf(struct arena *a, const char *fmt, ...)
{
	char	small[256];
	va_list	ap, again;

	va_start(ap, fmt);
	va_copy(again, ap);
	int	n = vsnprintf(small, sizeof(small), fmt, ap);
	va_end(ap);
	if (n < 0)
		bug("arena: cannot format \"%s\"", fmt);
	char	*out = grab(a, (size_t)n + 1, 1);
	if ((size_t)n < sizeof(small))
		memcpy(out, small, (size_t)n + 1);
	else
		vsnprintf(out, (size_t)n + 1, fmt, again);
	va_end(again);
	return out;
}

/* An array at the end of the newest chunk can grow where it stands. */
static bool
grow_in_place(struct arena *a, const char *items, size_t old, size_t more)
{
	struct arena_chunk	*c = a->chunk;

	if (c == NULL || items < c->data || items > c->data + c->cap ||
	    items + old != c->data + c->used || more > c->cap - c->used)
		return false;
	memset(c->data + c->used, 0, more);
	c->used += more;
	a->used += more;
	return true;
}

void *
arena_more(struct arena *a, void *items, size_t n, size_t size)
{
	if (n == 0) {
		/* The first grow of a list that was emptied keeps its room. */
		if (items == NULL)
			items = arena_alloc(a, MORE_LEAST * size);
		return items;
	}
	if (n < MORE_LEAST || (n & (n - 1)) != 0)
		return items;
	if (size != 0 && n > SIZE_MAX / 4 / size)
		bug("arena: %zu items of %zu bytes", n, size);
	size_t	old = n * size;

	if (grow_in_place(a, items, old, old))
		return items;
	char	*copy = grab(a, 2 * old, ALIGN);
	memcpy(copy, items, old);
	memset(copy + old, 0, old);
	return copy;
}

void
arena_clear(struct arena *a)
{
	struct arena_chunk	*c = a->chunk;

	while (c != NULL) {
		struct arena_chunk	*next = c->next;

		if (a->wipe)
			explicit_bzero(c->data, c->cap);
		free(c);
		c = next;
	}
	a->chunk = NULL;
	a->used = 0;
}
