#include <arpa/inet.h>
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/mem.h"
#include "fetch/guard.h"
#include "noun/feed.h"
#include "suite.h"

#define PASS true
#define STOP false

static const struct {
	const char	*ip;
	bool		 pass;
	const char	*why;		/* a piece of the reason */
} plain[] = {
	/* public */
	{ "8.8.8.8", PASS, "" },
	{ "1.1.1.1", PASS, "" },
	{ "9.255.255.255", PASS, "" },
	{ "11.0.0.0", PASS, "" },
	{ "100.63.255.255", PASS, "" },
	{ "100.128.0.0", PASS, "" },
	{ "126.255.255.255", PASS, "" },
	{ "128.0.0.1", PASS, "" },
	{ "169.253.255.255", PASS, "" },
	{ "169.255.0.0", PASS, "" },
	{ "172.15.255.255", PASS, "" },
	{ "172.32.0.0", PASS, "" },
	{ "192.0.1.1", PASS, "" },
	{ "192.167.255.255", PASS, "" },
	{ "192.169.0.0", PASS, "" },
	{ "198.17.255.255", PASS, "" },
	{ "198.20.0.0", PASS, "" },
	{ "223.255.255.255", PASS, "" },
	{ "2606:4700::1111", PASS, "" },
	{ "2a00:1450:4001::1", PASS, "" },
	{ "2001:4860:4860::8888", PASS, "" },
	/* this host, private, shared */
	{ "0.0.0.0", STOP, "this host" },
	{ "0.1.2.3", STOP, "this host" },
	{ "127.0.0.1", STOP, "this machine" },
	{ "127.255.255.254", STOP, "this machine" },
	{ "10.0.0.0", STOP, "private" },
	{ "10.255.255.255", STOP, "private" },
	{ "172.16.0.0", STOP, "private" },
	{ "172.31.255.255", STOP, "private" },
	{ "192.168.1.1", STOP, "private" },
	{ "100.64.0.0", STOP, "carrier" },
	{ "100.127.255.255", STOP, "carrier" },
	{ "169.254.1.1", STOP, "link-local" },
	/* reserved, examples, multicast */
	{ "192.0.0.1", STOP, "reserved" },
	{ "192.0.2.1", STOP, "examples" },
	{ "198.51.100.1", STOP, "examples" },
	{ "203.0.113.255", STOP, "examples" },
	{ "192.88.99.1", STOP, "reserved" },
	{ "198.18.0.1", STOP, "benchmarks" },
	{ "198.19.255.255", STOP, "benchmarks" },
	{ "224.0.0.1", STOP, "multicast" },
	{ "239.255.255.255", STOP, "multicast" },
	{ "240.0.0.1", STOP, "reserved" },
	{ "255.255.255.255", STOP, "reserved" },
	/* clouds */
	{ "169.254.169.254", STOP, "metadata" },
	{ "169.254.170.2", STOP, "credential" },
	{ "100.100.100.200", STOP, "metadata" },
	{ "192.0.0.192", STOP, "metadata" },
	{ "168.63.129.16", STOP, "platform" },
	{ "fd00:ec2::254", STOP, "metadata" },
	{ "fd20:ce::254", STOP, "metadata" },
	/* IPv6 */
	{ "::", STOP, "unspecified" },
	{ "::1", STOP, "this machine" },
	{ "fc00::1", STOP, "private" },
	{ "fdff:ffff::1", STOP, "private" },
	{ "fe80::1", STOP, "link-local" },
	{ "febf::1", STOP, "link-local" },
	{ "fec0::1", STOP, "private" },
	{ "ff02::1", STOP, "multicast" },
	{ "100::1", STOP, "reserved" },
	{ "2001:db8::1", STOP, "examples" },
	{ "3fff::1", STOP, "examples" },
	{ "2001:2::1", STOP, "benchmarks" },
	{ "2001:10::1", STOP, "reserved" },
	{ "2001:1ff::1", STOP, "reserved" },
	{ "5f00::1", STOP, "segment" },
	{ "64:ff9b:1::1", STOP, "translator" },
	{ "4000::1", STOP, "not a public" },
	{ "1000::1", STOP, "not a public" },
	/* IPv4 within IPv6 */
	{ "::ffff:127.0.0.1", STOP, "this machine" },
	{ "::ffff:8.8.8.8", PASS, "" },
	{ "::ffff:0:10.1.1.1", STOP, "private" },
	{ "::10.1.1.1", STOP, "private" },
	{ "64:ff9b::10.0.0.1", STOP, "private" },
	{ "64:ff9b::169.254.169.254", STOP, "metadata" },
	{ "64:ff9b::8.8.8.8", PASS, "" },
	{ "2002:7f00:1::1", STOP, "this machine" },
	{ "2002:c0a8:101::1", STOP, "private" },
	{ "2002:808:808::1", PASS, "" },
	/* Teredo: server 8.8.8.8, client inverted */
	{ "2001:0:808:808:0:0:f5ff:fffe", STOP, "private" },
	{ "2001:0:808:808:0:0:f7f7:f7f7", PASS, "" },
	{ "2001:0:a00:1:0:0:f7f7:f7f7", STOP, "private" },
	{ "2606:4700::5efe:10.0.0.1", STOP, "private" },
	{ "2606:4700::200:5efe:10.0.0.1", STOP, "private" },
	{ "2606:4700::5efe:8.8.8.8", PASS, "" },
	{ "fe80::5efe:8.8.8.8", STOP, "link-local" },
};

