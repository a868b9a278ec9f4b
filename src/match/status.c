/* status.c - one device's hits to one match: whose claim counts, per
 * vulnerability, and the worst of them.
 *
 * Devices with the same hits get the same answer, so answers are kept, and so
 * are the reasons, in which the devices' own texts are quoted by column. */
#include <string.h>
#include "lines.h"
#include "matching.h"
#include "rules.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/text.h"

/* What a claim comes to for us. */
enum side { SIDE_AFFECTED, SIDE_OPEN, SIDE_FIXED, SIDE_SAFE, SIDE_COUNT_ };

static const enum side side_of[CLAIM_COUNT_] = {
	[CLAIM_KNOWN_AFFECTED] = SIDE_AFFECTED,
	[CLAIM_FIRST_AFFECTED] = SIDE_AFFECTED,
	[CLAIM_LAST_AFFECTED] = SIDE_AFFECTED,
	[CLAIM_UNDER_INVESTIGATION] = SIDE_OPEN,
	[CLAIM_RECOMMENDED] = SIDE_FIXED,
	[CLAIM_FIRST_FIXED] = SIDE_FIXED,
	[CLAIM_FIXED] = SIDE_FIXED,
	[CLAIM_NOT_AFFECTED] = SIDE_SAFE,
};

/* The best hit of each verdict and side, for one vulnerability. */
struct ballot {
	const struct hit *hit[SIDE_COUNT_][3];
	bool		  own;		/* a hit on the device's own product */
	bool		  touched;
};

/* The answer for one set of hits. */
struct ruling {
	struct match	 match;		/* no device, no reasons */
	const struct hit *deciding;	/* in a copy of the hits */
	uint32_t	 n_maybe;	/* CVEs that only may hit */
	const char	*maybe;
	bool		 only_fixed;	/* only fixed versions are told */
	bool		 by_version;
	bool		 excluded;	/* by the operator's rules ... */
	enum match_status would;	/* ... and else it would be this */
	uint32_t	 vuln;		/* that decided */
	struct hit	*hits;
	uint32_t	 n;
	uint64_t	 key;
};

#define RULINGS 1024
#define SAYINGS_KEPT 256u

struct judge {
	struct matcher	*m;
	struct ballot	*ballots;	/* of each vulnerability */
	uint32_t	*touched;
	uint32_t	 n_touched;
	struct hit	*kept;
	uint32_t	 room_kept;
	struct ruling	*rulings[RULINGS];
	uint32_t	 n_rulings;
	struct saying	*sayings[SAYINGS_KEPT];
};

struct judge *
judge_new(struct matcher *m)
{
	struct judge *j = arena_alloc(m->mem, sizeof(*j));

	j->m = m;
	j->ballots = arena_alloc(m->mem, (m->a->n_vulns + 1) *
	    sizeof(*j->ballots));
	j->touched = arena_alloc(m->mem, (m->a->n_vulns + 1) *
	    sizeof(*j->touched));
	return j;
}

/* Hits that count: the best for each product; where the device's own product
 * is named, names that say more or less than it are another product's. */
static uint32_t
keep_hits(struct judge *j, const struct hit *hits, uint32_t n)
{
	bool own = false, same = false;
	uint32_t kept = 0;

	if (n > j->room_kept) {
		j->kept = arena_alloc(j->m->mem, n * 2 * sizeof(*j->kept));
		j->room_kept = n * 2;
	}
	for (uint32_t i = 0; i < n; i++) {
		own |= hits[i].how <= HOW_OWN && !hits[i].host;
		same |= hits[i].how <= HOW_SAME && !hits[i].host;
	}
	for (uint32_t i = 0; i < n; i++) {
		const struct hit *h = &hits[i];
		if (own && !h->host && (h->how > HOW_FAMILY ||
		    hit_is_line(h)))
			continue;
		if (same && !h->host && h->how == HOW_RESPELT)
			continue;
		if (kept > 0 && j->kept[kept - 1].product == h->product) {
			if (h->how < j->kept[kept - 1].how)
				j->kept[kept - 1] = *h;
			continue;
		}
		j->kept[kept++] = *h;
	}
	return kept;
}

