import { maxBlobsPerTransaction, usableBytesPerBlob } from '@parley/da-adapters'
import { type CostOf, committeeUsd, costsAt, examplePrices } from './formulas.ts'
import { bytesPerMessage, networks } from './inputs.ts'

/** Seconds for which a batch is filled at each rate, as the page shows them. */
const rows = [
  [1, 5],
  [1, 600],
  [10, 120],
  [100, 30],
  [1_000, 5],
  [10_000, 1],
] as const

interface Sizes {
  readonly messages: number
  readonly core: number
  readonly witness: number
}

function sizesOf(rate: number, seconds: number): Sizes {
  const found = bytesPerMessage.find((each) => each.rate === rate)
  if (found === undefined) throw new RangeError(`nothing was measured at ${rate} messages a second`)
  const messages = rate * seconds
  return { messages, core: found.core * messages, witness: (found.both - found.core) * messages }
}

/** Dollars for one message by rate and seconds a batch. */
export function messageUsd(rate: number, seconds: number) {
  const { messages, core, witness } = sizesOf(rate, seconds)
  const both = (cost: CostOf): number => (cost(core) + cost(witness)) / messages
  const { blobs, celestia, eigen, certificate, claim } = costsAt(examplePrices)
  return {
    blobs: both(blobs),
    celestia: both(celestia),
    eigen: both(eigen),
    committee: both(committeeUsd) + certificate / messages,
    split: (blobs(core) + committeeUsd(witness) + certificate) / messages,
    claim: claim / messages,
  }
}

/** How many times less a message costs on blobs at one a second when batches wait for `to` and not for `from` seconds. */
export const savedByWaiting = (from: number, to: number): number => messageUsd(1, from).blobs / messageUsd(1, to).blobs

const number = (value: number): string => value.toLocaleString('en-US')
const dollars = (value: number): string => value.toExponential(1)
const table = (lines: readonly (readonly string[])[]): string =>
  lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n')
const rule = (cells: number): string[] => Array.from({ length: cells }, () => '---')

/** What a message costs, as the page has it. */
export function costTable(): string {
  const heads = [
    'messages/s',
    'batch s',
    'blobs',
    'celestia',
    'EigenDA',
    'committee',
    'core blobs, witness committee',
    'claim',
  ]
  const lines = rows.map(([rate, seconds]) => {
    const { blobs, celestia, eigen, committee, split, claim } = messageUsd(rate, seconds)
    return [number(rate), `${seconds}`, ...[blobs, celestia, eigen, committee, split, claim].map(dollars)]
  })
  return table([heads, rule(heads.length), ...lines])
}

/** Where each layer is full, as the page has it. */
export function capacityTable(): string {
  const dense = bytesPerMessage.find(({ rate }) => rate === 1_000) as (typeof bytesPerMessage)[number]
  const { targetBlobs, maxBlobs, slotSeconds, poolPlaces, confirmations, celestiaShares, celestiaShareBytes } = networks
  const { celestiaSeconds, celestiaBlobBytes } = networks
  const blobs = (perSlot: number): number => (perSlot * usableBytesPerBlob) / slotSeconds
  const square = celestiaShares * celestiaShareBytes
  const places: readonly (readonly [string, number])[] = [
    ['blobs, the whole L1, aimed at', blobs(targetBlobs)],
    ['blobs, the whole L1, at most', blobs(maxBlobs)],
    ['blobs, one account', blobs((poolPlaces * maxBlobsPerTransaction) / (confirmations + 1))],
    ['celestia, all squares, v8', square / celestiaSeconds.v8],
    ['celestia, all squares, v9', square / celestiaSeconds.v9],
    ['celestia, one blob of 4 MiB per block, v8', celestiaBlobBytes / celestiaSeconds.v8],
  ]
  const of = (bytes: number): string => number(Math.floor(bytes))
  const lines = places.map(([name, bytes]) => [name, of(bytes), of(bytes / dense.both), of(bytes / dense.core)])
  return table([['layer', 'bytes/s', 'messages/s, both parts', 'core alone'], rule(4), ...lines])
}
