/* From matches to alerts, revision after revision, with a real store. What was
 * told is kept by store_alert, as the keeper does with store_advisory_matched. */
#include <check.h>
#include <time.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/limits.h"
#include "contract/store.h"
#include "keeper/compose.h"
#include "keeper_fixture.h"
#include "scratch.h"
#include "suite.h"

#define SYSLOG(name) name " = { type = \"syslog\"; " \
	"url = \"udp://127.0.0.1\"; enterprise = 1; };"
#define PER_DEVICE(name) name " = { type = \"syslog\"; scope = \"device\"; " \
	"url = \"udp://127.0.0.1\"; enterprise = 1; };"
#define MAIL(name) name " = { type = \"mail\"; url = \"smtp://mx\"; " \
	"to = [ \"a@x.example\", \"b@x.example\" ]; };"
#define TO(match, sink) "{ match = { " match " }; to = \"" sink "\"; }"
#define ALSO(match, sink) "{ match = { " match " }; to = \"" sink \
	"\"; continue = true; }"

struct step {
	const char	*now;		/* matches; the former ones are the step's before */
	const char	*want;		/* alerts, see show(); a line each */
	const char	*category;	/* of the advisory, from here on */
	const char	*routes;	/* other routes from here on */
};

static const struct story {
	const char	*name, *sinks, *routes;
	struct step	 steps[7];
} stories[] = {
	{ "new, silent, updated, resolved, again", SYSLOG("one"), NULL, {
	    { .now = "a:north:affected:high b:north:affected:critical",
	      .want = "new r1 -> one : b a\n" },
	    { .now = "a:north:affected:high b:north:affected:critical",
	      .want = "" },
	    { .now = "a:north:affected:high:CVE-1 b:north:fixed:critical",
	      .want = "updated r2 -> one : a | a: added CVE-1 | b: affected -> "
	      "fixed\n" },
	    { .now = "a:north:fixed:high b:north:fixed:critical",
	      .want = "resolved r3 -> one : a(fixed) | a: affected -> fixed\n" },
	    { .now = "a:north:fixed:high", .want = "" },
	    { .now = "a:north:affected:high", .want = "new r4 -> one : a\n" },
	    { .now = "", .want = "resolved r5 -> one : a(not_affected) | a: no "
	      "longer concerned\n" } } },
	{ "never alerted", SYSLOG("one"), NULL, {
	    { .now = "a:north:fixed:high", .want = "" },
	    { .now = "a:north:not_affected:high", .want = "" },
	    { .now = "", .want = "" },
	    { .now = "a:north:affected:low", .want = "" } } },
	{ "withdrawn is said once", SYSLOG("one"), NULL, {
	    { .now = "a:north:affected:high", .want = "new r1 -> one : a\n" },
	    { .now = "a:north:affected:high", .category = "csaf_withdrawn",
	      .want = "withdrawn r2 -> one : a\n" },
	    { .now = "a:north:affected:high b:north:affected:high",
	      .want = "" },
	    { .now = "", .want = "" },
	    { .now = "a:north:affected:high",
	      .category = "csaf_security_advisory",
	      .want = "new r3 -> one : a\n" } } },
	{ "withdrawn before anybody heard of it", SYSLOG("one"), NULL, {
	    { .now = "a:north:affected:high", .category = "csaf_withdrawn",
	      .want = "" } } },
	{ "withdrawn and no match left", SYSLOG("one"), NULL, {
	    { .now = "a:north:affected:high", .want = "new r1 -> one : a\n" },
	    { .now = "", .category = "csaf_withdrawn",
	      .want = "withdrawn r2 -> one : a(not_affected) | a: no longer "
	      "concerned\n" } } },
	{ "customers are kept apart", SYSLOG("one") SYSLOG("two"),
	    TO("list = \"north\";", "one") "," TO("list = \"south\";", "two"), {
	    { .now = "a:north:affected:high b:south:affected:high",
	      .want = "new r1 -> one : a\nnew r1 -> two : b\n" },
	    { .now = "a:north:affected:critical b:south:affected:high",
	      .want = "updated r2 -> one : a | a: severity high -> "
	      "critical\n" },
	    { .now = "a:north:fixed:critical b:south:affected:high:CVE-1",
	      .want = "resolved r3 -> one : a(fixed) | a: affected -> fixed\n"
	      "updated r3 -> two : b | b: added CVE-1\n" },
	    { .now = "a:north:fixed:high b:south:affected:high:CVE-1,CVE-2",
	      .want = "updated r4 -> two : b | b: added CVE-2\n" },
	    { .now = "a:north:affected:high b:south:fixed:high",
	      .want = "new r5 -> one : a\nresolved r5 -> two : b(fixed) | b: "
	      "affected -> fixed\n" },
	    { .now = "a:north:affected:high:CVE-9 b:south:fixed:high",
	      .want = "updated r6 -> one : a | a: added CVE-9\n" } } },
	{ "the same id at two customers", SYSLOG("one") SYSLOG("two"),
	    TO("list = \"north\";", "one") "," TO("list = \"south\";", "two"), {
	    { .now = "a:north:affected:high a:south:affected:low",
	      .want = "new r1 -> one : a\nnew r1 -> two : a\n" },
	    { .now = "a:north:affected:high a:south:fixed:low",
	      .want = "resolved r2 -> two : a(fixed) | a: affected -> "
	      "fixed\n" } } },
	{ "sinks that hear the same share an alert",
	    SYSLOG("one") SYSLOG("two") MAIL("three"), NULL, {
	    { .now = "a:north:affected:high",
	      .want = "new r1 -> one two three/a@x.example "
	      "three/b@x.example : a\n" },
	    { .now = "a:north:affected:critical",
	      .want = "updated r2 -> one two three/a@x.example "
	      "three/b@x.example : a | a: severity high -> critical\n" } } },
	{ "a sink that is new to the advisory", SYSLOG("one") SYSLOG("two"),
	    ALSO("", "one") "," TO("severity = \"critical\";", "two"), {
	    { .now = "a:north:affected:high", .want = "new r1 -> one : a\n" },
	    { .now = "a:north:affected:critical",
	      .want = "updated r2 -> one : a | a: severity high -> critical\n"
	      "new r2 -> two : a\n" },
	    { .now = "a:north:affected:high",
	      .want = "updated r3 -> one : a | a: severity critical -> high\n"
	      "resolved r3 -> two : a(affected) | a: severity critical -> "
	      "high\n" } } },
	{ "a route is added later", SYSLOG("one") SYSLOG("two"), TO("", "one"),
	    { { .now = "a:north:affected:high", .want = "new r1 -> one : a\n" },
	    { .now = "a:north:affected:high", .routes = ALSO("", "one") ","
	      TO("", "two"), .want = "new r2 -> two : a\n" },
	    { .now = "a:north:affected:high", .want = "" },
	    { .now = "a:north:fixed:high", .want = "resolved r3 -> one two : "
	      "a(fixed) | a: affected -> fixed\n" } } },
	{ "a drop says nothing", SYSLOG("one"), "{ match = { device = \"a\"; "
	    "}; to = [ ]; reason = \"spare\"; }," TO("", "one"), {
	    { .now = "a:north:affected:high", .want = "" },
	    { .now = "a:north:affected:high b:north:affected:high",
	      .want = "new r1 -> one : b\n" },
	    { .now = "a:north:affected:critical b:north:affected:high",
	      .want = "" } } },
	{ "one alert per device", PER_DEVICE("one"), NULL, {
	    { .now = "b:north:affected:high a:north:affected:high",
	      .want = "new r1 a -> one : a\nnew r1 b -> one : b\n" },
	    { .now = "a:north:affected:critical b:north:affected:high",
	      .want = "updated r2 a -> one : a | a: severity high -> "
	      "critical\n" },
	    { .now = "a:north:affected:critical c:north:affected:high",
	      .want = "resolved r2 b -> one : b(not_affected) | b: no longer "
	      "concerned\nnew r1 c -> one : c\n" } } },
	{ "both scopes", SYSLOG("all") PER_DEVICE("each"), NULL, {
	    { .now = "a:north:affected:high b:north:affected:high",
	      .want = "new r1 -> all : a b\nnew r1 a -> each : a\n"
	      "new r1 b -> each : b\n" } } },
	{ "per device, the same id in two lists", PER_DEVICE("one"), NULL, {
	    { .now = "a:north:affected:high a:south:affected:high",
	      .want = "new r1 a -> one : a a\n" },
	    { .now = "a:north:fixed:high a:south:affected:high",
	      .want = "updated r2 a -> one : a | a: affected -> fixed\n" } } },
	{ "a device moves to another customer's sink",
	    SYSLOG("one") SYSLOG("two"), TO("severity = \"high\";", "one") ","
	    TO("", "two"), {
	    { .now = "a:north:affected:high", .want = "new r1 -> one : a\n" },
	    { .now = "a:north:affected:medium",
	      .want = "resolved r2 -> one : a(affected) | a: severity high -> "
	      "medium\nnew r2 -> two : a\n" },
	    { .now = "a:north:affected:medium", .want = "" } } },
};

