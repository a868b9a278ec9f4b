/* Seeds and findings of the list room's fuzz target. */
#define LLVMFuzzerTestOneInput fuzz_csv
#include "../fuzz/fuzz_csv.c"
#undef LLVMFuzzerTestOneInput
#include "replay.h"

REPLAY_TEST(fuzz_csv)

REPLAY_MAIN("list", test_fuzz_csv)
