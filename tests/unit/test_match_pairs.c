/* Hand-made pairs of advisory and device: tests/corpus/match/NAME.case.
 *
 *	# why this case
 *	product ref=P1; vendor=Acme; product=Gate 7; range=< 3.1
 *	vuln CVE-2099-0001; score=98; affected=P1; fixed=P2
 *	remedy category=vendor_fix; text=Update; of=P1	(of the last vuln)
 *	text title=...; text=...			(no products)
 *	publisher ...; alias ... = ...
 *	device id=d1; vendor=Acme; model=Gate 7; version=3.0
 *	device id=d1/a; of=d1; component=a; purl=pkg:x/a@1	(a part of it)
 *	expect d1 affected exact CVE-2099-0001		("none": no match)
 *	why d1 a part of a reason
 *	rule include "A" "B" = "C" "D"		(of the operator's aliases)
 *	table					(the built-in one, first)
 *	near d1 product include "A" ...		("none": not near)
 *	step d1 vendor no a part of the text	(of the nearest product)
 *	also d1 by_hand | exploited | severity=critical | remedies=1
 *
 * Lines and systems of etc/vendors/lines.txt are known, its makers are not.
 * One file is one case; "== why" within it begins another one. A line by itself
 *
 *	row VENDOR ~ PRODUCT ~ RANGE ~ VENDOR ~ MODEL ~ VERSION ~ EXPECTED ~ why
 *
 * is a case too: one affected product, one device. Behind "table rows" these
 * have the built-in table, too.
 */
#include <check.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/arena.h"
#include "base/blob.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/text.h"
#include "match/explain.h"
#include "match/matching.h"
#include "match/rules.h"
#include "match/serve.h"
#include "noun/aliases.h"

#define LINES_MAX 256

#define CASES_MAX 4096

static struct text_case {
	char	*path;
	char	*text;		/* its lines */
} cases[CASES_MAX];
static int n_cases;

struct scene {
	struct arena	 mem;
	struct advisory	 a;
	struct index_builder *index;
	struct aliases	 rules;
	struct index	 ix;
	char		*line[LINES_MAX];
	int		 n;
};

/* The value of key in "key=value; key=value"; "" if it is not there. */
static const char *
value_of(struct scene *s, const char *line, const char *key)
{
	size_t n = strlen(key);

	for (const char *p = line; p != NULL && *p != '\0';) {
		p += strspn(p, " \t;");
		size_t len = strcspn(p, ";");
		if (len > n && memcmp(p, key, n) == 0 && p[n] == '=')
			return text_trim(&s->mem, arena_text_n(&s->mem,
			    p + n + 1, len - n - 1));
		p += len;
	}
	return "";
}

static uint32_t
product_index(struct scene *s, const char *ref)
{
	for (uint32_t i = 0; i < s->a.n_products; i++)
		if (strcmp(s->a.products[i].ref, ref) == 0)
			return i;
	ck_abort_msg("no product %s", ref);
	return 0;
}

/* "a, b" to a list of texts. */
static const char **
texts_of(struct scene *s, const char *text, uint32_t *ret_n)
{
	const char **list = NULL;

	*ret_n = 0;
	while (*text != '\0') {
		size_t n = strcspn(text, ",");
		list = arena_more(&s->mem, list, *ret_n, sizeof(*list));
		list[(*ret_n)++] = text_trim(&s->mem,
		    arena_text_n(&s->mem, text, n));
		text += n + (text[n] == ',');
	}
	return list;
}

