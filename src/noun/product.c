#include "base/arena.h"
#include "base/buf.h"
#include "base/pack.h"
#include "noun/product.h"
#include "pieces.h"

#define WHOLE_NUMBERS 4u

/* unpacked by product_unpack */
void
product_pack(struct buf *out, const struct product *p)
{
	pack_str(out, p->ref);
	pack_str(out, p->name);
	pack_str(out, p->vendor);
	pack_str(out, p->family);
	pack_str(out, p->product);
	pack_str(out, p->version);
	/* In one byte, as older stores have it. */
	pack_u8(out, (uint8_t)(p->version_kind | (p->whole_numbers ?
	    WHOLE_NUMBERS : 0)));
	pack_str(out, p->patch);
	pack_str(out, p->hardware);
	pack_str(out, p->cpe);
	texts_pack(out, p->purls, p->n_purls);
	texts_pack(out, p->models, p->n_models);
	texts_pack(out, p->serials, p->n_serials);
	texts_pack(out, p->skus, p->n_skus);
	texts_pack(out, p->hashes, p->n_hashes);
	pack_str(out, p->relation);
	pack_u32(out, p->of);
	pack_u32(out, p->on);
}

/* packed by product_pack. Whether `of` and `on` are products is checked by
 * advisory_unpack, which knows how many there are. */
void
product_unpack(struct unpack *in, struct arena *mem, struct product *ret)
{
	ret->ref = unpack_str(in, "product.ref", LINE_MAX_);
	ret->name = unpack_str(in, "product.name", LINE_MAX_);
	ret->vendor = unpack_str(in, "product.vendor", LINE_MAX_);
	ret->family = unpack_str(in, "product.family", LINE_MAX_);
	ret->product = unpack_str(in, "product.product", LINE_MAX_);
	ret->version = unpack_str(in, "product.version", LINE_MAX_);
	uint8_t kind = unpack_u8(in, "product.version_kind", VERSION_RANGE |
	    WHOLE_NUMBERS);
	ret->version_kind = kind & ~WHOLE_NUMBERS;
	ret->whole_numbers = (kind & WHOLE_NUMBERS) != 0;
	if (ret->version_kind > VERSION_RANGE)
		unpack_fail(in, "product.version_kind");
	ret->patch = unpack_str(in, "product.patch", LINE_MAX_);
	ret->hardware = unpack_str(in, "product.hardware", LINE_MAX_);
	ret->cpe = unpack_str(in, "product.cpe", LINE_MAX_);
	ret->purls = texts_unpack(in, mem, "product.purls", ITEMS_MAX,
	    LINE_MAX_, &ret->n_purls);
	ret->models = texts_unpack(in, mem, "product.models", ITEMS_MAX,
	    LINE_MAX_, &ret->n_models);
	ret->serials = texts_unpack(in, mem, "product.serials", ITEMS_MAX,
	    LINE_MAX_, &ret->n_serials);
	ret->skus = texts_unpack(in, mem, "product.skus", ITEMS_MAX,
	    LINE_MAX_, &ret->n_skus);
	ret->hashes = texts_unpack(in, mem, "product.hashes", ITEMS_MAX,
	    LINE_MAX_, &ret->n_hashes);
	ret->relation = unpack_str(in, "product.relation", LINE_MAX_);
	ret->of = unpack_u32(in, "product.of", UINT32_MAX);
	ret->on = unpack_u32(in, "product.on", UINT32_MAX);
}
