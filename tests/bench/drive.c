/* drive.c - the keeper's side of one helper, with a CPU clock held to it.
 *
 *	drive read HELPER ROUNDS FILE...	lines: NS_OURS NS_JANSSON BYTES
 *	drive pack HELPER OUT FILE...		packed advisories, u32 length each
 *	drive list HELPER ROUNDS CSV OUT	lines: NS_CPU NS_WALL BYTES DEVICES
 *	drive match PACKED ROUNDS INDEX...	lines: INDEX_NO NS DOCS MATCHES
 *	drive ask HELPER PACKED ROUNDS INDEX	lines: NS_CPU NS_WALL DOCS
 *	drive fetch HELPER ROUNDS POLLS URL	lines: NS_OURS NS_CURL POLLS
 *
 * A helper is started and asked as the keeper does it. Its cost is the CPU time
 * of its process, user and system, between two asks; the peer's is that of this
 * process. Rounds of ours and of the peer take turns. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <curl/curl.h>
#include <jansson.h>
#include "base/arena.h"
#include "base/blob.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/limits.h"
#include "base/pack.h"
#include "match/rules.h"
#include "match/serve.h"
#include "noun/advisory.h"
#include "noun/device.h"
#include "noun/document.h"
#include "noun/feed.h"
#include "noun/index.h"
#include "noun/match.h"
#include "talk/ask.h"
#include "talk/frame.h"
#include "talk/helper.h"

struct peer {
	pid_t		 pid;
	int		 sock;
	clockid_t	 clock;
	uint32_t	 id;
	struct frame	 f;
};

struct answer {
	struct blob	 body;		/* mapped if one came */
	struct unpack	 fields;	/* lends from the peer's frame */
};

static _Noreturn void
die(const char *what, const struct err *err)
{
	char text[900] = "";

	fprintf(stderr, "drive: %s: %s\n", what, err == NULL ?
	    strerror(errno) : err_show(err, text, sizeof(text)));
	exit(1);
}

static int64_t
now_ns(clockid_t clock)
{
	struct timespec t;

	if (clock_gettime(clock, &t) != 0)
		die("clock_gettime", NULL);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void
peer_start(struct peer *p, const char *program)
{
	struct err err = ERR_INIT;
	int sv[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sv) != 0)
		die("socketpair", NULL);
	p->pid = fork();
	if (p->pid == 0) {
		if (sv[1] == HELPER_SOCKET ? fcntl(sv[1], F_SETFD, 0) != 0 :
		    dup2(sv[1], HELPER_SOCKET) == -1)
			_exit(127);
		execl(program, program, "--serve", (char *)NULL);
		_exit(127);
	}
	close(sv[1]);
	p->sock = sv[0];
	p->id = 0;
	if (frame_recv(p->sock, &p->f, &err) != 1 ||
	    p->f.class != FRAME_HELLO)
		die(program, &err);
	if (clock_getcpuclockid(p->pid, &p->clock) != 0)
		die("clock_getcpuclockid", NULL);
}

static void
peer_stop(struct peer *p)
{
	close(p->sock);
	waitpid(p->pid, NULL, 0);
}

/* One ask and its answer. -1: the input could not be used. */
static int
peer_ask(struct peer *p, enum ask_kind kind, const struct buf *fields, int fd,
    struct answer *ret)
{
	struct err err = ERR_INIT;
	int rc;