static void
read_product(struct scene *s, const char *line)
{
	struct product p;

	memset(&p, 0, sizeof(p));
	p.ref = value_of(s, line, "ref");
	p.name = value_of(s, line, "name");
	p.vendor = value_of(s, line, "vendor");
	p.family = value_of(s, line, "family");
	p.product = value_of(s, line, "product");
	p.patch = p.hardware = "";
	p.cpe = value_of(s, line, "cpe");
	p.relation = value_of(s, line, "relation");
	p.purls = texts_of(s, value_of(s, line, "purl"), &p.n_purls);
	p.models = texts_of(s, value_of(s, line, "models"), &p.n_models);
	p.serials = texts_of(s, value_of(s, line, "serials"), &p.n_serials);
	p.skus = texts_of(s, value_of(s, line, "skus"), &p.n_skus);
	p.whole_numbers = value_of(s, line, "numbers")[0] != '\0';
	p.version = value_of(s, line, "range");
	p.version_kind = p.version[0] != '\0' ? VERSION_RANGE : VERSION_NONE;
	p.patch = value_of(s, line, "patch");
	p.hardware = value_of(s, line, "hardware");
	p.hashes = texts_of(s, value_of(s, line, "hashes"), &p.n_hashes);
	const char *one = value_of(s, line, "version");
	if (one[0] != '\0') {
		p.version = one;
		p.version_kind = VERSION_ONE;
	}
	if (p.relation[0] != '\0') {
		p.of = product_index(s, value_of(s, line, "of"));
		p.on = product_index(s, value_of(s, line, "on"));
	}
	if (p.name[0] == '\0')
		p.name = arena_printf(&s->mem, "%s %s %s", p.vendor,
		    p.product, p.version);
	s->a.products = arena_more(&s->mem, s->a.products, s->a.n_products,
	    sizeof(p));
	s->a.products[s->a.n_products++] = p;
}

static void
add_claims(struct scene *s, struct vulnerability *v, const char *line,
    const char *key, enum claim claim)
{
	uint32_t n;
	const char **refs = texts_of(s, value_of(s, line, key), &n);

	for (uint32_t i = 0; i < n; i++) {
		v->assertions = arena_more(&s->mem, v->assertions,
		    v->n_assertions, sizeof(*v->assertions));
		v->assertions[v->n_assertions].product =
		    product_index(s, refs[i]);
		v->assertions[v->n_assertions++].claim = claim;
	}
}

static void
read_vuln(struct scene *s, const char *line)
{
	struct vulnerability v;

	memset(&v, 0, sizeof(v));
	v.title = v.cwe = v.cwe_name = "";
	v.cve = arena_text_n(&s->mem, line, strcspn(line, "; "));
	add_claims(s, &v, line, "affected", CLAIM_KNOWN_AFFECTED);
	add_claims(s, &v, line, "first", CLAIM_FIRST_AFFECTED);
	add_claims(s, &v, line, "last", CLAIM_LAST_AFFECTED);
	add_claims(s, &v, line, "fixed", CLAIM_FIXED);
	add_claims(s, &v, line, "first_fixed", CLAIM_FIRST_FIXED);
	add_claims(s, &v, line, "safe", CLAIM_NOT_AFFECTED);
	add_claims(s, &v, line, "open", CLAIM_UNDER_INVESTIGATION);
	const char *flag = value_of(s, line, "flag");
	if (flag[0] != '\0') {
		v.flags = arena_alloc(&s->mem, sizeof(*v.flags));
		v.n_flags = 1;
		v.flags->label = flag;
	}
	v.exploited = value_of(s, line, "exploited")[0] != '\0';
	uint32_t score = 0;
	if (text_u32(value_of(s, line, "score"), 0, 100, &score) == 0) {
		v.scores = arena_alloc(&s->mem, sizeof(*v.scores));
		v.n_scores = 1;
		strcpy(v.scores->cvss.version, "3.1");
		v.scores->cvss.tenths = v.scores->cvss.overall =
		    (uint8_t)score;
		v.scores->vector = v.scores->source = "";
	}
	s->a.vulns = arena_more(&s->mem, s->a.vulns, s->a.n_vulns, sizeof(v));
	s->a.vulns[s->a.n_vulns++] = v;
}

static void
read_remedy(struct scene *s, const char *line)
{
	struct vulnerability *v = &s->a.vulns[s->a.n_vulns - 1];
	struct remedy r;
	uint32_t n;

	memset(&r, 0, sizeof(r));
	r.category = value_of(s, line, "category");
	r.text = value_of(s, line, "text");
	r.url = r.restart = r.entitlement = "";
	const char **refs = texts_of(s, value_of(s, line, "of"), &n);
	r.products.at = arena_alloc(&s->mem, (n + 1) * sizeof(uint32_t));
	r.products.n = n;
	for (uint32_t i = 0; i < n; i++)
		r.products.at[i] = product_index(s, refs[i]);
	v->remedies = arena_more(&s->mem, v->remedies, v->n_remedies,
	    sizeof(r));
	v->remedies[v->n_remedies++] = r;
}

