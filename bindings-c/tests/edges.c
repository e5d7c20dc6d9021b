/*
 * What a C program can do wrong, and what several threads do at once: everything is a code.
 * `edges` runs all; `edges crash-memory` and `edges crash-undefined` do what a sanitizer has to
 * stop, to show that it is on.
 */

#include <limits.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <visiono_workflow.h>

static int passed;
static int failed;

#define CHECK(condition)                                           \
  do {                                                             \
    if (condition) {                                               \
      passed++;                                                    \
    } else {                                                       \
      failed++;                                                    \
      printf("  line %d is not so: %s\n", __LINE__, #condition);   \
    }                                                              \
  } while (0)

static const char SECRET[] = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
static const char RETURN[] =
    "/done?sub=pls_123&uv=ABC123&ref=ticket-456&cnt=5&ts=1705500100"
    "&sig=1712c74befb1b1e1baea9f62fb5d7fefc49cf4f6118744e627d8e8967220d5d5";
static const char LINK[] =
    "https://visiono.io/s/damage-report?uv=ABC123&src=zendesk&ref=ticket-456&ts=1705500000"
    "&sig=a41da862b5034a9a68355d16aa0dfddc8171963d6a1e72ef4ec057eeeed19b04";
static const int64_t NOW = 1705500100;

static visiono_str_t text(const char *s) { return (visiono_str_t){s, strlen(s)}; }

static bool is(visiono_str_t got, const char *wanted) {
  return got.len == strlen(wanted) && memcmp(got.data, wanted, got.len + 1) == 0;
}

static visiono_workflow_t *new_workflow(void) {
  visiono_workflow_t *workflow = NULL;
  visiono_str_t secret = text(SECRET);
  if (visiono_workflow_new(&secret, 1, NULL, NULL, &workflow, NULL) != VISIONO_OK) {
    abort();
  }
  return workflow;
}

static visiono_link_fields_t link_fields(void) {
  return (visiono_link_fields_t){
      .slug = text("damage-report"),
      .unique_value = text("ABC123"),
      .source = text("zendesk"),
      .reference = text("ticket-456"),
      .timestamp = 1705500000,
  };
}

static void errors(void) {
  visiono_error_t *error = visiono_error_new();
  CHECK(error != NULL);
  CHECK(visiono_error_code(error) == VISIONO_OK);
  CHECK(is(visiono_error_message(error), ""));
  CHECK(is(visiono_error_parameter(error, 0), ""));
  CHECK(visiono_error_seconds(error) == -1);
  CHECK(visiono_error_position(error) == -1);

  CHECK(visiono_error_code(NULL) == VISIONO_OK);
  CHECK(is(visiono_error_message(NULL), ""));
  CHECK(is(visiono_error_parameter(NULL, 3), ""));
  CHECK(visiono_error_seconds(NULL) == -1);
  CHECK(visiono_error_position(NULL) == -1);
  visiono_error_free(NULL);

  visiono_redirect_template_t *redirect = NULL;
  visiono_str_t broken = text("https://a.example/{nothing}");
  CHECK(visiono_redirect_template_new(broken, &redirect, error) == VISIONO_INVALID_TEMPLATE);
  CHECK(redirect == NULL);
  CHECK(visiono_error_position(error) == 18);
  CHECK(strstr(visiono_error_message(error).data, "byte 18") != NULL);

  visiono_workflow_t *workflow = new_workflow();
  visiono_verified_link_t *link = NULL;
  CHECK(visiono_workflow_verify_link(workflow, text(LINK), NULL, NOW + 3502, &link, error) ==
        VISIONO_EXPIRED);
  CHECK(link == NULL);
  CHECK(visiono_error_seconds(error) == 2);
  CHECK(visiono_error_position(error) == -1);
  CHECK(visiono_workflow_verify_link(workflow, text("?uv=A"), NULL, NOW, &link, error) ==
        VISIONO_MISSING_PARAMETER);
  CHECK(is(visiono_error_parameter(error, 0), "src"));
  CHECK(is(visiono_error_parameter(error, 3), "sig"));
  CHECK(is(visiono_error_parameter(error, 4), ""));
  CHECK(is(visiono_error_parameter(error, SIZE_MAX), ""));

  /* A success leaves the error as it is. */
  CHECK(visiono_workflow_verify_link(workflow, text(LINK), NULL, NOW, &link, error) == VISIONO_OK);
  CHECK(visiono_error_code(error) == VISIONO_MISSING_PARAMETER);
  visiono_verified_link_free(link);
  visiono_workflow_free(workflow);
  visiono_error_free(error);

  CHECK(strcmp(visiono_code_name(0), "ok") == 0);
  CHECK(strcmp(visiono_code_name(203), "invalid_signature") == 0);
  CHECK(strcmp(visiono_code_name(VISIONO_PANIC), "panic") == 0);
  CHECK(strcmp(visiono_code_name(-1), "unknown") == 0);
  CHECK(strcmp(visiono_code_name(INT_MAX), "unknown") == 0);
  CHECK(strcmp(visiono_version(), VERSION) == 0);
}

static void secrets(void) {
  visiono_workflow_t *workflow = NULL;
  visiono_str_t secret = text(SECRET);
  int64_t minus = -1;
  CHECK(visiono_workflow_new(NULL, 0, NULL, NULL, &workflow, NULL) == VISIONO_INVALID_SECRET);
  CHECK(visiono_workflow_new(&secret, 0, NULL, NULL, &workflow, NULL) == VISIONO_INVALID_SECRET);
  CHECK(visiono_workflow_new(NULL, 1, NULL, NULL, &workflow, NULL) == VISIONO_INVALID_ARGUMENT);
  CHECK(visiono_workflow_new(&secret, SIZE_MAX, NULL, NULL, &workflow, NULL) ==
        VISIONO_INVALID_ARGUMENT);
  CHECK(visiono_workflow_new(&secret, 1, NULL, NULL, NULL, NULL) == VISIONO_INVALID_ARGUMENT);
  CHECK(visiono_workflow_new(&secret, 1, &minus, NULL, &workflow, NULL) ==
        VISIONO_INVALID_ARGUMENT);
  CHECK(visiono_workflow_new(&secret, 1, NULL, &minus, &workflow, NULL) ==
        VISIONO_INVALID_ARGUMENT);
  visiono_str_t bad[] = {
      {NULL, 0}, {NULL, 32}, {"0123456789abcde\xff", 16}, {SECRET, SIZE_MAX}, {SECRET, 15}};
  visiono_code_t codes[] = {VISIONO_INVALID_SECRET, VISIONO_INVALID_ARGUMENT,
                            VISIONO_INVALID_ARGUMENT, VISIONO_INVALID_ARGUMENT,
                            VISIONO_INVALID_SECRET};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    CHECK(visiono_workflow_new(&bad[i], 1, NULL, NULL, &workflow, NULL) == codes[i]);
  }
  CHECK(workflow == NULL);
  visiono_workflow_free(NULL);
}

