#include "conformance.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/blob.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/pack.h"
#include "contract/store.h"

static const struct conformance *how;
static struct store *s;
static struct arena mem;
static struct err err;
static const char *url;

#define OK(call) do {							\
	err_clear(&err);						\
	if ((call) != 0)						\
		ck_abort_msg("%s: %s", #call, err.text);		\
} while (0)

static void
opened(const char *owner)
{
	OK(store_open(url, owner, false, &s, &err));
}

static void
set_up(void)
{
	mem = (struct arena)ARENA_INIT;
	url = how->fresh();
	opened("one");
}

static void
tear_down(void)
{
	store_close(s);
	arena_clear(&mem);
	how->gone();
}

/* The keeper ends and starts again. */
static void
restart(const char *owner)
{
	store_close(s);
	opened(owner);
}

static struct address
address(enum address_kind kind, const char *at, const char *updated)
{
	return (struct address){ .kind = kind, .url = at, .alt = "",
	    .format = kind == ADDRESS_LISTING ? "rolie" : "csaf",
	    .updated = updated, .hash_url = "", .signature_url = "" };
}

static struct fetched
answer(enum fetch_result result)
{
	return (struct fetched){ .result = result, .status = 200, .url = "",
	    .media_type = "application/json", .etag = "\"e\"",
	    .last_modified = "", .reason = result == FETCH_FAILED ?
	    "connection refused" : "" };
}

/* One feed "acme" with a listing as root, declared at 1000. */
static void
declare(int64_t now)
{
	const char *names[] = { "acme" };
	struct address root = address(ADDRESS_LISTING, "https://acme/root", "");
	OK(store_feeds_declare(s, names, &root, 1, now, &err));
}

static uint32_t
claim_addresses(int64_t now, struct due_address *got, uint32_t room)
{
	uint32_t n = 99;
	OK(store_addresses_claim(s, "", now, now + 60, &mem, got, room, &n,
	    &err));
	return n;
}

/* The next due address answers with these bytes; the document's id. */
static int64_t
fetch(int64_t now, const char *bytes)
{
	struct due_address a;
	struct fetched f = answer(FETCH_DOCUMENT);
	int64_t id = -1;

	ck_assert_uint_eq(claim_addresses(now, &a, 1), 1);
	OK(store_fetched(s, a.id, &f, bytes, strlen(bytes), "", 0, now, &id,
	    &err));
	return id;
}

static struct advisory
advisory(const char *id, int64_t current, const char *title)
{
	struct advisory a;
	advisory_init(&a);
	a.format = "csaf";
	a.ns = "https://acme";
	a.id = id;
	a.title = title;
	a.publisher = "Acme";
	a.current = current;
	return a;
}

/* Reading of a document gave these. */
static void
reading(int64_t document, struct advisory *as, uint32_t n_as,
    struct address *ads, uint32_t n_ads, int64_t now, uint32_t *new_as,
    uint32_t *new_ads)
{
	struct reading r = { .advisories = as, .n_advisories = n_as,
	    .addresses = ads, .n_addresses = n_ads };
	const void *bytes[8];
	size_t lens[8];
	struct buf packed[8];

	for (uint32_t i = 0; i < n_as; i++) {
		buf_init(&packed[i], 1 << 20);
		advisory_pack(&packed[i], &as[i]);
		bytes[i] = packed[i].data;
		lens[i] = packed[i].len;
	}
	OK(store_document_read(s, document, &r, bytes, lens, now, new_as,
	    new_ads, &err));
	for (uint32_t i = 0; i < n_as; i++)
		buf_clear(&packed[i]);
}

/* A store with one advisory, read at 1000: its document. */
static int64_t
seeded(void)
{
	struct advisory a = advisory("A-1", 500, "first");
	uint32_t n_as = 0, n_ads = 0;

	declare(1000);
	int64_t doc = fetch(1000, "listing 1");
	reading(doc, &a, 1, NULL, 0, 1000, &n_as, &n_ads);
	ck_assert_uint_eq(n_as, 1);
	return doc;
}

static uint32_t
claim_advisories(int64_t now, struct new_advisory *got, uint32_t room)
{
	uint32_t n = 99;
	OK(store_advisories_claim(s, now, now + 60, &mem, got, room, &n,
	    &err));
	return n;
}

static const char *const one_sink[] = { "ops" };
static const char *const nobody[] = { "" };

static struct dispatch
dispatch(const char *key, uint32_t rev, enum event event)
{
	struct dispatch d = { .sinks = (const char **)(uintptr_t)one_sink,
	    .recipients = (const char **)(uintptr_t)nobody, .n = 1 };
	alert_init(&d.alert);
	d.alert.key = key;
	d.alert.rev = rev;
	d.alert.event = event;
	d.alert.title = "a title";
	return d;
}

static int64_t
alert_at(const char *key, uint32_t rev, enum event event, int64_t now)
{
	struct dispatch d = dispatch(key, rev, event);
	int64_t id = 0;
	OK(store_alert(s, &d, now, &id, &err));
	return id;
}

static uint32_t
claim_deliveries(int64_t now, struct due_delivery *got, uint32_t room)
{
	uint32_t n = 99;
	OK(store_deliveries_claim(s, "ops", now, now + 60, &mem, got, room,
	    &n, &err));
	return n;
}

static void
settle(int64_t delivery, enum outcome_kind kind, int64_t next_at, int64_t now)
{
	struct settled one = { .delivery = delivery, .next_at = next_at };
	outcome_init(&one.outcome);
	one.outcome.kind = kind;
	one.outcome.reason = kind == OUTCOME_DELIVERED ? "" : "not so";
	one.outcome.code = "1.2.3";
	one.outcome.receipt = "queued";
	OK(store_deliveries_settled(s, &one, 1, now, &err));
}

static struct store_view
view(void)
{
	struct store_view v;
	OK(store_view(s, &mem, &v, &err));
	return v;
}

/* --- feeds and addresses --------------------------------------------------- */

START_TEST(declare_and_leave)
{
	const char *names[] = { "acme", "beta" };
	struct address roots[] = {
		address(ADDRESS_LISTING, "https://acme/root", ""),
		address(ADDRESS_DOCUMENT, "https://beta/rss", ""),
	};
	struct due_address got[4];

	OK(store_feeds_declare(s, names, roots, 2, 1000, &err));
	ck_assert_uint_eq(claim_addresses(1000, got, 4), 2);
	ck_assert_str_eq(got[0].address.url, "https://acme/root");
	ck_assert_str_eq(got[1].feed, "beta");
	OK(store_address_again(s, got[0].id, "", 1000, 1000, &err));
	OK(store_address_again(s, got[1].id, "", 1000, 1000, &err));
	/* the first leaves: its address rests, the other works on */
	OK(store_feeds_declare(s, names + 1, roots + 1, 1, 1001, &err));
	ck_assert_uint_eq(claim_addresses(1001, got, 4), 1);
	ck_assert_str_eq(got[0].feed, "beta");
	struct store_view v = view();
	ck_assert_uint_eq(v.n_feeds, 2);
	ck_assert(!v.feeds[0].configured);
	ck_assert(v.feeds[1].configured);
	/* and comes back: what it had left undone is due */
	OK(store_feeds_declare(s, names, roots, 2, 1002, &err));
	ck_assert_uint_eq(claim_addresses(1002, got, 4), 1);
	ck_assert_str_eq(got[0].feed, "acme");
}
END_TEST

