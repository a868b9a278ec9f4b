#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "../fakes/http_server.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/http.h"
#include "base/mem.h"
#include "fetch/fetch.h"
#include "talk/ask.h"
#include "talk/frame.h"
#include "talk/helper.h"
#include "scratch.h"
#include "suite.h"

static struct fake_http plain, tls, strict;
static char folder[SCRATCH];
static char *ca, *client_cert, *client_key, *server_cert;
static char helper_path[512];

static struct arena mem = ARENA_INIT;
static struct fetched got;
static struct blob body = BLOB_INIT;

/* A feed on the fake server, with short limits. */
static struct poll
poll_for(int port, bool https, const char *path)
{
	static const char *allow[] = { "127.0.0.1", "::1" };
	struct poll p = { .etag = "", .last_modified = "" };

	p.address.url = arena_printf(&mem, "%s://127.0.0.1:%d%s",
	    https ? "https" : "http", port, path);
	p.address.alt = p.address.format = p.address.updated = "";
	p.address.hash_url = p.address.signature_url = "";
	p.feed.name = "test";
	p.feed.url = p.address.url;
	p.feed.type = p.feed.proxy = "";
	p.feed.user_agent = "advrelay/test (+https://example.net)";
	p.feed.timeout_s = 2;
	p.feed.max_bytes = 100000;
	p.feed.https_only = https;
	p.feed.verify_hash = true;
	p.feed.allow = allow;
	p.feed.n_allow = 2;
	p.feed.tls.ca = https ? ca : "";
	p.feed.tls.cert = p.feed.tls.key = "";
	return p;
}

static void
run(const struct poll *p)
{
	blob_clear(&body);
	fetch_poll(p, &mem, &got, &body);
}

static void
expect(enum fetch_result r, const char *why)
{
	ck_assert_msg(got.result == r, "%s %s (%u): %s", got.url,
	    fetch_result_name(got.result), got.status, got.reason);
	ck_assert_msg(strstr(got.reason, why) != NULL, "%s: %s", got.url,
	    got.reason);
	ck_assert_msg((r == FETCH_DOCUMENT) == (body.fd != -1), "%s", got.url);
	if (r != FETCH_DOCUMENT && r != FETCH_UNCHANGED) {
		ck_assert_msg(got.reason[0] != '\0', "%s", got.url);
	}
}

