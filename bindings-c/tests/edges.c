/*
 * Mistakes of a C program, attacks of a stranger, and several threads at once: all end with a code.
 * `edges` runs all tests, `edges NAME` one of them. `edges crash-memory` and `edges crash-undefined`
 * do what a sanitizer must stop, to show that it is on.
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
      printf("  line %d is false: %s\n", __LINE__, #condition);   \
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

static bool is(visiono_str_t got, const char *wanted) {
  return got.len == strlen(wanted) && memcmp(got.data, wanted, got.len + 1) == 0;
}

static bool contains(visiono_str_t got, const char *wanted) {
  return strstr(got.data, wanted) != NULL;
}

static visiono_workflow_t *new_workflow(void) {
  visiono_workflow_t *workflow = NULL;
  visiono_str_t secret = visiono_text(SECRET);
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
  visiono_str_t secret = visiono_text("whsec_0123456789abcdef");
  if (visiono_webhook_new(&secret, 1, NULL, NULL, false, &webhook, NULL) != VISIONO_OK) {
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
      .slug = visiono_text("damage-report"),
      .unique_value = visiono_text("ABC123"),
      .source = visiono_text("zendesk"),
      .reference = visiono_text("ticket-456"),
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
  visiono_str_t broken = visiono_text("https://a.example/{nothing}");
  CHECK(visiono_redirect_template_new(broken, &redirect, error) == VISIONO_INVALID_TEMPLATE);
  CHECK(redirect == NULL);
  CHECK(visiono_error_position(error) == 18);
  CHECK(strstr(visiono_error_message(error).data, "byte 18") != NULL);

  visiono_workflow_t *workflow = new_workflow();
  visiono_verified_link_t *link = NULL;
  CHECK(visiono_workflow_verify_link(workflow, visiono_text(LINK), NOW + 3502, NULL, 0, &link,
                                     error) == VISIONO_EXPIRED);
  CHECK(link == NULL);
  CHECK(visiono_error_seconds(error) == 2);
  CHECK(visiono_error_position(error) == -1);
  CHECK(visiono_workflow_verify_link(workflow, visiono_text("?uv=A"), NOW, NULL, 0, &link, error) ==
        VISIONO_MISSING_PARAMETER);
  CHECK(is(visiono_error_parameter(error, 0), "src"));
  CHECK(is(visiono_error_parameter(error, 3), "sig"));
  CHECK(is(visiono_error_parameter(error, 4), ""));
  CHECK(is(visiono_error_parameter(error, SIZE_MAX), ""));

  /* A success leaves the error as it is. */
  CHECK(visiono_workflow_verify_link(workflow, visiono_text(LINK), NOW, NULL, 0, &link, error) ==
        VISIONO_OK);
  CHECK(visiono_error_code(error) == VISIONO_MISSING_PARAMETER);
  visiono_verified_link_free(link);
  visiono_workflow_free(workflow);
  visiono_error_free(error);

  for (int32_t number = -1; number < 400; number++) {
    bool refusal = number >= 200 && number <= 206;
    CHECK(visiono_code_is_refusal(number) == refusal);
  }
  CHECK(!visiono_code_is_refusal(INT_MIN) && !visiono_code_is_refusal(INT_MAX));
  CHECK(strcmp(visiono_code_name(0), "ok") == 0);
  CHECK(strcmp(visiono_code_name(203), "invalid_signature") == 0);
  CHECK(strcmp(visiono_code_name(VISIONO_PANIC), "panic") == 0);
  CHECK(strcmp(visiono_code_name(-1), "unknown") == 0);
  CHECK(strcmp(visiono_code_name(INT_MAX), "unknown") == 0);
  CHECK(strcmp(visiono_version(), VERSION) == 0);
}

static void secrets(void) {
  visiono_workflow_t *workflow = NULL;
  visiono_str_t secret = visiono_text(SECRET);
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
                            VISIONO_INVALID_SECRET, VISIONO_INVALID_ARGUMENT,
                            VISIONO_INVALID_SECRET};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    CHECK(visiono_workflow_new(&bad[i], 1, NULL, NULL, &workflow, NULL) == codes[i]);
  }
  CHECK(workflow == NULL);
  visiono_workflow_free(NULL);
}

/* `[current, previous]` with `previous` unset. */
static void absent_secrets_after_the_first_are_skipped(void) {
  visiono_error_t *error = visiono_error_new();
  visiono_workflow_t *workflow = NULL;
  visiono_verified_link_t *link = NULL;
  visiono_str_t unset = visiono_text(getenv("VISIONO_NOT_SET"));

  visiono_str_t rotated[] = {visiono_text("another-secret-of-16"), unset, visiono_text(SECRET)};
  CHECK(visiono_workflow_new(rotated, 3, NULL, NULL, &workflow, error) == VISIONO_OK);
  CHECK(visiono_workflow_verify_link(workflow, visiono_text(LINK), NOW, NULL, 0, &link, error) ==
        VISIONO_OK);
  /* A secret that was skipped keeps its position. */
  CHECK(visiono_verified_link_secret_index(link) == 2);
  visiono_verified_link_free(link);
  visiono_workflow_free(workflow);
  workflow = NULL;

  visiono_str_t alone[] = {visiono_text(SECRET), unset};
  CHECK(visiono_workflow_new(alone, 2, NULL, NULL, &workflow, error) == VISIONO_OK);
  visiono_workflow_free(workflow);
  workflow = NULL;

  visiono_str_t absent[] = {unset, visiono_text(SECRET)};
  CHECK(visiono_workflow_new(absent, 2, NULL, NULL, &workflow, error) == VISIONO_INVALID_SECRET);
  CHECK(contains(visiono_error_message(error), "secret[0] is absent"));
  visiono_str_t wrong[] = {visiono_text(SECRET), unset, visiono_text("short")};
  CHECK(visiono_workflow_new(wrong, 3, NULL, NULL, &workflow, error) == VISIONO_INVALID_SECRET);
  CHECK(contains(visiono_error_message(error), "secret[2]"));
  CHECK(workflow == NULL);

  visiono_webhook_t *webhook = NULL;
  CHECK(visiono_webhook_new(alone, 2, NULL, NULL, false, &webhook, error) == VISIONO_OK);
  visiono_webhook_free(webhook);
  webhook = NULL;
  CHECK(visiono_webhook_new(absent, 2, NULL, NULL, false, &webhook, error) ==
        VISIONO_INVALID_SECRET);
  CHECK(contains(visiono_error_message(error), "secret[0] is absent"));
  CHECK(visiono_webhook_new(wrong, 3, NULL, NULL, false, &webhook, error) ==
        VISIONO_INVALID_SECRET);
  CHECK(contains(visiono_error_message(error), "secret[2]"));
  CHECK(webhook == NULL);
  visiono_error_free(error);
}

