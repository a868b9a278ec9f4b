/* send/syslog_net.h - one connection to a syslog server: UDP (RFC 5426), TCP
 * (RFC 6587), TLS (RFC 5425).
 *
 * A link may be kept for the next ask of the same sink; that is a cache. Every
 * call ends at the link's deadline, but for name resolution. The sentences in
 * err say what, where and what to do. */
#ifndef SEND_SYSLOG_NET_H
#define SEND_SYSLOG_NET_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/clock.h"

struct arena;
struct err;
struct sink;

enum syslog_transport { SYSLOG_UDP, SYSLOG_TCP, SYSLOG_TLS };

struct syslog_place {
	enum syslog_transport transport;
	const char	*host;		/* a name or an address, no brackets */
	const char	*port;		/* decimal */
	const char	*shown;		/* "tls://logs.example:6514" */
};

/* "udp://host[:514]", "tcp://host[:514]", "tls://host[:6514]"; an IPv6 address
 * stands in brackets. */
int syslog_place_parse(struct arena *mem, const char *url,
    struct syslog_place *ret, struct err *err);

struct syslog_link;

/* The kept connection of this sink if it still stands, or a new one. NULL: err
 * says why there is none. */
struct syslog_link *syslog_link_open(const struct sink *sink,
    const struct syslog_place *place, struct mono deadline, struct err *err);
/* All of it, or an error; the peer having closed is one. */
int  syslog_link_send(struct syslog_link *l, const void *p, size_t n,
    struct err *err);
/* Waits until the other side's kernel has confirmed all that was sent; then
 * the peer must still hold the connection. UDP: no error came back. */
int  syslog_link_drain(struct syslog_link *l, struct err *err);
/* Takes l back for the next ask of this sink. */
void syslog_link_keep(struct syslog_link *take_l);
/* After a failure. A link that was never kept drops what is still unsent (RST);
 * one that was ends as by forget, since a reset may cost the server what it
 * has not read of batches that count as delivered. */
void syslog_link_abort(struct syslog_link *take_l);
/* Ends the kept link, if any: close_notify, FIN. */
void syslog_link_forget(void);
#endif
