/* advrelay: one executable for people. */
#include <getopt.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "base/mem.h"
#include "base/text.h"

#include "talk/helper.h"

#include "cli.h"

#ifndef SYSCONFDIR
#define SYSCONFDIR "/etc/advrelay"
#endif
#define LISTS_MAX 100

static const struct command commands[] = {
	{ "run", "[-c FILE]", "the daemon, in the foreground", "c", cmd_run },
	{ "once", "[-c FILE] [-q] [--json]",
	    "poll all feeds once, deliver, exit", "cqJ", cmd_once },
	{ "check", "[-c FILE]",
	    "the config, the device lists, the effective routing", "c",
	    cmd_check },
	{ "match", "[--all] [--near] [-j N] [--aliases FILE]... "
	    "--devices LIST... DOC...",
	    "offline: matches as JSON lines; a DOC may be a folder", "anjdA",
	    cmd_match },
	{ "explain", "[-c FILE] [--json] [--aliases FILE]... "
	    "[--devices LIST]... ADVISORY DEVICE",
	    "every step that led to a match, or to none, and the routes",
	    "cJdA", cmd_explain },
	{ "status", "[-c FILE] [--json]", "feeds, queue, sinks, at a glance",
	    "cJ", cmd_status },
	{ "queue", "[-c FILE] [--json]",
	    "deliveries that wait, and what was set aside", "cJ", cmd_queue },
	{ "retry", "[-c FILE] [delivery|document|advisory [ID]]",
	    "send or read again what waits or was set aside", "c", cmd_retry },
	{ "drop", "[-c FILE] --why TEXT delivery|document|advisory ID",
	    "give something up, with a reason", "cw", cmd_drop },
	{ "test-sink", "[-c FILE] NAME",
	    "a TEST alert, end to end, with the receipt", "c", cmd_test_sink },
	{ NULL, NULL, NULL, NULL, NULL }
};

static const struct option long_options[] = {
	{ "config", required_argument, NULL, 'c' },
	{ "json", no_argument, NULL, 'J' },
	{ "quiet", no_argument, NULL, 'q' },
	{ "all", no_argument, NULL, 'a' },
	{ "jobs", required_argument, NULL, 'j' },
	{ "near", no_argument, NULL, 'n' },
	{ "devices", required_argument, NULL, 'd' },
	{ "aliases", required_argument, NULL, 'A' },
	{ "why", required_argument, NULL, 'w' },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 }
};

const struct command *
cli_find(const char *name)
{
	for (const struct command *c = commands; c->name != NULL; c++)
		if (strcmp(c->name, name) == 0)
			return c;
	return NULL;
}

int
cli_usage(const struct command *cmd, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fprintf(stderr, "advrelay %s: ", cmd->name);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fprintf(stderr, "\nusage: advrelay %s %s\n", cmd->name, cmd->usage);
	return EX_USAGE;
}

static void
help_all(FILE *to)
{
	fputs("usage: advrelay COMMAND [OPTIONS]\n\n"
	    "advrelay polls the security feeds of device manufacturers, "
	    "decides which of your\ndevices each advisory concerns, and "
	    "relays what matters: mail, syslog, webhook.\n\n", to);
	for (const struct command *c = commands; c->name != NULL; c++)
		fprintf(to, "  %-10s %s\n", c->name, c->help);
	fputs("\n  -c FILE    the config; default " SYSCONFDIR "/relay.conf\n"
	    "  --help     of each command; see also advrelay(8), "
	    "relay.conf(5)\n", to);
}