START_TEST(another_root)
{
	const char *names[] = { "acme" };
	struct address root = address(ADDRESS_LISTING, "https://acme/2", "");
	struct address doc = address(ADDRESS_DOCUMENT, "https://acme/d", "1");
	struct due_address got[4];
	uint32_t n_as, n_ads;

	declare(1000);
	reading(fetch(1000, "root 1"), NULL, 0, &doc, 1, 1000, &n_as, &n_ads);
	OK(store_feeds_declare(s, names, &root, 1, 1001, &err));
	ck_assert_uint_eq(claim_addresses(1001, got, 4), 1);
	ck_assert_str_eq(got[0].address.url, "https://acme/2");
	struct fetched f = answer(FETCH_DOCUMENT);
	int64_t id;
	OK(store_fetched(s, got[0].id, &f, "root 2", 6, "", 0, 1001, &id,
	    &err));
	/* the new root leads to the same document */
	reading(id, NULL, 0, &doc, 1, 1001, &n_as, &n_ads);
	ck_assert_uint_eq(claim_addresses(1002, got, 4), 1);
	ck_assert_str_eq(got[0].address.url, "https://acme/d");
}
END_TEST

START_TEST(polls)
{
	uint32_t every[] = { 100 }, n = 9;
	struct due_address got[2];
	int64_t next;

	declare(1000);
	ck_assert_int_ne(fetch(1000, "listing"), 0);
	OK(store_polls_begin(s, every, false, 1000, &n, &err));
	ck_assert_uint_eq(n, 1);
	OK(store_polls_begin(s, every, false, 1099, &n, &err));
	ck_assert_uint_eq(n, 0);
	ck_assert_uint_eq(claim_addresses(1001, got, 2), 1);
	ck_assert_str_eq(got[0].etag, "\"e\"");
	struct fetched f = answer(FETCH_UNCHANGED);
	int64_t id = 5;
	OK(store_fetched(s, got[0].id, &f, "", 0, "", 0, 1001, &id, &err));
	ck_assert_int_eq(id, 0);
	ck_assert_uint_eq(claim_addresses(1050, got, 2), 0);
	OK(store_next_due(s, 1050, &next, &err));
	ck_assert_int_eq(next, 1100);
}
END_TEST

START_TEST(failing)
{
	uint32_t every[] = { 100 }, n = 9;
	struct due_address got[2];
	struct fetched f = answer(FETCH_FAILED);
	int64_t id = 5, next;

	declare(1000);
	OK(store_polls_begin(s, every, false, 1000, &n, &err));
	ck_assert_uint_eq(claim_addresses(1000, got, 2), 1);
	OK(store_fetched(s, got[0].id, &f, "", 0, "", 5000, 1001, &id, &err));
	ck_assert_int_eq(id, 0);
	struct store_view v = view();
	ck_assert_uint_eq(v.feeds[0].failures, 1);
	ck_assert_uint_eq(v.feeds[0].failing, 1);
	ck_assert_str_eq(v.feeds[0].reason, "connection refused");
	ck_assert_int_eq(v.feeds[0].last_failure, 1001);
	/* its turn stays, whatever the poll says; `all` is stronger */
	OK(store_polls_begin(s, every, false, 1100, &n, &err));
	ck_assert_uint_eq(claim_addresses(1100, got, 2), 0);
	OK(store_next_due(s, 1100, &next, &err));
	ck_assert_int_eq(next, 1200);
	OK(store_polls_begin(s, every, true, 1100, &n, &err));
	ck_assert_uint_eq(claim_addresses(1100, got, 2), 1);
	ck_assert_uint_eq(got[0].tries, 1);
	OK(store_address_again(s, got[0].id, "crashed", 1110, 1101, &err));
	ck_assert_uint_eq(view().feeds[0].failures, 2);
	ck_assert_int_ne(fetch(1110, "at last"), 0);
	v = view();
	ck_assert_uint_eq(v.feeds[0].failures, 0);
	ck_assert_int_eq(v.feeds[0].last_success, 1110);
}
END_TEST

START_TEST(leases)
{
	struct due_address got[2];
	int64_t next;

	declare(1000);
	ck_assert_uint_eq(claim_addresses(1000, got, 2), 1);
	ck_assert_uint_eq(claim_addresses(1059, got, 2), 0);
	OK(store_next_due(s, 1001, &next, &err));
	ck_assert_int_eq(next, 1060);
	ck_assert_uint_eq(claim_addresses(1060, got, 2), 1);
	/* another keeper must wait, the same one has its own back at once */
	restart("two");
	ck_assert_uint_eq(claim_addresses(1061, got, 2), 0);
	restart("one");
	ck_assert_uint_eq(claim_addresses(1061, got, 2), 1);
}
END_TEST

START_TEST(same_bytes)
{
	uint32_t every[] = { 100 }, n;

	declare(1000);
	int64_t first = fetch(1000, "body");
	ck_assert_int_gt(first, 0);
	OK(store_polls_begin(s, every, true, 1001, &n, &err));
	ck_assert_int_eq(fetch(1001, "body"), 0);
	OK(store_polls_begin(s, every, true, 1002, &n, &err));
	ck_assert_int_gt(fetch(1002, "other"), first);
	OK(store_polls_begin(s, every, true, 1003, &n, &err));
	ck_assert_int_gt(fetch(1003, "body"), first);	/* back again: said again */
	ck_assert_uint_eq(view().documents, 3);
}
END_TEST

START_TEST(wrong_hash)
{
	struct due_address a;
	struct fetched f = answer(FETCH_DOCUMENT);
	struct new_document d;
	int64_t first = 0, again = 0;
	uint32_t n;

	declare(1000);
	f.hash = HASH_WRONG;
	ck_assert_uint_eq(claim_addresses(1000, &a, 1), 1);
	OK(store_fetched(s, a.id, &f, "evil", 4, "wrong hash", 1100, 1000,
	    &first, &err));
	ck_assert_int_gt(first, 0);
	OK(store_documents_claim(s, 1000, 1060, &mem, &d, 1, &n, &err));
	ck_assert_uint_eq(n, 0);
	ck_assert_uint_eq(view().documents_aside, 1);
	ck_assert_uint_eq(claim_addresses(1099, &a, 1), 0);
	ck_assert_uint_eq(claim_addresses(1100, &a, 1), 1);
	ck_assert_str_eq(a.etag, "");	/* a 304 would not clear it */
	ck_assert_uint_eq(a.tries, 1);
	OK(store_fetched(s, a.id, &f, "evil", 4, "wrong hash", 1200, 1100,
	    &again, &err));
	ck_assert_int_eq(again, 0);
	/* the hash file is mended: the same document is new now */
	ck_assert_uint_eq(claim_addresses(1200, &a, 1), 1);
	f.hash = HASH_RIGHT;
	OK(store_fetched(s, a.id, &f, "evil", 4, "", 0, 1200, &again, &err));
	ck_assert_int_eq(again, first);
	OK(store_documents_claim(s, 1200, 1260, &mem, &d, 1, &n, &err));
	ck_assert_uint_eq(n, 1);
	ck_assert_int_eq(d.id, first);
}
END_TEST

