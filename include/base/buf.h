/* base/buf.h - growing bytes with a ceiling.
 *
 * All growth of text and bytes goes through here. The ceiling is given at
 * birth; an append that would pass it is dropped whole and `over` stays set, so
 * callers write straight on and look once at the end. `data` always ends in a
 * NUL that `len` does not count (an empty buf's data may be NULL: use
 * buf_text). */
#ifndef BASE_BUF_H
#define BASE_BUF_H
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

struct buf {
	char	*data;
	size_t	 len;
	size_t	 cap;
	size_t	 max;		/* ceiling for len */
	bool	 over;		/* something was dropped */
	bool	 wipe;		/* holds a secret: no copy of it is left */
};

#define BUF_INIT(ceiling) { .max = (ceiling) }
/* Overwrites its bytes before it grows elsewhere, forgets or frees them. */
#define BUF_SECRET(ceiling) { .max = (ceiling), .wipe = true }

void	 buf_init(struct buf *b, size_t max);
void	 buf_add(struct buf *b, const void *p, size_t n);
void	 buf_byte(struct buf *b, char c);
void	 buf_puts(struct buf *b, const char *s);
void	 buf_printf(struct buf *b, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
const char *buf_text(const struct buf *b);		/* "" while empty */
void	 buf_cut(struct buf *b, size_t len);		/* back to len bytes */
/* empty; keeps memory */
void	 buf_reset(struct buf *b);
/* gives data away, never NULL */
char	*buf_take(struct buf *b);
void	 buf_clear(struct buf *b);		/* frees; keeps max, wipe */
#endif
