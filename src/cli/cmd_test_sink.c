/* test-sink: a TEST alert through the whole chain, with the receipt. */
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/text.h"

#include "contract/conf.h"
#include "contract/keeper.h"

#include "cli.h"

#define WAIT_S 330	/* a little more than the longest ask */

static int
show_delivery(const struct json *row)
{
	char a[CLI_SHOW_MAX], b[CLI_SHOW_MAX];
	const char *state = json_get_text(row, "state");
	const char *said = json_get_text(row,
	    strcmp(state, "delivered") == 0 ? "receipt" : "reason");

	printf("%s %s %s: %s %s\n", json_get_text(row, "key"),
	    cli_show(json_get_text(row, "recipient"), 100, a), state,
	    json_get_text(row, "code"),
	    cli_show(said, 350, b));
	return strcmp(state, "delivered") == 0 ? EX_OK :
	    strcmp(state, "refused") == 0 ? EX_UNAVAILABLE : EX_TEMPFAIL;
}

/* Asks until the delivery has been tried; a running keeper does the work. */
static int
await(const struct conf *c, int64_t id)
{
	const struct timespec pause = { .tv_nsec = 100000000 };
	char request[80];
	int rc = EX_TEMPFAIL;

	snprintf(request, sizeof(request),
	    "{\"ask\":\"delivery\",\"id\":%lld}", (long long)id);
	for (int i = 0; i < WAIT_S * 10; i++) {
		struct buf reply = BUF_INIT(1 << 20);
		struct json *row;
		bool settled;

		rc = cli_ask(c, request, &reply);
		if (rc != EX_OK) {
			buf_clear(&reply);
			return rc;
		}
		row = json_parse(buf_text(&reply), reply.len, NULL);
		settled = strcmp(json_get_text(row, "state"), "due") != 0 ||
		    json_integer(json_get(row, "tries"), 0) > 0;
		if (settled)
			rc = show_delivery(row);
		json_close(row);
		buf_clear(&reply);
		if (settled)
			return rc;
		nanosleep(&pause, NULL);
	}
	printf("no answer after %d s; see advrelay queue\n", WAIT_S);
	return EX_TEMPFAIL;
}

int
cmd_test_sink(const struct command_line *line)
{
	struct buf request = BUF_INIT(4096), reply = BUF_INIT(65536);
	struct json_out j;
	struct json *root;
	struct conf *c;
	int rc;

	if (line->n_args != 1)
		return cli_usage(cli_find("test-sink"), "name one sink");
	c = cli_conf(line->conf, false);
	if (c == NULL)
		return EX_CONFIG;
	jout_init(&j, &request);
	jout_object(&j);
	jout_kv(&j, "ask", "test-sink");
	jout_kv(&j, "sink", line->args[0]);
	jout_end(&j, '}');
	rc = cli_ask(c, buf_text(&request), &reply);
	if (rc == EX_OK && !keeper_is_running(c)) {
		int sent = keeper_deliver(line->conf);

		if (sent != EX_OK && sent != EX_TEMPFAIL &&
		    sent != EX_UNAVAILABLE)
			rc = sent;
	}
	root = json_parse(buf_text(&reply), reply.len, NULL);
	if (rc == EX_OK) {
		const struct json *list = json_get(root, "deliveries");

		for (size_t i = 0; i < json_count(list); i++) {
			int one = await(c, json_integer(json_at(list, i), 0));

			if (one != EX_OK)
				rc = one;
		}
	}
	json_close(root);
	buf_clear(&request);
	buf_clear(&reply);
	cli_conf_free(c);
	return rc;
}
