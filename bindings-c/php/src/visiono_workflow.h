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

typedef struct visiono_delivery_t visiono_delivery_t;

typedef struct visiono_error_t visiono_error_t;

typedef struct visiono_packed_t visiono_packed_t;

typedef struct visiono_redirect_template_t visiono_redirect_template_t;

typedef struct visiono_verified_link_t visiono_verified_link_t;

typedef struct visiono_verified_return_t visiono_verified_return_t;

typedef struct visiono_webhook_t visiono_webhook_t;

typedef struct visiono_workflow_t visiono_workflow_t;

typedef struct visiono_str_t {
  const char *data;
  size_t len;
} visiono_str_t;

typedef struct visiono_link_fields_t {
  struct visiono_str_t slug;
  struct visiono_str_t url;
  struct visiono_str_t unique_value;
  struct visiono_str_t source;
  struct visiono_str_t reference;
  int64_t timestamp;
} visiono_link_fields_t;

typedef struct visiono_buffer_t {
  char *data;
  size_t capacity;
  size_t len;
} visiono_buffer_t;

typedef struct visiono_signed_t {
  struct visiono_buffer_t url;
  char signature[65];
} visiono_signed_t;

typedef struct visiono_expect_link_t {
  struct visiono_str_t unique_value;
  struct visiono_str_t source;
  struct visiono_str_t reference;
  struct visiono_str_t timestamp;
} visiono_expect_link_t;

typedef struct visiono_return_fields_t {
  struct visiono_str_t submission_id;
  struct visiono_str_t unique_value;
  struct visiono_str_t reference;
  int64_t photo_count;
  int64_t timestamp;
} visiono_return_fields_t;

typedef struct visiono_expect_return_t {
  struct visiono_str_t submission_id;
  struct visiono_str_t unique_value;
  struct visiono_str_t reference;
  struct visiono_str_t photo_count;
  struct visiono_str_t timestamp;
} visiono_expect_return_t;

typedef struct visiono_pair_t {
  struct visiono_str_t name;
  struct visiono_str_t value;
} visiono_pair_t;

typedef struct visiono_verified_webhook_t {
  size_t secret_index;
  char dedup_key[65];
} visiono_verified_webhook_t;

enum visiono_code_t visiono_workflow_new(const struct visiono_str_t *secrets,
                                         size_t count,
                                         const int64_t *max_age,
                                         const int64_t *leeway,
                                         struct visiono_workflow_t **workflow,
                                         struct visiono_error_t *error);

void visiono_workflow_free(struct visiono_workflow_t *workflow);

enum visiono_code_t visiono_workflow_sign_link(const struct visiono_workflow_t *workflow,
                                               const struct visiono_link_fields_t *fields,
                                               struct visiono_signed_t *result,
                                               struct visiono_error_t *error);

enum visiono_code_t visiono_workflow_verify_link(const struct visiono_workflow_t *workflow,
                                                 struct visiono_str_t input,
                                                 const struct visiono_expect_link_t *expect,
                                                 int64_t now,
                                                 struct visiono_verified_link_t **verified,
                                                 struct visiono_error_t *error);

enum visiono_code_t visiono_workflow_sign_return(const struct visiono_workflow_t *workflow,
                                                 const struct visiono_redirect_template_t *redirect,
                                                 const struct visiono_return_fields_t *fields,
                                                 struct visiono_signed_t *result,
                                                 struct visiono_error_t *error);

enum visiono_code_t visiono_workflow_verify_return(const struct visiono_workflow_t *workflow,
                                                   struct visiono_str_t input,
                                                   const struct visiono_redirect_template_t *redirect,
                                                   const struct visiono_expect_return_t *expect,
                                                   int64_t now,
                                                   struct visiono_verified_return_t **verified,
                                                   struct visiono_error_t *error);

struct visiono_str_t visiono_verified_link_unique_value(const struct visiono_verified_link_t *verified);

struct visiono_str_t visiono_verified_link_source(const struct visiono_verified_link_t *verified);

struct visiono_str_t visiono_verified_link_reference(const struct visiono_verified_link_t *verified);

int64_t visiono_verified_link_timestamp(const struct visiono_verified_link_t *verified);

size_t visiono_verified_link_secret_index(const struct visiono_verified_link_t *verified);

void visiono_verified_link_free(struct visiono_verified_link_t *verified);

struct visiono_str_t visiono_verified_return_submission_id(const struct visiono_verified_return_t *verified);

struct visiono_str_t visiono_verified_return_unique_value(const struct visiono_verified_return_t *verified);

struct visiono_str_t visiono_verified_return_reference(const struct visiono_verified_return_t *verified);

int64_t visiono_verified_return_photo_count(const struct visiono_verified_return_t *verified);

int64_t visiono_verified_return_timestamp(const struct visiono_verified_return_t *verified);

size_t visiono_verified_return_secret_index(const struct visiono_verified_return_t *verified);

void visiono_verified_return_free(struct visiono_verified_return_t *verified);

enum visiono_code_t visiono_redirect_template_new(struct visiono_str_t text,
                                                  struct visiono_redirect_template_t **redirect,
                                                  struct visiono_error_t *error);

