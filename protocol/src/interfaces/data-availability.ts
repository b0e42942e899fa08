/** What amounts are in: ether of the L1 or of the L2, Celestia's TIA, or nothing where publishing is free or not priced. */
export type DaToken = 'eth' | 'l2-eth' | 'tia' | 'none'

/** An amount in the smallest unit of its token: wei, utia. Amounts of different tokens are never added. */
export interface DaAmount {
  readonly token: DaToken
  readonly amount: bigint
}

/** What a layer takes. */
export interface DaLimits {
  /** Bytes of one publication at most. */
  readonly maxBytes: number
  /** Seconds for which the layer itself promises to keep data; Infinity where it is kept until deleted. */
  readonly retentionSeconds: number
  /** Publications under way at most; Infinity where there is no bound. */
  readonly maxInFlight: number
  /** Bytes are paid for in units of so many, such as blobs; 1 where each is. */
  readonly unitBytes: number
}

/** What publishing would cost now. */
export interface DaQuote {
  /** Not less than what a publication begun within `validForMs` is charged. */
  readonly cost: DaAmount
  /** Bytes it was computed for. */
  readonly bytes: number
  /** Milliseconds for which the layer is expected to ask no more; Infinity where its price does not move. */
  readonly validForMs: number
}

export interface DaReceipt {
  /** What finds the data again; goes into the claim. At most `maxPointerBytes`. */
  readonly pointer: Uint8Array
  /** The layer's own height, where it has one. */
  readonly height: bigint
  /** What was paid for it. */
  readonly cost: DaAmount
}

/** How an attempt to publish ended that was given up. */
export interface DaEnding {
  /** There when it was included after all; left out when it never will be. */
  readonly receipt?: DaReceipt
  /** What ending it cost, beside what the receipt says. */
  readonly overhead: DaAmount
}

/**
 * Where a publication stands. `pending`: not on the canonical chain deep enough to be claimed, and may come there. `included`:
 * so deep. `final`: for good, as far as the layer can say so. `lost`: the layer shows that it is not there, and nothing that
 * this adapter sent brings it back; who published it publishes again. That never decides what is derived.
 */
export type DaState = 'pending' | 'included' | 'final' | 'lost'

export interface DaSubmitOptions {
  /** The most that may be paid for what is begun by this call; in the token of the layer's quotes. */
  readonly maxCost?: DaAmount
}

/**
 * A place where a batch's bytes are published and fetched again. Every adapter passes `daCompliance`.
 *
 * Publishing the same bytes twice gives one publication, also across restarts of the process: an adapter that sends
 * transactions stores them before it sends them. Retrieval returns exactly the published bytes or throws: whoever
 * serves them is not trusted.
 *
 * Every method rejects with the signal's reason once the signal aborts. An aborted `submit` may still publish; the next
 * one of the same bytes finds that publication.
 * @see docs/spec/da-layers.md
 */
export interface DataAvailability {
  /** One of `DaLayer`. */
  readonly layer: number
  /** For logs and metrics. */
  readonly name: string

  /** What it takes now; may change, so it is read before every batch. */
  limits(): DaLimits

  /**
   * What publishing `bytes` bytes would cost now; never less for more bytes.
   * @throws {DaError} `DA_EMPTY`, `DA_TOO_LARGE` (never retry), `DA_UNAVAILABLE` (retry later).
   */
  quote(bytes: number, signal: AbortSignal): Promise<DaQuote>

  /**
   * Publishes bytes and waits until they are `included`.
   * @param data - 1 to `maxBytes` bytes; not kept after the call.
   * @throws {DaError} `DA_EMPTY`, `DA_TOO_LARGE` (never retry), `DA_REFUSED` (opened for reading, not authorised, no funds),
   * `DA_FEE_CAPPED` (also by `maxCost`, with nothing sent), `DA_FALL_BACK`, `DA_UNAVAILABLE` (retry the same bytes).
   */
  submit(data: Uint8Array, options: DaSubmitOptions, signal: AbortSignal): Promise<DaReceipt>

  /**
   * Ends an attempt to publish, whatever that takes: resolves once it can never be included, or is included after all. What was
   * never submitted has ended already. A `submit` of the same bytes after an end without receipt is a publication of its own.
   * @param digest - SHA-256 of the bytes.
   * @throws {DaError} `DA_REFUSED` (opened for reading), `DA_FEE_CAPPED`, `DA_UNAVAILABLE`: it has not ended, ask again.
   */
  abandon(digest: Uint8Array, signal: AbortSignal): Promise<DaEnding>

  /**
   * Fetches what `pointer` names, checked against it. The bytes are the caller's.
   * @throws {DaError} `DA_MISSING`, `DA_NOT_YET` (retry later), `DA_PRUNED` (too old for all who were asked), `DA_ABSENT` (the
   * layer proves that it is not there, which changes nothing in what is derived), `DA_CORRUPT` (what was served does not
   * match; retry elsewhere or later), `DA_POINTER_INVALID` (never retry), `DA_UNAVAILABLE` (retry later).
   */
  retrieve(pointer: Uint8Array, signal: AbortSignal): Promise<Uint8Array>

  /**
   * Where a publication stands, told without fetching it: by the layer's chain where it has one, else by what the layer says
   * of it. What cannot be told is thrown: no error is ever read as `lost`.
   * @throws {DaError} `DA_POINTER_INVALID`, and where it cannot be told `DA_UNAVAILABLE`, `DA_MISSING`, `DA_CORRUPT`, `DA_PRUNED`.
   */
  status(pointer: Uint8Array, signal: AbortSignal): Promise<DaState>

  /**
   * Fetches what `pointer` names and checks it, now, for metrics and drills.
   * @throws {DaError} as `retrieve`.
   */
  audit(pointer: Uint8Array, signal: AbortSignal): Promise<void>

  /** Frees what the adapter holds; calls under way reject with `DA_UNAVAILABLE`, and no call may follow. */
  close(): Promise<void>
}
