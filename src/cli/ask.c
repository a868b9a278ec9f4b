/* A request to the running keeper, or, when none runs, to the store. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"

#include "contract/conf.h"
#include "contract/keeper.h"

#include "cli.h"

struct conf *
cli_conf(const char *path, bool warnings)
{
	struct arena *mem = mem_alloc(sizeof(*mem));
	struct conf_report report;
	struct conf *c = conf_load(path, mem, &report);

	for (uint32_t i = 0; i < report.n_errors; i++)
		fprintf(stderr, "%s\n", report.errors[i]);
	for (uint32_t i = 0; i < report.n_warnings && warnings; i++)
		fprintf(stderr, "warning: %s\n", report.warnings[i]);
	if (c == NULL) {
		fprintf(stderr, "%u error%s\n", report.n_errors,
		    report.n_errors == 1 ? "" : "s");
		arena_clear(mem);
		free(mem);
	}
	return c;
}

void
cli_conf_free(struct conf *c)
{
	struct arena *mem;

	if (c == NULL)
		return;
	mem = c->mem;
	conf_free(c);
	arena_clear(mem);
	free(mem);
}

static int
show_error(const struct buf *reply)
{
	struct json *root = json_parse(buf_text(reply), reply->len, NULL);
	const char *error = json_get_text(root, "error");
	int rc = EX_OK;

	if (root == NULL) {
		fprintf(stderr, "advrelay: the answer is no JSON\n");
		rc = EX_PROTOCOL;
	} else if (error[0] != '\0') {
		fprintf(stderr, "advrelay: %s\n", error);
		rc = EX_DATAERR;
	}
	json_close(root);
	return rc;
}

int
cli_ask(const struct conf *c, const char *request, struct buf *reply)
{
	struct err err = ERR_INIT;
	char text[900];
	int rc;

	if (keeper_is_running(c))
		rc = control_ask(c->control, request, reply, &err);
	else
		rc = control_answer_offline(c, request, reply, &err);
	if (rc == -1) {
		fprintf(stderr, "advrelay: %s\n",
		    err_show(&err, text, sizeof(text)));
		return err.sys == ENOENT ? EX_NOINPUT :
		    err.sys == EBUSY ? EX_TEMPFAIL :
		    err.kind == ERR_INPUT ? EX_DATAERR : EX_UNAVAILABLE;
	}
	return show_error(reply);
}

const char *
cli_show(const char *text, unsigned max, char *out)
{
	struct buf b = BUF_INIT(CLI_SHOW_MAX - 1);

	text_show_utf8(&b, text, max);
	memcpy(out, buf_text(&b), b.len + 1);
	buf_clear(&b);
	return out;
}
