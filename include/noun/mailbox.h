/* noun/mailbox.h - a mail address, and the name in front of it.
 *
 * The config checks its settings with this, and the mail sink builds envelope
 * and header fields from the result. What passes cannot break out of an SMTP
 * command or a header field. Addresses are ASCII: mailboxes beyond that need
 * SMTPUTF8 (RFC 6531), which the mail sink does not speak. The name may be any
 * UTF-8. */
#ifndef NOUN_MAILBOX_H
#define NOUN_MAILBOX_H

struct arena;
struct err;

#define MAILBOX_MAX	254	/* RFC 5321, 4.5.3.1.3, without <> */

struct mailbox {
	const char	*name;		/* "" if there is none; one line */
	const char	*address;	/* local@domain */
};

/* Of a bare address, local@domain: NULL if it is fine, else what is wrong with
 * it (static text, fit for "sinks.x.to: ..."). */
const char *mail_address_fault(const char *address);
/* The same as 0 or -1. */
int	    mail_address_check(const char *address);

/* "a@b", "Name <a@b>" or "\"Na, me\" <a@b>". Lives in mem. */
int	    mailbox_parse(struct arena *mem, const char *text,
    struct mailbox *ret, struct err *err);
#endif
