/* CVSS 4.0: Specification Document, section 8.
 *
 * Vectors fall into macro vectors, six equivalence classes EQ1..EQ6. A table
 * has the score of the worst vector of each; how far a vector lies below the
 * worst one of its class moves its score towards the next lower macro vector.
 * All of it is done in whole numbers. */
#include <string.h>
#include "base/mem.h"
#include "cvss.h"
#include "cvss4.h"

enum {
	AV, AC, AT, PR, UI, VC, VI, VA, SC, SI, SA,	/* base */
	E,						/* threat */
	CR, IR, AR,					/* environmental */
	MAV, MAC, MAT, MPR, MUI, MVC, MVI, MVA, MSC, MSI, MSA,
	SAFETY, AU, R, V, RE, U,			/* supplemental */
	METRICS
};
#define BASE_METRICS E

/* In the order of table 23, which vectors must keep. */
static const struct cvss_metric metrics[METRICS] = {
	[AV] = { "AV", "N A L P" },
	[AC] = { "AC", "L H" },
	[AT] = { "AT", "N P" },
	[PR] = { "PR", "N L H" },
	[UI] = { "UI", "N P A" },
	[VC] = { "VC", "H L N" },
	[VI] = { "VI", "H L N" },
	[VA] = { "VA", "H L N" },
	[SC] = { "SC", "H L N" },
	[SI] = { "SI", "H L N" },
	[SA] = { "SA", "H L N" },
	[E] = { "E", "X A P U" },
	[CR] = { "CR", "X H M L" },
	[IR] = { "IR", "X H M L" },
	[AR] = { "AR", "X H M L" },
	[MAV] = { "MAV", "X N A L P" },
	[MAC] = { "MAC", "X L H" },
	[MAT] = { "MAT", "X N P" },
	[MPR] = { "MPR", "X N L H" },
	[MUI] = { "MUI", "X N P A" },
	[MVC] = { "MVC", "X H L N" },
	[MVI] = { "MVI", "X H L N" },
	[MVA] = { "MVA", "X H L N" },
	[MSC] = { "MSC", "X H L N" },
	[MSI] = { "MSI", "X S H L N" },
	[MSA] = { "MSA", "X S H L N" },
	[SAFETY] = { "S", "X N P" },
	[AU] = { "AU", "X N Y" },
	[R] = { "R", "X A U I" },
	[V] = { "V", "X D C" },
	[RE] = { "RE", "X L M H" },
	[U] = { "U", "X Clear Green Amber Red" },
};

/* Severity levels, 0 = worst, of the metrics that count: the base ones as
 * modified, then E and the three requirements. The subsequent impacts have one
 * worse than H: S, safety. */
enum { LEVELS = AR + 1 };
#define SUBSEQUENT_H 1

static void
levels_of(const uint8_t *v, uint8_t l[LEVELS])
{
	for (unsigned i = 0; i < BASE_METRICS; i++) {
		bool safe = i == SI || i == SA;
		unsigned shift = i == SC || safe ? SUBSEQUENT_H : 0;

		if (v[MAV + i] == 0)
			l[i] = (uint8_t)(v[i] + shift);
		else
			l[i] = (uint8_t)(v[MAV + i] - 1 + (safe ? 0 : shift));
	}
	/* What is not defined counts as the worst: E:A, CR:H ... */
	for (unsigned i = E; i <= AR; i++)
		l[i] = v[i] == 0 ? 0 : (uint8_t)(v[i] - 1);
}

/* Table 24 to 29: the class of a vector in each of EQ1..EQ6. */
static void
classes_of(const uint8_t *l, unsigned eq[6])
{
	bool vc = l[VC] == 0, vi = l[VI] == 0, va = l[VA] == 0;
	bool any_free = l[AV] == 0 || l[PR] == 0 || l[UI] == 0;

	if (l[AV] == 0 && l[PR] == 0 && l[UI] == 0)
		eq[0] = 0;
	else
		eq[0] = any_free && l[AV] != 3 ? 1 : 2;
	eq[1] = l[AC] == 0 && l[AT] == 0 ? 0 : 1;
	if (vc && vi)
		eq[2] = 0;
	else
		eq[2] = vc || vi || va ? 1 : 2;
	if (l[SI] == 0 || l[SA] == 0)
		eq[3] = 0;
	else
		eq[3] = l[SC] == SUBSEQUENT_H || l[SI] == SUBSEQUENT_H ||
		    l[SA] == SUBSEQUENT_H ? 1 : 2;
	eq[4] = l[E];
	eq[5] = (vc && l[CR] == 0) || (vi && l[IR] == 0) ||
	    (va && l[AR] == 0) ? 0 : 1;
}

/* The table's score of a macro vector; 0 if there is none. */
static int
table_score(unsigned a, unsigned b, unsigned c, unsigned d, unsigned e,
    unsigned f)
{
	if (a > 2 || b > 1 || c > 2 || d > 2 || e > 2 || f > 1)
		return 0;
	return cvss4_scores[((((a * 2 + b) * 3 + c) * 3 + d) * 3 + e) * 2 + f];
}

/* The worst vectors of one class (table 30), as levels of up to six metrics,
 * and its depth: how many steps of severity it has in all. */
struct class {
	uint8_t	 depth;
	uint8_t	 n;
	uint8_t	 worst[5][6];
};