static void null_handles(void) {
  visiono_workflow_t *workflow = new_workflow();
  visiono_link_fields_t fields = link_fields();
  visiono_return_fields_t back = {text("pls_1"), text("A"), text("r"), 1, 1};
  char memory[512];
  visiono_signed_t result = {.url = {.data = memory, .capacity = sizeof memory}};
  visiono_verified_link_t *link = NULL;
  visiono_verified_return_t *verified = NULL;
  visiono_redirect_template_t *redirect = NULL;
  visiono_code_t wrong = VISIONO_INVALID_ARGUMENT;

  CHECK(visiono_workflow_sign_link(NULL, &fields, &result, NULL) == wrong);
  CHECK(visiono_workflow_sign_link(workflow, NULL, &result, NULL) == wrong);
  CHECK(visiono_workflow_sign_link(workflow, &fields, NULL, NULL) == wrong);
  CHECK(visiono_workflow_verify_link(NULL, text(LINK), NULL, NOW, &link, NULL) == wrong);
  CHECK(visiono_workflow_verify_link(workflow, text(LINK), NULL, NOW, NULL, NULL) == wrong);
  CHECK(visiono_workflow_verify_link(workflow, text(LINK), NULL, -1, &link, NULL) == wrong);
  CHECK(visiono_redirect_template_new(text("https://a.example/"), NULL, NULL) == wrong);
  CHECK(visiono_redirect_template_new((visiono_str_t){NULL, 1}, &redirect, NULL) == wrong);
  CHECK(visiono_redirect_template_new(text("https://a.example/\xff"), &redirect, NULL) == wrong);
  CHECK(visiono_redirect_template_check_extractable(NULL, NULL) == wrong);
  CHECK(is(visiono_redirect_template_missing(NULL, 0), ""));
  CHECK(visiono_redirect_template_new(text("https://a.example/"), &redirect, NULL) == VISIONO_OK);
  CHECK(visiono_redirect_template_check_extractable(redirect, NULL) == VISIONO_OK);
  CHECK(is(visiono_redirect_template_missing(redirect, 0), ""));
  CHECK(visiono_workflow_sign_return(NULL, redirect, &back, &result, NULL) == wrong);
  CHECK(visiono_workflow_sign_return(workflow, NULL, &back, &result, NULL) == wrong);
  CHECK(visiono_workflow_sign_return(workflow, redirect, NULL, &result, NULL) == wrong);
  CHECK(visiono_workflow_sign_return(workflow, redirect, &back, NULL, NULL) == wrong);
  CHECK(visiono_workflow_verify_return(NULL, text(RETURN), NULL, NULL, NOW, &verified, NULL) ==
        wrong);
  CHECK(visiono_workflow_verify_return(workflow, text(RETURN), NULL, NULL, NOW, NULL, NULL) ==
        wrong);
  CHECK(visiono_workflow_verify_return(workflow, text(RETURN), NULL, NULL, INT64_MIN, &verified,
                                       NULL) == wrong);
  CHECK(link == NULL && verified == NULL);
  visiono_redirect_template_free(redirect);
  visiono_workflow_free(workflow);

  CHECK(is(visiono_verified_link_unique_value(NULL), ""));
  CHECK(is(visiono_verified_link_source(NULL), ""));
  CHECK(is(visiono_verified_link_reference(NULL), ""));
  CHECK(visiono_verified_link_timestamp(NULL) == -1);
  CHECK(visiono_verified_link_secret_index(NULL) == 0);
  CHECK(is(visiono_verified_return_submission_id(NULL), ""));
  CHECK(is(visiono_verified_return_unique_value(NULL), ""));
  CHECK(is(visiono_verified_return_reference(NULL), ""));
  CHECK(visiono_verified_return_photo_count(NULL) == -1);
  CHECK(visiono_verified_return_timestamp(NULL) == -1);
  CHECK(visiono_verified_return_secret_index(NULL) == 0);
  visiono_redirect_template_free(NULL);
  visiono_verified_link_free(NULL);
  visiono_verified_return_free(NULL);
}

