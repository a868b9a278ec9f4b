/* base/secret.h - a string that cannot be printed by accident.
 *
 * No formatter takes it and no log call accepts it; the one way to its bytes is
 * secret_bytes, which is easy to search for. secret_clear wipes. */
#ifndef BASE_SECRET_H
#define BASE_SECRET_H
#include <stddef.h>

struct buf;
struct err;
struct unpack;

struct secret {
	char	*hidden_;
	size_t	 len;
};

#define SECRET_INIT { .hidden_ = NULL }

void	 secret_set(struct secret *s, const char *bytes, size_t n);
/* Reads a file of at most SECRET_MAX bytes, strips one trailing newline, and
 * refuses one that group or others can read or that is owned by somebody other
 * than root or us. */
int	 secret_read(struct secret *s, const char *path, struct err *err);
const char *secret_bytes(const struct secret *s);	/* "" when unset */
void	 secret_pack(struct buf *out, const struct secret *s);
void	 secret_unpack(struct unpack *in, struct secret *ret);
void	 secret_clear(struct secret *s);
#endif
