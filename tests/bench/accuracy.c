/* accuracy.c - recall and precision of matching over labelled pairs.
 *
 *	accuracy [-e N] [-t] DEVICES.csv LABELS.jsonl FOLDER...
 *
 * Reads the advisories below the folders with the read room, the list with the
 * list room, and matches in this process. -e prints up to N wrong pairs, -t the
 * time of matching. The labels' format is told in ../shared/labels/README.md;
 * pairs called ambiguous are never scored. */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "base/arena.h"
#include "base/blob.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/text.h"
#include "list/list.h"
#include "match/matching.h"
#include "match/serve.h"
#include "noun/aliases.h"
#include "noun/document.h"
#include "noun/index.h"
#include "read/read.h"

enum answer { ANSWER_AFFECTED, ANSWER_NOT, ANSWER_POSSIBLE, ANSWER_COUNT_ };
static const char *const answer_names[] =
    { "affected", "not_affected", "possible" };
static const char *const level_names[] = { "L0", "L1", "L2" };

struct label {
	const char	*device, *advisory, *file, *kind, *range, *why;
	enum answer	 expected;
	unsigned	 level;
	const char	**cves;		uint32_t n_cves;
};

static struct {
	struct arena	 mem;
	struct label	*labels;
	uint32_t	 n;
	struct index	 ix;
	unsigned	 errors;
	bool		 timed;
	double		 seconds;
	unsigned	 documents;
	uint64_t	 matches;
	/* [level][expected][got] */
	unsigned	 count[3][ANSWER_COUNT_][ANSWER_COUNT_];
	unsigned	 wrong_cves[3], scored;
	unsigned	 alarm_vendor, alarm_sibling, alarm_other;
} run;

static const char *
map_file(const char *path, size_t *ret_n)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || fstat(fd, &st) != 0) {
		perror(path);
		exit(66);
	}
	*ret_n = (size_t)st.st_size;
	const char *p = *ret_n > 0 ? mmap(NULL, *ret_n, PROT_READ,
	    MAP_PRIVATE, fd, 0) : "";
	close(fd);
	return p;
}

static const char *
keep(const struct json *v, const char *key)
{
	return arena_text(&run.mem, json_get_text(v, key));
}

static void
read_label(const char *p, size_t n)
{
	struct err err = ERR_INIT;
	struct json *v = json_parse(p, n, &err);
	struct label l = { .level = 3 };
	const char *expected = json_get_text(v, "expected");
	const char *level = json_get_text(v, "level");

	for (unsigned i = 0; i < 3; i++)
		if (text_eq(level, level_names[i]))
			l.level = i;
	unsigned e = 0;
	while (e < ANSWER_COUNT_ && !text_eq(expected, answer_names[e]))
		e++;
	if (v != NULL && e < ANSWER_COUNT_ && l.level < 3) {
		l.expected = (enum answer)e;
		l.device = keep(v, "device");
		l.advisory = keep(v, "advisory");
		l.file = keep(v, "file");
		l.kind = keep(v, "kind");
		l.range = keep(v, "range");
		l.why = keep(v, "why");
		const struct json *cves = json_get(v, "cves");
		for (size_t i = 0; i < json_count(cves); i++) {
			l.cves = arena_more(&run.mem, l.cves, l.n_cves,
			    sizeof(*l.cves));
			l.cves[l.n_cves++] = arena_text(&run.mem,
			    json_text(json_at(cves, i)));
		}
		run.labels = arena_more(&run.mem, run.labels, run.n,
		    sizeof(*run.labels));
		run.labels[run.n++] = l;
	}
	json_close(v);
}

static int
take_device(void *ctx, const struct device *d, struct err *err)
{
	return index_builder_add(ctx, d, err);
}

