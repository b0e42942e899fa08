/** A bug to plant: `find`, which occurs once in `src/<file>`, becomes `replace`. */
export interface Mutant {
  readonly name: string
  readonly file: string
  readonly find: string
  readonly replace: string
  /** Part of the message with which the invariants must fail; without it any test may find the bug. */
  readonly invariant?: string
  /** Folder of the tests that must find it, where that is not the folder of `file`. */
  readonly tests?: string
}

/** What a bug changes: bytes of a file of `src` that become others. */
export interface Place {
  readonly file: string
  readonly start: number
  readonly length: number
  readonly replacement: string
}

/** @returns `source` with the bug in it. */
export function changed(source: Buffer, { start, length, replacement }: Omit<Place, 'file'>): Buffer {
  return Buffer.concat([source.subarray(0, start), Buffer.from(replacement), source.subarray(start + length)])
}
