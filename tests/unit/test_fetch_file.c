#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/mem.h"
#include "fetch/fetch.h"
#include "scratch.h"
#include "suite.h"

static char folder[SCRATCH];
static struct arena mem = ARENA_INIT;
static struct fetched got;
static struct blob body = BLOB_INIT;

static const char *
in_folder(const char *name)
{
	return arena_printf(&mem, "%s/%s", folder, name);
}

static void
put_file(const char *name, const char *text)
{
	FILE *f = fopen(in_folder(name), "w");

	ck_assert_ptr_nonnull(f);
	fputs(text, f);
	fclose(f);
}

static void
run(const char *feed, const char *url, const char *etag)
{
	struct poll p = { .etag = etag, .last_modified = "" };

	p.feed.name = "test";
	p.feed.url = feed;
	p.feed.type = p.feed.proxy = p.feed.user_agent = "";
	p.feed.tls.ca = p.feed.tls.cert = p.feed.tls.key = "";
	p.feed.timeout_s = 2;
	p.feed.max_bytes = 1000;
	p.feed.verify_hash = true;
	p.feed.https_only = true;
	p.address.url = url;
	p.address.alt = p.address.format = p.address.updated = "";
	p.address.hash_url = p.address.signature_url = "";
	blob_clear(&body);
	fetch_poll(&p, &mem, &got, &body);
}

/* The folder as it stands before each test:
 *	feed/a.json feed/b c.json feed/sub/d.json feed/large.json feed/pipe
 *	feed/in.json -> a.json, feed/out.json -> ../secret, secret,
 *	feedling/e.json */
static void
setup(void)
{
	static const char *const folders[] = { "feed", "feed/sub", "feedling" };
	char large[1002];

	scratch_folder(folder, "file");
	for (size_t i = 0; i < COUNT_OF(folders); i++) {
		ck_assert_int_eq(mkdir(in_folder(folders[i]), 0700), 0);
	}
	memset(large, 'x', sizeof(large));
	large[1001] = '\0';
	put_file("feed/a.json", "{}\n");
	put_file("feed/b c.json", "{}\n");
	put_file("feed/sub/d.json", "{}\n");
	put_file("feed/large.json", large);
	put_file("feed/empty.json", "");
	put_file("secret", "secret\n");
	put_file("feedling/e.json", "{}\n");
	ck_assert_int_eq(mkfifo(in_folder("feed/pipe"), 0600), 0);
	ck_assert_int_eq(symlink("a.json", in_folder("feed/in.json")), 0);
	ck_assert_int_eq(symlink("../secret", in_folder("feed/out.json")), 0);
	ck_assert_int_eq(symlink("..", in_folder("feed/up")), 0);
}

static void
teardown(void)
{
	char command[SCRATCH + 16];

	blob_clear(&body);
	arena_clear(&mem);
	snprintf(command, sizeof(command), "rm -rf %s", folder);
	ck_assert_int_eq(system(command), 0);
}

static const struct {
	const char	*url;		/* behind file://FOLDER/feed */
	enum fetch_result want;
	const char	*why;
} cases[] = {
	{ "/a.json", FETCH_DOCUMENT, "" },
	{ "/b%20c.json", FETCH_DOCUMENT, "" },
	{ "/b c.json", FETCH_DOCUMENT, "" },
	{ "/%61.json", FETCH_DOCUMENT, "" },
	{ "/a.json#part", FETCH_DOCUMENT, "" },
	{ "//sub/./d.json", FETCH_DOCUMENT, "" },
	{ "/in.json", FETCH_DOCUMENT, "" },
	{ "/empty.json", FETCH_DOCUMENT, "" },
	{ "/none.json", FETCH_GONE, "there is no file" },
	{ "/a.json/x", FETCH_GONE, "there is no file" },
	{ "/large.json", FETCH_FAILED, "1001 bytes, more than the 1000" },
	{ "/pipe", FETCH_FORBIDDEN, "a device or pipe" },
	{ "/sub", FETCH_FORBIDDEN, "a folder" },
	{ "/../secret", FETCH_FORBIDDEN, "outside" },
	{ "/%2e%2e/secret", FETCH_FORBIDDEN, "outside" },
	{ "/..%2fsecret", FETCH_FORBIDDEN, "outside" },
	{ "/sub/../a.json", FETCH_FORBIDDEN, "outside" },
	{ "/up/secret", FETCH_FORBIDDEN, "outside" },
	{ "/out.json", FETCH_FORBIDDEN, "outside" },
	{ "ling/e.json", FETCH_FORBIDDEN, "outside" },
	{ "/a.json%00", FETCH_FORBIDDEN, "%00" },
	{ "/a%2", FETCH_FORBIDDEN, "broken %XX" },
	{ "/a%zz", FETCH_FORBIDDEN, "broken %XX" },
};

