import type { SettlementReader } from '@parley/protocol'
import type { BytesLevel } from '@parley/runtime/level'
import { assertClaimRecorded } from './claimed.ts'
import { SignerError } from './faults.ts'
import { type RecordOwner, SigningRecord, type Watermark } from './record/signing-record.ts'

export interface BeginDeps {
  readonly store: BytesLevel
  readonly owner: RecordOwner
  readonly settlement: Pick<SettlementReader, 'head' | 'schedule'>
}

/**
 * Begins the record of a key, or raises the marks of one that is there. A mark below what is claimed is refused before
 * anything is written.
 * @throws {SignerError} `RECORD_BEHIND`, `RECORD_OTHER`, `RECORD_CORRUPT`. @throws {SettlementError}
 */
export async function beginRecord(
  { store, owner, settlement }: BeginDeps,
  watermarks: readonly Watermark[],
  signal: AbortSignal,
): Promise<void> {
  const there = await existing(store, owner)
  const highest = async (lineage: Uint8Array): Promise<bigint | undefined> => {
    const given = watermarks.filter((mark) => Buffer.compare(mark.lineage, lineage) === 0).map(({ number }) => number)
    return [(await there?.highest(lineage)) ?? 0n, ...given].reduce((a, b) => (a > b ? a : b))
  }
  await assertClaimRecorded({ highest }, owner.address, settlement, signal)
  await SigningRecord.begin(store, owner, watermarks)
}

async function existing(store: BytesLevel, owner: RecordOwner): Promise<SigningRecord | undefined> {
  try {
    return await SigningRecord.open(store, owner)
  } catch (error) {
    if (error instanceof SignerError && error.fault.code === 'RECORD_MISSING') return undefined
    throw error
  }
}
