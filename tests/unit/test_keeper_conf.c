/* Every case of tests/corpus/conf: a folder with relay.conf and what it names.
 * It is copied (with mode 0600, and as `modes` says: git keeps none), loaded, and
 * must give `expect`: the complaints of a bad one, the settings of a good one.
 * ACCEPT=1 writes what comes out. */
#include <check.h>
#include <dirent.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"
#include "contract/conf.h"
#include "talk/sandbox.h"
#include "keeper_fixture.h"
#include "suite.h"

#define FILE_MOST (1u << 20)

static glob_t cases;
static char home[512];

static int
slurp(const char *folder, const char *name, struct buf *out)
{
	char path[700], piece[4096];
	size_t n;
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	f = fopen(path, "rb");
	if (f == NULL)
		return -1;
	while ((n = fread(piece, 1, sizeof(piece), f)) > 0)
		buf_add(out, piece, n);
	fclose(f);
	return 0;
}

static void
spill(const char *folder, const char *name, const struct buf *text)
{
	char path[700];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	f = fopen(path, "wb");
	ck_assert_ptr_nonnull(f);
	fwrite(buf_text(text), 1, text->len, f);
	fclose(f);
}

/* All files of `from` in a new folder, whose name goes to `to`. */
static void
copy_case(const char *from, char to[SCRATCH])
{
	struct buf modes = BUF_INIT(4096);
	DIR *d = opendir(from);
	struct dirent *e;
	unsigned mode;
	char name[256], path[700];

	ck_assert_ptr_nonnull(d);
	scratch_folder(to, "conf");
	while ((e = readdir(d)) != NULL) {
		struct buf text = BUF_INIT(FILE_MOST);

		if (e->d_name[0] == '.')
			continue;
		ck_assert_int_eq(slurp(from, e->d_name, &text), 0);
		spill(to, e->d_name, &text);
		snprintf(path, sizeof(path), "%s/%s", to, e->d_name);
		ck_assert_int_eq(chmod(path, 0600), 0);
		buf_clear(&text);
	}
	closedir(d);
	if (slurp(from, "modes", &modes) == 0 &&
	    sscanf(buf_text(&modes), "%o %255s", &mode, name) == 2) {
		snprintf(path, sizeof(path), "%s/%s", to, name);
		ck_assert_int_eq(chmod(path, mode), 0);
	}
	buf_clear(&modes);
}

static void
remove_copy(const char *folder)
{
	DIR *d = opendir(folder);
	struct dirent *e;
	char path[700];

	while ((e = readdir(d)) != NULL) {
		snprintf(path, sizeof(path), "%s/%s", folder, e->d_name);
		if (e->d_name[0] != '.')
			unlink(path);
	}
	closedir(d);
	rmdir(folder);
}

/* ---- the settings as text ------------------------------------------------ */

static void
show_list(struct buf *out, const char *name, const char **list, uint32_t n)
{
	if (n == 0)
		return;
	buf_printf(out, " %s=", name);
	for (uint32_t i = 0; i < n; i++)
		buf_printf(out, "%s%s", i > 0 ? "|" : "", list[i]);
}

static void
show_tls(struct buf *out, const struct tls_files *t)
{
	buf_printf(out, "\tca %zu cert %zu key %zu bytes\n", strlen(t->ca),
	    strlen(t->cert), strlen(t->key));
}

static void
show_feed(struct buf *out, const struct feed *f)
{
	buf_printf(out, "feed %s\n\turl %s\n\ttype %s\n\tevery %u timeout %u "
	    "most %u\n", f->name, f->url, f->type, f->every_s, f->timeout_s,
	    f->max_bytes);
	buf_printf(out, "\thash %d https %d proxy \"%s\" agent \"%s\"\n",
	    f->verify_hash, f->https_only, f->proxy, f->user_agent);
	buf_puts(out, "\tallow:");
	show_list(out, "", f->allow, f->n_allow);
	buf_byte(out, '\n');
	show_tls(out, &f->tls);
}

