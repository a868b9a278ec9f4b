/* names.c - from a publisher's product to the devices that it may be: by
 * identifier first, then by maker and name. No device is looked at that does
 * not share a key with the product. */
#include <string.h>
#include "names.h"
#include "base/text.h"

#define CODES_MAX 4096u

const char *
product_printed(const struct product *p)
{
	return p->name[0] != '\0' ? p->name : p->product[0] != '\0' ?
	    p->product : p->family[0] != '\0' ? p->family : p->ref;
}

const char *
product_text(const struct product *p)
{
	return p->product[0] != '\0' ? p->product : p->family[0] != '\0' ?
	    p->family : p->name;
}

bool
same_lookup(const struct product *a, const struct product *b)
{
	if (strcmp(a->vendor, b->vendor) != 0 ||
	    strcmp(product_text(a), product_text(b)) != 0 ||
	    strcmp(a->family, b->family) != 0 ||
	    strcmp(a->cpe, b->cpe) != 0 || a->n_models != b->n_models ||
	    a->n_skus != b->n_skus || a->n_purls > 0 || b->n_purls > 0 ||
	    a->n_serials > 0 || b->n_serials > 0 ||
	    (a->relation[0] != '\0') != (b->relation[0] != '\0'))
		return false;
	for (uint32_t i = 0; i < a->n_models; i++)
		if (strcmp(a->models[i], b->models[i]) != 0)
			return false;
	for (uint32_t i = 0; i < a->n_skus; i++)
		if (strcmp(a->skus[i], b->skus[i]) != 0)
			return false;
	return true;
}

/* Best how wins where a model comes twice. */
static void
add_candidate(struct lookup *l, uint32_t what, bool is_device, enum how how,
    enum index_key ident, bool alias)
{
	for (uint32_t i = 0; i < l->n && l->n < 64; i++) {
		struct candidate *c = &l->list[i];
		if (c->what != what || c->is_device != is_device)
			continue;
		if (how < c->how) {
			c->how = (uint8_t)how;
			c->ident = (uint8_t)ident;
		}
		return;
	}
	l->list = arena_more(l->m->mem, l->list, l->n, sizeof(*l->list));
	struct candidate *c = &l->list[l->n++];
	c->what = what;
	c->is_device = is_device;
	c->how = (uint8_t)how;
	c->ident = (uint8_t)ident;
	c->alias = alias;
}

static void
add_code(struct lookup *l, const char *text)
{
	char order[ORDER_TEXT];
	size_t n = order_read(text, order, sizeof(order));

	if (n == 0 || n >= sizeof(l->code[0]) || l->n_codes == CODES_MAX)
		return;
	for (unsigned i = 0; i < l->n_codes && i < 64; i++)
		if (strcmp(l->code[i], order) == 0)
			return;
	l->code = arena_more(l->m->mem, l->code, l->n_codes,
	    sizeof(*l->code));
	memcpy(l->code[l->n_codes++], order, n + 1);
}

/* --- makers --- */

/* The maker of a device against the product's: 0 no, 1 alias, 2 the same; not
 * known on either side counts as an alias. */
static int
maker_fits(const struct lookup *l, const struct index_model *model)
{
	struct maker own;
	const char *text = index_string(l->m->ix, model->vendor);
	int best = 0;

	if (text[0] == '\0' || l->maker.n == 0)
		return 1;
	if (strcmp(text, l->p->vendor) == 0)
		return 2;
	maker_read(text, &own);
	for (unsigned i = 0; i < own.n; i++) {
		for (unsigned k = 0; k < l->maker.n; k++)
			if (own.key[i] == l->maker.key[k])
				return 2;
		uint32_t group = index_group(l->m->ix, own.key[i]);
		for (unsigned k = 0; k < l->n_groups; k++)
			if (group == l->group[k] && group != INDEX_NO_VENDOR)
				best = 1;
	}
	return own.n == 0 ? 1 : best;
}

