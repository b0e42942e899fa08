import type { Settings } from './settings.ts'

const policyWith = (connect: string): string =>
  [
    "default-src 'none'",
    // Hashes of SSZ trees are computed in WebAssembly.
    "script-src 'self' 'wasm-unsafe-eval'",
    "style-src 'self'",
    "img-src 'self'",
    `connect-src ${connect}`,
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
  ].join('; ')

/** What the page may do before it knows whom its reader wants to ask: the page itself narrows it then. */
export const pagePolicy = policyWith('http: https:')

/** What it may do from then on: ask these, and nobody else. */
export function policyOf({ node, l2Url, sequencer }: Settings): string {
  const asked = [node, l2Url, sequencer].flatMap((url) => (url === undefined ? [] : [new URL(url).origin]))
  return policyWith([...new Set(asked)].join(' '))
}
