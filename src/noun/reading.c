#include <stdbool.h>
#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/pack.h"
#include "noun/advisory.h"
#include "pieces.h"

#define LEAST_ADVISORY	(4u + 150u)	/* its length; it has more fields */
#define LEAST_ADDRESS	(1u + 6u * LEAST_STR)

/* unpacked by reading_unpack. Each advisory is packed as bytes of its own, so
 * that the store can keep exactly what came. */
void
reading_pack(struct buf *out, const struct reading *r)
{
	struct buf one = BUF_INIT(ADVISORY_MAX);

	pack_bool(out, r->recovered);
	pack_u32(out, r->n_advisories);
	for (uint32_t i = 0; i < r->n_advisories; i++) {
		buf_reset(&one);
		advisory_pack(&one, &r->advisories[i]);
		if (one.over)
			out->over = true;
		pack_bytes(out, one.data, one.len);
	}
	buf_clear(&one);
	pack_u32(out, r->n_addresses);
	for (uint32_t i = 0; i < r->n_addresses; i++)
		address_pack(out, &r->addresses[i]);
	texts_pack(out, r->remarks, r->n_remarks);
}

/* One advisory of a reading: bytes of their own, which must be used up. */
static int
reading_unpack_one(struct unpack *in, struct arena *mem, struct advisory *ret,
    const void **ret_bytes, size_t *ret_len, struct err *err)
{
	struct unpack own;

	*ret_bytes = unpack_bytes(in, "advisory", ADVISORY_MAX, ret_len);
	if (in->bad)
		return 0;	/* told by the closing call on `in` */
	unpack_open(&own, *ret_bytes, *ret_len);
	advisory_unpack(&own, mem, ret);
	return unpack_done(&own, err);
}

/* packed by reading_pack */
int
reading_unpack(const void *p, size_t n, struct arena *mem,
    struct reading *ret, const void ***ret_bytes, size_t **ret_lens,
    struct err *err)
{
	struct reading got = { .advisories = NULL };
	struct unpack in;

	unpack_open(&in, p, n);
	got.recovered = unpack_bool(&in, "recovered");
	got.advisories = list_unpack(&in, mem, "advisories", ADVISORIES_MAX,
	    LEAST_ADVISORY, sizeof(*got.advisories), &got.n_advisories);

	const void **bytes = arena_alloc(mem,
	    (got.n_advisories + 1) * sizeof(*bytes));
	size_t *lens = arena_alloc(mem, (got.n_advisories + 1) * sizeof(*lens));

	for (uint32_t i = 0; i < got.n_advisories && !in.bad; i++) {
		if (reading_unpack_one(&in, mem, &got.advisories[i], &bytes[i],
		    &lens[i], err) < 0)
			return err_in(err, "reading: advisory %lu",
			    (unsigned long)i);
	}
	got.addresses = list_unpack(&in, mem, "addresses", ADDRESSES_MAX,
	    LEAST_ADDRESS, sizeof(*got.addresses), &got.n_addresses);
	for (uint32_t i = 0; i < got.n_addresses && !in.bad; i++)
		address_unpack(&in, &got.addresses[i]);
	got.remarks = texts_unpack(&in, mem, "remarks", REMARKS_MAX + 1,
	    LINE_MAX_, &got.n_remarks);
	if (unpack_done(&in, err) < 0)
		return err_in(err, "reading");
	*ret = got;
	if (ret_bytes != NULL)
		*ret_bytes = bytes;
	if (ret_lens != NULL)
		*ret_lens = lens;
	return 0;
}
