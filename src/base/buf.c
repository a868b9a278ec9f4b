/* buf.c - see base/buf.h. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/buf.h"
#include "base/mem.h"

#define CAP_LEAST 64u

void
buf_init(struct buf *b, size_t max)
{
	*b = (struct buf)BUF_INIT(max);
}

static void
wipe(struct buf *b)
{
	if (b->wipe && b->data != NULL)
		explicit_bzero(b->data, b->cap);
}

/* Room for n more bytes and the NUL; false if that passes the ceiling. */
static bool
buf_room(struct buf *b, size_t n)
{
	size_t	max = b->max < SIZE_MAX / 4 ? b->max : SIZE_MAX / 4;

	if (b->len > max || n > max - b->len) {
		b->over = true;
		return false;
	}
	size_t	need = b->len + n + 1;
	if (need <= b->cap)
		return true;
	size_t	cap = b->cap != 0 ? b->cap * 2 : CAP_LEAST;
	if (cap < need)
		cap = need;
	if (cap > max + 1)
		cap = max + 1;
	if (b->wipe) {
		/* realloc would leave the old bytes where they were. */
		char	*data = mem_resize(NULL, cap);

		if (b->data != NULL)
			memcpy(data, b->data, b->len + 1);
		wipe(b);
		free(b->data);
		b->data = data;
	} else {
		b->data = mem_resize(b->data, cap);
	}
	b->cap = cap;
	return true;
}

void
buf_add(struct buf *b, const void *p, size_t n)
{
	if (!buf_room(b, n))
		return;
	if (n != 0)
		memcpy(b->data + b->len, p, n);
	b->len += n;
	b->data[b->len] = '\0';
}

void
buf_byte(struct buf *b, char c)
{
	if (!buf_room(b, 1))
		return;
	b->data[b->len++] = c;
	b->data[b->len] = '\0';
}

void
buf_puts(struct buf *b, const char *s)
{
	buf_add(b, s, strlen(s));
}

void
buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list	ap, again;
	size_t	free_room = b->cap > b->len ? b->cap - b->len : 0;

	va_start(ap, fmt);
	va_copy(again, ap);
	int	n = vsnprintf(free_room != 0 ? b->data + b->len : NULL,
	    free_room, fmt, ap);
	va_end(ap);
	if (n < 0)
		bug("buf: cannot format \"%s\"", fmt);
	if (!buf_room(b, (size_t)n)) {
		if (free_room != 0)
			b->data[b->len] = '\0';
	} else {
		if ((size_t)n >= free_room)
			vsnprintf(b->data + b->len, (size_t)n + 1, fmt, again);
		b->len += (size_t)n;
	}
	va_end(again);
}

const char *
buf_text(const struct buf *b)
{
	return b->data != NULL ? b->data : "";
}

void
buf_cut(struct buf *b, size_t len)
{
	if (len >= b->len)
		return;
	b->len = len;
	b->data[len] = '\0';
}

void
buf_reset(struct buf *b)
{
	wipe(b);
	b->len = 0;
	b->over = false;
	if (b->data != NULL)
		b->data[0] = '\0';
}

char *
buf_take(struct buf *b)
{
	char	*data = b->data != NULL ? b->data : mem_text("");

	buf_init(b, b->max);
	return data;
}

void
buf_clear(struct buf *b)
{
	bool	secret = b->wipe;

	wipe(b);
	free(b->data);
	buf_init(b, b->max);
	b->wipe = secret;
}
