/* base/pack.h - fields into bytes and back.
 *
 * Both directions fail once and stay failed: callers write straight down the
 * fields and look at the result of the closing call only. Widths are fixed,
 * numbers little-endian, strings are u32 length + bytes + NUL.
 *
 * unpack_str LENDS: the result points into the bytes that were opened and lives
 * as long as they do. It is NUL-terminated and has no NUL inside; both are
 * checked. After a failure every getter returns 0, false or "". */
#ifndef BASE_PACK_H
#define BASE_PACK_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;
struct err;

struct unpack {
	const uint8_t	*at, *end;
	bool		 bad;
	const char	*field;		/* the first that failed */
};

void pack_u8(struct buf *out, uint8_t v);
void pack_bool(struct buf *out, bool v);
void pack_u32(struct buf *out, uint32_t v);
/* n numbers, without their count */
void pack_u32s(struct buf *out, const uint32_t *list, uint32_t n);
void pack_i64(struct buf *out, int64_t v);
void pack_str(struct buf *out, const char *s);	/* NULL packs as "" */
void pack_bytes(struct buf *out, const void *p, size_t n);

void		 unpack_open(struct unpack *u, const void *p, size_t n);
uint8_t		 unpack_u8(struct unpack *u, const char *field, uint8_t max);
bool		 unpack_bool(struct unpack *u, const char *field);
uint32_t	 unpack_u32(struct unpack *u, const char *field, uint32_t max);
int64_t		 unpack_i64(struct unpack *u, const char *field);
const char	*unpack_str(struct unpack *u, const char *field, size_t max);
const void	*unpack_bytes(struct unpack *u, const char *field, size_t max,
    size_t *ret_len);
/* A count of items of at least `least` packed bytes each: refused when the
 * rest could not hold them, so that a count can safely size an allocation. */
uint32_t	 unpack_count(struct unpack *u, const char *field, uint32_t max,
    size_t least);
void		 unpack_fail(struct unpack *u, const char *field);
/* Failure if any getter failed or bytes remain. */
int		 unpack_done(struct unpack *u, struct err *err);
#endif
