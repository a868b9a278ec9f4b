/* base/limits.h - every ceiling of the program, with its reason.
 *
 * A ceiling is hit by attack or by accident, never in ordinary work: the
 * largest real advisory is 0.7 MB with 1,391 products and 404 CVEs. */
#ifndef BASE_LIMITS_H
#define BASE_LIMITS_H

/* --- bytes from feeds --- */
#define DOCUMENT_MAX	(64u << 20)	/* one document; Red Hat's VEX reach 30 MB */
#define LISTING_MAX	(64u << 20)	/* one ROLIE feed or index.txt */
#define URL_TEXT_MAX	2048u		/* what servers accept; longer is refused */
#define REDIRECTS_MAX	3u		/* http -> https -> CDN */
#define ADDRESSES_MAX	200000u		/* one listing; Red Hat has 30,000 */
#define HASH_FILE_MAX	4096u		/* one digest and a file name */
#define RETRY_AFTER_MAX	86400		/* s; a feed may not silence itself for longer */

/* --- reading --- */
#define JSON_DEPTH_MAX	256u		/* CSAF branches nest 10 deep in practice */
#define BRANCH_DEPTH_MAX 64u		/* levels of the product tree that we follow */
#define PRODUCTS_MAX	200000u		/* leaves of one product tree */
#define VULNS_MAX	20000u		/* vulnerabilities of one advisory */
#define ITEMS_MAX	200000u		/* any other list in an advisory */
#define ADVISORIES_MAX	5000u		/* of one document (RSS items) */
#define TEXT_MAX	(256u << 10)	/* one text of an advisory */
#define LINE_MAX_	4096u		/* a name, title, id or version */
#define REMARKS_MAX	200u		/* noted violations per advisory */
#define ADVISORY_MAX	(256u << 20)	/* one packed reading; twice the largest tree */

/* --- device lists --- */
#define LIST_FILE_MAX	(512u << 20)	/* a million devices at 200 bytes, and room */
#define DEVICES_MAX	4000000u	/* all lists together */
#define DEVICE_INDEX_MAX (2u << 30)	/* sealed index */
#define FIELD_MAX	1024u		/* one column of one device */
#define EXTRA_MAX	32u		/* further columns kept per list */
#define ROW_REMARKS_MAX	1000u		/* rows named singly; the rest is counted */
#define ALIASES_FILE_MAX (4u << 20)	/* one file of aliases; written by hand */
#define ALIASES_MAX	20000u		/* in all files; a rule's number has 16 bits */
#define ALIAS_NAMES_MAX	64u		/* of one maker; Siemens has a dozen */
#define ALIAS_FAULTS_MAX 100u		/* named singly; nobody reads more at once */

/* --- matching and alerts --- */
#define MATCHES_MAX	1000000u	/* of one advisory: all devices of one model */
#define MATCHES_BLOB_MAX (1024u << 20)
#define WHY_MAX		16u		/* reasons per match */
#define CVES_MAX	20000u		/* per match */
#define REMEDIES_MAX	32u		/* shown per match */
#define ALERT_MAX	(64u << 20)	/* one packed alert */
#define ALERT_MATCHES_MAX 100000u	/* devices one alert lists; the rest is counted */
#define NEAR_MISSES_MAX	20u		/* near misses of one advisory; more is no advice */
#define NEAR_TRIED_MAX	2000000u	/* pairs compared for them: a second's work */
#define EXPLAINED_MAX	12u		/* products shown in full; the rest is counted */
#define CHANGES_MAX	200u		/* lines of "what changed" */
#define DIGEST_ENTRIES_MAX 500u		/* alerts in one digest: a mail that opens; more make a further one */
#define DIGEST_CHANGES_MAX 5u		/* lines of "what changed" per entry */
#define DIGEST_DEVICES_MAX 10u		/* devices named per entry; the rest is counted */

/* --- helpers --- */
#define FRAME_MAX	(16u << 10)	/* default socket buffers hold a dozen */
#define NOTES_MAX	200u		/* log lines per ask; more is a flood */
#define NOTE_TEXT_MAX	2048u
#define BATCH_MAX	256u		/* deliveries in one ask: as many share a commit */
#define SEND_BLOB_MAX	(512u << 20)	/* one delivery ask with its documents */

/* --- sinks --- */
#define ATTACHMENT_MAX	(2u << 20)	/* larger ones are linked; many gateways stop at 10 MB */
#define MAIL_MAX	(8u << 20)	/* one built message */
#define SYSLOG_MAX	8192u		/* RFC 5425 "should" */
#define SYSLOG_UDP_MAX	1180u		/* RFC 5426, IPv6 */
#define HOOK_BODY_MAX	(16u << 20)	/* one webhook body */
#define HTTP_AT_ONCE	16u		/* requests of one helper; it has 64 descriptors */
#define HOOK_REPLY_MAX	(1u << 20)	/* what we read of an answer */
#define REASON_MAX	2048u		/* what we keep of an answer */

/* --- configuration --- */
#define CONF_MAX	(4u << 20)	/* one file */
#define FEEDS_MAX	10000u
#define SINKS_MAX	1000u
#define ROUTES_MAX	1000u
#define RECIPIENTS_MAX	1000u
#define SECRET_MAX	65536u		/* a PEM chain with its key */
#define CONTROL_LINE_MAX 65536u		/* one request on the control socket */
#endif
