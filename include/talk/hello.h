/* talk/hello.h - the first frame of a helper, and the keeper's only look at it.
 *
 * Packed by helper_main, unpacked by the keeper, which keeps a helper of
 * another build or with too few layers down. The strings of an unpacked hello
 * lend from the frame's body. */
#ifndef TALK_HELLO_H
#define TALK_HELLO_H
#include <stdint.h>

struct buf;
struct unpack;

struct hello {
	uint32_t	 version;	/* FRAME_VERSION of the helper */
	const char	*build;		/* its build_id */
	const char	*program;	/* "fetch" */
	uint32_t	 layers;	/* enum sandbox_layer, or-ed */
	const char	*missing;	/* "" or what is not enforced and why */
};

void hello_pack(struct buf *out, const struct hello *h);
void hello_unpack(struct unpack *in, struct hello *ret);
#endif