static void
show_sink(struct buf *out, const struct conf_sink *c)
{
	const struct sink *s = &c->sink;

	buf_printf(out, "sink %s\n\ttype %s url %s scope %s timeout %u proxy "
	    "\"%s\"\n", s->name, sink_type_name(s->type), s->url, s->scope,
	    s->timeout_s, s->proxy);
	show_tls(out, &s->tls);
	buf_printf(out, "\tsecret %zu bytes\n", s->secret.len);
	switch (s->type) {
	case SINK_MAIL:
		buf_printf(out, "\tstarttls %d user \"%s\" from \"%s\" reply "
		    "\"%s\" attach %d\n", (int)s->starttls, s->user, s->from,
		    s->reply_to, s->attach);
		break;
	case SINK_SYSLOG:
		buf_printf(out, "\tframing %d facility %u enterprise %u bom "
		    "%d\n", (int)s->framing, s->facility, s->enterprise,
		    s->bom);
		break;
	default:
		buf_printf(out, "\tdialect %s\n", s->dialect);
		for (uint32_t i = 0; i < s->n_headers; i++)
			buf_printf(out, "\theader %s\n", s->headers[i]);
	}
	for (uint32_t i = 0; i < c->n_to; i++)
		buf_printf(out, "\tto %s\n", c->to[i]);
}

static void
show_route(struct buf *out, const struct conf *c, const struct conf_route *r)
{
	const struct conf_match *m = &r->match;

	buf_printf(out, "route %s line %d%s\n\tseverity %d..%d statuses %x "
	    "confidence %d exploited %d cvss %d topics %x\n\t", r->name,
	    r->line, r->go_on ? " continue" : "", m->severity_least,
	    m->severity_most, m->statuses, m->confidence_most, m->exploited,
	    m->cvss_least, m->topics);
	show_list(out, "feed", m->feeds, m->n_feeds);
	show_list(out, "vendor", m->vendors, m->n_vendors);
	show_list(out, "site", m->sites, m->n_sites);
	show_list(out, "zone", m->zones, m->n_zones);
	show_list(out, "tag", m->tags, m->n_tags);
	show_list(out, "list", m->lists, m->n_lists);
	show_list(out, "device", m->devices, m->n_devices);
	show_list(out, "advisory", m->advisories, m->n_advisories);
	show_list(out, "criticality", m->criticalities, m->n_criticalities);
	buf_puts(out, " ->");
	for (uint32_t i = 0; i < r->n_to; i++)
		buf_printf(out, " %s", c->sinks[r->to[i]].sink.name);
	buf_printf(out, " \"%s\"\n", r->reason);
}

static void
show_conf(struct buf *out, const struct conf *c)
{
	buf_printf(out, "relay %s\nstate %s\nstore %s\ncontrol %s\ncontact "
	    "\"%s\"\nsandbox %x\n", c->name, c->state_dir, c->store_url,
	    c->control, c->contact, c->sandbox_demand);
	for (uint32_t i = 0; i < c->n_feeds; i++)
		show_feed(out, &c->feeds[i]);
	for (uint32_t i = 0; i < c->n_lists; i++)
		buf_printf(out, "list %s path \"%s\" format \"%s\"\n%s",
		    c->lists[i].name, c->lists[i].path, c->lists[i].format,
		    c->lists[i].text);
	for (uint32_t i = 0; i < c->n_sinks; i++)
		show_sink(out, &c->sinks[i]);
	for (uint32_t i = 0; i < c->n_routes; i++)
		show_route(out, c, &c->routes[i]);
	buf_puts(out, "pools");
	for (size_t i = 0; i < 7; i++)
		buf_printf(out, " %u/%u", c->pools[i].size,
		    c->pools[i].max_use);
	buf_byte(out, '\n');
}

/* Names of this machine and of the copy are not part of what is expected. */
static void
neutral(struct buf *out, const char *text, const char *folder)
{
	char host[256] = "";
	const char *start = text;

	gethostname(host, sizeof(host) - 1);
	while (*text != '\0') {
		if (text_starts(text, folder)) {
			buf_puts(out, "FOLDER");
			text += strlen(folder);
		} else if (host[0] != '\0' && text > start &&
		    strchr(" /@", text[-1]) != NULL &&
		    text_starts(text, host) &&
		    strchr("\n/>", text[strlen(host)]) != NULL) {
			buf_puts(out, "HOST");
			text += strlen(host);
		} else {
			buf_byte(out, *text++);
		}
	}
}

