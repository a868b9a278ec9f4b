/* What only the file behind the store can show: full, damaged, foreign, newer,
 * tampered with. */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/blob.h"
#include "base/err.h"
#include "base/mem.h"
#include "contract/store.h"
#include "store/inner.h"
#include "store/schema.h"
#include "scratch.h"
#include "suite.h"

static char folder[SCRATCH], path[128], url[160];
static struct err err;

static void
set_up(void)
{
	scratch_folder(folder, "store");
	snprintf(path, sizeof(path), "%s/store.db", folder);
	snprintf(url, sizeof(url), "sqlite:%s", path);
	err_clear(&err);
}

static void
tear_down(void)
{
	static const char *const ends[] = { "", "-wal", "-shm" };
	char name[160];

	for (size_t i = 0; i < COUNT_OF(ends); i++) {
		snprintf(name, sizeof(name), "%s%s", path, ends[i]);
		unlink(name);
	}
	rmdir(folder);
}

static struct store *
opened(void)
{
	struct store *s = NULL;
	if (store_open(url, "one", false, &s, &err) == -1)
		ck_abort_msg("%s", err.text);
	return s;
}

static int
feed_one(struct store *s)
{
	const char *names[] = { "acme" };
	struct address root = { .kind = ADDRESS_LISTING, .url = "https://a/",
	    .alt = "", .format = "rolie", .updated = "", .hash_url = "",
	    .signature_url = "" };
	return store_feeds_declare(s, names, &root, 1, 1000, &err);
}

/* Bytes that no codec makes smaller. */
static void
noise(unsigned char *p, size_t n, uint32_t seed)
{
	for (size_t i = 0; i < n; i++) {
		seed = seed * 1664525u + 1013904223u;
		p[i] = (unsigned char)(seed >> 24);
	}
}

START_TEST(private_file)
{
	struct stat st;

	store_close(opened());
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_uint_eq(st.st_mode & 0777, 0600);
}
END_TEST

START_TEST(full)
{
	struct store *s = opened();
	struct arena mem = ARENA_INIT;
	struct due_address a;
	struct fetched f = { .result = FETCH_DOCUMENT, .url = "",
	    .media_type = "", .etag = "", .last_modified = "", .reason = "" };
	static unsigned char body[300000];
	int64_t id = 0;
	uint32_t n = 0;
	struct store_view v;

	ck_assert_int_eq(feed_one(s), 0);
	ck_assert_int_eq(store_addresses_claim(s, "", 1000, 1060, &mem, &a, 1,
	    &n, &err), 0);
	noise(body, sizeof(body), 1);
	ck_assert_int_eq(db_script(s->db, "PRAGMA max_page_count = 100",
	    &err), 0);
	ck_assert_int_eq(store_fetched(s, a.id, &f, body, sizeof(body), "", 0,
	    1001, &id, &err), -1);
	ck_assert_int_eq(err.kind, ERR_SYSTEM);
	ck_assert_int_eq(err.sys, ENOSPC);
	ck_assert_ptr_nonnull(strstr(err.text, "make room"));
	ck_assert_int_eq(id, 0);
	err_clear(&err);
	/* nothing of it was kept, and the store works on */
	ck_assert_int_eq(store_view(s, &mem, &v, &err), 0);
	ck_assert_uint_eq(v.documents, 0);
	ck_assert_int_eq(store_journal(s, "comment", "x", "y", 1002, &err), 0);
	ck_assert_int_eq(db_script(s->db, "PRAGMA max_page_count = 100000",
	    &err), 0);
	ck_assert_int_eq(store_fetched(s, a.id, &f, body, sizeof(body), "", 0,
	    1003, &id, &err), 0);
	ck_assert_int_gt(id, 0);
	arena_clear(&mem);
	store_close(s);
}
END_TEST

static void
scribble(off_t at, const void *p, size_t n)
{
	int fd = open(path, O_WRONLY | O_CREAT, 0600);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(pwrite(fd, p, n, at), (ssize_t)n);
	close(fd);
}

static char *
contents(size_t *n)
{
	struct stat st;
	int fd = open(path, O_RDONLY);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(fstat(fd, &st), 0);
	char *p = mem_alloc((size_t)st.st_size + 1);
	*n = (size_t)st.st_size;
	ck_assert_int_eq(read(fd, p, *n), st.st_size);
	close(fd);
	return p;
}

