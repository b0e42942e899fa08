import { Worker, type WorkerOptions } from 'node:worker_threads'
import { signedMessageBytes } from '@parley/protocol'
import type { Logger } from 'pino'
import type { Execution, VerifierChoice } from '../api.ts'
import { createExecution } from '../execution.ts'
import type { LaneLoad } from './lane-load.ts'
import { benchConfig } from './load.ts'

export interface MeasuredLanesOptions {
  readonly lanes: number
  readonly verifier?: VerifierChoice
  /** What the lanes' threads run instead of the usual. */
  readonly worker?: URL
}

/** What one round of messages took. */
export interface RoundCost {
  /** From the first submission to the sealed block. */
  readonly elapsedMs: number
  /** CPU time of the lanes' threads. */
  readonly cpuMicroseconds: number
}

/** Messages of one submission. */
const bodyMessages = 100

/** Lanes over the state of a load, ready for its messages. */
export class MeasuredLanes {
  readonly execution: Execution
  private readonly workers: readonly Worker[]
  private block = 0n
  private count = 0
  private refused: string | undefined
  private wake: () => void = () => undefined

  private constructor(execution: Execution, workers: readonly Worker[]) {
    this.execution = execution
    this.workers = workers
    execution.onExecuted((batch) => {
      if (batch.accepted < batch.entries)
        for (const { outcome } of batch.outcomes) if (!outcome.accepted) this.refused = outcome.fault.code
      this.count += batch.entries
      this.wake()
    })
  }

  static async start(
    load: Pick<LaneLoad, 'chunks' | 'shardRoots'>,
    { lanes, verifier, worker: instead }: MeasuredLanesOptions,
    log: Logger,
  ): Promise<MeasuredLanes> {
    const workers: Worker[] = []
    const startWorker = (file: URL, options: WorkerOptions): Worker => {
      const worker = new Worker(instead ?? file, options)
      workers.push(worker)
      return worker
    }
    const execution = await createExecution(
      { config: benchConfig, log, startWorker },
      { lanes, ...(verifier && { verifier }) },
    )
    try {
      async function* chunks() {
        yield* load.chunks()
      }
      await execution.restore(chunks(), load.shardRoots)
      return new MeasuredLanes(execution, workers)
    } catch (error) {
      await execution.close()
      throw error
    }
  }

  /** Executes and seals one round as a block of its own. @throws {Error} when a message is refused. */
  async round(messages: Uint8Array): Promise<RoundCost> {
    const { genesis } = benchConfig
    this.block += 1n
    const timestamp = genesis.timestamp + 1_000n * this.block
    const cpuBefore = await this.cpu()
    const started = performance.now()
    this.execution.open({ number: this.block, timestamp, prices: genesis.prices, items: [] })
    await this.submit(messages)
    await this.execution.seal()
    const elapsedMs = performance.now() - started
    return { elapsedMs, cpuMicroseconds: (await this.cpu()) - cpuBefore }
  }

  /** Bytes that the lanes' threads hold, on their heaps and outside them. */
  async bytes(): Promise<number> {
    const statistics = await Promise.all(this.workers.map((worker) => worker.getHeapStatistics()))
    return statistics.reduce((sum, each) => sum + each.used_heap_size + each.external_memory, 0)
  }

  close(): Promise<void> {
    return this.execution.close()
  }

  /** Submits in bodies as room comes, and waits until all were executed. */
  private async submit(messages: Uint8Array): Promise<void> {
    const body = bodyMessages * signedMessageBytes
    let done = 0
    for (let from = 0; from < messages.length; ) {
      if (this.execution.submitMessages(messages.subarray(from, from + body), 0)) from += body
      else done += await this.executed()
    }
    while (done < messages.length / signedMessageBytes) done += await this.executed()
  }

  /** Resolves with how many entries were executed since the last call. */
  private async executed(): Promise<number> {
    if (this.count === 0) await new Promise<void>((resolve) => (this.wake = resolve))
    if (this.refused !== undefined) throw new Error(`a message of the load was refused: ${this.refused}`)
    const taken = this.count
    this.count = 0
    return taken
  }

  /** CPU time of the lanes so far, microseconds. */
  private async cpu(): Promise<number> {
    const usages = await Promise.all(this.workers.map((worker) => worker.cpuUsage()))
    return usages.reduce((sum, { user, system }) => sum + user + system, 0)
  }
}