static const uint8_t eq1_metrics[] = { AV, PR, UI };
static const struct class eq1_classes[] = {
	{ 1, 1, { { 0, 0, 0 } } },
	{ 4, 3, { { 1, 0, 0 }, { 0, 1, 0 }, { 0, 0, 1 } } },
	{ 5, 2, { { 3, 0, 0 }, { 1, 1, 1 } } },
};
static const uint8_t eq2_metrics[] = { AC, AT };
static const struct class eq2_classes[] = {
	{ 1, 1, { { 0, 0 } } },
	{ 2, 2, { { 1, 0 }, { 0, 1 } } },
};
/* EQ3 and EQ6 are not independent and go together: class EQ3 * 2 + EQ6. */
static const uint8_t eq36_metrics[] = { VC, VI, VA, CR, IR, AR };
static const struct class eq36_classes[] = {
	{ 7, 1, { { 0, 0, 0, 0, 0, 0 } } },
	{ 6, 2, { { 0, 0, 1, 1, 1, 0 }, { 0, 0, 0, 1, 1, 1 } } },
	{ 8, 2, { { 1, 0, 0, 0, 0, 0 }, { 0, 1, 0, 0, 0, 0 } } },
	{ 8, 5, { { 1, 0, 1, 0, 1, 0 }, { 1, 0, 0, 0, 1, 1 },
	    { 0, 1, 0, 1, 0, 1 }, { 0, 1, 1, 1, 0, 0 },
	    { 1, 1, 0, 0, 0, 1 } } },
	{ 1, 0, { { 0 } } },		/* cannot be */
	{ 10, 1, { { 1, 1, 1, 0, 0, 0 } } },
};
static const uint8_t eq4_metrics[] = { SC, SI, SA };
static const struct class eq4_classes[] = {
	{ 6, 1, { { 1, 0, 0 } } },
	{ 5, 1, { { 1, 1, 1 } } },
	{ 4, 1, { { 2, 2, 2 } } },
};

/* Steps from the first of the worst vectors that is in no metric better. */
static int
steps_below(const struct class *c, const uint8_t *list, unsigned n,
    const uint8_t *l)
{
	for (unsigned w = 0; w < c->n; w++) {
		int steps = 0;
		unsigned i = 0;

		while (i < n && l[list[i]] >= c->worst[w][i]) {
			steps += l[list[i]] - c->worst[w][i];
			i++;
		}
		if (i == n)
			return steps;
	}
	bug("CVSS 4.0: a vector is above the worst of its class");
}

/* Of the two ways down from EQ3 0, EQ6 0 the one with the higher score. */
static int
below_eq36(const unsigned q[6])
{
	int by3 = table_score(q[0], q[1], q[2] + 1, q[3], q[4], q[5]);
	int by6 = table_score(q[0], q[1], q[2], q[3], q[4], q[5] + 1);

	return by3 > by6 ? by3 : by6;
}

/* Section 8.2: the table's score less the mean of the distances. */
static int
score_of(const uint8_t *v)
{
	/* All depths divide it: the distances are whole numbers of 840ths. */
	enum { PARTS = 840 };
	uint8_t l[LEVELS];
	unsigned q[6];
	int n = 0, sum = 0;

	levels_of(v, l);
	if (l[VC] == 2 && l[VI] == 2 && l[VA] == 2 && l[SC] == 3 &&
	    l[SI] == 3 && l[SA] == 3)
		return 0;
	classes_of(l, q);

	int score = table_score(q[0], q[1], q[2], q[3], q[4], q[5]);
	const struct {
		int			 below;
		const struct class	*class;
		const uint8_t		*list;
		unsigned		 n;
	} ways[] = {
		{ table_score(q[0] + 1, q[1], q[2], q[3], q[4], q[5]),
		    &eq1_classes[q[0]], eq1_metrics, 3 },
		{ table_score(q[0], q[1] + 1, q[2], q[3], q[4], q[5]),
		    &eq2_classes[q[1]], eq2_metrics, 2 },
		{ below_eq36(q),
		    &eq36_classes[q[2] * 2 + q[5]], eq36_metrics, 6 },
		{ table_score(q[0], q[1], q[2], q[3] + 1, q[4], q[5]),
		    &eq4_classes[q[3]], eq4_metrics, 3 },
		/* A class of EQ5 has one vector: it counts, but is not deep. */
		{ table_score(q[0], q[1], q[2], q[3], q[4] + 1, q[5]),
		    NULL, NULL, 0 },
	};

	for (unsigned i = 0; i < COUNT_OF(ways); i++) {
		if (ways[i].below == 0)
			continue;
		n++;
		if (ways[i].class != NULL)
			sum += (score - ways[i].below) * PARTS /
			    ways[i].class->depth * steps_below(ways[i].class,
			    ways[i].list, ways[i].n, l);
	}
	if (n == 0)
		return score;

	/* To the nearest tenth, halves up. */
	int unit = PARTS * n;
	int exact = score * unit - sum;

	return exact > 0 ? (2 * exact + unit) / (2 * unit) : 0;
}

static void
score(const uint8_t *v, struct cvss_groups *ret)
{
	uint8_t base[METRICS] = { 0 };

	memcpy(base, v, BASE_METRICS);
	/* There is one score: which metrics it has seen is in its name, CVSS-B,
	 * -BT, -BE or -BTE (section 1.3). */
	ret->base = score_of(base);
	ret->overall = score_of(v);
	ret->temporal = -1;
	ret->environmental = -1;
}

const struct cvss_standard cvss_standard_40 = {
	.version = "4.0", .prefix = "CVSS:4.0/", .metrics = metrics,
	.n = METRICS, .n_base = BASE_METRICS, .ordered = true, .score = score,
};
