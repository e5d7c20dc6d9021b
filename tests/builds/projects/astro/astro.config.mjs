const { default: adapter } = await import(process.env.ADAPTER);

export default {
  // Another tool of the matrix needs an older version, so Node would find that one.
  vite: { ssr: { noExternal: ["cookie"] } },
  output: "server",
  adapter: adapter(process.env.ADAPTER === "@astrojs/node" ? { mode: "standalone" } : {}),
};
