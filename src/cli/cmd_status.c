/* status: feeds, queue, sinks, helpers, at a glance. */
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "base/buf.h"
#include "base/json.h"

#include "contract/conf.h"

#include "cli.h"

#define REPLY_MAX (64u << 20)

static long long
number(const struct json *o, const char *key)
{
	return (long long)json_integer(json_get(o, key), 0);
}

static const char *
or_never(const char *time)
{
	return time[0] != '\0' ? time : "never";
}

static void
print_feeds(const struct json *list)
{
	char text[CLI_SHOW_MAX];

	for (size_t i = 0; i < json_count(list); i++) {
		const struct json *f = json_at(list, i);

		if (!json_true(json_get(f, "configured")))
			continue;
		printf("feed   %-16s last success %s, %lld documents, %lld "
		    "waiting", cli_show(json_get_text(f, "name"), 64, text),
		    or_never(json_get_text(f, "last_success")),
		    number(f, "documents"), number(f, "waiting"));
		if (number(f, "aside") > 0)
			printf(", %lld set aside", number(f, "aside"));
		if (number(f, "failures") > 0)
			printf("\n         FAILING (%lld times) since %s: %s",
			    number(f, "failures"),
			    or_never(json_get_text(f, "last_failure")),
			    cli_show(json_get_text(f, "reason"), 300, text));
		else if (number(f, "failing") > 0)
			printf(", %lld of its addresses failing",
			    number(f, "failing"));
		putchar('\n');
	}
}

static void
print_sinks(const struct json *list)
{
	char text[CLI_SHOW_MAX];

	for (size_t i = 0; i < json_count(list); i++) {
		const struct json *s = json_at(list, i);

		printf("sink   %-16s %s, %lld delivered (last %s), %lld "
		    "waiting, %lld refused\n",
		    cli_show(json_get_text(s, "name"), 64, text),
		    json_get_text(s, "type"), number(s, "delivered"),
		    or_never(json_get_text(s, "last_delivered")),
		    number(s, "due"), number(s, "refused"));
		if (json_get_text(s, "paused_until")[0] != '\0')
			printf("         PAUSED until %s: %s\n",
			    json_get_text(s, "paused_until"),
			    cli_show(json_get_text(s, "reason"), 300, text));
	}
}

static void
print_helpers(const struct json *list)
{
	char text[CLI_SHOW_MAX];

	for (size_t i = 0; i < json_count(list); i++) {
		const struct json *h = json_at(list, i);
		const struct json *layers = json_get(h, "sandbox");

		printf("helper %-16s %lld idle, %lld busy",
		    json_get_text(h, "program"), number(h, "idle"),
		    number(h, "busy"));
		if (number(h, "deaths") > 0)
			printf(", %lld died", number(h, "deaths"));
		fputs("; sandbox:", stdout);
		for (size_t n = 0; n < json_count(layers); n++)
			printf(" %s", json_text(json_at(layers, n)));
		if (!json_true(json_get(h, "seen")))
			fputs(" not started yet", stdout);
		putchar('\n');
		if (json_get_text(h, "down")[0] != '\0')
			printf("         DOWN: %s\n",
			    cli_show(json_get_text(h, "down"), 300, text));
		if (json_get_text(h, "failing")[0] != '\0')
			printf("         FAILS: %s; tried again in %lld s\n",
			    cli_show(json_get_text(h, "failing"), 400, text),
			    (number(h, "retry_ms") + 999) / 1000);
	}
}

static void
print_status(const struct json *s)
{
	if (json_true(json_get(s, "running")))
		printf("advrelay %s on %s, running since %s\n",
		    json_get_text(s, "version"), json_get_text(s, "relay"),
		    json_get_text(s, "since"));
	else
		printf("advrelay %s on %s is NOT RUNNING\n",
		    json_get_text(s, "version"), json_get_text(s, "relay"));
	if (json_true(json_get(s, "store_broken")))
		puts("the store FAILED, work pauses: see the log");
	printf("store  %lld documents (%lld unread, %lld set aside), %lld "
	    "advisories (%lld unmatched)\n", number(s, "documents"),
	    number(s, "documents_new"), number(s, "documents_aside"),
	    number(s, "advisories"), number(s, "advisories_new"));
	printf("       %lld devices, %lld matches, %lld alerts, %lld KiB\n",
	    number(s, "devices"), number(s, "matches"), number(s, "alerts"),
	    number(s, "store_bytes") / 1024);
	print_feeds(json_get(s, "feeds"));
	print_sinks(json_get(s, "sinks"));
	print_helpers(json_get(s, "helpers"));
}

int
cmd_status(const struct command_line *line)
{
	struct buf reply = BUF_INIT(REPLY_MAX);
	struct conf *c;
	struct json *root;
	int rc;

	if (line->n_args > 0)
		return cli_usage(cli_find("status"), "takes no arguments");
	c = cli_conf(line->conf, false);
	if (c == NULL)
		return EX_CONFIG;
	rc = cli_ask(c, "{\"ask\":\"status\"}", &reply);
	if (rc == EX_OK && line->json) {
		fputs(buf_text(&reply), stdout);
	} else if (rc == EX_OK) {
		root = json_parse(buf_text(&reply), reply.len, NULL);
		print_status(root);
		json_close(root);
	}
	buf_clear(&reply);
	cli_conf_free(c);
	return rc;
}
