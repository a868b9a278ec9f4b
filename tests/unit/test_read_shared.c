/* Real documents and those of other projects, read from ../shared (SHARED). The
 * totals were counted from the raw JSON by a program of another language. */
#include <check.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/text.h"
#include "noun/advisory.h"
#include "noun/document.h"
#include "read/read.h"

/* Of one document, while it is read. */
typedef void take(const char *path, int rc, const struct reading *r,
    const struct err *err);

static struct {
	const char	*end;		/* of the file names that count */
	const char	*format;
	take		*take;
	uint32_t	 n;
} walk;

static struct {
	uint32_t	 documents, remarks, vulns, cves, scores, tenths;
	uint32_t	 score_products, products, relations, remedies;
	uint32_t	 remedy_products, vendor_fixes, flags, notes, refs;
	uint32_t	 vuln_notes, vuln_refs, revisions, exploited;
	uint32_t	 claims[CLAIM_COUNT_];
} total;

static struct {
	uint32_t	 read, refused, items, recovered, addresses;
} seen;

static char *
shared(const char *below)
{
	static char path[1024];
	const char *root = getenv("SHARED");

	snprintf(path, sizeof(path), "%s/corpora/%s", root == NULL ?
	    "../shared" : root, below);
	return path;
}

static void
slurp(const char *path, struct buf *out)
{
	char piece[65536];
	size_t n;
	FILE *f = fopen(path, "rb");

	ck_assert_ptr_nonnull(f);
	while ((n = fread(piece, 1, sizeof(piece), f)) > 0) {
		buf_add(out, piece, n);
	}
	fclose(f);
}

static void
check_packed(const char *path, const struct reading *r)
{
	struct buf packed = BUF_INIT(ADVISORY_MAX);
	struct arena mem = ARENA_INIT;
	struct err err = ERR_INIT;
	struct reading back;
	const void **bytes;
	size_t *lens;
	char said[600];

	reading_pack(&packed, r);
	int rc = reading_unpack(packed.data, packed.len, &mem, &back, &bytes,
	    &lens, &err);
	ck_assert_msg(rc == 0, "%s: %s", path, err_show(&err, said,
	    sizeof(said)));
	arena_clear(&mem);
	buf_clear(&packed);
}

static int
visit(const char *path, const struct stat *st, int type, struct FTW *at)
{
	struct buf in = BUF_INIT(DOCUMENT_MAX);
	struct arena mem = ARENA_INIT;
	struct err err = ERR_INIT;
	struct reading r;
	char url[2048];

	(void)st;
	(void)at;
	if (type != FTW_F || !text_ends(path, walk.end)) {
		return 0;
	}
	slurp(path, &in);
	snprintf(url, sizeof(url), "https://feeds.example.com/%s", path);
	const struct document doc = { .feed = "test", .url = url,
	    .format = walk.format };
	int rc = document_read(&doc, buf_text(&in), in.len, &mem, &r, &err);
	if (rc == 0) {
		check_packed(path, &r);
	} else {
		ck_assert_msg(err.kind != ERR_NONE && err.text[0] != '\0',
		    "%s: refused without a reason", path);
	}
	walk.take(path, rc, &r, &err);
	walk.n++;
	arena_clear(&mem);
	buf_clear(&in);
	return 0;
}

/* False, with a line on stdout, where the corpus is absent. */
static bool
visit_all(const char *below, const char *end, const char *format, take *f)
{
	if (access(shared(below), R_OK) != 0) {
		printf("SKIP: no %s\n", shared(below));
		return false;
	}
	walk.end = end;
	walk.format = format;
	walk.take = f;
	walk.n = 0;
	memset(&total, 0, sizeof(total));
	memset(&seen, 0, sizeof(seen));
	ck_assert_int_eq(nftw(shared(below), visit, 32, FTW_PHYS), 0);
	return true;
}

static void
count_vulnerability(const struct vulnerability *v)
{
	total.vulns++;
	total.cves += v->cve[0] != '\0';
	total.exploited += v->exploited != 0;
	for (uint32_t i = 0; i < v->n_assertions; i++) {
		total.claims[v->assertions[i].claim]++;
	}
	for (uint32_t i = 0; i < v->n_scores; i++) {
		total.scores++;
		total.tenths += v->scores[i].cvss.tenths;
		total.score_products += v->scores[i].products.n;
	}
	for (uint32_t i = 0; i < v->n_remedies; i++) {
		total.remedies++;
		total.vendor_fixes += text_eq(v->remedies[i].category,
		    "vendor_fix");
		total.remedy_products += v->remedies[i].products.n;
	}
	total.flags += v->n_flags;
	total.vuln_notes += v->n_notes;
	total.vuln_refs += v->n_references;
}

static void
take_cisa(const char *path, int rc, const struct reading *r,
    const struct err *err)
{
	char said[600];

	ck_assert_msg(rc == 0, "%s: %s", path, err_show(err, said,
	    sizeof(said)));
	ck_assert_uint_eq(r->n_advisories, 1);
	const struct advisory *a = r->advisories;
	total.documents++;
	total.remarks += a->n_remarks;
	total.products += a->n_products;
	total.notes += a->n_notes;
	total.refs += a->n_references;
	total.revisions += a->n_revisions;
	ck_assert_msg(a->url[0] != '\0' && a->summary[0] != '\0' &&
	    a->current != 0 && a->ns[0] != '\0' && text_eq(a->tlp, "CLEAR"),
	    "%s: no url, summary, date, namespace or TLP", path);
	for (uint32_t i = 0; i < a->n_products; i++) {
		total.relations += a->products[i].relation[0] != '\0';
	}
	for (uint32_t i = 0; i < a->n_vulns; i++) {
		count_vulnerability(&a->vulns[i]);
	}
}

