/* send/syslog.h - alerts as RFC 5424 messages, and messages to a server.
 *
 * syslog_text: one message, pure. syslog: a batch for one sink. None of the
 * transports here acknowledges: UDP loses what it likes, and TCP and TLS know
 * of the other side's kernel, not of its log. "Delivered" therefore means
 *	udp	our kernel took it and no error came back at once
 *	tcp,tls	the other side's kernel confirmed every byte of the batch, and
 *		it still held the connection afterwards
 * and everything of a batch for which that was not seen is deferred, so that a
 * broken connection costs repetitions. A receiver knows them by event_id. */
#ifndef SEND_SYSLOG_H
#define SEND_SYSLOG_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "noun/delivery.h"
#include "send_serve.h"

struct arena;
struct buf;
struct err;
struct serving;

/* What a message says beside its alert. */
struct syslog_form {
	const char	*host;		/* HOSTNAME */
	uint32_t	 pid;		/* PROCID; 0 = not said */
	uint32_t	 sequence;	/* meta sequenceId; 0 = not said */
	uint32_t	 facility;	/* 0..23 */
	uint32_t	 enterprise;	/* of our SD-IDs; 0 = the example's */
	bool		 bom;		/* before MSG */
	/* match@ has the first match in full, not all devices by id */
	bool		 one_device;
	size_t		 max;		/* bytes; at least SYSLOG_TEXT_LEAST */
};

#define SYSLOG_TEXT_LEAST 1024u

/* Appends one message, without framing, of at most form->max bytes: valid
 * UTF-8, no control characters. What does not fit is left out in the order of
 * importance and truncated="1" tells so. Our SD-IDs:
 *	advisory@PEN	key event_id rev event severity id publisher version
 *			title cvss exploited cve url tlp release count vector
 *			status topics route feed cwe scope fix summary changes
 *			truncated
 *	match@PEN	for a list of devices: devices count status confidence;
 *			for one: device name vendor model version part_number
 *			serial site zone product range status confidence
 *			severity cve owner criticality tags list fix why
 * Lists are joined by commas, a last "+12" counts the rest. What is not known
 * is left out. */
void syslog_text(struct buf *out, const struct syslog_form *form,
    const struct alert *a);
/* "ADV-NEW": SOC rules key on it. */
const char *syslog_msgid(enum event e);
/* RFC 5424 severity, 1..6. */
int syslog_severity(const struct alert *a);

send_batch syslog_send;
/* A SYSLOG ask. */
int  syslog_serve(struct serving *s, struct err *err);
/* Ends the kept connection as the protocol wants it. */
void syslog_hang_up(void);
#endif
