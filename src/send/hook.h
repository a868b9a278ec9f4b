/* send/hook.h - alerts as webhooks: one POST per delivery, signed as Standard
 * Webhooks says.
 *
 * hook_alert: the body, pure. hook_sign: the headers, pure. hook: a batch for
 * one sink, the only one that looks at a clock. A body depends on its alert
 * alone, so that a repetition is byte for byte the same and carries the same
 * webhook-id; only timestamp and signature are those of the attempt.
 * contrib/schema/alert.schema.json describes the body. */
#ifndef SEND_HOOK_H
#define SEND_HOOK_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/http.h"
#include "noun/delivery.h"
#include "send_serve.h"

struct arena;
struct buf;
struct err;
struct secret;
struct serving;

/* --- body --- */
/* At most `max` bytes (HOOK_BODY_MAX): long texts, remedies per device and then
 * devices go first, and left_out counts those. -1: it does not fit even so. */
int  hook_body(struct buf *out, const struct alert *a, size_t max,
    struct err *err);

/* --- headers --- */
#define HOOK_HEADER_TEXT 128
struct hook_headers {
	char	 id[HOOK_HEADER_TEXT];		/* "webhook-id: ..." */
	char	 timestamp[HOOK_HEADER_TEXT];
	char	 signature[HOOK_HEADER_TEXT];	/* "" without a secret */
};

/* `secret` is "whsec_" and base64, or base64 alone; empty = unsigned. The id
 * has characters of [A-Za-z0-9_:-] only, as a dot or a line break could make
 * another message of the same signature. */
int  hook_sign(const struct secret *secret, const char *id, int64_t now,
    const void *body, size_t n, struct hook_headers *ret, struct err *err);

/* --- answers --- */
/* What an HTTP status means for a delivery. `body` is what came of the answer,
 * n bytes. Strings live in mem. */
void hook_outcome(struct arena *mem, const struct http_reply *reply,
    const char *body, size_t n, int64_t now, struct outcome *ret);

/* --- sending --- */
send_batch hook_send;
/* A HOOK ask. */
int  hook_serve(struct serving *s, struct err *err);
#endif
