/* An alert in plain words: what people and one-line sinks read. */
#include <inttypes.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/text.h"
#include "send.h"

#define NAME_MOST 120u		/* one vendor, product or device name */

uint64_t
send_device_count(const struct alert *a)
{
	return (uint64_t)a->n_matches + a->left_out;
}

const char *
send_devices(struct arena *mem, const struct alert *a)
{
	uint64_t n = send_device_count(a);

	return arena_printf(mem, "%" PRIu64 " device%s", n, n == 1 ? "" : "s");
}

const char *
send_device_name(struct arena *mem, const struct device *d)
{
	const char *id = send_cut(mem, d->id, NAME_MOST);
	const char *name = send_cut(mem, d->name, NAME_MOST);

	if (*name == '\0' || text_eq(id, name))
		return id;
	if (*id == '\0')
		return name;
	return arena_printf(mem, "%s (%s)", id, name);
}

/* Appends a word behind a blank, if there is one. */
static void
add_word(struct buf *b, const char *word)
{
	if (*word == '\0')
		return;
	if (b->len > 0)
		buf_byte(b, ' ');
	buf_puts(b, word);
}

static const char *
buf_to_arena(struct arena *mem, struct buf *b)
{
	const char *s = arena_text(mem, buf_text(b));

	buf_clear(b);
	return s;
}

const char *
send_device_product(struct arena *mem, const struct device *d)
{
	struct buf b = BUF_INIT(4096);
	const char *part = send_cut(mem, d->part_number, NAME_MOST);

	add_word(&b, send_cut(mem, d->vendor, NAME_MOST));
	add_word(&b, send_cut(mem, d->model, NAME_MOST));
	add_word(&b, send_cut(mem, d->version, NAME_MOST));
	if (*part != '\0' && text_find_nocase(buf_text(&b), part) == NULL)
		add_word(&b, arena_printf(mem, "(%s)", part));
	return buf_to_arena(mem, &b);
}

const char *
send_device_place(struct arena *mem, const struct device *d)
{
	const char *site = send_cut(mem, d->site, NAME_MOST);
	const char *zone = send_cut(mem, d->zone, NAME_MOST);

	if (*site != '\0' && *zone != '\0')
		return arena_printf(mem, "%s, %s", site, zone);
	return *site != '\0' ? site : zone;
}

const char *
send_match_line(struct arena *mem, const struct match *m)
{
	const char *cves = send_join(mem, m->cves, m->n_cves, 3);

	return arena_printf(mem, "%s %s%s%s%s", send_device_name(mem,
	    &m->device), send_status_words(m->status), *cves ? " (" : "", cves,
	    *cves ? ")" : "");
}

/* The order in which a person would want to try them. */
static int
remedy_rank(const struct remedy *r)
{
	static const char *const order[] = { "vendor_fix", "optional_patch",
	    "mitigation", "workaround", "fix_planned", "none_available",
	    "no_fix_planned" };
	int n = (int)(sizeof(order) / sizeof(order[0]));

	for (int i = 0; i < n; i++)
		if (text_eq(r->category, order[i]))
			return i;
	return n;
}

const struct remedy *
send_best_remedy(const struct match *m)
{
	const struct remedy *best = NULL;

	for (uint32_t i = 0; i < m->n_remedies; i++)
		if (best == NULL ||
		    remedy_rank(&m->remedies[i]) < remedy_rank(best))
			best = &m->remedies[i];
	return best;
}

const char *
send_fix(struct arena *mem, const struct alert *a)
{
	const struct remedy *r = NULL;

	for (uint32_t i = 0; r == NULL && i < a->n_matches &&
	    i < SEND_DEVICES_MAX; i++)
		r = send_best_remedy(&a->matches[i]);
	for (uint32_t i = 0; r == NULL && i < a->n_remedies; i++)
		r = &a->remedies[i];
	if (r == NULL)
		return "";
	return send_cut(mem, *r->text != '\0' ? r->text :
	    send_remedy_words(r->category), 300);
}

