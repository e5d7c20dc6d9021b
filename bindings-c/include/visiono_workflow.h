/*
 * visiono-workflow: signs and verifies the links, returns and webhooks of Visiono's Workflow Mode.
 *
 * An input text is a pointer and a length; an output is in the caller's memory or in an object.
 * Functions return VISIONO_OK or a code, and write their outputs only on success. A
 * visiono_error_t keeps the detail of an error; null is allowed. Nothing here panics, prints or
 * keeps a global.
 *
 * Compile with: cc example.c $(pkg-config --cflags --libs visiono-workflow)
 *
 *     #include <stdio.h>
 *     #include <stdlib.h>
 *     #include <time.h>
 *     #include <visiono_workflow.h>
 *
 *     int main(void) {
 *       visiono_error_t *error = visiono_error_new();
 *       visiono_workflow_t *workflow = NULL;
 *       visiono_str_t secret = visiono_text(getenv("VISIONO_WORKFLOW_SECRET"));
 *       if (visiono_workflow_new(&secret, 1, NULL, NULL, &workflow, error) != VISIONO_OK) {
 *         fprintf(stderr, "%s\n", visiono_error_message(error).data);
 *         visiono_error_free(error);
 *         return 1;
 *       }
 *
 *       char memory[1024];
 *       visiono_signed_t link = {.url = {.data = memory, .capacity = sizeof memory}};
 *       visiono_link_fields_t fields = {
 *           .slug = visiono_text("damage-report"),
 *           .unique_value = visiono_text("ABC123"),
 *           .source = visiono_text("zendesk"),
 *           .reference = visiono_text("ticket-456"),
 *           .timestamp = time(NULL),
 *       };
 *       visiono_code_t code = visiono_workflow_sign_link(workflow, &fields, &link, error);
 *       if (code == VISIONO_OK) {
 *         printf("%.*s\n", (int)link.url.len, link.url.data);
 *       } else {
 *         fprintf(stderr, "%s\n", visiono_error_message(error).data);
 *       }
 *
 *       visiono_workflow_free(workflow);
 *       visiono_error_free(error);
 *       return code == VISIONO_OK ? 0 : 1;
 *     }
 *
 * Written by cbindgen from bindings-c/src: `cargo xtask generate` writes it again.
 */

#ifndef VISIONO_WORKFLOW_H
#define VISIONO_WORKFLOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

// The status of a call: `VISIONO_OK`, or the reason of its failure.
//
// The numbers never change their meaning; later versions may add some. The 100s are mistakes of
// the caller, the 200s messages to refuse: `visiono_code_is_refusal`.
typedef enum visiono_code_t {
  // The call succeeded, and the outputs are written.
  VISIONO_OK = 0,
  // The text is not usable as a secret.
  VISIONO_INVALID_SECRET = 100,
  // A value cannot be signed or expected.
  VISIONO_INVALID_FIELD = 101,
  // The text is not usable as a link URL.
  VISIONO_INVALID_URL = 102,
  // The text is not usable as a redirect template.
  VISIONO_INVALID_TEMPLATE = 103,
  // A parameter is absent or empty.
  VISIONO_MISSING_PARAMETER = 200,
  // A parameter is present twice, or under a doubtful name.
  VISIONO_DUPLICATE_PARAMETER = 201,
  // A parameter has the wrong form.
  VISIONO_MALFORMED_PARAMETER = 202,
  // No configured secret signed the message.
  VISIONO_INVALID_SIGNATURE = 203,
  // The message is older than its maximum age.
  VISIONO_EXPIRED = 204,
  // The message is from the future.
  VISIONO_NOT_YET_VALID = 205,
  // The message is authentic, but not what the caller expects.
  VISIONO_UNEXPECTED_VALUE = 206,
  // The caller's buffer is too small; the required length is reported.
  VISIONO_BUFFER_TOO_SMALL = 300,
  // An argument is missing, contradictory, out of range, null, closed, or not UTF-8.
  VISIONO_INVALID_ARGUMENT = 301,
  // A bug in the library, stopped at the boundary to another language.
  VISIONO_PANIC = 399,
} visiono_code_t;

// The events that Visiono documents. Later versions may add some.
typedef enum visiono_webhook_event_t {
  // An event that is not documented: `visiono_delivery_event_name` has its name.
  VISIONO_EVENT_UNKNOWN = 0,
  // `photo_request.created`: a request was created.
  VISIONO_EVENT_PHOTO_REQUEST_CREATED = 1,
  // `photo_request.first_viewed`: the recipient opened a request for the first time.
  VISIONO_EVENT_PHOTO_REQUEST_FIRST_VIEWED = 2,
  // `photo_submission.created`: a photo was uploaded.
  VISIONO_EVENT_PHOTO_SUBMISSION_CREATED = 3,
  // `photo_request.submitted`: all requested photos were uploaded.
  VISIONO_EVENT_PHOTO_REQUEST_SUBMITTED = 4,
  // `photo_request.expired`: a request ended without all photos.
  VISIONO_EVENT_PHOTO_REQUEST_EXPIRED = 5,
  // `photo_submission.dropbox_synced`: a photo was copied to Dropbox.
  VISIONO_EVENT_PHOTO_SUBMISSION_DROPBOX_SYNCED = 6,
  // `submission.created`: a person who came through a signed link has uploaded photos.
  VISIONO_EVENT_SUBMISSION_CREATED = 7,
} visiono_webhook_event_t;

// The fields of links and returns that a caller can expect.
typedef enum visiono_field_t {
  // `sub`: the ID of the submission at Visiono, such as `pls_123`. In returns.
  VISIONO_FIELD_SUBMISSION_ID = 1,
  // `uv`: the documented item: an order or a license plate. In links and returns.
  VISIONO_FIELD_UNIQUE_VALUE = 2,
  // `src`: the system that sends the person, such as `zendesk`. In links.
  VISIONO_FIELD_SOURCE = 3,
  // `ref`: the record in that system, such as `ticket-456`. In links and returns.
  VISIONO_FIELD_REFERENCE = 4,
  // `cnt`: the number of uploaded photos. In returns.
  VISIONO_FIELD_PHOTO_COUNT = 5,
  // `ts`: the time of signing, in Unix seconds. In links and returns.
  VISIONO_FIELD_TIMESTAMP = 6,
} visiono_field_t;

