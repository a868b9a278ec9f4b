/* send/send_sample.h - an invented alert with all that a sink can show, for
 * --by-hand and for tests. Pure: the same alert each time. */
#ifndef SEND_SEND_SAMPLE_H
#define SEND_SEND_SAMPLE_H
struct alert;
struct arena;

/* Lives in mem and in static memory. */
void send_sample_alert(struct arena *mem, struct alert *ret);
/* A digest of two. */
void send_sample_digest(struct arena *mem, struct alert *ret);
#endif
