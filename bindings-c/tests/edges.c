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

static const char BODY[] =
    "{\"event\":\"submission.created\",\"timestamp\":\"2024-12-25T14:35:00Z\",\"data\":{"
    "\"photo_request\":{\"id\":\"sl_123\",\"n\":1.50,\"zero\":\"a\\u0000b\"},"
    "\"permanent_link_submission\":{\"id\":\"pls_123\",\"unique_field_value\":\"ABC123\","
    "\"external_source\":\"zendesk\",\"external_reference\":\"ticket-456\"}}}";
static const size_t BODY_LEN = sizeof BODY - 1;
static const int64_t EVENT_TIME = 1735137300;

static visiono_webhook_t *new_webhook(void) {
  visiono_webhook_t *webhook = NULL;
  visiono_str_t secret = text("whsec_0123456789abcdef");
  if (visiono_webhook_new(&secret, 1, NULL, NULL, true, &webhook, NULL) != VISIONO_OK) {
    abort();
  }
  return webhook;
}

/* The value of the header of a signed body, with a NUL. */
typedef struct {
  char text[72];
} header_t;

static header_t header_of(const visiono_webhook_t *webhook, const char *body, size_t len) {
  header_t header = {{0}};
  visiono_buffer_t buffer = {header.text, 71, 0};
  if (visiono_webhook_sign(webhook, body, len, &buffer, NULL) != VISIONO_OK || buffer.len != 71) {
    abort();
  }
  return header;
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

static void webhook_secrets(void) {
  visiono_webhook_t *webhook = NULL;
  visiono_str_t secret = text("whsec_0123456789abcdef");
  int64_t minus = -1;
  CHECK(visiono_webhook_new(NULL, 0, NULL, NULL, true, &webhook, NULL) == VISIONO_INVALID_SECRET);
  CHECK(visiono_webhook_new(NULL, 1, NULL, NULL, true, &webhook, NULL) ==
        VISIONO_INVALID_ARGUMENT);
  CHECK(visiono_webhook_new(&secret, SIZE_MAX, NULL, NULL, true, &webhook, NULL) ==
        VISIONO_INVALID_ARGUMENT);
  CHECK(visiono_webhook_new(&secret, 1, NULL, NULL, true, NULL, NULL) == VISIONO_INVALID_ARGUMENT);
  CHECK(visiono_webhook_new(&secret, 1, &minus, NULL, true, &webhook, NULL) ==
        VISIONO_INVALID_ARGUMENT);
  CHECK(visiono_webhook_new(&secret, 1, NULL, &minus, true, &webhook, NULL) ==
        VISIONO_INVALID_ARGUMENT);
  visiono_str_t bad[] = {
      {NULL, 0},      {NULL, 32}, {"whsec_012345678\xff", 16}, {SECRET, SIZE_MAX},
      {SECRET, 15}, text("vsk_0123456789abcdef")};
  visiono_code_t codes[] = {VISIONO_INVALID_SECRET,   VISIONO_INVALID_ARGUMENT,
                            VISIONO_INVALID_ARGUMENT, VISIONO_INVALID_ARGUMENT,
                            VISIONO_INVALID_SECRET,   VISIONO_INVALID_SECRET};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    CHECK(visiono_webhook_new(&bad[i], 1, NULL, NULL, true, &webhook, NULL) == codes[i]);
  }
  CHECK(webhook == NULL);
  visiono_webhook_free(NULL);

  /* A webhook's secret is not a workflow's. */
  visiono_workflow_t *workflow = NULL;
  CHECK(visiono_workflow_new(&secret, 1, NULL, NULL, &workflow, NULL) == VISIONO_INVALID_SECRET);
  CHECK(workflow == NULL);
}