	p->f.class = FRAME_ASK;
	p->f.kind = (uint8_t)kind;
	p->f.flags = 0;
	p->f.id = ++p->id;
	p->f.len = fields->len;
	p->f.fd = fd;
	memcpy(p->f.body, buf_text(fields), fields->len);
	rc = frame_send(p->sock, &p->f, &err);
	p->f.fd = -1;
	if (rc != 0)
		die("sending an ask", &err);
	do {
		if (frame_recv(p->sock, &p->f, &err) != 1)
			die("the helper is gone", &err);
	} while (p->f.class == FRAME_NOTE);
	ret->body = (struct blob)BLOB_INIT;
	if (p->f.fd != -1) {
		if (blob_adopt(&ret->body, p->f.fd, DEVICE_INDEX_MAX, &err) !=
		    0 || blob_map(&ret->body, &err) != 0)
			die("the answer's body", &err);
		p->f.fd = -1;
	}
	unpack_open(&ret->fields, p->f.body + 1, p->f.len - 1);
	return p->f.len > 0 && p->f.body[0] == 0 ? 0 : -1;
}

static void *
file_bytes(const char *path, size_t *ret_n)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char *p;
	size_t n = 0;
	ssize_t got = 1;

	if (fd == -1 || fstat(fd, &st) != 0)
		die(path, NULL);
	p = malloc((size_t)st.st_size + 1);
	while (p != NULL && n < (size_t)st.st_size && got > 0) {
		got = read(fd, p + n, (size_t)st.st_size - n);
		n += got > 0 ? (size_t)got : 0;
	}
	close(fd);
	*ret_n = n;
	return p;
}

static void
blob_of_file(const char *path, struct blob *ret)
{
	struct err err = ERR_INIT;
	size_t n;
	void *p = file_bytes(path, &n);

	if (blob_of(ret, "file", p, n, &err) != 0 || blob_map(ret, &err) != 0)
		die(path, &err);
	free(p);
}

static void
write_file(const char *path, const void *p, size_t n)
{
	FILE *f = fopen(path, "wb");

	if (f == NULL || fwrite(p, 1, n, f) != n || fclose(f) != 0)
		die(path, NULL);
}

/* ---- read ---------------------------------------------------------------- */

static int
ask_read(struct peer *p, const char *path, const struct blob *bytes,
    struct answer *ret)
{
	struct buf fields = BUF_INIT(FRAME_BODY_MAX);
	struct document doc = { .feed = "bench", .url = path,
	    .format = "csaf" };
	int rc;

	document_pack(&fields, &doc);
	rc = peer_ask(p, ASK_READ, &fields, bytes->fd, ret);
	buf_clear(&fields);
	return rc;
}

static struct blob *
blobs_of(char **files, int n)
{
	struct blob *blobs = calloc((size_t)n, sizeof(*blobs));

	for (int i = 0; i < n; i++)
		blob_of_file(files[i], &blobs[i]);
	return blobs;
}

static int
do_read(char **args, int n)
{
	struct peer *p = calloc(1, sizeof(*p));
	int rounds = atoi(args[1]), bad = 0;
	struct blob *blobs = blobs_of(args + 2, n - 2);
	size_t bytes = 0;

	peer_start(p, args[0]);
	for (int r = -1; r < rounds; r++) {
		int64_t ours = now_ns(p->clock), theirs;

		bytes = 0;
		for (int i = 0; i < n - 2; i++) {
			struct answer a;
			bad += ask_read(p, args[i + 2], &blobs[i], &a) != 0;
			blob_clear(&a.body);
			bytes += blobs[i].len;
		}
		ours = now_ns(p->clock) - ours;
		theirs = now_ns(CLOCK_PROCESS_CPUTIME_ID);
		for (int i = 0; i < n - 2; i++) {
			json_error_t e;
			json_decref(json_loadb(blobs[i].map, blobs[i].len,
			    JSON_REJECT_DUPLICATES, &e));
		}
		theirs = now_ns(CLOCK_PROCESS_CPUTIME_ID) - theirs;
		if (r >= 0)
			printf("%lld %lld %zu\n", (long long)ours,
			    (long long)theirs, bytes);
	}
	peer_stop(p);
	if (bad > 0)
		fprintf(stderr, "drive: %d documents were not read\n", bad);
	return 0;
}

