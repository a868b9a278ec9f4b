/* The device index: what goes in comes out, and a hostile one does no harm. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/arena.h"
#include "base/blob.h"
#include "base/err.h"
#include "base/mem.h"
#include "match/matching.h"

static void
build(struct blob *blob, unsigned n)
{
	struct index_builder *b = index_builder_new();
	struct err err = ERR_INIT;
	struct column extra[] = { { "Rack", "R1" }, { "Empty", "" } };

	for (unsigned i = 0; i < n; i++) {
		struct arena mem = ARENA_INIT;
		struct device d;
		device_init(&d);
		d.list = i < n / 2 ? "north" : "south";
		d.id = arena_printf(&mem, "d-%u", i);
		d.vendor = i % 3 == 0 ? "Acme" : "Bolt";
		d.model = arena_printf(&mem, "Gate %u", i % 7);
		d.version = arena_printf(&mem, "1.%u", i);
		d.part_number = i % 2 == 0 ? arena_printf(&mem, "AG-77%02u",
		    i % 100) : "";
		d.site = "Hall";
		d.extra = extra;
		d.n_extra = 2;
		ck_assert_int_eq(index_builder_add(b, &d, &err), 0);
		ck_assert_int_eq(index_builder_add(b, &d, &err), 1);
		arena_clear(&mem);
	}
	ck_assert_uint_eq(index_builder_count(b), n);
	ck_assert_int_eq(index_builder_finish(b, blob, &err), 0);
	ck_assert_int_eq(blob_map(blob, &err), 0);
	index_builder_free(b);
}

START_TEST(round_trip)
{
	struct blob blob = BLOB_INIT;
	struct arena mem = ARENA_INIT;
	struct err err = ERR_INIT;
	struct index ix;

	build(&blob, 500);
	ck_assert_int_eq(index_open(&ix, blob.map, blob.len, &err), 0);
	ck_assert_uint_eq(index_devices(&ix), 500);
	for (uint32_t i = 0; i < 500; i++) {
		struct device d;
		index_device(&ix, i, &mem, &d);
		ck_assert_str_eq(d.id, arena_printf(&mem, "d-%u", i));
		ck_assert_str_eq(d.list, i < 250 ? "north" : "south");
		ck_assert_str_eq(d.vendor, i % 3 == 0 ? "Acme" : "Bolt");
		ck_assert_str_eq(d.version, arena_printf(&mem, "1.%u", i));
		ck_assert_str_eq(d.serial, "");
		ck_assert_str_eq(d.site, "Hall");
		ck_assert_uint_eq(d.n_extra, 1);
		ck_assert_str_eq(d.extra[0].name, "Rack");
		ck_assert_str_eq(index_column(&ix, i, INDEX_COLUMN_site),
		    "Hall");
	}
	struct device none;
	index_device(&ix, 500, &mem, &none);
	ck_assert_str_eq(none.id, "");
	arena_clear(&mem);
	blob_clear(&blob);
}
END_TEST

START_TEST(keys_lead_to_devices)
{
	struct blob blob = BLOB_INIT;
	struct err err = ERR_INIT;
	struct index ix;
	struct maker m;
	struct name n;

	build(&blob, 500);
	ck_assert_int_eq(index_open(&ix, blob.map, blob.len, &err), 0);
	maker_read("ACME Inc.", &m);
	name_read("gate  3", &m, &n);
	uint32_t group = index_group(&ix, m.key[0]);
	ck_assert_uint_ne(group, INDEX_NO_VENDOR);
	struct index_run run = index_find(&ix, index_key(INDEX_NAME, group,
	    n.key));
	ck_assert_uint_eq(run.n, 1);
	const struct index_kind *kind = index_kind(&ix, run.at[0]);
	unsigned want = 0, have = 0;
	for (uint32_t c = 0; c < kind->n; c++) {
		struct index_run devices = index_members(&ix,
		    index_class(&ix, kind->first + c));
		have += devices.n;
		for (uint32_t i = 0; i < devices.n; i++)
			ck_assert_uint_eq(index_device_class(&ix,
			    devices.at[i]), kind->first + c);
	}
	for (unsigned i = 0; i < 500; i++)
		want += i % 3 == 0 && i % 7 == 3;
	ck_assert_uint_eq(have, want);
	run = index_numbers(&ix, NUMBERED_CLASS, "AG771?");
	ck_assert_uint_eq(run.n, 25);
	run = index_find(&ix, index_key(INDEX_ORDER, 0, index_hash("AG7714",
	    6)));
	ck_assert_uint_eq(run.n, 5);
	blob_clear(&blob);
}
END_TEST

/* What is alike is one class, however it is spelt; what differs is not. */
static const struct alike {
	const char *name, *vendor, *model, *version, *part, *serial;
	unsigned class;
} alikes[] = {
	{ "the first", "Acme", "Gate 3", "1.0", "", "", 0 },
	{ "case and legal form", "ACME Inc.", "gate 3", "1.0", "", "", 0 },
	{ "a serial number", "Acme", "Gate 3", "1.0", "", "S-1", 0 },
	{ "another version", "Acme", "Gate 3", "1.1", "", "", 1 },
	{ "a part number", "Acme", "Gate 3", "1.0", "AG-771", "", 2 },
	{ "another model", "Acme", "Gate 4", "1.0", "", "", 3 },
	{ "another maker", "Bolt", "Gate 3", "1.0", "", "", 4 },
	{ "a line, not a number", "Acme", "Gate 3.0", "1.0", "", "", 5 },
	{ "digits apart", "Acme", "Gate 3-0", "1.0", "", "", 6 },
	{ "another serial number", "Acme", "Gate 3", "1.0", "", "S-2", 0 },
	{ "the first, again", "acme", "GATE 3", "1.0", "", "", 0 },
};

