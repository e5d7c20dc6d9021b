// Node runs the generated files directly, which requires their extensions.
export default {
  input: "document.json",
  output: { path: "generated", module: { extension: ".ts" }, tsConfigPath: null },
};
