#include <arpa/inet.h>
#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/text.h"
#include "mail_server.h"

static bool
is_loopback(const char *host)
{
	unsigned char ip[4];

	return text_eq_nocase(host, "localhost") ||
	    (inet_pton(AF_INET, host, ip) == 1 && ip[0] == 127);
}

int
mail_server_parse(struct arena *mem, const char *url, struct mail_server *ret,
    struct err *err)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._";
	const char *at = url + strlen("smtp://"), *host;
	uint32_t port = 587;
	size_t n;

	if (text_starts(url, "smtps://"))
		return err_config(err, "smtps:// is not supported; use smtp://"
		    " with STARTTLS, usually on port 587");
	if (!text_starts(url, "smtp://"))
		return err_config(err, "the URL must be smtp://host:port");
	if (*at == '[')
		return err_config(err, "the mail server must be given by name"
		    " or IPv4 address");
	n = strspn(at, allowed);
	if (n == 0 || n > 253)
		return err_config(err, "no host name in the URL");
	host = arena_text_n(mem, at, n);
	at += n;
	if (*at == ':') {
		size_t digits = strspn(at + 1, "0123456789");
		if (text_u32(arena_text_n(mem, at + 1, digits), 1, 65535,
		    &port) == -1)
			return err_config(err, "a bad port in the URL");
		at += 1 + digits;
	}
	if (*at != '\0' && !text_eq(at, "/"))
		return err_config(err, "the URL has more than host and port");
	ret->host = host;
	ret->host_port = arena_printf(mem, "%s:%u", host, port);
	ret->loopback = is_loopback(host);
	return 0;
}
