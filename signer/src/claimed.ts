import { type Bytes20, type SettlementReader, sameBytes, sequencerAt } from '@parley/protocol'
import { SignerError } from './faults.ts'
import type { SigningRecord } from './record/signing-record.ts'

/**
 * Demands that the last claimed header is in the record, if this key is the one that signed it: where it is not, the record
 * is an old copy, and above the claim more may be signed than it knows.
 * @throws {SignerError} `RECORD_BEHIND`. @throws {SettlementError} when the L2 does not answer.
 */
export async function assertClaimRecorded(
  record: Pick<SigningRecord, 'highest'>,
  address: Bytes20,
  settlement: Pick<SettlementReader, 'head' | 'schedule'>,
  signal: AbortSignal,
): Promise<void> {
  const [{ lastHeader, rescued }, { keys }] = await Promise.all([settlement.head(signal), settlement.schedule(signal)])
  const { lineage, number } = lastHeader
  if (number === 0n || rescued || !sameBytes(sequencerAt(keys, number).key, address)) return
  const recorded = (await record.highest(lineage)) ?? 0n
  if (recorded < number)
    throw new SignerError({
      code: 'RECORD_BEHIND',
      lineage,
      recorded,
      claimed: number,
      cure: 'start over the newest record; or, when it is lost, `parley signer init --watermark LINEAGE:N`, with N at least every number that any replica, node, relay or claim has of that lineage',
    })
}