// The two sets of headers that Visiono documents.
typedef enum visiono_style_t {
  // `X-Visiono-Signature`, `X-Visiono-Event`, `X-Visiono-Delivery`, `X-Visiono-Tenant-Id`.
  VISIONO_STYLE_GUIDE = 0,
  // `X-Webhook-Signature`, `X-Webhook-ID`, `X-Webhook-Timestamp`.
  VISIONO_STYLE_DEVELOPER = 1,
} visiono_style_t;

// A webhook that passed every check. It never changes, and any number of threads can read it.
typedef struct visiono_delivery_t visiono_delivery_t;

// The detail of the last error of the functions that it was passed to.
//
// It never contains a secret, a field value or an expected signature, so it can be logged. A
// call that succeeds does not change it.
typedef struct visiono_error_t visiono_error_t;

// A workflow or a webhook of the PHP package, with the result of its last call. C programs have
// no use for it.
//
// A result is a text with a NUL after it: outputs with 0xFF between them, or a list in JSON. A
// failure is 0xFE and a list in JSON: the code's number, the message, the parameters' names, the
// seconds and the position.
typedef struct visiono_php_t visiono_php_t;

// A redirect template: the URL that a browser is sent back to, with placeholders for the fields
// of the return. It never changes, and any number of threads can use it at once.
typedef struct visiono_redirect_template_t visiono_redirect_template_t;

// A signed webhook for a test: a body and headers. It never changes, and any number of
// threads can read it.
typedef struct visiono_test_delivery_t visiono_test_delivery_t;

// A link that passed every check. It never changes, and any number of threads can read it.
typedef struct visiono_verified_link_t visiono_verified_link_t;

// A return that passed every check. It never changes, and any number of threads can read it.
typedef struct visiono_verified_return_t visiono_verified_return_t;

// A webhook whose signature matches. It never changes, and any number of threads can read it.
typedef struct visiono_verified_webhook_t visiono_verified_webhook_t;

// Receives webhooks, with one webhook secret or several for rotation. It never changes, and any
// number of threads can use it at once.
typedef struct visiono_webhook_t visiono_webhook_t;

// Signs and verifies links and returns, with one secret or several for rotation. It never
// changes, and any number of threads can use it at once.
//
// A program that sends people to Visiono signs links and verifies returns. The other two
// operations do Visiono's part, for tests and for a local stand-in of the service.
typedef struct visiono_workflow_t visiono_workflow_t;

// A text in memory of another owner: a pointer to its first byte, and its length in bytes.
// `visiono_text` makes one from a C string.
//
// An input can have any bytes and needs no NUL at its end. A null pointer with a length of zero,
// which `visiono_text(NULL)` makes, is no text: a function that needs one returns an error that
// names the argument. Any other pointer with a length of zero is the empty text. A null pointer
// with another length is `VISIONO_INVALID_ARGUMENT`.
//
// An output is UTF-8, followed by a NUL that the length doesn't count. The text itself has no
// NUL, except that a text from a webhook's body can have one. It belongs to the object that it
// was read from, and lives as long.
typedef struct visiono_str_t {
  // The first byte.
  const char *data;
  // The number of bytes.
  size_t len;
} visiono_str_t;

// The fields of a link, and the Smart Link that they are added to: either `slug` or `link`.
//
// A text is required, and must not be empty or contain `|`, a control character or a line
// separator. It is signed byte for byte.
typedef struct visiono_link_fields_t {
  // The end of the Smart Link, `damage-report`; null if `link` is given.
  struct visiono_str_t slug;
  // The whole Smart Link as a URL; null if `slug` is given.
  struct visiono_str_t link;
  // `uv`: the documented item: an order or a license plate.
  struct visiono_str_t unique_value;
  // `src`: the system that sends the person, such as `zendesk`.
  struct visiono_str_t source;
  // `ref`: the record in that system, such as `ticket-456`.
  struct visiono_str_t reference;
  // `ts`: the time of signing, in Unix seconds: `time(NULL)`.
  int64_t timestamp;
} visiono_link_fields_t;

// The caller's memory for a text that a function writes.
//
// The text is not NUL-terminated. If it doesn't fit, the function returns
// `VISIONO_BUFFER_TOO_SMALL`, sets `len` to the number of bytes that are needed, and writes
// nothing else. On any other failure it doesn't write `len` either.
//
// If an input overlaps the buffer, or this struct lies in it, the call is
// `VISIONO_INVALID_ARGUMENT`.
typedef struct visiono_buffer_t {
  // The first byte; can be null if `capacity` is zero.
  char *data;
  // The number of bytes that can be written.
  size_t capacity;
  // The number of bytes that were written, or are needed.
  size_t len;
} visiono_buffer_t;

// A signed URL in the caller's memory.
typedef struct visiono_signed_t {
  // The memory for the URL: set `data` and `capacity` before the call.
  struct visiono_buffer_t url;
  // The signature by itself: 64 lower-case hexadecimal digits and a NUL.
  char signature[65];
} visiono_signed_t;

// A field and the value that the caller expects there.
//
// An entry in the list is always checked: an entry without a value, such as
// `{VISIONO_FIELD_REFERENCE, visiono_text(NULL)}`, one with a field that the message does not
// have, an entry of zeros, and a second entry for a field are all `VISIONO_INVALID_ARGUMENT`. So
// a session without a ticket can't turn the check off. A field without an entry can have any
// value.
//
// If the message carries the field, the two are compared: this stops a genuine return for one
// ticket from being used on another. If it does not, the expected value takes its place, and
// the signature decides.
typedef struct visiono_expected_t {
  // A number of `visiono_field_t`.
  int32_t field;
  // The value, exactly as it was signed.
  struct visiono_str_t value;
} visiono_expected_t;

// The fields of a return. The rules are those of `visiono_link_fields_t`.
typedef struct visiono_return_fields_t {
  // `sub`: the ID of the submission at Visiono, such as `pls_123`.
  struct visiono_str_t submission_id;
  // `uv`: the documented item: an order or a license plate.
  struct visiono_str_t unique_value;
  // `ref`: the record in that system, such as `ticket-456`.
  struct visiono_str_t reference;
  // `cnt`: the number of uploaded photos, at most 4294967295.
  int64_t photo_count;
  // `ts`: the time of signing, in Unix seconds: `time(NULL)`.
  int64_t timestamp;
} visiono_return_fields_t;

// A decoded parameter or a header: a name and a value of any bytes.
typedef struct visiono_pair_t {
  // The name.
  struct visiono_str_t name;
  // The value; null if the parameter or header is absent.
  struct visiono_str_t value;
} visiono_pair_t;

