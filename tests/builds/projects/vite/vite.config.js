export default {
  lib: { build: { lib: { entry: "main.js", formats: ["es", "cjs"], fileName: "main" } } },
  bundled: { ssr: { noExternal: true } },
  webworker: { ssr: { noExternal: true, target: "webworker" } },
  workerd: { ssr: { noExternal: true, target: "webworker", resolve: { conditions: ["workerd"] } } },
  external: {},
}[process.env.KIND];