/* "affects 3 of your devices", by the worst status among them */
static const char *
effect(struct arena *mem, const struct alert *a)
{
	uint64_t n = send_device_count(a);
	const char *verb = "concerns";

	if (a->event == EVENT_WITHDRAWN)
		return "was withdrawn by its publisher";
	if (n == 0 || a->event == EVENT_RESOLVED)
		return "concerns none of your devices any more";
	/* "affects" would claim too much if that is so for some only. */
	if (a->left_out == 0) {
		bool all = true;
		for (uint32_t i = 0; i < a->n_matches; i++)
			all = all && a->matches[i].status == MATCH_AFFECTED &&
			    a->matches[i].confidence == CONFIDENCE_EXACT;
		if (all)
			verb = "affects";
	}
	return arena_printf(mem, "%s %" PRIu64 " of your devices", verb, n);
}

const char *
send_sentence(struct arena *mem, const struct alert *a)
{
	struct buf b = BUF_INIT(8192);
	const char *publisher = send_cut(mem, a->publisher, NAME_MOST);
	char score[SEND_SCORE_TEXT];

	if (a->event == EVENT_DIGEST) {
		buf_printf(&b, "%s.", send_cut(mem, a->title, 1000));
		return buf_to_arena(mem, &b);
	}
	buf_printf(&b, "%s: %s", send_event_label(a->event),
	    send_cut(mem, a->id, NAME_MOST));
	if (*publisher != '\0')
		buf_printf(&b, " of %s", publisher);
	buf_printf(&b, ", %s%s", a->severity == SEVERITY_UNKNOWN ? "" :
	    "rated ", a->severity == SEVERITY_UNKNOWN ? "not rated" :
	    severity_name(a->severity));
	if (*send_score(&a->cvss, score) != '\0')
		buf_printf(&b, " (CVSS %s)", score);
	buf_printf(&b, ", %s", effect(mem, a));
	if (a->exploited && a->event != EVENT_WITHDRAWN)
		buf_puts(&b, " and is being exploited");
	buf_byte(&b, '.');
	return buf_to_arena(mem, &b);
}

const char *
send_headline(struct arena *mem, const struct alert *a, size_t most)
{
	const char *id = send_cut(mem, a->id, NAME_MOST);
	const char *title = send_cut(mem, a->title, most);

	if (*title == '\0')
		return id;
	/* Many publishers repeat the id in the title. */
	if (*id == '\0' || text_starts(title, id) ||
	    a->event == EVENT_DIGEST)
		return title;
	return arena_printf(mem, "%s: %s", id, title);
}

const char *
send_line(struct arena *mem, const struct alert *a)
{
	struct buf b = BUF_INIT(8192);
	char score[SEND_SCORE_TEXT];
	const char *fix = send_cut(mem, send_fix(mem, a), 160);
	const char *title = send_cut(mem, a->title, 160);

	buf_puts(&b, a->event == EVENT_TEST ? "TEST" :
	    send_severity_label(a->severity));
	add_word(&b, send_score(&a->cvss, score));
	add_word(&b, send_cut(mem, a->id, NAME_MOST));
	buf_printf(&b, " rev %u", a->rev);
	if (*title != '\0')
		buf_printf(&b, ": %s", title);
	if (a->event == EVENT_WITHDRAWN || a->event == EVENT_RESOLVED)
		buf_printf(&b, " - %s", event_name(a->event));
	if (a->n_matches > 0) {
		buf_printf(&b, " - %s", send_match_line(mem, &a->matches[0]));
		if (send_device_count(a) > 1)
			buf_printf(&b, " +%" PRIu64 " more",
			    send_device_count(a) - 1);
	}
	if (*fix != '\0')
		buf_printf(&b, " fix %s", fix);
	add_word(&b, send_link(mem, a->url));
	return buf_to_arena(mem, &b);
}
