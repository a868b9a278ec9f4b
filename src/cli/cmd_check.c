/* check: the config, the device lists, and the effective routing. */
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "base/buf.h"

#include "contract/conf.h"
#include "contract/keeper.h"

#include "cli.h"

static void
show_range(struct buf *out, const struct conf_match *m)
{
	static const char *const ranks[] = {
		"none", "low", "medium", "high", "critical"
	};
	int least = -1, most = -1;

	/* ranks are compared as routes compare them */
	for (int s = 0; s < SEVERITY_COUNT_; s++)
		for (int i = 0; i < 5; i++)
			if (strcmp(severity_name((enum severity)s), ranks[i]) ==
			    0) {
				int rank = severity_rank((enum severity)s);

				if (rank == m->severity_least)
					least = i;
				if (rank == m->severity_most)
					most = i;
			}
	if (least != -1)
		buf_printf(out, " severity>=%s", ranks[least]);
	if (most != -1)
		buf_printf(out, " severity<=%s", ranks[most]);
}

static void
show_list(struct buf *out, const char *name, const char **list, uint32_t n)
{
	if (n > 0)
		buf_printf(out, " %s", name);
	for (uint32_t i = 0; i < n; i++)
		buf_printf(out, "%s%s", i == 0 ? "=" : "|", list[i]);
}

static void
show_conditions(struct buf *out, const struct conf_match *m)
{
	show_range(out, m);
	for (int s = 0; s < MATCH_STATUS_COUNT_; s++)
		if (m->statuses & (1u << s))
			buf_printf(out, " status=%s",
			    match_status_name((enum match_status)s));
	for (unsigned t = 0; topic_name(t) != NULL; t++)
		if (m->topics & (1u << t))
			buf_printf(out, " topic=%s", topic_name(t));
	if (m->confidence_most != -1)
		buf_printf(out, " confidence>=%s",
		    confidence_name((enum confidence)m->confidence_most));
	if (m->exploited != -1)
		buf_printf(out, " exploited=%s",
		    m->exploited ? "true" : "false");
	if (m->cvss_least != -1)
		buf_printf(out, " cvss>=%d.%d", m->cvss_least / 10,
		    m->cvss_least % 10);
	show_list(out, "feed", m->feeds, m->n_feeds);
	show_list(out, "vendor", m->vendors, m->n_vendors);
	show_list(out, "site", m->sites, m->n_sites);
	show_list(out, "zone", m->zones, m->n_zones);
	show_list(out, "tag", m->tags, m->n_tags);
	show_list(out, "list", m->lists, m->n_lists);
	show_list(out, "device", m->devices, m->n_devices);
	show_list(out, "advisory", m->advisories, m->n_advisories);
	show_list(out, "criticality", m->criticalities, m->n_criticalities);
}

static void
print_routing(const struct conf *c)
{
	puts("routes, in order:");
	for (uint32_t i = 0; i < c->n_routes; i++) {
		const struct conf_route *r = &c->routes[i];

		struct buf conditions = BUF_INIT(65536);

		show_conditions(&conditions, &r->match);
		printf("  %-16s%s ->", r->name, conditions.len > 0 ?
		    buf_text(&conditions) : " everything");
		buf_clear(&conditions);
		for (uint32_t j = 0; j < r->n_to; j++)
			printf(" %s", c->sinks[r->to[j]].sink.name);
		if (r->n_to == 0)
			printf(" nobody: %s", r->reason);
		puts(r->go_on ? ", and on" : "");
	}
}

static void
print_config(const struct conf *c, uint32_t devices)
{
	printf("relay %s, state in %s\n", c->name, c->state_dir);
	puts("feeds:");
	for (uint32_t i = 0; i < c->n_feeds; i++)
		printf("  %-16s %s %s, every %us\n", c->feeds[i].name,
		    c->feeds[i].type, c->feeds[i].url, c->feeds[i].every_s);
	printf("devices: %u in %u list%s\n", devices, c->n_lists,
	    c->n_lists == 1 ? "" : "s");
	printf("aliases: %u\n", c->aliases.n);
	puts("sinks:");
	for (uint32_t i = 0; i < c->n_sinks; i++) {
		const struct conf_sink *s = &c->sinks[i];
		/* a webhook's path may be its secret */
		size_t shown = strlen(s->sink.url);
		const char *host = strstr(s->sink.url, "://");

		if (s->sink.type == SINK_WEBHOOK && host != NULL)
			shown = (size_t)(host - s->sink.url) + 3 +
			    strcspn(host + 3, "/?#");
		printf("  %-16s %s %.*s", s->sink.name,
		    sink_type_name(s->sink.type), (int)shown, s->sink.url);
		for (uint32_t j = 0; j < s->n_to; j++)
			printf("%s%s", j == 0 ? " to " : ", ", s->to[j]);
		putchar('\n');
	}
	print_routing(c);
}

int
cmd_check(const struct command_line *line)
{
	uint32_t devices = 0;
	struct conf *c;
	int rc = EX_OK;

	if (line->n_args > 0)
		return cli_usage(cli_find("check"), "takes no arguments");
	c = cli_conf(line->conf, true);
	if (c == NULL)
		return EX_CONFIG;
	if (keeper_check_lists(c, &devices) == -1)
		rc = EX_DATAERR;
	print_config(c, devices);
	if (rc == EX_OK && devices == 0) {
		fprintf(stderr, "warning: no device is known: nothing can "
		    "match\n");
	}
	puts(rc == EX_OK ? "the config is fine" :
	    "the config is fine, but a device list is not");
	cli_conf_free(c);
	return rc;
}