static const struct {
	const char	*path;
	enum fetch_result want;
	unsigned	 status;
	const char	*why;
} scripts[] = {
	{ "/x/ok", FETCH_DOCUMENT, 200, "" },
	{ "/x/gzip", FETCH_DOCUMENT, 200, "" },
	{ "/x/odd-etag", FETCH_DOCUMENT, 200, "" },
	{ "/x/trailer", FETCH_DOCUMENT, 200, "" },
	{ "/x/redirect/1", FETCH_DOCUMENT, 200, "" },
	{ "/x/redirect/3", FETCH_DOCUMENT, 200, "" },
	{ "/x/to?code=308&url=/x/ok", FETCH_DOCUMENT, 200, "" },
	{ "/x/redirect/4", FETCH_FAILED, 302, "redirects once more" },
	{ "/x/loop", FETCH_FAILED, 302, "redirects once more" },
	{ "/x/fat-redirect", FETCH_DOCUMENT, 200, "" },
	{ "/x/to?url=file:///etc/passwd", FETCH_FORBIDDEN, 302,
	    "redirects to file:" },
	{ "/x/to?url=ftp://127.0.0.1/x", FETCH_FORBIDDEN, 302, "ftp:" },
	{ "/x/to?url=gopher://127.0.0.1/x", FETCH_FORBIDDEN, 302, "gopher:" },
	{ "/x/to?url=http://169.254.169.254/latest/", FETCH_FORBIDDEN, 0,
	    "metadata" },
	{ "/x/to?url=http://127.0.0.2:9/", FETCH_FORBIDDEN, 0,
	    "127.0.0.2 is this machine" },
	{ "/x/to?url=http://2130706434:9/", FETCH_FORBIDDEN, 0,
	    "127.0.0.2 is this machine" },
	{ "/x/to?url=http://0x7f.2:9/", FETCH_FORBIDDEN, 0, "127.0.0.2" },
	{ "/x/to?url=http://[::ffff:10.0.0.1]/", FETCH_FORBIDDEN, 0,
	    "10.0.0.1 is a private" },
	{ "/x/to?url=http://[64:ff9b::a00:1]/", FETCH_FORBIDDEN, 0,
	    "10.0.0.1 is a private" },
	{ "/x/to?url=http://", FETCH_FORBIDDEN, 302, "cannot be used" },
	{ "/x/to?url=%09", FETCH_FAILED, 302, "no document" },
	{ "/x/always-304", FETCH_FAILED, 304, "brings no document" },
	{ "/x/status/404", FETCH_GONE, 404, "nothing lies at" },
	{ "/x/status/404?size=300000", FETCH_GONE, 404, "nothing lies at" },
	{ "/x/status/410", FETCH_GONE, 410, "(410)" },
	{ "/x/status/401", FETCH_FORBIDDEN, 401, "credentials" },
	{ "/x/status/403", FETCH_FORBIDDEN, 403, "example.net" },
	{ "/x/status/451", FETCH_FORBIDDEN, 451, "legal" },
	{ "/x/status/429", FETCH_FAILED, 429, "too often" },
	{ "/x/status/500", FETCH_FAILED, 500, "(500)" },
	{ "/x/status/503", FETCH_FAILED, 503, "(503)" },
	{ "/x/status/206", FETCH_FAILED, 206, "206" },
	{ "/x/status/204", FETCH_FAILED, 204, "204" },
	{ "/x/bomb", FETCH_FAILED, 200, "larger than the 100000" },
	{ "/x/endless", FETCH_FAILED, 200, "larger than the 100000" },
	{ "/x/announced", FETCH_FAILED, 200, "larger than the 100000" },
	{ "/x/bad-gzip", FETCH_FAILED, 200, "decompressed" },
	{ "/x/short", FETCH_FAILED, 200, "broke off" },
	{ "/x/reset", FETCH_FAILED, 0, "broke off" },
	{ "/x/silent", FETCH_FAILED, 0, "too slow" },
	{ "/x/drip", FETCH_FAILED, 200, "too slow" },
};

START_TEST(test_script)
{
	struct poll p = poll_for(plain.port, false, scripts[_i].path);

	p.feed.timeout_s = strstr(scripts[_i].why, "slow") ? 1 : 5;
	run(&p);
	expect(scripts[_i].want, scripts[_i].why);
	ck_assert_msg(got.status == scripts[_i].status, "%s: %u %s",
	    scripts[_i].path, got.status, got.reason);
}
END_TEST

START_TEST(test_document)
{
	struct poll p = poll_for(plain.port, false, "/x/ok");
	char hex[SHA256_TEXT];

	run(&p);
	expect(FETCH_DOCUMENT, "");
	digest_sha256_hex("{\"ok\":true}\n", 12, hex);
	ck_assert_str_eq(got.sha256, hex);
	ck_assert_int_eq(got.size, 12);
	ck_assert_uint_eq(body.len, 12);
	ck_assert_int_eq(memcmp(body.map, "{\"ok\":true}\n", 12), 0);
	ck_assert_str_eq(got.etag, "\"v1\"");
	ck_assert_str_eq(got.last_modified, "Tue, 03 Feb 2026 04:05:06 GMT");
	ck_assert_str_eq(got.media_type, "application/json");
	ck_assert_str_eq(got.url, p.address.url);
	ck_assert_int_eq(got.hash, HASH_NONE);
	/* trailers change nothing, half a validator is none */
	p = poll_for(plain.port, false, "/x/trailer");
	run(&p);
	ck_assert_str_eq(got.etag, "\"head\"");
	p = poll_for(plain.port, false, "/x/odd-etag");
	run(&p);
	ck_assert_str_eq(got.etag, "");
	p = poll_for(plain.port, false, "/x/redirect/2");
	run(&p);
	ck_assert_ptr_nonnull(strstr(got.url, "/x/ok"));
}
END_TEST

