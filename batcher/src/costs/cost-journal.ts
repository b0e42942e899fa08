import type { DaAmount, DaToken } from '@parley/protocol'
import type { CostEntry } from './cost-entry.ts'

/** Keeps what was paid, for whoever adds it up. */
export interface CostJournal {
  /** Resolves once the entries would survive a crash. */
  append(entries: readonly CostEntry[]): Promise<void>
  /** Whether the claim of a batch was written down lately. */
  hasClaim(batch: bigint): Promise<boolean>
}

/** One line, without its end; amounts in decimal digits. */
export function encodeCostEntry(entry: CostEntry): string {
  return JSON.stringify(entry, (_, value: unknown) => (typeof value === 'bigint' ? `${value}` : value))
}

const parts = ['core', 'witness', 'claim'] as const
const tokens: readonly DaToken[] = ['none', 'eth', 'l2-eth', 'tia']
const digits = /^\d{1,78}$/

/** @throws {TypeError} naming the field that is not right. */
export function decodeCostEntry(line: string): CostEntry {
  const fields = fieldsOf(JSON.parse(line), 'entry')
  const amount = (name: string, from = fields): bigint => {
    const value = from[name]
    return typeof value === 'string' && digits.test(value) ? BigInt(value) : fail(name)
  }
  const cost = fieldsOf(fields.cost, 'cost')
  const { layer, at } = fields
  return {
    batch: amount('batch'),
    part: parts.find((part) => part === fields.part) ?? fail('part'),
    layer: typeof layer === 'string' && layer.length <= 64 ? layer : fail('layer'),
    bytes: amount('bytes'),
    messages: amount('messages'),
    cost: {
      token: tokens.find((token) => token === cost.token) ?? fail('token'),
      amount: amount('amount', cost),
    } satisfies DaAmount,
    overhead: amount('overhead'),
    claimGas: amount('claimGas'),
    claimFee: amount('claimFee'),
    l1Fee: amount('l1Fee'),
    at: typeof at === 'number' && Number.isSafeInteger(at) ? at : fail('at'),
  }
}

function fieldsOf(value: unknown, name: string): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : fail(name)
}

function fail(field: string): never {
  throw new TypeError(`${field} of a cost entry is not readable`)
}