static void null_handles(void) {
  visiono_workflow_t *workflow = new_workflow();
  visiono_link_fields_t fields = link_fields();
  visiono_return_fields_t back = {visiono_text("pls_1"), visiono_text("A"), visiono_text("r"), 1,
                                  1};
  char memory[512];
  visiono_signed_t result = {.url = {.data = memory, .capacity = sizeof memory}};
  visiono_verified_link_t *link = NULL;
  visiono_verified_return_t *verified = NULL;
  visiono_redirect_template_t *redirect = NULL;
  visiono_code_t wrong = VISIONO_INVALID_ARGUMENT;

  CHECK(visiono_workflow_sign_link(NULL, &fields, &result, NULL) == wrong);
  CHECK(visiono_workflow_sign_link(workflow, NULL, &result, NULL) == wrong);
  CHECK(visiono_workflow_sign_link(workflow, &fields, NULL, NULL) == wrong);
  CHECK(visiono_workflow_verify_link(NULL, visiono_text(LINK), NOW, NULL, 0, &link, NULL) == wrong);
  CHECK(visiono_workflow_verify_link(workflow, visiono_text(LINK), NOW, NULL, 0, NULL, NULL) ==
        wrong);
  CHECK(visiono_workflow_verify_link(workflow, visiono_text(LINK), -1, NULL, 0, &link, NULL) ==
        wrong);
  CHECK(visiono_redirect_template_new(visiono_text("https://a.example/"), NULL, NULL) == wrong);
  CHECK(visiono_redirect_template_new((visiono_str_t){NULL, 1}, &redirect, NULL) == wrong);
  CHECK(visiono_redirect_template_new((visiono_str_t){NULL, 0}, &redirect, NULL) == wrong);
  CHECK(visiono_redirect_template_new(visiono_text("https://a.example/\xff"), &redirect, NULL) ==
        VISIONO_INVALID_TEMPLATE);
  CHECK(visiono_redirect_template_check_extractable(NULL, NULL) == wrong);
  CHECK(is(visiono_redirect_template_missing(NULL, 0), ""));
  CHECK(is(visiono_redirect_template_placeholders(NULL, 0), ""));
  CHECK(visiono_redirect_template_new(visiono_text("https://a.example/"), &redirect, NULL) ==
        VISIONO_OK);
  CHECK(visiono_redirect_template_check_extractable(redirect, NULL) == VISIONO_OK);
  CHECK(is(visiono_redirect_template_missing(redirect, 0), ""));
  CHECK(visiono_workflow_sign_return(NULL, redirect, &back, &result, NULL) == wrong);
  CHECK(visiono_workflow_sign_return(workflow, NULL, &back, &result, NULL) == wrong);
  CHECK(visiono_workflow_sign_return(workflow, redirect, NULL, &result, NULL) == wrong);
  CHECK(visiono_workflow_sign_return(workflow, redirect, &back, NULL, NULL) == wrong);
  visiono_str_t target = visiono_text("https://a.example/");
  CHECK(visiono_workflow_sign_return_text(NULL, target, &back, &result, NULL) == wrong);
  CHECK(visiono_workflow_sign_return_text(workflow, visiono_text(NULL), &back, &result, NULL) ==
        wrong);
  CHECK(visiono_workflow_sign_return_text(workflow, (visiono_str_t){NULL, 1}, &back, &result,
                                          NULL) == wrong);
  CHECK(visiono_workflow_sign_return_text(workflow, target, NULL, &result, NULL) == wrong);
  CHECK(visiono_workflow_sign_return_text(workflow, target, &back, NULL, NULL) == wrong);
  visiono_str_t signature = visiono_text(RETURN + sizeof RETURN - 65);
  CHECK(visiono_redirect_template_expand(NULL, &back, signature, &result.url, NULL) == wrong);
  CHECK(visiono_redirect_template_expand(redirect, NULL, signature, &result.url, NULL) == wrong);
  CHECK(visiono_redirect_template_expand(redirect, &back, visiono_text(NULL), &result.url, NULL) ==
        wrong);
  CHECK(visiono_redirect_template_expand(redirect, &back, signature, NULL, NULL) == wrong);
  CHECK(visiono_workflow_verify_return(NULL, visiono_text(RETURN), NULL, NOW, NULL, 0, &verified,
                                       NULL) == wrong);
  CHECK(visiono_workflow_verify_return(workflow, visiono_text(RETURN), NULL, NOW, NULL, 0, NULL,
                                       NULL) == wrong);
  CHECK(visiono_workflow_verify_return(workflow, visiono_text(RETURN), NULL, INT64_MIN, NULL, 0,
                                       &verified, NULL) == wrong);
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
  CHECK(is(visiono_verified_webhook_dedup_key(NULL), ""));
  CHECK(visiono_verified_webhook_secret_index(NULL) == 0);
  visiono_redirect_template_free(NULL);
  visiono_verified_link_free(NULL);
  visiono_verified_return_free(NULL);
  visiono_verified_webhook_free(NULL);
}

static void texts(void) {
  visiono_workflow_t *workflow = new_workflow();
  visiono_error_t *error = visiono_error_new();
  char memory[512];
  visiono_signed_t result = {.url = {.data = memory, .capacity = sizeof memory}};
  visiono_verified_link_t *link = NULL;

  visiono_link_fields_t fields = link_fields();
  fields.reference = (visiono_str_t){"", 0};
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
  fields.link = visiono_text("https://a.example/");
  CHECK(visiono_workflow_sign_link(workflow, &fields, &result, error) == VISIONO_INVALID_ARGUMENT);
  fields.slug = fields.link = (visiono_str_t){NULL, 0};
  CHECK(visiono_workflow_sign_link(workflow, &fields, &result, error) == VISIONO_INVALID_ARGUMENT);
  fields = link_fields();
  fields.timestamp = -1;
  CHECK(visiono_workflow_sign_link(workflow, &fields, &result, error) == VISIONO_INVALID_FIELD);
  CHECK(is(visiono_error_parameter(error, 0), "ts"));

  /* An absent query is an empty one. */
  CHECK(visiono_workflow_verify_link(workflow, (visiono_str_t){NULL, 0}, NOW, NULL, 0, &link,
                                     error) == VISIONO_MISSING_PARAMETER);
  CHECK(visiono_workflow_verify_link(workflow, (visiono_str_t){NULL, 9}, NOW, NULL, 0, &link,
                                     error) == VISIONO_INVALID_ARGUMENT);
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
  fields.unique_value = visiono_text("a|b");
  CHECK(visiono_workflow_sign_link(workflow, &fields, &result, NULL) == VISIONO_INVALID_FIELD);
  CHECK(result.url.len == 7);
  fields = link_fields();

  result.url = (visiono_buffer_t){NULL, 0, 0};
  CHECK(visiono_workflow_sign_link(workflow, &fields, &result, NULL) == VISIONO_BUFFER_TOO_SMALL);
  CHECK(result.url.len == length);
  result.url = (visiono_buffer_t){NULL, 512, 0};
  CHECK(visiono_workflow_sign_link(workflow, &fields, &result, NULL) == VISIONO_INVALID_ARGUMENT);

  /* An input in the output is rejected, an input beside it is not. */
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
      {visiono_text("sub"), visiono_text("pls_123")},
      {visiono_text("uv"), visiono_text("ABC123")},
      {visiono_text("ref"), visiono_text("ticket-456")},
      {visiono_text("cnt"), visiono_text("5")},
      {visiono_text("ts"), visiono_text("1705500100")},
      {visiono_text("sig"), visiono_text(RETURN + sizeof RETURN - 65)},
      {visiono_text("other"), visiono_text("\xff & = % + /")},
      {visiono_text(""), {NULL, 0}},
  };
  size_t count = sizeof pairs / sizeof *pairs;
  CHECK(visiono_query_of_pairs(pairs, count, &query, NULL) == VISIONO_OK);
  visiono_str_t input = {query.data, query.len};
  CHECK(visiono_workflow_verify_return(workflow, input, NULL, NOW, NULL, 0, &back, NULL) ==
        VISIONO_OK);
  CHECK(is(visiono_verified_return_reference(back), "ticket-456"));
  visiono_verified_return_free(back);
  back = NULL;

  /* Bytes that are not UTF-8 are malformed in a parameter of the message. */
  pairs[1].value = visiono_text("\xff");
  CHECK(visiono_query_of_pairs(pairs, count, &query, NULL) == VISIONO_OK);
  input.len = query.len;
  CHECK(visiono_workflow_verify_return(workflow, input, NULL, NOW, NULL, 0, &back, NULL) ==
        VISIONO_MALFORMED_PARAMETER);
  pairs[7] = pairs[0];
  CHECK(visiono_query_of_pairs(pairs, count, &query, NULL) == VISIONO_OK);
  input.len = query.len;
  CHECK(visiono_workflow_verify_return(workflow, input, NULL, NOW, NULL, 0, &back, NULL) ==
        VISIONO_DUPLICATE_PARAMETER);
  CHECK(back == NULL);

  /* A pair without a value is absent. */
  pairs[7].value = visiono_text(NULL);
  pairs[1].value = visiono_text("ABC123");
  CHECK(visiono_query_of_pairs(pairs, count, &query, NULL) == VISIONO_OK);
  input.len = query.len;
  CHECK(visiono_workflow_verify_return(workflow, input, NULL, NOW, NULL, 0, &back, NULL) ==
        VISIONO_OK);
  visiono_verified_return_free(back);
  back = NULL;
  /* A name is not decoded again, and not split. */
  pairs[7] = (visiono_pair_t){visiono_text("%72ef"), visiono_text("ticket-999")};
  pairs[6] = (visiono_pair_t){visiono_text("x;ref"), visiono_text("ticket-999")};
  CHECK(visiono_query_of_pairs(pairs, count, &query, NULL) == VISIONO_OK);
  input.len = query.len;
  CHECK(visiono_workflow_verify_return(workflow, input, NULL, NOW, NULL, 0, &back, NULL) ==
        VISIONO_OK);
  visiono_verified_return_free(back);
  back = NULL;

  /* Some decoders drop these from the start of a name. */
  const char *marked[] = {"?ref", "#ref", ".?ref", " ?#Ref", "?ref[]"};
  for (size_t i = 0; i < sizeof marked / sizeof *marked; i++) {
    pairs[7].name = visiono_text(marked[i]);
    CHECK(visiono_query_of_pairs(pairs, count, &query, NULL) == VISIONO_OK);
    input.len = query.len;
    CHECK(visiono_workflow_verify_return(workflow, input, NULL, NOW, NULL, 0, &back, NULL) ==
          VISIONO_DUPLICATE_PARAMETER);
  }
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

