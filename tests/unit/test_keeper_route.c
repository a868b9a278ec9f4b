/* To whom: a table of routes x matches. */
#include <check.h>

#include "base/buf.h"
#include "keeper/compose.h"
#include "keeper/explain.h"
#include "keeper_fixture.h"
#include "suite.h"

static const char sinks[] =
	"one = { type = \"syslog\"; url = \"udp://127.0.0.1\"; enterprise = 1; };"
	"two = { type = \"syslog\"; url = \"udp://127.0.0.1\"; enterprise = 1; };"
	"three = { type = \"syslog\"; url = \"udp://127.0.0.1\"; enterprise = 1; };";

/* The device of all rows, but for what the row changes. */
static void
device(struct arena *mem, const char *change, struct match *m)
{
	fixture_match(mem, "plc-1:north:affected:high", m);
	m->device.vendor = "Siemens AG";
	m->device.site = "Hall 3";
	m->device.zone = "dmz";
	m->device.tags = "safety, line-4";
	m->device.criticality = "high";
	m->cvss.tenths = 75;
	m->confidence = CONFIDENCE_LIKELY;
	if (strcmp(change, "exploited") == 0)
		m->exploited = true;
	else if (strcmp(change, "unknown") == 0)
		m->severity = SEVERITY_UNKNOWN;
	else if (strcmp(change, "named") == 0)
		m->status = MATCH_NAMED;
	else if (strcmp(change, "possible") == 0)
		m->confidence = CONFIDENCE_POSSIBLE;
	else if (strcmp(change, "bare") == 0)
		m->device.site = m->device.zone = m->device.tags =
		    m->device.vendor = m->device.criticality = "";
	else if (change[0] != '\0')
		ck_assert_int_eq(severity_parse(change, &m->severity), 0);
}

#define R(match, to) "{ match = { " match " }; to = \"" to "\"; }"
#define ON(match, to) "{ match = { " match " }; to = \"" to \
	"\"; continue = true; }"
#define DROP(match) "{ match = { " match " }; to = [ ]; reason = \"noise\"; }"

