import { repeat } from "./contenders.js";

export default {
  async fetch(request) {
    const { contender, operation, times } = await request.json();
    await repeat(contender, operation, times);
    return new Response();
  },
};
