/* CVSS 3.0 and 3.1: Specification Document, section 8 (3.0) and section 7
 * (3.1). They differ in Roundup and in the modified impact. */
#include "base/mem.h"
#include "cvss.h"

enum {
	AV, AC, PR, UI, S, C, I, A,	/* base */
	E, RL, RC,			/* temporal */
	CR, IR, AR,			/* environmental */
	MAV, MAC, MPR, MUI, MS, MC, MI, MA,
	METRICS
};

static const struct cvss_metric metrics[METRICS] = {
	[AV] = { "AV", "N A L P" },
	[AC] = { "AC", "L H" },
	[PR] = { "PR", "N L H" },
	[UI] = { "UI", "N R" },
	[S] = { "S", "U C" },
	[C] = { "C", "H L N" },
	[I] = { "I", "H L N" },
	[A] = { "A", "H L N" },
	[E] = { "E", "X U P F H" },
	[RL] = { "RL", "X O T W U" },
	[RC] = { "RC", "X U R C" },
	[CR] = { "CR", "X L M H" },
	[IR] = { "IR", "X L M H" },
	[AR] = { "AR", "X L M H" },
	[MAV] = { "MAV", "X N A L P" },
	[MAC] = { "MAC", "X L H" },
	[MPR] = { "MPR", "X N L H" },
	[MUI] = { "MUI", "X N R" },
	[MS] = { "MS", "X U C" },
	[MC] = { "MC", "X H L N" },
	[MI] = { "MI", "X H L N" },
	[MA] = { "MA", "X H L N" },
};

static const double av[] = { 0.85, 0.62, 0.55, 0.2 };
static const double ac[] = { 0.77, 0.44 };
static const double pr[2][3] = { { 0.85, 0.62, 0.27 }, { 0.85, 0.68, 0.5 } };
static const double ui[] = { 0.85, 0.62 };
static const double impacts[] = { 0.56, 0.22, 0.0 };
static const double exploit[] = { 1.0, 0.91, 0.94, 0.97, 1.0 };
static const double level[] = { 1.0, 0.95, 0.96, 0.97, 1.0 };
static const double report[] = { 1.0, 0.92, 0.96, 1.0 };
static const double demand[] = { 1.0, 0.5, 1.0, 1.5 };

/* 3.0: the least tenth that is not below the score. In exact numbers many
 * scores are a full tenth, in binary ones a hair above it; so they are brought
 * to billionths first. */
static int
roundup_30(double score)
{
	int64_t billionths = (int64_t)(score * 1e9 + 0.5);

	return (int)((billionths + 99999999) / 100000000);
}

/* 3.1 appendix A: the same thing with 100,000ths, by the standard itself. */
static int
roundup_31(double score)
{
	int64_t parts = (int64_t)(score * 1e5 + 0.5);

	return (int)((parts + 9999) / 10000);
}

static double
power(double x, unsigned n)
{
	double y = 1.0;

	while (n-- > 0)
		y *= x;
	return y;
}

/* What is common to the base and the environmental equations; m says the metric
 * values after modification, and the impact is of the changed scope's formula
 * with the given factor and exponent. */
static double
raw_score(const uint8_t m[E], double iss, double factor, unsigned exponent)
{
	double impact = 6.42 * iss;
	double easy = 8.22 * av[m[AV]] * ac[m[AC]] * pr[m[S]][m[PR]] *
	    ui[m[UI]];

	if (m[S] != 0)
		impact = 7.52 * (iss - 0.029) -
		    3.25 * power(iss * factor - 0.02, exponent);
	if (impact <= 0.0)
		return 0.0;

	double sum = (impact + easy) * (m[S] != 0 ? 1.08 : 1.0);

	return sum < 10.0 ? sum : 10.0;
}

static double
temporal_factor(const uint8_t *v)
{
	return exploit[v[E]] * level[v[RL]] * report[v[RC]];
}

/* The environmental score; also where no such metric is given, and then 3.1
 * may differ from the base score by a tenth. */
static int
environmental(const uint8_t *v, bool is_31, int (*roundup)(double))
{
	uint8_t m[E];

	for (unsigned i = AV; i < E; i++)
		m[i] = v[MAV + i] != 0 ? (uint8_t)(v[MAV + i] - 1) : v[i];

	double iss = 1.0 - (1.0 - impacts[m[C]] * demand[v[CR]]) *
	    (1.0 - impacts[m[I]] * demand[v[IR]]) *
	    (1.0 - impacts[m[A]] * demand[v[AR]]);

	if (iss > 0.915)
		iss = 0.915;

	double raw = is_31 ? raw_score(m, iss, 0.9731, 13) :
	    raw_score(m, iss, 1.0, 15);

	return roundup(roundup(raw) / 10.0 * temporal_factor(v));
}

static void
score(const uint8_t *v, bool is_31, int (*roundup)(double),
    struct cvss_groups *ret)
{
	double iss = 1.0 - (1.0 - impacts[v[C]]) * (1.0 - impacts[v[I]]) *
	    (1.0 - impacts[v[A]]);

	ret->base = roundup(raw_score(v, iss, 1.0, 15));
	ret->temporal = roundup(ret->base / 10.0 * temporal_factor(v));
	ret->environmental = environmental(v, is_31, roundup);
	ret->overall = cvss_defined(v, CR, METRICS) ? ret->environmental :
	    ret->temporal;
}

static void
score_30(const uint8_t *v, struct cvss_groups *ret)
{
	score(v, false, roundup_30, ret);
}

static void
score_31(const uint8_t *v, struct cvss_groups *ret)
{
	score(v, true, roundup_31, ret);
}

const struct cvss_standard cvss_standard_30 = {
	.version = "3.0", .prefix = "CVSS:3.0/", .metrics = metrics,
	.n = METRICS, .n_base = E, .score = score_30,
};

const struct cvss_standard cvss_standard_31 = {
	.version = "3.1", .prefix = "CVSS:3.1/", .metrics = metrics,
	.n = METRICS, .n_base = E, .score = score_31,
};
