import {
  fromSeconds,
  type L2Confidence,
  type L2Position,
  type Millis,
  SettlementError,
  sameBytes,
} from '@parley/protocol/light'
import { type Block, BlockNotFoundError, bytesToHex, type Client, hexToBytes, type Log } from 'viem'
import { getBlock } from 'viem/actions'
import { ask } from './ask.ts'
import { type EventBlock, invalidEvent, type RawLog } from './log.ts'
import type { LogPages } from './log-pages.ts'
import { type LogFilter, requestLogs } from './read-logs.ts'

/** Blocks of the L2 with the contracts' logs in them. */
export interface BlockWithLogs {
  readonly block: EventBlock
  readonly logs: readonly RawLog[]
}

/**
 * What lies behind a position: a stretch of blocks up to `end`, nothing, a chain that no longer has the position in it, or
 * one that does not reach as far as the position.
 * `passed` are positions on the way, oldest first, `end` among them.
 */
export type Stretch =
  | {
      readonly kind: 'stretch'
      readonly found: readonly BlockWithLogs[]
      readonly passed: readonly L2Position[]
      readonly end: L2Position
      /** L2 time of `end`. */
      readonly time: Millis
      readonly caughtUp: boolean
    }
  | { readonly kind: 'nothing' }
  | { readonly kind: 'behind'; readonly head: bigint }
  | { readonly kind: 'reorganised' }

export interface BlocksOptions {
  /** How many blocks one request for logs far from the head may span; shared by all that ask the same node. */
  readonly pages: LogPages
  /** Blocks behind the head that are read one by one, by hash. */
  readonly nearBlocks: bigint
}

/** Reads stretches of blocks so that every log is of the chain that the position before it is of. */
export interface Blocks {
  after(position: L2Position, confidence: L2Confidence, signal: AbortSignal): Promise<Stretch>
  isCanonical(position: L2Position, signal: AbortSignal): Promise<boolean>
  /** L2 time of a position's block. */
  timeOf(position: L2Position, signal: AbortSignal): Promise<Millis>
}

type SealedBlock = Block<bigint, false, 'latest'>

const positionOf = (block: SealedBlock): L2Position => ({
  blockNumber: block.number,
  blockHash: hexToBytes(block.hash),
})
const eventBlockOf = (block: SealedBlock): EventBlock => ({
  ...positionOf(block),
  parentHash: hexToBytes(block.parentHash),
  timestamp: block.timestamp,
})

