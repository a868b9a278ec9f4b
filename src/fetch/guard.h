/* fetch/guard.h - which addresses a feed may make us connect to.
 *
 * A feed's server, or who sits in its name server, chooses addresses for us by
 * names and redirects. Only public unicast addresses pass; feed.allow lets a
 * mirror in the house through. Addresses at which clouds hand out credentials
 * pass only if they are allowed singly (/32, /128). Pure: no clock, no
 * network. */
#ifndef FETCH_GUARD_H
#define FETCH_GUARD_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "noun/cidr.h"

struct arena;
struct err;
struct feed;

struct guard {
	struct cidr	*allow;
	size_t		 n_allow;
};

/* From feed.allow. -1: one of them is no CIDR (the config check is the place
 * where that is said first). */
int  guard_init(struct guard *g, const struct feed *feed, struct arena *mem,
    struct err *err);
/* An http_guard; ctx is a struct guard. Addresses that carry an IPv4 address
 * (mapped, translated, NAT64, 6to4, Teredo, ISATAP) are judged by it too. */
bool guard_pass(void *ctx, const uint8_t *ip, size_t ip_len, char *why,
    size_t room);
#endif