/* stamp before, stamp after, result of the fetch between: due again? */
static const struct {
	const char	*name, *before, *after;
	enum fetch_result between;
	unsigned	 due;
	enum address_kind kind;
} relistings[] = {
	{ "same stamp", "1", "1", FETCH_DOCUMENT, 0, ADDRESS_DOCUMENT },
	{ "other stamp", "1", "2", FETCH_DOCUMENT, 1, ADDRESS_DOCUMENT },
	{ "older stamp", "2", "1", FETCH_DOCUMENT, 1, ADDRESS_DOCUMENT },
	{ "no stamp", "", "", FETCH_DOCUMENT, 1, ADDRESS_DOCUMENT },
	{ "no stamp, listing", "", "", FETCH_DOCUMENT, 0, ADDRESS_LISTING },
	{ "stamp appears", "", "1", FETCH_UNCHANGED, 1, ADDRESS_DOCUMENT },
	{ "was gone", "1", "1", FETCH_GONE, 0, ADDRESS_DOCUMENT },
	{ "gone, other stamp", "1", "2", FETCH_GONE, 1, ADDRESS_DOCUMENT },
	{ "listing gone", "1", "1", FETCH_GONE, 1, ADDRESS_LISTING },
	{ "failed, same stamp", "1", "1", FETCH_FAILED, 0, ADDRESS_DOCUMENT },
	{ "failed, other stamp", "1", "2", FETCH_FAILED, 1, ADDRESS_DOCUMENT },
};

START_TEST(relisted)
{
	uint32_t n_as, n_ads;
	struct due_address got[2];
	struct address a = address(relistings[_i].kind, "https://acme/d",
	    relistings[_i].before);
	struct fetched f = answer(relistings[_i].between);
	int64_t id;

	declare(1000);
	int64_t doc = fetch(1000, "listing 1");
	reading(doc, NULL, 0, &a, 1, 1000, &n_as, &n_ads);
	ck_assert_uint_eq(n_ads, 1);
	ck_assert_uint_eq(claim_addresses(1000, got, 2), 1);
	OK(store_fetched(s, got[0].id, &f, "x", 1, "", 9000, 1001, &id, &err));
	a.updated = relistings[_i].after;
	reading(doc, NULL, 0, &a, 1, 1002, &n_as, &n_ads);
	ck_assert_msg(n_ads == relistings[_i].due, "%s: told",
	    relistings[_i].name);
	ck_assert_msg(claim_addresses(1002, got, 2) == relistings[_i].due,
	    "%s", relistings[_i].name);
	if (relistings[_i].due)
		ck_assert_str_eq(got[0].address.updated, a.updated);
}
END_TEST

/* The listing changes while the document is on its way: it goes once more. */
START_TEST(relisted_in_flight)
{
	uint32_t n_as, n_ads;
	struct due_address got[2];
	struct address a = address(ADDRESS_DOCUMENT, "https://acme/d", "1");
	struct fetched f = answer(FETCH_DOCUMENT);
	int64_t id;

	declare(1000);
	int64_t doc = fetch(1000, "listing 1");
	reading(doc, NULL, 0, &a, 1, 1000, &n_as, &n_ads);
	ck_assert_uint_eq(claim_addresses(1000, got, 2), 1);
	a.updated = "2";
	reading(doc, NULL, 0, &a, 1, 1001, &n_as, &n_ads);
	ck_assert_uint_eq(claim_addresses(1001, got + 1, 1), 0);
	OK(store_fetched(s, got[0].id, &f, "x", 1, "", 0, 1002, &id, &err));
	ck_assert_uint_eq(claim_addresses(1002, got, 2), 1);
}
END_TEST

START_TEST(listings_first)
{
	uint32_t n_as, n_ads;
	struct due_address got[8];
	struct address as[] = {
		address(ADDRESS_DOCUMENT, "https://acme/d1", "1"),
		address(ADDRESS_LISTING, "https://acme/l1", "1"),
		address(ADDRESS_DOCUMENT, "https://acme/d2", "1"),
	};

	declare(1000);
	reading(fetch(1000, "l"), NULL, 0, as, 3, 1000, &n_as, &n_ads);
	ck_assert_uint_eq(n_ads, 3);
	ck_assert_uint_eq(claim_addresses(1000, got, 2), 2);
	ck_assert_str_eq(got[0].address.url, "https://acme/l1");
	ck_assert_str_eq(got[1].address.url, "https://acme/d1");
	uint32_t n;
	OK(store_addresses_claim(s, "beta", 1000, 1060, &mem, got, 8, &n,
	    &err));
	ck_assert_uint_eq(n, 0);
	OK(store_addresses_claim(s, "acme", 1000, 1060, &mem, got, 8, &n,
	    &err));
	ck_assert_uint_eq(n, 1);
	ck_assert_str_eq(got[0].address.url, "https://acme/d2");
}
END_TEST

/* --- documents and advisories ---------------------------------------------- */

START_TEST(documents)
{
	struct new_document d[2];
	struct blob b = BLOB_INIT;
	const char *sha, *from, *media;
	uint32_t n, tries = 0;
	struct buf text = BUF_INIT(1 << 20);

	for (int i = 0; i < 2000; i++)
		buf_puts(&text, "much of the same ");
	declare(1000);
	int64_t id = fetch(1000, buf_text(&text));
	OK(store_documents_claim(s, 1000, 1060, &mem, d, 2, &n, &err));
	ck_assert_uint_eq(n, 1);
	ck_assert_int_eq(d[0].id, id);
	ck_assert_str_eq(d[0].feed, "acme");
	ck_assert_str_eq(d[0].url, "https://acme/root");
	ck_assert_str_eq(d[0].format, "rolie");
	ck_assert_int_eq(d[0].size, (int64_t)text.len);
	OK(store_document_bytes(s, id, &b, &err));
	OK(blob_map(&b, &err));
	ck_assert_uint_eq(b.len, text.len);
	ck_assert_mem_eq(b.map, text.data, text.len);
	blob_clear(&b);
	OK(store_document_origin(s, id, &mem, &sha, &from, &media, &err));
	char is[SHA256_TEXT];
	digest_sha256_hex(text.data, text.len, is);
	ck_assert_str_eq(sha, is);
	ck_assert_str_eq(media, "application/json");
	/* a crash is counted and costs the claim only */
	OK(store_document_again(s, id, &tries, &err));
	OK(store_document_again(s, id, &tries, &err));
	ck_assert_uint_eq(tries, 2);
	OK(store_documents_claim(s, 1001, 1060, &mem, d, 2, &n, &err));
	ck_assert_uint_eq(n, 1);
	OK(store_document_aside(s, id, "poison", 1002, &err));
	OK(store_documents_claim(s, 2000, 2060, &mem, d, 2, &n, &err));
	ck_assert_uint_eq(n, 0);
	buf_clear(&text);
	ck_assert_int_eq(store_document_bytes(s, 999, &b, &err), -1);
	ck_assert_int_eq(err.kind, ERR_INPUT);
}
END_TEST

