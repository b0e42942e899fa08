import type { AbstractLevel } from 'abstract-level'
import { BatcherError } from './faults.ts'
import type { BatchPlan } from './plan.ts'
import { deserializePlan, serializePlan } from './plan-record.ts'

/** Any database of the `level` family. */
export type BatcherStore = AbstractLevel<string | Buffer | Uint8Array, string, string>

/** Plans by number, from the first one whose claim is not final. */
export interface PlanStore {
  /** Plans from `number` on, in order, up to the first missing one. @throws {BatcherError} `PLAN_INVALID`. */
  from(number: bigint): Promise<BatchPlan[]>
  put(plan: BatchPlan): Promise<void>
  /** Forgets plans from `number` on. */
  dropFrom(number: bigint): Promise<void>
  /** Forgets plans up to and including `number`. */
  dropThrough(number: bigint): Promise<void>
}

/** Opens the plans kept in `db`. */
export function createPlanStore(db: BatcherStore): PlanStore {
  const plans = db.sublevel<Uint8Array, Uint8Array>('plan', { keyEncoding: 'view', valueEncoding: 'view' })
  return {
    async from(number) {
      const found: BatchPlan[] = []
      for await (const [key, value] of plans.iterator({ gte: keyOf(number) })) {
        const expected = number + BigInt(found.length)
        if (numberOf(key) !== expected) break
        found.push(read(value, expected))
      }
      return found
    },
    put: (plan) => plans.put(keyOf(plan.number), serializePlan(plan)),
    dropFrom: (number) => plans.clear({ gte: keyOf(number) }),
    dropThrough: (number) => plans.clear({ lte: keyOf(number) }),
  }
}

function read(value: Uint8Array, batch: bigint): BatchPlan {
  try {
    return deserializePlan(value)
  } catch (cause) {
    throw new BatcherError({ code: 'PLAN_INVALID', batch, reason: 'does not decode' }, { cause })
  }
}

function keyOf(number: bigint): Uint8Array {
  const key = new Uint8Array(8)
  new DataView(key.buffer).setBigUint64(0, number)
  return key
}

function numberOf(key: Uint8Array): bigint {
  return new DataView(key.buffer, key.byteOffset, key.byteLength).getBigUint64(0)
}
