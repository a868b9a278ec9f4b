/* No statement of the daily work may read a table from end to end: a million
 * waiting deliveries must cost what ten do. Every statement that the
 * conformance suite uses is explained. */
#include "../store/conformance.c"

#include <unistd.h>

#include "store/inner.h"
#include "scratch.h"
#include "suite.h"

static char folder[SCRATCH], place[128];
static char texts[512][2048];
static unsigned n_texts;

static const char *
fresh(void)
{
	scratch_folder(folder, "store");
	snprintf(place, sizeof(place), "sqlite:%s/store.db", folder);
	return place;
}

/* What people ask for now and then may count everything, and a change of the
 * devices touches every advisory. */
static bool
may_scan(const char *sql, const char *plan)
{
	return strstr(plan, "SCAN CONSTANT ROW") != NULL ||
	    /* foreign keys that are skipped while none is violated */
	    strncmp(sql, "INSERT INTO feed", 16) == 0 ||
	    /* one row of an index that has none but such rows */
	    strcmp(sql, "SELECT 1 FROM delivery WHERE held = 1 LIMIT 1") == 0 ||
	    strstr(plan, "SCAN (subquery") != NULL ||
	    strstr(plan, "SCAN x") != NULL ||
	    strstr(sql, "ORDER BY f.name") != NULL ||
	    strstr(sql, "FROM sink") != NULL ||
	    strncmp(sql, "UPDATE sink", 11) == 0 ||
	    strncmp(sql, "SELECT count(*) FROM ", 21) == 0 ||
	    strncmp(sql, "SELECT sink, since", 18) == 0 ||
	    strstr(sql, "ORDER BY d.since") != NULL ||
	    strstr(sql, "ORDER BY a.since") != NULL ||
	    strstr(sql, "FROM journal") != NULL ||
	    strstr(sql, "WHERE state = 'refused' ORDER BY since") != NULL ||
	    strstr(sql, "SET state = 'dropped'") != NULL ||
	    strstr(sql, "tries = 0 WHERE state = 'due' AND owner") != NULL ||
	    strstr(sql, "why = $2 WHERE state = 'aside'") != NULL ||
	    strstr(sql, "WHERE state = 'matched'") != NULL ||
	    strstr(sql, "FROM feed WHERE configured = 1") != NULL;
}

static void
keep(void *ctx, const char *sql)
{
	(void)ctx;
	if (strncmp(sql, "EXPLAIN", 7) == 0)
		return;
	ck_assert_uint_lt(n_texts, COUNT_OF(texts));
	snprintf(texts[n_texts++], sizeof(texts[0]), "EXPLAIN QUERY PLAN %s",
	    sql);
}

/* The verbs of the daily work, each at least once. */
static void
a_day(void)
{
	struct advisory a = advisory("A-1", 600, "second");
	struct address d = address(ADDRESS_DOCUMENT, "https://acme/d", "");
	struct new_advisory na[2];
	struct new_document nd[2];
	struct due_delivery dd[2];
	struct match m = match_of("plc-1");
	struct matching ms = { .matches = &m, .n = 1 };
	struct matching back;
	struct told t;
	struct dispatch out = dispatch("ar-1", 1, EVENT_NEW);
	uint32_t every[] = { 100 }, n, k;
	int64_t next, ids[1];
	bool is_stale;

	int64_t doc = seeded();
	OK(store_polls_begin(s, every, false, 1001, &n, &err));
	(void)fetch(1001, "listing 2");
	OK(store_documents_claim(s, 1001, 1060, &mem, nd, 1, &n, &err));
	ck_assert_uint_eq(n, 1);
	reading(doc, &a, 1, &d, 1, 1002, &n, &k);
	reading(doc, &a, 1, &d, 1, 1002, &n, &k);
	a.current = 1;
	reading(doc, &a, 1, &d, 1, 1002, &n, &k);
	ck_assert_uint_eq(claim_advisories(1002, na, 1), 1);
	OK(store_matches_of(s, "https://acme", "A-1", &mem, &back, &err));
	OK(store_told(s, "ar-1", &mem, &t, &err));
	OK(store_advisory_matched(s, na[0].id, &ms, &out, 1, 1003, &is_stale,
	    &err));
	ck_assert_uint_eq(claim_deliveries(1003, dd, 1), 1);
	ids[0] = dd[0].id;
	OK(store_deliveries_again(s, ids, 1, "crash", 1004, 1004, &err));
	ck_assert_uint_eq(claim_deliveries(1004, dd, 1), 1);
	settle(dd[0].id, OUTCOME_DELIVERED, 0, 1005);
	OK(store_next_due(s, 1000, &next, &err));
	(void)fetch(1100, "more");
}