static const struct {
	const char	*allow[3];
	const char	*ip;
	bool		 pass;
} with_allow[] = {
	{ { "10.0.0.0/8" }, "10.9.8.7", PASS },
	{ { "10.0.0.0/8" }, "192.168.0.1", STOP },
	{ { "10.0.0.0/8", "192.168.0.0/24" }, "192.168.0.1", PASS },
	{ { "10.0.0.0/8", "192.168.0.0/24" }, "192.168.1.1", STOP },
	{ { "127.0.0.1" }, "127.0.0.1", PASS },
	{ { "127.0.0.1" }, "127.0.0.2", STOP },
	{ { "127.0.0.1" }, "::1", STOP },
	{ { "127.0.0.1" }, "::ffff:127.0.0.1", PASS },
	{ { "::1" }, "::1", PASS },
	{ { "fd00::/8" }, "fd12::1", PASS },
	{ { "10.0.0.0/8" }, "64:ff9b::10.1.1.1", PASS },
	{ { "10.0.0.0/8" }, "2002:a01:101::1", PASS },
	/* a wide block does not open the clouds' services */
	{ { "0.0.0.0/0" }, "10.1.1.1", PASS },
	{ { "0.0.0.0/0" }, "169.254.169.254", STOP },
	{ { "169.254.0.0/16" }, "169.254.169.254", STOP },
	{ { "169.254.169.254/32" }, "169.254.169.254", PASS },
	{ { "fd00::/8" }, "fd00:ec2::254", STOP },
	{ { "fd00:ec2::254" }, "fd00:ec2::254", PASS },
	{ { "::/0" }, "fe80::1", PASS },
	{ { "::/0" }, "64:ff9b::169.254.169.254", STOP },
	{ { "::/0" }, "10.0.0.1", STOP },
	{ { "64:ff9b::/96" }, "64:ff9b::10.0.0.1", PASS },
	{ { "0.0.0.0/0" }, "100.100.100.200", STOP },
};

static size_t
address(const char *text, uint8_t ip[16])
{
	if (inet_pton(AF_INET, text, ip) == 1) {
		return 4;
	}
	ck_assert_msg(inet_pton(AF_INET6, text, ip) == 1, "%s", text);
	return 16;
}

START_TEST(test_plain)
{
	struct guard g = { 0 };
	char why[256] = "";
	uint8_t ip[16];
	size_t len = address(plain[_i].ip, ip);

	ck_assert_msg(guard_pass(&g, ip, len, why, sizeof(why)) ==
	    plain[_i].pass, "%s: %s", plain[_i].ip, why);
	ck_assert_msg(strstr(why, plain[_i].why) != NULL, "%s: %s",
	    plain[_i].ip, why);
}
END_TEST