START_TEST(test_unchanged)
{
	struct poll p = poll_for(plain.port, false, "/x/etag");

	p.etag = "\"v1\"";
	p.last_modified = "Tue, 03 Feb 2026 04:05:06 GMT";
	run(&p);
	expect(FETCH_UNCHANGED, "");
	ck_assert_str_eq(got.etag, "\"v1\"");
	ck_assert_str_eq(got.last_modified, p.last_modified);
	p.etag = "\"v0\"";
	run(&p);
	expect(FETCH_DOCUMENT, "");
	p = poll_for(plain.port, false, "/x/modified");
	p.last_modified = "Tue, 03 Feb 2026 04:05:06 GMT";
	run(&p);
	expect(FETCH_UNCHANGED, "");
	/* a stored value with a line break smuggles nothing */
	p.etag = "x\r\nX-Evil: 1";
	run(&p);
	expect(FETCH_FORBIDDEN, "line break");
}
END_TEST

START_TEST(test_request)
{
	struct poll p = poll_for(plain.port, false, "/x/echo");
	const char *text;

	p.etag = "\"e\"";
	run(&p);
	expect(FETCH_DOCUMENT, "");
	text = arena_text_n(&mem, body.map, body.len);
	ck_assert_ptr_nonnull(strstr(text, "advrelay/test (+https"));
	ck_assert_ptr_nonnull(strstr(text, "\"if-none-match\": \"\\\"e\\\"\""));
	ck_assert_ptr_nonnull(strstr(text, "\"accept-encoding\": \"gzip\""));
	ck_assert_ptr_null(strstr(text, "cookie"));
	/* names with blanks occur in listings */
	p = poll_for(plain.port, false, "/x/echo/a b.json#part");
	run(&p);
	expect(FETCH_DOCUMENT, "");
	ck_assert_ptr_nonnull(strstr(got.url, "/a%20b.json"));
	ck_assert_ptr_null(strchr(got.url, '#'));
}
END_TEST

START_TEST(test_alt)
{
	struct poll p = poll_for(plain.port, false, "/x/status/404");

	p.address.alt = arena_printf(&mem, "http://127.0.0.1:%d/x/ok",
	    plain.port);
	run(&p);
	expect(FETCH_DOCUMENT, "");
	ck_assert_str_eq(got.url, p.address.alt);
	p.address.alt = arena_printf(&mem, "http://127.0.0.1:%d/x/status/410",
	    plain.port);
	run(&p);
	expect(FETCH_GONE, "and nothing lies at");
	ck_assert_uint_eq(got.status, 410);
	/* trouble is no reason to look elsewhere */
	p = poll_for(plain.port, false, "/x/status/500");
	p.address.alt = arena_printf(&mem, "http://127.0.0.1:%d/x/ok",
	    plain.port);
	run(&p);
	expect(FETCH_FAILED, "(500)");
}
END_TEST

static const struct {
	const char	*path;
	int64_t		 least, most;	/* seconds from now; 0, 0: none */
} waits[] = {
	{ "/x/status/429?retry=120", 118, 121 },
	{ "/x/status/503?retry=7", 5, 8 },
	{ "/x/status/429?in=300", 295, 301 },
	{ "/x/status/429?retry=99999999999999999999", 86395, 86401 },
	{ "/x/status/429?in=9999999", 86395, 86401 },
	{ "/x/status/429?in=-50", 0, 0 },
	{ "/x/status/429?retry=soon", 0, 0 },
	{ "/x/status/429?retry=-5", 0, 0 },
	{ "/x/status/429", 0, 0 },
	{ "/x/status/403?retry=60", 58, 61 },
};

