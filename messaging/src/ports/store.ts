/** One key of an atomic write; without a value the key goes away. */
export interface Change {
  readonly key: string
  readonly value: Uint8Array | undefined
}

/**
 * What a device keeps. It holds keys: an implementation encrypts values under a key of the device, and forgets what is overwritten.
 * Its calls reject when it cannot be used; it never falls back to memory.
 */
export interface Store {
  get(key: string): Promise<Uint8Array | undefined>
  /** All keys with a prefix, in order of their UTF-16 code units. */
  list(prefix: string): AsyncIterable<readonly [key: string, value: Uint8Array]>
  /** All or none, durable once it resolves. One writer at a time. */
  write(changes: readonly Change[]): Promise<void>
}