START_TEST(plans)
{
	unsigned steps = 0;

	a_day();
	db_each(s->db, keep, NULL);
	ck_assert_uint_gt(n_texts, 40);
	for (unsigned i = 0; i < n_texts; i++) {
		struct stmt *q = db_use(s->db, texts[i]);
		int rc;
		while ((rc = db_step(q, &err)) == 1) {
			const char *plan = db_get_text(q, 3);
			steps++;
			ck_assert_msg(strncmp(plan, "SCAN", 4) != 0 ||
			    may_scan(texts[i] + 19, plan), "%s\n%s", plan,
			    texts[i] + 19);
			ck_assert_msg(strstr(plan, "TEMP B-TREE FOR ORDER") ==
			    NULL || strstr(texts[i], "FROM delivery") != NULL ||
			    may_scan(texts[i] + 19, plan), "%s\n%s", plan,
			    texts[i] + 19);
		}
		ck_assert_msg(rc == 0, "%s", err.text);
		db_done(q);
	}
	ck_assert_uint_gt(steps, 40);
}
END_TEST

/* The claims themselves, word for word. */
static const struct {
	const char	*from, *index;
} claims[] = {
	{ "UPDATE address SET due_was", "address_due" },
	{ "UPDATE document SET due_was", "document_due" },
	{ "UPDATE advisory SET due_was", "advisory_due" },
	{ "UPDATE delivery SET due_was", "delivery_due" },
};

START_TEST(claims_by_index)
{
	bool seen = false;

	a_day();
	n_texts = 0;
	db_each(s->db, keep, NULL);
	for (unsigned i = 0; i < n_texts; i++) {
		if (strncmp(texts[i] + 19, claims[_i].from,
		    strlen(claims[_i].from)) != 0)
			continue;
		struct stmt *q = db_use(s->db, texts[i]);
		bool by_index = false, sorts = false;
		while (db_step(q, &err) == 1) {
			const char *plan = db_get_text(q, 3);
			by_index = by_index || strstr(plan, claims[_i].index);
			sorts = sorts || strstr(plan, "TEMP B-TREE");
		}
		db_done(q);
		ck_assert_msg(by_index && !sorts, "%s", texts[i]);
		seen = true;
	}
	ck_assert(seen);
}
END_TEST

static void
gone(void)
{
	static const char *const ends[] = { "", "-wal", "-shm" };
	char path[160];

	for (size_t i = 0; i < COUNT_OF(ends); i++) {
		snprintf(path, sizeof(path), "%s/store.db%s", folder, ends[i]);
		unlink(path);
	}
	rmdir(folder);
}

int
main(void)
{
	static const struct conformance sqlite = { fresh, gone };
	Suite *suite = suite_create("store_plans");
	TCase *t = tcase_create("plans");

	/* the suite is made for its fixture only */
	SRunner *unused = srunner_create(conformance_suite("sqlite", &sqlite));
	srunner_free(unused);
	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, plans);
	tcase_add_loop_test(t, claims_by_index, 0, COUNT_OF(claims));
	suite_add_tcase(suite, t);
	return suite_run(suite);
}
