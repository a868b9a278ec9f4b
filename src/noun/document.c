#include <string.h>
#include "base/buf.h"
#include "base/mem.h"
#include "base/pack.h"
#include "noun/document.h"
#include "pieces.h"

static const char *const result_names[] = {
	[FETCH_DOCUMENT] = "document",
	[FETCH_UNCHANGED] = "unchanged",
	[FETCH_GONE] = "gone",
	[FETCH_FAILED] = "failed",
	[FETCH_FORBIDDEN] = "forbidden",
};

static const char *const hash_names[] = {
	[HASH_NONE] = "none",
	[HASH_RIGHT] = "right",
	[HASH_WRONG] = "wrong",
	[HASH_UNREADABLE] = "unreadable",
};

const char *
fetch_result_name(enum fetch_result r)
{
	if ((unsigned)r >= COUNT_OF(result_names))
		bug("fetch result %d", (int)r);
	return result_names[r];
}

const char *
hash_check_name(enum hash_check h)
{
	if ((unsigned)h >= COUNT_OF(hash_names))
		bug("hash check %d", (int)h);
	return hash_names[h];
}

/* unpacked by fetched_unpack */
void
fetched_pack(struct buf *out, const struct fetched *f)
{
	pack_u8(out, (uint8_t)f->result);
	pack_u8(out, (uint8_t)f->hash);
	pack_u32(out, f->status);
	pack_str(out, f->url);
	pack_str(out, f->media_type);
	pack_str(out, f->etag);
	pack_str(out, f->last_modified);
	pack_str(out, f->reason);
	pack_i64(out, f->not_before);
	pack_i64(out, f->size);
	pack_str(out, f->sha256);
}

/* packed by fetched_pack */
void
fetched_unpack(struct unpack *in, struct fetched *ret)
{
	ret->result = unpack_u8(in, "fetched.result", FETCH_FORBIDDEN);
	ret->hash = unpack_u8(in, "fetched.hash", HASH_UNREADABLE);
	ret->status = unpack_u32(in, "fetched.status", 999);
	ret->url = unpack_str(in, "fetched.url", LINE_MAX_);
	ret->media_type = unpack_str(in, "fetched.media_type", LINE_MAX_);
	ret->etag = unpack_str(in, "fetched.etag", LINE_MAX_);
	ret->last_modified = unpack_str(in, "fetched.last_modified", LINE_MAX_);
	ret->reason = unpack_str(in, "fetched.reason", LINE_MAX_);
	ret->not_before = unpack_i64(in, "fetched.not_before");
	ret->size = unpack_i64(in, "fetched.size");
	if (ret->size < 0)
		unpack_fail(in, "fetched.size");

	const char *hex = unpack_str(in, "fetched.sha256", SHA256_TEXT - 1);
	size_t len = strlen(hex);

	if ((len != 0 && len != SHA256_TEXT - 1) ||
	    strspn(hex, "0123456789abcdef") != len) {
		unpack_fail(in, "fetched.sha256");
		len = 0;
	}
	memset(ret->sha256, 0, sizeof(ret->sha256));
	memcpy(ret->sha256, hex, len);
}

/* unpacked by document_unpack */
void
document_pack(struct buf *out, const struct document *d)
{
	pack_str(out, d->feed);
	pack_str(out, d->url);
	pack_str(out, d->format);
}

/* packed by document_pack */
void
document_unpack(struct unpack *in, struct document *ret)
{
	ret->feed = unpack_str(in, "document.feed", LINE_MAX_);
	ret->url = unpack_str(in, "document.url", LINE_MAX_);
	ret->format = unpack_str(in, "document.format", LINE_MAX_);
}
