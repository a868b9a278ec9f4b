/* send/mail.h - one alert as a mail, and mails to a relay.
 *
 * mail_text: header fields. mail_mime: transfer encodings and the whole
 * message. mail_body, mail_html: what it says. mail_smtp: libesmtp, the only
 * file that knows it. A message is a pure function of delivery and sink: a
 * repetition after a crash is byte for byte the same. */
#ifndef SEND_MAIL_H
#define SEND_MAIL_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "noun/delivery.h"
#include "send_serve.h"

struct arena;
struct buf;
struct err;
struct mailbox;
struct serving;

/* --- header fields; each call writes one whole field with its CRLF --- */
/* Unstructured text of any origin: controls gone, RFC 2047 where needed,
 * folded at 76. Runs of blanks become one. */
void mail_field(struct arena *mem, struct buf *out, const char *name,
    const char *value);
/* Tokens that we made ourselves (ids, words): folded at blanks only. */
void mail_field_plain(struct buf *out, const char *name, const char *value);
void mail_field_mailbox(struct buf *out, const char *name,
    const struct mailbox *m);
/* Letters, digits, dot, dash and underscore of s; "x" if none is left. */
const char *mail_slug(struct arena *mem, const char *s, size_t most);

/* <ar.KEY.rREV.EVENT.RCPTHASH@relay>; event_id is "KEY:rREV:EVENT". NULL if it
 * has not that form. */
const char *mail_message_id(struct arena *mem, const char *event_id,
    const char *recipient, const char *relay);
/* The virtual root of a thread: <ar.KEY@relay>. */
const char *mail_root_id(struct arena *mem, const char *key, const char *relay);
const char *mail_subject(struct arena *mem, const struct alert *a);
/* All fields but the MIME ones. */
int  mail_fields(struct arena *mem, struct buf *out, const struct sink *s,
    const struct delivery *d, struct err *err);

/* --- bodies, UTF-8 with \n --- */
void mail_body_text(struct arena *mem, struct buf *out,
    const struct delivery *d, bool attached);
void mail_body_html(struct arena *mem, struct buf *out,
    const struct delivery *d, bool attached);

/* --- the message --- */
void mail_quoted_printable(struct buf *out, const char *text);
void mail_base64(struct buf *out, const void *p, size_t n);
/* With CRLF throughout, at most MAIL_MAX. -1: cannot be sent in this form. */
int  mail_build(struct arena *mem, struct buf *out, const struct sink *s,
    const struct delivery *d, struct err *err);

/* --- sending --- */
/* Loads what libesmtp would load later, when the sandbox forbids it. */
int  mail_prepare(struct err *err);
send_batch mail_send;
#endif
