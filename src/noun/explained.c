#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/pack.h"
#include "noun/explained.h"
#include "pieces.h"

#define STEPS_MAX	32u
#define LEAST_STEP	(2u * LEAST_STR + 1u)
#define LEAST_PRODUCT	(3u * LEAST_STR + 2u + 2u * LEAST_NUM)
#define LEAST_CVE	(2u * LEAST_STR + 2u)
#define LEAST_NEAR	(LEAST_DEVICE + 4u * LEAST_STR + 3u * LEAST_NUM)

const char *
step_result_name(enum step_result r)
{
	static const char *const names[STEP_RESULTS_] = {
		[STEP_YES] = "yes", [STEP_UNSURE] = "unsure",
		[STEP_NO] = "no", [STEP_NOTE] = "note",
	};

	if ((unsigned)r >= STEP_RESULTS_)
		bug("step result %d", (int)r);
	return names[r];
}

static void
product_of_pack(struct buf *out, const struct explained_product *p)
{
	pack_str(out, p->vendor);
	pack_str(out, p->product);
	pack_str(out, p->range);
	pack_bool(out, p->hit);
	pack_bool(out, p->decided);
	pack_u32(out, p->score);
	pack_u32(out, p->n_steps);
	for (uint32_t i = 0; i < p->n_steps; i++) {
		pack_str(out, p->steps[i].name);
		pack_u8(out, (uint8_t)p->steps[i].result);
		pack_str(out, p->steps[i].text);
	}
}

static void
product_of_unpack(struct unpack *in, struct arena *mem,
    struct explained_product *ret)
{
	ret->vendor = unpack_str(in, "explained.vendor", LINE_MAX_);
	ret->product = unpack_str(in, "explained.product", LINE_MAX_);
	ret->range = unpack_str(in, "explained.range", LINE_MAX_);
	ret->hit = unpack_bool(in, "explained.hit");
	ret->decided = unpack_bool(in, "explained.decided");
	ret->score = unpack_u32(in, "explained.score", 100);
	ret->steps = list_unpack(in, mem, "explained.steps", STEPS_MAX,
	    LEAST_STEP, sizeof(*ret->steps), &ret->n_steps);
	for (uint32_t i = 0; i < ret->n_steps && !in->bad; i++) {
		struct step *s = &ret->steps[i];
		s->name = unpack_str(in, "step.name", LINE_MAX_);
		s->result = unpack_u8(in, "step.result", STEP_RESULTS_ - 1);
		s->text = unpack_str(in, "step.text", TEXT_MAX);
	}
}

/* unpacked by explained_unpack */
void
explained_pack(struct buf *out, const struct explained *e)
{
	pack_bool(out, e->matched);
	match_pack(out, &e->match);
	pack_u32(out, e->more);
	pack_u32(out, e->total);
	pack_u32(out, e->n_products);
	for (uint32_t i = 0; i < e->n_products; i++)
		product_of_pack(out, &e->products[i]);
	pack_u32(out, e->n_cves);
	for (uint32_t i = 0; i < e->n_cves; i++) {
		pack_str(out, e->cves[i].id);
		pack_u8(out, (uint8_t)e->cves[i].status);
		pack_u8(out, (uint8_t)e->cves[i].confidence);
		pack_str(out, e->cves[i].product);
	}
}

/* packed by explained_pack */
int
explained_unpack(const void *p, size_t n, struct arena *mem,
    struct explained *ret, struct err *err)
{
	struct explained got = { .matched = false };
	struct unpack in;

	unpack_open(&in, p, n);
	got.matched = unpack_bool(&in, "explained.matched");
	match_unpack(&in, mem, &got.match);
	got.more = unpack_u32(&in, "explained.more", UINT32_MAX);
	got.total = unpack_u32(&in, "explained.total", UINT32_MAX);
	got.products = list_unpack(&in, mem, "explained.products",
	    EXPLAINED_MAX, LEAST_PRODUCT, sizeof(*got.products),
	    &got.n_products);
	for (uint32_t i = 0; i < got.n_products && !in.bad; i++)
		product_of_unpack(&in, mem, &got.products[i]);
	got.cves = list_unpack(&in, mem, "explained.cves", CVES_MAX,
	    LEAST_CVE, sizeof(*got.cves), &got.n_cves);
	for (uint32_t i = 0; i < got.n_cves && !in.bad; i++) {
		struct explained_cve *c = &got.cves[i];
		c->id = unpack_str(&in, "cve.id", LINE_MAX_);
		c->status = unpack_u8(&in, "cve.status",
		    MATCH_STATUS_COUNT_ - 1);
		c->confidence = unpack_u8(&in, "cve.confidence",
		    CONFIDENCE_COUNT_ - 1);
		c->product = unpack_str(&in, "cve.product", LINE_MAX_);
	}
	if (unpack_done(&in, err) < 0)
		return err_in(err, "explained");
	*ret = got;
	return 0;
}

/* unpacked by near_misses_unpack */
void
near_misses_pack(struct buf *out, const struct near_misses *m)
{
	pack_u32(out, m->n);
	for (uint32_t i = 0; i < m->n; i++) {
		const struct near_miss *one = &m->list[i];
		pack_str(out, one->kind);
		device_pack(out, &one->device);
		pack_u32(out, one->devices);
		pack_u32(out, one->score);
		pack_str(out, one->vendor);
		pack_str(out, one->product);
		texts_pack(out, one->why, one->n_why);
		pack_str(out, one->line);
	}
}

/* packed by near_misses_pack */
int
near_misses_unpack(const void *p, size_t n, struct arena *mem,
    struct near_misses *ret, struct err *err)
{
	struct near_misses got = { .n = 0 };
	struct unpack in;

	unpack_open(&in, p, n);
	got.list = list_unpack(&in, mem, "near", NEAR_MISSES_MAX, LEAST_NEAR,
	    sizeof(*got.list), &got.n);
	for (uint32_t i = 0; i < got.n && !in.bad; i++) {
		struct near_miss *one = &got.list[i];
		one->kind = unpack_str(&in, "near.kind", LINE_MAX_);
		device_unpack(&in, mem, &one->device);
		one->devices = unpack_u32(&in, "near.devices", DEVICES_MAX);
		one->score = unpack_u32(&in, "near.score", 100);
		one->vendor = unpack_str(&in, "near.vendor", LINE_MAX_);
		one->product = unpack_str(&in, "near.product", LINE_MAX_);
		one->why = texts_unpack(&in, mem, "near.why", WHY_MAX,
		    TEXT_MAX, &one->n_why);
		one->line = unpack_str(&in, "near.line", TEXT_MAX);
	}
	if (unpack_done(&in, err) < 0)
		return err_in(err, "near misses");
	*ret = got;
	return 0;
}