static int
do_pack(char **args, int n)
{
	struct peer *p = calloc(1, sizeof(*p));
	struct buf out = BUF_INIT((size_t)1 << 30);

	peer_start(p, args[0]);
	for (int i = 2; i < n; i++) {
		struct arena mem = ARENA_INIT;
		struct err err = ERR_INIT;
		struct blob bytes;
		struct reading reading;
		struct answer a;
		const void **at;
		size_t *lens;

		blob_of_file(args[i], &bytes);
		if (ask_read(p, args[i], &bytes, &a) == 0) {
			if (reading_unpack(a.body.map, a.body.len, &mem,
			    &reading, &at, &lens, &err) != 0)
				die(args[i], &err);
			for (uint32_t k = 0; k < reading.n_advisories; k++)
				pack_bytes(&out, at[k], lens[k]);
		}
		blob_clear(&a.body);
		blob_clear(&bytes);
		arena_clear(&mem);
	}
	peer_stop(p);
	write_file(args[1], out.data, out.len);
	return 0;
}

/* ---- list ---------------------------------------------------------------- */

static int
do_list(char **args, int n)
{
	struct buf body = BUF_INIT((size_t)LIST_FILE_MAX * 2);
	struct buf none = BUF_INIT(1);
	struct device_file file = { .name = "bench", .path = args[2],
	    .format = "csv" };
	struct err err = ERR_INIT;
	struct blob blob;

	(void)n;
	file.bytes = file_bytes(args[2], &file.len);
	pack_u32(&body, 0);		/* aliases */
	pack_u32(&body, 1);
	device_file_pack(&body, &file);
	if (blob_of(&blob, "lists", body.data, body.len, &err) != 0)
		die("lists", &err);
	for (int r = 0; r < atoi(args[1]); r++) {
		struct peer *p = calloc(1, sizeof(*p));
		struct answer a;
		struct index ix;
		int64_t cpu, wall;

		peer_start(p, args[0]);
		cpu = now_ns(p->clock);
		wall = now_ns(CLOCK_MONOTONIC);
		if (peer_ask(p, ASK_LIST, &none, blob.fd, &a) != 0)
			die("the list was not taken", NULL);
		wall = now_ns(CLOCK_MONOTONIC) - wall;
		cpu = now_ns(p->clock) - cpu;
		if (index_open(&ix, a.body.map, a.body.len, &err) != 0)
			die("the index", &err);
		printf("%lld %lld %zu %u\n", (long long)cpu, (long long)wall,
		    a.body.len, index_devices(&ix));
		if (r == 0)
			write_file(args[3], a.body.map, a.body.len);
		blob_clear(&a.body);
		peer_stop(p);
		free(p);
	}
	return 0;
}

/* ---- match --------------------------------------------------------------- */

struct packed {
	const void	*at;
	size_t		 len;
};

static struct packed *
load_packed(const char *path, uint32_t *ret_n)
{
	size_t n;
	void *p = file_bytes(path, &n);
	struct packed *list = calloc(n / 16 + 1, sizeof(*list));
	struct unpack in;

	unpack_open(&in, p, n);
	for (*ret_n = 0; in.at < in.end; ++*ret_n)
		list[*ret_n].at = unpack_bytes(&in, "advisory", n,
		    &list[*ret_n].len);
	if (unpack_done(&in, NULL) != 0)
		die("packed advisories", NULL);
	return list;
}

/* All advisories against one index; only what the program does between two
 * blobs is timed: unpack, match, pack. */
