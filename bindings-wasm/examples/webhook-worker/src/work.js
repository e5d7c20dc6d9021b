/** What is to be done about an event: put your own here. Visiono doesn't wait for it. */
export async function work(delivery, _env) {
  console.log(delivery.event, delivery.dedupKey, delivery.isTest ? "a test" : "");
}
