#include "base/arena.h"
#include "base/buf.h"
#include "base/pack.h"
#include "noun/feed.h"
#include "pieces.h"

/* unpacked by feed_unpack */
void
feed_pack(struct buf *out, const struct feed *f)
{
	pack_str(out, f->name);
	pack_str(out, f->url);
	pack_str(out, f->type);
	pack_u32(out, f->every_s);
	pack_u32(out, f->timeout_s);
	pack_u32(out, f->max_bytes);
	pack_bool(out, f->verify_hash);
	pack_bool(out, f->https_only);
	pack_str(out, f->user_agent);
	pack_str(out, f->proxy);
	texts_pack(out, f->allow, f->n_allow);
	tls_files_pack(out, &f->tls);
}

/* packed by feed_pack */
void
feed_unpack(struct unpack *in, struct arena *mem, struct feed *ret)
{
	ret->name = unpack_str(in, "feed.name", LINE_MAX_);
	ret->url = unpack_str(in, "feed.url", LINE_MAX_);
	ret->type = unpack_str(in, "feed.type", LINE_MAX_);
	ret->every_s = unpack_u32(in, "feed.every_s", UINT32_MAX);
	ret->timeout_s = unpack_u32(in, "feed.timeout_s", UINT32_MAX);
	ret->max_bytes = unpack_u32(in, "feed.max_bytes", UINT32_MAX);
	ret->verify_hash = unpack_bool(in, "feed.verify_hash");
	ret->https_only = unpack_bool(in, "feed.https_only");
	ret->user_agent = unpack_str(in, "feed.user_agent", LINE_MAX_);
	ret->proxy = unpack_str(in, "feed.proxy", LINE_MAX_);
	ret->allow = texts_unpack(in, mem, "feed.allow", HAND_LIST_MAX,
	    LINE_MAX_, &ret->n_allow);
	tls_files_unpack(in, &ret->tls);
}

/* unpacked by address_unpack */
void
address_pack(struct buf *out, const struct address *a)
{
	pack_u8(out, (uint8_t)a->kind);
	pack_str(out, a->url);
	pack_str(out, a->alt);
	pack_str(out, a->format);
	pack_str(out, a->updated);
	pack_str(out, a->hash_url);
	pack_str(out, a->signature_url);
}

/* packed by address_pack */
void
address_unpack(struct unpack *in, struct address *ret)
{
	ret->kind = unpack_u8(in, "address.kind", ADDRESS_DOCUMENT);
	ret->url = unpack_str(in, "address.url", LINE_MAX_);
	ret->alt = unpack_str(in, "address.alt", LINE_MAX_);
	ret->format = unpack_str(in, "address.format", LINE_MAX_);
	ret->updated = unpack_str(in, "address.updated", LINE_MAX_);
	ret->hash_url = unpack_str(in, "address.hash_url", LINE_MAX_);
	ret->signature_url = unpack_str(in, "address.signature_url", LINE_MAX_);
}

/* unpacked by poll_unpack */
void
poll_pack(struct buf *out, const struct poll *p)
{
	feed_pack(out, &p->feed);
	address_pack(out, &p->address);
	pack_str(out, p->etag);
	pack_str(out, p->last_modified);
}

/* packed by poll_pack */
void
poll_unpack(struct unpack *in, struct arena *mem, struct poll *ret)
{
	feed_unpack(in, mem, &ret->feed);
	address_unpack(in, &ret->address);
	ret->etag = unpack_str(in, "poll.etag", LINE_MAX_);
	ret->last_modified = unpack_str(in, "poll.last_modified", LINE_MAX_);
}
