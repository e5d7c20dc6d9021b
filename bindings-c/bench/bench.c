/* Compares the C library with the same work by hand, with OpenSSL and a JSON library. The two take
   turns, so that a busy machine slows both; each turn has its ratio. */

#define _POSIX_C_SOURCE 200809L

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <jansson.h>
#include <openssl/crypto.h>
#include <openssl/hmac.h>
#include <visiono_workflow.h>

enum { TURNS = 201, CALLS = 2000, PEERS = 2 };

#define SECRET "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define BODY                                                                                        \
  "{\"event\":\"submission.created\",\"timestamp\":\"2024-01-17T14:00:00Z\",\"data\":{"             \
  "\"permanent_link_submission\":{\"id\":\"pls_123\",\"unique_field_value\":\"ABC123\","            \
  "\"external_source\":\"zendesk\",\"external_reference\":\"ticket-456\"}}}"
#define NOW 1705500000

static visiono_workflow_t *workflow;
static visiono_webhook_t *webhook;
static visiono_error_t *error;
static char returned[512];
static char signature_header[128];

/* Ends the program if a contender doesn't do the work. */
static void require(int holds, const char *what) {
  if (!holds) {
    fprintf(stderr, "%s failed: %s\n", what, visiono_error_message(error).data);
    exit(1);
  }
}

/* --- This library ---------------------------------------------------------------------------- */

static void sign_link(void) {
  char memory[512];
  visiono_signed_t link = {.url = {.data = memory, .capacity = sizeof memory}};
  visiono_link_fields_t fields = {
      .slug = visiono_text("damage-report"),
      .unique_value = visiono_text("ABC123"),
      .source = visiono_text("zendesk"),
      .reference = visiono_text("ticket-456"),
      .timestamp = time(NULL),
  };
  require(visiono_workflow_sign_link(workflow, &fields, &link, error) == VISIONO_OK, "signing");
}

static void verify_return(void) {
  visiono_verified_return_t *done = NULL;
  require(visiono_workflow_verify_return(workflow, visiono_text(returned), NULL, time(NULL), NULL,
                                         0, &done, error) == VISIONO_OK,
          "verifying");
  require(visiono_verified_return_photo_count(done) == 5, "reading");
  visiono_verified_return_free(done);
}

static void receive(void) {
  visiono_delivery_t *delivery = NULL;
  visiono_pair_t header = {visiono_text("X-Visiono-Signature"), visiono_text(signature_header)};
  require(visiono_webhook_receive(webhook, BODY, strlen(BODY), &header, 1, NOW, &delivery, error) ==
              VISIONO_OK,
          "receiving");
  require(visiono_delivery_link_reference(delivery).len == 10, "reading");
  visiono_delivery_free(delivery);
}

/* --- By hand --------------------------------------------------------------------------------- */

static void hex_hmac(const char *payload, size_t len, char hex[65]) {
  unsigned char tag[32];
  unsigned int size = sizeof tag;
  require(HMAC(EVP_sha256(), SECRET, (int)strlen(SECRET), (const unsigned char *)payload, len, tag,
               &size) != NULL,
          "HMAC");
  for (size_t i = 0; i < sizeof tag; i++) {
    hex[2 * i] = "0123456789abcdef"[tag[i] >> 4];
    hex[2 * i + 1] = "0123456789abcdef"[tag[i] & 15];
  }
  hex[64] = '\0';
}

