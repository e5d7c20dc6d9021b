/*
 * Looks for secrets after their handles were freed: in every block at the moment it is freed, and
 * in all writable memory but the stack, where a secret leaves copies while it is moved.
 *
 * A secret is known by its text, by that text as HMAC pads it, and by the two states of SHA-256
 * after the padded key. This file computes them with code of its own.
 */

#define _GNU_SOURCE
#include <malloc.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <visiono_workflow.h>

#define COUNT 9
/* The number of secrets in the handle itself; the others are in a block of their own. */
#define INSIDE 1
/* They are in read-only memory, so that only copies of them are found. */
static const char *const SECRETS[COUNT] = {
    "0123456789ABCDEFghijklmnopqrstuvwxyz", "another-secret-of-the-wiping-test",
    "a-third-one,for-a-longer-rotation",    "the-fourth-of-the-wiping-test",
    "the-fifth,in-a-block-of-its-own",      "the-sixth-of-the-wiping-test",
    "the-seventh-of-the-wiping-test",       "the-eighth-of-the-wiping-test",
    "the-ninth,for-which-a-block-grows",
};
/* The number of pieces in the two states of a secret. */
#define MIDSTATES (2 * 32 / 8)
static const int64_t NOW = 1705500000;

static int failed;

#define CHECK(condition)                                           \
  do {                                                             \
    if (!(condition)) {                                            \
      failed++;                                                    \
      printf("  line %d is false: %s\n", __LINE__, #condition);   \
    }                                                              \
  } while (0)

/* --- Traces of secrets --------------------------------------------------------------------- */

/* Pieces of eight bytes, inverted, so that they are not found themselves. */
static uint64_t pieces[512];
static size_t piece_count;

static void look_for(const uint8_t *bytes, size_t len) {
  for (size_t at = 0; at + 8 <= len; at += 8) {
    uint64_t piece;
    memcpy(&piece, bytes + at, 8);
    pieces[piece_count++] = ~piece;
  }
}

static size_t found(const uint8_t *bytes, size_t len) {
  size_t count = 0;
  for (size_t at = 0; at + 8 <= len; at++) {
    uint64_t piece;
    memcpy(&piece, bytes + at, 8);
    for (size_t i = 0; i < piece_count; i++) {
      count += pieces[i] == ~piece;
    }
  }
  return count;
}

/* Returns the first 32 fractional bits of a number's root. */
static uint32_t root(int number, int power) {
  double low = 0, high = number;
  for (int i = 0; i < 80; i++) {
    double middle = (low + high) / 2;
    double product = power == 2 ? middle * middle : middle * middle * middle;
    *(product <= number ? &low : &high) = middle;
  }
  return (uint32_t)((low - (uint32_t)low) * 4294967296.0);
}

static uint32_t rotate(uint32_t x, int bits) { return x >> bits | x << (32 - bits); }

/* Computes SHA-256's state after one block: FIPS 180-4, section 6.2.2. */
static void compress(const uint8_t block[64], uint32_t state[8]) {
  uint32_t constants[64], words[64];
  for (int n = 2, count = 0; count < 64; n++) {
    bool prime = true;
    for (int divisor = 2; divisor * divisor <= n; divisor++) {
      prime = prime && n % divisor != 0;
    }
    if (prime) {
      if (count < 8) {
        state[count] = root(n, 2);
      }
      constants[count++] = root(n, 3);
    }
  }
  for (int i = 0; i < 16; i++) {
    const uint8_t *four = block + 4 * i;
    words[i] = (uint32_t)four[0] << 24 | (uint32_t)four[1] << 16 | (uint32_t)four[2] << 8 | four[3];
  }
  for (int i = 16; i < 64; i++) {
    uint32_t a = words[i - 15], b = words[i - 2];
    words[i] = words[i - 16] + (rotate(a, 7) ^ rotate(a, 18) ^ a >> 3) + words[i - 7] +
               (rotate(b, 17) ^ rotate(b, 19) ^ b >> 10);
  }
  uint32_t s[8];
  memcpy(s, state, sizeof s);
  for (int i = 0; i < 64; i++) {
    uint32_t one = s[7] + (rotate(s[4], 6) ^ rotate(s[4], 11) ^ rotate(s[4], 25)) +
                   ((s[4] & s[5]) ^ (~s[4] & s[6])) + constants[i] + words[i];
    uint32_t two = (rotate(s[0], 2) ^ rotate(s[0], 13) ^ rotate(s[0], 22)) +
                   ((s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]));
    memmove(s + 1, s, 7 * sizeof *s);
    s[0] = one + two;
    s[4] += one;
  }
  for (int i = 0; i < 8; i++) {
    state[i] += s[i];
  }
  explicit_bzero(words, sizeof words);
  explicit_bzero(s, sizeof s);
}

