// What becomes the functions framework in one file (bundle-framework.ts): it starts in half the time.
const { registerHooks } = require("node:module");
const { pathToFileURL } = require("node:url");

// A function registers itself at the framework that serves it.
const url = pathToFileURL(__filename).href;
registerHooks({
  resolve: (specifier, context, next) =>
    specifier === "@google-cloud/functions-framework"
      ? { url, format: "commonjs", shortCircuit: true }
      : next(specifier, context),
});

module.exports = require("@google-cloud/functions-framework");
require("../../node_modules/@google-cloud/functions-framework/build/src/main.js");