// The fields of a test event. A text that is null has its default, so a struct of zeros is the
// default event.
typedef struct visiono_test_event_t {
  // The delivery's ID; `test` by default.
  struct visiono_str_t id;
  // The submission's ID; `pls_test` by default.
  struct visiono_str_t submission_id;
  // `uv` of the link; `ABC123` by default.
  struct visiono_str_t unique_value;
  // `src` of the link; `zendesk` by default.
  struct visiono_str_t source;
  // `ref` of the link; `ticket-456` by default.
  struct visiono_str_t reference;
  // A number of `visiono_style_t`.
  int32_t style;
  // Leaves the `timestamp` out of the body, as Visiono's own example of `submission.created`
  // does.
  bool without_timestamp;
} visiono_test_event_t;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

// Makes a workflow from its secrets: the first one signs, each one is tried at verification.
//
// A null text after the first is skipped, so `{current, previous}` works while there is no
// previous secret. `max_age` and `leeway` are how old, and how far in the future, a message
// can be, in seconds. Null means 3600 and 60.
//
// Ownership: the secrets are copied, and wiped when the workflow is freed; the caller wipes
// its own copy. `*workflow` is the caller's, until `visiono_workflow_free`. Threads: any.
// Errors: `VISIONO_INVALID_ARGUMENT`; `VISIONO_INVALID_SECRET`, naming the position of the
// secret, also if the first one is null or there is none.
//
// # Safety
//
// `secrets` can be read for `count` texts, `workflow` can be written, `max_age` and `leeway`
// are null or can be read, and `error` is null or came from `visiono_error_new`.
enum visiono_code_t visiono_workflow_new(const struct visiono_str_t *secrets,
                                         size_t count,
                                         const int64_t *max_age,
                                         const int64_t *leeway,
                                         struct visiono_workflow_t **workflow,
                                         struct visiono_error_t *error);

// Frees a workflow and wipes its secrets. Null is allowed.
//
// Threads: no other thread may be using it. Errors: none.
//
// # Safety
//
// `workflow` came from `visiono_workflow_new` and is not used again.
void visiono_workflow_free(struct visiono_workflow_t *workflow);

// Signs a link, to send a person to Visiono.
//
// Ownership: nothing is kept; `result->url.data` stays the caller's. Threads: any, each with
// its own `result` and `error`. Errors, in this order: `VISIONO_INVALID_ARGUMENT`;
// `VISIONO_INVALID_URL`, or `VISIONO_INVALID_FIELD` naming `slug`; `VISIONO_INVALID_FIELD`,
// naming the first field that can't be signed; `VISIONO_BUFFER_TOO_SMALL`, with the number of
// bytes that are needed in `result->url.len`.
//
// # Safety
//
// `workflow` came from `visiono_workflow_new`, `fields` and its texts can be read, `result`
// can be read and written, its `url.data` can be written for `url.capacity` bytes, and
// `error` is null or came from `visiono_error_new`.
enum visiono_code_t visiono_workflow_sign_link(const struct visiono_workflow_t *workflow,
                                               const struct visiono_link_fields_t *fields,
                                               struct visiono_signed_t *result,
                                               struct visiono_error_t *error);

// Verifies a link, as Visiono does.
//
// `input` is the URL that was requested (it starts with `http://`, `https://` or `/`), or a
// query string with `?` before it, in any bytes; null is an empty one. `now` is the time in
// Unix seconds: `time(NULL)`. `expect` is a list of `expect_count` entries, one or more; pass
// null and zero if nothing is known of the link.
//
// Ownership: nothing is kept; `*verified` is the caller's, until
// `visiono_verified_link_free`. Threads: any, each with its own `error`. Errors: the first
// check that fails decides, in this order: `VISIONO_INVALID_ARGUMENT` and
// `VISIONO_INVALID_FIELD` for the other arguments, `VISIONO_DUPLICATE_PARAMETER`,
// `VISIONO_MISSING_PARAMETER`, `VISIONO_MALFORMED_PARAMETER`, `VISIONO_INVALID_SIGNATURE`,
// `VISIONO_NOT_YET_VALID` or `VISIONO_EXPIRED`, `VISIONO_UNEXPECTED_VALUE`.
//
// # Safety
//
// `workflow` came from `visiono_workflow_new`, `input` can be read, `expect` can be read for
// `expect_count` entries, and so can their values, `verified` can be written, and `error` is
// null or came from `visiono_error_new`.
enum visiono_code_t visiono_workflow_verify_link(const struct visiono_workflow_t *workflow,
                                                 struct visiono_str_t input,
                                                 int64_t now,
                                                 const struct visiono_expected_t *expect,
                                                 size_t expect_count,
                                                 struct visiono_verified_link_t **verified,
                                                 struct visiono_error_t *error);

// Signs a return, as Visiono does, into the URL that the browser is sent back to.
//
// Ownership: nothing is kept; `result->url.data` stays the caller's. Threads: any, each with
// its own `result` and `error`. Errors, in this order: `VISIONO_INVALID_ARGUMENT`;
// `VISIONO_INVALID_FIELD`, naming the first field that can't be signed, or that would climb
// out of its path segment; `VISIONO_BUFFER_TOO_SMALL`, with the number of bytes that are
// needed in `result->url.len`.
//
// # Safety
//
// `workflow` came from `visiono_workflow_new`, `template` from
// `visiono_redirect_template_new`, `fields` and its texts can be read, `result` can be read
// and written, its `url.data` can be written for `url.capacity` bytes, and `error` is null or
// came from `visiono_error_new`.
enum visiono_code_t visiono_workflow_sign_return(const struct visiono_workflow_t *workflow,
                                                 const struct visiono_redirect_template_t *template_,
                                                 const struct visiono_return_fields_t *fields,
                                                 struct visiono_signed_t *result,
                                                 struct visiono_error_t *error);

// Signs a return as `visiono_workflow_sign_return` does, with the template as text.
//
// Ownership: nothing is kept; `result->url.data` stays the caller's. Threads: any, each with
// its own `result` and `error`. Errors: those of `visiono_workflow_sign_return`, and
// `VISIONO_INVALID_TEMPLATE` after `VISIONO_INVALID_ARGUMENT`.
//
// # Safety
//
// `workflow` came from `visiono_workflow_new`, `template`, `fields` and its texts can be
// read, `result` can be read and written, its `url.data` can be written for `url.capacity`
// bytes, and `error` is null or came from `visiono_error_new`.
enum visiono_code_t visiono_workflow_sign_return_text(const struct visiono_workflow_t *workflow,
                                                      struct visiono_str_t template_,
                                                      const struct visiono_return_fields_t *fields,
                                                      struct visiono_signed_t *result,
                                                      struct visiono_error_t *error);

