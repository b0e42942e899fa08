import { nodeRoutes } from '@parley/api'
import { readStatus } from './poll.ts'
import { uint64Field } from './uint64-field.ts'

/** What a verifying node says of itself. */
export interface NodeView {
  /** `wrong`: it found something that is not as the protocol demands; `failed`: it cannot go on. */
  readonly state: string
  /** Last block verified; 0 before the first. */
  readonly block: bigint
  /** Of the last block verified; undefined before the first. */
  readonly stateRoot: string | undefined
  readonly rootsCompared: number
  readonly rootsEqual: number
  /** Last block that is verified and final on the L2. */
  readonly finalBlock: bigint
  /** What keeps it from going on. */
  readonly fault: unknown
}

type Json = Readonly<Record<string, unknown>>

export async function readNode(url: string, signal: AbortSignal): Promise<NodeView> {
  const status = await readStatus(url, nodeRoutes.status, {}, signal)
  const { final } = status.finality as { final: Json }
  return {
    state: String(status.state),
    block: uint64Field('node', status, 'block'),
    stateRoot: status.stateRoot as string | undefined,
    rootsCompared: Number(uint64Field('node', status, 'rootsCompared')),
    rootsEqual: Number(uint64Field('node', status, 'rootsEqual')),
    finalBlock: final.block === undefined ? 0n : uint64Field('node', final, 'block'),
    fault: status.fault,
  }
}

const readBlock = (url: string, number: bigint, signal: AbortSignal): Promise<Json> =>
  readStatus(url, nodeRoutes.block, { params: { number } }, signal)

/** State root after a block that the node verified; undefined while it has not. */
export async function verifiedRoot(url: string, block: bigint, signal: AbortSignal): Promise<string | undefined> {
  if ((await readNode(url, signal)).block < block) return undefined
  const { header } = await readBlock(url, block, signal)
  return (header as Json).stateRoot as string
}

/** Messages in the blocks from `first` to `last`, each of which the node must have verified and know as final. */
export async function finalMessages(url: string, last: bigint, signal: AbortSignal, first = 1n): Promise<number> {
  let messages = 0
  for (let number = first; number <= last; number += 1n) {
    const block = await readBlock(url, number, signal)
    if (block.finality !== 'final') continue
    for (const run of block.runs as { messages: number }[]) messages += run.messages
  }
  return messages
}