static void webhook_secrets(void) {
  visiono_webhook_t *webhook = NULL;
  visiono_str_t secret = visiono_text("whsec_0123456789abcdef");
  int64_t minus = -1;
  CHECK(visiono_webhook_new(NULL, 0, NULL, NULL, false, &webhook, NULL) == VISIONO_INVALID_SECRET);
  CHECK(visiono_webhook_new(NULL, 1, NULL, NULL, false, &webhook, NULL) ==
        VISIONO_INVALID_ARGUMENT);
  CHECK(visiono_webhook_new(&secret, SIZE_MAX, NULL, NULL, false, &webhook, NULL) ==
        VISIONO_INVALID_ARGUMENT);
  CHECK(visiono_webhook_new(&secret, 1, NULL, NULL, false, NULL, NULL) == VISIONO_INVALID_ARGUMENT);
  CHECK(visiono_webhook_new(&secret, 1, &minus, NULL, false, &webhook, NULL) ==
        VISIONO_INVALID_ARGUMENT);
  CHECK(visiono_webhook_new(&secret, 1, NULL, &minus, false, &webhook, NULL) ==
        VISIONO_INVALID_ARGUMENT);
  visiono_str_t bad[] = {{NULL, 0},          {NULL, 32},   {"whsec_0123456789abcd\xff", 21},
                         {SECRET, SIZE_MAX}, {SECRET, 15}, visiono_text("vsk_0123456789abcdef")};
  visiono_code_t codes[] = {VISIONO_INVALID_SECRET, VISIONO_INVALID_ARGUMENT,
                            VISIONO_INVALID_SECRET, VISIONO_INVALID_ARGUMENT,
                            VISIONO_INVALID_SECRET, VISIONO_INVALID_SECRET};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    CHECK(visiono_webhook_new(&bad[i], 1, NULL, NULL, false, &webhook, NULL) == codes[i]);
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

  visiono_verified_webhook_t *verified = NULL;
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
  visiono_str_t right = visiono_text(good.text);
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
  CHECK(verified == NULL);
  CHECK(visiono_webhook_verify(webhook, BODY, BODY_LEN, right, &verified, NULL) == VISIONO_OK);
  CHECK(visiono_verified_webhook_secret_index(verified) == 0);
  CHECK(visiono_verified_webhook_dedup_key(verified).len == 64);
  CHECK(strlen(visiono_verified_webhook_dedup_key(verified).data) == 64);
  visiono_verified_webhook_free(verified);
  verified = NULL;

  /* A body of the largest size, and one that is larger, which isn't hashed. */
  size_t mebibyte = 1 << 20;
  char *large = malloc(mebibyte + 1);
  memset(large, 'a', mebibyte + 1);
  header_t of_large = header_of(webhook, large, mebibyte);
  CHECK(visiono_webhook_verify(webhook, large, mebibyte, visiono_text(of_large.text), &verified,
                               error) == VISIONO_OK);
  visiono_verified_webhook_free(verified);
  verified = NULL;
  CHECK(visiono_webhook_verify(webhook, large, mebibyte + 1, none, &verified, error) ==
        VISIONO_MALFORMED_PARAMETER);
  CHECK(is(visiono_error_parameter(error, 0), "body"));
  CHECK(verified == NULL);
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
      {visiono_text("Content-Type"), {"\xff\0", 2}},
      {visiono_text("x-visiono-signature"), visiono_text(good.text)},
      {{NULL, 0}, {NULL, 0}},
      {visiono_text("X-Visiono-Delivery"), visiono_text("d-1")},
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
  /* A header without a value is absent; an empty one is not. */
  visiono_str_t signature = headers[1].value;
  headers[1].value = visiono_text(getenv("VISIONO_NOT_SET"));
  headers[2].value = visiono_text(NULL);
  CHECK(RECEIVE(BODY_LEN, count, now) == VISIONO_MISSING_PARAMETER);
  headers[1].value = visiono_text("");
  CHECK(RECEIVE(BODY_LEN, count, now) == VISIONO_INVALID_SIGNATURE);
  headers[1].value = signature;
  headers[2].value = (visiono_str_t){"", 0};
  headers[2].name = (visiono_str_t){NULL, 1};
  CHECK(RECEIVE(BODY_LEN, count, now) == argument);
  headers[2].name = visiono_text("HTTP_X_VISIONO_SIGNATURE");
  CHECK(RECEIVE(BODY_LEN, count, now) == VISIONO_INVALID_SIGNATURE);
  headers[2].name = visiono_text("X-Visiono-Tenant-Id");
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
  CHECK(is(visiono_delivery_request_id(delivery), "sl_123"));
  CHECK(is(visiono_delivery_unauthenticated_delivery_id(delivery), "d-1"));
  visiono_str_t tenant = visiono_delivery_unauthenticated_tenant_id(delivery);
  CHECK(tenant.data != NULL && is(tenant, ""));
  CHECK(!visiono_delivery_is_test(delivery));
  CHECK(is(visiono_delivery_link_submission_id(delivery), "pls_123"));
  CHECK(is(visiono_delivery_link_unique_value(delivery), "ABC123"));
  CHECK(is(visiono_delivery_link_source(delivery), "zendesk"));
  CHECK(is(visiono_delivery_link_reference(delivery), "ticket-456"));

  /* A text or value stays in place as long as the delivery. */
  visiono_str_t id = visiono_delivery_text(delivery, visiono_text("/data/photo_request/id"));
  visiono_str_t whole = visiono_delivery_json(delivery, visiono_text(""));
  CHECK(is(id, "sl_123") && is(whole, BODY));
  CHECK(is(visiono_delivery_json(delivery, visiono_text("/data/photo_request/n")), "1.50"));
  CHECK(is(visiono_delivery_json(delivery, visiono_text("/data/photo_request/id")), "\"sl_123\""));
  visiono_str_t zero = visiono_delivery_text(delivery, visiono_text("/data/photo_request/zero"));
  CHECK(zero.len == 3 && memcmp(zero.data, "a\0b", 4) == 0);
  const char *absent[] = {"", "/data", "/data/photo_request/n", "/nothing", "event", "/event/0",
                          "/\xff", "/data/photo_request/id/"};
  for (size_t i = 0; i < sizeof absent / sizeof *absent; i++) {
    CHECK(visiono_delivery_text(delivery, visiono_text(absent[i])).data == NULL);
  }
  for (size_t i = 3; i < sizeof absent / sizeof *absent; i++) {
    CHECK(visiono_delivery_json(delivery, visiono_text(absent[i])).data == NULL);
  }
  CHECK(visiono_delivery_json(delivery, (visiono_str_t){NULL, 1}).data == NULL);
  CHECK(visiono_delivery_json(delivery, visiono_text(NULL)).data == NULL);
  CHECK(visiono_delivery_text(delivery, visiono_text(NULL)).data == NULL);
  CHECK(visiono_delivery_text(delivery, visiono_text("/data/photo_request/id")).data == id.data);
  CHECK(visiono_delivery_json(delivery, visiono_text("")).data == whole.data);
  CHECK(is(id, "sl_123") && is(whole, BODY));

  visiono_workflow_t *workflow = new_workflow();
  visiono_verified_return_t *back = NULL;
  CHECK(visiono_workflow_verify_return(workflow, visiono_text(RETURN), NULL, NOW, NULL, 0, &back,
                                       NULL) == VISIONO_OK);
  CHECK(visiono_delivery_matches(delivery, back));
  CHECK(!visiono_delivery_matches(delivery, NULL));
  CHECK(!visiono_delivery_matches(NULL, back));
  visiono_delivery_free(delivery);
  delivery = NULL;

  /* An undocumented event without a time is delivered, unless the time is required. */
  visiono_webhook_t *undated = NULL;
  visiono_webhook_t *dated = NULL;
  visiono_str_t secrets[] = {visiono_text("another-secret,which-signs"),
                             visiono_text("whsec_0123456789abcdef")};
  CHECK(visiono_webhook_new(secrets, 2, NULL, NULL, false, &undated, NULL) == VISIONO_OK);
  CHECK(visiono_webhook_new(secrets, 2, NULL, NULL, true, &dated, NULL) == VISIONO_OK);
  const char other[] = "{\"event\":\"coffee.ready\",\"is_test\":true}";
  header_t of_other = header_of(webhook, other, sizeof other - 1);
  visiono_pair_t header = {visiono_text("X-Webhook-Signature"), visiono_text(of_other.text)};
  CHECK(visiono_webhook_receive(dated, other, sizeof other - 1, &header, 1, now, &delivery,
                                error) == VISIONO_MISSING_PARAMETER);
  CHECK(is(visiono_error_parameter(error, 0), "timestamp"));
  CHECK(delivery == NULL);
  CHECK(visiono_webhook_receive(undated, other, sizeof other - 1, &header, 1, now, &delivery,
                                error) == VISIONO_OK);
  CHECK(visiono_delivery_event(delivery) == VISIONO_EVENT_UNKNOWN);
  CHECK(is(visiono_delivery_event_name(delivery), "coffee.ready"));
  time = 7;
  CHECK(!visiono_delivery_event_time(delivery, &time) && time == 7);
  CHECK(visiono_delivery_secret_index(delivery) == 1);
  CHECK(visiono_delivery_is_test(delivery));
  CHECK(visiono_delivery_request_id(delivery).data == NULL);
  CHECK(visiono_delivery_unauthenticated_delivery_id(delivery).data == NULL);
  CHECK(visiono_delivery_unauthenticated_tenant_id(delivery).data == NULL);
  CHECK(visiono_delivery_link_submission_id(delivery).data == NULL);
  CHECK(visiono_delivery_link_unique_value(delivery).data == NULL);
  CHECK(visiono_delivery_link_source(delivery).data == NULL);
  CHECK(visiono_delivery_link_reference(delivery).data == NULL);
  CHECK(!visiono_delivery_matches(delivery, back));
  visiono_delivery_free(delivery);
  delivery = NULL;

  /* JSON is UTF-8. */
  const char bytes[] = "{\"event\":\"\xff\"}";
  header_t of_bytes = header_of(webhook, bytes, sizeof bytes - 1);
  header.value = visiono_text(of_bytes.text);
  CHECK(visiono_webhook_receive(undated, bytes, sizeof bytes - 1, &header, 1, now, &delivery,
                                error) == VISIONO_MALFORMED_PARAMETER);
  CHECK(is(visiono_error_parameter(error, 0), "body"));
  CHECK(delivery == NULL);

  CHECK(visiono_delivery_event(NULL) == VISIONO_EVENT_UNKNOWN);
  CHECK(is(visiono_delivery_event_name(NULL), ""));
  CHECK(!visiono_delivery_event_time(NULL, &time) && time == 7);
  CHECK(is(visiono_delivery_dedup_key(NULL), ""));
  CHECK(visiono_delivery_secret_index(NULL) == 0);
  CHECK(visiono_delivery_request_id(NULL).data == NULL);
  CHECK(visiono_delivery_unauthenticated_delivery_id(NULL).data == NULL);
  CHECK(visiono_delivery_unauthenticated_tenant_id(NULL).data == NULL);
  CHECK(!visiono_delivery_is_test(NULL));
  CHECK(visiono_delivery_link_submission_id(NULL).data == NULL);
  CHECK(visiono_delivery_link_unique_value(NULL).data == NULL);
  CHECK(visiono_delivery_link_source(NULL).data == NULL);
  CHECK(visiono_delivery_link_reference(NULL).data == NULL);
  CHECK(visiono_delivery_text(NULL, visiono_text("/event")).data == NULL);
  CHECK(visiono_delivery_json(NULL, visiono_text("")).data == NULL);
  visiono_delivery_free(NULL);

  visiono_verified_return_free(back);
  visiono_workflow_free(workflow);
  visiono_webhook_free(dated);
  visiono_webhook_free(undated);
  visiono_webhook_free(webhook);
  visiono_error_free(error);
}

