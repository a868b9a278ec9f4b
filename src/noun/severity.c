#include "base/mem.h"
#include "base/text.h"
#include "noun/severity.h"

/* Everything that hangs on a severity, in the order of the enum. */
static const struct {
	const char	*name;
	int		 rank;
	int		 syslog;	/* RFC 5424 table 2 */
} levels[SEVERITY_COUNT_] = {
	[SEVERITY_UNKNOWN]	= { "unknown",	SEVERITY_MEDIUM,	4 },
	[SEVERITY_NONE]		= { "none",	SEVERITY_NONE,		6 },
	[SEVERITY_LOW]		= { "low",	SEVERITY_LOW,		5 },
	[SEVERITY_MEDIUM]	= { "medium",	SEVERITY_MEDIUM,	4 },
	[SEVERITY_HIGH]		= { "high",	SEVERITY_HIGH,		3 },
	[SEVERITY_CRITICAL]	= { "critical",	SEVERITY_CRITICAL,	2 },
};

/* What publishers write instead. */
static const struct {
	const char	*word;
	enum severity	 means;
} others[] = {
	{ "important",		SEVERITY_HIGH },
	{ "moderate",		SEVERITY_MEDIUM },
	{ "informational",	SEVERITY_NONE },
};

const char *
severity_name(enum severity s)
{
	if ((unsigned)s >= SEVERITY_COUNT_)
		bug("severity %d", (int)s);
	return levels[s].name;
}

int
severity_parse(const char *word, enum severity *ret)
{
	for (unsigned i = 0; i < SEVERITY_COUNT_; i++) {
		if (text_eq_nocase(word, levels[i].name)) {
			*ret = (enum severity)i;
			return 0;
		}
	}
	for (unsigned i = 0; i < COUNT_OF(others); i++) {
		if (text_eq_nocase(word, others[i].word)) {
			*ret = others[i].means;
			return 0;
		}
	}
	return -1;
}

enum severity
severity_of(unsigned tenths)
{
	if (tenths >= 90)
		return SEVERITY_CRITICAL;
	if (tenths >= 70)
		return SEVERITY_HIGH;
	if (tenths >= 40)
		return SEVERITY_MEDIUM;
	return tenths > 0 ? SEVERITY_LOW : SEVERITY_NONE;
}

int
severity_rank(enum severity s)
{
	if ((unsigned)s >= SEVERITY_COUNT_)
		bug("severity %d", (int)s);
	return levels[s].rank;
}

int
severity_syslog(enum severity s)
{
	if ((unsigned)s >= SEVERITY_COUNT_)
		bug("severity %d", (int)s);
	return levels[s].syslog;
}
