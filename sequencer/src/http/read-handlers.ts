import type { sequencerRoutes } from '@parley/api'
import type { Handlers } from '@parley/api/server'
import type { Execution } from '@parley/execution'
import {
  AccountType,
  BlockHeaderType,
  BodyKind,
  ConversationType,
  type Run,
  type SealedBlock,
  SealedBlockType,
  TransitionError,
} from '@parley/protocol'
import type { SealedChain } from '../chain/sealed-chain.ts'
import { SequencerError } from '../faults.ts'
import type { Finality } from '../settlement/finality.ts'
import type { ReadGate } from './read-gate.ts'

export interface ReadDeps {
  readonly execution: Pick<Execution, 'conversation' | 'account'>
  readonly chain: SealedChain
  readonly finality: Finality
  readonly gate: ReadGate
}

function runSummary({ shard, segments }: Run) {
  let messages = 0
  let operations = 0
  let inboxItems = 0
  for (const { body } of segments)
    if (body.selector === BodyKind.messages) messages += body.value.length
    else if (body.selector === BodyKind.operation) operations += 1
    else inboxItems += 1
  return { shard, segments: segments.length, messages, operations, inboxItems }
}

type ReadHandlers = Pick<Handlers<ReturnType<typeof sequencerRoutes>>, 'conversation' | 'account' | 'block'>

/** Reads the state and the blocks. */
export function readHandlers({ execution, chain, finality, gate }: ReadDeps): ReadHandlers {
  return {
    async conversation({ place: { params }, toOctets }) {
      const { shard, index } = params
      const read = await gate.run(() => execution.conversation(shard, index))
      if (read === undefined) throw new TransitionError({ code: 'CONVERSATION_UNKNOWN', shard, conversation: index })
      const { conversation } = read
      return toOctets ? ConversationType.serialize(conversation) : { ...params, conversation }
    },
    async account({ place: { params }, toOctets }) {
      const { shard, index } = params
      const read = await gate.run(() => execution.account(shard, index))
      if (read === undefined) throw new TransitionError({ code: 'ACCOUNT_UNKNOWN', shard, account: index })
      const { account } = read
      return toOctets ? AccountType.serialize(account) : { ...params, account }
    },
    async block({ place: { params }, toOctets }) {
      const head = chain.tip.header.number
      const number = params.number === 'latest' ? head : params.number
      const bytes = number === 0n || number > head ? undefined : await chain.blocks.bytes(number)
      if (bytes === undefined)
        throw new SequencerError({ code: 'BLOCK_UNKNOWN', number, first: chain.blocks.first, head })
      if (toOctets) return bytes
      const { block, signature } = SealedBlockType.deserialize(bytes) as SealedBlock
      return {
        root: BlockHeaderType.hashTreeRoot(block.header),
        header: block.header,
        signature,
        finality: finality.levelOf(number),
        bytes: bytes.length,
        runs: block.runs.map(runSummary),
      }
    },
  }
}