static void
build_alikes(struct blob *blob, struct index *ix, size_t from, size_t to)
{
	struct index_builder *b = index_builder_new();
	struct err err = ERR_INIT;

	for (size_t i = from; i < to; i++) {
		struct device d;
		device_init(&d);
		d.list = "a";
		d.id = alikes[i].name;
		d.vendor = alikes[i].vendor;
		d.model = alikes[i].model;
		d.version = alikes[i].version;
		d.part_number = alikes[i].part;
		d.serial = alikes[i].serial;
		ck_assert_int_eq(index_builder_add(b, &d, &err), 0);
	}
	ck_assert_int_eq(index_builder_finish(b, blob, &err), 0);
	ck_assert_int_eq(blob_map(blob, &err), 0);
	index_builder_free(b);
	ck_assert_int_eq(index_open(ix, blob->map, blob->len, &err), 0);
}

START_TEST(classes)
{
	struct blob blob = BLOB_INIT;
	uint32_t class[COUNT_OF(alikes)];
	struct index ix;

	build_alikes(&blob, &ix, 0, COUNT_OF(alikes));
	for (uint32_t i = 0; i < COUNT_OF(alikes); i++) {
		class[i] = index_device_class(&ix, i);
		for (uint32_t k = 0; k < i; k++)
			ck_assert_msg((class[i] == class[k]) ==
			    (alikes[i].class == alikes[k].class), "%s, %s",
			    alikes[i].name, alikes[k].name);
	}
	struct index_run run = index_members(&ix, index_class(&ix, class[0]));
	ck_assert_uint_eq(run.n, 5);
	ck_assert_uint_eq(run.at[0], 0);
	ck_assert_uint_eq(run.at[4], COUNT_OF(alikes) - 1);
	blob_clear(&blob);
}
END_TEST