static void texts(void) {
  visiono_workflow_t *workflow = new_workflow();
  visiono_error_t *error = visiono_error_new();
  char memory[512];
  visiono_signed_t result = {.url = {.data = memory, .capacity = sizeof memory}};
  visiono_verified_link_t *link = NULL;

  visiono_link_fields_t fields = link_fields();
  fields.reference = (visiono_str_t){NULL, 0};
  CHECK(visiono_workflow_sign_link(workflow, &fields, &result, error) == VISIONO_INVALID_FIELD);
  CHECK(is(visiono_error_parameter(error, 0), "ref"));
  /* No byte of a text without length is read, wherever it points. */
  fields.reference = (visiono_str_t){(const char *)(uintptr_t)1, 0};
  CHECK(visiono_workflow_sign_link(workflow, &fields, &result, error) == VISIONO_INVALID_FIELD);
  fields.reference = (visiono_str_t){NULL, 5};
  CHECK(visiono_workflow_sign_link(workflow, &fields, &result, error) == VISIONO_INVALID_ARGUMENT);
  fields.reference = (visiono_str_t){"a\xc3", 2};
  CHECK(visiono_workflow_sign_link(workflow, &fields, &result, error) == VISIONO_INVALID_ARGUMENT);
  fields.reference = (visiono_str_t){"a\0b", 3};
  CHECK(visiono_workflow_sign_link(workflow, &fields, &result, error) == VISIONO_INVALID_FIELD);

  fields = link_fields();
  fields.url = text("https://a.example/");
  CHECK(visiono_workflow_sign_link(workflow, &fields, &result, error) == VISIONO_INVALID_ARGUMENT);
  fields.slug = fields.url = (visiono_str_t){NULL, 0};
  CHECK(visiono_workflow_sign_link(workflow, &fields, &result, error) == VISIONO_INVALID_ARGUMENT);
  fields = link_fields();
  fields.timestamp = -1;
  CHECK(visiono_workflow_sign_link(workflow, &fields, &result, error) == VISIONO_INVALID_FIELD);
  CHECK(is(visiono_error_parameter(error, 0), "ts"));

  /* What is empty is expected to be empty, and that can't be; what is null isn't expected. */
  visiono_expect_link_t expect = {.reference = {"", 0}};
  CHECK(visiono_workflow_verify_link(workflow, text(LINK), &expect, NOW, &link, error) ==
        VISIONO_INVALID_FIELD);
  expect.reference.data = NULL;
  CHECK(visiono_workflow_verify_link(workflow, text(LINK), &expect, NOW, &link, error) ==
        VISIONO_OK);
  CHECK(is(visiono_verified_link_reference(link), "ticket-456"));
  visiono_verified_link_free(link);
  link = NULL;
  CHECK(visiono_workflow_verify_link(workflow, (visiono_str_t){NULL, 0}, NULL, NOW, &link,
                                     error) == VISIONO_MISSING_PARAMETER);
  CHECK(visiono_workflow_verify_link(workflow, (visiono_str_t){NULL, 9}, NULL, NOW, &link,
                                     error) == VISIONO_INVALID_ARGUMENT);
  CHECK(visiono_workflow_verify_link(workflow, text("?uv=\xff"), NULL, NOW, &link, error) ==
        VISIONO_INVALID_ARGUMENT);
  CHECK(link == NULL);

  size_t megabyte = 1 << 20;
  char *large = malloc(megabyte);
  memset(large, 'a', megabyte);
  fields = link_fields();
  fields.unique_value = (visiono_str_t){large, megabyte};
  CHECK(visiono_workflow_sign_link(workflow, &fields, &result, error) == VISIONO_BUFFER_TOO_SMALL);
  CHECK(result.url.len > megabyte && result.url.len < megabyte + 200);
  free(large);
  visiono_error_free(error);
  visiono_workflow_free(workflow);
}

