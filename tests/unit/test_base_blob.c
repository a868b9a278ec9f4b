/* test_base_blob.c - base/blob.h. */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "base/blob.h"
#include "base/err.h"
#include "suite.h"

START_TEST(bytes_come_back)
{
	struct err	err = ERR_INIT;
	struct blob	b = BLOB_INIT;
	size_t		n = 3 << 20;
	char		*bytes = malloc(n);

	for (size_t i = 0; i < n; i++)
		bytes[i] = (char)(i * 31);
	ck_assert_int_eq(blob_of(&b, "test", bytes, n, &err), 0);
	ck_assert_uint_eq(b.len, n);
	ck_assert_ptr_null(b.map);
	ck_assert_int_eq(blob_map(&b, &err), 0);
	ck_assert_int_eq(blob_map(&b, &err), 0);
	ck_assert_mem_eq(b.map, bytes, n);

	struct blob	twin = BLOB_INIT;
	ck_assert_int_eq(blob_share(&twin, &b, &err), 0);
	blob_clear(&b);
	ck_assert_int_eq(b.fd, -1);
	ck_assert_ptr_null(b.map);
	ck_assert_int_eq(blob_map(&twin, &err), 0);
	ck_assert_mem_eq(twin.map, bytes, n);
	blob_clear(&twin);
	blob_clear(&twin);
	free(bytes);
}
END_TEST

START_TEST(an_empty_body_is_not_no_body)
{
	struct err	err = ERR_INIT;
	struct blob	b = BLOB_INIT, none = BLOB_INIT, other = BLOB_INIT;

	ck_assert_int_eq(blob_of(&b, "empty", NULL, 0, &err), 0);
	ck_assert_int_ge(b.fd, 0);
	ck_assert_uint_eq(b.len, 0);
	ck_assert_int_eq(blob_map(&b, &err), 0);
	ck_assert_ptr_nonnull(b.map);
	blob_clear(&b);

	ck_assert_int_eq(blob_share(&other, &none, &err), 0);
	ck_assert_int_eq(other.fd, -1);
	ck_assert_int_eq(blob_map(&none, &err), -1);
	ck_assert_int_eq(err.kind, ERR_PEER);
}
END_TEST

START_TEST(nothing_can_change_it_afterwards)
{
	struct err	err = ERR_INIT;
	struct blob	b = BLOB_INIT;

	ck_assert_int_eq(blob_of(&b, "sealed", "abc", 3, &err), 0);
	ck_assert_int_eq(pwrite(b.fd, "x", 1, 0), -1);
	ck_assert_int_eq(errno, EPERM);
	ck_assert_int_eq(ftruncate(b.fd, 0), -1);
	ck_assert_int_eq(ftruncate(b.fd, 10), -1);
	ck_assert_ptr_eq(mmap(NULL, 3, PROT_READ | PROT_WRITE, MAP_SHARED,
	    b.fd, 0), MAP_FAILED);
	ck_assert_int_eq(fcntl(b.fd, F_ADD_SEALS, F_SEAL_WRITE), -1);
	ck_assert_int_ne(fcntl(b.fd, F_GETFD) & FD_CLOEXEC, 0);
	blob_clear(&b);
}
END_TEST

/* A memory file of 3 bytes with these seals. */
static int
with_seals(int seals)
{
	int	fd = memfd_create("t", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	ck_assert_int_eq(write(fd, "abc", 3), 3);
	ck_assert_int_eq(fcntl(fd, F_ADD_SEALS, seals), 0);
	return fd;
}

START_TEST(only_sealed_memory_files_are_adopted)
{
	static const int	all[] = { F_SEAL_SEAL, F_SEAL_SHRINK,
	    F_SEAL_GROW, F_SEAL_WRITE };
	int			four = all[0] | all[1] | all[2] | all[3];
	struct blob		b = BLOB_INIT;
	struct err		err = ERR_INIT;

	for (size_t i = 0; i < 4; i++) {
		int	fd = with_seals(four & ~all[i]);

		err_clear(&err);
		ck_assert_int_eq(blob_adopt(&b, fd, 100, &err), -1);
		ck_assert_int_eq(err.kind, ERR_PEER);
		ck_assert_int_eq(b.fd, -1);
		/* It was taken all the same. */
		ck_assert_int_eq(fcntl(fd, F_GETFD), -1);
	}

	int	fd = with_seals(four);
	err_clear(&err);
	ck_assert_int_eq(blob_adopt(&b, fd, 2, &err), -1);
	ck_assert_int_eq(err.kind, ERR_LIMIT);
	ck_assert_int_eq(fcntl(fd, F_GETFD), -1);

	err_clear(&err);
	ck_assert_int_eq(blob_adopt(&b, with_seals(four), 3, &err), 0);
	ck_assert_uint_eq(b.len, 3);
	ck_assert_int_eq(blob_map(&b, &err), 0);
	ck_assert_mem_eq(b.map, "abc", 3);
	blob_clear(&b);
}
END_TEST

START_TEST(other_descriptors_are_refused)
{
	struct blob	b = BLOB_INIT;
	struct err	err = ERR_INIT;
	int		ends[2];
	FILE		*file = tmpfile();

	ck_assert_int_eq(blob_adopt(&b, dup(fileno(file)), 100, &err), -1);
	ck_assert_int_eq(err.kind, ERR_PEER);
	fclose(file);
	err_clear(&err);
	ck_assert_int_eq(pipe(ends), 0);
	ck_assert_int_eq(blob_adopt(&b, ends[0], 100, &err), -1);
	ck_assert_int_eq(err.kind, ERR_PEER);
	close(ends[1]);
	err_clear(&err);
	ck_assert_int_eq(blob_adopt(&b, open("/dev/zero", O_RDONLY), 100,
	    &err), -1);
	ck_assert_int_eq(err.kind, ERR_PEER);
	err_clear(&err);
	ck_assert_int_eq(blob_adopt(&b, -1, 100, &err), -1);
	ck_assert_int_eq(b.fd, -1);
}
END_TEST

int
main(void)
{
	Suite	*suite = suite_create("base/blob");
	TCase *tc = suite_case(suite, "blob", 10);

	tcase_add_test(tc, bytes_come_back);
	tcase_add_test(tc, an_empty_body_is_not_no_body);
	tcase_add_test(tc, nothing_can_change_it_afterwards);
	tcase_add_test(tc, only_sealed_memory_files_are_adopted);
	tcase_add_test(tc, other_descriptors_are_refused);
	return suite_run(suite);
}
