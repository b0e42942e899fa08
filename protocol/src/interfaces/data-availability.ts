/** What a layer takes in one publication. */
export interface DaLimits {
  /** Bytes of one publication at most. */
  readonly maxBytes: number
  /** Seconds for which the layer itself promises to keep data; Infinity where it is kept until deleted. */
  readonly retentionSeconds: number
}

/** What publishing would cost now. */
export interface DaQuote {
  /** In wei of the layer's own token. */
  readonly costWei: bigint
  /** Bytes it was computed for. */
  readonly bytes: number
}

export interface DaReceipt {
  /** What finds the data again; goes into the claim. At most `maxPointerBytes`. */
  readonly pointer: Uint8Array
  /** The layer's own height, where it has one. */
  readonly height: bigint
  /** What was paid, in wei of the layer's token. */
  readonly costWei: bigint
}

/** `pending`: accepted, not yet on the canonical chain. `missing`: not there now; that is never proof of absence. */
export type DaStatus = 'available' | 'pending' | 'missing'

/**
 * A place where a batch's bytes are published and fetched again. Every adapter passes `daCompliance`.
 *
 * Publishing the same bytes twice gives one publication, also across restarts of the process: an adapter that sends
 * transactions stores them before it sends them. Retrieval returns exactly the published bytes or throws: whoever
 * serves them is not trusted.
 *
 * Every method rejects with the signal's reason once the signal aborts. An aborted `submit` may still publish; the next
 * one of the same bytes finds that publication.
 */
export interface DataAvailability {
  /** One of `DaLayer`. */
  readonly layer: number
  /** For logs and metrics. */
  readonly name: string
  readonly limits: DaLimits

  /**
   * What publishing `bytes` bytes would cost now; never less for more bytes.
   * @throws {DaError} `DA_EMPTY`, `DA_TOO_LARGE` (never retry), `DA_UNAVAILABLE` (retry later).
   */
  quote(bytes: number, signal: AbortSignal): Promise<DaQuote>

  /**
   * Publishes bytes and waits until the layer has accepted them for good, as far as the layer goes.
   * @param data - 1 to `limits.maxBytes` bytes; not kept after the call.
   * @throws {DaError} `DA_EMPTY`, `DA_TOO_LARGE` (never retry), `DA_REFUSED` (opened for reading, or not authorised),
   * `DA_FEE_CAPPED`, `DA_UNAVAILABLE` (retry the same bytes).
   */
  submit(data: Uint8Array, signal: AbortSignal): Promise<DaReceipt>

  /**
   * Fetches what `pointer` names, checked against it. The bytes are the caller's.
   * @throws {DaError} `DA_MISSING`, `DA_NOT_YET` (retry later), `DA_PRUNED` (too old for all who were asked), `DA_ABSENT` (the
   * layer proves that it is not there, which changes nothing in what is derived), `DA_CORRUPT` (what was served does not
   * match; retry elsewhere or later), `DA_POINTER_INVALID` (never retry), `DA_UNAVAILABLE` (retry later).
   */
  retrieve(pointer: Uint8Array, signal: AbortSignal): Promise<Uint8Array>

  /**
   * Whether the layer has taken the data, told without fetching it: by its chain where it has one, else by whether
   * `retrieve` would find it now.
   * @throws {DaError} `DA_POINTER_INVALID`, `DA_UNAVAILABLE`.
   */
  status(pointer: Uint8Array, signal: AbortSignal): Promise<DaStatus>

  /** Frees what the adapter holds; calls under way reject with `DA_UNAVAILABLE`, and no call may follow. */
  close(): Promise<void>
}