static void
vote(struct judge *j, const struct hit *h, const struct claim_of *c)
{
	struct ballot *b = &j->ballots[c->vuln];
	bool own = h->how <= HOW_OWN;
	enum verdict verdict = h->verdict;

	if (!b->touched) {
		memset(b, 0, sizeof(*b));
		b->touched = true;
		j->touched[j->n_touched++] = c->vuln;
	}
	/* What is said of the device's own product outweighs its family. */
	if (own && !b->own) {
		memset(b->hit, 0, sizeof(b->hit));
		b->own = true;
	}
	if (!own && b->own)
		return;
	if (h->part && verdict == VERDICT_IN && side_of[c->claim] ==
	    SIDE_SAFE && safe_by_host(&j->m->a->vulns[c->vuln], h->product))
		verdict = VERDICT_UNKNOWN;
	const struct hit **at = &b->hit[side_of[c->claim]][verdict];
	if (*at == NULL || h->how < (*at)->how)
		*at = h;
}

/* One vulnerability's outcome. */
struct outcome_of {
	enum match_status status;
	bool		  sure;
	const struct hit *hit;		/* NULL: nothing is said */
	bool		  only_fixed;
	bool		  by_version;	/* not affected, by no word of theirs */
	uint32_t	  vuln;
};

static struct outcome_of
count_votes(const struct ballot *b)
{
	const struct { enum side side; enum verdict verdict;
	    enum match_status status; } order[] = {
		{ SIDE_AFFECTED, VERDICT_IN, MATCH_AFFECTED },
		{ SIDE_OPEN, VERDICT_IN, MATCH_UNDER_INVESTIGATION },
		{ SIDE_FIXED, VERDICT_IN, MATCH_FIXED },
		{ SIDE_SAFE, VERDICT_IN, MATCH_NOT_AFFECTED },
		{ SIDE_AFFECTED, VERDICT_UNKNOWN, MATCH_AFFECTED },
		{ SIDE_OPEN, VERDICT_UNKNOWN, MATCH_UNDER_INVESTIGATION },
		{ SIDE_AFFECTED, VERDICT_OUT, MATCH_NOT_AFFECTED },
		{ SIDE_OPEN, VERDICT_OUT, MATCH_NOT_AFFECTED },
		{ SIDE_FIXED, VERDICT_UNKNOWN, MATCH_NAMED },
		{ SIDE_FIXED, VERDICT_OUT, MATCH_NAMED },
		{ SIDE_SAFE, VERDICT_UNKNOWN, MATCH_NAMED },
		{ SIDE_SAFE, VERDICT_OUT, MATCH_NAMED },
	};
	struct outcome_of o = { .hit = NULL };

	for (size_t i = 0; i < COUNT_OF(order); i++) {
		const struct hit *h = b->hit[order[i].side][order[i].verdict];
		if (h == NULL)
			continue;
		o.hit = h;
		o.status = order[i].status;
		o.sure = order[i].verdict == VERDICT_IN ||
		    order[i].status == MATCH_NOT_AFFECTED;
		o.only_fixed = order[i].status == MATCH_NAMED;
		o.by_version = order[i].status == MATCH_NOT_AFFECTED &&
		    order[i].side != SIDE_SAFE;
		/* A name that merely resembles cannot clear a device: say
		 * nothing rather than "fixed". */
		break;
	}
	return o;
}

static enum confidence
confidence_of(const struct outcome_of *o)
{
	const struct hit *h = o->hit;

	if (!o->sure || h->how > HOW_FAMILY ||
	    (h->how == HOW_FAMILY && h->maker == MAKER_SHORT))
		return CONFIDENCE_POSSIBLE;
	if (h->maker < MAKER_SHORT)
		return CONFIDENCE_POSSIBLE;
	if (h->how > HOW_SAME || h->maker < MAKER_SAME || h->lone || h->host)
		return CONFIDENCE_LIKELY;
	return CONFIDENCE_EXACT;
}

/* Is this outcome worse than, or as bad and surer than, the best so far? */
static bool
outweighs(const struct outcome_of *a, const struct outcome_of *b)
{
	if (b->hit == NULL || a->status != b->status)
		return b->hit == NULL || a->status < b->status;
	enum confidence x = confidence_of(a), y = confidence_of(b);
	return x != y ? x < y : a->hit->how < b->hit->how;
}

static void
sort_vulns(uint32_t *list, uint32_t n)
{
	for (uint32_t i = 1; i < n; i++) {
		uint32_t v = list[i], k = i;
		for (; k > 0 && list[k - 1] > v; k--)
			list[k] = list[k - 1];
		list[k] = v;
	}
}

