/*
 * Every vector, against the installed library: `vectors FILE...`. Prints the number of cases of
 * each file and fails if one differs, if a file has none, or if a group has no runner.
 */

#include <inttypes.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <visiono_workflow.h>

static void stop(const char *what) {
  fprintf(stderr, "%s\n", what);
  exit(2);
}

/* Returns a required member. */
static json_t *member(const json_t *object, const char *name) {
  json_t *value = json_object_get(object, name);
  if (value == NULL) {
    fprintf(stderr, "a case lacks %s\n", name);
    exit(2);
  }
  return value;
}

static visiono_str_t str_of(const json_t *value) {
  if (!json_is_string(value)) {
    stop("a case has something else where text is wanted");
  }
  return (visiono_str_t){json_string_value(value), json_string_length(value)};
}

static visiono_str_t text(const json_t *object, const char *name) {
  return str_of(member(object, name));
}

/* Returns a text, or a null pointer if it is absent. */
static visiono_str_t optional(const json_t *object, const char *name) {
  const json_t *value = json_object_get(object, name);
  return value == NULL ? (visiono_str_t){NULL, 0} : str_of(value);
}

/* Returns a number; the largest of C replaces a larger one. */
static int64_t number(const json_t *object, const char *name) {
  double value = json_number_value(member(object, name));
  return value >= 9.2e18 ? INT64_MAX : (int64_t)value;
}

static const int64_t *optional_number(const json_t *object, const char *name, int64_t *place) {
  if (json_object_get(object, name) == NULL) {
    return NULL;
  }
  *place = number(object, name);
  return place;
}

/* The result of a case: a code, and the output as the vectors write it. */
typedef struct {
  visiono_code_t code;
  json_t *output;
} answer_t;

static json_t *json_of(visiono_str_t text) { return json_stringn_nocheck(text.data, text.len); }

static json_t *digits(int64_t number) { return json_sprintf("%" PRId64, number); }

#define MANY 16

static size_t secrets_of(const json_t *input, visiono_str_t secrets[MANY]) {
  const json_t *list = json_object_get(input, "secrets");
  size_t count = list == NULL ? 1 : json_array_size(list);
  if (count > MANY) {
    stop("a case has more secrets than the runner has room for");
  }
  for (size_t i = 0; i < count; i++) {
    secrets[i] = list == NULL ? text(input, "secret") : str_of(json_array_get(list, i));
  }
  return count;
}

static visiono_code_t workflow_of(const json_t *input, visiono_workflow_t **workflow,
                                  visiono_error_t *error) {
  visiono_str_t secrets[MANY];
  size_t count = secrets_of(input, secrets);
  int64_t max_age;
  int64_t leeway;
  return visiono_workflow_new(secrets, count, optional_number(input, "max_age", &max_age),
                              optional_number(input, "leeway", &leeway), workflow, error);
}

/* Signs twice: with no room, to learn how much is needed, and with exactly that. */
#define SIGN(answer, call)                                                        \
  do {                                                                            \
    visiono_signed_t result = {.url = {.data = NULL, .capacity = 0}};             \
    (answer).code = (call);                                                       \
    if ((answer).code == VISIONO_BUFFER_TOO_SMALL) {                              \
      result.url.capacity = result.url.len;                                       \
      result.url.data = malloc(result.url.capacity);                              \
      (answer).code = (call);                                                     \
      (answer).output = json_object();                                            \
      visiono_str_t url = {result.url.data, result.url.len};                      \
      json_object_set_new((answer).output, "url", json_of(url));                  \
      json_object_set_new((answer).output, "sig", json_string(result.signature)); \
      free(result.url.data);                                                      \
    }                                                                             \
  } while (0)

static answer_t sign_link(const json_t *input, visiono_error_t *error) {
  visiono_workflow_t *workflow = NULL;
  answer_t answer = {workflow_of(input, &workflow, error), NULL};
  if (answer.code == VISIONO_OK) {
    visiono_link_fields_t fields = {
        .slug = optional(input, "slug"),
        .link = optional(input, "link"),
        .unique_value = text(input, "uv"),
        .source = text(input, "src"),
        .reference = text(input, "ref"),
        .timestamp = number(input, "ts"),
    };
    SIGN(answer, visiono_workflow_sign_link(workflow, &fields, &result, error));
  }
  visiono_workflow_free(workflow);
  return answer;
}

