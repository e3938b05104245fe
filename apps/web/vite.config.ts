import process from "node:process";
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

/** The API that `vite` passes `/api` on to while developing. */
const apiOrigin = `http://localhost:${process.env.PORT ?? 3001}`;

export default defineConfig({
  plugins: [react(), tailwindcss()],
  build: {
    outDir: "dist",
    // Inlined assets would be data: URLs, which the content security policy does not allow for fonts.
    assetsInlineLimit: 0,
  },
  server: {
    port: 5173,
    // The Host header stays as the browser sent it, so that the API's same-origin check holds here too.
    proxy: { "/api": { target: apiOrigin, changeOrigin: false } },
  },
});
