/* The ratings of a vulnerability: CSAF 2.0 `scores`, CSAF 2.1 `metrics`. */
#include <string.h>
#include "base/arena.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/text.h"
#include "csaf.h"

static const struct {
	const char	*key;
	const char	*version;	/* when the object does not say */
} score_kinds[] = {
	{ "cvss_v2", "2.0" },
	{ "cvss_v3", "3.1" },
	{ "cvss_v4", "4.0" },
};

/* The written base score in tenths, -1 if there is none that can be. */
static int
written_score(struct csaf *c, const struct spot *cvss)
{
	struct spot s = spot_get(cvss, "baseScore");
	double d = json_number(s.v, -1);

	if (s.v == NULL) {
		return -1;
	}
	if (!json_is_number(s.v) || !(d >= 0 && d <= 10)) {
		walk_remark(&c->walk, &s, "no number from 0 to 10");
		return -1;
	}
	return (int)(d * 10 + 0.5);
}

/* The vector counts (CSAF 2.0 section 9.1.12); what stands beside it and
 * differs is worth a remark. */
static void
compare_written(struct csaf *c, const struct spot *cvss,
    const struct score *score, int written)
{
	struct walk *w = &c->walk;
	struct spot said = spot_get(cvss, "baseSeverity");
	enum severity severity, ours = severity_of(score->cvss.tenths);

	if (written >= 0 && written != score->cvss.tenths) {
		struct spot s = spot_get(cvss, "baseScore");
		walk_remark(w, &s, "says %d.%d, the vector gives %u.%u",
		    written / 10, written % 10, score->cvss.tenths / 10u,
		    score->cvss.tenths % 10u);
	}
	const char *word = json_text(said.v);
	if (word[0] == '\0') {
		return;
	}
	if (severity_parse(word, &severity) < 0) {
		walk_remark(w, &said, "%s is no severity",
		    walk_quote(w, word));
	} else if (severity != ours) {
		walk_remark(w, &said, "says %s, the vector gives %s",
		    severity_name(severity), severity_name(ours));
	}
}

/* The version that is said, if there is such a one. */
static const char *
known_version(const char *said, const char *otherwise)
{
	static const char *const versions[] = { "2.0", "3.0", "3.1", "4.0" };

	for (size_t i = 0; i < COUNT_OF(versions); i++) {
		if (text_eq(said, versions[i])) {
			return versions[i];
		}
	}
	return otherwise;
}

/* One CVSS object; false if it rates nothing. */
static bool
score_read(struct csaf *c, const struct spot *cvss, const char *version,
    struct score *ret)
{
	struct walk *w = &c->walk;
	struct spot at = spot_get(cvss, "vectorString");
	int written;

	if (!walk_object(w, cvss, MAY)) {
		return false;
	}
	written = written_score(c, cvss);
	const char *vector = walk_line(w, cvss, "vectorString", MUST);
	const char *why = "";
	if (vector[0] != '\0' && cvss_score(vector, &ret->cvss, &why) == 0) {
		ret->vector = vector;
		compare_written(c, cvss, ret, written);
		return true;
	}
	if (vector[0] != '\0') {
		walk_remark(w, &at, "%s: %s", walk_quote(w, vector), why);
	}
	if (written < 0) {
		return false;
	}
	struct spot said = spot_get(cvss, "version");
	version = known_version(json_text(said.v), version);
	memcpy(ret->cvss.version, version, sizeof(ret->cvss.version));
	ret->cvss.tenths = ret->cvss.overall = (uint8_t)written;
	return true;
}

/* A rating in words alone is kept for the advisory as a whole. */
static void
rating_read(struct csaf *c, const struct spot *content)
{
	struct spot s = spot_get(content, "qualitative_severity_rating");
	enum severity severity;

	if (s.v == NULL) {
		return;
	}
	const char *word = walk_raw(&c->walk, &s, MUST);
	if (severity_parse(word, &severity) < 0) {
		walk_remark(&c->walk, &s, "%s is no severity",
		    walk_quote(&c->walk, word));
	} else if (severity > c->rating) {
		c->rating = severity;
	}
}

/* One item of scores or metrics: up to three CVSS objects over the same
 * products. */
static void
scores_of(struct csaf *c, const struct spot *item, const struct spot *content,
    struct vulnerability *v)
{
	struct arena *mem = c->walk.mem;
	struct indices products = csaf_indices(c, item, "products", MUST);
	const char *source = walk_line(&c->walk, item, "source", MAY);

	for (size_t k = 0; k < COUNT_OF(score_kinds); k++) {
		struct spot cvss = spot_get(content, score_kinds[k].key);
		struct score score = { .vector = "", .source = source,
		    .products = products };

		if (cvss.v == NULL || v->n_scores >= ITEMS_MAX ||
		    !score_read(c, &cvss, score_kinds[k].version, &score)) {
			continue;
		}
		/* The same list packed thrice is three lists. */
		if (!csaf_afford(c, products.n)) {
			return;
		}
		v->scores = arena_more(mem, v->scores, v->n_scores,
		    sizeof(*v->scores));
		v->scores[v->n_scores++] = score;
		c->scored = true;
	}
	rating_read(c, content);
}

void
csaf_scores(struct csaf *c, const struct spot *vuln, struct vulnerability *v)
{
	struct walk *w = &c->walk;
	struct spot scores = spot_get(vuln, "scores");
	struct spot metrics = spot_get(vuln, "metrics");
	uint32_t n = scores.v == NULL ? 0 :
	    walk_count(w, &scores, MAY, ITEMS_MAX);
	uint32_t m = metrics.v == NULL ? 0 :
	    walk_count(w, &metrics, MAY, ITEMS_MAX);

	for (uint32_t i = 0; i < n && !c->over; i++) {
		struct spot s = spot_at(&scores, i);
		if (walk_object(w, &s, MUST)) {
			scores_of(c, &s, &s, v);
		}
	}
	for (uint32_t i = 0; i < m && !c->over; i++) {
		struct spot s = spot_at(&metrics, i);
		struct spot content = spot_get(&s, "content");
		if (walk_object(w, &s, MUST) &&
		    walk_object(w, &content, MUST)) {
			scores_of(c, &s, &content, v);
			csaf_extensions(c, &content);
		}
	}
}