/* What comes second, and what becomes of it. */
static const struct {
	const char	*name, *title;
	int64_t		 current;
	unsigned	 fresh, rows;
} revisions[] = {
	{ "same", "first", 500, 0, 0 },
	{ "newer", "second", 501, 1, 1 },
	{ "same date, other bytes", "second", 500, 1, 1 },
	{ "older", "zeroth", 499, 0, 0 },
	{ "no date", "second", 0, 1, 1 },
};

START_TEST(revision)
{
	struct new_advisory got[4];
	struct advisory a = advisory("A-1", revisions[_i].current,
	    revisions[_i].title);
	uint32_t n_as = 9, n_ads;
	struct matching none = { 0 };
	bool stale;

	int64_t doc = seeded();
	ck_assert_uint_eq(claim_advisories(1000, got, 4), 1);
	OK(store_advisory_matched(s, got[0].id, &none, NULL, 0, 1000, &stale,
	    &err));
	ck_assert(!stale);
	for (int i = 0; i < 2; i++) {		/* the second time is silent */
		reading(doc, &a, 1, NULL, 0, 1001, &n_as, &n_ads);
		ck_assert_msg(n_as == (i == 0 ? revisions[_i].fresh : 0),
		    "%s", revisions[_i].name);
	}
	ck_assert_msg(claim_advisories(1002, got, 4) == revisions[_i].rows,
	    "%s: new", revisions[_i].name);
	ck_assert_uint_eq(view().advisories, 1);
}
END_TEST

START_TEST(stale)
{
	struct new_advisory got[2];
	struct advisory a = advisory("A-1", 600, "second");
	struct matching none = { 0 };
	struct dispatch d = dispatch("ar-1", 1, EVENT_NEW);
	uint32_t n_as, n_ads;
	bool is_stale = false;

	int64_t doc = seeded();
	ck_assert_uint_eq(claim_advisories(1000, got, 1), 1);
	reading(doc, &a, 1, NULL, 0, 1001, &n_as, &n_ads);
	OK(store_advisory_matched(s, got[0].id, &none, &d, 1, 1002, &is_stale,
	    &err));
	ck_assert(is_stale);
	ck_assert_uint_eq(view().alerts, 0);
	ck_assert_uint_eq(claim_advisories(1002, got + 1, 1), 1);
	ck_assert_int_ne(got[0].id, got[1].id);
	OK(store_advisory_matched(s, got[1].id, &none, &d, 1, 1003, &is_stale,
	    &err));
	ck_assert(!is_stale);
	ck_assert_uint_eq(view().alerts, 1);
}
END_TEST

static struct match
match_of(const char *device)
{
	static const char *why[] = { "vendor Acme = acme" };
	struct match m;
	match_init(&m);
	m.device.id = device;
	m.device.list = "plant";
	m.severity = SEVERITY_HIGH;
	m.why = why;
	m.n_why = 1;
	return m;
}

/* What is too much is that document's or advisory's fault alone, and leaves
 * nothing behind. */
START_TEST(too_much)
{
	static const char *remarks[] = { "a title was cut", "no severity" };
	struct reading r = { .n_addresses = ADDRESSES_MAX + 1 };
	struct new_document nd;
	struct new_advisory na;
	struct match m = match_of("plc-1");
	struct matching ms = { .matches = &m, .n = 1 };
	uint32_t every[] = { 100 }, n = 0, n_as, n_ads;
	char *long_why = mem_alloc(ALERT_MAX + 2u);
	bool is_stale;

	memset(long_why, 'x', ALERT_MAX + 1u);
	m.why = (const char **)&long_why;
	(void)seeded();
	OK(store_polls_begin(s, every, false, 2000, &n, &err));
	(void)fetch(2000, "listing 2");
	OK(store_documents_claim(s, 2000, 2060, &mem, &nd, 1, &n, &err));
	ck_assert_uint_eq(n, 1);
	ck_assert_int_eq(store_document_read(s, nd.id, &r, NULL, NULL, 2001,
	    &n_as, &n_ads, &err), -1);
	ck_assert_int_eq(err.kind, ERR_LIMIT);
	ck_assert_ptr_nonnull(strstr(err.text, "more than allowed"));
	err_clear(&err);
	r = (struct reading){ .remarks = remarks, .n_remarks = 2 };
	OK(store_document_read(s, nd.id, &r, NULL, NULL, 2001, &n_as, &n_ads,
	    &err));
	ck_assert_uint_eq(claim_advisories(2002, &na, 1), 1);
	ck_assert_int_eq(store_advisory_matched(s, na.id, &ms, NULL, 0, 2003,
	    &is_stale, &err), -1);
	ck_assert_int_eq(err.kind, ERR_LIMIT);
	ck_assert_ptr_nonnull(strstr(err.text, "device plc-1: too large"));
	err_clear(&err);
	ck_assert_uint_eq(view().matches, 0);
	m.n_why = 0;
	OK(store_advisory_matched(s, na.id, &ms, NULL, 0, 2004, &is_stale,
	    &err));
	ck_assert_uint_eq(view().matches, 1);
	free(long_why);
}
END_TEST

