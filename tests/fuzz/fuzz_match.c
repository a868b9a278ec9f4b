/* Two bytes of length, then a packed advisory of that length, then an index:
 * both hostile. With nothing behind the advisory a small true index is used,
 * so that the fuzzer gets beyond the checks. The advisory's first bytes double
 * as version, range, maker and product texts. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "base/arena.h"
#include "base/blob.h"
#include "base/buf.h"
#include "base/err.h"
#include "match/explain.h"
#include "match/matching.h"
#include "match/rules.h"
#include "match/serve.h"
#include "noun/aliases.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct blob own = BLOB_INIT;
static struct index own_index;

static void
make_index(void)
{
	static const char *const models[] = { "Gate 7", "Gate 7 Pro",
	    "MRD-315", "NET 216 (6GK5216-0BA00-2FC2)", "Centre", "" };
	static const char *codes[] = { "MRD-3??", "Gate 7*", "AG-77*" };
	static const char *brands[] = { "Acme", "Net", "Pro" };
	static const char *groups[] = { "Bolt", "Acme" };
	static const char *aparts[] = { "Acme", "Gate Pro" };
	static const char *shorts[] = { "Acme", "Gate", "G", "GP" };
	static struct alias list[] = {
		{ .kind = ALIAS_INCLUDE, .vendor = "Acme", .product = "G7",
		  .own_vendor = "Acme", .own_model = "Gate 7" },
		{ .kind = ALIAS_EXCLUDE, .vendor = "Acme", .product = "MRD",
		  .device = "c" },
		{ .kind = ALIAS_LINE, .vendor = "Acme", .product = "Gate 700",
		  .names = codes, .n_names = 2 },
		{ .kind = ALIAS_SYSTEM, .vendor = "Acme", .product = "GateOS",
		  .names = codes + 1, .n_names = 2 },
		{ .kind = ALIAS_BRAND, .names = brands, .n_names = 3 },
		{ .kind = ALIAS_DIVISION, .names = groups, .n_names = 2 },
		{ .kind = ALIAS_SHORT, .names = shorts, .n_names = 4 },
		{ .kind = ALIAS_APART, .names = aparts, .n_names = 2 },
	};
	const struct aliases rules = { list, 8 };
	struct index_builder *b = index_builder_new();

	index_builder_rules(b, &rules);
	for (size_t i = 0; i < 6; i++) {
		char id[2] = { (char)('a' + i), '\0' };
		struct device d;
		device_init(&d);
		d.list = "l";
		d.id = id;
		d.vendor = i == 5 ? "" : "Acme";
		d.model = models[i];
		d.version = i % 2 ? "V1.2 SP1" : "3.0";
		d.part_number = i == 2 ? "AG-7712" : "";
		index_builder_add(b, &d, NULL);
	}
	if (index_builder_finish(b, &own, NULL) != 0 ||
	    blob_map(&own, NULL) != 0 ||
	    index_open(&own_index, own.map, own.len, NULL) != 0)
		abort();
	index_builder_free(b);
}

/* The texts as an advisory's only product. */
static void
match_text_of(const char *text, struct arena *mem)
{
	struct advisory a;
	struct product p;
	struct near_misses near;
	struct explained told;
	struct matching got;
	struct vulnerability v;
	struct assertion s = { 0, CLAIM_KNOWN_AFFECTED };

	advisory_init(&a);
	memset(&p, 0, sizeof(p));
	memset(&v, 0, sizeof(v));
	p.ref = p.name = p.family = p.patch = p.hardware = p.cpe =
	    p.relation = "";
	const char *bar = strchr(text, '\n');
	p.vendor = "Acme";
	p.product = bar != NULL ? arena_text_n(mem, text,
	    (size_t)(bar - text)) : text;
	p.version = bar != NULL ? bar + 1 : text;
	p.version_kind = VERSION_RANGE;
	p.models = &p.product;
	p.n_models = 1;
	v.cve = "CVE-2099-0001";
	v.title = v.cwe = v.cwe_name = "";
	v.assertions = &s;
	v.n_assertions = 1;
	a.products = &p;
	a.n_products = 1;
	a.vulns = &v;
	a.n_vulns = 1;
	advisory_match(&own_index, &a, true, mem, &got);
	for (uint32_t i = 0; i < index_devices(&own_index); i++)
		explain_device(&own_index, rules_open(&own_index, mem), &a, i,
		    mem, &told);
	find_near(&own_index, rules_open(&own_index, mem), &a, mem, &near);
	p.n_models = 0;		/* for lines, which numbers outweigh */
	advisory_match(&own_index, &a, true, mem, &got);
	a.n_products = a.n_vulns = 0;
	a.title = text;
	advisory_match(&own_index, &a, true, mem, &got);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena mem = ARENA_INIT;
	struct buf out = BUF_INIT(1u << 24);
	struct index ix;

	if (own.map == NULL)
		make_index();
	if (size < 2)
		return 0;
	size_t n = (size_t)data[0] << 8 | data[1];
	data += 2;
	size -= 2;
	if (n > size)
		n = size;
	void *copy = arena_alloc(&mem, size - n + 1);
	memcpy(copy, data + n, size - n);
	ix = own_index;
	if (size == n || index_open(&ix, copy, size - n, NULL) == 0)
		advisory_match_packed(&ix, NULL, data, n, false, &mem, &out,
		    NULL);
	match_text_of(arena_text_n(&mem, (const char *)data, n), &mem);
	buf_clear(&out);
	arena_clear(&mem);
	return 0;
}
