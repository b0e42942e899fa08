import type { ChangeMembers, Member, MemberKey, Shard } from '@parley/protocol'
import { slots } from '../cast/cast.ts'
import { signedBy } from '../cast/rounds.ts'
import { complete, type DraftSegment } from '../forger/draft.ts'
import { conversationOf, findOperation, type OperationName, type Scene } from '../forger/scene.ts'
import { type BlockLie, gasOf } from './class.ts'

const ofOperation = (
  name: string,
  kind: OperationName,
  fault: string,
  tell: (segment: DraftSegment, scene: Scene) => void,
): BlockLie => ({
  name,
  ending: 'operation',
  fault,
  gas: gasOf.operation,
  needs: [],
  forge(scene) {
    tell(findOperation(scene, kind).segment, scene)
    return complete(scene.ground, scene.blocks)
  },
})

/** The operation is executed, and the shard told with another root. */
const rootOf = (name: string, kind: OperationName): BlockLie =>
  ofOperation(name, kind, 'POST_ROOT', (segment) => {
    segment.after = (shard) => {
      shard.revenue += 1n
    }
  })

/** Fields of the operation are told otherwise. @param change - Asked with the shard as it stands before the operation. */
const changed = (
  name: string,
  kind: OperationName,
  fault: string,
  change: (shard: Shard, scene: Scene, value: object) => object,
): BlockLie =>
  ofOperation(name, kind, `SEGMENT_INVALID ${fault}`, (segment, scene) => {
    const { body } = segment
    segment.before = (shard) => {
      if (body.selector === 1) Object.assign(body.value.value, change(shard, scene, body.value.value))
    }
  })

/** The change is told anew, and signed as it should be. */
const resigned = (name: string, fault: string, entries: Partial<ChangeMembers>): BlockLie =>
  ofOperation(name, 'changeMembers', `SEGMENT_INVALID ${fault}`, (segment, { cast, ground }) => {
    segment.before = (shard) => {
      const conversation = conversationOf(shard, cast)
      const place = { shard: cast.shard, conversation: cast.conversation, epoch: conversation.epoch }
      const none = { remove: [], roles: [], add: [], exchange: [] }
      const value: ChangeMembers = { ...place, signer: slots.admin, ...none, ...entries }
      const { secret } = cast.keys[slots.admin] as MemberKey
      const { operation, signatures } = signedBy(ground.config, { selector: 1, value }, [secret], conversation)
      Object.assign(segment, { body: { selector: 1, value: operation }, signatures })
    }
  })

const nonceOf = (value: object): bigint => (value as { readonly nonce: bigint }).nonce

export const operationLies: readonly BlockLie[] = [
  rootOf('root-of-create', 'createConversation'),
  rootOf('root-of-change', 'changeMembers'),
  rootOf('root-of-fund', 'fund'),
  rootOf('root-of-reclaim', 'reclaim'),
  rootOf('root-of-withdraw', 'withdraw'),
  changed('balance-overdrawn', 'withdraw', 'BALANCE_TOO_LOW', (shard, { cast }) => {
    // It is paid out all the same, of money that is not there.
    const account = shard.accounts[cast.accounts.ben]
    const amount = (account?.balance ?? 0n) + 1_000_000n
    if (account !== undefined) account.withdrawn += amount
    return { amount }
  }),
  changed('epoch-replayed', 'changeMembers', 'EPOCH_MISMATCH', (_, __, value) => ({
    epoch: (value as ChangeMembers).epoch - 1n,
  })),
  changed('account-nonce-skipped', 'fund', 'NONCE_MISMATCH', (_, __, value) => ({ nonce: nonceOf(value) + 1n })),
  changed('sponsor-takeover', 'fund', 'SPONSOR_MISMATCH', (shard, { cast }) => {
    const { ben } = cast.accounts
    // Taken from whoever pays for the slot, whose allowance is far from used up.
    const member = conversationOf(shard, cast).members[slots.talker] as Member
    member.sponsor = cast.accounts.ann
    return { account: ben, nonce: shard.accounts[ben]?.nonce ?? 0n }
  }),
  resigned('admin-lost', 'ADMIN_LOST', { remove: [{ slot: slots.admin }, { slot: slots.changing }] }),
  changed('seventeen-entries', 'changeMembers', 'FIELD_OUT_OF_RANGE', () => ({
    remove: Array.from({ length: 16 }, () => ({ slot: slots.changing })),
  })),
  changed('operation-of-other-shard', 'reclaim', 'FIELD_OUT_OF_RANGE', (_, { cast }) => ({ shard: cast.otherShard })),
]
