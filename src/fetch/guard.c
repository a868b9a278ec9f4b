#include "guard.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/mem.h"
#include "noun/feed.h"

struct net {
	uint8_t		 ip[16];
	uint8_t		 bits;
	const char	*what;
};

/* Where clouds answer with credentials. One is a public address, the others lie
 * in blocks that an operator may well have allowed as a whole. */
static const struct net metadata4[] = {
	{ { 169, 254, 169, 254 }, 32, "a cloud's metadata service" },
	{ { 169, 254, 170, 2 }, 32, "a cloud's credential service" },
	{ { 169, 254, 170, 23 }, 32, "a cloud's credential service" },
	{ { 100, 100, 100, 200 }, 32, "a cloud's metadata service" },
	{ { 192, 0, 0, 192 }, 32, "a cloud's metadata service" },
	{ { 168, 63, 129, 16 }, 32, "a cloud's platform service" },
};

static const struct net metadata6[] = {
	{ { 0xfd, 0x00, 0x0e, 0xc2, [14] = 0x02, 0x54 }, 128,
	    "a cloud's metadata service" },
	{ { 0xfd, 0x00, 0x0e, 0xc2, [15] = 0x23 }, 128,
	    "a cloud's credential service" },
	{ { 0xfd, 0x20, 0x00, 0xce, [14] = 0x02, 0x54 }, 128,
	    "a cloud's metadata service" },
};

/* IANA's registry of special-purpose addresses, RFC 6890 and its updates:
 * everything that is not globally reachable. */
static const struct net closed4[] = {
	{ { 0 }, 8, "an address of this host" },
	{ { 10 }, 8, "a private address" },
	{ { 100, 64 }, 10, "a carrier's shared address" },
	{ { 127 }, 8, "this machine itself" },
	{ { 169, 254 }, 16, "a link-local address" },
	{ { 172, 16 }, 12, "a private address" },
	{ { 192, 0, 0 }, 24, "a reserved address" },
	{ { 192, 0, 2 }, 24, "an address for examples" },
	{ { 192, 88, 99 }, 24, "a reserved address" },
	{ { 192, 168 }, 16, "a private address" },
	{ { 198, 18 }, 15, "an address for benchmarks" },
	{ { 198, 51, 100 }, 24, "an address for examples" },
	{ { 203, 0, 113 }, 24, "an address for examples" },
	{ { 224 }, 4, "a multicast address" },
	{ { 240 }, 4, "a reserved address" },
};

/* The first that holds the address wins; 2000::/3 comes last, because only
 * there is global unicast handed out. */
static const struct net closed6[] = {
	{ { [15] = 1 }, 128, "this machine itself" },
	{ { 0 }, 128, "the unspecified address" },
	{ { 0x00, 0x64, 0xff, 0x9b, 0x00, 0x01 }, 48,
	    "an address of a local translator" },
	{ { 0x01, 0x00 }, 8, "a reserved address" },
	{ { 0x20, 0x01, 0x0d, 0xb8 }, 32, "an address for examples" },
	{ { 0x20, 0x01, 0x00, 0x02 }, 48, "an address for benchmarks" },
	{ { 0x3f, 0xff }, 20, "an address for examples" },
	{ { 0x5f, 0x00 }, 16, "an address for segment routing" },
	{ { 0xfc }, 7, "a private address" },
	{ { 0xfe, 0x80 }, 10, "a link-local address" },
	{ { 0xfe, 0xc0 }, 10, "a private address" },
	{ { 0xff }, 8, "a multicast address" },
};

/* Teredo lies inside this one and is looked at before. */
static const struct net protocols6 =
    { { 0x20, 0x01 }, 23, "a reserved address" };
static const struct net global6 = { { 0x20 }, 3, "" };

static bool
net_holds(const struct net *n, const uint8_t *ip, size_t len)
{
	struct cidr c = { .len = (uint8_t)len, .bits = n->bits };

	memcpy(c.ip, n->ip, len);
	return cidr_holds(&c, ip, len);
}

static const char *
find(const struct net *nets, size_t n, const uint8_t *ip, size_t len)
{
	for (size_t i = 0; i < n; i++) {
		if (net_holds(&nets[i], ip, len)) {
			return nets[i].what;
		}
	}
	return NULL;
}

/* The IPv4 addresses that an IPv6 address carries: two at most. A mere wrapper
 * is judged by them alone. */