/* Passes the template as text, and as a handle if it can be made: both must give the same. */
static answer_t sign_return(const json_t *input, visiono_error_t *error) {
  visiono_workflow_t *workflow = NULL;
  visiono_redirect_template_t *redirect = NULL;
  answer_t answer = {workflow_of(input, &workflow, error), NULL};
  visiono_return_fields_t fields = {
      .submission_id = text(input, "sub"),
      .unique_value = text(input, "uv"),
      .reference = text(input, "ref"),
      .photo_count = number(input, "cnt"),
      .timestamp = number(input, "ts"),
  };
  visiono_str_t target = text(input, "template");
  if (answer.code == VISIONO_OK) {
    SIGN(answer, visiono_workflow_sign_return_text(workflow, target, &fields, &result, error));
  }
  if (workflow != NULL && visiono_redirect_template_new(target, &redirect, NULL) == VISIONO_OK) {
    answer_t other = {VISIONO_OK, NULL};
    SIGN(other, visiono_workflow_sign_return(workflow, redirect, &fields, &result, error));
    bool same = other.code == answer.code;
    if (same && other.code == VISIONO_OK) {
      visiono_str_t signature = text(answer.output, "sig");
      size_t len = json_string_length(json_object_get(answer.output, "url"));
      visiono_buffer_t url = {malloc(len), len, 0};
      same = json_equal(other.output, answer.output) &&
             visiono_redirect_template_expand(redirect, &fields, signature, &url, NULL) ==
                 VISIONO_OK &&
             memcmp(url.data, text(answer.output, "url").data, len) == 0;
      free(url.data);
    }
    if (!same) {
      stop("a template as text and one behind a handle make different returns");
    }
    json_decref(other.output);
  }
  visiono_redirect_template_free(redirect);
  visiono_workflow_free(workflow);
  return answer;
}

static answer_t template_(const json_t *input, visiono_error_t *error) {
  visiono_redirect_template_t *redirect = NULL;
  answer_t answer = {visiono_redirect_template_new(text(input, "template"), &redirect, error),
                     NULL};
  if (answer.code == VISIONO_OK) {
    json_t *missing = json_array();
    for (size_t i = 0;; i++) {
      visiono_str_t name = visiono_redirect_template_missing(redirect, i);
      if (name.len == 0) {
        break;
      }
      json_array_append_new(missing, json_of(name));
    }
    answer.output = json_object();
    json_object_set_new(answer.output, "missing", missing);
  }
  visiono_redirect_template_free(redirect);
  return answer;
}

/* The expected values of a case. */
typedef struct {
  visiono_expected_t entries[MANY];
  size_t count;
} expect_t;

static expect_t expect_of(const json_t *input) {
  static const struct {
    const char *name;
    visiono_field_t field;
  } fields[] = {
      {"sub", VISIONO_FIELD_SUBMISSION_ID}, {"uv", VISIONO_FIELD_UNIQUE_VALUE},
      {"src", VISIONO_FIELD_SOURCE},        {"ref", VISIONO_FIELD_REFERENCE},
      {"cnt", VISIONO_FIELD_PHOTO_COUNT},   {"ts", VISIONO_FIELD_TIMESTAMP},
  };
  expect_t expect = {.count = 0};
  const char *name;
  json_t *value;
  json_object_foreach(json_object_get(input, "expect"), name, value) {
    /* An unknown name becomes an unknown number. */
    visiono_expected_t *entry = &expect.entries[expect.count++];
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
      if (strcmp(name, fields[i].name) == 0) {
        entry->field = (int32_t)fields[i].field;
      }
    }
    entry->value = json_is_null(value) ? (visiono_str_t){NULL, 0} : str_of(value);
  }
  return expect;
}

