/* The plain text of a mail: complete in itself, worst first. */
#include <inttypes.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/text.h"
#include "mail.h"
#include "mail_parts.h"
#include "send.h"

#define COLUMNS 76u

/* Appends one paragraph, wrapped at blanks; `lead` opens the first line, the
 * others are indented by as many blanks. */
static void
wrap(struct buf *out, const char *lead, const char *text)
{
	size_t indent = strlen(lead), column = indent;
	bool first = true;

	buf_puts(out, lead);
	while (*text != '\0') {
		size_t n = strcspn(text, " "), width = 0;
		for (size_t i = 0; i < n; i++)
			width += ((unsigned char)text[i] & 0xc0) != 0x80;
		if (!first && column + 1 + width > COLUMNS) {
			buf_byte(out, '\n');
			for (size_t i = 0; i < indent; i++)
				buf_byte(out, ' ');
			column = indent;
			first = true;
		}
		if (!first)
			buf_byte(out, ' ');
		buf_add(out, text, n);
		column += width + !first;
		first = false;
		text += n;
		while (*text == ' ')
			text++;
	}
	buf_byte(out, '\n');
}

static void
heading(struct buf *out, const char *title)
{
	buf_printf(out, "\n%s\n", title);
	for (size_t i = 0; i < strlen(title); i++)
		buf_byte(out, '-');
	buf_byte(out, '\n');
}

static void
device_text(struct arena *mem, struct buf *out, const struct match *m,
    unsigned number)
{
	const char *place = send_device_place(mem, &m->device);
	const char *product = send_device_product(mem, &m->device);
	const char *lead = arena_printf(mem, "%2u. ", number);
	const char *facts = mail_match_facts(mem, m);

	wrap(out, lead, arena_printf(mem, "%s%s%s: %s (%s)%s",
	    send_device_name(mem, &m->device), *place ? ", " : "", place,
	    send_status_words(m->status), confidence_name(m->confidence),
	    m->by_hand ? ", please check by hand" : ""));
	if (*product != '\0')
		wrap(out, "    ", product);
	if (*facts != '\0')
		wrap(out, "    ", facts);
	const struct remedy *r = send_best_remedy(m);
	if (r != NULL)
		wrap(out, "    ", mail_remedy_line(mem, r, 300));
	if (m->n_why > 0)
		wrap(out, "    ", arena_printf(mem, "Why: %s",
		    send_join(mem, m->why, m->n_why, 4)));
}

static void
devices_text(struct arena *mem, struct buf *out, const struct alert *a)
{
	uint64_t all = send_device_count(a);

	heading(out, arena_printf(mem, "YOUR DEVICES (%" PRIu64 ")", all));
	for (uint32_t i = 0; i < a->n_matches && i < SEND_DEVICES_MAX; i++)
		device_text(mem, out, &a->matches[i], i + 1);
	if (all > SEND_DEVICES_MAX && a->n_matches > 0)
		buf_printf(out, "    +%" PRIu64 " more; advrelay match with the"
		    " original document\n    lists them all\n",
		    all - SEND_DEVICES_MAX);
	if (a->n_matches == 0)
		buf_puts(out, "None any more.\n");
}

static void
entries_text(struct arena *mem, struct buf *out, const struct alert *a)
{
	heading(out, arena_printf(mem, "ADVISORIES (%u)", a->n_entries));
	for (uint32_t i = 0; i < a->n_entries; i++) {
		const struct alert_entry *e = &a->entries[i];
		const char *link = send_link(mem, e->url);

		wrap(out, arena_printf(mem, "%2u. ", i + 1),
		    mail_entry_line(mem, e));
		wrap(out, "    ", mail_entry_devices(mem, e));
		for (uint32_t k = 0; k < e->n_changes; k++)
			wrap(out, "    - ", send_cut(mem, e->changes[k], 300));
		if (*link != '\0')
			buf_printf(out, "    %s\n", link);
	}
}

static void
list_text(struct buf *out, const char *title, const struct mail_list *list)
{
	if (list->n == 0)
		return;
	heading(out, title);
	for (size_t i = 0; i < list->n; i++)
		wrap(out, "* ", list->item[i]);
}

void
mail_body_text(struct arena *mem, struct buf *out, const struct delivery *d,
    bool attached)
{
	const struct alert *a = &d->alert;
	const char *tlp = send_tlp(a), *link = send_link(mem, a->url);
	struct mail_list list;

	if (*tlp != '\0')
		buf_printf(out, "%s\n\n", tlp);
	if (a->event == EVENT_TEST)
		buf_puts(out, "This is a test. Nothing needs to be done.\n\n");
	wrap(out, "", send_sentence(mem, a));
	if (*a->title != '\0' && a->event != EVENT_DIGEST)
		wrap(out, "", send_cut(mem, a->title, 1000));
	if (*link != '\0')
		buf_printf(out, "%s\n", link);
	if (a->event == EVENT_DIGEST)
		entries_text(mem, out, a);
	else
		devices_text(mem, out, a);
	mail_what_to_do(mem, a, &list);
	list_text(out, "WHAT TO DO", &list);
	mail_what_changed(mem, a, &list);
	list_text(out, "WHAT CHANGED SINCE THE LAST MAIL", &list);
	if (*a->summary != '\0') {
		heading(out, "WHAT THE PUBLISHER SAYS");
		wrap(out, "", send_cut(mem, a->summary, 4000));
	}
	mail_references(mem, d, attached, &list);
	list_text(out, "REFERENCES", &list);
	mail_why(mem, a, &list);
	list_text(out, "WHY YOU GOT THIS", &list);
}
