/* noun/severity.h - how bad: CVSS vectors to scores, scores to words.
 *
 * Scores are tenths (98 = 9.8), so that no binary fraction is ever printed. */
#ifndef NOUN_SEVERITY_H
#define NOUN_SEVERITY_H
#include <stdint.h>

enum severity {
	SEVERITY_UNKNOWN,	/* nobody said; never folded into low */
	SEVERITY_NONE,
	SEVERITY_LOW,
	SEVERITY_MEDIUM,
	SEVERITY_HIGH,
	SEVERITY_CRITICAL,
	SEVERITY_COUNT_
};

const char	*severity_name(enum severity s);	/* "critical" */
/* Any case; also "important", "moderate", "informational". -1 if not known. */
int		 severity_parse(const char *word, enum severity *ret);
enum severity	 severity_of(unsigned tenths);		/* CVSS v3/v4 bands */
/* unknown ranks with medium: what nobody rated is not thereby harmless. */
int		 severity_rank(enum severity s);
/* RFC 5424 severity 2..6 */
int		 severity_syslog(enum severity s);

struct cvss {
	char	 version[4];	/* "2.0" "3.0" "3.1" "4.0" */
	uint8_t	 tenths;	/* the base score (v4: CVSS-B, BT, BE or BTE) */
	uint8_t	 overall;	/* with temporal and environmental metrics */
};

/* A vector of any version, with its prefix (v2 has none). -1 and a reason in
 * *ret_why (static text) if it breaks the standard. Pure. */
int cvss_score(const char *vector, struct cvss *ret, const char **ret_why);
#endif