static void buffers(void) {
  visiono_workflow_t *workflow = new_workflow();
  visiono_link_fields_t fields = link_fields();
  size_t length = sizeof LINK - 1;
  char memory[512];

  /* One byte too few: nothing is written. */
  memset(memory, '#', sizeof memory);
  visiono_signed_t result = {.url = {.data = memory, .capacity = length - 1}};
  memset(result.signature, '#', sizeof result.signature);
  CHECK(visiono_workflow_sign_link(workflow, &fields, &result, NULL) == VISIONO_BUFFER_TOO_SMALL);
  CHECK(result.url.len == length);
  bool untouched = true;
  for (size_t i = 0; i < sizeof memory; i++) {
    untouched = untouched && memory[i] == '#';
  }
  CHECK(untouched);
  CHECK(result.signature[0] == '#' && result.signature[64] == '#');

  /* Exactly enough: no byte more is written. */
  result.url.capacity = length;
  CHECK(visiono_workflow_sign_link(workflow, &fields, &result, NULL) == VISIONO_OK);
  CHECK(result.url.len == length && memcmp(memory, LINK, length) == 0 && memory[length] == '#');
  CHECK(strcmp(result.signature, LINK + length - 64) == 0);

  /* A failure of another kind leaves the length alone. */
  result.url.len = 7;
  fields.unique_value = text("a|b");
  CHECK(visiono_workflow_sign_link(workflow, &fields, &result, NULL) == VISIONO_INVALID_FIELD);
  CHECK(result.url.len == 7);
  fields = link_fields();

  result.url = (visiono_buffer_t){NULL, 0, 0};
  CHECK(visiono_workflow_sign_link(workflow, &fields, &result, NULL) == VISIONO_BUFFER_TOO_SMALL);
  CHECK(result.url.len == length);
  result.url = (visiono_buffer_t){NULL, 512, 0};
  CHECK(visiono_workflow_sign_link(workflow, &fields, &result, NULL) == VISIONO_INVALID_ARGUMENT);

  /* An input in the output is refused; beside it, it is not. */
  memcpy(memory + 300, "ABC123", 6);
  fields.unique_value = (visiono_str_t){memory + 300, 6};
  result.url = (visiono_buffer_t){memory, 301, 0};
  CHECK(visiono_workflow_sign_link(workflow, &fields, &result, NULL) == VISIONO_INVALID_ARGUMENT);
  result.url.capacity = 300;
  CHECK(visiono_workflow_sign_link(workflow, &fields, &result, NULL) == VISIONO_OK);
  CHECK(result.url.len == length && memcmp(memory, LINK, length) == 0);
  result.url.data = memory + 306;
  result.url.capacity = 200;
  CHECK(visiono_workflow_sign_link(workflow, &fields, &result, NULL) == VISIONO_OK);
  /* So is the struct that describes the buffer. */
  result.url = (visiono_buffer_t){(char *)&result, sizeof result, 0};
  CHECK(visiono_workflow_sign_link(workflow, &fields, &result, NULL) == VISIONO_INVALID_ARGUMENT);
  visiono_workflow_free(workflow);
}