/* --- The same API as in the other languages ------------------------------------------------- */

static const char TARGET[] =
    "https://a.example/done?id={submission_id}&ref={reference}&sig={signature}";
static const char SIGNATURE[] = "1712c74befb1b1e1baea9f62fb5d7fefc49cf4f6118744e627d8e8967220d5d5";

static visiono_return_fields_t return_fields(void) {
  return (visiono_return_fields_t){
      .submission_id = visiono_text("pls_123"),
      .unique_value = visiono_text("ABC123"),
      .reference = visiono_text("ticket-456"),
      .photo_count = 5,
      .timestamp = NOW,
  };
}

static void templates(void) {
  visiono_workflow_t *workflow = new_workflow();
  visiono_error_t *error = visiono_error_new();
  visiono_redirect_template_t *redirect = NULL;
  CHECK(visiono_redirect_template_new(visiono_text(TARGET), &redirect, error) == VISIONO_OK);
  const char *placeholders[] = {"submission_id", "reference", "signature", "", ""};
  const char *missing[] = {"unique_value", "photo_count", "timestamp", "", ""};
  for (size_t i = 0; i < 5; i++) {
    CHECK(is(visiono_redirect_template_placeholders(redirect, i), placeholders[i]));
    CHECK(is(visiono_redirect_template_missing(redirect, i), missing[i]));
  }
  CHECK(is(visiono_redirect_template_placeholders(redirect, SIZE_MAX), ""));

  static const char wanted[] =
      "https://a.example/done?id=pls_123&ref=ticket-456"
      "&sig=1712c74befb1b1e1baea9f62fb5d7fefc49cf4f6118744e627d8e8967220d5d5";
  size_t length = sizeof wanted - 1;
  visiono_return_fields_t fields = return_fields();
  visiono_str_t signature = visiono_text(SIGNATURE);
  char memory[512];
  memset(memory, '#', sizeof memory);
  visiono_buffer_t url = {memory, length - 1, 7};
  CHECK(visiono_redirect_template_expand(redirect, &fields, signature, &url, error) ==
        VISIONO_BUFFER_TOO_SMALL);
  CHECK(url.len == length && memory[0] == '#');
  url.capacity = length;
  CHECK(visiono_redirect_template_expand(redirect, &fields, signature, &url, error) == VISIONO_OK);
  CHECK(url.len == length && memcmp(memory, wanted, length) == 0 && memory[length] == '#');
  CHECK(visiono_redirect_template_expand(redirect, &fields, visiono_text("1712"), &url, error) ==
        VISIONO_INVALID_FIELD);
  CHECK(is(visiono_error_parameter(error, 0), "sig"));
  /* No input may lie in the output. */
  memcpy(memory + 300, SIGNATURE, 64);
  url.capacity = 301;
  signature = (visiono_str_t){memory + 300, 64};
  CHECK(visiono_redirect_template_expand(redirect, &fields, signature, &url, error) ==
        VISIONO_INVALID_ARGUMENT);

  /* The template can be text. */
  visiono_signed_t result = {.url = {.data = memory, .capacity = sizeof memory}};
  CHECK(visiono_workflow_sign_return_text(workflow, visiono_text(TARGET), &fields, &result,
                                          error) == VISIONO_OK);
  CHECK(result.url.len == length && memcmp(memory, wanted, length) == 0);
  CHECK(strcmp(result.signature, SIGNATURE) == 0);
  memset(memory, '#', sizeof memory);
  CHECK(visiono_workflow_sign_return(workflow, redirect, &fields, &result, error) == VISIONO_OK);
  CHECK(result.url.len == length && memcmp(memory, wanted, length) == 0);
  visiono_str_t broken = visiono_text("https://a.example/{nothing}");
  fields.reference = visiono_text("a|b");
  CHECK(visiono_workflow_sign_return_text(workflow, broken, &fields, &result, error) ==
        VISIONO_INVALID_TEMPLATE);
  CHECK(visiono_error_position(error) == 18);
  memcpy(memory, TARGET, sizeof TARGET);
  visiono_str_t inside = {memory, sizeof TARGET - 1};
  fields = return_fields();
  CHECK(visiono_workflow_sign_return_text(workflow, inside, &fields, &result, error) ==
        VISIONO_INVALID_ARGUMENT);
  visiono_redirect_template_free(redirect);
  redirect = NULL;

  CHECK(visiono_redirect_template_new(visiono_text("https://a.example/{reference}-{signature}"),
                                      &redirect, error) == VISIONO_OK);
  CHECK(visiono_redirect_template_check_extractable(redirect, error) == VISIONO_INVALID_TEMPLATE);
  visiono_redirect_template_free(redirect);
  visiono_error_free(error);
  visiono_workflow_free(workflow);
}