void visiono_redirect_template_free(struct visiono_redirect_template_t *redirect);

struct visiono_str_t visiono_redirect_template_missing(const struct visiono_redirect_template_t *redirect,
                                                       size_t index);

enum visiono_code_t visiono_redirect_template_check_extractable(const struct visiono_redirect_template_t *redirect,
                                                                struct visiono_error_t *error);

enum visiono_code_t visiono_webhook_new(const struct visiono_str_t *secrets,
                                        size_t count,
                                        const int64_t *max_age,
                                        const int64_t *leeway,
                                        bool freshness,
                                        struct visiono_webhook_t **webhook,
                                        struct visiono_error_t *error);

void visiono_webhook_free(struct visiono_webhook_t *webhook);

enum visiono_code_t visiono_webhook_receive(const struct visiono_webhook_t *webhook,
                                            const void *body,
                                            size_t body_len,
                                            const struct visiono_pair_t *headers,
                                            size_t count,
                                            int64_t now,
                                            struct visiono_delivery_t **delivery,
                                            struct visiono_error_t *error);

enum visiono_code_t visiono_webhook_verify(const struct visiono_webhook_t *webhook,
                                           const void *body,
                                           size_t body_len,
                                           struct visiono_str_t header,
                                           struct visiono_verified_webhook_t *verified,
                                           struct visiono_error_t *error);

enum visiono_code_t visiono_webhook_sign(const struct visiono_webhook_t *webhook,
                                         const void *body,
                                         size_t body_len,
                                         struct visiono_buffer_t *header,
                                         struct visiono_error_t *error);

enum visiono_webhook_event_t visiono_delivery_event(const struct visiono_delivery_t *delivery);

struct visiono_str_t visiono_delivery_event_name(const struct visiono_delivery_t *delivery);

bool visiono_delivery_event_time(const struct visiono_delivery_t *delivery, int64_t *seconds);

struct visiono_str_t visiono_delivery_dedup_key(const struct visiono_delivery_t *delivery);

size_t visiono_delivery_secret_index(const struct visiono_delivery_t *delivery);

struct visiono_str_t visiono_delivery_unauthenticated_delivery_id(const struct visiono_delivery_t *delivery);

struct visiono_str_t visiono_delivery_unauthenticated_tenant_id(const struct visiono_delivery_t *delivery);

bool visiono_delivery_is_test(const struct visiono_delivery_t *delivery);

struct visiono_str_t visiono_delivery_link_submission_id(const struct visiono_delivery_t *delivery);

struct visiono_str_t visiono_delivery_link_unique_value(const struct visiono_delivery_t *delivery);

struct visiono_str_t visiono_delivery_link_source(const struct visiono_delivery_t *delivery);

struct visiono_str_t visiono_delivery_link_reference(const struct visiono_delivery_t *delivery);

bool visiono_delivery_matches(const struct visiono_delivery_t *delivery,
                              const struct visiono_verified_return_t *verified);

struct visiono_str_t visiono_delivery_text(const struct visiono_delivery_t *delivery,
                                           struct visiono_str_t pointer);

struct visiono_str_t visiono_delivery_json(const struct visiono_delivery_t *delivery,
                                           struct visiono_str_t pointer);

void visiono_delivery_free(struct visiono_delivery_t *delivery);

enum visiono_code_t visiono_query_of_pairs(const struct visiono_pair_t *pairs,
                                           size_t count,
                                           struct visiono_buffer_t *query,
                                           struct visiono_error_t *error);

struct visiono_error_t *visiono_error_new(void);

void visiono_error_free(struct visiono_error_t *error);

enum visiono_code_t visiono_error_code(const struct visiono_error_t *error);

struct visiono_str_t visiono_error_message(const struct visiono_error_t *error);

struct visiono_str_t visiono_error_parameter(const struct visiono_error_t *error, size_t index);

int64_t visiono_error_seconds(const struct visiono_error_t *error);

int64_t visiono_error_position(const struct visiono_error_t *error);

const char *visiono_code_name(int32_t number);

const char *visiono_version(void);

enum visiono_code_t visiono_packed_new(const struct visiono_workflow_t *workflow,
                                       struct visiono_packed_t **packed,
                                       struct visiono_error_t *error);

void visiono_packed_free(struct visiono_packed_t *packed);

const struct visiono_error_t *visiono_packed_error(const struct visiono_packed_t *packed);

const char *visiono_packed_sign_link(struct visiono_packed_t *packed,
                                     const char *texts,
                                     size_t len,
                                     int64_t timestamp);

const char *visiono_packed_verify_link(struct visiono_packed_t *packed,
                                       const char *texts,
                                       size_t len,
                                       int64_t now);

const char *visiono_packed_sign_return(struct visiono_packed_t *packed,
                                       const struct visiono_redirect_template_t *redirect,
                                       const char *texts,
                                       size_t len,
                                       int64_t photo_count,
                                       int64_t timestamp);

const char *visiono_packed_verify_return(struct visiono_packed_t *packed,
                                         const struct visiono_redirect_template_t *redirect,
                                         const char *texts,
                                         size_t len,
                                         int64_t now);

bool visiono_packed_link_matches(const char *texts, size_t len);