static void
read_device(struct scene *s, const char *line)
{
	struct device d;

	device_init(&d);
	d.list = "lab";
#define X(field, heading) d.field = value_of(s, line, heading);
	DEVICE_COLUMNS(X)
#undef X
	struct column extra[] = {
		{ "sha256", value_of(s, line, "sha256") },
		{ INDEX_PART_OF, value_of(s, line, "of") },
		{ INDEX_PART, value_of(s, line, "component") },
	};
	d.extra = extra;
	d.n_extra = COUNT_OF(extra);
	ck_assert_int_eq(index_builder_add(s->index, &d, NULL), 0);
}

static void
read_alias(struct scene *s, const char *line)
{
	const char *equal = strstr(line, " = ");
	const char *group[3] = { NULL };

	ck_assert(equal != NULL);
	group[0] = arena_text_n(&s->mem, line, (size_t)(equal - line));
	group[1] = equal + 3;
	index_builder_alias(s->index, group);
}

static const char *
after(const char *line, const char *word)
{
	size_t n = strlen(word);

	return strncmp(line, word, n) == 0 && line[n] == ' ' ? line + n + 1 :
	    NULL;
}

static void
bad_rule(void *ctx, unsigned line, const char *text)
{
	(void)ctx;
	(void)line;
	ck_abort_msg("rule: %s", text);
}

/* A file of aliases that is built in. */
static void
read_built_in(struct scene *s, const char *path)
{
	static char text[1 << 18];
	FILE *f = fopen(path, "r");

	ck_assert_ptr_nonnull(f);
	size_t n = fread(text, 1, sizeof(text), f);
	fclose(f);
	ck_assert_uint_lt(n, sizeof(text));
	aliases_read(path + sizeof("etc/vendors"), text, n, &s->mem, &s->rules,
	    bad_rule, NULL);
}

/* The built-in table of makers and their words. */
static void
read_table(struct scene *s)
{
	const char *names[ALIAS_NAMES_MAX + 1];

	read_built_in(s, "etc/vendors/makers.txt");
	for (uint32_t i = 0; i < s->rules.n; i++) {
		const struct alias *a = &s->rules.list[i];
		if (a->kind != ALIAS_MAKER)
			continue;
		memcpy(names, a->names, a->n_names * sizeof(*names));
		names[a->n_names] = NULL;
		index_builder_alias(s->index, names);
	}
}

/* What the index is told before its first device: the built-in lines, and the
 * makers if they are asked for, behind the rules of the case. */
static void
read_rules(struct scene *s, const char *text)
{
	bool table = false;

	for (const char *p = text; p != NULL; p = strchr(p, '\n')) {
		p += *p == '\n';
		table |= strncmp(p, "table\n", 6) == 0;
		if (strncmp(p, "rule ", 5) == 0)
			aliases_read("rules", p + 5, strcspn(p + 5, "\n"),
			    &s->mem, &s->rules, bad_rule, NULL);
	}
	read_built_in(s, "etc/vendors/lines.txt");
	if (table)
		read_table(s);
	index_builder_rules(s->index, &s->rules);
}

static void
read_scene(struct scene *s, const char *text)
{
	char line[2048];

	read_rules(s, text);

	for (size_t n; *text != '\0'; text += n + (text[n] != '\0')) {
		n = strcspn(text, "\n");
		ck_assert_uint_lt(n, sizeof(line));
		memcpy(line, text, n);
		line[n] = '\0';
		if (line[0] == '#' || line[0] == '\0')
			continue;
		const char *rest;
		if (strcmp(line, "table") == 0) {
			continue;	/* read before */
		} else if ((rest = after(line, "product")) != NULL) {
			read_product(s, rest);
		} else if ((rest = after(line, "vuln")) != NULL) {
			read_vuln(s, rest);
		} else if ((rest = after(line, "remedy")) != NULL) {
			read_remedy(s, rest);
		} else if ((rest = after(line, "device")) != NULL) {
			read_device(s, rest);
		} else if ((rest = after(line, "alias")) != NULL) {
			read_alias(s, rest);
		} else if ((rest = after(line, "rule")) != NULL) {
			continue;	/* read before */
		} else if ((rest = after(line, "category")) != NULL) {
			s->a.category = arena_text(&s->mem, rest);
		} else if ((rest = after(line, "publisher")) != NULL) {
			s->a.publisher = arena_text(&s->mem, rest);
		} else if ((rest = after(line, "text")) != NULL) {
			s->a.title = value_of(s, rest, "title");
			s->a.text = value_of(s, rest, "text");
		} else {
			ck_assert_int_lt(s->n, LINES_MAX);
			s->line[s->n++] = arena_text(&s->mem, line);
		}
	}
}