static void
help_one(const struct command *c)
{
	printf("usage: advrelay %s %s\n\n%s\n", c->name, c->usage, c->help);
	if (strchr(c->options, 'c') != NULL)
		puts("\n  -c, --config FILE  default " SYSCONFDIR
		    "/relay.conf");
	if (strchr(c->options, 'J') != NULL)
		puts("      --json         for programs");
	if (strchr(c->options, 'q') != NULL)
		puts("  -q, --quiet        no summary, no progress");
	if (strchr(c->options, 'a') != NULL)
		puts("      --all          also fixed, not_affected, "
		    "excluded");
	if (strchr(c->options, 'n') != NULL)
		puts("      --near         also what almost matched, with a "
		    "line for your aliases");
	if (strchr(c->options, 'j') != NULL)
		puts("  -j, --jobs N       helpers at a time; default: the "
		    "processors");
	if (strchr(c->options, 'd') != NULL)
		puts("      --devices LIST a device list (CSV); may be given "
		    "again");
	if (strchr(c->options, 'A') != NULL)
		puts("      --aliases FILE your own aliases, see "
		    "advrelay-aliases(5); may be given again");
	if (strchr(c->options, 'w') != NULL)
		puts("      --why TEXT     the reason, kept in the journal");
}

/* -1: go on; else the exit code. */
static int
take_option(const struct command *c, int letter, struct command_line *line)
{
	uint32_t n;

	switch (letter) {
	case 'c':
		line->conf = optarg;
		break;
	case 'J':
		line->json = true;
		break;
	case 'q':
		line->quiet = true;
		break;
	case 'a':
		line->all = true;
		break;
	case 'w':
		line->why = optarg;
		break;
	case 'j':
		if (text_u32(optarg, 1, 64, &n) == -1)
			return cli_usage(c, "-j %s: allowed: 1 to 64", optarg);
		line->jobs = n;
		break;
	case 'd':
		if (line->n_lists == LISTS_MAX)
			return cli_usage(c, "more than %d device lists",
			    LISTS_MAX);
		line->lists[line->n_lists++] = optarg;
		break;
	case 'n':
		line->near = true;
		break;
	case 'A':
		if (line->n_aliases == LISTS_MAX)
			return cli_usage(c, "more than %d files of aliases",
			    LISTS_MAX);
		line->aliases[line->n_aliases++] = optarg;
		break;
	case 'h':
		help_one(c);
		return EX_OK;
	default:
		return cli_usage(c, "unknown option, or its value is missing");
	}
	return -1;
}

static int
run_command(const struct command *c, const char *conf, int argc, char **argv)
{
	const char *lists[LISTS_MAX], *aliases[LISTS_MAX];
	struct command_line line = { .conf = conf, .why = "",
	    .lists = lists, .aliases = aliases };
	int letter, rc;

	opterr = 0;
	optind = 1;
	while ((letter = getopt_long(argc, argv, "c:qj:h", long_options,
	    NULL)) != -1) {
		if (letter != 'h' && letter != '?' &&
		    strchr(c->options, letter) == NULL)
			return cli_usage(c, "this command has no such option");
		rc = take_option(c, letter, &line);
		if (rc != -1)
			return rc;
	}
	line.args = argv + optind;
	line.n_args = argc - optind;
	return c->run(&line);
}

int
main(int argc, char **argv)
{
	const char *conf = SYSCONFDIR "/relay.conf";
	const struct command *c;
	int at = 1;

	signal(SIGPIPE, SIG_IGN);
	/* -c FILE may also stand in front of the command */
	if (argc > 2 && strcmp(argv[1], "-c") == 0) {
		conf = argv[2];
		at = 3;
	}
	if (argc <= at) {
		help_all(stderr);
		return EX_USAGE;
	}
	if (strcmp(argv[at], "--help") == 0 || strcmp(argv[at], "-h") == 0 ||
	    strcmp(argv[at], "help") == 0) {
		help_all(stdout);
		return EX_OK;
	}
	if (strcmp(argv[at], "--version") == 0) {
		printf("advrelay %s\n", build_version);
		return EX_OK;
	}
	c = cli_find(argv[at]);
	if (c == NULL) {
		const char *names[COUNT_OF(commands)];
		const char *near;

		for (size_t i = 0; i < COUNT_OF(commands); i++)
			names[i] = commands[i].name;
		near = text_nearest(argv[at], names);
		fprintf(stderr, "advrelay: no command \"%s\"%s%s%s; advrelay "
		    "--help lists them\n", argv[at],
		    near != NULL ? "; did you mean \"" : "",
		    near != NULL ? near : "", near != NULL ? "\"?" : "");
		return EX_USAGE;
	}
	return run_command(c, conf, argc - at, argv + at);
}
