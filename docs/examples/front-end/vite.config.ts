import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

// The service under the page's own origin, sockets included: no CORS is needed. In production a reverse proxy does
// this, or `TOUCHLINE_CORS_ORIGINS` names the origin of the front end.
const service = process.env["TOUCHLINE_URL"] ?? "http://127.0.0.1:8000";
const proxy = { "/graphql": { target: service, ws: true } };

export default defineConfig({
  plugins: [react()],
  server: { proxy, fs: { allow: ["../../.."] } },
  preview: { proxy },
});
