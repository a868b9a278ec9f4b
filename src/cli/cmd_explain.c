/* explain: one device against one advisory, for a person: first the verdict,
 * then each step. */
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "base/buf.h"
#include "base/json.h"

#include "contract/conf.h"
#include "contract/keeper.h"

#include "cli.h"

#define REPLY_MAX	(64u << 20)
#define LINE_SHOWN	390u
#define CVES_SHOWN	10u
#define REMEDIES_SHOWN	5u

/* As cli_show, but this is read as prose: quotes stand as they are, and lines
 * run on. */
static const char *
show(const char *s, unsigned max, char *out)
{
	size_t n = 0;

	cli_show(s, max, out);
	for (const char *p = out; *p != '\0'; p++) {
		if (p[0] == '\\' && (p[1] == '"' || p[1] == 'n'))
			out[n++] = *++p == 'n' ? ' ' : '"';
		else if (p[0] == '\\' && p[1] == '\\')
			out[n++] = *++p;
		else
			out[n++] = *p;
	}
	out[n] = '\0';
	return out;
}

/* A member as text for a terminal; out holds CLI_SHOW_MAX. */
static const char *
text(const struct json *o, const char *key, char *out)
{
	return show(json_get_text(o, key), LINE_SHOWN, out);
}

static bool
is(const struct json *o, const char *key)
{
	return json_true(json_get(o, key));
}

static void
print_verdict(const struct json *x)
{
	char a[CLI_SHOW_MAX], b[CLI_SHOW_MAX], c[CLI_SHOW_MAX];
	const char *status = json_get_text(x, "status");
	const char *part = json_get_text(x, "part_number");

	if (strcmp(status, "none") == 0)
		printf("NO MATCH: %s does not concern %s, as far as can be "
		    "told.\n", text(x, "advisory", a), text(x, "device", b));
	else
		printf("%s, %s: %s and %s.%s\n", strcmp(status, "affected") ==
		    0 ? "AFFECTED" : status, json_get_text(x, "confidence"),
		    text(x, "advisory", a), text(x, "device", b),
		    is(x, "alerts") ? "" : " That makes no alert.");
	printf("  advisory  %s, revision %s, by %s\n", text(x, "title", a),
	    text(x, "revision", b), text(x, "publisher", c));
	printf("  device    %s / %s", text(x, "vendor", a),
	    text(x, "model", b));
	printf(", version %s", json_get_text(x, "version")[0] != '\0' ?
	    text(x, "version", a) : "not known");
	if (part[0] != '\0')
		printf(", part number %s", show(part, 100, b));
	printf(" (list %s)\n", text(x, "list", a));
	if (strcmp(status, "none") != 0)
		printf("  severity  %s\n", json_get_text(x, "severity"));
	const struct json *why = json_get(x, "why");
	for (size_t i = 0; i < json_count(why); i++)
		printf("  %s  %s\n", i == 0 ? "because " : "        ",
		    show(json_text(json_at(why, i)), LINE_SHOWN, a));
}

static void
print_products(const struct json *x)
{
	const struct json *list = json_get(x, "products");
	long long more = json_integer(json_get(x, "products_more"), 0);
	long long total = json_integer(json_get(x, "products_total"), 0);
	char a[CLI_SHOW_MAX], b[CLI_SHOW_MAX], c[CLI_SHOW_MAX];

	puts(json_count(list) > 0 ? "\nProducts of the advisory, nearest "
	    "first:" : "\nNo product of the advisory is anything like it.");
	for (size_t i = 0; i < json_count(list); i++) {
		const struct json *p = json_at(list, i);
		const struct json *steps = json_get(p, "steps");
		const char *range = json_get_text(p, "range");

		printf("%s %s / %s%s%s%s%s\n", is(p, "decided") ? "=>" : " *",
		    text(p, "vendor", a), text(p, "product", b),
		    range[0] != '\0' ? ", \"" : "", show(range,
		    LINE_SHOWN, c), range[0] != '\0' ? "\"" : "",
		    is(p, "decided") ? "   (this one decides)" : "");
		for (size_t k = 0; k < json_count(steps); k++) {
			const struct json *s = json_at(steps, k);
			printf("     %-7s %-12s %s\n",
			    json_get_text(s, "result"),
			    json_get_text(s, "step"), text(s, "text", a));
		}
	}
	if (more > 0)
		printf("  ... and %lld more that are somewhat alike\n", more);
	long long rest = total - more - (long long)json_count(list);
	if (rest > 0)
		printf("  %lld further product%s of the advisory %s nothing "
		    "like it\n", rest, rest == 1 ? "" : "s", rest == 1 ?
		    "is" : "are");
}

static void
print_cves(const struct json *x)
{
	const struct json *cves = json_get(x, "cves");
	const struct json *remedies = json_get(x, "remedies");
	char a[CLI_SHOW_MAX], b[CLI_SHOW_MAX];

	if (json_count(cves) > 0)
		puts("\nVulnerabilities:");
	for (size_t i = 0; i < json_count(cves) && i < CVES_SHOWN; i++) {
		const struct json *c = json_at(cves, i);
		printf("  %-16s %s, %s (%s)\n", text(c, "cve", a),
		    json_get_text(c, "status"),
		    json_get_text(c, "confidence"), text(c, "product", b));
	}
	if (json_count(cves) > CVES_SHOWN)
		printf("  ... and %zu more\n", json_count(cves) - CVES_SHOWN);
	if (json_count(remedies) > 0)
		puts("\nWhat the publisher advises for it:");
	for (size_t i = 0; i < json_count(remedies) && i < REMEDIES_SHOWN;
	    i++) {
		const struct json *r = json_at(remedies, i);
		printf("  %s: %s %s\n", text(r, "category", a), show(
		    json_get_text(r, "text"), 200, b), json_get_text(r,
		    "url")[0] != '\0' ? "(with an address)" : "");
	}
	if (json_count(remedies) > REMEDIES_SHOWN)
		printf("  ... and %zu more\n", json_count(remedies) -
		    REMEDIES_SHOWN);
}

