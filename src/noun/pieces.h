/* noun/pieces.h - packed parts that several nouns share; of this room only.
 *
 * The LEAST_ sizes say how small an item can be when packed: unpack_count
 * refuses a count that the rest of the bytes could not hold, so that no list
 * is allocated which nobody sent. */
#ifndef NOUN_PIECES_H
#define NOUN_PIECES_H
#include <stddef.h>
#include <stdint.h>
#include "base/limits.h"
#include "noun/advisory.h"

struct device;

#define LEAST_NUM	4u			/* u32, and a count */
#define LEAST_LONG	8u			/* i64 */
#define LEAST_STR	5u			/* length and NUL */
#define LEAST_CVSS	(LEAST_STR + 2u)
#define LEAST_REMEDY	(5u * LEAST_STR + LEAST_LONG + LEAST_NUM)
#define LEAST_REFERENCE	(3u * LEAST_STR)
#define LEAST_DEVICE	(18u * LEAST_STR + LEAST_NUM)
#define LEAST_MATCH	(LEAST_DEVICE + 5u + LEAST_CVSS + 3u * LEAST_STR + \
			 3u * LEAST_NUM)
#define LEAST_ENTRY	(5u * LEAST_STR + LEAST_CVSS + 4u * LEAST_NUM + 2u)
#define LEAST_ALERT	200u		/* it has more fields than that */

/* Lists that an operator writes by hand in the configuration. */
#define HAND_LIST_MAX	RECIPIENTS_MAX
#define PRIOR_MAX	10u			/* event ids of one delivery */

/* A count and a zeroed array of so many items, NULL for none. */
void	*list_unpack(struct unpack *in, struct arena *mem, const char *field,
    uint32_t max, size_t least, size_t size, uint32_t *ret_n);

void	 texts_pack(struct buf *out, const char **texts, uint32_t n);
const char **texts_unpack(struct unpack *in, struct arena *mem,
    const char *field, uint32_t max, size_t longest, uint32_t *ret_n);

/* A match without its device, its remedies and its reasons. */
struct match;
void	 body_pack(struct buf *out, const struct match *m);
void	 body_unpack(struct unpack *in, struct arena *mem, struct match *ret);

void	 cvss_pack(struct buf *out, const struct cvss *c);
void	 cvss_unpack(struct unpack *in, struct cvss *ret);

void	 indices_pack(struct buf *out, const struct indices *x);
/* Each index is below n_products, or the unpacking fails. */
void	 indices_unpack(struct unpack *in, struct arena *mem,
    uint32_t n_products, struct indices *ret);

void	 remedy_pack(struct buf *out, const struct remedy *r);
void	 remedy_unpack(struct unpack *in, struct arena *mem,
    uint32_t n_products, struct remedy *ret);
void	 remedies_pack(struct buf *out, const struct remedy *r, uint32_t n);
struct remedy *remedies_unpack(struct unpack *in, struct arena *mem,
    uint32_t max, uint32_t n_products, uint32_t *ret_n);

void	 references_pack(struct buf *out, const struct reference *r,
    uint32_t n);
struct reference *references_unpack(struct unpack *in, struct arena *mem,
    uint32_t *ret_n);

/* Index of `word` in a table of names, or -1. */
int	 word_find(const char *word, const char *const *names, unsigned n);
#endif
