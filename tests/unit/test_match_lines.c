/* Lines and systems in the device index: who is of one, and a hostile index
 * that says so. */
#include <check.h>
#include <stdlib.h>
#include <string.h>
#include "base/arena.h"
#include "base/blob.h"
#include "base/err.h"
#include "base/mem.h"
#include "match/explain.h"
#include "match/lines.h"
#include "match/rules.h"
#include "noun/aliases.h"

static const char text[] =
    "maker \"Acme\" = \"Bolt\"\n"
    "line \"Acme\" \"Gate 700\" = \"GT-7??\" \"GT-70*\" \"GTX700\"\n"
    "line \"Acme\" \"Gate 700 Safe\" = \"GT-7??S\"\n"
    "line \"Acme\" \"Gate Seven\" = \"GT-7??\"\n"
    "system \"Acme\" \"GateOS\" = \"GT-7*\"\n";

static const struct {
	const char	*id, *vendor, *model, *part, *version;
	/* lines and systems in the order of the file; "" = none */
	const char	*lines;
} devices[] = {
	{ "plain", "Acme", "GT-712", "", "1", "Gate 700,Gate Seven,GateOS" },
	{ "again", "Acme", "GT-712", "", "2", "Gate 700,Gate Seven,GateOS" },
	{ "small letters", "Acme", "gt712", "", "1",
	    "Gate 700,Gate Seven,GateOS" },
	{ "most signs", "Acme", "GT-712S", "", "1", "Gate 700 Safe,GateOS" },
	{ "as many signs", "Acme", "GT-701", "", "1", "Gate 700,GateOS" },
	{ "a word goes on", "Acme", "GTX7001", "", "1", "" },
	{ "a word ends", "Acme", "GTX700-24V", "", "1", "Gate 700" },
	{ "of another name", "Bolt", "GT-712", "", "1",
	    "Gate 700,Gate Seven,GateOS" },
	{ "of another maker", "Nut", "GT-712", "", "1", "" },
	{ "a short code of nobody", "", "GT-712", "", "1", "" },
	{ "a long code of nobody", "", "GTX700", "", "1", "Gate 700" },
	{ "its maker in front", "Acme", "Acme GT-712", "", "1",
	    "Gate 700,Gate Seven,GateOS" },
	{ "a kind of thing in front", "Acme", "PLC GT-712", "", "1",
	    "Gate 700,Gate Seven,GateOS" },
	{ "other words in front", "Acme", "North hall GT-712", "", "1",
	    "Gate 700,Gate Seven,GateOS" },
	{ "a part of it", "Acme", "Card for GT-712", "", "1", "" },
	{ "another number in front", "Acme", "XK-9 GT-712", "", "1", "" },
	{ "within a word", "Acme", "AB-GT-712", "", "1", "" },
	{ "by part number", "Acme", "Controller", "GT-712", "1",
	    "Gate 700,Gate Seven,GateOS" },
	{ "and another class of it", "Acme", "Controller", "GT-712", "2",
	    "Gate 700,Gate Seven,GateOS" },
	{ "by another part number", "Acme", "Controller", "GT-99", "2", "" },
};

static struct arena mem = ARENA_INIT;

static void
bad_line(void *ctx, unsigned line, const char *what)
{
	(void)ctx;
	ck_abort_msg("%u: %s", line, what);
}

static void
build(struct blob *blob, struct index *ix)
{
	static const char *const acme[] = { "Acme", "Bolt", NULL };
	struct index_builder *b = index_builder_new();
	struct aliases list = { .n = 0 };
	struct err err = ERR_INIT;

	aliases_read("own", text, sizeof(text) - 1, &mem, &list, bad_line,
	    NULL);
	index_builder_alias(b, acme);
	index_builder_rules(b, &list);
	for (size_t i = 0; i < COUNT_OF(devices); i++) {
		struct device d;
		device_init(&d);
		d.list = "l";
		d.id = devices[i].id;
		d.vendor = devices[i].vendor;
		d.model = devices[i].model;
		d.part_number = devices[i].part;
		d.version = devices[i].version;
		ck_assert_int_eq(index_builder_add(b, &d, &err), 0);
	}
	ck_assert_int_eq(index_builder_finish(b, blob, &err), 0);
	ck_assert_int_eq(blob_map(blob, &err), 0);
	index_builder_free(b);
	ck_assert_int_eq(index_open(ix, blob->map, blob->len, &err), 0);
}