START_TEST(matched)
{
	struct new_advisory got[2];
	struct match ms[] = { match_of("plc-1"), match_of("plc-2") };
	struct matching m = { .matches = ms, .n = 2, .left_out = 3 };
	struct matching back = { 0 };
	struct advisory a = advisory("A-1", 600, "second");
	struct dispatch d = dispatch("ar-1", 1, EVENT_NEW);
	struct told t;
	struct blob b = BLOB_INIT;
	uint32_t n_as, n_ads, tries;
	bool is_stale;

	int64_t doc = seeded();
	ck_assert_uint_eq(claim_advisories(1000, got, 2), 1);
	ck_assert_str_eq(got[0].advisory_id, "A-1");
	ck_assert_str_eq(got[0].ns, "https://acme");
	ck_assert_int_eq(got[0].document, doc);
	OK(store_advisory_bytes(s, got[0].id, &b, &err));
	ck_assert_uint_gt(b.len, 0);
	blob_clear(&b);
	OK(store_advisory_again(s, got[0].id, &tries, &err));
	ck_assert_uint_eq(tries, 1);
	ck_assert_uint_eq(claim_advisories(1000, got, 2), 1);
	OK(store_advisory_matched(s, got[0].id, &m, &d, 1, 1001, &is_stale,
	    &err));
	OK(store_matches_of(s, "https://acme", "A-1", &mem, &back, &err));
	ck_assert_uint_eq(back.n, 2);
	ck_assert_uint_eq(back.left_out, 3);
	ck_assert_str_eq(back.matches[1].device.id, "plc-2");
	ck_assert_str_eq(back.matches[1].why[0], "vendor Acme = acme");
	OK(store_told(s, "ar-1", &mem, &t, &err));
	ck_assert_uint_eq(t.rev, 1);
	ck_assert_int_eq(t.last_event, EVENT_NEW);
	ck_assert_uint_eq(t.n_to, 1);
	ck_assert_str_eq(t.to[0], "ops\n");
	OK(store_told(s, "ar-2", &mem, &t, &err));
	ck_assert_uint_eq(t.rev, 0);
	/* a revision that is not matched yet leaves the former matches */
	reading(doc, &a, 1, NULL, 0, 1002, &n_as, &n_ads);
	OK(store_matches_of(s, "https://acme", "A-1", &mem, &back, &err));
	ck_assert_uint_eq(back.n, 2);
	ck_assert_uint_eq(claim_advisories(1002, got, 2), 1);
	m.n = 1;
	m.left_out = 0;
	OK(store_advisory_matched(s, got[0].id, &m, NULL, 0, 1003, &is_stale,
	    &err));
	OK(store_matches_of(s, "https://acme", "A-1", &mem, &back, &err));
	ck_assert_uint_eq(back.n, 1);
	ck_assert_uint_eq(view().matches, 1);
}
END_TEST

/* What people call it, and two publishers with one id. */
START_TEST(found)
{
	static const struct { const char *word; uint32_t n; } words[] = {
		{ "A-1", 2 }, { "https://acme/A-1", 1 },
		{ "https://other#A-1", 1 }, { "https://acmeA-1", 1 },
		{ "ar-1", 1 }, { "A-2", 0 }, { "%", 0 }, { "", 0 },
	};
	struct advisory a = advisory("A-1", 600, "of another");
	struct match m = match_of("plc-1");
	struct matching ms = { .matches = &m, .n = 1 };
	struct dispatch d = dispatch("ar-1", 1, EVENT_NEW);
	struct new_advisory got[2];
	struct found_advisory f[4];
	struct told_row t[4];
	uint32_t n = 9, n_as, n_ads;
	bool is_stale;

	int64_t doc = seeded();
	ck_assert_uint_eq(claim_advisories(1000, got, 1), 1);
	OK(store_advisory_matched(s, got[0].id, &ms, &d, 1, 1001, &is_stale,
	    &err));
	a.ns = "https://other";
	reading(doc, &a, 1, NULL, 0, 1002, &n_as, &n_ads);
	for (size_t i = 0; i < COUNT_OF(words); i++) {
		OK(store_advisory_find(s, words[i].word, &mem, f, 4, &n,
		    &err));
		ck_assert_msg(n == words[i].n, "\"%s\": %u", words[i].word, n);
	}
	OK(store_advisory_find(s, "A-1", &mem, f, 1, &n, &err));
	ck_assert_uint_eq(n, 1);
	ck_assert_str_eq(f[0].ns, "https://acme");
	ck_assert_str_eq(f[0].state, "matched");
	OK(store_told_rows(s, "ar-1", &mem, t, 4, &n, &err));
	ck_assert_uint_eq(n, 1);
	ck_assert_str_eq(t[0].sink, "ops");
	ck_assert_str_eq(t[0].state, "due");
	ck_assert_str_eq(t[0].event, "new");
	OK(store_told_rows(s, "ar-2", &mem, t, 4, &n, &err));
	ck_assert_uint_eq(n, 0);
}
END_TEST

/* All or nothing: the second of two alerts cannot be kept. */
START_TEST(matched_whole_or_not)
{
	struct new_advisory got[1];
	struct match ms[] = { match_of("plc-1") };
	struct matching m = { .matches = ms, .n = 1 };
	struct dispatch two[] = { dispatch("ar-1", 1, EVENT_NEW),
	    dispatch("ar-2", 1, EVENT_NEW) };
	bool is_stale;

	seeded();
	ck_assert_uint_eq(claim_advisories(1000, got, 1), 1);
	size_t n = (64u << 20) + 1;
	char *big = mem_alloc(n + 1);
	memset(big, 'x', n);
	two[1].alert.summary = big;
	ck_assert_int_eq(store_advisory_matched(s, got[0].id, &m, two, 2, 1001,
	    &is_stale, &err), -1);
	ck_assert_int_eq(err.kind, ERR_LIMIT);
	free(big);
	struct store_view v = view();
	ck_assert_uint_eq(v.alerts, 0);
	ck_assert_uint_eq(v.matches, 0);
	ck_assert_uint_eq(v.n_sinks, 0);
	ck_assert_uint_eq(v.advisories_new, 1);
	two[1].alert.summary = "small";
	OK(store_advisory_matched(s, got[0].id, &m, two, 2, 1001, &is_stale,
	    &err));
	ck_assert_uint_eq(view().alerts, 2);
}
END_TEST

START_TEST(devices)
{
	struct new_advisory got[2];
	struct matching none = { 0 };
	bool changed = false, is_stale;

	seeded();
	OK(store_devices_in_use(s, "d1", 10, 1000, &changed, &err));
	ck_assert(changed);
	ck_assert_uint_eq(claim_advisories(1000, got, 2), 1);
	/* the lists change while it is being matched */
	OK(store_devices_in_use(s, "d2", 11, 1001, &changed, &err));
	ck_assert(changed);
	ck_assert_uint_eq(claim_advisories(1001, got + 1, 1), 0);
	OK(store_advisory_matched(s, got[0].id, &none, NULL, 0, 1002,
	    &is_stale, &err));
	ck_assert_uint_eq(claim_advisories(1002, got, 2), 1);
	OK(store_advisory_matched(s, got[0].id, &none, NULL, 0, 1003,
	    &is_stale, &err));
	ck_assert_uint_eq(claim_advisories(1003, got, 2), 0);
	OK(store_devices_in_use(s, "d2", 11, 1004, &changed, &err));
	ck_assert(!changed);
	ck_assert_uint_eq(claim_advisories(1004, got, 2), 0);
	OK(store_devices_in_use(s, "d3", 12, 1005, &changed, &err));
	ck_assert_uint_eq(claim_advisories(1005, got, 2), 1);
	ck_assert_uint_eq(view().devices, 12);
}
END_TEST

/* --- deliveries ------------------------------------------------------------ */

