import type { DaAmount, DataAvailability } from '@parley/protocol'
import type { Clock } from '@parley/runtime'
import { curveThrough, type PartPrice } from './fullness.ts'

/** What an amount is in wei of the L1, by rates that an operator gave; undefined where none was given for its token. */
export type ToWei = (amount: DaAmount) => bigint | undefined

/** A layer that does not name its price in this time has none. Milliseconds. */
const quoteWithinMs = 5_000

/** What each layer asks for so many bytes now; undefined for those that give no quote in time. */
export function quotesOf(
  clock: Clock,
  layers: readonly DataAvailability[],
  bytes: number,
  signal: AbortSignal,
): Promise<(DaAmount | undefined)[]> {
  return Promise.all(layers.map((layer) => quoteOf(clock, layer, bytes, signal)))
}

/** How a layer's price follows from the bytes of publications of at most `maxBytes`; without a curve when it does not say. */
export async function priceOf(
  clock: Clock,
  layer: DataAvailability,
  maxBytes: number,
  signal: AbortSignal,
): Promise<PartPrice> {
  const [least, most] = await Promise.all([1, maxBytes].map((bytes) => quoteOf(clock, layer, bytes, signal)))
  if (least === undefined || most === undefined) return { maxBytes, curve: undefined }
  return { maxBytes, curve: curveThrough(least.amount, most.amount, maxBytes, layer.limits().unitBytes) }
}

async function quoteOf(
  clock: Clock,
  layer: DataAvailability,
  bytes: number,
  signal: AbortSignal,
): Promise<DaAmount | undefined> {
  const over = new AbortController()
  const both = AbortSignal.any([signal, over.signal])
  const timer = clock.sleep(quoteWithinMs, both).then(
    () => over.abort(),
    () => undefined,
  )
  try {
    return (await layer.quote(bytes, both)).cost
  } catch {
    // A layer that cannot be asked is not cheaper; why it fails shows when something is published there.
    signal.throwIfAborted()
    return undefined
  } finally {
    over.abort()
    await timer
  }
}