static void times_out_of_range_are_invalid_arguments(void) {
  visiono_workflow_t *workflow = new_workflow();
  visiono_webhook_t *webhook = new_webhook();
  visiono_verified_link_t *link = NULL;
  visiono_verified_return_t *back = NULL;
  visiono_delivery_t *delivery = NULL;
  visiono_test_delivery_t *test = NULL;
  header_t header = header_of(webhook, BODY, BODY_LEN);
  visiono_pair_t headers = {visiono_text("X-Visiono-Signature"), visiono_text(header.text)};
  visiono_code_t wrong = VISIONO_INVALID_ARGUMENT;
  /* The last ones are milliseconds. */
  int64_t times[] = {-1, INT64_MIN, 100000000000, 1705500100000, INT64_MAX};
  for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
    int64_t now = times[i];
    CHECK(visiono_workflow_verify_link(workflow, visiono_text(LINK), now, NULL, 0, &link, NULL) ==
          wrong);
    CHECK(visiono_workflow_verify_return(workflow, visiono_text(RETURN), NULL, now, NULL, 0, &back,
                                         NULL) == wrong);
    CHECK(visiono_webhook_receive(webhook, BODY, BODY_LEN, &headers, 1, now, &delivery, NULL) ==
          wrong);
    CHECK(visiono_webhook_test_delivery(webhook, visiono_text("submission.created"), NULL, now,
                                        &test, NULL) == wrong);
  }
  CHECK(visiono_workflow_verify_link(workflow, visiono_text(LINK), 99999999999, NULL, 0, &link,
                                     NULL) == VISIONO_EXPIRED);
  visiono_workflow_free(workflow);
  visiono_webhook_free(webhook);
  workflow = NULL;
  webhook = NULL;

  visiono_error_t *error = visiono_error_new();
  visiono_str_t secret = visiono_text(SECRET);
  int64_t seconds[] = {-1, INT64_MIN};
  for (size_t i = 0; i < 2; i++) {
    CHECK(visiono_workflow_new(&secret, 1, &seconds[i], NULL, &workflow, error) == wrong);
    CHECK(contains(visiono_error_message(error), "max_age"));
    CHECK(visiono_workflow_new(&secret, 1, NULL, &seconds[i], &workflow, error) == wrong);
    CHECK(contains(visiono_error_message(error), "leeway"));
    CHECK(visiono_webhook_new(&secret, 1, &seconds[i], NULL, false, &webhook, error) == wrong);
    CHECK(contains(visiono_error_message(error), "max_age"));
    CHECK(visiono_webhook_new(&secret, 1, NULL, &seconds[i], false, &webhook, error) == wrong);
    CHECK(contains(visiono_error_message(error), "leeway"));
  }
  CHECK(workflow == NULL && webhook == NULL);
  visiono_error_free(error);
}

static void test_deliveries(void) {
  visiono_webhook_t *webhook = new_webhook();
  visiono_error_t *error = visiono_error_new();
  visiono_test_delivery_t *test = NULL;
  visiono_delivery_t *delivery = NULL;
  static const char *const names[] = {
      // cargo xtask generate: events
      // "{name}",
      "photo_request.created",
      "photo_request.first_viewed",
      "photo_submission.created",
      "photo_request.submitted",
      "photo_request.expired",
      "photo_submission.dropbox_synced",
      "submission.created",
      // end generated
  };
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    for (int32_t style = VISIONO_STYLE_GUIDE; style <= VISIONO_STYLE_DEVELOPER; style++) {
      for (int undated = 0; undated < 2; undated++) {
        visiono_test_event_t fields = {.style = style, .without_timestamp = undated != 0};
        CHECK(visiono_webhook_test_delivery(webhook, visiono_text(names[i]), &fields, NOW, &test,
                                            error) == VISIONO_OK);
        visiono_str_t body = visiono_test_delivery_body(test);
        CHECK(body.data[body.len] == 0);
        size_t count = 0;
        const visiono_pair_t *headers = visiono_test_delivery_headers(test, &count);
        CHECK(headers != NULL && count > 1);
        CHECK(visiono_webhook_receive(webhook, body.data, body.len, headers, count, NOW, &delivery,
                                      error) == VISIONO_OK);
        CHECK(is(visiono_delivery_event_name(delivery), names[i]));
        CHECK((int)visiono_delivery_event(delivery) == (int)i + 1);
        int64_t seconds = 0;
        CHECK(visiono_delivery_event_time(delivery, &seconds) == (undated == 0));
        CHECK(seconds == (undated == 0 ? NOW : 0));
        visiono_delivery_free(delivery);
        delivery = NULL;
        /* A changed body is rejected. */
        CHECK(visiono_webhook_receive(webhook, body.data, body.len - 1, headers, count, NOW,
                                      &delivery, error) == VISIONO_INVALID_SIGNATURE);
        visiono_test_delivery_free(test);
        test = NULL;
      }
    }
  }

  /* The defaults, and other texts. */
  visiono_str_t event = visiono_text("submission.created");
  visiono_test_event_t own = {
      .unique_value = visiono_text("\xc3\x89t\xc3\xa9 1"),
      .source = visiono_text("claims"),
      .reference = visiono_text("claim \"7\""),
  };
  const visiono_test_event_t *events[] = {NULL, &own};
  const char *wanted[][3] = {{"ABC123", "zendesk", "ticket-456"},
                             {"\xc3\x89t\xc3\xa9 1", "claims", "claim \"7\""}};
  for (size_t i = 0; i < 2; i++) {
    CHECK(visiono_webhook_test_delivery(webhook, event, events[i], NOW, &test, error) ==
          VISIONO_OK);
    size_t count = 0;
    const visiono_pair_t *headers = visiono_test_delivery_headers(test, &count);
    visiono_str_t body = visiono_test_delivery_body(test);
    CHECK(visiono_webhook_receive(webhook, body.data, body.len, headers, count, NOW, &delivery,
                                  error) == VISIONO_OK);
    CHECK(is(visiono_delivery_link_unique_value(delivery), wanted[i][0]));
    CHECK(is(visiono_delivery_link_source(delivery), wanted[i][1]));
    CHECK(is(visiono_delivery_link_reference(delivery), wanted[i][2]));
    CHECK(is(visiono_delivery_link_submission_id(delivery), "pls_test"));
    visiono_delivery_free(delivery);
    visiono_test_delivery_free(test);
    delivery = NULL;
    test = NULL;
  }

  visiono_code_t wrong = VISIONO_INVALID_ARGUMENT;
#define MAKE(event, fields) visiono_webhook_test_delivery(webhook, event, fields, NOW, &test, error)
  CHECK(MAKE(visiono_text("coffee.ready"), NULL) == wrong);
  CHECK(MAKE(visiono_text(""), NULL) == wrong);
  CHECK(MAKE(visiono_text(NULL), NULL) == wrong);
  CHECK(contains(visiono_error_message(error), "event is NULL"));
  CHECK(MAKE(visiono_text("submission.created\xff"), NULL) == wrong);
  own.style = 2;
  CHECK(MAKE(event, &own) == wrong);
  CHECK(contains(visiono_error_message(error), "style"));
  own.style = -1;
  CHECK(MAKE(event, &own) == wrong);
  own.style = VISIONO_STYLE_GUIDE;
  own.id = visiono_text("\xff");
  CHECK(MAKE(event, &own) == wrong);
  CHECK(contains(visiono_error_message(error), "id is not UTF-8"));
#undef MAKE
  CHECK(visiono_webhook_test_delivery(NULL, event, NULL, NOW, &test, error) == wrong);
  CHECK(visiono_webhook_test_delivery(webhook, event, NULL, NOW, NULL, error) == wrong);
  CHECK(test == NULL && delivery == NULL);
  CHECK(is(visiono_test_delivery_body(NULL), ""));
  size_t count = 7;
  CHECK(visiono_test_delivery_headers(NULL, &count) == NULL && count == 0);
  CHECK(visiono_test_delivery_headers(NULL, NULL) == NULL);
  visiono_test_delivery_free(NULL);
  visiono_error_free(error);
  visiono_webhook_free(webhook);
}

/* --- Attacks --------------------------------------------------------------------------------- */

/* Returns the code of a return with a URL of two texts, for a caller that expects ticket-456. */
static visiono_code_t verify(const visiono_workflow_t *workflow, const char *start, const char *end,
                             const visiono_redirect_template_t *redirect, visiono_error_t *error) {
  char url[1024];
  int len = snprintf(url, sizeof url, "%s%s", start, end);
  if (len < 0 || (size_t)len >= sizeof url) {
    abort();
  }
  visiono_expected_t expect[] = {{VISIONO_FIELD_REFERENCE, visiono_text("ticket-456")}};
  visiono_verified_return_t *back = NULL;
  visiono_code_t code = visiono_workflow_verify_return(workflow, visiono_text(url), redirect, NOW,
                                                       expect, 1, &back, error);
  CHECK((code == VISIONO_OK) == (back != NULL));
  CHECK(code != VISIONO_OK || is(visiono_verified_return_reference(back), "ticket-456"));
  visiono_verified_return_free(back);
  return code;
}