static answer_t verify_link(const json_t *input, visiono_error_t *error) {
  visiono_workflow_t *workflow = NULL;
  visiono_verified_link_t *link = NULL;
  answer_t answer = {workflow_of(input, &workflow, error), NULL};
  if (answer.code == VISIONO_OK) {
    expect_t expect = expect_of(input);
    answer.code = visiono_workflow_verify_link(workflow, text(input, "url"), number(input, "now"),
                                               expect.count == 0 ? NULL : expect.entries,
                                               expect.count, &link, error);
  }
  if (answer.code == VISIONO_OK) {
    json_t *output = answer.output = json_object();
    json_object_set_new(output, "uv", json_of(visiono_verified_link_unique_value(link)));
    json_object_set_new(output, "src", json_of(visiono_verified_link_source(link)));
    json_object_set_new(output, "ref", json_of(visiono_verified_link_reference(link)));
    json_object_set_new(output, "ts", digits(visiono_verified_link_timestamp(link)));
    json_object_set_new(output, "secret_index",
                        json_real((double)visiono_verified_link_secret_index(link)));
  }
  visiono_verified_link_free(link);
  visiono_workflow_free(workflow);
  return answer;
}

static answer_t verify_return_of(const json_t *input, visiono_str_t message,
                                 visiono_error_t *error) {
  visiono_workflow_t *workflow = NULL;
  visiono_redirect_template_t *redirect = NULL;
  visiono_verified_return_t *back = NULL;
  answer_t answer = {workflow_of(input, &workflow, error), NULL};
  if (answer.code == VISIONO_OK && json_object_get(input, "template") != NULL) {
    answer.code = visiono_redirect_template_new(text(input, "template"), &redirect, error);
  }
  if (answer.code == VISIONO_OK) {
    expect_t expect = expect_of(input);
    answer.code = visiono_workflow_verify_return(workflow, message, redirect, number(input, "now"),
                                                 expect.count == 0 ? NULL : expect.entries,
                                                 expect.count, &back, error);
  }
  if (answer.code == VISIONO_OK) {
    json_t *output = answer.output = json_object();
    json_object_set_new(output, "sub", json_of(visiono_verified_return_submission_id(back)));
    json_object_set_new(output, "uv", json_of(visiono_verified_return_unique_value(back)));
    json_object_set_new(output, "ref", json_of(visiono_verified_return_reference(back)));
    json_object_set_new(output, "cnt", digits(visiono_verified_return_photo_count(back)));
    json_object_set_new(output, "ts", digits(visiono_verified_return_timestamp(back)));
    json_object_set_new(output, "secret_index",
                        json_real((double)visiono_verified_return_secret_index(back)));
  }
  visiono_verified_return_free(back);
  visiono_redirect_template_free(redirect);
  visiono_workflow_free(workflow);
  return answer;
}

static answer_t verify_return(const json_t *input, visiono_error_t *error) {
  return verify_return_of(input, text(input, "url"), error);
}

/* The pairs of a case. */
#define MANY_PAIRS 64
typedef struct {
  visiono_pair_t pairs[MANY_PAIRS];
  size_t count;
  /* Pairs are text in C: null is an absent one, and a list of texts is one pair for each. Numbers,
     maps and the like can't be passed. */
  bool possible;
} pairs_t;

/* The character that replaces NUL in a name, where jansson can't hold one: U+E000. */
static const char NUL_IN_NAME[] = "\xee\x80\x80";

/* Returns a copy of a name, with its NULs. */
static visiono_str_t name_of(const char *name) {
  char *made = malloc(strlen(name) + 1);
  size_t len = 0;
  while (*name != 0) {
    bool is_nul = strncmp(name, NUL_IN_NAME, 3) == 0;
    made[len++] = is_nul ? 0 : *name;
    name += is_nul ? 3 : 1;
  }
  return (visiono_str_t){made, len};
}

