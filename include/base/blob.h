/* base/blob.h - a body that travels between processes: a sealed memfd.
 *
 * A blob cannot grow, shrink or change after blob_seal(). blob_adopt() is the
 * only way to accept a foreign descriptor, and it checks exactly that: a memfd,
 * all four seals (SEAL, SHRINK, GROW, WRITE), at most `max` bytes. An empty
 * blob has fd -1 and len 0; an empty *body* is a blob with fd >= 0, len 0, and
 * maps to a valid pointer. */
#ifndef BASE_BLOB_H
#define BASE_BLOB_H
#include <stddef.h>

struct err;

struct blob {
	int		 fd;		/* owned; -1: no blob */
	size_t		 len;
	const void	*map;		/* read-only, NULL until blob_map() */
};

#define BLOB_INIT { .fd = -1 }

/* A writable memfd to fill with write(2), then seal. `label` shows in /proc. */
int  blob_start(int *ret_fd, const char *label, struct err *err);
int  blob_seal(struct blob *blob, int take_fd, struct err *err);
/* start + write + seal in one. */
int  blob_of(struct blob *blob, const char *label, const void *p, size_t n,
    struct err *err);
int  blob_adopt(struct blob *blob, int take_fd, size_t max, struct err *err);
int  blob_map(struct blob *blob, struct err *err);
/* A second handle on the same bytes (dup); not mapped. */
int  blob_share(struct blob *ret, const struct blob *from, struct err *err);
void blob_clear(struct blob *blob);	/* unmaps, closes, back to BLOB_INIT */
#endif
