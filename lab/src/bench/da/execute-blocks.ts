import type { Execution } from '@parley/execution'
import { benchConfig } from '@parley/execution/bench'
import { type BlockWitness, type Bytes32, type Run, signedMessageBytes, stateRoot } from '@parley/protocol'

/** All of a block that follows from its messages. */
export interface ExecutedBlock {
  readonly timestamp: bigint
  readonly inboxCount: bigint
  readonly runs: Run[]
  readonly runsRoot: Bytes32
  readonly stateRoot: Bytes32
  readonly witness: BlockWitness
}

const bodyMessages = 100

/** Executes blocks of messages one after another, with the roots that they really have. */
export class BlockExecutor {
  private readonly execution: Execution
  private number = 0n
  private executed = 0
  private submitted = 0
  private fault: string | undefined
  private told = Promise.withResolvers<void>()

  /** @param execution - Restored with a state at genesis; its listener is taken. */
  constructor(execution: Execution) {
    this.execution = execution
    execution.onExecuted(({ outcomes }) => {
      for (const { outcome } of outcomes) if (!outcome.accepted) this.fault = outcome.fault.code
      this.executed += outcomes.length
      this.told.resolve()
      this.told = Promise.withResolvers()
    })
  }

  /** @param afterMs - Of genesis. @throws {Error} when a message is refused. */
  async execute(messages: Uint8Array, afterMs: number): Promise<ExecutedBlock> {
    const { timestamp: genesis, prices } = benchConfig.genesis
    const timestamp = genesis + BigInt(Math.round(afterMs)) + 1_000n
    this.number += 1n
    this.execution.open({ number: this.number, timestamp, prices, items: [] })
    const body = bodyMessages * signedMessageBytes
    for (let from = 0; from < messages.length; ) {
      const chunk = messages.subarray(from, from + body)
      if (this.execution.submitMessages(chunk, 0)) {
        from += body
        this.submitted += chunk.length / signedMessageBytes
      } else await this.told.promise
    }
    while (this.executed < this.submitted) await this.told.promise
    if (this.fault !== undefined) throw new Error(`a message of the load was refused: ${this.fault}`)
    const { runs, witness, runsRoot, shardRoots } = await this.execution.seal()
    const state = { inboxCount: 0n, prices, blockNumber: this.number, timestamp }
    return { timestamp, inboxCount: 0n, runs, runsRoot, stateRoot: stateRoot(shardRoots, state), witness }
  }
}
