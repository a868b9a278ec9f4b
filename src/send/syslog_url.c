/* The server that a sink's URL names. */
#include <arpa/inet.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/text.h"
#include "syslog_net.h"

#define NAME_MOST 253u		/* RFC 1035, 2.3.4, as text */

static const struct {
	const char	*scheme, *port;
	enum syslog_transport transport;
} schemes[] = {
	{ "udp://", "514", SYSLOG_UDP },	/* RFC 5426, 3.3 */
	{ "tcp://", "514", SYSLOG_TCP },	/* RFC 6587 names none */
	{ "tls://", "6514", SYSLOG_TLS },	/* RFC 5425, 4.1 */
};

/* Host of "host..." or "[2001:db8::1]..."; *ret_rest is what stands behind. */
static const char *
take_host(struct arena *mem, const char *at, const char **ret_rest,
    struct err *err)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._";
	unsigned char ip[16];
	const char *host;
	size_t n;

	if (*at == '[') {
		n = strcspn(at + 1, "]");
		host = arena_text_n(mem, at + 1, n);
		if (at[n + 1] != ']' || inet_pton(AF_INET6, host, ip) != 1) {
			err_config(err, "the brackets of the URL hold no IPv6"
			    " address");
			return NULL;
		}
		*ret_rest = at + n + 2;
		return host;
	}
	n = strspn(at, allowed);
	if (n == 0 || n > NAME_MOST) {
		err_config(err, "no host name in the URL");
		return NULL;
	}
	*ret_rest = at + n;
	return arena_text_n(mem, at, n);
}

int
syslog_place_parse(struct arena *mem, const char *url,
    struct syslog_place *ret, struct err *err)
{
	const char *host, *rest = "", *port;
	size_t i = 0, n = sizeof(schemes) / sizeof(schemes[0]);
	uint32_t number;

	while (i < n && !text_starts(url, schemes[i].scheme))
		i++;
	if (i == n)
		return err_config(err, "the URL must start with udp://, tcp://"
		    " or tls://");
	host = take_host(mem, url + strlen(schemes[i].scheme), &rest, err);
	if (host == NULL)
		return -1;
	port = schemes[i].port;
	if (*rest == ':') {
		size_t digits = strspn(rest + 1, "0123456789");
		port = arena_text_n(mem, rest + 1, digits);
		if (text_u32(port, 1, 65535, &number) == -1)
			return err_config(err, "a bad port in the URL");
		rest += 1 + digits;
	}
	if (*rest != '\0' && !text_eq(rest, "/"))
		return err_config(err, "the URL has more than host and port");
	ret->transport = schemes[i].transport;
	ret->host = host;
	ret->port = port;
	if (strchr(host, ':') != NULL)
		ret->shown = arena_printf(mem, "%s[%s]:%s", schemes[i].scheme,
		    host, port);
	else
		ret->shown = arena_printf(mem, "%s%s:%s", schemes[i].scheme,
		    host, port);
	return 0;
}
