#include "compose.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/text.h"

#include "lookup.h"

/* One match that a sink is told of. */
struct hit {
	const char	*device;	/* its id */
	uint32_t	 at;		/* index into the matching */
	uint32_t	 route;		/* index into conf.routes */
};

struct hits {
	struct hit	*list;
	uint32_t	 n;
};

/* What one sink shall hear about one scope. */
struct part {
	uint32_t	 sink;		/* index into conf.sinks */
	const char	*scope;		/* "" or a device id */
	struct hits	 in;		/* matches of now */
	struct hits	 was;		/* former matches */
	enum event	 event;
	bool		 done;
};

struct work {
	struct composing *job;
	struct device_table now, old;
	uint32_t	*mark;		/* per match of now: in this part */
	uint32_t	 turn;		/* what mark says then */
	struct part	*parts;
	uint32_t	 n_parts;
	/* publishers must not choose collisions */
	uint64_t	 seed;
};

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

/* The matches of each sink. The former ones are routed, too: who is told that a
 * device changed must be who is told of the device (customers are kept apart).
 *  */
static struct hits *
route_matches(struct composing *job, const struct matching *m)
{
	uint32_t sinks = job->conf->n_sinks;
	struct hits *by = arena_alloc(job->mem, (sinks + 1) * sizeof(*by));
	uint32_t *routes = arena_alloc(job->mem,
	    (sinks + 1) * sizeof(*routes));

	for (uint32_t i = 0; i < m->n; i++) {
		if (!match_status_alerts(m->matches[i].status))
			continue;
		memset(routes, 0, sinks * sizeof(*routes));
		(void)route_match(job->conf, job->advisory, job->feed,
		    &m->matches[i], routes);
		for (uint32_t s = 0; s < sinks; s++) {
			struct hits *h = &by[s];

			if (routes[s] == 0)
				continue;
			h->list = arena_more(job->mem, h->list, h->n,
			    sizeof(*h->list));
			h->list[h->n++] = (struct hit){
			    m->matches[i].device.id, i, routes[s] - 1 };
		}
	}
	return by;
}

static void
add_part(struct work *w, const struct part *part)
{
	if (part->in.n + part->was.n == 0)
		return;
	w->parts = arena_more(w->job->mem, w->parts, w->n_parts,
	    sizeof(*w->parts));
	w->parts[w->n_parts++] = *part;
}

static int
by_device(const void *left, const void *right)
{
	const struct hit *a = left, *b = right;
	int order = strcmp(a->device, b->device);

	return order != 0 ? order : a->at < b->at ? -1 : a->at > b->at;
}

static void
sort_hits(struct hits *h)
{
	if (h->n > 1)
		qsort(h->list, h->n, sizeof(*h->list), by_device);
}

/* The hits of one device, cut off in front. */
static struct hits
take_device(struct hits *from, const char *device)
{
	struct hits ret = { .list = from->list };

	while (from->n > 0 && strcmp(from->list->device, device) == 0) {
		from->list++;
		from->n--;
		ret.n++;
	}
	return ret;
}

static void
split_by_device(struct work *w, uint32_t sink, struct hits in,
    struct hits was)
{
	sort_hits(&in);
	sort_hits(&was);
	while (in.n + was.n > 0) {
		const char *device = in.n == 0 || (was.n > 0 &&
		    strcmp(was.list->device, in.list->device) < 0) ?
		    was.list->device : in.list->device;
		struct part part = { .sink = sink, .scope = device };

		part.in = take_device(&in, device);
		part.was = take_device(&was, device);
		add_part(w, &part);
	}
}

static int
by_scope(const void *left, const void *right)
{
	const struct part *a = left, *b = right;
	int order = strcmp(a->scope, b->scope);

	return order != 0 ? order : a->sink < b->sink ? -1 : a->sink > b->sink;
}

static void
route_all(struct work *w)
{
	struct composing *job = w->job;
	struct hits *in = route_matches(job, &job->now_matches);
	struct hits *was = route_matches(job, &job->old_matches);

	for (uint32_t s = 0; s < job->conf->n_sinks; s++) {
		struct part part = { .sink = s, .scope = "", .in = in[s],
		    .was = was[s] };

		if (wants_device_scope(job, s))
			split_by_device(w, s, in[s], was[s]);
		else
			add_part(w, &part);
	}
	if (w->n_parts > 1)
		qsort(w->parts, w->n_parts, sizeof(*w->parts), by_scope);
}

/* ---- one alert ----------------------------------------------------------- */