START_TEST(never_twice)
{
	struct due_delivery d[4];

	int64_t first = alert_at("ar-1", 1, EVENT_NEW, 1000);
	ck_assert_int_gt(first, 0);
	ck_assert_int_eq(alert_at("ar-1", 1, EVENT_NEW, 1001), first);
	ck_assert_uint_eq(view().alerts, 1);
	ck_assert_uint_eq(claim_deliveries(1001, d, 4), 1);
	settle(d[0].id, OUTCOME_DELIVERED, 0, 1002);
	ck_assert_int_eq(alert_at("ar-1", 1, EVENT_NEW, 1003), first);
	ck_assert_uint_eq(claim_deliveries(1003, d, 4), 0);
}
END_TEST

START_TEST(order_per_key)
{
	struct due_delivery d[4];

	alert_at("ar-1", 1, EVENT_NEW, 1000);
	alert_at("ar-1", 2, EVENT_UPDATED, 1001);
	alert_at("ar-1", 3, EVENT_UPDATED, 1002);
	alert_at("ar-2", 1, EVENT_NEW, 1003);
	ck_assert_uint_eq(claim_deliveries(1003, d, 4), 2);
	ck_assert_str_eq(d[0].key, "ar-1");
	ck_assert_str_eq(d[1].key, "ar-2");
	ck_assert_uint_eq(d[0].n_prior, 0);
	/* deferred: the later ones wait behind it */
	settle(d[1].id, OUTCOME_DELIVERED, 0, 1004);
	settle(d[0].id, OUTCOME_DEFERRED, 1100, 1004);
	ck_assert_uint_eq(claim_deliveries(1005, d, 4), 0);
	ck_assert_uint_eq(claim_deliveries(1100, d, 4), 1);
	ck_assert_uint_eq(d[0].tries, 1);
	settle(d[0].id, OUTCOME_DELIVERED, 0, 1101);
	ck_assert_uint_eq(claim_deliveries(1101, d, 4), 1);
	ck_assert_uint_eq(d[0].n_prior, 1);
	ck_assert_str_eq(d[0].prior[0], "ar-1:r1:new");
	/* refused does not hold up the next */
	settle(d[0].id, OUTCOME_REFUSED, 0, 1102);
	ck_assert_uint_eq(claim_deliveries(1102, d, 4), 1);
	settle(d[0].id, OUTCOME_DELIVERED, 0, 1103);
	struct store_view v = view();
	ck_assert_uint_eq(v.n_sinks, 1);
	ck_assert_uint_eq(v.sinks[0].delivered, 3);
	ck_assert_uint_eq(v.sinks[0].refused, 1);
	ck_assert_uint_eq(v.sinks[0].due, 0);
	ck_assert_int_eq(v.sinks[0].last_delivered, 1103);
}
END_TEST

/* One advisory, matched; the devices change, and its alert is gathered. */
static void
gather(const char *key, uint32_t rev, int64_t now)
{
	struct dispatch d = dispatch(key, rev, EVENT_UPDATED);
	int64_t id = 0;

	d.gather = (bool[]){ true };
	OK(store_alert(s, &d, now, &id, &err));
}

START_TEST(gathered)
{
	struct new_advisory got[2];
	struct matching none = { 0 };
	struct gathered *of = NULL;
	struct gathered_alert list[8];
	struct due_delivery d[4];
	struct dispatch digest = dispatch("ar-d", 1, EVENT_DIGEST);
	bool changed = false, is_stale;
	uint32_t n = 0;

	seeded();
	ck_assert_uint_eq(claim_advisories(1000, got, 2), 1);
	ck_assert(!got[0].again);
	OK(store_advisory_matched(s, got[0].id, &none, NULL, 0, 1001,
	    &is_stale, &err));
	OK(store_devices_in_use(s, "d1", 1, 1002, &changed, &err));
	ck_assert_uint_eq(claim_advisories(1002, got, 2), 1);
	ck_assert(got[0].again);
	gather("ar-1", 2, 1003);
	gather("ar-2", 1, 1003);
	/* held back: by the digest, and a later revision behind it */
	alert_at("ar-1", 3, EVENT_UPDATED, 1004);
	ck_assert_uint_eq(claim_deliveries(1004, d, 4), 0);
	OK(store_gathered(s, &mem, &of, &n, &err));
	ck_assert_uint_eq(n, 0);	/* one is still to be matched */
	OK(store_advisory_matched(s, got[0].id, &none, NULL, 0, 1005,
	    &is_stale, &err));
	OK(store_gathered(s, &mem, &of, &n, &err));
	ck_assert_uint_eq(n, 1);
	ck_assert_uint_eq(of[0].n, 2);
	ck_assert_str_eq(of[0].sink, "ops");
	ck_assert_uint_eq(view().sinks[0].due, 3);
	OK(store_gathered_alerts(s, &of[0], list, 8, &n, &err));
	ck_assert_uint_eq(n, 2);
	ck_assert_int_ne(list[0].alert, list[1].alert);
	OK(store_gathered_told(s, list, n, &digest, 1006, &err));
	OK(store_gathered(s, &mem, &of, &n, &err));
	ck_assert_uint_eq(n, 0);
	ck_assert_uint_eq(claim_deliveries(1006, d, 4), 2);
	ck_assert_str_eq(d[0].key, "ar-1");	/* no longer held */
	ck_assert_str_eq(d[1].key, "ar-d");
}
END_TEST

START_TEST(gathered_alone)
{
	struct gathered *of = NULL;
	struct gathered_alert list[8];
	struct due_delivery d[4];
	struct told told;
	uint32_t n = 0;

	gather("ar-1", 2, 1003);
	gather("ar-1", 3, 1003);
	alert_at("ar-1", 4, EVENT_UPDATED, 1004);
	OK(store_gathered(s, &mem, &of, &n, &err));
	ck_assert_uint_eq(n, 1);
	OK(store_gathered_alerts(s, &of[0], list, 8, &n, &err));
	OK(store_gathered_told(s, list, n, NULL, 1006, &err));
	OK(store_told(s, "ar-1", &mem, &told, &err));
	ck_assert_uint_eq(told.rev, 4);
	ck_assert_uint_eq(told.n_to, 1);
	for (uint32_t rev = 2; rev <= 4; rev++) {
		/* in their order, one after the other */
		ck_assert_uint_eq(claim_deliveries(1010 + rev, d, 4), 1);
		ck_assert_uint_eq(d[0].n_prior, rev - 2);
		settle(d[0].id, OUTCOME_DELIVERED, 0, 1010 + rev);
	}
	ck_assert_uint_eq(view().sinks[0].due, 0);
}
END_TEST

START_TEST(gathered_dropped)
{
	struct gathered *of = NULL;
	uint32_t n = 0;

	gather("ar-1", 2, 1003);
	gather("ar-2", 2, 1003);
	OK(store_drop(s, "delivery", 0, "not ours", 1004, &n, &err));
	ck_assert_uint_eq(n, 2);
	ck_assert_uint_eq(view().sinks[0].dropped, 2);
	OK(store_gathered(s, &mem, &of, &n, &err));
	ck_assert_uint_eq(n, 0);
}
END_TEST

