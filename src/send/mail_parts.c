#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/limits.h"
#include "base/text.h"
#include "mail.h"
#include "mail_parts.h"
#include "send.h"

static void
list_add(struct arena *mem, struct mail_list *list, const char *line)
{
	if (*line == '\0')
		return;
	for (size_t i = 0; i < list->n; i++)
		if (text_eq(list->item[i], line))
			return;
	if (list->n < MAIL_LIST_MOST)
		list->item[list->n++] = line;
	else if (list->n == MAIL_LIST_MOST)
		list->item[list->n++] = arena_text(mem,
		    "... and more in the advisory itself");
}

const char *
mail_match_facts(struct arena *mem, const struct match *m)
{
	char score[SEND_SCORE_TEXT];
	const char *cves = send_join(mem, m->cves, m->n_cves, 8);
	const char *cvss = send_score(&m->cvss, score);

	return arena_printf(mem, "%s%s%s%s%s%s", cves,
	    *cves && *cvss ? "; " : "", *cvss ? "CVSS " : "", cvss,
	    m->exploited && (*cves || *cvss) ? "; " : "",
	    m->exploited ? "being exploited" : "");
}

const char *
mail_remedy_line(struct arena *mem, const struct remedy *r, size_t most)
{
	const char *text = send_cut(mem, r->text, most);
	const char *link = send_link(mem, r->url);
	char date[SEND_DATE_TEXT];

	if (*link != '\0' && strstr(text, link) != NULL)
		link = "";
	send_date(r->date, date);
	return arena_printf(mem, "%s%s%s%s:%s%s%s%s%s%s",
	    send_remedy_words(r->category), *date ? " (" : "", date,
	    *date ? ")" : "", *text ? " " : "", text, *link ? " " : "", link,
	    *r->restart && !text_eq(r->restart, "none") ? " Restart: " : "",
	    text_eq(r->restart, "none") ? "" : send_cut(mem, r->restart, 60));
}

const char *
mail_entry_line(struct arena *mem, const struct alert_entry *e)
{
	const char *publisher = send_cut(mem, e->publisher, 120);
	const char *id = send_cut(mem, e->id, 120);
	const char *title = send_cut(mem, e->title, 300);
	char score[SEND_SCORE_TEXT];

	send_score(&e->cvss, score);
	return arena_printf(mem, "%s%s%s %s%s%s%s%s",
	    send_severity_label(e->severity), *score ? " " : "", score,
	    id, *publisher ? " of " : "", publisher, *title ? ": " : "",
	    title);
}

const char *
mail_entry_devices(struct arena *mem, const struct alert_entry *e)
{
	return arena_printf(mem, "%s: %s%s", send_event_label(e->event),
	    send_join(mem, e->devices, e->n_devices, e->n_devices),
	    e->left_out == 0 ? "" : arena_printf(mem, ", +%u", e->left_out));
}

void
mail_what_to_do(struct arena *mem, const struct alert *a, struct mail_list *ret)
{
	ret->n = 0;
	if (a->event == EVENT_DIGEST) {
		list_add(mem, ret, "Go through the advisories from the top: the"
		    " worst come first. What changes later comes by itself.");
		return;
	}
	if (a->event == EVENT_WITHDRAWN || a->event == EVENT_RESOLVED ||
	    a->event == EVENT_TEST) {
		list_add(mem, ret, a->event == EVENT_RESOLVED ?
		    "Nothing more: no device of yours is concerned." :
		    a->event == EVENT_TEST ? "Nothing: this is a test." :
		    "Nothing for now: the publisher withdrew the advisory.");
		return;
	}
	for (uint32_t i = 0; i < a->n_matches && i < SEND_DEVICES_MAX; i++)
		for (uint32_t k = 0; k < a->matches[i].n_remedies; k++)
			list_add(mem, ret, mail_remedy_line(mem,
			    &a->matches[i].remedies[k], 1500));
	for (uint32_t i = 0; i < a->n_remedies; i++)
		list_add(mem, ret, mail_remedy_line(mem, &a->remedies[i],
		    1500));
	if ((a->topics & TOPIC_UPDATE_INTEGRITY) != 0)
		list_add(mem, ret, "Before you update: back up the device, and"
		    " read what the publisher says about data loss and about"
		    " verifying the result.");
	if (ret->n == 0)
		list_add(mem, ret, "The publisher names no remedy. Read the"
		    " advisory and limit who can reach the devices.");
}