static void
load_devices(const char *path, struct blob *blob)
{
	struct err err = ERR_INIT;
	struct device_report report;
	struct device_file file = { .name = "labels", .path = path,
	    .format = "csv" };
	char text[800];

	file.bytes = map_file(path, &file.len);
	struct index_builder *b = index_builder_new();
	struct aliases built_in = { .n = 0 };
	vendors_add(b, &run.mem, &built_in);
	index_builder_rules(b, &built_in);
	list_read(&file, &run.mem, take_device, b, &report);
	for (uint32_t i = 0; i < report.n_remarks; i++)
		fprintf(stderr, "%s\n", report.remarks[i]);
	if (report.failure[0] != '\0' || index_builder_finish(b, blob, &err) ||
	    blob_map(blob, &err) != 0 || index_open(&run.ix, blob->map,
	    blob->len, &err) != 0) {
		fprintf(stderr, "%s %s\n", report.failure, err_show(&err,
		    text, sizeof(text)));
		exit(65);
	}
	index_builder_free(b);
	printf("%u devices, index of %zu bytes\n", index_devices(&run.ix),
	    blob->len);
}

static enum answer
answer_of(const struct match *m)
{
	if (m == NULL || !match_status_alerts(m->status))
		return ANSWER_NOT;
	if (m->status == MATCH_AFFECTED &&
	    m->confidence != CONFIDENCE_POSSIBLE)
		return ANSWER_AFFECTED;
	return ANSWER_POSSIBLE;
}

/* Where the label says "also: ..." its CVEs are those beyond doubt only. */
static bool
same_cves(const struct label *l, const struct match *m)
{
	if (l->n_cves != m->n_cves && !text_starts(l->why, "also:"))
		return false;
	for (uint32_t i = 0; i < l->n_cves; i++) {
		bool there = false;
		for (uint32_t k = 0; k < m->n_cves; k++)
			there |= strcmp(l->cves[i], m->cves[k]) == 0;
		if (!there)
			return false;
	}
	return true;
}

static void
show_wrong(const struct label *l, const struct match *m, enum answer got)
{
	struct device d;

	if (run.errors == 0)
		return;
	run.errors--;
	device_init(&d);
	for (uint32_t i = 0; i < index_devices(&run.ix); i++)
		if (strcmp(index_column(&run.ix, i, INDEX_COLUMN_id),
		    l->device) == 0)
			index_device(&run.ix, i, &run.mem, &d);
	printf("%s %s %s: expected %s, got %s; range \"%s\"; device %s | %s | "
	    "%s | %s\n", level_names[l->level], l->kind, l->advisory,
	    answer_names[l->expected], answer_names[got], l->range, d.vendor,
	    d.model, d.version, d.part_number);
	for (uint32_t i = 0; m != NULL && i < m->n_why; i++)
		printf("    %s\n", m->why[i]);
}

static void
score(const struct label *l, const struct matching *got)
{
	const struct match *m = NULL;

	for (uint32_t i = 0; i < got->n && m == NULL; i++)
		if (strcmp(got->matches[i].device.id, l->device) == 0)
			m = &got->matches[i];
	enum answer a = answer_of(m);
	run.count[l->level][l->expected][a]++;
	run.scored++;
	if (l->expected == ANSWER_NOT && a != ANSWER_NOT) {
		if (text_eq(l->kind, "other-vendor"))
			run.alarm_vendor++;
		else if (text_eq(l->kind, "sibling-product"))
			run.alarm_sibling++;
		else if (text_eq(l->kind, "same-vendor-other-product"))
			run.alarm_other++;
	}
	if (a != l->expected) {
		show_wrong(l, m, a);
	} else if (a == ANSWER_AFFECTED && !same_cves(l, m)) {
		run.wrong_cves[l->level]++;
		show_wrong(l, m, a);
	}
}

static void
match_document(const char *path, const char *name)
{
	struct arena mem = ARENA_INIT;
	struct err err = ERR_INIT;
	struct document doc = { .feed = "", .url = path, .format = "csaf" };
	struct reading r;
	size_t n;
	const char *p = map_file(path, &n);
	char text[800];

	memset(&r, 0, sizeof(r));
	if (document_read(&doc, p, n, &mem, &r, &err) != 0) {
		fprintf(stderr, "%s: %s\n", path, err_show(&err, text,
		    sizeof(text)));
		goto out;
	}
	for (uint32_t i = 0; i < r.n_advisories; i++) {
		struct matching got;
		struct timespec a, b;
		clock_gettime(CLOCK_THREAD_CPUTIME_ID, &a);
		advisory_match(&run.ix, &r.advisories[i], true, &mem, &got);
		clock_gettime(CLOCK_THREAD_CPUTIME_ID, &b);
		run.seconds += (double)(b.tv_sec - a.tv_sec) +
		    (double)(b.tv_nsec - a.tv_nsec) / 1e9;
		run.matches += got.n;
		run.documents++;
		for (uint32_t k = 0; k < run.n; k++)
			if (strcmp(run.labels[k].file, name) == 0)
				score(&run.labels[k], &got);
	}
out:
	if (n > 0)
		munmap((void *)(uintptr_t)p, n);
	arena_clear(&mem);
}