static pairs_t pairs_of(const json_t *input) {
  pairs_t made = {.count = 0, .possible = true};
  const char *name;
  json_t *value;
  json_object_foreach(member(input, "pairs"), name, value) {
    size_t values = json_is_array(value) ? json_array_size(value) : 1;
    for (size_t i = 0; i < values; i++) {
      const json_t *one = json_is_array(value) ? json_array_get(value, i) : value;
      bool is_absent = json_is_null(value);
      if (!is_absent && !json_is_string(one)) {
        made.possible = false;
        continue;
      }
      if (made.count == MANY_PAIRS) {
        stop("a case has more pairs than the runner has room for");
      }
      visiono_str_t text = is_absent ? (visiono_str_t){NULL, 0} : str_of(one);
      made.pairs[made.count++] = (visiono_pair_t){name_of(name), text};
    }
  }
  return made;
}

static void free_pairs(const pairs_t *made) {
  for (size_t i = 0; i < made->count; i++) {
    free((char *)made->pairs[i].name.data);
  }
}

static bool is_possible(const json_t *input) {
  pairs_t made = pairs_of(input);
  free_pairs(&made);
  return made.possible;
}

/* Returns true if all values are text. */
static bool is_text(const json_t *input) {
  const char *name;
  json_t *value;
  json_object_foreach(member(input, "pairs"), name, value) {
    if (!json_is_string(value)) {
      return false;
    }
  }
  return true;
}

static answer_t verify_return_pairs(const json_t *input, visiono_error_t *error) {
  pairs_t made = pairs_of(input);
  visiono_buffer_t query = {NULL, 0, 0};
  answer_t answer = {visiono_query_of_pairs(made.pairs, made.count, &query, error), NULL};
  if (answer.code == VISIONO_BUFFER_TOO_SMALL) {
    query.capacity = query.len;
    query.data = malloc(query.capacity);
    answer.code = visiono_query_of_pairs(made.pairs, made.count, &query, error);
  }
  if (answer.code == VISIONO_OK) {
    answer = verify_return_of(input, (visiono_str_t){query.data, query.len}, error);
  }
  free(query.data);
  free_pairs(&made);
  return answer;
}

static visiono_code_t webhook_of(const json_t *input, visiono_webhook_t **webhook,
                                 visiono_error_t *error) {
  visiono_str_t secrets[MANY];
  size_t count = secrets_of(input, secrets);
  int64_t max_age;
  int64_t leeway;
  bool require_timestamp = json_is_true(json_object_get(input, "require_timestamp"));
  return visiono_webhook_new(secrets, count, optional_number(input, "max_age", &max_age),
                             optional_number(input, "leeway", &leeway), require_timestamp, webhook,
                             error);
}

static unsigned digit(char c) {
  static const char digits[] = "0123456789abcdef";
  const char *at = c == 0 ? NULL : strchr(digits, c);
  if (at == NULL) {
    stop("a body is not hexadecimal");
  }
  return (unsigned)(at - digits);
}

/* Returns the body in memory of exactly its size, so that a read beside it is seen. */
static unsigned char *body_of(const json_t *input, size_t *len) {
  visiono_str_t hex = text(input, "body_hex");
  *len = hex.len / 2;
  unsigned char *body = malloc(*len);
  for (size_t i = 0; i < *len; i++) {
    body[i] = (unsigned char)(16 * digit(hex.data[2 * i]) + digit(hex.data[2 * i + 1]));
  }
  return body;
}

static answer_t webhook(const json_t *input, visiono_error_t *error) {
  visiono_webhook_t *webhook = NULL;
  visiono_verified_webhook_t *verified = NULL;
  size_t len;
  unsigned char *body = body_of(input, &len);
  answer_t answer = {webhook_of(input, &webhook, error), NULL};
  if (answer.code == VISIONO_OK) {
    answer.code =
        visiono_webhook_verify(webhook, body, len, optional(input, "header"), &verified, error);
  }
  if (answer.code == VISIONO_OK) {
    answer.output = json_object();
    json_object_set_new(answer.output, "secret_index",
                        json_real((double)visiono_verified_webhook_secret_index(verified)));
  }
  visiono_verified_webhook_free(verified);
  visiono_webhook_free(webhook);
  free(body);
  return answer;
}