// Verifies a return, when the browser comes back.
//
// `input` is the URL that was requested (it starts with `http://`, `https://` or `/`), or a
// query string with `?` before it, in any bytes; null is an empty one. `template` is the
// redirect template that the return was made from, or null for the six standard parameters.
// `now` is the time in Unix seconds: `time(NULL)`. `expect` is a list of `expect_count`
// entries, one or more; pass null and zero if nothing is known of the return.
//
// Ownership: nothing is kept; `*verified` is the caller's, until
// `visiono_verified_return_free`. Threads: any, each with its own `error`. Errors:
// `VISIONO_INVALID_TEMPLATE` if the template can't be read back, and those of
// `visiono_workflow_verify_link`, in the same order.
//
// # Safety
//
// `workflow` came from `visiono_workflow_new`, `template` is null or came from
// `visiono_redirect_template_new`, `input` can be read, `expect` can be read for
// `expect_count` entries, and so can their values, `verified` can be written, and `error` is
// null or came from `visiono_error_new`.
enum visiono_code_t visiono_workflow_verify_return(const struct visiono_workflow_t *workflow,
                                                   struct visiono_str_t input,
                                                   const struct visiono_redirect_template_t *template_,
                                                   int64_t now,
                                                   const struct visiono_expected_t *expect,
                                                   size_t expect_count,
                                                   struct visiono_verified_return_t **verified,
                                                   struct visiono_error_t *error);

// Returns `uv`: the documented item: an order or a license plate.
// Empty if `verified` is null.
//
// Ownership: the text is the object's. Threads: any. Errors: none.
//
// # Safety
//
// `verified` is null or came from `visiono_workflow_verify_link`.
struct visiono_str_t visiono_verified_link_unique_value(const struct visiono_verified_link_t *verified);

// Returns `src`: the system that sends the person, such as `zendesk`.
// Empty if `verified` is null.
//
// Ownership: the text is the object's. Threads: any. Errors: none.
//
// # Safety
//
// `verified` is null or came from `visiono_workflow_verify_link`.
struct visiono_str_t visiono_verified_link_source(const struct visiono_verified_link_t *verified);

// Returns `ref`: the record in that system, such as `ticket-456`.
// Empty if `verified` is null.
//
// Ownership: the text is the object's. Threads: any. Errors: none.
//
// # Safety
//
// `verified` is null or came from `visiono_workflow_verify_link`.
struct visiono_str_t visiono_verified_link_reference(const struct visiono_verified_link_t *verified);

// Returns `ts`: the time of signing, in Unix seconds.
// -1 if `verified` is null.
//
// Threads: any. Errors: none.
//
// # Safety
//
// `verified` is null or came from `visiono_workflow_verify_link`.
int64_t visiono_verified_link_timestamp(const struct visiono_verified_link_t *verified);

// Returns the position of the secret that signed it, from 0; 0 if `verified` is null.
//
// Threads: any. Errors: none.
//
// # Safety
//
// `verified` is null or came from `visiono_workflow_verify_link`.
size_t visiono_verified_link_secret_index(const struct visiono_verified_link_t *verified);

// Frees the object and the texts that were read from it. Null is allowed.
//
// Threads: no other thread may be using it. Errors: none.
//
// # Safety
//
// `verified` came from `visiono_workflow_verify_link`.
// It is not used again.
void visiono_verified_link_free(struct visiono_verified_link_t *verified);

// Returns `sub`: the ID of the submission at Visiono, such as `pls_123`.
// Empty if `verified` is null.
//
// Ownership: the text is the object's. Threads: any. Errors: none.
//
// # Safety
//
// `verified` is null or came from `visiono_workflow_verify_return`.
struct visiono_str_t visiono_verified_return_submission_id(const struct visiono_verified_return_t *verified);

// Returns `uv`: the documented item: an order or a license plate.
// Empty if `verified` is null.
//
// Ownership: the text is the object's. Threads: any. Errors: none.
//
// # Safety
//
// `verified` is null or came from `visiono_workflow_verify_return`.
struct visiono_str_t visiono_verified_return_unique_value(const struct visiono_verified_return_t *verified);

// Returns `ref`: the record in that system, such as `ticket-456`.
// Empty if `verified` is null.
//
// Ownership: the text is the object's. Threads: any. Errors: none.
//
// # Safety
//
// `verified` is null or came from `visiono_workflow_verify_return`.
struct visiono_str_t visiono_verified_return_reference(const struct visiono_verified_return_t *verified);

// Returns `cnt`: the number of uploaded photos.
// -1 if `verified` is null.
//
// Threads: any. Errors: none.
//
// # Safety
//
// `verified` is null or came from `visiono_workflow_verify_return`.
int64_t visiono_verified_return_photo_count(const struct visiono_verified_return_t *verified);

// Returns `ts`: the time of signing, in Unix seconds.
// -1 if `verified` is null.
//
// Threads: any. Errors: none.
//
// # Safety
//
// `verified` is null or came from `visiono_workflow_verify_return`.
int64_t visiono_verified_return_timestamp(const struct visiono_verified_return_t *verified);

// Returns the position of the secret that signed it, from 0; 0 if `verified` is null.
//
// Threads: any. Errors: none.
//
// # Safety
//
// `verified` is null or came from `visiono_workflow_verify_return`.
size_t visiono_verified_return_secret_index(const struct visiono_verified_return_t *verified);

// Frees the object and the texts that were read from it. Null is allowed.
//
// Threads: no other thread may be using it. Errors: none.
//
// # Safety
//
// `verified` came from `visiono_workflow_verify_return`.
// It is not used again.
void visiono_verified_return_free(struct visiono_verified_return_t *verified);

// Returns the hexadecimal SHA-256 of the body: the same for all deliveries of one event.
// Empty if `verified` is null.
//
// Ownership: the text is the object's. Threads: any. Errors: none.
//
// # Safety
//
// `verified` is null or came from `visiono_webhook_verify`.
struct visiono_str_t visiono_verified_webhook_dedup_key(const struct visiono_verified_webhook_t *verified);

// Returns the position of the secret that signed it, from 0; 0 if `verified` is null.
//
// Threads: any. Errors: none.
//
// # Safety
//
// `verified` is null or came from `visiono_webhook_verify`.
size_t visiono_verified_webhook_secret_index(const struct visiono_verified_webhook_t *verified);

