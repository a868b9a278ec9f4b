/* Routes of relay.conf. Without any, everything of severity medium or above
 * goes to every sink. */
#include <string.h>

#include <libconfig.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/limits.h"
#include "base/text.h"

#include "contract/conf.h"

#include "conf_parts.h"

static const struct key route_keys[] = {
	{ .name = "name", .type = SET_NAME,
	    .at = offsetof(struct conf_route, name), .help = "a name" },
	{ .name = "match", .type = SET_OTHER },
	{ .name = "to", .type = SET_OTHER },
	{ .name = "continue", .type = SET_BOOL,
	    .at = offsetof(struct conf_route, go_on), .otherwise = "false",
	    .help = "go on to the next route after this one" },
	{ .name = "reason", .type = SET_TEXT,
	    .at = offsetof(struct conf_route, reason), .most = 500,
	    .help = "why this route drops what it matches" },
	{ .name = NULL }
};

#define GLOBS(word, member)						\
	{ .name = word, .type = SET_TEXTS,				\
	    .at = offsetof(struct conf_match, member),			\
	    .count_at = offsetof(struct conf_match, n_ ## member),	\
	    .least = 1, .most = 1000,					\
	    .help = "one name or a list of names, with * and ?" }

static const struct key match_keys[] = {
	{ .name = "severity", .type = SET_OTHER },
	{ .name = "cvss", .type = SET_OTHER },
	{ .name = "status", .type = SET_OTHER },
	{ .name = "confidence", .type = SET_OTHER },
	{ .name = "exploited", .type = SET_OTHER },
	{ .name = "topic", .type = SET_OTHER },
	GLOBS("feed", feeds), GLOBS("vendor", vendors), GLOBS("site", sites),
	GLOBS("zone", zones), GLOBS("tag", tags), GLOBS("list", lists),
	GLOBS("device", devices), GLOBS("advisory", advisories),
	GLOBS("criticality", criticalities),
	{ .name = NULL }
};

/* ">=high", "<medium", "critical" as a range of ranks. */
static void
read_severity(struct conf_read *r, const config_setting_t *s,
    struct conf_match *m)
{
	const char *text = config_setting_get_string(s);
	enum severity sev;
	int rank;
	size_t op;

	if (text == NULL)
		text = "";
	op = strspn(text, "<>=");
	if (severity_parse(text + op + strspn(text + op, " "), &sev) == -1)
		goto bad;
	rank = severity_rank(sev);
	if (op == 0 || (op == 1 && text[0] == '='))
		m->severity_least = m->severity_most = rank;
	else if (op == 2 && strncmp(text, ">=", 2) == 0)
		m->severity_least = rank;
	else if (op == 1 && text[0] == '>')
		m->severity_least = rank + 1;
	else if (op == 2 && strncmp(text, "<=", 2) == 0)
		m->severity_most = rank;
	else if (op == 1 && text[0] == '<')
		m->severity_most = rank - 1;
	else
		goto bad;
	return;
bad:
	conf_complain(r, s, "is no severity; allowed: \"critical\", \"high\", "
	    "\"medium\", \"low\", \"none\", with >= > <= or < in front");
}

static void
read_cvss(struct conf_read *r, const config_setting_t *s, struct conf_match *m)
{
	const char *text = config_setting_get_string(s);
	const char *dot;
	uint32_t whole, tenth = 0;

	if (text != NULL && text_starts(text, ">=")) {
		text += 2;
		text += strspn(text, " ");
		dot = strchr(text, '.');
		if ((dot == NULL || (strlen(dot) == 2 &&
		    text_u32(dot + 1, 0, 9, &tenth) == 0)) &&
		    text_u32(arena_text_n(r->mem, text, strcspn(text, ".")), 0,
		    10, &whole) == 0 && whole * 10 + tenth <= 100) {
			m->cvss_least = (int)(whole * 10 + tenth);
			return;
		}
	}
	conf_complain(r, s, "is no CVSS bound; allowed: \">=7.0\"");
}

static void
read_statuses(struct conf_read *r, const config_setting_t *s,
    struct conf_match *m)
{
	const char **words = NULL;
	enum match_status status;
	uint32_t n = 0;

	uint32_t before = r->report->n_errors;

	conf_texts(r, s, &words, &n);
	if (n == 0 && r->report->n_errors == before)
		conf_complain(r, s, "is empty; leave it out if you mean any");
	for (uint32_t i = 0; i < n; i++) {
		if (match_status_parse(words[i], &status) == -1 ||
		    !match_status_alerts(status))
			conf_complain(r, s, "\"%s\" is no status that alerts; "
			    "allowed: \"affected\", \"under_investigation\", "
			    "\"named\"", words[i]);
		else
			m->statuses |= 1u << status;
	}
}

static void
read_topics(struct conf_read *r, const config_setting_t *s,
    struct conf_match *m)
{
	const char **words = NULL;
	uint32_t n = 0;

	uint32_t before = r->report->n_errors;

	conf_texts(r, s, &words, &n);
	if (n == 0 && r->report->n_errors == before)
		conf_complain(r, s, "is empty; leave it out if you mean any");
	for (uint32_t i = 0; i < n; i++) {
		unsigned bit = 0;

		while (topic_name(bit) != NULL &&
		    strcmp(topic_name(bit), words[i]) != 0)
			bit++;
		if (topic_name(bit) != NULL) {
			m->topics |= 1u << bit;
			continue;
		}
		conf_complain(r, s, "\"%s\" is no topic; allowed: "
		    "\"vulnerability\", \"update\", \"update-integrity\", "
		    "\"end-of-support\", \"maintenance\", \"acquisition\", "
		    "\"verification\", \"lifecycle\", \"breach\"", words[i]);
	}
}

static void
read_match(struct conf_read *r, const config_setting_t *s,
    struct conf_match *m)
{
	const config_setting_t *one;
	enum confidence conf;

	if (s != NULL && !config_setting_is_group(s)) {
		conf_complain(r, s, "must be a group: match = { severity = "
		    "\">=high\"; };");
		return;
	}
	keys_read(r, s, match_keys, m);
	if (s == NULL)
		return;
	one = config_setting_get_member(s, "severity");
	if (one != NULL)
		read_severity(r, one, m);
	one = config_setting_get_member(s, "cvss");
	if (one != NULL)
		read_cvss(r, one, m);
	one = config_setting_get_member(s, "status");
	if (one != NULL)
		read_statuses(r, one, m);
	one = config_setting_get_member(s, "topic");
	if (one != NULL)
		read_topics(r, one, m);
	one = config_setting_get_member(s, "confidence");
	if (one != NULL) {
		const char *word = config_setting_get_string(one);

		if (word == NULL || confidence_parse(word, &conf) == -1)
			conf_complain(r, one,
			    "\"%s\" is no confidence; allowed: "
			    "\"exact\", \"likely\", \"possible\" (each lets "
			    "the better ones through, too)",
			    word != NULL ? word : "");
		else
			m->confidence_most = (int)conf;
	}
	one = config_setting_get_member(s, "exploited");
	if (one != NULL && config_setting_type(one) != CONFIG_TYPE_BOOL)
		conf_complain(r, one, "is not understood; allowed: true or "
		    "false");
	else if (one != NULL)
		m->exploited = config_setting_get_bool(one) != 0;
}

static const char *
sink_names(struct conf_read *r, const struct conf *c)
{
	struct buf out = BUF_INIT(1024);
	const char *ret;

	for (uint32_t i = 0; i < c->n_sinks; i++)
		buf_printf(&out, "%s%s", i > 0 ? ", " : "",
		    c->sinks[i].sink.name);
	ret = arena_text(r->mem, buf_text(&out));
	buf_clear(&out);
	return ret;
}

static void
add_to(struct conf_read *r, struct conf_route *route, uint32_t sink)
{
	route->to = arena_more(r->mem, route->to, route->n_to,
	    sizeof(*route->to));
	route->to[route->n_to++] = sink;
}

static void
read_to(struct conf_read *r, const config_setting_t *s,
    struct conf_route *route, const struct conf *c)
{
	const config_setting_t *to = config_setting_get_member(s, "to");
	const char **names = NULL;
	uint32_t n = 0, j, before = r->report->n_errors;

	if (to == NULL) {
		conf_complain(r, s, "\"to\" is missing; it names sinks, or is "
		    "[ ] with a \"reason\"");
		return;
	}
	conf_texts(r, to, &names, &n);
	if (r->report->n_errors > before)
		return;
	for (uint32_t i = 0; i < n; i++) {
		for (j = 0; j < c->n_sinks; j++)
			if (strcmp(c->sinks[j].sink.name, names[i]) == 0)
				break;
		if (j < c->n_sinks)
			add_to(r, route, j);
		else
			conf_complain(r, to, "sink \"%s\" is not defined "
			    "(defined: %s)", names[i], sink_names(r, c));
	}
	if (n == 0 && route->reason[0] == '\0')
		conf_complain(r, to, "a route that drops must give a "
		    "reason: add reason = \"...\"; or name a sink (defined: "
		    "%s)", sink_names(r, c));
}

/* A name that nothing has is a slip of the pen: the route would never match. */
static void
check_names(struct conf_read *r, const config_setting_t *s, const char *what,
    const char **globs, uint32_t n, const char *const *names, uint32_t n_names)
{
	for (uint32_t i = 0; i < n; i++) {
		uint32_t j = 0;

		while (j < n_names && !text_glob(globs[i], names[j]))
			j++;
		if (j == n_names)
			conf_warn(r, conf_member(s, what), "\"%s\" is the name "
			    "of no %s: this condition never holds", globs[i],
			    what);
	}
}

static void
check_match(struct conf_read *r, const config_setting_t *s,
    const struct conf_match *m, const struct conf *c)
{
	const char **names = arena_alloc(r->mem,
	    (c->n_feeds + c->n_lists + 1) * sizeof(*names));

	if (s == NULL || !config_setting_is_group(s))
		return;
	for (uint32_t i = 0; i < c->n_feeds; i++)
		names[i] = c->feeds[i].name;
	check_names(r, s, "feed", m->feeds, m->n_feeds, names, c->n_feeds);
	for (uint32_t i = 0; i < c->n_lists; i++)
		names[i] = c->lists[i].name;
	check_names(r, s, "list", m->lists, m->n_lists, names, c->n_lists);
}

static bool
matches_everything(const struct conf_match *m)
{
	return m->severity_least <= 0 && m->severity_most >= 99 &&
	    m->statuses == 0 && m->confidence_most == -1 &&
	    m->exploited == -1 && m->cvss_least == -1 && m->topics == 0 &&
	    m->n_feeds + m->n_vendors + m->n_sites + m->n_zones + m->n_tags +
	    m->n_lists + m->n_devices + m->n_advisories +
	    m->n_criticalities == 0;
}

static void
route_init(struct conf_route *route)
{
	*route = (struct conf_route){ .name = "", .reason = "" };
	route->match.severity_least = -1;
	route->match.severity_most = 99;
	route->match.confidence_most = -1;
	route->match.exploited = -1;
	route->match.cvss_least = -1;
}

static struct conf_route *
add_route(struct conf_read *r, struct conf *c)
{
	struct conf_route *route;

	c->routes = arena_more(r->mem, c->routes, c->n_routes,
	    sizeof(*c->routes));
	route = &c->routes[c->n_routes++];
	route_init(route);
	return route;
}

/* The three-line start. */
static void
default_routes(struct conf_read *r, struct conf *c)
{
	struct conf_route *route = add_route(r, c);

	route->name = "default";
	route->match.severity_least = severity_rank(SEVERITY_MEDIUM);
	for (uint32_t i = 0; i < c->n_sinks; i++)
		add_to(r, route, i);
	route = add_route(r, c);
	route->name = "below-medium";
	route->reason = "severity below medium (no routes are configured)";
}

void
conf_read_routes(struct conf_read *r, const config_setting_t *s,
    struct conf *c)
{
	int n;
	bool all = false;

	if (s == NULL) {
		default_routes(r, c);
		return;
	}
	if (!config_setting_is_list(s)) {
		conf_complain(r, s, "must be a list: routes = ( { match = { }; "
		    "to = [ \"soc\" ]; } );");
		return;
	}
	n = config_setting_length(s);
	if (n > (int)ROUTES_MAX)
		conf_complain(r, s, "has %d routes; allowed: at most %u", n,
		    ROUTES_MAX);
	for (int i = 0; i < n && i < (int)ROUTES_MAX; i++) {
		const config_setting_t *one =
		    config_setting_get_elem(s, (unsigned)i);
		struct conf_route *route;

		if (!config_setting_is_group(one)) {
			conf_complain(r, one, "must be a group: { match = { }; "
			    "to = [ \"soc\" ]; }");
			continue;
		}
		route = add_route(r, c);
		route->line = (int)config_setting_source_line(one);
		keys_read(r, one, route_keys, route);
		if (route->name[0] == '\0')
			route->name = arena_printf(r->mem, "route-%d", i + 1);
		read_match(r, config_setting_get_member(one, "match"),
		    &route->match);
		if (route->match.n_feeds + route->match.n_lists > 0)
			check_match(r, config_setting_get_member(one, "match"),
			    &route->match, c);
		read_to(r, one, route, c);
		all = all || (matches_everything(&route->match) &&
		    !route->go_on);
	}
	if (!all)
		conf_warn(r, s, "no route matches everything: what falls "
		    "through all of them is not told to anybody; end with "
		    "{ match = { }; ... }");
}