static const struct {
	const char	*name, *routes, *change;
	const char	*want;		/* "sink@route ..." or the reason */
} table[] = {
	{ "no routes: high goes to all", NULL, "", "one@1 two@1 three@1 " },
	{ "no routes: unknown ranks as medium", NULL, "unknown",
	    "one@1 two@1 three@1 " },
	{ "no routes: low is dropped", NULL, "low",
	    "severity below medium (no routes are configured)" },
	{ "the first wins", R("", "two") "," R("", "one"), "", "two@1 " },
	{ "falls through", R("severity = \"critical\";", "one"), "", "" },
	{ "continue", ON("", "one") "," R("", "two") "," R("", "three"), "",
	    "one@1 two@2 " },
	{ "continue at the end", ON("", "one"), "", "one@1 " },
	{ "a sink twice keeps its first route", ON("", "one") ","
	    R("", "one"), "", "one@1 " },
	{ "several sinks", "{ to = [ \"three\", \"one\" ]; }", "",
	    "one@1 three@1 " },
	{ "drop", DROP("severity = \"<=high\";") "," R("", "one"), "",
	    "noise" },
	{ "drop spares the worse", DROP("severity = \"<=high\";") ","
	    R("", "one"), "critical", "one@2 " },
	{ "drop behind continue", ON("", "one") "," DROP("") "," R("", "two"),
	    "", "one@1 noise" },

	{ "severity =", R("severity = \"high\";", "one"), "", "one@1 " },
	{ "severity = not", R("severity = \"high\";", "one"), "critical", "" },
	{ "severity >=", R("severity = \">=high\";", "one"), "critical",
	    "one@1 " },
	{ "severity >", R("severity = \">high\";", "one"), "", "" },
	{ "severity <", R("severity = \"<high\";", "one"), "medium",
	    "one@1 " },
	{ "severity < not", R("severity = \"<high\";", "one"), "", "" },
	{ "severity <=", R("severity = \"<=high\";", "one"), "", "one@1 " },
	{ "severity none", R("severity = \"none\";", "one"), "none",
	    "one@1 " },
	{ "severity unknown is medium", R("severity = \"medium\";", "one"),
	    "unknown", "one@1 " },
	{ "cvss", R("cvss = \">=7.5\";", "one"), "", "one@1 " },
	{ "cvss not", R("cvss = \">=7.6\";", "one"), "", "" },
	{ "status", R("status = [ \"named\", \"affected\" ];", "one"), "",
	    "one@1 " },
	{ "status not", R("status = \"named\";", "one"), "", "" },
	{ "status named", R("status = \"named\";", "one"), "named",
	    "one@1 " },
	{ "confidence lets the better through",
	    R("confidence = \"possible\";", "one"), "", "one@1 " },
	{ "confidence same", R("confidence = \"likely\";", "one"), "",
	    "one@1 " },
	{ "confidence keeps the worse out",
	    R("confidence = \"likely\";", "one"), "possible", "" },
	{ "exploited", R("exploited = true;", "one"), "exploited", "one@1 " },
	{ "exploited not", R("exploited = true;", "one"), "", "" },
	{ "not exploited", R("exploited = false;", "one"), "", "one@1 " },
	{ "topic", R("topic = [ \"breach\", \"update\" ];", "one"), "",
	    "one@1 " },
	{ "topic not", R("topic = \"breach\";", "one"), "", "" },
	{ "feed", R("feed = \"ac*\";", "one"), "", "one@1 " },
	{ "feed not", R("feed = \"other\";", "one"), "", "" },
	{ "vendor, any case", R("vendor = \"siemens*\";", "one"), "",
	    "one@1 " },
	{ "vendor whole", R("vendor = \"siemens\";", "one"), "", "" },
	{ "site one of", R("site = [ \"Hall 1\", \"Hall ?\" ];", "one"), "",
	    "one@1 " },
	{ "site not", R("site = \"Hall ??\";", "one"), "", "" },
	{ "site of none", R("site = \"Hall*\";", "one"), "bare", "" },
	{ "zone", R("zone = \"DMZ\";", "one"), "", "one@1 " },
	{ "tag", R("tag = \"line-4\";", "one"), "", "one@1 " },
	{ "tag one of", R("tag = [ \"x\", \"safety\" ];", "one"), "",
	    "one@1 " },
	{ "tag by glob", R("tag = \"line-?\";", "one"), "", "one@1 " },
	{ "tag glob spans no tags", R("tag = \"safety*4\";", "one"), "", "" },
	{ "tag not", R("tag = \"line\";", "one"), "", "" },
	{ "tag of none", R("tag = \"safety\";", "one"), "bare", "" },
	{ "list", R("list = \"north\";", "one"), "", "one@1 " },
	{ "list not", R("list = \"south\";", "one"), "", "" },
	{ "device", R("device = \"plc-*\";", "one"), "", "one@1 " },
	{ "device not", R("device = \"plc-2\";", "one"), "", "" },
	{ "advisory", R("advisory = \"ACME-?\";", "one"), "", "one@1 " },
	{ "advisory not", R("advisory = \"SSA-*\";", "one"), "", "" },
	{ "criticality", R("criticality = \"high\";", "one"), "", "one@1 " },
	{ "criticality not", R("criticality = \"low\";", "one"), "", "" },
	{ "all of them", R("severity = \">=high\"; cvss = \">=7\"; "
	    "status = \"affected\"; confidence = \"likely\"; "
	    "exploited = false; topic = \"update\"; feed = \"acme\"; "
	    "vendor = \"*\"; site = \"*\"; zone = \"dmz\"; tag = \"safety\"; "
	    "list = \"north\"; device = \"*\"; advisory = \"*\"; "
	    "criticality = \"*\";", "one"), "", "one@1 " },
	{ "all but one", R("severity = \">=high\"; zone = \"dmz\"; "
	    "tag = \"office\";", "one"), "", "" },
	{ "star matches nothing at all, too", R("site = \"*\";", "one"), "bare",
	    "one@1 " },
};

