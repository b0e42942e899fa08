import {
  BodyKind,
  type QueuedItem,
  type Signature,
  signatureBytes,
  type ViewedBlock,
  viewedMessageBytes,
} from '@parley/protocol'
import type { L2Log } from './l2/l2-log.ts'
import type { HistoryRecord } from './store/chain-records.ts'
import type { ChainStore } from './store/chain-store.ts'
import { type ItemAt, rareEvent, splitSignatures } from './store/rare-events.ts'

/** An entry of a record with its signatures: the signer's, then of a change the consents; null once they are pruned. */
export interface SignedRecord extends HistoryRecord {
  readonly signatures: readonly Signature[] | null
}

/** Each block of a page is read whole, so that a page ends behind this many. */
const blocksPerPage = 32

/** Adds signatures to entries of one conversation's record, to as many as lie in a bounded number of blocks. */
export async function signRecords(
  { store, l2 }: { readonly store: ChainStore; readonly l2: L2Log },
  shard: number,
  conversation: number,
  records: readonly HistoryRecord[],
): Promise<SignedRecord[]> {
  const signed: SignedRecord[] = []
  let number: bigint | undefined
  let read = 0
  let signatures: readonly (readonly Signature[])[] | undefined
  for (const record of records) {
    if (record.block !== number) {
      if (read === blocksPerPage) break
      number = record.block
      const block = await store.signedBlock(number)
      signatures = block === undefined ? undefined : await entrySignatures(block, shard, conversation, l2)
      if (block !== undefined) read += 1
    }
    signed.push({ ...record, signatures: signatures?.[record.place] ?? null })
  }
  return signed
}

/** Signatures of what a block adds to the record of one conversation, in its order. */
async function entrySignatures(
  { runs: view }: ViewedBlock,
  shard: number,
  conversation: number,
  l2: L2Log,
): Promise<(readonly Signature[])[]> {
  const run = view.runs.find((each) => each.shard === shard)
  if (run === undefined) return []
  const consumed = run.segments.filter(({ kind }) => kind === BodyKind.inboxItem).map((segment) => view.item(segment))
  const itemAt = await itemsAt(l2, consumed)
  const found: (readonly Signature[])[] = []
  for (const segment of run.segments) {
    for (let i = 0; i < segment.messages; i += 1) {
      if (view.conversation(segment.body + i * viewedMessageBytes) !== conversation) continue
      found.push(splitSignatures(view.signatures(segment).subarray(i * signatureBytes, (i + 1) * signatureBytes)))
    }
    const rare = rareEvent(view, segment, itemAt)
    if (rare?.conversation === conversation) found.push(rare.signatures())
  }
  return found
}

async function itemsAt(l2: L2Log, indices: readonly bigint[]): Promise<ItemAt> {
  const items = new Map<bigint, QueuedItem>()
  for (const index of indices) for (const item of await l2.queue(index, 1)) items.set(index, item)
  return (index) => {
    const item = items.get(index)
    if (item === undefined) throw new RangeError(`inbox item ${index} is not kept`)
    return item
  }
}