/* What each test has: a store, an advisory, and a composing of the two. */
static char folder[SCRATCH];
static struct arena mem = ARENA_INIT;
static struct advisory adv;
static struct composing job;
static struct dispatch *out;
static uint32_t n_out;

static void
set_up(void)
{
	struct err err = ERR_INIT;

	job = (struct composing){ .mem = &mem, .advisory = &adv,
	    .feed = "acme", .sha256 = "", .now = 1000,
	    .document_url = "https://a.example/1" };
	scratch_folder(folder, "compose");
	if (store_open(arena_printf(&mem, "sqlite:%s/store.db", folder), "one",
	    false, &job.store, &err) == -1)
		ck_abort_msg("%s", err.text);
	fixture_advisory(&adv);
}

static void
tear_down(void)
{
	static const char *const ends[] = { "", "-wal", "-shm" };
	char path[128];

	store_close(job.store);
	for (size_t i = 0; i < COUNT_OF(ends); i++) {
		snprintf(path, sizeof(path), "%s/store.db%s", folder, ends[i]);
		unlink(path);
	}
	rmdir(folder);
	arena_clear(&mem);
}

static void
compose(void)
{
	struct err err = ERR_INIT;

	ck_assert_msg(compose_alerts(&job, &out, &n_out, &err) == 0, "%s",
	    err.text);
}

