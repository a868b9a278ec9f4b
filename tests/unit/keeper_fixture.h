/* Configs, matches and advisories for the keeper's tests, from short texts. */
#ifndef TESTS_KEEPER_FIXTURE_H
#define TESTS_KEEPER_FIXTURE_H
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/mem.h"
#include "contract/conf.h"
#include "noun/advisory.h"
#include "noun/match.h"
#include "scratch.h"

/* relay.conf with these sinks and routes, loaded from a temporary folder. */
static inline struct conf *
fixture_conf(struct arena *mem, const char *sinks, const char *routes)
{
	char folder[SCRATCH], path[SCRATCH + 16];
	struct conf_report report;
	struct conf *c;
	FILE *f;

	scratch_folder(folder, "keeper");
	snprintf(path, sizeof(path), "%s/relay.conf", folder);
	f = fopen(path, "w");
	ck_assert_ptr_nonnull(f);
	fprintf(f, "relay = { name = \"relay.example\"; };\n"
	    "feeds = ( { name = \"acme\"; url = \"https://a.example/x.rss\"; }, "
	    "{ name = \"other\"; url = \"https://b.example/x.rss\"; } );\n"
	    "devices = ( { name = \"north\"; inline = ( ); }, "
	    "{ name = \"south\"; inline = ( ); } );\n"
	    "sinks = { %s };\n%s%s%s\n", sinks,
	    routes != NULL ? "routes = ( " : "", routes != NULL ? routes : "",
	    routes != NULL ? " );" : "");
	fclose(f);
	c = conf_load(path, mem, &report);
	for (uint32_t i = 0; i < report.n_errors; i++)
		fprintf(stderr, "%s\n", report.errors[i]);
	ck_assert_ptr_nonnull(c);
	unlink(path);
	rmdir(folder);
	return c;
}

/* The next piece of "a:b:c"; "" behind the end. */
static inline const char *
fixture_piece(struct arena *mem, const char **at)
{
	size_t n = strcspn(*at, ":");
	const char *ret = arena_text_n(mem, *at, n);

	*at += n;
	if (**at == ':')
		(*at)++;
	return ret;
}

/* "id:list:status:severity:cves:remedy"; the last three may be left out. */
static inline void
fixture_match(struct arena *mem, const char *text, struct match *m)
{
	const char *word;

	match_init(m);
	m->device.id = fixture_piece(mem, &text);
	m->device.list = fixture_piece(mem, &text);
	ck_assert_int_eq(match_status_parse(fixture_piece(mem, &text),
	    &m->status), 0);
	word = fixture_piece(mem, &text);
	if (word[0] != '\0')
		ck_assert_int_eq(severity_parse(word, &m->severity), 0);
	word = fixture_piece(mem, &text);
	while (*word != '\0') {
		size_t n = strcspn(word, ",");

		m->cves = arena_more(mem, m->cves, m->n_cves,
		    sizeof(*m->cves));
		m->cves[m->n_cves++] = arena_text_n(mem, word, n);
		word += n + (word[n] == ',');
	}
	word = fixture_piece(mem, &text);
	if (word[0] != '\0') {
		m->remedies = arena_alloc(mem, sizeof(*m->remedies));
		m->remedies[0] = (struct remedy){ .category = word,
		    .text = "do it", .url = "", .restart = "",
		    .entitlement = "" };
		m->n_remedies = 1;
	}
}

/* Matches separated by blanks. */
static inline struct matching
fixture_matching(struct arena *mem, const char *text)
{
	struct matching ret = { .n = 0 };

	while (*text != '\0') {
		size_t n = strcspn(text, " ");

		ret.matches = arena_more(mem, ret.matches, ret.n,
		    sizeof(*ret.matches));
		fixture_match(mem, arena_text_n(mem, text, n),
		    &ret.matches[ret.n++]);
		text += n + (text[n] == ' ');
	}
	return ret;
}

static inline void
fixture_advisory(struct advisory *a)
{
	advisory_init(a);
	a->ns = "https://acme.example";
	a->id = "ACME-1";
	a->title = "Overflow in PLC 100";
	a->category = "csaf_security_advisory";
	a->topics = TOPIC_VULNERABILITY | TOPIC_UPDATE;
}
#endif
