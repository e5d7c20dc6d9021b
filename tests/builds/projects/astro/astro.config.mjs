const { default: adapter } = await import(process.env.ADAPTER);

export default {
  // SvelteKit has an older version, which Node would find.
  vite: { ssr: { noExternal: ["cookie"] } },
  output: "server",
  adapter: adapter(process.env.ADAPTER === "@astrojs/node" ? { mode: "standalone" } : {}),
};
