/* base/arena.h - memory of one noun, freed all at once.
 *
 * A noun with many strings and lists is built in one arena and has no clear
 * function of its own: who owns the arena owns the noun. Nothing in an arena is
 * freed or shrunk singly. Out of memory ends the process (base/mem.h). */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H
#include <stdbool.h>
#include <stddef.h>

struct arena_chunk;

struct arena {
	struct arena_chunk	*chunk;		/* newest first */
	size_t			 used;		/* bytes handed out in all */
	bool			 wipe;		/* holds secrets */
};

#define ARENA_INIT { .chunk = NULL }

/* zeroed, aligned to 16 */
void	*arena_alloc(struct arena *a, size_t size);
/* not zeroed, aligned to 8 */
void	*arena_raw(struct arena *a, size_t size);
char	*arena_text(struct arena *a, const char *s);	/* NULL copies as "" */
char	*arena_text_n(struct arena *a, const char *s, size_t n);
char	*arena_printf(struct arena *a, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Room for one more item behind the n that are there: doubles at powers of
 * two, so that no capacity need be kept. Use:
 *	list = arena_more(a, list, n, sizeof(*list)); list[n++] = item;
 * The array must have been grown by this function alone, from NULL and 0. */
void	*arena_more(struct arena *a, void *items, size_t n, size_t size);

/* Empty, usable again. With `wipe` set all its bytes are overwritten first. */
void	 arena_clear(struct arena *a);
#endif
