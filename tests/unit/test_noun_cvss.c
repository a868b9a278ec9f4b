/* CVSS: vectors to scores against an oracle, and what is no vector. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/mem.h"
#include "noun/severity.h"
#include "noun/cvss.h"

static const char *const oracles[] = {
	"vectors_calculator2", "vectors_calculator3", "vectors_cvsslib2",
	"vectors_cvsslib3", "vectors_security4", "vectors_simple2",
	"vectors_simple3", "vectors_simple31", "vectors_simple4",
	"vectors_supplemental4", "vectors_threat4",
};

/* "6.4" to 64, "None" to -1; moves on behind it and its comma. */
static int
oracle_tenths(char **at)
{
	while (**at == '(' || **at == ' ' || **at == ',')
		(*at)++;
	if (strncmp(*at, "None", 4) == 0) {
		*at += 4;
		return -1;
	}
	return (int)(strtod(*at, at) * 10.0 + 0.5);
}

/* One line "VECTOR - (base, temporal, environmental)" or "VECTOR - score". */
static void
oracle_line(char *line)
{
	char *dash = strstr(line, " - ");
	const struct cvss_standard *s;
	const char *why = "";
	struct cvss_groups g;
	struct cvss c;

	ck_assert_ptr_nonnull(dash);
	*dash = '\0';

	char *at = dash + 3;
	int first = oracle_tenths(&at);

	ck_assert_msg(cvss_groups(line, &g, &s, &why) == 0, "%s: %s", line,
	    why);
	ck_assert_int_eq(cvss_score(line, &c, &why), 0);
	if (strcmp(s->version, "4.0") == 0) {
		ck_assert_msg(c.overall == first, "%s: %d, not %d", line,
		    c.overall, first);
		return;
	}

	int temporal = oracle_tenths(&at), environmental = oracle_tenths(&at);
	int last = environmental >= 0 ? environmental : temporal;

	ck_assert_msg(g.base == first && g.temporal == temporal &&
	    g.environmental == environmental, "%s: %d %d %d, not %d %d %d",
	    line, g.base, g.temporal, g.environmental, first, temporal,
	    environmental);
	ck_assert_int_eq(c.tenths, first);
	if (last < 0)
		last = first;
	if (strcmp(s->version, "2.0") == 0)
		ck_assert_msg(c.overall == last, "%s: overall", line);
}

START_TEST(test_oracle)
{
	const char *shared = getenv("SHARED");
	unsigned lines = 0;

	for (unsigned i = 0; i < COUNT_OF(oracles); i++) {
		char path[512], line[512];

		(void)snprintf(path, sizeof(path), "%s/corpora/cvss/"
		    "RedHatProductSecurity_cvss/tests/%s",
		    shared != NULL ? shared : "../shared", oracles[i]);

		FILE *f = fopen(path, "r");

		if (f == NULL) {
			printf("SKIP: no %s\n", path);
			continue;
		}
		while (fgets(line, sizeof(line), f) != NULL) {
			oracle_line(line);
			lines++;
		}
		(void)fclose(f);
	}
	printf("%u vectors of the oracle\n", lines);
}
END_TEST

#define V4 "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N"
#define V31 "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"