static json_t *json_of_optional(visiono_str_t text) {
  return text.data == NULL ? json_null() : json_of(text);
}

/* Compares the link of a delivery with a return that was verified. */
static bool matches(const visiono_delivery_t *delivery, const json_t *fields) {
  static const char secret[] = "0123456789abcdef";
  visiono_str_t secrets = {secret, sizeof secret - 1};
  visiono_workflow_t *workflow = NULL;
  visiono_verified_return_t *back = NULL;
  visiono_str_t done = visiono_text("https://a.example/");
  char memory[1024];
  visiono_signed_t result = {.url = {.data = memory, .capacity = sizeof memory}};
  visiono_return_fields_t made = {
      .submission_id = text(fields, "sub"),
      .unique_value = text(fields, "uv"),
      .reference = text(fields, "ref"),
      .photo_count = 1,
  };
  if (visiono_workflow_new(&secrets, 1, NULL, NULL, &workflow, NULL) != VISIONO_OK ||
      visiono_workflow_sign_return_text(workflow, done, &made, &result, NULL) != VISIONO_OK ||
      visiono_workflow_verify_return(workflow, (visiono_str_t){memory, result.url.len}, NULL, 0,
                                     NULL, 0, &back, NULL) != VISIONO_OK) {
    stop("a return of a case can't be made");
  }
  bool same = visiono_delivery_matches(delivery, back);
  visiono_verified_return_free(back);
  visiono_workflow_free(workflow);
  return same;
}

static json_t *data_of(const visiono_delivery_t *delivery) {
  visiono_str_t data = visiono_delivery_json(delivery, (visiono_str_t){"/data", 5});
  if (data.data == NULL) {
    return json_null();
  }
  size_t flags = JSON_DECODE_ANY | JSON_ALLOW_NUL | JSON_DECODE_INT_AS_REAL;
  return json_loadb(data.data, data.len, flags, NULL);
}

static visiono_code_t receive(const json_t *input, visiono_delivery_t **delivery,
                              visiono_error_t *error) {
  visiono_webhook_t *webhook = NULL;
  size_t len;
  unsigned char *body = body_of(input, &len);
  const json_t *list = member(input, "headers");
  size_t count = json_array_size(list);
  visiono_pair_t *headers = calloc(count + 1, sizeof *headers);
  for (size_t i = 0; i < count; i++) {
    const json_t *header = json_array_get(list, i);
    headers[i].name = str_of(json_array_get(header, 0));
    headers[i].value = str_of(json_array_get(header, 1));
  }
  visiono_code_t code = webhook_of(input, &webhook, error);
  if (code == VISIONO_OK) {
    code = visiono_webhook_receive(webhook, body, len, headers, count, number(input, "now"),
                                   delivery, error);
  }
  free(headers);
  free(body);
  visiono_webhook_free(webhook);
  return code;
}

static json_t *time_of(const visiono_delivery_t *delivery) {
  int64_t time = 0;
  return visiono_delivery_event_time(delivery, &time) ? json_real((double)time) : json_null();
}

/* The link of a delivery, or null. */
static json_t *link_of(const visiono_delivery_t *delivery) {
  visiono_str_t unique_value = visiono_delivery_link_unique_value(delivery);
  if (unique_value.data == NULL) {
    return json_null();
  }
  json_t *link = json_object();
  json_object_set_new(link, "uv", json_of(unique_value));
  json_object_set_new(link, "src", json_of(visiono_delivery_link_source(delivery)));
  json_object_set_new(link, "ref", json_of(visiono_delivery_link_reference(delivery)));
  return link;
}

/* The values of a delivery that every group has. */
static json_t *delivered(const visiono_delivery_t *delivery, const char *time) {
  json_t *output = json_object();
  json_object_set_new(output, "event", json_of(visiono_delivery_event_name(delivery)));
  json_object_set_new(output, time, time_of(delivery));
  json_object_set_new(output, "dedup_key", json_of(visiono_delivery_dedup_key(delivery)));
  json_object_set_new(output, "secret_index",
                      json_real((double)visiono_delivery_secret_index(delivery)));
  json_object_set_new(output, "link", link_of(delivery));
  return output;
}

