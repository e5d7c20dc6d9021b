/** What is to be done about an event: put your own here. Visiono has its answer by now. */
export async function work(delivery) {
  console.log(`${delivery.event} ${delivery.data?.photo_request?.id} ${delivery.dedupKey}`);
}
