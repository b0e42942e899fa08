import type { Bytes32, Millis } from '@parley/protocol/light'

/** Who serves a messenger and may be replaced. */
export interface Provider {
  readonly kind: 'store' | 'gateway' | 'pds'
  /** As faults and logs have it: its URL without anything secret. */
  readonly name: string
}

/**
 * What a provider did.
 * `promised`: it took a content, said until when it keeps it, and says that it has none.
 * `lacks`: again and again it had nothing where others had the content; it may never have been given it.
 * `lied`: it gave another content. `refused`, `broken`: it did not do, or did not do in time, what it was asked for or had signed.
 */
export type WithheldReason = 'promised' | 'lacks' | 'lied' | 'refused' | 'broken'

/** What shows that a provider withholds. */
export interface Evidence {
  readonly reason: WithheldReason
  /** Contents that it withheld; none of a gateway's. */
  readonly digests: readonly Bytes32[]
  /** When this was noticed, by the device's clock. */
  readonly at: Millis
  /** Until when it promised to keep the content. */
  readonly retainUntil?: Millis
  /** The coded fault that says it, with its own evidence. */
  readonly fault?: unknown
}

/** Evidence against a provider. */
export interface Withheld {
  readonly provider: Provider
  readonly evidence: Evidence
}

export function sameProvider(a: Provider, b: Provider): boolean {
  return a.kind === b.kind && a.name === b.name
}