/* Both say the same of the devices that they share; at goes on in all. */
static void
check_same(const struct matching *one, const struct matching *all, uint32_t *at)
{
	for (uint32_t k = 0; k < one->n; k++, (*at)++) {
		const struct match *x = &one->matches[k];
		const struct match *y = &all->matches[*at];
		ck_assert_uint_lt(*at, all->n);
		ck_assert_str_eq(x->device.id, y->device.id);
		ck_assert_int_eq(x->status, y->status);
		ck_assert_int_eq(x->confidence, y->confidence);
		ck_assert_uint_eq(x->n_cves, y->n_cves);
		ck_assert_uint_eq(x->n_why, y->n_why);
		for (uint32_t w = 0; w < x->n_why; w++)
			ck_assert_str_eq(x->why[w], y->why[w]);
	}
}

/* Products of one name: a range, some serial numbers, a part number, all
 * versions, a range of serial numbers, a bound that is no plain number. */
static void
fill_said(struct advisory *ret, struct arena *mem)
{
	static const char *serials[] = { "S-1" }, *parts[] = { "AG-771" };
	static const struct { const char *text; bool serial, part; } said[] = {
		{ "< 1.1", false, false }, { "*", true, false },
		{ "*", false, true }, { "1.1", false, false },
		{ "<= the first 1 digits of serial number 1", false, false },
		{ ">= 1.0 | < 1.0 SP2", false, false },
	};
	size_t n = COUNT_OF(said);
	struct product *p = arena_alloc(mem, n * sizeof(*p));
	struct assertion *claims = arena_alloc(mem, n * sizeof(*claims));
	struct vulnerability *v = arena_alloc(mem, n * sizeof(*v));

	advisory_init(ret);
	for (uint32_t i = 0; i < n; i++) {
		p[i].ref = p[i].name = p[i].family = p[i].patch = "";
		p[i].hardware = p[i].cpe = p[i].relation = "";
		p[i].vendor = "Acme";
		p[i].product = "Gate 3";
		p[i].version = said[i].text;
		p[i].version_kind = VERSION_RANGE;
		p[i].serials = serials;
		p[i].n_serials = said[i].serial;
		p[i].models = parts;
		p[i].n_models = said[i].part;
		claims[i] = (struct assertion){ i, CLAIM_KNOWN_AFFECTED };
		v[i].cve = arena_printf(mem, "CVE-%u", i);
		v[i].title = v[i].cwe = v[i].cwe_name = "";
		v[i].assertions = &claims[i];
		v[i].n_assertions = 1;
	}
	ret->products = p;
	ret->n_products = (uint32_t)n;
	ret->vulns = v;
	ret->n_vulns = (uint32_t)n;
}

/* What is said of a device hangs on no other: each alone, and all together. */
START_TEST(alone_or_together)
{
	struct arena mem = ARENA_INIT;
	struct matching all;
	struct advisory a;
	struct blob blob = BLOB_INIT;
	struct index ix;
	uint32_t at = 0;

	fill_said(&a, &mem);
	build_alikes(&blob, &ix, 0, COUNT_OF(alikes));
	advisory_match(&ix, &a, true, &mem, &all);
	ck_assert_uint_gt(all.n, 5);
	for (size_t i = 0; i < COUNT_OF(alikes); i++) {
		struct blob own = BLOB_INIT;
		struct matching one;
		struct index single;
		build_alikes(&own, &single, i, i + 1);
		advisory_match(&single, &a, true, &mem, &one);
		/* All but the version that it has not. */
		for (uint32_t k = 0; k < one.n; k++)
			if (strcmp(alikes[i].serial, "S-1") == 0)
				ck_assert_uint_eq(one.matches[k].n_cves, 5);
		check_same(&one, &all, &at);
		blob_clear(&own);
	}
	ck_assert_uint_eq(at, all.n);
	arena_clear(&mem);
	blob_clear(&blob);
}
END_TEST

/* Device i of many that differ in all that reasons quote. */
static const char *const versions[] = { "", "1.0", "1.0.5", "1.1", "2.0",
    "V1.0 SP1", "as built" };
