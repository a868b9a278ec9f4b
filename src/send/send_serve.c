#include "send_serve.h"

#include <stdint.h>

#include "base/blob.h"
#include "base/err.h"
#include "base/pack.h"
#include "base/secret.h"
#include "noun/delivery.h"
#include "talk/helper.h"

struct answering {
	struct serving	*serving;
	uint32_t	 left;		/* deliveries without an outcome */
};

/* Each outcome is a part of the answer; the last is the answer itself. */
static bool
on_settled(void *ctx, const struct delivery *d, const struct outcome *o)
{
	struct answering *a = ctx;

	pack_i64(a->serving->answer, d->id);
	outcome_pack(a->serving->answer, o);
	if (--a->left == 0)
		return true;
	return helper_part(a->serving, NULL) == 0;
}

int
send_serve(struct serving *s, send_batch *batch, struct err *err)
{
	struct sending sending;
	struct answering answering = { .serving = s };

	if (s->ask_body->fd < 0)
		return err_peer(err, "an ask without its deliveries");
	if (sending_unpack(s->ask_body->map, s->ask_body->len, s->mem,
	    &sending, err) == -1)
		return -1;
	answering.left = sending.n;
	batch(s->mem, &sending, on_settled, &answering);
	secret_clear(&sending.sink.secret);
	return 0;
}
