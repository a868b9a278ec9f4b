/* send/send.h - what the three sinks say alike: words, dates, device lines.
 *
 * Everything here is plain UTF-8 in one line unless said otherwise; the caller
 * encodes for his medium. Vendor text has passed text_line(). Results live in
 * mem or are static, and none is NULL. */
#ifndef SEND_SEND_H
#define SEND_SEND_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "noun/alert.h"

struct arena;

#define SEND_DEVICES_MAX 25	/* shown in full to people; then "+n" */

const char *send_severity_label(enum severity s);	/* "CRITICAL" */
const char *send_event_label(enum event e);		/* "New", "Updated" */
const char *send_status_words(enum match_status s);	/* "affected" */
const char *send_remedy_words(const char *category);	/* "Workaround" */

#define SEND_SCORE_TEXT 8
/* "9.8", or "" when nobody gave a score. */
const char *send_score(const struct cvss *c, char out[SEND_SCORE_TEXT]);

#define SEND_DATE_TEXT 16
/* "2026-02-03", or "" for 0. */
const char *send_date(int64_t t, char out[SEND_DATE_TEXT]);
#define SEND_MAIL_DATE_TEXT 40
/* "Tue, 03 Feb 2026 04:05:06 +0000" (RFC 5322, 3.3) */
const char *send_mail_date(int64_t t, char out[SEND_MAIL_DATE_TEXT]);

/* "TLP:AMBER"; "" if the publisher gave no label or one we do not know. */
const char *send_tlp(const struct alert *a);

/* One line without controls, cut to `most` bytes with "..." behind. */
const char *send_cut(struct arena *mem, const char *s, size_t most);
/* "a, b, c, +12": the first `most` of a list. */
const char *send_join(struct arena *mem, const char *const *list, size_t n,
    size_t most);
/* http: and https: addresses only, without blanks or controls; else "". */
const char *send_link(struct arena *mem, const char *url);

/* All devices, those left out of the alert included. */
uint64_t    send_device_count(const struct alert *a);
/* "1 device", "3 devices" */
const char *send_devices(struct arena *mem, const struct alert *a);
/* The name that people use: "plc-7 (Press line 2)"; the id if it has none. */
const char *send_device_name(struct arena *mem, const struct device *d);
/* "Siemens S7-1200 4.5 (6ES7 212-1AE40)" */
const char *send_device_product(struct arena *mem, const struct device *d);
/* "plant-a, zone 3": where it stands; "" if not known */
const char *send_device_place(struct arena *mem, const struct device *d);
/* "plc-7 affected (CVE-2026-0001)" */
const char *send_match_line(struct arena *mem, const struct match *m);
/* The remedy to show first for this device: a fix before a workaround. NULL if
 * the publisher gave none. */
const struct remedy *send_best_remedy(const struct match *m);
/* The worst match's best remedy in one line, e.g. for a "fix" field; "". */
const char *send_fix(struct arena *mem, const struct alert *a);

/* What and how bad, in one sentence: "New: SSA-123456 of Siemens, rated
 * critical (CVSS 9.8), affects 3 of your devices and is being exploited." */
const char *send_sentence(struct arena *mem, const struct alert *a);
/* "SSA-123456: title", the title cut to `most` bytes */
const char *send_headline(struct arena *mem, const struct alert *a,
    size_t most);
/* The one line of syslog and chat: "CRITICAL 9.8 SSA-123456 rev 3: title -
 * plc-7 affected (CVE-2026-0001) fix 2.4 https://..." */
const char *send_line(struct arena *mem, const struct alert *a);
#endif