static const struct {
	const char	*name, *vector, *version;
	uint8_t		 tenths, overall;
} good[] = {
	{ "v2", "AV:N/AC:L/Au:N/C:C/I:C/A:C", "2.0", 100, 100 },
	{ "v2 in any order", "A:C/C:C/I:C/Au:N/AC:L/AV:N", "2.0", 100, 100 },
	{ "v2 not defined", "AV:N/AC:L/Au:N/C:C/I:C/A:C/E:ND/RL:ND/RC:ND",
	    "2.0", 100, 100 },
	{ "v2 no targets", "AV:N/AC:L/Au:N/C:C/I:C/A:C/TD:N", "2.0", 100, 0 },
	{ "v3.0", "CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "3.0", 98,
	    98 },
	{ "v3.1", V31, "3.1", 98, 98 },
	{ "v3.1 temporal", V31 "/E:U", "3.1", 98, 90 },
	{ "v3.1 modified to none", V31 "/MC:N/MI:N/MA:N", "3.1", 98, 0 },
	/* Here the environmental formula gives 9.1 without any such metric. */
	{ "v3.1 base only", "CVSS:3.1/AV:N/AC:L/PR:L/UI:R/S:C/C:H/I:H/A:H",
	    "3.1", 90, 90 },
	{ "v3.1 defined as it was",
	    "CVSS:3.1/AV:N/AC:L/PR:L/UI:R/S:C/C:H/I:H/A:H/MAV:N", "3.1", 90,
	    91 },
	/* Appendix A of 3.1: what 3.0 implementations made 4.7 of. */
	{ "v3.1 roundup",
	    "CVSS:3.1/AV:L/AC:H/PR:L/UI:N/S:U/C:N/I:N/A:H/E:X/RL:X/RC:X",
	    "3.1", 47, 47 },
	{ "v4", V4, "4.0", 93, 93 },
	{ "v4 threat", V4 "/E:U", "4.0", 93, 81 },
	{ "v4 nothing at stake", V4 "/MVC:N/MVI:N/MVA:N", "4.0", 93, 0 },
	{ "v4 safety", V4 "/MSI:S/MSA:S", "4.0", 93, 100 },
	{ "v4 supplemental", V4 "/S:P/AU:Y/R:I/V:C/RE:H/U:Red", "4.0", 93, 93 },
};

START_TEST(test_good)
{
	const char *why = "";
	struct cvss c;

	ck_assert_msg(cvss_score(good[_i].vector, &c, &why) == 0, "%s: %s",
	    good[_i].name, why);
	ck_assert_msg(strcmp(c.version, good[_i].version) == 0 &&
	    c.tenths == good[_i].tenths && c.overall == good[_i].overall,
	    "%s: %s %u %u", good[_i].name, c.version, c.tenths, c.overall);
}
END_TEST

static const struct {
	const char	*name, *vector, *why;
} bad[] = {
	{ "empty", "", "an empty vector" },
	{ "prefix alone", "CVSS:3.1/", "an empty metric" },
	{ "no slash", "CVSS:3.1", "an unknown CVSS version" },
	{ "version 5", "CVSS:5.0/AV:N", "an unknown CVSS version" },
	{ "v2 with a prefix", "CVSS:2.0/AV:N/AC:L/Au:N/C:C/I:C/A:C",
	    "an unknown CVSS version" },
	{ "small prefix", "cvss:3.1/AV:N",
	    "a metric that this version does not have" },
	{ "parentheses", "(AV:N/AC:L/Au:N/C:C/I:C/A:C)",
	    "a metric that this version does not have" },
	{ "slash behind", V31 "/", "an empty metric" },
	{ "two slashes", "AV:N//AC:L/Au:N/C:C/I:C/A:C", "an empty metric" },
	{ "no colon", V31 "/E", "a metric without a value" },
	{ "no value", V31 "/E:", "a value that this metric does not have" },
	{ "blank value", V31 "/E: ", "a value that this metric does not have" },
	{ "two values", "AV:L A/AC:L/Au:N/C:C/I:C/A:C",
	    "a value that this metric does not have" },
	{ "half a value", V4 "/U:Re",
	    "a value that this metric does not have" },
	{ "twice", V31 "/AV:N", "the same metric twice" },
	{ "twice, other value", V4 "/E:A/E:U", "the same metric twice" },
	{ "missing", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H",
	    "a mandatory metric is missing" },
	{ "v2 missing", "AV:N/AC:L/Au:N/C:C/I:C",
	    "a mandatory metric is missing" },
	{ "v2 metric in v3", V31 "/Au:N",
	    "a metric that this version does not have" },
	{ "not of the base", V4 "/MAV:S",
	    "a value that this metric does not have" },
	{ "v4 safety in the base",
	    "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:S/SA:N",
	    "a value that this metric does not have" },
	{ "v4 order",
	    "CVSS:4.0/AC:L/AV:N/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N",
	    "metrics in the wrong order" },
	{ "v4 order, optional", V4 "/CR:H/E:A", "metrics in the wrong order" },
	{ "v4 not defined in the base",
	    "CVSS:4.0/AV:X/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N",
	    "a value that this metric does not have" },
	{ "small letter", "CVSS:3.1/AV:n/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
	    "a value that this metric does not have" },
	{ "line break", V31 "\n", "a value that this metric does not have" },
};

