/* send/mail_parts.h - the contents that text and HTML share, as single lines.
 * Not encoded; all in mem. */
#ifndef SEND_MAIL_PARTS_H
#define SEND_MAIL_PARTS_H
#include <stddef.h>

struct alert;
struct alert_entry;
struct arena;
struct delivery;
struct match;
struct remedy;

#define MAIL_LIST_MOST 40u	/* lines of one section */

struct mail_list {
	const char	*item[MAIL_LIST_MOST + 1];
	size_t		 n;
};

/* "CVE-2026-0001, CVE-2026-0002; CVSS 9.8; being exploited" */
const char *mail_match_facts(struct arena *mem, const struct match *m);
/* "Fix: Update to 4.6 (https://...) Restart: machine" */
const char *mail_remedy_line(struct arena *mem, const struct remedy *r,
    size_t most);
/* "HIGH 8.1 SSA-123456 of Siemens: title" */
const char *mail_entry_line(struct arena *mem, const struct alert_entry *e);
/* "New: plc-7, plc-8, +3" */
const char *mail_entry_devices(struct arena *mem, const struct alert_entry *e);
void mail_what_to_do(struct arena *mem, const struct alert *a,
    struct mail_list *ret);
void mail_what_changed(struct arena *mem, const struct alert *a,
    struct mail_list *ret);
void mail_references(struct arena *mem, const struct delivery *d,
    int attached, struct mail_list *ret);
void mail_why(struct arena *mem, const struct alert *a, struct mail_list *ret);
#endif
