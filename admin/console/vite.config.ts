import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";

/** Writes each file of text compressed beside itself, so that the program need not do it. */
function compressed(): Plugin {
  return {
    name: "compressed",
    apply: "build",
    writeBundle({ dir }, bundle) {
      const texts = Object.keys(bundle).filter((name) => /\.(js|css|svg)$/.test(name));
      for (const name of texts) {
        const file = join(dir ?? "dist", name);
        const text = readFileSync(file);
        const params = { [constants.BROTLI_PARAM_QUALITY]: 9 };
        writeFileSync(`${file}.br`, brotliCompressSync(text, { params }));
        writeFileSync(`${file}.gz`, gzipSync(text, { level: 9 }));
      }
    },
  };
}

export default defineConfig({
  base: "/console/",
  plugins: [react(), compressed()],
  build: {
    // The policy of the page allows no script in it.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    target: "es2022",
    manifest: true,
    chunkSizeWarningLimit: 1200,
  },
  server: {
    // A running node, behind which the page is tried: see README.md.
    proxy: process.env.GATEHOUSE_URL
      ? {
          "/api": { target: process.env.GATEHOUSE_URL, changeOrigin: true, secure: false },
          "/.gatehouse": { target: process.env.GATEHOUSE_URL, changeOrigin: true, secure: false },
        }
      : undefined,
  },
});
