#include "compose.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/text.h"

/* What one sink shall hear about one scope: matches of now by bit, and the
 * lines that changed. */
struct part {
	uint32_t	 sink;		/* index into conf.sinks */
	uint32_t	 route;		/* index into conf.routes */
	const char	*scope;		/* "" or a device id */
	uint8_t		*in;		/* per match of now: told to this sink */
	uint8_t		*was;		/* per former match: the same */
	uint32_t	 n_in;
	enum event	 event;
	bool		 done;
};

struct parts {
	struct part	*list;
	uint32_t	 n;
	const uint32_t	*by_match;	/* matches x sinks: route + 1, or 0 */
	const uint32_t	*by_former;	/* the same of the former matches */
};

static const struct match *
find_device(const struct matching *m, const struct match *like)
{
	for (uint32_t i = 0; i < m->n; i++)
		if (strcmp(m->matches[i].device.id, like->device.id) == 0 &&
		    strcmp(m->matches[i].device.list, like->device.list) == 0)
			return &m->matches[i];
	return NULL;
}

int
compose_origin(struct composing *job, int64_t document, struct err *err)
{
	const char *media;

	return store_document_origin(job->store, document, job->mem,
	    &job->sha256, &job->document_url, &media, err);
}

/* ---- who hears of what --------------------------------------------------- */

static bool
wants_device_scope(const struct composing *job, uint32_t sink)
{
	return strcmp(job->conf->sinks[sink].sink.scope, "device") == 0;
}

static void
add_part(struct composing *job, struct parts *p, uint32_t sink,
    const char *scope)
{
	struct part part = { .sink = sink, .scope = scope };
	const struct matching *m = &job->now_matches;
	uint32_t sinks = job->conf->n_sinks;

	part.in = arena_alloc(job->mem, m->n + 1);
	for (uint32_t i = 0; i < m->n; i++) {
		uint32_t route = p->by_match[i * sinks + sink];

		if (route == 0 || (scope[0] != '\0' &&
		    strcmp(scope, m->matches[i].device.id) != 0))
			continue;
		if (part.n_in++ == 0)
			part.route = route - 1;
		part.in[i] = 1;
	}
	part.was = arena_alloc(job->mem, job->old_matches.n + 1);
	for (uint32_t i = 0; i < job->old_matches.n; i++)
		part.was[i] = p->by_former[i * sinks + sink] != 0 &&
		    (scope[0] == '\0' || strcmp(scope,
		    job->old_matches.matches[i].device.id) == 0);
	p->list = arena_more(job->mem, p->list, p->n, sizeof(*p->list));
	p->list[p->n++] = part;
}

/* matches x sinks. The former matches are routed, too: who is told that a
 * device changed must be who is told of the device (customers are kept apart). */
static uint32_t *
route_matches(struct composing *job, const struct matching *m)
{
	uint32_t sinks = job->conf->n_sinks;
	uint32_t *by = arena_alloc(job->mem,
	    (size_t)(m->n + 1) * sinks * sizeof(*by));

	for (uint32_t i = 0; i < m->n; i++)
		if (match_status_alerts(m->matches[i].status))
			(void)route_match(job->conf, job->advisory, job->feed,
			    &m->matches[i], by + (size_t)i * sinks);
	return by;
}

static void
route_all(struct composing *job, struct parts *p)
{
	const struct matching *m = &job->now_matches;
	uint32_t sinks = job->conf->n_sinks;

	p->by_match = route_matches(job, m);
	p->by_former = route_matches(job, &job->old_matches);
	for (uint32_t s = 0; s < sinks; s++) {
		if (!wants_device_scope(job, s)) {
			add_part(job, p, s, "");
			continue;
		}
		for (uint32_t i = 0; i < m->n; i++)
			add_part(job, p, s, m->matches[i].device.id);
		for (uint32_t i = 0; i < job->old_matches.n; i++)
			if (find_device(m, &job->old_matches.matches[i]) ==
			    NULL)
				add_part(job, p, s,
				    job->old_matches.matches[i].device.id);
	}
}

