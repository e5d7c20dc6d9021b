/* The C library, as it is installed. */

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <visiono_workflow.h>

/* The maximum number of parts of a record. */
#define MOST 64

static visiono_str_t parts[MOST];
static size_t count;
static visiono_error_t *error;

static void stop(const char *what) {
  fprintf(stderr, "%s\n", what);
  exit(1);
}

/* Reads a number of four bytes in little-endian order. Returns false at the end. */
static bool read_number(size_t *number) {
  unsigned char bytes[4];
  size_t got = fread(bytes, 1, 4, stdin);
  if (got == 0) {
    return false;
  }
  if (got != 4) {
    stop("the input ends within a number");
  }
  *number = bytes[0] | (size_t)bytes[1] << 8 | (size_t)bytes[2] << 16 | (size_t)bytes[3] << 24;
  return true;
}

static void write_number(size_t number) {
  unsigned char bytes[4] = {number & 255, number >> 8 & 255, number >> 16 & 255,
                            number >> 24 & 255};
  fwrite(bytes, 1, 4, stdout);
}

/* Reads the next record: the number of byte strings, and each after its length. */
static bool read_record(void) {
  for (size_t i = 0; i < count; i++) {
    free((char *)parts[i].data);
  }
  count = 0;
  size_t wanted;
  if (!read_number(&wanted)) {
    return false;
  }
  if (wanted > MOST) {
    stop("a record has more parts than there is room for");
  }
  for (; count < wanted; count++) {
    size_t len;
    if (!read_number(&len)) {
      stop("the input ends within a record");
    }
    char *data = malloc(len + 1);
    if (data == NULL || fread(data, 1, len, stdin) != len) {
      stop("the input ends within a record");
    }
    parts[count] = (visiono_str_t){data, len};
  }
  return true;
}

static void write_str(visiono_str_t text) {
  write_number(text.len);
  fwrite(text.data, 1, text.len, stdout);
}

static void write_text(const char *text) {
  write_str((visiono_str_t){text, strlen(text)});
}

static void write_integer(int64_t number) {
  char digits[24];
  snprintf(digits, sizeof digits, "%" PRId64, number);
  write_text(digits);
}

/* Starts the answer to a valid message. */
static void write_ok(size_t more) {
  write_number(1 + more);
  write_text("ok");
}

static void write_error(void) {
  char names[64] = "";
  for (size_t i = 0;; i++) {
    visiono_str_t name = visiono_error_parameter(error, i);
    if (name.len == 0) {
      break;
    }
    strncat(names, i == 0 ? "" : ",", sizeof names - strlen(names) - 1);
    strncat(names, name.data, name.len);
  }
  int64_t seconds = visiono_error_seconds(error);
  write_number(4);
  write_text(visiono_code_name((int32_t)visiono_error_code(error)));
  write_text(names);
  if (seconds < 0) {
    write_text("");
  } else {
    write_integer(seconds);
  }
  write_str(visiono_error_message(error));
}

static int64_t integer(visiono_str_t digits) {
  char text[24] = "";
  memcpy(text, digits.data, digits.len < sizeof text ? digits.len : sizeof text - 1);
  return strtoll(text, NULL, 10);
}

static visiono_workflow_t *workflow_of(visiono_str_t secret) {
  visiono_workflow_t *workflow = NULL;
  visiono_workflow_new(&secret, 1, NULL, NULL, &workflow, error);
  return workflow;
}

static void sign(void) {
  visiono_workflow_t *workflow = workflow_of(parts[1]);
  visiono_link_fields_t fields = {
      .slug = parts[2],
      .unique_value = parts[3],
      .source = parts[4],
      .reference = parts[5],
      .timestamp = integer(parts[6]),
  };
  visiono_signed_t result = {.url = {.data = NULL, .capacity = 0}};
  if (workflow == NULL) {
    write_error();
  } else if (visiono_workflow_sign_link(workflow, &fields, &result, error) !=
             VISIONO_BUFFER_TOO_SMALL) {
    write_error();
  } else {
    result.url.capacity = result.url.len;
    result.url.data = malloc(result.url.capacity);
    if (visiono_workflow_sign_link(workflow, &fields, &result, error) == VISIONO_OK) {
      write_ok(1);
      write_str((visiono_str_t){result.url.data, result.url.len});
    } else {
      write_error();
    }
    free(result.url.data);
  }
  visiono_workflow_free(workflow);
}

static void verify_link(const visiono_workflow_t *workflow, int64_t now) {
  visiono_verified_link_t *link = NULL;
  if (visiono_workflow_verify_link(workflow, parts[1], now, NULL, 0, &link, error) != VISIONO_OK) {
    write_error();
    return;
  }
  write_ok(5);
  write_str(visiono_verified_link_unique_value(link));
  write_str(visiono_verified_link_source(link));
  write_str(visiono_verified_link_reference(link));
  write_integer(visiono_verified_link_timestamp(link));
  write_integer((int64_t)visiono_verified_link_secret_index(link));
  visiono_verified_link_free(link);
}