// Frees the object and the texts that were read from it. Null is allowed.
//
// Threads: no other thread may be using it. Errors: none.
//
// # Safety
//
// `verified` came from `visiono_webhook_verify`.
// It is not used again.
void visiono_verified_webhook_free(struct visiono_verified_webhook_t *verified);

// Reads a redirect template, such as
// `https://a.example/done?ref={reference}&sig={signature}`. One without a placeholder gets
// the six standard parameters appended.
//
// Look at `visiono_redirect_template_missing` afterwards: a return that doesn't carry all six
// fields can only be verified by a caller that knows the others.
//
// With a placeholder in the path, verify the URL as the browser requested it: a value such as
// `2024/0815` or `50%` is `2024%2F0815` or `50%25` there. If your server passes on a decoded
// path alone, use no path placeholder for such values.
//
// Ownership: the text is copied; `*template` is the caller's, until
// `visiono_redirect_template_free`. Threads: any. Errors: `VISIONO_INVALID_ARGUMENT`, also if
// the text is null; `VISIONO_INVALID_TEMPLATE`, after which `visiono_error_position` has the
// byte position of a misplaced brace.
//
// # Safety
//
// `text` can be read, `template` written, and `error` is null or came from
// `visiono_error_new`.
enum visiono_code_t visiono_redirect_template_new(struct visiono_str_t text,
                                                  struct visiono_redirect_template_t **template_,
                                                  struct visiono_error_t *error);

// Frees a redirect template and the texts that were read from it. Null is allowed.
//
// Threads: no other thread may be using it. Errors: none.
//
// # Safety
//
// `template` came from `visiono_redirect_template_new` and is not used again.
void visiono_redirect_template_free(struct visiono_redirect_template_t *template_);

// Returns the long names of the fields whose placeholders the template has, one by one:
// `unique_value`. Empty when `index`, which starts at 0, is past the last one, or `template`
// is null.
//
// Ownership: the text is the template's. Threads: any. Errors: none.
//
// # Safety
//
// `template` is null or came from `visiono_redirect_template_new`.
struct visiono_str_t visiono_redirect_template_placeholders(const struct visiono_redirect_template_t *template_,
                                                            size_t index);

// Returns the long names of the fields that a return made from the template does not carry to
// a server, one by one: `unique_value`. Empty when `index`, which starts at 0, is past the
// last one, or `template` is null.
//
// Ownership: the text is the template's. Threads: any. Errors: none.
//
// # Safety
//
// `template` is null or came from `visiono_redirect_template_new`.
struct visiono_str_t visiono_redirect_template_missing(const struct visiono_redirect_template_t *template_,
                                                       size_t index);

// Puts the fields of a return, with a signature that was made elsewhere, into the template.
// The signature is not checked against a secret: to sign and expand in one step, use
// `visiono_workflow_sign_return`.
//
// Ownership: nothing is kept; `url->data` stays the caller's. Threads: any, each with its own
// `url` and `error`. Errors, in this order: `VISIONO_INVALID_ARGUMENT`;
// `VISIONO_INVALID_FIELD`, naming the first field that can't be expanded, or `sig` if the
// signature is not 64 lower-case hexadecimal digits; `VISIONO_BUFFER_TOO_SMALL`, with the
// number of bytes that are needed in `url->len`.
//
// # Safety
//
// `template` came from `visiono_redirect_template_new`, `fields` and its texts and
// `signature` can be read, `url` can be read and written, its `data` can be written for
// `capacity` bytes, and `error` is null or came from `visiono_error_new`.
enum visiono_code_t visiono_redirect_template_expand(const struct visiono_redirect_template_t *template_,
                                                     const struct visiono_return_fields_t *fields,
                                                     struct visiono_str_t signature,
                                                     struct visiono_buffer_t *url,
                                                     struct visiono_error_t *error);

// Checks that a return made from the template can be read back by verification.
//
// Threads: any. Errors: `VISIONO_INVALID_TEMPLATE` if it can't, because two placeholders
// share one path segment or value, one is in a parameter's name, a literal beside one can't
// be decoded, or two names of the query are the same or look alike;
// `VISIONO_INVALID_ARGUMENT`.
//
// # Safety
//
// `template` is null or came from `visiono_redirect_template_new`; `error` is null or came
// from `visiono_error_new`.
enum visiono_code_t visiono_redirect_template_check_extractable(const struct visiono_redirect_template_t *template_,
                                                                struct visiono_error_t *error);

// Makes a webhook from its secrets: the first one signs, each one is tried at verification.
//
// A null text after the first is skipped, so `{current, previous}` works while there is no
// previous secret. `max_age` and `leeway` are how old, and how far in the future, an event
// can be, in seconds. Null means 10800, because Visiono's last retry comes 2 h 36 min after
// the event, and 60. `require_timestamp` rejects an event without a time. Pass false unless
// every event that you need has one: Visiono's own example of `submission.created` has none.
//
// Ownership: the secrets are copied, and wiped when the webhook is freed; the caller wipes
// its own copy. `*webhook` is the caller's, until `visiono_webhook_free`. Threads: any.
// Errors: `VISIONO_INVALID_ARGUMENT`; `VISIONO_INVALID_SECRET`, naming the position of the
// secret, also if the first one is null or there is none.
//
// # Safety
//
// `secrets` can be read for `count` texts, `webhook` can be written, `max_age` and `leeway`
// are null or can be read, and `error` is null or came from `visiono_error_new`.
enum visiono_code_t visiono_webhook_new(const struct visiono_str_t *secrets,
                                        size_t count,
                                        const int64_t *max_age,
                                        const int64_t *leeway,
                                        bool require_timestamp,
                                        struct visiono_webhook_t **webhook,
                                        struct visiono_error_t *error);

// Frees a webhook and wipes its secrets. Null is allowed.
//
// Threads: no other thread may be using it. Errors: none.
//
// # Safety
//
// `webhook` came from `visiono_webhook_new` and is not used again.
void visiono_webhook_free(struct visiono_webhook_t *webhook);