static void webhook_signatures(void) {
  visiono_webhook_t *webhook = new_webhook();
  visiono_error_t *error = visiono_error_new();
  header_t good = header_of(webhook, BODY, BODY_LEN);
  char memory[256];
  memset(memory, '#', sizeof memory);

  /* One byte too few, exactly enough, and a body in the buffer. */
  visiono_buffer_t header = {memory, 70, 0};
  CHECK(visiono_webhook_sign(webhook, BODY, BODY_LEN, &header, error) == VISIONO_BUFFER_TOO_SMALL);
  CHECK(header.len == 71 && memory[0] == '#');
  header.capacity = 71;
  CHECK(visiono_webhook_sign(webhook, BODY, BODY_LEN, &header, error) == VISIONO_OK);
  CHECK(memcmp(memory, good.text, 71) == 0 && memory[71] == '#');
  CHECK(visiono_webhook_sign(webhook, memory + 70, 1, &header, error) == VISIONO_INVALID_ARGUMENT);
  CHECK(visiono_webhook_sign(webhook, memory + 71, 1, &header, error) == VISIONO_OK);
  CHECK(visiono_webhook_sign(webhook, NULL, 0, &header, error) == VISIONO_OK);
  CHECK(visiono_webhook_sign(webhook, NULL, 1, &header, error) == VISIONO_INVALID_ARGUMENT);
  CHECK(visiono_webhook_sign(webhook, "", SIZE_MAX, &header, error) == VISIONO_INVALID_ARGUMENT);
  CHECK(visiono_webhook_sign(webhook, BODY, BODY_LEN, NULL, error) == VISIONO_INVALID_ARGUMENT);
  CHECK(visiono_webhook_sign(NULL, BODY, BODY_LEN, &header, error) == VISIONO_INVALID_ARGUMENT);

  visiono_verified_webhook_t verified;
  memset(&verified, '#', sizeof verified);
  visiono_verified_webhook_t untouched = verified;
  visiono_str_t none = {NULL, 0};
  CHECK(visiono_webhook_verify(webhook, BODY, BODY_LEN, none, &verified, error) ==
        VISIONO_MISSING_PARAMETER);
  CHECK(is(visiono_error_parameter(error, 0), "sig"));
  visiono_str_t wrong[] = {{"", 0}, {"\xff", 1}, {good.text, 70}, {good.text, 72},
                           {good.text + 7, 64}};
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    CHECK(visiono_webhook_verify(webhook, BODY, BODY_LEN, wrong[i], &verified, error) ==
          VISIONO_INVALID_SIGNATURE);
  }
  visiono_str_t right = text(good.text);
  CHECK(visiono_webhook_verify(webhook, BODY, BODY_LEN - 1, right, &verified, error) ==
        VISIONO_INVALID_SIGNATURE);
  CHECK(visiono_webhook_verify(webhook, NULL, 0, right, &verified, error) ==
        VISIONO_INVALID_SIGNATURE);
  visiono_code_t argument = VISIONO_INVALID_ARGUMENT;
  CHECK(visiono_webhook_verify(NULL, BODY, BODY_LEN, right, &verified, error) == argument);
  CHECK(visiono_webhook_verify(webhook, NULL, 1, right, &verified, error) == argument);
  CHECK(visiono_webhook_verify(webhook, BODY, SIZE_MAX, right, &verified, error) == argument);
  CHECK(visiono_webhook_verify(webhook, BODY, BODY_LEN, (visiono_str_t){NULL, 1}, &verified,
                               error) == argument);
  CHECK(visiono_webhook_verify(webhook, BODY, BODY_LEN, right, NULL, error) == argument);
  CHECK(memcmp(&verified, &untouched, sizeof verified) == 0);
  CHECK(visiono_webhook_verify(webhook, BODY, BODY_LEN, right, &verified, NULL) == VISIONO_OK);
  CHECK(verified.secret_index == 0 && strlen(verified.dedup_key) == 64);

  /* A body of the largest size, and one that is larger, which isn't hashed. */
  size_t mebibyte = 1 << 20;
  char *large = malloc(mebibyte + 1);
  memset(large, 'a', mebibyte + 1);
  header_t of_large = header_of(webhook, large, mebibyte);
  CHECK(visiono_webhook_verify(webhook, large, mebibyte, text(of_large.text), &verified, error) ==
        VISIONO_OK);
  CHECK(visiono_webhook_verify(webhook, large, mebibyte + 1, none, &verified, error) ==
        VISIONO_MALFORMED_PARAMETER);
  CHECK(is(visiono_error_parameter(error, 0), "body"));
  free(large);
  visiono_error_free(error);
  visiono_webhook_free(webhook);
}

