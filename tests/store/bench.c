/* tests/store/bench.c - what the store costs. Not a test: figures for people.
 *
 *	bench FOLDER [DELIVERIES]
 *
 * FOLDER takes the store and should be on the disk in question. Bodies of 13 KB
 * that zstd cannot shrink, so that the store is measured and not zstd (which is
 * still run, and shown by itself), then ones of text. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/mem.h"
#include "contract/store.h"
#include "store/zip.h"

#define DOCS 2000u
#define BODY 13312u
#define BATCH 64u

static struct err err;

static void
must(int rc, const char *what)
{
	if (rc == 0)
		return;
	fprintf(stderr, "bench: %s: %s\n", what, err.text);
	exit(70);
}

static void
told(const char *what, unsigned n, int64_t ms)
{
	if (ms < 1)
		ms = 1;
	printf("%-44s %8u in %6lld ms  %9.0f/s\n", what, n, (long long)ms,
	    n * 1000.0 / (double)ms);
}

static void
fill(unsigned char *p, size_t n, uint32_t seed, bool text)
{
	for (size_t i = 0; i < n; i++) {
		seed = seed * 1664525u + 1013904223u;
		p[i] = text ? (unsigned char)("\"product\": {"[i % 12] ^
		    (seed >> 28 == 0)) : (unsigned char)(seed >> 24);
	}
}

static void
documents(struct store *s, bool text, int64_t now)
{
	static struct address ads[DOCS];
	static unsigned char body[BODY];
	struct reading listing = { .addresses = ads, .n_addresses = DOCS };
	struct arena mem = ARENA_INIT;
	struct due_address *due = mem_alloc(DOCS * sizeof(*due));
	struct fetched f = { .result = FETCH_DOCUMENT, .url = "",
	    .media_type = "application/json", .etag = "\"x\"",
	    .last_modified = "", .reason = "" };
	int64_t id = 0;
	uint32_t n = 0, k = 0, total = 0;

	must(store_addresses_claim(s, "", now, now + 60, &mem, due, 1, &n,
	    &err), "claim");
	must(store_fetched(s, due[0].id, &f, text ? "t" : "n", 1, "", 0, now,
	    &id, &err), "fetched");
	for (uint32_t i = 0; i < DOCS; i++)
		ads[i] = (struct address){ .kind = ADDRESS_DOCUMENT,
		    .url = arena_printf(&mem, "https://acme/%d/%u.json", text,
		    i), .alt = "", .format = "csaf", .updated = "1",
		    .hash_url = "", .signature_url = "" };
	struct mono at = mono_now();
	must(store_document_read(s, id, &listing, NULL, NULL, now, &n, &k,
	    &err), "listing");
	told("addresses of one listing", DOCS, mono_now().ms - at.ms);
	at = mono_now();
	while (total < DOCS) {
		must(store_addresses_claim(s, "", now, now + 60, &mem,
		    due + total, BATCH, &n, &err), "claim");
		total += n;
	}
	told("addresses claimed, 64 at a time", DOCS, mono_now().ms - at.ms);
	at = mono_now();
	for (uint32_t i = 0; i < DOCS; i++) {
		struct advisory a;
		struct buf packed = BUF_INIT(1 << 20);
		struct reading r = { .advisories = &a, .n_advisories = 1 };
		fill(body, BODY, i, text);
		must(store_fetched(s, due[i].id, &f, body, BODY, "", 0, now,
		    &id, &err), "fetched");
		advisory_init(&a);
		a.ns = "https://acme";
		a.id = due[i].address.url;
		body[4000] = '\0';
		for (size_t c = 0; c < 4000; c++)
			body[c] = 'a' + body[c] % 26;
		a.text = (char *)body;
		advisory_pack(&packed, &a);
		const void *bytes[] = { packed.data };
		size_t lens[] = { packed.len };
		must(store_document_read(s, id, &r, bytes, lens, now, &n, &k,
		    &err), "read");
		buf_clear(&packed);
	}
	int64_t all = mono_now().ms - at.ms;
	told(text ? "fetched + read, text" : "fetched + read, noise", DOCS,
	    all);
	struct zip *z = zip_new();
	struct zipped out;
	at = mono_now();
	for (uint32_t i = 0; i < DOCS; i++) {
		fill(body, BODY, i, text);
		must(zip_pack(z, body, BODY, &out, &err), "zip");
		for (size_t c = 0; c < 4000; c++)
			body[c] = 'a' + body[c] % 26;
		must(zip_pack(z, body, 4000, &out, &err), "zip");
	}
	int64_t zip = mono_now().ms - at.ms;
	told("  of that zstd", DOCS, zip);
	told("  without zstd", DOCS, all - zip);
	zip_free(z);
	free(due);
	arena_clear(&mem);
}

static long
peak_kib(void)
{
	struct rusage u;
	getrusage(RUSAGE_SELF, &u);
	return u.ru_maxrss;
}

/* `total` deliveries wait; then they go, 64 at a time, and only some of them. */
static void
deliveries(struct store *s, uint32_t total, int64_t now)
{
	enum { EACH = 100 };
	static const char *sinks[EACH], *to[EACH];
	struct arena mem = ARENA_INIT;
	struct dispatch d = { .sinks = sinks, .recipients = to, .n = EACH };
	struct due_delivery due[BATCH];
	struct settled done[BATCH];
	uint32_t n = 0, sent = 0;
	int64_t id = 0, next = 0;

	for (int i = 0; i < EACH; i++) {
		sinks[i] = i % 2 == 0 ? "ops" : "soc";
		to[i] = arena_printf(&mem, "person-%d@example.org", i / 2);
	}
	alert_init(&d.alert);
	d.alert.title = "a title of some length, as they come";
	struct mono at = mono_now();
	for (uint32_t i = 0; i < total / EACH; i++) {
		char key[KEY_TEXT];
		alert_key("https://acme", "x", arena_printf(&mem, "%u", i),
		    key);
		d.alert.key = key;
		d.alert.rev = 1;
		must(store_alert(s, &d, now + i / 100, &id, &err), "alert");
	}
	told("deliveries made, 100 an alert", total, mono_now().ms - at.ms);
	arena_clear(&mem);
	printf("peak memory so far %ld KiB\n", peak_kib());
	at = mono_now();
	while (sent < 6400 && sent < total / 2) {
		must(store_deliveries_claim(s, "ops", now + 100000,
		    now + 100060, &mem, due, BATCH, &n, &err), "claim");
		for (uint32_t i = 0; i < n; i++) {
			done[i].delivery = due[i].id;
			done[i].next_at = 0;
			outcome_init(&done[i].outcome);
			done[i].outcome.kind = OUTCOME_DELIVERED;
		}
		must(store_deliveries_settled(s, done, n, now + 100001, &err),
		    "settled");
		sent += n;
		arena_clear(&mem);
	}
	told("claimed and settled, 64 at a time", sent,
	    mono_now().ms - at.ms);
	at = mono_now();
	for (int i = 0; i < 1000; i++)
		must(store_next_due(s, now, &next, &err), "next due");
	told("next due", 1000, mono_now().ms - at.ms);
	struct store_view v;
	struct queue_row *rows;
	at = mono_now();
	must(store_view(s, &mem, &v, &err), "view");
	told("view", 1, mono_now().ms - at.ms);
	at = mono_now();
	must(store_queue(s, &mem, &rows, &n, 100, &err), "queue");
	told("queue of 100", 1, mono_now().ms - at.ms);
	printf("peak memory %ld KiB, file %llu KiB\n", peak_kib(),
	    (unsigned long long)v.bytes / 1024);
	arena_clear(&mem);
}

int
main(int argc, char **argv)
{
	const char *names[] = { "acme" };
	uint32_t every[] = { 3600 }, n;
	struct address root = { .kind = ADDRESS_LISTING,
	    .url = "https://acme/", .alt = "", .format = "rolie",
	    .updated = "", .hash_url = "", .signature_url = "" };
	struct store *s = NULL;
	char url[512];

	if (argc < 2)
		return 64;
	snprintf(url, sizeof(url), "sqlite:%s/bench.db", argv[1]);
	must(store_open(url, "bench", false, &s, &err), "open");
	must(store_feeds_declare(s, names, &root, 1, 1000, &err), "declare");
	documents(s, false, 1000);
	must(store_polls_begin(s, every, true, 2000, &n, &err), "polls");
	documents(s, true, 2000);
	deliveries(s, argc > 2 ? (uint32_t)atoi(argv[2]) : 100000, 3000);
	struct mono at = mono_now();
	store_close(s);
	must(store_open(url, "bench", false, &s, &err), "open");
	told("close and open with the check", 1, mono_now().ms - at.ms);
	store_close(s);
	return 0;
}
