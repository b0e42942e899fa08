import type { CodedError, DataAvailability } from '@parley/protocol'
import { backoffMs, type RetryPolicy, retrying } from '@parley/runtime'
import type { EncodedBatch } from './encode-batch.ts'
import { BatcherError, type BatchPart } from './faults.ts'
import type { BatcherMetrics } from './metrics.ts'
import { type BatchPlan, type Publication, withPublication } from './plan.ts'
import type { PlanStore } from './plan-store.ts'

/** The layer each part goes to; both may be the same. */
export type BatchLayers = { readonly [part in BatchPart]: DataAvailability }

export interface PublishDeps {
  readonly layers: BatchLayers
  readonly plans: PlanStore
  readonly metrics: BatcherMetrics
  readonly retry: RetryPolicy<CodedError>
}

const parts: readonly BatchPart[] = ['core', 'witness']

/**
 * Publishes what of a planned batch is not published yet, both parts at the same time, recording each receipt, and waits
 * until both are available.
 * @param encoded - Undefined for a batch published before a restart.
 * @returns the plan with both publications.
 * @throws {BatcherError} `PUBLICATION_MISSING` when a layer lost a part whose bytes are not at hand: form it again.
 */
export async function publishBatch(
  deps: PublishDeps,
  plan: BatchPlan,
  encoded: EncodedBatch | undefined,
  signal: AbortSignal,
): Promise<BatchPlan> {
  let current = plan
  let recorded = Promise.resolve()
  const record = (part: BatchPart, publication: Publication | undefined): Promise<void> => {
    current = withPublication(current, part, publication)
    // One write at a time: the parts share a record, and the later one must win.
    recorded = recorded.then(() => deps.plans.put(current))
    return recorded
  }
  await Promise.all(
    parts.map(async (part) => {
      const bytes = encoded?.parts[part].bytes
      for (let losses = 0; ; losses += 1) {
        let publication = current[part].published
        if (publication === undefined) {
          if (bytes === undefined) throw new BatcherError({ code: 'PUBLICATION_MISSING', batch: plan.number, part })
          publication = await submit(deps, part, bytes, signal)
          await record(part, publication)
        }
        if (await available(deps, part, publication, signal)) return
        await record(part, undefined)
        await deps.retry.clock.sleep(backoffMs(losses, deps.retry), signal)
      }
    }),
  )
  return current
}

async function submit(
  { layers, metrics, retry }: PublishDeps,
  part: BatchPart,
  bytes: Uint8Array,
  signal: AbortSignal,
): Promise<Publication> {
  const layer = layers[part]
  const labels = { part, layer: layer.name }
  const started = retry.clock.elapsed()
  const receipt = await retrying(() => layer.submit(bytes, signal), retry, signal)
  metrics.publishSeconds.observe(labels, (retry.clock.elapsed() - started) / 1000)
  metrics.publishedBytes.inc(labels, bytes.length)
  metrics.daCost.inc(labels, Number(receipt.costWei))
  return { layer: layer.layer, pointer: receipt.pointer, height: receipt.height, costWei: receipt.costWei }
}

/** Waits while a publication is pending. @returns false when the layer no longer has it. */
async function available(
  { layers, retry }: PublishDeps,
  part: BatchPart,
  publication: Publication,
  signal: AbortSignal,
): Promise<boolean> {
  for (let asked = 0; ; asked += 1) {
    const status = await retrying(() => layers[part].status(publication.pointer, signal), retry, signal)
    if (status !== 'pending') return status === 'available'
    await retry.clock.sleep(backoffMs(asked, retry), signal)
  }
}
