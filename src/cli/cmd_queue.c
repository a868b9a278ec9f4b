/* queue, retry, drop: what waits, and what was set aside. */
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/text.h"

#include "contract/conf.h"
#include "contract/keeper.h"

#include "cli.h"

#define REPLY_MAX (256u << 20)

static void
print_row(const struct json *r)
{
	char a[CLI_SHOW_MAX], b[CLI_SHOW_MAX];
	const char *what = json_get_text(r, "what");

	printf("%s %lld %s", what,
	    (long long)json_integer(json_get(r, "id"), 0),
	    json_get_text(r, "state"));
	if (strcmp(what, "delivery") == 0)
		printf(" %s %s %s %s tries=%lld",
		    cli_show(json_get_text(r, "sink"), 64, a),
		    cli_show(json_get_text(r, "recipient"), 100, b),
		    json_get_text(r, "key"), json_get_text(r, "event"),
		    (long long)json_integer(json_get(r, "tries"), 0));
	else
		printf(" %s %s", cli_show(json_get_text(r, "feed"), 64, a),
		    cli_show(json_get_text(r, "url"), 300, b));
	if (json_get_text(r, "next")[0] != '\0' &&
	    strcmp(json_get_text(r, "state"), "due") == 0)
		printf(" next=%s", json_get_text(r, "next"));
	putchar('\n');
	if (json_get_text(r, "title")[0] != '\0')
		printf("    %s\n", cli_show(json_get_text(r, "title"), 150, a));
	if (json_get_text(r, "reason")[0] != '\0')
		printf("    %s %s\n", cli_show(json_get_text(r, "code"), 40, b),
		    cli_show(json_get_text(r, "reason"), 300, a));
}

int
cmd_queue(const struct command_line *line)
{
	struct buf reply = BUF_INIT(REPLY_MAX);
	struct conf *c;
	int rc;

	if (line->n_args > 0)
		return cli_usage(cli_find("queue"), "takes no arguments");
	c = cli_conf(line->conf, false);
	if (c == NULL)
		return EX_CONFIG;
	rc = cli_ask(c, "{\"ask\":\"queue\"}", &reply);
	if (rc == EX_OK && line->json) {
		fputs(buf_text(&reply), stdout);
	} else if (rc == EX_OK) {
		struct json *root = json_parse(buf_text(&reply), reply.len,
		    NULL);
		const struct json *rows = json_get(root, "queue");

		for (size_t i = 0; i < json_count(rows); i++)
			print_row(json_at(rows, i));
		if (json_count(rows) == 0)
			puts("nothing waits, nothing was set aside");
		json_close(root);
	}
	buf_clear(&reply);
	cli_conf_free(c);
	return rc;
}

static bool
is_what(const char *word)
{
	return strcmp(word, "delivery") == 0 ||
	    strcmp(word, "document") == 0 || strcmp(word, "advisory") == 0;
}

/* retry and drop: one request, one number back. */
static int
change(const struct command_line *line, const struct command *cmd,
    const char *what, int64_t id, const char *counted, long long *ret_n)
{
	struct buf request = BUF_INIT(65536), reply = BUF_INIT(65536);
	struct json_out j;
	struct conf *c = cli_conf(line->conf, false);
	int rc;

	if (c == NULL)
		return EX_CONFIG;
	jout_init(&j, &request);
	jout_object(&j);
	jout_kv(&j, "ask", cmd->name);
	jout_kv(&j, "what", what);
	jout_kn(&j, "id", id);
	jout_kv(&j, "why", line->why);
	jout_end(&j, '}');
	rc = cli_ask(c, buf_text(&request), &reply);
	if (rc == EX_OK) {
		struct json *root = json_parse(buf_text(&reply), reply.len,
		    NULL);

		*ret_n = (long long)json_integer(json_get(root, counted), 0);
		printf("%lld %s\n", *ret_n, counted);
		json_close(root);
	}
	/* without a daemon nobody else would send them */
	if (rc == EX_OK && *ret_n > 0 && strcmp(counted, "retried") == 0 &&
	    !keeper_is_running(c))
		puts("no keeper is running: advrelay once or advrelay run does "
		    "the work");
	buf_clear(&request);
	buf_clear(&reply);
	cli_conf_free(c);
	return rc;
}

int
cmd_retry(const struct command_line *line)
{
	const struct command *cmd = cli_find("retry");
	long long n = 0;
	int64_t id = 0;

	if (line->n_args > 2 ||
	    (line->n_args > 0 && !is_what(line->args[0])) ||
	    (line->n_args > 1 &&
	    text_i64(line->args[1], 1, INT64_MAX, &id) == -1))
		return cli_usage(cmd, "arguments are not understood");
	return change(line, cmd, line->n_args > 0 ? line->args[0] : "", id,
	    "retried", &n);
}

int
cmd_drop(const struct command_line *line)
{
	const struct command *cmd = cli_find("drop");
	long long n = 0;
	int64_t id = 0;

	if (line->n_args != 2 || !is_what(line->args[0]) ||
	    text_i64(line->args[1], 1, INT64_MAX, &id) == -1)
		return cli_usage(cmd, "say what to drop, and its number from "
		    "advrelay queue");
	if (line->why[0] == '\0')
		return cli_usage(cmd, "--why is missing; a drop needs one");
	return change(line, cmd, line->args[0], id, "dropped", &n);
}
