// What ESLint checks: our own JavaScript. Form is Prettier's, types are TypeScript's business.
import js from "@eslint/js"
import globals from "globals"

export default [
  { ignores: [".venv/", "**/vendor/", "htmlcov/", "benchmarks/results/"] },
  js.configs.recommended,
  {
    languageOptions: { globals: globals.browser },
    rules: {
      eqeqeq: "error",
      "no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
      "no-var": "error",
      "object-shorthand": "error",
      "prefer-const": ["error", { destructuring: "all" }],
    },
  },
  { files: ["*.js", "tests/**/*.test.js"], languageOptions: { globals: globals.node } },
]
