/* send/send_serve.h - an ask of a sink, from its blob to the parts of its
 * answer. The same for all sinks; a sink brings the sending only. */
#ifndef SEND_SEND_SERVE_H
#define SEND_SEND_SERVE_H
#include <stdbool.h>

struct arena;
struct delivery;
struct err;
struct outcome;
struct sending;
struct serving;

/* Called once for each delivery, as soon as its outcome is known. The outcome's
 * strings live during the call. False: the keeper is gone, stop. */
typedef bool send_settled(void *ctx, const struct delivery *d,
    const struct outcome *o);

/* Sends all deliveries and settles each. */
typedef void send_batch(struct arena *mem, const struct sending *sending,
    send_settled *settled, void *ctx);

/* -1: the blob is no sending. The sink's secret is wiped either way. */
int send_serve(struct serving *s, send_batch *batch, struct err *err);

/* Outcomes that come close together travel together; one that is held for that
 * may not wait for a slow server, or the end of this process would have its
 * delivery sent again. So who waits for a server waits for send_wait_ms() of
 * his time (-1: no end) first, then calls send_pass_on() and waits for the
 * rest. Outside of an ask they do nothing. */
int  send_wait_ms(int most);
void send_pass_on(void);
#endif