static void
match_all(int number, const struct index *ix, const struct rules *rules,
    const struct packed *docs, uint32_t n, bool told)
{
	struct err err = ERR_INIT;
	uint64_t matches = 0;
	int64_t ns = 0;

	for (uint32_t i = 0; i < n; i++) {
		struct buf out = BUF_INIT(MATCHES_BLOB_MAX);
		struct arena mem = ARENA_INIT;
		struct unpack in;
		int64_t at = now_ns(CLOCK_PROCESS_CPUTIME_ID);

		if (advisory_match_packed(ix, rules, docs[i].at,
		    docs[i].len, false, &mem, &out, &err) != 0)
			die("an advisory", &err);
		arena_clear(&mem);
		ns += now_ns(CLOCK_PROCESS_CPUTIME_ID) - at;
		unpack_open(&in, out.data, out.len);
		matches += unpack_u32(&in, "left out", UINT32_MAX);
		matches += unpack_u32(&in, "n", UINT32_MAX);
		buf_clear(&out);
	}
	if (told)
		printf("%d %lld %u %llu\n", number, (long long)ns, n,
		    (unsigned long long)matches);
}

static int
do_match(char **args, int n)
{
	int n_ix = n - 2;
	struct index *ix = calloc((size_t)n_ix, sizeof(*ix));
	const struct rules **rules = calloc((size_t)n_ix, sizeof(*rules));
	struct arena mem = ARENA_INIT;
	struct err err = ERR_INIT;
	uint32_t docs_n;
	struct packed *docs = load_packed(args[0], &docs_n);

	for (int i = 0; i < n_ix; i++) {
		struct blob blob;
		blob_of_file(args[i + 2], &blob);
		if (index_open(&ix[i], blob.map, blob.len, &err) != 0)
			die(args[i + 2], &err);
		rules[i] = rules_open(&ix[i], &mem);
	}
	for (int r = -1; r < atoi(args[1]); r++)
		for (int i = 0; i < n_ix; i++)
			match_all(i, &ix[i], rules[i], docs, docs_n, r >= 0);
	return 0;
}

static int
do_ask(char **args, int n)
{
	struct peer *p = calloc(1, sizeof(*p));
	struct buf none = BUF_INIT(1);
	struct err err = ERR_INIT;
	struct answer a;
	struct blob blob;
	uint32_t docs_n;
	struct packed *docs = load_packed(args[1], &docs_n);
	struct blob *blobs = calloc(docs_n, sizeof(*blobs));

	(void)n;
	for (uint32_t i = 0; i < docs_n; i++)
		if (blob_of(&blobs[i], "advisory", docs[i].at, docs[i].len,
		    &err) != 0)
			die("blob", &err);
	peer_start(p, args[0]);
	blob_of_file(args[3], &blob);
	if (peer_ask(p, ASK_DEVICES, &none, blob.fd, &a) != 0)
		die("DEVICES", NULL);
	for (int r = -1; r < atoi(args[2]); r++) {
		int64_t cpu = now_ns(p->clock);
		int64_t wall = now_ns(CLOCK_MONOTONIC);

		for (uint32_t i = 0; i < docs_n; i++) {
			if (peer_ask(p, ASK_MATCH, &none, blobs[i].fd, &a) != 0)
				die("MATCH", NULL);
			blob_clear(&a.body);
		}
		if (r >= 0)
			printf("%lld %lld %u\n",
			    (long long)(now_ns(p->clock) - cpu),
			    (long long)(now_ns(CLOCK_MONOTONIC) - wall),
			    docs_n);
	}
	peer_stop(p);
	return 0;
}

/* ---- fetch --------------------------------------------------------------- */

static void
poll_of(const char *url, struct buf *fields, const char *etag)
{
	static const char *loopback[] = { "127.0.0.0/8" };
	struct poll poll;

	memset(&poll, 0, sizeof(poll));
	poll.feed = (struct feed){ .name = "bench", .url = url, .type = "csaf",
	    .every_s = 3600, .timeout_s = 60, .max_bytes = 32u << 20,
	    .user_agent = "advrelay/1.0 (+https://relay.test/)", .proxy = "",
	    .allow = loopback, .n_allow = 1, .tls = { "", "", "" } };
	poll.address = (struct address){ .kind = ADDRESS_DOCUMENT, .url = url,
	    .alt = "", .format = "csaf", .updated = "", .hash_url = "",
	    .signature_url = "" };
	poll.etag = etag;
	poll.last_modified = "";
	poll_pack(fields, &poll);
}