static void
run(const char *folder, struct buf *out, bool *ret_fine)
{
	struct arena mem = ARENA_INIT;
	struct buf raw = BUF_INIT(FILE_MOST);
	struct conf_report report;
	char copy[SCRATCH];
	struct conf *c;

	copy_case(folder, copy);
	ck_assert_int_eq(chdir(copy), 0);
	c = conf_load("relay.conf", &mem, &report);
	*ret_fine = c != NULL;
	ck_assert_int_eq(c == NULL, report.n_errors > 0);
	for (uint32_t i = 0; i < report.n_errors; i++)
		buf_printf(&raw, "%s\n", report.errors[i]);
	for (uint32_t i = 0; i < report.n_warnings; i++)
		buf_printf(&raw, "warning: %s\n", report.warnings[i]);
	if (c != NULL)
		show_conf(&raw, c);
	neutral(out, buf_text(&raw), copy);
	conf_free(c);
	arena_clear(&mem);
	buf_clear(&raw);
	ck_assert_int_eq(chdir(home), 0);
	remove_copy(copy);
}

START_TEST(one_case)
{
	const char *folder = cases.gl_pathv[_i];
	struct buf out = BUF_INIT(FILE_MOST), want = BUF_INIT(FILE_MOST);
	bool fine;

	run(folder, &out, &fine);
	ck_assert_msg(fine == (strstr(folder, "/good/") != NULL),
	    "%s: %s", folder, buf_text(&out));
	if (getenv("ACCEPT") != NULL) {
		spill(folder, "expect", &out);
	} else {
		ck_assert_msg(slurp(folder, "expect", &want) == 0,
		    "%s: no file expect; look at it with ACCEPT=1", folder);
		ck_assert_msg(strcmp(buf_text(&out), buf_text(&want)) == 0,
		    "%s\n--- expected\n%s--- came\n%s", folder,
		    buf_text(&want), buf_text(&out));
	}
	buf_clear(&out);
	buf_clear(&want);
}
END_TEST

/* Nothing in it hides a secret: no complaint may show a URL's password. */
START_TEST(no_password_shown)
{
	struct buf out = BUF_INIT(FILE_MOST);
	bool fine;

	run("tests/corpus/conf/bad/feed-urls", &out, &fine);
	ck_assert_ptr_null(strstr(buf_text(&out), "hunter2"));
	buf_clear(&out);
}
END_TEST

START_TEST(not_a_file)
{
	static const struct { const char *path, *want; } table[] = {
		{ "/nonexistent/relay.conf", "/nonexistent/relay.conf: cannot "
		    "be read: No such file or directory; name another one "
		    "with -c" },
		{ "/tmp", "/tmp: is no file, or larger than 4 MiB" },
		{ "/dev/zero", "/dev/zero: is no file, or larger than 4 MiB" },
	};

	for (size_t i = 0; i < COUNT_OF(table); i++) {
		struct arena mem = ARENA_INIT;
		struct conf_report report;

		ck_assert_ptr_null(conf_load(table[i].path, &mem, &report));
		ck_assert_uint_eq(report.n_errors, 1);
		ck_assert_str_eq(report.errors[0], table[i].want);
		arena_clear(&mem);
	}
}
END_TEST