/* ---- one alert ----------------------------------------------------------- */

static void
add_text(struct arena *mem, const char ***list, uint32_t *n, const char *text)
{
	if (text[0] == '\0')
		return;
	for (uint32_t i = 0; i < *n; i++)
		if (strcmp((*list)[i], text) == 0)
			return;
	*list = arena_more(mem, *list, *n, sizeof(**list));
	(*list)[(*n)++] = text;
}

static void
add_remedies(struct arena *mem, struct alert *a, const struct match *m)
{
	for (uint32_t i = 0; i < m->n_remedies &&
	    a->n_remedies < REMEDIES_MAX; i++) {
		const struct remedy *r = &m->remedies[i];
		uint32_t j = 0;

		while (j < a->n_remedies &&
		    (strcmp(a->remedies[j].text, r->text) != 0 ||
		    strcmp(a->remedies[j].category, r->category) != 0))
			j++;
		if (j < a->n_remedies)
			continue;
		a->remedies = arena_more(mem, a->remedies, a->n_remedies,
		    sizeof(*r));
		a->remedies[a->n_remedies++] = *r;
	}
}

static void
add_cwes(struct arena *mem, struct alert *a, const struct advisory *adv)
{
	for (uint32_t i = 0; i < adv->n_vulns && i < CVES_MAX; i++)
		for (uint32_t j = 0; j < a->n_cves; j++)
			if (strcmp(adv->vulns[i].cve, a->cves[j]) == 0)
				add_text(mem, &a->cwes, &a->n_cwes,
				    adv->vulns[i].cwe);
}

/* Worst first: status, then severity, then the order of the lists. */
static int
worse(const void *left, const void *right)
{
	const struct match *a = left, *b = right;

	if (a->status != b->status)
		return a->status < b->status ? -1 : 1;
	if (a->severity != b->severity)
		return severity_rank(a->severity) > severity_rank(b->severity) ?
		    -1 : 1;
	if (a->cvss.tenths != b->cvss.tenths)
		return a->cvss.tenths > b->cvss.tenths ? -1 : 1;
	return strcmp(a->device.id, b->device.id);
}

static void
take_matches(struct composing *job, const struct part *p, struct alert *a)
{
	struct match *list = arena_alloc(job->mem,
	    (p->n_in + 1) * sizeof(*list));

	for (uint32_t i = 0; i < job->now_matches.n; i++)
		if (p->in[i])
			list[a->n_matches++] = job->now_matches.matches[i];
	qsort(list, a->n_matches, sizeof(*list), worse);
	a->matches = list;
	for (uint32_t i = 0; i < a->n_matches; i++) {
		const struct match *m = &list[i];

		if (severity_rank(m->severity) > severity_rank(a->severity) ||
		    (m->severity == a->severity &&
		    m->cvss.tenths > a->cvss.tenths) || i == 0) {
			a->severity = m->severity;
			a->cvss = m->cvss;
			a->vector = m->vector;
		}
		a->exploited = a->exploited || m->exploited;
		for (uint32_t j = 0; j < m->n_cves && a->n_cves < CVES_MAX;
		    j++)
			add_text(job->mem, &a->cves, &a->n_cves, m->cves[j]);
		add_remedies(job->mem, a, m);
	}
	if (a->n_matches > ALERT_MATCHES_MAX) {
		a->left_out = a->n_matches - ALERT_MATCHES_MAX;
		a->n_matches = ALERT_MATCHES_MAX;
	}
	a->left_out += job->now_matches.left_out;
}

/* A resolved alert lists what was told before, with its present status. */
static void
take_former(struct composing *job, const struct part *p, struct alert *a)
{
	struct match *list = arena_alloc(job->mem,
	    (job->old_matches.n + 1) * sizeof(*list));

	for (uint32_t i = 0; i < job->old_matches.n; i++) {
		const struct match *old = &job->old_matches.matches[i];
		const struct match *now = find_device(&job->now_matches, old);

		if (!p->was[i])
			continue;
		list[a->n_matches] = now != NULL ? *now : *old;
		if (now == NULL)
			list[a->n_matches].status = MATCH_NOT_AFFECTED;
		a->n_matches++;
	}
	qsort(list, a->n_matches, sizeof(*list), worse);
	a->matches = list;
}