/* Refused as ERR_INPUT, and not a byte of the file is another. */
static void
refused(const char *word)
{
	struct store *s = NULL;
	size_t before_n, after_n;
	char *before = contents(&before_n);

	ck_assert_int_eq(store_open(url, "one", false, &s, &err), -1);
	ck_assert_ptr_null(s);
	ck_assert_int_eq(err.kind, ERR_INPUT);
	ck_assert_msg(strstr(err.text, word) != NULL, "%s", err.text);
	char *after = contents(&after_n);
	ck_assert_uint_eq(before_n, after_n);
	ck_assert_mem_eq(before, after, before_n);
	free(before);
	free(after);
}

START_TEST(no_database)
{
	char text[8192];

	memset(text, 'x', sizeof(text));
	scribble(0, text, sizeof(text));
	refused("restore a backup");
}
END_TEST

START_TEST(damaged)
{
	unsigned char bad[4096];

	struct store *s = opened();
	ck_assert_int_eq(feed_one(s), 0);
	store_close(s);
	noise(bad, sizeof(bad), 7);
	for (off_t page = 2; page < 12; page++)
		scribble(page * 4096, bad, sizeof(bad));
	refused("restore a backup");
}
END_TEST

START_TEST(foreign)
{
	struct db *db = NULL;

	ck_assert_int_eq(db_open(url, false, &db, &err), 0);
	ck_assert_int_eq(db_script(db, "CREATE TABLE mine (a TEXT)", &err), 0);
	db_close(db);
	refused("not a store");
}
END_TEST

START_TEST(bad_urls)
{
	static const struct {
		const char	*url;
		enum err_kind	 kind;
	} cases[] = {
		{ "postgres:host", ERR_CONFIG },
		{ "sqlite:", ERR_CONFIG },
		{ "sqlite::memory:", ERR_CONFIG },
		{ "sqlite:file:x?mode=memory", ERR_CONFIG },
		{ "sqlite:/tmp/no/such/folder/at/all.db", ERR_SYSTEM },
		{ "sqlite:/tmp", ERR_CONFIG },
	};
	struct store *s = NULL;

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		err_clear(&err);
		ck_assert_msg(store_open(cases[i].url, "one", false, &s,
		    &err) == -1, "%s", cases[i].url);
		ck_assert_msg(err.kind == cases[i].kind, "%s: %s",
		    cases[i].url, err.text);
	}
	err_clear(&err);
	ck_assert_int_eq(store_open(url, "one", true, &s, &err), -1);
	ck_assert_int_eq(err.sys, ENOENT);
	ck_assert_int_eq(access(path, F_OK), -1);
}
END_TEST

/* Steps of a house that is not ours, to see how steps are taken. */
static const char *const steps[] = {
	("CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL);"
	    "CREATE TABLE a (id @ID@, x TEXT, y @BYTES@);"),
	"CREATE TABLE b (id @ID@); INSERT INTO a (x) VALUES ('two');",
	"CREATE TABLE c (id @ID@); INSERT INTO nowhere VALUES (1);",
	"CREATE TABLE c (id @ID@);",
};

static int64_t
number(struct db *db, const char *sql)
{
	int64_t n = -1;
	ck_assert_int_eq(db_number(db_use(db, sql), -1, &n, &err), 0);
	return n;
}

START_TEST(migrations)
{
	static const char version[] =
	    "SELECT CAST(value AS BIGINT) FROM meta WHERE name = 'schema'";
	static const char tables[] =
	    "SELECT count(*) FROM sqlite_master WHERE name = 'c'";
	const char *right[] = { steps[0], steps[1], steps[3] };
	struct db *db = NULL;

	ck_assert_int_eq(db_open(url, false, &db, &err), 0);
	ck_assert_int_eq(schema_bring(db, steps, 1, false, &err), 0);
	ck_assert_int_eq(number(db, version), 1);
	ck_assert_int_eq(schema_bring(db, steps, 2, false, &err), 0);
	ck_assert_int_eq(schema_bring(db, steps, 2, false, &err), 0);
	ck_assert_int_eq(number(db, "SELECT count(*) FROM a"), 1);
	/* a step that fails leaves no trace */
	ck_assert_int_eq(schema_bring(db, steps, 3, false, &err), -1);
	ck_assert_int_eq(number(db, version), 2);
	ck_assert_int_eq(number(db, tables), 0);
	err_clear(&err);
	ck_assert_int_eq(schema_bring(db, right, 3, true, &err), -1);
	ck_assert_int_eq(err.kind, ERR_CONFIG);
	ck_assert_int_eq(number(db, tables), 0);
	err_clear(&err);
	ck_assert_int_eq(schema_bring(db, right, 3, false, &err), 0);
	ck_assert_int_eq(number(db, version), 3);
	/* a newer one is refused */
	ck_assert_int_eq(schema_bring(db, right, 2, false, &err), -1);
	ck_assert_int_eq(err.kind, ERR_CONFIG);
	ck_assert_ptr_nonnull(strstr(err.text, "newer"));
	db_close(db);
}
END_TEST

