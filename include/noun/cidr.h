/* noun/cidr.h - a block of IP addresses, as in feed.allow.
 *
 * For the config check in the keeper and the address guard in `fetch`. A plain
 * value, no memory of its own. */
#ifndef NOUN_CIDR_H
#define NOUN_CIDR_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;

struct cidr {
	uint8_t	 ip[16];	/* network order; the first `len` bytes count */
	uint8_t	 len;		/* 4 or 16 */
	uint8_t	 bits;		/* of the prefix */
};

/* ret may be NULL. "10.0.0.0/8", "fd00::/8", or one address without a slash.
 * 0, or -1 with an ERR_CONFIG that says what is allowed. Bits behind the
 * prefix are an error: who writes 10.1.2.3/8 may have meant one machine. */
int  cidr_parse(const char *text, struct cidr *ret, struct err *err);
/* `len` is 4 or 16; an IPv4 address lies in no IPv6 block. */
bool cidr_holds(const struct cidr *c, const uint8_t *ip, size_t len);
/* One single address. */
bool cidr_is_single(const struct cidr *c);
#endif
