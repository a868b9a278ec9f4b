/* run, once, match: what the keeper does by itself. */
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "base/buf.h"
#include "base/json.h"

#include "contract/keeper.h"

#include "cli.h"

int
cmd_run(const struct command_line *line)
{
	if (line->n_args > 0)
		return cli_usage(cli_find("run"), "takes no arguments");
	return keeper_run(line->conf);
}

static void
print_json(const struct once_report *r)
{
	struct buf out = BUF_INIT(4096);
	struct json_out j;

	jout_init(&j, &out);
	jout_object(&j);
	jout_kn(&j, "feeds", r->feeds);
	jout_kn(&j, "addresses_failed", r->feeds_failed);
	jout_kn(&j, "documents", r->documents);
	jout_kn(&j, "aside", r->aside);
	jout_kn(&j, "advisories", r->advisories);
	jout_kn(&j, "alerts", r->alerts);
	jout_kn(&j, "delivered", r->delivered);
	jout_kn(&j, "deferred", r->deferred);
	jout_kn(&j, "refused", r->refused);
	jout_end(&j, '}');
	puts(buf_text(&out));
	buf_clear(&out);
}

static void
print_text(const struct once_report *r)
{
	if (r->documents == 0 && r->alerts == 0 && r->delivered == 0 &&
	    r->deferred == 0 && r->refused == 0 && r->feeds_failed == 0) {
		printf("nothing new in %u feed%s\n", r->feeds,
		    r->feeds == 1 ? "" : "s");
		return;
	}
	printf("%u new document%s, %u new advisor%s, %u alert%s; %u "
	    "delivered, %u deferred, %u refused\n", r->documents,
	    r->documents == 1 ? "" : "s", r->advisories,
	    r->advisories == 1 ? "y" : "ies", r->alerts,
	    r->alerts == 1 ? "" : "s", r->delivered, r->deferred, r->refused);
	if (r->aside > 0 || r->feeds_failed > 0)
		printf("%u set aside, %u feed addresses failed: see advrelay "
		    "status and advrelay queue\n", r->aside, r->feeds_failed);
}

int
cmd_once(const struct command_line *line)
{
	struct once_report report = { .feeds = 0 };
	int rc;

	if (line->n_args > 0)
		return cli_usage(cli_find("once"), "takes no arguments");
	rc = keeper_once(line->conf, line->quiet, &report);
	if (rc == EX_CONFIG)
		return rc;
	if (line->json)
		print_json(&report);
	else if (!line->quiet && report.feeds > 0)
		print_text(&report);
	return rc;
}

int
cmd_match(const struct command_line *line)
{
	struct match_job job = { .lists = line->lists,
	    .n_lists = line->n_lists, .aliases = line->aliases,
	    .n_aliases = line->n_aliases, .all = line->all,
	    .near = line->near, .jobs = line->jobs,
	    .docs = (const char **)(void *)line->args,
	    .n_docs = (uint32_t)line->n_args };

	if (line->n_lists == 0)
		return cli_usage(cli_find("match"), "--devices is missing");
	if (line->n_args == 0)
		return cli_usage(cli_find("match"), "no document is named");
	return keeper_match(&job);
}