static uint32_t
device_number(const struct scene *s, const char *id)
{
	for (uint32_t i = 0; i < index_devices(&s->ix); i++)
		if (strcmp(index_column(&s->ix, i, INDEX_COLUMN_id), id) == 0)
			return i;
	ck_abort_msg("no device %s", id);
	return 0;
}

/* "KIND LINE", or "none". */
static void
check_near(struct scene *s, const char *id, const char *rest,
    const char *path)
{
	const char *got = "none";
	struct near_misses near;

	find_near(&s->ix, rules_open(&s->ix, &s->mem), &s->a, &s->mem, &near);
	for (uint32_t i = 0; i < near.n; i++)
		if (strcmp(near.list[i].device.id, id) == 0)
			got = arena_printf(&s->mem, "%s %s",
			    near.list[i].kind, near.list[i].line);
	ck_assert_msg(strcmp(got, rest) == 0, "%s: near %s is \"%s\"", path,
	    id, got);
}

/* "STEP RESULT PART". */
static void
check_step(struct scene *s, const char *id, const char *rest,
    const char *path)
{
	struct buf all = BUF_INIT(1u << 20);
	struct explained x;
	char name[32], result[16];
	int at = 0;
	bool found = false;

	ck_assert_int_ge(sscanf(rest, "%31s %15s %n", name, result, &at), 2);
	explain_device(&s->ix, rules_open(&s->ix, &s->mem), &s->a,
	    device_number(s, id), &s->mem, &x);
	for (uint32_t i = 0; i < x.n_products && i < 1; i++) {
		for (uint32_t k = 0; k < x.products[i].n_steps; k++) {
			const struct step *one = &x.products[i].steps[k];
			buf_printf(&all, "\n  %s %s %s", one->name,
			    step_result_name(one->result), one->text);
			found |= strcmp(one->name, name) == 0 &&
			    strcmp(step_result_name(one->result), result) ==
			    0 && strstr(one->text, rest + at) != NULL;
		}
	}
	ck_assert_msg(found, "%s: no step \"%s\" but%s", path, rest,
	    buf_text(&all));
	buf_clear(&all);
}

static const struct match *
match_of(const struct matching *m, const char *id)
{
	for (uint32_t i = 0; i < m->n; i++)
		if (strcmp(m->matches[i].device.id, id) == 0)
			return &m->matches[i];
	return NULL;
}

/* "affected exact CVE-1 CVE-2", or "none". */
static void
show_match(struct buf *out, const struct match *m)
{
	if (m == NULL) {
		buf_puts(out, "none");
		return;
	}
	buf_printf(out, "%s %s", match_status_name(m->status),
	    confidence_name(m->confidence));
	for (uint32_t i = 0; i < m->n_cves; i++)
		buf_printf(out, " %s", m->cves[i]);
}

static void
check_also(struct scene *s, const struct match *m, const char *what,
    const char *path)
{
	bool right = false;

	if (strcmp(what, "by_hand") == 0)
		right = m->by_hand;
	else if (strcmp(what, "exploited") == 0)
		right = m->exploited;
	else if (strncmp(what, "severity=", 9) == 0)
		right = strcmp(severity_name(m->severity), what + 9) == 0;
	else if (strncmp(what, "remedies=", 9) == 0)
		right = strcmp(arena_printf(&s->mem, "%u", m->n_remedies),
		    what + 9) == 0;
	else if (strncmp(what, "range=", 6) == 0)
		right = strcmp(m->range, what + 6) == 0;
	ck_assert_msg(right, "%s: not %s", path, what);
}