static void deliveries(void) {
  visiono_webhook_t *webhook = new_webhook();
  visiono_error_t *error = visiono_error_new();
  visiono_delivery_t *delivery = NULL;
  header_t good = header_of(webhook, BODY, BODY_LEN);
  visiono_pair_t headers[] = {
      {text("Content-Type"), {"\xff\0", 2}},
      {text("x-visiono-signature"), text(good.text)},
      {{NULL, 0}, {NULL, 0}},
      {text("X-Visiono-Delivery"), text("d-1")},
      {{"\xff", 1}, {NULL, 0}},
  };
  size_t count = sizeof headers / sizeof *headers;
  visiono_code_t argument = VISIONO_INVALID_ARGUMENT;
  int64_t now = EVENT_TIME;
#define RECEIVE(len, count, now) \
  visiono_webhook_receive(webhook, BODY, len, headers, count, now, &delivery, error)

  CHECK(visiono_webhook_receive(NULL, BODY, BODY_LEN, headers, count, now, &delivery, error) ==
        argument);
  CHECK(visiono_webhook_receive(webhook, NULL, 1, headers, count, now, &delivery, error) ==
        argument);
  CHECK(visiono_webhook_receive(webhook, BODY, BODY_LEN, NULL, 1, now, &delivery, error) ==
        argument);
  CHECK(visiono_webhook_receive(webhook, BODY, BODY_LEN, headers, count, now, NULL, error) ==
        argument);
  CHECK(visiono_webhook_receive(webhook, NULL, 0, NULL, 0, now, &delivery, NULL) ==
        VISIONO_MISSING_PARAMETER);
  CHECK(RECEIVE(BODY_LEN, SIZE_MAX, now) == argument);
  CHECK(RECEIVE(SIZE_MAX, count, now) == argument);
  CHECK(RECEIVE(BODY_LEN, count, -1) == argument);
  CHECK(RECEIVE(BODY_LEN, 1, now) == VISIONO_MISSING_PARAMETER);
  CHECK(is(visiono_error_parameter(error, 0), "sig"));
  CHECK(RECEIVE(BODY_LEN - 1, count, now) == VISIONO_INVALID_SIGNATURE);
  CHECK(RECEIVE(BODY_LEN, count, now + 10802) == VISIONO_EXPIRED);
  CHECK(visiono_error_seconds(error) == 2);
  CHECK(RECEIVE(BODY_LEN, count, now - 61) == VISIONO_NOT_YET_VALID);
  headers[2].value = (visiono_str_t){NULL, 1};
  CHECK(RECEIVE(BODY_LEN, count, now) == argument);
  headers[2].value = (visiono_str_t){"", 0};
  headers[2].name = (visiono_str_t){NULL, 1};
  CHECK(RECEIVE(BODY_LEN, count, now) == argument);
  headers[2].name = text("HTTP_X_VISIONO_SIGNATURE");
  CHECK(RECEIVE(BODY_LEN, count, now) == VISIONO_INVALID_SIGNATURE);
  headers[2].name = text("X-Visiono-Tenant-Id");
  CHECK(delivery == NULL);
  CHECK(RECEIVE(BODY_LEN, count, now) == VISIONO_OK);
#undef RECEIVE

  CHECK(visiono_delivery_event(delivery) == VISIONO_EVENT_SUBMISSION_CREATED);
  CHECK(is(visiono_delivery_event_name(delivery), "submission.created"));
  int64_t time = 0;
  CHECK(visiono_delivery_event_time(delivery, &time) && time == EVENT_TIME);
  CHECK(visiono_delivery_event_time(delivery, NULL));
  CHECK(visiono_delivery_dedup_key(delivery).len == 64);
  CHECK(visiono_delivery_secret_index(delivery) == 0);
  CHECK(is(visiono_delivery_unauthenticated_delivery_id(delivery), "d-1"));
  visiono_str_t tenant = visiono_delivery_unauthenticated_tenant_id(delivery);
  CHECK(tenant.data != NULL && is(tenant, ""));
  CHECK(!visiono_delivery_is_test(delivery));
  CHECK(is(visiono_delivery_link_submission_id(delivery), "pls_123"));
  CHECK(is(visiono_delivery_link_unique_value(delivery), "ABC123"));
  CHECK(is(visiono_delivery_link_source(delivery), "zendesk"));
  CHECK(is(visiono_delivery_link_reference(delivery), "ticket-456"));

  /* A text or value is at its place as long as the delivery is there. */
  visiono_str_t id = visiono_delivery_text(delivery, text("/data/photo_request/id"));
  visiono_str_t whole = visiono_delivery_json(delivery, text(""));
  CHECK(is(id, "sl_123") && is(whole, BODY));
  CHECK(is(visiono_delivery_json(delivery, text("/data/photo_request/n")), "1.50"));
  CHECK(is(visiono_delivery_json(delivery, text("/data/photo_request/id")), "\"sl_123\""));
  visiono_str_t zero = visiono_delivery_text(delivery, text("/data/photo_request/zero"));
  CHECK(zero.len == 3 && memcmp(zero.data, "a\0b", 4) == 0);
  const char *absent[] = {"", "/data", "/data/photo_request/n", "/nothing", "event", "/event/0",
                          "/\xff", "/data/photo_request/id/"};
  for (size_t i = 0; i < sizeof absent / sizeof *absent; i++) {
    CHECK(visiono_delivery_text(delivery, text(absent[i])).data == NULL);
  }
  for (size_t i = 3; i < sizeof absent / sizeof *absent; i++) {
    CHECK(visiono_delivery_json(delivery, text(absent[i])).data == NULL);
  }
  CHECK(visiono_delivery_json(delivery, (visiono_str_t){NULL, 1}).data == NULL);
  CHECK(is(visiono_delivery_json(delivery, (visiono_str_t){NULL, 0}), BODY));
  CHECK(visiono_delivery_text(delivery, text("/data/photo_request/id")).data == id.data);
  CHECK(visiono_delivery_json(delivery, text("")).data == whole.data);
  CHECK(is(id, "sl_123") && is(whole, BODY));

  visiono_workflow_t *workflow = new_workflow();
  visiono_verified_return_t *back = NULL;
  CHECK(visiono_workflow_verify_return(workflow, text(RETURN), NULL, NULL, NOW, &back, NULL) ==
        VISIONO_OK);
  CHECK(visiono_delivery_matches(delivery, back));
  CHECK(!visiono_delivery_matches(delivery, NULL));
  CHECK(!visiono_delivery_matches(NULL, back));
  visiono_delivery_free(delivery);
  delivery = NULL;

  /* Not documented, without a time, and not recent: freshness is off. */
  visiono_webhook_t *any_age = NULL;
  visiono_str_t secrets[] = {text("another secret, which signs"), text("whsec_0123456789abcdef")};
  CHECK(visiono_webhook_new(secrets, 2, NULL, NULL, false, &any_age, NULL) == VISIONO_OK);
  const char other[] = "{\"event\":\"coffee.ready\",\"is_test\":true}";
  header_t of_other = header_of(webhook, other, sizeof other - 1);
  visiono_pair_t header = {text("X-Webhook-Signature"), text(of_other.text)};
  CHECK(visiono_webhook_receive(webhook, other, sizeof other - 1, &header, 1, now, &delivery,
                                error) == VISIONO_MISSING_PARAMETER);
  CHECK(is(visiono_error_parameter(error, 0), "timestamp"));
  CHECK(delivery == NULL);
  CHECK(visiono_webhook_receive(any_age, other, sizeof other - 1, &header, 1, now, &delivery,
                                error) == VISIONO_OK);
  CHECK(visiono_delivery_event(delivery) == VISIONO_EVENT_UNKNOWN);
  CHECK(is(visiono_delivery_event_name(delivery), "coffee.ready"));
  time = 7;
  CHECK(!visiono_delivery_event_time(delivery, &time) && time == 7);
  CHECK(visiono_delivery_secret_index(delivery) == 1);
  CHECK(visiono_delivery_is_test(delivery));
  CHECK(visiono_delivery_unauthenticated_delivery_id(delivery).data == NULL);
  CHECK(visiono_delivery_unauthenticated_tenant_id(delivery).data == NULL);
  CHECK(visiono_delivery_link_submission_id(delivery).data == NULL);
  CHECK(visiono_delivery_link_unique_value(delivery).data == NULL);
  CHECK(visiono_delivery_link_source(delivery).data == NULL);
  CHECK(visiono_delivery_link_reference(delivery).data == NULL);
  CHECK(!visiono_delivery_matches(delivery, back));
  visiono_delivery_free(delivery);
  delivery = NULL;

  /* What is not UTF-8 is not JSON. */
  const char bytes[] = "{\"event\":\"\xff\"}";
  header_t of_bytes = header_of(webhook, bytes, sizeof bytes - 1);
  header.value = text(of_bytes.text);
  CHECK(visiono_webhook_receive(any_age, bytes, sizeof bytes - 1, &header, 1, now, &delivery,
                                error) == VISIONO_MALFORMED_PARAMETER);
  CHECK(is(visiono_error_parameter(error, 0), "body"));
  CHECK(delivery == NULL);

  CHECK(visiono_delivery_event(NULL) == VISIONO_EVENT_UNKNOWN);
  CHECK(is(visiono_delivery_event_name(NULL), ""));
  CHECK(!visiono_delivery_event_time(NULL, &time) && time == 7);
  CHECK(is(visiono_delivery_dedup_key(NULL), ""));
  CHECK(visiono_delivery_secret_index(NULL) == 0);
  CHECK(visiono_delivery_unauthenticated_delivery_id(NULL).data == NULL);
  CHECK(visiono_delivery_unauthenticated_tenant_id(NULL).data == NULL);
  CHECK(!visiono_delivery_is_test(NULL));
  CHECK(visiono_delivery_link_submission_id(NULL).data == NULL);
  CHECK(visiono_delivery_link_unique_value(NULL).data == NULL);
  CHECK(visiono_delivery_link_source(NULL).data == NULL);
  CHECK(visiono_delivery_link_reference(NULL).data == NULL);
  CHECK(visiono_delivery_text(NULL, text("/event")).data == NULL);
  CHECK(visiono_delivery_json(NULL, text("")).data == NULL);
  visiono_delivery_free(NULL);

  visiono_verified_return_free(back);
  visiono_workflow_free(workflow);
  visiono_webhook_free(any_age);
  visiono_webhook_free(webhook);
  visiono_error_free(error);
}

