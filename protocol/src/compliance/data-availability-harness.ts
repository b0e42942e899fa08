import type { DataAvailability } from '../interfaces/data-availability.ts'

/**
 * What somebody answers in place of the data: other bytes, fewer, more, without end, a byte at a time; 404, 410, 429, 500; or
 * nothing.
 */
export type BadAnswer =
  | 'wrong'
  | 'short'
  | 'long'
  | 'endless'
  | 'slow'
  | 'not found'
  | 'gone'
  | 'busy'
  | 'broken'
  | 'hanging'

/** What the suite needs of a layer besides the adapter: a way to see what is on it, and a way to break it. */
export interface DaHarness {
  /** Opens the adapter on the same layer and the same stored state every time: after a `close` it stands for a restart. */
  open(): Promise<DataAvailability>
  /** Publications that the layer itself counts, however the adapter sees it. */
  publications(): Promise<number>
  /** A well-formed pointer to something never published. */
  unknownPointer(): Uint8Array
  /** From now on the layer serves something else under `pointer`. */
  corrupt(pointer: Uint8Array): Promise<void>
  /** From now on the layer answers that it does not have what `pointer` names. */
  withhold(pointer: Uint8Array): Promise<void>
  /** From now on no request to the layer is answered. Called only when `DaTraits.remote`. */
  disconnect(): Promise<void>
  /** From now on the layer accepts no publication but loses none. Called only when `DaTraits.remote`. */
  stall(): Promise<void>
  /** From now on whoever serves what `pointer` names answers like this. Of layers whose traits say `served`. */
  answerBadly?(pointer: Uint8Array, how: BadAnswer): Promise<void>
  /** As `open`, with an adapter that waits two seconds for one answer. Beside `answerBadly`. */
  openImpatient?(): Promise<DataAvailability>
  /** Publishes bytes as somebody else; not counted by `publications`. Of layers whose traits say `copied`. */
  copy?(data: Uint8Array): Promise<void>
  /** From now on what `pointer` names is gone for good: by a reorg deeper than publications are watched, or by time. Of layers whose traits say `loses`. */
  lose?(pointer: Uint8Array): Promise<void>
  /** So many seconds pass for whoever keeps the data, and what has expired is let go. Of layers whose traits say `ages`. */
  pass?(seconds: number): Promise<void>
  /** The pointer that another instance of the layer would have given. Of layers whose traits say `instances`. */
  foreign?(pointer: Uint8Array): Uint8Array
  /** What only the operator may know: no fault shows it. */
  readonly secrets?: readonly string[]
  /** Ends what those above began. */
  heal(): Promise<void>
}

/** What kind of layer it is; decides which cases there are. */
export interface DaTraits {
  /** Whether the adapter asks somebody else, who may not answer. */
  readonly remote: boolean
  /** Whether a chain says what was published: `status` is then told without a download, whatever is served. */
  readonly chain: boolean
  /** Whether somebody serves the data who may answer anything: the harness has `answerBadly`. Default false. */
  readonly served?: boolean
  /** Whether the layer proves that something is not there, so that `retrieve` says `DA_ABSENT`. Default false. */
  readonly provesAbsence?: boolean
  /** Whether the layer can show that it does not have something, so that `status` says `lost`; else it says `DA_MISSING`. Default true. */
  readonly tellsLoss?: boolean
  /** Whether the same bytes of somebody else are another publication: the harness has `copy`. Default false. */
  readonly copied?: boolean
  /** Whether what was published can be gone for good, so that `status` says `lost` and publishing again gives another pointer. Default false. */
  readonly loses?: boolean
  /** Whether who serves the data lets it go once `retentionSeconds` have passed, and says so. Default false. */
  readonly ages?: boolean
  /** Whether a pointer names the instance of the layer: its chain, its committee. Default false. */
  readonly instances?: boolean
  /** Whether the adapter keeps publications in a store that one process at a time may open: `open` opens it. Default false. */
  readonly stored?: boolean
  /** Whether publishing costs something. */
  readonly priced: boolean
  /** Sizes in bytes to publish besides the usual ones: the edges of the layer's own units. */
  readonly sizes: readonly number[]
}