static void look_for_secret(const char *secret) {
  static const uint8_t PADS[] = {0, 0x36, 0x5c};
  for (size_t i = 0; i < sizeof PADS; i++) {
    uint8_t block[64];
    memset(block, PADS[i], sizeof block);
    for (size_t at = 0; at < strlen(secret); at++) {
      block[at] ^= (uint8_t)secret[at];
    }
    look_for(block, strlen(secret));
    if (PADS[i] != 0) {
      uint32_t state[8];
      compress(block, state);
      look_for((const uint8_t *)state, sizeof state);
      explicit_bzero(state, sizeof state);
    }
    explicit_bzero(block, sizeof block);
  }
}

/* --- Freed blocks -------------------------------------------------------------------------- */

static size_t freed_blocks, freed_bytes, freed_found;

void __libc_free(void *block);

/* Replaces the C library's function, for the tested library too. */
void free(void *block) {
  if (block != NULL) {
    size_t len = malloc_usable_size(block);
    freed_blocks++;
    freed_bytes += len;
    freed_found += found(block, len);
  }
  __libc_free(block);
}

/* Frees a block that is moved, so that it is looked through. */
void *realloc(void *block, size_t len) {
  void *moved = malloc(len);
  if (moved != NULL && block != NULL) {
    size_t had = malloc_usable_size(block);
    memcpy(moved, block, had < len ? had : len);
    free(block);
  }
  return moved;
}

/* --- Writable memory ----------------------------------------------------------------------- */

static size_t written_bytes, stack_found;

/* Returns the number of pieces in writable memory, without those on the stack. */
static size_t everywhere(void) {
  static char text[65536];
  FILE *maps = fopen("/proc/self/maps", "r");
  size_t len = maps == NULL ? 0 : fread(text, 1, sizeof text - 1, maps);
  if (len == 0 || len == sizeof text - 1 || fclose(maps) != 0) {
    puts("/proc/self/maps can't be read");
    exit(1);
  }
  text[len] = 0;
  size_t count = 0;
  written_bytes = 0;
  char *rest = text;
  for (char *line; (line = strsep(&rest, "\n")) != NULL;) {
    size_t start, end;
    char access[5];
    if (sscanf(line, "%zx-%zx %4s", &start, &end, access) != 3 || strncmp(access, "rw", 2) != 0) {
      continue;
    }
    size_t here = found((const uint8_t *)start, end - start);
    if (strstr(line, "[stack]") != NULL) {
      stack_found = here;
    } else {
      written_bytes += end - start;
      count += here;
    }
  }
  return count;
}

/* Returns true if the states of so many secrets are there, and nothing of a secret is outside of the handle
   if it has only secrets of its own. A buffer in the handle that waits for a message can hold more
   pieces, which were on the stack. */
static bool held_by(const void *handle, size_t secrets) {
  size_t all = everywhere();
  size_t inside = found(handle, malloc_usable_size((void *)handle));
  return all >= secrets * MIDSTATES && (secrets > INSIDE || all == inside);
}

/* --- Handles ------------------------------------------------------------------------------- */