/* A product without a maker may begin with his name. */
static void
guess_maker(struct lookup *l, const char *text)
{
	struct name n;

	name_read(text, NULL, &n);
	for (unsigned k = n.n < 5 ? n.n : 5; k > 0; k--) {
		struct maker one;
		char words[NAME_RUN_MAX];
		size_t len = (size_t)n.token[k - 1].at + n.token[k - 1].len;
		memcpy(words, n.flat, len);
		words[len] = '\0';
		maker_read(words, &one);
		if (one.n > 0 && index_group(l->m->ix, one.key[0]) !=
		    INDEX_NO_VENDOR) {
			l->maker = one;
			l->maker.n = 1;
			return;
		}
	}
}

static void
find_groups(struct lookup *l)
{
	for (unsigned i = 0; i < l->maker.n; i++) {
		uint32_t g = index_group(l->m->ix, l->maker.key[i]);
		bool known = g == INDEX_NO_VENDOR;
		for (unsigned k = 0; k < l->n_groups; k++)
			known |= l->group[k] == g;
		if (!known)
			l->group[l->n_groups++] = g;
	}
	/* Devices whose maker is not known may be anybody's. */
	if (l->n_groups < NAME_VENDORS_MAX)
		l->group[l->n_groups++] = INDEX_NO_VENDOR;
}

/* --- identifiers --- */

static void
take_devices(struct lookup *l, struct index_run run, enum index_key ident)
{
	for (uint32_t i = 0; i < run.n; i++) {
		const struct index_model *model = index_model(l->m->ix,
		    index_device_model(l->m->ix, run.at[i]));
		if (model == NULL)
			continue;
		int fits = maker_fits(l, model);
		if (fits != 0)
			add_candidate(l, run.at[i], true, HOW_IDENTIFIER,
			    ident, fits == 1 &&
			    index_string(l->m->ix, model->vendor)[0] != '\0');
	}
}

static void
find_code(struct lookup *l, const char *code)
{
	const struct index *ix = l->m->ix;

	if (!order_is_pattern(code)) {
		take_devices(l, index_find(ix, index_key(INDEX_ORDER, 0,
		    index_hash(code, strlen(code)))), INDEX_ORDER);
		return;
	}
	struct index_run run = index_orders(ix, code);
	for (uint32_t i = 0; i < run.n; i++) {
		char order[ORDER_TEXT];
		order_read(index_column(ix, run.at[i],
		    INDEX_COLUMN_part_number), order, sizeof(order));
		if (text_glob(code, order)) {
			struct index_run one = { .at = &run.at[i], .n = 1 };
			take_devices(l, one, INDEX_ORDER);
		}
	}
}

static void
find_serials(struct lookup *l)
{
	for (uint32_t i = 0; i < l->p->n_serials; i++) {
		char serial[ORDER_TEXT];
		size_t n = order_read(l->p->serials[i], serial,
		    sizeof(serial));
		/* A pattern of serial numbers is left to the names. */
		if (n > 0 && !order_is_pattern(serial))
			take_devices(l, index_find(l->m->ix, index_key(
			    INDEX_SERIAL, 0, index_hash(serial, n))),
			    INDEX_SERIAL);
	}
}

static void
find_identifiers(struct lookup *l)
{
	const struct product *p = l->p;
	const char *version;

	for (unsigned i = 0; i < l->n_codes; i++)
		find_code(l, l->code[i]);
	find_serials(l);
	uint64_t h = p->cpe[0] != '\0' ? index_cpe(p->cpe) : 0;
	if (h != 0)
		take_devices(l, index_find(l->m->ix,
		    index_key(INDEX_CPE, 0, h)), INDEX_CPE);
	for (uint32_t i = 0; i < p->n_purls; i++) {
		h = index_purl(p->purls[i], &version);
		if (h != 0)
			take_devices(l, index_find(l->m->ix,
			    index_key(INDEX_PURL, 0, h)), INDEX_PURL);
	}
}

/* --- names --- */

static void
take_models(struct lookup *l, struct index_run run, enum how how)
{
	for (uint32_t i = 0; i < run.n; i++) {
		const struct index_model *model = index_model(l->m->ix,
		    run.at[i]);
		if (model != NULL)
			add_candidate(l, run.at[i], false, how, 0,
			    maker_fits(l, model) == 1);
	}
}