START_TEST(newer)
{
	struct store *s = opened();

	ck_assert_int_eq(db_script(s->db, "UPDATE meta SET value = '99' "
	    "WHERE name = 'schema'", &err), 0);
	store_close(s);
	s = NULL;
	ck_assert_int_eq(store_open(url, "one", false, &s, &err), -1);
	ck_assert_int_eq(err.kind, ERR_CONFIG);
	ck_assert_ptr_nonnull(strstr(err.text, "99"));
}
END_TEST

static const struct {
	const char	*name, *sql;
	int64_t		 broken;
} tamperings[] = {
	{ "nothing", "SELECT 1", 0 },
	{ "text", "UPDATE journal SET said = 'no' WHERE id = 3", 3 },
	{ "time", "UPDATE journal SET at = at + 1 WHERE id = 2", 2 },
	{ "subject", "UPDATE journal SET subject = 'b' WHERE id = 1", 1 },
	{ "line gone", "DELETE FROM journal WHERE id = 4", 4 },
	{ "first gone", "DELETE FROM journal WHERE id = 1", 1 },
	{ "two changed places", "UPDATE journal SET id = 100 WHERE id = 2;"
	    "UPDATE journal SET id = 2 WHERE id = 3;"
	    "UPDATE journal SET id = 3 WHERE id = 100", 2 },
	{ "hash", "UPDATE journal SET hash = '00' WHERE id = 5", 5 },
};

START_TEST(tampered)
{
	struct store *s = opened();
	uint64_t lines = 0;
	int64_t broken = -1;
	char head[SHA256_TEXT];

	for (int i = 0; i < 6; i++)
		ck_assert_int_eq(store_journal(s, "comment", "a", "text",
		    1000 + i, &err), 0);
	ck_assert_int_eq(db_script(s->db, tamperings[_i].sql, &err), 0);
	ck_assert_int_eq(store_journal_verify(s, &lines, &broken, head, &err),
	    0);
	ck_assert_msg(broken == tamperings[_i].broken, "%s: %lld",
	    tamperings[_i].name, (long long)broken);
	store_close(s);
}
END_TEST

/* Evidence that was changed behind our back is an error, not a document. */
START_TEST(evidence)
{
	static const struct {
		const char	*sql;
		enum err_kind	 kind;
	} cases[] = {
		{ "UPDATE body SET bytes = X'78787878', codec = 'plain'",
		    ERR_INPUT },
		{ "UPDATE body SET codec = 'zstd'", ERR_INPUT },
		{ "UPDATE body SET codec = 'zstd+9'", ERR_INPUT },
		{ "UPDATE body SET size = 3, codec = 'plain'", ERR_INPUT },
		{ "UPDATE body SET size = 99999999999", ERR_LIMIT },
		{ "UPDATE body SET size = -1", ERR_LIMIT },
	};
	struct store *s = opened();
	struct arena mem = ARENA_INIT;
	struct due_address a;
	struct fetched f = { .result = FETCH_DOCUMENT, .url = "",
	    .media_type = "", .etag = "", .last_modified = "", .reason = "" };
	struct blob b = BLOB_INIT;
	int64_t id = 0;
	uint32_t n = 0;

	ck_assert_int_eq(feed_one(s), 0);
	ck_assert_int_eq(store_addresses_claim(s, "", 1000, 1060, &mem, &a, 1,
	    &n, &err), 0);
	ck_assert_int_eq(store_fetched(s, a.id, &f, "body", 4, "", 0, 1001,
	    &id, &err), 0);
	ck_assert_int_eq(store_document_bytes(s, id, &b, &err), 0);
	blob_clear(&b);
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		ck_assert_int_eq(db_script(s->db, cases[i].sql, &err), 0);
		ck_assert_msg(store_document_bytes(s, id, &b, &err) == -1,
		    "%s", cases[i].sql);
		ck_assert_msg(err.kind == cases[i].kind, "%s: %s",
		    cases[i].sql, err.text);
		ck_assert_int_eq(b.fd, -1);
		err_clear(&err);
	}
	arena_clear(&mem);
	store_close(s);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("store_files");
	TCase *t = suite_case(suite, "files", 60);

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, private_file);
	tcase_add_test(t, full);
	tcase_add_test(t, no_database);
	tcase_add_test(t, damaged);
	tcase_add_test(t, foreign);
	tcase_add_test(t, bad_urls);
	tcase_add_test(t, migrations);
	tcase_add_test(t, newer);
	tcase_add_loop_test(t, tampered, 0, COUNT_OF(tamperings));
	tcase_add_test(t, evidence);
	return suite_run(suite);
}
