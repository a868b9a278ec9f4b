#include <string.h>
#include "base/mem.h"
#include "base/text.h"
#include "noun/severity.h"
#include "cvss.h"

static const struct cvss_standard *const standards[] = {
	&cvss_standard_30, &cvss_standard_31, &cvss_standard_40,
};

bool
cvss_defined(const uint8_t *v, unsigned from, unsigned to)
{
	for (unsigned i = from; i < to; i++) {
		if (v[i] != 0)
			return true;
	}
	return false;
}

/* The place of word[0..n) among blank-separated words, or -1. */
static int
value_place(const char *values, const char *word, size_t n)
{
	int place = 0;

	for (const char *at = values; *at != '\0'; place++) {
		size_t len = strcspn(at, " ");

		if (len == n && memcmp(at, word, n) == 0)
			return place;
		at += len;
		at += strspn(at, " ");
	}
	return -1;
}

/* The number of the metric called name[0..n), or -1. */
static int
metric_place(const struct cvss_standard *s, const char *name, size_t n)
{
	for (unsigned i = 0; i < s->n; i++) {
		if (strlen(s->metrics[i].name) == n &&
		    memcmp(s->metrics[i].name, name, n) == 0)
			return (int)i;
	}
	return -1;
}

/* "AV:N/AC:L/..." without prefix into values; NULL, or why not. */
static const char *
vector_read(const struct cvss_standard *s, const char *at, uint8_t *values)
{
	bool seen[CVSS_METRICS_MAX] = { false };
	int last = -1;

	memset(values, 0, CVSS_METRICS_MAX);
	for (;;) {
		size_t len = strcspn(at, "/");
		const char *colon = memchr(at, ':', len);

		if (len == 0)
			return "an empty metric";
		if (colon == NULL)
			return "a metric without a value";

		size_t name = (size_t)(colon - at);
		int metric = metric_place(s, at, name);

		if (metric < 0)
			return "a metric that this version does not have";
		if (seen[metric])
			return "the same metric twice";
		if (s->ordered && metric < last)
			return "metrics in the wrong order";

		int value = value_place(s->metrics[metric].values, colon + 1,
		    len - name - 1);

		if (value < 0)
			return "a value that this metric does not have";
		seen[metric] = true;
		last = metric;
		values[metric] = (uint8_t)value;
		at += len;
		if (*at == '\0')
			break;
		at++;
	}
	for (unsigned i = 0; i < s->n_base; i++) {
		if (!seen[i])
			return "a mandatory metric is missing";
	}
	return NULL;
}

int
cvss_groups(const char *vector, struct cvss_groups *ret,
    const struct cvss_standard **ret_standard, const char **ret_why)
{
	const struct cvss_standard *s = NULL;
	uint8_t values[CVSS_METRICS_MAX];
	const char *why;

	for (unsigned i = 0; i < COUNT_OF(standards); i++) {
		if (text_starts(vector, standards[i]->prefix))
			s = standards[i];
	}
	if (s == NULL && text_starts(vector, "CVSS:"))
		why = "an unknown CVSS version";
	else if (vector[0] == '\0')
		why = "an empty vector";
	else {
		/* Only vectors of version 2 have no prefix. */
		if (s == NULL)
			s = &cvss_standard_2;
		why = vector_read(s, vector + strlen(s->prefix), values);
	}
	if (why != NULL) {
		if (ret_why != NULL)
			*ret_why = why;
		return -1;
	}
	s->score(values, ret);
	*ret_standard = s;
	return 0;
}

int
cvss_score(const char *vector, struct cvss *ret, const char **ret_why)
{
	const struct cvss_standard *s;
	struct cvss_groups g;

	if (cvss_groups(vector, &g, &s, ret_why) < 0)
		return -1;
	memset(ret, 0, sizeof(*ret));
	memcpy(ret->version, s->version, strlen(s->version));
	ret->tenths = (uint8_t)g.base;
	ret->overall = (uint8_t)g.overall;
	return 0;
}
