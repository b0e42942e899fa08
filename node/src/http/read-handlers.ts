import { noClaim, type nodeRoutes, ProvenAccountType, readLimits } from '@parley/api'
import { NamedAnswer, type ReadHandlers } from '@parley/api/server'
import { type Block, BlockHeaderType, BodyKind } from '@parley/protocol'
import type { NodeReads, Proven } from '../reads/reads.ts'
import { EntryKind, type HistoryRecord } from '../store/chain-records.ts'

export const stateOf = <P extends Omit<Proven, 'proof'>>({ finality, ...rest }: P) => ({
  ...rest,
  final: finality === 'final',
})

const provenOf = ({ proof, ...rest }: Proven) => ({
  ...stateOf(rest),
  proof: { ...proof, gindex: String(proof.gindex) },
})

const entryOf = ({ event, ...record }: HistoryRecord, entry: bigint) => ({
  ...record,
  entry,
  withheld: record.signatures === null ? ('pruned' as const) : undefined,
  event:
    event.selector === EntryKind.message
      ? { kind: 'message' as const, value: event.value }
      : { kind: 'change' as const, value: event.value },
})

const runsOf = ({ runs }: Block) =>
  runs.map(({ shard, segments, postRoot }) => ({
    shard,
    segments: segments.length,
    messages: segments.reduce(
      (sum, { body }) => sum + (body.selector === BodyKind.messages ? body.value.length : 0),
      0,
    ),
    postRoot,
  }))

/** Each form of an answer has a tag of its own. */
const tagOf = (tag: string, inOctets: boolean): string => (inOctets ? `${tag}-o` : tag)

/** Reads that are answered by place and form alone. A proof is made in the turn that named it: the state goes on after. */
export function readHandlers(
  reads: NodeReads,
): ReadHandlers<typeof nodeRoutes, 'conversation' | 'messages' | 'account' | 'block'> {
  return {
    conversation({ place: { params, query }, toOctets }) {
      const { shard, index } = params
      const { at = 'latest' } = query
      return new NamedAnswer(tagOf(reads.conversationTag(shard, index, at), toOctets), 'asked', async () => {
        if (toOctets) return reads.conversationOctets(shard, index, at)
        const { conversation, entries, ...proven } = await reads.conversation(shard, index, at)
        return { ...params, conversation, entries, ...provenOf(proven) }
      })
    },
    async messages({ place: { params, query }, toOctets }) {
      const { from = 0n, limit = readLimits.pageEntries } = query
      if (toOctets) {
        const { bytes, tag, forever } = await reads.historyOctets(params.shard, params.index, from, limit)
        return new NamedAnswer(tagOf(tag, true), forever ? 'forever' : 'asked', () => bytes)
      }
      const { total, entries } = await reads.history(params.shard, params.index, from, limit)
      return { ...params, from, total, entries: entries.map((each, i) => entryOf(each, from + BigInt(i))) }
    },
    account({ place: { params, query }, toOctets }) {
      const { shard, index } = params
      const { at = 'latest' } = query
      return new NamedAnswer(tagOf(reads.accountTag(shard, index, at), toOctets), 'asked', async () => {
        const { account, ...proven } = await reads.account(shard, index, at)
        if (!toOctets) return { ...params, account, ...provenOf(proven) }
        const { claim = noClaim, proof, ...state } = stateOf(proven)
        return ProvenAccountType.serialize({ ...state, ...params, claim, account, branch: [...proof.branch] })
      })
    },
    async block({ place: { params }, toOctets }) {
      const stored = await reads.blockOctets(params.number)
      const lasts = stored.forever ? 'forever' : 'asked'
      if (toOctets) return new NamedAnswer(tagOf(stored.tag, true), lasts, () => stored.bytes)
      const { block, claim, finality } = await reads.block(params.number)
      return new NamedAnswer(`${stored.tag}-${claim ?? ''}-${finality}`, lasts, () => {
        const headerRoot = BlockHeaderType.hashTreeRoot(block.header)
        return { header: block.header, headerRoot, runs: runsOf(block), claim, finality }
      })
    },
  }
}
