/* noun/product.h - what the publisher calls a product: vendor, names, version,
 * identifiers. One leaf of the product tree, or a relationship of two. */
#ifndef NOUN_PRODUCT_H
#define NOUN_PRODUCT_H
#include <stdbool.h>
#include <stdint.h>

struct arena;
struct buf;
struct unpack;

enum version_kind {
	VERSION_NONE,		/* no version branch on the path */
	VERSION_ONE,		/* product_version */
	VERSION_RANGE,		/* product_version_range */
};

/* relation: a product of two others (CSAF relationships); "" for a leaf. */
struct product {
	const char	*ref;		/* the publisher's product_id */
	const char	*name;		/* the full printed name */
	const char	*vendor;
	const char	*family;	/* product_family branch */
	const char	*product;	/* product_name branch */
	const char	*version;	/* as printed */
	enum version_kind version_kind;
	/* Its model and serial numbers are written from the first sign to the
	 * last (CSAF 2.1), else they may stop anywhere (2.0). */
	bool		 whole_numbers;
	const char	*patch;		/* service_pack, patch_level */
	/* specification, architecture, platform */
	const char	*hardware;
	const char	*cpe;
	const char	**purls;	uint32_t n_purls;
	/* model numbers */
	const char	**models;	uint32_t n_models;
	const char	**serials;	uint32_t n_serials;
	const char	**skus;		uint32_t n_skus;
	/* "sha256:..." */
	const char	**hashes;	uint32_t n_hashes;
	const char	*relation;	/* "installed_on" ... */
	uint32_t	 of;		/* index of product_reference */
	/* index of relates_to_product_reference */
	uint32_t	 on;
};

void product_pack(struct buf *out, const struct product *p);
void product_unpack(struct unpack *in, struct arena *mem, struct product *ret);
#endif