START_TEST(test_allow)
{
	struct arena mem = ARENA_INIT;
	struct err err = ERR_INIT;
	struct feed feed = { 0 };
	struct guard g;
	char why[256] = "";
	const char *allow[3];
	uint8_t ip[16];
	size_t len = address(with_allow[_i].ip, ip);

	memcpy(allow, with_allow[_i].allow, sizeof(allow));
	feed.allow = allow;
	while (feed.n_allow < 3 && allow[feed.n_allow] != NULL) {
		feed.n_allow++;
	}
	ck_assert_int_eq(guard_init(&g, &feed, &mem, &err), 0);
	ck_assert_msg(guard_pass(&g, ip, len, why, sizeof(why)) ==
	    with_allow[_i].pass, "%s: %s", with_allow[_i].ip, why);
	arena_clear(&mem);
}
END_TEST

START_TEST(test_bad_allow)
{
	struct arena mem = ARENA_INIT;
	struct err err = ERR_INIT;
	const char *allow[] = { "10.0.0.0/8", "intranet" };
	struct feed feed = { .allow = allow, .n_allow = 2 };
	struct guard g;

	ck_assert_int_eq(guard_init(&g, &feed, &mem, &err), -1);
	ck_assert_ptr_nonnull(strstr(err.text, "intranet"));
	arena_clear(&mem);
}
END_TEST

static const struct {
	const char	*text;
	int		 len;		/* -1: refused */
	int		 bits;
	const char	*why;
} cidrs[] = {
	{ "10.0.0.0/8", 4, 8, "" },
	{ "0.0.0.0/0", 4, 0, "" },
	{ "192.0.2.7", 4, 32, "" },
	{ "192.0.2.7/32", 4, 32, "" },
	{ "192.0.2.128/25", 4, 25, "" },
	{ "fd00::/8", 16, 8, "" },
	{ "::/0", 16, 0, "" },
	{ "2001:db8::1", 16, 128, "" },
	{ "10.1.2.3/8", -1, 0, "write 10.0.0.0/8 for the block" },
	{ "fd00::1/8", -1, 0, "write fd00::/8" },
	{ "10.0.0.0/33", -1, 0, "0 to 32" },
	{ "::/129", -1, 0, "0 to 128" },
	{ "10.0.0.0/", -1, 0, "0 to 32" },
	{ "10.0.0.0/-1", -1, 0, "0 to 32" },
	{ "10.0.0.0/8 ", -1, 0, "0 to 32" },
	{ "10.0.0/8", -1, 0, "like 10.0.0.0/8" },
	{ "010.0.0.0/8", -1, 0, "like" },
	{ "localhost", -1, 0, "names are not allowed" },
	{ "", -1, 0, "like" },
	{ "/8", -1, 0, "like" },
	{ "fe80::1%eth0", -1, 0, "like" },
	{ "0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000/8", -1, 0,
	    "too long" },
};

START_TEST(test_cidr)
{
	struct err err = ERR_INIT;
	struct cidr c;
	int rc = cidr_parse(cidrs[_i].text, &c, &err);

	ck_assert_msg(rc == (cidrs[_i].len == -1 ? -1 : 0), "%s: %s",
	    cidrs[_i].text, err.text);
	ck_assert_msg(strstr(err.text, cidrs[_i].why) != NULL, "%s: %s",
	    cidrs[_i].text, err.text);
	if (rc == 0) {
		ck_assert_int_eq(c.len, cidrs[_i].len);
		ck_assert_int_eq(c.bits, cidrs[_i].bits);
	} else {
		ck_assert_int_eq(err.kind, ERR_CONFIG);
	}
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("fetch_guard");
	TCase *t = tcase_create("guard");

	tcase_add_loop_test(t, test_plain, 0, (int)COUNT_OF(plain));
	tcase_add_loop_test(t, test_allow, 0, (int)COUNT_OF(with_allow));
	tcase_add_test(t, test_bad_allow);
	tcase_add_loop_test(t, test_cidr, 0, (int)COUNT_OF(cidrs));
	suite_add_tcase(s, t);
	return suite_run(s);
}
