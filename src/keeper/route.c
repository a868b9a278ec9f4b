/* To whom: routes in order, the first that matches wins unless it says
 * `continue`. A pure function of the config, the advisory and the match. */
#include <string.h>

#include "base/limits.h"
#include "base/text.h"

#include "compose.h"

static bool
any_glob(const char **list, uint32_t n, const char *value)
{
	for (uint32_t i = 0; i < n; i++)
		if (text_glob(list[i], value))
			return true;
	return n == 0;
}

/* The tags of a device stand in one text, see noun/device.h. */
static bool
any_tag(const char **list, uint32_t n, const struct device *d)
{
	char tag[FIELD_MAX + 1];
	const char *at = d->tags;

	while (n > 0 && *at != '\0') {
		size_t len = strcspn(at, " \t,;");

		if (len > 0 && len < sizeof(tag)) {
			memcpy(tag, at, len);
			tag[len] = '\0';
			if (any_glob(list, n, tag))
				return true;
		}
		at += len + (at[len] != '\0');
	}
	return n == 0;
}

enum route_refusal
route_refuses(const struct conf_match *c, const struct advisory *a,
    const char *feed, const struct match *m)
{
	const struct device *d = &m->device;
	int rank = severity_rank(m->severity);

	if (rank < c->severity_least || rank > c->severity_most)
		return REFUSED_SEVERITY;
	if (c->statuses != 0 && !(c->statuses & (1u << m->status)))
		return REFUSED_STATUS;
	if (c->confidence_most != -1 && (int)m->confidence > c->confidence_most)
		return REFUSED_CONFIDENCE;
	if (c->exploited != -1 && m->exploited != (c->exploited == 1))
		return REFUSED_EXPLOITED;
	if (c->cvss_least != -1 && m->cvss.tenths < c->cvss_least)
		return REFUSED_CVSS;
	if (c->topics != 0 && !(c->topics & a->topics))
		return REFUSED_TOPIC;
	if (!any_glob(c->feeds, c->n_feeds, feed))
		return REFUSED_FEED;
	if (!any_glob(c->vendors, c->n_vendors, d->vendor))
		return REFUSED_VENDOR;
	if (!any_glob(c->sites, c->n_sites, d->site))
		return REFUSED_SITE;
	if (!any_glob(c->zones, c->n_zones, d->zone))
		return REFUSED_ZONE;
	if (!any_glob(c->lists, c->n_lists, d->list))
		return REFUSED_LIST;
	if (!any_glob(c->devices, c->n_devices, d->id))
		return REFUSED_DEVICE;
	if (!any_glob(c->advisories, c->n_advisories, a->id))
		return REFUSED_ADVISORY;
	if (!any_glob(c->criticalities, c->n_criticalities, d->criticality))
		return REFUSED_CRITICALITY;
	return any_tag(c->tags, c->n_tags, d) ? REFUSED_NOT : REFUSED_TAG;
}

const char *
route_match(const struct conf *c, const struct advisory *a, const char *feed,
    const struct match *m, uint32_t *sinks)
{
	for (uint32_t i = 0; i < c->n_routes; i++) {
		const struct conf_route *r = &c->routes[i];

		if (route_refuses(&r->match, a, feed, m) != REFUSED_NOT)
			continue;
		for (uint32_t j = 0; j < r->n_to; j++)
			if (sinks[r->to[j]] == 0)
				sinks[r->to[j]] = i + 1;
		if (r->n_to == 0)
			return r->reason;
		if (!r->go_on)
			return "";
	}
	return "";
}
