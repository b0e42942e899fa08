import type { AbiEvent, Address, Client, Log } from 'viem'
import { getLogs } from 'viem/actions'
import { ask } from './ask.ts'
import type { LogPages } from './log-pages.ts'

/** Which logs are read: all of some contracts, or those of one event with the indexed arguments named. */
export interface LogFilter {
  readonly address: readonly Address[]
  readonly event?: AbiEvent
  readonly args?: Readonly<Record<string, unknown>>
}

/**
 * All logs of a range of blocks, both ends included, in as many requests as the node needs. Good for what is final, or for a
 * report: a reorganisation meanwhile goes unnoticed, which `createBlocks` is for.
 * @throws {SettlementError} `SETTLEMENT_UNAVAILABLE`.
 */
export async function readLogs(
  client: Client,
  filter: LogFilter,
  range: { readonly from: bigint; readonly to: bigint },
  pages: LogPages,
  signal: AbortSignal,
): Promise<Log<bigint, number, false>[]> {
  const found: Log<bigint, number, false>[] = []
  for (let from = range.from; from <= range.to; ) {
    const { blocks, value } = await pages.page(range.to - from + 1n, (count) =>
      requestLogs(client, filter, { fromBlock: from, toBlock: from + count - 1n }, signal),
    )
    found.push(...value)
    from += blocks
  }
  return found
}

type LogRange = { readonly blockHash: `0x${string}` } | { readonly fromBlock: bigint; readonly toBlock: bigint }

/** One request for logs. @throws {SettlementError} `SETTLEMENT_UNAVAILABLE`. */
export function requestLogs(
  client: Client,
  filter: LogFilter,
  range: LogRange,
  signal: AbortSignal,
): Promise<Log<bigint, number, false>[]> {
  // The filter's event is known at run time only; the type that it would give to `args` is not used.
  return ask(() => getLogs(client, { ...filter, ...range } as Parameters<typeof getLogs>[1]), signal) as never
}