// Receives a webhook: verifies the signature headers and that the event is recent, and reads
// the body.
//
// `body` is the raw body, as it came: JSON that was parsed and written again has other bytes.
// `headers` are the request's, Visiono's or not, with values of any bytes; one whose value is
// null is absent. Names match without case, and CGI's `HTTP_X_VISIONO_SIGNATURE` is a name
// too. `now` is the time in Unix seconds: `time(NULL)`.
//
// An event without a `timestamp` is delivered too, unless `require_timestamp` was set.
//
// Ownership: nothing is kept; `*delivery` is the caller's, until `visiono_delivery_free`.
// Threads: any, each with its own `error`. Errors: the first check that fails decides, in
// this order: `VISIONO_INVALID_ARGUMENT` for the other arguments;
// `VISIONO_MALFORMED_PARAMETER`, naming `body`, if it is larger than 1 MiB;
// `VISIONO_MISSING_PARAMETER`, naming `sig`, without a signature header;
// `VISIONO_INVALID_SIGNATURE`; `VISIONO_MALFORMED_PARAMETER`, naming `body`, if it is not a
// JSON object with a text `event`; `VISIONO_MISSING_PARAMETER`, naming `timestamp`,
// `VISIONO_NOT_YET_VALID` or `VISIONO_EXPIRED`.
//
// # Safety
//
// `webhook` came from `visiono_webhook_new`, `body` can be read for `body_len` bytes,
// `headers` for `count` pairs, and so can their texts, `delivery` can be written, and `error`
// is null or came from `visiono_error_new`.
enum visiono_code_t visiono_webhook_receive(const struct visiono_webhook_t *webhook,
                                            const void *body,
                                            size_t body_len,
                                            const struct visiono_pair_t *headers,
                                            size_t count,
                                            int64_t now,
                                            struct visiono_delivery_t **delivery,
                                            struct visiono_error_t *error);

// Verifies the signature alone. It does not check that the event is recent.
//
// `body` is the raw body, as it came. `header` is the value of `X-Visiono-Signature` or
// `X-Webhook-Signature`, as it came, any bytes; null if there was none.
//
// Ownership: nothing is kept; `*verified` is the caller's, until
// `visiono_verified_webhook_free`. Threads: any, each with its own `error`. Errors, in this
// order: `VISIONO_INVALID_ARGUMENT` for the other arguments; `VISIONO_MALFORMED_PARAMETER`,
// naming `body`, if it is larger than 1 MiB; `VISIONO_MISSING_PARAMETER`, naming `sig`,
// without a header; `VISIONO_INVALID_SIGNATURE`.
//
// # Safety
//
// `webhook` came from `visiono_webhook_new`, `body` can be read for `body_len` bytes, and so
// can `header`, `verified` can be written, and `error` is null or came from
// `visiono_error_new`.
enum visiono_code_t visiono_webhook_verify(const struct visiono_webhook_t *webhook,
                                           const void *body,
                                           size_t body_len,
                                           struct visiono_str_t header,
                                           struct visiono_verified_webhook_t **verified,
                                           struct visiono_error_t *error);

// Signs a body, as Visiono does, into the value of the header: `sha256=` and 64 digits, 71
// bytes. It exists for tests; `visiono_webhook_test_delivery` makes the body and the headers
// as well.
//
// Ownership: nothing is kept; `header->data` stays the caller's. Threads: any, each with its
// own `header` and `error`. Errors: `VISIONO_BUFFER_TOO_SMALL`, with the number of bytes that
// are needed in `header->len`; `VISIONO_INVALID_ARGUMENT`.
//
// # Safety
//
// `webhook` came from `visiono_webhook_new`, `body` can be read for `body_len` bytes,
// `header` can be read and written, its `data` can be written for `capacity` bytes, and
// `error` is null or came from `visiono_error_new`.
enum visiono_code_t visiono_webhook_sign(const struct visiono_webhook_t *webhook,
                                         const void *body,
                                         size_t body_len,
                                         struct visiono_buffer_t *header,
                                         struct visiono_error_t *error);

// Returns the event. `VISIONO_EVENT_UNKNOWN` if it isn't documented, or `delivery` is
// null.
//
// Threads: any. Errors: none.
//
// # Safety
//
// `delivery` is null or came from `visiono_webhook_receive`.
enum visiono_webhook_event_t visiono_delivery_event(const struct visiono_delivery_t *delivery);

// Returns the event's name: `submission.created`, or one that isn't documented. Empty if
// `delivery` is null.
//
// Ownership: the text is the object's. Threads: any. Errors: none.
//
// # Safety
//
// `delivery` is null or came from `visiono_webhook_receive`.
struct visiono_str_t visiono_delivery_event_name(const struct visiono_delivery_t *delivery);

// Returns the hexadecimal SHA-256 of the body: the same for all deliveries of one event.
// Keep it for 24 hours or longer to recognize a duplicate; that of an event without a
// time, as long as the secret is in use. Empty if `delivery` is null.
//
// Ownership: the text is the object's. Threads: any. Errors: none.
//
// # Safety
//
// `delivery` is null or came from `visiono_webhook_receive`.
struct visiono_str_t visiono_delivery_dedup_key(const struct visiono_delivery_t *delivery);

// Returns the position of the secret that signed it, from 0; 0 if `delivery` is null.
//
// Threads: any. Errors: none.
//
// # Safety
//
// `delivery` is null or came from `visiono_webhook_receive`.
size_t visiono_delivery_secret_index(const struct visiono_delivery_t *delivery);

// Returns the ID by which the service's guide polls for the event: `photo_request.id`,
// else `permanent_link_submission.id`, else the `id` of `data`. Null if none of them is
// text of 1 to 255 bytes without a control character, or `delivery` is null.
//
// Ownership: the text is the object's. Threads: any. Errors: none.
//
// # Safety
//
// `delivery` is null or came from `visiono_webhook_receive`.
struct visiono_str_t visiono_delivery_request_id(const struct visiono_delivery_t *delivery);

// Returns the delivery's ID, for logs: `X-Visiono-Delivery`, or else `X-Webhook-ID`. It is
// not authenticated. Null if there is none, or `delivery` is null.
//
// Ownership: the text is the object's. Threads: any. Errors: none.
//
// # Safety
//
// `delivery` is null or came from `visiono_webhook_receive`.
struct visiono_str_t visiono_delivery_unauthenticated_delivery_id(const struct visiono_delivery_t *delivery);

// Returns the tenant's ID, for logs: `X-Visiono-Tenant-Id`. It is not authenticated. Null
// if there is none, or `delivery` is null.
//
// Ownership: the text is the object's. Threads: any. Errors: none.
//
// # Safety
//
// `delivery` is null or came from `visiono_webhook_receive`.
struct visiono_str_t visiono_delivery_unauthenticated_tenant_id(const struct visiono_delivery_t *delivery);

