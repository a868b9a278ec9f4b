/* A batch of alerts for one syslog server. */
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/text.h"
#include "syslog.h"
#include "syslog_net.h"

#define TIMEOUT_S 30u
/* The ask ends after 60 s (talk/ask.h): the answer must be out by then. */
#define TIMEOUT_MOST_S 50u
#define SEQUENCE_MOST 2147483647u	/* RFC 5424, 7.3.1 */

struct post {
	struct arena		*mem;
	const struct sending	*sending;
	struct syslog_place	 place;
	send_settled		*settled;
	void			*ctx;
};

/* Restarts at 1 with the process and after its end, as the RFC has it. */
static uint32_t
next_sequence(void)
{
	static uint32_t last;

	last = last >= SEQUENCE_MOST ? 1 : last + 1;
	return last;
}

/* Bytes that are written at once; a datagram goes alone. */
#define TOGETHER (32u << 10)

/* RFC 6587, 3.4.1 and 3.4.2; a datagram is its own frame. RFC 5425 knows octet
 * counting only. */
static void
add_frame(const struct post *p, struct buf *out, const struct buf *message)
{
	bool counted = p->place.transport == SYSLOG_TLS ||
	    (p->place.transport == SYSLOG_TCP &&
	    p->sending->sink.framing == FRAMING_OCTET);

	if (counted)
		buf_printf(out, "%zu ", message->len);
	buf_add(out, message->data, message->len);
	if (p->place.transport == SYSLOG_TCP && !counted)
		buf_byte(out, '\n');
}

static int
send_all(struct post *p, struct syslog_link *l, struct err *err)
{
	const struct sink *sink = &p->sending->sink;
	struct buf message = BUF_INIT(SYSLOG_MAX);
	struct buf frames = BUF_INIT(TOGETHER + SYSLOG_MAX + 32u);
	struct syslog_form form = {
		.host = sink->relay,
		.pid = (uint32_t)getpid(),
		.facility = sink->facility,
		.enterprise = sink->enterprise,
		.bom = sink->bom,
		.one_device = text_eq(sink->scope, "device"),
		.max = p->place.transport == SYSLOG_UDP ? SYSLOG_UDP_MAX :
		    SYSLOG_MAX,
	};
	int rc = 0;

	for (uint32_t i = 0; rc == 0 && i < p->sending->n; i++) {
		buf_reset(&message);
		form.sequence = next_sequence();
		syslog_text(&message, &form, &p->sending->deliveries[i].alert);
		add_frame(p, &frames, &message);
		if (i + 1 < p->sending->n && frames.len < TOGETHER &&
		    p->place.transport != SYSLOG_UDP)
			continue;
		rc = syslog_link_send(l, frames.data, frames.len, err);
		buf_reset(&frames);
	}
	buf_clear(&message);
	buf_clear(&frames);
	return rc == 0 ? syslog_link_drain(l, err) : -1;
}

/* One outcome for the whole batch: what the server took of it before a failure
 * cannot be known. */
static void
settle_all(struct post *p, const struct outcome *o)
{
	for (uint32_t i = 0; i < p->sending->n; i++)
		if (!p->settled(p->ctx, &p->sending->deliveries[i], o))
			return;
}

static const char *
receipt(struct post *p)
{
	switch (p->place.transport) {
	case SYSLOG_UDP:
		return arena_printf(p->mem, "sent to %s (UDP: nobody confirms"
		    " it)", p->place.shown);
	case SYSLOG_TCP:
		return arena_printf(p->mem, "received by the system behind %s"
		    " (%s framing)", p->place.shown,
		    p->sending->sink.framing == FRAMING_OCTET ? "octet" :
		    "lf");
	default:
		return arena_printf(p->mem, "received by the system behind"
		    " %s", p->place.shown);
	}
}

void
syslog_send(struct arena *mem, const struct sending *sending,
    send_settled *settled, void *ctx)
{
	struct post p = { .mem = mem, .sending = sending, .settled = settled,
		.ctx = ctx };
	uint32_t s = sending->sink.timeout_s;
	struct mono deadline = mono_now();
	struct syslog_link *l = NULL;
	struct err err = ERR_INIT;
	struct outcome o;
	char why[800];
	int rc = -1;

	s = s == 0 ? TIMEOUT_S : s > TIMEOUT_MOST_S ? TIMEOUT_MOST_S : s;
	deadline.ms += s * INT64_C(1000);
	outcome_init(&o);
	if (syslog_place_parse(mem, sending->sink.url, &p.place, &err) == 0)
		l = syslog_link_open(&sending->sink, &p.place, deadline, &err);
	if (l != NULL)
		rc = send_all(&p, l, &err);
	if (rc == 0) {
		syslog_link_keep(l);
		o.kind = OUTCOME_DELIVERED;
		o.receipt = receipt(&p);
	} else {
		if (l != NULL)
			syslog_link_abort(l);
		o.reach = REACH_SINK;
		o.reason = text_line(mem, err_show(&err, why, sizeof(why)));
	}
	settle_all(&p, &o);
}

int
syslog_serve(struct serving *s, struct err *err)
{
	return send_serve(s, syslog_send, err);
}

void
syslog_hang_up(void)
{
	syslog_link_forget();
}
