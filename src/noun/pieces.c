#include <stdbool.h>
#include <string.h>
#include "base/arena.h"
#include "base/buf.h"
#include "base/mem.h"
#include "base/pack.h"
#include "base/text.h"
#include "pieces.h"

void *
list_unpack(struct unpack *in, struct arena *mem, const char *field,
    uint32_t max, size_t least, size_t size, uint32_t *ret_n)
{
	uint32_t n = unpack_count(in, field, max, least);

	if (n > 0 && n > SIZE_MAX / size) {
		unpack_fail(in, field);
		n = 0;
	}
	*ret_n = n;
	return n == 0 ? NULL : arena_alloc(mem, n * size);
}

/* unpacked by texts_unpack */
void
texts_pack(struct buf *out, const char **texts, uint32_t n)
{
	pack_u32(out, n);
	for (uint32_t i = 0; i < n; i++)
		pack_str(out, texts[i]);
}

/* packed by texts_pack */
const char **
texts_unpack(struct unpack *in, struct arena *mem, const char *field,
    uint32_t max, size_t longest, uint32_t *ret_n)
{
	const char **texts = list_unpack(in, mem, field, max, LEAST_STR,
	    sizeof(*texts), ret_n);

	for (uint32_t i = 0; i < *ret_n; i++)
		texts[i] = unpack_str(in, field, longest);
	return texts;
}

/* unpacked by cvss_unpack */
void
cvss_pack(struct buf *out, const struct cvss *c)
{
	pack_str(out, c->version);
	pack_u8(out, c->tenths);
	pack_u8(out, c->overall);
}

/* packed by cvss_pack */
void
cvss_unpack(struct unpack *in, struct cvss *ret)
{
	static const char *const versions[] = {
		"", "2.0", "3.0", "3.1", "4.0",
	};
	const char *version = unpack_str(in, "cvss.version",
	    sizeof(ret->version) - 1);
	int at = word_find(version, versions, COUNT_OF(versions));

	if (at < 0) {
		unpack_fail(in, "cvss.version");
		at = 0;
	}
	memset(ret->version, 0, sizeof(ret->version));
	memcpy(ret->version, versions[at], strlen(versions[at]));
	ret->tenths = unpack_u8(in, "cvss.tenths", 100);
	ret->overall = unpack_u8(in, "cvss.overall", 100);
}

/* unpacked by indices_unpack */
void
indices_pack(struct buf *out, const struct indices *x)
{
	pack_u32(out, x->n);
	for (uint32_t i = 0; i < x->n; i++)
		pack_u32(out, x->at[i]);
}

/* packed by indices_pack */
void
indices_unpack(struct unpack *in, struct arena *mem, uint32_t n_products,
    struct indices *ret)
{
	ret->at = list_unpack(in, mem, "products", ITEMS_MAX, LEAST_NUM,
	    sizeof(*ret->at), &ret->n);
	for (uint32_t i = 0; i < ret->n; i++) {
		ret->at[i] = unpack_u32(in, "products", UINT32_MAX);
		if (ret->at[i] >= n_products)
			unpack_fail(in, "products");
	}
}

/* unpacked by remedy_unpack */
void
remedy_pack(struct buf *out, const struct remedy *r)
{
	pack_str(out, r->category);
	pack_str(out, r->text);
	pack_str(out, r->url);
	pack_str(out, r->restart);
	pack_str(out, r->entitlement);
	pack_i64(out, r->date);
	indices_pack(out, &r->products);
}

/* packed by remedy_pack */
void
remedy_unpack(struct unpack *in, struct arena *mem, uint32_t n_products,
    struct remedy *ret)
{
	ret->category = unpack_str(in, "remedy.category", LINE_MAX_);
	ret->text = unpack_str(in, "remedy.text", TEXT_MAX);
	ret->url = unpack_str(in, "remedy.url", LINE_MAX_);
	ret->restart = unpack_str(in, "remedy.restart", TEXT_MAX);
	ret->entitlement = unpack_str(in, "remedy.entitlement", TEXT_MAX);
	ret->date = unpack_i64(in, "remedy.date");
	indices_unpack(in, mem, n_products, &ret->products);
}

/* unpacked by remedies_unpack */
void
remedies_pack(struct buf *out, const struct remedy *r, uint32_t n)
{
	pack_u32(out, n);
	for (uint32_t i = 0; i < n; i++)
		remedy_pack(out, &r[i]);
}

/* packed by remedies_pack */
struct remedy *
remedies_unpack(struct unpack *in, struct arena *mem, uint32_t max,
    uint32_t n_products, uint32_t *ret_n)
{
	struct remedy *r = list_unpack(in, mem, "remedies", max, LEAST_REMEDY,
	    sizeof(*r), ret_n);

	for (uint32_t i = 0; i < *ret_n; i++)
		remedy_unpack(in, mem, n_products, &r[i]);
	return r;
}

/* unpacked by references_unpack */
void
references_pack(struct buf *out, const struct reference *r, uint32_t n)
{
	pack_u32(out, n);
	for (uint32_t i = 0; i < n; i++) {
		pack_str(out, r[i].category);
		pack_str(out, r[i].summary);
		pack_str(out, r[i].url);
	}
}

/* packed by references_pack */
struct reference *
references_unpack(struct unpack *in, struct arena *mem, uint32_t *ret_n)
{
	struct reference *r = list_unpack(in, mem, "references", ITEMS_MAX,
	    LEAST_REFERENCE, sizeof(*r), ret_n);

	for (uint32_t i = 0; i < *ret_n; i++) {
		r[i].category = unpack_str(in, "reference.category", LINE_MAX_);
		r[i].summary = unpack_str(in, "reference.summary", TEXT_MAX);
		r[i].url = unpack_str(in, "reference.url", LINE_MAX_);
	}
	return r;
}

int
word_find(const char *word, const char *const *names, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		if (text_eq(word, names[i]))
			return (int)i;
	}
	return -1;
}
