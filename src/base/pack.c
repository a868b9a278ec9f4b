/* pack.c - see base/pack.h. */
#include <string.h>
#include "base/buf.h"
#include "base/err.h"
#include "base/pack.h"

static inline void
put_u32(uint8_t *to, uint32_t v)
{
	to[0] = (uint8_t)v;
	to[1] = (uint8_t)(v >> 8);
	to[2] = (uint8_t)(v >> 16);
	to[3] = (uint8_t)(v >> 24);
}

static inline uint32_t
take_u32(const uint8_t *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
	    (uint32_t)p[3] << 24;
}

void
pack_u8(struct buf *out, uint8_t v)
{
	buf_byte(out, (char)v);
}

void
pack_bool(struct buf *out, bool v)
{
	buf_byte(out, v ? 1 : 0);
}

void
pack_u32(struct buf *out, uint32_t v)
{
	uint8_t	bytes[4];

	put_u32(bytes, v);
	buf_add(out, bytes, sizeof(bytes));
}

void
pack_u32s(struct buf *out, const uint32_t *list, uint32_t n)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	buf_add(out, list, (size_t)n * sizeof(*list));
#else
	for (uint32_t i = 0; i < n; i++)
		pack_u32(out, list[i]);
#endif
}

void
pack_i64(struct buf *out, int64_t v)
{
	uint8_t		bytes[8];
	uint64_t	u = (uint64_t)v;

	put_u32(bytes, (uint32_t)u);
	put_u32(bytes + 4, (uint32_t)(u >> 32));
	buf_add(out, bytes, sizeof(bytes));
}

/* A length that u32 cannot say can only be refused. */
static bool
length_fits(struct buf *out, size_t n)
{
	if (n < UINT32_MAX)
		return true;
	out->over = true;
	return false;
}

void
pack_str(struct buf *out, const char *s)
{
	size_t	n = s != NULL ? strlen(s) : 0;

	if (!length_fits(out, n))
		return;
	pack_u32(out, (uint32_t)n);
	buf_add(out, s != NULL ? s : "", n + 1);
}

void
pack_bytes(struct buf *out, const void *p, size_t n)
{
	if (!length_fits(out, n))
		return;
	pack_u32(out, (uint32_t)n);
	buf_add(out, p, n);
}

void
unpack_open(struct unpack *u, const void *p, size_t n)
{
	static const uint8_t	none[1];

	u->at = p != NULL ? p : none;
	u->end = p != NULL ? u->at + n : none;
	u->bad = false;
	u->field = NULL;
}

void
unpack_fail(struct unpack *u, const char *field)
{
	if (u->bad)
		return;
	u->bad = true;
	u->field = field;
}

/* The next n bytes, or NULL. */
static inline const uint8_t *
take(struct unpack *u, const char *field, size_t n)
{
	const uint8_t	*p = u->at;

	if (u->bad || n > (size_t)(u->end - p)) {
		unpack_fail(u, field);
		return NULL;
	}
	u->at = p + n;
	return p;
}

uint8_t
unpack_u8(struct unpack *u, const char *field, uint8_t max)
{
	const uint8_t	*p = take(u, field, 1);

	if (p == NULL)
		return 0;
	if (*p > max) {
		unpack_fail(u, field);
		return 0;
	}
	return *p;
}

bool
unpack_bool(struct unpack *u, const char *field)
{
	return unpack_u8(u, field, 1) == 1;
}

uint32_t
unpack_u32(struct unpack *u, const char *field, uint32_t max)
{
	const uint8_t	*p = take(u, field, 4);

	if (p == NULL)
		return 0;
	uint32_t	v = take_u32(p);
	if (v > max) {
		unpack_fail(u, field);
		return 0;
	}
	return v;
}

int64_t
unpack_i64(struct unpack *u, const char *field)
{
	const uint8_t	*p = take(u, field, 8);

	if (p == NULL)
		return 0;
	uint64_t	v = take_u32(p) | (uint64_t)take_u32(p + 4) << 32;
	return (int64_t)v;
}

const char *
unpack_str(struct unpack *u, const char *field, size_t max)
{
	const uint8_t	*p = take(u, field, 4);

	if (p == NULL)
		return "";
	size_t	n = take_u32(p);
	if (n > max || n == UINT32_MAX) {
		unpack_fail(u, field);
		return "";
	}
	p = take(u, field, n + 1);
	if (p == NULL)
		return "";
	if (memchr(p, '\0', n + 1) != p + n) {
		unpack_fail(u, field);
		return "";
	}
	return (const char *)p;
}

const void *
unpack_bytes(struct unpack *u, const char *field, size_t max, size_t *ret_len)
{
	const uint8_t	*p = take(u, field, 4);

	*ret_len = 0;
	if (p == NULL)
		return "";
	size_t	n = take_u32(p);
	if (n > max) {
		unpack_fail(u, field);
		return "";
	}
	p = take(u, field, n);
	if (p == NULL)
		return "";
	*ret_len = n;
	return p;
}

uint32_t
unpack_count(struct unpack *u, const char *field, uint32_t max, size_t least)
{
	uint32_t	n = unpack_u32(u, field, max);

	if (least == 0)
		least = 1;
	if (n > (size_t)(u->end - u->at) / least) {
		unpack_fail(u, field);
		return 0;
	}
	return n;
}

int
unpack_done(struct unpack *u, struct err *err)
{
	if (u->bad)
		return err_peer(err, "the field \"%s\" cannot be unpacked",
		    u->field != NULL ? u->field : "?");
	if (u->at != u->end)
		return err_peer(err, "%zu bytes more than expected",
		    (size_t)(u->end - u->at));
	return 0;
}
