// A C++17 program with the installed library: handles in unique_ptr, texts as string_view.

#include <visiono_workflow.h>

#include <cstdlib>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

namespace {

template <auto F>
struct Free {
  template <typename T>
  void operator()(T *handle) const { F(handle); }
};
using Workflow = std::unique_ptr<visiono_workflow_t, Free<visiono_workflow_free>>;
using VerifiedLink = std::unique_ptr<visiono_verified_link_t, Free<visiono_verified_link_free>>;
using Webhook = std::unique_ptr<visiono_webhook_t, Free<visiono_webhook_free>>;
using Delivery = std::unique_ptr<visiono_delivery_t, Free<visiono_delivery_free>>;
using Error = std::unique_ptr<visiono_error_t, Free<visiono_error_free>>;

visiono_str_t text(std::string_view view) { return {view.data(), view.size()}; }

std::string_view view(visiono_str_t text) { return {text.data, text.len}; }

void check(visiono_code_t code, const Error &error) {
  if (code != VISIONO_OK) {
    throw std::runtime_error(std::string(view(visiono_error_message(error.get()))));
  }
}

}  // namespace

int main() {
  Error error(visiono_error_new());
  visiono_str_t secret = text("0123456789abcdef0123456789abcdef");
  visiono_workflow_t *made = nullptr;
  check(visiono_workflow_new(&secret, 1, nullptr, nullptr, &made, error.get()), error);
  Workflow workflow(made);

  visiono_link_fields_t fields{};
  fields.slug = text("damage-report");
  fields.unique_value = text("Été 1");
  fields.source = text("zendesk");
  fields.reference = text("ticket-456");
  fields.timestamp = 1705500000;
  std::string memory(512, '\0');
  visiono_signed_t result{};
  result.url.data = memory.data();
  result.url.capacity = memory.size();
  check(visiono_workflow_sign_link(workflow.get(), &fields, &result, error.get()), error);
  memory.resize(result.url.len);

  visiono_expected_t expect[] = {{VISIONO_FIELD_REFERENCE, visiono_text("ticket-456")}};
  visiono_verified_link_t *verified = nullptr;
  check(visiono_workflow_verify_link(workflow.get(), text(memory), 1705500000, expect, 1, &verified,
                                     error.get()),
        error);
  VerifiedLink link(verified);
  bool same = view(visiono_verified_link_unique_value(link.get())) == "Été 1";

  memory.back() = memory.back() == '0' ? '1' : '0';
  verified = nullptr;
  same = same && visiono_workflow_verify_link(workflow.get(), text(memory), 1705500000, nullptr, 0,
                                              &verified, error.get()) == VISIONO_INVALID_SIGNATURE;
  same = same && verified == nullptr;

  visiono_webhook_t *made_webhook = nullptr;
  check(visiono_webhook_new(&secret, 1, nullptr, nullptr, false, &made_webhook, error.get()),
        error);
  Webhook webhook(made_webhook);
  std::string_view body = R"({"event":"photo_request.created","timestamp":"2024-12-25T14:35:00Z",)"
                          R"("data":{"photo_request":{"id":"pr_1"}}})";
  std::string signature(71, '\0');
  visiono_buffer_t header{signature.data(), signature.size(), 0};
  check(visiono_webhook_sign(webhook.get(), body.data(), body.size(), &header, error.get()), error);
  visiono_pair_t headers{text("x-visiono-signature"), text(signature)};
  visiono_delivery_t *received = nullptr;
  check(visiono_webhook_receive(webhook.get(), body.data(), body.size(), &headers, 1, 1735137300,
                                &received, error.get()),
        error);
  Delivery delivery(received);
  same = same && visiono_delivery_event(delivery.get()) == VISIONO_EVENT_PHOTO_REQUEST_CREATED;
  visiono_str_t unset = visiono_text(std::getenv("VISIONO_NOT_SET"));
  visiono_workflow_t *none = nullptr;
  same = same && visiono_workflow_new(&unset, 1, nullptr, nullptr, &none, nullptr) ==
                     VISIONO_INVALID_SECRET;
  visiono_str_t id = visiono_delivery_text(delivery.get(), text("/data/photo_request/id"));
  same = same && view(id) == "pr_1";
  std::cout << (same ? "1 passed, 0 failed" : "0 passed, 1 failed") << '\n';
  return same ? 0 : 1;
}
