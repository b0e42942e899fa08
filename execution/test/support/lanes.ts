import type { Worker } from 'node:worker_threads'
import { Worker as NodeWorker } from 'node:worker_threads'
import { type Offer, SignedMessageType } from '@parley/protocol'
import { pino } from 'pino'
import { createExecution, type Execution, type ExecutionOptions, type Outcome } from '../../src/index.ts'
import { config } from './chain.ts'

export const log = pino({ level: 'silent' })

export interface TestLanes {
  readonly execution: Execution
  readonly workers: readonly Worker[]
  /** Records of accepted entries in the order they were told. */
  readonly records: Uint8Array[]
  /** Outcomes by ticket and entry. */
  readonly outcomes: Map<string, Outcome>
}

/** Lanes whose threads, records and outcomes a test can look at. */
export async function startLanes(options: ExecutionOptions): Promise<TestLanes> {
  const workers: Worker[] = []
  const records: Uint8Array[] = []
  const outcomes = new Map<string, Outcome>()
  const execution = await createExecution(
    {
      config,
      log,
      startWorker: (file, threadOptions) => {
        const worker = new NodeWorker(file, threadOptions)
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
  return { execution, workers, records, outcomes }
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
