import { type Conversation, type Operation, Role, type SignedHistoryEntry } from '../../src/index.ts'
import { applyMessages, applyOperation } from '../../src/reference.ts'
import { digestOf, type Signer } from './keys.ts'
import {
  atMs,
  change,
  founded,
  keys,
  type noChange,
  owners,
  shardIndex,
  sign,
  signMessage,
  standingShard,
} from './world.ts'

const now = 1_000_000n

/** A conversation with its first `founders` and the record of what is done in it. */
export function begin(founders: number) {
  const shard = standingShard()
  const context = atMs(now)
  const index = shard.conversations.length
  const creation: Operation = { selector: 0, value: { ...founded, members: founded.members.slice(0, founders) } }
  const signers = [owners.ann, ...[keys.admin, keys.talker, keys.gone].slice(0, founders)]
  applyOperation(shard, shardIndex, creation, sign(creation, signers), context)
  const history: SignedHistoryEntry[] = []
  const conversation = () => shard.conversations[index]!
  const say = (member: number, text: string, signer: Signer): void => {
    const message = { conversation: index, member, content: digestOf(text) }
    const signature = signMessage(conversation(), message, signer)
    applyMessages(shard, shardIndex, [message], [signature], context)
    history.push({ kind: 'message', member, content: message.content, signatures: [signature] })
  }
  const alter = (value: Partial<typeof noChange>, ...signers: Signer[]): void => {
    const operation = change({ conversation: index, epoch: conversation().epoch, ...value })
    const signatures = sign(operation, signers, conversation())
    applyOperation(shard, shardIndex, operation, signatures, context)
    if (operation.selector === 1) history.push({ kind: 'change', change: operation.value, signatures })
  }
  const fund = (slot: number): void => {
    const nonce = shard.accounts[0]!.nonce
    const value = {
      shard: shardIndex,
      account: 0,
      nonce,
      conversation: index,
      member: slot,
      amount: 9_000n,
      priceLimit: 9_000n,
    }
    applyOperation(shard, shardIndex, { selector: 2, value }, sign({ selector: 2, value }, [owners.ann]), context)
  }
  return { say, alter, fund, conversation, history }
}

/** Lives through a slot that is freed and filled twice, once within one change, with messages all along. */
export function record(): { readonly conversation: Conversation; readonly history: readonly SignedHistoryEntry[] } {
  const { say, alter, fund, conversation, history } = begin(3)
  say(1, 'one', keys.talker)
  say(0, 'two', keys.admin)
  say(1, 'three', keys.talker)
  alter({ remove: [{ slot: 1 }] }, keys.admin)
  alter(
    { add: [{ slot: 1, key: keys.newcomer.name, role: Role.member, allowance: 0n, priceLimit: 0n }] },
    keys.admin,
    keys.newcomer,
  )
  fund(1)
  say(1, 'four', keys.newcomer)
  alter(
    {
      remove: [{ slot: 1 }],
      add: [{ slot: 1, key: keys.talker.name, role: Role.member, allowance: 0n, priceLimit: 0n }],
    },
    keys.admin,
    keys.talker,
  )
  fund(1)
  say(1, 'five', keys.talker)
  alter({ signer: 1, remove: [{ slot: 1 }] }, keys.talker)
  return { conversation: conversation(), history }
}