START_TEST(cisa_is_read_whole)
{
	if (!visit_all("cisa-csaf", ".json", "csaf", take_cisa)) {
		return;
	}
	ck_assert_uint_eq(total.documents, 972);
	ck_assert_uint_eq(total.products, 8500);
	ck_assert_uint_eq(total.relations, 1283);
	ck_assert_uint_eq(total.vulns, 3199);
	ck_assert_uint_eq(total.cves, 3199);
	ck_assert_uint_eq(total.scores, 3197);
	ck_assert_uint_eq(total.tenths, 232833);
	ck_assert_uint_eq(total.score_products, 18711);
	ck_assert_uint_eq(total.remedies, 15210);
	ck_assert_uint_eq(total.vendor_fixes, 5181);
	ck_assert_uint_eq(total.remedy_products, 89595);
	ck_assert_uint_eq(total.flags, 1);
	ck_assert_uint_eq(total.notes, 11889);
	ck_assert_uint_eq(total.refs, 6396);
	ck_assert_uint_eq(total.vuln_notes, 3284);
	ck_assert_uint_eq(total.vuln_refs, 7425);
	ck_assert_uint_eq(total.revisions, 1307);
	ck_assert_uint_eq(total.claims[CLAIM_KNOWN_AFFECTED], 18202);
	ck_assert_uint_eq(total.claims[CLAIM_FIRST_AFFECTED], 0);
	ck_assert_uint_eq(total.claims[CLAIM_LAST_AFFECTED], 0);
	ck_assert_uint_eq(total.claims[CLAIM_UNDER_INVESTIGATION], 0);
	ck_assert_uint_eq(total.claims[CLAIM_RECOMMENDED], 33);
	ck_assert_uint_eq(total.claims[CLAIM_FIRST_FIXED], 0);
	ck_assert_uint_eq(total.claims[CLAIM_FIXED], 440);
	ck_assert_uint_eq(total.claims[CLAIM_NOT_AFFECTED], 255);
	ck_assert_uint_eq(total.exploited, 0);
	ck_assert_uint_eq(total.remarks, 0);
}
END_TEST

static void
take_any(const char *path, int rc, const struct reading *r,
    const struct err *err)
{
	(void)path;
	(void)err;
	if (rc < 0) {
		seen.refused++;
		return;
	}
	seen.read++;
	seen.items += r->n_advisories;
	seen.addresses += r->n_addresses;
	seen.recovered += r->recovered;
}

/* Test documents that break a rule of the standard are still understood: only
 * what is no CSAF document at all is refused. */
static void
take_oasis(const char *path, int rc, const struct reading *r,
    const struct err *err)
{
	char said[600];

	take_any(path, rc, r, err);
	if (strstr(path, "/data/") != NULL && !text_ends(path,
	    ".result.json") && strstr(path, "-csaf_2_") != NULL) {
		ck_assert_msg(rc == 0, "%s: %s", path, err_show(err, said,
		    sizeof(said)));
	}
}

static const struct {
	const char	*below, *end, *format;
	uint32_t	 files, read, items_least, items_most;
	take		*take;
} others[] = {
	{ "oasis-csaf/oasis-tcs_csaf", ".json", "auto",
	    1267, 1157, 1151, 1151, take_oasis },
	{ "csaf-extra-real", ".json", "auto",
	    32, 32, 30, 30, take_any },
	{ "csaf-provider-trees", ".json", "auto",
	    51, 25, 17, 17, take_any },
	{ "csaf-provider-trees", "changes.csv", "csaf-directory",
	    2, 2, 0, 0, take_any },
	{ "csaf-provider-trees", "index.txt", "csaf-directory",
	    4, 4, 0, 0, take_any },
	{ "csaf-extra-real", "changes.csv", "auto",
	    2, 2, 0, 0, take_any },
	{ "feeds", ".xml", "rss",
	    2053, 1916, 1415, 1415, take_any },
	{ "feeds", ".xml", "auto",
	    2053, 1898, 1408, 1408, take_any },
	{ "feeds", ".rdf", "auto",
	    2, 2, 2, 2, take_any },
	{ "xml", ".xml", "rss",
	    9, 0, 0, 0, take_any },
	{ "json/nst_JSONTestSuite", ".json", "csaf",
	    340, 0, 0, 0, take_any },
	{ "cvrf", ".xml", "auto",
	    13, 0, 0, 0, take_any },
};

START_TEST(others_are_read)
{
	int i = _i;
	int64_t began = mono_now().ms;

	if (!visit_all(others[i].below, others[i].end, others[i].format,
	    others[i].take)) {
		return;
	}
	printf("%s %s: %u files, %u read, %u refused, %u items, %u recovered, "
	    "%u addresses\n", others[i].below, others[i].format, walk.n,
	    seen.read, seen.refused, seen.items, seen.recovered,
	    seen.addresses);
	ck_assert_uint_eq(walk.n, others[i].files);
	ck_assert_uint_ge(seen.read, others[i].read);
	ck_assert_uint_ge(seen.items, others[i].items_least);
	ck_assert_uint_le(seen.items, others[i].items_most);
	/* Attack files must not be felt; a minute is the ask's own limit. */
	ck_assert_int_lt(mono_now().ms - began, 60000);
}
END_TEST

int
main(void)
{
	struct err err = ERR_INIT;

	read_prepare(&err);
	Suite *s = suite_create("read shared");
	TCase *t = tcase_create("corpora");
	tcase_set_timeout(t, 120);
	tcase_add_test(t, cisa_is_read_whole);
	tcase_add_loop_test(t, others_are_read, 0,
	    (int)(sizeof(others) / sizeof(others[0])));
	suite_add_tcase(s, t);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