START_TEST(row)
{
	struct arena mem = ARENA_INIT;
	struct conf *c = fixture_conf(&mem, sinks, table[_i].routes);
	uint32_t to[3] = { 0 };
	struct advisory a;
	struct match m;
	const char *reason, *got = "";

	fixture_advisory(&a);
	device(&mem, table[_i].change, &m);
	reason = route_match(c, &a, "acme", &m, to);
	for (uint32_t i = 0; i < 3; i++)
		if (to[i] != 0)
			got = arena_printf(&mem, "%s%s@%u ", got,
			    c->sinks[i].sink.name, to[i]);
	got = arena_printf(&mem, "%s%s", got, reason);
	ck_assert_msg(strcmp(got, table[_i].want) == 0,
	    "%s: \"%s\", expected \"%s\"", table[_i].name, got,
	    table[_i].want);
	conf_free(c);
	arena_clear(&mem);
}
END_TEST

/* What `explain` says of a route that does not take the match. */
static const struct {
	const char	*match, *change, *want;
} refusals[] = {
	{ "severity = \">high\";", "",
	    "severity is high, which is below what it wants" },
	{ "severity = \"<high\";", "",
	    "severity is high, which is above what it wants" },
	{ "status = \"named\";", "",
	    "status is affected, which it does not want" },
	{ "confidence = \"likely\";", "possible",
	    "confidence is possible; it wants likely or surer" },
	{ "exploited = true;", "",
	    "no exploitation is known; the route wants that" },
	{ "exploited = false;", "exploited",
	    "it is exploited; the route wants what is not" },
	{ "cvss = \">=7.6\";", "", "cvss is 7.5; it wants 7.6 or more" },
	{ "topic = \"breach\";", "", "the advisory has none of its topics" },
	{ "feed = \"other\";", "", "feed is acme; it wants other" },
	{ "vendor = \"siemens\";", "",
	    "vendor is Siemens AG; it wants siemens" },
	{ "site = [ \"Hall 1\", \"Hall 2\" ];", "",
	    "site is Hall 3; it wants Hall 1 or Hall 2" },
	{ "zone = \"office\";", "bare", "zone is (empty); it wants office" },
	{ "list = \"south\";", "", "list is north; it wants south" },
	{ "device = \"plc-2\";", "", "device is plc-1; it wants plc-2" },
	{ "advisory = \"SSA-*\";", "",
	    "advisory is ACME-1; it wants SSA-*" },
	{ "criticality = \"low\";", "",
	    "criticality is high; it wants low" },
	{ "tag = [ \"1\", \"2\", \"3\", \"4\", \"5\", \"6\", \"7\", "
	    "\"8\", \"9\", \"10\" ];", "", "tags is safety, line-4; it wants "
	    "1 or 2 or 3 or 4 or 5 or 6 or 7 or 8 or 2 others" },
};

START_TEST(refusal)
{
	struct arena mem = ARENA_INIT;
	struct buf out = BUF_INIT(65536);
	struct explanation x = { .mem = &mem, .document = "", .kept = true,
	    .found = { .feed = "acme", .state = "", .why = "" } };
	const char *want = arena_printf(&mem, "\"refused\":\"%s\"",
	    refusals[_i].want);

	x.conf = fixture_conf(&mem, sinks, arena_printf(&mem, R("%s", "one"),
	    refusals[_i].match));
	fixture_advisory(&x.advisory);
	x.answer.matched = true;
	device(&mem, refusals[_i].change, &x.answer.match);
	explain_json(&x, &out);
	ck_assert_msg(strstr(buf_text(&out), want) != NULL, "%s\n%s", want,
	    buf_text(&out));
	buf_clear(&out);
	arena_clear(&mem);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("keeper_route");
	TCase *t = tcase_create("route");

	tcase_add_loop_test(t, row, 0, (int)COUNT_OF(table));
	tcase_add_loop_test(t, refusal, 0, (int)COUNT_OF(refusals));
	suite_add_tcase(s, t);
	return suite_run(s);
}
