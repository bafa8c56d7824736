#!/usr/bin/env node
// Writes the pseudo-language en-XB from English: accented, 40 % longer, shown right to left. A screen that breaks in it
// breaks in some real language. `--check` only says whether the files are current.
import { mkdirSync, readFileSync, readdirSync, writeFileSync, existsSync } from "node:fs";

const from = new URL("../locales/en/", import.meta.url);
const to = new URL("../locales/en-XB/", import.meta.url);
const accents = { a: "á", c: "ç", e: "é", i: "í", n: "ñ", o: "ö", s: "š", u: "ü", y: "ý", A: "Á", E: "É", I: "Î", O: "Ö", S: "Š", U: "Ü" };

// Placeholders ({{ name }}), tags and nested keys ($t(…)) stay as they are.
const kept = /(\{\{.*?\}\}|<[^>]*>|\$t\([^)]*\))/;

const accent = (text) =>
  text.split(kept).map((part, i) => (i % 2 ? part : part.replace(/[a-zA-Z]/g, (c) => accents[c] ?? c))).join("");

const pseudo = (value) => {
  if (typeof value !== "string") {
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, pseudo(inner)]));
  }
  const letters = value.replaceAll(new RegExp(kept, "g"), "").length;
  return `${accent(value)}${letters ? " " + "~".repeat(Math.max(1, Math.ceil(letters * 0.4) - 1)) : ""}`;
};

mkdirSync(to, { recursive: true });
let stale = false;
for (const name of readdirSync(from)) {
  const text = JSON.stringify(pseudo(JSON.parse(readFileSync(new URL(name, from), "utf8"))), null, 2) + "\n";
  const file = new URL(name, to);
  const current = existsSync(file) && readFileSync(file, "utf8") === text;
  stale ||= !current;
  if (!process.argv.includes("--check") && !current) writeFileSync(file, text);
}
if (process.argv.includes("--check") && stale) {
  console.error("locales/en-XB is not what scripts/pseudo-locale.mjs makes of locales/en: run it and commit the result");
  process.exit(1);
}
