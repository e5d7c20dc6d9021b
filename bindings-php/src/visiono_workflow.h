#define FFI_SCOPE "VISIONO_WORKFLOW"
#define FFI_LIB "libvisiono_workflow.so.0"
// Written from the C header: `cargo xtask generate` writes it again.

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

typedef struct visiono_php_t visiono_php_t;

const char *visiono_version(void);

struct visiono_php_t *visiono_php_new(void);

void visiono_php_secret(struct visiono_php_t *object, const char *text, size_t len);

const char *visiono_php_call(struct visiono_php_t *object,
                             const char *texts,
                             size_t len,
                             int64_t time);

void visiono_php_free(struct visiono_php_t **object);
