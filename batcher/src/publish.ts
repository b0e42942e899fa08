import { type CodedError, type DataAvailability, daLayerName } from '@parley/protocol'
import { backoffMs, type RetryPolicy, retrying } from '@parley/runtime'
import { type CostJournal, overheadOf } from './costs/index.ts'
import type { EncodedBatch } from './encode-batch.ts'
import { BatcherError, type BatchPart } from './faults.ts'
import type { BatcherMetrics } from './metrics.ts'
import { type BatchPlan, type PlannedPart, type Publication, withPart } from './plan.ts'
import type { PlanStore } from './plan-store.ts'

/** The layer each part goes to; both may be the same. */
export type BatchLayers = { readonly [part in BatchPart]: DataAvailability }

export interface PublishDeps {
  readonly layers: BatchLayers
  /** Layers besides, by their numbers, to which parts went before: what lies there is claimed from there. */
  readonly otherLayers?: ReadonlyMap<number, DataAvailability>
  readonly plans: PlanStore
  readonly costs?: CostJournal
  readonly metrics: BatcherMetrics
  readonly retry: RetryPolicy<CodedError>
}

const parts: readonly BatchPart[] = ['core', 'witness']

/**
 * Publishes what of a planned batch is not published yet, both parts at the same time, recording each step, and waits until
 * both may be claimed. What was begun on another layer ends there first, so that nothing is published twice.
 * @param encoded - Undefined for a batch published before a restart.
 * @returns the plan with both publications.
 * @throws {BatcherError} `PUBLICATION_MISSING` when a layer lost a part whose bytes are not at hand: form it again;
 * `LAYER_NOT_OPEN` when a part is on a layer that this batcher was not given.
 */
export async function publishBatch(
  deps: PublishDeps,
  plan: BatchPlan,
  encoded: EncodedBatch | undefined,
  signal: AbortSignal,
): Promise<BatchPlan> {
  let current = plan
  let recorded = Promise.resolve()
  const record = (part: BatchPart, change: Pick<PlannedPart, 'published' | 'begun'>): Promise<void> => {
    current = withPart(current, part, change)
    // One write at a time: the parts share a record, and the later one must win.
    recorded = recorded.then(() => deps.plans.put(current))
    return recorded
  }

  async function publish(part: BatchPart): Promise<Publication> {
    const bytes = encoded?.parts[part].bytes
    if (bytes === undefined) throw new BatcherError({ code: 'PUBLICATION_MISSING', batch: plan.number, part })
    const target = deps.layers[part]
    const found = await endElsewhere(deps, current, part, signal)
    if (found !== undefined) return found
    await record(part, { published: undefined, begun: [target.layer] })
    return submit(deps, part, bytes, signal)
  }

  await Promise.all(
    parts.map(async (part) => {
      for (let losses = 0; ; losses += 1) {
        const before = current[part].published
        const publication = before ?? (await publish(part))
        if (before === undefined) await record(part, { published: publication, begun: [] })
        if (await isTaken(deps, current, part, publication, signal)) return
        await record(part, { published: undefined, begun: [] })
        await deps.retry.clock.sleep(backoffMs(losses, deps.retry), signal)
      }
    }),
  )
  return current
}

/** Ends what was begun of a part on layers where it goes no more. @returns where it was included after all. */
async function endElsewhere(
  deps: PublishDeps,
  plan: BatchPlan,
  part: BatchPart,
  signal: AbortSignal,
): Promise<Publication | undefined> {
  const { digest, begun } = plan[part]
  for (const number of begun) {
    if (number === deps.layers[part].layer) continue
    const layer = layerOf(deps, plan, part, number)
    const { receipt, overhead } = await retrying(() => layer.abandon(digest, signal), deps.retry, signal)
    if (overhead.amount > 0n)
      await deps.costs?.append([overheadOf(plan, part, layer.name, overhead, deps.retry.clock.now())])
    if (receipt !== undefined) return { layer: number, ...receipt }
  }
  return undefined
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
  const receipt = await retrying(() => layer.submit(bytes, {}, signal), retry, signal)
  metrics.publishSeconds.observe(labels, (retry.clock.elapsed() - started) / 1000)
  metrics.publishedBytes.inc(labels, bytes.length)
  metrics.daCost.inc({ ...labels, token: receipt.cost.token }, Number(receipt.cost.amount))
  return { layer: layer.layer, ...receipt }
}

/** Waits while a publication is pending. @returns false when its layer shows that it is lost. */
async function isTaken(
  deps: PublishDeps,
  plan: BatchPlan,
  part: BatchPart,
  { layer: number, pointer }: Publication,
  signal: AbortSignal,
): Promise<boolean> {
  const { retry } = deps
  const layer = layerOf(deps, plan, part, number)
  for (let asked = 0; ; asked += 1) {
    const state = await retrying(() => layer.status(pointer, signal), retry, signal)
    if (state !== 'pending') return state !== 'lost'
    await retry.clock.sleep(backoffMs(asked, retry), signal)
  }
}

function layerOf(
  { layers, otherLayers }: PublishDeps,
  { number: batch }: BatchPlan,
  part: BatchPart,
  number: number,
): DataAvailability {
  const own = [layers[part], layers.core, layers.witness].find(({ layer }) => layer === number)
  const layer = own ?? otherLayers?.get(number)
  if (layer === undefined) throw new BatcherError({ code: 'LAYER_NOT_OPEN', batch, part, layer: daLayerName(number) })
  return layer
}