static void
check_line(struct scene *s, const struct matching *got, const char *line,
    const char *path)
{
	char word[16], id[64];
	int at = 0;

	ck_assert_msg(sscanf(line, "%15s %63s %n", word, id, &at) == 2 &&
	    at > 0, "%s: %s", path, line);
	const struct match *m = match_of(got, id);
	const char *rest = line + at;
	if (strcmp(word, "expect") == 0) {
		struct buf shown = BUF_INIT(4096);
		show_match(&shown, m);
		struct buf why = BUF_INIT(8192);
		for (uint32_t i = 0; m != NULL && i < m->n_why; i++)
			buf_printf(&why, "\n  %s", m->why[i]);
		ck_assert_msg(strcmp(buf_text(&shown), rest) == 0,
		    "%s: %s is \"%s\", not \"%s\"%s", path, id,
		    buf_text(&shown), rest, buf_text(&why));
		buf_clear(&shown);
		buf_clear(&why);
		return;
	}
	if (strcmp(word, "near") == 0) {
		check_near(s, id, rest, path);
		return;
	}
	if (strcmp(word, "step") == 0) {
		check_step(s, id, rest, path);
		return;
	}
	ck_assert_msg(m != NULL, "%s: no match for %s", path, id);
	if (strcmp(word, "why") == 0) {
		bool there = false;
		for (uint32_t i = 0; i < m->n_why; i++)
			there |= strstr(m->why[i], rest) != NULL;
		ck_assert_msg(there, "%s: %s has no reason \"%s\" but \"%s\"",
		    path, id, rest, m->n_why > 0 ? m->why[m->n_why - 1] : "");
	} else {
		ck_assert_str_eq(word, "also");
		check_also(s, m, rest, path);
	}
}

START_TEST(pair)
{
	const char *path = cases[_i].path;
	struct scene s = { .mem = ARENA_INIT };
	struct blob blob = BLOB_INIT;
	struct err err = ERR_INIT;
	struct matching got;
	struct buf bytes = BUF_INIT(1u << 24), out = BUF_INIT(1u << 24);

	advisory_init(&s.a);
	s.a.id = "LAB-1";
	s.index = index_builder_new();
	read_scene(&s, cases[_i].text);
	ck_assert_int_eq(index_builder_finish(s.index, &blob, &err), 0);
	ck_assert_int_eq(blob_map(&blob, &err), 0);
	ck_assert_msg(index_open(&s.ix, blob.map, blob.len, &err) == 0, "%s",
	    err.text);
	/* The way that an ask goes: packed in, packed out. */
	advisory_pack(&bytes, &s.a);
	ck_assert_msg(advisory_match_packed(&s.ix, rules_open(&s.ix,
	    &s.mem), bytes.data, bytes.len, true, &s.mem, &out, &err) == 0, "%s: %s", path, err.text);
	ck_assert_int_eq(matching_unpack(out.data, out.len, &s.ix,
	    &s.mem, &got,
	    &err), 0);
	ck_assert_int_gt(s.n, 0);
	for (int i = 0; i < s.n; i++)
		check_line(&s, &got, s.line[i], path);
	buf_clear(&bytes);
	buf_clear(&out);
	index_builder_free(s.index);
	blob_clear(&blob);
	arena_clear(&s.mem);
}
END_TEST

/* No reader lets these in, but what is packed may say so: it ends. */
START_TEST(circle)
{
	static const char text[] =
	    "product ref=P1; vendor=Acme; product=Gate 7; version=1\n"
	    "product ref=P2; vendor=Acme; product=Gate OS; version=1\n"
	    "vuln CVE-2099-0001; score=98; affected=P1\n"
	    "device id=d1; vendor=Acme; model=Gate 7; version=1\n";
	struct scene s = { .mem = ARENA_INIT };
	struct blob blob = BLOB_INIT;
	struct err err = ERR_INIT;
	struct buf bytes = BUF_INIT(1u << 20), out = BUF_INIT(1u << 20);

	advisory_init(&s.a);
	s.a.id = "LAB-1";
	s.index = index_builder_new();
	read_scene(&s, text);
	for (uint32_t i = 0; i < 2; i++) {
		s.a.products[i].relation = "installed_on";
		s.a.products[i].of = s.a.products[i].on = 1 - i;
	}
	ck_assert_int_eq(index_builder_finish(s.index, &blob, &err), 0);
	ck_assert_int_eq(blob_map(&blob, &err), 0);
	ck_assert_int_eq(index_open(&s.ix, blob.map, blob.len, &err), 0);
	advisory_pack(&bytes, &s.a);
	ck_assert_int_eq(advisory_match_packed(&s.ix, rules_open(&s.ix,
	    &s.mem), bytes.data, bytes.len, true, &s.mem, &out, &err), 0);
	buf_clear(&bytes);
	buf_clear(&out);
	index_builder_free(s.index);
	blob_clear(&blob);
	arena_clear(&s.mem);
}
END_TEST