/* "EVENT rREV [SCOPE] -> SINK[/RECIPIENT] ... : DEVICE[(STATUS)] ... | change" */
static const char *
show(const struct dispatch *d)
{
	const struct alert *a = &d->alert;
	const char *text = arena_printf(&mem, "%s r%u%s%s ->",
	    event_name(a->event), a->rev, a->scope[0] != '\0' ? " " : "",
	    a->scope);

	for (uint32_t i = 0; i < d->n; i++)
		text = arena_printf(&mem, "%s %s%s%s", text, d->sinks[i],
		    d->recipients[i][0] != '\0' ? "/" : "", d->recipients[i]);
	text = arena_printf(&mem, "%s :", text);
	for (uint32_t i = 0; i < a->n_matches; i++)
		text = arena_printf(&mem, a->event == EVENT_RESOLVED ||
		    !match_status_alerts(a->matches[i].status) ?
		    "%s %s(%s)" : "%s %s", text, a->matches[i].device.id,
		    match_status_name(a->matches[i].status));
	for (uint32_t i = 0; i < a->n_changes; i++)
		text = arena_printf(&mem, "%s | %s", text, a->changes[i]);
	return arena_printf(&mem, "%s\n", text);
}

static const char *
run_step(void)
{
	struct err err = ERR_INIT;
	const char *got = "";

	compose();
	for (uint32_t i = 0; i < n_out; i++) {
		int64_t first = 0;

		got = arena_printf(&mem, "%s%s", got, show(&out[i]));
		ck_assert_msg(store_alert(job.store, &out[i], job.now,
		    &first, &err) == 0, "%s", err.text);
		ck_assert_int_gt(first, 0);
	}
	return got;
}