static void verify_return(const visiono_workflow_t *workflow,
                          const visiono_redirect_template_t *redirect,
                          const visiono_expected_t *expect, size_t expect_count, int64_t now) {
  visiono_verified_return_t *back = NULL;
  if (visiono_workflow_verify_return(workflow, parts[1], redirect, now, expect, expect_count, &back,
                                     error) != VISIONO_OK) {
    write_error();
    return;
  }
  write_ok(6);
  write_str(visiono_verified_return_submission_id(back));
  write_str(visiono_verified_return_unique_value(back));
  write_str(visiono_verified_return_reference(back));
  write_integer(visiono_verified_return_photo_count(back));
  write_integer(visiono_verified_return_timestamp(back));
  write_integer((int64_t)visiono_verified_return_secret_index(back));
  visiono_verified_return_free(back);
}

static void verify_expected(const visiono_workflow_t *workflow, int64_t now) {
  static const int32_t fields[] = {
      VISIONO_FIELD_SUBMISSION_ID, VISIONO_FIELD_UNIQUE_VALUE, VISIONO_FIELD_REFERENCE,
      VISIONO_FIELD_PHOTO_COUNT,   VISIONO_FIELD_TIMESTAMP,
  };
  visiono_redirect_template_t *redirect = NULL;
  if (visiono_redirect_template_new(parts[2], &redirect, error) != VISIONO_OK) {
    write_error();
    return;
  }
  visiono_expected_t expect[5];
  size_t known = 0;
  /* A part with a value starts with '='; an empty part is an absent value. */
  for (size_t i = 3; i < count; i++) {
    if (parts[i].len > 0) {
      visiono_str_t value = {parts[i].data + 1, parts[i].len - 1};
      expect[known++] = (visiono_expected_t){fields[i - 3], value};
    }
  }
  verify_return(workflow, redirect, known == 0 ? NULL : expect, known, now);
  visiono_redirect_template_free(redirect);
}

/* Writes '=' and the text, or nothing if the text is absent. */
static void write_maybe(visiono_str_t text) {
  if (text.data == NULL) {
    write_text("");
    return;
  }
  write_number(1 + text.len);
  fputc('=', stdout);
  fwrite(text.data, 1, text.len, stdout);
}

static void receive(const visiono_webhook_t *webhook, int64_t now) {
  visiono_pair_t headers[MOST];
  size_t number = 0;
  for (size_t i = 2; i + 1 < count; i += 2) {
    headers[number++] = (visiono_pair_t){parts[i], parts[i + 1]};
  }
  visiono_delivery_t *delivery = NULL;
  if (visiono_webhook_receive(webhook, parts[1].data, parts[1].len, headers, number, now,
                              &delivery, error) != VISIONO_OK) {
    write_error();
    return;
  }
  int64_t seconds = 0;
  write_ok(12);
  write_str(visiono_delivery_event_name(delivery));
  if (visiono_delivery_event_time(delivery, &seconds)) {
    write_integer(seconds);
  } else {
    write_text("");
  }
  write_str(visiono_delivery_dedup_key(delivery));
  write_integer((int64_t)visiono_delivery_secret_index(delivery));
  write_text(visiono_delivery_is_test(delivery) ? "test" : "");
  write_maybe(visiono_delivery_unauthenticated_delivery_id(delivery));
  write_maybe(visiono_delivery_unauthenticated_tenant_id(delivery));
  write_maybe(visiono_delivery_request_id(delivery));
  write_maybe(visiono_delivery_link_submission_id(delivery));
  write_maybe(visiono_delivery_link_unique_value(delivery));
  write_maybe(visiono_delivery_link_source(delivery));
  write_maybe(visiono_delivery_link_reference(delivery));
  visiono_delivery_free(delivery);
}

static bool is(const char *kind) {
  return parts[0].len == strlen(kind) && memcmp(parts[0].data, kind, parts[0].len) == 0;
}

int main(void) {
  error = visiono_error_new();
  /* The first record has the keys. */
  if (!read_record() || count != 4) {
    stop("there are no keys");
  }
  visiono_workflow_t *workflow = workflow_of(parts[1]);
  visiono_webhook_t *webhook = NULL;
  visiono_webhook_new(&parts[2], 1, NULL, NULL, false, &webhook, error);
  int64_t now = integer(parts[3]);
  while (read_record()) {
    if (is("sign")) {
      sign();
    } else if (is("link")) {
      verify_link(workflow, now);
    } else if (is("return")) {
      verify_return(workflow, NULL, NULL, 0, now);
    } else if (is("routed") || is("expected")) {
      verify_expected(workflow, now);
    } else {
      receive(webhook, now);
    }
  }
  visiono_webhook_free(webhook);
  visiono_workflow_free(workflow);
  visiono_error_free(error);
  return fflush(stdout) == 0 ? 0 : 1;
}