static void
add_case(const char *path, unsigned line, const char *text, size_t n)
{
	char name[600];

	if (n_cases == CASES_MAX)
		bug("more cases than there is room for");
	snprintf(name, sizeof(name), "%s:%u", path, line);
	cases[n_cases].path = strdup(name);
	cases[n_cases++].text = strndup(text, n);
}

/* "row A ~ B ..." as a case. */
static void
add_row(const char *path, unsigned line, const char *row, bool table)
{
	char text[4096], copy[2048], *field[9];
	unsigned n = 0;

	snprintf(copy, sizeof(copy), "%s", row);
	for (char *p = copy; p != NULL && n < 9;) {
		field[n++] = p;
		p = strchr(p, '~');
		if (p != NULL)
			*p++ = '\0';
	}
	if (n < 7) {
		printf("FAIL: %s:%u: a row of %u fields\n", path, line, n);
		exit(1);
	}
	for (unsigned i = 0; i < n; i++) {
		while (*field[i] == ' ')
			field[i]++;
		size_t len = strlen(field[i]);
		while (len > 0 && field[i][len - 1] == ' ')
			field[i][--len] = '\0';
	}
	bool none = strcmp(field[6], "none") == 0;
	snprintf(text, sizeof(text), "%sproduct ref=P1; vendor=%s; product=%s; "
	    "range=%s\nvuln CVE-2099-0001; score=98; affected=P1\n"
	    "device id=d1; vendor=%s; model=%s; version=%s\n"
	    "expect d1 %s%s\n", table ? "table\n" : "", field[0], field[1], field[2], field[3],
	    field[4], field[5], field[6], none ? "" : " CVE-2099-0001");
	add_case(path, line, text, strlen(text));
}

/* The cases of one file. */
static void
load_file(const char *path)
{
	static char text[1 << 18];
	FILE *f = fopen(path, "r");
	unsigned line = 1, first = 1;
	size_t start = 0;
	bool any = false, table = false;

	if (f == NULL)
		bug("%s cannot be read", path);
	size_t n = fread(text, 1, sizeof(text) - 1, f);
	fclose(f);
	text[n] = '\0';
	for (size_t at = 0; at < n; line++) {
		size_t len = strcspn(text + at, "\n");
		if (strncmp(text + at, "== ", 3) == 0) {
			if (any)
				add_case(path, first, text + start,
				    at - start);
			any = false;
			start = at + len + 1;
			first = line;
		} else if (strncmp(text + at, "row ", 4) == 0) {
			text[at + len] = '\0';
			add_row(path, line, text + at + 4, table);
			text[at + len] = '\n';
			memset(text + at, '#', len);
		} else if (strncmp(text + at, "table rows", 10) == 0) {
			table = true;
			memset(text + at, '#', len);
		} else if (text[at] != '#' && len > 0) {
			any = true;
		}
		at += len + 1;
	}
	if (any)
		add_case(path, first, text + start, n - start);
}

int
main(void)
{
	const char *root = getenv("CORPUS");
	glob_t files;
	char pattern[512];

	snprintf(pattern, sizeof(pattern), "%s/match/*.case",
	    root == NULL ? "tests/corpus" : root);
	if (glob(pattern, 0, NULL, &files) != 0) {
		printf("FAIL: no cases at %s\n", pattern);
		return 1;
	}
	for (size_t i = 0; i < files.gl_pathc; i++)
		load_file(files.gl_pathv[i]);
	globfree(&files);
	Suite *s = suite_create("match pairs");
	TCase *c = tcase_create("pairs");
	tcase_add_loop_test(c, pair, 0, n_cases);
	tcase_add_test(c, circle);
	suite_add_tcase(s, c);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed;
}
