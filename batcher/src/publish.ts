import type { CodedError } from '@parley/protocol'
import { backoffMs, type RetryPolicy, retrying } from '@parley/runtime'
import { type CostJournal, overheadOf } from './costs/index.ts'
import type { EncodedBatch } from './encode-batch.ts'
import { BatcherError, type BatchPart } from './faults.ts'
import type { BatcherMetrics } from './metrics.ts'
import { type BatchPlan, type PlannedPart, type Publication, withPart } from './plan.ts'
import type { PlanStore } from './plan-store.ts'
import type { Attempt, Landing, PartPublisher } from './policy/part-publisher.ts'

export interface PublishDeps {
  readonly publishers: { readonly [part in BatchPart]: PartPublisher }
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
    const { digest, begun } = current[part]
    const begin = (layer: number) => record(part, { published: undefined, begun: [layer] })
    const spent: Attempt['spent'] = async (layer, overhead) =>
      deps.costs?.append([overheadOf(plan, part, layer.name, overhead, deps.retry.clock.now())])
    const attempt: Attempt = { batch: plan.number, bytes, digest, begun, begin, spent }
    const landing = await deps.publishers[part].publish(attempt, signal)
    count(deps.metrics, part, bytes.length, landing)
    return { layer: landing.layer.layer, ...landing.receipt }
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

function count(metrics: BatcherMetrics, part: BatchPart, bytes: number, { layer, receipt, tookMs }: Landing): void {
  const labels = { part, layer: layer.name }
  metrics.publishSeconds.observe(labels, tookMs / 1000)
  metrics.publishedBytes.inc(labels, bytes)
  metrics.daCost.inc({ ...labels, token: receipt.cost.token }, Number(receipt.cost.amount))
}

/** Waits while a publication is pending. @returns false when its layer shows that it is lost. */
async function isTaken(
  deps: PublishDeps,
  plan: BatchPlan,
  part: BatchPart,
  { layer: number, pointer }: Publication,
  signal: AbortSignal,
): Promise<boolean> {
  const { publishers, retry } = deps
  const layer = publishers[part].layerOf(number, plan.number)
  for (let asked = 0; ; asked += 1) {
    const state = await retrying(() => layer.status(pointer, signal), retry, signal)
    if (state !== 'pending') return state !== 'lost'
    await retry.clock.sleep(backoffMs(asked, retry), signal)
  }
}