START_TEST(story)
{
	const struct story *st = &stories[_i];

	job.conf = fixture_conf(&mem, st->sinks, st->routes);
	for (size_t i = 0; i < COUNT_OF(st->steps) && st->steps[i].now != NULL;
	    i++) {
		const struct step *step = &st->steps[i];
		const char *got;

		if (step->category != NULL)
			adv.category = step->category;
		if (step->routes != NULL)
			job.conf = fixture_conf(&mem, st->sinks, step->routes);
		job.now_matches = fixture_matching(&mem, step->now);
		got = run_step();
		ck_assert_msg(strcmp(got, step->want) == 0,
		    "%s, step %zu:\n%s--- expected\n%s", st->name, i + 1, got,
		    step->want);
		job.old_matches = job.now_matches;
		job.now++;
	}
}
END_TEST

/* The whole alert, once: what a sink gets to see. */
START_TEST(contents)
{
	struct vulnerability vulns[3] = {
		{ .cve = "CVE-1", .cwe = "CWE-787" },
		{ .cve = "CVE-2", .cwe = "CWE-787" },
		{ .cve = "CVE-3", .cwe = "CWE-20" },
	};
	const struct alert *a;

	job.conf = fixture_conf(&mem, SYSLOG("one"), NULL);
	job.sha256 = "feed";
	adv.vulns = vulns;
	adv.n_vulns = 3;
	job.now_matches = fixture_matching(&mem,
	    "a:north:affected:medium:CVE-1,CVE-2:vendor_fix "
	    "b:north:affected:high:CVE-2:vendor_fix "
	    "c:north:under_investigation:critical:CVE-2:mitigation "
	    "d:north:fixed:critical:CVE-3");
	job.now_matches.left_out = 7;
	job.now_matches.matches[2].cvss.tenths = 98;
	job.now_matches.matches[1].exploited = true;
	compose();
	ck_assert_uint_eq(n_out, 1);
	a = &out[0].alert;
	/* worst first: status, then severity; the worst severity of all */
	ck_assert_uint_eq(a->n_matches, 3);
	ck_assert_str_eq(a->matches[0].device.id, "b");
	ck_assert_str_eq(a->matches[1].device.id, "a");
	ck_assert_str_eq(a->matches[2].device.id, "c");
	ck_assert_int_eq(a->severity, SEVERITY_CRITICAL);
	ck_assert_uint_eq(a->cvss.tenths, 98);
	ck_assert(a->exploited);
	ck_assert_uint_eq(a->n_cves, 2);
	ck_assert_uint_eq(a->n_cwes, 1);
	ck_assert_str_eq(a->cwes[0], "CWE-787");
	ck_assert_uint_eq(a->n_remedies, 2);
	ck_assert_uint_eq(a->left_out, 7);
	ck_assert_uint_eq(a->n_changes, 0);
	ck_assert_str_eq(a->route, "default");
	ck_assert_str_eq(a->url, "https://a.example/1");
	ck_assert_str_eq(a->sha256, "feed");
	ck_assert_str_eq(a->feed, "acme");
}
END_TEST

static struct matching
many(uint32_t n, uint32_t cves, const char *why)
{
	struct matching m = { .n = n };
	const char **list = arena_alloc(&mem, (cves + 1) * sizeof(*list));
	const char **reasons = arena_alloc(&mem, sizeof(*reasons));

	m.matches = arena_alloc(&mem, n * sizeof(*m.matches));
	reasons[0] = why;
	for (uint32_t i = 0; i < cves; i++)
		list[i] = arena_printf(&mem, "CVE-2024-%u", i);
	for (uint32_t i = 0; i < n; i++) {
		struct match *one = &m.matches[i];

		match_init(one);
		one->device.id = arena_printf(&mem, "plc-%u", i);
		one->device.list = "north";
		one->status = MATCH_AFFECTED;
		one->severity = SEVERITY_HIGH;
		one->cves = list;
		one->n_cves = cves;
		one->why = reasons;
		one->n_why = 1;
	}
	return m;
}