static const char *const cpes[] = { "", "cpe:2.3:h:acme:gate_3:1.0.3:*:*:*:*:*:*:*",
    "cpe:2.3:h:acme:gate_3:2.1:*:*:*:*:*:*:*" };
static const char *const model_texts[] = { "Gate 3", "GATE-3", "Gate 3 Series" };
#define MIXED (COUNT_OF(versions) * COUNT_OF(cpes) * COUNT_OF(model_texts) * 4)

static void
build_mixed(struct blob *blob, struct index *ix, size_t from, size_t to)
{
	struct index_builder *b = index_builder_new();
	struct err err = ERR_INIT;
	char id[16];

	for (size_t i = from; i < to; i++) {
		size_t left = i;
		struct device d;
		device_init(&d);
		snprintf(id, sizeof(id), "%zu", i);
		d.list = "a";
		d.id = id;
		d.vendor = left % 2 == 0 ? "Acme" : "ACME Inc.";
		d.serial = left / 2 % 2 == 0 ? "" : i % 3 == 0 ? "S-1" : "S-2";
		left /= 4;
		d.version = versions[left % COUNT_OF(versions)];
		left /= COUNT_OF(versions);
		d.cpe = cpes[left % COUNT_OF(cpes)];
		d.model = model_texts[left / COUNT_OF(cpes)];
		ck_assert_int_eq(index_builder_add(b, &d, &err), 0);
	}
	ck_assert_int_eq(index_builder_finish(b, blob, &err), 0);
	ck_assert_int_eq(blob_map(blob, &err), 0);
	index_builder_free(b);
	ck_assert_int_eq(index_open(ix, blob->map, blob->len, &err), 0);
}

/* One hit speaks of many classes: yet each reads as if it were alone. */
START_TEST(mixed)
{
	struct arena mem = ARENA_INIT;
	struct matching all;
	struct advisory a;
	struct blob blob = BLOB_INIT;
	struct index ix;
	uint32_t at = 0;

	fill_said(&a, &mem);
	build_mixed(&blob, &ix, 0, MIXED);
	advisory_match(&ix, &a, true, &mem, &all);
	ck_assert_uint_eq(all.n, MIXED);
	for (size_t i = 0; i < MIXED; i++) {
		struct blob own = BLOB_INIT;
		struct matching one;
		struct index single;
		build_mixed(&own, &single, i, i + 1);
		advisory_match(&single, &a, true, &mem, &one);
		check_same(&one, &all, &at);
		blob_clear(&own);
	}
	ck_assert_uint_eq(at, all.n);
	arena_clear(&mem);
	blob_clear(&blob);
}
END_TEST

/* A kind's name is kept as name_read makes it of the model's text. */
START_TEST(names_are_kept)
{
	static const char *const models[] = { "Gate 3", "Acme Gate 4 series",
	    "SCADA (6GK1162-3AA00) and 6ES7 212-1AE40-0XB0", "Touch+ 7 V5.X",
	    "PN/PN \xc3\x84\xc3\xb6 coupler", "the", "+", "",
	    "Gate 9, not including Gate 91", "Acme Inc. Acme",
	    "a b c d e f g h i j k l m n o p q r s t u v w x y z 0 1 2" };
	struct index_builder *b = index_builder_new();
	struct blob blob = BLOB_INIT;
	struct err err = ERR_INIT;
	struct index ix;

	for (size_t i = 0; i < COUNT_OF(models); i++) {
		struct device d;
		device_init(&d);
		d.list = "a";
		d.id = models[i][0] != '\0' ? models[i] : "none";
		d.model = models[i];
		d.vendor = i % 2 == 0 ? "Acme" : "ACME Inc.";
		ck_assert_int_eq(index_builder_add(b, &d, &err), 0);
	}
	ck_assert_int_eq(index_builder_finish(b, &blob, &err), 0);
	index_builder_free(b);
	ck_assert_int_eq(blob_map(&blob, &err), 0);
	ck_assert_int_eq(index_open(&ix, blob.map, blob.len, &err), 0);
	ck_assert_uint_eq(ix.n_kinds, COUNT_OF(models));
	for (uint32_t i = 0; i < ix.n_kinds; i++) {
		const struct index_kind *k = index_kind(&ix, i);
		struct name kept, read;
		struct maker m;
		maker_read(index_string(&ix, ix.models[k->model].vendor), &m);
		name_read(index_kind_model(&ix, k), &m, &read);
		index_kind_name(&ix, k, &kept);
		ck_assert_str_eq(kept.flat, read.flat);
		ck_assert_uint_eq(kept.n, read.n);
		for (unsigned t = 0; t < read.n; t++)
			ck_assert_mem_eq(&kept.token[t], &read.token[t],
			    sizeof(read.token[t]));
		ck_assert_uint_eq(kept.n_codes, read.n_codes);
		for (unsigned c = 0; c < read.n_codes; c++)
			ck_assert_str_eq(kept.code[c], read.code[c]);
		ck_assert(kept.key == read.key && kept.core == read.core &&
		    kept.words == read.words && kept.family == read.family &&
		    kept.cut == read.cut && kept.except == read.except);
	}
	blob_clear(&blob);
}
END_TEST

