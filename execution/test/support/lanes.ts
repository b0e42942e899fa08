import { Worker } from 'node:worker_threads'
import { SignedMessageType } from '@parley/protocol'
import type { Offer } from '@parley/protocol/reference'
import { pino } from 'pino'
import { createExecution, type Execution, type ExecutionOptions, type Outcome } from '../../src/index.ts'
import type { LaneStart } from '../../src/lane/commands.ts'
import { Control, wake } from '../../src/rings/control.ts'
import { config } from './chain.ts'

export const log = pino({ level: 'silent' })

export interface TestLanes {
  readonly execution: Execution
  /** Makes a lane's thread die, after the entry it is at: terminated in a native call it would take the process with it. */
  readonly kill: (lane: number) => void
  /** Every thread, in the order of lanes. */
  readonly workers: readonly Worker[]
  /** Records of accepted entries in the order they were told. */
  readonly records: Uint8Array[]
  /** Outcomes by ticket and entry. */
  readonly outcomes: Map<string, Outcome>
}

/** Lanes whose threads, records and outcomes a test can look at. */
export async function startLanes(options: ExecutionOptions): Promise<TestLanes> {
  const controls: Int32Array[] = []
  const workers: Worker[] = []
  const records: Uint8Array[] = []
  const outcomes = new Map<string, Outcome>()
  const execution = await createExecution(
    {
      config,
      log,
      startWorker: (file, threadOptions) => {
        controls.push(new Int32Array((threadOptions.workerData as LaneStart).control))
        const worker = new Worker(file, threadOptions)
        workers.push(worker)
        return worker
      },
    },
    options,
  )
  execution.onExecuted((batch) => {
    if (batch.record.length > 0) records.push(batch.record)
    for (const { ticket, entry, outcome } of batch.outcomes) outcomes.set(`${ticket}/${entry}`, outcome)
  })
  const kill = (lane: number): void => {
    const control = controls[lane] as Int32Array
    // A command that was never posted is a defect that the thread does not survive.
    Atomics.add(control, Control.commands, 1)
    wake(control)
  }
  return { execution, kill, workers, records, outcomes }
}

/** An offer with the nonce that its sender names. */
export type SentOffer = Offer & { readonly nonce: bigint }

export function encodeMessage(offer: SentOffer & { kind: 'message' }): Uint8Array {
  const { shard, message, signature, nonce } = offer
  return SignedMessageType.serialize({ shard, ...message, nonce, signature })
}

/** Submits one offer under `ticket`. @throws {Error} when there is no room. */
export function submit(execution: Execution, offer: SentOffer, ticket: number): void {
  const taken =
    offer.kind === 'message'
      ? execution.submitMessages(encodeMessage(offer), ticket)
      : execution.submitOperation({ operation: offer.operation, signatures: [...offer.signatures] }, ticket)
  if (!taken) throw new Error('no room in the queue')
}
