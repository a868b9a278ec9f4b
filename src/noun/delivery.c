#include <string.h>
#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/pack.h"
#include "noun/delivery.h"
#include "pieces.h"

#define LEAST_DELIVERY	(LEAST_LONG + 3u * LEAST_STR + 3u * LEAST_NUM + \
			 LEAST_ALERT)

static const char *const outcome_names[OUTCOME_COUNT_] = {
	[OUTCOME_DELIVERED] = "delivered",
	[OUTCOME_DEFERRED] = "deferred",
	[OUTCOME_REFUSED] = "refused",
};

const char *
outcome_name(enum outcome_kind k)
{
	if ((unsigned)k >= OUTCOME_COUNT_)
		bug("outcome %d", (int)k);
	return outcome_names[k];
}

void
outcome_init(struct outcome *o)
{
	memset(o, 0, sizeof(*o));
	o->kind = OUTCOME_DEFERRED;
	o->code = o->reason = o->receipt = "";
}

/* unpacked by outcome_unpack */
void
outcome_pack(struct buf *out, const struct outcome *o)
{
	pack_u8(out, (uint8_t)o->kind);
	pack_u8(out, (uint8_t)o->reach);
	pack_str(out, o->code);
	pack_str(out, o->reason);
	pack_str(out, o->receipt);
	pack_i64(out, o->not_before);
}

/* packed by outcome_pack. A failed unpacking must not read as delivered: the
 * first enumerator is what a getter gives then. */
void
outcome_unpack(struct unpack *in, struct outcome *ret)
{
	ret->kind = unpack_u8(in, "outcome.kind", OUTCOME_COUNT_ - 1);
	ret->reach = unpack_u8(in, "outcome.reach", REACH_SINK);
	ret->code = unpack_str(in, "outcome.code", LINE_MAX_);
	ret->reason = unpack_str(in, "outcome.reason", LINE_MAX_);
	ret->receipt = unpack_str(in, "outcome.receipt", LINE_MAX_);
	ret->not_before = unpack_i64(in, "outcome.not_before");
	if (in->bad)
		outcome_init(ret);
}

/* Of too many prior event ids the newest go. */
static void
head_pack(struct buf *out, const struct delivery *d)
{
	uint32_t skip = d->n_prior > PRIOR_MAX ? d->n_prior - PRIOR_MAX : 0;

	pack_i64(out, d->id);
	pack_str(out, d->recipient);
	pack_u32(out, d->tries);
	texts_pack(out, skip > 0 ? d->prior + skip : d->prior,
	    d->n_prior - skip);
}

static void
tail_pack(struct buf *out, const struct delivery *d)
{
	pack_str(out, d->attachment_name);
	pack_str(out, d->attachment_type);
	pack_bytes(out, d->attachment, d->attachment_len);
}

/* unpacked by delivery_unpack */
void
delivery_pack(struct buf *out, const struct delivery *d)
{
	head_pack(out, d);
	alert_pack(out, &d->alert);
	tail_pack(out, d);
}

/* unpacked by delivery_unpack, which looks at the alert */
void
delivery_pack_kept(struct buf *out, const struct delivery *d,
    const void *alert, size_t n)
{
	head_pack(out, d);
	buf_add(out, alert, n);
	tail_pack(out, d);
}

/* packed by delivery_pack */
void
delivery_unpack(struct unpack *in, struct arena *mem, struct delivery *ret)
{
	ret->id = unpack_i64(in, "delivery.id");
	ret->recipient = unpack_str(in, "delivery.recipient", LINE_MAX_);
	ret->tries = unpack_u32(in, "delivery.tries", UINT32_MAX);
	ret->prior = texts_unpack(in, mem, "delivery.prior", PRIOR_MAX,
	    EVENT_ID_TEXT - 1, &ret->n_prior);
	alert_unpack(in, mem, &ret->alert);
	ret->attachment_name = unpack_str(in, "delivery.attachment_name",
	    LINE_MAX_);
	ret->attachment_type = unpack_str(in, "delivery.attachment_type",
	    LINE_MAX_);
	ret->attachment = unpack_bytes(in, "delivery.attachment",
	    ATTACHMENT_MAX, &ret->attachment_len);
}

/* packed by the keeper: sink_pack, pack_u32 of n, n times delivery_pack */
int
sending_unpack(const void *p, size_t n, struct arena *mem,
    struct sending *ret, struct err *err)
{
	struct sending got = { .deliveries = NULL };
	struct unpack in;

	unpack_open(&in, p, n);
	sink_unpack(&in, mem, &got.sink);
	got.deliveries = list_unpack(&in, mem, "deliveries", BATCH_MAX,
	    LEAST_DELIVERY, sizeof(*got.deliveries), &got.n);
	for (uint32_t i = 0; i < got.n && !in.bad; i++)
		delivery_unpack(&in, mem, &got.deliveries[i]);
	if (unpack_done(&in, err) < 0) {
		secret_clear(&got.sink.secret);
		return err_in(err, "sending");
	}
	*ret = got;
	return 0;
}
