/* cli/cli.h - the commands of `advrelay`. Each command is one function and one
 * row in main.c. Private to the command line. */
#ifndef CLI_CLI_H
#define CLI_CLI_H
#include <stdbool.h>

struct buf;
struct conf;
struct err;
struct json;

/* What the options before and behind the command said. */
struct command_line {
	const char	*conf;		/* -c */
	bool		 json;		/* --json */
	bool		 quiet;		/* -q */
	bool		 all;		/* --all */
	unsigned	 jobs;		/* -j */
	const char	*why;		/* --why */
	const char	**lists;	/* --devices, each */
	unsigned	 n_lists;
	const char	**aliases;	/* --aliases, each */
	unsigned	 n_aliases;
	bool		 near;		/* --near */
	char		**args;		/* what is left */
	int		 n_args;
};

struct command {
	const char	*name;
	const char	*usage;		/* behind "advrelay NAME " */
	const char	*help;		/* one line */
	const char	*options;	/* letters that it takes: "cjq" ... */
	int (*run)(const struct command_line *line);
};

int cmd_run(const struct command_line *line);
int cmd_once(const struct command_line *line);
int cmd_check(const struct command_line *line);
int cmd_match(const struct command_line *line);
int cmd_explain(const struct command_line *line);
int cmd_status(const struct command_line *line);
int cmd_queue(const struct command_line *line);
int cmd_retry(const struct command_line *line);
int cmd_drop(const struct command_line *line);
int cmd_test_sink(const struct command_line *line);

/* The config, or NULL with its complaints on stderr. */
struct conf *cli_conf(const char *path, bool warnings);
void	cli_conf_free(struct conf *c);
/* Asks the running keeper, or answers from the store. The reply is JSON. An
 * error answer is printed; returns an exit code. */
int	cli_ask(const struct conf *c, const char *request, struct buf *reply);
/* A usage error. */
int	cli_usage(const struct command *cmd, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
const struct command *cli_find(const char *name);
/* Text from the store for a terminal: printable, at most max bytes. */
const char *cli_show(const char *text, unsigned max, char *out);
#define CLI_SHOW_MAX 400
#endif
