/* Requests to valgrind's memcheck. Without its headers, they do nothing. */

#include <stddef.h>

#if __has_include(<valgrind/memcheck.h>)
#include <valgrind/memcheck.h>
#else
#define RUNNING_ON_VALGRIND 0
#define VALGRIND_COUNT_ERRORS 0
#define VALGRIND_MAKE_MEM_UNDEFINED(start, length) 0
#define VALGRIND_MAKE_MEM_DEFINED(start, length) 0
#define VALGRIND_GET_VBITS(start, bits, length) 0
#endif

int memcheck_is_on(void)
{
    return RUNNING_ON_VALGRIND != 0;
}

size_t memcheck_reports(void)
{
    return VALGRIND_COUNT_ERRORS;
}

void memcheck_undefine(void *start, size_t length)
{
    (void)VALGRIND_MAKE_MEM_UNDEFINED(start, length);
}

void memcheck_define(void *start, size_t length)
{
    (void)VALGRIND_MAKE_MEM_DEFINED(start, length);
}

void memcheck_undefined_bits(const void *start, unsigned char *bits, size_t length)
{
    (void)VALGRIND_GET_VBITS(start, bits, length);
}