void
mail_what_changed(struct arena *mem, const struct alert *a,
    struct mail_list *ret)
{
	ret->n = 0;
	for (uint32_t i = 0; i < a->n_changes; i++)
		list_add(mem, ret, send_cut(mem, a->changes[i], 500));
}

/* "SSA-1 of Siemens, version 1.2, final, published 2026-01-02, changed ..." */
static const char *
advisory_line(struct arena *mem, const struct alert *a)
{
	char initial[SEND_DATE_TEXT], current[SEND_DATE_TEXT];
	const char *publisher = send_cut(mem, a->publisher, 120);
	const char *version = send_cut(mem, a->version, 40);

	send_date(a->initial, initial);
	send_date(a->current, current);
	return arena_printf(mem, "%s%s%s%s%s%s%s%s%s", send_cut(mem, a->id,
	    120), *publisher ? " of " : "", publisher,
	    *version ? ", version " : "", version,
	    *initial ? ", published " : "", initial,
	    *current && !text_eq(initial, current) ? ", changed " : "",
	    text_eq(initial, current) ? "" : current);
}

void
mail_references(struct arena *mem, const struct delivery *d, int attached,
    struct mail_list *ret)
{
	const struct alert *a = &d->alert;

	ret->n = 0;
	if (a->event == EVENT_DIGEST)
		return;		/* each entry has its own */
	list_add(mem, ret, advisory_line(mem, a));
	if (a->n_cves > 0)
		list_add(mem, ret, send_join(mem, a->cves, a->n_cves, 30));
	if (*a->vector != '\0')
		list_add(mem, ret, send_cut(mem, a->vector, 200));
	list_add(mem, ret, send_link(mem, a->url));
	for (uint32_t i = 0; i < a->n_references && i < MAIL_LIST_MOST; i++) {
		const struct reference *r = &a->references[i];
		const char *link = send_link(mem, r->url);
		const char *what = send_cut(mem, r->summary, 150);
		if (*link == '\0' || text_eq(r->url, a->url))
			continue;
		list_add(mem, ret, *what == '\0' ? link :
		    arena_printf(mem, "%s: %s", what, link));
	}
	if (attached)
		list_add(mem, ret, arena_printf(mem, "The original document is"
		    " attached%s%s.", *a->sha256 ? "; SHA-256 " : "",
		    mail_slug(mem, *a->sha256 ? a->sha256 : "x", 64) +
		    (*a->sha256 ? 0 : 1)));
	else if (d->attachment_len > ATTACHMENT_MAX)
		list_add(mem, ret, "The original document is too large to be"
		    " attached.");
}

void
mail_why(struct arena *mem, const struct alert *a, struct mail_list *ret)
{
	const char *key = mail_slug(mem, a->key, 64);

	ret->n = 0;
	if (a->event == EVENT_DIGEST)
		list_add(mem, ret, "Your device lists or aliases changed, so"
		    " that every known advisory was matched again. Each came"
		    " here by the routes of the relay.");
	else
		list_add(mem, ret, arena_printf(mem, "Route \"%s\" of the relay"
		    " sent this; the advisory came from feed \"%s\".",
		    send_cut(mem, a->route, 100),
		    send_cut(mem, a->feed, 100)));
	list_add(mem, ret, arena_printf(mem, "Key %s, revision %u, %s.", key,
	    a->rev, event_name(a->event)));
}
