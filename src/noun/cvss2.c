/* CVSS 2.0: "A Complete Guide to the Common Vulnerability Scoring System
 * Version 2.0", section 3.2. */
#include "base/mem.h"
#include "cvss.h"

enum {
	AV, AC, AU, C, I, A,		/* base */
	E, RL, RC,			/* temporal */
	CDP, TD, CR, IR, AR,		/* environmental */
	METRICS
};

static const struct cvss_metric metrics[METRICS] = {
	[AV] = { "AV", "L A N" },
	[AC] = { "AC", "H M L" },
	[AU] = { "Au", "M S N" },
	[C] = { "C", "N P C" },
	[I] = { "I", "N P C" },
	[A] = { "A", "N P C" },
	[E] = { "E", "ND U POC F H" },
	[RL] = { "RL", "ND OF TF W U" },
	[RC] = { "RC", "ND UC UR C" },
	[CDP] = { "CDP", "ND N L LM MH H" },
	[TD] = { "TD", "ND N L M H" },
	[CR] = { "CR", "ND L M H" },
	[IR] = { "IR", "ND L M H" },
	[AR] = { "AR", "ND L M H" },
};

static const double av[] = { 0.395, 0.646, 1.0 };
static const double ac[] = { 0.35, 0.61, 0.71 };
static const double au[] = { 0.45, 0.56, 0.704 };
static const double impacts[] = { 0.0, 0.275, 0.660 };
static const double exploit[] = { 1.0, 0.85, 0.9, 0.95, 1.0 };
static const double level[] = { 1.0, 0.87, 0.90, 0.95, 1.0 };
static const double report[] = { 1.0, 0.90, 0.95, 1.0 };
static const double damage[] = { 0.0, 0.0, 0.1, 0.3, 0.4, 0.5 };
static const double targets[] = { 1.0, 0.0, 0.25, 0.75, 1.0 };
static const double demand[] = { 1.0, 0.5, 1.0, 1.51 };

/* To tenths, halves up. The sum is first brought to billionths: the exact
 * value of 0.05 has no binary fraction, and a hair must not decide. */
static int
tenths_of(double score)
{
	int64_t billionths = (int64_t)(score * 1e9 + 0.5);

	return (int)((billionths + 50000000) / 100000000);
}

static int
base_of(const uint8_t *v, double impact)
{
	double easy = 20.0 * av[v[AV]] * ac[v[AC]] * au[v[AU]];
	double f = impact > 0.0 ? 1.176 : 0.0;
	double score = (0.6 * impact + 0.4 * easy - 1.5) * f;

	return score > 0.0 ? tenths_of(score) : 0;
}

static int
temporal_of(const uint8_t *v, int base)
{
	return tenths_of(base / 10.0 * exploit[v[E]] * level[v[RL]] *
	    report[v[RC]]);
}

static void
score(const uint8_t *v, struct cvss_groups *ret)
{
	double impact = 10.41 * (1.0 - (1.0 - impacts[v[C]]) *
	    (1.0 - impacts[v[I]]) * (1.0 - impacts[v[A]]));

	ret->base = base_of(v, impact);
	ret->overall = ret->base;
	ret->temporal = -1;
	ret->environmental = -1;
	if (cvss_defined(v, E, CDP))
		ret->overall = ret->temporal = temporal_of(v, ret->base);
	if (!cvss_defined(v, CDP, METRICS))
		return;
	impact = 10.41 * (1.0 -
	    (1.0 - impacts[v[C]] * demand[v[CR]]) *
	    (1.0 - impacts[v[I]] * demand[v[IR]]) *
	    (1.0 - impacts[v[A]] * demand[v[AR]]));
	if (impact > 10.0)
		impact = 10.0;

	double adjusted = temporal_of(v, base_of(v, impact)) / 10.0;

	ret->environmental = tenths_of((adjusted +
	    (10.0 - adjusted) * damage[v[CDP]]) * targets[v[TD]]);
	ret->overall = ret->environmental;
}

const struct cvss_standard cvss_standard_2 = {
	.version = "2.0", .prefix = "", .metrics = metrics, .n = METRICS,
	.n_base = E, .score = score,
};