static answer_t webhook_receive(const json_t *input, visiono_error_t *error) {
  visiono_delivery_t *delivery = NULL;
  answer_t answer = {receive(input, &delivery, error), NULL};
  if (answer.code == VISIONO_OK) {
    answer.output = delivered(delivery, "event_time");
  }
  visiono_delivery_free(delivery);
  return answer;
}

static answer_t webhook_delivery(const json_t *input, visiono_error_t *error) {
  visiono_delivery_t *delivery = NULL;
  answer_t answer = {receive(input, &delivery, error), NULL};
  if (answer.code == VISIONO_OK) {
    visiono_str_t id = visiono_delivery_unauthenticated_delivery_id(delivery);
    visiono_str_t tenant = visiono_delivery_unauthenticated_tenant_id(delivery);
    json_t *output = answer.output = delivered(delivery, "time");
    json_t *link = json_object_get(output, "link");
    if (!json_is_null(link)) {
      json_object_set_new(link, "sub",
                          json_of_optional(visiono_delivery_link_submission_id(delivery)));
    }
    json_object_set_new(output, "documented",
                        json_boolean(visiono_delivery_event(delivery) != VISIONO_EVENT_UNKNOWN));
    json_object_set_new(output, "is_test", json_boolean(visiono_delivery_is_test(delivery)));
    json_object_set_new(output, "delivery_id", json_of_optional(id));
    json_object_set_new(output, "tenant_id", json_of_optional(tenant));
    json_object_set_new(output, "data", data_of(delivery));
    const json_t *back = json_object_get(input, "return");
    if (back != NULL) {
      json_object_set_new(output, "matches", json_boolean(matches(delivery, back)));
    }
  }
  visiono_delivery_free(delivery);
  return answer;
}

typedef answer_t runner_t(const json_t *input, visiono_error_t *error);

static struct {
  const char *group;
  runner_t *run;
  bool is_wanted;
} runners[] = {
    {"sign_link", sign_link, false},
    {"sign_return", sign_return, false},
    {"template", template_, false},
    {"verify_link", verify_link, false},
    {"verify_return", verify_return, false},
    {"verify_return_pairs", verify_return_pairs, false},
    {"webhook", webhook, false},
    {"webhook_delivery", webhook_delivery, false},
    {"webhook_receive", webhook_receive, false},
};
enum { RUNNERS = sizeof runners / sizeof *runners };

static runner_t *runner_of(const char *group) {
  for (size_t i = 0; i < RUNNERS; i++) {
    if (strcmp(group, runners[i].group) == 0) {
      runners[i].is_wanted = true;
      return runners[i].run;
    }
  }
  return NULL;
}

/* Returns true if the error has the names of the case, in any order, if the case has some. */
static bool same_names(const json_t *names, const visiono_error_t *error) {
  if (names == NULL) {
    return true;
  }
  size_t count = json_array_size(names);
  for (size_t i = 0; i < count; i++) {
    visiono_str_t wanted = str_of(json_array_get(names, i));
    bool found = false;
    for (size_t at = 0; at < count; at++) {
      visiono_str_t name = visiono_error_parameter(error, at);
      found = found || (name.len == wanted.len && memcmp(name.data, wanted.data, name.len) == 0);
    }
    if (!found) {
      return false;
    }
  }
  return visiono_error_parameter(error, count).len == 0;
}

static bool passes(const json_t *one, runner_t *run) {
  visiono_error_t *error = visiono_error_new();
  answer_t answer = run(member(one, "input"), error);
  const char *wanted = json_string_value(member(one, "result"));
  const char *got = visiono_code_name((int32_t)answer.code);
  bool same = strcmp(got, wanted) == 0;
  if (answer.code == VISIONO_OK) {
    same = same && json_equal(answer.output, member(one, "output"));
  } else {
    same = same && visiono_error_code(error) == answer.code &&
           same_names(json_object_get(one, "names"), error);
  }
  if (!same) {
    char *output = answer.output == NULL ? NULL : json_dumps(answer.output, 0);
    printf("  %.0f %s: wanted %s, got %s %s %s\n", json_number_value(member(one, "id")),
           json_string_value(member(one, "comment")), wanted, got,
           visiono_error_message(error).data, output == NULL ? "" : output);
    free(output);
  }
  json_decref(answer.output);
  visiono_error_free(error);
  return same;
}

