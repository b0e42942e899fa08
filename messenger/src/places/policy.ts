import { originsOf, type Places } from './places.ts'

/** What the page may do: run its own script, and ask the services that it was told of, nothing else. */
export function policyOf(places: Places): string {
  return [
    "default-src 'none'",
    // Hashes of SSZ trees are computed in WebAssembly.
    "script-src 'self' 'wasm-unsafe-eval'",
    "style-src 'self'",
    // Pictures that were received and opened.
    "img-src 'self' blob:",
    `connect-src ${originsOf(places).join(' ')}`,
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
  ].join('; ')
}