static void
take_changes(struct composing *job, const struct part *p, struct alert *a)
{
	const struct matching *now = &job->now_matches;
	const struct matching *old = &job->old_matches;

	for (uint32_t i = 0; i < now->n; i++)
		if (p->in[i])
			changes_of(job->mem, find_device(old,
			    &now->matches[i]), &now->matches[i], &a->changes,
			    &a->n_changes);
	for (uint32_t i = 0; i < old->n; i++) {
		const struct match *m = find_device(now, &old->matches[i]);

		if (p->was[i] && (m == NULL || !p->in[m - now->matches]))
			changes_of(job->mem, &old->matches[i], m, &a->changes,
			    &a->n_changes);
	}
}

static void
take_advisory(const struct composing *job, struct alert *a)
{
	const struct advisory *adv = job->advisory;

	a->time = job->now;
	a->feed = job->feed;
	a->title = adv->title;
	a->summary = adv->summary;
	a->topics = adv->topics;
	a->id = adv->id;
	a->publisher = adv->publisher;
	a->ns = adv->ns;
	a->version = adv->version;
	a->url = adv->url[0] != '\0' ? adv->url : job->document_url;
	a->tlp = adv->tlp;
	a->status = adv->status;
	a->category = adv->category;
	a->sha256 = job->sha256;
	a->initial = adv->initial;
	a->current = adv->current;
	a->references = adv->references;
	a->n_references = adv->n_references < 20 ? adv->n_references : 20;
}

/* ---- which event --------------------------------------------------------- */

static bool
was_told(const struct told *told, const struct conf_sink *sink)
{
	size_t n = strlen(sink->sink.name);

	for (uint32_t i = 0; i < told->n_to; i++)
		if (strncmp(told->to[i], sink->sink.name, n) == 0 &&
		    told->to[i][n] == '\n')
			return true;
	return false;
}

static bool
is_withdrawn(const struct advisory *a)
{
	return text_find_nocase(a->category, "withdrawn") != NULL;
}

/* False: this sink has nothing to hear. */
static bool
choose_event(const struct composing *job, struct part *p,
    const struct told *told, const struct alert *changes)
{
	bool before = was_told(told, &job->conf->sinks[p->sink]) &&
	    told->last_event != EVENT_RESOLVED &&
	    told->last_event != EVENT_WITHDRAWN;

	if (is_withdrawn(job->advisory) && before) {
		p->event = EVENT_WITHDRAWN;
		return true;
	}
	if (p->n_in > 0 && !before) {
		p->event = EVENT_NEW;
		return true;
	}
	if (!before)
		return false;
	p->event = p->n_in > 0 ? EVENT_UPDATED : EVENT_RESOLVED;
	return changes->n_changes > 0;
}

static void
address_to(struct composing *job, struct dispatch *d, uint32_t sink)
{
	const struct conf_sink *s = &job->conf->sinks[sink];
	static const char *const nobody[] = { "" };
	const char *const *to = s->n_to > 0 ? (const char *const *)s->to :
	    nobody;
	uint32_t n = s->n_to > 0 ? s->n_to : 1;

	for (uint32_t i = 0; i < n; i++) {
		d->sinks = arena_more(job->mem, d->sinks, d->n,
		    sizeof(*d->sinks));
		d->recipients = arena_more(job->mem, d->recipients, d->n,
		    sizeof(*d->recipients));
		d->sinks[d->n] = s->sink.name;
		d->recipients[d->n++] = to[i];
	}
}

/* Two sinks hear the same if scope, event and matches are the same. */
static bool
same_part(const struct composing *job, const struct part *a,
    const struct part *b)
{
	return !b->done && a->event == b->event &&
	    strcmp(a->scope, b->scope) == 0 &&
	    memcmp(a->in, b->in, job->now_matches.n) == 0 &&
	    memcmp(a->was, b->was, job->old_matches.n) == 0;
}