START_TEST(retry_keeps_order)
{
	struct due_delivery d[4];
	uint32_t n;

	int64_t first = alert_at("ar-1", 1, EVENT_NEW, 1000);
	int64_t second = alert_at("ar-1", 2, EVENT_UPDATED, 1001);
	ck_assert_uint_eq(claim_deliveries(1001, d, 4), 1);
	settle(first, OUTCOME_REFUSED, 0, 1002);
	/* the second waits unclaimed: the first goes in front of it again */
	OK(store_retry(s, "delivery", first, 1003, &n, &err));
	ck_assert_uint_eq(n, 1);
	ck_assert_uint_eq(claim_deliveries(1003, d, 4), 1);
	ck_assert_int_eq(d[0].id, first);
	settle(first, OUTCOME_REFUSED, 0, 1004);
	/* the second is on its way: the first must wait for its end */
	ck_assert_uint_eq(claim_deliveries(1004, d, 4), 1);
	ck_assert_int_eq(d[0].id, second);
	OK(store_retry(s, "", 0, 1005, &n, &err));
	ck_assert_uint_eq(n, 1);
	ck_assert_uint_eq(claim_deliveries(1005, d, 4), 0);
	settle(second, OUTCOME_DELIVERED, 0, 1006);
	ck_assert_uint_eq(claim_deliveries(1006, d, 4), 1);
	ck_assert_int_eq(d[0].id, first);
}
END_TEST

/* Given back unasked: as before the claim, and no line in the journal. */
START_TEST(unasked)
{
	struct due_delivery d[4];
	struct journal_row rows[8];
	int64_t ids[2];
	uint32_t n = 0, before = 0;

	ids[0] = alert_at("ar-1", 1, EVENT_NEW, 1000);
	ids[1] = alert_at("ar-2", 1, EVENT_NEW, 1001);
	OK(store_journal_read(s, "", 0, &mem, rows, 8, &before, &err));
	ck_assert_uint_eq(claim_deliveries(1002, d, 4), 2);
	ck_assert_uint_eq(claim_deliveries(1002, d, 4), 0);
	OK(store_deliveries_again(s, ids, 2, "", 2000, 1003, &err));
	ck_assert_uint_eq(claim_deliveries(1003, d, 4), 2);
	ck_assert_int_eq(d[0].id, ids[0]);
	ck_assert_uint_eq(d[0].tries, 0);
	/* dropped meanwhile: it stays so */
	OK(store_drop(s, "delivery", ids[0], "", 1004, &n, &err));
	OK(store_deliveries_again(s, ids, 2, "", 2000, 1005, &err));
	ck_assert_uint_eq(claim_deliveries(1005, d, 4), 1);
	ck_assert_int_eq(d[0].id, ids[1]);
	OK(store_journal_read(s, "", 0, &mem, rows, 8, &n, &err));
	ck_assert_uint_eq(n, before + 1);
	/* by its key, though alerts have an index of their own */
	OK(store_journal_read(s, "ar-1", 0, &mem, rows, 8, &n, &err));
	ck_assert_uint_ge(n, 1);
	ck_assert_str_eq(rows[0].event, "alert");
	ck_assert_str_eq(rows[0].subject, "ar-1");
	OK(store_journal_read(s, "ar-1", rows[n - 1].id, &mem, rows, 8, &n,
	    &err));
	ck_assert_uint_eq(n, 0);
}
END_TEST

START_TEST(no_answer)
{
	struct due_delivery d[4];
	int64_t ids[1], next;

	ids[0] = alert_at("ar-1", 1, EVENT_NEW, 1000);
	ck_assert_uint_eq(claim_deliveries(1000, d, 4), 1);
	OK(store_deliveries_again(s, ids, 1, "crashed", 1030, 1001, &err));
	ck_assert_uint_eq(claim_deliveries(1029, d, 4), 0);
	OK(store_next_due(s, 1001, &next, &err));
	ck_assert_int_eq(next, 1030);
	ck_assert_uint_eq(claim_deliveries(1030, d, 4), 1);
	ck_assert_uint_eq(d[0].tries, 1);
	restart("one");
	ck_assert_uint_eq(claim_deliveries(1031, d, 4), 1);
	struct buf b = BUF_INIT(1 << 20);
	struct unpack u;
	struct alert a;
	OK(store_alert_bytes(s, d[0].alert, &b, &err));
	unpack_open(&u, b.data, b.len);
	alert_unpack(&u, &mem, &a);
	OK(unpack_done(&u, &err));
	ck_assert_str_eq(a.title, "a title");
	buf_clear(&b);
}
END_TEST

START_TEST(paused)
{
	struct due_delivery d[4];
	int64_t until = 1, next;

	alert_at("ar-1", 1, EVENT_NEW, 1000);
	OK(store_sink_pause(s, "ops", 1100, "login failed", 1001, &err));
	OK(store_sink_paused_until(s, "ops", &until, &err));
	ck_assert_int_eq(until, 1100);
	ck_assert_uint_eq(claim_deliveries(1099, d, 4), 0);
	OK(store_next_due(s, 1001, &next, &err));
	ck_assert_int_eq(next, 1100);
	ck_assert_str_eq(view().sinks[0].reason, "login failed");
	OK(store_sink_pause(s, "ops", 0, "", 1050, &err));
	ck_assert_uint_eq(claim_deliveries(1050, d, 4), 1);
	OK(store_sink_paused_until(s, "other", &until, &err));
	ck_assert_int_eq(until, 0);
}
END_TEST