// Returns true if the event is a test: `is_test` or `test` is `true` in the body or in its
// `data`. False if `delivery` is null.
//
// Threads: any. Errors: none.
//
// # Safety
//
// `delivery` is null or came from `visiono_webhook_receive`.
bool visiono_delivery_is_test(const struct visiono_delivery_t *delivery);

// Returns `sub` of the return that belongs to a `submission.created`. Null if the event
// names no link, or one without an ID, or `delivery` is null.
//
// Ownership: the text is the object's. Threads: any. Errors: none.
//
// # Safety
//
// `delivery` is null or came from `visiono_webhook_receive`.
struct visiono_str_t visiono_delivery_link_submission_id(const struct visiono_delivery_t *delivery);

// Returns `uv` of the link that a `submission.created` names. Null if the event names no
// link, if one of the link's three texts can't be the field of a link, or `delivery` is
// null.
//
// Ownership: the text is the object's. Threads: any. Errors: none.
//
// # Safety
//
// `delivery` is null or came from `visiono_webhook_receive`.
struct visiono_str_t visiono_delivery_link_unique_value(const struct visiono_delivery_t *delivery);

// Returns `src` of the link that a `submission.created` names. Null where
// `visiono_delivery_link_unique_value` is.
//
// Ownership: the text is the object's. Threads: any. Errors: none.
//
// # Safety
//
// `delivery` is null or came from `visiono_webhook_receive`.
struct visiono_str_t visiono_delivery_link_source(const struct visiono_delivery_t *delivery);

// Returns `ref` of the link that a `submission.created` names. Null where
// `visiono_delivery_link_unique_value` is.
//
// Ownership: the text is the object's. Threads: any. Errors: none.
//
// # Safety
//
// `delivery` is null or came from `visiono_webhook_receive`.
struct visiono_str_t visiono_delivery_link_reference(const struct visiono_delivery_t *delivery);

// Writes the time of the event, the body's `timestamp` in Unix seconds, into `*seconds`, and
// returns true. Returns false, and writes nothing, if the event has no time, or `delivery` is
// null.
//
// An event without a time can come again at any later time, so its
// `visiono_delivery_dedup_key` must be kept as long as the secret is in use.
//
// Threads: any, each with its own `seconds`. Errors: none.
//
// # Safety
//
// `delivery` is null or came from `visiono_webhook_receive`; `seconds` is null or can be
// written.
bool visiono_delivery_event_time(const struct visiono_delivery_t *delivery, int64_t *seconds);

// Returns true if the event and a verified return are about the same submission: the event
// names a link with the return's unique value and reference and, if it has one, its submission
// ID. Returns false if one of the two is null.
//
// Threads: any. Errors: none.
//
// # Safety
//
// `delivery` is null or came from `visiono_webhook_receive`, and `verified` is null or came
// from `visiono_workflow_verify_return`.
bool visiono_delivery_matches(const struct visiono_delivery_t *delivery,
                              const struct visiono_verified_return_t *verified);

// Returns a text of the body, by a JSON pointer (RFC 6901) such as `/data/photo_request/id`.
// Null if there is no text at this place, the pointer is not one or null, or `delivery` is
// null.
//
// A stranger can have chosen the text: it can contain line breaks, escape sequences and NULs.
// Escape it before you print it.
//
// Ownership: the text is the delivery's. Threads: any. Errors: none.
//
// # Safety
//
// `delivery` is null or came from `visiono_webhook_receive`, and `pointer` can be read.
struct visiono_str_t visiono_delivery_text(const struct visiono_delivery_t *delivery,
                                           struct visiono_str_t pointer);

// Returns any value of the body as the JSON that came, by a JSON pointer (RFC 6901): `2.50`
// for a number, `"pr_123"` for a text, `null`, and whole lists and objects. The empty pointer
// gives the body. Null if there is nothing at this place, the pointer is not one or null, or
// `delivery` is null.
//
// Ownership: the text is the delivery's. Threads: any. Errors: none.
//
// # Safety
//
// As `visiono_delivery_text`.
struct visiono_str_t visiono_delivery_json(const struct visiono_delivery_t *delivery,
                                           struct visiono_str_t pointer);

// Frees the object and the texts that were read from it. Null is allowed.
//
// Threads: no other thread may be using it. Errors: none.
//
// # Safety
//
// `delivery` came from `visiono_webhook_receive`.
// It is not used again.
void visiono_delivery_free(struct visiono_delivery_t *delivery);

// Makes a signed webhook, as Visiono sends it, for the tests of a receiver.
//
// `event` is the name of a documented event, such as `submission.created`. `fields` are those
// of the event; null for the defaults. `now` is the time of the event and of its delivery, in
// Unix seconds: `time(NULL)`.
//
// Ownership: nothing is kept; `*delivery` is the caller's, until
// `visiono_test_delivery_free`. Threads: any, each with its own `error`. Errors:
// `VISIONO_INVALID_ARGUMENT`, also for an event that is not documented.
//
// # Safety
//
// `webhook` came from `visiono_webhook_new`, `event` can be read, `fields` is null or it and
// its texts can be read, `delivery` can be written, and `error` is null or came from
// `visiono_error_new`.
enum visiono_code_t visiono_webhook_test_delivery(const struct visiono_webhook_t *webhook,
                                                  struct visiono_str_t event,
                                                  const struct visiono_test_event_t *fields,
                                                  int64_t now,
                                                  struct visiono_test_delivery_t **delivery,
                                                  struct visiono_error_t *error);

// Returns the raw body of a test delivery. Empty if `delivery` is null.
//
// Ownership: the text is the object's. Threads: any. Errors: none.
//
// # Safety
//
// `delivery` is null or came from `visiono_webhook_test_delivery`.
struct visiono_str_t visiono_test_delivery_body(const struct visiono_test_delivery_t *delivery);

// Returns the headers of a test delivery, `Content-Type` included: a list that
// `visiono_webhook_receive` takes. Writes their number into `*count`. Null and zero if
// `delivery` is null; null if `count` is.
//
// Ownership: the list and its texts are the delivery's. Threads: any, each with its own
// `count`. Errors: none.
//
// # Safety
//
// `delivery` is null or came from `visiono_webhook_test_delivery`; `count` is null or can be
// written.
const struct visiono_pair_t *visiono_test_delivery_headers(const struct visiono_test_delivery_t *delivery,
                                                           size_t *count);

