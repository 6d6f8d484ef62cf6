// Builds the style sheet, the design system's script and the icons into target/site, and lays a
// brotli copy beside every file there, so that the server compresses nothing while it serves.
//
//   node style/build.mjs            everything
//   node style/build.mjs compress   only the brotli copies (after the WASM has changed)

import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { brotliCompressSync, constants } from "node:zlib";

const style = dirname(fileURLToPath(import.meta.url));
const root = dirname(style);
const site = join(root, "target", "site");
const nhsuk = join(style, "node_modules", "nhsuk-frontend", "dist");
const chartStyles = join(root, "app", "spc", "spc.css");

async function styles() {
  const sass = await import("sass");
  const main = pathToFileURL(join(style, "main.scss"));
  // The charts' styles live beside the crate that draws the charts.
  const source = readFileSync(main, "utf8") + (existsSync(chartStyles) ? readFileSync(chartStyles, "utf8") : "");
  const { css } = sass.compileString(source, {
    url: main,
    loadPaths: [nhsuk],
    quietDeps: true,
    style: "compressed",
    charset: false,
  });
  // Icons stand beside the style sheet, whose address changes with its content.
  const icons = new Set();
  const local = css.replace(/url\("\/assets\/images\/([\w.-]+)"\)/g, (_, name) => {
    icons.add(name);
    return `url("${name}")`;
  });
  put("baton.css", local);
  for (const name of icons) put(name, readFileSync(join(nhsuk, "nhsuk", "assets", "images", name), "utf8"));
}

function files() {
  const frontend = join(nhsuk, "nhsuk");
  const { version } = JSON.parse(readFileSync(join(nhsuk, "..", "package.json"), "utf8"));
  const script = readFileSync(join(frontend, `nhsuk-frontend-${version}.min.js`), "utf8");
  put("nhsuk-frontend.min.js", script.replace(/\n?\/\/# sourceMappingURL=.*\s*$/, "\n"));
  put("baton.svg", readFileSync(join(style, "baton.svg"), "utf8"));
}

// A file that has not changed keeps its time: the server embeds it, and would be built again.
function put(name, text) {
  const path = join(site, name);
  if (!existsSync(path) || readFileSync(path, "utf8") !== text) writeFileSync(path, text);
}

function compress(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      compress(path);
    } else if (path.endsWith(".br")) {
      if (!existsSync(path.slice(0, -3))) rmSync(path);
    } else if (!existsSync(`${path}.br`) || statSync(`${path}.br`).mtimeMs < statSync(path).mtimeMs) {
      const data = readFileSync(path);
      const params = {
        [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
        [constants.BROTLI_PARAM_SIZE_HINT]: data.length,
      };
      const small = brotliCompressSync(data, { params });
      writeFileSync(`${path}.br`, small);
      console.log(`${path.slice(site.length + 1)}: ${kilobytes(data)}, compressed ${kilobytes(small)}`);
    }
  }
}

function kilobytes(data) {
  return `${(data.length / 1000).toFixed(1)} kB`;
}

mkdirSync(join(site, "pkg"), { recursive: true });
if (process.argv[2] !== "compress") {
  await styles();
  files();
}
compress(site);
