// Bundles main.js with webpack or Rspack: `node build.mjs tool target folder file`.

import process from "node:process";

const [tool, target, folder, filename] = process.argv.slice(2);
const { default: pack } = await import(tool);
const isModule = filename.endsWith(".mjs");
const compiler = pack({
  mode: "production",
  entry: "./main.js",
  target,
  devtool: false,
  performance: false,
  output: { path: folder, filename, module: isModule },
  experiments: tool === "webpack" || isModule ? { outputModule: isModule } : {},
});
compiler.run((error, stats) => {
  if (error || stats.hasErrors()) {
    console.error(error ?? stats.toString("errors-only"));
    process.exit(1);
  }
});