START_TEST(test_wait)
{
	struct poll p = poll_for(plain.port, false, waits[_i].path);
	int64_t s;

	run(&p);
	s = got.not_before - (got.not_before != 0 ? wall_now().s : 0);
	ck_assert_msg(s >= waits[_i].least && s <= waits[_i].most, "%s: %lld",
	    waits[_i].path, (long long)s);
}
END_TEST

START_TEST(test_guard)
{
	struct poll p = poll_for(plain.port, false, "/x/ok");

	/* the second poll would find a kept connection */
	run(&p);
	expect(FETCH_DOCUMENT, "");
	p.feed.n_allow = 0;
	run(&p);
	expect(FETCH_FORBIDDEN, "127.0.0.1 is this machine");
	p.address.url = arena_printf(&mem, "http://localhost:%d/x/ok",
	    plain.port);
	run(&p);
	expect(FETCH_FORBIDDEN, "this machine itself");
	p.feed.n_allow = 2;
	run(&p);
	expect(FETCH_DOCUMENT, "");
	p.feed.allow = (const char *[]){ "everything" };
	p.feed.n_allow = 1;
	run(&p);
	expect(FETCH_FORBIDDEN, "no address block");
}
END_TEST

static const struct {
	const char	*url;
	enum fetch_result want;
	const char	*why;
} urls[] = {
	{ "http://user:pw@127.0.0.1/", FETCH_FORBIDDEN, "user name" },
	{ "advisories", FETCH_FORBIDDEN, "cannot be used as a URL" },
	{ "", FETCH_FORBIDDEN, "cannot be used" },
	{ "https://127.0.0.1:99999/", FETCH_FORBIDDEN, "cannot be used" },
	{ "ldap://127.0.0.1/", FETCH_FORBIDDEN, "ldap: is not followed" },
	{ "file:///etc/passwd", FETCH_FORBIDDEN, "may not lead there" },
	{ "FILE:/etc/passwd", FETCH_FORBIDDEN, "may not lead there" },
	{ "http://name.invalid/", FETCH_FAILED, "cannot be resolved" },
	{ "http://127.0.0.1:1/", FETCH_FAILED, "no connection" },
};

START_TEST(test_url)
{
	struct poll p = poll_for(plain.port, false, "/x/ok");

	p.address.url = urls[_i].url;
	run(&p);
	expect(urls[_i].want, urls[_i].why);
}
END_TEST

START_TEST(test_tls)
{
	struct poll p = poll_for(tls.port, true, "/x/ok");

	run(&p);
	expect(FETCH_DOCUMENT, "");
	p.feed.tls.ca = "";
	run(&p);
	expect(FETCH_FAILED, "certificate of 127.0.0.1 is not accepted");
	p.feed.tls.ca = "this is no PEM";
	run(&p);
	ck_assert_int_ne(got.result, FETCH_DOCUMENT);
	p.feed.tls.ca = ca;
	p.address.url = arena_printf(&mem, "https://localhost:%d/x/ok",
	    tls.port);
	run(&p);
	expect(FETCH_FAILED, "certificate of localhost is not accepted");
	p = poll_for(plain.port, true, "/x/ok");
	run(&p);
	expect(FETCH_FAILED, "no TLS with");
}
END_TEST

START_TEST(test_client_certificate)
{
	struct poll p = poll_for(strict.port, true, "/x/ok");

	run(&p);
	expect(FETCH_FAILED, "127.0.0.1");
	p.feed.tls.cert = client_cert;
	p.feed.tls.key = client_key;
	run(&p);
	expect(FETCH_DOCUMENT, "");
	p.feed.tls.cert = server_cert;
	run(&p);
	expect(FETCH_FORBIDDEN, "client certificate");
	/* another origin does not get to see who we are */
	p = poll_for(tls.port, true, arena_printf(&mem,
	    "/x/to?url=https://127.0.0.1:%d/x/ok", strict.port));
	p.feed.tls.cert = client_cert;
	p.feed.tls.key = client_key;
	run(&p);
	expect(FETCH_FAILED, "127.0.0.1");
}
END_TEST