/* Reads a file of vectors. */
static json_t *load(const char *path, json_error_t *fault) {
  FILE *file = fopen(path, "rb");
  char *text = NULL;
  size_t len = 0;
  size_t room = 1 << 16;
  while (file != NULL && (text = realloc(text, room)) != NULL) {
    len += fread(text + len, 1, room - len, file);
    if (len < room) {
      break;
    }
    room *= 2;
  }
  if (text == NULL || ferror(file) || fclose(file) != 0) {
    stop("a file can't be read");
  }
  /* A string with a colon after it is a name: write another character for NUL in it. */
  for (size_t at = 0; at < len; at++) {
    if (text[at] != '"') {
      continue;
    }
    size_t start = ++at;
    while (at < len && text[at] != '"') {
      at += text[at] == '\\' ? 2 : 1;
    }
    if (at + 1 >= len || text[at + 1] != ':') {
      continue;
    }
    for (size_t i = start; i + 6 <= at; i += text[i] == '\\' ? 2 : 1) {
      if (memcmp(text + i, "\\u0000", 6) == 0) {
        memcpy(text + i, "\\ue000", 6);
      }
    }
  }
  /* Integers as reals: some cases have larger ones than C's signed integers. */
  json_t *made = json_loadb(text, len, JSON_ALLOW_NUL | JSON_DECODE_INT_AS_REAL, fault);
  free(text);
  return made;
}

int main(int count, char **files) {
  size_t passed = 0;
  size_t failed = 0;
  size_t left_out = 0;
  if (count < 2) {
    stop("usage: vectors FILE...");
  }
  for (int i = 1; i < count; i++) {
    if (strstr(files[i], "/schema.json") != NULL) {
      continue;
    }
    json_error_t fault;
    json_t *file = load(files[i], &fault);
    if (file == NULL) {
      fprintf(stderr, "%s: %s\n", files[i], fault.text);
      return 2;
    }
    const char *group = json_string_value(member(file, "group"));
    const json_t *cases = member(file, "cases");
    size_t total = json_array_size(cases);
    runner_t *run = runner_of(group);
    if (run == NULL || total == 0) {
      fprintf(stderr, "%s: no runner for group %s, or no case\n", files[i], group);
      return 2;
    }
    size_t ran = 0;
    size_t text_only = 0;
    for (size_t at = 0; at < total; at++) {
      const json_t *one = json_array_get(cases, at);
      if (run == verify_return_pairs) {
        if (!is_possible(member(one, "input"))) {
          continue;
        }
        text_only += is_text(member(one, "input"));
      }
      ran++;
      if (passes(one, run)) {
        passed++;
      } else {
        failed++;
      }
    }
    if (run == verify_return_pairs) {
      printf("%s: %zu cases, %zu of them text alone; %zu hold values that C has not\n", group, ran,
             text_only, total - ran);
      if (text_only == 0) {
        failed++;
      }
    } else {
      printf("%s: %zu cases\n", group, ran);
    }
    left_out += total - ran;
    json_decref(file);
  }
  printf("%zu passed, %zu failed\n", passed, failed);
  /* The number of cases, counted without this program, if the files are all that there are. */
  const char *cases = getenv("CASES");
  bool is_all = cases != NULL && *cases != 0;
  if (is_all && strtoul(cases, NULL, 10) != passed + failed + left_out) {
    fprintf(stderr, "there are %s cases, but %zu were left out\n", cases, left_out);
    return 1;
  }
  for (size_t i = 0; is_all && i < RUNNERS; i++) {
    if (!runners[i].is_wanted) {
      fprintf(stderr, "there are no vectors of %s\n", runners[i].group);
      return 1;
    }
  }
  return failed == 0 && passed > 0 ? 0 : 1;
}