static void
ask_fetch(struct peer *p, const struct buf *fields, enum fetch_result wanted,
    char *etag, size_t room)
{
	struct fetched got;
	struct answer a;

	if (peer_ask(p, ASK_FETCH, fields, -1, &a) != 0)
		die("FETCH", NULL);
	fetched_unpack(&a.fields, &got);
	if (unpack_done(&a.fields, NULL) != 0 || got.result != wanted) {
		fprintf(stderr, "drive: poll ended as %d: %s\n", got.result,
		    got.reason);
		exit(1);
	}
	if (etag != NULL)
		snprintf(etag, room, "%s", got.etag);
	blob_clear(&a.body);
}

static size_t
drop(char *p, size_t size, size_t n, void *ctx)
{
	(void)p;
	(void)ctx;
	return size * n;
}

static void
curl_polls(CURL *c, int polls)
{
	long status;

	for (int i = 0; i < polls; i++) {
		if (curl_easy_perform(c) != CURLE_OK)
			die("libcurl", NULL);
		curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &status);
		if (status != 304)
			die("libcurl: not a 304", NULL);
	}
}

static int
do_fetch(char **args, int n)
{
	struct peer *p = calloc(1, sizeof(*p));
	struct buf first = BUF_INIT(FRAME_BODY_MAX);
	struct buf again = BUF_INIT(FRAME_BODY_MAX);
	int polls = atoi(args[2]);
	char etag[256], header[300];
	struct curl_slist *headers;
	CURL *c;

	(void)n;
	curl_global_init(CURL_GLOBAL_ALL);
	peer_start(p, args[0]);
	poll_of(args[3], &first, "");
	ask_fetch(p, &first, FETCH_DOCUMENT, etag, sizeof(etag));
	poll_of(args[3], &again, etag);
	snprintf(header, sizeof(header), "If-None-Match: %s", etag);
	headers = curl_slist_append(NULL, header);
	c = curl_easy_init();
	curl_easy_setopt(c, CURLOPT_URL, args[3]);
	curl_easy_setopt(c, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, drop);
	curl_easy_setopt(c, CURLOPT_PROXY, "");
	for (int r = -1; r < atoi(args[1]); r++) {
		int64_t ours = now_ns(p->clock), theirs;

		for (int i = 0; i < polls; i++)
			ask_fetch(p, &again, FETCH_UNCHANGED, NULL, 0);
		ours = now_ns(p->clock) - ours;
		theirs = now_ns(CLOCK_PROCESS_CPUTIME_ID);
		curl_polls(c, polls);
		theirs = now_ns(CLOCK_PROCESS_CPUTIME_ID) - theirs;
		if (r >= 0)
			printf("%lld %lld %d\n", (long long)ours,
			    (long long)theirs, polls);
	}
	curl_easy_cleanup(c);
	curl_slist_free_all(headers);
	peer_stop(p);
	return 0;
}

int
main(int argc, char **argv)
{
	static const struct {
		const char *name;
		int (*go)(char **args, int n);
		int least;
	} modes[] = {
		{ "read", do_read, 3 }, { "pack", do_pack, 3 },
		{ "list", do_list, 4 }, { "match", do_match, 3 },
		{ "ask", do_ask, 4 }, { "fetch", do_fetch, 4 },
	};

	mem_keep();		/* as a helper does */
	for (size_t i = 0; argc > 1 && i < sizeof(modes) / sizeof(modes[0]);
	    i++)
		if (strcmp(argv[1], modes[i].name) == 0 &&
		    argc - 2 >= modes[i].least)
			return modes[i].go(argv + 2, argc - 2);
	fprintf(stderr, "usage: see the head of drive.c\n");
	return 64;
}