START_TEST(test_downgrade)
{
	struct poll p = poll_for(tls.port, true, arena_printf(&mem,
	    "/x/to?url=http://127.0.0.1:%d/x/ok", plain.port));

	run(&p);
	expect(FETCH_FORBIDDEN, "from https to plain http");
	/* also for a feed that began with http: up is fine, down is not */
	p.feed.https_only = false;
	run(&p);
	expect(FETCH_FORBIDDEN, "from https to plain http");
	p = poll_for(plain.port, false, arena_printf(&mem,
	    "/x/to?url=https://127.0.0.1:%d/x/ok", tls.port));
	p.feed.tls.ca = ca;
	run(&p);
	expect(FETCH_DOCUMENT, "");
	p = poll_for(plain.port, false, "/x/ok");
	p.feed.https_only = true;
	run(&p);
	expect(FETCH_FORBIDDEN, "only https is allowed");
}
END_TEST

static const struct {
	const char	*url;
	enum fetch_result want;
	const char	*why;
} proxied[] = {
	{ "http://advisories.example/x/ok", FETCH_DOCUMENT, "" },
	{ "http://8.8.8.8/x/ok", FETCH_DOCUMENT, "" },
	{ "http://10.0.0.1/x/ok", FETCH_FORBIDDEN, "private" },
	{ "http://2130706433/x/ok", FETCH_FORBIDDEN, "this machine" },
	{ "http://[::1]/x/ok", FETCH_FORBIDDEN, "this machine" },
	{ "http://[fe80::1%25eth0]/x/ok", FETCH_FORBIDDEN, "link-local" },
	{ "http://localhost/x/ok", FETCH_FORBIDDEN, "this machine" },
	{ "http://a.localhost/x/ok", FETCH_FORBIDDEN, "this machine" },
	{ "http://advisories.example/x/to?url=http://169.254.169.254/",
	    FETCH_FORBIDDEN, "metadata" },
};

START_TEST(test_proxy)
{
	struct poll p = poll_for(plain.port, false, "/x/ok");

	p.feed.proxy = arena_printf(&mem, "http://127.0.0.1:%d", plain.port);
	p.feed.n_allow = 0;
	p.address.url = proxied[_i].url;
	run(&p);
	expect(proxied[_i].want, proxied[_i].why);
}
END_TEST

static void
put_file(const char *name, const char *text)
{
	char path[512];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	f = fopen(path, "w");
	ck_assert_ptr_nonnull(f);
	fputs(text, f);
	fclose(f);
}

START_TEST(test_hash)
{
	struct poll p = poll_for(plain.port, false, "/doc.json");
	char hex[SHA512_TEXT], base[64];

	snprintf(base, sizeof(base), "http://127.0.0.1:%d", plain.port);
	put_file("doc.json", "{}\n");
	digest_sha512_hex("{}\n", 3, hex);
	put_file("a.sha512", arena_printf(&mem, "%s  doc.json\n", hex));
	digest_sha256_hex("{}\n", 3, hex);
	put_file("b.sha256", arena_printf(&mem, "%s\n", hex));
	digest_sha256_hex("{}", 2, hex);
	put_file("c.sha256", arena_printf(&mem, "%s  doc.json\n", hex));
	put_file("d.sha256", "no digest\n");

	p.address.hash_url = arena_printf(&mem, "%s/a.sha512", base);
	run(&p);
	expect(FETCH_DOCUMENT, "");
	ck_assert_int_eq(got.hash, HASH_RIGHT);
	p.address.hash_url = arena_printf(&mem, "%s/b.sha512", base);
	run(&p);
	ck_assert_int_eq(got.hash, HASH_RIGHT);
	p.address.hash_url = arena_printf(&mem, "%s/c.sha256", base);
	run(&p);
	expect(FETCH_DOCUMENT, "do not have the digest");
	ck_assert_int_eq(got.hash, HASH_WRONG);
	p.address.hash_url = arena_printf(&mem, "%s/d.sha256", base);
	run(&p);
	ck_assert_int_eq(got.hash, HASH_UNREADABLE);
	p.address.hash_url = arena_printf(&mem, "%s/none.sha512", base);
	run(&p);
	expect(FETCH_DOCUMENT, "cannot be had");
	ck_assert_int_eq(got.hash, HASH_UNREADABLE);
	p.address.hash_url = arena_printf(&mem, "%s/x/endless", base);
	run(&p);
	ck_assert_int_eq(got.hash, HASH_UNREADABLE);
	p.feed.verify_hash = false;
	run(&p);
	ck_assert_int_eq(got.hash, HASH_NONE);
}
END_TEST

