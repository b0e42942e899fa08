/** A message that others refer to: what `watch` gives, or what `send` returned as `id`. */
export interface Named {
  /** 16 bytes. */
  readonly id: Uint8Array
}

export const idBytes = 16