bool
has_token(const struct name *n, uint64_t hash)
{
	for (unsigned i = 0; i < n->n; i++)
		if (n->token[i].hash == hash &&
		    n->token[i].kind != NAME_NOISE)
			return true;
	return false;
}

/* Is this word one of a maker's name, as in "Schneider Electric Software"? */
static bool
is_makers_word(const char *vendor, uint64_t hash)
{
	struct name n;

	if (vendor[0] == '\0')
		return false;
	name_read(vendor, NULL, &n);
	return has_token(&n, hash);
}

/* Are these two of one shape: "MRD-315" and "MRD-455"? */
static bool
same_shape(const struct name *n, const struct name_token *a,
    const struct name_token *b)
{
	if (a->len != b->len)
		return false;
	for (unsigned i = 0; i < a->len; i++) {
		char x = n->flat[a->at + i], y = n->flat[b->at + i];
		bool dx = x >= '0' && x <= '9', dy = y >= '0' && y <= '9';
		if (dx != dy)
			return false;
	}
	return true;
}

/* Is what the product says beyond the device's name only a list of further
 * products of the same shape: "MRD-315 MRD-355 MRD-455"? */
static bool
is_one_of_list(const struct name *p, const struct name *d)
{
	const struct name_token *own = NULL;
	unsigned others = 0;

	for (unsigned i = 0; i < p->n; i++)
		if (p->token[i].kind == NAME_CODE &&
		    has_token(d, p->token[i].hash))
			own = &p->token[i];
	if (own == NULL)
		return false;
	for (unsigned i = 0; i < p->n; i++) {
		const struct name_token *t = &p->token[i];
		if (t->kind == NAME_NOISE || has_token(d, t->hash))
			continue;
		if (t->kind != NAME_CODE || !same_shape(p, own, t))
			return false;
		others++;
	}
	return others > 0;
}

/* The product's name holds all words of the device's, and more. -1: another
 * line of versions, so another product. */
static int
how_narrower(const struct name *p, const struct name *d, const char *vendor)
{
	bool lines_only = true;
	unsigned more = 0;

	for (unsigned i = 0; i < p->n; i++) {
		const struct name_token *t = &p->token[i];
		if (t->kind == NAME_NOISE || has_token(d, t->hash) ||
		    is_makers_word(vendor, t->hash))
			continue;
		more++;
		lines_only &= t->kind == NAME_LINE;
	}
	if (more == 0 || lines_only)
		return HOW_RESPELT;
	if (is_one_of_list(p, d))
		return HOW_RESPELT;
	/* One plain word, like a brand's, is too little to go by. */
	bool code = false;
	for (unsigned i = 0; i < d->n; i++)
		code |= d->token[i].kind == NAME_CODE;
	if (d->words == 1 && !code && more > 1)
		return -1;
	return HOW_NARROWER;
}

/* The device's name holds all words of the product's, and more. */
static int
how_wider(const struct name *p, const struct name *d, const char *vendor)
{
	bool lines_only = true;

	for (unsigned i = 0; i < d->n; i++) {
		const struct name_token *t = &d->token[i];
		if (t->kind != NAME_NOISE && !has_token(p, t->hash) &&
		    t->kind != NAME_LINE)
			lines_only &= is_makers_word(vendor, t->hash);
	}
	if (lines_only)
		return HOW_RESPELT;
	return p->family ? HOW_FAMILY : HOW_WIDER;
}

static bool
tokens_hold(const struct index *ix, const struct index_model *model,
    uint64_t hash)
{
	const uint64_t *t = index_tokens(ix, model);

	for (unsigned i = 0; i < model->n_tokens; i++)
		if (t[i] == hash)
			return true;
	return false;
}

static void
take_related(struct lookup *l, uint32_t number,
    const struct index_model *model, bool wider)
{
	struct maker maker;
	struct name d;

	maker_read(index_string(l->m->ix, model->vendor), &maker);
	name_read(index_string(l->m->ix, model->model), &maker, &d);
	if (d.words == 0 || d.cut)
		return;
	int how = wider ? how_wider(&l->name, &d, l->p->vendor) :
	    how_narrower(&l->name, &d, index_string(l->m->ix, model->vendor));
	if (how >= 0)
		add_candidate(l, number, false, (enum how)how, 0,
		    maker_fits(l, model) == 1);
}

