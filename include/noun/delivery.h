/* noun/delivery.h - one alert to one sink (and one recipient), and what the
 * sink answered. */
#ifndef NOUN_DELIVERY_H
#define NOUN_DELIVERY_H
#include <stddef.h>
#include <stdint.h>
#include "noun/alert.h"
#include "noun/sink.h"

struct err;

/* There is no fourth value for "do not know": an ask without an answer is not
 * an outcome, and the keeper tries again. */
enum outcome_kind {
	OUTCOME_DELIVERED,	/* the other side has taken responsibility */
	OUTCOME_DEFERRED,	/* not now; again later */
	OUTCOME_REFUSED,	/* never in this form; a person must look */
	OUTCOME_COUNT_
};
const char *outcome_name(enum outcome_kind k);

/* How far a failure reaches: the keeper pauses the whole sink for the second.
 *  */
enum outcome_reach { REACH_DELIVERY, REACH_SINK };

struct outcome {
	enum outcome_kind kind;
	/* REACH_SINK: credentials, TLS, connection */
	enum outcome_reach reach;
	const char	*code;		/* "5.7.1", "HTTP 422"; "" if none */
	const char	*reason;	/* for people; already text_line()d */
	/* "queued as 4F2", ticket; "" if none */
	const char	*receipt;
	/* wall seconds; 0 if the sink did not say */
	int64_t		 not_before;
};

void outcome_init(struct outcome *o);		/* deferred, strings "" */
void outcome_pack(struct buf *out, const struct outcome *o);
void outcome_unpack(struct unpack *in, struct outcome *ret);

struct delivery {
	int64_t		 id;		/* the store's */
	const char	*recipient;	/* mail address; "" for other sinks */
	uint32_t	 tries;		/* before this one */
	/* event ids sent to it before, oldest first, at most 10 */
	const char	**prior;	uint32_t n_prior;
	struct alert	 alert;
	const char	*attachment_name;	/* "" = none */
	const char	*attachment_type;	/* media type */
	const void	*attachment;	size_t attachment_len;
};

/* The blob of a MAIL, SYSLOG or HOOK ask: one sink, n deliveries. The answer
 * comes in parts (frames), each with one or more of: pack_i64 id, outcome. */
struct sending {
	struct sink	 sink;
	struct delivery	*deliveries;	uint32_t n;
};

void delivery_pack(struct buf *out, const struct delivery *d);
/* With the alert as it was packed before, instead of d->alert. */
void delivery_pack_kept(struct buf *out, const struct delivery *d,
    const void *alert, size_t n);
void delivery_unpack(struct unpack *in, struct arena *mem,
    struct delivery *ret);
/* unpack: the sink's secret must be cleared by the caller (secret_clear). */
int  sending_unpack(const void *p, size_t n, struct arena *mem,
    struct sending *ret, struct err *err);
#endif