/* The program itself, in its sandbox, asked as the keeper does. */
static pid_t
helper_start(int *ret_sock)
{
	struct frame f;
	int pair[2];
	pid_t pid;

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0,
	    pair), 0);
	pid = fork();
	if (pid == 0) {
		dup2(pair[1], HELPER_SOCKET);
		if (pair[1] == HELPER_SOCKET) {
			fcntl(HELPER_SOCKET, F_SETFD, 0);
		}
		execl(helper_path, "fetch", "--serve", "--read", folder,
		    (char *)NULL);
		_exit(127);
	}
	close(pair[1]);
	*ret_sock = pair[0];
	frame_init(&f);
	ck_assert_int_eq(frame_recv(pair[0], &f, NULL), 1);
	ck_assert_int_eq(f.class, FRAME_HELLO);
	frame_clear(&f);
	return pid;
}

static void
helper_ask(int sock, const struct poll *p)
{
	struct buf b = BUF_INIT(FRAME_BODY_MAX);
	struct err err = ERR_INIT;
	struct unpack u;
	static struct frame f;
	char text[600];

	blob_clear(&body);
	frame_init(&f);
	poll_pack(&b, p);
	f.class = FRAME_ASK;
	f.kind = ASK_FETCH;
	f.id = 7;
	f.len = b.len;
	memcpy(f.body, b.data, b.len);
	buf_clear(&b);
	ck_assert_int_eq(frame_send(sock, &f, NULL), 0);
	do {
		frame_init(&f);
		ck_assert_int_eq(frame_recv(sock, &f, &err), 1);
	} while (f.class == FRAME_NOTE);
	ck_assert_int_eq(f.class, FRAME_ANSWER);
	unpack_open(&u, f.body, f.len);
	ck_assert_uint_eq(unpack_u8(&u, "state", 1), 0);
	fetched_unpack(&u, &got);
	ck_assert_msg(unpack_done(&u, &err) == 0, "%s",
	    err_show(&err, text, sizeof(text)));
	if (f.fd != -1) {
		ck_assert_msg(blob_adopt(&body, f.fd, 100000, &err) == 0 &&
		    blob_map(&body, &err) == 0, "%s", err.text);
	}
}

START_TEST(test_helper)
{
	struct poll p;
	pid_t pid;
	int sock, state;

	if (access(helper_path, X_OK) == -1) {
		printf("SKIP: %s is not built\n", helper_path);
		return;
	}
	put_file("doc.json", "{}\n");
	pid = helper_start(&sock);
	for (int i = 0; i < 3; i++) {
		p = poll_for(tls.port, true, "/x/ok");
		helper_ask(sock, &p);
		expect(FETCH_DOCUMENT, "");
		ck_assert_uint_eq(body.len, 12);
	}
	p = poll_for(plain.port, false, "/x/ok");
	p.address.url = arena_printf(&mem, "http://localhost:%d/x/ok",
	    plain.port);
	helper_ask(sock, &p);
	expect(FETCH_DOCUMENT, "");
	p.address.url = "http://name.invalid/";
	helper_ask(sock, &p);
	expect(FETCH_FAILED, "cannot be resolved");
	p = poll_for(tls.port, true, "/x/ok");
	p.feed.tls.ca = "";
	helper_ask(sock, &p);
	expect(FETCH_FAILED, "is not accepted");
	p.feed.url = arena_printf(&mem, "file://%s/", folder);
	p.address.url = arena_printf(&mem, "file://%s/doc.json", folder);
	helper_ask(sock, &p);
	expect(FETCH_DOCUMENT, "");
	p.etag = arena_text(&mem, got.etag);
	helper_ask(sock, &p);
	expect(FETCH_UNCHANGED, "");
	p.feed.url = "file:///etc/";
	p.address.url = "file:///etc/passwd";
	p.etag = "";
	helper_ask(sock, &p);
#ifndef SANITIZED
	expect(FETCH_FORBIDDEN, "may not be read");
#endif
	close(sock);
	ck_assert_int_eq(waitpid(pid, &state, 0), pid);
	ck_assert_int_eq(state, 0);
}
END_TEST