static void attack_1_look_alike_names(void) {
  visiono_workflow_t *workflow = new_workflow();
  visiono_error_t *error = visiono_error_new();
  static const char *const names[] = {
      "%20ref", "+ref",  "ref%20", "%09ref", "ref%00", "ref%00x", "ref[]",    "ref%5B%5D", "ref[x]",
      "REF",    "Ref",   "[ref]",  "]ref",   "ref]",   ".ref",    "%0aref",   "x=1;ref",   ";ref",
      "r%45f",  "x;REF", "ref[",   "[[ref",  "ref",    "%72ef",   "x=1;y;ref"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    char more[64];
    snprintf(more, sizeof more, "&%s=ticket-999", names[i]);
    CHECK(verify(workflow, RETURN, more, NULL, error) == VISIONO_DUPLICATE_PARAMETER);
    CHECK(is(visiono_error_parameter(error, 0), "ref"));
    CHECK(is(visiono_error_parameter(error, 1), ""));
    char url[1024];
    snprintf(url, sizeof url, "%s%s", LINK, more);
    visiono_verified_link_t *link = NULL;
    CHECK(visiono_workflow_verify_link(workflow, visiono_text(url), NOW, NULL, 0, &link, error) ==
          VISIONO_DUPLICATE_PARAMETER);
    CHECK(link == NULL);
    /* The expected value must not take its place. */
    static const char without[] =
        "?sub=pls_123&uv=ABC123&cnt=5&ts=1705500100"
        "&sig=1712c74befb1b1e1baea9f62fb5d7fefc49cf4f6118744e627d8e8967220d5d5";
    CHECK(verify(workflow, without, "", NULL, error) == VISIONO_OK);
    bool exact = strcmp(names[i], "ref") == 0 || strcmp(names[i], "%72ef") == 0;
    CHECK(verify(workflow, without, more, NULL, error) ==
          (exact ? VISIONO_INVALID_SIGNATURE : VISIONO_DUPLICATE_PARAMETER));
  }
  /* A name that no decoder takes for one of Visiono's is ignored. */
  static const char *const others[] = {"&reference=1", "&xref=1", "&ref_=1", "&x=ref", "&ref2"};
  for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
    CHECK(verify(workflow, RETURN, others[i], NULL, error) == VISIONO_OK);
  }

  char memory[512];
  visiono_signed_t result = {.url = {.data = memory, .capacity = sizeof memory}};
  visiono_link_fields_t fields = link_fields();
  fields.slug = visiono_text(NULL);
  static const char *const queries[] = {"?REF=1", "?ref[]=1", "?x=1;ref=2", "?%20ref=1", "?ref"};
  for (size_t i = 0; i < sizeof queries / sizeof *queries; i++) {
    char url[128];
    snprintf(url, sizeof url, "https://a.example/%s", queries[i]);
    fields.link = visiono_text(url);
    CHECK(visiono_workflow_sign_link(workflow, &fields, &result, error) == VISIONO_INVALID_URL);
    visiono_redirect_template_t *redirect = NULL;
    CHECK(visiono_redirect_template_new(fields.link, &redirect, error) == VISIONO_INVALID_TEMPLATE);
    CHECK(redirect == NULL);
  }
  visiono_error_free(error);
  visiono_workflow_free(workflow);
}

static const char PATH[] =
    "https://a.example/tickets/{reference}/done?tenant=acme&sub={submission_id}"
    "&uv={unique_value}&cnt={photo_count}&ts={timestamp}&sig={signature}";

static void attack_2_another_record_through_the_path(void) {
  visiono_workflow_t *workflow = new_workflow();
  visiono_error_t *error = visiono_error_new();
  visiono_redirect_template_t *redirect = NULL;
  CHECK(visiono_redirect_template_new(visiono_text(PATH), &redirect, error) == VISIONO_OK);
  char url[512] = {0};
  visiono_return_fields_t fields = return_fields();
  visiono_signed_t result = {.url = {.data = url, .capacity = sizeof url - 1}};
  CHECK(visiono_workflow_sign_return(workflow, redirect, &fields, &result, error) == VISIONO_OK);
  const char *query = strchr(url, '?');
  CHECK(verify(workflow, url, "", redirect, error) == VISIONO_OK);
  CHECK(verify(workflow, "/tickets/ticket-456/done", query, redirect, error) == VISIONO_OK);
  /* Without a path, the program expects the value that its router saw. */
  CHECK(verify(workflow, "", query, redirect, error) == VISIONO_OK);
  CHECK(verify(workflow, "/tickets/ticket-999/done", query, redirect, error) ==
        VISIONO_INVALID_SIGNATURE);
  static const char *const paths[] = {
      "/tickets/ticket-999/done/",     "/TICKETS/ticket-456/done",     "//tickets/ticket-456/done",
      "/x/../tickets/ticket-456/done", "/tickets/ticket-999/done/x",   "/tickets//ticket-456/done",
      "/tickets/ticket-999",           "/app/tickets/ticket-456/done", "/",
      "/tickets/ticket-456/DONE",      "/tickets/ticket-456/done%2F",
  };
  for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
    CHECK(verify(workflow, paths[i], query, redirect, error) == VISIONO_MISSING_PARAMETER);
    CHECK(contains(visiono_error_message(error), "template"));
  }
  /* The parameters that the template writes out are compared too. */
  static const char *const tenants[] = {
      "?tenant=globex",
      "?",
      "?tenant=acme&tenant=globex",
      "?Tenant=acme",
      "?tenant=acme&TENANT=x",
      "?tenant=acme;tenant=globex",
  };
  for (size_t i = 0; i < sizeof tenants / sizeof *tenants; i++) {
    char start[128];
    snprintf(start, sizeof start, "/tickets/ticket-456/done%s", tenants[i]);
    CHECK(verify(workflow, start, strchr(query, '&'), redirect, error) ==
          VISIONO_MISSING_PARAMETER);
  }
  visiono_redirect_template_free(redirect);
  visiono_error_free(error);
  visiono_workflow_free(workflow);
}

static void attack_3_climbing_path_segments(void) {
  visiono_workflow_t *workflow = new_workflow();
  visiono_error_t *error = visiono_error_new();
  visiono_redirect_template_t *redirect = NULL;
  CHECK(visiono_redirect_template_new(visiono_text(PATH), &redirect, error) == VISIONO_OK);
  char url[512] = {0};
  visiono_return_fields_t fields = return_fields();
  visiono_signed_t result = {.url = {.data = url, .capacity = sizeof url - 1}};
  static const char *const climbing[] = {"..",    ".",    "../admin", "a/../../admin", "..\\x",
                                         "x\\..", "x;..", "..;x",     "x/.",           "./x"};
  for (size_t i = 0; i < sizeof climbing / sizeof *climbing; i++) {
    fields.reference = visiono_text(climbing[i]);
    CHECK(visiono_workflow_sign_return(workflow, redirect, &fields, &result, error) ==
          VISIONO_INVALID_FIELD);
    CHECK(is(visiono_error_parameter(error, 0), "ref"));
    CHECK(visiono_workflow_sign_return_text(workflow, visiono_text(PATH), &fields, &result,
                                            error) == VISIONO_INVALID_FIELD);
    CHECK(visiono_redirect_template_expand(redirect, &fields, visiono_text(SIGNATURE), &result.url,
                                           error) == VISIONO_INVALID_FIELD);
    CHECK(is(visiono_error_parameter(error, 0), "ref"));
  }
  static const char *const harmless[] = {"...", "a..b", "..a", "a/b", "%2e%2e"};
  for (size_t i = 0; i < sizeof harmless / sizeof *harmless; i++) {
    fields.reference = visiono_text(harmless[i]);
    CHECK(visiono_workflow_sign_return(workflow, redirect, &fields, &result, error) == VISIONO_OK);
  }
  fields.reference = visiono_text("ticket-456");
  CHECK(visiono_workflow_sign_return(workflow, redirect, &fields, &result, error) == VISIONO_OK);
  const char *query = strchr(url, '?');
  static const char *const paths[] = {"/tickets/..%2Fadmin/done", "/tickets/%2e%2e/done",
                                      "/tickets/..%5cadmin/done", "/tickets/x;../done"};
  for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
    CHECK(verify(workflow, paths[i], query, redirect, error) == VISIONO_MALFORMED_PARAMETER);
    CHECK(is(visiono_error_parameter(error, 0), "ref"));
  }
  visiono_redirect_template_free(redirect);
  visiono_error_free(error);
  visiono_workflow_free(workflow);
}

