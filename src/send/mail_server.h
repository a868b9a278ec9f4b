/* send/mail_server.h - the relay that a sink's URL names. Pure. */
#ifndef SEND_MAIL_SERVER_H
#define SEND_MAIL_SERVER_H
#include <stdbool.h>

struct arena;
struct err;

struct mail_server {
	const char	*host;		/* as configured; is verified */
	const char	*host_port;
	bool		 loopback;	/* by its spelling, not by DNS */
};

/* "smtp://host[:port]"; without a port it is 587 (RFC 6409, 3.1). */
int mail_server_parse(struct arena *mem, const char *url,
    struct mail_server *ret, struct err *err);
#endif