static void pairs(void) {
  visiono_workflow_t *workflow = new_workflow();
  visiono_verified_return_t *back = NULL;
  char memory[1024];
  visiono_buffer_t query = {memory, sizeof memory, 0};
  visiono_pair_t pairs[] = {
      {text("sub"), text("pls_123")},   {text("uv"), text("ABC123")},
      {text("ref"), text("ticket-456")}, {text("cnt"), text("5")},
      {text("ts"), text("1705500100")}, {text("sig"), text(RETURN + sizeof RETURN - 65)},
      {text("other"), text("\xff & = % + /")}, {text(""), {NULL, 0}},
  };
  size_t count = sizeof pairs / sizeof *pairs;
  CHECK(visiono_query_of_pairs(pairs, count, &query, NULL) == VISIONO_OK);
  visiono_str_t input = {query.data, query.len};
  CHECK(visiono_workflow_verify_return(workflow, input, NULL, NULL, NOW, &back, NULL) ==
        VISIONO_OK);
  CHECK(is(visiono_verified_return_reference(back), "ticket-456"));
  visiono_verified_return_free(back);
  back = NULL;

  /* What is no text is judged like the encoded: malformed, if it is the message's own. */
  pairs[1].value = text("\xff");
  CHECK(visiono_query_of_pairs(pairs, count, &query, NULL) == VISIONO_OK);
  input.len = query.len;
  CHECK(visiono_workflow_verify_return(workflow, input, NULL, NULL, NOW, &back, NULL) ==
        VISIONO_MALFORMED_PARAMETER);
  pairs[7] = pairs[0];
  CHECK(visiono_query_of_pairs(pairs, count, &query, NULL) == VISIONO_OK);
  input.len = query.len;
  CHECK(visiono_workflow_verify_return(workflow, input, NULL, NULL, NOW, &back, NULL) ==
        VISIONO_DUPLICATE_PARAMETER);
  CHECK(back == NULL);

  size_t length = query.len;
  query.capacity = length - 1;
  CHECK(visiono_query_of_pairs(pairs, count, &query, NULL) == VISIONO_BUFFER_TOO_SMALL);
  CHECK(query.len == length);
  CHECK(visiono_query_of_pairs(NULL, 0, &query, NULL) == VISIONO_OK && query.len == 0);
  CHECK(visiono_query_of_pairs(NULL, 1, &query, NULL) == VISIONO_INVALID_ARGUMENT);
  CHECK(visiono_query_of_pairs(pairs, SIZE_MAX, &query, NULL) == VISIONO_INVALID_ARGUMENT);
  CHECK(visiono_query_of_pairs(pairs, count, NULL, NULL) == VISIONO_INVALID_ARGUMENT);
  pairs[0].name = (visiono_str_t){NULL, 1};
  CHECK(visiono_query_of_pairs(pairs, count, &query, NULL) == VISIONO_INVALID_ARGUMENT);
  pairs[0].name = (visiono_str_t){memory, 1};
  CHECK(visiono_query_of_pairs(pairs, count, &query, NULL) == VISIONO_INVALID_ARGUMENT);
  visiono_workflow_free(workflow);
}

