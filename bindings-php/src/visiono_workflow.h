#define FFI_SCOPE "VISIONO_WORKFLOW"
#define FFI_LIB "libvisiono_workflow.so.0"
// Written from the C header: `cargo xtask headers` writes it again.

typedef enum visiono_code_t {
  VISIONO_OK = 0,
  VISIONO_INVALID_SECRET = 100,
  VISIONO_INVALID_FIELD = 101,
  VISIONO_INVALID_URL = 102,
  VISIONO_INVALID_TEMPLATE = 103,
  VISIONO_MISSING_PARAMETER = 200,
  VISIONO_DUPLICATE_PARAMETER = 201,
  VISIONO_MALFORMED_PARAMETER = 202,
  VISIONO_INVALID_SIGNATURE = 203,
  VISIONO_EXPIRED = 204,
  VISIONO_NOT_YET_VALID = 205,
  VISIONO_UNEXPECTED_VALUE = 206,
  VISIONO_BUFFER_TOO_SMALL = 300,
  VISIONO_INVALID_ARGUMENT = 301,
  VISIONO_PANIC = 399,
} visiono_code_t;

typedef enum visiono_webhook_event_t {
  VISIONO_EVENT_UNKNOWN = 0,
  VISIONO_EVENT_PHOTO_REQUEST_CREATED = 1,
  VISIONO_EVENT_PHOTO_REQUEST_FIRST_VIEWED = 2,
  VISIONO_EVENT_PHOTO_SUBMISSION_CREATED = 3,
  VISIONO_EVENT_PHOTO_REQUEST_SUBMITTED = 4,
  VISIONO_EVENT_PHOTO_REQUEST_EXPIRED = 5,
  VISIONO_EVENT_PHOTO_SUBMISSION_DROPBOX_SYNCED = 6,
  VISIONO_EVENT_SUBMISSION_CREATED = 7,
} visiono_webhook_event_t;

typedef struct visiono_packed_t visiono_packed_t;

const char *visiono_version(void);

char *visiono_packed_workflow_new(const char *texts,
                                  size_t len,
                                  size_t count,
                                  struct visiono_packed_t **packed);

char *visiono_packed_webhook_new(const char *texts,
                                 size_t len,
                                 size_t count,
                                 bool require_timestamp,
                                 struct visiono_packed_t **packed);

void visiono_packed_free(struct visiono_packed_t **packed);

void visiono_packed_text_free(char *text);

const char *visiono_packed_sign_link(struct visiono_packed_t *packed,
                                     const char *texts,
                                     size_t len,
                                     int64_t slug_len,
                                     int64_t link_len,
                                     int64_t timestamp);

const char *visiono_packed_verify_link(struct visiono_packed_t *packed,
                                       const char *texts,
                                       size_t len,
                                       int64_t expected_len,
                                       size_t expected_count,
                                       int64_t frame_count,
                                       int64_t now);

const char *visiono_packed_sign_return(struct visiono_packed_t *packed,
                                       const char *texts,
                                       size_t len,
                                       int64_t template_len,
                                       int64_t photo_count,
                                       int64_t timestamp);

const char *visiono_packed_verify_return(struct visiono_packed_t *packed,
                                         const char *texts,
                                         size_t len,
                                         int64_t template_len,
                                         int64_t expected_len,
                                         size_t expected_count,
                                         int64_t frame_count,
                                         int64_t now);

char *visiono_packed_template(const char *text, size_t len);

char *visiono_packed_check_extractable(const char *text, size_t len);

char *visiono_packed_expand(const char *texts,
                            size_t len,
                            int64_t template_len,
                            int64_t photo_count,
                            int64_t timestamp);

const char *visiono_packed_receive(struct visiono_packed_t *packed,
                                   const char *body,
                                   size_t body_len,
                                   const char *headers,
                                   size_t headers_len,
                                   size_t frame_count,
                                   int64_t now);

const char *visiono_packed_verify_webhook(struct visiono_packed_t *packed,
                                          const char *body,
                                          size_t body_len,
                                          const char *headers,
                                          size_t headers_len,
                                          size_t frame_count);

const char *visiono_packed_sign_webhook(struct visiono_packed_t *packed,
                                        const char *body,
                                        size_t body_len);

const char *visiono_packed_test_delivery(struct visiono_packed_t *packed,
                                         const char *texts,
                                         size_t len,
                                         bool timestamp,
                                         int64_t now);

bool visiono_packed_link_matches(const char *texts, size_t len);