/* A FIFO where a file is expected must be refused, not waited for. */
START_TEST(fifos_do_not_hang)
{
	char folder[SCRATCH];
	struct arena mem = ARENA_INIT;
	struct buf text = BUF_INIT(4096);
	struct conf_report report;

	scratch_folder(folder, "conf");
	ck_assert_int_eq(chdir(folder), 0);
	ck_assert_int_eq(mkfifo("fifo", 0600), 0);
	buf_puts(&text, "feeds = ( { url = \"https://a.example/x.rss\"; "
	    "ca_file = \"fifo\"; } );\ndevices = \"fifo\";\n"
	    "sinks = { m = { type = \"mail\"; url = \"smtp://a\"; "
	    "to = \"a@b.example\"; user = \"u\"; password_file = \"fifo\"; "
	    "}; };\n");
	spill(folder, "relay.conf", &text);
	alarm(10);
	ck_assert_ptr_null(conf_load("relay.conf", &mem, &report));
	alarm(0);
	ck_assert_uint_eq(report.n_errors, 3);
	arena_clear(&mem);
	buf_clear(&text);
	ck_assert_int_eq(chdir(home), 0);
	remove_copy(folder);
}
END_TEST

/* The shipped one has no complaint but about files that are not here. */
START_TEST(shipped)
{
	static const char *const names[] = { "etc/relay.conf",
	    "etc/relay.conf.min" };

	for (size_t i = 0; i < COUNT_OF(names); i++) {
		struct arena mem = ARENA_INIT;
		struct conf_report report;

		if (access(names[i], R_OK) == -1) {
			printf("SKIP: %s is not there\n", names[i]);
			continue;
		}
		conf_free(conf_load(names[i], &mem, &report));
		for (uint32_t e = 0; e < report.n_errors; e++)
			ck_assert_msg(strstr(report.errors[e],
			    "No such file") != NULL, "%s", report.errors[e]);
		arena_clear(&mem);
	}
}
END_TEST

/* Where the store is, if nothing says so: as root and as anybody. */
static const struct {
	const char	*systemd, *xdg, *home;
	bool		 root;
	const char	*want;
} places[] = {
	{ "/run/s", "/xdg", "/home/o", false, "/run/s" },
	{ "/run/s:/run/t", "/xdg", "/home/o", false, "/xdg/advrelay" },
	{ "relative", "", "/home/o", false, "/home/o/.local/state/advrelay" },
	{ NULL, "relative", "/home/o", false,
	    "/home/o/.local/state/advrelay" },
	{ NULL, NULL, "", false, "/var/lib/advrelay" },
	{ NULL, "/xdg", "/home/o", true, "/var/lib/advrelay" },
};

static uid_t user;

/* Stands before libc's. */
uid_t
geteuid(void)
{
	return user;
}

static void
set_or_not(const char *name, const char *value)
{
	if (value != NULL)
		setenv(name, value, 1);
	else
		unsetenv(name);
}

START_TEST(state_dirs)
{
	struct arena mem = ARENA_INIT;
	struct conf *c;

	set_or_not("STATE_DIRECTORY", places[_i].systemd);
	set_or_not("XDG_STATE_HOME", places[_i].xdg);
	set_or_not("HOME", places[_i].home);
	user = places[_i].root ? 0 : 1000;
	c = fixture_conf(&mem, "one = { type = \"syslog\"; "
	    "url = \"udp://127.0.0.1\"; enterprise = 1; };", NULL);
	ck_assert_str_eq(c->state_dir, places[_i].want);
	conf_free(c);
	arena_clear(&mem);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("keeper_conf");
	TCase *t = tcase_create("corpus");
	int failed;

	user = getuid();
	if (getcwd(home, sizeof(home)) == NULL)
		return 1;
	setenv("STATE_DIRECTORY", "/var/lib/advrelay", 1);
	unsetenv("CREDENTIALS_DIRECTORY");
	if (glob("tests/corpus/conf/*/*", GLOB_ONLYDIR, NULL, &cases) != 0)
		printf("no cases: run from the root of the repository\n");
	tcase_add_loop_test(t, one_case, 0, (int)cases.gl_pathc);
	tcase_add_test(t, no_password_shown);
	tcase_add_test(t, not_a_file);
	tcase_add_test(t, fifos_do_not_hang);
	tcase_add_test(t, shipped);
	tcase_add_loop_test(t, state_dirs, 0, (int)COUNT_OF(places));
	suite_add_tcase(s, t);
	failed = suite_run(s);
	globfree(&cases);
	return failed > 0 || cases.gl_pathc == 0;
}