static void
add_text(struct arena *mem, const char ***list, uint32_t *n, const char *text)
{
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

/* The weaknesses behind the CVEs that the alert lists. */
static void
add_cwes(struct work *w, struct alert *a, const struct texts *cves)
{
	const struct advisory *adv = w->job->advisory;
	struct texts seen = { .seed = w->seed };

	for (uint32_t i = 0; i < adv->n_vulns && i < CVES_MAX; i++) {
		const struct vulnerability *v = &adv->vulns[i];

		if (v->cwe[0] != '\0' && texts_hold(cves, v->cve) &&
		    texts_add(&seen, v->cwe))
			add_text(w->job->mem, &a->cwes, &a->n_cwes, v->cwe);
	}
	texts_clear(&seen);
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

/* As many as an alert may list and a packed alert can hold; room is left for
 * its texts, remedies and CVEs. */
static void
cut_matches(struct alert *a)
{
	struct buf packed = BUF_INIT(ALERT_MAX);
	uint32_t n = 0;
	size_t total = 0;

	while (n < a->n_matches && n < ALERT_MATCHES_MAX) {
		buf_reset(&packed);
		match_pack(&packed, &a->matches[n]);
		total += packed.len;
		if (packed.over || total > ALERT_MAX / 4 * 3)
			break;
		n++;
	}
	a->left_out += a->n_matches - n;
	a->n_matches = n;
	buf_clear(&packed);
}

static void
take_matches(struct work *w, const struct part *p, struct alert *a)
{
	struct composing *job = w->job;
	struct match *list = arena_alloc(job->mem,
	    (p->in.n + 1) * sizeof(*list));
	struct texts cves = { .seed = w->seed };

	for (uint32_t i = 0; i < p->in.n; i++)
		list[i] = job->now_matches.matches[p->in.list[i].at];
	qsort(list, p->in.n, sizeof(*list), worse);
	a->matches = list;
	a->n_matches = p->in.n;
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
			if (m->cves[j][0] != '\0' &&
			    texts_add(&cves, m->cves[j]))
				add_text(job->mem, &a->cves, &a->n_cves,
				    m->cves[j]);
		add_remedies(job->mem, a, m);
	}
	add_cwes(w, a, &cves);
	texts_clear(&cves);
	a->left_out = job->now_matches.left_out;
	cut_matches(a);
}

/* A resolved alert lists what was told before, with its present status. */
static void
take_former(struct work *w, const struct part *p, struct alert *a)
{
	struct match *list = arena_alloc(w->job->mem,
	    (p->was.n + 1) * sizeof(*list));

	for (uint32_t i = 0; i < p->was.n; i++) {
		const struct match *old =
		    &w->job->old_matches.matches[p->was.list[i].at];
		const struct match *now = device_table_find(&w->now, old);

		list[i] = now != NULL ? *now : *old;
		if (now == NULL)
			list[i].status = MATCH_NOT_AFFECTED;
	}
	qsort(list, p->was.n, sizeof(*list), worse);
	a->matches = list;
	a->n_matches = p->was.n;
	cut_matches(a);
}

static void
take_changes(struct work *w, const struct part *p, struct alert *a)
{
	struct arena *mem = w->job->mem;
	const struct matching *now = &w->job->now_matches;
	const struct matching *old = &w->job->old_matches;

	w->turn++;
	for (uint32_t i = 0; i < p->in.n; i++) {
		const struct match *m = &now->matches[p->in.list[i].at];

		w->mark[p->in.list[i].at] = w->turn;
		if (a->n_changes < CHANGES_MAX)
			changes_of(mem, device_table_find(&w->old, m), m,
			    &a->changes, &a->n_changes);
	}
	for (uint32_t i = 0; i < p->was.n && a->n_changes < CHANGES_MAX; i++) {
		const struct match *was = &old->matches[p->was.list[i].at];
		const struct match *m = device_table_find(&w->now, was);
		uint32_t before = a->n_changes;

		if (m != NULL && w->mark[m - now->matches] == w->turn)
			continue;
		changes_of(mem, was, m, &a->changes, &a->n_changes);
		/* its place, tags or severity lead to others by now */
		if (a->n_changes == before)
			add_text(mem, &a->changes, &a->n_changes,
			    arena_printf(mem, "%s: not told to you any more, "
			    "by the routes", was->device.id));
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

/* What this sink would hear. False: nothing, whatever changed.
 *
 * A sink that was told before and whose routes gave it a match of the last
 * revision has an open alert. The last event of the key is no sign of that: it
 * may be another sink's. */
static bool
choose_event(const struct composing *job, struct part *p,
    const struct told *told)
{
	bool open = p->was.n > 0 && told->last_event != EVENT_WITHDRAWN &&
	    was_told(told, &job->conf->sinks[p->sink]);

	if (is_withdrawn(job->advisory)) {
		p->event = EVENT_WITHDRAWN;
		return open;
	}
	if (!open) {
		p->event = EVENT_NEW;
		return p->in.n > 0;
	}
	p->event = p->in.n > 0 ? EVENT_UPDATED : EVENT_RESOLVED;
	return true;
}

/* May this wait for a digest? Not what is attacked now, and no breach: they go
 * out by themselves. */
static bool
gathers(const struct composing *job, const struct conf_sink *s,
    const struct alert *a)
{
	return job->again && s->backlog == BACKLOG_DIGEST && !a->exploited &&
	    (a->topics & TOPIC_BREACH) == 0;
}

void
compose_address(struct composing *job, struct dispatch *d, uint32_t sink)
{
	const struct conf_sink *s = &job->conf->sinks[sink];
	bool gather = gathers(job, s, &d->alert);
	static const char *const nobody[] = { "" };
	const char *const *to = s->n_to > 0 ? (const char *const *)s->to :
	    nobody;
	uint32_t n = s->n_to > 0 ? s->n_to : 1;

	for (uint32_t i = 0; i < n; i++) {
		d->sinks = arena_more(job->mem, d->sinks, d->n,
		    sizeof(*d->sinks));
		d->recipients = arena_more(job->mem, d->recipients, d->n,
		    sizeof(*d->recipients));
		d->gather = arena_more(job->mem, d->gather, d->n,
		    sizeof(*d->gather));
		d->gather[d->n] = gather;
		d->sinks[d->n] = s->sink.name;
		d->recipients[d->n++] = to[i];
	}
}

static bool
same_hits(const struct hits *a, const struct hits *b)
{
	if (a->n != b->n)
		return false;
	for (uint32_t i = 0; i < a->n; i++)
		if (a->list[i].at != b->list[i].at)
			return false;
	return true;
}

/* Fills the alert of one part; false if there is nothing to say. */
static bool
compose_part(struct work *w, struct part *p, const struct told *told,
    struct alert *a)
{
	struct composing *job = w->job;

	if (!choose_event(job, p, told))
		return false;
	a->rev = told->rev + 1;
	a->scope = p->scope;
	a->event = p->event;
	if (p->event != EVENT_NEW)
		take_changes(w, p, a);
	if (p->event == EVENT_UPDATED && a->n_changes == 0)
		return false;
	a->route = job->conf->routes[p->in.n > 0 ? p->in.list[0].route :
	    p->was.list[0].route].name;
	take_advisory(job, a);
	if (p->in.n > 0)
		take_matches(w, p, a);
	else
		take_former(w, p, a);
	return true;
}

/* All parts of one scope, first to last: they share a key. Sinks that hear the
 * same share an alert. */
static int
compose_scope(struct work *w, struct part *first, const struct part *end,
    struct dispatch **ret, uint32_t *n, struct err *err)
{
	struct composing *job = w->job;
	char *key = arena_alloc(job->mem, KEY_TEXT);
	struct told told;

	alert_key(job->advisory->ns, job->advisory->id, first->scope, key);
	if (store_told(job->store, key, job->mem, &told, err) == -1)
		return -1;
	for (struct part *p = first; p < end; p++) {
		struct dispatch d = { .n = 0 };

		alert_init(&d.alert);
		d.alert.key = key;
		if (p->done || !compose_part(w, p, &told, &d.alert))
			continue;
		compose_address(job, &d, p->sink);
		for (struct part *q = p + 1; q < end; q++) {
			if (q->done || !choose_event(job, q, &told) ||
			    q->event != p->event ||
			    !same_hits(&p->in, &q->in) ||
			    !same_hits(&p->was, &q->was))
				continue;
			compose_address(job, &d, q->sink);
			q->done = true;
		}
		*ret = arena_more(job->mem, *ret, *n, sizeof(**ret));
		(*ret)[(*n)++] = d;
	}
	return 0;
}

int
compose_alerts(struct composing *job, struct dispatch **ret, uint32_t *ret_n,
    struct err *err)
{
	struct work w = { .job = job };
	uint32_t end;

	*ret = NULL;
	*ret_n = 0;
	if (job->now_matches.n == 0 && job->old_matches.n == 0)
		return 0;
	if (getrandom(&w.seed, sizeof(w.seed), 0) != sizeof(w.seed))
		w.seed = (uintptr_t)&w;
	device_table_build(job->mem, &job->now_matches, &w.now);
	device_table_build(job->mem, &job->old_matches, &w.old);
	w.mark = arena_alloc(job->mem,
	    (job->now_matches.n + 1) * sizeof(*w.mark));
	route_all(&w);
	for (uint32_t i = 0; i < w.n_parts; i = end) {
		for (end = i + 1; end < w.n_parts &&
		    strcmp(w.parts[i].scope, w.parts[end].scope) == 0; end++)
			;
		if (compose_scope(&w, &w.parts[i], &w.parts[end], ret, ret_n,
		    err) == -1)
			return -1;
	}
	return 0;
}
