import type { AbstractLevel } from 'abstract-level'

/** Texts under texts, open, of this gateway alone. */
export type TextLevel = AbstractLevel<string | Buffer | Uint8Array, string, string>