/* 100,000 devices of one model: linear in time and in memory, for both scopes,
 * and the packed alert stays below its ceiling. */
START_TEST(many_devices)
{
	static const struct { const char *sinks; uint32_t n, alerts; } table[] =
	    {
		{ SYSLOG("one") SYSLOG("two"), 120000, 1 },
		{ PER_DEVICE("one"), 20000, 20000 },
	};
	clock_t start = clock();
	char why[701];

	memset(why, 'x', 700);
	why[700] = '\0';
	job.conf = fixture_conf(&mem, table[_i].sinks, NULL);
	job.now_matches = many(table[_i].n, 100, why);
	job.old_matches = many(table[_i].n / 2, 100, why);
	compose();
	ck_assert_uint_eq(n_out, table[_i].alerts);
	if (table[_i].alerts == 1) {
		struct buf packed = BUF_INIT(ALERT_MAX);
		const struct alert *a = &out[0].alert;

		ck_assert_uint_eq(a->n_matches + a->left_out, table[_i].n);
		ck_assert_uint_gt(a->n_matches, 10000);
		ck_assert_uint_gt(a->left_out, 0);
		alert_pack(&packed, a);
		ck_assert(!packed.over);
		buf_clear(&packed);
	}
	/* each with each would take many minutes and gigabytes */
	ck_assert_int_lt((clock() - start) / CLOCKS_PER_SEC, 60);
	ck_assert_uint_lt(mem.used, 512u << 20);
}
END_TEST

/* Who waits for a digest: of an advisory that was matched before, the sinks
 * that want one, and not what cannot wait. */
static const struct {
	const char	*name;
	bool		 again, exploited;
	uint32_t	 topics;
	const char	*want;		/* per delivery: gathered or due */
} gatherings[] = {
	{ "new advisory", false, false, TOPIC_VULNERABILITY, "dddd" },
	{ "devices changed", true, false, TOPIC_VULNERABILITY, "dggg" },
	{ "exploited", true, true, TOPIC_VULNERABILITY, "dddd" },
	{ "breach", true, false, TOPIC_BREACH, "dddd" },
};

START_TEST(gathering)
{
	job.conf = fixture_conf(&mem, SYSLOG("one") MAIL("two") "three = "
	    "{ type = \"syslog\"; url = \"udp://127.0.0.1\"; "
	    "enterprise = 1; backlog = \"digest\"; };", NULL);
	adv.topics = gatherings[_i].topics;
	job.again = gatherings[_i].again;
	job.now_matches = fixture_matching(&mem, "a:north:affected:high");
	job.now_matches.matches[0].exploited = gatherings[_i].exploited;
	compose();
	ck_assert_uint_eq(n_out, 1);
	ck_assert_uint_eq(out[0].n, strlen(gatherings[_i].want));
	for (uint32_t i = 0; i < out[0].n; i++)
		ck_assert_msg(out[0].gather[i] ==
		    (gatherings[_i].want[i] == 'g'), "%s: delivery %u to %s",
		    gatherings[_i].name, i, out[0].sinks[i]);
}
END_TEST

START_TEST(test_alert)
{
	struct conf *c = fixture_conf(&mem, SYSLOG("one") MAIL("two"), NULL);
	struct dispatch d;

	compose_test(c, &c->sinks[1], 1000, &mem, &d);
	ck_assert_str_eq(show(&d), "test r1 -> two/a@x.example "
	    "two/b@x.example : test-device\n");
	/* a second one in the same second has another key */
	ck_assert(strncmp(d.alert.id, "TEST-1000-", 10) == 0);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("keeper_compose");
	TCase *t = suite_case(s, "compose", 120);

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_loop_test(t, story, 0, (int)COUNT_OF(stories));
	tcase_add_test(t, contents);
	tcase_add_loop_test(t, many_devices, 0, 2);
	tcase_add_loop_test(t, gathering, 0, (int)COUNT_OF(gatherings));
	tcase_add_test(t, test_alert);
	return suite_run(s);
}