static Suite *
suite(void)
{
	Suite *s = suite_create("fetch_http");
	TCase *t = suite_case(s, "http", 30);

	tcase_add_loop_test(t, test_script, 0, (int)COUNT_OF(scripts));
	tcase_add_test(t, test_document);
	tcase_add_test(t, test_unchanged);
	tcase_add_test(t, test_request);
	tcase_add_test(t, test_alt);
	tcase_add_loop_test(t, test_wait, 0, (int)COUNT_OF(waits));
	tcase_add_test(t, test_guard);
	tcase_add_loop_test(t, test_url, 0, (int)COUNT_OF(urls));
	tcase_add_test(t, test_tls);
	tcase_add_test(t, test_client_certificate);
	tcase_add_test(t, test_downgrade);
	tcase_add_loop_test(t, test_proxy, 0, (int)COUNT_OF(proxied));
	tcase_add_test(t, test_hash);
	tcase_add_test(t, test_helper);
	return s;
}

int
main(int argc, char **argv)
{
	char cert[SCRATCH + 16], key[SCRATCH + 16], client[SCRATCH + 16];
	char command[SCRATCH + 16];
	const char *slash = argc > 0 ? strrchr(argv[0], '/') : NULL;
	int failed;

	if (access("/usr/bin/python3", X_OK) == -1 ||
	    access("tests/fakes/http_server.py", R_OK) == -1) {
		printf("SKIP: no python3, or not run from the tree's root\n");
		return 0;
	}
	snprintf(helper_path, sizeof(helper_path), "%.*s../libexec/fetch",
	    slash != NULL ? (int)(slash - argv[0]) + 1 : 0, argv[0]);
	/* what the environment says about proxies must not matter */
	setenv("http_proxy", "http://127.0.0.1:1", 1);
	setenv("https_proxy", "http://127.0.0.1:1", 1);
	setenv("no_proxy", "127.0.0.1,advisories.example,10.0.0.1", 1);
	scratch_folder(folder, "fetch");
	if (fake_http_certificates(folder) == -1) {
		printf("SKIP: no certificates, is openssl there?\n");
		return 0;
	}
	ca = fake_http_text(folder, "ca.pem");
	server_cert = fake_http_text(folder, "server.pem");
	client_cert = fake_http_text(folder, "client.pem");
	client_key = fake_http_text(folder, "client.key");
	snprintf(cert, sizeof(cert), "%s/server.pem", folder);
	snprintf(key, sizeof(key), "%s/server.key", folder);
	snprintf(client, sizeof(client), "%s/ca.pem", folder);
	if (fake_http_start(&plain, "--root", folder, NULL) == -1 ||
	    fake_http_start(&tls, "--cert", cert, "--key", key, NULL) == -1 ||
	    fake_http_start(&strict, "--cert", cert, "--key", key,
	    "--client-ca", client, NULL) == -1) {
		fprintf(stderr, "the fake server does not start\n");
		return 1;
	}
	http_prepare();
	failed = suite_run(suite());
	fake_http_stop(&plain);
	fake_http_stop(&tls);
	fake_http_stop(&strict);
	free(ca);
	free(server_cert);
	free(client_cert);
	free(client_key);
	snprintf(command, sizeof(command), "rm -r %s", folder);
	return system(command) == 0 ? failed : 1;
}