static void packed(void) {
  visiono_workflow_t *workflow = new_workflow();
  visiono_packed_t *object = NULL;
  CHECK(visiono_packed_new(NULL, &object, NULL) == VISIONO_INVALID_ARGUMENT);
  CHECK(visiono_packed_new(workflow, NULL, NULL) == VISIONO_INVALID_ARGUMENT);
  CHECK(object == NULL);
  CHECK(visiono_packed_new(workflow, &object, NULL) == VISIONO_OK);
  /* The object has what it needs of the workflow. */
  visiono_workflow_free(workflow);
  CHECK(visiono_error_code(visiono_packed_error(object)) == VISIONO_OK);

  const char *sign[] = {
      /* Too few, too many, none given, both given, not marked, not UTF-8. */
      "ABC123\xff" "zendesk\xff" "ticket-456\xff\xfe" "damage-report",
      "ABC123\xff" "zendesk\xff" "ticket-456\xff\xfe" "damage-report\xff\xff",
      "ABC123\xff" "zendesk\xff" "ticket-456\xff\xff",
      "ABC123\xff" "zendesk\xff" "ticket-456\xff\xfe" "damage-report\xff\xfe" "damage-report",
      "ABC123\xff" "zendesk\xff" "ticket-456\xff" "damage-report\xff",
      "ABC\xfe\xff" "zendesk\xff" "ticket-456\xff\xfe" "damage-report\xff",
      "ABC123\xff" "zendesk\xff" "ticket-456\xff\xfe\xfe\xff",
      "",
  };
  for (size_t i = 0; i < sizeof sign / sizeof *sign; i++) {
    CHECK(visiono_packed_sign_link(object, sign[i], strlen(sign[i]), 1705500000) == NULL);
    CHECK(visiono_error_code(visiono_packed_error(object)) == VISIONO_INVALID_ARGUMENT);
  }
  const char good[] = "ABC123\xff" "zendesk\xff" "ticket-456\xff\xfe" "damage-report\xff";
  const char *result = visiono_packed_sign_link(object, good, sizeof good - 1, 1705500000);
  CHECK(result != NULL && result[64] == '\xff' && strcmp(result + 65, LINK) == 0);
  CHECK(memcmp(result, LINK + sizeof LINK - 65, 64) == 0);
  /* The result is no input of the next call. */
  CHECK(visiono_packed_verify_link(object, result + 65, sizeof LINK - 1, NOW) == NULL);
  CHECK(visiono_error_code(visiono_packed_error(object)) == VISIONO_INVALID_ARGUMENT);

  char verify[512];
  int len = snprintf(verify, sizeof verify, "%s%s", RETURN,
                     "\xff\xff\xff\xfe" "ticket-456\xff\xff");
  result = visiono_packed_verify_return(object, NULL, verify, (size_t)len, NOW);
  const char wanted[] = "pls_123\xff" "ABC123\xff" "ticket-456\xff" "5\xff" "1705500100\xff" "0";
  CHECK(result != NULL && strcmp(result, wanted) == 0);
  CHECK(visiono_packed_verify_return(object, NULL, verify, (size_t)len, -1) == NULL);
  CHECK(visiono_packed_verify_link(object, NULL, 1, NOW) == NULL);
  CHECK(visiono_packed_sign_return(object, NULL, "", 0, 1, 1) == NULL);
  CHECK(visiono_error_code(visiono_packed_error(object)) == VISIONO_INVALID_ARGUMENT);

  size_t megabyte = 1 << 20;
  char *large = malloc(megabyte);
  memset(large, 'a', megabyte);
  memcpy(large + megabyte - (sizeof good - 1), good, sizeof good - 1);
  result = visiono_packed_sign_link(object, large, megabyte, 1705500000);
  CHECK(result != NULL && strlen(result) > megabyte);
  free(large);
  result = visiono_packed_sign_link(object, good, sizeof good - 1, 1705500000);
  CHECK(result != NULL && strcmp(result + 65, LINK) == 0);

  CHECK(visiono_packed_sign_link(NULL, "", 0, 1) == NULL);
  CHECK(visiono_packed_verify_link(NULL, "", 0, 1) == NULL);
  CHECK(visiono_packed_sign_return(NULL, NULL, "", 0, 1, 1) == NULL);
  CHECK(visiono_packed_verify_return(NULL, NULL, "", 0, 1) == NULL);
  CHECK(visiono_packed_error(NULL) == NULL);
  visiono_packed_free(object);
  visiono_packed_free(NULL);
}

