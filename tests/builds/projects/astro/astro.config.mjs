const { default: adapter } = await import(process.env.ADAPTER);

export default {
  output: "server",
  adapter: adapter(process.env.ADAPTER === "@astrojs/node" ? { mode: "standalone" } : {}),
};