static int
compose_part(struct composing *job, struct parts *all, struct part *p,
    struct dispatch **ret, uint32_t *n, struct err *err)
{
	char *key = arena_alloc(job->mem, KEY_TEXT);
	struct dispatch d = { .n = 0 };
	struct told told;

	alert_key(job->advisory->ns, job->advisory->id, p->scope, key);
	if (store_told(job->store, key, job->mem, &told, err) == -1)
		return -1;
	alert_init(&d.alert);
	d.alert.key = key;
	d.alert.rev = told.rev + 1;
	d.alert.scope = p->scope;
	take_changes(job, p, &d.alert);
	if (!choose_event(job, p, &told, &d.alert)) {
		p->done = true;
		return 0;
	}
	d.alert.event = p->event;
	d.alert.route = p->n_in > 0 ? job->conf->routes[p->route].name : "";
	take_advisory(job, &d.alert);
	if (p->n_in > 0)
		take_matches(job, p, &d.alert);
	else
		take_former(job, p, &d.alert);
	add_cwes(job->mem, &d.alert, job->advisory);
	if (p->event == EVENT_NEW)
		d.alert.n_changes = 0;
	p->done = true;
	address_to(job, &d, p->sink);
	for (struct part *q = p + 1; q < all->list + all->n; q++) {
		if (strcmp(q->scope, p->scope) != 0 || q->done)
			continue;
		if (choose_event(job, q, &told, &d.alert) &&
		    same_part(job, p, q)) {
			address_to(job, &d, q->sink);
			q->done = true;
		}
	}
	*ret = arena_more(job->mem, *ret, *n, sizeof(**ret));
	(*ret)[(*n)++] = d;
	return 0;
}

int
compose_alerts(struct composing *job, struct dispatch **ret, uint32_t *ret_n,
    struct err *err)
{
	struct parts parts = { .list = NULL };

	*ret = NULL;
	*ret_n = 0;
	if (job->now_matches.n == 0 && job->old_matches.n == 0)
		return 0;
	route_all(job, &parts);
	for (uint32_t i = 0; i < parts.n; i++)
		if (!parts.list[i].done && compose_part(job, &parts,
		    &parts.list[i], ret, ret_n, err) == -1)
			return -1;
	return 0;
}

void
compose_test(const struct conf *c, const struct conf_sink *sink, int64_t now,
    struct arena *mem, struct dispatch *ret)
{
	struct composing job = { .conf = c, .mem = mem };
	char *key = arena_alloc(mem, KEY_TEXT);
	struct match *m = arena_alloc(mem, sizeof(*m));
	struct alert *a = &ret->alert;

	*ret = (struct dispatch){ .n = 0 };
	alert_init(a);
	a->id = arena_printf(mem, "TEST-%lld", (long long)now);
	a->ns = arena_printf(mem, "https://%s/", c->name);
	alert_key(a->ns, a->id, "", key);
	a->key = key;
	a->event = EVENT_TEST;
	a->rev = 1;
	a->time = a->initial = a->current = now;
	a->title = "Test of this sink; nothing is wrong";
	a->summary = "Somebody asked for it with advrelay test-sink. The "
	    "device below is made up.";
	a->publisher = c->name;
	a->version = "1";
	a->status = "final";
	a->category = "test";
	a->tlp = "CLEAR";
	a->route = "test-sink";
	a->severity = SEVERITY_NONE;
	match_init(m);
	m->device.id = "test-device";
	m->device.name = "Made-up device";
	m->device.vendor = "Example";
	m->device.model = "Test 1";
	m->device.version = "1.0";
	m->status = MATCH_AFFECTED;
	m->product = "Example Test 1";
	m->severity = SEVERITY_NONE;
	a->matches = m;
	a->n_matches = 1;
	address_to(&job, ret, (uint32_t)(sink - c->sinks));
}