static size_t
carried(const uint8_t ip[16], uint8_t out[2][4], bool *ret_mere)
{
	static const uint8_t prefixes[][12] = {
		{ [10] = 0xff, [11] = 0xff },		/* mapped */
		{ [8] = 0xff, [9] = 0xff },		/* RFC 2765 */
		{ 0x00, 0x64, 0xff, 0x9b },		/* NAT64, RFC 6052 */
		{ 0 },					/* compatible */
	};

	*ret_mere = true;
	for (size_t i = 0; i < COUNT_OF(prefixes); i++) {
		if (memcmp(ip, prefixes[i], 12) == 0) {
			memcpy(out[0], ip + 12, 4);
			return 1;
		}
	}
	if (ip[0] == 0x20 && ip[1] == 0x02) {		/* 6to4, RFC 3056 */
		memcpy(out[0], ip + 2, 4);
		return 1;
	}
	if (memcmp(ip, "\x20\x01\x00\x00", 4) == 0) {	/* Teredo, RFC 4380 */
		memcpy(out[0], ip + 4, 4);
		for (size_t i = 0; i < 4; i++) {
			out[1][i] = ip[12 + i] ^ 0xff;
		}
		return 2;
	}
	*ret_mere = false;
	if ((ip[8] & 0xfd) == 0 && memcmp(ip + 9, "\x00\x5e\xfe", 3) == 0) {
		memcpy(out[0], ip + 12, 4);		/* ISATAP, RFC 5214 */
		return 1;
	}
	return 0;
}

/* What speaks against one address by itself; NULL if nothing does. */
static const char *
closed(const uint8_t *ip, size_t len)
{
	uint8_t inner[2][4];
	const char *what;
	bool mere;

	if (len == 4) {
		return find(closed4, COUNT_OF(closed4), ip, 4);
	}
	what = find(closed6, COUNT_OF(closed6), ip, 16);
	carried(ip, inner, &mere);
	if (what != NULL || mere) {
		return what;
	}
	if (net_holds(&protocols6, ip, 16)) {
		return protocols6.what;
	}
	return net_holds(&global6, ip, 16) ? NULL : "not a public address";
}

static const char *
is_metadata(const uint8_t *ip, size_t len)
{
	return len == 4 ? find(metadata4, COUNT_OF(metadata4), ip, 4)
	    : find(metadata6, COUNT_OF(metadata6), ip, 16);
}

static bool
allowed(const struct guard *g, const uint8_t *ip, size_t len, bool singly)
{
	for (size_t i = 0; i < g->n_allow; i++) {
		if ((!singly || cidr_is_single(&g->allow[i])) &&
		    cidr_holds(&g->allow[i], ip, len)) {
			return true;
		}
	}
	return false;
}

static bool
judge(const struct guard *g, const uint8_t *ip, size_t len, char *why,
    size_t room)
{
	char text[INET6_ADDRSTRLEN];
	const char *what = is_metadata(ip, len);
	bool special = what != NULL;

	if (what == NULL) {
		what = closed(ip, len);
	}
	if (what == NULL || allowed(g, ip, len, special)) {
		return true;
	}
	inet_ntop(len == 4 ? AF_INET : AF_INET6, ip, text, sizeof(text));
	snprintf(why, room, "%s is %s; if the feed really lies there, "
	    "add \"%s/%d\" to its allow list", text, what, text,
	    len == 4 ? 32 : 128);
	return false;
}

bool
guard_pass(void *ctx, const uint8_t *ip, size_t ip_len, char *why,
    size_t room)
{
	const struct guard *g = ctx;
	uint8_t inner[2][4];
	bool mere, open;
	size_t n;

	if (ip_len != 4 && ip_len != 16) {
		bug("an address of %zu bytes", ip_len);
	}
	if (!judge(g, ip, ip_len, why, room)) {
		return false;
	}
	n = ip_len == 16 ? carried(ip, inner, &mere) : 0;
	open = ip_len == 16 && allowed(g, ip, 16, false);
	for (size_t i = 0; i < n; i++) {
		/* A block that is open for IPv6 opens no way round. */
		if ((!open || is_metadata(inner[i], 4) != NULL) &&
		    !judge(g, inner[i], 4, why, room)) {
			return false;
		}
	}
	return true;
}

int
guard_init(struct guard *g, const struct feed *feed, struct arena *mem,
    struct err *err)
{
	g->n_allow = 0;
	g->allow = arena_alloc(mem, (feed->n_allow + 1) * sizeof(*g->allow));
	for (uint32_t i = 0; i < feed->n_allow; i++) {
		if (cidr_parse(feed->allow[i], &g->allow[g->n_allow++], err) ==
		    -1) {
			return err_in(err, "allow");
		}
	}
	return 0;
}