typedef struct {
  const visiono_workflow_t *workflow;
  const visiono_redirect_template_t *redirect;
  int wrong;
} shared_t;

static void *work(void *argument) {
  shared_t *shared = argument;
  visiono_error_t *error = visiono_error_new();
  for (int i = 0; i < 500; i++) {
    char memory[512];
    visiono_signed_t result = {.url = {.data = memory, .capacity = sizeof memory}};
    visiono_link_fields_t fields = link_fields();
    visiono_code_t code =
        visiono_workflow_sign_link(shared->workflow, &fields, &result, error);
    shared->wrong += code != VISIONO_OK || memcmp(memory, LINK, sizeof LINK - 1) != 0;

    visiono_verified_return_t *back = NULL;
    code = visiono_workflow_verify_return(shared->workflow, text(RETURN), shared->redirect, NULL,
                                          NOW, &back, error);
    shared->wrong += code != VISIONO_OK || visiono_verified_return_photo_count(back) != 5;
    visiono_verified_return_free(back);
    code = visiono_workflow_verify_return(shared->workflow, text("/?sub=1"), shared->redirect,
                                          NULL, NOW, &back, error);
    shared->wrong += code != VISIONO_MISSING_PARAMETER;
  }
  visiono_error_free(error);
  return NULL;
}

static void threads(void) {
  visiono_workflow_t *workflow = new_workflow();
  visiono_redirect_template_t *redirect = NULL;
  CHECK(visiono_redirect_template_new(text("https://a.example/done"), &redirect, NULL) ==
        VISIONO_OK);
  pthread_t running[8];
  shared_t shared[8];
  for (int i = 0; i < 8; i++) {
    shared[i] = (shared_t){workflow, redirect, 0};
    CHECK(pthread_create(&running[i], NULL, work, &shared[i]) == 0);
  }
  for (int i = 0; i < 8; i++) {
    pthread_join(running[i], NULL);
    CHECK(shared[i].wrong == 0);
  }
  visiono_redirect_template_free(redirect);
  visiono_workflow_free(workflow);
}

int main(int count, char **arguments) {
  if (count > 1 && strcmp(arguments[1], "crash-memory") == 0) {
    /* A URL is written into memory that is one byte short. */
    visiono_workflow_t *workflow = new_workflow();
    visiono_link_fields_t fields = link_fields();
    char *memory = malloc(sizeof LINK - 2);
    visiono_signed_t result = {.url = {.data = memory, .capacity = sizeof LINK - 1}};
    return (int)visiono_workflow_sign_link(workflow, &fields, &result, NULL);
  }
  if (count > 1 && strcmp(arguments[1], "crash-undefined") == 0) {
    volatile int sum = INT_MAX;
    sum += count;
    return sum > 0;
  }
  errors();
  secrets();
  null_handles();
  texts();
  buffers();
  pairs();
  packed();
  threads();
  printf("%d passed, %d failed\n", passed, failed);
  return failed == 0 ? 0 : 1;
}