static void attack_4_a_check_that_turns_itself_off(void) {
  visiono_workflow_t *workflow = new_workflow();
  visiono_error_t *error = visiono_error_new();
  visiono_verified_return_t *back = NULL;
  visiono_verified_link_t *link = NULL;
  visiono_str_t input = visiono_text(RETURN);
  visiono_code_t wrong = VISIONO_INVALID_ARGUMENT;
#define EXPECT(expect, count) \
  visiono_workflow_verify_return(workflow, input, NULL, NOW, expect, count, &back, error)

  /* A session without a ticket. */
  const char *ticket = getenv("VISIONO_NOT_SET");
  visiono_expected_t null[] = {{VISIONO_FIELD_REFERENCE, visiono_text(ticket)}};
  CHECK(EXPECT(null, 1) == wrong);
  CHECK(visiono_error_message(error).len > 0);
  CHECK(visiono_workflow_verify_link(workflow, visiono_text(LINK), NOW, null, 1, &link, error) ==
        wrong);
  visiono_expected_t second[] = {{VISIONO_FIELD_UNIQUE_VALUE, visiono_text("ABC123")},
                                 {VISIONO_FIELD_REFERENCE, {NULL, 0}}};
  CHECK(EXPECT(second, 2) == wrong);
  /* Another mistake in the list does not turn the check off either. */
  visiono_expected_t zero[] = {{0}, {0}};
  CHECK(EXPECT(zero, 1) == wrong);
  zero[1] = (visiono_expected_t){VISIONO_FIELD_REFERENCE, visiono_text("ticket-456")};
  CHECK(EXPECT(zero, 2) == wrong);
  CHECK(EXPECT(zero + 1, 0) == wrong);
  CHECK(EXPECT(NULL, 1) == wrong);
  CHECK(EXPECT(zero, SIZE_MAX) == wrong);
  int32_t numbers[] = {-1, 0, 7, INT32_MIN, INT32_MAX, VISIONO_FIELD_SOURCE};
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
    visiono_expected_t other[] = {{numbers[i], visiono_text("zendesk")}};
    CHECK(EXPECT(other, 1) == wrong);
  }
  int32_t of_returns[] = {VISIONO_FIELD_SUBMISSION_ID, VISIONO_FIELD_PHOTO_COUNT};
  for (size_t i = 0; i < 2; i++) {
    visiono_expected_t other[] = {{of_returns[i], visiono_text("5")}};
    CHECK(visiono_workflow_verify_link(workflow, visiono_text(LINK), NOW, other, 1, &link, error) ==
          wrong);
  }
  visiono_expected_t twice[] = {{VISIONO_FIELD_REFERENCE, visiono_text("ticket-456")},
                                {VISIONO_FIELD_REFERENCE, visiono_text("ticket-456")}};
  CHECK(EXPECT(twice, 2) == wrong);
  CHECK(contains(visiono_error_message(error), "two entries"));
  visiono_expected_t bytes[] = {{VISIONO_FIELD_REFERENCE, visiono_text("\xff")}};
  CHECK(EXPECT(bytes, 1) == wrong);
  visiono_expected_t no_pointer[] = {{VISIONO_FIELD_REFERENCE, {NULL, 9}}};
  CHECK(EXPECT(no_pointer, 1) == wrong);
  visiono_expected_t empty[] = {{VISIONO_FIELD_REFERENCE, visiono_text("")}};
  CHECK(EXPECT(empty, 1) == VISIONO_INVALID_FIELD);
  CHECK(is(visiono_error_parameter(error, 0), "ref"));
  visiono_expected_t other[] = {{VISIONO_FIELD_REFERENCE, visiono_text("ticket-999")}};
  CHECK(EXPECT(other, 1) == VISIONO_UNEXPECTED_VALUE);
  CHECK(is(visiono_error_parameter(error, 0), "ref"));
  CHECK(back == NULL && link == NULL);

  visiono_expected_t all[] = {{VISIONO_FIELD_TIMESTAMP, visiono_text("1705500100")},
                              {VISIONO_FIELD_PHOTO_COUNT, visiono_text("5")},
                              {VISIONO_FIELD_REFERENCE, visiono_text("ticket-456")},
                              {VISIONO_FIELD_UNIQUE_VALUE, visiono_text("ABC123")},
                              {VISIONO_FIELD_SUBMISSION_ID, visiono_text("pls_123")}};
  CHECK(EXPECT(all, 5) == VISIONO_OK);
  visiono_verified_return_free(back);
  back = NULL;
  all[0].value = visiono_text("1705500101");
  CHECK(EXPECT(all, 5) == VISIONO_UNEXPECTED_VALUE);
  CHECK(EXPECT(NULL, 0) == VISIONO_OK);
#undef EXPECT
  visiono_verified_return_free(back);
  visiono_error_free(error);
  visiono_workflow_free(workflow);
}

static void attack_7_bytes_that_are_not_utf_8(void) {
  visiono_workflow_t *workflow = new_workflow();
  visiono_error_t *error = visiono_error_new();
  visiono_verified_link_t *link = NULL;
  /* In a parameter that is not Visiono's. */
  static const char *const others[] = {"&x=\xff", "&\xff=1", "&\xc3=1", "&utm=a\xed\xa0\x80z",
                                       "&x=%ff",  "&%ff=1"};
  for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
    CHECK(verify(workflow, RETURN, others[i], NULL, error) == VISIONO_OK);
    char url[1024];
    snprintf(url, sizeof url, "%s%s", LINK, others[i]);
    CHECK(visiono_workflow_verify_link(workflow, visiono_text(url), NOW, NULL, 0, &link, error) ==
          VISIONO_OK);
    visiono_verified_link_free(link);
    link = NULL;
  }
  /* In a parameter of Visiono's. */
  CHECK(visiono_workflow_verify_link(workflow, visiono_text("?uv=\xff&src=a&ref=b&ts=1&sig=c"), NOW,
                                     NULL, 0, &link, error) == VISIONO_MALFORMED_PARAMETER);
  CHECK(is(visiono_error_parameter(error, 0), "uv"));
  CHECK(link == NULL);

  /* In an argument of the program. */
  char memory[512];
  visiono_signed_t result = {.url = {.data = memory, .capacity = sizeof memory}};
  visiono_link_fields_t fields = link_fields();
  fields.unique_value = visiono_text("a\xc3");
  CHECK(visiono_workflow_sign_link(workflow, &fields, &result, error) == VISIONO_INVALID_ARGUMENT);
  CHECK(contains(visiono_error_message(error), "unique_value is not UTF-8"));
  fields = link_fields();
  fields.slug = visiono_text("a\xff");
  CHECK(visiono_workflow_sign_link(workflow, &fields, &result, error) == VISIONO_INVALID_FIELD);
  CHECK(is(visiono_error_parameter(error, 0), "slug"));
  fields.slug = visiono_text(NULL);
  fields.link = visiono_text("https://a.example/\xff");
  CHECK(visiono_workflow_sign_link(workflow, &fields, &result, error) == VISIONO_INVALID_URL);
  visiono_return_fields_t made = return_fields();
  CHECK(visiono_workflow_sign_return_text(workflow, fields.link, &made, &result, error) ==
        VISIONO_INVALID_TEMPLATE);
  visiono_redirect_template_t *redirect = NULL;
  CHECK(visiono_redirect_template_new(fields.link, &redirect, error) == VISIONO_INVALID_TEMPLATE);
  CHECK(redirect == NULL);
  visiono_workflow_t *none = NULL;
  visiono_str_t secret = visiono_text("0123456789abcdef\xff");
  CHECK(visiono_workflow_new(&secret, 1, NULL, NULL, &none, error) == VISIONO_INVALID_SECRET);
  CHECK(none == NULL);
  visiono_error_free(error);
  visiono_workflow_free(workflow);
}

static void attack_13_a_variable_that_is_not_set(void) {
  visiono_error_t *error = visiono_error_new();
  visiono_str_t unset = visiono_text(getenv("VISIONO_NOT_SET"));
  CHECK(unset.data == NULL && unset.len == 0);
  visiono_str_t literal = visiono_text("abc");
  CHECK(literal.len == 3 && strcmp(literal.data, "abc") == 0);
  CHECK(visiono_text("").data != NULL && visiono_text("").len == 0);

  visiono_workflow_t *workflow = NULL;
  CHECK(visiono_workflow_new(&unset, 1, NULL, NULL, &workflow, error) == VISIONO_INVALID_SECRET);
  CHECK(contains(visiono_error_message(error), "secret is absent"));
  visiono_webhook_t *webhook = NULL;
  CHECK(visiono_webhook_new(&unset, 1, NULL, NULL, false, &webhook, error) ==
        VISIONO_INVALID_SECRET);
  CHECK(contains(visiono_error_message(error), "secret is absent"));
  CHECK(workflow == NULL && webhook == NULL);

  workflow = new_workflow();
  char memory[512];
  visiono_signed_t result = {.url = {.data = memory, .capacity = sizeof memory}};
  visiono_link_fields_t link[3] = {link_fields(), link_fields(), link_fields()};
  link[0].unique_value = link[1].source = link[2].reference = unset;
  const char *names[] = {"unique_value is NULL", "source is NULL", "reference is NULL"};
  for (size_t i = 0; i < 3; i++) {
    CHECK(visiono_workflow_sign_link(workflow, &link[i], &result, error) ==
          VISIONO_INVALID_ARGUMENT);
    CHECK(contains(visiono_error_message(error), names[i]));
  }
  visiono_link_fields_t zeros = {0};
  CHECK(visiono_workflow_sign_link(workflow, &zeros, &result, error) == VISIONO_INVALID_ARGUMENT);
  visiono_return_fields_t back[3] = {return_fields(), return_fields(), return_fields()};
  back[0].unique_value = back[1].submission_id = back[2].reference = unset;
  names[1] = "submission_id is NULL";
  visiono_str_t target = visiono_text(TARGET);
  for (size_t i = 0; i < 3; i++) {
    CHECK(visiono_workflow_sign_return_text(workflow, target, &back[i], &result, error) ==
          VISIONO_INVALID_ARGUMENT);
    CHECK(contains(visiono_error_message(error), names[i]));
  }
  back[0] = return_fields();
  CHECK(visiono_workflow_sign_return_text(workflow, unset, &back[0], &result, error) ==
        VISIONO_INVALID_ARGUMENT);
  CHECK(contains(visiono_error_message(error), "template is NULL"));
  visiono_redirect_template_t *redirect = NULL;
  CHECK(visiono_redirect_template_new(unset, &redirect, error) == VISIONO_INVALID_ARGUMENT);
  CHECK(contains(visiono_error_message(error), "text is NULL"));
  CHECK(redirect == NULL);
  visiono_verified_return_t *verified = NULL;
  CHECK(visiono_workflow_verify_return(workflow, unset, NULL, NOW, NULL, 0, &verified, error) ==
        VISIONO_MISSING_PARAMETER);
  CHECK(verified == NULL);
  visiono_workflow_free(workflow);
  visiono_error_free(error);
}

