#include "send_serve.h"

#include <stdint.h>

#include "base/blob.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/pack.h"
#include "base/secret.h"
#include "noun/delivery.h"
#include "talk/frame.h"
#include "talk/helper.h"

/* Outcomes of deliveries that are quicker than this travel together. */
#define TOGETHER_MS 20

struct answering {
	struct serving	*serving;
	uint32_t	 left;		/* deliveries without an outcome */
	struct mono	 parted;	/* when the last part went */
	struct buf	 one;
};

static bool
part(struct answering *a)
{
	a->parted = mono_now();
	return helper_part(a->serving, NULL) == 0;
}

/* What a frame holds is a part of the answer; the last is the answer itself. */
static bool
on_settled(void *ctx, const struct delivery *d, const struct outcome *o)
{
	struct answering *a = ctx;
	struct buf *answer = a->serving->answer;

	buf_reset(&a->one);
	pack_i64(&a->one, d->id);
	outcome_pack(&a->one, o);
	if (answer->len + a->one.len > answer->max && !part(a))
		return false;
	buf_add(answer, a->one.data, a->one.len);
	if (--a->left == 0 || mono_now().ms - a->parted.ms < TOGETHER_MS)
		return true;
	return part(a);
}

int
send_serve(struct serving *s, send_batch *batch, struct err *err)
{
	struct sending sending;
	struct answering answering = { .serving = s, .parted = mono_now(),
	    .one = BUF_INIT(FRAME_BODY_MAX - 1) };

	if (s->ask_body->fd < 0)
		return err_peer(err, "an ask without its deliveries");
	if (sending_unpack(s->ask_body->map, s->ask_body->len, s->mem,
	    &sending, err) == -1)
		return -1;
	answering.left = sending.n;
	batch(s->mem, &sending, on_settled, &answering);
	secret_clear(&sending.sink.secret);
	buf_clear(&answering.one);
	return 0;
}
