import type { DaAmount, DaToken } from '@parley/protocol'
import type { CostEntry } from './cost-entry.ts'

/** At what the operator counts other tokens; left out where it does not say. */
export interface Rates {
  /** Ether for one TIA. */
  readonly tia?: number | undefined
  /** Dollars for one ether. */
  readonly usd?: number | undefined
}

/** What one part cost on one layer, in one token. */
export interface CostSum {
  readonly part: CostEntry['part']
  readonly layer: string
  readonly token: DaToken
  /** Publications, or claims. */
  readonly publications: number
  readonly bytes: bigint
  /** Of the batches that these are of. */
  readonly messages: bigint
  readonly cost: bigint
  readonly overhead: bigint
  readonly claimGas: bigint
  /** Undefined without messages. */
  readonly bytesPerMessage: number | undefined
  /** Cost and overhead for a message, in the token's smallest unit; undefined without messages. */
  readonly costPerMessage: number | undefined
  /** The same in wei; undefined, too, where a rate is missing. */
  readonly weiPerMessage: number | undefined
  readonly usdPerMessage: number | undefined
}

const weiOfEther = 10n ** 18n
/** Rates count to so many parts of one. */
const ratePrecision = 1_000_000_000

/** @returns undefined where the rate is missing. */
export function weiOf({ token, amount }: DaAmount, { tia }: Rates): bigint | undefined {
  if (token !== 'tia') return token === 'none' ? 0n : amount
  if (tia === undefined) return undefined
  // utia are millionths; rounded up, so that a price is never too low.
  const scaled = amount * BigInt(Math.round(tia * ratePrecision)) * weiOfEther
  const divisor = 1_000_000n * BigInt(ratePrecision)
  return (scaled + divisor - 1n) / divisor
}

type Adding = {
  -readonly [K in 'publications' | 'bytes' | 'messages' | 'cost' | 'overhead' | 'claimGas']: CostSum[K]
} & Pick<CostSum, 'part' | 'layer' | 'token'>

/** Adds up by part, layer and token. Of a batch that was written twice the last entry counts. */
export function sumCosts(entries: Iterable<CostEntry>, rates: Rates): CostSum[] {
  const latest = new Map<string, CostEntry>()
  for (const entry of entries) {
    const { batch, part, layer, bytes } = entry
    // What was only paid beside stands for itself.
    const key = bytes === 0n && part !== 'claim' ? `beside ${latest.size}` : `${batch} ${part} ${layer}`
    latest.set(key, entry)
  }
  const sums = new Map<string, Adding>()
  for (const { part, layer, bytes, messages, cost, overhead, claimGas } of latest.values()) {
    const key = `${part} ${layer} ${cost.token}`
    const sum = sums.get(key) ?? empty(part, layer, cost.token)
    sums.set(key, sum)
    if (bytes > 0n || part === 'claim') sum.publications += 1
    sum.bytes += bytes
    sum.messages += messages
    sum.cost += cost.amount
    sum.overhead += overhead
    sum.claimGas += claimGas
  }
  return [...sums.values()]
    .sort((a, b) => order(a) - order(b) || a.layer.localeCompare(b.layer))
    .map((sum) => perMessage(sum, rates))
}

const order = ({ part }: Pick<CostSum, 'part'>): number => ['core', 'witness', 'claim'].indexOf(part)

function empty(part: CostEntry['part'], layer: string, token: DaToken): Adding {
  return { part, layer, token, publications: 0, bytes: 0n, messages: 0n, cost: 0n, overhead: 0n, claimGas: 0n }
}

function perMessage(sum: Adding, rates: Rates): CostSum {
  const { token, bytes, cost, overhead, messages } = sum
  const each = (amount: bigint | undefined): number | undefined =>
    amount === undefined || messages === 0n ? undefined : Number(amount) / Number(messages)
  const costPerMessage = each(cost + overhead)
  const weiPerMessage = each(weiOf({ token, amount: cost + overhead }, rates))
  const usdPerMessage =
    weiPerMessage === undefined || rates.usd === undefined ? undefined : (weiPerMessage / 1e18) * rates.usd
  return { ...sum, bytesPerMessage: each(bytes), costPerMessage, weiPerMessage, usdPerMessage }
}