static void attack_14_what_a_stranger_wrote(void) {
  visiono_webhook_t *webhook = new_webhook();
  visiono_delivery_t *delivery = NULL;
  /* A line feed and an escape sequence in one of the three texts: no link is made of them. */
  static const char *const keys[] = {"unique_value", "source", "reference"};
  for (size_t i = 0; i < 3; i++) {
    char body[512];
    int len =
        snprintf(body, sizeof body,
                 "{\"event\":\"submission.created\",\"data\":{\"permanent_link_submission\":{"
                 "\"id\":\"pls_123\",\"unique_field_value\":\"%s\",\"external_source\":\"%s\","
                 "\"external_reference\":\"%s\"}}}",
                 i == 0 ? "A\\n\\u001b[2J" : "A", i == 1 ? "z|y" : "z", i == 2 ? "t\\u2028" : "t");
    header_t header = header_of(webhook, body, (size_t)len);
    visiono_pair_t headers = {visiono_text("X-Visiono-Signature"), visiono_text(header.text)};
    CHECK(visiono_webhook_receive(webhook, body, (size_t)len, &headers, 1, NOW, &delivery, NULL) ==
          VISIONO_OK);
    CHECK(visiono_delivery_link_unique_value(delivery).data == NULL);
    CHECK(visiono_delivery_link_source(delivery).data == NULL);
    CHECK(visiono_delivery_link_reference(delivery).data == NULL);
    CHECK(visiono_delivery_link_submission_id(delivery).data == NULL);
    char pointer[80];
    snprintf(pointer, sizeof pointer, "/data/permanent_link_submission/%s%s",
             i == 0 ? "unique_field_value" : "external_", i == 0 ? "" : keys[i]);
    CHECK(visiono_delivery_text(delivery, visiono_text(pointer)).len > 1);
    visiono_delivery_free(delivery);
    delivery = NULL;
  }
  visiono_webhook_free(webhook);
}

static void events_without_a_time(void) {
  visiono_webhook_t *webhook = new_webhook();
  visiono_webhook_t *strict = NULL;
  visiono_str_t secret = visiono_text("whsec_0123456789abcdef");
  CHECK(visiono_webhook_new(&secret, 1, NULL, NULL, true, &strict, NULL) == VISIONO_OK);
  visiono_error_t *error = visiono_error_new();
  visiono_code_t missing = VISIONO_MISSING_PARAMETER;
  static const struct {
    const char *body;
    bool has_time;
    bool may_lack;
  } cases[] = {
      {"{\"event\":\"submission.created\"}", false, true},
      {"{\"event\":\"submission.created\",\"timestamp\":null}", false, true},
      {"{\"event\":\"submission.created\",\"timestamp\":\"2024-01-17T14:01:40Z\"}", true, true},
      {"{\"event\":\"submission.created\",\"timestamp\":1705500100}", false, false},
      {"{\"event\":\"submission.created\",\"timestamp\":\"\"}", false, false},
      {"{\"event\":\"submission.created\",\"timestamp\":\"2024-01-17 14:01:40\"}", false, false},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    const char *body = cases[i].body;
    header_t header = header_of(webhook, body, strlen(body));
    visiono_pair_t headers = {visiono_text("X-Visiono-Signature"), visiono_text(header.text)};
    visiono_delivery_t *delivery = NULL;
    CHECK(visiono_webhook_receive(webhook, body, strlen(body), &headers, 1, NOW, &delivery,
                                  error) == (cases[i].may_lack ? VISIONO_OK : missing));
    CHECK(visiono_delivery_event_time(delivery, NULL) == cases[i].has_time);
    visiono_delivery_free(delivery);
    delivery = NULL;
    CHECK(visiono_webhook_receive(strict, body, strlen(body), &headers, 1, NOW, &delivery, error) ==
          (cases[i].has_time ? VISIONO_OK : missing));
    CHECK(cases[i].has_time || is(visiono_error_parameter(error, 0), "timestamp"));
    visiono_delivery_free(delivery);
  }
  visiono_error_free(error);
  visiono_webhook_free(strict);
  visiono_webhook_free(webhook);
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
    code = visiono_workflow_verify_return(shared->workflow, visiono_text(RETURN), shared->redirect,
                                          NOW, NULL, 0, &back, error);
    shared->wrong += code != VISIONO_OK || visiono_verified_return_photo_count(back) != 5;
    visiono_verified_return_free(back);
    code = visiono_workflow_verify_return(shared->workflow, visiono_text("/?sub=1"),
                                          shared->redirect, NOW, NULL, 0, &back, error);
    shared->wrong += code != VISIONO_MISSING_PARAMETER;

    header_t header = header_of(shared->webhook, BODY, BODY_LEN);
    visiono_pair_t headers = {visiono_text("X-Visiono-Signature"), visiono_text(header.text)};
    visiono_delivery_t *delivery = NULL;
    code = visiono_webhook_receive(shared->webhook, BODY, BODY_LEN, &headers, 1, EVENT_TIME,
                                   &delivery, error);
    shared->wrong += code != VISIONO_OK;
    visiono_delivery_free(delivery);

    /* All read the same and different places of one delivery. */
    const char *pointers[] = {"/event", "/timestamp", "/data/photo_request/id",
                              "/data/permanent_link_submission/id"};
    const char *texts[] = {"submission.created", "2024-12-25T14:35:00Z", "sl_123", "pls_123"};
    visiono_str_t got = visiono_delivery_text(shared->delivery, visiono_text(pointers[i % 4]));
    shared->wrong += !is(got, texts[i % 4]);
    got = visiono_delivery_json(shared->delivery, visiono_text(pointers[(i + 1) % 4]));
    shared->wrong += got.len != strlen(texts[(i + 1) % 4]) + 2;
  }
  visiono_error_free(error);
  return NULL;
}

static void threads(void) {
  visiono_workflow_t *workflow = new_workflow();
  visiono_redirect_template_t *redirect = NULL;
  CHECK(visiono_redirect_template_new(visiono_text("https://a.example/done"), &redirect, NULL) ==
        VISIONO_OK);
  visiono_webhook_t *webhook = new_webhook();
  visiono_delivery_t *delivery = NULL;
  header_t header = header_of(webhook, BODY, BODY_LEN);
  visiono_pair_t headers = {visiono_text("X-Visiono-Signature"), visiono_text(header.text)};
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
    /* Writes a URL into memory that is one byte short. */
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
  static const struct {
    const char *name;
    void (*run)(void);
  } tests[] = {
#define TEST(name) {#name, name}
      TEST(errors),
      TEST(secrets),
      TEST(absent_secrets_after_the_first_are_skipped),
      TEST(null_handles),
      TEST(texts),
      TEST(buffers),
      TEST(pairs),
      TEST(webhook_secrets),
      TEST(webhook_signatures),
      TEST(deliveries),
      TEST(events_without_a_time),
      TEST(templates),
      TEST(times_out_of_range_are_invalid_arguments),
      TEST(test_deliveries),
      TEST(attack_1_look_alike_names),
      TEST(attack_2_another_record_through_the_path),
      TEST(attack_3_climbing_path_segments),
      TEST(attack_4_a_check_that_turns_itself_off),
      TEST(attack_7_bytes_that_are_not_utf_8),
      TEST(attack_13_a_variable_that_is_not_set),
      TEST(attack_14_what_a_stranger_wrote),
      TEST(threads),
#undef TEST
  };
  for (size_t i = 0; i < sizeof tests / sizeof *tests; i++) {
    if (count > 1 && strcmp(arguments[1], tests[i].name) != 0) {
      continue;
    }
    int before = failed;
    tests[i].run();
    if (failed > before) {
      printf("%s failed\n", tests[i].name);
    }
  }
  if (passed + failed == 0) {
    fprintf(stderr, "there is no test of this name\n");
    return 1;
  }
  printf("%d checks passed, %d failed\n", passed, failed);
  return failed == 0 && passed > 0 ? 0 : 1;
}
