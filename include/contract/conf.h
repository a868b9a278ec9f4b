/* contract/conf.h - relay.conf as typed settings.
 *
 * conf_load reads libconfig syntax (src/keeper/conf*.c), checks everything it
 * can without the network, and collects every error in one run. A struct conf
 * owns all its strings (one arena) and its sinks' secrets. */
#ifndef CONTRACT_CONF_H
#define CONTRACT_CONF_H
#include <stdbool.h>
#include <stdint.h>
#include "noun/aliases.h"
#include "noun/delivery.h"
#include "noun/feed.h"
#include "noun/match.h"
#include "noun/sink.h"

struct arena;
struct err;

struct conf_list {
	const char	*name;
	/* absolute, or relative to relay.conf */
	const char	*path;
	const char	*format;	/* "" = by content */
	/* inline `devices` made into CSV; "" = use path */
	const char	*text;
};

/* What a change of the device lists does to the alerts of known advisories:
 * each by itself, or all of them in one. */
enum backlog { BACKLOG_EACH, BACKLOG_DIGEST };

/* One named place: a sink and the recipients it serves. */
struct conf_sink {
	struct sink	 sink;
	enum backlog	 backlog;
	const char	**to;		uint32_t n_to;	/* mail; else none */
};

/* Conditions of a route; an empty one is true. Lists are alternatives. */
struct conf_match {
	int		 severity_least;	/* severity_rank; -1 = any */
	int		 severity_most;
	/* mask of 1 << match_status; 0 = any */
	uint32_t	 statuses;
	/* enum confidence, -1 = any; "likely" lets exact and likely through */
	int		 confidence_most;
	int		 exploited;		/* -1 any, 0, 1 */
	int		 cvss_least;		/* tenths; -1 any */
	uint32_t	 topics;		/* mask; 0 = any */
	/* globs, as all below */
	const char	**feeds;	uint32_t n_feeds;
	const char	**vendors;	uint32_t n_vendors;
	const char	**sites;	uint32_t n_sites;
	const char	**zones;	uint32_t n_zones;
	const char	**tags;		uint32_t n_tags;
	const char	**lists;	uint32_t n_lists;
	const char	**devices;	uint32_t n_devices;
	const char	**advisories;	uint32_t n_advisories;
	const char	**criticalities; uint32_t n_criticalities;
};

struct conf_route {
	const char	*name;
	struct conf_match match;
	/* indices of conf.sinks */
	uint32_t	*to;		uint32_t n_to;
	bool		 go_on;		/* `continue` */
	const char	*reason;	/* required if `to` is empty */
	int		 line;
};

struct conf_pool {
	uint32_t	 size;
	uint32_t	 max_use;
};

struct conf {
	struct arena	*mem;
	const char	*path;
	const char	*name;		/* relay.name */
	const char	*state_dir;
	/* default sqlite:STATE_DIR/advrelay.db */
	const char	*store_url;
	const char	*control;	/* socket; default STATE_DIR/control */
	const char	*contact;	/* URL or mail for the User-Agent */
	/* mask of layers that must hold */
	uint32_t	 sandbox_demand;
	struct feed	*feeds;		uint32_t n_feeds;
	struct conf_list *lists;	uint32_t n_lists;
	struct aliases	 aliases;	/* of all files, in their order */
	struct conf_sink *sinks;	uint32_t n_sinks;
	struct conf_route *routes;	uint32_t n_routes;
	/* by enum ask_kind of the program's first ask */
	struct conf_pool pools[8];
};

/* Each complaint once, "FILE:LINE: setting: what is wrong, and what is
 * allowed"; warnings do not stop. */
struct conf_report {
	const char	**errors;	uint32_t n_errors;
	const char	**warnings;	uint32_t n_warnings;
};

/* NULL if there is any error; the report is filled either way (in mem). */
struct conf *conf_load(const char *path, struct arena *mem,
    struct conf_report *report);
void	 conf_free(struct conf *c);

/* One file of aliases, as conf_load takes those of the setting; appends. -1:
 * it cannot be read. */
int	 aliases_load(const char *path, struct arena *mem,
    struct aliases *ret, alias_complain *complain, void *ctx,
    struct err *err);
#endif
