/* serve.c - a LIST ask: all lists in, their reports and one index out. */
#include <string.h>
#include "list.h"
#include "base/arena.h"
#include "base/blob.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/pack.h"
#include "base/text.h"
#include "noun/aliases.h"
#include "noun/index.h"
#include "talk/ask.h"
#include "talk/helper.h"

/* The reports travel inline: what a person reads at the start of a day, and a
 * frame holds 16 KiB. */
#define REPORTS_ROOM	(12u << 10)
#define REMARK_ROOM	400u
#define FAILURE_ROOM	400u

struct taking {
	struct index_builder	*index;
};

static int
take_device(void *ctx, const struct device *d, struct err *err)
{
	struct taking *t = ctx;

	return index_builder_add(t->index, d, err);
}

/* Packed size of a text. */
static size_t
packed(const char *s)
{
	return strlen(s) + 5;
}

/* Cuts the remarks to what fits, a fair share for each list, and says so. */
static void
cut_remarks(struct device_report *reports, uint32_t n, struct arena *mem)
{
	size_t fixed = 4;

	for (uint32_t i = 0; i < n; i++) {
		struct device_report *r = &reports[i];
		size_t len = text_cut(r->failure, FAILURE_ROOM);
		r->failure = arena_text_n(mem, r->failure, len);
		fixed += packed(r->name) + packed(r->failure) + 12;
		for (uint32_t k = 0; k < r->n_remarks; k++) {
			len = text_cut(r->remarks[k], REMARK_ROOM);
			r->remarks[k] = arena_text_n(mem, r->remarks[k], len);
		}
	}
	size_t room = fixed < REPORTS_ROOM ? REPORTS_ROOM - fixed : 0;
	for (uint32_t i = 0; i < n; i++) {
		struct device_report *r = &reports[i];
		size_t share = room / (n - i), used = 0;
		uint32_t keep = 0;
		while (keep < r->n_remarks && used +
		    packed(r->remarks[keep]) + 64 <= share)
			used += packed(r->remarks[keep++]);
		if (keep < r->n_remarks && share >= 64) {
			r->remarks[keep] = arena_printf(mem,
			    "and %u further remarks", r->n_remarks - keep);
			used += packed(r->remarks[keep++]);
		}
		r->n_remarks = keep;
		room -= used;
	}
}

int
list_serve(struct serving *s, struct err *err)
{
	struct index_builder *index = NULL;
	struct aliases aliases = { .n = 0 };
	struct unpack in;
	int rc = -1;

	if (s->ask_body->fd < 0)
		return err_peer(err, "LIST without device lists");
	unpack_open(&in, s->ask_body->map, s->ask_body->len);
	aliases_unpack(&in, s->mem, &aliases);
	uint32_t n = unpack_count(&in, "lists", 16383, 19);
	struct device_report *reports = arena_alloc(s->mem,
	    (n + 1) * sizeof(*reports));
	index = index_builder_new();
	vendors_add(index, s->mem, &aliases);
	index_builder_rules(index, &aliases);
	struct taking taking = { .index = index };
	for (uint32_t i = 0; i < n; i++) {
		struct device_file file;
		device_file_unpack(&in, &file);
		if (in.bad)
			break;
		list_read(&file, s->mem, take_device, &taking, &reports[i]);
	}
	if (unpack_done(&in, err) != 0)
		goto out;
	if (index_builder_finish(index, s->answer_body, err) != 0)
		goto out;
	cut_remarks(reports, n, s->mem);
	pack_u32(s->answer, n);
	for (uint32_t i = 0; i < n; i++)
		device_report_pack(s->answer, &reports[i]);
	if (s->answer->over) {
		err_limit(err, "%u device lists are too many for one report",
		    n);
		goto out;
	}
	rc = 0;
out:
	index_builder_free(index);
	return rc;
}
