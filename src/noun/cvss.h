/* noun/cvss.h - the parts of cvss_score; of this room only.
 *
 * A standard is a table of metrics; a vector becomes one small number per
 * metric, its place in the list of values. Optional metrics have "not defined"
 * in the first place, so that 0 is right for those that are not given. */
#ifndef NOUN_CVSS_H
#define NOUN_CVSS_H
#include <stdbool.h>
#include <stdint.h>

#define CVSS_METRICS_MAX 32

struct cvss_metric {
	const char	*name;
	const char	*values;	/* separated by blanks */
};

/* Tenths; -1 = not scored. Version 3 scores all groups always; `overall` is the
 * last one of which a metric is defined. */
struct cvss_groups {
	int	 base, temporal, environmental, overall;
};

struct cvss_standard {
	const char	*version;
	const char	*prefix;
	const struct cvss_metric *metrics;
	unsigned	 n;
	unsigned	 n_base;	/* the first ones are mandatory */
	bool		 ordered;
	void		(*score)(const uint8_t *v, struct cvss_groups *ret);
};

extern const struct cvss_standard cvss_standard_2, cvss_standard_30,
    cvss_standard_31, cvss_standard_40;

int cvss_groups(const char *vector, struct cvss_groups *ret,
    const struct cvss_standard **ret_standard, const char **ret_why);
/* Is one of the metrics from..to-1 defined? */
bool cvss_defined(const uint8_t *v, unsigned from, unsigned to);
#endif