START_TEST(queue_retry_drop)
{
	struct due_delivery d[4];
	struct new_advisory got[1];
	struct queue_row *rows, row;
	uint32_t n = 0;

	int64_t doc = seeded();
	ck_assert_uint_eq(claim_advisories(1000, got, 1), 1);
	OK(store_advisory_aside(s, got[0].id, "poison", 1003, &err));
	OK(store_document_aside(s, doc, "unreadable", 1002, &err));
	int64_t first = alert_at("ar-1", 1, EVENT_NEW, 1001);
	int64_t second = alert_at("ar-1", 2, EVENT_UPDATED, 1004);
	ck_assert_uint_eq(claim_deliveries(1004, d, 4), 1);
	settle(first, OUTCOME_REFUSED, 0, 1005);
	OK(store_queue(s, &mem, &rows, &n, 10, &err));
	ck_assert_uint_eq(n, 4);
	ck_assert_str_eq(rows[0].what, "delivery");
	ck_assert_str_eq(rows[0].state, "refused");
	ck_assert_str_eq(rows[0].code, "1.2.3");
	ck_assert_str_eq(rows[0].title, "a title");
	ck_assert_str_eq(rows[1].what, "document");
	ck_assert_str_eq(rows[1].reason, "unreadable");
	ck_assert_str_eq(rows[2].what, "advisory");
	ck_assert_str_eq(rows[3].state, "due");
	OK(store_queue(s, &mem, &rows, &n, 2, &err));
	ck_assert_uint_eq(n, 2);
	OK(store_drop(s, "delivery", first, "not wanted", 1006, &n, &err));
	ck_assert_uint_eq(n, 1);
	OK(store_delivery(s, first, &mem, &row, &err));
	ck_assert_str_eq(row.state, "dropped");
	ck_assert_uint_eq(view().sinks[0].dropped, 1);
	/* it was on its way after all: delivered is believed */
	settle(first, OUTCOME_REFUSED, 0, 1007);
	settle(first, OUTCOME_DELIVERED, 0, 1007);
	OK(store_delivery(s, first, &mem, &row, &err));
	ck_assert_str_eq(row.state, "delivered");
	ck_assert_uint_eq(view().sinks[0].dropped, 0);
	OK(store_retry(s, "", 0, 1008, &n, &err));
	ck_assert_uint_eq(n, 3);
	OK(store_queue(s, &mem, &rows, &n, 10, &err));
	ck_assert_uint_eq(n, 1);
	ck_assert_int_eq(rows[0].id, second);
	ck_assert_uint_eq(claim_advisories(1008, got, 1), 1);
	OK(store_document_aside(s, doc, "unreadable", 1009, &err));
	OK(store_drop(s, "", 0, "all of it", 1010, &n, &err));
	ck_assert_uint_eq(n, 2);
	ck_assert_uint_eq(view().sinks[0].dropped, 1);
	OK(store_queue(s, &mem, &rows, &n, 10, &err));
	ck_assert_uint_eq(n, 0);
	ck_assert_int_eq(store_retry(s, "alert", 1, 1011, &n, &err), -1);
	ck_assert_int_eq(store_delivery(s, 777, &mem, &row, &err), -1);
}
END_TEST

START_TEST(lists)
{
	struct blob b = BLOB_INIT;
	int64_t at = -1;

	OK(store_list_last(s, "plant", &b, &at, &err));
	ck_assert_int_eq(b.fd, -1);
	OK(store_list_keep(s, "plant", "a,b\n", 4, 1000, &err));
	OK(store_list_keep(s, "plant", "", 0, 1001, &err));
	OK(store_list_keep(s, "plant", "c,d\n", 4, 1002, &err));
	OK(store_list_keep(s, "plant", "c,d\n", 4, 1003, &err));
	OK(store_list_last(s, "plant", &b, &at, &err));
	ck_assert_int_eq(at, 1003);
	OK(blob_map(&b, &err));
	ck_assert_uint_eq(b.len, 4);
	ck_assert_mem_eq(b.map, "c,d\n", 4);
	blob_clear(&b);
}
END_TEST

/* --- as a whole ------------------------------------------------------------ */

static void
count(void *ctx, uint64_t n)
{
	uint64_t *last = ctx;
	ck_assert_uint_eq(n, *last + 1);
	*last = n;
}

START_TEST(hook)
{
	uint64_t last = 1, first = last;	/* opening was the first */
	struct due_delivery d[1];

	store_after_commit(s, count, &last);
	alert_at("ar-1", 1, EVENT_NEW, 1000);
	ck_assert_uint_gt(last, first);
	uint64_t before = last;
	ck_assert_uint_eq(claim_deliveries(999, d, 1), 0);	/* nothing due */
	ck_assert_uint_eq(last, before);
	ck_assert_uint_eq(claim_deliveries(1000, d, 1), 1);
	ck_assert_uint_eq(last, before + 1);
}
END_TEST

START_TEST(journal)
{
	uint64_t lines = 0;
	int64_t broken = -1;
	char head[SHA256_TEXT], again[SHA256_TEXT];
	struct journal_row rows[16];
	uint32_t n = 0;

	seeded();
	alert_at("ar-1", 1, EVENT_NEW, 1000);
	OK(store_journal(s, "comment", "A-1", "seen by a person", 1001, &err));
	OK(store_journal_verify(s, &lines, &broken, head, &err));
	ck_assert_uint_ge(lines, 5);
	ck_assert_int_eq(broken, 0);
	OK(store_journal_read(s, "A-1", 0, &mem, rows, 16, &n, &err));
	ck_assert_uint_eq(n, 2);
	ck_assert_str_eq(rows[0].event, "advisory");
	ck_assert_str_eq(rows[1].text, "seen by a person");
	ck_assert_str_eq(rows[1].hash, head);
	OK(store_journal_read(s, "", rows[0].id, &mem, rows, 1, &n, &err));
	ck_assert_uint_eq(n, 1);
	restart("one");
	OK(store_journal_verify(s, &lines, &broken, again, &err));
	ck_assert_str_eq(again, head);
}
END_TEST

START_TEST(looking_only)
{
	struct store *look = NULL;
	int64_t id = 0;
	struct dispatch d = dispatch("ar-9", 1, EVENT_TEST);
	struct store_view v;
	struct due_delivery got[1];

	alert_at("ar-1", 1, EVENT_NEW, 1000);
	ck_assert_uint_eq(claim_deliveries(1000, got, 1), 1);
	OK(store_open(url, "one", true, &look, &err));
	OK(store_view(look, &mem, &v, &err));
	ck_assert_uint_eq(v.alerts, 1);
	ck_assert_int_eq(store_alert(look, &d, 1000, &id, &err), -1);
	ck_assert_int_eq(err.kind, ERR_SYSTEM);
	store_close(look);
	ck_assert_uint_eq(claim_deliveries(1001, got, 1), 0);	/* still ours */
}
END_TEST

#define ADD(test) tcase_add_test(t, test)

Suite *
conformance_suite(const char *driver, const struct conformance *given)
{
	Suite *suite = suite_create(driver);
	TCase *t = tcase_create("conformance");

	how = given;
	tcase_set_timeout(t, 60);
	tcase_add_checked_fixture(t, set_up, tear_down);
	ADD(declare_and_leave);
	ADD(another_root);
	ADD(polls);
	ADD(failing);
	ADD(leases);
	ADD(same_bytes);
	ADD(wrong_hash);
	tcase_add_loop_test(t, relisted, 0, COUNT_OF(relistings));
	ADD(relisted_in_flight);
	ADD(listings_first);
	ADD(documents);
	tcase_add_loop_test(t, revision, 0, COUNT_OF(revisions));
	ADD(stale);
	ADD(matched);
	ADD(too_much);
	ADD(found);
	ADD(matched_whole_or_not);
	ADD(devices);
	ADD(never_twice);
	ADD(order_per_key);
	ADD(gathered);
	ADD(gathered_alone);
	ADD(gathered_dropped);
	ADD(retry_keeps_order);
	ADD(unasked);
	ADD(no_answer);
	ADD(paused);
	ADD(queue_retry_drop);
	ADD(lists);
	ADD(hook);
	ADD(journal);
	ADD(looking_only);
	suite_add_tcase(suite, t);
	return suite;
}
