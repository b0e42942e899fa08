import { availableParallelism } from 'node:os'
import { createExecution } from '@parley/execution'
import { benchConfig, SyntheticLoad, skewed } from '@parley/execution/bench'
import { type BlockHeader, coreRootOfHeaders, encodeCore, encodeWitness, witnessRoot } from '@parley/protocol'
import type { BenchContext } from '../bench-context.ts'
import { BlockExecutor, type ExecutedBlock } from '../da/execute-blocks.ts'
import { seedOf } from '../frame.ts'

/** A batch of one block of messages. */
export interface MessageBatch {
  readonly messages: number
  readonly block: ExecutedBlock
  readonly core: Uint8Array
  readonly witness: Uint8Array
}

const conversations = 10_000

/** Executes and encodes one batch of each size. */
export async function makeBatches({ config, log }: BenchContext, sizes: readonly number[]): Promise<MessageBatch[]> {
  const lanes = availableParallelism()
  const execution = await createExecution({ config: benchConfig, log }, { lanes, verifier: config.run.verifier })
  try {
    const load = new SyntheticLoad(conversations, seedOf(config))
    async function* chunks() {
      yield* load.chunks()
    }
    await execution.restore(chunks(), load.shardRoots())
    const executor = new BlockExecutor(execution)
    const speakers = skewed(conversations, 0, seedOf(config))
    const batches: MessageBatch[] = []
    let start = 0
    for (const messages of sizes) {
      const block = await executor.execute(load.messages(messages, speakers, start), 1_000 * batches.length)
      start += messages
      batches.push({ messages, block, core: encodeCore([block]), witness: encodeWitness([block.witness]) })
    }
    return batches
  } finally {
    await execution.close()
  }
}

/** What a claim names of a batch whose block follows `previous`. */
export function claimedRoots(
  { block }: MessageBatch,
  previous: BlockHeader,
  lineage: Uint8Array,
): { lastHeader: BlockHeader; coreRoot: Uint8Array; witnessRoot: Uint8Array } {
  const { runsRoot, stateRoot, witness } = block
  const lastHeader = {
    ...previous,
    number: previous.number + 1n,
    timestamp: previous.timestamp + 250n,
    lineage,
    runsRoot,
    stateRoot,
  }
  return { lastHeader, coreRoot: coreRootOfHeaders([lastHeader]), witnessRoot: witnessRoot([witness]) }
}