/* Devices whose names hold all words of the product's, of one maker. */
static void
find_wider(struct lookup *l, uint32_t group)
{
	const struct index *ix = l->m->ix;
	struct index_run best = { .at = NULL, .n = UINT32_MAX };

	for (unsigned i = 0; i < l->name.n; i++) {
		if (l->name.token[i].kind == NAME_NOISE)
			continue;
		struct index_run run = index_find(ix, index_key(INDEX_WORD,
		    group, l->name.token[i].hash));
		if (run.n < best.n)
			best = run;
	}
	if (best.at == NULL)
		return;
	for (uint32_t i = 0; i < best.n; i++) {
		const struct index_model *model = index_model(ix, best.at[i]);
		if (model == NULL || model->n_tokens < l->name.words ||
		    model->key == l->name.key)
			continue;
		bool all = true;
		for (unsigned k = 0; k < l->name.n && all; k++)
			all = l->name.token[k].kind == NAME_NOISE ||
			    tokens_hold(ix, model, l->name.token[k].hash);
		if (all)
			take_related(l, best.at[i], model, true);
	}
}

/* Devices all of whose words are in the product's name, of one maker. */
static void
find_narrower(struct lookup *l, uint32_t group)
{
	const struct index *ix = l->m->ix;

	for (unsigned i = 0; i < l->name.n; i++) {
		const struct name_token *t = &l->name.token[i];
		if (t->kind == NAME_NOISE)
			continue;
		struct index_run run = index_find(ix, index_key(INDEX_LEAD,
		    group, t->hash));
		for (uint32_t k = 0; k < run.n; k++) {
			const struct index_model *model = index_model(ix,
			    run.at[k]);
			if (model == NULL || model->key == l->name.key)
				continue;
			const uint64_t *own = index_tokens(ix, model);
			bool all = model->n_tokens > 0;
			for (unsigned q = 0; q < model->n_tokens && all; q++)
				all = has_token(&l->name, own[q]);
			if (all)
				take_related(l, run.at[k], model, false);
		}
	}
}

static void
find_name(struct lookup *l)
{
	if (l->name.n == 0)
		return;
	for (unsigned g = 0; g < l->n_groups; g++) {
		uint32_t group = l->group[g];
		take_models(l, index_find(l->m->ix, index_key(INDEX_NAME,
		    group, l->name.key)), HOW_SAME);
		if (l->name.words == 0)
			continue;
		take_models(l, index_find(l->m->ix, index_key(INDEX_CORE,
		    group, l->name.core)), HOW_RESPELT);
		take_models(l, index_find(l->m->ix, index_key(INDEX_NAME,
		    group, l->name.core)), HOW_RESPELT);
		if (l->name.cut)
			continue;
		find_wider(l, group);
		find_narrower(l, group);
	}
}

void
look_up(struct lookup *l, struct matcher *m, const struct product *p)
{
	const char *text = product_text(p);
	/* Most products of an advisory are one maker's. */
	bool again = l->p != NULL && p->vendor[0] != '\0' &&
	    strcmp(l->p->vendor, p->vendor) == 0;

	l->m = m;
	l->p = p;
	l->code = NULL;
	l->list = NULL;
	l->n_codes = l->n = 0;
	if (!again) {
		l->n_groups = 0;
		maker_read(p->vendor, &l->maker);
		if (l->maker.n == 0)
			guess_maker(l, text);
		find_groups(l);
	}
	name_read(text, &l->maker, &l->name);
	for (unsigned i = 0; i < l->name.n_codes; i++)
		add_code(l, l->name.code[i]);
	for (uint32_t i = 0; i < p->n_models; i++)
		add_code(l, p->models[i]);
	for (uint32_t i = 0; i < p->n_skus; i++)
		add_code(l, p->skus[i]);
	find_identifiers(l);
	find_name(l);
}