/* CVEs, severity and remedies of the vulnerabilities that decided. */
static void
fill_scope(struct judge *j, struct ruling *r, const struct outcome_of *worst)
{
	struct matcher *m = j->m;
	uint32_t n = m->a->n_vulns, maybe = 0;
	uint32_t *vulns = arena_alloc(m->mem, (n + 1) * sizeof(*vulns));
	uint32_t *products = arena_alloc(m->mem, (r->n + 1) *
	    sizeof(*products));
	struct scope s = { .vulns = vulns, .products = products };
	bool possible = r->match.confidence == CONFIDENCE_POSSIBLE;

	for (uint32_t i = 0; i < j->n_touched; i++) {
		uint32_t v = j->touched[i];
		struct outcome_of o = count_votes(&j->ballots[v]);
		if (o.status != worst->status)
			continue;
		if (!possible && confidence_of(&o) == CONFIDENCE_POSSIBLE) {
			maybe++;
			if (r->maybe == NULL)
				r->maybe = m->a->vulns[v].cve;
			continue;
		}
		vulns[s.n_vulns++] = v;
		r->match.by_hand |= o.hit->lone;
	}
	/* Named without any claim: it may be each of them. */
	if (s.n_vulns == 0)
		for (uint32_t v = 0; v < n; v++)
			vulns[s.n_vulns++] = v;
	r->n_maybe = maybe;
	for (uint32_t i = 0; i < r->n; i++)
		if (r->hits[i].product != NO_PRODUCT &&
		    (r->hits[i].verdict != VERDICT_OUT ||
		    worst->status >= MATCH_FIXED))
			products[s.n_products++] = r->hits[i].product;
	scope_tell(m, &s, &r->match);
}

/* Does some vulnerability affect the product? Then its range is of the versions
 * that are affected, and says nothing of others where it is safe. */
static bool
affects(const struct matcher *m, const struct hit *h)
{
	bool ret = false;

	for (uint32_t k = m->claim_at[h->product];
	    k < m->claim_at[h->product + 1]; k++)
		ret |= side_of[m->claims[k].claim] == SIDE_AFFECTED;
	return ret;
}

static void
decide(struct judge *j, struct ruling *r)
{
	struct matcher *m = j->m;
	struct outcome_of worst = { .hit = NULL };

	j->n_touched = 0;
	for (uint32_t i = 0; i < r->n; i++) {
		const struct hit *h = &r->hits[i];
		uint32_t from = 0, to = 0;
		if (h->product != NO_PRODUCT) {
			from = m->claim_at[h->product];
			to = m->claim_at[h->product + 1];
		}
		if (from == to) {
			/* Named in the tree, in no status list; or by a
			 * text. */
			struct outcome_of o = { .hit = h, .sure = h->verdict ==
			    VERDICT_IN, .status = h->verdict == VERDICT_OUT ?
			    MATCH_NOT_AFFECTED : m->informs ? MATCH_AFFECTED :
			    MATCH_NAMED, .by_version = h->verdict ==
			    VERDICT_OUT };
			o.sure |= h->verdict == VERDICT_OUT;
			if (outweighs(&o, &worst))
				worst = o;
			continue;
		}
		bool aside = h->verdict == VERDICT_OUT && affects(m, h);
		for (uint32_t k = from; k < to; k++)
			if (!aside || side_of[m->claims[k].claim] != SIDE_SAFE)
				vote(j, h, &m->claims[k]);
	}
	sort_vulns(j->touched, j->n_touched);
	for (uint32_t i = 0; i < j->n_touched; i++) {
		struct outcome_of o = count_votes(&j->ballots[j->touched[i]]);
		o.vuln = j->touched[i];
		if (o.hit != NULL && outweighs(&o, &worst))
			worst = o;
	}
	r->deciding = worst.hit;
	r->by_version = worst.by_version;
	r->vuln = worst.vuln;
	if (worst.hit == NULL)
		return;
	r->match.status = worst.status;
	r->match.confidence = confidence_of(&worst);
	r->match.by_hand = worst.hit->lone;
	r->only_fixed = worst.only_fixed;
	if (worst.hit->product != NO_PRODUCT) {
		const struct product *p = &m->a->products[worst.hit->product];
		r->match.product = product_printed(p);
		r->match.range = m->a->products[version_product(m->a,
		    worst.hit->product)].version;
	}
	/* Of the others nobody is told. */
	if (m->all || !r->by_version)
		fill_scope(j, r, &worst);
	for (uint32_t i = 0; i < j->n_touched; i++)
		j->ballots[j->touched[i]].touched = false;
}