// Frees the object and the texts that were read from it. Null is allowed.
//
// Threads: no other thread may be using it. Errors: none.
//
// # Safety
//
// `delivery` came from `visiono_webhook_test_delivery`.
// It is not used again.
void visiono_test_delivery_free(struct visiono_test_delivery_t *delivery);

// Makes a query string from parameters that a framework has decoded, for
// `visiono_workflow_verify_link` and `visiono_workflow_verify_return`. A pair whose value is
// null is left out.
//
// Pass the query string itself if you have it: a framework can drop the second of two
// parameters of the same name, and a name that begins with `?` or `#` is not found in a
// template.
//
// Ownership: nothing is kept; `query->data` stays the caller's. Threads: any, each with its
// own `query` and `error`. Errors: `VISIONO_BUFFER_TOO_SMALL`, with the number of bytes that
// are needed in `query->len`; `VISIONO_INVALID_ARGUMENT`.
//
// # Safety
//
// `pairs` can be read for `count` pairs, and so can their texts, `query` can be read and
// written, its `data` can be written for `capacity` bytes, and `error` is null or came from
// `visiono_error_new`.
enum visiono_code_t visiono_query_of_pairs(const struct visiono_pair_t *pairs,
                                           size_t count,
                                           struct visiono_buffer_t *query,
                                           struct visiono_error_t *error);

// Makes an error object, to be passed to functions and read after one has failed.
//
// Ownership: the caller's, until `visiono_error_free`. It can be passed again and again.
// Threads: one thread at a time. Errors: none; it is never null.
struct visiono_error_t *visiono_error_new(void);

// Frees an error object and the texts that were read from it. Null is allowed.
//
// Threads: one thread at a time. Errors: none.
//
// # Safety
//
// `error` came from `visiono_error_new` and is not used again.
void visiono_error_free(struct visiono_error_t *error);

// Returns the code of the last error, or `VISIONO_OK` if there was none, or `error` is null.
//
// Threads: one thread at a time. Errors: none.
//
// # Safety
//
// `error` is null or came from `visiono_error_new`.
enum visiono_code_t visiono_error_code(const struct visiono_error_t *error);

// Returns one sentence that says what to do about the last error; empty if there was none.
//
// Ownership: the text is the error object's, until it is passed to a function that fails, or
// freed. Threads: one thread at a time. Errors: none.
//
// # Safety
//
// `error` is null or came from `visiono_error_new`.
struct visiono_str_t visiono_error_message(const struct visiono_error_t *error);

// Returns the short names that the last error concerns, one by one: `uv`, `ts`. Empty when
// `index`, which starts at 0, is past the last one.
//
// Ownership: the text is the error object's, until it is passed to a function that fails, or
// freed. Threads: one thread at a time. Errors: none.
//
// # Safety
//
// `error` is null or came from `visiono_error_new`.
struct visiono_str_t visiono_error_parameter(const struct visiono_error_t *error, size_t index);

// Returns the number of seconds by which a message is too old (`VISIONO_EXPIRED`) or too
// early (`VISIONO_NOT_YET_VALID`); -1 for other errors.
//
// Threads: one thread at a time. Errors: none.
//
// # Safety
//
// `error` is null or came from `visiono_error_new`.
int64_t visiono_error_seconds(const struct visiono_error_t *error);

// Returns the position of the misplaced brace or placeholder in a redirect template, in bytes
// from 0; -1 for other errors.
//
// Threads: one thread at a time. Errors: none.
//
// # Safety
//
// `error` is null or came from `visiono_error_new`.
int64_t visiono_error_position(const struct visiono_error_t *error);

// Returns the stable name of a code, the same in every language: `invalid_signature` for 203,
// `ok` for 0, and `unknown` for a number that is no code.
//
// Ownership: the library's, for ever. The text ends with a NUL. Threads: any. Errors: none.
const char *visiono_code_name(int32_t number);

// Returns true if a code is a refusal, one of the 200s: the message must be rejected, and the
// caller did nothing wrong. Returns false for 0 and for a number that is not a code.
//
// Threads: any. Errors: none.
bool visiono_code_is_refusal(int32_t number);

// Returns the version of this library, such as `1.2.3`.
//
// Ownership: the library's, for ever. The text ends with a NUL. Threads: any. Errors: none.
const char *visiono_version(void);

// Makes an object without secrets.
//
// Ownership: the object is the caller's, until `visiono_php_free`. Threads: any. Errors: none;
// null after a panic.
struct visiono_php_t *visiono_php_new(void);

// Adds a secret to an object that is neither a workflow nor a webhook yet. A null text is an
// absent secret, which keeps its position.
//
// Ownership: the text is copied. Threads: one at a time. Errors: none; the operation that
// makes a workflow or a webhook checks the secrets.
//
// # Safety
//
// `object` is null or came from `visiono_php_new`, and `text` is null or can be read for `len`
// bytes.
void visiono_php_secret(struct visiono_php_t *object, const char *text, size_t len);

// Runs an operation. `texts` is its name, the byte 0xFF and its texts, as
// `bindings-c/src/php/operations.rs` reads them. `time` is the timestamp or the time now.
//
// Ownership: the texts are copied; the result is the object's, until its next call. It is null
// if the object is. Threads: one at a time. Errors: the result is a failure, with the code of
// the operation's.
//
// # Safety
//
// `object` is null or came from `visiono_php_new`, and `texts` can be read for `len` bytes.
const char *visiono_php_call(struct visiono_php_t *object,
                             const char *texts,
                             size_t len,
                             int64_t time);

// Frees an object, wipes its secrets, and sets the pointer to null, so that a later call finds
// that there is none. Null is allowed, for both pointers.
//
// Threads: no other thread may be using it. Errors: none.
//
// # Safety
//
// `object` is null or can be read and written, and what it points to is null or came from
// `visiono_php_new`.
void visiono_php_free(struct visiono_php_t **object);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#ifdef __cplusplus
// Makes an input text from a C string. Null is no text: a function that needs one returns an error
// that names the argument, so `visiono_text(getenv("NAME"))` is safe.
inline visiono_str_t visiono_text(const char *text) {
  visiono_str_t made = {text, text == NULL ? 0 : strlen(text)};
  return made;
}
#else
// Makes an input text from a C string. Null is no text: a function that needs one returns an error
// that names the argument, so `visiono_text(getenv("NAME"))` is safe.
static inline visiono_str_t visiono_text(const char *text) {
  visiono_str_t made = {text, text == NULL ? 0 : strlen(text)};
  return made;
}
#endif

#endif /* VISIONO_WORKFLOW_H */