static void packed_links(void) {
#define MATCHES(texts) visiono_packed_link_matches(texts, sizeof texts - 1)
  const char same[] = "ABC\xff" "zendesk\xff" "t-1\xff" "pls_1\xff" "ABC\xff" "t-1\xff\xfe" "pls_1";
  const char other[] = "ABC\xff" "zendesk\xff" "t-1\xff" "pls_1\xff" "ABC\xff" "t-1\xff\xfe" "pls_2";
  const char no_id[] = "ABC\xff" "zendesk\xff" "t-1\xff" "pls_1\xff" "ABC\xff" "t-1\xff";
  const char few[] = "ABC\xff" "zendesk\xff" "t-1\xff" "pls_1\xff" "ABC\xff" "t-1";
  const char bytes[] = "\xfe\xff" "zendesk\xff" "t-1\xff" "pls_1\xff\xfe\xff" "t-1\xff";
  CHECK(MATCHES(same));
  CHECK(!MATCHES(other));
  CHECK(MATCHES(no_id));
  CHECK(!MATCHES(few));
  CHECK(!MATCHES(bytes));
#undef MATCHES
  CHECK(!visiono_packed_link_matches(NULL, 0));
  CHECK(!visiono_packed_link_matches(NULL, 1));
}

typedef struct {
  const visiono_workflow_t *workflow;
  const visiono_redirect_template_t *redirect;
  const visiono_webhook_t *webhook;
  const visiono_delivery_t *delivery;
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

    header_t header = header_of(shared->webhook, BODY, BODY_LEN);
    visiono_pair_t headers = {text("X-Visiono-Signature"), text(header.text)};
    visiono_delivery_t *delivery = NULL;
    code = visiono_webhook_receive(shared->webhook, BODY, BODY_LEN, &headers, 1, EVENT_TIME,
                                   &delivery, error);
    shared->wrong += code != VISIONO_OK;
    visiono_delivery_free(delivery);

    /* All ask one delivery for the same and for different places. */
    const char *pointers[] = {"/event", "/timestamp", "/data/photo_request/id",
                              "/data/permanent_link_submission/id"};
    const char *texts[] = {"submission.created", "2024-12-25T14:35:00Z", "sl_123", "pls_123"};
    visiono_str_t got = visiono_delivery_text(shared->delivery, text(pointers[i % 4]));
    shared->wrong += !is(got, texts[i % 4]);
    got = visiono_delivery_json(shared->delivery, text(pointers[(i + 1) % 4]));
    shared->wrong += got.len != strlen(texts[(i + 1) % 4]) + 2;
  }
  visiono_error_free(error);
  return NULL;
}