static uint64_t
hits_key(const struct hit *hits, uint32_t n)
{
	uint64_t h = n;

	for (uint32_t i = 0; i < n; i++) {
		uint64_t one = (uint64_t)hits[i].product << 32 |
		    (uint64_t)hits[i].how << 24 |
		    (uint64_t)hits[i].verdict << 16 |
		    (uint64_t)(hits[i].maker << 8 | hits[i].lone |
		    hits[i].host << 1 | hits[i].ident << 2 |
		    hits[i].part << 12);
		h = index_key(0, 0, h ^ one * 0x9e3779b97f4a7c15ull);
		if (hits[i].rule != 0)
			h = index_key(0, hits[i].rule, h);
	}
	return h;
}

static struct ruling *
ruling_for(struct judge *j, uint32_t n, bool excluded)
{
	uint64_t key = hits_key(j->kept, n);
	struct ruling *r = j->rulings[key % RULINGS];

	if (r != NULL && r->key == key)
		return r;
	r = arena_alloc(j->m->mem, sizeof(*r));
	match_init(&r->match);
	r->match.same = ++j->n_rulings;
	r->key = key;
	r->n = n;
	r->hits = arena_alloc(j->m->mem, (n + 1) * sizeof(*r->hits));
	memcpy(r->hits, j->kept, n * sizeof(*r->hits));
	decide(j, r);
	r->would = r->match.status;
	r->excluded = excluded;
	if (excluded)
		r->match.status = MATCH_EXCLUDED;
	j->rulings[key % RULINGS] = r;
	return r;
}

/* The publisher's reason: a flag, or the impact in words. */
static void
safe_why(struct matcher *m, const struct ruling *r, struct match *ret)
{
	if (r->vuln >= m->a->n_vulns)
		return;
	const struct vulnerability *v = &m->a->vulns[r->vuln];
	bool told = false;
	for (uint32_t i = 0; i < v->n_flags; i++)
		if (says_of(&v->flags[i].products, r->deciding->product)) {
			add_why(m, ret, "the publisher's reason: %.64s",
			    v->flags[i].label);
			told = true;
		}
	for (uint32_t i = 0; i < v->n_threats; i++)
		if (text_eq(v->threats[i].category, "impact") &&
		    says_of(&v->threats[i].products, r->deciding->product)) {
			add_why(m, ret, "the publisher's reason: %.300s",
			    v->threats[i].text);
			told = true;
		}
	if (!told)
		add_why(m, ret, "the publisher says that it is not affected");
}

/* What the operator's own rules say of it. */
static void
alias_why(struct judge *j, const struct ruling *r, struct match *ret)
{
	if (r->deciding->rule != 0)
		rule_why(j->m, r->deciding, ret);
	if (r->excluded)
		add_why(j->m, ret, "it would be %s, %s",
		    match_status_name(r->would),
		    confidence_name(r->match.confidence));
}

static void
status_why(struct judge *j, const struct ruling *r, struct match *ret)
{
	struct matcher *m = j->m;

	if (ret->status == MATCH_NAMED && r->only_fixed)
		add_why(m, ret, "the publisher tells only fixed or safe "
		    "versions");
	else if (ret->status == MATCH_NAMED && r->deciding->product !=
	    NO_PRODUCT)
		add_why(m, ret, "named by the publisher without a status");
	else if (j->m->informs && ret->status == MATCH_AFFECTED)
		add_why(m, ret, "an informational advisory concerns every "
		    "product that it lists");
	if (ret->status == MATCH_NOT_AFFECTED && !r->by_version &&
	    r->deciding->product != NO_PRODUCT)
		safe_why(m, r, ret);
	if (r->n_maybe > 0)
		add_why(m, ret, "perhaps also %.32s and %u in all: for these "
		    "the version cannot be compared", r->maybe, r->n_maybe);
}

