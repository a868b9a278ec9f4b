/* send/mail_sample.h - an invented alert with all that a mail can show. */
#ifndef SEND_MAIL_SAMPLE_H
#define SEND_MAIL_SAMPLE_H
struct arena;
struct delivery;
struct sink;

void mail_sample(struct arena *mem, struct sink *sink, struct delivery *d);
#endif
