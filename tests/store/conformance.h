/* tests/store/conformance.h - what every driver of the store must keep.
 *
 * A driver's test gives two functions and runs the suite: `fresh` answers the
 * URL of an empty store, `gone` removes the one that was last given. The suite
 * knows contract/store.h only. Included, not linked: see test_store_*.c. */
#ifndef CONFORMANCE_H
#define CONFORMANCE_H
#include <check.h>

struct conformance {
	const char	*(*fresh)(void);
	void		 (*gone)(void);
};

Suite *conformance_suite(const char *driver, const struct conformance *how);
#endif
