import { CliError } from '../faults.ts'
import { readStatus } from './poll.ts'

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

function uint64Of(table: Json, field: string): bigint {
  const value = table[field]
  if (typeof value !== 'string' || !/^\d{1,20}$/.test(value))
    throw new CliError({ code: 'ANSWER_INVALID', server: 'node', field, reason: 'is no decimal number' })
  return BigInt(value)
}

export async function readNode(url: string, signal: AbortSignal): Promise<NodeView> {
  const status = await readStatus(url, '/v1/status', signal)
  const { final } = status.finality as { final: Json }
  return {
    state: String(status.state),
    block: uint64Of(status, 'block'),
    stateRoot: status.stateRoot as string | undefined,
    rootsCompared: Number(uint64Of(status, 'rootsCompared')),
    rootsEqual: Number(uint64Of(status, 'rootsEqual')),
    finalBlock: final.block === undefined ? 0n : uint64Of(final, 'block'),
    fault: status.fault,
  }
}

/** State root after a block that the node verified; undefined while it has not. */
export async function verifiedRoot(url: string, block: bigint, signal: AbortSignal): Promise<string | undefined> {
  if ((await readNode(url, signal)).block < block) return undefined
  const { header } = await readStatus(url, `/v1/blocks/${block}`, signal)
  return (header as Json).stateRoot as string
}

/** Messages in the blocks up to `last`, each of which the node must have verified and know as final. */
export async function finalMessages(url: string, last: bigint, signal: AbortSignal): Promise<number> {
  let messages = 0
  for (let number = 1n; number <= last; number += 1n) {
    const block = await readStatus(url, `/v1/blocks/${number}`, signal)
    if (block.finality !== 'final') continue
    for (const run of block.runs as { messages: number }[]) messages += run.messages
  }
  return messages
}
