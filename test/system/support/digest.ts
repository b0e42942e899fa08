import { hash } from 'node:crypto'

/** 32 bytes that follow from a text. */
export const digestOf = (text: string): Uint8Array => new Uint8Array(hash('sha256', text, 'buffer'))