START_TEST(test_bad)
{
	const char *why = "none";
	struct cvss c;

	ck_assert_msg(cvss_score(bad[_i].vector, &c, &why) == -1, "%s",
	    bad[_i].name);
	ck_assert_msg(strcmp(why, bad[_i].why) == 0, "%s: %s", bad[_i].name,
	    why);
	ck_assert_int_eq(cvss_score(bad[_i].vector, &c, NULL), -1);
}
END_TEST

/* Writes the metrics from..to-1 with the values that `number` encodes; the
 * rest of number. */
static unsigned long
vector_write(const struct cvss_standard *s, unsigned from, unsigned to,
    unsigned long number, char *out)
{
	for (unsigned i = from; i < to; i++) {
		const char *at = s->metrics[i].values;
		unsigned n = 1;

		for (const char *p = at; *p != '\0'; p++)
			n += *p == ' ';
		for (unsigned skip = (unsigned)(number % n); skip > 0; skip--)
			at = strchr(at, ' ') + 1;
		number /= n;
		out += sprintf(out, "%s%s:%.*s", i > 0 ? "/" : "",
		    s->metrics[i].name, (int)strcspn(at, " "), at);
	}
	return number;
}

/* Every base vector of version 4 has a score, and making one metric worse never
 * lowers it: a wrong cell of the table or a wrong class would show. */
START_TEST(test_v4_whole)
{
	const struct cvss_standard *s = &cvss_standard_40;
	unsigned long seen = 0;

	for (unsigned long i = 0;; i++) {
		uint8_t v[CVSS_METRICS_MAX] = { 0 };
		char text[256] = "CVSS:4.0/";
		struct cvss_groups g, h;
		struct cvss c;

		if (vector_write(s, 0, s->n_base, i, text + 9) > 0)
			break;
		seen++;
		ck_assert_int_eq(cvss_score(text, &c, NULL), 0);
		ck_assert_uint_le(c.tenths, 100);

		unsigned long rest = i;

		for (unsigned m = 0; m < s->n_base; m++) {
			unsigned n = m == 1 || m == 2 ? 2 : m == 0 ? 4 : 3;

			v[m] = (uint8_t)(rest % n);
			rest /= n;
		}
		s->score(v, &g);
		ck_assert_int_eq(g.base, c.tenths);
		for (unsigned m = 0; m < s->n_base; m++) {
			if (v[m] == 0)
				continue;
			v[m]--;
			s->score(v, &h);
			v[m]++;
			ck_assert_msg(h.base >= g.base, "%s: worse %s: %d < %d",
			    text, s->metrics[m].name, h.base, g.base);
		}
	}
	ck_assert_uint_eq(seen, 4u * 2 * 2 * 3 * 3 * 729);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("noun cvss");
	TCase *t = tcase_create("cvss");

	tcase_set_timeout(t, 120);
	tcase_add_test(t, test_oracle);
	tcase_add_loop_test(t, test_good, 0, (int)COUNT_OF(good));
	tcase_add_loop_test(t, test_bad, 0, (int)COUNT_OF(bad));
	tcase_add_test(t, test_v4_whole);
	suite_add_tcase(s, t);

	SRunner *r = srunner_create(s);

	srunner_run_all(r, CK_NORMAL);

	int failed = srunner_ntests_failed(r);

	srunner_free(r);
	return failed;
}
