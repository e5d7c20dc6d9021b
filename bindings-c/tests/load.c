/*
 * Loads a library as PHP does, and does what a first program does: `load LIBRARY NAME...`. The names
 * are the functions that it must have.
 */

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <visiono_workflow.h>

/* The flag that PHP passes on glibc; musl does not have it. */
#ifndef RTLD_DEEPBIND
#define RTLD_DEEPBIND 0
#endif

static void *library;

static void *find(const char *name) {
  void *found = dlsym(library, name);
  if (found == NULL) {
    fprintf(stderr, "%s\n", dlerror());
    exit(1);
  }
  return found;
}

#define CALL(name) ((__typeof__(name) *)find(#name))

static void check(visiono_code_t code, visiono_code_t wanted, const char *what) {
  if (code != wanted) {
    fprintf(stderr, "%s: the code is %d, and not %d\n", what, (int)code, (int)wanted);
    exit(1);
  }
}

int main(int count, char **arguments) {
  if (count < 3) {
    fprintf(stderr, "usage: load LIBRARY NAME...\n");
    return 2;
  }
  library = dlopen(arguments[1], RTLD_NOW | RTLD_GLOBAL | RTLD_DEEPBIND);
  if (library == NULL) {
    fprintf(stderr, "%s\n", dlerror());
    return 1;
  }
  for (int i = 2; i < count; i++) {
    find(arguments[i]);
  }
  if (strcmp(CALL(visiono_version)(), VERSION) != 0) {
    fprintf(stderr, "the library is of version %s\n", CALL(visiono_version)());
    return 1;
  }

  visiono_workflow_t *workflow = NULL;
  visiono_str_t secret = visiono_text("0123456789abcdef0123456789abcdef");
  check(CALL(visiono_workflow_new)(&secret, 1, NULL, NULL, &workflow, NULL), VISIONO_OK, "new");
  char memory[512];
  visiono_signed_t link = {.url = {.data = memory, .capacity = sizeof memory}};
  visiono_link_fields_t fields = {
      .slug = visiono_text("damage-report"),
      .unique_value = visiono_text("ABC123"),
      .source = visiono_text("zendesk"),
      .reference = visiono_text("ticket-456"),
      .timestamp = 1705500000,
  };
  check(CALL(visiono_workflow_sign_link)(workflow, &fields, &link, NULL), VISIONO_OK, "sign");
  visiono_str_t url = {memory, link.url.len};
  visiono_verified_link_t *verified = NULL;
  check(CALL(visiono_workflow_verify_link)(workflow, url, 1705500001, NULL, 0, &verified, NULL),
        VISIONO_OK, "verify");
  visiono_str_t plate = CALL(visiono_verified_link_unique_value)(verified);
  if (plate.len != 6 || memcmp(plate.data, "ABC123", 6) != 0) {
    fprintf(stderr, "the text is %.*s\n", (int)plate.len, plate.data);
    return 1;
  }
  CALL(visiono_verified_link_free)(verified);
  memory[link.url.len - 1] = memory[link.url.len - 1] == '0' ? '1' : '0';
  verified = NULL;
  check(CALL(visiono_workflow_verify_link)(workflow, url, 1705500001, NULL, 0, &verified, NULL),
        VISIONO_INVALID_SIGNATURE, "verify a forgery");
  CALL(visiono_workflow_free)(workflow);
  printf("loaded %s: %d functions\n", arguments[1], count - 2);
  return 0;
}