/* Percent-encodes a text, and returns where its end is. */
static char *encoded(char *out, const char *value) {
  for (; *value != '\0'; value++) {
    unsigned char byte = (unsigned char)*value;
    if ((byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') ||
        (byte >= 'a' && byte <= 'z') || strchr("-._~", byte) != NULL) {
      *out++ = (char)byte;
    } else {
      *out++ = '%';
      *out++ = "0123456789ABCDEF"[byte >> 4];
      *out++ = "0123456789ABCDEF"[byte & 15];
    }
  }
  *out = '\0';
  return out;
}

static void sign_link_by_hand(void) {
  char payload[256], url[512], hex[65], timestamp[24];
  const char *values[] = {"ABC123", "zendesk", "ticket-456", timestamp};
  const char *names[] = {"?uv=", "&src=", "&ref=", "&ts="};
  snprintf(timestamp, sizeof timestamp, "%" PRId64, (int64_t)time(NULL));
  int len = snprintf(payload, sizeof payload, "%s|%s|%s|%s", values[0], values[1], values[2],
                     values[3]);
  hex_hmac(payload, (size_t)len, hex);
  char *end = url + sprintf(url, "https://visiono.io/s/%s", "damage-report");
  for (size_t i = 0; i < 4; i++) {
    end += sprintf(end, "%s", names[i]);
    end = encoded(end, values[i]);
  }
  sprintf(end, "&sig=%s", hex);
}

static int digit(char c) {
  return c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : c - 'a' + 10;
}

/* Decodes the value of a parameter. */
static void parameter(const char *query, const char *name, char *out) {
  size_t len = strlen(name);
  for (const char *at = query; at != NULL; at = strchr(at, '&')) {
    at += *at == '&';
    if (strncmp(at, name, len) == 0 && at[len] == '=') {
      for (at += len + 1; *at != '\0' && *at != '&'; at++) {
        if (*at == '%' && at[1] != '\0' && at[2] != '\0') {
          *out++ = (char)(digit(at[1]) << 4 | digit(at[2]));
          at += 2;
        } else {
          *out++ = (char)(*at == '+' ? ' ' : *at);
        }
      }
      break;
    }
  }
  *out = '\0';
}

static void verify_return_by_hand(void) {
  static const char *const names[] = {"sub", "uv", "ref", "cnt", "ts", "sig"};
  char values[6][128], payload[512], hex[65];
  const char *query = strchr(returned, '?') + 1;
  for (size_t i = 0; i < 6; i++) {
    parameter(query, names[i], values[i]);
  }
  int len = snprintf(payload, sizeof payload, "%s|%s|%s|%s|%s", values[0], values[1], values[2],
                     values[3], values[4]);
  hex_hmac(payload, (size_t)len, hex);
  require(strlen(values[5]) == 64 && CRYPTO_memcmp(hex, values[5], 64) == 0, "verifying");
  require(time(NULL) - atoll(values[4]) <= 3600 && atoi(values[3]) == 5, "reading");
}

static void receive_by_hand(void) {
  char hex[65];
  hex_hmac(BODY, strlen(BODY), hex);
  const char *received = signature_header + strlen("sha256=");
  require(strlen(received) == 64 && CRYPTO_memcmp(hex, received, 64) == 0, "verifying");
  json_t *event = json_loads(BODY, 0, NULL);
  require(json_is_string(json_object_get(event, "timestamp")), "reading");
  json_decref(event);
}

/* --- Measuring ------------------------------------------------------------------------------- */

static double nanoseconds(void (*call)(void)) {
  struct timespec start, end;
  clock_gettime(CLOCK_MONOTONIC, &start);
  for (int i = 0; i < CALLS; i++) {
    call();
  }
  clock_gettime(CLOCK_MONOTONIC, &end);
  return ((double)(end.tv_sec - start.tv_sec) * 1e9 + (double)(end.tv_nsec - start.tv_nsec)) / CALLS;
}

static int ascending(const void *a, const void *b) {
  double difference = *(const double *)a - *(const double *)b;
  return (difference > 0) - (difference < 0);
}

static double quantile(const double numbers[TURNS], double part) {
  double sorted[TURNS];
  memcpy(sorted, numbers, sizeof sorted);
  qsort(sorted, TURNS, sizeof *sorted, ascending);
  return sorted[(size_t)(part * (TURNS - 1))];
}

static void measure(const char *operation, int compressions, void (*ours)(void), void (*by_hand)(void)) {
  void (*peers[PEERS])(void) = {ours, by_hand};
  static const char *const names[PEERS] = {"", "by hand, with OpenSSL and Jansson"};
  static double times[PEERS][TURNS], ratios[PEERS][TURNS];
  for (size_t turn = 0; turn < TURNS; turn++) {
    for (size_t i = 0; i < PEERS; i++) {
      /* Each goes first every other time. */
      size_t peer = (i + turn) % PEERS;
      times[peer][turn] = nanoseconds(peers[peer]);
    }
    for (size_t peer = 0; peer < PEERS; peer++) {
      ratios[peer][turn] = times[peer][turn] / times[0][turn];
    }
  }
  printf("%-20s %6.0f ns   by hand %6.0f ns   × %.2f (%.2f to %.2f)\n", operation,
         quantile(times[0], 0.5), quantile(times[1], 0.5), quantile(ratios[1], 0.5),
         quantile(ratios[1], 0.25), quantile(ratios[1], 0.75));
  /* The table of all runtimes, which `cargo xtask bench` makes. */
  const char *path = getenv("BENCHMARKS");
  FILE *rows = path == NULL ? NULL : fopen(path, "a");
  for (size_t peer = 0; rows != NULL && peer < PEERS; peer++) {
    fprintf(rows,
            "{\"runtime\":\"C\",\"operation\":\"%s\",\"contender\":\"%s\",\"nanoseconds\":%f,"
            "\"ratio\":[%f,%f,%f],\"compressions\":%d}\n",
            operation, names[peer], quantile(times[peer], 0.5), quantile(ratios[peer], 0.5),
            quantile(ratios[peer], 0.25), quantile(ratios[peer], 0.75), compressions);
  }
  if (rows != NULL) {
    fclose(rows);
  }
}

int main(void) {
  error = visiono_error_new();
  visiono_str_t secret = visiono_text(SECRET);
  require(visiono_workflow_new(&secret, 1, NULL, NULL, &workflow, error) == VISIONO_OK, "a workflow");
  require(visiono_webhook_new(&secret, 1, NULL, NULL, false, &webhook, error) == VISIONO_OK,
          "a webhook");

  visiono_redirect_template_t *redirect = NULL;
  visiono_signed_t url = {.url = {.data = returned, .capacity = sizeof returned - 1}};
  visiono_return_fields_t fields = {
      .submission_id = visiono_text("pls_123"),
      .unique_value = visiono_text("ABC123"),
      .reference = visiono_text("ticket-456"),
      .photo_count = 5,
      .timestamp = time(NULL),
  };
  visiono_str_t target = visiono_text("https://your-system.com/done");
  require(visiono_redirect_template_new(target, &redirect, error) == VISIONO_OK, "a template");
  require(visiono_workflow_sign_return(workflow, redirect, &fields, &url, error) == VISIONO_OK,
          "a return");
  returned[url.url.len] = '\0';
  visiono_buffer_t header = {.data = signature_header, .capacity = sizeof signature_header - 1};
  require(visiono_webhook_sign(webhook, BODY, strlen(BODY), &header, error) == VISIONO_OK,
          "a signature");
  signature_header[header.len] = '\0';

  measure("sign a link", 2, sign_link, sign_link_by_hand);
  measure("verify a return", 2, verify_return, verify_return_by_hand);
  /* The signature, and the key that recognises duplicates. */
  int blocks = (int)(strlen(BODY) + 9 + 63) / 64;
  measure("receive a webhook", 2 * blocks + 1, receive, receive_by_hand);

  visiono_redirect_template_free(redirect);
  visiono_webhook_free(webhook);
  visiono_workflow_free(workflow);
  visiono_error_free(error);
  return 0;
}
