import type { DataAvailability } from '../interfaces/data-availability.ts'

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
  /** Ends what the four above began. */
  heal(): Promise<void>
}

/** What kind of layer it is; decides which cases there are. */
export interface DaTraits {
  /** Whether the adapter asks somebody else, who may not answer. */
  readonly remote: boolean
  /** Whether a chain says what was published: `status` is then told without a download, whatever is served. */
  readonly chain: boolean
  /** Whether publishing costs something. */
  readonly priced: boolean
  /** Sizes in bytes to publish besides the usual ones: the edges of the layer's own units. */
  readonly sizes: readonly number[]
}
