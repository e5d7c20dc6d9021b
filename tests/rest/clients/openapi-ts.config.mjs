// Node runs the generated files as they are: it needs the ending of each.
export default {
  input: "document.json",
  output: { path: "generated", module: { extension: ".ts" }, tsConfigPath: null },
};