START_TEST(of_a_line)
{
	static const char *const names[] = { "Gate 700", "Gate 700 Safe",
	    "Gate Seven", "GateOS" };
	struct blob blob = BLOB_INIT;
	struct advisory a;
	struct index ix;

	build(&blob, &ix);
	advisory_init(&a);
	const struct matcher *m = matcher_new(&ix, rules_open(&ix, &mem), &a,
	    true, &mem);
	for (uint32_t i = 0; i < COUNT_OF(devices); i++) {
		bool is[COUNT_OF(names)] = { false };
		char got[100] = "";
		uint32_t class = index_device_class(&ix, i), line = 0;
		while ((line = line_of_class(m, class, line)) != UINT32_MAX) {
			const struct alias *of = line_alias(m, line++);
			ck_assert_ptr_nonnull(of);
			for (size_t k = 0; k < COUNT_OF(names); k++)
				is[k] |= strcmp(of->product, names[k]) == 0;
		}
		for (size_t k = 0; k < COUNT_OF(names); k++)
			if (is[k])
				strcat(strcat(got, got[0] == '\0' ? "" : ","),
				    names[k]);
		ck_assert_msg(strcmp(got, devices[i].lines) == 0,
		    "%s: \"%s\", not \"%s\"", devices[i].id, got,
		    devices[i].lines);
	}
	blob_clear(&blob);
	arena_clear(&mem);
}
END_TEST

static void
product_of(struct product *p, const char *name)
{
	memset(p, 0, sizeof(*p));
	p->ref = p->name = p->family = p->patch = p->hardware = p->cpe =
	    p->relation = "";
	p->vendor = "Acme";
	p->product = name;
	p->version = "< 2";
	p->version_kind = VERSION_RANGE;
}

/* All that asks an index of lines. */
static void
ask_all(const struct index *ix, struct advisory *a, struct arena *room)
{
	const struct rules *rules = rules_open(ix, room);
	struct near_misses near;
	struct explained told;
	struct matching got;

	advisory_match(ix, a, true, room, &got);
	explain_device(ix, rules, a, 0, room, &told);
	find_near(ix, rules, a, room, &near);
	uint32_t n = a->n_products;
	a->n_products = 0;
	advisory_match(ix, a, true, room, &got);
	a->n_products = n;
}

/* Each word of the index set to something else: refused or harmless. */
START_TEST(hostile)
{
	static const uint32_t values[] = { 0, 1, 0x7fffffff, 0xffffffff };
	static const char *const names[] = { "Gate 700", "Gate 700 Safe Plus",
	    "GateOS", "Gate 700 (GT-7*)", "Gate 700 GT-712" };
	struct product p[COUNT_OF(names)];
	struct blob blob = BLOB_INIT;
	struct advisory a;
	struct index ix;

	build(&blob, &ix);
	advisory_init(&a);
	for (size_t i = 0; i < COUNT_OF(names); i++)
		product_of(&p[i], names[i]);
	a.products = p;
	a.n_products = COUNT_OF(names);
	a.title = "Acme Gate 700 and GateOS";
	uint32_t *copy = mem_alloc(blob.len);
	for (size_t at = 0; at < blob.len / 4; at++) {
		for (size_t v = 0; v < COUNT_OF(values); v++) {
			struct arena room = ARENA_INIT;
			memcpy(copy, blob.map, blob.len);
			copy[at] = values[v];
			if (index_open(&ix, copy, blob.len, NULL) == 0)
				ask_all(&ix, &a, &room);
			arena_clear(&room);
		}
	}
	free(copy);
	blob_clear(&blob);
	arena_clear(&mem);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("match lines");
	TCase *c = tcase_create("lines");

	tcase_set_timeout(c, 120);
	tcase_add_test(c, of_a_line);
	tcase_add_test(c, hostile);
	suite_add_tcase(s, c);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
