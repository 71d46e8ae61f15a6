/* Builds the files that the bot serves. `node build.js [FOLDER]`: into FOLDER instead, to compare. */

import { readFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";

const HERE = path.dirname(fileURLToPath(import.meta.url));
const SERVED = path.join(HERE, "..", "bot", "channels", "static");
const BANNER = "/* Built from widget/ by `npm run build`: change it there. */";

/** Style sheets as minified text: the widget adopts them, so that no inline style is needed. */
const sheets = {
  name: "sheets",
  setup(build) {
    build.onLoad({ filter: /\.css$/ }, async ({ path: file }) => {
      const css = await readFile(file, "utf8");
      const { code } = await esbuild.transform(css, { loader: "css", minify: true });
      return { contents: code.trim(), loader: "text" };
    });
  },
};

await esbuild.build({
  entryPoints: { widget: path.join(HERE, "src/index.js"), examples: path.join(HERE, "examples/examples.js") },
  outdir: process.argv[2] ?? SERVED,
  bundle: true,
  minify: true,
  format: "iife",
  target: "es2022",
  charset: "utf8",
  banner: { js: BANNER },
  plugins: [sheets],
  logLevel: "warning",
});
