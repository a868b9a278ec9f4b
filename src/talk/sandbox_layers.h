/* sandbox_layers.h - the two layers that have a file of their own. */
#ifndef TALK_SANDBOX_LAYERS_H
#define TALK_SANDBOX_LAYERS_H
#include <stdbool.h>

struct err;
struct sandbox_profile;

/* Landlock. Adds SANDBOX_FILES and SANDBOX_PORTS to *layers as far as the
 * kernel can. */
int sandbox_files(const struct sandbox_profile *p, const char *const *more,
    unsigned *layers, struct err *err);

/* The seccomp filter. Adds SANDBOX_CALLS. `files`: something may be opened. */
int sandbox_calls(const struct sandbox_profile *p, bool files,
    unsigned *layers, struct err *err);

/* May this profile open any file at all? */
bool sandbox_has_files(const struct sandbox_profile *p,
    const char *const *more);
#endif
