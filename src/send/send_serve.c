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

/* The sinks wait inside of libraries whose callbacks do not bring a context
 * there, and there is one ask at a time. */
static struct answering *waiting;

static bool
part(struct answering *a)
{
	int rc;

	a->parted = mono_now();
	waiting = NULL;		/* a full socket is waited for, too */
	rc = helper_part(a->serving, NULL);
	waiting = a;
	return rc == 0;
}

int
send_wait_ms(int most)
{
	int64_t left;

	if (waiting == NULL || waiting->serving->answer->len == 0)
		return most;
	left = waiting->parted.ms + TOGETHER_MS - mono_now().ms;
	left = left > 0 ? left : 0;
	return most < 0 || left < most ? (int)left : most;
}

void
send_pass_on(void)
{
	/* That the keeper is gone shows at the next outcome. */
	if (waiting != NULL && waiting->serving->answer->len > 0)
		(void)part(waiting);
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
	waiting = &answering;
	batch(s->mem, &sending, on_settled, &answering);
	waiting = NULL;
	secret_clear(&sending.sink.secret);
	buf_clear(&answering.one);
	return 0;
}