static void use_workflow(const visiono_str_t *secrets, size_t count) {
  visiono_workflow_t *workflow = NULL;
  CHECK(visiono_workflow_new(secrets, count, NULL, NULL, &workflow, NULL) == VISIONO_OK);
  CHECK(held_by(workflow, count));
  char memory[1024];
  visiono_signed_t link = {.url = {.data = memory, .capacity = sizeof memory}};
  visiono_link_fields_t fields = {
      .slug = visiono_text("damage-report"),
      .unique_value = visiono_text("ABC123"),
      .source = visiono_text("zendesk"),
      .reference = visiono_text("ticket-456"),
      .timestamp = NOW,
  };
  CHECK(visiono_workflow_sign_link(workflow, &fields, &link, NULL) == VISIONO_OK);
  visiono_str_t url = {link.url.data, link.url.len};
  visiono_verified_link_t *verified = NULL;
  CHECK(visiono_workflow_verify_link(workflow, url, NOW, NULL, 0, &verified, NULL) == VISIONO_OK);
  visiono_verified_link_free(verified);
  CHECK(visiono_workflow_verify_link(workflow, url, 0, NULL, 0, &verified, NULL) ==
        VISIONO_NOT_YET_VALID);
  visiono_workflow_free(workflow);
  CHECK(everywhere() == 0);
}

static void use_webhook(const visiono_str_t *secrets, size_t count) {
  visiono_webhook_t *webhook = NULL;
  CHECK(visiono_webhook_new(secrets, count, NULL, NULL, false, &webhook, NULL) == VISIONO_OK);
  CHECK(held_by(webhook, count));
  char memory[128];
  visiono_buffer_t header = {.data = memory, .capacity = sizeof memory};
  CHECK(visiono_webhook_sign(webhook, "{}", 2, &header, NULL) == VISIONO_OK);
  visiono_str_t signature = {header.data, header.len};
  visiono_verified_webhook_t *verified = NULL;
  CHECK(visiono_webhook_verify(webhook, "{}", 2, signature, &verified, NULL) == VISIONO_OK);
  visiono_verified_webhook_free(verified);
  CHECK(visiono_webhook_verify(webhook, "[]", 2, signature, &verified, NULL) ==
        VISIONO_INVALID_SIGNATURE);
  visiono_webhook_free(webhook);
  CHECK(everywhere() == 0);
}

/* The secrets before one that can't be used are made, and dropped. */
static void refused(const visiono_str_t *secrets) {
  visiono_str_t with_short[COUNT];
  memcpy(with_short, secrets, sizeof with_short);
  with_short[COUNT - 1] = visiono_text("short");
  visiono_workflow_t *workflow = NULL;
  visiono_webhook_t *webhook = NULL;
  CHECK(visiono_workflow_new(with_short, COUNT, NULL, NULL, &workflow, NULL) ==
        VISIONO_INVALID_SECRET);
  CHECK(visiono_webhook_new(with_short, COUNT, NULL, NULL, false, &webhook, NULL) ==
        VISIONO_INVALID_SECRET);
  CHECK(everywhere() == 0);
}

int main(void) {
  visiono_str_t secrets[COUNT];
  for (size_t i = 0; i < COUNT; i++) {
    secrets[i] = visiono_text(SECRETS[i]);
    look_for_secret(SECRETS[i]);
  }
  CHECK(everywhere() == 0);
  for (size_t count = 1; count <= COUNT; count++) {
    use_workflow(secrets, count);
    use_webhook(secrets, count);
  }
  refused(secrets);
  CHECK(freed_blocks > 0 && freed_found == 0);
  printf("%zu freed blocks (%zu bytes) and %zu bytes of writable memory have no secret;\n"
         "the stack, about which nothing is claimed, has %zu pieces of 8 bytes\n",
         freed_blocks, freed_bytes, written_bytes, stack_found);

  /* A copy is found, so the search works. */
  char *copy = strdup(SECRETS[0]);
  CHECK(everywhere() > 0);
  free(copy);
  CHECK(freed_found > 0);
  return failed != 0;
}
