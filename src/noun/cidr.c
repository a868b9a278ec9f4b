#include "noun/cidr.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/text.h"

/* Clears the bits behind the prefix; true if any was set. */
static bool
cut_to_prefix(uint8_t *ip, size_t len, unsigned bits)
{
	bool any = false;

	for (size_t i = 0; i < len; i++) {
		unsigned kept = bits > i * 8 ? bits - (unsigned)i * 8 : 0;
		uint8_t mask = (uint8_t)(kept >= 8 ? 0xffu
		    : 0xff00u >> kept & 0xffu);

		any = any || (ip[i] & (uint8_t)~mask) != 0;
		ip[i] &= mask;
	}
	return any;
}

/* The error, with the text made harmless. */
static int
refuse(const char *text, const char *why, struct err *err)
{
	struct buf shown = BUF_INIT(200);

	text_show(&shown, text, 80);
	err_config(err, "\"%s\" is no address block: %s", buf_text(&shown),
	    why);
	buf_clear(&shown);
	return -1;
}

int
cidr_parse(const char *text, struct cidr *ret, struct err *err)
{
	char ip[INET6_ADDRSTRLEN], shown[INET6_ADDRSTRLEN], why[256];
	struct cidr c = { .len = 4 };
	const char *slash = strchr(text, '/');
	size_t n = slash != NULL ? (size_t)(slash - text) : strlen(text);
	uint32_t bits, most;

	if (n >= sizeof(ip)) {
		return refuse(text, "it is too long", err);
	}
	memcpy(ip, text, n);
	ip[n] = '\0';
	if (inet_pton(AF_INET6, ip, c.ip) == 1) {
		c.len = 16;
	} else if (inet_pton(AF_INET, ip, c.ip) != 1) {
		return refuse(text, "write it like 10.0.0.0/8, fd00::/8 or "
		    "192.0.2.7; names are not allowed", err);
	}
	most = c.len * 8u;
	bits = most;
	if (slash != NULL && text_u32(slash + 1, 0, most, &bits) == -1) {
		snprintf(why, sizeof(why), "behind the slash a number from 0 "
		    "to %u is allowed", (unsigned)most);
		return refuse(text, why, err);
	}
	c.bits = (uint8_t)bits;
	if (cut_to_prefix(c.ip, c.len, bits)) {
		inet_ntop(c.len == 4 ? AF_INET : AF_INET6, c.ip, shown,
		    sizeof(shown));
		snprintf(why, sizeof(why), "it has bits set behind the prefix; "
		    "write %s/%u for the block or %s for the one address",
		    shown, (unsigned)bits, ip);
		return refuse(text, why, err);
	}
	if (ret != NULL) {
		*ret = c;
	}
	return 0;
}

bool
cidr_holds(const struct cidr *c, const uint8_t *ip, size_t len)
{
	uint8_t cut[16];

	if (len != c->len) {
		return false;
	}
	memcpy(cut, ip, len);
	cut_to_prefix(cut, len, c->bits);
	return memcmp(cut, c->ip, len) == 0;
}

bool
cidr_is_single(const struct cidr *c)
{
	return c->bits == c->len * 8u;
}