static void
walk_folder(const char *path)
{
	struct dirent **list;
	int n = scandir(path, &list, NULL, alphasort);

	for (int i = 0; i < n; i++) {
		char sub[4096];
		struct stat st;
		snprintf(sub, sizeof(sub), "%s/%s", path, list[i]->d_name);
		if (list[i]->d_name[0] != '.' && stat(sub, &st) == 0) {
			if (S_ISDIR(st.st_mode))
				walk_folder(sub);
			else if (text_ends(sub, ".json"))
				match_document(sub, list[i]->d_name);
		}
		free(list[i]);
	}
	if (n >= 0)
		free(list);
}

static double
ratio(unsigned part, unsigned whole)
{
	return whole == 0 ? 1.0 : (double)part / whole;
}

static void
print_result(void)
{
	for (unsigned l = 0; l < 3; l++) {
		unsigned (*c)[ANSWER_COUNT_] = run.count[l];
		unsigned right = c[ANSWER_AFFECTED][ANSWER_AFFECTED];
		unsigned said = right + c[ANSWER_NOT][ANSWER_AFFECTED] +
		    c[ANSWER_POSSIBLE][ANSWER_AFFECTED];
		unsigned whole = right + c[ANSWER_AFFECTED][ANSWER_NOT] +
		    c[ANSWER_AFFECTED][ANSWER_POSSIBLE];
		unsigned maybe = c[ANSWER_POSSIBLE][0] +
		    c[ANSWER_POSSIBLE][1] + c[ANSWER_POSSIBLE][2];
		unsigned none = c[ANSWER_NOT][0] + c[ANSWER_NOT][1] +
		    c[ANSWER_NOT][2];
		printf("%s: affected recall %.4f (%u) precision %.4f (%u), "
		    "cves wrong %u; possible %.4f (%u); silent %.4f (%u)\n",
		    level_names[l], ratio(right, whole), whole,
		    ratio(right, said), said, run.wrong_cves[l],
		    ratio(c[ANSWER_POSSIBLE][ANSWER_POSSIBLE], maybe), maybe,
		    ratio(c[ANSWER_NOT][ANSWER_NOT], none), none);
	}
	printf("%u pairs scored of %u; false alarms: other vendor %u, sibling "
	    "%u, other product %u\n", run.scored, run.n, run.alarm_vendor,
	    run.alarm_sibling, run.alarm_other);
	if (run.timed)
		printf("%u documents, %llu matches, %.1f us each\n",
		    run.documents, (unsigned long long)run.matches,
		    run.seconds * 1e6 / (run.documents ? run.documents : 1));
}

int
main(int argc, char **argv)
{
	struct blob blob = BLOB_INIT;
	int opt;

	while ((opt = getopt(argc, argv, "e:t")) != -1) {
		if (opt == 'e')
			run.errors = (unsigned)atoi(optarg);
		else
			run.timed = true;
	}
	if (argc - optind < 3) {
		fprintf(stderr, "usage: accuracy [-e N] [-t] DEVICES.csv "
		    "LABELS.jsonl FOLDER...\n");
		return 64;
	}
	json_prepare();
	load_devices(argv[optind], &blob);
	size_t n;
	const char *p = map_file(argv[optind + 1], &n);
	for (size_t at = 0; at < n;) {
		const char *end = memchr(p + at, '\n', n - at);
		size_t len = end != NULL ? (size_t)(end - p) - at : n - at;
		read_label(p + at, len);
		at += len + 1;
	}
	for (int i = optind + 2; i < argc; i++)
		walk_folder(argv[i]);
	print_result();
	blob_clear(&blob);
	arena_clear(&run.mem);
	return 0;
}