export function createBlocks(client: Client, filter: LogFilter, options: BlocksOptions): Blocks {
  /** The block of a number; undefined when the chain is not that long. */
  const blockAt = (blockNumber: bigint, signal: AbortSignal): Promise<SealedBlock | undefined> =>
    ask(async () => {
      try {
        return await getBlock(client, { blockNumber })
      } catch (error) {
        if (error instanceof BlockNotFoundError) return undefined
        throw error
      }
    }, signal)

  async function isCanonical(position: L2Position, signal: AbortSignal): Promise<boolean> {
    const block = await blockAt(position.blockNumber, signal)
    return block !== undefined && sameBytes(hexToBytes(block.hash), position.blockHash)
  }

  /** Block by block, each linked to the one before and asked for its logs by hash: nothing can come in between. */
  async function near(from: L2Position, last: bigint, signal: AbortSignal): Promise<Stretch> {
    const count = Number(last - from.blockNumber)
    const numbers = Array.from({ length: count }, (_, i) => from.blockNumber + 1n + BigInt(i))
    const blocks = await Promise.all(numbers.map((number) => blockAt(number, signal)))
    const linked: SealedBlock[] = []
    for (const block of blocks) {
      const previous = linked.at(-1)?.hash ?? bytesToHex(from.blockHash)
      if (block?.parentHash !== previous) break
      linked.push(block)
    }
    const end = linked.at(-1)
    if (end === undefined) return { kind: blocks[0] === undefined ? 'nothing' : 'reorganised' }
    const found = await Promise.all(
      linked.map(async (block) => {
        const logs = await requestLogs(client, filter, { blockHash: block.hash }, signal)
        return { block: eventBlockOf(block), logs: inOrder(logs, block) }
      }),
    )
    return {
      kind: 'stretch',
      found: found.filter(({ logs }) => logs.length > 0),
      passed: linked.map(positionOf),
      end: positionOf(end),
      time: fromSeconds(end.timestamp),
      caughtUp: end.number === last,
    }
  }

  /** Many blocks at once; taken only if the chain was the same before and after. */
  async function far(from: L2Position, reach: bigint, signal: AbortSignal): Promise<Stretch> {
    const fromBlock = from.blockNumber + 1n
    const { value } = await options.pages.page(reach, async (count) => {
      const to = from.blockNumber + count
      const last = await blockAt(to, signal)
      const range = { fromBlock, toBlock: to }
      return last && { to, last, logs: await requestLogs(client, filter, range, signal) }
    })
    if (value === undefined) return { kind: 'nothing' }
    const { to, last, logs } = value
    for (const { blockNumber } of logs)
      if (blockNumber < fromBlock || blockNumber > to) throw invalidEvent(`log of block ${blockNumber}, not asked for`)
    const hashes = [...new Set(logs.map((log) => log.blockHash))]
    const blocks = await Promise.all(hashes.map((blockHash) => ask(() => getBlock(client, { blockHash }), signal)))
    if (!(await isCanonical(from, signal))) return { kind: 'reorganised' }
    const end = positionOf(last)
    if (!(await isCanonical(end, signal))) return { kind: 'nothing' }
    const found = blocks
      .map((block) => ({
        block: eventBlockOf(block),
        logs: inOrder(
          logs.filter((log) => log.blockHash === block.hash),
          block,
        ),
      }))
      .sort((a, b) => Number(a.block.blockNumber - b.block.blockNumber))
    return { kind: 'stretch', found, passed: [end], end, time: fromSeconds(last.timestamp), caughtUp: false }
  }

  return {
    isCanonical,
    async timeOf({ blockNumber }, signal) {
      const block = await ask(() => getBlock(client, { blockNumber }), signal)
      return fromSeconds(block.timestamp)
    },
    async after(position, confidence, signal) {
      const head = await headOf(client, confidence, signal)
      const ahead = head.number - position.blockNumber
      if (ahead <= 0n) {
        const present = await blockAt(position.blockNumber, signal)
        // Its node may lag, or be about to follow another branch: only another block at this height decides.
        if (present === undefined && ahead < 0n) return { kind: 'behind', head: head.number }
        if (present === undefined || present.hash === bytesToHex(position.blockHash)) return { kind: 'nothing' }
        return { kind: 'reorganised' }
      }
      if (ahead <= options.nearBlocks) return near(position, head.number, signal)
      return far(position, ahead - options.nearBlocks, signal)
    },
  }
}

/** @throws {SettlementError} `SETTLEMENT_UNAVAILABLE`, which says what to do about a confidence that the node does not know. */
async function headOf(client: Client, confidence: L2Confidence, signal: AbortSignal): Promise<SealedBlock> {
  try {
    return await ask(() => getBlock(client, { blockTag: confidence }), signal)
  } catch (error) {
    if (confidence === 'latest' || !(error instanceof SettlementError) || error.fault.code !== 'SETTLEMENT_UNAVAILABLE')
      throw error
    const { reason } = error.fault
    throw new SettlementError(
      {
        code: 'SETTLEMENT_UNAVAILABLE',
        reason: `${reason}: the node tells no ${confidence} block. It does once it has followed the L1 for a while; if it never does, use a provider that offers the tag`,
      },
      { cause: error },
    )
  }
}

function inOrder(logs: readonly Log<bigint, number, false>[], block: SealedBlock): RawLog[] {
  const sorted = [...logs].sort((a, b) => a.logIndex - b.logIndex)
  sorted.forEach((log, i) => {
    if (log.removed || log.blockHash !== block.hash || log.blockNumber !== block.number)
      throw invalidEvent(`log ${log.logIndex} is not of block ${block.number}`)
    if (i > 0 && log.logIndex === sorted[i - 1]?.logIndex)
      throw invalidEvent(`block ${block.number} has two logs of index ${log.logIndex}`)
  })
  return sorted
}