static void threads(void) {
  visiono_workflow_t *workflow = new_workflow();
  visiono_redirect_template_t *redirect = NULL;
  CHECK(visiono_redirect_template_new(text("https://a.example/done"), &redirect, NULL) ==
        VISIONO_OK);
  visiono_webhook_t *webhook = new_webhook();
  visiono_delivery_t *delivery = NULL;
  header_t header = header_of(webhook, BODY, BODY_LEN);
  visiono_pair_t headers = {text("X-Visiono-Signature"), text(header.text)};
  CHECK(visiono_webhook_receive(webhook, BODY, BODY_LEN, &headers, 1, EVENT_TIME, &delivery,
                                NULL) == VISIONO_OK);
  pthread_t running[8];
  shared_t shared[8];
  for (int i = 0; i < 8; i++) {
    shared[i] = (shared_t){workflow, redirect, webhook, delivery, 0};
    CHECK(pthread_create(&running[i], NULL, work, &shared[i]) == 0);
  }
  for (int i = 0; i < 8; i++) {
    pthread_join(running[i], NULL);
    CHECK(shared[i].wrong == 0);
  }
  visiono_delivery_free(delivery);
  visiono_webhook_free(webhook);
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
  webhook_secrets();
  webhook_signatures();
  deliveries();
  packed_links();
  threads();
  printf("%d passed, %d failed\n", passed, failed);
  return failed == 0 ? 0 : 1;
}
