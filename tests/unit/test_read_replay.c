/* Seeds and findings of the read room's fuzz targets. */
#define LLVMFuzzerTestOneInput fuzz_csaf
#include "../fuzz/fuzz_csaf.c"
#undef LLVMFuzzerTestOneInput
#define LLVMFuzzerTestOneInput fuzz_directory
#include "../fuzz/fuzz_directory.c"
#undef LLVMFuzzerTestOneInput
#define LLVMFuzzerTestOneInput fuzz_feed_xml
#include "../fuzz/fuzz_feed_xml.c"
#undef LLVMFuzzerTestOneInput
#define LLVMFuzzerTestOneInput fuzz_provider
#include "../fuzz/fuzz_provider.c"
#undef LLVMFuzzerTestOneInput
#define LLVMFuzzerTestOneInput fuzz_rolie
#include "../fuzz/fuzz_rolie.c"
#undef LLVMFuzzerTestOneInput
#include "replay.h"

REPLAY_TEST(fuzz_csaf)
REPLAY_TEST(fuzz_directory)
REPLAY_TEST(fuzz_feed_xml)
REPLAY_TEST(fuzz_provider)
REPLAY_TEST(fuzz_rolie)

REPLAY_MAIN("read", test_fuzz_csaf, test_fuzz_directory, test_fuzz_feed_xml,
    test_fuzz_provider, test_fuzz_rolie)