static void
print_route(const struct json *r)
{
	const struct json *sinks = json_get(r, "sinks");
	char a[CLI_SHOW_MAX], b[CLI_SHOW_MAX];

	printf("  %-16s ", text(r, "route", a));
	if (!is(r, "takes")) {
		printf("no: %s\n", text(r, "refused", b));
		return;
	}
	if (json_count(sinks) == 0) {
		printf("takes it and drops it: %s\n", text(r, "drop", b));
		return;
	}
	printf("takes it to");
	for (size_t i = 0; i < json_count(sinks); i++)
		printf("%s %s", i > 0 ? "," : "", show(
		    json_text(json_at(sinks, i)), 64, b));
	puts(is(r, "continue") ? ", and on" : "");
}

static void
print_routes(const struct json *x)
{
	const struct json *routes = json_get(x, "routes");
	bool told = false;

	if (!is(x, "configured"))
		return;
	puts("\nRoutes, in order:");
	if (!is(x, "alerts"))
		puts("  none is asked: there is nothing to tell");
	for (size_t i = 0; i < json_count(routes); i++) {
		print_route(json_at(routes, i));
		told |= is(json_at(routes, i), "takes");
	}
	if (is(x, "alerts") && !told)
		puts("  no route takes it: nobody is told");
}

static void
print_store(const struct json *x)
{
	const struct json *s = json_get(x, "store");
	const struct json *told = json_get(s, "told");
	const char *state = json_get_text(s, "state");
	char a[CLI_SHOW_MAX], b[CLI_SHOW_MAX];

	if (!json_is_object(s)) {
		if (is(x, "configured"))
			puts("\nThe store was not asked: the advisory is a "
			    "file.");
		return;
	}
	printf("\nThe store: received %s from feed %s; ",
	    text(s, "received", a), text(x, "feed", b));
	if (strcmp(state, "matched") == 0 &&
	    strcmp(json_get_text(s, "status"), "none") == 0)
		puts("matched then, and not with this device.");
	else if (strcmp(state, "matched") == 0)
		printf("matched then as %s%s%s.\n", json_get_text(s,
		    "status"), json_get_text(s, "confidence")[0] != '\0' ?
		    ", " : "", json_get_text(s, "confidence"));
	else if (strcmp(state, "aside") == 0)
		printf("set aside: %s\n", text(s, "why", a));
	else
		puts("not matched yet.");
	for (size_t i = 0; i < json_count(told); i++) {
		const struct json *t = json_at(told, i);
		printf("  %s r%lld %s by route %s at %s%s:\n",
		    json_get_text(t, "key"),
		    (long long)json_integer(json_get(t, "rev"), 0),
		    json_get_text(t, "event"), text(t, "route", a),
		    json_get_text(t, "at"), is(t, "lists_device") ? "" :
		    ", without this device");
		printf("    to %s%s%s: %s", text(t, "sink", a),
		    json_get_text(t, "recipient")[0] != '\0' ? " " : "",
		    text(t, "recipient", b), json_get_text(t, "state"));
		if (json_get_text(t, "settled")[0] != '\0')
			printf(" at %s", json_get_text(t, "settled"));
		if (json_get_text(t, "receipt")[0] != '\0')
			printf(", receipt %s", text(t, "receipt", a));
		else if (json_get_text(t, "reason")[0] != '\0')
			printf(", %s", text(t, "reason", a));
		putchar('\n');
	}
	if (json_count(told) == 0)
		puts("  No alert was made of it.");
}

static void
print_all(const struct buf *reply)
{
	struct json *x = json_parse(buf_text(reply), reply->len, NULL);

	print_verdict(x);
	print_products(x);
	print_cves(x);
	print_routes(x);
	print_store(x);
	json_close(x);
}

int
cmd_explain(const struct command_line *line)
{
	struct buf reply = BUF_INIT(REPLY_MAX);
	struct explain_job job = { .lists = line->lists,
	    .n_lists = line->n_lists, .aliases = line->aliases,
	    .n_aliases = line->n_aliases };
	struct conf *c = NULL;
	int rc;

	if (line->n_args != 2)
		return cli_usage(cli_find("explain"), "it takes an advisory "
		    "and a device");
	job.advisory = line->args[0];
	job.device = line->args[1];
	if (line->n_lists == 0) {
		c = cli_conf(line->conf, false);
		if (c == NULL)
			return EX_CONFIG;
	}
	job.conf = c;
	rc = keeper_explain(&job, &reply);
	if (rc == EX_OK && line->json)
		fputs(buf_text(&reply), stdout);
	else if (rc == EX_OK)
		print_all(&reply);
	buf_clear(&reply);
	cli_conf_free(c);
	if (fflush(stdout) == EOF)
		return EX_IOERR;
	return rc;
}