START_TEST(test_case)
{
	run(arena_printf(&mem, "file://%s/feed/", folder),
	    arena_printf(&mem, "file://%s/feed%s", folder, cases[_i].url), "");
	ck_assert_msg(got.result == cases[_i].want, "%s: %s: %s",
	    cases[_i].url, fetch_result_name(got.result), got.reason);
	ck_assert_msg(strstr(got.reason, cases[_i].why) != NULL, "%s: %s",
	    cases[_i].url, got.reason);
}
END_TEST

START_TEST(test_forms)
{
	const char *root = arena_printf(&mem, "file://%s/feed/a.json", folder);

	/* the feed may be the file itself; its neighbours are its folder */
	run(root, root, "");
	ck_assert_int_eq(got.result, FETCH_DOCUMENT);
	ck_assert_int_eq(got.size, 3);
	ck_assert_uint_eq(body.len, 3);
	run(root, arena_printf(&mem, "file://localhost%s/feed/a.json", folder),
	    "");
	ck_assert_int_eq(got.result, FETCH_DOCUMENT);
	run(root, arena_printf(&mem, "FILE:%s/feed/a.json", folder), "");
	ck_assert_int_eq(got.result, FETCH_DOCUMENT);
	run(root, arena_printf(&mem, "file://host%s/feed/a.json", folder), "");
	ck_assert_int_eq(got.result, FETCH_FORBIDDEN);
	run(root, "file:a.json", "");
	ck_assert_int_eq(got.result, FETCH_FORBIDDEN);
	run("https://example.net/", root, "");
	ck_assert_int_eq(got.result, FETCH_FORBIDDEN);
	ck_assert_ptr_nonnull(strstr(got.reason, "may not lead there"));
}
END_TEST

START_TEST(test_unchanged)
{
	const char *root = arena_printf(&mem, "file://%s/feed/", folder);
	const char *url = arena_printf(&mem, "%sa.json", root);
	const char *etag;

	run(root, url, "");
	etag = arena_text(&mem, got.etag);
	ck_assert_str_ne(etag, "");
	run(root, url, etag);
	ck_assert_int_eq(got.result, FETCH_UNCHANGED);
	ck_assert_str_eq(got.etag, etag);
	ck_assert_int_eq(body.fd, -1);
	/* the same size put in its place is another file */
	put_file("feed/new", "[]\n");
	ck_assert_int_eq(rename(in_folder("feed/new"),
	    in_folder("feed/a.json")), 0);
	run(root, url, etag);
	ck_assert_int_eq(got.result, FETCH_DOCUMENT);
	ck_assert_str_ne(got.etag, etag);
}
END_TEST

START_TEST(test_hash)
{
	const char *root = arena_printf(&mem, "file://%s/feed/", folder);
	char hex[SHA256_TEXT];
	struct poll p = { .etag = "", .last_modified = "" };

	digest_sha256_hex("{}\n", 3, hex);
	put_file("feed/a.json.sha256", hex);
	p.feed.name = "test";
	p.feed.url = root;
	p.feed.type = p.feed.proxy = p.feed.user_agent = "";
	p.feed.tls.ca = p.feed.tls.cert = p.feed.tls.key = "";
	p.feed.verify_hash = true;
	p.address.url = arena_printf(&mem, "%sa.json", root);
	p.address.hash_url = arena_printf(&mem, "%sa.json.sha512", root);
	p.address.alt = p.address.format = p.address.updated = "";
	p.address.signature_url = "";
	fetch_poll(&p, &mem, &got, &body);
	ck_assert_int_eq(got.result, FETCH_DOCUMENT);
	ck_assert_msg(got.hash == HASH_RIGHT, "%s", got.reason);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("fetch_file");
	TCase *t = tcase_create("file");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_loop_test(t, test_case, 0, (int)COUNT_OF(cases));
	tcase_add_test(t, test_forms);
	tcase_add_test(t, test_unchanged);
	tcase_add_test(t, test_hash);
	suite_add_tcase(s, t);
	return suite_run(s);
}