START_TEST(empty)
{
	struct blob blob = BLOB_INIT;
	struct err err = ERR_INIT;
	struct arena mem = ARENA_INIT;
	struct index ix;
	struct advisory a;
	struct matching got;

	build(&blob, 0);
	ck_assert_int_eq(index_open(&ix, blob.map, blob.len, &err), 0);
	advisory_init(&a);
	a.title = "Acme Gate 7";
	advisory_match(&ix, &a, true, &mem, &got);
	ck_assert_uint_eq(got.n, 0);
	arena_clear(&mem);
	blob_clear(&blob);
}
END_TEST

/* Each word of the index set to something else: refused or harmless. */
START_TEST(hostile)
{
	static const uint32_t values[] = { 0, 1, 0x7fffffff, 0xffffffff };
	struct blob blob = BLOB_INIT;
	struct advisory a;
	struct product p[2];

	build(&blob, 40);
	advisory_init(&a);
	memset(p, 0, sizeof(p));
	for (int i = 0; i < 2; i++) {
		p[i].ref = p[i].name = p[i].family = p[i].patch = "";
		p[i].hardware = p[i].cpe = p[i].relation = "";
		p[i].vendor = "Acme";
		p[i].product = i == 0 ? "Gate 3" : "Gate (AG-77*1234)";
		p[i].version = "< 2";
		p[i].version_kind = VERSION_RANGE;
	}
	static const char *models[] = { "AG-77*" };
	p[1].models = models;
	p[1].n_models = 1;
	a.products = p;
	a.n_products = 2;
	uint32_t *copy = malloc(blob.len);
	for (size_t at = 0; at < blob.len / 4; at++) {
		for (size_t v = 0; v < 4; v++) {
			struct arena mem = ARENA_INIT;
			struct matching got;
			struct index ix;
			memcpy(copy, blob.map, blob.len);
			copy[at] = values[v];
			if (index_open(&ix, copy, blob.len, NULL) == 0)
				advisory_match(&ix, &a, true, &mem, &got);
			arena_clear(&mem);
		}
	}
	for (size_t cut = 0; cut < blob.len; cut += 8) {
		struct index ix;
		ck_assert_int_eq(index_open(&ix, blob.map, cut, NULL), -1);
	}
	free(copy);
	blob_clear(&blob);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("match index");
	TCase *c = tcase_create("index");

	tcase_set_timeout(c, 120);
	tcase_add_test(c, round_trip);
	tcase_add_test(c, keys_lead_to_devices);
	tcase_add_test(c, classes);
	tcase_add_test(c, alone_or_together);
	tcase_add_test(c, mixed);
	tcase_add_test(c, names_are_kept);
	tcase_add_test(c, empty);
	tcase_add_test(c, hostile);
	suite_add_tcase(s, c);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed;
}