const struct ruling *
judge_hits(struct judge *j, const struct hit *hits, uint32_t n)
{
	bool excluded = false;

	if (j->m->rules != NULL)
		hits = rules_sift(j->m, hits, &n, &excluded);
	uint32_t kept = keep_hits(j, hits, n);

	if (kept == 0)
		return NULL;
	const struct ruling *r = ruling_for(j, kept, excluded);
	return r->deciding == NULL || (r->by_version && !j->m->all) ? NULL : r;
}

/* CPEs and package URLs are texts in reasons, which depend on what they say. */
#define TEXT_COLUMNS (1u << INDEX_COLUMN_cpe | 1u << INDEX_COLUMN_purl)

/* A device whose texts are quotes of the columns that it has, but for these
 * texts and the version that is told of one of them. */
static void
quoting_device(struct matcher *m, const struct decision *d, uint32_t there,
    struct device *ret)
{
	uint32_t device = d->devices[0];
	bool package = d->ruling->deciding->ident == INDEX_PURL;

	device_init(ret);
	if ((there & TEXT_COLUMNS) != 0) {
		ret->cpe = index_column(m->ix, device, INDEX_COLUMN_cpe);
		ret->purl = index_column(m->ix, device, INDEX_COLUMN_purl);
		if ((there >> INDEX_COLUMN_version & 1) == 0 || package)
			ret->version = told_version_text(m, device, package);
	}
#define X(field, heading)						\
	if (there >> INDEX_COLUMN_##field & 1 && ret->field[0] == '\0')	\
		ret->field = match_quote(INDEX_COLUMN_##field);
	DEVICE_COLUMNS(X)
#undef X
}

static void
write_lines(struct judge *j, const struct ruling *r, struct match *ret)
{
	for (enum why_step step = 0; step < WHY_STEPS_; step++) {
		if (step == WHY_ALIAS)
			alias_why(j, r, ret);
		else if (step == WHY_STATUS)
			status_why(j, r, ret);
		else
			hit_why(j->m, r->deciding, step, ret);
	}
}

struct saying *
judge_say(struct judge *j, const struct decision *d)
{
	struct matcher *m = j->m;
	const struct ruling *r = d->ruling;
	const char *cpe = NULL, *purl = NULL;
	uint32_t there = d->class != NO_CLASS ?
	    index_class_columns(m->ix, d->class) :
	    index_columns(m->ix, d->devices[0]);

	if ((there & TEXT_COLUMNS) != 0) {
		cpe = index_column(m->ix, d->devices[0], INDEX_COLUMN_cpe);
		purl = index_column(m->ix, d->devices[0], INDEX_COLUMN_purl);
	}
	uint64_t key = index_key(0, there, (uintptr_t)r ^
	    index_key(0, 1, (uintptr_t)cpe) ^ index_key(0, 2, (uintptr_t)purl));
	struct saying *s = j->sayings[key % SAYINGS_KEPT];
	if (s != NULL && s->ruling == r && s->there == there &&
	    s->cpe == cpe && s->purl == purl)
		return s;
	s = arena_alloc(m->mem, sizeof(*s));
	*s = (struct saying){ .ruling = r, .match = r->match, .there = there,
	    .cpe = cpe, .purl = purl };
	quoting_device(m, d, there, &s->match.device);
	write_lines(j, r, &s->match);
	j->sayings[key % SAYINGS_KEPT] = s;
	return s;
}

uint32_t
judge_each(struct judge *j, const struct hit *hits, uint32_t n,
    struct judged_one *ret)
{
	const struct matcher *m = j->m;
	uint32_t kept, got = 0;
	bool excluded = false;

	if (m->rules != NULL)
		hits = rules_sift(m, hits, &n, &excluded);
	kept = keep_hits(j, hits, n);
	j->n_touched = 0;
	for (uint32_t i = 0; i < kept; i++) {
		const struct hit *h = &j->kept[i];
		if (h->product == NO_PRODUCT)
			continue;
		for (uint32_t k = m->claim_at[h->product];
		    k < m->claim_at[h->product + 1]; k++)
			vote(j, h, &m->claims[k]);
	}
	sort_vulns(j->touched, j->n_touched);
	for (uint32_t i = 0; i < j->n_touched; i++) {
		struct ballot *b = &j->ballots[j->touched[i]];
		struct outcome_of o = count_votes(b);
		b->touched = false;
		if (o.hit != NULL)
			ret[got++] = (struct judged_one){ j->touched[i],
			    o.hit->product, o.status, confidence_of(&o) };
	}
	return got;
}
